"""A claim's page: how it stands and since when, who says so in whose words, the query behind it, and its exports."""

import csv
import io
import json
import re
import sqlite3
from urllib.parse import parse_qs, quote, urlsplit

import lxml.html
import pytest
from datasette.app import Datasette

from db.archive.store import today
from helpers.made_claims import FIRST, SECOND, WITHDRAWN
from helpers.published import METADATA
from helpers.shown import parsed, words
from publish.compat import OWN_SQL, arguments
from publish.described import load_metadata
from publish.serve import SETTINGS

pytestmark = pytest.mark.asyncio


def facts(page: lxml.html.HtmlElement, assertion: str) -> dict[str, str]:
    return {words(row[0]): words(row[1]) for row in page.cssselect(f"#{assertion} dl.facts > div")}


async def test_a_claim_says_how_it_stands_what_changed_it_and_what_it_would_be_with_retracted_papers(claims: Datasette):
    page = await parsed(claims, "/claims/one-trial")
    assert words(page.cssselect("h1")[0]) == "There is one trial of chamomile by mouth."
    assert "Said in “A cup of tea”, written 2011 to 2012-06, section Tea" in words(page.cssselect("main")[0])
    assert facts(page, "count") == {
        "Found": "Today 2 studies, 2 of them randomized; 50 people given it by the oral route. By the end of 2012-06: "
        "1 study, randomized; 20 people given it by the oral route.",
        "Verdict": "outdated",
        "What changed it": "Held until 2013-02-11, ended by <script>alert(1)</script> of chamomile.",
        "When written": "holds value 1",
        "If something else counted": "CountingVerdictFound "
        "only studies of the hand-checked registerinsufficient0 studies "
        "without the largest studyholds1 study with retracted papersoutdated3 studies "
        "only trialsthe same2 studies only studies of chamomilethe same2 studies",
        "What counts": "primary studies; route oral; condition poor sleep; design randomized controlled trial; "
        "species human",
    }
    assert "2 matching studies; expected: 1 study. It held until 2013-02-11" in words(page.cssselect(".answer")[0])
    assert "4 records reported = 4 stored" in words(page.cssselect(".note")[0])


async def test_for_against_and_context_stand_side_by_side_and_an_empty_one_says_so(claims: Datasette):
    page = await parsed(claims, "/claims/one-trial")
    stances = {
        words(part[0]): [words(item) for item in part.cssselect("li")] for part in page.cssselect(".stances > div")
    }
    assert stances == {
        "For (1)": ["Made-up study 99000001 2010-05 randomized controlled trial · oral · n 20 · double-blind"],
        "Against (1)": [
            "<script>alert(1)</script> of chamomile 2013-02-11 randomized controlled trial · oral · n 30 · double-blind"
            "one more than expected"
        ],
        "Context (0)": [],
    }
    assert "No paper known here." in words(page.cssselect(".context")[0])
    assert [link.get("href") for link in page.cssselect(".stances li a")] == [
        f"/articles/{FIRST}",
        f"/articles/{SECOND}",
    ]


async def test_what_a_person_judged_is_shown_with_who_and_when(claims: Datasette):
    page = await parsed(claims, "/claims/helps")
    (judged,) = page.cssselect(".supports li")
    assert words(judged).endswith("They slept better. Controlled. Judged by tester, 2012-01-01.")


async def test_the_chart_says_itself_in_words_and_the_table_has_every_step(claims: Datasette):
    page = await parsed(claims, "/claims/one-trial")
    (chart,) = page.cssselect('figure svg[role="img"]')
    assert chart.get("aria-label") == "studies: 1 in 2010, 2 since 2013. The table below has every step."
    assert [[words(cell) for cell in row] for row in page.cssselect("#count details tbody tr")] == [
        ["at first", "insufficient", "0", ""],
        ["2010-05", "holds", "1", "Made-up study 99000001"],
        ["2013-02-11", "outdated", "2", "<script>alert(1)</script> of chamomile"],
    ]
    assert len(chart.cssselect(".flip")) == 1
    assert chart.cssselect(".expected")
    assert chart.cssselect(".written")


async def test_the_query_on_the_page_runs_in_datasette_and_gives_the_value(claims: Datasette):
    page = await parsed(claims, "/claims/one-trial")
    value, evidence = [link.get("href") for link in page.cssselect('#count a[href^="/evidence?sql="]')]
    (answer,) = (await claims.client.get(value.replace("/evidence?", f"{OWN_SQL}.json?_shape=array&"))).json()
    assert answer == {"value": 2}
    listed = (await claims.client.get(evidence.replace("/evidence?", f"{OWN_SQL}.json?_shape=array&"))).json()
    assert [row["pmid"] for row in listed] == [FIRST, SECOND]
    assert parse_qs(urlsplit(value).query)["sql"] == [page.cssselect("#count pre.sql")[0].text_content()]


