"""What is not open: methods that write, pages that tell of the machine; and mistakes that are told as such."""

import pytest
from datasette.app import Datasette

from publish.compat import OWN_SQL

pytestmark = pytest.mark.asyncio
PATHS = ("/", "/map", "/evidence", "/evidence/articles", "/evidence/search", "/-/versions.json", "/-/static/app.css")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("method", "status"),
    [("POST", 403), ("PUT", 405), ("PATCH", 405), ("DELETE", 405), ("TRACE", 405), ("OPTIONS", 405), ("MADEUP", 405)],
)
async def test_nothing_can_be_written(datasette: Datasette, path: str, method: str, status: int):
    answer = await datasette.client.request(method, path)
    assert answer.status_code == status
    assert answer.headers.get("allow") == ("GET, HEAD" if status == 405 else None)
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize("path", PATHS)
async def test_head_is_answered_as_get(datasette: Datasette, path: str):
    assert (await datasette.client.head(path)).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/-/databases.json", "/-/databases", "/-/threads.json", "/-/threads", "/-/permissions", "/-/messages",
        "/-/allow-debug", "/-/patterns", "/-/d%61tabases.json", "/-/d~61tabases.json", "//-/databases.json",
    ],
)  # fmt: skip
async def test_pages_that_tell_of_the_machine_are_closed(datasette: Datasette, path: str):
    answer = await datasette.client.get(path)
    assert answer.status_code == 403
    assert str(datasette.get_database("evidence").path) not in answer.text


async def test_closed_pages_are_closed_under_a_base_url_too(evidence_db):
    datasette = Datasette([str(evidence_db)], settings={"base_url": "/tracker/"})
    assert (await datasette.client.get("/-/databases.json")).status_code == 403
    assert (await datasette.client.get("/-/versions.json")).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/evidence/articles?_sort=junk", "/evidence/articles.json?_sort_desc=junk",
        "/evidence/articles?_sort=year&_sort_desc=year", "/evidence/articles?_timelimit=junk",
        f"{OWN_SQL}?sql=select+1&_timelimit=junk", "/evidence/articles?_through=junk", "/evidence/articles?_through={}",
        "/evidence/studies?design__in=[", "/evidence/articles?_size=junk", "/evidence/articles?_where=junk",
        "/evidence.csv", "/evidence.csv?_stream=on",
    ],
)  # fmt: skip
async def test_a_mistake_in_an_address_is_told_without_a_traceback(
    datasette: Datasette, path: str, capfd: pytest.CaptureFixture
):
    answer = await datasette.client.get(path)
    assert answer.status_code == 400
    assert "Traceback" not in capfd.readouterr().err
