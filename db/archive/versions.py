"""Records into an open archive: a content that is new is kept, and the record's current one is settled.

Everything here stands within the caller's transaction.
"""

import json
import zlib
from collections.abc import Sequence
from typing import NamedTuple

from sqlite_utils import Database

from db.archive.glance import glance
from records.content import Origin, RawRecord, Stored, intact, rank

_IN_CHUNK = 500
"""PMIDs in one `IN (…)`: well under SQLite's limit on host parameters."""


class _Content(NamedTuple):
    """A content of a record, by what decides whether it is the current one."""

    sha256: str
    version: int
    revised: str
    origin: str
    format: str

    def is_newer_than(self, other: "_Content") -> bool:
        """Whether PubMed wrote it later, as the record itself says."""
        return (self.version, self.revised) > (other.version, other.revised)


def store_contents(database: Database, run_id: int, records: Sequence[RawRecord], origin: Origin, stamp: str) -> Stored:
    """Store records that came at the moment `stamp`; what of them the archive did not know."""
    pmids = [record.pmid for record in records]
    known, damaged = _current(database, pmids), _damaged(database, pmids)
    new = changed = unchanged = 0
    for record in records:
        before = known.get(record.pmid)
        if (record.pmid, record.sha256) in damaged:
            _repair(database, record)
        if before and before.sha256 == record.sha256:
            unchanged += 1
            _mark_seen(database, record.pmid, record.sha256, stamp, run_id)
            continue
        new, changed = (new, changed + 1) if before else (new + 1, changed)
        seen = glance(record.body)
        content = _Content(record.sha256, record.version, seen.revised, origin, record.format)
        database.execute(
            "INSERT OR IGNORE INTO versions (pmid, sha256, version, revised, format, origin, fetched_at, run_id, xml, "
            "status, notices) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (record.pmid, record.sha256, record.version, seen.revised, record.format, origin, stamp, run_id,
             zlib.compress(record.body), seen.status, json.dumps(seen.notices)),
        )  # fmt: skip
        lost = before is not None and (record.pmid, before.sha256) in damaged
        if before and not _takes_over(database, run_id, record.pmid, before, content, seen.retracted, stamp, lost=lost):
            is_there = origin == "pubmed" or not before.is_newer_than(content)
            _mark_seen(database, record.pmid, before.sha256, stamp, run_id, is_there=is_there)
            continue
        _mark_seen(database, record.pmid, record.sha256, stamp, run_id)
        known[record.pmid] = content
    return Stored(new, changed, unchanged)


def mark_gone(database: Database, run_id: int, pmids: Sequence[int]) -> int:
    """Mark records that PubMed deleted (DeleteCitation) as gone from the day of the run on; their versions stay.

    Returns:
        How many were held and not gone yet.
    """
    return database.execute(
        "UPDATE seen SET gone_since = (SELECT day FROM runs WHERE run_id = ?) "
        "WHERE gone_since IS NULL AND pmid IN (SELECT value FROM json_each(?))",
        (run_id, json.dumps(pmids)),
    ).rowcount


def _takes_over(
    database: Database,
    run_id: int,
    pmid: int,
    before: _Content,
    content: _Content,
    retracted: bool,
    stamp: str,
    *,
    lost: bool,
) -> bool:
    """Whether a content that came becomes the current one; if so, log it when a retraction comes or ends with it.

    Any takes the place of one that is damaged (`lost`). A retraction ends only with a newer record that no longer
    carries the mark, or with PubMed's own answer: of two files of the same date nobody knows which one came first.
    """
    if not lost and rank(*before[1:]) > rank(*content[1:]):
        return False
    was_retracted = _is_retracted(database, pmid, before.sha256, retracted)
    if was_retracted and not retracted and content.origin != "pubmed" and not content.is_newer_than(before):
        return False
    if was_retracted != retracted:
        database.execute(
            "INSERT INTO retraction_log (pmid, run_id, dated, retracted) VALUES (?, ?, ?, ?)",
            (pmid, run_id, stamp, int(retracted)),
        )
    return True


def _current(database: Database, pmids: Sequence[int]) -> dict[int, _Content]:
    """The current content of those of the PMIDs that are held."""
    found: dict[int, _Content] = {}
    for start in range(0, len(pmids), _IN_CHUNK):
        chunk = pmids[start : start + _IN_CHUNK]
        marks = ",".join("?" * len(chunk))
        rows = database.execute(
            "SELECT s.pmid, s.sha256, v.version, v.revised, v.origin, v.format FROM seen s "  # noqa: S608
            f"JOIN versions v ON v.pmid = s.pmid AND v.sha256 = s.sha256 WHERE s.pmid IN ({marks})",
            chunk,
        )
        found.update({pmid: _Content(*rest) for pmid, *rest in rows})
    return found


def _damaged(database: Database, pmids: Sequence[int]) -> set[tuple[int, str]]:
    """Contents of these records, as (PMID, sha256), that are known to be damaged."""
    return set(
        database.execute(
            "SELECT pmid, sha256 FROM damaged WHERE pmid IN (SELECT value FROM json_each(?))", (json.dumps(pmids),)
        )
    )


def _repair(database: Database, record: RawRecord) -> None:
    """Put a content that came again in the place of what was left of it."""
    key = (record.pmid, record.sha256)
    database.execute("UPDATE versions SET xml = ? WHERE pmid = ? AND sha256 = ?", (zlib.compress(record.body), *key))
    database.execute("DELETE FROM damaged WHERE pmid = ? AND sha256 = ?", key)


def _is_retracted(database: Database, pmid: int, sha256: str, otherwise: bool) -> bool:
    """Whether a content is marked as retracted; of one that is damaged, what the log says last, or `otherwise`."""
    ((zipped,),) = database.execute(
        "SELECT CAST(xml AS BLOB) FROM versions WHERE pmid = ? AND sha256 = ?", (pmid, sha256)
    )
    if (body := intact(zipped, sha256)) is not None:
        return glance(body).retracted
    logged = database.execute(
        "SELECT retracted FROM retraction_log WHERE pmid = ? ORDER BY entry_id DESC LIMIT 1", (pmid,)
    ).fetchone()
    return bool(logged[0]) if logged else otherwise


def _mark_seen(database: Database, pmid: int, sha256: str, stamp: str, run_id: int, *, is_there: bool = True) -> None:
    """Note that a record came, and which content is its current one.

    That it came shows that PubMed has it (`is_there`), even after a deletion, unless a file is older than what is held.
    """
    database.execute(
        "INSERT INTO seen (pmid, sha256, first_seen, last_seen, last_fetched, last_run) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (pmid) DO UPDATE SET sha256 = excluded.sha256, last_seen = excluded.last_seen, "
        "last_fetched = excluded.last_fetched, last_run = excluded.last_run",
        (pmid, sha256, stamp, stamp, stamp, run_id),
    )
    if is_there:
        database.execute(
            "UPDATE seen SET gone_since = NULL, absent_run = NULL, absent_since = NULL WHERE pmid = ? "
            "AND (gone_since IS NOT NULL OR absent_run IS NOT NULL)",
            (pmid,),
        )
