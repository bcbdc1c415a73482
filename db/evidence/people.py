"""How many people were given the drug by each route, in each study: the one place that every page and claim reads.

A count of people is people who were *given* the drug. Whoever had a placebo, another drug or nothing is not counted;
where a study had such people, its whole number says nothing of a route, and only its arms do. A study that would need
arms and has none "includes this route": it counts as a study, its people are *not attributable*, are never split and
are in no sum; every sum says how many studies it leaves out. So do the people of a study whose number is `unsure`.
"""

import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlite_utils import Database

from db.evidence.studies import Report

BASES = {
    "register": "as the hand-checked register gives them, by route",
    "arms": "the arms that the text names",
    "everyone": "all people of a study of one route without another arm",
    "crossover": "all people of a crossover, in which each of them had the drug; once for each route",
    "": "not attributable: there were several routes, or people who did not get the drug, and no arms are known",
}
"""What the numbers rest on."""
_COMPARED_WITH = frozenset({"placebo", "active"})
"""Controls that are other people than those given the drug, unless they cross over."""


class Given(NamedTuple):
    """People given the drug."""

    by_route: Mapping[str, int]
    """Empty where they are not attributable."""
    people: int | None
    """Each person once, whatever the routes; None where they are not attributable."""
    basis: str
    """One of `BASES`."""


NOBODY = Given({}, None, "")


class People:
    """Arms that are known of reports, from the texts and, over them, from the register."""

    def __init__(self, database: Database) -> None:
        self._of_text: dict[str, list[tuple[str, str, int]]] = {}
        self._of_register: dict[str, dict[str, int]] = {}
        arms = (
            "SELECT r.report, a.arm, a.route, a.n FROM arms AS a JOIN study_reports AS r USING (record_id)"
            " WHERE a.source = 'text' AND a.n > 0 ORDER BY a.arm_id"
        )
        for report, *arm in database.execute(arms).fetchall():
            self._of_text.setdefault(report, []).append(tuple(arm))
        entries = "SELECT study_key, n_by_route FROM register WHERE n_by_route IS NOT NULL"
        for report, by_route in database.execute(entries).fetchall():
            self._of_register[report] = json.loads(by_route)

    def given(self, report: Report) -> Given:
        """How many people had the drug by each route, as far as the report says so."""
        if by_route := self._of_register.get(report.key):
            return Given(by_route, _each_once(by_route, report.deciding.get("n_total")), "register")
        routes = [route for route in json.loads(report.deciding.get("routes") or "[]") if route != "unspecified"]
        total = report.deciding.get("n_total")
        if not routes or report.deciding.get("n_total_basis") == "unsure":
            return NOBODY
        if total and report.deciding.get("crossover") == "yes":
            return Given(dict.fromkeys(routes, total), total, "crossover")
        if total and len(routes) == 1 and not _has_other_arms(report):
            return Given({routes[0]: total}, total, "everyone")
        return self._by_arms(report, routes, total)

    def _by_arms(self, report: Report, routes: list[str], total: int | None) -> Given:
        """By the arms of the text, if these fit the study: no route that it did not have, no more people than it had.

        An arm without a route whose name has the drug is one of the only route, where there is one.
        """
        drugs = [drug.replace("_", " ") for drug in json.loads(report.deciding.get("interventions") or "[]")]
        by_route: dict[str, int] = {}
        others = 0
        for arm, named, n in self._of_text.get(report.key, ()):
            route = named or (routes[0] if len(routes) == 1 and any(drug in arm.lower() for drug in drugs) else "")
            if route:
                by_route[route] = by_route.get(route, 0) + n
            else:
                others += n
        people = sum(by_route.values())
        if not people or not set(by_route) <= set(routes) or (total and people + others > total):
            return NOBODY
        if set(by_route) != set(routes):  # the people of a route would be missing from the sum, without a word
            return NOBODY
        return Given(by_route, people, "arms")


def write_people(database: Database, studies: Iterable[tuple[str, Report]]) -> None:
    """Note of studies (id, main report) how many people were given the drug."""
    people = People(database)
    rows = []
    for study_id, report in studies:
        given = people.given(report)
        rows.append((json.dumps(given.by_route), given.people, given.basis or None, study_id))
    database.conn.executemany(
        "UPDATE studies SET n_by_route = ?, n_given = ?, n_given_basis = ? WHERE study_id = ?", rows
    )


def _each_once(by_route: Mapping[str, int], total: int | None) -> int:
    """People of all routes, each once: where these add up to more than the study had, some had several routes."""
    people = sum(by_route.values())
    return min(people, total) if total and len(by_route) > 1 else people


def _has_other_arms(report: Report) -> bool:
    """Whether people of a study of one route, who do not cross over, may have had something else than the drug."""
    control = report.deciding.get("control")
    drawn = report.deciding.get("randomized") == "yes" and control != "dose_comparison"
    return control in _COMPARED_WITH or drawn
