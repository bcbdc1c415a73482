"""Serve a built database on this machine with the measured settings."""

import asyncio
import os
import socket
import sys
from contextlib import closing
from pathlib import Path

import uvicorn
from datasette.app import Datasette

from db.evidence.publish import LIVE
from db.sqlite import plain_errors
from publish import compat
from publish.address import public_url
from publish.described import load_metadata, undescribed
from publish.search import open_read_only
from topics.errors import BadInputError

SETTINGS = {
    "allow_csv_stream": False,  # a choice on Datasette's pages that is none: CSV has all rows (publish/pages/export.py)
    "default_page_size": 50,
    "max_returned_rows": 1000,
    "num_sql_threads": 3,  # cores + 1: with 8 threads on 2 cores a third of the ranked searches ran out of time
    "sql_time_limit_ms": 3000,  # a ranked search for common words takes longer than Datasette's 1000 under load
    "facet_time_limit_ms": 1000,
    "suggest_facets": False,  # a table page of 40,000 records in 0.08 s instead of 1.0 s
    "truncate_cells_html": 300,
}
"""Measured at 40,000 records; metadata.yml holds the same for Datasette 1.0."""
SECONDS_TO_END = 5
"""How long answers that were begun may still take when the server is told to end."""


def live_database(data: Path) -> Path:
    """The database to serve in a data folder.

    Raises:
        BadInputError: there is none yet.
    """
    live = data / LIVE
    if not live.is_file():
        raise BadInputError(f"{live}: there is no database yet. Make it with `evidence build --data {data}`.")
    return live


def application(database: Path, metadata: Path) -> Datasette:
    """Datasette over the built database, as it is served.

    The file is opened as one that changes: a build goes live in it through SQLite's backup API, and an immutable
    database would answer with the old rows for ever.

    Raises:
        BadInputError: the database cannot be read, or metadata.yml and its tables do not agree.
    """
    described = load_metadata(metadata)
    if faults := undescribed(described, _columns(database)):
        raise BadInputError(
            f"{metadata}: does not describe {database} ({'; '.join(faults[:5])}"
            f"{f'; and {len(faults) - 5} more' if len(faults) > 5 else ''}). "
            "Build the database again, or describe what is new."
        )
    return Datasette([str(database)], **compat.arguments(described, SETTINGS))


def serve(database: Path, metadata: Path, host: str, port: int) -> None:
    """Serve until interrupted, then end the process: within `SECONDS_TO_END`, whatever SQLite is busy with.

    Raises:
        BadInputError: as `application`, or the address cannot be used.
    """
    public_url()  # a wrong one is told now
    datasette = application(database, metadata)
    _refuse_taken_address(host, port)
    asyncio.run(datasette.invoke_startup())
    uvicorn.run(
        datasette.app(), host=host, port=port, log_level="info", lifespan="on", workers=1,
        timeout_graceful_shutdown=SECONDS_TO_END,
    )  # fmt: skip
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # a plain end would wait for threads of which each may be within one long function of SQLite


def _refuse_taken_address(host: str, port: int) -> None:
    """Tried before the server starts, so that a port in use is one line that says what to do."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadInputError(
            f"{host}:{port}: cannot be served from ({reason}). Choose another address with --host and --port."
        ) from error


def _columns(database: Path) -> dict[str, list[str]]:
    """Columns by table or view, without the full-text index and what SQLite keeps for itself."""
    with plain_errors(database), closing(open_read_only(database)) as connection:
        rows = connection.execute(
            "SELECT m.name, c.name FROM sqlite_master m, pragma_table_xinfo(m.name) c "
            "WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite_%' "
            "AND m.name NOT LIKE '%\\_fts%' ESCAPE '\\'"
        ).fetchall()
    columns: dict[str, list[str]] = {}
    for table, column in rows:
        columns.setdefault(table, []).append(column)
    return columns
