"""A claim on paper: its verdict, what speaks for and against it, its history and its SQL, as plain lines."""

import difflib
import os
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from db.claims.sensitivity import MEANING as SCENARIOS
from db.claims.sensitivity import TODAY
from db.claims.verdicts import UNTESTED
from db.evidence.publish import LIVE
from db.sqlite import plain_errors
from topics.errors import BadInputError

SHOWN = 12
"""Papers listed for, and as many against; the database has them all."""


def open_claims(data: Path) -> Database:
    """Open the live database of a folder, which must hold claims, to be read only; the folder need not be writable.

    Raises:
        BadInputError: there is none yet.
    """
    live = data / LIVE
    if not live.exists():
        raise BadInputError(f"{live}: there is no database yet; run `evidence build` first")
    # A database in WAL mode needs files beside it, unless nobody can be writing to it.
    beside = os.access(data, os.W_OK) or live.with_name(f"{live.name}-wal").exists()
    mode = "mode=ro" if beside else "immutable=1"
    with plain_errors(live):
        database = Database(sqlite3.connect(f"{live.resolve().as_uri()}?{mode}", uri=True))
        if "claims" not in database.table_names():
            database.close()
            raise BadInputError(f"{live}: holds no claims; run `evidence build` to make it anew")
    return database


def claims_overview(database: Database) -> list[dict[str, Any]]:
    """Return a row for every claim, in the article's order: claim_id, verdict, verdict_when_written, text, because."""
    return list(
        database.query("SELECT claim_id, verdict, verdict_when_written, text, because FROM claims ORDER BY position")
    )


def claim_record(database: Database, claim_id: str) -> dict[str, Any]:
    """Return a claim with its `assertions`, each with verdict, SQL, `evidence`, `timeline`, `sensitivity`.

    Raises:
        BadInputError: no claim has this id; close ones are named.
    """
    claims = {row["claim_id"]: row for row in database.query("SELECT * FROM claims ORDER BY position")}
    if claim_id not in claims:
        close = difflib.get_close_matches(claim_id, claims, n=3) or list(claims)
        raise BadInputError(f"{claim_id}: there is no such claim; expected one of: {', '.join(close)}")
    assertions = database.query(
        "SELECT * FROM assertions JOIN verdicts USING (claim_id, assertion_id) WHERE claim_id = ? ORDER BY position",
        [claim_id],
    )
    return claims[claim_id] | {"assertions": [row | _parts(database, row) for row in list(assertions)]}


def _parts(database: Database, assertion: Mapping[str, Any]) -> dict[str, Any]:
    ids = [assertion["claim_id"], assertion["assertion_id"]]
    evidence = database.query(
        "SELECT e.stance, e.pmid, e.doi, e.study_id, s.title, e.why, e.source, e.who, e.dated FROM claim_evidence AS e"
        " LEFT JOIN studies AS s USING (study_id) WHERE e.claim_id = ? AND e.assertion_id = ?"
        " ORDER BY e.source, coalesce(s.public_from, '9999'), e.evidence_id",
        ids,
    )
    timeline = database.query(
        "SELECT date, verdict, value, pmid, study_id FROM verdict_timeline WHERE claim_id = ? AND assertion_id = ?"
        " ORDER BY position",
        ids,
    )
    sensitivity = database.query(
        "SELECT scenario, verdict, value FROM verdict_sensitivity WHERE claim_id = ? AND assertion_id = ?", ids
    )
    return {"evidence": list(evidence), "timeline": list(timeline), "sensitivity": list(sensitivity)}


def claim_lines(database: Database, claim_id: str) -> Iterator[str]:
    """Yield a `claim_record` as lines for a terminal; as many papers are listed against the claim as for it."""
    claim = claim_record(database, claim_id)
    yield f"{claim['claim_id']}: {claim['text']}"
    yield f"Section: {claim['section']}"
    yield f"Verdict: {_plain(claim['verdict'])} (when written: {_plain(claim['verdict_when_written'])})"
    for assertion in claim["assertions"]:
        yield ""
        yield from _assertion_lines(assertion)
    yield ""
    yield claim["assertions"][0]["completeness"]


def _assertion_lines(assertion: Mapping[str, Any]) -> Iterator[str]:
    yield f"── {assertion['assertion_id']} ({_plain(assertion['kind'])}): {_plain(assertion['verdict'])}"
    yield f"   {assertion['text']}"
    yield f"   {assertion['because']}"
    if assertion["verdict"] in UNTESTED:
        return
    yield f"   When written: {_plain(assertion['when_written'])} (value {assertion['value_when_written'] or '–'})."
    today = next((row for row in assertion["sensitivity"] if row["scenario"] == TODAY), None)
    for row in assertion["sensitivity"]:
        if today and (row["verdict"], row["value"]) != (today["verdict"], today["value"]):
            words = SCENARIOS.get(row["scenario"]) or f"only studies of {_plain(row['scenario'])}"
            yield f"   {words.capitalize()}: {_plain(row['verdict'])} (value {row['value'] or '–'})."
    for stance, head in (("supports", "For"), ("contradicts", "Against"), ("context", "Context")):
        rows = [row for row in assertion["evidence"] if row["stance"] == stance]
        if rows or stance != "context":
            yield from _evidence_lines(head, rows)
    yield "   Timeline:"
    for entry in assertion["timeline"]:
        when = entry["date"] or "at first"
        by = f"  PMID {entry['pmid']}" if entry["pmid"] else f"  {entry['study_id']}" if entry["study_id"] else ""
        yield f"     {when:<10}  {_plain(entry['verdict']):<12}  {entry['value'] or '–'}{by}"
    yield "   SQL:"
    yield from (f"     {line}" for line in assertion["sql"].splitlines())


def _evidence_lines(head: str, rows: list[dict[str, Any]]) -> Iterator[str]:
    yield f"   {head}: {len(rows)}"
    for row in rows[:SHOWN]:
        name = f"PMID {row['pmid']}" if row["pmid"] else f"doi:{row['doi']}" if row["doi"] else row["study_id"]
        yield f"     {name}: {row['why'] if row['source'] == 'curated' else row['title'] or ''}"
    if len(rows) > SHOWN:
        yield f"     … and {len(rows) - SHOWN} more in table claim_evidence"


def _plain(value: str) -> str:
    return value.replace("_", " ")
