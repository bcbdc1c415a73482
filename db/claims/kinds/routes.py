"""How routes of administration stand to each other: the place of one, and its share."""

# ruff: noqa: S608 - queries are the product here; their values come from the topic's files and are quoted by `literal`

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import ClassVar, Literal

from db.claims.filters import Known, Scope, literal, plain
from db.claims.kinds.kind import (
    COLUMNS_SHOWN,
    Chart,
    Number,
    Outcome,
    Said,
)
from db.claims.tally import Match, Tally
from topics.base import Value


class Rank(Number):
    """Which place a route has among all routes of the matching studies; equal numbers share a place."""

    kind: Literal["rank"]
    route: Value
    by: Literal["studies", "participants"]
    chart: ClassVar[Chart] = "place"

    @property
    def unit(self) -> str:
        """A place."""
        return "place"

    @property
    def routes_named(self) -> dict[str, str | list[str]]:
        """The one that is ranked."""
        return {"route": self.route}

    def expected_in_words(self) -> str:
        """The place."""
        return f"place {self.expected.in_words()} by {self.by}"

    def value_in_words(self, value: str) -> str:
        """The place."""
        return f"{plain(self.route)} is in place {value} by {self.by}" if value else "no study has it"

    @classmethod
    def found(cls, value: str, unit: str) -> str:
        """The place."""
        return f"place {value}" if value else "no study has it"

    def value_sql(self, scope: Scope, known: Known, claim_id: str) -> str:
        """The place, beside all places."""
        by_route = _by_route(self.by)
        return (
            f"{self.matching(scope, known.sql())},\n{by_route},\n"
            "ranked AS (SELECT route, number, rank() OVER (ORDER BY number DESC) AS place FROM by_route)\n"
            f"SELECT (SELECT place FROM ranked WHERE route = {literal(self.route)}) AS value, route, number\n"
            "FROM ranked ORDER BY place, route"
        )

    def evidence_sql(self, scope: Scope, known: Known) -> str:
        """List the studies that are in the value: those with a named route, or with people known by route."""
        return _evidence_sql(self, scope, known)

    def number(self, tally: Tally) -> float | None:
        """The place; None while no study has the route."""
        numbers = tally.studies_by_route if self.by == "studies" else tally.people_by_route
        own = numbers[self.route]
        return 1 + sum(n > own for n in numbers.values()) if own > 0 else None

    def stances(self, match: Match, position: int, known: Sequence[Match], verdict: str) -> list[Said]:
        """For, with the route; against while it is not in its place, with another."""
        return _of_route(self.route, match, verdict, self.counts_people)

    @classmethod
    def stance_on(cls, stance: str, verdict: str) -> str:
        """A study of another route speaks against it only while it does not hold."""
        return stance if stance == "supports" else _of_others(verdict)


LEAST = {"studies": 5, "participants": 20}
"""Studies, or people, of whom a share says anything."""


