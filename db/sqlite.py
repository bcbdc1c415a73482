"""Opening SQLite files, and saying in one line what is wrong with one."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import sqlite_utils

from topics.errors import BadInputError, EvidenceError, IncompleteRunError, LockedError

WAIT_SECONDS = 5.0
"""How long a statement waits for another process's write before it gives up."""


@contextmanager
def plain_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors about `path` into one-line errors with the right exit code."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise  # a fault of ours, not of the file
    except sqlite3.Error as error:
        raise _plain(error, path) from error
    except OSError as error:
        if error.errno == 28:  # ENOSPC
            raise _full(path) from error
        raise


def _full(path: Path) -> IncompleteRunError:
    return IncompleteRunError(
        f"{path}: the disk is full; nothing of the last step was kept. Free some space and run the same command again."
    )


def _plain(error: sqlite3.Error, path: Path) -> EvidenceError:
    text = str(error)
    if "locked" in text or "busy" in text:
        return LockedError(f"{path}: another process is writing to it ({text}). Wait for it to end and try again.")
    if "full" in text or "disk I/O" in text:
        return _full(path)
    if "not a database" in text or "malformed" in text:
        return BadInputError(f"{path}: this is not a readable SQLite database ({text}). Restore it from a backup.")
    if "readonly" in text or "unable to open" in text:
        return BadInputError(f"{path}: cannot be opened for writing ({text}). Check the folder and its permissions.")
    return EvidenceError(f"{path}: SQLite says: {text}.")


def open_database(path: Path) -> sqlite_utils.Database:
    """Open `path` (made if absent, with its folder) with foreign keys on and a bounded wait for locks."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInputError(
            f"{path.parent}: cannot be made ({error.strerror}). Choose another --data folder."
        ) from error
    with plain_errors(path):
        connection = sqlite3.connect(path, timeout=WAIT_SECONDS)
        database = sqlite_utils.Database(connection)
        database.conn.execute("PRAGMA foreign_keys = ON")
        database.conn.execute("PRAGMA schema_version").fetchone()
        return database


def open_private_database(path: Path) -> sqlite_utils.Database:
    """As `open_database`; a file that is made is its owner's alone (0600), as is what SQLite puts beside it."""
    with suppress(OSError):  # of what is there already, or cannot be made, `open_database` has more to say
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return open_database(path)


def throw_away(database: sqlite_utils.Database) -> None:
    """Write without what protects a file against power cuts: it is thrown away when anything goes wrong."""
    database.execute("PRAGMA journal_mode = OFF")
    database.execute("PRAGMA synchronous = OFF")


def remove_database(path: Path) -> None:
    """Delete a database file and what SQLite may have left beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
