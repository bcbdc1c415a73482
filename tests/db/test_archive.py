"""The archive keeps every content it was ever given, and knows which one is current."""

import json
import os
import re
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace

import pytest

from db.archive.schedule import due_again
from db.archive.store import Archive, now
from db.lock import run_lock
from helpers.records import pubmed_article, source_record
from records.content import SearchSlice, SourceRecord, Stored
from records.facts import RecordFacts
from records.identifiers import RecordName
from topics.errors import BadInputError, LockedError


def raw(pmid: int, text: str = "first", version: int = 1, form: str = "pubmed-xml") -> SourceRecord:
    return SourceRecord.of_pubmed(pmid, version, form, f"<PubmedArticle>{pmid} {text}</PubmedArticle>".encode())


def dated(revised: str, text: str = "", *, retracted: bool = False, form: str = "pubmed-xml", **more) -> SourceRecord:
    """Record 99000001 as PubMed revised it on that day."""
    if form == "medline":
        mark = "PT  - Retracted Publication\n" if retracted else ""
        text = f"PMID- 99000001\nLR  - {revised}\n{mark}TI  - {text}\nSO  - J Made Up Res.\n"
        return source_record(99000001, text, form=form)
    links = (("RetractionIn", 99000090, "J Made Up Res. 2026;1:1"),) if retracted else ()
    body = pubmed_article(99000001, revised=revised, title=f"Made up {text}", links=links, **more)
    return source_record(99000001, body, more.get("version", 1))


@pytest.fixture
def archive(tmp_path):
    with Archive.open(tmp_path) as opened:
        yield opened


def pulled(archive: Archive, *records: SourceRecord) -> Stored:
    """Store records as one page of one slice of one run."""
    run = archive.begin_run("sync", "test")
    ids = tuple(record.pmid for record in records)
    return archive.store_page(run, archive.open_slice(run, SearchSlice("q", "", len(ids), ids)), records)


def imported(archive: Archive, *records: SourceRecord, deleted: tuple[int, ...] = ()) -> Stored:
    """Store records as one file of one run."""
    return archive.store_file(archive.begin_run("import", "test"), "a.xml", iter(records), [], deleted)


def log(archive: Archive) -> list[tuple[int, int]]:
    return list(archive.database.execute("SELECT pmid, retracted FROM retraction_log ORDER BY entry_id"))


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


@pytest.mark.parametrize(
    ("current", "other"),
    [
        (dated("2025-03-01", "later"), dated("2024-12-31", "earlier")),
        (dated("2025-03-10", "later"), dated("2025-03-09", "earlier", form="medline")),
        (dated("20250310", "later", form="medline"), dated("2025-03-09", "earlier")),
        (dated("2001-01-01", "dated"), dated("", "without a date")),
        (dated("2001-01-01", "version 2", version=2), dated("2025-01-01", "version 1")),
        (dated("2025-01-01", "XML"), dated("20250101", "text", form="medline")),
    ],
    ids=["day", "later XML", "later text", "no date", "PMID version", "format"],
)
def test_which_of_two_files_comes_first_does_not_matter(tmp_path, current, other):
    for name, order in (("one", (current, other)), ("two", (other, current))):
        with Archive.open(tmp_path / name) as archive:
            for record in order:
                imported(archive, record)
            assert bodies(archive) == {99000001: current.body}
            assert archive.database["versions"].count == 2


def test_a_newer_file_displaces_what_pubmed_sent_before_and_one_of_the_same_day_does_not(archive):
    pulled(archive, dated("2025-01-01", "from PubMed"))
    imported(archive, dated("2025-01-01", "a file of that day"))
    assert bodies(archive) == {99000001: dated("2025-01-01", "from PubMed").body}
    imported(archive, dated("2025-01-02", "a file of the next day"))
    assert bodies(archive) == {99000001: dated("2025-01-02", "a file of the next day").body}


def test_the_day_of_the_last_revision_stands_beside_each_content(archive):
    imported(archive, dated("2025-01-02"), dated("20250103", form="medline"), dated(""))
    assert archive.database.execute("SELECT revised FROM versions ORDER BY rowid").fetchall() == [
        ("2025-01-02",), ("2025-01-03",), ("",),
    ]  # fmt: skip


