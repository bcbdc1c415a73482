"""Rows into `evidence.db`: in batches, in column order; and packed, to be brought there from another process."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from itertools import chain
from typing import TYPE_CHECKING, Any

from db.evidence.schema import TABLES

if TYPE_CHECKING:  # it takes pandas with it, which processes that only make rows need not wait for
    from sqlite_utils import Database

_BATCH = 2000
"""Rows of one table written by one executemany: sqlite-utils' own inserts take 2 to 5 times as long (measured)."""
_TOGETHER = 50
"""Rows inserted by one statement; 32,766 values is the most that SQLite takes."""

_COLUMNS = {name: dict.fromkeys(table.stored) for name, table in TABLES.items()}
_MORE = {name: f",({','.join('?' * len(columns))})" for name, columns in _COLUMNS.items()}
_INSERT = {name: f"INSERT INTO {name} VALUES {row[1:]}" for name, row in _MORE.items()}  # noqa: S608
_PARCEL = ";".join(f"CREATE TABLE {name} ({','.join(f'[{column}]' for column in columns)})"
                   for name, columns in _COLUMNS.items())  # fmt: skip
"""All tables, whichever of them have rows: parcels are laid out alike, so that a statement that is prepared for one of
them is right for the next."""


def row_of(table: str, row: Mapping[str, Any]) -> list[Any]:
    """A row by column name in the table's column order. Columns that are not named are NULL; unknown names an error."""
    columns = _COLUMNS[table]
    if not row.keys() <= columns.keys():
        raise ValueError(f"{table} has no column {', '.join(sorted(row.keys() - columns.keys()))}")
    return list(map(row.get, columns))


def _insert(connection: sqlite3.Connection, table: str, rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows, many by one statement: one of two columns in 0.2 instead of 0.5 µs, of eight in 0.7 instead of 1."""
    whole = len(rows) - len(rows) % _TOGETHER
    if whole:
        together = (list(chain.from_iterable(rows[at : at + _TOGETHER])) for at in range(0, whole, _TOGETHER))
        connection.executemany(_INSERT[table] + _MORE[table] * (_TOGETHER - 1), together)
    connection.executemany(_INSERT[table], rows[whole:])


def packed(rows: Mapping[str, Sequence[Sequence[Any]]]) -> bytes:
    """Rows by table, whole and in column order, as the bytes of a small SQLite database (`unpack`).

    SQLite copies rows from one database to another in a quarter of the time it takes to unpickle them and to bind
    every value (measured), so the one process that all rows go through is left with little to do.
    """
    with closing(sqlite3.connect(":memory:")) as parcel:
        parcel.executescript(_PARCEL)
        for table, of_table in rows.items():
            _insert(parcel, table, of_table)
        parcel.commit()
        return parcel.serialize()


def take_parcels(connection: sqlite3.Connection) -> None:
    """Make ready for `unpack`; not possible inside a transaction."""
    connection.execute("ATTACH ':memory:' AS parcel")


def unpack(connection: sqlite3.Connection, parcel: bytes, columns: Mapping[str, str]) -> None:
    """Write what was `packed`: of each table, these columns."""
    connection.deserialize(parcel, name="parcel")
    for table, names in columns.items():
        connection.execute(f"INSERT INTO main.{table} SELECT {names} FROM parcel.{table}")  # noqa: S608


class Store:
    """Collects rows by table and writes them in batches. Call `flush` at the end.

    Foreign keys are checked once, over all rows, before the database goes live (`db.evidence.publish.check`): rows
    may come in any order.
    """

    def __init__(self, database: "Database") -> None:
        self._connection: sqlite3.Connection = database.conn
        self._connection.execute("PRAGMA foreign_keys = OFF")  # no effect inside a transaction: make a Store before one
        take_parcels(self._connection)
        self._waiting: dict[str, list[Sequence[Any]]] = defaultdict(list)

    def add(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows whose values stand in the table's column order (None for a key that SQLite numbers)."""
        waiting = self._waiting[table]
        waiting.extend(rows)
        if len(waiting) >= _BATCH:
            self._write(table)

    def add_row(self, table: str, row: Mapping[str, Any]) -> None:
        """Add one row by column name. Columns that are not named are NULL; unknown names are an error."""
        self.add(table, [row_of(table, row)])

    def unpack(self, parcel: bytes) -> None:
        """Write all rows that were `packed`."""
        unpack(self._connection, parcel, dict.fromkeys(TABLES, "*"))

    def flush(self) -> None:
        """Write what is waiting."""
        for table in list(self._waiting):
            self._write(table)

    def _write(self, table: str) -> None:
        _insert(self._connection, table, self._waiting.pop(table, []))


def settle(
    connection: sqlite3.Connection,
    table: str,
    rows: Iterable[tuple[Any, ...]],
    where: str = "1",
    given: Sequence[Any] = (),
) -> None:
    """Make `rows`, whole and in column order, all that stands in a table where a condition holds.

    Those that stand there already are left alone, which spares the table's indexes.
    """
    columns, key = list(_COLUMNS[table]), TABLES[table].pk
    names = (key,) if isinstance(key, str) else key
    standing = set(connection.execute(f"SELECT {', '.join(columns)} FROM {table} WHERE {where}", given))  # noqa: S608
    wanted = dict.fromkeys(rows)  # a set that keeps its order
    gone = [[row[columns.index(name)] for name in names] for row in standing if row not in wanted]
    connection.executemany(
        f"DELETE FROM {table} WHERE {' AND '.join(f'{name} = ?' for name in names)}",  # noqa: S608
        gone,
    )
    _insert(connection, table, [row for row in wanted if row not in standing])
