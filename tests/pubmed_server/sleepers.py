"""Made-up trials of chamomile, found by the search of `tests/topics/chamomile-sleep` and counted by its claims."""

from pathlib import Path

from helpers.records import RANDOMIZED

from .corpus import Article

TOPIC = Path(__file__).parents[1] / "topics" / "chamomile-sleep"
_PEOPLE = (("D006801", "Humans", False), ("D047128", "Matricaria", True), ("D007319", "Insomnia", False))


def trial(pmid: int, **fields: object) -> Article:
    """A randomized trial of chamomile by mouth in people with insomnia, indexed, but for what is given."""
    facts: dict[str, object] = {
        "title": f"Chamomile by mouth for insomnia: a made-up randomized trial, number {pmid}",
        "abstract": "Forty adults with insomnia were randomized to oral chamomile extract or placebo, double-blind.",
        "types": (RANDOMIZED,),
        "mesh": _PEOPLE,
        "pdat": "2020/01/01",
    }
    return Article(pmid, **(facts | fields))  # type: ignore[arg-type]


def unindexed(pmid: int, **fields: object) -> Article:
    """The same before a person has indexed it: no heading, no publication type that says what it is."""
    return trial(pmid, **({"status": "Publisher", "mesh": (), "types": (("D016428", "Journal Article"),)} | fields))
