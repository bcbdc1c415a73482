"""Claims held against the evidence: their verdicts, timelines and evidence, written into `evidence.db` by the build.

Studies go in with what was known of them when (`study_history`), then every assertion is replayed over them. The
verdict of today and on any earlier date follows from the same entries.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlite_utils import Database

from db.claim_evidence import curated_rows, tested_rows
from db.claim_replay import Entry, Match, end_of, entry_on, replay
from db.claim_sql import evidence_sql, known_sql, list_value_sql, rows_sql, value_sql
from db.claim_words import because, describe_filter, expected_in_words, flip
from db.coverage import read_coverage
from db.store import Store
from db.studies import Report, Study
from topics import Topic, load_register
from topics.assertions import Assertion, Attribute, Listing, NotTestable, Quantity, Tested
from topics.claims import Claim, Claims, load_claims
from topics.errors import BadInputError

HELD_FOR_A_PART = "held for a part"
"""Verdict when the article was written, if an assertion held for some of that time only."""
_PRECISION = {4: "year", 7: "month", 10: "day"}


@dataclass(frozen=True, slots=True)
class Papers:
    """Where papers that claims name stand: by PMID, or by DOI for those without one."""

    study_of: Mapping[int | str, str]
    report_of: Mapping[int | str, Report]


def write_claims(database: Database, store: Store, topic: Topic, studies: Sequence[Study]) -> None:
    """Add `study_history`, claims, assertions, verdicts, timelines and evidence to a database that has all else.

    Raises:
        BadInputError: the claims file cannot be used (file, line, key), or hand-written SQL in it fails.
    """
    _add_history(database, store, topic, studies)
    store.flush()
    claims = load_claims(topic)
    papers = _papers(studies)
    states = {row["state_id"]: _state(row) for row in database.query("SELECT * FROM study_history")}
    coverage = read_coverage(database, topic)
    in_order = sorted(claims.claims, key=lambda claim: topic.article.sections.index(claim.section))
    for position, claim in enumerate(in_order, start=1):
        found = []
        for place, assertion in enumerate(claim.assertions, start=1):
            let_through = _let_through(database, topic, claims, claim, assertion, states)
            matches = list(_judged(assertion, papers)) if isinstance(assertion, Listing) else let_through
            entries = replay(assertion, matches, topic.article.written)
            verdict = _verdict_row(topic, claim, assertion, matches, entries)
            verdict |= {"completeness": coverage.sentence}
            if coverage.stale and verdict["verdict"] != "not_testable":
                verdict |= {"verdict": "stale", "because": f"{coverage.stale.capitalize()}. {verdict['because']}"}
            found.append(verdict)
            store.add_row("assertions", _assertion_row(topic, claims, claim, assertion, place))
            store.add_row("verdicts", verdict)
            _add_timeline(store, claim, assertion, entries)
            rows = [
                *tested_rows(assertion, let_through, entries[-1], claims),
                *curated_rows(assertion, papers.study_of, papers.report_of),
            ]
            for row in rows:
                store.add_row("claim_evidence", _ids(claim, assertion) | row)
        store.add_row("claims", _claim_row(claim, position, found))
    store.flush()


def combined(verdicts: Sequence[str]) -> str:
    """Join the verdicts of a claim's assertions into one.

    What cannot be tested is left out unless nothing else is there. All alike: that. Some hold and others do not:
    `partly`. None holds: `outdated` if one of them once did, else `contradicted` or `insufficient`.
    """
    tested = [verdict for verdict in verdicts if verdict != "not_testable"]
    if not tested:
        return "not_testable"
    if len(set(tested)) == 1:
        return tested[0]
    if "stale" in tested:
        return "stale"
    if {"holds", "partly", HELD_FOR_A_PART} & set(tested):
        return "partly"
    return "outdated" if "outdated" in tested else "contradicted"


def _add_history(database: Database, store: Store, topic: Topic, studies: Sequence[Study]) -> None:
    people = _people_by_report(database, topic)
    for study in studies:
        for state in study.history:
            report = state.main
            store.add_row(
                "study_history",
                {
                    **report.deciding, "study_id": study.study_id, "report": report.key, "title": report.title,
                    "main_pmid": report.pmid, "doi": report.doi or None, "public_from": report.public_from or None,
                    "date_precision": report.date_precision or None, "known_from": state.known_from or None,
                    "known_until": state.known_until, "retracted": int(report.retracted),
                    "reports": json.dumps(state.reports), "n_by_route": json.dumps(_people_of(report, people)),
                },
            )  # fmt: skip


def _people_by_report(database: Database, topic: Topic) -> dict[str, dict[str, int]]:
    """People by route, from the arms that the text names and, over them, from the register."""
    people: dict[str, dict[str, int]] = {}
    arms = "SELECT pmid, route, sum(n) AS n FROM arms WHERE source = 'text' AND n > 0 AND route <> '' GROUP BY 1, 2"
    for row in database.query(arms):
        people.setdefault(f"pmid:{row['pmid']}", {})[row["route"]] = row["n"]
    for entry in load_register(topic):
        if entry.n_by_route:
            people[entry.key] = {"": 1, **entry.n_by_route}  # marked: the register needs no check against the total
    return people


def _people_of(report: Report, people: Mapping[str, dict[str, int]]) -> dict[str, int]:
    """How many people had each route: as the register says, else all of a study with one route, else its arms.

    Arms are believed only if they fit the study: no route that it did not have, no more people than it had. A study
    with several routes and no such arms cannot be divided and adds nobody.
    """
    given = people.get(report.key, {})
    if "" in given:
        return {route: n for route, n in given.items() if route}
    routes = [route for route in json.loads(report.deciding.get("routes") or "[]") if route != "unspecified"]
    total = report.deciding.get("n_total")
    if len(routes) == 1 and total:
        return {routes[0]: total}
    if given and set(given) <= set(routes) and (not total or sum(given.values()) <= total):
        return given
    return {}


def _papers(studies: Sequence[Study]) -> Papers:
    study_of: dict[int | str, str] = {}
    report_of: dict[int | str, Report] = {}
    for study in studies:
        for report, _, _ in study.reports:
            names: list[int | str] = [name for name in (report.pmid, report.doi.lower()) if name]
            for name in names:
                study_of[name], report_of[name] = study.study_id, report
    return Papers(study_of, report_of)


def _state(row: Mapping[str, Any]) -> Match:
    return Match(
        row["state_id"], row["study_id"], row["report"], row["main_pmid"], row["public_from"] or "", row["known_from"],
        row["known_until"], bool(row["retracted"]), tuple(json.loads(row["routes"])), json.loads(row["n_by_route"]),
    )  # fmt: skip


def _let_through(
    database: Database,
    topic: Topic,
    claims: Claims,
    claim: Claim,
    assertion: Assertion,
    states: Mapping[int, Match],
) -> list[Match]:
    """Every state of a study that the assertion's filter lets through, whenever it was."""
    if isinstance(assertion, NotTestable):
        return []
    try:
        rows = list(database.query(rows_sql(assertion, claims, topic.vocabulary)))
    except sqlite3.Error as error:
        raise BadInputError(
            f"{topic.folder / 'claims.yml'}, claim '{claim.id}', assertion '{assertion.id}', key 'filter.where': SQLite"
            f" refuses it ({error}); expected a condition over the columns of study_history"
        ) from None
    if isinstance(assertion, Attribute):
        return [
            replace(states[row["state_id"]], attribute="" if row["value"] is None else str(row["value"]))
            for row in rows
        ]
    if isinstance(assertion, Quantity):
        figures: dict[int, list[bool]] = {}
        for row in rows:
            figures.setdefault(row["state_id"], []).append(bool(row["agrees"]))
        return [replace(states[state_id], figures=tuple(agreeing)) for state_id, agreeing in figures.items()]
    return [states[row["state_id"]] for row in rows]


