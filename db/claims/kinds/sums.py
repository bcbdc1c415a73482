"""How many there are, in how many people, over how many years, and the largest of them."""

# ruff: noqa: S608 - queries are the product here; their values come from the topic's files and are quoted by `literal`

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from statistics import median
from typing import Annotated, Any, Literal

from pydantic import AfterValidator

from db.claims.filters import Known, Scope, among
from db.claims.kinds.kind import (
    Number,
    Outcome,
    Said,
)
from db.claims.tally import Match, Tally
from topics.base import Pmid, one_of
from topics.vocabulary import FILTERED

_NUMBERS = {column: facet.unit for column, facet in FILTERED.items() if facet.unit}
"""Columns that hold numbers, and their units."""


class Growing(Number):
    """A number that more studies can only raise."""

    def may_change(self, value: str) -> bool:
        """Not where it is above all that is expected, or above the least that is."""
        number = float(value or 0)
        low, high = self.bounds
        return not (number > high if high is not None else low is not None and number >= low)


class Count(Growing):
    """How many studies match."""

    kind: Literal["count"]
    own_study: Pmid | None = None
    """PMID of the study that the article means: it speaks for the claim, and every other one is one more."""

    @property
    def unit(self) -> str:
        """Studies."""
        return "studies"

    def expected_in_words(self) -> str:
        """The number of studies."""
        return f"{self.expected.in_words()} {_studies(self.expected.exactly)}"

    def value_in_words(self, value: str) -> str:
        """The number of matching studies."""
        return f"{value} matching {_studies(float(value))}"

    @classmethod
    def found(cls, value: str, unit: str) -> str:
        """The number of studies."""
        return f"{value} {'study' if value == '1' else unit}" if value else f"no {unit}"

    def value_sql(self, scope: Scope, known: Known, claim_id: str) -> str:
        """Count them."""
        return f"{self.matching(scope, known.sql())}\nSELECT count(*) AS value FROM matching"

    def number(self, tally: Tally) -> float | None:
        """None matching says nothing, unless none is what is expected."""
        return len(tally.matches) if tally.matches or self.expected.allow(0) else None

    def outcome(self, tally: Tally) -> Outcome:
        """Zero is a number, too."""
        value, verdict = super().outcome(tally)
        return value or "0", verdict

    def stances(self, match: Match, position: int, known: Sequence[Match], verdict: str) -> list[Said]:
        """For, up to the most that is expected; against, from one more on. The article's own study comes first."""
        most = self.expected.high
        place = position
        if self.own_study:
            own = next((at for at, other in enumerate(known) if other.pmid == self.own_study), len(known))
            place = 0 if position == own else position + (position < own < len(known))
        return [("supports", "")] if most is None or place < most else [("contradicts", "one more than expected")]


class Total(Growing):
    """How many studies, or people in them, match in all; people count by the routes by which they had the drug."""

    kind: Literal["total"]
    of: Literal["studies", "participants"]

    @property
    def unit(self) -> str:
        """Studies or people."""
        return "studies" if self.of == "studies" else "people"

    def expected_in_words(self) -> str:
        """The number in all."""
        return f"{self.expected.in_words()} {self.unit} in all"

    def value_in_words(self, value: str) -> str:
        """The number in all."""
        return f"{value} {self.unit} in all" if value else f"no {self.unit} to count"

    @classmethod
    def found(cls, value: str, unit: str) -> str:
        """The number in all."""
        return f"{value} {unit}" if value else f"no {unit} to count"

    def value_sql(self, scope: Scope, known: Known, claim_id: str) -> str:
        """Add up; people of the filter's routes, of all that are named if it has none."""
        matching = self.matching(scope, known.sql())
        if self.of == "studies":
            return f"{matching}\nSELECT nullif(count(*), 0) AS value FROM matching"
        routes = scope.resolve(self.filter).routes
        of_routes = f"e.key {among(routes)}" if routes else "e.key <> 'unspecified'"
        return (
            f"{matching}\nSELECT nullif(sum((SELECT sum(e.value) FROM json_each(s.n_by_route) AS e WHERE {of_routes})),"
            " 0) AS value, count(*) AS studies FROM matching AS s"
        )

    def rows_sql(self, scope: Scope, known: str) -> str:
        """Each state with its people of the filter's routes."""
        routes = scope.resolve(self.filter).routes
        of_routes = f"e.key {among(routes)}" if routes else "e.key <> 'unspecified'"
        number = f"(SELECT sum(e.value) FROM json_each(s.n_by_route) AS e WHERE {of_routes})"
        return f"{self.matching(scope, known)}\nSELECT s.state_id, {number} FROM matching AS s"

    def read(self, states: Mapping[int, Match], rows: Iterable[Sequence[Any]]) -> list[Match]:
        """Each with its people."""
        return [replace(states[state_id], number=number) for state_id, number in rows]

    def number(self, tally: Tally) -> float | None:
        """Studies, or the sum of their people."""
        if self.of == "studies":
            return len(tally.matches) or None
        return sum(match.number or 0 for match in tally.matches.values()) or None

    def stances(self, match: Match, position: int, known: Sequence[Match], verdict: str) -> list[Said]:
        """What adds to the sum speaks as the sum does."""
        if self.of == "participants" and not match.number:
            return [("context", "its people cannot be told by route")]
        note = f"{match.number:g} people" if match.number and self.of == "participants" else ""
        return [("supports" if verdict == "holds" else "contradicts", note)]

    @classmethod
    def stance_on(cls, stance: str, verdict: str) -> str:
        """As the sum does."""
        return stance if stance == "context" else "supports" if verdict == "holds" else "contradicts"


