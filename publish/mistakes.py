"""Mistakes of readers are answered as such: 400 with a sentence, and no traceback in the log."""

import sqlite3
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import Request
from datasette.views.base import DatasetteError

from publish.admission import Kind, kind_of_request

if TYPE_CHECKING:  # Datasette loads plugins while datasette.app is still being imported
    from datasette.app import Datasette


def as_mistake(exception: Exception, request: Request) -> DatasetteError | None:
    """The reader's mistake behind an exception that Datasette would answer with 500; None where there is none.

    Datasette raises its own error without a status for a column that it cannot sort by, takes numbers and JSON out of
    parameters as they come, and passes on what SQLite says of a condition (`_where`).
    """
    if isinstance(exception, DatasetteError):
        return DatasetteError(exception.message, exception.title, status=400) if exception.status == 500 else None
    if kind_of_request() is Kind.SQL and isinstance(exception, sqlite3.Error):
        return DatasetteError(str(exception), "Invalid SQL", status=400)
    if kind_of_request() is not Kind.PAGE and request.query_string and isinstance(exception, ValueError | KeyError):
        return DatasetteError(f"This address asks for something that cannot be used: {exception}.", status=400)
    return None


def answer(datasette: "Datasette", request: Request, mistake: DatasetteError) -> Any:
    """Datasette's own error page (or JSON) for a mistake."""
    from datasette.handle_exception import handle_exception  # at the top: before Datasette can register its hook

    return handle_exception(datasette, request, mistake)
