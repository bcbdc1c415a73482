"""What of the claims still stands when only some studies are no longer as they were.

An assertion depends on nothing but the states of studies that its filter lets through (`Match`). Where those of the
studies in question are what they were, its timeline and evidence are what a replay would give, and are kept.
"""

import json
import re
import sqlite3
from dataclasses import dataclass

from db.claims.filters import Scope
from db.claims.kinds import Kind
from db.claims.matches import let_through, states
from db.claims.replay import Entry, History
from db.claims.sensitivity import WITH_RETRACTED

_TOUCHED = "SELECT * FROM touched"
_OWN_LIST = re.compile(r"from\s+json_each\(\s*s\.\w+\s*\)(?:\s+as\s+\w+)?(?=\s+where\b|\s*\))", re.IGNORECASE)
_SOURCE = re.compile(r"\b(?:from|join|in)\b(?!\s*\()", re.IGNORECASE)
"""What SQL names tables after."""


@dataclass(frozen=True, slots=True)
class Before:
    """A database with the claims of the same file, as it was, and in what it may differ now."""

    connection: sqlite3.Connection
    touched: frozenset[str]
    """Ids of studies that were or are there, and may not be the same before and now."""


class Standing:
    """What was and what is now, side by side."""

    def __init__(self, before: Before, now: sqlite3.Connection) -> None:
        self._before = before.connection
        self._sides = []
        for connection in (before.connection, now):
            connection.execute(
                "CREATE TEMP TABLE touched AS SELECT * FROM study_history WHERE study_id IN"
                " (SELECT value FROM json_each(?))",
                [json.dumps(sorted(before.touched))],
            )
            self._sides.append((connection, states(connection, _TOUCHED)))

    def holds(self, assertion: Kind, scope: Scope) -> bool:
        """Whether the assertion sees what it saw. It is not asked where its own SQL looks further than at the study.

        Raises:
            sqlite3.Error: hand-written SQL in the filter fails.
        """
        if any(_looks_further(scope.resolve(chosen).where or "") for chosen in assertion.filters.values()):
            return False
        saw, sees = (let_through(*side, assertion, scope, _TOUCHED) for side in self._sides)
        return saw == sees

    def history(self, claim_id: str, assertion_id: str) -> History:
        """What the assertion came to before."""
        ids = (claim_id, assertion_id)
        timeline = self._before.execute(
            "SELECT date, coalesce(value, ''), verdict, pmid, study_id, studies FROM verdict_timeline"
            " WHERE claim_id = ? AND assertion_id = ? ORDER BY position",
            ids,
        )
        left_out = "SELECT undated, not_attributable, answer FROM verdicts WHERE claim_id = ? AND assertion_id = ?"
        undated, not_attributable, answer = self._before.execute(left_out, ids).fetchone()
        verdict, value = self._before.execute(
            "SELECT verdict, value FROM verdict_sensitivity WHERE claim_id = ? AND assertion_id = ? AND scenario = ?",
            (*ids, WITH_RETRACTED),
        ).fetchone()
        return History([Entry(*row) for row in timeline], (verdict, value), undated, not_attributable, answer or "")


def _looks_further(where: str) -> bool:
    """Whether hand-written SQL may read anything but the study's own row and the lists in it."""
    return bool(_SOURCE.search(_OWN_LIST.sub("", where)))
