"""Records that would run, break out, or never end are text on every page, in every feed and every file."""

import json
import re
import xml.etree.ElementTree as ET

import lxml.html
import pytest
from datasette.app import Datasette

from helpers.made_site import HOSTILE, HUGE, RIGHT_TO_LEFT, SCRIPT, UNCLOSED, WITH_NUL
from publish.compat import OWN_SQL

pytestmark = pytest.mark.asyncio
PAGES = [
    "/", "/map", "/studies", "/studies?route=intravenous", "/search?q=ketamine", "/search?q=script+alert",
    "/search?q=%3Cscript%3Ealert(9)%3C/script%3E", "/search?q=unclosed&route=%22%3E%3Cscript%3Ealert(9)%3C/script%3E",
    "/studies?route=%22%3E%3Cscript%3Ealert(9)%3C/script%3E&condition=%3Cimg+src%3Dx+onerror%3Dalert(9)%3E",
    "/cite?q=script+alert", "/changes", "/methods", "/claims/iv-most-studied", "/evidence/articles?_sort_desc=pmid",
    "/evidence/studies", "/evidence/search?q=ketamine", "/evidence/notices", "/evidence/authors?pmid=99000111",
    *(f"/articles/{pmid}" for pmid in HOSTILE), *(f"/studies/pmid:{pmid}" for pmid in HOSTILE),
    *(f"/evidence/articles/{pmid}" for pmid in HOSTILE),
]  # fmt: skip
FEEDS = ["/changes.atom", "/claims/iv-most-studied.atom"]
DATA = [
    "/articles/99000111.json", "/search.json?q=ketamine", "/map.json", "/studies.json", "/changes.json",
    "/studies/pmid:99000111.json", "/cite.json?q=99000111", "/cite/99000111.csl",
]  # fmt: skip
EXPORTS = ["bib", "ris", "nbib", "csl", "txt", "md", "html"]
ALLOWED_SCRIPTS = re.compile(r"/-/static(-plugins)?/")


def is_inert(page: lxml.html.HtmlElement) -> None:
    """No element or attribute came out of a record."""
    for script in page.iter("script"):
        assert ALLOWED_SCRIPTS.search(script.get("src") or "/-/static/") and "alert(" not in (script.text or "")
    for element in page.iter():
        if not isinstance(element.tag, str):
            continue
        assert element.tag not in ("img", "iframe", "object", "embed", "math", "mml:math", "mi", "style") or (
            element.tag == "style" and "display:none" not in (element.text or "")
        ), lxml.html.tostring(element)[:200]
        for name, value in element.attrib.items():
            assert not (name.startswith("on") and "alert" in value), (element.tag, name, value)
            assert not value.strip().lower().startswith("javascript:"), (element.tag, name, value)


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_shows_hostile_records_as_text(made: Datasette, path: str):
    answer = await made.client.get(path)
    assert answer.status_code == 200, answer.text[:300]
    page = lxml.html.fromstring(answer.content)
    is_inert(page)
    assert len(page.xpath("//main")) == len(page.xpath("//footer[@class='site']")) == 1, "nothing closed the page early"


@pytest.mark.parametrize("pmid", HOSTILE)
async def test_a_hostile_record_is_whole_on_its_page(made: Datasette, pmid: int):
    record = (await made.client.get(f"/articles/{pmid}.json")).json()["record"]
    page = lxml.html.fromstring((await made.client.get(f"/articles/{pmid}")).content)
    for selector, text in (("h1", record["title"]), (".abstract", record["abstract"])):
        shown = "".join(page.cssselect(selector)[0].text_content().split())
        expected = "".join(text.split())
        if pmid == WITH_NUL:  # no parser of HTML keeps a NUL
            shown, expected = (re.sub("[\x00\ufffd]", "", part) for part in (shown, expected))
        assert shown == expected


async def test_text_of_either_direction_keeps_to_its_own_element(made: Datasette):
    page = lxml.html.fromstring((await made.client.get(f"/articles/{RIGHT_TO_LEFT}")).content)
    assert page.cssselect("h1")[0].get("dir") == page.cssselect(".abstract")[0].get("dir") == "auto"
    hit = lxml.html.fromstring((await made.client.get("/search?q=gnirts+OR+desrever")).content)
    assert hit is not None