async def test_where_readers_may_not_run_sql_the_query_is_shown_without_a_link(claims_db):
    closed = Datasette([str(claims_db)], **arguments(load_metadata(METADATA), {**SETTINGS, "default_allow_sql": False}))
    page = await parsed(closed, "/claims/one-trial")
    assert page.cssselect("#count pre.sql")
    assert not page.cssselect('a[href*="?sql="]')


async def test_an_earlier_date_shows_what_stood_then_from_what_was_known_then(claims: Datasette):
    page = await parsed(claims, "/claims/one-trial?as_of=2012")
    assert "As it stood at the end of 2012." in words(page.cssselect(".message-info")[0])
    assert facts(page, "count")["Verdict"] == "holds 1 study; expected: 1 study."
    assert "What changed it" not in facts(page, "count")
    assert [words(part[0]) for part in page.cssselect(".stances > div")] == ["For (1)", "Against (0)", "Context (0)"]
    (value, _) = [link.get("href") for link in page.cssselect('#count a[href^="/evidence?sql="]')]
    assert (await claims.client.get(value.replace("/evidence?", f"{OWN_SQL}.json?_shape=array&"))).json() == [
        {"value": 1}
    ]


@pytest.mark.parametrize("as_of", ["2009", "2012-06", "2013-02-10", "2013-02-11", "2014", "2020"])
async def test_verdict_and_query_of_any_date_agree_for_every_claim(claims: Datasette, as_of: str):
    for claim_id in ("one-trial", "no-pillow", "oral-first", "ten-years"):
        data = (await claims.client.get(f"/claims/{claim_id}.json?as_of={as_of}")).json()
        for assertion in data["assertions"]:
            asked = {"sql": assertion["sql"], "_shape": "array", **assertion["sql_parameters"]}
            rows = (await claims.client.get(f"{OWN_SQL}.json", params=asked)).json()
            value = rows[0]["value"] if rows else None
            given = "" if value is None else value if isinstance(value, str) else f"{value:g}"
            assert given == (assertion["value"] or ""), (claim_id, as_of)


@pytest.mark.parametrize("as_of", ["soon", "2012-13", "12", "2012-02-30", "2012'--", "x" * 5000])
async def test_a_date_that_is_none_is_refused_in_a_sentence(claims: Datasette, as_of: str):
    answer = await claims.client.get("/claims/one-trial", params={"as_of": as_of})
    assert answer.status_code == 400
    assert "as_of is not a date; expected YYYY-MM-DD, YYYY-MM or YYYY." in answer.text


async def test_a_share_that_held_then_has_its_other_routes_as_context(claims: Datasette):
    then = (await claims.client.get("/claims/oral-first.json?as_of=2013-03")).json()["assertions"][1]
    now = (await claims.client.get("/claims/oral-first.json")).json()["assertions"][1]
    assert (then["assertion_id"], then["verdict"], now["verdict"]) == ("share", "holds", "outdated")
    assert {stance: len(papers) for stance, papers in then["evidence"].items()} == {
        "supports": 2, "contradicts": 0, "context": 0,
    }  # fmt: skip
    assert {stance: len(papers) for stance, papers in now["evidence"].items()} == {
        "supports": 2, "contradicts": 1, "context": 0,
    }  # fmt: skip


async def test_the_verdict_is_cited_with_its_date_its_data_and_an_address_that_keeps_showing_it(claims: Datasette):
    page = await parsed(claims, "/claims/one-trial")
    assert words(page.cssselect("blockquote.cite")[0]) == (
        "Evidence Tracker. “There is one trial of chamomile by mouth”: outdated, on evidence up to 2013-02-11 "
        "(PubMed searched to the end on 2026-11-20; data ffffffffffff). "
        "/claims/one-trial?as_of=2013-02-11&data=ffffffffffff"
    )
    bibtex = page.cssselect("details pre.sql")[-1].text_content()
    assert f"urldate = {{{today()}}}" in bibtex
    cited = (await claims.client.get("/claims/one-trial?as_of=2013-02-11&data=ffffffffffff")).text
    assert "The link was made from other data" not in cited


async def test_a_citation_of_other_data_says_so(claims: Datasette):
    for given in ("0123456789ab", "f", '"><script>'):
        page = await parsed(claims, f"/claims/one-trial?data={quote(given)}")
        said = words(page.cssselect(".message-info")[0])
        assert said.startswith(f"The link was made from other data ({given}). This page shows data ffffffffffff")


