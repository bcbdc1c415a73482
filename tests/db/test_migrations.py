"""An archive made by any released version opens with all it holds, and goes on."""

import hashlib
import signal
import sqlite3
import subprocess
import sys
import zlib
from datetime import date
from pathlib import Path

import pytest

from db.archive.schedule import came_to, due_again, notices_to_fetch
from db.archive.schema import ARCHIVE
from db.archive.store import Archive
from db.evidence.changes import changes_of
from helpers.records import pubmed_article
from records.content import SearchSlice, SourceRecord
from records.identifiers import RecordName

RELEASED = sorted((Path(__file__).parent / "archives").glob("*.sql"))
"""What `sqlite3 archive.db .dump` wrote of an archive of each schema."""


@pytest.fixture(params=RELEASED, ids=[path.stem for path in RELEASED])
def old(request, tmp_path):
    return loaded(request.param, tmp_path)


@pytest.fixture(params=[path for path in RELEASED if path.stem < "m005"], ids=lambda path: path.stem)
def undated(request, tmp_path):
    """An archive of before its contents had the day of their last revision."""
    return loaded(request.param, tmp_path)


def loaded(dump, folder):
    connection = sqlite3.connect(folder / "archive.db")
    connection.executescript(dump.read_text())
    connection.close()
    return folder


def rows(data, sql):
    with sqlite3.connect(data / "archive.db") as connection:
        return connection.execute(sql).fetchall()


def test_there_is_a_fixture_of_every_schema_but_the_newest():
    made_by = [migration.name.partition("_")[0] for migration in ARCHIVE._migrations]
    assert [path.stem for path in RELEASED] == made_by[:-1]


def test_every_content_run_and_verdict_is_as_it_was(old):
    kept = (
        "SELECT pmid, sha256, version, format, origin, fetched_at, run_id, xml FROM versions ORDER BY rowid",
        "SELECT pmid, sha256, first_seen, last_seen, last_fetched, last_run, gone_since FROM seen ORDER BY pmid",
        "SELECT run_id, topic, search_digest, started_at, finished_at, state, counts, error FROM runs ORDER BY run_id",
        "SELECT * FROM ledger",
        "SELECT * FROM verdict_log",
    )
    before = [rows(old, sql) for sql in kept]
    with Archive.open(old) as archive:
        bodies = [record.body for record in archive.current()]
    assert [rows(old, sql) for sql in kept] == before
    assert len(bodies) == 3
    assert set(bodies) < {zlib.decompress(row[-1]) for row in before[0]}


def test_what_newer_versions_need_is_filled_in(old):
    with Archive.open(old) as archive:
        assert archive.database.execute("SELECT pmid, status, notices FROM versions ORDER BY rowid").fetchall() == [
            (99000001, "Publisher", "[]"), (99000001, "MEDLINE", "[99000009]"), (99000002, "In-Process", "[]"),
            (99000003, "MEDLINE", "[]"),
        ]  # fmt: skip
        assert archive.database.execute("SELECT kind, day FROM runs").fetchall() == [
            ("sync", "2026-11-19"), ("import", "2026-11-21"),
        ]  # fmt: skip
        assert came_to(archive, ("sync",), date(2026, 11, 23)) == date(2026, 11, 19)
        assert due_again(archive, "2026-11-22T12:00:00+00:00") == [99000002, 99000003]
        assert notices_to_fetch(archive) == [99000009]
        assert archive.database.execute("SELECT * FROM retraction_log").fetchall() == [
            (1, 99000001, 1, "2026-11-20T03:00:30+00:00", 1, None, 99000001)
        ]
        assert archive.database.execute("SELECT retracted FROM versions ORDER BY rowid").fetchall() == [
            (0,), (1,), (0,), (0,),
        ]  # fmt: skip


