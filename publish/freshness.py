"""How fresh and how complete the published data are, as one plain sentence for every page."""

import sqlite3
from dataclasses import dataclass
from typing import Any

_STATE = """
select (select value from build where key = 'from_pubmed') as from_pubmed,
       (select value from build where key = 'from_register') as from_register,
       complete.finished_at as searched_at, searched.reported, searched.stored,
       later.started_at as later_at, later.state as later_state
from (select 1)
left join runs complete on complete.run_id = (
  select max(run_id) from runs where kind = 'sync' and state = 'complete')
left join (
  select run_id, sum(reported) as reported, sum(stored) as stored from searches group by run_id
) searched on searched.run_id = complete.run_id
left join runs later on later.run_id = (
  select max(run_id) from runs where kind = 'sync' and run_id > coalesce(complete.run_id, 0)
  and state <> 'not_believed')
"""


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
        found = connection.execute(_STATE)
    except sqlite3.OperationalError as error:
        if str(error) == "interrupted":
            raise
        return None
    row = dict(zip((column[0] for column in found.description), found.fetchone(), strict=True))
    from_pubmed, from_register = int(row["from_pubmed"] or 0), int(row["from_register"] or 0)
    if row["searched_at"]:
        sentence = (
            f"PubMed searched to the end on {row['searched_at'][:10]}: "
            f"{row['reported'] or 0:,} records reported, {row['stored'] or 0:,} stored."
        )
        if not row["later_at"]:
            return Freshness("complete", sentence)
        return Freshness("incomplete", f"{sentence} {_later(row)}")
    if not from_pubmed:
        said = f"Hand-checked register only: {from_register:,} reports. PubMed has not been searched to the end yet."
        return Freshness("register", said)
    sentence = (
        f"Not complete: {from_pubmed:,} records from PubMed or files, beside {from_register:,} hand-checked reports."
    )
    return Freshness("incomplete", f"{sentence} {_later(row) or 'PubMed has not been searched to the end yet.'}")


def _later(row: Any) -> str:
    if not row["later_at"]:
        return ""
    return f"The search of {row['later_at'][:10]} did not reach the end ({row['later_state']})."
