"""The Datasette plugin: what readers see. Hooks only; each hands over to the module that does the work."""

import sqlite3
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from datasette import hookimpl
from markupsafe import Markup

from publish import admission, cells, limits, mistakes, page_cache, paging, security, sql
from publish.pages import cite, context, export, routes

if TYPE_CHECKING:  # Datasette loads plugins while datasette.app is still being imported
    from datasette.app import Datasette


@hookimpl
def startup(datasette: "Datasette") -> None:
    """What Datasette does on its own and we do not want."""
    security.keep_locals_out_of_the_log()
    paging.settle_pages(datasette)
    admission.divide_threads(datasette)
    limits.interrupt_instead_of_asking()


@hookimpl
def prepare_connection(conn: sqlite3.Connection) -> None:
    """SQL functions for readers' queries, and the limits of theirs."""
    sql.register(conn)
    limits.limit(conn)


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """Pages of our own."""
    return routes.ROUTES


@hookimpl
def register_output_renderer() -> list[dict[str, Any]]:
    """Any table or query with a column `pmid` as a file for reference managers."""
    return cite.renderers()


@hookimpl
def render_cell(row: Any, value: Any, column: str, database: str, datasette: "Datasette") -> Markup | None:
    """Links, lists and marked words in every table, row and query."""
    return cells.render(value, column, database, datasette, row)


@hookimpl
def asgi_wrapper(datasette: "Datasette") -> Any:
    """Security headers, what is closed, pages that are kept, and a place for every kind of request that is not."""
    own = [pattern for pattern, view in routes.ROUTES if view is not export.export]  # it asks for tables and queries

    def wrap(app: Any) -> Any:
        rendering = admission.admitting(app, datasette, own)
        return security.wrap(page_cache.keep_pages(rendering, datasette, routes.ROUTES), datasette)

    return wrap


@hookimpl(hookwrapper=True)
def handle_exception(datasette: "Datasette", request: Any, exception: Exception) -> Iterator[None]:
    """Mistakes of readers are told to them; Datasette's own answer, 500 with a traceback, is for the rest."""
    outcome: Any = yield
    if mistake := mistakes.as_mistake(exception, request):
        outcome.force_result([mistakes.answer(datasette, request, mistake)])


@hookimpl
def extra_template_vars(view_name: str, request: Any, datasette: "Datasette") -> Any:
    """What our templates show beside what Datasette gives them."""
    return lambda: context.for_page(datasette, request, view_name)
