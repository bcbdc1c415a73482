"""What programs ask for: health, robots.txt, the sitemap, llms.txt, and tools for language models."""

import asyncio
import importlib.util
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from datasette.app import Datasette
from lxml import etree

from db.evidence.coverage import MAX_AGE_DAYS
from helpers.made_claims import make_claims
from helpers.published import METADATA
from publish.address import public_url
from publish.described import load_metadata
from publish.serve import application
from topics.errors import BadInputError

pytestmark = pytest.mark.asyncio
NOW = datetime.now(UTC)
QUERIES = load_metadata(METADATA)["databases"]["evidence"]["queries"]


async def health(path) -> tuple[int, dict]:
    answer = await application(path, METADATA).client.get("/health")
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, answer.json()


async def test_a_fresh_complete_search_is_well(tmp_path):
    status, said = await health(make_claims(tmp_path, finished=NOW.isoformat(timespec="seconds")))
    assert (status, said["ok"], said["state"], said["age_days"]) == (200, True, "fresh", 0)
    assert said["last_run"]["state"] == "complete"
    assert said["versions"]["tagger"] == "1"
    assert len(said["versions"]["schema"]) == 12


async def test_a_search_too_long_ago_is_stale(tmp_path):
    long_ago = NOW - timedelta(days=MAX_AGE_DAYS + 1)
    status, said = await health(make_claims(tmp_path, finished=long_ago.isoformat(timespec="seconds")))
    assert (status, said["ok"], said["state"], said["age_days"]) == (503, False, "stale", MAX_AGE_DAYS + 1)


async def test_a_search_that_did_not_end_is_not_well_even_if_an_older_one_did(tmp_path):
    path = make_claims(tmp_path, finished=NOW.isoformat(timespec="seconds"))
    with sqlite3.connect(path) as connection:
        connection.execute(
            "INSERT INTO runs (run_id, kind, started_at, finished_at, state) VALUES (3, 'sync', ?, ?, 'incomplete')",
            [NOW.isoformat(), NOW.isoformat()],
        )
    status, said = await health(path)
    assert (status, said["ok"], said["state"], said["unfinished"]) == (503, False, "incomplete", ["sync"])


async def test_the_register_alone_promises_no_search_and_says_so(datasette: Datasette):
    answer = await datasette.client.get("/health")
    assert (answer.status_code, answer.json()["state"], answer.json()["last_run"]) == (200, "never searched", None)


async def test_robots_are_kept_from_sql_and_shown_the_sitemap(claims: Datasette):
    answer = await claims.client.get("/robots.txt")
    assert answer.text.splitlines() == [
        "User-agent: *", "Disallow: /evidence?", "Disallow: /evidence/*?", "Disallow: /-/",
        "Sitemap: /sitemap.xml",
    ]  # fmt: skip


async def test_the_sitemap_names_pages_claims_and_records_and_each_answers(made: Datasette):
    root = etree.fromstring((await made.client.get("/sitemap.xml")).content)
    listed = [location.text for location in root.iter("{*}loc")]
    assert listed[:6] == ["/", "/map", "/search", "/changes", "/methods", "/cite"]
    assert sum(path.startswith("/claims/") for path in listed) == 40
    for path in [path for path in listed if not path.startswith("/articles/")] + listed[-3:]:
        assert (await made.client.get(path)).status_code == 200, path


async def test_llms_txt_names_pages_queries_and_tables_that_are_there(made: Datasette):
    text = (await made.client.get("/llms.txt")).text
    assert text.startswith("# Evidence Tracker\n")
    assert "gives no advice" in text
    addresses = [line.partition("](")[2].partition(")")[0] for line in text.splitlines() if "](/" in line]
    assert len(addresses) > 40
    for address in [one for one in addresses if "ID" not in one and "PMID" not in one]:
        assert (await made.client.get(address)).status_code == 200, address


SPEAKING = [
    "/robots.txt", "/sitemap.xml", "/llms.txt", "/changes.atom", "/changes/feed.json", "/claims/one-trial.atom",
    "/claims/one-trial",
]  # fmt: skip


@pytest.mark.parametrize("path", SPEAKING)
async def test_the_host_of_a_request_stands_in_no_answer_and_the_public_address_does(
    claims: Datasette, path: str, monkeypatch: pytest.MonkeyPatch
):
    spoofed = {"host": "evil.example", "x-forwarded-host": "evil.example", "x-forwarded-proto": "gopher"}
    answer = await claims.client.get(path, headers=spoofed)
    assert answer.status_code == 200
    assert "evil.example" not in answer.text
    monkeypatch.setenv("EVIDENCE_PUBLIC_URL", "https://evidence.example/")
    answer = await claims.client.get(path, headers=spoofed)
    assert "https://evidence.example/" in answer.text
    assert "evil.example" not in answer.text


async def test_the_next_page_of_a_table_is_at_the_public_address(claims: Datasette, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EVIDENCE_PUBLIC_URL", "https://evidence.example")
    answer = await claims.client.get("/evidence/articles.json?_size=1", headers={"host": "evil.example"})
    assert answer.json()["next_url"].startswith("https://evidence.example/evidence/articles.json?")
    assert "evil.example" not in answer.text + str(answer.headers)


async def test_a_public_address_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch):
    for given in ("evidence.example", "ftp://evidence.example", "https://", "https://evidence.example/?a"):
        monkeypatch.setenv("EVIDENCE_PUBLIC_URL", given)
        with pytest.raises(BadInputError, match=r"^EVIDENCE_PUBLIC_URL=.*: not an address"):
            public_url()


async def test_prepared_queries_are_tools_for_language_models(claims_db):
    if importlib.util.find_spec("datasette_mcp") is None:
        pytest.skip("datasette-mcp is not installed (pip install 'evidence-tracker[mcp]')")
    import httpx  # which datasette-mcp needs too; Datasette 1.0 has another

    served = application(claims_db, METADATA)
    await served.invoke_startup()
    app = served.app()
    said: asyncio.Queue = asyncio.Queue()
    answered: asyncio.Queue = asyncio.Queue()
    life = asyncio.create_task(app({"type": "lifespan", "asgi": {"version": "3.0"}}, said.get, answered.put))
    await said.put({"type": "lifespan.startup"})
    assert (await answered.get())["type"] == "lifespan.startup.complete"
    hello = {"protocolVersion": "2025-03-26", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    call = {"name": "list_canned_queries", "arguments": {}}
    headers = {"accept": "application/json, text/event-stream"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost:8001") as client:

        async def ask(**message):
            return await client.post("/-/mcp", json={"jsonrpc": "2.0", **message}, headers=headers)

        headers["mcp-session-id"] = (await ask(id=1, method="initialize", params=hello)).headers["mcp-session-id"]
        await ask(method="notifications/initialized")
        answer = await ask(id=2, method="tools/call", params=call)
        sql = {"database": "evidence", "sql": "select file from pragma_database_list"}
        refused = await ask(id=3, method="tools/call", params={"name": "execute_sql", "arguments": sql})
        waiting = await client.get("/-/mcp", headers=headers)
        headers["origin"] = "https://evil.example"
        foreign = await ask(id=4, method="tools/call", params=call)
        headers["origin"] = "http://localhost:5173"
        own = await ask(id=5, method="tools/call", params=call)
    await said.put({"type": "lifespan.shutdown"})
    await life
    assert answer.status_code == 200, answer.text
    assert "SQL error: not authorized" in refused.text
    assert (waiting.status_code, foreign.status_code, own.status_code) == (405, 403, 200)
    assert all(name in answer.text for name in QUERIES)
