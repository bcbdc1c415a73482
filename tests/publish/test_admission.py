"""Readers' SQL has threads and places of its own: full, it is answered 503, and pages go on."""

import asyncio

import httpx
import pytest
from datasette.app import Datasette

from publish.admission import ROOMS, Kind, admitting, kind_of_thread
from publish.compat import OWN_SQL
from publish.pages.export import export
from publish.pages.routes import ROUTES

pytestmark = pytest.mark.asyncio
ENDLESS = "with recursive c(x) as (select 1 union all select x + 1 from c) select count(*) from c"


@pytest.fixture
def brief(datasette: Datasette) -> Datasette:
    """Datasette that ends queries after half a second."""
    datasette.sql_time_limit_ms = 500
    return datasette


async def asked(path: str, query: str = "") -> str:
    """The kind of thread that works for a request."""
    datasette, seen = Datasette(memory=True), []
    await datasette.invoke_startup()

    async def app(scope, receive, send):
        loop = asyncio.get_running_loop()
        seen.append(await loop.run_in_executor(datasette.executor, kind_of_thread))

    scope = {"type": "http", "path": path, "raw_path": path.encode(), "query_string": query.encode()}
    await admitting(app, datasette, [pattern for pattern, view in ROUTES if view is not export])(scope, None, None)
    return seen[0].value


@pytest.mark.parametrize(
    ("path", "query", "kind"),
    [
        ("/", "", "page"),
        ("/search", "q=ketamine", "page"),
        ("/articles/99000001.json", "", "page"),
        ("/-/static/app.css", "", "page"),
        ("/evidence/articles", "_sort=year", "table"),
        ("/evidence/search", "q=ketamine", "table"),
        ("/evidence/studies.csv", "", "table"),
        ("/evidence", "", "table"),
        ("/evidence", "sql=", "table"),
        ("/evidence", "sql=select+1", "sql"),
        ("/evidence", "%73ql=select+1", "sql"),
        ("/evidence.json", "a=b&s%71%6C=select+1", "sql"),
        ("/~65vidence.csv", "sql=select+1", "sql"),
        ("/evidence/articles.json", "_where=1", "sql"),
        ("/evidence/articles.csv", "%5fwhere=1&_stream=on", "sql"),
        ("/evidence/search", "q=a&_%77here=1", "sql"),
        ("/-/mcp", "", "sql"),
    ],
)
async def test_a_request_is_counted_by_its_decoded_parameters(path: str, query: str, kind: str):
    assert await asked(path, query) == kind


async def test_full_readers_sql_is_told_to_come_again_while_pages_and_tables_answer(brief: Datasette):
    # one application, as it is served: the client of Datasette 1.0 makes one for each request
    transport = httpx.ASGITransport(app=brief.app())
    reader = httpx.AsyncClient(transport=transport, base_url="http://localhost")
    asking = [
        asyncio.ensure_future(reader.get(f"{OWN_SQL}.json", params={"sql": f"{ENDLESS} where {number} > -1"}))
        for number in range(ROOMS[Kind.SQL].at_once + 5)
    ]
    await asyncio.sleep(0)
    pages = await asyncio.gather(*(reader.get(path) for path in ("/", "/map", "/evidence/studies")))
    answers = await asyncio.gather(*asking)
    assert {page.status_code for page in pages} == {200}
    refused = [answer for answer in answers if answer.status_code == 503]
    assert len(refused) == 5
    assert all(
        answer.headers["retry-after"] == "5" and "x-content-type-options" in answer.headers for answer in refused
    )
    assert {answer.status_code for answer in answers} == {400, 503}, "the others ran out of time"
    assert (await reader.get(f"{OWN_SQL}.json?sql=select+1")).status_code == 200, "places are given back"


async def test_what_a_request_asks_of_the_site_itself_needs_no_second_place(datasette: Datasette):
    """CSV is made of pages of JSON: as many as there are places can be had at a time."""
    asking = (datasette.client.get("/evidence.csv?sql=select+1") for _ in range(ROOMS[Kind.SQL].at_once))
    assert {answer.status_code for answer in await asyncio.gather(*asking)} == {200}


async def test_a_request_that_fails_gives_its_place_back(datasette: Datasette):
    for _ in range(2 * ROOMS[Kind.SQL].at_once):
        assert (await datasette.client.get(f"{OWN_SQL}.json?sql=select+nothing")).status_code == 400


async def test_a_long_answer_is_sent_in_pieces_and_whole():
    sent = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": bytes(150_000), "more_body": True})
        await send({"type": "http.response.body", "body": b"end"})

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "path": "/evidence", "query_string": b"sql=select+1"}
    await admitting(app, Datasette(memory=True), [])(scope, None, send)
    bodies = [message for message in sent if message["type"] == "http.response.body"]
    assert [len(message["body"]) for message in bodies] == [65_536, 65_536, 18_928, 3]
    assert [bool(message.get("more_body")) for message in bodies] == [True, True, True, False]
