"""A study's page: its reports, its registration, what counts and why; under every name that it has had."""

import lxml.html
import pytest
from datasette.app import Datasette

from helpers.made_site import REGISTRATION, SCRIPT, SECOND_REPORT, TRIAL, WITHDRAWN
from helpers.published import METADATA
from helpers.shown import parsed, words
from publish.described import load_metadata
from publish.pages.study import counted_because, people_of
from publish.serve import SETTINGS

pytestmark = pytest.mark.asyncio


async def test_a_study_shows_its_reports_with_their_role_and_what_ties_them(made: Datasette):
    page = await parsed(made, f"/studies/{REGISTRATION}")
    reports = [words(report) for report in page.cssselect("ol.reports li")]
    assert [report.split(":")[0] for report in reports] == ["main", "secondary"]
    assert all(REGISTRATION in report for report in reports)
    links = [link.get("href") for link in page.cssselect("ol.reports a")]
    assert links[:3] == [
        f"/articles/{TRIAL}", f"https://pubmed.ncbi.nlm.nih.gov/{TRIAL}/", "https://doi.org/10.5555/made.101",
    ]  # fmt: skip
    assert words(page.cssselect("section[aria-labelledby=registration] li")[0]).startswith(REGISTRATION)


async def test_what_counts_is_said_with_the_words_behind_it(made: Datasette):
    page = await parsed(made, f"/studies/{REGISTRATION}")
    assert "Counted: a first-hand study in people" in words(page.cssselect("section[aria-labelledby=counts]")[0])
    rows = {
        words(row[0]): [words(cell) for cell in row[1:]]
        for row in page.cssselect("table.tags")[0].cssselect("tbody tr")
    }
    assert rows["route"] == ["intramuscular", "Intramuscular", "the text route bound to drug", f"PMID {TRIAL}"]
    assert rows["n total"][:2] == ["48", "48 adults"]
    assert page.cssselect('ul.claims a[href="/claims/im-single-study"]')


async def test_a_retracted_study_says_that_it_is_not_counted(made: Datasette):
    page = await parsed(made, f"/studies/pmid:{WITHDRAWN}")
    assert words(page.cssselect("h1 + .message-error")[0]).startswith("Retracted.")
    assert "Not counted as evidence, because it is retracted." in words(page.cssselect("#counts + p")[0])


async def test_every_reason_not_to_count_a_study_is_named():
    row = {"retracted": 1, "on_topic": 0, "is_primary": 0, "design": "narrative_review", "species": "animal"}
    assert counted_because(row) == [
        "it is retracted", "it is not on the topic", "it studied nobody first-hand (narrative review)",
        "it was not in people (species: animal)",
    ]  # fmt: skip
    assert (
        counted_because({"retracted": 0, "on_topic": 1, "is_primary": 1, "design": "cohort", "species": "human"}) == []
    )


@pytest.mark.parametrize(
    "name",
    ["doi:10.5555/unlisted", "doi%3A10.5555%2Funlisted", "doi~3A10~2E5555~2Funlisted", "doi%3a10.5555/unlisted"],
)
@pytest.mark.parametrize("end", ["", ".json"])
async def test_a_name_with_slashes_is_found_however_it_is_written(datasette: Datasette, name: str, end: str):
    answer = await datasette.client.get(f"/studies/{name}{end}")
    assert answer.status_code == 200
    assert "Sublingual ketamine at home" in answer.text
    assert "24-30" in answer.text


@pytest.mark.parametrize(
    "name", [f"pmid:{SECOND_REPORT}", f"pmid:{TRIAL}", "doi:10.5555/made.101", "doi:10.5555/MADE.102"]
)
@pytest.mark.parametrize("end", ["", ".json"])
async def test_a_name_that_the_study_had_before_leads_to_the_one_it_has(made: Datasette, name: str, end: str):
    answer = await made.client.get(f"/studies/{name}{end}")
    assert (answer.status_code, answer.headers["location"]) == (302, f"/studies/{REGISTRATION}{end}")


@pytest.mark.parametrize("name", ["none", "pmid:1", "pmid:x", "doi:", "..%2f..%2fetc", "%01", "a" * 3000, "~"])
async def test_a_study_that_is_not_held_is_a_404(made: Datasette, name: str):
    answer = await made.client.get(f"/studies/{name}", follow_redirects=True)  # Datasette sends % on as ~
    assert answer.status_code == 404


async def test_the_json_has_every_part(made: Datasette):
    data = (await made.client.get(f"/studies/{REGISTRATION}.json")).json()
    assert data["study"]["study_id"] == REGISTRATION
    assert [(report["pmid"], report["role"]) for report in data["reports"]] == [
        (TRIAL, "main"),
        (SECOND_REPORT, "secondary"),
    ]
    assert data["counted"] == []
    assert data["history"][0]["known_from"] == "2021-03-04"


async def test_a_title_that_would_run_stays_text(made: Datasette):
    page = await parsed(made, f"/studies/pmid:{SCRIPT}")
    assert words(page.cssselect("h1")[0]).startswith("<script>alert(1)</script>")


async def test_the_site_can_be_served_below_a_path(made_db):
    below = Datasette([str(made_db)], metadata=load_metadata(METADATA), settings={**SETTINGS, "base_url": "/kept/"})
    for path in (f"/studies/{REGISTRATION}", f"/articles/{TRIAL}", "/map", "/studies", "/search?q=ketamine"):
        page = lxml.html.fromstring((await below.client.get(f"/kept{path}")).text)
        own = [link for link in page.xpath("//@href | //@src | //@action") if not link.startswith(("http", "#"))]
        assert own
        assert all(link.startswith("/kept/") for link in own), [link for link in own if not link.startswith("/kept/")]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "40 people given the drug are in sums (oral 40): all people of a study of one route without another arm."),
        ({"routes": "[]"}, "No route was found: it stands in no row by route, and its people are in no sum."),
        ({"n_total_basis": "unsure", "n_given": None}, "Its number of people is unsure"),
        ({"n_given": None}, "Its people are in no sum: there were several routes, or people who did not get the drug"),
    ],
)
async def test_a_counted_study_says_whose_people_are_in_sums_or_why_none_are(changed, said):
    row = {"routes": '["oral"]', "n_total_basis": "enrolled", "n_given": 40, "n_by_route": '{"oral": 40}',
           "n_given_basis": "everyone"}  # fmt: skip
    assert people_of(row | changed).startswith(said)
