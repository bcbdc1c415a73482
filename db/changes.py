"""What changed and when, for readers: new records, records gone from PubMed, retractions, and verdicts that flipped.

`changes_of` reads nothing but the archive, so every build gives the same rows; `refresh` writes them into the live
database after a check has logged new verdicts.
"""

import re
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from db.archive import Archive
from db.release import LIVE
from db.schema import TABLES
from db.sqlite import open_database, plain_errors

_RETRACTED = re.compile(
    rb'RefType="(?:RetractionIn|RetractedandRepublishedIn)"|<PublicationType UI="D016441"|^PT  - Retracted Publication',
    re.MULTILINE,
)
"""On the retracted paper itself (NLM DTD, CommentsCorrections; MeSH D016441), never on the notice."""
_IN_CHUNK = 500

_NEW = """
SELECT v.pmid, v.run_id, v.fetched_at FROM versions v
WHERE v.rowid = (SELECT min(rowid) FROM versions u WHERE u.pmid = v.pmid) ORDER BY v.rowid
"""
_GONE = "SELECT pmid, left_run, gone_since FROM seen WHERE gone_since IS NOT NULL ORDER BY gone_since, pmid"
_FLIPS = """
SELECT * FROM (
  SELECT verdict_id, run_id, checked_at, claim_id, assertion_id, verdict, value, pmid,
         lag(verdict) OVER one AS was, lag(value) OVER one AS value_was
  FROM verdict_log WINDOW one AS (PARTITION BY claim_id, assertion_id ORDER BY verdict_id)
) WHERE was IS NOT NULL AND was <> verdict ORDER BY verdict_id
"""


def changes_of(archive: Database, retracted: Iterable[int]) -> Iterator[dict[str, Any]]:
    """Yield the rows of table `changes`, by kind and time.

    Args:
        archive: an open `archive.db`.
        retracted: PMIDs of papers known to be retracted: only their versions are looked into.
    """
    for pmid, run_id, stamp in archive.execute(_NEW).fetchall():
        yield _row(f"new/{pmid}", run_id, stamp, "new_record", pmid, "First received from PubMed or a file.")
    for pmid, run_id, since in archive.execute(_GONE).fetchall():
        yield _row(f"gone/{pmid}", run_id, since, "gone", pmid, "PubMed no longer has this record.")
    for pmid, run_id, stamp in _retractions(archive, retracted):
        yield _row(f"retraction/{pmid}", run_id, stamp, "retraction", pmid, "PubMed now lists this paper as retracted.")
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
    database = open_database(live)
    try:
        with plain_errors(live), Archive.open(data) as archive, database.atomic():
            database.execute("DELETE FROM changes")
            return write_changes(database.conn, archive.database)
    finally:
        database.close()


def write_changes(evidence: sqlite3.Connection, archive: Database) -> int:
    """Fill the empty table `changes` of an evidence database that has its articles; the number of rows."""
    retracted = [pmid for (pmid,) in evidence.execute("SELECT pmid FROM articles WHERE retracted = 1")]
    names = list(TABLES["changes"].columns)
    rows = [[row[name] for name in names] for row in changes_of(archive, retracted)]
    evidence.executemany(f"INSERT INTO changes VALUES ({','.join('?' * len(names))})", rows)  # noqa: S608
    return len(rows)


def _retractions(archive: Database, retracted: Iterable[int]) -> Iterator[tuple[int, int, str]]:
    """(pmid, run, when) of the first version that says so, of papers that were not retracted when they first came."""
    pmids = sorted(retracted)
    for start in range(0, len(pmids), _IN_CHUNK):
        chunk = pmids[start : start + _IN_CHUNK]
        found = archive.execute(
            "SELECT pmid, run_id, fetched_at, xml FROM versions WHERE pmid IN "  # noqa: S608
            f"({','.join('?' * len(chunk))}) ORDER BY pmid, rowid",
            chunk,
        )
        earlier, done = 0, 0
        for pmid, run_id, stamp, body in found.fetchall():
            if pmid == done:
                continue
            if _RETRACTED.search(zlib.decompress(body)):
                if pmid == earlier:  # it did not say so
                    yield pmid, run_id, stamp
                done = pmid
            earlier = pmid


def _row(change_id: str, run_id: int | None, dated: str, kind: str, pmid: int | None, text: str) -> dict[str, Any]:
    nothing = dict.fromkeys(("claim_id", "assertion_id", "was", "now"))
    return {
        "change_id": change_id,
        "run_id": run_id,
        "dated": dated,
        "kind": kind,
        "pmid": pmid,
        "text": text,
    } | nothing


def _plain(verdict: str) -> str:
    return verdict.replace("_", " ")