def test_records_have_a_number_and_a_key_beside_the_pmid(old):
    with Archive.open(old) as archive:
        seen = "SELECT record_id, pmid, record_key, record_source FROM seen ORDER BY record_id"
        assert archive.database.execute(seen).fetchall() == [
            (pmid, pmid, f"pubmed:{pmid}", "pubmed") for pmid in (99000001, 99000002, 99000003)
        ]
        for table in ("versions", "places", "retraction_log", "damaged"):
            assert archive.database[table].count_where("pmid IS NOT record_id") == 0
        assert [record.name for record in archive.current()] == [
            RecordName.of_pubmed(pmid) for pmid in (99000001, 99000002, 99000003)
        ]
        with pytest.raises(sqlite3.IntegrityError, match="record_key"):
            archive.database.execute("UPDATE seen SET record_key = 'pubmed:99000001' WHERE record_id = 99000002")


def test_a_migration_that_is_killed_leaves_the_archive_as_it_was_and_is_done_again(old):
    """Of what is in it, whatever SQLite wrote between: the last migration is one transaction."""
    kept = "SELECT record_id, sha256, xml FROM versions ORDER BY rowid"
    code = (
        "import os, pathlib, signal\nfrom db.archive import schema\nfrom db.archive.store import Archive\n"
        "schema._retracted_or_marked = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"Archive.open(pathlib.Path({str(old)!r}))"
    )
    before = rows(old, kept.replace("record_id", "pmid"))
    killed = subprocess.run([sys.executable, "-c", code], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert rows(old, kept.replace("record_id", "pmid")) == before
    assert "record_id" not in {name for (name,) in rows(old, "SELECT name FROM pragma_table_info('seen')")}
    with Archive.open(old) as archive:
        assert archive.note_damage() == ()
    assert rows(old, kept) == before
    assert rows(old, "PRAGMA integrity_check") == [("ok",)]


def held_before(data, pmid, *contents):
    """Give an old archive contents of a record, as (origin, DateRevised, retracted), one a day; the last is current.

    Where the schema has a log of retractions, it says what the last two differ in.
    """
    with sqlite3.connect(data / "archive.db") as connection:
        for day, (origin, revised, retracted) in enumerate(contents, start=1):
            links = (("RetractionIn", 99000090, "J Made Up Res. 2026;1:1"),) if retracted else ()
            body = pubmed_article(pmid, revised=revised, title=f"Day {day}", links=links).encode()
            row = (
                pmid, hashlib.sha256(body).hexdigest(), 1, "pubmed-xml", origin, f"2026-11-0{day}T00:00:00+00:00", 2,
                zlib.compress(body),
            )  # fmt: skip
            connection.execute(
                "INSERT INTO versions (pmid, sha256, version, format, origin, fetched_at, run_id, xml) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
        connection.execute(
            "INSERT INTO seen (pmid, sha256, first_seen, last_seen, last_fetched, last_run) "
            "VALUES (?, ?, '', '', '', 2)",
            (pmid, row[1]),
        )
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'retraction_log'").fetchone():
            connection.execute(
                "INSERT INTO retraction_log (pmid, run_id, dated, retracted) VALUES (?, 2, ?, ?)",
                (pmid, row[5], int(contents[-1][2])),
            )


def after(data, pmid):
    """Day on which the current content came, what is true of its log, and the published changes, after opening."""
    with Archive.open(data) as archive:
        ((body,),) = archive.database.execute(
            "SELECT xml FROM versions JOIN seen USING (pmid, sha256) WHERE pmid = ?", (pmid,)
        )
        log = archive.database.execute(
            "SELECT retracted, corrects IS NOT NULL FROM retraction_log WHERE pmid = ? ORDER BY entry_id", (pmid,)
        ).fetchall()
        kinds = [change["kind"] for change in changes_of(archive.database) if change["pmid"] == pmid]
        back = [each for each, _ in archive.reinstatements()]
    return int(zlib.decompress(body).partition(b"Day ")[2][:1]), log, kinds[1:], pmid in back


@pytest.mark.parametrize("revised", ["2024-01-01", ""])
def test_a_reinstatement_by_an_older_file_is_corrected_by_a_new_entry(undated, revised):
    held_before(undated, 99000010, ("import", "2025-06-01", True), ("import", revised, False))
    assert after(undated, 99000010) == (1, [(0, 0), (1, 1)], ["correction"], False)


def test_a_retraction_by_an_older_file_is_corrected_by_a_new_entry(undated):
    held_before(undated, 99000010, ("import", "2025-06-01", False), ("import", "2024-01-01", True))
    assert after(undated, 99000010) == (1, [(1, 0), (0, 1)], ["correction"], False)


def test_the_day_of_the_last_revision_is_filled_in(undated):
    held_before(
        undated, 99000010, ("import", "2025-06-01", False), ("import", "", False), ("pubmed", "2024-02-29", False)
    )
    Archive.open(undated).close()
    assert rows(undated, "SELECT revised FROM versions WHERE pmid = 99000010 ORDER BY rowid") == [
        ("2025-06-01",), ("",), ("2024-02-29",),
    ]  # fmt: skip


def test_of_files_of_one_day_the_one_without_the_mark_reinstated_nothing(undated):
    held_before(undated, 99000010, ("import", "2025-06-01", True), ("import", "2025-06-01", False))
    assert after(undated, 99000010) == (1, [(0, 0), (1, 1)], ["correction"], False)


@pytest.mark.parametrize(("origin", "revised"), [("import", "2025-06-02"), ("pubmed", "2025-06-01")])
def test_a_reinstatement_by_a_newer_record_or_by_pubmed_stands(undated, origin, revised):
    held_before(undated, 99000010, (origin, "2025-06-01", True), (origin, revised, False))
    assert after(undated, 99000010) == (2, [(0, 0)], ["reinstatement"], True)


def test_a_newer_file_that_was_not_made_current_is_current_now_and_its_retraction_is_logged(undated):
    held_before(undated, 99000010, ("pubmed", "2024-01-01", False), ("import", "2025-06-01", True))
    with sqlite3.connect(
        undated / "archive.db"
    ) as connection:  # PubMed's own content stayed current, and nothing was logged
        connection.execute(
            "UPDATE seen SET sha256 = (SELECT sha256 FROM versions WHERE pmid = 99000010 ORDER BY rowid LIMIT 1) "
            "WHERE pmid = 99000010"
        )
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'retraction_log'").fetchone():
            connection.execute("DELETE FROM retraction_log WHERE pmid = 99000010")
    assert after(undated, 99000010) == (2, [(1, 0)], ["retraction"], False)


def test_a_damaged_content_stops_no_migration(undated):
    held_before(undated, 99000010, ("import", "2025-06-01", True), ("import", "2024-01-01", False))
    with sqlite3.connect(undated / "archive.db") as connection:
        connection.execute("UPDATE versions SET xml = x'0102' WHERE pmid = 99000010")
    with Archive.open(undated) as archive:
        assert archive.count() == 4
        assert archive.note_damage() == (99000010,)


@pytest.mark.parametrize(("logged", "retracted"), [((1,), 1), ((1, 0), 0), ((), 0)])
def test_of_a_damaged_content_the_log_says_whether_it_is_retracted(tmp_path, logged, retracted):
    data = loaded(RELEASED[-1], tmp_path)
    with sqlite3.connect(data / "archive.db") as connection:
        connection.execute("UPDATE versions SET xml = x'0102' WHERE pmid = 99000002")
        for to in logged:
            connection.execute(
                "INSERT INTO retraction_log (pmid, run_id, dated, retracted) VALUES (99000002, 2, '', ?)", (to,)
            )
    Archive.open(data).close()
    assert rows(data, "SELECT retracted FROM versions WHERE record_id = 99000002") == [(retracted,)]


def test_an_archive_belongs_to_the_topic_of_its_runs(old):
    Archive.open(old).close()
    assert rows(old, "SELECT * FROM topic") == [("made-up", "")]


def test_a_migrated_archive_takes_new_runs(old):
    with Archive.open(old) as archive:
        run = archive.begin_run("sync", "made-up", "d")
        slice_id = archive.open_slice(run, SearchSlice("made up", "", 2, (99000001, 99000004)))
        assert archive.missing(slice_id) == [99000004]
        archive.store_page(run, slice_id, [SourceRecord.of_pubmed(99000004, 1, "pubmed-xml", b"<PubmedArticle/>")])
        assert archive.count() == 4
