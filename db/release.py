"""From a built database to the one that is served: check everything, then copy it in under the readers' feet.

A served file is never renamed or copied over: Datasette keeps a connection per thread and would answer from both.
SQLite's backup API replaces the content in one transaction; readers see the old database or the new one, nothing
between (shared/datasette.md, section 4).
"""

import sqlite3
from pathlib import Path

from db.schema import FULL_TEXT, TABLES
from db.sqlite import open_database, plain_errors
from topics.errors import IncompleteRunError

LIVE = "evidence.db"


def check(built: Path, expected_articles: int) -> None:
    """Refuse a database that is damaged or does not add up.

    Raises:
        IncompleteRunError: naming the check that failed.
    """
    database = open_database(built)
    try:
        problems = [f"integrity: {row[0]}" for row in database.execute("PRAGMA integrity_check") if row[0] != "ok"]
        broken = database.execute("PRAGMA foreign_key_check").fetchall()
        problems += [
            f"foreign key: {table} row {rowid} refers to no {parent}" for table, rowid, parent, _ in broken[:5]
        ]
        articles = database["articles"].count
        if articles != expected_articles:
            problems.append(f"articles: {articles} rows, {expected_articles} records and register entries went in")
        for table in FULL_TEXT:
            try:  # compares the index with every row of its table
                database.execute(f"INSERT INTO {table}_fts({table}_fts, rank) VALUES ('integrity-check', 1)")  # noqa: S608
            except sqlite3.DatabaseError as error:
                problems.append(f"full text of {table} does not match its rows ({error})")
        problems += [f"table {name} is missing" for name in TABLES if name not in database.table_names()]
    except sqlite3.DatabaseError as error:
        problems = [str(error)]
    finally:
        database.close()
    if problems:
        raise IncompleteRunError(
            f"{built}: the new database failed its checks ({'; '.join(problems)}). "
            "The one being served was left as it was; please report this."
        )


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


def go_live(built: Path, live: Path) -> None:
    """Replace the content of `live` by that of `built`, then delete `built`."""
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
    remove_database(built)


def remove_database(path: Path) -> None:
    """Delete a database file and what SQLite may have left beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
