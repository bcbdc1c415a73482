"""An archive made by any released version opens with all it holds, and goes on."""

import sqlite3
import zlib
from datetime import date
from pathlib import Path

import pytest

from db.archive import Archive, RawRecord, SearchSlice
from db.migrations import ARCHIVE
from db.rounds import came_to, due_again, notices_to_fetch

RELEASED = sorted((Path(__file__).parent / "archives").glob("*.sql"))
"""What `sqlite3 archive.db .dump` wrote of an archive of each schema."""


@pytest.fixture(params=RELEASED, ids=[path.stem for path in RELEASED])
def old(request, tmp_path):
    connection = sqlite3.connect(tmp_path / "archive.db")
    connection.executescript(request.param.read_text())
    connection.close()
    return tmp_path


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
            (1, 99000001, 1, "2026-11-20T03:00:30+00:00", 1)
        ]


def test_a_migrated_archive_takes_new_runs(old):
    with Archive.open(old) as archive:
        run = archive.begin_run("sync", "made-up", "d")
        slice_id = archive.open_slice(run, SearchSlice("made up", "", 2, (99000001, 99000004)))
        assert archive.missing(slice_id) == [99000004]
        archive.store_page(run, slice_id, [RawRecord(99000004, 1, "pubmed-xml", b"<PubmedArticle/>")])
        assert archive.count() == 4