@pytest.mark.parametrize(
    "path",
    [
        f"/articles/{RIGHT_TO_LEFT}", f"/studies/pmid:{RIGHT_TO_LEFT}", "/search?q=gnirts", "/changes",
        f"/evidence/articles/{RIGHT_TO_LEFT}",
        "/evidence/articles?language=ara", f"/evidence/studies?main_pmid={RIGHT_TO_LEFT}",
        f"/evidence/study_reports?pmid={RIGHT_TO_LEFT}", "/evidence/search?q=gnirts",
        f"{OWN_SQL}?sql=select+title+as+t+from+articles+where+pmid={RIGHT_TO_LEFT}",
    ],
)  # fmt: skip
async def test_a_title_that_turns_the_direction_is_isolated(made: Datasette, path: str):
    page = lxml.html.fromstring((await made.client.get(path)).content)
    isolating = ("bdi", "title", "textarea", "input")
    turned = [
        around for element in page.iter() if isinstance(element.tag, str)
        for around, text in ((element, element.text), (element.getparent(), element.tail)) if "\u202e" in (text or "")
    ]  # fmt: skip
    assert turned, "the page shows no such title"
    for element in turned:
        around = [element, *element.iterancestors()]
        assert any(above.tag in isolating or above.get("dir") == "auto" for above in around), lxml.html.tostring(
            element
        )[:200]


async def test_a_title_that_turns_the_direction_turns_nothing_else_of_its_reference(made: Datasette):
    page = lxml.html.fromstring((await made.client.get(f"/cite?q={RIGHT_TO_LEFT}")).content)
    (reference,) = [one.text_content() for one in page.cssselect("p.citation")]
    assert "gnirts desrever. J Made Up Res." in reference
    assert "\u202e" not in reference


async def test_lists_cut_a_title_of_200_kb_and_its_own_page_shows_it(made: Datasette):
    for path in ("/search?q=nasal+very+long", "/studies?route=intranasal", "/evidence/articles", "/"):
        assert len((await made.client.get(path)).content) < 400_000, path
    assert len((await made.client.get(f"/articles/{HUGE}")).content) > 200_000
    title = lxml.html.fromstring((await made.client.get(f"/articles/{HUGE}")).content).cssselect("title")[0]
    assert len(title.text) <= 150


@pytest.mark.parametrize("path", FEEDS)
async def test_a_feed_is_xml_in_which_a_hostile_record_is_text(made: Datasette, path: str):
    answer = await made.client.get(path)
    assert answer.status_code == 200
    root = ET.fromstring(answer.content)  # noqa: S314  (made by this site)
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= {
        "feed", "id", "title", "subtitle", "updated", "published", "link", "author", "name", "uri", "entry", "summary",
        "content", "category", "generator", "rights", "icon",
    }  # fmt: skip


@pytest.mark.parametrize("path", DATA)
async def test_data_are_json_that_no_browser_takes_for_a_page(made: Datasette, path: str):
    answer = await made.client.get(path)
    assert answer.status_code == 200
    assert "html" not in answer.headers["content-type"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    json.loads(answer.text)


@pytest.mark.parametrize("name", EXPORTS)
@pytest.mark.parametrize("pmid", [SCRIPT, UNCLOSED, WITH_NUL, RIGHT_TO_LEFT])
async def test_a_file_of_a_hostile_record_holds_one_record(made: Datasette, pmid: int, name: str):
    answer = await made.client.get(f"/cite/{pmid}.{name}")
    assert answer.status_code == 200
    ends = {"bib": "\n}", "ris": "\nER  - ", "nbib": "PMID- ", "csl": '"PMID"'}
    if name in ends:
        assert answer.text.count(ends[name]) == 1
    if name == "html":
        is_inert(lxml.html.fromstring(answer.text))
    else:
        assert "html" not in answer.headers["content-type"]
