"""Full text made aside is the full text that would have been made in place."""

import sqlite3
from contextlib import closing

import pytest
from sqlite_utils import Database

from db.evidence.full_text import FullTextAside
from db.evidence.schema import TABLES, create_evidence, create_full_text
from db.evidence.write import Store, packed
from records.identifiers import RecordName

WORDS = ("nasal sprays", "infusions", "a spray and an infusion", "tablets", "lozenges")


def parcel_of(pmids: range) -> bytes:
    columns = TABLES["articles"].stored
    known = {"source": "pubmed", "retracted": 0, "is_primary": 0, "on_topic": 0}
    rows = []
    for pmid in pmids:
        row = (
            known
            | RecordName.of_pubmed(pmid)._asdict()
            | {"title": f"Record {pmid}", "abstract": f"On {WORDS[pmid % len(WORDS)]}."}
        )
        rows.append([row.get(column) for column in columns])
    return packed({"articles": rows})


@pytest.fixture
def parcels():
    return [parcel_of(range(99000001, 99000401)), parcel_of(range(99000401, 99000450))]


@pytest.fixture
def rows(parcels):
    database = Database(memory=True)
    create_evidence(database)
    store = Store(database)
    with database.atomic():
        for parcel in parcels:
            store.unpack(parcel)
    return database


def found(database: Database, word: str) -> list[int]:
    return [pmid for (pmid,) in database.execute("SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?", [word])]


def test_it_is_what_would_have_been_made_in_place(tmp_path, parcels, rows):
    with closing(FullTextAside(tmp_path / "words.db")) as aside:
        aside.begin()
        for parcel in parcels:
            aside.add(parcel)
        aside.make()
        aside.move_into(rows)
    moved = Database(sqlite3.connect(":memory:"))
    rows.conn.backup(moved.conn)
    rows["articles"].disable_fts()
    create_full_text(rows)
    assert found(moved, "spray") == found(rows, "spray") != []
    # the structure record (10) begins with the number of times that settings changed (fts5_index.c)
    data = "id, CASE id WHEN 10 THEN substr(block, 5) ELSE block END"
    for shadow, columns in (("data", data), ("idx", "*"), ("docsize", "*"), ("config", "*")):
        query = f"SELECT {columns} FROM articles_fts_{shadow}"  # noqa: S608
        assert moved.execute(query).fetchall() == rows.execute(query).fetchall()
    schema = "SELECT name, sql FROM sqlite_schema WHERE tbl_name LIKE 'articles%' ORDER BY name"
    assert moved.execute(schema).fetchall() == rows.execute(schema).fetchall()
    moved.execute("INSERT INTO articles_fts(articles_fts, rank) VALUES ('integrity-check', 1)")
    moved["articles"].update(99000001, {"abstract": "Now on something else"})
    assert found(moved, "something") == [99000001]


def test_what_goes_wrong_in_its_thread_is_raised_where_the_rows_are(tmp_path, rows):
    with closing(FullTextAside(tmp_path / "words.db")) as aside:
        aside.begin()
        aside.add(b"no database")
        aside.make()
        with pytest.raises(sqlite3.DatabaseError):
            aside.move_into(rows)
        with pytest.raises(sqlite3.DatabaseError):
            aside.add(parcel_of(range(99000001, 99000002)))


def test_a_build_that_ends_early_leaves_nothing(tmp_path, parcels):
    with closing(FullTextAside(tmp_path / "words.db")) as aside:
        aside.begin()
        aside.add(parcels[0])
    assert list(tmp_path.iterdir()) == []


def test_the_full_text_follows_the_words_of_a_row_and_nothing_else_of_it(rows):
    create_full_text(rows)
    indexed = rows.execute("SELECT id, block FROM articles_fts_data").fetchall()
    rows.execute("UPDATE articles SET study_id = 'pmid:99000001', year = 2020")
    assert rows.execute("SELECT id, block FROM articles_fts_data").fetchall() == indexed
    rows.execute("UPDATE articles SET title = 'Of wafers' WHERE pmid = 99000005")
    assert found(rows, "wafer") == [99000005]
    rows.execute("UPDATE articles SET abstract = NULL WHERE pmid = 99000006")
    assert 99000006 not in found(rows, "spray")
    rows.execute("INSERT INTO articles_fts(articles_fts, rank) VALUES ('integrity-check', 1)")
