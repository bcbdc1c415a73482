"""The one place that knows which Datasette runs: 0.65, the stable one we pin, or 1.0, of which there are alphas.

All else in `publish` asks here for what the two name or keep differently: who may see what, what metadata.yml says of
the site and its tables, the prepared queries. What works alike in both is called directly.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import Forbidden
from datasette.version import __version__

from publish.cells import DATABASE

if TYPE_CHECKING:  # Datasette loads plugins while datasette.app is still being imported
    from datasette.app import Datasette

Actor = dict[str, Any] | None
IS_1 = int(__version__.split(".")[0]) >= 1
OWN_SQL = f"/{DATABASE}/-/query" if IS_1 else f"/{DATABASE}"
"""Where SQL of a reader's own is answered; 1.0 sends on from where 0.65 answers it."""
_MOST_QUERIES = 1000
"""As many as Datasette 1.0 lists at a time."""


def arguments(described: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """What `Datasette()` takes of metadata.yml, with these settings.

    Queries, permissions and plugins count in 0.65 as metadata and in 1.0 only as configuration; either ignores what is
    not its own, so 1.0 gets the whole file as both. 1.0 fails where a setting stands in both of its places.
    """
    if IS_1:
        return {"metadata": described, "config": {**described, "settings": settings}}
    return {"metadata": described, "settings": settings}


async def may_view(datasette: "Datasette", actor: Actor, table: str = "") -> bool:
    """Whether this reader may see the database, or a table of it; False too where it is not served."""
    if DATABASE not in datasette.databases:
        return False
    return await _allowed(datasette, actor, "view-table" if table else "view-database", table)


async def ensure_may_view(datasette: "Datasette", actor: Actor, *tables: str) -> None:
    """Refuse a reader who may not see the database and each of these tables.

    Raises:
        Forbidden: as said.
    """
    for table in (*tables, ""):
        if not await may_view(datasette, actor, table):
            raise Forbidden("view-table" if table else "view-database")


async def may_run_sql(datasette: "Datasette", actor: Actor) -> bool:
    """Whether this reader may run SQL of their own (`default_allow_sql`, `allow_sql`)."""
    return await _allowed(datasette, actor, "execute-sql")


async def site_metadata(datasette: "Datasette") -> dict[str, Any]:
    """Title, description, licence and source of the whole site."""
    found = await datasette.get_instance_metadata() if IS_1 else datasette.metadata()
    return dict(found)


def table_metadata(datasette: "Datasette") -> dict[str, dict[str, Any]]:
    """What metadata.yml says of every table, in its order."""
    if IS_1:  # its own store of metadata keeps no order
        found = (datasette.config or {}).get("databases", {}).get(DATABASE, {}).get("tables")
    else:
        found = datasette.metadata("tables", database=DATABASE)
    return dict(found or {})


async def prepared_queries(datasette: "Datasette", actor: Actor) -> list[dict[str, Any]]:
    """The queries of metadata.yml that this reader may run, in its order, each with `name` and what stands there."""
    if IS_1:
        shown = await datasette.list_queries(DATABASE, actor=actor, limit=_MOST_QUERIES)
        visible = {query.name for query in shown.queries}
        described = (datasette.config or {}).get("databases", {}).get(DATABASE, {}).get("queries") or {}
        return [{**query, "name": name} for name, query in described.items() if name in visible]
    found = (await datasette.get_canned_queries(DATABASE, actor)).values()
    return [query for query in found if await _allowed(datasette, actor, "view-query", query["name"])]


async def _allowed(datasette: "Datasette", actor: Actor, action: str, name: str = "") -> bool:
    """Whether Datasette allows an action on the database, or on the table or query called `name`."""
    if IS_1:
        return bool(await datasette.allowed(action=action, resource=_resource(action, name), actor=actor))
    asked = (action, (DATABASE, name) if name else DATABASE)
    if action == "execute-sql":
        return bool(await datasette.permission_allowed(actor, *asked, default=True))
    above = [] if action == "view-database" else [("view-database", DATABASE)]
    # what is said of the table wins over what is said of the database, and that over the site
    visible, _ = await datasette.check_visibility(actor, permissions=[asked, *above, "view-instance"])
    return bool(visible)


def _resource(action: str, name: str) -> Any:
    from datasette.resources import DatabaseResource, QueryResource, TableResource

    match action:
        case "view-table":
            return TableResource(DATABASE, name)
        case "view-query":
            return QueryResource(DATABASE, name)
        case _:
            return DatabaseResource(DATABASE)
