"""Every page that a reader can reach: it answers, is inert, stays on this host, and says how complete the data are."""

import re
import sqlite3

import pytest
from datasette.app import Datasette

from db.evidence.schema import TABLES
from helpers.published import HOSTILE, METADATA
from publish.compat import IS_1, OWN_SQL, arguments
from publish.described import load_metadata
from publish.serve import SETTINGS, application

QUERIES = load_metadata(METADATA)["databases"]["evidence"]["queries"]
FIXED_PAGES = [
    "/", "/evidence", "/evidence/articles/99000001", "/evidence/articles/99000005",
    "/evidence/articles/99000006", "/evidence/studies/pmid~3A99000003", "/evidence/studies/doi~3A10~2E5555~2Funlisted",
    "/evidence/authors/99000001,1", f"{OWN_SQL}?sql=select+1", "/evidence/articles?_search=ketamine",
    "/evidence/articles?_facet=journal&_col=title", "/-/settings", *([] if IS_1 else ["/-/metadata"]),
]  # fmt: skip
PAGES = [*FIXED_PAGES, *(f"/evidence/{name}" for name in [*TABLES, *QUERIES])]
HOSTILE_PAGES = [
    "/evidence/articles", "/evidence/studies", "/evidence/articles/99000005", "/evidence/studies/pmid~3A99000005",
    "/evidence/search?q=quoted", "/evidence/studies_of_one_route_in_depression?route=intravenous", "/evidence/tags",
    "/evidence/new_since?since=2000", f"{OWN_SQL}?sql=select+title,abstract,journal,doi+from+articles",
    "/evidence/search?q=<script>alert(4)</script>", "/evidence/register",
]  # fmt: skip
TYPED = ["", '"', "*", "%22%2A%28", "x" * 5000, "Größe+氯胺酮+\u202e", "%00", "'; drop table articles"]
OUTSIDE = re.compile(r"""(?:src|href|action|srcset)\s*=\s*["']?((?:https?:)?//[^"'\s>]+)""", re.IGNORECASE)
LOADED = re.compile(
    r"""<(?:script|img|iframe|link(?! rel="alternate")|source|object|embed)\b[^>]*"""
    r"""\b(?:src|href)\s*=\s*["']?([^"'\s>]+)"""
)

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_answers_and_loads_nothing_from_another_host(datasette: Datasette, path: str):
    answer = await datasette.client.get(path)
    assert answer.status_code == 200
    loaded = LOADED.findall(answer.text)
    assert all(url.startswith(("/-/static", "http://localhost/")) for url in loaded), loaded


@pytest.mark.parametrize("path", HOSTILE_PAGES)
async def test_a_hostile_record_is_inert(datasette: Datasette, path: str):
    text = (await datasette.client.get(path)).text
    assert "alert(" in text or path == "/evidence/tags"
    assert not re.search(r"<script[^>]*>\s*alert|<img src=x|<b>five|<b>mice|<i>Odd", text)


async def test_an_address_in_a_record_leads_only_to_pubmed_doi_and_pmc(datasette: Datasette):
    allowed = {
        "https://pubmed.ncbi.nlm.nih.gov", "https://doi.org", "https://pmc.ncbi.nlm.nih.gov", "https://datasette.io",
        "https://www.apache.org", "http://localhost",
    }  # fmt: skip
    for path in (
        "/evidence/articles",
        "/evidence/register",
        "/evidence/articles/99000002",
        "/evidence/search?q=ketamine",
    ):
        found = OUTSIDE.findall((await datasette.client.get(path)).text)
        assert {"/".join(url.split("/")[:3]) for url in found} <= allowed


@pytest.mark.parametrize("name", QUERIES)
async def test_a_prepared_question_answers_whatever_is_typed(datasette: Datasette, name: str):
    parameters = QUERIES[name].get("params", [])
    for typed in TYPED if parameters else [""]:
        asked = "&".join(f"{parameter}={typed}" for parameter in parameters)
        for form in ("", ".json"):
            answer = await datasette.client.get(f"/evidence/{name}{form}?{asked}")
            assert answer.status_code == 200, (typed, answer.text[:300])


@pytest.mark.parametrize(
    "path", ["/", "/evidence/search", "/evidence/articles.json", "/nothing-here", "/-/static/app.css"]
)
async def test_every_answer_carries_the_security_headers(datasette: Datasette, path: str):
    headers = (await datasette.client.get(path)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'; " in policy + "; "
    assert "object-src 'none'; base-uri 'self'" in policy
    assert headers.get_list("x-content-type-options") == ["nosniff"]
    assert headers.get_list("referrer-policy") == ["no-referrer"]
    assert "set-cookie" not in headers


@pytest.mark.parametrize(
    "raw", [b"/\\example.com/", b"//example.com/", b"/\\/\\example.com/", b"/%5Cexample.com/", b"\\\\example.com/"]
)
async def test_no_path_redirects_to_another_host(datasette: Datasette, raw: bytes):
    await datasette.invoke_startup()
    messages = []

    async def send(message):
        messages.append(message)

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "query_string": b"", "headers": [],
        "path": raw.decode().replace("%5C", "\\"), "raw_path": raw, "server": ("localhost", 80),
        "client": ("localhost", 1),
    }  # fmt: skip
    await datasette.app()(scope, receive, send)
    headers = dict(messages[0]["headers"])
    location = headers.get(b"location", headers.get(b"Location", b"/"))
    assert messages[0]["status"] in (302, 404)
    assert re.fullmatch(rb"/(?![/\\]).*", location)


