"""The ways that readers go: from the claim to the words behind it, by mouse and keyboard, with and without a script."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from helpers.browsing import Seen, opened
from helpers.made_site import REGISTRATION, TRIAL

PUBMED = f"https://pubmed.ncbi.nlm.nih.gov/{TRIAL}/"


def background(page: Page, selector: str) -> str:
    return page.locator(selector).first.evaluate("element => getComputedStyle(element).backgroundColor")


def press_until(page: Page, name: str, *, most: int = 400) -> None:
    """Tab until the link or button with this name has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText || document.activeElement.value || ''").strip() == name:
            return
    raise AssertionError(f"{name!r} is not reached by keyboard")


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_a_reader_goes_from_home_to_the_claim_to_the_record_to_pubmed(chromium, site, script):
    with opened(chromium, site, script=script) as (page, seen):
        page.locator('a[href="/claims/im-single-study"]').first.click()
        expect(page.locator("h1")).to_contain_text("intramuscular")
        page.locator(f'.stances a[href="/articles/{TRIAL}"]').first.click()
        expect(page.locator("h1")).to_contain_text("Intramuscular ketamine or midazolam")
        assert page.get_by_role("link", name=f"PubMed {TRIAL}").get_attribute("href") == PUBMED
        assert seen == Seen(hosts={urlsplit(site).netloc})


def test_the_same_way_by_keyboard_alone(chromium, site):
    with opened(chromium, site) as (page, seen):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.innerText") == "Skip to the content"
        assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
        claim = page.locator('a[href="/claims/im-single-study"]').first.inner_text().strip()
        press_until(page, claim)
        page.keyboard.press("Enter")
        page.wait_for_url("**/claims/im-single-study")
        record = page.locator(f'.stances a[href="/articles/{TRIAL}"]').first.inner_text().strip()
        press_until(page, record)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/articles/{TRIAL}")
        press_until(page, page.get_by_role("link", name=f"PubMed {TRIAL}").inner_text().strip())
        assert page.evaluate("document.activeElement.href") == PUBMED
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        assert seen.console == []


def test_facets_are_shown_and_hidden_without_javascript(chromium, site):
    with opened(chromium, f"{site}/articles/{TRIAL}", script=False) as (page, _):
        route, dose = ".abstract mark.on-route", ".abstract mark.on-dose"
        before = {selector: background(page, selector) for selector in (route, dose)}
        page.get_by_role("checkbox", name="route").uncheck()
        assert background(page, route) == "rgba(0, 0, 0, 0)" != before[route]
        assert background(page, dose) == before[dose]
        page.get_by_role("checkbox", name="route").check()
        assert background(page, route) == before[route]


def test_a_tag_leads_to_its_words(chromium, site):
    with opened(chromium, f"{site}/articles/{TRIAL}") as (page, _):
        page.locator("table.tags tr", has_text="dose of the drug").get_by_role("link", name="Show these words").click()
        target = page.locator("mark:target")
        assert target.inner_text() == "0.5 mg/kg"
        expect(target).to_be_in_viewport()


def test_results_change_while_one_types_and_the_address_keeps_up(chromium, site):
    with opened(chromium, f"{site}/search") as (page, seen):
        page.get_by_label("Words").press_sequentially("midazol")
        expect(page.locator("ol.results a").first).to_contain_text("midazolam")
        expect(page.locator("#results mark").first).to_have_text("midazolam")
        page.wait_for_url("**/search?q=midazol")
        expect(page.get_by_label("Words")).to_be_focused()
        page.get_by_label("Words").press_sequentially("zzz")
        expect(page.get_by_role("status")).to_contain_text("Nothing found")
        assert seen == Seen(hosts={urlsplit(site).netloc})


def test_search_works_without_javascript(chromium, site):
    with opened(chromium, f"{site}/search", script=False) as (page, _):
        page.get_by_label("Words").fill("midazolam")
        page.get_by_role("button", name="Search").click()
        page.locator("ol.results").get_by_role("link", name="Intramuscular ketamine or midazolam").click()
        expect(page.locator("h1")).to_contain_text("Intramuscular ketamine or midazolam")


def test_a_cell_of_the_map_leads_to_its_studies_and_back(chromium, site):
    with opened(chromium, f"{site}/map?condition=depression", 360) as (page, _):
        page.get_by_role("link", name=re.compile(r"intramuscular: \d+ studies, randomized controlled trial")).click()
        expect(page.locator("h1")).to_have_text("Studies: intramuscular · randomized controlled trial · depression")
        page.get_by_role("link", name="Intramuscular ketamine or midazolam").click()
        page.wait_for_url(f"**/studies/{REGISTRATION}")
        page.go_back()
        page.get_by_role("link", name="Back to the map").click()
        expect(page.get_by_label("Condition")).to_have_value("depression")
