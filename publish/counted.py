"""The studies that count, summed up by what the home page and the map sort them by.

Counted are first-hand studies in people, on topic and not retracted.
"""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from publish.remembered import remembered

COUNTED = "on_topic = 1 and is_primary = 1 and retracted = 0 and species in ('human', 'human_and_animal')"
"""As the prepared questions count, too."""
_GROUPS = f"""
select routes, design, conditions, substr(public_from, 1, 4) as year, count(*), sum(n_total), count(n_total)
from studies where {COUNTED} group by 1, 2, 3, 4
"""  # noqa: S608  (a constant)


@dataclass(frozen=True, slots=True)
class Group:
    """Studies that are alike in routes, design, conditions and year, and the people in those that state a number."""

    routes: tuple[str, ...]
    design: str
    conditions: tuple[str, ...]
    year: str
    """The first in which results could be known; '' where no date is known."""
    studies: int
    people: int
    stating: int

    def about(self, condition: str) -> bool:
        """Whether they are of a condition; it counts with the narrower ones that are named after it."""
        return not condition or any(condition in value for value in self.conditions)


@dataclass(frozen=True, slots=True)
class Sum:
    """How many studies, and how many people in how many of them."""

    studies: int = 0
    people: int = 0
    stating: int = 0


def counted(connection: sqlite3.Connection) -> tuple[Group, ...]:
    """All of them."""
    return remembered(connection, "counted studies", _read)


def _read(connection: sqlite3.Connection) -> tuple[Group, ...]:
    return tuple(
        Group(tuple(json.loads(routes or "[]")), design or "other", tuple(json.loads(conditions or "[]")), year or "",
              studies, people or 0, stating)
        for routes, design, conditions, year, studies, people, stating in connection.execute(_GROUPS)
    )  # fmt: skip


def total(groups: Iterable[Group]) -> Sum:
    """The sum over groups; every study once."""
    studies = people = stating = 0
    for group in groups:
        studies += group.studies
        people += group.people
        stating += group.stating
    return Sum(studies, people, stating)
