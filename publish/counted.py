"""The studies that count, and their people, as the home page and the map sort and sum them up.

Counted are first-hand studies in people, on topic and not retracted. People are those given the drug by a known route
(`db.evidence.people`): the same as in the view `people_by_route`.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from db.evidence.schema import COUNTED
from publish.remembered import remembered

_STUDIES = f"""
select study_id, routes, design, conditions, substr(public_from, 1, 4), n_by_route, n_given
from studies where {COUNTED}
"""  # noqa: S608  (a constant)


@dataclass(frozen=True, slots=True)
class Counted:
    """A study that counts."""

    study_id: str
    routes: tuple[str, ...]
    design: str
    conditions: tuple[str, ...]
    year: str
    """The first in which results could be known; '' where no date is known."""
    by_route: Mapping[str, int]
    """People given the drug by each route; empty where they are not attributable."""
    given: int | None
    """People given the drug, each once; None where they are not attributable."""

    def about(self, condition: str) -> bool:
        """Whether it is of a condition; it counts with the narrower ones that are named after it."""
        return not condition or any(condition in value for value in self.conditions)

    def people(self, route: str = "") -> int | None:
        """People given the drug by a route, or by any; None where they are not attributable."""
        return self.by_route.get(route) if route else self.given


@dataclass(frozen=True, slots=True)
class Sum:
    """How many studies, and the people in those of them whose people can be attributed."""

    studies: int = 0
    people: int = 0
    attributable: int = 0
    """Studies whose people are in `people`; those of the others are in no sum."""
    median: float | None = None
    """People of a study in the middle of these."""
    largest: int | None = None
    """People of the largest of these."""
    largest_study: str | None = None


def counted(connection: sqlite3.Connection) -> tuple[Counted, ...]:
    """All of them."""
    return remembered(connection, "counted studies", _read)


def _read(connection: sqlite3.Connection) -> tuple[Counted, ...]:
    lists: dict[str, tuple[str, ...]] = {}  # few differ from each other, and reading JSON is most of this

    def listed(text: str | None) -> tuple[str, ...]:
        text = text or "[]"
        if text not in lists:
            lists[text] = tuple(json.loads(text))
        return lists[text]

    return tuple(
        Counted(study_id, listed(routes), design or "other", listed(conditions), year or "",
                json.loads(by_route) if by_route and by_route != "{}" else {}, given)
        for study_id, routes, design, conditions, year, by_route, given in connection.execute(_STUDIES)
    )  # fmt: skip


def total(studies: Iterable[Counted], route: str = "") -> Sum:
    """The sum over studies, each once; with a route, of the people who had it."""
    number = 0
    known: list[tuple[int, str]] = []
    for study in studies:
        number += 1
        people = study.people(route)
        if people is not None:
            known.append((people, study.study_id))
    if not known:
        return Sum(number)
    largest, which = max(known, key=lambda one: (one[0], one[1]))
    people_of_each = [people for people, _ in known]
    return Sum(number, sum(people_of_each), len(known), median(people_of_each), largest, which)
