"""The full text of a whole database, made aside: in a file and a thread of its own, while the rest is still written.

SQLite works without the interpreter's lock, so a second core makes it meanwhile. What is then moved is the index as
FTS5 keeps it, in its shadow tables, row by row: as VACUUM moves it.
"""

# ruff: noqa: S608 - what is put into the queries are names of our own tables; values are bound

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from queue import SimpleQueue

from sqlite_utils import Database

from db.evidence.schema import FULL_TEXT, TABLES, analyze_evidence, create_full_text, create_indexes
from db.evidence.write import take_parcels, unpack
from db.sqlite import open_database, remove_database, throw_away

_SHADOWS = ("data", "idx", "docsize")
"""Tables that an FTS5 index is kept in (https://sqlite.org/fts5.html, "FTS5 Data Structures"), but for its settings."""
_IN_MEMORY = 64 << 20
"""Bytes of index that FTS5 gathers before it writes them: with its own 1 MiB, it merges what it wrote again and again,
and takes almost twice as long (measured; `hashsize` in SQLite's fts5_config.c)."""


def finish_evidence(database: Database, full_text: "FullTextAside") -> None:
    """Add to a new database what is cheaper made over all its rows: indexes, full text, what SQLite plans queries by.

    `full_text` is being made of its texts. Nothing may search over this connection afterwards (`move_into`).
    """
    create_indexes(database, TABLES)
    full_text.move_into(database)
    analyze_evidence(database)


class FullTextAside:
    """Takes the texts out of parcels of rows (`write.packed`), makes their full text, and moves it to the rows."""

    def __init__(self, path: Path) -> None:
        """`path` is a new file to work in, which `close` deletes."""
        self._path = path
        self._parcels: SimpleQueue[bytes | None] = SimpleQueue()
        self._complete = False
        self._thread = ThreadPoolExecutor(1, "full-text")

    def begin(self) -> None:
        """Start the thread: parcels will come."""
        self._made = self._thread.submit(self._make)

    def add(self, parcel: bytes) -> None:
        """Take the texts of a parcel."""
        if self._made.done():
            self._made.result()  # raises what went wrong
        self._parcels.put(parcel)

    def make(self) -> None:
        """All texts were added: make the full text of them."""
        self._complete = True
        self._parcels.put(None)

    def move_into(self, database: Database) -> None:
        """Put the full text, when it is made, into a database that has the rows and no full text yet.

        Nothing may search over this connection afterwards: what FTS5 remembers of the index is out of date.
        """
        self._made.result()
        database.execute("ATTACH ? AS aside", [str(self._path)])
        with database.atomic():
            for table in FULL_TEXT:
                index = f"{table}_fts"
                statements = "SELECT sql FROM aside.sqlite_schema WHERE name = ? OR (tbl_name = ? AND type = 'trigger')"
                for (statement,) in database.execute(statements, [index, table]).fetchall():
                    database.execute(statement)
                for shadow in _SHADOWS:
                    database.execute(f"DELETE FROM main.{index}_{shadow}")
                    database.execute(f"INSERT INTO main.{index}_{shadow} SELECT * FROM aside.{index}_{shadow}")
        database.execute("DETACH aside")

    def close(self) -> None:
        """Give up what is not complete, end the thread and delete the file."""
        self._parcels.put(None)
        self._thread.shutdown()
        remove_database(self._path)

    def _make(self) -> None:
        with closing(open_database(self._path)) as database:
            throw_away(database)
            wanted = {}
            for table, columns in FULL_TEXT.items():
                key = str(TABLES[table].pk)
                database.table(table).create({key: int, **dict.fromkeys(columns, str)}, pk=key)
                wanted[table] = ", ".join((key, *columns))
            create_full_text(database)
            triggers = [trigger for table in FULL_TEXT for trigger in database.table(table).triggers]
            for trigger in triggers:  # one by one is dearer than all at the end
                database.execute(f"DROP TRIGGER {trigger.name}")
            take_parcels(database.conn)
            for parcel in iter(self._parcels.get, None):
                with database.atomic():
                    unpack(database.conn, parcel, wanted)
            if self._complete:
                for table, columns in FULL_TEXT.items():
                    index = f"{table}_fts"
                    database.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('hashsize', ?)", [_IN_MEMORY])
                    database.table(table).populate_fts(columns).optimize()
                for trigger in triggers:
                    database.execute(trigger.sql)
