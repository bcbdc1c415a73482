"""What only a browser can tell: nothing breaks, nothing leaves the host, nothing is cut off, nothing runs."""

from urllib.parse import urlsplit

import pytest

from helpers.browsing import HEAVY, MISSING, PAGES, Seen, opened

EVERY = PAGES | HEAVY
OVERFLOW = "document.documentElement.scrollWidth"


@pytest.mark.parametrize("width", [1280, 768, 360])
@pytest.mark.parametrize("path", EVERY.values(), ids=EVERY.keys())
def test_a_page_loads_whole_from_this_host_without_an_error_or_a_sideways_scroll(chromium, site, path, width):
    with opened(chromium, site + path, width, "dark" if width == 768 else "light") as (page, seen):
        assert seen == Seen(console=[], hosts={urlsplit(site).netloc}, dialogs=[])
        assert page.evaluate(OVERFLOW) <= width
        assert page.locator("h1").count() == 1
        assert page.evaluate("document.cookie") == ""


@pytest.mark.parametrize("path", MISSING.values(), ids=MISSING.keys())
def test_a_page_that_is_not_there_says_so_in_our_dress(chromium, site, path):
    with opened(chromium, site + path, 360, status=404) as (page, seen):
        assert seen == Seen(hosts={urlsplit(site).netloc})
        assert page.evaluate(OVERFLOW) <= 360
        assert page.get_by_role("link", name="Evidence Tracker").count() == 1


OWN = {name: path for name, path in PAGES.items() if not path.startswith("/evidence")}


@pytest.mark.parametrize("path", OWN.values(), ids=OWN.keys())
def test_a_page_of_our_own_prints_without_losing_its_right_side(chromium, site, path):
    with opened(chromium, site + path, 793) as (page, _):  # A4 at 96 dots an inch
        page.emulate_media(media="print")
        assert page.evaluate(OVERFLOW) <= 793


def test_light_and_dark_differ_and_both_are_readable(chromium, site):
    colours = {}
    for scheme in ("light", "dark"):
        with opened(chromium, site, scheme=scheme) as (page, _):
            colours[scheme] = page.evaluate(
                "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
            )
    assert colours == {
        "light": ["rgb(255, 255, 255)", "rgb(27, 33, 41)"],
        "dark": ["rgb(20, 24, 29)", "rgb(228, 232, 236)"],
    }
