"""Citation look-up on the web: the box, one address a record and format, files of any length, content negotiation."""

import io
import json
import re

import pytest
import pytest_asyncio
import rispy
from Bio import Medline
from datasette import hookimpl
from datasette.app import Datasette
from datasette.plugins import pm
from datasette.utils.asgi import Response
from pybtex.database import parse_string

from db.evidence.schema import TABLES
from db.sqlite import open_database
from helpers.citation_records import make_database
from publish.compat import OWN_SQL
from publish.pages import cite


async def paper(datasette, request):
    """A page of a record, as far as content negotiation goes."""
    return await cite.negotiate(datasette, request, int(request.url_vars["pmid"])) or Response.text("a page")


class Hooks:
    """The hooks of the page on their own, wherever else they are hooked in."""

    __name__ = "citations under test"

    @hookimpl
    def register_routes(self):
        return [*cite.routes(), (r"^/papers/(?P<pmid>\d+)$", paper)]

    @hookimpl
    def register_output_renderer(self):
        return cite.renderers()


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return make_database(tmp_path_factory.mktemp("cite") / "evidence.db", claims=True)


@pytest_asyncio.fixture
async def client(path):
    hooks = Hooks()
    pm.register(hooks)
    try:
        datasette = Datasette([str(path)])
        await datasette.invoke_startup()
        yield datasette.client
    finally:
        pm.unregister(hooks)


@pytest.mark.asyncio
async def test_the_empty_box_shows_examples_that_lead_back_to_it(client):
    page = await client.get("/cite")
    assert page.status_code == 200
    assert re.search(r'<a href="/cite\?q=24701015">', page.text)


@pytest.mark.asyncio
async def test_a_retracted_paper_says_so_before_its_citation(client):
    page = (await client.get("/cite?q=Inventor+2013")).text.partition("<main")[2]
    assert 0 < page.index("RETRACTED, 2016-01-01") < page.index("Nasal ketamine in the mountains")
    assert 'href="/cite/99000002.bib"' in page


@pytest.mark.asyncio
async def test_what_differs_is_shown(client):
    page = (await client.get("/cite", params={"q": "Inventor B. Nasal ketamine in the mountains: an invented crossover "
                                                   "study. Ann Invent Med. 2014;12:11-9."})).text  # fmt: skip
    assert "Year: says 2014, is 2013." in page


@pytest.mark.asyncio
async def test_a_list_gives_one_answer_each_in_order(client):
    answers = (await client.get("/cite.json", params={"q": "99000001\nBaker 2014\nNobody 2014"})).json()["answers"]
    assert [(one["asked"], one["outcome"], [match["pmid"] for match in one["matches"]]) for one in answers] == [
        ("99000001", "exact", [99000001]), ("Baker 2014", "several", [99000007, 99000009]),
        ("Nobody 2014", "not_found", []),
    ]  # fmt: skip
    assert answers[0]["standing"]["claims"] == [{
        "claim_id": "iv-made-up", "stance": "supports", "verdict": "outdated",
        "text": "Most made-up studies are of infusions",
    }]  # fmt: skip


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; DROP TABLE articles; --",
    "{{7*7}}",
    "\x00",
)


@pytest.mark.asyncio
@pytest.mark.parametrize("text", HOSTILE)
async def test_what_was_asked_is_shown_as_text(client, text):
    page = await client.get("/cite", params={"q": f"{text}\nInventor 2013", "style": "apa"})
    assert page.status_code == 200
    assert "<script>alert" not in page.text and "<img src=x" not in page.text


@pytest.mark.asyncio
async def test_an_entry_that_cannot_be_read_is_named(client):
    text = "@article{a, title={Oral ketamine and the colour of bread}}\n@article{b, abstract={<i>Nothing</i>}}\n"
    page = (await client.get("/cite", params={"q": text})).text
    assert "Not read, 1 of 2: line 2: the BibTeX entry" in page
    found = (await client.get("/cite.json", params={"q": text})).json()
    assert (len(found["answers"]), len(found["not_read"])) == (1, 1)
    page = await client.get("/cite", params={"q": "@article{b, abstract={Nothing}}"})
    assert (page.status_code, "line 1: the BibTeX entry" in page.text) == (400, True)


