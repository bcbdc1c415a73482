"""What only a browser can tell: nothing breaks, nothing leaves the host, nothing is cut off."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

PAGES = {
    "home": "/",
    "database": "/evidence",
    "table": "/evidence/articles",
    "record": "/evidence/articles/99000005",
    "search": "/evidence/search?q=ketamine",
    "matrix": "/evidence/evidence_by_route_and_design?condition=depression",
    "own SQL": "/evidence?sql=select+title+from+articles",
}


@dataclass
class Seen:
    """What a page said and asked for while it loaded."""

    console: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    dialogs: list[str] = field(default_factory=list)


def opened(chromium: Browser, address: str, width: int, scheme: str = "light") -> tuple[Page, Seen]:
    page = chromium.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    seen = Seen()
    page.on("console", lambda message: seen.console.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: seen.console.append(str(error)))
    page.on("request", lambda request: seen.hosts.add(urlsplit(request.url).netloc))
    page.on("dialog", lambda dialog: (seen.dialogs.append(dialog.message), dialog.dismiss()))
    answer = page.goto(address, wait_until="networkidle")
    assert answer is not None
    assert answer.status == 200
    return page, seen


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_a_page_loads_whole_from_this_host_without_an_error_or_a_sideways_scroll(chromium, site, path, width):
    page, seen = opened(chromium, site + path, width)
    try:
        assert seen == Seen(console=[], hosts={urlsplit(site).netloc}, dialogs=[])
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("h1").count() == 1
    finally:
        page.close()


def test_a_reader_finds_a_record_and_the_way_to_pubmed(chromium, site):
    page, seen = opened(chromium, site, 1280)
    try:
        page.get_by_label("Search titles and abstracts").fill("intramuscular")
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name="99000001", exact=True).click()
        assert page.locator("h1").inner_text() == "Intramuscular ketamine in a single patient with depression"
        way_out = page.get_by_role("link", name="PubMed 99000001")
        assert way_out.get_attribute("href") == "https://pubmed.ncbi.nlm.nih.gov/99000001/"
        assert seen == Seen(hosts={urlsplit(site).netloc})
    finally:
        page.close()


def test_light_and_dark_differ_and_both_are_readable(chromium, site):
    colours = {}
    for scheme in ("light", "dark"):
        page, _ = opened(chromium, site, 1280, scheme)
        colours[scheme] = page.evaluate(
            "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
        )
        page.close()
    assert colours == {
        "light": ["rgb(255, 255, 255)", "rgb(27, 33, 41)"],
        "dark": ["rgb(20, 24, 29)", "rgb(228, 232, 236)"],
    }
