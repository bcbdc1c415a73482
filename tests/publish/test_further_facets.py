"""Phase and follow-up as readers see them: on the pages of records and studies, in tables, on the methods page."""

import pytest
from datasette.app import Datasette

from helpers.made_builds import METHODS, trial
from helpers.published import METADATA
from helpers.records import RANDOMIZED, article_set
from helpers.shown import parsed, words
from ingest.build.run import build
from ingest.pubmed.run import import_into
from publish.serve import application
from topics import load_topic

pytestmark = pytest.mark.asyncio
FOLLOWED, NEITHER = 99000001, 99000002
SEAMLESS = (("D017427", "Clinical Trial, Phase II"), ("D017428", "Clinical Trial, Phase III"))


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Datasette:
    data, topic = tmp_path_factory.mktemp("further"), load_topic("ketamine-routes")
    abstract = f"{METHODS} They were followed for 6 months; a second visit was the 12-month follow-up."
    records = trial(FOLLOWED, abstract=abstract, publication_types=(RANDOMIZED, *SEAMLESS)), trial(NEITHER)
    (data / "records.xml").write_bytes(article_set(*records))
    import_into(data, topic, [data / "records.xml"])
    return application(build(data, topic).live, METADATA)


async def facts(site: Datasette, path: str) -> dict[str, str]:
    page = await parsed(site, path)
    names, values = ([words(cell) for cell in page.cssselect(f"dl.deciding {part}")] for part in ("dt", "dd"))
    return dict(zip(names, values, strict=True))


@pytest.mark.parametrize("path", ["/articles", "/studies/pmid:"])
async def test_both_are_among_the_facts_of_a_record_and_its_study(site: Datasette, path: str):
    link = f"{path}/" if path == "/articles" else path
    found, none = await facts(site, f"{link}{FOLLOWED}"), await facts(site, f"{link}{NEITHER}")
    assert (found["Phase"], found["Follow-up"]) == ("2/3", "52 weeks")
    assert (none["Phase"], none["Follow-up"]) == ("not reported", "not reported")


async def test_the_very_words_are_marked_and_each_part_of_a_phase_counts(site: Datasette):
    page = await parsed(site, f"/articles/{FOLLOWED}")
    assert [words(mark) for mark in page.cssselect("mark.on-follow_up_weeks")] == ["12-month follow-up"]
    rows = [[words(cell) for cell in row][:3] for row in page.cssselect("table.tags")[0].cssselect("tbody tr")]
    assert ["phase", "2", "Clinical Trial, Phase II"] in rows
    assert ["phase", "3", "Clinical Trial, Phase III"] in rows
    assert [row for row in rows if row[0] == "follow up weeks"] == [
        ["follow up weeks", "52", "12-month follow-up abstract"]
    ]


async def test_a_study_says_why(site: Datasette):
    reasons = (await site.client.get(f"/studies/pmid:{FOLLOWED}.json")).json()["reasons"]
    why = {row["facet"]: (row["value"], row["because"]["quote"]) for row in reasons if row["because"]}
    assert why["phase"] == ("2/3", "Clinical Trial, Phase II")
    assert why["follow_up_weeks"] == (52.0, "12-month follow-up")


async def test_tables_can_be_asked_for_them(site: Datasette):
    asked = "/evidence/studies.json?phase=2/3&follow_up_weeks__gte=26&_shape=objects&_col=main_pmid"
    assert [row["main_pmid"] for row in (await site.client.get(asked)).json()["rows"]] == [FOLLOWED]


async def test_the_methods_page_says_what_they_mean(site: Datasette):
    facets = (await site.client.get("/methods.json")).json()["facets"]
    assert list(facets["phase"]["values"]) == ["1", "1/2", "2", "2/3", "3", "4"]
    assert facets["conduct"]["values"]["follow_up_weeks"].startswith("the longest follow-up that the abstract states")