def _judged(assertion: Listing, papers: Papers) -> Iterator[Match]:
    """The papers of a list that a person judged, dated as their records are."""
    for position, evidence in enumerate(assertion.evidence):
        name = evidence.pmid or str(evidence.doi).lower()
        report = papers.report_of.get(name)
        yield Match(
            position, papers.study_of.get(name, ""), str(name), evidence.pmid, report.public_from if report else "",
            (report.public_from or None) if report else None, None, bool(report and report.retracted), (), {},
            stances=(evidence.stance,),
        )  # fmt: skip


def _ids(claim: Claim, assertion: Assertion) -> dict[str, Any]:
    return {"claim_id": claim.id, "assertion_id": assertion.id}


def _assertion_row(topic: Topic, claims: Claims, claim: Claim, assertion: Assertion, place: int) -> dict[str, Any]:
    row = _ids(claim, assertion) | {
        "position": place, "kind": assertion.kind, "text": assertion.text,
        "expected": expected_in_words(assertion) or None,
    }  # fmt: skip
    if isinstance(assertion, NotTestable):
        return row
    words = (
        f"PMID {assertion.pmid}"
        if isinstance(assertion, Attribute)
        else describe_filter(claims.resolve(assertion.filter))
    )
    return row | {
        "filter": words,
        "sql": assertion_sql(topic, claims, claim, assertion),
        "evidence_sql": evidence_sql(assertion, claims, topic.vocabulary, known_sql()),
    }


