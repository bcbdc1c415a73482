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
