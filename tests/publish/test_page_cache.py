"""A page is rendered once for each state of the database: for everyone, never for longer, and never someone's own."""

import asyncio
import gzip
import shutil
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from datasette import hookimpl
from datasette.plugins import pm

from db.evidence.publish import go_live
from helpers.published import METADATA
from publish import page_cache
from publish.page_cache import Answer, Pages, Watch, keep_pages, kept
from publish.pages import home
from publish.pages.routes import ROUTES
from publish.serve import application

KEPT = ["/", "/.json", "/claims/one-trial", "/claims/one-trial?as_of=2015", "/claims/one-trial.csv",
        "/claims/one-trial.ris", "/claims/one-trial.atom", "/changes", "/changes.atom", "/changes/feed.json",
        "/articles/99000001", "/articles/99000001.json", "/studies", "/map", "/map?condition=depression", "/methods",
        "/search?q=chamomile", "/cite?q=99000001", "/cite.json?q=99000001", "/sitemap.xml", "/llms.txt",
        "/robots.txt"]  # fmt: skip


class Site:
    """The claims' site as one application that lives as long as the test, and how often it rendered what."""

    def __init__(self, path: Path, folder: Path) -> None:
        self.path = path
        self.served = application(path, METADATA)
        self.rendered: list[str] = []
        self.folder = folder

    def client(self, **named) -> httpx.AsyncClient:
        with pytest.MonkeyPatch.context() as patch:  # what renders, without the kept pages before it
            patch.setattr(page_cache, "keep_pages", lambda app, *_: app)
            inner = self.served.app()

        async def counting(scope, receive, send):
            if scope["type"] == "http":
                self.rendered.append(scope["path"] + "?" + scope["query_string"].decode())
            await inner(scope, receive, send)

        app = keep_pages(counting, self.served, ROUTES)
        return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://site.example", **named)

    def write(self, sql: str) -> None:
        with sqlite3.connect(self.path) as connection:
            connection.execute(sql)
        connection.close()


@pytest.fixture
def site(claims_db: Path, tmp_path: Path) -> Site:
    path = tmp_path / "evidence.db"
    shutil.copy(claims_db, path)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    return Site(path, tmp_path)


@pytest_asyncio.fixture
async def reader(site: Site) -> AsyncIterator[httpx.AsyncClient]:
    async with site.client() as client:
        yield client


@pytest.mark.asyncio
@pytest.mark.parametrize("path", KEPT)
async def test_a_page_is_rendered_once_and_is_the_same_for_everyone(site: Site, reader: httpx.AsyncClient, path: str):
    alone = await site.served.client.get(path)
    answers = [await reader.get(path) for _ in range(3)]
    assert len(site.rendered) == 1
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].headers["content-type"] == alone.headers["content-type"]
    assert answers[0].headers["etag"] == answers[1].headers["etag"]
    assert answers[0].headers["cache-control"] == "max-age=5"
    assert answers[0].headers["vary"].endswith("Cookie, Authorization, Accept-Encoding")


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/health", "/evidence", "/evidence/studies", "/evidence/studies.csv",
                                  "/cite/records.ris?q=chamomile", "/-/versions.json"])  # fmt: skip
async def test_what_depends_on_the_day_or_is_not_ours_is_not_kept(site: Site, reader: httpx.AsyncClient, path: str):
    first, second = await reader.get(path), await reader.get(path)
    assert len(site.rendered) >= 2
    assert "etag" not in first.headers
    assert first.status_code == second.status_code


