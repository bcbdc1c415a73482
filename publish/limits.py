"""What SQL of readers may do and how much it may answer. Set on the connections of their threads only.

Datasette's time limit works between the steps of SQLite and cannot interrupt one long function, so the text that a
function can be given is limited: `instr` over 200 kB takes up to a second, over 5 MB ten minutes. The limits are those
of sqlite.org/limits.html.
"""

import sqlite3
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
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
    connection.row_factory = _LimitedRows()
    if kind is Kind.SQL:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
        connection.setlimit(sqlite3.SQLITE_LIMIT_COLUMN, MOST_COLUMNS)
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        for name, trim in _TRIMS.items():
            connection.create_function(name, 2, trim, deterministic=True)
        connection.set_authorizer(_allowed)


def interrupt_instead_of_asking() -> None:
    """Have Datasette end readers' queries by `sqlite3_interrupt` when their time is over.

    Its own limit calls Python after every 1,000 steps of SQLite, about 10,000 times a second. With two such queries
    the thread that answers all requests had to wait for Python's lock at each of its system calls, and pages that
    take milliseconds took seconds. Queries of our own pages are short and keep Datasette's limit.
    """
    from datasette import database  # at the top it would load this plugin before it is whole

    if database.sqlite_timelimit is not _time_limit:
        _of_datasette.append(database.sqlite_timelimit)
        database.sqlite_timelimit = _time_limit


_of_datasette: list[Callable[[sqlite3.Connection, int], AbstractContextManager[None]]] = []
"""The limit that Datasette came with, once it is replaced."""


def _time_limit(connection: sqlite3.Connection, milliseconds: int) -> AbstractContextManager[None]:
    if kind_of_thread() is Kind.PAGE:
        return _of_datasette[0](connection, milliseconds)
    return interrupted_after(connection, milliseconds)


@contextmanager
def interrupted_after(connection: sqlite3.Connection, milliseconds: int) -> Iterator[None]:
    """End what the connection runs within the block after this time.

    Raises:
        sqlite3.OperationalError: `interrupted`, from the query that was ended.
    """
    timer = threading.Timer(milliseconds / 1000, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    except BaseException:
        # what is not ended keeps SQLite from forgetting an interruption, and the queries after it would all be ended
        if isinstance(connection.row_factory, _LimitedRows):
            connection.row_factory.close()
        raise
    finally:
        timer.cancel()
        timer.join()  # one that is just going off must not end the query after this


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


class _LimitedRows:
    """A `row_factory` that ends a query whose answer grows too large."""

    def __init__(self) -> None:
        self._cursor_of: weakref.ref[sqlite3.Cursor] | None = None
        self._read = 0

    def __call__(self, cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> sqlite3.Row:
        if self._cursor_of is None or self._cursor_of() is not cursor:
            self._cursor_of, self._read = weakref.ref(cursor), 0
        self._read += sum(sys.getsizeof(value) for value in values if isinstance(value, str | bytes))
        if self._read > MOST_BYTES:
            raise sqlite3.OperationalError(
                f"the answer is larger than {MOST_BYTES // 1_000_000} MB: ask for fewer rows or columns"
            )
        return sqlite3.Row(cursor, values)

    def close(self) -> None:
        """Close the cursor that was read last."""
        cursor = self._cursor_of() if self._cursor_of else None
        if cursor is not None:
            cursor.close()


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
