"""Records into an open archive: a version that is new is kept, and the record's current one is settled.

Everything here stands within the caller's transaction.
"""

import json
import zlib
from collections.abc import Sequence
from typing import NamedTuple

from sqlite_utils import Database

from records.content import Origin, SourceRecord, Stored, rank
from records.identifiers import RecordName

_IN_CHUNK = 500
"""Records in one `IN (…)`: well under SQLite's limit on host parameters."""


class _Version(NamedTuple):
    """A version of a record, by what decides whether it is the current one."""

    sha256: str
    version: int
    """PubMed's own number of it."""
    revised: str
    origin: str
    format: str
    retracted: bool

    @property
    def rank(self) -> tuple[int, str, bool, bool]:
        """The highest is current (`records.content.rank`)."""
        return rank(self.version, self.revised, self.origin, self.format)

    def is_newer_than(self, other: "_Version") -> bool:
        """Whether PubMed wrote it later, as the record itself says."""
        return (self.version, self.revised) > (other.version, other.revised)


def store_versions(
    database: Database, run_id: int, records: Sequence[SourceRecord], origin: Origin, stamp: str
) -> Stored:
    """Store records that came at the moment `stamp`; what of them the archive did not know."""
    ids = [record.record_id for record in records]
    known, damaged = _current(database, ids), _damaged(database, ids)
    new = changed = unchanged = 0
    for record in records:
        before = known.get(record.record_id)
        if (record.record_id, record.sha256) in damaged:
            _repair(database, record)
        if before and before.sha256 == record.sha256:
            unchanged += 1
            _mark_seen(database, record.name, record.sha256, stamp, run_id)
            continue
        new, changed = (new, changed + 1) if before else (new + 1, changed)
        facts = record.facts
        version = _Version(
            record.sha256, record.version, facts.revised, origin, record.format, retracted=facts.retracted
        )
        database.execute(
            "INSERT OR IGNORE INTO versions (record_id, sha256, version, revised, format, origin, fetched_at, run_id, "
            "xml, status, notices, retracted) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (record.record_id, record.sha256, record.version, facts.revised, record.format, origin, stamp, run_id,
             zlib.compress(record.body), facts.status, json.dumps(facts.notices), int(facts.retracted)),
        )  # fmt: skip
        lost = before is not None and (record.record_id, before.sha256) in damaged
        if before and not _takes_over(database, run_id, record.record_id, before, version, stamp, lost=lost):
            is_there = origin == "pubmed" or not before.is_newer_than(version)
            _mark_seen(database, record.name, before.sha256, stamp, run_id, is_there=is_there)
            continue
        _mark_seen(database, record.name, record.sha256, stamp, run_id)
        known[record.record_id] = version
    return Stored(new, changed, unchanged)


def mark_gone(database: Database, run_id: int, pmids: Sequence[int]) -> int:
    """Mark records that PubMed deleted (DeleteCitation) as gone from the day of the run on; their versions stay.

    Returns:
        How many were held and not gone yet.
    """
    return database.execute(
        "UPDATE seen SET gone_since = (SELECT day FROM runs WHERE run_id = ?) "
        "WHERE gone_since IS NULL AND record_id IN (SELECT value FROM json_each(?))",
        (run_id, json.dumps(pmids)),
    ).rowcount


def _takes_over(
    database: Database, run_id: int, record_id: int, before: _Version, version: _Version, stamp: str, *, lost: bool
) -> bool:
    """Whether a version that came becomes the current one; if so, log it when a retraction comes or ends with it.

    Any takes the place of one that is damaged (`lost`). A retraction ends only with a newer record that no longer
    carries the mark, or with PubMed's own answer: of two files of the same date nobody knows which one came first.
    """
    if not lost and before.rank > version.rank:
        return False
    if before.retracted and not version.retracted and version.origin != "pubmed" and not version.is_newer_than(before):
        return False
    if before.retracted != version.retracted:
        database.execute(
            "INSERT INTO retraction_log (record_id, run_id, dated, retracted) VALUES (?, ?, ?, ?)",
            (record_id, run_id, stamp, int(version.retracted)),
        )
    return True


def _current(database: Database, ids: Sequence[int]) -> dict[int, _Version]:
    """The current version of those of the records that are held."""
    found: dict[int, _Version] = {}
    for start in range(0, len(ids), _IN_CHUNK):
        chunk = ids[start : start + _IN_CHUNK]
        marks = ",".join("?" * len(chunk))
        rows = database.execute(
            "SELECT s.record_id, s.sha256, v.version, v.revised, v.origin, v.format, v.retracted FROM seen s "  # noqa: S608
            f"JOIN versions v ON v.record_id = s.record_id AND v.sha256 = s.sha256 WHERE s.record_id IN ({marks})",
            chunk,
        )
        found.update({record_id: _Version._make((*rest, bool(retracted))) for record_id, *rest, retracted in rows})
    return found


def _damaged(database: Database, ids: Sequence[int]) -> set[tuple[int, str]]:
    """Versions of these records, as (record_id, sha256), that are known to be damaged."""
    sql = "SELECT record_id, sha256 FROM damaged WHERE record_id IN (SELECT value FROM json_each(?))"
    return set(database.execute(sql, (json.dumps(ids),)))


def _repair(database: Database, record: SourceRecord) -> None:
    """Put a version that came again in the place of what was left of it."""
    key = (record.record_id, record.sha256)
    database.execute(
        "UPDATE versions SET xml = ? WHERE record_id = ? AND sha256 = ?", (zlib.compress(record.body), *key)
    )
    database.execute("DELETE FROM damaged WHERE record_id = ? AND sha256 = ?", key)


def _mark_seen(
    database: Database, name: RecordName, sha256: str, stamp: str, run_id: int, *, is_there: bool = True
) -> None:
    """Note that a record came, and which version is its current one.

    That it came shows that PubMed has it (`is_there`), even after a deletion, unless a file is older than what is held.
    """
    database.execute(
        "INSERT INTO seen (record_id, record_key, record_source, sha256, first_seen, last_seen, last_fetched, "
        "last_run) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (record_id) DO UPDATE SET sha256 = excluded.sha256, "
        "last_seen = excluded.last_seen, last_fetched = excluded.last_fetched, last_run = excluded.last_run",
        (*name, sha256, stamp, stamp, stamp, run_id),
    )
    if is_there:
        database.execute(
            "UPDATE seen SET gone_since = NULL, absent_run = NULL, absent_since = NULL WHERE record_id = ? "
            "AND (gone_since IS NOT NULL OR absent_run IS NOT NULL)",
            (name.record_id,),
        )
