"""What an assertion is tested on: the states of studies that its filter lets through, and papers judged by hand."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from db.claims.filters import Scope
from db.claims.kinds import STRONG, CuratedEvidence, Kind
from db.claims.tally import Match
from db.evidence.studies import Report, Study

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
    checked = {key for (key,) in connection.execute("SELECT study_key FROM register")}
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
        design,
        interventions,
        n_total,
        randomized,
    ) in connection.execute(
        "SELECT state_id, study_id, report, main_pmid, public_from, known_from, known_until, retracted, routes,"  # noqa: S608
        f" n_by_route, design, interventions, n_total, randomized FROM ({known})"
    ):
        for listed in (routes, interventions):
            if listed not in lists:
                lists[listed] = tuple(json.loads(listed or "[]"))
        found[state_id] = Match(
            state_id, study_id, report, pmid, public_from or "", known_from, known_until, bool(retracted),
            lists[routes], json.loads(people) if people != "{}" else {}, design or "", lists[interventions],
            n_total or 0, randomized == "yes", report in checked,
        )  # fmt: skip
    return found


def let_through(
    connection: sqlite3.Connection, states: Mapping[int, Match], assertion: Kind, scope: Scope, known: str = ALL
) -> list[Match]:
    """What of the states, which `known` selects, an assertion rests on, by id.

    Raises:
        sqlite3.Error: hand-written SQL in the filter fails.
    """
    sql = assertion.rows_sql(scope, known)
    if sql is None:
        return []
    found = assertion.read(states, connection.execute(sql).fetchall())
    return sorted(found, key=lambda match: (match.state_id, match.against))


def judged(papers_judged: Sequence[CuratedEvidence], papers: Papers) -> Iterator[Match]:
    """Yield the papers that a person judged, dated as their records are; their ids are below those of states.

    One without a date, or that is not held here, was there when it was judged.
    """
    for position, evidence in enumerate(papers_judged):
        name = evidence.pmid or str(evidence.doi).lower()
        report = papers.report_of.get(name)
        yield Match(
            -1 - position, papers.study_of.get(name, ""), str(name), evidence.pmid,
            report.public_from if report else "",
            (report.public_from if report else "") or evidence.when, None, bool(report and report.retracted), (), {},
            design=str(report.deciding.get("design") or "") if report else "",
            interventions=tuple(json.loads(report.deciding.get("interventions") or "[]")) if report else (),
            people=int(report.deciding.get("n_total") or 0) if report else 0,
            randomized=bool(report and report.deciding.get("randomized") == "yes"), checked=True,
            stance=evidence.stance, strong=evidence.strength in STRONG,
        )  # fmt: skip
