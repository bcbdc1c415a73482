"""What an assertion is tested on: the states of studies that its filter lets through, and papers judged by hand."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from db.claims.assertions import Assertion, Attribute, Listing, NotTestable, Quantity
from db.claims.file import Claims
from db.claims.replay import Match
from db.claims.sql import rows_sql
from db.studies import Report, Study
from topics.model import Vocabulary

ALL = "SELECT * FROM study_history"
"""Every state of a study, whenever it was."""


@dataclass(frozen=True, slots=True)
class Papers:
    """Where papers that claims name stand: by PMID, or by DOI for those without one."""

    study_of: Mapping[int | str, str]
    report_of: Mapping[int | str, Report]


def papers_of(studies: Sequence[Study]) -> Papers:
    """Look up the reports of these studies by what they may be named by."""
    study_of: dict[int | str, str] = {}
    report_of: dict[int | str, Report] = {}
    for study in studies:
        for report, _, _ in study.reports:
            names: list[int | str] = [name for name in (report.pmid, report.doi.lower()) if name]
            for name in names:
                study_of[name], report_of[name] = study.study_id, report
    return Papers(study_of, report_of)


def states(connection: sqlite3.Connection, known: str = ALL) -> dict[int, Match]:
    """Read states of studies, by id; `known` selects them from `study_history`."""
    lists: dict[str, tuple[str, ...]] = {}  # few differ from each other, and reading JSON is most of this
    found = {}
    for (
        state_id,
        study_id,
        report,
        pmid,
        public_from,
        known_from,
        known_until,
        retracted,
        routes,
        people,
    ) in connection.execute(
        "SELECT state_id, study_id, report, main_pmid, public_from, known_from, known_until, retracted, routes,"  # noqa: S608
        f" n_by_route FROM ({known})"
    ):
        if routes not in lists:
            lists[routes] = tuple(json.loads(routes))
        found[state_id] = Match(
            state_id, study_id, report, pmid, public_from or "", known_from, known_until, bool(retracted),
            lists[routes], json.loads(people) if people != "{}" else {},
        )  # fmt: skip
    return found


def let_through(
    connection: sqlite3.Connection,
    states: Mapping[int, Match],
    assertion: Assertion,
    claims: Claims,
    vocabulary: Vocabulary,
    known: str = ALL,
) -> list[Match]:
    """Those of the states, which `known` selects, that an assertion's filter lets through, by id.

    Raises:
        sqlite3.Error: hand-written SQL in the filter fails.
    """
    if isinstance(assertion, NotTestable):
        return []
    rows = connection.execute(rows_sql(assertion, claims, vocabulary, known)).fetchall()
    match assertion:
        case Attribute():
            found = [
                replace(states[state_id], attribute="" if value is None else str(value)) for state_id, value in rows
            ]
        case Quantity():
            figures: dict[int, list[bool]] = {}
            for state_id, agrees in rows:
                figures.setdefault(state_id, []).append(bool(agrees))
            found = [replace(states[state_id], figures=tuple(sorted(each))) for state_id, each in figures.items()]
        case _:
            found = [states[state_id] for (state_id,) in rows]
    return sorted(found, key=lambda match: match.state_id)


def judged(assertion: Listing, papers: Papers) -> Iterator[Match]:
    """Yield the papers of a list that a person judged, dated as their records are."""
    for position, evidence in enumerate(assertion.evidence):
        name = evidence.pmid or str(evidence.doi).lower()
        report = papers.report_of.get(name)
        yield Match(
            position, papers.study_of.get(name, ""), str(name), evidence.pmid, report.public_from if report else "",
            (report.public_from or None) if report else None, None, bool(report and report.retracted), (), {},
            stances=(evidence.stance,),
        )  # fmt: skip
