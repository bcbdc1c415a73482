"""How fresh and how complete the data are: of a folder with its archive, and of a published database alone."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from db.archive.schedule import due_again, next_whole_search
from db.archive.store import Archive, now, today
from db.evidence.coverage import MAX_AGE_DAYS, last_complete, newest_runs
from db.evidence.publish import LIVE

_FIRST_PULL = timedelta(days=7)
"""How long after its archive was made a database may stand on its register alone before a pull is overdue."""


@dataclass(frozen=True)
class Status:
    """The state of a data folder. Dates are UTC."""

    records: int
    last_run: str
    """Start, kind and state of the newest run, or 'none'."""
    last_complete: str
    """When a whole search last ended with reported = stored, or 'never'."""
    missing: tuple[int, ...]
    """PMIDs that the newest runs named and could not store."""
    built: bool
    age_days: int | None = None
    """Of the last complete whole search; None if there is none."""
    unfinished: tuple[str, ...] = ()
    """Kinds of run of which the newest did not reach its end."""
    next_whole_search: str = ""
    """PubMed's day from which one is due; '' if there has been none."""
    due_again: int = 0
    """Held records that the next run fetches again."""
    gone: int = 0
    """Records that PubMed has no more."""
    left: int = 0
    """Records that the topic's search no longer names; they are kept."""

    def lines(self) -> Iterator[str]:
        """Plain sentences for the terminal."""
        yield f"Records in the archive: {self.records} ({self.gone} gone from PubMed, {self.left} left the search)"
        yield f"Last run: {self.last_run}"
        age = "" if self.age_days is None else f" ({self.age_days} days ago{_stale(self.age_days)})"
        yield f"Last complete search: {self.last_complete}{age}"
        if self.unfinished:
            yield f"Not complete the last time: {', '.join(self.unfinished)}"
        if self.missing:
            shown = ", ".join(map(str, self.missing[:20]))
            yield f"Missing after the last run: {len(self.missing)} ({shown})"
        yield f"Next whole search: {self.next_whole_search or 'at the next run'}"
        yield f"To be fetched again by the next run: {self.due_again}"
        yield f"{LIVE}: {'there' if self.built else 'not built yet (run `evidence build`)'}"


@dataclass(frozen=True)
class Health:
    """Whether a published database can be relied on. `ok` is what a monitor asks."""

    ok: bool
    state: str
    """'fresh', 'stale' (too long since a whole search), 'incomplete' (PubMed sent less than it counted), 'never
    searched' (no pull was due yet), 'overdue' (one was due and none has reached its end), or 'no database'."""
    records: int = 0
    last_complete: str | None = None
    """When a whole search last ended with reported = stored (UTC)."""
    age_days: int | None = None
    missing: int = 0
    """Records that the newest runs named and could not store."""
    unfinished: tuple[str, ...] = ()
    """Kinds of run of which the newest did not reach its end."""


def read_status(data: Path) -> Status:
    """Status of the archive and the live database in `data`; an empty folder is a valid answer."""
    with Archive.open(data) as archive:
        last = archive.last_run()
        complete = last_complete(archive.database.conn, today())
        newest = newest_runs(archive.database.conn, today())
        due = next_whole_search(archive)
        rows = [row for run in newest for row in archive.ledger(run["run_id"])]
        gone, left = archive.database.execute("SELECT count(gone_since), count(left_run) FROM seen").fetchone()
        return Status(
            archive.count(),
            f"{last['started_at']} ({last['kind']}, {last['state']})" if last else "none",
            complete["finished_at"] if complete else "never",
            tuple(pmid for row in rows for pmid in json.loads(row["missing"])),
            (data / LIVE).exists(),
            _age(complete["finished_at"], today()) if complete else None,
            tuple(run["kind"] for run in newest if run["state"] != "complete"),
            due.isoformat() if due else "",
            len(due_again(archive, now())),
            gone,
            left,
        )  # fmt: skip


def health(live: Path, day: date | None = None) -> Health:
    """Read from `evidence.db` alone how far it can be relied on (today, or on the day given, UTC).

    A run that failed leaves what was complete before it as it is, so that failures show as age.
    """
    if not live.exists():
        return Health(False, "no database")
    day = day or today()
    with closing(sqlite3.connect(f"{live.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        (records,) = connection.execute("SELECT count(*) FROM articles WHERE source = 'pubmed'").fetchone()
        newest = newest_runs(connection, day)
        complete = last_complete(connection, day)
        missing = sum(_missing(connection, run["run_id"]) for run in newest)
        overdue = not complete and _first_pull_is_overdue(connection, day)
    unfinished = tuple(run["kind"] for run in newest if run["state"] != "complete")
    if not complete:
        state = "overdue" if overdue else "never searched"
        return Health(False, state, records, missing=missing, unfinished=unfinished)
    last = complete["finished_at"]
    age = _age(last, day)
    short = any(run["state"] == "incomplete" for run in newest)
    state = "incomplete" if short else "stale" if age > MAX_AGE_DAYS else "fresh"
    return Health(state == "fresh", state, records, last, age, missing, unfinished)


def _first_pull_is_overdue(connection: sqlite3.Connection, day: date) -> bool:
    """Whether a pull was tried (the register alone promises none), or should have been by now."""
    (tried,) = connection.execute("SELECT count(*) FROM runs WHERE kind <> 'import'").fetchone()
    made = connection.execute("SELECT value FROM build WHERE key = 'archive_since'").fetchone()
    return bool(tried) or bool(made and day - date.fromisoformat(made[0]) > _FIRST_PULL)


def _missing(connection: sqlite3.Connection, run_id: int) -> int:
    rows: list[Any] = connection.execute(
        "SELECT max(reported, received) - stored FROM searches WHERE run_id = ?", (run_id,)
    ).fetchall()
    return sum(short for (short,) in rows)


def _age(stamp: str, day: date) -> int:
    """Return the days from a moment to a day, both UTC; a run that ends after midnight began today."""
    return max(0, (day - datetime.fromisoformat(stamp).date()).days)


def _stale(age_days: int) -> str:
    return ": stale, run `evidence sync`" if age_days > MAX_AGE_DAYS else ""