class Share(Number):
    """Percent of the matching studies, or of their participants, that had one route.

    Of fewer than `LEAST` it neither holds nor is contradicted: one more study could turn it round.
    """

    kind: Literal["share"]
    route: Value
    of: Literal["studies", "participants"]

    @property
    def unit(self) -> str:
        """Percent."""
        return "%"

    @property
    def routes_named(self) -> dict[str, str | list[str]]:
        """The one whose share it is."""
        return {"route": self.route}

    def expected_in_words(self) -> str:
        """The share."""
        return f"{self.expected.in_words()} % of {self.of}"

    def value_in_words(self, value: str) -> str:
        """The share."""
        return f"{value} % of {self.of}" if value else f"no {self.of} to count"

    @classmethod
    def found(cls, value: str, unit: str) -> str:
        """The share."""
        return f"{value} %" if value else "nothing to count"

    def value_sql(self, scope: Scope, known: Known, claim_id: str) -> str:
        """The share with numerator and denominator: studies with a named route, or people whose route is known."""
        if self.of == "studies":
            each, route, counted, total = "json_each(s.routes)", "value", "1", "count(*)"
            whole = "SELECT s.study_id FROM matching AS s WHERE s.routes NOT IN ('[]', '[\"unspecified\"]')"
        else:
            each, route, counted, total = "json_each(s.n_by_route)", "key", "e.value", "coalesce(sum(n), 0)"
            whole = "SELECT e.value AS n FROM matching AS s, json_each(s.n_by_route) AS e WHERE e.key <> 'unspecified'"
        return (
            f"{self.matching(scope, known.sql())},\n"
            f"people AS ({whole}),\n"
            f"one_route AS (SELECT coalesce(sum({counted}), 0) AS numerator FROM matching AS s,"
            f" {each} AS e WHERE e.{route} = {literal(self.route)}),\n"
            f"everyone AS (SELECT {total} AS denominator FROM people)\n"
            "SELECT CASE WHEN denominator > 0 THEN round(100.0 * numerator / denominator, 1) END AS value,"
            " numerator, denominator FROM one_route, everyone"
        )

    def evidence_sql(self, scope: Scope, known: Known) -> str:
        """List the studies that are in the value: those with a named route, or with people known by route."""
        return _evidence_sql(self, scope, known)

    def _part_and_whole(self, tally: Tally) -> tuple[int, int]:
        if self.of == "studies":
            return tally.studies_by_route[self.route], tally.studies_with_route
        return tally.people_by_route[self.route], sum(tally.people_by_route.values())

    def number(self, tally: Tally) -> float | None:
        """The share to one decimal; None while there is nothing to share."""
        part, whole = self._part_and_whole(tally)
        return _percent(part, whole) if whole else None

    def measure(self, tally: Tally) -> float | None:
        """The share, not rounded."""
        part, whole = self._part_and_whole(tally)
        return part / whole if whole else None

    def outcome(self, tally: Tally) -> Outcome:
        """Hold the share against what is expected, if it is one of enough."""
        value, verdict = super().outcome(tally)
        return value, verdict if self._part_and_whole(tally)[1] >= LEAST[self.of] else "insufficient"

    def stances(self, match: Match, position: int, known: Sequence[Match], verdict: str) -> list[Said]:
        """For, with the route; against while the share is another, without."""
        return _of_route(self.route, match, verdict, self.counts_people)

    @classmethod
    def stance_on(cls, stance: str, verdict: str) -> str:
        """A study of another route speaks against it only while it does not hold."""
        return stance if stance == "supports" else _of_others(verdict)


def _by_route(by: str) -> str:
    if by == "studies":
        return (
            "by_route AS (SELECT e.value AS route, count(*) AS number FROM matching AS s, json_each(s.routes) AS e"
            " WHERE e.value <> 'unspecified' GROUP BY e.value)"
        )
    return (
        "by_route AS (SELECT e.key AS route, sum(e.value) AS number FROM matching AS s, json_each(s.n_by_route) AS e"
        " WHERE e.key <> 'unspecified' GROUP BY e.key)"
    )


def _of_route(route: str, match: Match, verdict: str, of_people: bool) -> list[Said]:
    """Whoever is in the value speaks, and nobody else: of people, studies whose people are known by route."""
    counted = [name for name in (match.n_by_route if of_people else match.routes) if name != "unspecified"]
    if route in counted:
        return [("supports", f"had {route}")]
    return [(_of_others(verdict), "had other routes")] if counted else []


def _evidence_sql(kind: Rank | Share, scope: Scope, known: Known) -> str:
    counted = (
        "EXISTS (SELECT 1 FROM json_each(s.n_by_route) AS e WHERE e.key <> 'unspecified')"
        if kind.counts_people
        else "EXISTS (SELECT 1 FROM json_each(s.routes) AS e WHERE e.value <> 'unspecified')"
    )
    return (
        f"{kind.matching(scope, known.sql())}\n"
        f"SELECT {COLUMNS_SHOWN} FROM matching AS s WHERE {counted} ORDER BY s.public_from, s.report"
    )


def _of_others(verdict: str) -> str:
    return "context" if verdict == "holds" else "contradicts"


def _percent(part: float, whole: float) -> float:
    """Percent to one decimal, halves up: as SQLite's `round` gives it in the assertion's own SQL."""
    return float(Decimal(100.0 * part / whole).quantize(Decimal("0.1"), ROUND_HALF_UP))
