"""One number of studies or people held against another."""

# ruff: noqa: S608 - queries are the product here; their values come from the topic's files and are quoted by `literal`

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from db.claims.filters import Filter, Known, Scope, end_of, literal
from db.claims.kinds.kind import (
    COLUMNS_SHOWN,
    Chart,
    Filtered,
    Outcome,
    Said,
)
from db.claims.tally import Match, Tally
from topics.base import PartialDate, PlacedError, TopicModel


class Comparison(TopicModel):
    """How one number of studies or people stands to another: more, as many, or at least so many times as many."""

    relation: Literal["more", "equal", "at_least_times"]
    times: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _says_how_many_times(self) -> "Comparison":
        if (self.relation == "at_least_times") != (self.times is not None):
            raise PlacedError(("times",), "expected times with relation at_least_times, and only with it")
        return self

    def holds(self, one: float, other: float) -> bool:
        """Decide whether the one stands so to the other."""
        if self.relation == "equal":
            return one == other
        return one > other if self.times is None else one >= self.times * other and one > 0

    def in_words(self) -> str:
        """Say how they stand."""
        return {"more": "more than", "equal": "as many as"}.get(self.relation, f"at least {self.times or 0:g} times")


class Compare(Filtered):
    """One filter's studies, or their people, against another's, or against its own at an earlier date."""

    kind: Literal["compare"]
    against: Filter | None = None
    """The other filter."""
    earlier: PartialDate | None = None
    """The date (its last day) whose studies of the same filter are the other side."""
    of: Literal["studies", "participants"]
    expected: Comparison
    chart: ClassVar[Chart] = "papers"

    @model_validator(mode="after")
    def _has_one_other_side(self) -> "Compare":
        if (self.against is None) == (self.earlier is None):
            raise PlacedError((), "expected either against, another filter, or earlier, a date")
        return self

    @property
    def unit(self) -> str:
        """Studies or people."""
        return "studies" if self.of == "studies" else "people"

    @property
    def filters(self) -> dict[str, Filter]:
        """Both."""
        return super().filters | ({"against": self.against} if self.against else {})

    def filter_in_words(self, scope: Scope) -> str:
        """Say what is held against what."""
        other = scope.in_words(self.against) if self.against else f"the same in {self.earlier}"
        return f"{scope.in_words(self.filter)}; against: {other}"

    def expected_in_words(self) -> str:
        """How they stand."""
        other = "on the other side" if self.against else f"in {self.earlier}"
        return f"{self.expected.in_words()} {self.unit} {other}"

    def value_in_words(self, value: str) -> str:
        """Both numbers."""
        return f"{value} {self.unit}"

    @classmethod
    def found(cls, value: str, unit: str) -> str:
        """Both numbers."""
        return f"{value} {unit}" if value else "nothing to compare"

    def value_sql(self, scope: Scope, known: Known, claim_id: str) -> str:
        """Both numbers."""
        counted = self._counted()
        return (
            f"{self._sides(scope, known.sql(), known)},\n"
            f"numbers AS (SELECT (SELECT coalesce(sum({counted}), 0) FROM matching AS s) AS one,"
            f" (SELECT coalesce(sum({counted}), 0) FROM other_side AS s) AS other)\n"
            "SELECT one || ' to ' || other AS value, one, other FROM numbers"
        )

    def rows_sql(self, scope: Scope, known: str) -> str:
        """Each state with its side and what it adds there."""
        number = self._counted()
        return (
            f"{self._sides(scope, known, None)}\nSELECT s.state_id, 0, {number} FROM matching AS s"
            f" UNION ALL SELECT s.state_id, 1, {number} FROM other_side AS s"
        )

    def evidence_sql(self, scope: Scope, known: Known) -> str:
        """The studies of both sides."""
        return (
            f"{self._sides(scope, known.sql(), known)}\nSELECT * FROM (SELECT 'one' AS side, {COLUMNS_SHOWN}, s.report"
            f" FROM matching AS s UNION ALL SELECT 'other', {COLUMNS_SHOWN}, s.report FROM other_side AS s)"
            " ORDER BY side, public_from, report"
        )

    def _sides(self, scope: Scope, known: str, on: Known | None) -> str:
        """`matching` and `other_side`; without `on` they are of all states, whenever they were."""
        condition = scope.condition(self.against or self.filter)
        if not self.earlier:
            before = "known"
        elif on is None:
            before = f"(SELECT * FROM known WHERE known_from <= {literal(end_of(self.earlier))})"
        else:
            before = f"({on.by(end_of(self.earlier))})"
        return f"{self.matching(scope, known)},\nother_side AS (\n  SELECT * FROM {before} AS s\n  WHERE {condition}\n)"

    def _counted(self) -> str:
        if self.of == "studies":
            return "1"
        return "(SELECT sum(e.value) FROM json_each(s.n_by_route) AS e WHERE e.key <> 'unspecified')"

    def read(self, states: Mapping[int, Match], rows: Iterable[Sequence[Any]]) -> list[Match]:
        """Each with its side; what was known on the earlier date stays on its side for good."""
        found = []
        for state_id, against, number in rows:
            match = replace(states[state_id], number=number, against=bool(against))
            if against and self.earlier and (match.known_until or "") > end_of(self.earlier):
                match = replace(match, known_until=None)
            found.append(match)
        return found

    def outcome(self, tally: Tally) -> Outcome:
        """Hold one sum against the other; where both are nothing, nothing is said."""
        one, other = (
            sum(match.number or 0 for match in tally.matches.values() if match.against is side)
            for side in (False, True)
        )
        value = f"{one:g} to {other:g}"
        if not one and not other:
            return value, "insufficient"
        return value, "holds" if self.expected.holds(one, other) else "contradicted"

    def stances(self, match: Match, position: int, known: Sequence[Match], verdict: str) -> list[Said]:
        """The one side speaks as the comparison came out; the other stands beside it."""
        if match.against:
            return [("context", "on the other side")]
        return [("supports" if verdict == "holds" else "contradicts", "")]

    @classmethod
    def stance_on(cls, stance: str, verdict: str) -> str:
        """As the comparison came out."""
        return stance if stance == "context" else "supports" if verdict == "holds" else "contradicts"