async def test_with_sql_switched_off_our_pages_and_questions_still_work(evidence_db):
    closed = Datasette(
        [str(evidence_db)], **arguments(load_metadata(METADATA), {**SETTINGS, "default_allow_sql": False})
    )
    assert (await closed.client.get(f"{OWN_SQL}?sql=select+1")).status_code == 403
    assert (await closed.client.get("/evidence/articles?_where=1=1")).status_code == 403
    for path in ("/", "/evidence/articles", "/evidence/articles/99000001", *(f"/evidence/{name}" for name in QUERIES)):
        assert (await closed.client.get(path)).status_code == 200


async def test_who_may_not_see_the_database_sees_none_of_its_figures(evidence_db):
    metadata = load_metadata(METADATA)
    metadata["databases"]["evidence"]["allow"] = {"id": "editor"}
    closed = Datasette([str(evidence_db)], metadata=metadata, settings=SETTINGS)
    home = (await closed.client.get("/")).text
    assert "reports. PubMed" not in home
    assert "intramuscular" not in home
    assert (await closed.client.get("/evidence/articles/99000001")).status_code == 403


async def test_a_database_of_somebody_else_is_published_as_datasette_does(tmp_path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE things (doi TEXT)")
        connection.execute("INSERT INTO things VALUES ('10.1000/x')")
    other = Datasette([str(path)])
    assert "things" in (await other.client.get("/")).text
    assert "https://doi.org" not in (await other.client.get("/other/things")).text


async def test_an_empty_database_called_evidence_is_shown_without_figures(tmp_path):
    path = tmp_path / "evidence.db"
    sqlite3.connect(path).execute("CREATE TABLE things (a)").connection.close()
    home = await Datasette([str(path)]).client.get("/")
    assert home.status_code == 200
    assert "things" in home.text


async def test_the_plugin_brings_its_templates_and_its_stylesheet(datasette: Datasette):
    plugins = {plugin["name"]: plugin for plugin in (await datasette.client.get("/-/plugins.json")).json()}
    assert plugins["evidence-tracker"]["static"] is True
    assert plugins["evidence-tracker"]["templates"] is True
    sheet = await datasette.client.get("/-/static-plugins/evidence-tracker/evidence.css")
    assert sheet.status_code == 200
    assert sheet.headers["content-type"].startswith("text/css")
    assert not re.search(r"@import|url\(", sheet.text)


async def test_a_record_that_is_not_there_is_a_404_in_our_dress(datasette: Datasette, capsys):
    answer = await datasette.client.get("/evidence/articles/1")
    assert answer.status_code == 404
    assert "evidence.css" in answer.text
    assert capsys.readouterr().out == ""  # Datasette would print all local variables where rich is installed


@pytest.mark.parametrize(
    "path", ["/", "/evidence", "/evidence/tags", "/evidence/articles/99000001", "/evidence/search"]
)
async def test_every_page_says_no_advice_and_how_complete_the_data_are(datasette: Datasette, path: str):
    text = (await datasette.client.get(path)).text
    assert "<strong>No advice.</strong>" in text
    assert text.count("Hand-checked register only: 8 reports. PubMed has not been searched to the end yet.") == 2


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("/evidence/articles.json?_shape=array&_size=1", set(TABLES["articles"].columns)),
        ("/evidence/articles/99000001.json?_shape=array", set(TABLES["articles"].columns)),
        ("/evidence/bioavailability_by_route.json?_shape=array", None),
    ],
)
async def test_the_same_data_come_as_json(datasette: Datasette, path: str, keys: set[str] | None):
    rows = (await datasette.client.get(path)).json()
    assert isinstance(rows, list)
    assert rows
    assert keys is None or set(rows[0]) == keys


async def test_hostile_text_is_whole_in_json(datasette: Datasette):
    rows = (await datasette.client.get("/evidence/articles.json?_shape=array&pmid=99000005")).json()
    assert [row["title"] for row in rows] == [HOSTILE]


async def test_a_build_that_goes_live_is_served_at_once(own_copy, tmp_path, evidence_db):
    served = application(tmp_path / "evidence.db", METADATA)
    assert "<b>7</b> records" in (await served.client.get("/")).text
    with sqlite3.connect(evidence_db) as old, sqlite3.connect(tmp_path / "new.db") as new:
        old.backup(new)
        new.execute("DELETE FROM tags WHERE pmid = 99000001")
        new.execute(
            "INSERT INTO articles (record_id, record_key, record_source, title, source, retracted, is_primary,"
            " on_topic) VALUES (99000099, 'pubmed:99000099', 'pubmed', 'New', 'pubmed', 0, 1, 1)"
        )
        new.commit()
        new.backup(own_copy.conn)
    assert "<b>8</b> records" in (await served.client.get("/")).text
    assert "New" in (await served.client.get("/evidence/articles/99000099")).text