@pytest.mark.parametrize("revised", ["2024-01-01", "2025-06-01", ""], ids=["older", "of the same day", "undated"])
def test_a_file_that_is_not_newer_takes_no_retraction_back(archive, revised):
    marked = dated("2025-06-01", retracted=True)
    imported(archive, marked)
    imported(archive, dated(revised, "without the mark"))
    assert (bodies(archive), log(archive)) == ({99000001: marked.body}, [])


def test_of_undated_files_one_without_the_mark_takes_no_retraction_back(archive):
    imported(archive, dated("", retracted=True))
    imported(archive, dated("", "without the mark"))
    assert (bodies(archive), log(archive)) == ({99000001: dated("", retracted=True).body}, [])


def test_a_newer_file_without_the_mark_or_pubmed_itself_ends_a_retraction(archive):
    imported(archive, dated("2025-06-01", retracted=True))
    imported(archive, dated("2025-06-02", "without the mark"))
    assert log(archive) == [(99000001, 0)]
    pulled(archive, dated("2025-06-02", retracted=True))
    pulled(archive, dated("2025-06-02", "without the mark, says PubMed"))
    assert log(archive) == [(99000001, 0), (99000001, 1), (99000001, 0)]


def test_an_older_file_that_is_marked_retracts_nothing(archive):
    imported(archive, dated("2025-06-02", "reinstated"))
    imported(archive, dated("2025-06-01", retracted=True))
    assert (bodies(archive), log(archive)) == ({99000001: dated("2025-06-02", "reinstated").body}, [])


def gone(archive: Archive) -> dict[int, str | None]:
    return {stored.pmid: stored.gone_since for stored in archive.current()}


def test_a_record_that_a_file_says_is_deleted_is_gone_from_that_day_and_its_versions_stay(archive):
    imported(archive, raw(99000001), raw(99000002))
    assert imported(archive, deleted=(99000002, 99000009)) == Stored(gone=1)
    ((day,),) = archive.database.execute("SELECT day FROM runs WHERE run_id = 2")
    archive.database.execute("UPDATE runs SET day = '2031-01-01'")
    assert imported(archive, deleted=(99000002,)) == Stored()
    assert gone(archive) == {99000001: None, 99000002: day}
    assert archive.database["versions"].count == 2


def test_a_deleted_record_is_back_when_pubmed_or_a_file_that_is_not_older_has_it(archive):
    imported(archive, dated("2025-06-01"), deleted=(99000001,))
    imported(archive, dated("2025-05-01", "older"))
    assert gone(archive)[99000001]
    imported(archive, dated("2025-06-02", "newer"))
    assert gone(archive) == {99000001: None}
    imported(archive, deleted=(99000001,))
    pulled(archive, dated("2025-05-01", "older"))
    assert gone(archive) == {99000001: None}


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
    with pytest.raises(BadInputError, match="belongs to the topic 'one', not 'two'"):
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
        big = SourceRecord.of_pubmed(99000002, 1, "pubmed-xml", os.urandom(200_000))
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


def test_a_record_of_another_source_is_kept_under_its_number_and_key_and_has_no_pmid(archive):
    name = RecordName(1_000_000_000, "made-up:T-1", "made-up")
    trial = SourceRecord(name, 1, "pubmed-xml", b"<trial/>", RecordFacts(status="Publisher", notices=(99000009,)))
    assert pulled(archive, trial, raw(99000001)) == Stored(new=2)
    assert pulled(archive, replace(trial, body=b"<trial>revised</trial>")) == Stored(changed=1)
    assert [(stored.name, stored.pmid) for stored in archive.current()] == [
        (RecordName.of_pubmed(99000001), 99000001), (name, None),
    ]  # fmt: skip
    held = archive.database.execute("SELECT record_id, pmid, record_key, record_source FROM seen WHERE pmid IS NULL")
    assert held.fetchall() == [(1_000_000_000, None, "made-up:T-1", "made-up")]
    archive.database.execute("UPDATE versions SET xml = x'00' WHERE record_id = 1000000000")
    assert archive.note_damage() == (1_000_000_000,)
    assert due_again(archive, now()) == []  # PubMed has no such record to be asked for
    assert pulled(archive, replace(trial, body=b"<trial>revised</trial>")) == Stored(unchanged=1)
    assert archive.note_damage() == ()
