"""Abstracts tagged a second on one core, all facets together, on the development abstracts.

Run: `python -m bench tag`, which needs the sets in ../shared/data beside the checkout. Each round tags every abstract
once; the best round counts, since on a shared machine everything else only adds time.
"""

import gc
import re
import time
from pathlib import Path

from bench.measure import SHARED, met
from evaluation.gold_sets import read_gold
from ingest.tagging import TAGGER_VERSION, Tagger
from ingest.tagging.lexicon import expand, fold
from records.record import Record
from topics import load_topic

ROUNDS = 7
GOAL = 120
"""Times as many abstracts as the same rules looked for one by one, however many rules there are."""
REPORTED = 35
"""Abstracts a second of a fine-tuned BERT for one facet, as noted before this project began."""
SETS = ("ketamine_dev.jsonl.gz", "psynamic_dev.jsonl.gz", "studytype_dev.jsonl.gz", "medline_1000.txt.gz")


def records_of(paths: list[Path]) -> list[Record]:
    """Return the title and abstract of every row of labelled files as records; their labels are not read."""
    rows = [row for path in paths for row in read_gold(path)[1]]
    return [
        Record(
            pmid=99_000_000 + number,
            title=row.get("title", row.get("TI", "")),
            abstract=row.get("abstract", row.get("AB", "")) or "",
        )
        for number, row in enumerate(rows)
    ]


def processor_seconds(tagger: Tagger, records: list[Record]) -> float:
    """Return the processor time of the best of several rounds."""
    gc.collect()
    gc.freeze()  # the records themselves are not to be searched for garbage again and again
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        for record in records:
            tagger.tag(record)
        best = min(best, time.process_time() - start)
    return best


def one_by_one(tagger: Tagger, records: list[Record]) -> float:
    """Return the processor seconds of looking for every rule by a regular expression of its own, tagging nothing.

    The same spellings in the same folded text; each pattern is made beforehand.
    """
    patterns = {
        re.compile(b"|".join(sorted(map(fold, filter(str.strip, expand(rule.pattern))), key=len, reverse=True)))
        for rule in tagger.rules
    }
    texts = [fold(text) for record in records for text in (record.title, record.abstract)]
    start = time.process_time()
    for text in texts:
        for pattern in patterns:
            for _ in pattern.finditer(text):
                pass
    return time.process_time() - start


def lines() -> list[str]:
    """The table, the goal, and the peers, for `docs/performance.md`."""
    tagger = Tagger(load_topic("ketamine-routes").vocabulary)
    rows = []
    everything: list[Record] = []
    total = 0.0
    for name in SETS:
        records = records_of([SHARED / name])
        seconds = processor_seconds(tagger, records)
        everything += records
        total += seconds
        rows.append(_row(name, records, seconds))
    few = everything[::100]
    rate = len(everything) / total
    slow = len(few) / one_by_one(tagger, few)
    return [
        "| set | abstracts | characters each | a second |",
        "|---|---|---|---|",
        *rows,
        _row("all", everything, total),
        "",
        f"Tagger version {TAGGER_VERSION}, best of {ROUNDS} rounds, one core, processor time.",
        "",
        f"Only looking for the same {len(tagger.rules):,} rules by a regular expression each, on {len(few)} of the "
        f"abstracts: {slow:,.0f} a second, {rate / slow:,.0f} times slower; goal: {GOAL} times "
        f"({met(rate >= GOAL * slow)}). A published tagger of one facet "
        f"(fine-tuned BERT) is reported at about {REPORTED} a second.",
    ]


def _row(name: str, records: list[Record], seconds: float) -> str:
    length = sum(len(record.title) + len(record.abstract) for record in records) / len(records)
    return f"| {name} | {len(records):,} | {length:,.0f} | {len(records) / seconds:,.0f} |"
