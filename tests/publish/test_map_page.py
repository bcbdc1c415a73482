"""The evidence map: every cell says what the tables say and leads to exactly its studies."""

import re
import sqlite3

import lxml.html
import pytest
from datasette.app import Datasette

from publish.pages.map import Chosen, read_map, read_studies

pytestmark = pytest.mark.asyncio
_COUNTED = "on_topic = 1 and is_primary = 1 and retracted = 0 and species in ('human', 'human_and_animal')"


async def map_of(datasette: Datasette, asked: str = "") -> dict:
    return (await datasette.client.get(f"/map.json{asked}")).json()


async def test_a_study_of_two_routes_stands_in_both_rows_and_once_in_the_total(datasette: Datasette):
    data = await map_of(datasette)
    cells = {
        (line["route"], design): (cell["studies"], cell["people"], cell["attributable"])
        for line in data["routes"]
        for design, cell in line["cells"].items()
    }
    assert cells == {
        ("intramuscular", "case_report"): (1, 1, 1),
        ("intramuscular", "randomized_controlled_trial"): (1, 18, 1),
        ("intravenous", "randomized_controlled_trial"): (1, 9, 1),
        ("intravenous", "other"): (1, 0, 0),
        ("intranasal", "randomized_controlled_trial"): (1, 0, 0),
        ("oral", "pharmacokinetic"): (1, 6, 1),
        ("sublingual", "cohort"): (1, 12, 1),
    }
    assert (data["total"]["studies"], data["total"]["people"], data["total"]["attributable"]) == (6, 46, 4)
    assert [line["route"] for line in data["routes"]][:2] == ["intramuscular", "intravenous"]
    assert data["designs"] == [
        "randomized_controlled_trial", "cohort", "case_report", "pharmacokinetic", "other",
    ]  # fmt: skip


@pytest.mark.parametrize("asked", ["", "?condition=depression", "?since=2010&until=2015", "?condition=pain&since=1999"])
async def test_every_cell_leads_to_as_many_studies_as_it_says(made: Datasette, asked: str):
    page = lxml.html.fromstring((await made.client.get(f"/map{asked}")).text)
    cells = page.cssselect("table.map td a")
    assert len(cells) > 10
    for cell in cells:
        said = int(re.search(r": ([\d,]+) stud", cell.text_content())[1].replace(",", ""))
        path, _, query = cell.get("href").partition("?")
        listed = (await made.client.get(f"{path}.json?{query}")).json()
        assert (listed["count"], min(said, 50)) == (said, len(listed["studies"])), cell.get("href")


async def test_the_whole_map_counts_what_the_home_page_counts(made: Datasette, made_db):
    with sqlite3.connect(made_db) as connection:
        expected = connection.execute(f"select count(*), sum(n_given) from studies where {_COUNTED}").fetchone()  # noqa: S608
    total = (await map_of(made))["total"]
    assert (total["studies"], total["people"]) == expected


async def test_a_condition_counts_with_the_narrower_ones_and_its_number_says_so(datasette: Datasette):
    data = await map_of(datasette, "?condition=depression")
    assert data["total"]["studies"] == 5
    assert {"condition": "depression", "studies": 5} in data["conditions"]
    assert (await map_of(datasette, "?condition=Treatment-Resistant depression"))["total"]["studies"] == 1


async def test_years_bound_the_map_on_both_sides(datasette: Datasette):
    assert (await map_of(datasette, "?since=2014&until=2016"))["total"]["studies"] == 2
    assert (await map_of(datasette, "?since=2014"))["total"]["studies"] == 4
    assert (await map_of(datasette, "?until=2012"))["total"]["studies"] == 2


@pytest.mark.parametrize(
    "odd", ["since=20", "until=soon", "since=2010-01", "since=٢٠١٠", "condition=%00", "condition=';drop"]
)
async def test_an_odd_question_is_answered_all_the_same(datasette: Datasette, odd: str):
    for path in ("/map", "/map.json", "/studies", "/studies.json"):
        assert (await datasette.client.get(f"{path}?{odd}")).status_code == 200


async def test_a_map_without_a_study_says_so(datasette: Datasette):
    assert "No study fits." in (await datasette.client.get("/map?condition=gout")).text
    assert "No study fits." in (await datasette.client.get("/studies?route=intravenous&since=2099")).text


async def test_studies_without_a_route_have_a_row_of_their_own(own_copy):
    own_copy.execute("update studies set routes = '[]' where study_id = 'pmid:99000004'")
    data = read_map(own_copy.conn, Chosen())
    assert data["routes"][-1]["route"] == "none_found"
    assert data["routes"][-1]["cells"] == {"pharmacokinetic": {
        "studies": 1, "people": 0, "attributable": 0, "median": None, "largest": None, "largest_study": None,
    }}  # fmt: skip


async def test_the_list_pages_through_all_studies_once(made: Datasette):
    first = (await made.client.get("/studies.json")).json()
    found = [row["study_id"] for row in first["studies"]]
    for number in range(2, first["pages"] + 1):
        found += [row["study_id"] for row in (await made.client.get(f"/studies.json?page={number}")).json()["studies"]]
    assert len(found) == len(set(found)) == first["count"]
    assert (await made.client.get("/studies.json?page=99999")).json()["page"] == first["pages"]


async def test_studies_without_a_route_are_listed_largest_first(own_copy):
    for n_total, study_id in ((None, "pmid:99000002"), (5, "pmid:99000003"), (80, "pmid:99000004")):
        own_copy.execute("update studies set routes = '[]', n_total = ? where study_id = ?", [n_total, study_id])
    listed = read_studies(own_copy.conn, Chosen(route="none_found"), 1)["studies"]
    assert [row["n_total"] for row in listed] == [80, 5, None]
