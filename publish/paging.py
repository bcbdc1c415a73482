"""One order for all pages of a table, so that whoever follows `next` to the end meets every row exactly once.

Datasette (0.65 and the alphas of 1.0) sorts the first page of a table by the wanted column alone, and every further
page by that column *and the primary key*: its page token is the last row's value in both. Rows that are equal in the
column come in whatever order SQLite meets them (by falling key where it walks an index backwards), so some of them
stood neither on the first page nor behind its token. There is no hook for the order of a table, so what Datasette asks
of the database is completed here.

Facets are left out of further pages: Datasette counts only the rows behind the token there, and choosing a value would
keep the token. On the first page they count, and lead to, the whole list.
"""

import re
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from db.evidence.schema import TABLES
from publish.cells import DATABASE

if TYPE_CHECKING:  # Datasette loads plugins while datasette.app is still being imported
    from datasette.app import Datasette

_SORTED = re.compile(
    r"select (?P<columns>[^()]+?) from (?P<table>\w+) (?:where .+ )?"
    r"order by (?P<sort>\S+)(?: desc)?(?P<limit> limit \d+)",
    re.DOTALL,
)
"""The statement behind a table's page. Names are bare, or quoted where they are words of SQL."""


def in_one_order(sql: str) -> str:
    """A sorted and limited selection of rows with their key, with the key as the last thing to sort by.

    Any other statement comes back as it is. A statement that a reader typed in the same form gives the same rows as
    before: only the order of rows that are equal in the sorted column, which SQL leaves open, is settled.
    """
    found = _SORTED.fullmatch(sql)
    if not found or found["table"] not in TABLES:
        return sql
    pk = TABLES[found["table"]].pk
    key = (pk,) if isinstance(pk, str) else pk
    columns = dict(zip(map(_bare, names := found["columns"].split(", ")), names, strict=True))
    if not columns.keys() >= set(key):
        return sql
    rest = [columns[name] for name in key if name != _bare(found["sort"])]
    return ", ".join([sql[: found.start("limit")], *rest]) + found["limit"]


def _bare(name: str) -> str:
    return name.strip('[]"')


def settle_pages(datasette: "Datasette") -> None:
    """Let Datasette page through the tables of our database in one order, and count facets of whole lists only."""
    from datasette import facets  # at the top it would be loaded before Datasette can register its hook

    if DATABASE in datasette.databases:
        database = datasette.databases[DATABASE]
        database.execute = _completed(database.execute)
    if not hasattr(facets.load_facet_configs, "__wrapped__"):  # one process may make several applications
        facets.load_facet_configs = _on_first_pages(facets.load_facet_configs)


def _completed(execute: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def execute_in_one_order(sql: str, *arguments: Any, **named: Any) -> Any:
        return await execute(in_one_order(sql), *arguments, **named)

    return execute_in_one_order


def _on_first_pages(load_facet_configs: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    @wraps(load_facet_configs)
    def on_first_pages(request: Any, table: Any) -> dict[str, Any]:
        return {} if request.args.get("_next") else load_facet_configs(request, table)

    return on_first_pages
