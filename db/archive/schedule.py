"""From run to run: how far the last ones came, what is due, and which records left the search or PubMed.

Nothing is kept beside the data. How far a search came is the day of its last complete run, and a run becomes
complete in the transaction that finds its ledger adding up.
"""

import json
import zlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from db.archive.days import eastern_day
from db.archive.store import SOUND, Archive, now
from db.sqlite import plain_errors
from topics.errors import IncompleteRunError

UNSETTLED = ("In-Data-Review", "In-Process", "Publisher")
"""Values of MedlineCitation@Status (pubmed_250101.dtd) of records that wait for their indexing."""
OVERLAP = timedelta(days=7)
"""How far a window reaches back before the day that the last one came to: PubMed adds records to past days."""
WHOLE_SEARCH = timedelta(days=7)
"""After this long a whole search shows what windows missed, and what left."""
FETCHED_AGAIN = timedelta(days=30)
"""After this long a record is fetched again, whatever PubMed says of its last revision."""
UNSETTLED_AGAIN = timedelta(hours=20)
"""The same for a record that waits for its indexing: daily, with some play for the timer."""
SHRINKS_BY = 0.05
"""A whole search that names fewer by more than this share is not believed at once: PubMed's index may be damaged."""
SHRINKS_BY_RECORDS = 20
"""Unless it is no more than so many: small searches lose a large share at once."""


def complete_run(archive: Archive, run_id: int, counts: dict[str, Any]) -> None:
    """Close a run as 'complete', and note who was named and who was not: all of it, or nothing.

    Raises:
        IncompleteRunError: its ledger does not add up.
    """
    database = archive.database
    with plain_errors(archive.path), database.atomic():
        if short := list(
            database.query(
                "SELECT * FROM ledger WHERE run_id = ? AND NOT (reported = received AND received = stored)", [run_id]
            )
        ):
            raise IncompleteRunError(f"{archive.path}: run {run_id}: {len(short)} rows of the ledger do not add up.")
        (kind,) = database.execute("SELECT kind FROM runs WHERE run_id = ?", (run_id,)).fetchone()
        if kind in ("sync", "new", "changed"):  # what these name, the search finds
            for (ids,) in database.execute("SELECT ids FROM ledger WHERE run_id = ?", (run_id,)).fetchall():
                database.execute(
                    "UPDATE seen SET named_run = ?, left_run = NULL "
                    "WHERE record_id IN (SELECT value FROM json_each(?))",
                    (run_id, zlib.decompress(ids).decode()),
                )
        if kind == "sync":
            database.execute("UPDATE seen SET left_run = ? WHERE named_run < ? AND left_run IS NULL", (run_id, run_id))
        archive.end_run(run_id, "complete", counts)


def why_not_believed(archive: Archive, run_id: int) -> str:
    """Say why a whole search, of which all is stored, is not to be believed yet; '' if it is.

    One that names no record, or over `SHRINKS_BY` (and over `SHRINKS_BY_RECORDS`) fewer than the last complete one of
    the same search, would mark all the others as having left. It is believed when the last such run on an earlier one
    of PubMed's days named as many, give or take `SHRINKS_BY`.
    """
    database = archive.database
    kind, digest, day = database.execute(
        "SELECT kind, search_digest, day FROM runs WHERE run_id = ?", (run_id,)
    ).fetchone()
    if kind != "sync":
        return ""
    newest = (
        "SELECT r.run_id, r.day, sum(l.reported) FROM runs r JOIN ledger l USING (run_id) WHERE r.kind = 'sync' "
        "AND r.state = ? AND r.search_digest = ? AND r.run_id > ? AND r.day < ? GROUP BY 1 ORDER BY 1 DESC LIMIT 1"
    )
    complete = database.execute(newest, ("complete", digest, 0, "9999")).fetchone()
    (names,) = database.execute("SELECT sum(reported) FROM ledger WHERE run_id = ?", (run_id,)).fetchone()
    if complete:
        since, on, named = complete
        before = f"the last complete run of it ({since}, {on}) named {named}"
    else:  # another search: what earlier ones named is compared with nothing but none at all
        since = 0
        (named,) = database.execute(
            "SELECT count(*) FROM seen WHERE named_run IS NOT NULL AND left_run IS NULL"
        ).fetchone()
        before = f"{named} records of an earlier search are held"
    fewer = named - names
    shrunk = complete and fewer > max(SHRINKS_BY * named, SHRINKS_BY_RECORDS)
    if not (shrunk or (named and not names)):
        return ""
    earlier = database.execute(newest, ("not_believed", digest, since, day)).fetchone()
    if earlier and abs(names - earlier[2]) <= SHRINKS_BY * earlier[2]:
        return ""
    return f"the whole search names {names} records, and {before}"


def came_to(archive: Archive, kinds: Sequence[str], today: date, search_digest: str = "") -> date | None:
    """Return the last of PubMed's days on which a run of these kinds was complete; None if there is none.

    Days after `today` do not count: a clock that was ahead for a while must not open a gap.
    """
    (day,) = archive.database.execute(
        "SELECT max(day) FROM runs JOIN json_each(:kinds) k ON k.value = kind WHERE state = 'complete' "
        "AND day <= :today AND (:digest = '' OR search_digest = :digest)",
        {"kinds": json.dumps(kinds), "today": today.isoformat(), "digest": search_digest},
    ).fetchone()
    return date.fromisoformat(day) if day else None


