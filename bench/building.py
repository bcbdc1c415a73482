"""From an archive to the live database: of several sizes, after one record in a hundred changed, and of nothing new."""

import shutil
import sqlite3
import time
from pathlib import Path

from isal import igzip

from bench.made_records import FIRST_PMID, records
from bench.measure import apart, in_turns, median, met, ratio
from db.archive import Archive, RawRecord
from db.schema import create_evidence, finish_evidence
from db.sqlite import open_database
from db.store import Store
from ingest.assemble import Arrival, Assembly, Inputs
from ingest.build import build
from ingest.reader import read_records, record_of
from ingest.record import Record
from ingest.register_layer import Register
from ingest.standing import OF_A_RECORD
from ingest.steady import batches, without_cycle_search
from ingest.sync import import_into
from ingest.tagging import Tagger
from ingest.tagging.model import Tagged
from topics import load_topic
from topics.claims import load_claims

TOPIC = "ketamine-routes"
TOPIC_SHARE = 0.6
"""Of the records that a topic's search brings, those that are about the topic."""


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
            RawRecord(each.pmid, 1, "pubmed-xml", each.body.replace(b"made-up study", b"revised made-up study"))
            for each in chosen
        ]
        archive.store_file(run, "revised.xml", fresh, [])
        archive.end_run(run, "complete", {})
        return len(chosen)


def run(folder: str) -> int:
    """Build; the size of the database in bytes."""
    return build(Path(folder), load_topic(TOPIC)).live.stat().st_size


def anew(folder: str) -> int:
    """Build with no live database to take anything over from."""
    for path in Path(folder).glob("evidence.db*"):
        path.unlink()
    return run(folder)


def table(folder: Path, sizes: list[int]) -> list[str]:
    """Rows of the table, and whether the goal is met."""
    lines = [
        "| records | import | full build | records/s | memory | evidence.db | 1 % changed | share | nothing new |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    shares = []
    for size in sizes:
        data = folder / f"built-{size}"
        taken = make_archive(str(data), size)
        full = apart("building", "anew", data)
        change(str(data), 100)
        again = apart("building", "run", data)
        nothing = apart("building", "run", data)
        shares.append(again.processor / full.processor)
        lines.append(
            f"| {size:,} | {taken:.0f} s | {full.processor:.0f} s | {size / full.processor:,.0f} "
            f"| {full.megabytes:.0f} MB | {int(str(full.answer)) / 1e6:,.0f} MB | {again.processor:.1f} s "
            f"| {100 * shares[-1]:.1f} % | {nothing.processor:.2f} s |"
        )
        shutil.rmtree(data)
    lines += ["", f"Goal: a build after 1 % changed takes at most 15 % of a full one ({met(max(shares) <= 0.15)})."]
    return lines


# One file, end to end, against pubmed_parser reading it


class _Timed:
    """A tagger that adds up the seconds of its calls, by the cheap clock: asking for processor time costs as much."""

    def __init__(self, tagger: Tagger) -> None:
        self.tagger, self.seconds = tagger, 0.0

    def tag(self, record: Record) -> Tagged:
        began = time.perf_counter()
        tagged = self.tagger.tag(record)
        self.seconds += time.perf_counter() - began
        return tagged


def end_to_end(path: str, folder: str) -> dict[str, float]:
    """Gunzip, read, tag, write all rows, make indexes and full text; seconds of each part."""
    topic = load_topic(TOPIC)
    built = Path(folder) / "end-to-end.db"
    built.unlink(missing_ok=True)
    at = time.perf_counter
    with Archive.open(Path(folder) / "empty") as archive, without_cycle_search():
        database = open_database(built)
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        create_evidence(database)
        store = Store(database)
        timed = _Timed(Tagger(topic.vocabulary))
        assembly = Assembly(Inputs(archive, topic, Register({}, {}), load_claims(topic), timed), store)  # type: ignore[arg-type]
        rows = 0.0
        began = at()
        with database.atomic(), igzip.open(path, "rb") as file:
            for batch in batches(read_records(file)):
                before = at()
                assembly.add_records([Arrival(record, "pubmed") for record in batch if isinstance(record, Record)])
                rows += at() - before
            reading = at() - began - rows
            began = at()
            joined = assembly.add_studies()
            assembly.finish(database.conn, joined)
        studies = at() - began
        began = at()
        finish_evidence(database)
        indexes = at() - began
        database.close()
    return {
        "gunzip and read": reading, "tag": timed.seconds, "decide, rows, SQL": rows - timed.seconds,
        "join studies": studies, "indexes, full text": indexes,
    }  # fmt: skip


def skipping(path: str, folder: str) -> list[float]:
    """Seconds a record: skipped by its hash, and replaced with all its rows and its full text in a built database."""
    data = Path(folder) / "skipping"
    shutil.rmtree(data, ignore_errors=True)
    make_archive(str(data), 4000)
    anew(str(data))
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
    tagger = Tagger(topic.vocabulary)
    began = time.process_time()
    for (pmid,) in pmids:
        for name in OF_A_RECORD:
            connection.execute(f"DELETE FROM {name} WHERE pmid = ?", (pmid,))  # noqa: S608
    database = open_database(data / "evidence.db")
    connection.commit()
    store = Store(database)
    with Archive.open(data) as archive, database.atomic():
        assembly = Assembly(Inputs(archive, topic, Register({}, {}), load_claims(topic), tagger), store)
        current = archive.current([pmid for (pmid,) in pmids])
        assembly.add_records([Arrival(record_of(each.format, each.body), "pubmed", each.sha256) for each in current])
        store.flush()
    replaced = (time.process_time() - began) / len(pmids)
    return [skipped, replaced]


def end_to_end_lines(path: Path, folder: Path, rounds: int) -> list[str]:
    """End to end and skipping, each with its goal."""
    took = in_turns({"all": ("building", "end_to_end", path, folder), "parse": ("read", "pubmed_parser", path)}, rounds)
    share = 1 / ratio(took["parse"], took["all"])
    parts: dict[str, float] = took["all"][0].answer  # type: ignore[assignment]
    shares = ", ".join(f"{name} {100 * seconds / sum(parts.values()):.0f} %" for name, seconds in parts.items())
    skipped, replaced = apart("building", "skipping", path, folder).answer  # type: ignore[misc]
    return [
        f"End to end (gunzip, records, tags, rows, indexes, full text): {median(took['all']):.1f} s, "
        f"{share:.2f} of what pubmed_parser takes to parse the same file ({median(took['parse']):.1f} s). "
        f"Goal: at most .6 ({met(share <= 0.6)}). Of it: {shares}.",
        "",
        f"An unchanged record is skipped by the hash of its bytes in {1e6 * skipped:.0f} µs; reading, tagging and "
        f"replacing it with its rows and full text takes {1e6 * replaced:.0f} µs, {replaced / skipped:.0f} times as "
        f"long. Goal: 50 times ({met(replaced >= 50 * skipped)}).",
    ]
