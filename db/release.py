"""From a built database to the one that is served: check everything, then copy it in under the readers' feet.

A served file is never renamed or copied over: Datasette keeps a connection per thread and would answer from both.
SQLite's backup API replaces the content in one transaction; readers see the old database or the new one, nothing
between (shared/datasette.md, section 4).
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

from isal import isal_zlib
from sqlite_utils import Database

from db.schema import FULL_TEXT, TABLES
from db.sqlite import open_database, plain_errors, remove_database
from topics.errors import IncompleteRunError

LIVE = "evidence.db"
_HEADER_BYTES = 100
_COUNTERS = (slice(24, 28), slice(40, 44), slice(92, 96))
"""Where a file's header has change counter, schema cookie and the counter they are valid for (SQLite's file format)."""
_PIECE = 2**20


def check(built: Path, expected_articles: int, *, indexes: bool = True) -> None:
    """Refuse a database that is damaged or does not add up.

    Only whether indexes and full text have all that stands in the rows (`indexes`) may be left out: it is most of the
    work, and need not be done again of a database that passed all and has only been added to since (`sealed`).

    Raises:
        IncompleteRunError: naming the check that failed.
    """
    looks: list[Callable[[Database], Iterable[str]]] = [
        partial(_structure, indexes=indexes),
        partial(_contents, expected_articles=expected_articles),
        *(partial(_full_text, table=table, indexes=indexes) for table in FULL_TEXT),
    ]
    with ThreadPoolExecutor() as pool:  # side by side: SQLite works without the interpreter's lock
        problems = [problem for found in pool.map(partial(_problems, built), looks) for problem in found]
    if problems:
        raise IncompleteRunError(
            f"{built}: the new database failed its checks ({'; '.join(problems)}). "
            "The one being served was left as it was; please report this."
        )


def _problems(built: Path, look: Callable[[Database], Iterable[str]]) -> list[str]:
    """What a look at the database finds, over a connection of its own."""
    with closing(open_database(built)) as database:
        try:
            return list(look(database))
        except sqlite3.DatabaseError as error:
            return [str(error)]


def _structure(database: Database, *, indexes: bool) -> Iterator[str]:
    structure = "integrity_check" if indexes else "quick_check"
    yield from (f"integrity: {row[0]}" for row in database.execute(f"PRAGMA {structure}") if row[0] != "ok")


def _contents(database: Database, *, expected_articles: int) -> Iterator[str]:
    missing = TABLES.keys() - set(database.table_names())
    yield from (f"table {name} is missing" for name in sorted(missing))
    for table, rowid, parent, _ in database.execute("PRAGMA foreign_key_check").fetchmany(5):
        yield f"foreign key: {table} row {rowid} refers to no {parent}"
    articles = database["articles"].count
    if articles != expected_articles:
        yield f"articles: {articles} rows, {expected_articles} records and register entries went in"


def _full_text(database: Database, *, table: str, indexes: bool) -> Iterator[str]:
    words = database[f"{table}_fts_docsize"].count
    if words != database[table].count:
        yield f"full text of {table} does not match its rows (it has {words})"
    database.begin()  # never committed: that would wait for whoever else is reading
    try:
        database.execute(
            f"INSERT INTO {table}_fts({table}_fts, rank) VALUES ('integrity-check', {int(indexes)})"  # noqa: S608
        )  # 1 compares the index with every row of its table
    except sqlite3.DatabaseError as error:
        yield f"full text of {table} does not match its rows ({error})"


def copy_database(live: Path, copy: Path) -> None:
    """Copy a database that may be being read, as one consistent whole."""
    source, target = open_database(live), open_database(copy)
    try:
        target.execute("PRAGMA synchronous = OFF")
        source.conn.backup(target.conn)
        target.disable_wal()
    finally:
        source.close()
        target.close()


def sealed(live: Path, copy: Path) -> bool:
    """Whether a copy of `live` is, byte for byte, what passed its checks before it went live.

    This tells more than checking it again would: a wrong word in a row that is otherwise in order, too. Where it is
    not so, nothing is wrong yet (`db.changes.refresh` writes to the live database), but nothing is known of it either.
    """
    seal = _seal(live)
    return seal.exists() and seal.read_bytes() == _digest(copy).encode()


def go_live(built: Path, live: Path) -> None:
    """Replace the content of `live` by that of `built`, which passed its checks, seal it, then delete `built`."""
    digest = _digest(built)
    _seal(live).unlink(missing_ok=True)
    with plain_errors(live):
        target = open_database(live)
        source = open_database(built)
        try:
            target.enable_wal()  # readers are never blocked, and never see half a copy
            source.conn.backup(target.conn)
            target.execute("PRAGMA wal_checkpoint(PASSIVE)")
        finally:
            source.close()
            target.close()
        _seal(live).write_bytes(digest.encode())
    remove_database(built)


def _seal(live: Path) -> Path:
    return live.with_name(f"{live.name}.crc32")


def _digest(path: Path) -> str:
    """CRC-32 of a database file, but for what every copy counts anew: its changes and those of its schema.

    It tells damage, not forgery, in half the time of a cryptographic hash. No connection may be open to the file:
    closing it here would drop that connection's locks.
    """
    with path.open("rb") as file:
        header = bytearray(file.read(_HEADER_BYTES))
        for counter in _COUNTERS:
            header[counter] = bytes(4)
        digest, piece = isal_zlib.crc32(header), memoryview(bytearray(_PIECE))
        while size := file.readinto(piece):
            digest = isal_zlib.crc32(piece[:size], digest)
    return f"{digest:08x}"
