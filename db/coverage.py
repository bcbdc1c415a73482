"""On what a verdict rests: a complete search of PubMed, one that fell short, or the hand-checked register alone."""

from dataclasses import dataclass
from datetime import date

from sqlite_utils import Database

from topics.model import Topic

MAX_AGE_DAYS = 35
"""A search is too old when a monthly update has been missed by some days."""
_PULLS = "('pull', 'sync')"


@dataclass(frozen=True, slots=True)
class Coverage:
    """How complete the evidence is, in one sentence, and whether verdicts may be trusted to it."""

    sentence: str
    stale: str
    """Why verdicts are stale; '' when they are not."""


def read_coverage(database: Database, topic: Topic, today: date | None = None) -> Coverage:
    """Read from the ledger what the evidence rests on.

    Whether the last complete search is too old is asked only when `today` is given: a build is a pure function of its
    inputs and does not look at the clock.
    """
    studies = database["register"].count
    register = f"a hand-checked register of {studies} reports of studies" if studies else "no register"
    rows = list(
        database.query(
            "SELECT r.run_id, r.state, substr(coalesce(r.finished_at, r.started_at), 1, 10) AS day,"  # noqa: S608
            " coalesce(sum(s.reported), 0) AS reported, coalesce(sum(s.stored), 0) AS stored"
            f" FROM runs AS r LEFT JOIN searches AS s USING (run_id) WHERE r.kind IN {_PULLS}"
            " AND r.state <> 'not_believed'"
            " GROUP BY r.run_id ORDER BY r.run_id DESC"
        )
    )
    if not rows:
        imported = next(database.query("SELECT count(*) AS n FROM articles WHERE source = 'pubmed'"))["n"]
        files = f" and {imported} records from files" if imported else ""
        return Coverage(f"Rests on {register}{files}, not on a complete search: PubMed has not been searched yet.", "")
    last = rows[0]
    if last["state"] != "complete" or last["stored"] != last["reported"]:
        short = f"the search of {last['day']} is not complete ({last['stored']} of {last['reported']} records stored)"
        return Coverage(f"Rests on {register} and on part of PubMed: {short}.", short)
    sentence = (
        f"Rests on a complete search of PubMed on {last['day']} ({topic.search.expression}; full query in table"
        f" searches, run {last['run_id']}): {last['reported']} records reported = {last['stored']} stored;"
        f" and on {register}."
    )
    age = (today - date.fromisoformat(last["day"])).days if today else 0
    return Coverage(sentence, f"the last complete search is {age} days old" if age > MAX_AGE_DAYS else "")
