"""Records into an open archive: a content that is new is kept, and the record's current one is settled.

Everything here stands within the caller's transaction.
"""

import json
import zlib
from collections.abc import Sequence

from sqlite_utils import Database

from db.glance import glance
from db.received import Origin, RawRecord, Stored, rank

_IN_CHUNK = 500
"""PMIDs in one `IN (…)`: well under SQLite's limit on host parameters."""


def store_contents(database: Database, run_id: int, records: Sequence[RawRecord], origin: Origin, stamp: str) -> Stored:
    """Store records that came at the moment `stamp`; what of them the archive did not know."""
    known = _current(database, [record.pmid for record in records])
    new = changed = unchanged = 0
    for record in records:
        before = known.get(record.pmid)
        if before and before[0] == record.sha256:
            unchanged += 1
            _mark_seen(database, record.pmid, record.sha256, stamp, run_id)
            continue
        new, changed = (new, changed + 1) if before else (new + 1, changed)
        seen = glance(record.body)
        database.execute(
            "INSERT OR IGNORE INTO versions (pmid, sha256, version, format, origin, fetched_at, run_id, xml, "
            "status, notices) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (record.pmid, record.sha256, record.version, record.format, origin, stamp, run_id,
             zlib.compress(record.body), seen.status, json.dumps(seen.notices)),
        )  # fmt: skip
        if before and rank(*before[1:]) > rank(record.version, record.format, origin):
            _mark_seen(database, record.pmid, before[0], stamp, run_id)
            continue
        if before and _is_retracted(database, record.pmid, before[0]) != seen.retracted:
            database.execute(
                "INSERT INTO retraction_log (pmid, run_id, dated, retracted) VALUES (?, ?, ?, ?)",
                (record.pmid, run_id, stamp, int(seen.retracted)),
            )
        _mark_seen(database, record.pmid, record.sha256, stamp, run_id)
        known[record.pmid] = (record.sha256, record.version, record.format, origin)
    return Stored(new, changed, unchanged)


def _current(database: Database, pmids: Sequence[int]) -> dict[int, tuple[str, int, str, str]]:
    """Of the PMIDs held: current sha256, PMID version, format and origin."""
    found: dict[int, tuple[str, int, str, str]] = {}
    for start in range(0, len(pmids), _IN_CHUNK):
        chunk = pmids[start : start + _IN_CHUNK]
        marks = ",".join("?" * len(chunk))
        rows = database.execute(
            "SELECT s.pmid, s.sha256, v.version, v.format, v.origin FROM seen s "  # noqa: S608
            f"JOIN versions v ON v.pmid = s.pmid AND v.sha256 = s.sha256 WHERE s.pmid IN ({marks})",
            chunk,
        )
        found.update({pmid: tuple(rest) for pmid, *rest in rows})
    return found


def _is_retracted(database: Database, pmid: int, sha256: str) -> bool:
    ((body,),) = database.execute("SELECT xml FROM versions WHERE pmid = ? AND sha256 = ?", (pmid, sha256))
    return glance(zlib.decompress(body)).retracted


def _mark_seen(database: Database, pmid: int, sha256: str, stamp: str, run_id: int) -> None:
    database.execute(
        "INSERT INTO seen (pmid, sha256, first_seen, last_seen, last_fetched, last_run) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (pmid) DO UPDATE SET sha256 = excluded.sha256, last_seen = excluded.last_seen, "
        "last_fetched = excluded.last_fetched, last_run = excluded.last_run, gone_since = NULL, "
        "absent_run = NULL, absent_since = NULL",
        (pmid, sha256, stamp, stamp, stamp, run_id),
    )
