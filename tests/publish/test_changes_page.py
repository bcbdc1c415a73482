"""What changed: by run on the page, and as feeds that readers can follow without seeing anything twice."""

import lxml.html
import pytest
from datasette.app import Datasette
from lxml import etree

from helpers.made_claims import HOSTILE, SECOND, WITHDRAWN
from helpers.shown import words
from publish.feeds import Entry, Feed, atom, json_feed, lasting_id

pytestmark = pytest.mark.asyncio
ATOM = {"a": "http://www.w3.org/2005/Atom"}


async def test_each_run_says_what_it_brought_the_weightiest_first(claims: Datasette):
    page = lxml.html.fromstring((await claims.client.get("/changes")).text)
    runs = {words(run[0]): [words(part) for part in run.cssselect("h3, .events li")] for run in page.cssselect(".run")}
    assert runs == {
        "Import of files of 2026-11-21 01:10 UTC": [
            "Verdicts that flipped (1)",
            f"holds → outdated One randomized trial gave chamomile by mouth. value 1 → 2; {HOSTILE}",
            "Papers that became retracted (1)", "Made-up study 99000004 · randomized controlled trial",
        ],
        "Search of PubMed of 2026-11-20 01:30 UTC": [
            "New records on topic (4)", "Made-up study 99000001 · randomized controlled trial",
            f"{HOSTILE} · randomized controlled trial", "Made-up study 99000003 · randomized controlled trial",
            "Retracted. Made-up study 99000004 · randomized controlled trial",
        ],
    }  # fmt: skip


async def test_json_has_the_same_by_run(claims: Datasette):
    data = (await claims.client.get("/changes.json")).json()
    assert [(run["run_id"], run["state"], run["counts"]) for run in data["runs"]] == [
        (2, "complete", {"verdict": {"all": 1, "on_topic": 1}, "retraction": {"all": 1, "on_topic": 1}}),
        (1, "complete", {"new_record": {"all": 4, "on_topic": 4}}),
    ]


async def test_without_a_run_the_page_says_why_it_is_empty(datasette: Datasette):
    text = (await datasette.client.get("/changes")).text
    assert "Nothing yet: PubMed has not been searched and no file was imported" in text


async def test_the_atom_feed_has_every_change_newest_first_under_ids_that_last(claims: Datasette):
    answer = await claims.client.get("/changes.atom")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    root = etree.fromstring(answer.content)
    assert root.findtext("a:id", namespaces=ATOM) == lasting_id("chamomile-sleep", "changes")
    assert root.findtext("a:updated", namespaces=ATOM) == "2026-11-21T02:00:00+00:00"

    def named(name: str) -> str:
        return lasting_id("chamomile-sleep", name)

    entries = [
        (entry.findtext("a:id", namespaces=ATOM), entry.findtext("a:title", namespaces=ATOM),
         entry.find("a:link", ATOM).get("href"))
        for entry in root.findall("a:entry", ATOM)
    ]  # fmt: skip
    assert entries == [
        (named("verdict/3"), "holds → outdated: There is one trial of chamomile by mouth.",
         "/claims/one-trial#count"),
        (named(f"retraction/{WITHDRAWN}"), "Retracted: Made-up study 99000004", f"/articles/{WITHDRAWN}"),
        (named("new/99000001"), "New: Made-up study 99000001", "/articles/99000001"),
        (named(f"new/{SECOND}"), f"New: {HOSTILE}", f"/articles/{SECOND}"),
        (named("new/99000003"), "New: Made-up study 99000003", "/articles/99000003"),
        (named(f"new/{WITHDRAWN}"), "New: Made-up study 99000004", f"/articles/{WITHDRAWN}"),
    ]  # fmt: skip


async def test_the_json_feed_has_the_same_entries(claims: Datasette):
    answer = await claims.client.get("/changes/feed.json")
    assert answer.headers["content-type"] == "application/feed+json; charset=utf-8"
    feed = answer.json()
    assert (feed["version"], feed["feed_url"]) == (
        "https://jsonfeed.org/version/1.1", "/changes/feed.json",
    )  # fmt: skip
    root = etree.fromstring((await claims.client.get("/changes.atom")).content)
    ids = [entry.findtext("a:id", namespaces=ATOM) for entry in root.findall("a:entry", ATOM)]
    assert [item["id"] for item in feed["items"]] == ids
    assert feed["items"][0]["content_text"] == (
        f"One randomized trial gave chamomile by mouth. holds → outdated (value 1 → 2). Brought about by PMID {SECOND}."
    )


async def test_a_claim_has_a_feed_of_its_flips_and_of_what_came_to_its_evidence(claims: Datasette):
    feed = (await claims.client.get("/claims/no-pillow/feed.json")).json()
    assert [item["title"] for item in feed["items"]] == [
        "New: Made-up study 99000003", "2014: holds → outdated: No study used a pillow.",
    ]  # fmt: skip
    assert feed["items"][1]["date_published"] == "2014-01-01T00:00:00+00:00"
    assert feed["items"][1]["id"] == lasting_id("chamomile-sleep", "claims/no-pillow/exists/2014")
    root = etree.fromstring((await claims.client.get("/claims/one-trial.atom")).content)
    titles = [entry.findtext("a:title", namespaces=ATOM) for entry in root.findall("a:entry", ATOM)]
    assert titles[0] == "holds → outdated: There is one trial of chamomile by mouth."
    assert root.findtext("a:title", namespaces=ATOM) == "Evidence Tracker: There is one trial of chamomile by mouth."


@pytest.mark.parametrize("path", ["/changes", "/claims/one-trial"])
async def test_pages_name_their_feeds_for_feed_readers(claims: Datasette, path: str):
    page = lxml.html.fromstring((await claims.client.get(path)).text)
    hrefs = [link.get("href") for link in page.cssselect('link[rel=alternate][type="application/atom+xml"]')]
    assert hrefs == [f"{path}.atom"]


async def test_a_feed_stays_well_formed_whatever_a_title_holds():
    hostile = "NUL \x00 ]]> <b> & \ud800 \u202e \x1b"
    feed = Feed(
        "changes",
        hostile,
        "http://x/",
        "http://x/a",
        [Entry("new/1", hostile, "http://x/?a=1&b=2", "2026-01-02", hostile)],
    )
    root = etree.fromstring(atom(feed, "topic").encode("utf-8"))
    assert root.find("a:entry/a:title", ATOM).text == "NUL \ufffd ]]> <b> & \ufffd \u202e \ufffd"
    assert root.findtext("a:entry/a:updated", namespaces=ATOM) == "2026-01-02T00:00:00+00:00"
    assert json_feed(feed, "topic")["items"][0]["title"] == hostile


async def test_an_empty_feed_is_still_a_feed(datasette: Datasette):
    root = etree.fromstring((await datasette.client.get("/changes.atom")).content)
    assert root.findtext("a:updated", namespaces=ATOM) == "1970-01-01T00:00:00+00:00"
    assert root.findall("a:entry", ATOM) == []
