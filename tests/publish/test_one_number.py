"""One number, one source: home, map, list, prepared question, view, facet and CSV say the same of the bundled topic."""

import csv
import io

import pytest
from datasette.app import Datasette

from helpers.published import METADATA
from ingest.build.run import build
from publish.serve import application
from topics import load_topic

pytestmark = pytest.mark.asyncio


@pytest.fixture(scope="module")
def bundled_db(tmp_path_factory):
    """The bundled register, built."""
    return build(tmp_path_factory.mktemp("bundled"), load_topic("ketamine-routes")).live


@pytest.fixture
def bundled(bundled_db) -> Datasette:
    return application(bundled_db, METADATA)


async def data(site: Datasette, path: str) -> dict:
    answer = await site.client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_studies_and_people_by_route_in_depression(bundled: Datasette):
    home = {row["route"]: (row["studies"], row["people"]) for row in (await data(bundled, "/.json"))["by_route"]}
    of_map = {
        line["route"]: (line["studies"], line["people"])
        for line in (await data(bundled, "/map.json?condition=depression"))["routes"]
    }
    asked = await data(bundled, "/evidence/evidence_by_route_and_design.json?condition=depression&_shape=objects")
    prepared = {row["route"]: (row["studies"], row["people"] or 0) for row in asked["rows"] if row["route"] in home}
    text = (await bundled.client.get("/evidence/people_by_route.csv?conditions__arraycontains=depression")).text
    table = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    view = {
        route: (len(of_route), sum(int(row["people"] or 0) for row in of_route))
        for route in home
        if (of_route := [row for row in table if row["route"] == route])
    }
    assert home == of_map == prepared
    assert view == {route: numbers for route, numbers in home.items() if route != "unspecified"}
    for route, (studies, people) in view.items():
        listed = await data(bundled, f"/studies.json?condition=depression&route={route}")
        assert (listed["count"], listed["people"]) == (studies, people)
    assert len(view) > 5


async def test_a_cell_of_the_map_is_what_sql_counts(bundled: Datasette):
    """Studies by route and design from `studies`, their people from `people_by_route`."""
    shown = {
        (line["route"], design): (cell["studies"], cell["people"], cell["attributable"], cell["largest"])
        for line in (await data(bundled, "/map.json"))["routes"]
        for design, cell in line["cells"].items()
        if line["route"] not in ("unspecified", "no_route")
    }
    sql = (
        "select r.value as route, s.design, count(*) as studies, coalesce(sum(p.people), 0) as people, "
        "count(p.people) as attributable, max(p.people) as largest "
        "from studies s, json_each(s.routes) r "
        "left join people_by_route p on p.study_id = s.study_id and p.route = r.value "
        "where s.on_topic = 1 and s.is_primary = 1 and s.retracted = 0 and s.species in ('human', 'human_and_animal') "
        "and r.value <> 'unspecified' group by 1, 2"
    )
    rows = (await bundled.get_database("evidence").execute(sql)).rows
    assert shown == {(row[0], row[1]): tuple(row)[2:] for row in rows}
    assert len(shown) > 30


async def test_the_flow_ends_in_the_studies_of_home(bundled: Datasette):
    methods, home = await data(bundled, "/methods.json"), await data(bundled, "/.json")
    assert methods["studies"]["studies"] == home["figures"]["studies"]


async def test_a_paper_of_a_claim_has_the_people_of_its_study(bundled: Datasette):
    """As `studies` has them, though the paper may state others."""
    sql = "select study_id, n_total from studies"
    of_study = dict(tuple(row) for row in (await bundled.get_database("evidence").execute(sql)).rows)
    claim = await data(bundled, "/claims/im-single-study.json")
    papers = [
        paper for one in claim["assertions"] for stance in one["evidence"].values() for paper in stance
        if paper["study_id"]
    ]  # fmt: skip
    assert [(paper["study_id"], paper["n_total"]) for paper in papers] == [
        (paper["study_id"], of_study[paper["study_id"]]) for paper in papers
    ]
    assert papers


async def test_studies_by_condition(bundled: Datasette):
    conditions = (await data(bundled, "/map.json"))["conditions"]
    assert len(conditions) > 10
    for condition, studies in [(row["condition"], row["studies"]) for row in conditions[:8]]:
        chosen = await data(bundled, f"/studies.json?condition={condition}")
        assert chosen["count"] == studies, condition
        sql = (
            "select count(*) as studies from studies, json_each(conditions) where value = :condition and on_topic = 1 "
            "and is_primary = 1 and retracted = 0 and species in ('human', 'human_and_animal')"
        )
        found = await bundled.get_database("evidence").execute(sql, {"condition": condition})
        assert found.first()[0] == studies, condition


async def test_claims_count_the_same_people(bundled: Datasette):
    """The people of the intramuscular claim, and those of the map's row: one sum."""
    claim = await data(bundled, "/claims/im-single-study.json")
    told = next(one["answer"] for one in claim["assertions"] if one["assertion_id"] == "any-primary-study")
    row = next(
        line for line in (await data(bundled, "/map.json?condition=depression"))["routes"]
        if line["route"] == "intramuscular"
    )  # fmt: skip
    assert f"Today {row['studies']} studies" in told
    assert f"{row['people']:,} people given it by the intramuscular route" in told
    assert f"in the {row['attributable']} whose people can be attributed" in told
