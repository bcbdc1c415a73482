"""Abstracts tagged a second on one core, all facets together, on the development abstracts.

Run: `python -m bench.tag [FILE ...]`; without files, the sets in ../shared/data beside the checkout. Each round tags
every abstract once; the best round counts, since on a shared machine everything else only adds time.
"""

import gc
import sys
import time
from pathlib import Path

from ingest.gold_sets import read_gold
from ingest.record import Record
from ingest.tagging import TAGGER_VERSION, Tagger
from topics import load_topic

ROUNDS = 7
GOAL = 5_000
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


def _say(line: str) -> None:
    print(line)  # noqa: T201


def main() -> None:
    """Print one line a set and one for all of them."""
    paths = [Path(name) for name in sys.argv[1:]]
    if not paths:
        paths = [Path(__file__).parents[1].parent / "shared" / "data" / name for name in SETS]
    tagger = Tagger(load_topic("ketamine-routes").vocabulary)
    _say(f"tagger version {TAGGER_VERSION}, {ROUNDS} rounds, processor time of the best")
    everything: list[Record] = []
    total = 0.0
    for path in paths:
        records = records_of([path])
        seconds = processor_seconds(tagger, records)
        everything += records
        total += seconds
        _report(path.name, records, seconds)
    _report("all", everything, total)


def _report(name: str, records: list[Record], seconds: float) -> None:
    length = sum(len(record.title) + len(record.abstract) for record in records) / len(records)
    _say(f"{name:24} {len(records):6,} abstracts of {length:5,.0f} characters  {len(records) / seconds:8,.0f} a second")


if __name__ == "__main__":
    main()