@pytest.mark.asyncio
async def test_every_write_is_seen_at_once(site: Site, reader: httpx.AsyncClient):
    """By another connection, by a copy over the whole file, by a write after it, and when it is taken back."""
    seen = []

    async def claims() -> int:
        seen.append(len((await reader.get("/.json")).json()["claims"]))
        return seen[-1]

    assert await claims() == 8
    site.write("DELETE FROM claims WHERE claim_id = 'cosy'")
    assert await claims() == 7
    other = site.folder / "other.build.db"
    with sqlite3.connect(other) as copy, sqlite3.connect(site.path) as live:
        live.backup(copy)
    copy.execute("DELETE FROM claims WHERE claim_id <> 'one-trial'")
    copy.commit()
    copy.execute("PRAGMA journal_mode = DELETE")
    copy.close()
    live.close()
    go_live(other, site.path)
    assert await claims() == 1
    site.write("UPDATE claims SET text = 'Something else.'")
    assert (await reader.get("/.json")).json()["claims"][0]["text"] == "Something else."
    with sqlite3.connect(site.path) as writer:
        writer.execute("DELETE FROM claims")
        assert await claims() == 1  # not committed: nobody has it
        writer.rollback()
    writer.close()
    assert await claims() == 1
    assert len(site.rendered) == 4


