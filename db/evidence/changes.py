"""What changed and when, for readers: records that came or went, retractions and their end, verdicts that flipped.

`changes_of` reads nothing but the archive, so every build gives the same rows; `refresh` writes them into the live
database after a check has logged new verdicts.
"""

import sqlite3
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from db.archive.store import RETRACTIONS, Archive
from db.evidence.publish import LIVE, Seal, break_seal, seal, seal_of
from db.evidence.schema import TABLES
from db.evidence.write import settle
from db.sqlite import open_database, plain_errors

_NEW = """
SELECT v.pmid, v.run_id, v.fetched_at FROM versions v
WHERE v.rowid = (SELECT min(rowid) FROM versions u WHERE u.record_id = v.record_id) ORDER BY v.rowid
"""
_GONE = "SELECT pmid, left_run, gone_since FROM seen WHERE gone_since IS NOT NULL ORDER BY gone_since, pmid"
_RETRACTIONS = f"""
SELECT pmid, row_number() OVER (PARTITION BY record_id, retracted ORDER BY entry_id), run_id, dated, retracted
FROM ({RETRACTIONS}) ORDER BY entry_id
"""  # noqa: S608
_CORRECTIONS = """
SELECT c.entry_id, c.pmid, c.run_id, c.dated, substr(w.dated, 1, 10), w.retracted
FROM retraction_log c JOIN retraction_log w ON w.entry_id = c.corrects ORDER BY c.entry_id
"""
_FLIPS = """
SELECT * FROM (
  SELECT verdict_id, run_id, checked_at, claim_id, assertion_id, verdict, value, pmid,
         lag(verdict) OVER one AS was, lag(value) OVER one AS value_was
  FROM verdict_log WINDOW one AS (PARTITION BY claim_id, assertion_id ORDER BY verdict_id)
) WHERE was IS NOT NULL AND was <> verdict ORDER BY verdict_id
"""
_STANDING = {
    1: ("retraction", "PubMed now lists this paper as retracted."),
    0: ("reinstatement", "PubMed no longer lists this paper as retracted."),
}


def changes_of(archive: Database) -> Iterator[dict[str, Any]]:
    """Yield the rows of table `changes`, by kind and time, from an open `archive.db`.

    A paper that was retracted already when it first came did not become so here.
    """
    for pmid, run_id, stamp in archive.execute(_NEW).fetchall():
        yield _row(f"new/{pmid}", run_id, stamp, "new_record", pmid, "First received from PubMed or a file.")
    for pmid, run_id, since in archive.execute(_GONE).fetchall():
        yield _row(f"gone/{pmid}", run_id, since, "gone", pmid, "PubMed no longer has this record.")
    for pmid, nth, run_id, stamp, retracted in archive.execute(_RETRACTIONS).fetchall():
        kind, text = _STANDING[retracted]
        again = f"/{nth}" if nth > 1 else ""
        yield _row(f"{kind}/{pmid}{again}", run_id, stamp, kind, pmid, text)
    for entry, pmid, run_id, stamp, day, retracted in archive.execute(_CORRECTIONS).fetchall():
        was = "retracted" if retracted else "no longer retracted"
        text = f"Listed here as {was} on {day} by mistake: an older record had been taken for a newer one."
        yield _row(f"correction/{entry}", run_id, stamp, "correction", pmid, text)
    for flip in archive.query(_FLIPS):
        was, now = flip["was"], flip["verdict"]
        text = f"{_plain(was)} → {_plain(now)} (value {flip['value_was'] or '–'} → {flip['value'] or '–'})"
        row = _row(f"verdict/{flip['verdict_id']}", flip["run_id"], flip["checked_at"], "verdict", flip["pmid"], text)
        yield row | {"claim_id": flip["claim_id"], "assertion_id": flip["assertion_id"], "was": was, "now": now}


def refresh(data: Path) -> int:
    """Bring table `changes` of the live database up to date with the archive; the number of rows in it.

    In one transaction: readers see the old rows or the new ones. Does nothing where there is no live database yet.

    Raises:
        BadInputError, LockedError: a database cannot be used.
    """
    live = data / LIVE
    if not live.exists():
        return 0
    whole = seal_of(live) is Seal.WHOLE
    break_seal(live)
    database = open_database(live)
    try:
        with plain_errors(live), Archive.open(data) as archive, database.atomic():
            written = write_changes(database.conn, archive.database)
    finally:
        database.close()
    if whole:
        seal(live)
    return written


def write_changes(evidence: sqlite3.Connection, archive: Database) -> int:
    """Bring table `changes` of an evidence database that has its articles up to date; the number of rows."""
    rows = list(map(itemgetter(*TABLES["changes"].columns), changes_of(archive)))
    settle(evidence, "changes", rows)
    return len(rows)


def _row(change_id: str, run_id: int | None, dated: str, kind: str, pmid: int | None, text: str) -> dict[str, Any]:
    return {
        "change_id": change_id, "run_id": run_id, "dated": dated, "kind": kind, "pmid": pmid, "text": text,
        "claim_id": None, "assertion_id": None, "was": None, "now": None,
    }  # fmt: skip


def _plain(verdict: str) -> str:
    return verdict.replace("_", " ")