def first_complete(archive: Archive, today: date) -> date | None:
    """Return PubMed's day of the first complete search: nothing that is held was fetched long before it."""
    (day,) = archive.database.execute(
        "SELECT min(day) FROM runs WHERE kind = 'sync' AND state = 'complete' AND day <= ?", (today.isoformat(),)
    ).fetchone()
    return date.fromisoformat(day) if day else None


def unfinished_from(archive: Archive, kind: str, today: date) -> int | None:
    """Return the run with which an unfinished round of this kind began; None if there is none to go on with.

    What it fetched need not be fetched again. One older than the overlap of windows is not gone on with: a record
    that changed after it was fetched would lie before the next window.
    """
    run_id: int | None = archive.database.execute(
        "SELECT min(run_id) FROM runs WHERE kind = :kind AND state <> 'complete' AND day > :oldest AND day <= :today "
        "AND run_id > (SELECT coalesce(max(run_id), 0) FROM runs WHERE kind = :kind AND state = 'complete')",
        {"kind": kind, "oldest": (today - OVERLAP).isoformat(), "today": today.isoformat()},
    ).fetchone()[0]
    return run_id


def due_again(archive: Archive, at: str) -> list[int]:
    """Return the PMIDs to fetch again at an ISO moment.

    Those not fetched for `FETCHED_AGAIN` (`UNSETTLED_AGAIN` while they wait for their indexing), or, by a clock that
    was ahead, in the future; those that came from a file only; those that the last whole search no longer named;
    those that did not come the last time; and those whose current version is damaged here.
    """
    moment = datetime.fromisoformat(at)
    rows = archive.database.execute(
        "SELECT s.pmid FROM seen s LEFT JOIN versions v ON v.record_id = s.record_id AND v.sha256 = s.sha256 "  # noqa: S608
        "JOIN runs r ON r.run_id = s.last_run WHERE s.pmid IS NOT NULL AND s.gone_since IS NULL "
        "AND (s.last_fetched <= :month OR s.last_fetched > :at "
        "OR (s.last_fetched <= :day AND v.status IN (SELECT value FROM json_each(:unsettled))) "
        f"OR r.kind = 'import' OR s.absent_run IS NOT NULL OR s.last_run < s.left_run OR NOT {SOUND}) ORDER BY s.pmid",
        {"at": at, "month": (moment - FETCHED_AGAIN).isoformat(), "day": (moment - UNSETTLED_AGAIN).isoformat(),
         "unsettled": json.dumps(UNSETTLED)},
    )  # fmt: skip
    return [pmid for (pmid,) in rows]


def notices_to_fetch(archive: Archive) -> list[int]:
    """Return the PMIDs of notices (of retraction, concern, correction, update) on held records, not held themselves.

    The search need not find them, but the date of what they say is theirs.
    """
    rows = archive.database.execute(
        "SELECT DISTINCT j.value FROM seen s JOIN versions v ON v.record_id = s.record_id AND v.sha256 = s.sha256, "
        "json_each(v.notices) j WHERE v.notices <> '[]' AND s.gone_since IS NULL "
        "AND j.value NOT IN (SELECT record_id FROM seen) ORDER BY 1"
    )
    return [pmid for (pmid,) in rows]


def mark_absent(archive: Archive, run_id: int, slice_id: int, pmids: Sequence[int]) -> list[int]:
    """Note that PubMed says it has no such records, and take them off what the slice misses.

    Returns:
        Those of which an earlier run found the same: they are gone now, from the day of that run. Their versions stay.
    """
    database = archive.database
    with plain_errors(archive.path), database.atomic():
        listed = json.dumps(pmids)
        gone = [
            pmid for (pmid,) in database.execute(
                "SELECT record_id FROM seen WHERE absent_run < ? "
                "AND record_id IN (SELECT value FROM json_each(?)) ORDER BY 1",
                (run_id, listed),
            )
        ]  # fmt: skip
        database.execute(
            "UPDATE seen SET gone_since = absent_since WHERE record_id IN (SELECT value FROM json_each(?))",
            (json.dumps(gone),),
        )
        database.execute(
            "UPDATE seen SET absent_run = :run, absent_since = (SELECT day FROM runs WHERE run_id = :run) "
            "WHERE absent_run IS NULL AND record_id IN (SELECT value FROM json_each(:pmids))",
            {"run": run_id, "pmids": listed},
        )
        missing = [pmid for pmid in archive.missing(slice_id) if pmid not in set(pmids)]
        database.execute(
            "UPDATE ledger SET missing = ?, stored = received - ? WHERE ledger_id = ?",
            (json.dumps(missing), len(missing), slice_id),
        )
    return gone


def next_whole_search(archive: Archive) -> date | None:
    """Return the day from which a whole search is due; None if there has been none."""
    day = came_to(archive, ("sync",), eastern_day(now()))
    return day + WHOLE_SEARCH if day else None
