"""Rows go in by column, in batches, and full text follows them."""

import pytest
from sqlite_utils import Database

from db.evidence.schema import TABLES, create_evidence, create_full_text
from db.evidence.write import Store, packed
from records.identifiers import RecordName


@pytest.fixture
def database():
    database = Database(memory=True)
    create_evidence(database)
    return database


def article(pmid: int, **columns) -> dict:
    return {**RecordName.of_pubmed(pmid)._asdict(), "title": f"Made-up record {pmid}",
            "source": "pubmed", "retracted": 0, "is_primary": 0,
            "on_topic": 0} | columns  # fmt: skip


def test_rows_of_any_number_arrive_once_and_in_order(database):
    store = Store(database)
    for pmid in range(99000001, 99002502):
        store.add_row("articles", article(pmid))
    store.flush()
    store.flush()
    assert [row["pmid"] for row in database["articles"].rows] == list(range(99000001, 99002502))


def test_a_column_that_the_table_has_not_is_an_error(database):
    with pytest.raises(ValueError, match="articles has no column titel"):
        Store(database).add_row("articles", article(99000001) | {"titel": "x"})


def test_every_reference_names_a_table_that_comes_before(database):
    order = list(TABLES)
    for name, table in TABLES.items():
        for target, column in table.references.values():
            assert order.index(target) < order.index(name)
            assert column in TABLES[target].columns


def test_full_text_finds_word_forms_and_follows_changes(database):
    store = Store(database)
    store.add_row("articles", article(99000001, abstract="Trials of intranasal sprays"))
    store.flush()
    create_full_text(database)

    def found(word: str) -> list[int]:
        return [row[0] for row in database.execute("SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?", [word])]

    assert found("trial") == [99000001]
    database["articles"].update(99000001, {"abstract": "Something else"})
    assert found("trial") == []
    assert found("else") == [99000001]


def test_parcels_of_other_tables_one_after_the_other_arrive_whole(database):
    store = Store(database)
    citations = [(99000001, cited) for cited in range(99000100, 99000233)]
    store.unpack(packed({"citations": citations}))
    store.unpack(packed({"keywords": [(99000001, 1, "spray")], "mesh": [], "citations": [(99000002, 99000001)]}))
    assert database.execute("SELECT record_id, cited_pmid FROM citations").fetchall() == [
        *citations,
        (99000002, 99000001),
    ]
    assert database.execute("SELECT record_id, pmid, position, keyword FROM keywords").fetchall() == [
        (99000001, 99000001, 1, "spray")
    ]
    assert not database["mesh"].count
