"""Methods: the question, the search as sent and as understood, the flow of records, and what every tag means."""

import sqlite3

import pytest
from datasette.app import Datasette

from db.evidence.schema import TABLES
from helpers.published import METADATA
from helpers.shown import parsed, words
from publish.definitions import FACETS
from publish.described import load_metadata

pytestmark = pytest.mark.asyncio


async def test_the_search_stands_as_sent_and_as_pubmed_understood_it_with_its_date_and_sums(claims: Datasette):
    page = await parsed(claims, "/methods")
    assert [pre.text_content() for pre in page.cssselect("#search ~ pre")][:2] == [
        "chamomile[tiab] AND sleep[tiab]", "(chamomile[tiab] AND sleep[tiab])",
    ]  # fmt: skip
    assert "searched to the end on 2026-11-20, in 1 part: 4 records reported, 4 stored" in words(page)
    assert words(page.cssselect(".lead")[0]) == "Does chamomile help people sleep?"


async def test_before_a_search_the_page_shows_the_one_that_will_be_sent(made: Datasette):
    page = await parsed(made, "/methods")
    assert "PubMed has not been searched yet for this database. This is the search that a run sends." in words(page)
    data = (await made.client.get("/methods.json")).json()
    blocks = data["search"]["blocks"]
    assert {block["value"] for block in blocks} >= {"drug", "conditions", "routes"}
    assert all(block["terms"] and block["label"] for block in blocks)


async def test_the_flow_of_records_is_drawn_said_in_words_and_tabled(claims: Datasette):
    page = await parsed(claims, "/methods")
    (drawing,) = page.cssselect('svg.flow[role="img"]')
    assert drawing.get("aria-label") == (
        "Flow of records. identified, PubMed and imported files: 5; duplicates, in the register and in PubMed: 1; "
        "screened, records: 4; excluded, not in people: 1; included, on topic: 3"
    )
    assert len(drawing.cssselect(".box")) == 5
    assert [words(text) for text in drawing.cssselect(".strong")] == [
        "Identified: 5", "Duplicates: 1", "Screened: 4", "Excluded: 1", "Included: 3",
    ]  # fmt: skip
    assert [[words(cell) for cell in row] for row in page.cssselect("#flow ~ details tbody tr")][:2] == [
        ["identified", "PubMed and imported files", "5"], ["duplicates", "in the register and in PubMed", "1"],
    ]  # fmt: skip


async def test_the_flow_adds_up_for_the_bundled_register(made: Datasette):
    flow = (await made.client.get("/methods.json")).json()["screening"]
    total = {
        stage: sum(row["records"] for row in flow if row["stage"] == stage) for stage in {row["stage"] for row in flow}
    }
    assert total["identified"] - total["duplicates"] == total["screened"] == total["excluded"] + total["included"]


async def test_every_value_that_the_tables_hold_is_defined(made: Datasette, made_db):
    defined = {value for _, values in FACETS.values() for value in values}
    with sqlite3.connect(made_db) as connection:
        held = {row[0] for row in connection.execute("SELECT DISTINCT design FROM articles")}
        held |= {row[0] for row in connection.execute("SELECT DISTINCT value FROM articles, json_each(routes)")}
        held |= {row[0] for row in connection.execute("SELECT DISTINCT value FROM vocabulary")}
        used = {row[0] for row in connection.execute("SELECT DISTINCT value FROM articles, json_each(conditions)")}
    assert used <= held
    topic = {row["value"] for row in (await made.client.get("/methods.json")).json()["vocabulary"]}
    assert held - topic - defined <= {"drug", "conditions", "kinetics", "routes", "animals", "humans"}


async def test_accuracy_is_shown_where_the_taggers_were_scored(claims_db, tmp_path):
    path = tmp_path / "evidence.db"
    path.write_bytes(claims_db.read_bytes())
    names = list(TABLES["tag_accuracy"].columns)
    rows = [
        (1, "route", "oral", "7", "made-up", "held_back", 9, 1, 1, 0.9, 0.9, 0.9, 0.7, 0.98),
        (2, "route", "(micro)", "7", "made-up", "held_back", 19, 1, 1, 0.95, 0.95, 0.95, 0.8, 0.99),
        (4, "route", "(weighted)", "7", "made-up", "held_back", 19, 1, 1, 0.94, 0.94, 0.94, 0.8, 0.99),
        (3, "route", "(micro)", "7", "made-up", "dev", 19, 0, 0, 1.0, 1.0, 1.0, 0.9, 1.0),
    ]
    with sqlite3.connect(path) as connection:
        connection.executemany(f"INSERT INTO tag_accuracy VALUES ({','.join('?' * len(names))})", rows)  # noqa: S608
    page = await parsed(Datasette([str(path)], metadata=load_metadata(METADATA)), "/methods")
    assert [[words(cell) for cell in row] for row in page.cssselect("#accuracy ~ .table-wrapper tbody tr")] == [
        ["route", "all together", "made-up", "0.950", "0.950", "0.950", "0.800", "0.990"]
    ]


async def test_where_they_were_not_scored_the_page_says_how_to(claims: Datasette):
    assert "The taggers were not scored for this database." in words(await parsed(claims, "/methods"))


async def test_versions_and_the_fingerprint_of_the_data_are_named(claims: Datasette):
    data = (await claims.client.get("/methods.json")).json()
    assert set(data["versions"]) == {"evidence-tracker", "datasette", "python", "sqlite"}
    assert all(data["versions"].values())
    assert "f" * 64 in words(await parsed(claims, "/methods"))
