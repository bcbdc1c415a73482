"""Which of some records a reference means, and how sure that is.

Each part that both sides have adds the logarithm of how much likelier its level is between a reference and its own
record than between a reference and another record that looks like it (Fellegi and Sunter, 1969). The weights are
those that `bench/citations.py` counts on the two thirds of its test set that it tunes with (docs/citations.md).
"""

from collections.abc import Iterable, Mapping, Sequence

from db.citations.comparison import Comparison, compare, prepared, title_differs
from db.citations.model import Answer, Match, Reference, Work

WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "title": {"same": 6.0, "close": 5.0, "piece": 3.5, "half": -0.5, "other": -4.5},
    "first author": {"same": 3.5, "close": 2.5, "elsewhere": 2.5, "coauthor": 0.5, "other": -3.0},
    "other authors": {"same": 4.0, "some": 1.0, "other": -2.5},
    "year": {"same": 2.0, "near": -1.0, "other": -2.5},
    "journal": {"same": 2.0, "other": -1.5},
    "volume": {"same": 3.0, "swapped": 3.0, "elsewhere": 1.0, "other": -2.0},
    "page": {"same": 4.5, "swapped": 4.5, "elsewhere": 2.0, "other": -2.0},
    "PMID": {"same": 8.0, "other": -4.0},
    "DOI": {"same": 8.0, "other": -4.0},
    "PMC id": {"same": 8.0, "other": -4.0},
}
ACCEPT = 5.0
"""A score from which a record is named as the answer."""
PERHAPS = 4.0
"""A score from which a record whose title agrees is named as one that it may be."""
MARGIN = 2.0
"""Records that score within this of each other are named together."""
_SHOWN = 5


def score(comparison: Comparison) -> float:
    """Sum of the weights of what could be compared."""
    return sum(WEIGHTS[part][level] for part, level in comparison.levels.items())


def ranked(reference: Reference, works: Iterable[Work]) -> list[Match]:
    """Every record with its score, in order."""
    said = prepared(reference)
    return in_order(_match(reference, work, compare(said, work)) for work in works)


def in_order(matches: Iterable[Match]) -> list[Match]:
    """Best first; of equals the one that is not retracted, then the older PMID."""
    return sorted(matches, key=lambda match: (-match.score, match.work.retracted, match.work.pmid or 0))


def beyond_doubt(matches: Sequence[Match]) -> bool:
    """Whether no other record could do better: title and first author agree, and nothing differs."""
    if not matches or matches[0].differs or not {"title", "first author"} <= set(matches[0].agrees):
        return False
    rival = matches[1].score if len(matches) > 1 else -MARGIN
    return matches[0].score >= 2 * ACCEPT and matches[0].score - rival > 2 * MARGIN


def _match(reference: Reference, work: Work, comparison: Comparison) -> Match:
    agreeing = ("same", "close", "piece", "elsewhere", "near")
    agrees = tuple(part for part, level in comparison.levels.items() if level in agreeing and level != "near")
    differs = list(comparison.differs)
    if comparison.levels.get("title") in ("half", "other") and (title := title_differs(reference, work)):
        differs.insert(0, title)
    return Match(work, round(score(comparison), 2), agrees, tuple(differs))


def decide(reference: Reference, matches: Sequence[Match]) -> Answer:
    """An answer from ranked matches: exact, probable, several or not found."""
    perhaps = [match for match in matches[:_SHOWN] if match.score >= PERHAPS and "title" in match.agrees]
    if perhaps and not _acceptable(reference, matches[0]):
        return Answer(reference.asked, "several", "reference", tuple(perhaps), key=reference.key)
    if not matches or not _acceptable(reference, matches[0]):
        return Answer(reference.asked, "not_found", "reference", key=reference.key)
    best = matches[0]
    rivals = [match for match in matches[1:] if match.score > best.score - MARGIN and _acceptable(reference, match)]
    if rivals:
        return Answer(reference.asked, "several", "reference", (best, *rivals[: _SHOWN - 1]), key=reference.key)
    whole = {"title", "first author"} <= set(best.agrees) or {"first author", "page"} <= set(best.agrees)
    outcome = "exact" if whole and not best.differs and best.score >= 2 * ACCEPT else "probable"
    return Answer(reference.asked, outcome, "reference", (best,), key=reference.key)


def _acceptable(reference: Reference, match: Match) -> bool:
    """Enough agrees. 'Chilukuri 2014' or half a title has little to agree with, so none of it may differ."""
    if match.score >= ACCEPT:
        return True
    only_title = not (reference.authors or reference.year or reference.journal or reference.page)
    scrap = {"title"} if only_title else {"first author", "year"} if not reference.title else None
    return scrap is not None and not match.differs and scrap <= set(match.agrees)
