"""From a built database to the one that is served: check everything, then change it under the readers' feet.

A served file is never renamed or copied over: Datasette keeps a connection per thread and would answer from both.
It is changed in one transaction, by SQLite's backup API or by statements; readers see the old database or the new one,
nothing between (measured: docs/performance.md).
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from enum import Enum
from functools import partial
from pathlib import Path

from isal import isal_zlib
from sqlite_utils import Database

from db.evidence.schema import FULL_TEXT, TABLES
from db.sqlite import open_database, plain_errors, remove_database
from topics.errors import BadInputError, IncompleteRunError

LIVE = "evidence.db"
_PIECE = 2**20
_Look = Callable[[Database], Iterable[str]]


def check(built: Path, expected_articles: int) -> None:
    """Refuse a database that is damaged or does not add up.

    Raises:
        IncompleteRunError: naming the check that failed.
    """
    with ThreadPoolExecutor() as pool:  # side by side: SQLite works without the interpreter's lock
        looks = _looks(expected_articles, indexes=True)
        problems = [problem for found in pool.map(partial(_apart, built), looks) for problem in found]
    if problems:
        raise IncompleteRunError(
            f"{built}: the new database failed its checks ({'; '.join(problems)}). "
            "The one being served was left as it was; please report this."
        )


def flaws(database: Database, expected_articles: int, *, indexes: bool) -> list[str]:
    """What of a database is damaged or does not add up, within the transaction that the connection is in.

    Whether indexes and full text have all that stands in the rows (`indexes`) is most of the work, and need not be
    asked again of a database that passed all checks and has only been added to since (`sealed`).
    """
    return [problem for look in _looks(expected_articles, indexes=indexes) for problem in _found(look, database)]


def _looks(expected_articles: int, *, indexes: bool) -> list[_Look]:
    return [
        partial(_structure, indexes=indexes),
        partial(_contents, expected_articles=expected_articles),
        *(partial(_full_text, table=table, indexes=indexes) for table in FULL_TEXT),
    ]


def _apart(built: Path, look: _Look) -> list[str]:
    """What a look finds over a connection of its own, whose transaction is never committed.

    To commit would be to wait for whoever else is reading.
    """
    with closing(open_database(built)) as database:
        return _found(look, database)


def _found(look: _Look, database: Database) -> list[str]:
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
    try:
        database.conn.execute(  # sqlite-utils would commit
            f"INSERT INTO {table}_fts({table}_fts, rank) VALUES ('integrity-check', {int(indexes)})"  # noqa: S608
        )  # 1 compares the index with every row of its table
    except sqlite3.DatabaseError as error:
        yield f"full text of {table} does not match its rows ({error})"


def go_live(built: Path, live: Path) -> None:
    """Replace the content of `live` by that of `built`, which passed its checks, seal it, then delete `built`."""
    with plain_errors(live):
        break_seal(live)
        try:
            _copy(built, live)
        except (BadInputError, sqlite3.DatabaseError) as error:
            if isinstance(error, sqlite3.OperationalError):  # locked, or the disk is full
                raise
            remove_database(live)  # so damaged that SQLite cannot write to it: those who read it can read nothing
            _copy(built, live)
        seal(live)
    remove_database(built)


def _copy(built: Path, live: Path) -> None:
    with closing(open_database(live)) as target, closing(open_database(built)) as source:
        target.enable_wal()  # readers are never blocked, and never see half a copy
        source.conn.backup(target.conn)


class Seal(Enum):
    """What is known of a database: that it is what passed its checks, nothing, or that it is not."""

    WHOLE = "whole"
    NONE = "none"
    """Nothing is wrong yet: a seal needs a moment in which nobody reads an older version."""
    BROKEN = "broken"


def seal(live: Path) -> None:
    """Note what `live`, which passed its checks, is like."""
    break_seal(live)
    if _settled(live):
        _mark(live).write_text(_digest(live), encoding="ascii")


def break_seal(live: Path) -> None:
    """Take the note away before `live` is written to, so that a write that is killed leaves none that is wrong."""
    _mark(live).unlink(missing_ok=True)


def seal_of(live: Path) -> Seal:
    """Whether `live` is, byte for byte, what passed its checks."""
    mark = _mark(live)
    if not mark.exists():
        return Seal.NONE
    try:
        settled = _settled(live)
    except (BadInputError, sqlite3.DatabaseError):
        return Seal.BROKEN
    if not settled:
        return Seal.NONE
    return Seal.WHOLE if mark.read_text(encoding="ascii", errors="replace") == _digest(live) else Seal.BROKEN


def _settled(live: Path) -> bool:
    """Bring all that was written into the database file itself; whether that was possible, for those who read."""
    with closing(open_database(live)) as database:
        (busy, _, _) = database.execute("PRAGMA wal_checkpoint(FULL)").fetchone()
    return not busy


def _mark(live: Path) -> Path:
    return live.with_name(f"{live.name}.crc32")


def _digest(path: Path) -> str:
    """CRC-32 of a database file: it tells damage, not forgery, in half the time of a cryptographic hash.

    No connection of this process may be open to the file: closing it here would drop that connection's locks.
    """
    digest, piece = 0, memoryview(bytearray(_PIECE))
    with path.open("rb") as file:
        while size := file.readinto(piece):
            digest = isal_zlib.crc32(piece[:size], digest)
    return f"{digest:08x}"