@pytest.mark.asyncio
async def test_markup_in_a_title_is_inert_on_the_page_and_in_its_head(client):
    page = (await client.get("/cite?q=99000005")).text
    assert "<i>mice</i>" not in page and "&lt;i&gt;mice&lt;/i&gt;" in page


@pytest.mark.asyncio
async def test_a_page_on_one_paper_can_be_saved_by_a_reference_manager(client):
    page = (await client.get("/cite?q=99000001")).text
    tags = dict(re.findall(r'<meta name="citation_(\w+)" content="([^"]*)">', page))
    assert tags == {
        "title": "Quiet ketamine nights: a made-up trial of evening infusions in tired adults",
        "author": "Quiet Nights &amp; Days Group", "journal_title": "J Made Up Res", "publication_date": "2014/06/03",
        "volume": "7", "issue": "2", "firstpage": "970", "lastpage": "976", "doi": "10.9999/jmur.2014.03.026",
        "pmid": "99000001", "language": "eng",
    }  # fmt: skip
    assert page.count('<span class="Z3988"') == 1 and "rft_id=info%3Apmid%2F99000001" in page


@pytest.mark.asyncio
@pytest.mark.parametrize("query", ["style=no-such&q=99000001", "q=" + "9" * 60_001, "q=" + "%0A".join(["1"] * 201)])
async def test_what_cannot_be_done_is_said_on_the_page(client, query):
    page = await client.get(f"/cite?{query}")
    assert (page.status_code, "message-error" in page.text) == (400, True)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("form", "media_type", "start"),
    [
        ("bib", "application/x-bibtex", "@article{example2014_99000001,"),
        ("ris", "application/x-research-info-systems", "TY  - JOUR"), ("nbib", "application/nbib", "PMID- 99000001"),
        ("csl", "application/vnd.citationstyles.csl+json", "["),
        ("json", "application/vnd.citationstyles.csl+json", "["),
        ("txt", "text/x-bibliography", "Example AB"), ("md", "text/markdown", "- Example AB"),
        ("html", "text/html", "<ol>"),
    ],
)  # fmt: skip
async def test_a_record_has_an_address_for_each_format(client, form, media_type, start):
    answer = await client.get(f"/cite/99000001.{form}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, f"{media_type}; charset=utf-8")
    assert answer.text.startswith(start)


@pytest.mark.asyncio
async def test_a_record_without_a_pmid_has_one_too(client):
    (entry,) = rispy.loads((await client.get("/cite/doi~3A10~2E9999~2Fconf~2E1.ris")).text)
    assert (entry["doi"], entry["year"]) == ("10.9999/conf.1", "2022")
    page = (await client.get("/cite?q=10.9999/conf.1")).text
    assert 'href="/cite/doi~3A10~2E9999~2Fconf~2E1.ris"' in page


@pytest.mark.asyncio
@pytest.mark.parametrize("address", ["/cite/1.bib", "/cite/99000001.docx", "/cite/doi~3A10~2E1~2Fx.bib"])
async def test_what_is_not_there_is_404(client, address):
    assert (await client.get(address)).status_code == 404


@pytest.mark.asyncio
async def test_table_and_query_pages_are_files_too(client):
    table = rispy.loads((await client.get("/evidence/articles.ris?year=2014&_sort=pmid")).text)
    assert [entry["accession_number"] for entry in table] == ["99000001", "99000007", "99000009"]
    query = await client.get(f"{OWN_SQL}.bib?sql=select+pmid+from+authors+order+by+pmid")
    assert len(parse_string(query.text, "bibtex").entries) == 11  # each record once


@pytest.mark.asyncio
async def test_a_search_a_claim_and_columns_pick_records(client):
    async def pmids(query):
        answer = await client.get(f"/cite/records.nbib?{query}")
        return [record["PMID"] for record in Medline.parse(io.StringIO(answer.text))]

    assert await pmids("q=sublingual") == ["99000003", "99000004"]
    assert await pmids("q=%22*") == []
    assert await pmids("claim=iv-made-up") == ["99000001"]
    assert await pmids("retracted=1") == ["99000002"]
    assert await pmids("routes=intravenous&year=2014") == ["99000001"]
    assert len(await pmids("")) == 11


@pytest.mark.asyncio
@pytest.mark.parametrize("query", ["nonsense=1", "style=no-such", "pmid)--=1"])
async def test_a_wrong_argument_is_refused_before_anything_is_sent(client, query):
    answer = await client.get(f"/cite/records.txt?{query}")
    assert (answer.status_code, answer.text.count("\n")) == (400, 1)


@pytest.mark.asyncio
async def test_more_than_a_page_of_records_comes_whole(tmp_path):
    path = make_database(tmp_path / "evidence.db")
    database = open_database(path)
    others = ", ".join(name for name in TABLES["articles"].stored if name not in ("record_id", "record_key"))
    database.conn.executemany(
        f"INSERT INTO articles (record_id, record_key, {others}) "  # noqa: S608
        f"SELECT record_id + ?1, record_key || ?1, {others} FROM articles WHERE pmid = 99000001",
        [(number,) for number in range(1_000, 3_500)],
    )
    database.conn.commit()
    database.close()
    hooks = Hooks()
    pm.register(hooks)
    try:
        answer = await Datasette([str(path)]).client.get("/cite/records.csl")
    finally:
        pm.unregister(hooks)
    assert len(json.loads(answer.text)) == 2_511


@pytest.mark.asyncio
async def test_readers_who_may_not_see_the_records_get_none(path):
    hooks = Hooks()
    pm.register(hooks)
    try:
        closed = Datasette([str(path)], metadata={"databases": {"evidence": {"allow": {"id": "somebody"}}}})
        addresses = (
            "/cite", "/cite?q=99000001", "/cite.json?q=99000001", "/cite/99000001.bib", "/cite/records.bib",
        )  # fmt: skip
        answers = [await closed.client.get(address) for address in addresses]
    finally:
        pm.unregister(hooks)
    assert [answer.status_code for answer in answers] == [403] * 5
    assert not any("Quiet ketamine" in answer.text for answer in answers)


@pytest.mark.asyncio
async def test_a_record_s_page_is_a_file_for_those_who_ask_for_one(client):
    async def got(accept):
        answer = await client.get("/papers/99000001", headers={"accept": accept})
        return answer.headers["content-type"].partition(";")[0], answer.text[:9]

    assert await got("application/x-bibtex") == ("application/x-bibtex", "@article{")
    assert await got("text/x-bibliography; style=apa") == ("text/x-bibliography", "Example, ")
    assert await got("text/html") == ("text/plain", "a page")


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("application/x-bibtex", ("bib", "")), ("application/vnd.citationstyles.csl+json", ("csl", "")),
        ("text/x-bibliography; style=apa", ("txt", "apa")), ("application/x-research-info-systems", ("ris", "")),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", ("", "")), ("*/*", ("", "")),
        ("", ("", "")),
        ("text/html;q=0.5, application/x-bibtex", ("bib", "")), ("application/x-bibtex;q=0.1, text/html", ("", "")),
        ("application/x-bibtex;q=0", ("", "")), ("application/x-bibtex;q=nonsense", ("", "")),
        ("application/pdf, application/x-research-info-systems;q=0.9", ("ris", "")),
    ],
)  # fmt: skip
def test_an_accept_header_is_read_as_doi_resolvers_do(header, wanted):
    assert cite.accepted(header) == wanted
