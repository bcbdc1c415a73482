"""What every page of our own keeps: JSON, permissions, `default_allow_sql off`, `base_url`, one unchanging state."""

import asyncio
import sqlite3

import lxml.html
import pytest
import sqlite_utils
from datasette.app import Datasette

from helpers.published import METADATA
from publish.described import load_metadata
from publish.serve import SETTINGS, application

pytestmark = pytest.mark.asyncio
OWN = [
    "/",
    "/claims/one-trial",
    "/claims/cosy",
    "/changes",
    "/methods",
    "/map",
    "/search",
    "/search?q=chamomile",
    "/cite?q=99000001",
]
FILES = ["/changes.atom", "/changes/feed.json", "/claims/one-trial.atom", "/claims/one-trial.csv",
         "/claims/one-trial.ris", "/sitemap.xml", "/llms.txt", "/health"]  # fmt: skip


def as_json(path: str) -> str:
    plain, _, query = path.partition("?")
    return f"{plain}.json" + (f"?{query}" if query else "")


@pytest.mark.parametrize("path", OWN)
async def test_a_page_has_its_json_and_names_it(claims: Datasette, path: str):
    answer = await claims.client.get(path)
    assert answer.status_code == 200
    assert (await claims.client.get(as_json(path))).headers["content-type"].startswith("application/json")
    if not path.startswith("/cite"):
        links = lxml.html.fromstring(answer.text).cssselect('link[rel=alternate][type="application/json"]')
        assert [link.get("href") for link in links] == [as_json(path)]


@pytest.mark.parametrize("path", [*OWN, *FILES])
async def test_a_page_works_where_readers_may_not_run_sql(claims_db, path: str):
    closed = Datasette(
        [str(claims_db)], metadata=load_metadata(METADATA), settings={**SETTINGS, "default_allow_sql": False}
    )
    assert (await closed.client.get(path)).status_code == 200


@pytest.mark.parametrize("path", [*OWN[1:], *FILES, *(as_json(path) for path in OWN[1:])])
async def test_a_page_is_closed_to_whom_the_database_is_closed(claims_db, path: str):
    metadata = load_metadata(METADATA)
    metadata["databases"]["evidence"]["allow"] = {"id": "editor"}
    closed = Datasette([str(claims_db)], metadata=metadata, settings=SETTINGS)
    answer = await closed.client.get(path)
    assert answer.status_code == 403
    assert "chamomile" not in answer.text.lower().replace("q=chamomile", "")
    allowed = await closed.client.get(path, cookies={"ds_actor": closed.sign({"a": {"id": "editor"}}, "actor")})
    assert allowed.status_code == 200


async def test_home_gives_nothing_away_to_whom_the_database_is_closed(claims_db):
    metadata = load_metadata(METADATA)
    metadata["databases"]["evidence"]["allow"] = {"id": "editor"}
    closed = Datasette([str(claims_db)], metadata=metadata, settings=SETTINGS)
    for path in ("/", "/.json"):
        answer = await closed.client.get(path)
        assert answer.status_code == 200
        assert "one-trial" not in answer.text


@pytest.mark.parametrize("path", OWN)
async def test_every_link_keeps_the_address_that_the_site_is_served_under(claims_db, path: str):
    served = Datasette(
        [str(claims_db)], metadata=load_metadata(METADATA), settings={**SETTINGS, "base_url": "/evidence-tracker/"}
    )
    answer = await served.client.get(path)
    assert answer.status_code == 200
    page = lxml.html.fromstring(answer.text)
    local = [
        address
        for element, attribute, address, _ in page.iterlinks()
        if attribute in ("href", "src", "action") and address.startswith("/")
    ]
    assert local
    assert all(address.startswith("/evidence-tracker/") for address in local), local


async def test_a_build_that_goes_live_while_pages_are_read_is_seen_whole_or_not_at_all(claims_db, tmp_path):
    """The number of claims on the board and the sentence on freshness come from the same build, whenever it is."""
    path, other = tmp_path / "evidence.db", tmp_path / "other.db"
    for copy in (path, other):
        copy.write_bytes(claims_db.read_bytes())
    with sqlite3.connect(other) as connection:
        connection.execute("DELETE FROM claims WHERE claim_id <> 'one-trial'")
        connection.execute("UPDATE searches SET reported = 99, stored = 99")
    live = sqlite_utils.Database(path)
    live.enable_wal()
    served = application(path, METADATA)
    await served.invoke_startup()  # which takes Datasette 1.0 longer than all that follows
    seen = set()
    swapped = asyncio.Event()

    async def read() -> None:
        while not swapped.is_set():
            data = (await served.client.get("/.json")).json()
            seen.add((len(data["claims"]), "99 records reported" in data["freshness"]))
            await asyncio.sleep(0)

    async def swap() -> None:
        for turn in range(6):
            with sqlite3.connect(other if turn % 2 == 0 else claims_db) as source:
                source.backup(live.conn)
            await asyncio.sleep(0.05)
        swapped.set()

    await asyncio.gather(read(), read(), swap())
    live.close()
    assert seen <= {(8, False), (1, True)}
    assert len(seen) == 2