def assertion_sql(topic: Topic, claims: Claims, claim: Claim, assertion: Tested, as_of: str | None = None) -> str:
    """Write the query that gives the assertion's value, today or on an earlier date."""
    if isinstance(assertion, Listing):
        return list_value_sql(claim.id, assertion.id)
    known = known_sql(end_of(as_of) if as_of else None)
    return value_sql(assertion, claims, topic.vocabulary, known)


def _verdict_row(
    topic: Topic, claim: Claim, assertion: Assertion, matches: Sequence[Match], entries: Sequence[Entry]
) -> dict[str, Any]:
    written = topic.article.written
    current = entries[-1]
    then = entry_on(entries, written.latest)
    retracted = current
    if any(match.retracted for match in matches):
        retracted = replay(assertion, matches, written, with_retracted=True)[-1]
    ended = flip(entries)
    dates = [entry.date for entry in entries if entry.date]
    return _ids(claim, assertion) | {
        "verdict": current.verdict, "value": current.value or None, "because": because(assertion, entries),
        "as_of": dates[-1] if dates else None, "when_written": _when_written(entries, written.earliest, written.latest),
        "value_when_written": then.value or None, "flipped_by": ended.pmid if ended else None,
        "flipped_by_study": ended.study_id if ended else None, "flipped_on": ended.date if ended else None,
        "verdict_with_retracted": retracted.verdict, "value_with_retracted": retracted.value or None,
    }  # fmt: skip


def _when_written(entries: Sequence[Entry], earliest: str, latest: str) -> str:
    """What the verdict was while the article was being written, if it did not change from or to `holds` meanwhile.

    What was `insufficient` at the start is passed over: an article does not speak of studies that are yet to come.
    """
    at_start = [entry for entry in entries if entry.date is not None and entry.date <= earliest][-1]
    during = [at_start] + [entry for entry in entries if entry.date and earliest < entry.date <= end_of(latest)]
    verdicts = [entry.verdict for entry in during]
    while len(verdicts) > 1 and verdicts[0] == "insufficient":
        del verdicts[0]
    if set(verdicts) == {"holds"} or "holds" not in verdicts:
        return verdicts[-1]
    return HELD_FOR_A_PART


def _add_timeline(store: Store, claim: Claim, assertion: Assertion, entries: Sequence[Entry]) -> None:
    for position, entry in enumerate(entries):
        store.add_row(
            "verdict_timeline",
            _ids(claim, assertion) | {
                "position": position, "date": entry.date, "date_precision": _PRECISION.get(len(entry.date or "")),
                "value": entry.value or None, "verdict": entry.verdict, "pmid": entry.pmid,
                "study_id": entry.study_id or None,
            },
        )  # fmt: skip


def _claim_row(claim: Claim, position: int, found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    verdict = combined([row["verdict"] for row in found])
    differing = ""
    if len({row["verdict"] for row in found}) > 1:
        differing = "; ".join(f"{row['assertion_id']}: {row['verdict'].replace('_', ' ')}" for row in found)
    return {
        "claim_id": claim.id, "position": position, "section": claim.section, "text": claim.text, "verdict": verdict,
        "verdict_when_written": combined([row["when_written"] for row in found]),
        "because": differing or " ".join(dict.fromkeys(row["because"] for row in found)),
    }  # fmt: skip
