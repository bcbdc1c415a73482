"""On what a verdict rests: a complete search of PubMed, one that fell short, or the hand-checked register alone."""

import sqlite3
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlite_utils import Database

from topics.model import Topic

MAX_AGE_DAYS = 35
"""A search is too old when a monthly update has been missed by some days."""
_DAY = "substr(coalesce(finished_at, started_at), 1, 10)"
"""Day (UTC) of a run."""
_WHOLE = ("sync", "pull")
"""Kinds of run that ask for the whole search; in databases that the first version built it is called 'pull'."""
_NEWEST = f"""
SELECT * FROM (
  SELECT *, row_number() OVER (PARTITION BY kind ORDER BY {_DAY} DESC, run_id DESC) AS nth
  FROM runs WHERE kind <> 'import' AND state <> 'not_believed' AND {_DAY} <= :today
) WHERE nth = 1 ORDER BY run_id
"""  # noqa: S608
_LAST_COMPLETE = f"""
SELECT * FROM runs WHERE kind IN {_WHOLE} AND state = 'complete' AND {_DAY} <= :today
ORDER BY {_DAY} DESC, run_id DESC LIMIT 1
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Coverage:
    """How complete the evidence is, in one sentence, and whether verdicts may be trusted to it."""

    sentence: str
    stale: str
    """Why verdicts are stale whatever the day is; '' when they are not."""
    searched: date | None = None
    """Day (UTC) of the last complete search; None if there is none, or if a later one fell short."""
    basis: str = ""
    """What verdicts are held by while PubMed was never searched to the end: a missing paper could change them."""

    def stale_on(self, today: date) -> str:
        """Why verdicts are stale on a day; '' when they are not."""
        age = (today - self.searched).days if self.searched else 0
        return self.stale or (f"the last complete search is {age} days old" if age > MAX_AGE_DAYS else "")


def newest_runs(connection: sqlite3.Connection, today: date | None = None) -> list[dict[str, Any]]:
    """Return the newest run of each kind that asks PubMed, as rows of `runs` (of an archive or a published database).

    Newest is what has the latest day (UTC), not the highest number: a clock that was behind for one run must not hide
    what is known. Runs after `today` do not count: a clock that was ahead must not hide what comes after it. A run that
    was not believed is no run here.
    """
    return _rows(connection, _NEWEST, today)


def last_complete(connection: sqlite3.Connection, today: date | None = None) -> dict[str, Any] | None:
    """Return the last complete whole search by the same rule; None if there is none."""
    return next(iter(_rows(connection, _LAST_COMPLETE, today)), None)


def ahead(connection: sqlite3.Connection, today: date) -> list[int]:
    """Return the runs after `today` (UTC), which a clock that was ahead must have dated."""
    after = f"SELECT run_id FROM runs WHERE {_DAY} > :today ORDER BY run_id"  # noqa: S608
    return [row["run_id"] for row in _rows(connection, after, today)]


def read_coverage(database: Database, topic: Topic, today: date | None = None) -> Coverage:
    """Read from the ledger what the evidence rests on; runs after `today` do not count, unless there are no others.

    A search that failed after a complete one takes nothing away: the evidence rests on that one, and shows as age. One
    that PubMed answered with less than it counted does.
    """
    studies = database["register"].count
    register = f"a hand-checked register of {studies} reports of studies" if studies else "no register"
    if today and not last_complete(database.conn, today) and _is_behind(database.conn, today):
        today = None
    newest = next((run for run in newest_runs(database.conn, today) if run["kind"] in _WHOLE), None)
    complete = last_complete(database.conn, today)
    last = complete if complete and newest and newest["state"] != "incomplete" else newest
    reported, stored = database.execute(
        "SELECT coalesce(sum(reported), 0), coalesce(sum(stored), 0) FROM searches WHERE run_id = ?",
        [last["run_id"] if last else None],
    ).fetchone()
    if not last or (last["state"] != "complete" and not reported):  # PubMed did not even say how many there are
        imported = next(database.query("SELECT count(*) AS n FROM articles WHERE source = 'pubmed'"))["n"]
        files = f" and {imported} records from files" if imported else ""
        sentence = f"Rests on {register}{files}, not on a complete search: PubMed has not been searched yet."
        by = [*(["the bundled register"] if studies else []), *(["imported files"] if imported else [])]
        return Coverage(sentence, "", basis=f"held by {' and '.join(by) or 'nothing'} only")
    day = (last["finished_at"] or last["started_at"])[:10]
    if last["state"] != "complete" or stored != reported:
        short = f"the search of {day} is not complete ({stored} of {reported} records stored)"
        return Coverage(f"Rests on {register} and on part of PubMed: {short}.", short)
    sentence = (
        f"Rests on a complete search of PubMed on {day} ({topic.search.expression}; full query in table"
        f" searches, run {last['run_id']}): {reported} records reported = {stored} stored;"
        f" and on {register}."
    )
    return Coverage(sentence, "", date.fromisoformat(day))


def _is_behind(connection: sqlite3.Connection, today: date) -> bool:
    """Whether all that is known happened today or later: then the clock is behind that says which day it is."""
    (first,) = connection.execute(f"SELECT min({_DAY}) FROM runs").fetchone()  # noqa: S608
    return bool(first) and first >= today.isoformat()


def _rows(connection: sqlite3.Connection, sql: str, today: date | None) -> list[dict[str, Any]]:
    found = connection.execute(sql, {"today": (today or date.max).isoformat()})
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found]
