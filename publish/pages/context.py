"""What templates get from us: freshness on every page, figures on the home page, the record on its row page."""

from typing import TYPE_CHECKING, Any

from publish.cells import DATABASE
from publish.freshness import freshness
from publish.pages import article, home

if TYPE_CHECKING:
    from datasette.app import Datasette


async def for_page(
    datasette: "Datasette", request: Any, view_name: str, database: str | None, table: str | None
) -> dict[str, Any]:
    """Template variables for one page; none of the data for a reader who may not see the database."""
    if DATABASE not in datasette.databases:
        return {}
    actor = request.actor if request else None
    visible, _ = await datasette.check_visibility(actor, permissions=[("view-database", DATABASE), "view-instance"])
    if not visible:
        return {}
    published = datasette.get_database(DATABASE)
    shown: dict[str, Any] = {
        "freshness": await freshness(published),
        "evidence_database": DATABASE,
        "site": datasette.metadata(),
    }
    if shown["freshness"] is None:
        return shown
    if view_name == "index":
        shown["home"] = await home.figures(datasette, actor)
    elif view_name == "row" and (database, table) == (DATABASE, "articles"):
        shown["article"] = await article.parts(published, request.url_vars["pks"])
    return shown
