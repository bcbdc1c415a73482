"""The board of claims: one row a claim, its verdict in words and shape, and figures that the tables bear out."""

import re
import sqlite3

import lxml.html
import pytest
from datasette.app import Datasette

from db.claims.verdicts import MEANING
from db.evidence.schema import TABLES
from helpers.published import METADATA
from publish.described import load_metadata

pytestmark = pytest.mark.asyncio
QUERIES = load_metadata(METADATA)["databases"]["evidence"]["queries"]
SHEETS = ("/-/static/app.css", "/-/static-plugins/evidence-tracker/evidence.css")


def cells(row: lxml.html.HtmlElement) -> list[str]:
    return [" ".join(cell.text_content().split()) for cell in row]


async def board(datasette: Datasette) -> lxml.html.HtmlElement:
    answer = await datasette.client.get("/")
    assert answer.status_code == 200
    return lxml.html.fromstring(answer.text)


async def test_every_claim_stands_under_its_section_with_verdict_figures_and_papers(claims: Datasette):
    page = await board(claims)
    assert [heading.text_content() for heading in page.cssselect("#claims ~ h3")] == ["Tea", "Extract"]
    assert [cells(row) for row in page.cssselect("table.board tbody tr")] == [
        ["There is one trial of chamomile by mouth.", "outdated held until 2013-02-11", "2 studies", "1 study", "",
         "1", "1"],
        ["By mouth is the most studied way, with nine in ten people.", "partly 1 of 2 parts hold", "55.6 %",
         "at least 90 % of participants", "", "2", "1"],
        ["It has been studied for ten years.", "contradicted", "4 years", "at least 10 years", "", "0", "2"],
        ["It helps.", "partly", "1 for, 1 against", "as worded", "", "1", "1"],
        ["It is cosy.", "not testable", "A feeling."],
        ["Nobody has studied chamomile pillows.", "outdated held until 2014", "a study is known", "no study", "", "0",
         "1"],
        ["The first trial was open.", "contradicted", "double", "open", "", "0", "1"],
        ["A third is absorbed.", "insufficient", "0 of 0 figures agree", "30 to 36 %", "", "0", "0"],
    ]  # fmt: skip


async def test_a_verdict_is_a_word_and_a_shape_and_shapes_differ(claims: Datasette):
    page = await board(claims)
    shapes = {}
    for mark in page.cssselect(".legend .verdict"):
        (drawing,) = mark.cssselect("svg[aria-hidden=true]")
        shapes[mark.text_content()] = re.sub(
            r"\s", "", lxml.html.tostring(drawing, encoding="unicode", with_tail=False)
        )
    assert list(shapes) == [word.replace("_", " ") for word in MEANING]
    assert len(set(shapes.values())) == len(MEANING)


async def test_a_spark_line_says_in_words_where_it_begins_and_ends(claims: Datasette):
    page = await board(claims)
    (line,) = page.cssselect('table.board tbody tr:first-child svg.spark[role="img"]')[:1]
    assert line.get("aria-label") == "studies: 1 in 2010, 2 since 2013"
    assert page.cssselect("table.board tbody tr:first-child svg.spark path.line")


async def test_json_has_the_same_board(claims: Datasette):
    data = (await claims.client.get("/.json")).json()
    assert data["ok"] is True
    assert data["freshness"] == "PubMed searched to the end on 2026-11-20: 4 records reported, 4 stored."
    first = data["claims"][0]
    assert (first["claim_id"], first["verdict"], first["deciding"]["found"], first["deciding"]["expected"]) == (
        "one-trial", "outdated", "2 studies", "1 study",
    )  # fmt: skip
    assert data["topic"]["article"] == "A cup of tea"


async def test_every_claim_of_the_bundled_article_is_on_the_board_with_the_verdict_of_the_tables(made, made_db):
    page = await board(made)
    with sqlite3.connect(made_db) as connection:
        stored = connection.execute("SELECT claim_id, replace(verdict, '_', ' ') FROM claims").fetchall()
    shown = [
        (row.cssselect("th a")[0].get("href").removeprefix("/claims/"), row.cssselect(".verdict")[0].text_content())
        for row in page.cssselect("table.board tbody tr")
    ]
    assert sorted(shown) == sorted(stored)
    assert len(shown) == 40


async def test_home_with_its_style_sheets_weighs_less_than_150_kilobytes(made: Datasette):
    weight = [len((await made.client.get(path)).content) for path in ("/", *SHEETS)]
    assert sum(weight) < 150_000, weight
    page = await board(made)
    assert not page.cssselect("script[src], img")


async def test_home_shows_counts_routes_questions_and_tables(datasette: Datasette):
    page = await board(datasette)
    assert [" ".join(figure.text_content().split()) for figure in page.cssselect(".figures li")] == [
        "7 records", "8 studies", "6 of them first-hand, in people, on topic",
        "46 people given the drug by a known route, in the 4 of these whose people can be attributed: "
        "9 in the middle, 27 in the largest",
    ]  # fmt: skip
    assert [cells(row) for row in page.cssselect("table.routes tbody tr")] == [
        ["intramuscular", "2", "19 largest 18"], ["intravenous", "2", "9 in 1 largest 9"],
        ["intranasal", "1", "not attributable"], ["sublingual", "1", "12 largest 12"],
    ]  # fmt: skip


async def test_every_question_and_every_table_is_one_link_away(made: Datasette):
    page = await board(made)
    questions = [link.get("href").removeprefix("/evidence/") for link in page.cssselect(".cards a")]
    assert questions == [name for name in QUERIES if name != "search"]
    assert {link.get("href").removeprefix("/evidence/") for link in page.cssselect("dl.tables a")} == set(TABLES)


async def test_without_our_database_the_home_page_is_datasettes_own(tmp_path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE one (id INTEGER PRIMARY KEY)")
    other = Datasette([str(path)])
    answer = await other.client.get("/")
    assert (answer.status_code, 'href="/other"' in answer.text) == (200, True)
    data = (await other.client.get("/.json")).json()
    held = data.get("databases", data)  # 0.65: by name; 1.0: a list of them beside other things
    assert [one["name"] for one in (held.values() if isinstance(held, dict) else held)] == ["other"]
