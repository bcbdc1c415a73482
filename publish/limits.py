"""What SQL of readers may do and how much it may answer. Set on the connections of their threads only.

Datasette's time limit works between the steps of SQLite and cannot interrupt one long function, so the text that a
function can be given is limited: `instr` over 200 kB takes up to a second, over 5 MB ten minutes. The limits are those
of sqlite.org/limits.html.
"""

import sqlite3
import sys
import weakref
from typing import Any

from publish.admission import Kind, kind_of_thread

LONGEST_VALUE = 220_000
"""Bytes of one text or blob in readers' SQL."""
MOST_COLUMNS = 100
"""Columns of one answer to readers' SQL: with the longest values one row still fits into memory."""
MOST_BYTES = 10_000_000
"""Text and blobs of one answer as they stand in memory: 1,000 records with their abstracts take about half."""

_PRAGMAS = frozenset({
    "data_version", "foreign_key_list", "function_list", "index_info", "index_list", "index_xinfo", "schema_version",
    "table_info", "table_xinfo",
})  # fmt: skip
"""What Datasette asks of a database, without `database_list`, which tells where the file is."""
_TABLES = frozenset({"sqlite_stmt", "dbstat"})
"""Made by SQLite itself: the queries of other readers, and a walk over the whole file."""
_FUNCTIONS = frozenset({
    "fts3_tokenizer",  # tells an address in memory
    "json_patch", "jsonb_patch",  # takes 2.6 s for one text of 90 kB, and nothing ends it before
    "load_extension", "sqlite_log",
})  # fmt: skip


def limit(connection: sqlite3.Connection) -> None:
    """Set the limits that the running thread's kind of request has."""
    kind = kind_of_thread()
    if kind is Kind.PAGE:
        return
    connection.row_factory = _limited_rows()
    if kind is Kind.SQL:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
        connection.setlimit(sqlite3.SQLITE_LIMIT_COLUMN, MOST_COLUMNS)
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        for name, trim in _TRIMS.items():
            connection.create_function(name, 2, trim, deterministic=True)
        connection.set_authorizer(_allowed)


def _allowed(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    """SQLite asks this while it compiles a statement (sqlite.org/c3ref/set_authorizer.html).

    Writing needs no rule: the file is opened to be read only, and there is nothing to attach.
    """
    allowed = True
    if action == sqlite3.SQLITE_FUNCTION:
        allowed = str(second).lower() not in _FUNCTIONS
    elif action == sqlite3.SQLITE_PRAGMA:
        allowed = str(first).lower() in _PRAGMAS
    elif action == sqlite3.SQLITE_READ:
        allowed = str(first).lower() not in _TABLES
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _limited_rows() -> Any:
    """A `row_factory` that ends a query whose answer grows too large."""
    cursor_of: weakref.ref[sqlite3.Cursor] | None = None
    read = 0

    def row(cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> sqlite3.Row:
        nonlocal cursor_of, read
        if cursor_of is None or cursor_of() is not cursor:
            cursor_of, read = weakref.ref(cursor), 0
        read += sum(sys.getsizeof(value) for value in values if isinstance(value, str | bytes))
        if read > MOST_BYTES:
            raise sqlite3.OperationalError(
                f"the answer is larger than {MOST_BYTES // 1_000_000} MB: ask for fewer rows or columns"
            )
        return sqlite3.Row(cursor, values)

    return row


def _trimmed(text: Any, characters: Any, left: bool, right: bool) -> str | None:
    """SQLite's `trim` of two arguments. Its own tries every character of the set at every place: minutes for 200 kB."""
    if text is None or characters is None:
        return None
    text, characters = (part.decode(errors="replace") if isinstance(part, bytes) else str(part)
                        for part in (text, characters))  # fmt: skip
    wanted, start, end = set(characters), 0, len(text)
    while left and start < end and text[start] in wanted:
        start += 1
    while right and start < end and text[end - 1] in wanted:
        end -= 1
    return str(text[start:end])


_TRIMS = {
    "trim": lambda text, characters: _trimmed(text, characters, left=True, right=True),
    "ltrim": lambda text, characters: _trimmed(text, characters, left=True, right=False),
    "rtrim": lambda text, characters: _trimmed(text, characters, left=False, right=True),
}
