"""What stands in a database already: which records differ from the archive's, and the reports of the others.

A build takes over what would come out the same, so that its time follows what is new and not what is held.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from db.archive import Archive
from db.schema import DECIDING, TABLES
from db.studies import Report
from ingest.rows import public_from_of
from topics import RegisterStudy

OF_A_RECORD = [
    *(name for name, table in TABLES.items() if "pmid" in table.references and name != "study_reports"),
    "articles",
]
"""Tables whose rows depend on one record, the topic and the register only. All others are written anew."""


@dataclass(frozen=True)
class Differences:
    """PMIDs by what is to be done."""

    to_write: frozenset[int]
    """New to the database, or in it from another content than the archive's current one."""
    to_drop: frozenset[int]
    """In the database and not to stay as they are."""
    archived: set[int]
    """All that the archive holds."""
    standing: int
    """Number of articles in the database."""


def differences(connection: sqlite3.Connection, archive: Archive, register: Mapping[int, RegisterStudy]) -> Differences:
    """Compare the articles of a database with what a build must make them from."""
    seen = archive.database.execute(
        "SELECT s.pmid, s.sha256, s.gone_since, r.day FROM seen s LEFT JOIN runs r ON r.run_id = s.left_run"
    )
    wanted = {pmid: tuple(content) for pmid, *content in seen}
    archived = set(wanted)
    wanted |= {pmid: (None, None, None) for pmid in register if pmid not in archived}
    rows = connection.execute("SELECT pmid, sha256, gone_since, left_since FROM articles")
    standing = {pmid: tuple(content) for pmid, *content in rows}
    to_write = frozenset(pmid for pmid, content in wanted.items() if standing.get(pmid) != content)
    to_drop = frozenset(pmid for pmid in standing if pmid in to_write or pmid not in wanted)
    return Differences(to_write, to_drop, archived, len(standing))


def clear(connection: sqlite3.Connection, differing: Differences) -> None:
    """Delete all rows that a build must write, and those of records that are no longer there."""
    connection.execute("CREATE TEMP TABLE dropped (pmid INTEGER PRIMARY KEY)")
    connection.executemany("INSERT INTO dropped VALUES (?)", [(pmid,) for pmid in differing.to_drop])
    for table in OF_A_RECORD:
        connection.execute(f"DELETE FROM {table} WHERE pmid IN (SELECT pmid FROM dropped)")  # noqa: S608
    connection.execute("DELETE FROM measurements WHERE pmid IS NULL")
    connection.execute("DELETE FROM notices WHERE source IN ('notice', 'archive')")
    for table in TABLES.keys() - OF_A_RECORD:
        connection.execute(f"DELETE FROM {table}")  # noqa: S608


def standing_reports(
    connection: sqlite3.Connection, entry_of: Callable[[int, str], RegisterStudy | None]
) -> Iterator[tuple[str, str, Report]]:
    """Yield (source, why it is off topic or '', report) of every article that stands."""
    links: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for pmid, ref_type, linked in connection.execute(
        "SELECT pmid, ref_type, linked_pmid FROM links WHERE linked_pmid IS NOT NULL ORDER BY pmid, position"
    ):
        links[pmid].append((ref_type, linked))
    rows = connection.execute(
        "SELECT pmid, source, excluded, doi, title, published, date_precision, entered, retracted, gone_since, "  # noqa: S608
        f"{', '.join(DECIDING)} FROM articles ORDER BY pmid"
    )
    for pmid, source, excluded, doi, title, published, precision, entered, retracted, gone, *deciding in rows:
        public_from, date_precision = public_from_of(published or "", precision or "", entered or "")
        known = dict(zip(DECIDING, deciding, strict=True))
        entry = entry_of(pmid, doi or "")
        yield (
            source,
            excluded or "",
            Report(
                key=f"pmid:{pmid}",
                pmid=pmid,
                doi=doi or "",
                title=title,
                public_from=public_from,
                date_precision=date_precision,
                retracted=bool(retracted),
                deciding=known,
                registrations=tuple(json.loads(known["registrations"])),
                links=tuple(links.get(pmid, ())),
                family=entry.study_family if entry else "",
                gone_since=(gone or "")[:10],
            ),
        )
