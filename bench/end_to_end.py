"""One file, from gunzip to full text, beside pubmed_parser that only reads it; and what is skipped as known."""

import shutil
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from isal import igzip

from bench.building import TOPIC, anew, change, make_archive
from bench.made_records import FIRST_PMID, bodies
from bench.measure import apart, in_turns, median, met, ratio
from db.archive.store import Archive, today
from db.claims.file import load_claims
from db.evidence.full_text import FullTextAside, finish_evidence
from db.evidence.schema import create_evidence
from db.evidence.write import Store
from db.sqlite import open_database, throw_away
from ingest.build.articles import Arrival, ArticleWriter
from ingest.build.assemble import Assembly, Inputs
from ingest.build.differences import OF_A_RECORD, Differences
from ingest.build.loops import batches, without_cycle_search
from ingest.build.processes import cores, in_order
from ingest.build.register import Register
from ingest.build.run import write
from records.content import SourceRecord
from topics import load_topic


class Timed:
    """Parcels, and the seconds that it took to make them."""

    def __init__(self, parcels: Iterable[bytes]) -> None:
        self._parcels = iter(parcels)
        self.seconds = 0.0

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        began = time.perf_counter()
        try:
            return next(self._parcels)
        finally:
            self.seconds += time.perf_counter() - began


def end_to_end(path: str, folder: str, processes: int) -> dict[str, float]:
    """Gunzip, read, tag, write all rows, make indexes and full text; wall seconds of each part of this process.

    `processes` take a share of reading, tagging and making rows, as in a build.
    """
    topic = load_topic(TOPIC)
    built = Path(folder) / "end-to-end.db"
    built.unlink(missing_ok=True)
    at = time.perf_counter
    aside = closing(FullTextAside(Path(folder) / "words.db"))
    with Archive.open(Path(folder) / "empty") as archive, without_cycle_search(), aside as full_text:
        database = open_database(built)
        throw_away(database)
        create_evidence(database)
        register = Register({}, {})
        writer = ArticleWriter(topic, register)
        store = Store(database)
        assembly = Assembly(Inputs(archive, topic, [], register, load_claims(topic), writer, today()), store)
        nothing_held = Differences(frozenset(), frozenset(), set(), 0)
        began = at()
        with database.atomic(), igzip.open(path, "rb") as file:
            unread = (Arrival(SourceRecord.of_pubmed(0, 1, "pubmed-xml", body), "pubmed") for body in bodies(file))
            reading = Timed(written.rows for written in in_order(batches(unread), writer, processes))
            studies, _ = write(database, store, assembly, nothing_held, reading, full_text)
            assembly.finish(database.conn, studies)
        writing = at() - began - reading.seconds
        began = at()
        finish_evidence(database, full_text)
        rest = at() - began
        database.close()
    return {
        "gunzip, read, tag, make rows": reading.seconds, "insert, join studies, index": writing,
        "rest of full text": rest,
    }  # fmt: skip


def skipping(path: str, folder: str) -> list[float]:
    """Seconds a record: skipped by its hash, and replaced with all its rows and its full text in a built database."""
    data = Path(folder) / "skipping"
    shutil.rmtree(data, ignore_errors=True)
    make_archive(str(data), 4000)
    anew(str(data), 0)
    with Archive.open(data) as archive, without_cycle_search():  # as an import does
        stored = [SourceRecord(each.name, 1, each.format, each.body) for each in archive.current()]  # type: ignore[arg-type]
        run = archive.begin_run("import", TOPIC)
        began = time.process_time()
        same = archive.store_file(run, "again.xml", stored, []).unchanged
        skipped = (time.process_time() - began) / same
        archive.end_run(run, "complete", {})
    change(str(data), 40)
    connection = sqlite3.connect(data / "evidence.db")
    pmids = [(FIRST_PMID + 40 * number,) for number in range(100)]
    connection.execute("PRAGMA synchronous = OFF")
    topic = load_topic(TOPIC)
    writer = ArticleWriter(topic, Register({}, {}))
    began = time.process_time()
    for (pmid,) in pmids:
        for name in OF_A_RECORD:
            connection.execute(f"DELETE FROM {name} WHERE pmid = ?", (pmid,))  # noqa: S608
    database = open_database(data / "evidence.db")
    connection.commit()
    store = Store(database)
    with Archive.open(data) as archive, database.atomic():
        current = archive.current([pmid for (pmid,) in pmids])
        written = writer([Arrival(each, "pubmed", each.sha256) for each in current])
        store.unpack(written.rows)
    replaced = (time.process_time() - began) / len(pmids)
    return [skipped, replaced]


def lines(path: Path, folder: Path, rounds: int) -> list[str]:
    """End to end and skipping, each with its goal."""
    took = in_turns(
        {
            "alone": ("end_to_end", "end_to_end", path, folder, 0),
            "shared": ("end_to_end", "end_to_end", path, folder, cores()),
            "parse": ("read", "pubmed_parser", path),
        },
        rounds,
    )
    share = 1 / ratio(took["parse"], took["shared"], "wall")
    parts: dict[str, float] = took["alone"][0].answer  # type: ignore[assignment]
    shares = ", ".join(f"{name} {100 * seconds / sum(parts.values()):.0f} %" for name, seconds in parts.items())
    skipped, replaced = apart("end_to_end", "skipping", path, folder).answer  # type: ignore[misc]
    return [
        "| gunzip, records, tags, rows, indexes, full text | wall seconds | of pubmed_parser, which only parses |",
        "|---|---|---|",
        f"| on one core | {median(took['alone'], 'wall'):.1f} | "
        f"{1 / ratio(took['parse'], took['alone'], 'wall'):.2f} |",
        f"| on {cores()} cores, as a build does it | {median(took['shared'], 'wall'):.1f} | {share:.2f} |",
        f"| pubmed_parser (one core; it has no other way) | {median(took['parse'], 'wall'):.1f} | 1.00 |",
        "",
        f"On one core: {shares}.",
        "",
        f"An unchanged record is skipped by the hash of its bytes in {1e6 * skipped:.0f} µs; reading, tagging and "
        f"replacing it with its rows and full text takes {1e6 * replaced:.0f} µs, {replaced / skipped:.0f} times as "
        f"long. Goal: 50 times ({met(replaced >= 50 * skipped)}).",
    ]