@pytest.mark.parametrize("as_of", ["2012", "2013-02", "2013-02-11"])
async def test_every_export_and_the_feed_are_as_of_the_same_day_as_the_page(claims: Datasette, as_of: str):
    for claim_id in ("one-trial", "helps", "no-pillow", "oral-first"):
        data = (await claims.client.get(f"/claims/{claim_id}.json?as_of={as_of}")).json()
        shown = {
            (assertion["assertion_id"], stance, paper["pmid"])
            for assertion in data["assertions"]
            for stance, group in assertion["evidence"].items()
            for paper in group
        }
        text = (await claims.client.get(f"/claims/{claim_id}.csv?as_of={as_of}")).text
        table = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
        assert {(row["assertion_id"], row["stance"], int(row["pmid"])) for row in table} == shown
        cited = json.loads((await claims.client.get(f"/claims/{claim_id}.csl?as_of={as_of}")).text)
        assert {int(item["PMID"]) for item in cited} == {pmid for *_, pmid in shown}
        feed = (await claims.client.get(f"/claims/{claim_id}/feed.json?as_of={as_of}")).json()
        assert all(item["date_published"][:10] <= f"{as_of}-12-31"[:10] for item in feed["items"])
    page = await parsed(claims, f"/claims/one-trial?as_of={as_of}")
    links = [link.get("href") for link in page.cssselect("#take-away ~ p a")]
    assert links
    assert all(f"as_of={as_of}" in link for link in links)


async def test_an_export_as_of_no_date_is_refused(claims: Datasette):
    assert (await claims.client.get("/claims/one-trial.csv?as_of=soon")).status_code == 400
    assert (await claims.client.get("/claims/one-trial.atom?as_of=soon")).status_code == 400


async def test_the_evidence_is_taken_away_as_csv(claims: Datasette):
    answer = await claims.client.get("/claims/helps.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="helps.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["stance"], row["pmid"], row["source"], row["who"]) for row in rows] == [
        ("supports", str(FIRST), "curated", "tester"), ("contradicts", str(SECOND), "curated", "tester"),
        ("context", "99000003", "test", ""),
    ]  # fmt: skip


async def test_the_papers_are_taken_away_for_reference_managers(claims: Datasette):
    csl = json.loads((await claims.client.get("/claims/one-trial.csl")).text)
    assert [item["PMID"] for item in csl] == [str(FIRST), str(SECOND)]
    assert (await claims.client.get("/claims/one-trial.ris")).text.count("\nER  -") == 2
    assert (await claims.client.get("/claims/one-trial.bib")).text.count("@article") == 2
    assert f"PMID- {FIRST}" in (await claims.client.get("/claims/one-trial.nbib")).text


async def test_text_that_a_spreadsheet_would_run_is_inert_in_csv(claims_db, tmp_path):
    path = tmp_path / "evidence.db"
    path.write_bytes(claims_db.read_bytes())
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE articles SET title = '=1+1' WHERE pmid = ?", [FIRST])
    served = Datasette([str(path)], metadata=load_metadata(METADATA))
    rows = list(csv.DictReader(io.StringIO((await served.client.get("/claims/one-trial.csv")).text)))
    assert rows[0]["title"] == "'=1+1"


@pytest.mark.parametrize("path", ["/claims/ghost", "/claims/ghost.json", "/claims/ghost.csv", "/claims/ghost.atom"])
async def test_a_claim_that_is_not_there_is_a_404_that_says_where_all_are(claims: Datasette, path: str):
    answer = await claims.client.get(path)
    assert answer.status_code == 404
    assert "There is no claim ghost. The home page lists all claims." in answer.text


async def test_a_hostile_title_is_inert_on_the_page(claims: Datasette):
    text = (await claims.client.get("/claims/one-trial")).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; of chamomile" in text
    assert "<script>alert" not in text


async def test_every_bundled_claim_answers_and_shows_the_words_behind_a_paper(made: Datasette, made_db):
    with sqlite3.connect(made_db) as connection:
        ids = [row[0] for row in connection.execute("SELECT claim_id FROM claims")]
    quoted = 0  # the texts are read past the limits of readers' SQL: one record is longer than they allow
    for claim_id in ids:
        text = (await made.client.get(f"/claims/{claim_id}")).text
        assert f'href="/claims/{claim_id}.csv"' in text
        data = (await made.client.get(f"/claims/{claim_id}.json")).json()
        for assertion in data["assertions"]:
            for paper in [paper for group in assertion["evidence"].values() for paper in group if paper.get("words")]:
                if paper["words"]["field"] == "measurement":  # may be the register's words
                    assert any(letter.isdigit() for letter in paper["words"]["quote"])
                    continue
                assert paper["words"]["quote"] in source_of(connection, paper)
                quoted += 1
    assert quoted > 100


def source_of(connection: sqlite3.Connection, paper: dict) -> str:
    sql = "SELECT coalesce(title, '') || ' ' || coalesce(abstract, '') FROM articles WHERE pmid = ?"
    return connection.execute(sql, [paper["pmid"]]).fetchone()[0]


async def test_a_retracted_paper_is_called_so_beside_its_title(claims_db, tmp_path):
    path = tmp_path / "evidence.db"
    path.write_bytes(claims_db.read_bytes())
    with sqlite3.connect(path) as connection:
        connection.execute(
            "UPDATE claim_evidence SET pmid = ? WHERE pmid = ? AND claim_id = 'helps'", [WITHDRAWN, FIRST]
        )
    served = Datasette([str(path)], metadata=load_metadata(METADATA))
    page = await parsed(served, "/claims/helps")
    assert re.match(r"Retracted\. Made-up study 99000004", words(page.cssselect(".supports li")[0]))
