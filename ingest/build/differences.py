"""What stands in a database already: which records differ from the archive's, and what of it is to be written anew.

A build takes over what would come out the same, so that its time follows what is new and not what is held.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from db.archive.store import SOUND, Archive
from db.evidence.schema import TABLES
from topics import RegisterStudy

OF_A_RECORD = [
    *(name for name, table in TABLES.items() if "record_id" in table.references and name != "study_reports"),
    "articles",
]
"""Tables whose rows depend on one record, the topic and the register only."""
OF_A_STUDY = ("study_reports", "study_history", "studies")
"""Tables whose rows depend on the reports of one study."""
_COMPARED = ("verdict_timeline", "verdict_sensitivity", "claim_evidence", "changes")
"""Tables of which what still holds is kept by those who write them. What is not named here is written anew."""


@dataclass(frozen=True)
class Differences:
    """Ids of records by what is to be done."""

    to_write: frozenset[int]
    """New to the database, or in it from another content than the archive's current one."""
    to_drop: frozenset[int]
    """In the database and not to stay as they are."""
    archived: set[int]
    """All that the archive holds and that is not damaged."""
    held: int
    """Number of articles in the database."""


def differences(connection: sqlite3.Connection, archive: Archive, register: Mapping[int, RegisterStudy]) -> Differences:
    """Compare the articles of a database with what a build must make them from."""
    seen = archive.database.execute(
        "SELECT s.record_id, s.sha256, s.gone_since, r.day FROM seen s "  # noqa: S608
        f"LEFT JOIN runs r ON r.run_id = s.left_run WHERE {SOUND}"
    )
    wanted = {record_id: tuple(content) for record_id, *content in seen}
    archived = set(wanted)
    wanted |= {pmid: (None, None, None) for pmid in register if pmid not in archived}
    rows = connection.execute("SELECT record_id, sha256, gone_since, left_since FROM articles")
    held = {record_id: tuple(content) for record_id, *content in rows}
    to_write = frozenset(record_id for record_id, content in wanted.items() if held.get(record_id) != content)
    to_drop = frozenset(record_id for record_id in held if record_id in to_write or record_id not in wanted)
    return Differences(to_write, to_drop, archived, len(held))


def clear(connection: sqlite3.Connection, differing: Differences) -> None:
    """Delete all rows that a build must write, and those of records that are no longer there."""
    connection.execute("CREATE TEMP TABLE dropped (record_id INTEGER PRIMARY KEY)")
    connection.executemany("INSERT INTO dropped VALUES (?)", [(record_id,) for record_id in differing.to_drop])
    for table in OF_A_RECORD:
        connection.execute(f"DELETE FROM {table} WHERE record_id IN (SELECT record_id FROM dropped)")  # noqa: S608
    connection.execute("DELETE FROM measurements WHERE record_id IS NULL")
    connection.execute("DELETE FROM notices WHERE source IN ('notice', 'archive')")
    for table in TABLES.keys() - {*OF_A_RECORD, *OF_A_STUDY, *_COMPARED}:
        connection.execute(f"DELETE FROM {table}")  # noqa: S608


def clear_studies(connection: sqlite3.Connection, record_ids: Iterable[int]) -> set[str]:
    """Delete the studies that have reports among these, or one that stands in no record; their ids."""
    ids = {
        study_id
        for (study_id,) in connection.execute(
            "SELECT study_id FROM study_reports WHERE record_id IN (SELECT value FROM json_each(?)) OR record_id IS NULL",
            [json.dumps(sorted(record_ids))],
        )
    }
    for table in OF_A_STUDY:
        connection.execute(
            f"DELETE FROM {table} WHERE study_id IN (SELECT value FROM json_each(?))",  # noqa: S608
            [json.dumps(sorted(ids))],
        )
    return ids
