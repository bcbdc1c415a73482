"""Bytes that change on the disk: in the archive, what is damaged is named, left out and fetched again; the published
database is made anew."""

import random
import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner

from db.archive.schedule import due_again
from db.archive.store import Archive
from evidence import main
from ingest.build.run import build
from pubmed_server import TOPIC, trial
from records.content import SearchSlice, SourceRecord
from topics import load_topic
from topics.errors import BadInputError, EvidenceError

FIRST = 99000101
PMIDS = tuple(range(FIRST, FIRST + 5))


def fill(archive, *pmids, origin="pubmed"):
    run = archive.begin_run("sync", "chamomile-sleep")
    records = [SourceRecord.of_pubmed(pmid, 1, "pubmed-xml", trial(pmid).record) for pmid in pmids]
    if origin == "import":
        archive.store_file(run, "again.xml", iter(records), [])
    else:
        archive.store_page(run, archive.open_slice(run, SearchSlice("q", "", len(pmids), pmids)), records)
    archive.end_run(run, "complete", {})


@pytest.fixture
def data(tmp_path):
    with Archive.open(tmp_path) as archive:
        fill(archive, *PMIDS)
    build(tmp_path, load_topic(TOPIC))
    return tmp_path


def change(path, sql, *given):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(sql, given)
        connection.commit()


def flip_in_content(data, pmid, at=-40):
    """Change one byte of what the archive keeps of a record."""
    with closing(sqlite3.connect(data / "archive.db")) as connection:
        ((kept,),) = connection.execute("SELECT xml FROM versions WHERE pmid = ?", (pmid,))
        bent = bytearray(kept)
        bent[at] ^= 0x10
        connection.execute("UPDATE versions SET xml = ? WHERE pmid = ?", (bytes(bent), pmid))
        connection.commit()


def published(data):
    with closing(sqlite3.connect(data / "evidence.db")) as connection:
        return tuple(pmid for (pmid,) in connection.execute("SELECT pmid FROM articles ORDER BY pmid"))


def rows(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT * FROM articles ORDER BY pmid").fetchall()


@pytest.mark.parametrize("at", [0, 1, 40, -40, -1])
def test_a_record_of_which_a_byte_changed_is_named_left_out_and_to_be_fetched_again(data, at):
    flip_in_content(data, FIRST + 2, at)
    result = CliRunner().invoke(main, ["build", "--data", str(data), "--topic", str(TOPIC)])
    assert result.exit_code == 4
    assert f"1 records are damaged in the archive and were left out: PMID {FIRST + 2}." in result.stderr
    assert published(data) == tuple(pmid for pmid in PMIDS if pmid != FIRST + 2)
    with Archive.open(data) as archive:
        assert FIRST + 2 in due_again(archive, archive.last_run()["finished_at"])


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE seen SET sha256 = 'f' || substr(sha256, 2) WHERE pmid = ?",
        "UPDATE versions SET sha256 = 'f' || substr(sha256, 2) WHERE pmid = ?",
        "UPDATE versions SET record_id = record_id + 1000000 WHERE pmid = ?",
        "UPDATE versions SET xml = x'' WHERE pmid = ?",
    ],
)
def test_a_record_that_lost_its_content_is_not_passed_over_in_silence(data, sql):
    change(data / "archive.db", sql, FIRST)
    built = build(data, load_topic(TOPIC))
    assert (built.damaged, published(data)) == ((FIRST,), PMIDS[1:])


@pytest.mark.parametrize("origin", ["pubmed", "import"])
def test_what_comes_again_takes_the_place_of_what_is_damaged(data, origin):
    before = rows(data / "evidence.db")
    flip_in_content(data, FIRST)
    flip_in_content(data, FIRST + 1)
    assert build(data, load_topic(TOPIC)).damaged == (FIRST, FIRST + 1)
    with Archive.open(data) as archive:
        fill(archive, FIRST, FIRST + 1, origin=origin)
    assert build(data, load_topic(TOPIC)).damaged == ()
    assert rows(data / "evidence.db") == before


