"""The archive keeps every content it was ever given, and knows which one is current."""

import json
import os
import re
import sqlite3
import subprocess
import sys
import threading

import pytest

from db.archive import Archive, RawRecord, SearchSlice, Stored
from db.lock import run_lock
from topics.errors import BadInputError, LockedError


def raw(pmid: int, text: str = "first", version: int = 1, form: str = "pubmed-xml") -> RawRecord:
    return RawRecord(pmid, version, form, f"<PubmedArticle>{pmid} {text}</PubmedArticle>".encode())


@pytest.fixture
def archive(tmp_path):
    with Archive.open(tmp_path) as opened:
        yield opened


def pulled(archive: Archive, *records: RawRecord) -> Stored:
    """Store records as one page of one slice of one run."""
    run = archive.begin_run("sync", "test")
    ids = tuple(record.pmid for record in records)
    return archive.store_page(run, archive.open_slice(run, SearchSlice("q", "", len(ids), ids)), records)


def bodies(archive: Archive) -> dict[int, bytes]:
    return {stored.pmid: stored.body for stored in archive.current()}


def test_a_content_is_stored_once_however_often_it_comes(archive):
    assert pulled(archive, raw(99000001)) == Stored(new=1)
    assert pulled(archive, raw(99000001)) == Stored(unchanged=1)
    assert archive.database["versions"].count == 1


def test_a_changed_record_is_current_and_the_old_content_stays(archive):
    pulled(archive, raw(99000001, "first"))
    assert pulled(archive, raw(99000001, "second")) == Stored(changed=1)
    assert bodies(archive) == {99000001: raw(99000001, "second").body}
    assert archive.database["versions"].count == 2


def test_a_record_that_changes_back_is_current_again_without_a_third_version(archive):
    for text in ("first", "second", "first"):
        pulled(archive, raw(99000001, text))
    assert bodies(archive) == {99000001: raw(99000001, "first").body}
    assert archive.database["versions"].count == 2


def test_an_older_pmid_version_is_kept_but_not_current(archive):
    pulled(archive, raw(99000001, "new", version=2))
    pulled(archive, raw(99000001, "old", version=1))
    assert bodies(archive) == {99000001: raw(99000001, "new").body}
    assert archive.database["versions"].count == 2


def test_an_imported_file_never_displaces_what_pubmed_sent(archive):
    pulled(archive, raw(99000001, "from PubMed"))
    run = archive.begin_run("import", "test")
    archive.store_file(run, "old.xml", iter([raw(99000001, "from a file")]), [])
    assert bodies(archive) == {99000001: raw(99000001, "from PubMed").body}


def test_xml_displaces_medline_text_and_not_the_other_way_round(archive):
    run = archive.begin_run("import", "test")
    archive.store_file(run, "a.nbib", iter([raw(99000001, "medline", form="medline")]), [])
    archive.store_file(run, "a.xml", iter([raw(99000001, "xml")]), [])
    archive.store_file(run, "a.nbib", iter([raw(99000001, "medline", form="medline")]), [])
    assert bodies(archive) == {99000001: raw(99000001, "xml").body}


def test_the_ledger_row_of_a_slice_follows_every_page(archive):
    run = archive.begin_run("sync", "test")
    row = archive.open_slice(
        run, SearchSlice("ketamine[tiab]", "translated", 3, (99000001, 99000002, 99000003), ("w",))
    )
    archive.store_page(run, row, [raw(99000001), raw(99000003)])
    (entry,) = archive.ledger(run)
    assert entry | {"asked_at": ""} == {
        "ledger_id": row, "run_id": run, "query": "ketamine[tiab]", "uid_low": None, "uid_high": None, "asked_at": "",
        "translation": "translated", "reported": 3, "received": 3, "stored": 2, "missing": "[99000002]",
        "warnings": '["w"]',
    }  # fmt: skip


def test_what_an_interrupted_run_stored_is_not_missing_in_the_next(archive):
    first = archive.begin_run("sync", "test")
    ids = (99000001, 99000002)
    archive.store_page(first, archive.open_slice(first, SearchSlice("q", "", 2, ids)), [raw(99000001)])
    second = archive.begin_run("sync", "test")
    assert archive.missing(archive.open_slice(second, SearchSlice("q", "", 2, ids))) == [99000002]
    assert archive.database["runs"].get(first)["state"] == "interrupted"


