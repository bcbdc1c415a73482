"""A claim on paper: its verdict, what speaks for and against it, its history and its SQL, as plain lines."""

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from db.release import LIVE
from db.sqlite import open_database, plain_errors
from topics.errors import BadInputError

SHOWN = 12
"""Papers listed for, and as many against; the database has them all."""


def open_claims(data: Path) -> Database:
    """Open the live database of a folder, which must hold claims.

    Raises:
        BadInputError: there is none yet.
    """
    live = data / LIVE
    if not live.exists():
        raise BadInputError(f"{live}: there is no database yet; run `evidence build` first")
    database = open_database(live)
    with plain_errors(live):
        if "claims" not in database.table_names():
            database.close()
            raise BadInputError(f"{live}: holds no claims; run `evidence build` to make it anew")
    return database


def claims_overview(database: Database) -> list[dict[str, Any]]:
    """Return a row for every claim, in the article's order: claim_id, verdict, verdict_when_written, text, because."""
    return list(
        database.query("SELECT claim_id, verdict, verdict_when_written, text, because FROM claims ORDER BY position")
    )


def claim_lines(database: Database, claim_id: str) -> Iterator[str]:
    """Yield a claim in full.

    Raises:
        BadInputError: no claim has this id; close ones are named.
    """
    claims = {row["claim_id"]: row for row in database.query("SELECT * FROM claims ORDER BY position")}
    if claim_id not in claims:
        close = difflib.get_close_matches(claim_id, claims, n=3) or list(claims)
        raise BadInputError(f"{claim_id}: there is no such claim; expected one of: {', '.join(close)}")
    claim = claims[claim_id]
    yield f"{claim_id}: {claim['text']}"
    yield f"Section: {claim['section']}"
    yield f"Verdict: {_plain(claim['verdict'])} (when written: {_plain(claim['verdict_when_written'])})"
    assertions = database.query(
        "SELECT * FROM assertions JOIN verdicts USING (claim_id, assertion_id) WHERE claim_id = ? ORDER BY position",
        [claim_id],
    )
    completeness = ""
    for assertion in list(assertions):
        completeness = assertion["completeness"]
        yield ""
        yield from _assertion_lines(database, assertion)
    yield ""
    yield completeness


def _assertion_lines(database: Database, assertion: Mapping[str, Any]) -> Iterator[str]:
    ids = [assertion["claim_id"], assertion["assertion_id"]]
    yield f"── {assertion['assertion_id']} ({_plain(assertion['kind'])}): {_plain(assertion['verdict'])}"
    yield f"   {assertion['text']}"
    yield f"   {assertion['because']}"
    if assertion["kind"] == "not_testable":
        return
    yield f"   When written: {_plain(assertion['when_written'])} (value {assertion['value_when_written'] or '–'})."
    if assertion["value_with_retracted"] != assertion["value"]:
        with_retracted = _plain(assertion["verdict_with_retracted"])
        yield f"   With retracted papers: {with_retracted} (value {assertion['value_with_retracted'] or '–'})."
    for stance, head in (("supports", "For"), ("contradicts", "Against"), ("context", "Context")):
        yield from _evidence_lines(database, ids, stance, head)
    yield "   Timeline:"
    timeline = list(
        database.query("SELECT * FROM verdict_timeline WHERE claim_id = ? AND assertion_id = ? ORDER BY position", ids)
    )
    for entry in timeline:
        when = {"": "at first", None: "undated"}.get(entry["date"], entry["date"])
        by = f"  PMID {entry['pmid']}" if entry["pmid"] else f"  {entry['study_id']}" if entry["study_id"] else ""
        yield f"     {when:<10}  {_plain(entry['verdict']):<12}  {entry['value'] or '–'}{by}"
    yield "   SQL:"
    yield from (f"     {line}" for line in assertion["sql"].splitlines())


def _evidence_lines(database: Database, ids: list[str], stance: str, head: str) -> Iterator[str]:
    rows = list(
        database.query(
            "SELECT e.*, s.title FROM claim_evidence AS e LEFT JOIN studies AS s USING (study_id)"
            " WHERE e.claim_id = ? AND e.assertion_id = ? AND e.stance = ?"
            " ORDER BY e.source, coalesce(s.public_from, '9999'), e.evidence_id",
            [*ids, stance],
        )
    )
    if not rows and stance == "context":
        return
    yield f"   {head}: {len(rows)}"
    for row in rows[:SHOWN]:
        name = f"PMID {row['pmid']}" if row["pmid"] else f"doi:{row['doi']}" if row["doi"] else row["study_id"]
        why = row["why"] if row["source"] == "curated" else (row["title"] or "")
        yield f"     {name}: {why}"
    if len(rows) > SHOWN:
        yield f"     … and {len(rows) - SHOWN} more in table claim_evidence"


def _plain(value: str) -> str:
    return value.replace("_", " ")