@pytest.mark.asyncio
async def test_whoever_has_the_page_is_told_so(site: Site, reader: httpx.AsyncClient):
    page = await reader.get("/", headers={"accept-encoding": "identity"})
    etag = page.headers["etag"]
    for tags in (etag, f"W/{etag}", f'"other", {etag}', "*", f'{etag[:-1]}-gzip"'):
        again = await reader.get("/", headers={"if-none-match": tags})
        assert (again.status_code, again.content) == (304, b""), tags
        assert again.headers["etag"].strip('"').removesuffix("-gzip") == etag.strip('"')
        assert {"cache-control", "vary"} <= again.headers.keys()
        assert "content-length" not in again.headers
    assert (await reader.get("/", headers={"if-none-match": '"other"'})).status_code == 200
    site.write("DELETE FROM claims WHERE claim_id = 'cosy'")
    changed = await reader.get("/", headers={"if-none-match": etag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != etag


@pytest.mark.asyncio
async def test_a_write_that_changes_nothing_on_the_page_leaves_its_tag(site: Site, reader: httpx.AsyncClient):
    etag = (await reader.get("/methods")).headers["etag"]
    site.write("DELETE FROM notices")
    site.write("UPDATE claims SET position = position + 1")
    assert (await reader.get("/methods", headers={"if-none-match": etag})).status_code == 304
    assert len(site.rendered) == 2


@pytest.mark.asyncio
@pytest.mark.parametrize(("wish", "packed"), [
    ("gzip", True), ("br, gzip;q=0.5", True), ("GZIP", True), ("identity", False), ("gzip;q=0", False), ("", False),
    ("br", False), ("gzip;q=x", False),
])  # fmt: skip
async def test_compressed_for_those_who_take_that(site: Site, reader: httpx.AsyncClient, wish: str, packed: bool):
    async with reader.stream("GET", "/", headers={"accept-encoding": wish}) as answer:
        raw = b"".join([piece async for piece in answer.aiter_raw()])
    assert answer.headers.get("content-encoding") == ("gzip" if packed else None)
    assert answer.headers["content-length"] == str(len(raw))
    plain = await reader.get("/", headers={"accept-encoding": "identity"})
    assert (gzip.decompress(raw) if packed else raw) == plain.content
    assert (answer.headers["etag"] == plain.headers["etag"]) is not packed
    assert len(site.rendered) == 1


@pytest.mark.asyncio
async def test_head_tells_of_the_page_without_it(site: Site, reader: httpx.AsyncClient):
    head = await reader.head("/")
    page = await reader.get("/")
    assert head.content == b""
    assert head.headers == page.headers
    assert len(site.rendered) == 1


@pytest.mark.asyncio
async def test_an_address_is_the_same_in_whatever_order_and_with_whatever_else(site: Site, reader: httpx.AsyncClient):
    pages = [await reader.get(f"/search?{query}") for query in (
        "q=chamomile&route=oral", "route=oral&q=chamomile", "q=chamomile&route=oral&utm_source=whence",
        "_=1&q=chamomile&_=2&route=oral", "q=chamomile&q=second&route=oral", "q=cham%6Fmile&route=oral&%00=",
    )]  # fmt: skip
    assert len({page.content for page in pages}) == 1
    assert "whence" not in pages[2].text
    assert len(site.rendered) == 1
    assert (await reader.get("/search?q=chamomile")).content != pages[0].content


@pytest.mark.asyncio
@pytest.mark.parametrize("headers", [{"cookie": "ds_actor=made-up"}, {"cookie": "theirs=1"},
                                     {"authorization": "Bearer made-up"}])  # fmt: skip
async def test_what_may_depend_on_who_asks_is_neither_kept_nor_taken_from_others(site, reader, headers):
    for _ in range(2):
        answer = await reader.get("/", headers=headers)
        assert answer.headers["cache-control"] == "private, no-store"
        assert "etag" not in answer.headers
    await reader.get("/")
    assert len(site.rendered) == 3


class KnownByHeader:
    """A plugin that knows readers by something of its own."""

    @hookimpl
    def actor_from_request(self, request):
        who = request.headers.get("x-made-up-reader")
        return {"id": who} if who else None


@pytest.mark.asyncio
async def test_a_reader_whom_a_plugin_knows_has_pages_of_their_own(site: Site, reader: httpx.AsyncClient):
    plugin = KnownByHeader()
    pm.register(plugin)
    try:
        await reader.get("/")
        answer = await reader.get("/", headers={"x-made-up-reader": "editor"})
        assert answer.headers["cache-control"] == "private, no-store"
        assert "etag" in (await reader.get("/")).headers
    finally:
        pm.unregister(plugin)
    assert len(site.rendered) == 2


@pytest.mark.asyncio
async def test_a_page_tells_nothing_of_the_request_that_it_was_rendered_for(site: Site, reader: httpx.AsyncClient):
    sent = {"user-agent": "made-up", "referer": "http://elsewhere.example/", "accept-language": "de"}
    first = await reader.get("/llms.txt", headers=sent)
    other = await reader.get("http://other.example/llms.txt")
    assert first.text == other.text
    assert "example" not in first.text  # neither host's addresses are given to the other
    assert len(site.rendered) == 1


@pytest.mark.asyncio
async def test_a_record_is_kept_for_each_form_that_can_be_asked_for(site: Site, reader: httpx.AsyncClient):
    for _ in range(2):
        page = await reader.get("/articles/99000001", headers={"accept": "text/html,*/*"})
        bib = await reader.get("/articles/99000001", headers={"accept": "application/x-bibtex"})
        assert page.headers["content-type"].startswith("text/html")
        assert bib.text.startswith("@")
        assert page.headers["vary"] == "Accept, Cookie, Authorization, Accept-Encoding"
    await reader.get("/articles/99000001", headers={"accept": "text/html;q=0.9"})
    assert len(site.rendered) == 2


@pytest.mark.asyncio
@pytest.mark.parametrize(("path", "status"), [("/claims/none", 404), ("/claims/one-trial?as_of=x", 400),
                                              ("/articles/1", 404)])  # fmt: skip
async def test_errors_are_not_kept(site: Site, reader: httpx.AsyncClient, path: str, status: int):
    for _ in range(2):
        answer = await reader.get(path)
        assert answer.status_code == status
        assert "etag" not in answer.headers
    assert len(site.rendered) == 2


@pytest.mark.asyncio
async def test_of_many_who_ask_at_once_one_has_it_rendered(site: Site, reader: httpx.AsyncClient):
    pages = await asyncio.gather(*(reader.get("/map") for _ in range(20)))
    assert len({page.content for page in pages}) == 1
    assert len(site.rendered) == 1


@pytest.mark.asyncio
async def test_a_page_that_was_overtaken_by_a_write_is_not_kept(site: Site, monkeypatch):
    """The write comes after the state was asked and before the page was read, or after that: both are seen."""
    for late in (False, True):
        original = home.board

        def board(connection, original=original, late=late):
            data = original(connection) if late else None
            site.write(f"UPDATE claims SET text = 'Written {late}.'")  # noqa: S608
            monkeypatch.setattr(home, "board", original)
            return data or original(connection)

        monkeypatch.setattr(home, "board", board)
        async with site.client() as reader:
            await reader.get("/.json")
            assert (await reader.get("/.json")).json()["claims"][0]["text"] == f"Written {late}."


@pytest.mark.asyncio
async def test_without_a_state_to_go_by_nothing_is_kept(site: Site, reader: httpx.AsyncClient, monkeypatch):
    monkeypatch.setattr(Watch, "state", lambda self: None)
    assert [(await reader.get("/")).status_code for _ in range(2)] == [200, 200]
    assert len(site.rendered) == 2


@pytest.mark.asyncio
async def test_what_sets_a_cookie_goes_to_each_reader_alone(site: Site):
    asked = []

    @kept()
    async def view():
        """Nothing: only its mark is read."""

    async def app(scope, receive, send):
        asked.append(scope["path"])
        cookie = f"made-up={len(asked)}".encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"set-cookie", cookie)]})
        await send({"type": "http.response.body", "body": b"yours"})

    transport = httpx.ASGITransport(app=keep_pages(app, site.served, [(r"^/form$", view)]))
    async with httpx.AsyncClient(transport=transport, base_url="http://site.example") as reader:
        answers = await asyncio.gather(*(reader.get("/form") for _ in range(3)))
    assert len({answer.headers["set-cookie"] for answer in answers}) == 3