def test_a_page_and_its_ledger_row_land_together_or_not_at_all(archive, monkeypatch):
    run = archive.begin_run("sync", "test")
    row = archive.open_slice(run, SearchSlice("q", "", 2, (99000001, 99000002)))
    monkeypatch.setattr(archive, "missing", lambda _: (_ for _ in ()).throw(sqlite3.OperationalError("disk I/O error")))
    with pytest.raises(Exception, match="disk is full"):
        archive.store_page(run, row, [raw(99000001)])
    monkeypatch.undo()
    assert archive.count() == 0
    assert archive.missing(row) == [99000001, 99000002]


def test_a_file_that_breaks_off_leaves_the_archive_as_it_was(archive):
    def breaking():
        yield from (raw(99000000 + n) for n in range(1200))
        raise BadInputError("cut off")

    run = archive.begin_run("import", "test")
    before = archive.digest()
    with pytest.raises(BadInputError, match="cut off"):
        archive.store_file(run, "cut.xml", breaking(), [])
    assert (archive.count(), archive.digest()) == (0, before)


def test_the_ledger_row_of_a_file_adds_up_with_its_broken_records(archive):
    run = archive.begin_run("import", "test")
    broken = ["record 3: no PMID"]
    assert archive.store_file(run, "x.xml", iter([raw(99000001), raw(99000002), raw(99000001)]), broken) == Stored(
        2, 0, 1
    )
    (entry,) = archive.ledger(run)
    assert (entry["reported"], entry["received"], entry["stored"]) == (4, 4, 3)
    assert json.loads(entry["warnings"]) == broken


def test_the_digest_changes_with_a_content_and_not_with_reading(archive):
    pulled(archive, raw(99000001))
    before = archive.digest()
    list(archive.current())
    assert archive.digest() == before
    pulled(archive, raw(99000001, "second"))
    assert archive.digest() != before


def test_an_archive_from_a_newer_version_is_refused_and_untouched(tmp_path):
    Archive.open(tmp_path).close()
    path = tmp_path / "archive.db"
    connection = sqlite3.connect(path)
    connection.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('archive', 'm999_later', '')"
    )
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(BadInputError, match=r"newer version.*m999_later"):
        Archive.open(tmp_path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_named(tmp_path):
    (tmp_path / "archive.db").write_bytes(b"not a database at all, but long enough to be read as one" * 20)
    with pytest.raises(BadInputError, match=r"archive\.db: this is not a readable SQLite database"):
        Archive.open(tmp_path)


def test_a_locked_archive_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr("db.sqlite.WAIT_SECONDS", 0.05)
    with Archive.open(tmp_path) as archive:
        other = sqlite3.connect(tmp_path / "archive.db")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LockedError, match="another process is writing"):
            archive.begin_run("sync", "test")
        other.close()


def test_a_second_topic_in_the_same_folder_is_refused(archive):
    archive.begin_run("sync", "one")
    with pytest.raises(BadInputError, match="holds the topic 'one', not 'two'"):
        archive.begin_run("sync", "two")


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInputError, match="cannot be made"):
        Archive.open(tmp_path / "file" / "data")


def test_a_full_disk_keeps_what_was_stored_before(tmp_path):
    with Archive.open(tmp_path) as archive:
        pulled(archive, raw(99000001))
        archive.database.execute(
            f"PRAGMA max_page_count = {archive.database.execute('PRAGMA page_count').fetchone()[0] + 2}"
        )
        big = RawRecord(99000002, 1, "pubmed-xml", os.urandom(200_000))
        with pytest.raises(Exception, match="the disk is full") as caught:
            pulled(archive, big)
        assert caught.value.exit_code == 4
        assert bodies(archive) == {99000001: raw(99000001).body}


def test_a_second_run_is_told_who_holds_the_lock_and_the_holder_may_take_it_again(tmp_path):
    refused = []

    def another():
        try:
            with run_lock(tmp_path):
                pass
        except LockedError as error:
            refused.append((error.exit_code, str(error)))

    with run_lock(tmp_path):
        with run_lock(tmp_path):
            pass
        thread = threading.Thread(target=another)  # the inner one has not let go of the outer one's lock
        thread.start()
        thread.join()
    ((code, message),) = refused
    assert code == 5
    assert re.search(rf"another run holds the lock \(process {os.getpid()}, since 20.*\)", message)
    with run_lock(tmp_path):
        pass


def test_the_lock_of_a_killed_holder_is_free(tmp_path):
    code = (
        "import os, pathlib, signal\nfrom db.lock import run_lock\n"
        f"with run_lock(pathlib.Path({str(tmp_path)!r})):\n    os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", code], check=False)
    assert killed.returncode == -9
    with run_lock(tmp_path):
        assert (tmp_path / "archive.lock").read_text()
