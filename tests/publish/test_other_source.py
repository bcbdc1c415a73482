"""A record of another source than PubMed has a number of its own, counts like any other, and breaks no page."""

import sqlite3
from contextlib import closing

import lxml.html
import pytest
from datasette.app import Datasette

from helpers.published import METADATA
from helpers.shown import parsed, words
from ingest.build import run as build_module
from ingest.build.articles import Arrival
from ingest.build.assemble import arrivals
from publish.serve import application
from records.identifiers import FIRST_ID_OF_OTHERS, RecordName
from records.record import Author, Record, Registration
from topics import load_topic

ALONE, SECOND = "NCT99000042", "NCT99000043"
"""A registration that no paper reports yet, and one of a trial that a paper reports."""
PAPER = 99000043
FIRST_ID = FIRST_ID_OF_OTHERS
pytestmark = pytest.mark.asyncio


def _registered(number: int, accession: str) -> Arrival:
    record = Record(
        pmid=0,
        title=f"Intramuscular ketamine for major depression, registered zebrawood {number}",
        abstract="Forty adults with major depression were randomized to intramuscular ketamine or placebo.",
        published=f"2019-03-0{number}",
        date_precision="day",
        entered=f"2019-03-0{number}",
        authors=(Author("Made", "Up", "U", "", "", "", "", 1),),
        registrations=(Registration("ClinicalTrials.gov", accession, "databank"),),
    )
    name = RecordName(FIRST_ID + number, f"clinicaltrials:{accession}", "clinicaltrials")
    return Arrival(record, "clinicaltrials", name=name)


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """What a build makes of the register, a paper, and two trial registrations."""
    paper = Record(
        pmid=PAPER, title="Intramuscular ketamine for major depression: a randomized trial", entered="2021-01-01",
        abstract="Forty adults with major depression were randomized to intramuscular ketamine or placebo.",
        registrations=(Registration("ClinicalTrials.gov", SECOND, "databank"),),
    )  # fmt: skip
    given = [Arrival(paper, "pubmed"), _registered(1, ALONE), _registered(2, SECOND)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build_module, "arrivals", lambda inputs, only: [*arrivals(inputs, only), *given])
        return build_module.build(tmp_path_factory.mktemp("other"), load_topic("ketamine-routes")).live


@pytest.fixture
def site(live) -> Datasette:
    return application(live, METADATA)


@pytest.fixture
def ask(live):
    with closing(sqlite3.connect(live)) as connection:
        yield lambda sql, *values: connection.execute(sql, values).fetchall()


async def test_it_is_written_under_its_own_number_and_key_and_has_no_pmid(ask):
    sql = "SELECT record_id, record_key, record_source, pmid FROM articles WHERE record_id >= ? OR pmid = ? ORDER BY 1"
    assert ask(sql, FIRST_ID, PAPER) == [
        (PAPER, f"pubmed:{PAPER}", "pubmed", PAPER),
        (FIRST_ID + 1, f"clinicaltrials:{ALONE}", "clinicaltrials", None),
        (FIRST_ID + 2, f"clinicaltrials:{SECOND}", "clinicaltrials", None),
    ]


@pytest.mark.parametrize("table", ["tags", "sections", "authors", "registrations", "arms", "notices", "mesh"])
async def test_pmid_of_what_hangs_on_a_record_is_the_records(ask, table):
    wrong = "SELECT count(*) FROM {} AS t JOIN articles AS a USING (record_id) WHERE t.pmid IS NOT a.pmid"
    assert ask(wrong.format(table)) == [(0,)]


async def test_its_tags_are_found_by_its_number(ask):
    assert ("route", "intramuscular") in ask("SELECT facet, value FROM tags WHERE record_id = ?", FIRST_ID + 1)
    assert ask("SELECT DISTINCT pmid FROM tags WHERE record_id = ?", FIRST_ID + 1) == [(None,)]


async def test_it_is_a_report_of_the_study_that_it_registers(ask):
    sql = "SELECT report, record_id, pmid FROM study_reports WHERE study_id = ? ORDER BY record_id"
    assert ask(sql, ALONE) == [(f"clinicaltrials:{ALONE}", FIRST_ID + 1, None)]
    assert ask(sql, SECOND) == [
        (f"pmid:{PAPER}", PAPER, PAPER), (f"clinicaltrials:{SECOND}", FIRST_ID + 2, None),
    ]  # fmt: skip
    assert ask("SELECT study_id FROM articles WHERE record_id >= ? ORDER BY record_id", FIRST_ID) == [
        (ALONE,), (SECOND,),
    ]  # fmt: skip


async def test_claims_count_its_study(ask):
    sql = "SELECT DISTINCT study_id, pmid FROM claim_evidence WHERE study_id = ?"
    assert ask(sql, ALONE) == [(ALONE, None)]
    ((reports,),) = ask("SELECT reports FROM study_history WHERE study_id = ? AND known_until IS NULL", ALONE)
    assert reports == f'["clinicaltrials:{ALONE}"]'


async def test_a_search_finds_it_and_leads_to_its_study(site):
    page = await parsed(site, "/search?q=zebrawood")
    assert {link.get("href") for link in page.cssselect("ol.results a")} == {f"/studies/{ALONE}", f"/studies/{SECOND}"}
    named = await parsed(site, f"/search?q={ALONE}")
    assert named.cssselect(".message-info a")[0].get("href") == f"/studies/{ALONE}"
    assert (await site.client.get("/evidence/search.json?q=zebrawood&_shape=array")).json()[0]["pmid"] is None


async def test_its_study_has_a_page(site):
    page = await parsed(site, f"/studies/{ALONE}")
    assert "zebrawood 1" in words(page.cssselect("h1")[0])
    assert f"/evidence/articles/{FIRST_ID + 1}" in {link.get("href") for link in page.cssselect("table.tags a")}
    both = await parsed(site, f"/studies/{SECOND}")
    assert len(both.cssselect("ol.reports li")) == 2


@pytest.mark.parametrize(
    "path",
    [
        "/", "/claims/im-single-study", "/map", "/changes", "/sitemap.xml", "/cite/records.ris?q=zebrawood",
        "/cite?q=zebrawood+registered+intramuscular+ketamine+for+major+depression",
        f"/evidence/articles/{FIRST_ID + 1}", f"/evidence/articles?record_id={FIRST_ID + 1}",
        f"/evidence/tags?record_id={FIRST_ID + 1}", f"/evidence/study_reports?record_id={FIRST_ID + 2}",
        f"/evidence/tags.json?pmid={PAPER}", "/evidence/studies", "/evidence/authors",
    ],
)  # fmt: skip
async def test_no_page_breaks(site, path):
    answer = await site.client.get(path, follow_redirects=True)
    assert answer.status_code == 200, answer.text[-500:]
    assert "/articles/None" not in answer.text


async def test_tables_lead_from_a_number_to_the_page_of_the_record(site):
    paper = lxml.html.fromstring((await site.client.get(f"/evidence/tags?pmid={PAPER}")).text)
    assert f"/articles/{PAPER}" in {link.get("href") for link in paper.cssselect("td.col-record_id a")}
    other = lxml.html.fromstring((await site.client.get(f"/evidence/tags?record_id={FIRST_ID + 1}")).text)
    assert f"/evidence/articles/{FIRST_ID + 1}" in {link.get("href") for link in other.cssselect("td.col-record_id a")}
