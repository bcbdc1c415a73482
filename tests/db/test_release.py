"""A database goes live whole and checked, or not at all; readers never see anything between."""

import sqlite3
import threading
from contextlib import closing

import pytest
from sqlite_utils import Database

from db.evidence.publish import Seal, check, flaws, go_live, seal, seal_of
from db.evidence.schema import create_evidence
from db.evidence.write import Store
from helpers.finished import finish
from records.identifiers import RecordName
from topics.errors import IncompleteRunError


def built(path, first: int, count: int):
    """A database of `count` made-up articles from PMID `first`."""
    database = Database(path)
    create_evidence(database)
    store = Store(database)
    for pmid in range(first, first + count):
        store.add_row("articles", {
            **RecordName.of_pubmed(pmid)._asdict(), "title": f"Record {first}", "source": "pubmed", "retracted": 0,
            "is_primary": 0, "on_topic": 0,
        })  # fmt: skip
    store.flush()
    finish(database)
    database.close()
    return path


def test_a_sound_database_passes_and_replaces_the_live_one(tmp_path):
    live = tmp_path / "evidence.db"
    for first in (99000001, 99100001):
        path = built(tmp_path / "new.db", first, 50)
        check(path, 50)
        go_live(path, live)
        assert not path.exists()
        assert Database(live)["articles"].count_where("pmid >= ?", [first]) == 50
    assert Database(live)["articles"].count == 50
    assert Database(live).journal_mode == "wal"


def test_the_checks_do_not_wait_for_each_other_or_other_readers(tmp_path, monkeypatch):
    monkeypatch.setattr("db.sqlite.WAIT_SECONDS", 0.0)
    path = built(tmp_path / "new.db", 99000001, 50)
    with closing(sqlite3.connect(path)) as reader:
        reading = reader.execute("SELECT * FROM articles")
        reading.fetchone()
        check(path, 50)
        assert len(reading.fetchall()) == 49


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        ("DELETE FROM articles WHERE pmid = 99000001", "articles: 49 rows, 50 records"),
        ("UPDATE articles SET study_id = 'none'", "foreign key: articles row 99000001 refers to no studies"),
        ("INSERT INTO articles_fts(articles_fts) VALUES ('delete-all')", "full text of articles does not match"),
        ("DROP TABLE keywords", "table keywords is missing"),
    ],
)
def test_a_database_that_does_not_add_up_is_refused(tmp_path, damage, complaint):
    path = built(tmp_path / "new.db", 99000001, 50)
    connection = sqlite3.connect(path)
    connection.execute(damage)
    connection.commit()
    connection.close()
    with pytest.raises(IncompleteRunError, match=complaint):
        check(path, 50)
    with closing(Database(path)) as database, database.atomic():
        for indexes in (True, False):
            assert complaint in "; ".join(flaws(database, 50, indexes=indexes))


def test_flaws_are_found_before_the_transaction_that_makes_them_ends(tmp_path):
    with closing(Database(built(tmp_path / "new.db", 99000001, 50))) as database:
        with database.atomic():
            assert flaws(database, 50, indexes=True) == []
        database.begin()
        database.execute("DELETE FROM articles WHERE pmid = 99000001")
        assert flaws(database, 50, indexes=False) == ["articles: 49 rows, 50 records and register entries went in"]
        database.rollback()
        assert flaws(database, 50, indexes=True) == []


def test_a_database_is_sealed_until_one_byte_of_it_is_another(tmp_path):
    live = tmp_path / "evidence.db"
    for first, count in ((99000001, 500), (99100001, 50)):
        go_live(built(tmp_path / "new.db", first, count), live)
        assert seal_of(live) is Seal.WHOLE
    content = live.read_bytes()
    at = content.index(b"Record 99100001")
    live.write_bytes(content[:at] + b"X" + content[at + 1 :])
    assert seal_of(live) is not Seal.WHOLE
    seal(live)
    assert seal_of(live) is Seal.WHOLE


def test_what_is_written_to_a_log_beside_the_database_breaks_its_seal(tmp_path):
    live = tmp_path / "evidence.db"
    go_live(built(tmp_path / "new.db", 99000001, 50), live)
    with closing(sqlite3.connect(live)) as reader, closing(sqlite3.connect(live)) as writer:
        reader.execute("SELECT count(*) FROM articles").fetchone()
        writer.execute("UPDATE articles SET title = 'Another' WHERE pmid = 99000001")
        writer.commit()
        assert seal_of(live) is not Seal.WHOLE


def test_a_database_is_not_sealed_as_long_as_somebody_reads_what_was_before(tmp_path, monkeypatch):
    monkeypatch.setattr("db.sqlite.WAIT_SECONDS", 0.0)
    live = tmp_path / "evidence.db"
    go_live(built(tmp_path / "new.db", 99000001, 50), live)
    with closing(sqlite3.connect(live)) as reader:
        reading = reader.execute("SELECT * FROM articles")
        reading.fetchone()
        with closing(sqlite3.connect(live)) as writer:
            writer.execute("UPDATE articles SET title = 'Another' WHERE pmid = 99000001")
            writer.commit()
        seal(live)
        assert seal_of(live) is not Seal.WHOLE
        assert len(reading.fetchall()) == 49
    seal(live)
    assert seal_of(live) is Seal.WHOLE


def test_readers_see_the_old_database_or_the_new_one_and_never_fail(tmp_path):
    live = tmp_path / "evidence.db"
    go_live(built(tmp_path / "new.db", 99000001, 3000), live)
    answers: set[tuple[int, int, int]] = set()
    failures: list[Exception] = []
    stop = threading.Event()

    def read() -> None:
        connection = sqlite3.connect(live)
        while not stop.is_set():
            try:
                answers.add(connection.execute("SELECT count(*), min(pmid), max(pmid) FROM articles").fetchone())
            except sqlite3.Error as error:
                failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for first in (99100001, 99200001, 99300001):
        go_live(built(tmp_path / "new.db", first, 3000), live)
    stop.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert answers <= {(3000, first, first + 2999) for first in (99000001, 99100001, 99200001, 99300001)}