@pytest.mark.asyncio
async def test_under_a_base_url_too(site: Site):
    site.served._settings["base_url"] = "/tracker/"
    async with site.client() as reader:
        first, second = await reader.get("/tracker/map"), await reader.get("/tracker/map")
    assert first.content == second.content
    assert "etag" in second.headers
    assert len(site.rendered) == 1


def answer_of(size: int) -> Answer:
    return Answer(200, [], b"x" * size, b"", "tag")


def test_pages_take_no_more_than_they_may():
    pages = Pages(most=10_000)
    pages.turn_to(1)
    for number in range(100):
        pages.put(1, number, answer_of(1000))
        pages.get(0)  # what is asked for stays
    assert pages.size <= 10_000
    assert [pages.get(number) is not None for number in (0, 1, 98, 99)] == [True, False, True, True]
    pages.put(1, "huge", answer_of(5_000_000))
    assert pages.get("huge") is None
    pages.put(1, 99, answer_of(1))
    assert pages.size <= 10_000
    pages.put(0, "late", answer_of(1))
    assert pages.get("late") is None
    pages.turn_to(2)
    assert (pages.size, pages.get(0)) == (0, None)


@pytest.mark.parametrize("mode", ["WAL", "DELETE", "TRUNCATE"])
def test_a_watch_tells_every_commit_of_anyone(tmp_path: Path, mode: str):
    path = tmp_path / "made-up.db"
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute(f"PRAGMA journal_mode = {mode}")
    writer.execute("CREATE TABLE cups (n)")
    watch = Watch(str(path))
    seen = [watch.state()]
    for statement in (
        "INSERT INTO cups VALUES (1)",
        "UPDATE cups SET n = n + 1",
        "VACUUM",
        "CREATE INDEX i ON cups(n)",
    ):
        assert watch.state() == seen[-1]
        writer.execute(statement)
        seen.append(watch.state())
    writer.execute("BEGIN")
    writer.execute("DELETE FROM cups")
    writer.execute("ROLLBACK")
    assert watch.state() == seen[-1]
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE saucers (n)")
        other.commit()
        other.backup(writer)
    other.close()
    seen.append(watch.state())
    assert None not in seen
    assert len(set(seen)) == len(seen)
    writer.close()


def test_a_watch_over_nothing_tells_nothing(tmp_path: Path):
    assert Watch(str(tmp_path / "nothing.db")).state() is None
