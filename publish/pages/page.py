"""What every page of ours shares: who may read it, one consistent look at the data, HTML and JSON of the same thing.

A page is a function from a connection to plain data. It runs inside one read transaction, so a build that goes live
meanwhile is seen whole or not at all; the template and `.json` then show the same dictionary.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from datasette.utils import sqlite_timelimit
from datasette.utils.asgi import NotFound, Request, Response
from datasette.views.base import DatasetteError

from publish import compat
from publish.cells import DATABASE
from publish.freshness import read_freshness

if TYPE_CHECKING:  # Datasette loads plugins while datasette.app is still being imported
    from _typeshed import DataclassInstance
    from datasette.app import Datasette

JSON = r"(?:\.(?P<format>json))?$"
"""End of the pattern of a page's route: the page itself, and the same as JSON."""
VIEW = "evidence"
"""The view name of our pages: their freshness comes with their data (see `context.for_page`)."""

Read = Callable[[sqlite3.Connection], dict[str, Any]]


async def page(
    datasette: "Datasette",
    request: Request,
    template: str,
    read: Read,
    *,
    dress: Callable[[dict[str, Any]], Mapping[str, Any]] | None = None,
    tables: Sequence[str] = ("articles", "studies"),
    trail: Sequence[tuple[str, str]] = (),
    status: int = 200,
) -> Response:
    """Answer with the template, or with the data alone where the address ends in `.json`.

    Args:
        datasette: the application.
        request: its `url_vars` hold `format`, 'json' or None (a route's pattern ends in `JSON`).
        template: file in publish/templates; it gets every key of the data.
        read: makes the data, of types that JSON has, from a connection; raises NotFound where there is nothing.
        dress: makes what only the template needs (charts, links) from the data; Markup where it is HTML.
        tables: tables that a reader must be allowed to see.
        trail: (path, label) of the pages above this one, below home.
        status: HTTP status.

    Raises:
        Forbidden: this reader may not see the data.
        NotFound: the database is not served here, or `read` said so.
    """
    await may_see(datasette, request, *tables)
    found = await snapshot(datasette, lambda connection: (read(connection), read_freshness(connection)))
    data, fresh = found
    headers = {"cache-control": f"max-age={datasette.setting('default_cache_ttl')}"}
    if request.url_vars.get("format") == "json":
        as_data = {"ok": status < 400, "freshness": fresh.sentence if fresh else None, **data}
        return Response.json(as_data, status=status, headers=headers, default=str)
    shown = {
        **data, **(dress(data) if dress else {}), "freshness": fresh, "database": DATABASE,
        "trail": [(datasette.urls.path(path), label) for path, label in trail],
        "json_url": json_url(datasette, request),
    }  # fmt: skip
    html = await datasette.render_template(template, shown, request=request, view_name=VIEW)
    return Response.html(html, status=status, headers=headers)


async def may_see(datasette: "Datasette", request: Request, *tables: str) -> None:
    """Ask Datasette whether this reader may see the tables: routes of our own are not asked for otherwise.

    Raises:
        Forbidden: this reader may not. NotFound: the database is not there.
    """
    if DATABASE not in datasette.databases:
        raise NotFound("The evidence database is not served here.")
    await compat.ensure_may_view(datasette, request.actor, *tables)


async def snapshot(datasette: "Datasette", read: Callable[[sqlite3.Connection], Any]) -> Any:
    """What `read` makes of one unchanging state of the database, within the time limit of a query.

    Raises:
        DatasetteError: 503, it took too long.
    """
    limit = datasette.setting("sql_time_limit_ms")

    def reading(connection: sqlite3.Connection) -> Any:
        with sqlite_timelimit(connection, limit):
            connection.execute("BEGIN")
            try:
                return read(connection)
            finally:
                connection.rollback()

    try:
        return await datasette.get_database(DATABASE).execute_fn(reading)
    except sqlite3.OperationalError as error:
        if str(error) != "interrupted":
            raise
        raise DatasetteError("This took too long. Please try again, or ask for less.", status=503) from error


def rows(
    connection: sqlite3.Connection, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()
) -> list[dict[str, Any]]:
    """Every row of a query, by column name."""
    found = connection.execute(sql, parameters)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found]


def has_rows(connection: sqlite3.Connection, table: str) -> bool:
    """Whether there is such a table with anything in it."""
    there = connection.execute("select 1 from sqlite_master where type = 'table' and name = ?", [table]).fetchone()
    return bool(there and connection.execute(f'select 1 from "{table}" limit 1').fetchone())  # noqa: S608


def own_path(request: Request) -> str:
    """The path asked for, without the `base_url` that the site may be served under."""
    return str(request.scope.get("route_path") or request.path)


def query_of(asked: "DataclassInstance", **changed: str) -> str:
    """What a reader asked for as a query string, with some parts changed; without parts that ask for all ('')."""
    return urlencode({name: value for name, value in {**asdict(asked), **changed}.items() if value})


def json_url(datasette: "Datasette", request: Request) -> str:
    """Address of the same page as JSON."""
    query = f"?{request.query_string}" if request.query_string else ""
    return f"{datasette.urls.path(own_path(request) + '.json')}{query}"
