"""How fresh and how complete the published data are, as one plain sentence for every page."""

import sqlite3
from dataclasses import dataclass
from typing import Any

from db.archive.store import today
from db.evidence.coverage import last_complete, newest_runs

_COUNTED = """
select (select value from build where key = 'from_pubmed') as from_pubmed,
       (select value from build where key = 'from_register') as from_register
"""
_ADDED_UP = "select coalesce(sum(reported), 0), coalesce(sum(stored), 0) from searches where run_id = ?"


@dataclass(frozen=True)
class Freshness:
    """What the ledger says about the data on the page."""

    level: str
    """'complete', 'incomplete' or 'register': for the eye, beside the words."""
    sentence: str


async def freshness(database: Any) -> Freshness | None:
    """The state of a Datasette database; None for one that this project did not build."""
    state: Freshness | None = await database.execute_fn(read_freshness)
    return state


def read_freshness(connection: sqlite3.Connection) -> Freshness | None:
    """The same from a connection, so that a page can say it of the very state that it shows."""
    try:
        from_pubmed, from_register = (int(count or 0) for count in connection.execute(_COUNTED).fetchone())
        complete = last_complete(connection, today())
        newest = next((run for run in newest_runs(connection, today()) if run["kind"] == "sync"), None)
        reported, stored = connection.execute(_ADDED_UP, [complete["run_id"] if complete else None]).fetchone()
    except sqlite3.OperationalError as error:
        if str(error) == "interrupted":
            raise
        return None
    later = f" {_not_ended(newest)}" if newest and newest["state"] != "complete" else ""
    if complete:
        sentence = (
            f"PubMed searched to the end on {complete['finished_at'][:10]}: "
            f"{reported:,} records reported, {stored:,} stored.{later}"
        )
        return Freshness("incomplete" if later else "complete", sentence)
    if not from_pubmed:
        said = f"Hand-checked register only: {from_register:,} reports. PubMed has not been searched to the end yet."
        return Freshness("register", said)
    return Freshness(
        "incomplete",
        f"Not complete: {from_pubmed:,} records from PubMed or files, beside {from_register:,} hand-checked reports."
        + (later or " PubMed has not been searched to the end yet."),
    )


def _not_ended(run: dict[str, Any]) -> str:
    return f"The search of {run['started_at'][:10]} did not reach the end ({run['state']})."
