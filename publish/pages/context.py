"""What templates get from us on every page: how fresh the data are, and what the site says of itself."""

from typing import TYPE_CHECKING, Any

from publish import compat
from publish.cells import DATABASE
from publish.freshness import freshness
from publish.pages.page import VIEW

if TYPE_CHECKING:
    from datasette.app import Datasette


async def for_page(datasette: "Datasette", request: Any, view_name: str) -> dict[str, Any]:
    """Template variables for one page; none of the data for a reader who may not see the database."""
    if not await compat.may_view(datasette, request.actor if request else None):
        return {}
    shown: dict[str, Any] = {"evidence_database": DATABASE, "site": await compat.site_metadata(datasette)}
    if view_name == VIEW:  # its freshness was read together with its data
        return shown
    return shown | {"freshness": await freshness(datasette.get_database(DATABASE))}
