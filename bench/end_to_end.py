"""One file, from gunzip to full text, beside pubmed_parser that only reads it; and what is skipped as known."""

import shutil
import sqlite3
import time
from pathlib import Path

from isal import igzip

from bench.building import TOPIC, anew, change, make_archive
from bench.made_records import FIRST_PMID
from bench.measure import apart, in_turns, median, met, ratio
from db.archive import Archive, RawRecord
from db.schema import create_evidence, finish_evidence
from db.sqlite import open_database
from db.store import Store
from ingest.articles import Arrival, ArticleWriter
from ingest.assemble import Assembly, Inputs
from ingest.reader import unread_records
from ingest.register_layer import Register
from ingest.sharing import cores, in_order
from ingest.standing import OF_A_RECORD
from ingest.steady import batches, without_cycle_search
from topics import load_topic
from topics.claims import load_claims


def end_to_end(path: str, folder: str, processes: int) -> dict[str, float]:
    """Gunzip, read, tag, write all rows, make indexes and full text; wall seconds of each part of this process.

    `processes` take a share of reading, tagging and making rows, as in a build.
    """
    topic = load_topic(TOPIC)
    built = Path(folder) / "end-to-end.db"
    built.unlink(missing_ok=True)
    at = time.perf_counter
    with Archive.open(Path(folder) / "empty") as archive, without_cycle_search():
        database = open_database(built)
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        create_evidence(database)
        register = Register({}, {})
        writer = ArticleWriter(topic, register)
        assembly = Assembly(Inputs(archive, topic, register, load_claims(topic), writer), Store(database))
        inserting = 0.0
        began = at()
        with database.atomic(), igzip.open(path, "rb") as file:
            unread = (Arrival(raw, "pubmed") for raw in unread_records(file))
            for written in in_order(batches(unread), writer, processes):
                before = at()
                assembly.add(written)
                inserting += at() - before
            reading = at() - began - inserting
            began = at()
            joined = assembly.add_studies()
            assembly.finish(database.conn, joined)
        studies = at() - began
        began = at()
        finish_evidence(database)
        indexes = at() - began
        database.close()
    return {
        "gunzip, read, tag, make rows": reading, "insert": inserting, "join studies": studies,
        "indexes, full text": indexes,
    }  # fmt: skip


def skipping(path: str, folder: str) -> list[float]:
    """Seconds a record: skipped by its hash, and replaced with all its rows and its full text in a built database."""
    data = Path(folder) / "skipping"
    shutil.rmtree(data, ignore_errors=True)
    make_archive(str(data), 4000)
    anew(str(data), 0)
    with Archive.open(data) as archive:
        stored = [RawRecord(each.pmid, 1, each.format, each.body) for each in archive.current()]  # type: ignore[arg-type]
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
        for table, rows in written.rows.items():
            store.add(table, rows)
        store.flush()
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
        f"Goal: at most .6 ({met(share <= 0.6)}). On one core: {shares}.",
        "",
        f"An unchanged record is skipped by the hash of its bytes in {1e6 * skipped:.0f} µs; reading, tagging and "
        f"replacing it with its rows and full text takes {1e6 * replaced:.0f} µs, {replaced / skipped:.0f} times as "
        f"long. Goal: 50 times ({met(replaced >= 50 * skipped)}).",
    ]