class Span(Growing):
    """Years from the first to the latest matching study."""

    kind: Literal["span"]

    @property
    def unit(self) -> str:
        """Years."""
        return "years"

    def expected_in_words(self) -> str:
        """The years."""
        return f"{self.expected.in_words()} years"

    def value_in_words(self, value: str) -> str:
        """The years."""
        return f"{value} years from first to latest" if value else "no dated study"

    @classmethod
    def found(cls, value: str, unit: str) -> str:
        """The years."""
        return f"{value} years" if value else "no dated study"

    def value_sql(self, scope: Scope, known: Known, claim_id: str) -> str:
        """The years, beside both ends."""
        return (
            f"{self.matching(scope, known.sql())}\nSELECT CAST(substr(max(public_from), 1, 4) AS INTEGER)"
            " - CAST(substr(min(public_from), 1, 4) AS INTEGER) AS value,"
            " min(public_from) AS first, max(public_from) AS latest FROM matching"
        )

    def number(self, tally: Tally) -> float | None:
        """The years; None while no study has a date."""
        years = [year for year, studies in tally.studies_by_year.items() if studies]
        return max(years) - min(years) if years else None

    def stances(self, match: Match, position: int, known: Sequence[Match], verdict: str) -> list[Said]:
        """The studies at both ends speak."""
        at_an_end = match.public_from[:4] in (known[0].public_from[:4], known[-1].public_from[:4])
        return [(("supports" if verdict == "holds" else "contradicts") if at_an_end else "context", "")]


class Extreme(Number):
    """The largest, smallest or median of a number that studies have."""

    kind: Literal["extreme"]
    which: Literal["largest", "smallest", "median"]
    number_of: Annotated[str, AfterValidator(one_of(_NUMBERS))]
    """The number: a column of `study_history`."""

    @property
    def unit(self) -> str:
        """That of the number."""
        return _NUMBERS[self.number_of]

    def expected_in_words(self) -> str:
        """The number."""
        return f"{self.which} {self.expected.in_words()} {self.unit}"

    def value_in_words(self, value: str) -> str:
        """The number."""
        return f"the {self.which} has {value} {self.unit}" if value else "no study states it"

    @classmethod
    def found(cls, value: str, unit: str) -> str:
        """The number."""
        return f"{value} {unit}" if value else "no study states it"

    def value_sql(self, scope: Scope, known: Known, claim_id: str) -> str:
        """The number, beside how many studies state it."""
        numbers = f"numbers AS (SELECT s.{self.number_of} AS n FROM matching AS s WHERE s.{self.number_of} IS NOT NULL)"
        value = {
            "largest": "max(n)",
            "smallest": "min(n)",
            "median": "(SELECT avg(n) FROM (SELECT n FROM numbers ORDER BY n LIMIT 2 - (SELECT count(*) FROM numbers)"
            " % 2 OFFSET (SELECT (count(*) - 1) / 2 FROM numbers)))",
        }[self.which]
        return (
            f"{self.matching(scope, known.sql())},\n{numbers}\nSELECT {value} AS value, count(*) AS studies,"
            " min(n) AS smallest, max(n) AS largest FROM numbers"
        )

    def rows_sql(self, scope: Scope, known: str) -> str:
        """Each state with its number."""
        return f"{self.matching(scope, known)}\nSELECT s.state_id, s.{self.number_of} FROM matching AS s"

    def read(self, states: Mapping[int, Match], rows: Iterable[Sequence[Any]]) -> list[Match]:
        """Each with its number."""
        return [replace(states[state_id], number=number) for state_id, number in rows]

    def number(self, tally: Tally) -> float | None:
        """The number; None while no study states it."""
        numbers = [match.number for match in tally.matches.values() if match.number is not None]
        if not numbers:
            return None
        if self.which == "median":
            return median(numbers)
        return max(numbers) if self.which == "largest" else min(numbers)

    def stances(self, match: Match, position: int, known: Sequence[Match], verdict: str) -> list[Said]:
        """The studies that have the number speak; around a median, all that state theirs."""
        stated = [other.number for other in known if other.number is not None]
        if match.number is None:
            return [("context", "does not state it")]
        decides = self.which == "median" or match.number == (max if self.which == "largest" else min)(stated)
        stance = ("supports" if verdict == "holds" else "contradicts") if decides else "context"
        return [(stance, f"{match.number:g} {self.unit}")]


def _studies(number: float | None) -> str:
    return "study" if number == 1 else "studies"