def test_a_changed_record_takes_the_place_of_one_that_is_damaged_even_if_it_is_older(data):
    change(data / "archive.db", "UPDATE versions SET revised = '2999-01-01' WHERE pmid = ?", FIRST)
    flip_in_content(data, FIRST)
    build(data, load_topic(TOPIC))
    with Archive.open(data) as archive:
        run = archive.begin_run("sync", "chamomile-sleep")
        record = SourceRecord.of_pubmed(FIRST, 1, "pubmed-xml", trial(FIRST, title="Another title").record)
        archive.store_page(run, archive.open_slice(run, SearchSlice("q", "", 1, (FIRST,))), [record])
    assert build(data, load_topic(TOPIC)).damaged == ()
    assert published(data) == PMIDS


def test_a_run_over_a_damaged_archive_that_nobody_has_noticed_goes_on(data):
    flip_in_content(data, FIRST)
    with Archive.open(data) as archive:
        run = archive.begin_run("sync", "chamomile-sleep")
        record = SourceRecord.of_pubmed(FIRST, 1, "pubmed-xml", trial(FIRST, title="Another title").record)
        archive.store_page(run, archive.open_slice(run, SearchSlice("q", "", 1, (FIRST,))), [record])
        assert archive.database["retraction_log"].count == 0
    assert build(data, load_topic(TOPIC)).damaged == ()


@pytest.mark.parametrize("seed", range(12))
def test_whatever_byte_of_an_archive_changes_there_is_no_traceback(data, seed):
    path = data / "archive.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    chance = random.Random(seed)  # noqa: S311
    for _ in range(3):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    try:
        build(data, load_topic(TOPIC))
    except EvidenceError as error:
        assert error.exit_code in (2, 4)


@pytest.mark.parametrize("where", ["header", "row", "everywhere"])
def test_a_published_database_of_which_bytes_changed_is_made_anew(data, where):
    live = data / "evidence.db"
    before = rows(live)
    content = bytearray(live.read_bytes())
    at = {
        "header": range(50), "row": range(content.index(b"Chamomile"), content.index(b"Chamomile") + 50),
        "everywhere": random.Random(1).sample(range(len(content)), 50),  # noqa: S311
    }[where]  # fmt: skip
    for place in at:
        content[place] ^= 0x01
    live.write_bytes(content)
    built = build(data, load_topic(TOPIC))
    assert built.changed
    assert rows(live) == before
    assert not build(data, load_topic(TOPIC)).changed


def test_without_a_seal_a_published_database_is_checked_before_it_is_called_unchanged(data):
    live = data / "evidence.db"
    live.with_name("evidence.db.crc32").unlink()
    assert not build(data, load_topic(TOPIC)).changed
    assert live.with_name("evidence.db.crc32").exists()
    change(live, "DELETE FROM articles WHERE pmid = ?", FIRST)
    live.with_name("evidence.db.crc32").unlink()
    assert build(data, load_topic(TOPIC)).changed
    assert published(data) == PMIDS


@pytest.mark.parametrize("left", ["nothing", "no file", "two of five"])
def test_an_archive_that_holds_far_less_than_was_published_from_it_is_refused(data, left):
    path = data / "archive.db"
    if left == "two of five":
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("DELETE FROM seen WHERE pmid > ?", (FIRST + 1,))
            connection.commit()
    else:
        for each in data.glob("archive.db*"):
            each.unlink()
        if left == "nothing":
            path.touch()
    before = path.read_bytes() if path.exists() else None
    live = (data / "evidence.db").read_bytes()
    with pytest.raises(BadInputError, match=r"holds [02] records, but .*evidence\.db was built from 5"):
        build(data, load_topic(TOPIC))
    assert (path.read_bytes() if path.exists() else None) == before
    assert (data / "evidence.db").read_bytes() == live


def test_an_archive_that_holds_a_little_less_is_an_older_copy_and_built_from(data):
    change(data / "archive.db", "DELETE FROM seen WHERE pmid = ?", FIRST)
    assert build(data, load_topic(TOPIC)).from_pubmed == 4


def test_an_archive_is_its_owner_s_alone_and_so_is_what_lies_beside_it(tmp_path):
    with Archive.open(tmp_path / "new") as archive:
        fill(archive, FIRST)
        modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "new").glob("archive.db*")}
    assert modes == {"archive.db": 0o600, "archive.db-wal": 0o600, "archive.db-shm": 0o600}
