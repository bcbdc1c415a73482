"""From an archive to the live database: of several sizes, after one record in a hundred changed, and of nothing new."""

import shutil
import time
from pathlib import Path
from unittest.mock import patch

from bench.made_records import FIRST_PMID, records
from bench.measure import apart, median, met
from db.archive.store import Archive
from ingest.build.processes import cores
from ingest.build.run import build
from ingest.pubmed.run import import_into
from records.content import SourceRecord
from records.facts import facts_of
from records.splitter import record_of
from topics import load_topic

TOPIC = "ketamine-routes"
TOPIC_SHARE = 0.6
"""Of the records that a topic's search brings, those that are about the topic."""
_TIMES = 3
"""One record in a hundred is changed, and built upon, this often; the median counts."""


def make_archive(folder: str, count: int) -> float:
    """Import `count` made-up records; the seconds of the import."""
    path = Path(folder) / "records.xml"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        file.write("<PubmedArticleSet>\n")
        file.writelines(records(count, topic_share=TOPIC_SHARE))
        file.write("</PubmedArticleSet>\n")
    began = time.process_time()
    import_into(Path(folder), load_topic(TOPIC), [path])
    path.unlink()
    return time.process_time() - began


def change(folder: str, every: int) -> int:
    """Give one record in `every` a new version; how many."""
    with Archive.open(Path(folder)) as archive:
        chosen = list(archive.current(range(FIRST_PMID, FIRST_PMID + archive.count(), every)))
        run = archive.begin_run("import", TOPIC)
        fresh = [
            SourceRecord(each.name, 1, "pubmed-xml", body, facts_of(record_of("pubmed-xml", body)))
            for each in chosen
            for body in [each.body.replace(b"made-up study", b"revised made-up study")]
        ]
        archive.store_file(run, "revised.xml", fresh, [])
        archive.end_run(run, "complete", {})
        return len(chosen)


def run(folder: str) -> int:
    """Build; the size of the database in bytes."""
    return build(Path(folder), load_topic(TOPIC)).live.stat().st_size


def anew(folder: str, processes: int) -> int:
    """Build with no live database to take anything over from; this many other processes take a share."""
    for path in Path(folder).glob("evidence.db*"):
        path.unlink()
    with patch("ingest.build.run.cores", lambda: processes):
        return run(folder)


def table(folder: Path, sizes: list[int]) -> list[str]:
    """Rows of the table, and whether the goal is met."""
    lines = [
        "| records | import | full build, one core | records/s | memory | evidence.db | all cores, wall | 1 % changed "
        "| share | nothing new |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    shares = []
    for size in sizes:
        data = folder / f"built-{size}"
        taken = make_archive(str(data), size)
        shared = apart("building", "anew", data, cores())
        full = apart("building", "anew", data, 0)
        again = []
        for _ in range(_TIMES):
            change(str(data), 100)
            again.append(apart("building", "run", data))
        nothing = apart("building", "run", data)
        shares.append(median(again) / full.processor)
        lines.append(
            f"| {size:,} | {taken:.0f} s | {full.processor:.0f} s | {size / full.processor:,.0f} "
            f"| {full.megabytes:.0f} MB | {int(str(full.answer)) / 1e6:,.0f} MB | {shared.wall:.0f} s "
            f"| {median(again):.1f} s | {100 * shares[-1]:.1f} % | {nothing.processor:.2f} s |"
        )
        shutil.rmtree(data)
    lines += ["", f"Goal: a build after 1 % changed takes at most 15 % of a full one on one core "
              f"({met(max(shares) <= 0.15)})."]  # fmt: skip
    return lines
