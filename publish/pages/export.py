"""Tables, rows and queries as CSV: `/evidence/studies.csv` and whatever can be asked of a table's page.

Datasette's own CSV holds one page of 50 or at most 1,000 rows and does not say so, and where a query fails half way it
writes the error into the file and ends it as if it were whole. Here a file has all rows, unless the reader asked for
so many (`_size=100`) or for the rows behind a token (`_next`). The rows are those of Datasette's JSON of the same
address, page by page, so filters, search, labels and permissions are Datasette's.
"""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from datasette.utils.asgi import Request
from datasette.views.base import DatasetteError

from db.evidence.schema import TABLES
from publish.cells import DATABASE
from publish.compat import OWN_SQL
from publish.spreadsheet import BOM, csv_rows

if TYPE_CHECKING:  # Datasette loads plugins while datasette.app is still being imported
    from datasette.app import Datasette

_OF_CSV = frozenset({"_stream", "_dl", "_header", "_size", "_next", "_shape", "_nl", "_json", "_extra", "_trace"})
"""Parameters that are about the form of the answer and not about what is in it."""


async def export(datasette: "Datasette", request: Request, send: Any) -> None:
    """Send the whole list that the address stands for.

    Raises:
        DatasetteError: what Datasette says of the same address as JSON, with its status; or 400, a query has more rows
            than are given at a time. After the first rows were sent, the connection breaks off.
    """
    size = request.args.get("_size") or "max"
    one_page = (size != "max" and "_stream" not in request.args) or "_next" in request.args
    asked = [pair for pair in parse_qsl(request.query_string, keep_blank_values=True) if pair[0] not in _OF_CSV]
    asked += [("_shape", "arrays"), ("_extra", "columns"), ("_nofacet", "1"), ("_nocount", "1")]
    asked += [("_size", size)]
    asked += [("_next", request.args["_next"])] if "_next" in request.args else []
    found = await _page(datasette, request, asked)
    await send({"type": "http.response.start", "status": 200, "headers": _headers(request)})
    if request.method == "HEAD":
        await send({"type": "http.response.body"})
        return
    labelled = _labelled(request)
    columns = found["columns"]
    heading = [name for column in columns for name in (column, f"{column}_label")[: 1 + (column in labelled)]]
    text = BOM + ("" if request.args.get("_header") == "off" else csv_rows([heading]))
    while True:
        text += csv_rows(_cells(columns, row, labelled) for row in found["rows"])
        more = bool(found.get("next")) and not one_page
        await send({"type": "http.response.body", "body": text.encode(), "more_body": more})
        if not more:
            return
        found = await _page(datasette, request, [*asked, ("_next", found["next"])])
        text = ""


async def _page(datasette: "Datasette", request: Request, asked: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Datasette's JSON for this reader: `columns`, `rows` as lists, and `next`, the token of the page after it."""
    below = [part for part in (request.url_vars["table"], request.url_vars["row"]) if part]
    of = OWN_SQL if not below and request.args.get("sql") else "/".join(["", DATABASE, *below])
    headers = {name: value for name in ("authorization", "cookie") if (value := request.headers.get(name))}
    answer = await datasette.client.get(f"{of}.json?{urlencode(asked)}", headers=headers)
    if answer.status_code != 200:
        raise DatasetteError(_error(answer), status=answer.status_code if answer.status_code >= 400 else 400)
    found: dict[str, Any] = answer.json()
    if "columns" not in found:
        raise DatasetteError("A table, a row or a query can be had as CSV, the database can not.", status=400)
    if found.get("truncated") and not found.get("next"):
        most = datasette.setting("max_returned_rows")
        raise DatasetteError(
            f"This query has more than {most:,} rows, which is as many as are given at a time. Narrow it, or take it "
            f"in parts (LIMIT {most} OFFSET 0, then OFFSET {most} and so on). A table is given whole.",
            status=400,
        )
    return found


def _error(answer: Any) -> str:
    try:
        return str(answer.json()["error"])
    except (ValueError, KeyError):
        return f"There is no such list (status {answer.status_code})."


def _labelled(request: Request) -> set[str]:
    """Columns that refer to other rows and are wanted with their names (`_labels=on`, `_label=study_id`)."""
    table = TABLES.get(request.url_vars["table"] or "")
    wanted = request.args.getlist("_label")
    every = request.args.get("_labels", "").lower() in ("on", "1", "true")
    return {column for column in (table.references if table else ()) if every or column in wanted}


def _cells(columns: Sequence[str], row: Any, labelled: set[str]) -> list[Any]:
    """A row's cells; rows that were given labels come as objects, others as lists."""
    cells: list[Any] = []
    for column, cell in row.items() if isinstance(row, dict) else zip(columns, row, strict=True):
        value, label = (cell["value"], cell["label"]) if isinstance(cell, dict) and "label" in cell else (cell, None)
        cells.append(json.dumps(value) if isinstance(value, dict | list) else value)
        if column in labelled:
            cells.append(label)
    return cells


def _headers(request: Request) -> list[tuple[bytes, bytes]]:
    wanted = bool(request.args.get("_dl"))
    headers = {"content-type": f"text/{'csv' if wanted else 'plain'}; charset=utf-8"}
    if wanted:
        headers["content-disposition"] = f'attachment; filename="{request.url_vars["table"] or DATABASE}.csv"'
    return [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]


ROUTES: Sequence[tuple[str, Any]] = [
    (rf"^/{DATABASE}(?:/(?P<table>[^/.]+)(?:/(?P<row>[^/.]+))?)?\.csv$", export),
]
