"""The archive as it was at the end of an earlier day: a copy without what came later.

What was *known here* on a day is what this archive held then. What was *published by* a day, as `?as_of=` asks, is
another question: it is put to all that is held today.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from db.archive.store import Archive
from db.sqlite import open_private_database, plain_errors, remove_database
from records.content import rank
from topics.errors import BadInputError

_OF_RUNS = ("versions", "ledger", "places", "bulk_files", "retraction_log", "verdict_log")
"""Tables with `run_id`: the run that brought the row."""


def copy_archived_by(data: Path, day: str, target: Path) -> None:
    """Copy `data`/archive.db to `target`/archive.db, made anew, and take out of it all that runs after `day` brought.

    A version that PubMed took back and later gave again stands from the first time on: the archive keeps each once.

    Args:
        data: folder of the archive, which is only read.
        day: ISO day (UTC), to its end.
        target: folder of the copy.

    Raises:
        BadInputError: nothing had been archived by then.
    """
    with Archive.open(data) as archive, plain_errors(archive.path):
        begun = archive.database.execute("SELECT min(substr(started_at, 1, 10)) FROM runs").fetchone()[0]
        if not begun or begun > day:
            since = f"its first run was on {begun}" if begun else "it has had no run yet"
            raise BadInputError(f"{archive.path}: nothing had been archived by {day} ({since}).")
        target.mkdir(parents=True, exist_ok=True)
        remove_database(target / "archive.db")
        open_private_database(target / "archive.db").close()
        with closing(sqlite3.connect(target / "archive.db")) as copy:
            archive.database.conn.backup(copy)
    with Archive.open(target) as archive, plain_errors(archive.path), archive.database.atomic():
        _take_back(archive.database.conn, day)


def _take_back(connection: sqlite3.Connection, day: str) -> None:
    (last,) = connection.execute("SELECT max(run_id) FROM runs WHERE substr(started_at, 1, 10) <= ?", (day,)).fetchone()
    later = "SELECT entry_id FROM retraction_log WHERE run_id > ?"
    connection.execute(f"UPDATE retraction_log SET corrects = NULL WHERE corrects IN ({later})", (last,))  # noqa: S608
    for table in _OF_RUNS:
        connection.execute(f"DELETE FROM {table} WHERE run_id > ?", (last,))  # noqa: S608
    connection.execute("DELETE FROM seen WHERE record_id NOT IN (SELECT record_id FROM versions)")
    versions: dict[int, list[tuple[tuple[int, str, bool, bool], int, str]]] = {}
    lost = connection.execute(
        "SELECT v.record_id, v.rowid, v.sha256, v.version, v.revised, v.origin, v.format FROM versions v JOIN seen s "
        "USING (record_id) WHERE NOT EXISTS "
        "(SELECT 1 FROM versions c WHERE c.record_id = s.record_id AND c.sha256 = s.sha256)"
    )
    for record_id, place, sha256, *ranked in lost:
        versions.setdefault(record_id, []).append((rank(*ranked), place, sha256))
    current = [(max(of_record)[2], record_id) for record_id, of_record in versions.items()]
    connection.executemany("UPDATE seen SET sha256 = ? WHERE record_id = ?", current)
    connection.execute("UPDATE seen SET gone_since = NULL WHERE gone_since > ?", (day,))
    for column in ("named_run", "left_run"):
        connection.execute(f"UPDATE seen SET {column} = NULL WHERE {column} > ?", (last,))  # noqa: S608
    connection.execute("UPDATE seen SET absent_run = NULL, absent_since = NULL WHERE absent_run > ?", (last,))
    connection.execute("UPDATE seen SET last_run = min(last_run, ?)", (last,))
    connection.execute("DELETE FROM damaged WHERE (record_id, sha256) NOT IN (SELECT record_id, sha256 FROM versions)")
    connection.execute("DELETE FROM runs WHERE run_id > ?", (last,))
