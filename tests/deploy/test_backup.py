"""A copy of the archive can be made at any time, and put back."""

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from db.archive.store import Archive
from db.lock import run_lock
from ingest.build.run import build
from pubmed_server import TOPIC, trial
from records.content import SearchSlice, SourceRecord
from topics import load_topic

BACKUP = Path(__file__).parents[2] / "deploy" / "backup.py"


def run(*arguments):
    return subprocess.run([sys.executable, BACKUP, *map(str, arguments)], capture_output=True, text=True, check=False)


def store(archive, *pmids):
    run_id = archive.begin_run("sync", "chamomile-sleep")
    slice_id = archive.open_slice(run_id, SearchSlice("q", "", len(pmids), pmids))
    archive.store_page(
        run_id, slice_id, [SourceRecord.of_pubmed(pmid, 1, "pubmed-xml", trial(pmid).record) for pmid in pmids]
    )


def held(path):
    connection = sqlite3.connect(path)
    rows = [pmid for (pmid,) in connection.execute("SELECT pmid FROM versions ORDER BY 1")]
    connection.close()
    return rows


@pytest.fixture
def data(tmp_path):
    with Archive.open(tmp_path / "db") as archive:
        store(archive, 99000101, 99000102)
    return tmp_path / "db"


def test_a_copy_is_restored_and_builds_the_same_database(data, tmp_path):
    build(data, load_topic(TOPIC))
    copied = run("copy", data, tmp_path / "copies")
    assert copied.returncode == 0, copied.stderr
    (data / "archive.db").write_bytes(b"lost")
    restored = run("restore", copied.stdout.strip(), tmp_path / "anew")
    assert restored.returncode == 0, restored.stderr
    assert held(tmp_path / "anew" / "archive.db") == [99000101, 99000102]
    build(tmp_path / "anew", load_topic(TOPIC))
    articles = "SELECT * FROM articles ORDER BY pmid"
    old, new = (
        sqlite3.connect(folder / "evidence.db").execute(articles).fetchall() for folder in (data, tmp_path / "anew")
    )
    assert old == new
    assert len(new) == 2


def test_a_former_archive_is_kept_beside_the_restored_one(data, tmp_path):
    copy = run("copy", data, tmp_path / "copies").stdout.strip()
    with Archive.open(data) as archive:
        store(archive, 99000103)
    assert run("restore", copy, data).returncode == 0
    (former,) = data.glob("archive-before-*.db")
    assert (held(data / "archive.db"), held(former)) == ([99000101, 99000102], [99000101, 99000102, 99000103])


def test_a_copy_takes_the_place_of_a_damaged_archive(data, tmp_path):
    copy = run("copy", data, tmp_path / "copies").stdout.strip()
    (data / "archive.db").write_bytes(b"damaged")
    restored = run("restore", copy, data)
    assert restored.returncode == 0, restored.stderr
    assert held(data / "archive.db") == [99000101, 99000102]


def test_a_copy_made_while_a_run_writes_is_whole(data, tmp_path):
    stop = threading.Event()

    def write():
        with Archive.open(data) as archive:
            pmid = 99001000
            while not stop.is_set():
                store(archive, pmid, pmid + 1)
                pmid += 2

    writer = threading.Thread(target=write)
    writer.start()
    copies = [run("copy", data, tmp_path / "copies") for _ in range(3)]
    stop.set()
    writer.join()
    for copied in copies:
        assert copied.returncode == 0, copied.stderr
        pmids = held(Path(copied.stdout.strip()))
        assert len(pmids) % 2 == 0  # never half a page
    assert {path.suffix for path in (tmp_path / "copies").iterdir()} == {".db"}


def test_only_the_newest_copies_are_kept(data, tmp_path):
    made = [run("copy", data, tmp_path / "copies", "--keep", 2).stdout.strip() for _ in range(3)]
    assert sorted(map(str, (tmp_path / "copies").iterdir())) == made[1:]


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b""], ids=["rubbish", "empty"])
def test_a_copy_that_is_no_archive_is_refused_and_nothing_is_changed(data, tmp_path, content):
    (tmp_path / "bad.db").write_bytes(content)
    refused = run("restore", tmp_path / "bad.db", data)
    assert (refused.returncode, "not a sound archive" in refused.stderr) == (2, True)
    assert held(data / "archive.db") == [99000101, 99000102]


def test_nothing_is_restored_under_a_run_that_is_at_work(data, tmp_path):
    copy = run("copy", data, tmp_path / "copies").stdout.strip()
    with run_lock(data):
        refused = run("restore", copy, data)
    assert (refused.returncode, "a run is at work" in refused.stderr) == (2, True)


def test_a_folder_without_an_archive_is_named(tmp_path):
    refused = run("copy", tmp_path, tmp_path / "copies")
    assert (refused.returncode, refused.stderr) == (
        2, f"Error: {tmp_path}/archive.db: there is no archive. Give the folder that `evidence --data` uses.\n",
    )  # fmt: skip


def flip(data, pmid):
    """Change one byte of what the archive keeps of a record."""
    connection = sqlite3.connect(data / "archive.db")
    ((kept,),) = connection.execute("SELECT xml FROM versions WHERE pmid = ?", (pmid,))
    bent = bytes((*kept[:30], kept[30] ^ 1, *kept[31:]))
    connection.execute("UPDATE versions SET xml = ? WHERE pmid = ?", (bent, pmid))
    connection.commit()
    connection.close()


def test_a_copy_of_a_damaged_archive_names_the_records_and_displaces_no_good_one(data, tmp_path):
    good = [run("copy", data, tmp_path / "copies", "--keep", 2).stdout.strip() for _ in range(2)]
    flip(data, 99000102)
    copied = run("copy", data, tmp_path / "copies", "--keep", 1)
    assert (copied.returncode, "1 records are damaged in it: PMID 99000102." in copied.stderr) == (4, True)
    assert copied.stdout.strip().endswith("Z-damaged.db")
    assert sorted(map(str, (tmp_path / "copies").iterdir())) == sorted([*good, copied.stdout.strip()])


def test_a_damaged_copy_is_put_back_and_says_what_is_to_be_fetched_again(data, tmp_path):
    flip(data, 99000101)
    copied = run("copy", data, tmp_path / "copies").stdout.strip()
    restored = run("restore", copied, tmp_path / "anew")
    assert (restored.returncode, "PMID 99000101" in restored.stderr) == (4, True)
    assert build(tmp_path / "anew", load_topic(TOPIC)).damaged == (99000101,)


def test_a_record_whose_current_content_is_lost_is_damaged_too(data, tmp_path):
    connection = sqlite3.connect(data / "archive.db")
    connection.execute("DELETE FROM versions WHERE pmid = 99000101")
    connection.commit()
    connection.close()
    copied = run("copy", data, tmp_path / "copies")
    assert (copied.returncode, "PMID 99000101" in copied.stderr) == (4, True)


def test_copies_and_what_is_put_back_are_their_owner_s_alone(data, tmp_path):
    copied = Path(run("copy", data, tmp_path / "copies").stdout.strip())
    assert run("restore", copied, tmp_path / "anew").returncode == 0
    assert [path.stat().st_mode & 0o777 for path in (copied, tmp_path / "anew" / "archive.db")] == [0o600, 0o600]
