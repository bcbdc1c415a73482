"""The kinds of test that an assertion may be: one class a kind, with all there is to it.

A kind says what `claims.yml` may say of it, how it becomes SQL, what it comes to over the studies of a moment, how that
reads, what a single study says of it, and how it is charted. A new kind is one more class and its place in `Assertion`;
what it forgets is a type error (`_whole`).

The value of a kind is computed twice, by its SQL for whoever asks the database, and by `outcome` for its history; a
test holds the two against each other.
"""

# ruff: noqa: S608 - queries are the product here; their values come from the topic's files and are quoted by `literal`

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field, model_validator

from db.claims.filters import Bounds, Filter, Known, Scope, among, end_of, literal, plain
from db.claims.tally import Match, Tally
from topics.base import PartialDate, PlacedError, Text, TopicModel, Value

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
Outcome = tuple[str, str]
"""(value, verdict), without regard to what was before."""
Chart = Literal["value", "place", "papers", "none"]
"""What is drawn over time: a number, a place (1 is highest), papers for and against, nothing."""
Said = tuple[str, str]
"""(stance of a study, what of it decides that; '' if nothing needs saying)."""

_COLUMNS_SHOWN = (
    "s.state_id, s.study_id, s.main_pmid AS pmid, s.doi, s.title, s.public_from, s.design, s.routes, s.n_total"
)
_NOTHING = ("", "not_reported", "no_abstract", "abstained")
_UNITS = {"concentration": "mg/ml"}
"""Units of quantities that are no share."""


class CuratedEvidence(TopicModel):
    """A paper that a person has read for this assertion, and what it says."""

    pmid: Annotated[int, Field(gt=0, lt=2**32)] | None = None
    doi: Annotated[str, Field(pattern=r"^10\.\d{4,9}/\S+$")] | None = None
    stance: Literal["supports", "contradicts", "context"]
    why: Text
    who: Text
    when: PartialDate

    @model_validator(mode="after")
    def _names_a_paper(self) -> "CuratedEvidence":
        if (self.pmid is None) == (self.doi is None):
            raise PlacedError((), "expected a pmid, or the doi of a paper without one")
        return self

    @property
    def report(self) -> str:
        """Key of the report that it names."""
        return f"pmid:{self.pmid}" if self.pmid else f"doi:{str(self.doi).lower()}"


class Kind(TopicModel, ABC):
    """An assertion, and what every kind of it must be able to say."""

    id: Identifier
    kind: str
    text: Text
    evidence: list[CuratedEvidence] = Field(default_factory=list)

    chart: ClassVar[Chart]
    rests_on: ClassVar[Literal["studies", "figures"]] = "studies"
    missing: ClassVar[str] = "studies that match"
    """What there is none of when the verdict is `insufficient`."""

    @abstractmethod
    def expected_in_words(self) -> str:
        """Say what the article leads one to expect; '' if nothing of the kind."""

    @abstractmethod
    def value_in_words(self, value: str) -> str:
        """Say in a clause what was found."""

    @classmethod
    @abstractmethod
    def found(cls, value: str, unit: str) -> str:
        """Say in a few words what was found, for a row of a board; `unit` is that of the assertion."""

    @abstractmethod
    def filter_in_words(self, scope: Scope) -> str | None:
        """Say which studies it is about."""

    @abstractmethod
    def value_sql(self, scope: Scope, known: Known, claim_id: str) -> str | None:
        """Write the query whose first column, `value`, is what it is about; further columns show how."""

    @abstractmethod
    def rows_sql(self, scope: Scope, known: str) -> str | None:
        """Write the query for the states of studies that it rests on, of those that `known` selects: ids first."""

    @abstractmethod
    def evidence_sql(self, scope: Scope, known: Known) -> str | None:
        """Write the query that lists what the value rests on."""

    @abstractmethod
    def outcome(self, tally: Tally) -> Outcome:
        """Come to a value and a verdict over the studies of a moment."""

    @abstractmethod
    def stances(self, match: Match, position: int, known: Sequence[Match], verdict: str) -> list[Said]:
        """Say what a study speaks for, at its position among those `known` today: as many as it has figures, else one.

        `verdict` is that of today.
        """

    @property
    def unit(self) -> str:
        """Unit of the value; '' if it has none."""
        return ""

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """(lowest, highest) value that is as expected, where it is a number."""
        return None, None

    @property
    def routes_named(self) -> dict[str, str | list[str]]:
        """Routes that it names beside those of filters, by the key that they stand at."""
        return {}

    @property
    def filters(self) -> dict[str, Filter]:
        """Its filters, by the key that they stand at."""
        return {}

    def read(self, states: Mapping[int, Match], rows: Iterable[Sequence[Any]]) -> list[Match]:
        """Make of the rows of `rows_sql` what the replay counts; `states` are those known, by id."""
        return [states[row[0]] for row in rows]

    def asks_for(self, scope: Scope) -> list[str]:
        """Values of the vocabulary that it names, sorted: the words behind their tags are what it rests on."""
        named = [value for key in self.routes_named.values() for value in ([key] if isinstance(key, str) else key)]
        return sorted({*named, *(value for chosen in self.filters.values() for value in scope.values(chosen))})

    def why(self, scope: Scope) -> str:
        """Say why a study is evidence for it or against it."""
        return f"matches: {self.filter_in_words(scope)}"

    def judged(self) -> list[CuratedEvidence] | None:
        """The papers that its verdict follows because a person judged them; None where a test decides."""
        return None

    @classmethod
    def stance_on(cls, stance: str, verdict: str) -> str:
        """What a study that speaks so today spoke for under the verdict of an earlier day."""
        return stance

    def faults(self) -> None:
        """Check what its keys mean together.

        Raises:
            PlacedError: they contradict each other.
        """


class Filtered(Kind):
    """A kind that is about the studies which a filter lets through."""

    filter: Filter

    @property
    def filters(self) -> dict[str, Filter]:
        """The one filter."""
        return {"filter": self.filter}

    def filter_in_words(self, scope: Scope) -> str:
        """Say what the filter lets through."""
        return scope.in_words(self.filter)

    def matching(self, scope: Scope, known: str) -> str:
        """Write the beginning of every query: `matching`, what the filter lets through of `known`."""
        return _matching(scope.condition(self.filter), known)

    def rows_sql(self, scope: Scope, known: str) -> str:
        """Select the states that the filter lets through."""
        return f"{self.matching(scope, known)}\nSELECT s.state_id FROM matching AS s"

    def evidence_sql(self, scope: Scope, known: Known) -> str:
        """List the studies that the filter lets through."""
        return (
            f"{self.matching(scope, known.sql())}\n"
            f"SELECT {_COLUMNS_SHOWN} FROM matching AS s ORDER BY s.public_from, s.report"
        )


class Number(Filtered):
    """A kind whose value is one number that the article leads one to expect within bounds."""

    expected: Bounds
    chart: ClassVar[Chart] = "value"

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Those of `expected`."""
        return self.expected.low, self.expected.high

    @abstractmethod
    def number(self, tally: Tally) -> float | None:
        """The number over the studies of a moment; None where there is nothing to count."""

    def outcome(self, tally: Tally) -> Outcome:
        """Hold the number against what is expected."""
        number = self.number(tally)
        if number is None:
            return "", "insufficient"
        return f"{number:.10g}", "holds" if self.expected.allow(number) else "contradicted"


class Count(Number):
    """How many studies match."""

    kind: Literal["count"]

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
        """For, up to the most that is expected; against, from one more on."""
        most = self.expected.high
        return [("supports", "")] if most is None or position < most else [("contradicts", "one more than expected")]


class Total(Number):
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


class Exists(Filtered):
    """Whether any study matches."""

    kind: Literal["exists"]
    expected: bool
    chart: ClassVar[Chart] = "papers"

    def expected_in_words(self) -> str:
        """Some or none."""
        return "at least one study" if self.expected else "no study"

    def value_in_words(self, value: str) -> str:
        """Some or none."""
        return "a matching study is known" if value == "yes" else "no matching study is known"

    @classmethod
    def found(cls, value: str, unit: str) -> str:
        """Some or none."""
        return {"yes": "a study is known", "no": "no study is known"}.get(value, "not known")

    def value_sql(self, scope: Scope, known: Known, claim_id: str) -> str:
        """Yes or no, and how many."""
        return (
            f"{self.matching(scope, known.sql())}\nSELECT CASE WHEN count(*) > 0 THEN 'yes' ELSE 'no' END AS value,"
            " count(*) AS studies FROM matching"
        )

    def outcome(self, tally: Tally) -> Outcome:
        """None found is no proof that there is none."""
        found = bool(tally.matches)
        value = "yes" if found else "no"
        if found == self.expected:
            return value, "holds"
        return value, "contradicted" if found else "insufficient"

    def stances(self, match: Match, position: int, known: Sequence[Match], verdict: str) -> list[Said]:
        """Every one shows that there is one."""
        return [("supports" if self.expected else "contradicts", "")]


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

    def number(self, tally: Tally) -> float | None:
        """The place; None while no study has the route."""
        numbers = tally.studies_by_route if self.by == "studies" else tally.people_by_route
        own = numbers[self.route]
        return 1 + sum(n > own for n in numbers.values()) if own > 0 else None

    def stances(self, match: Match, position: int, known: Sequence[Match], verdict: str) -> list[Said]:
        """For, with the route; against while it is not in its place, with another."""
        return _of_route(self.route, match, verdict)

    @classmethod
    def stance_on(cls, stance: str, verdict: str) -> str:
        """A study of another route speaks against it only while it does not hold."""
        return stance if stance == "supports" else _of_others(verdict)


class Share(Number):
    """Percent of the matching studies, or of their participants, that had one route."""

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

    def number(self, tally: Tally) -> float | None:
        """The share to one decimal; None while there is nothing to share."""
        if self.of == "studies":
            part, whole = tally.studies_by_route[self.route], tally.studies_with_route
        else:
            part, whole = tally.people_by_route[self.route], sum(tally.people_by_route.values())
        return _percent(part, whole) if whole else None

    def stances(self, match: Match, position: int, known: Sequence[Match], verdict: str) -> list[Said]:
        """For, with the route; against while the share is another, without."""
        return _of_route(self.route, match, verdict)

    @classmethod
    def stance_on(cls, stance: str, verdict: str) -> str:
        """A study of another route speaks against it only while it does not hold."""
        return stance if stance == "supports" else _of_others(verdict)


class Span(Number):
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
        latest = next((other for other in reversed(known) if other.public_from), known[0])  # undated come last
        ends = (known[0].public_from[:4], latest.public_from[:4])
        at_an_end = match.public_from and match.public_from[:4] in ends
        return [(("supports" if verdict == "holds" else "contradicts") if at_an_end else "context", "")]


class Extreme(Number):
    """The largest, smallest or median of a number that studies have."""

    kind: Literal["extreme"]
    which: Literal["largest", "smallest", "median"]
    number_of: Literal["n_total"]
    """The number: a column of `study_history`."""

    @property
    def unit(self) -> str:
        """That of the number."""
        return {"n_total": "people"}[self.number_of]

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
            f"{self._sides(scope, known.sql(), known)}\nSELECT * FROM (SELECT 'one' AS side, {_COLUMNS_SHOWN}, s.report"
            f" FROM matching AS s UNION ALL SELECT 'other', {_COLUMNS_SHOWN}, s.report FROM other_side AS s)"
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


class Attribute(Kind):
    """What one named study was like."""

    kind: Literal["attribute"]
    pmid: Annotated[int, Field(gt=0, lt=2**32)]
    attribute: Literal[
        "design", "randomized", "blinding", "control", "crossover", "species", "n_total", "n_by_route", "routes",
        "country",
    ]  # fmt: skip
    """`routes` joined by ', '; `country` as the register has it."""
    routes: list[Value] = Field(default_factory=list)
    """With `n_by_route`: the routes whose people are added up."""
    expected: str | int | list[str]
    """The value, or any of several."""
    chart: ClassVar[Chart] = "none"
    missing: ClassVar[str] = "the study itself, or what it says of this"

    @property
    def routes_named(self) -> dict[str, str | list[str]]:
        """Those whose people are added up."""
        return {"routes": self.routes}

    def faults(self) -> None:
        """Routes go with people by route."""
        if (self.attribute == "n_by_route") != bool(self.routes):
            raise PlacedError(("routes",), "expected routes with attribute n_by_route, and only with it")

    def expected_in_words(self) -> str:
        """The value, or several."""
        given = self.expected
        return " or ".join(map(plain, given)) if isinstance(given, list) else plain(str(given))

    def value_in_words(self, value: str) -> str:
        """The value, by its name."""
        what = " + ".join(map(plain, self.routes)) if self.routes else plain(self.attribute)
        return f"{what}: {plain(value)}" if value else f"{what}: not known"

    @classmethod
    def found(cls, value: str, unit: str) -> str:
        """The value."""
        return plain(value) if value else "not known"

    def filter_in_words(self, scope: Scope) -> str:
        """The study's record."""
        return f"PMID {self.pmid}"

    def why(self, scope: Scope) -> str:
        """It is the study itself."""
        return f"what is known of PMID {self.pmid}"

    def _matching(self, known: str) -> str:
        return _matching(f"EXISTS (SELECT 1 FROM json_each(s.reports) AS r WHERE r.value = 'pmid:{self.pmid}')", known)

    def _column(self) -> str:
        if self.attribute == "n_by_route":
            return f"(SELECT sum(e.value) FROM json_each(s.n_by_route) AS e WHERE e.key {among(self.routes)})"
        if self.attribute == "routes":
            return "(SELECT group_concat(e.value, ', ') FROM json_each(s.routes) AS e)"
        if self.attribute == "country":
            return f"(SELECT r.country FROM register AS r WHERE r.pmid = {self.pmid})"
        return f"s.{self.attribute}"

    def value_sql(self, scope: Scope, known: Known, claim_id: str) -> str:
        """The value, beside the study."""
        return f"{self._matching(known.sql())}\nSELECT {self._column()} AS value, title, study_id FROM matching AS s"

    def rows_sql(self, scope: Scope, known: str) -> str:
        """The study's states, each with the value."""
        return f"{self._matching(known)}\nSELECT s.state_id, {self._column()} AS value FROM matching AS s"

    def evidence_sql(self, scope: Scope, known: Known) -> str:
        """The study."""
        return (
            f"{self._matching(known.sql())}\n"
            f"SELECT {_COLUMNS_SHOWN} FROM matching AS s ORDER BY s.public_from, s.report"
        )

    def read(self, states: Mapping[int, Match], rows: Iterable[Sequence[Any]]) -> list[Match]:
        """Each with the value."""
        return [replace(states[state_id], attribute="" if value is None else str(value)) for state_id, value in rows]

    def outcome(self, tally: Tally) -> Outcome:
        """Hold the value against those expected."""
        values = [match.attribute for match in tally.matches.values()]
        expected = self.expected if isinstance(self.expected, list) else [str(self.expected)]
        if not values or values[0] in _NOTHING:
            return values[0] if values else "", "insufficient"
        return values[0], "holds" if values[0] in expected else "contradicted"

    def stances(self, match: Match, position: int, known: Sequence[Match], verdict: str) -> list[Said]:
        """What one paper says of itself follows the verdict."""
        return [(_of_itself(verdict), f"{plain(self.attribute)}: {match.attribute or 'not known'}")]

    @classmethod
    def stance_on(cls, stance: str, verdict: str) -> str:
        """What one paper says of itself follows the verdict."""
        return _of_itself(verdict)


class Quantity(Filtered):
    """A reported quantity: every sourced value is shown and held against what the article says; none is averaged."""

    kind: Literal["quantity"]
    quantity: Value
    routes: list[Value] = Field(min_length=1)
    not_analytes: list[Text] = Field(default_factory=list)
    """Substances measured whose figures are about something else, such as a metabolite."""
    complement: bool = False
    """Test 100 minus the value."""
    expected: Bounds
    chart: ClassVar[Chart] = "papers"
    rests_on: ClassVar[Literal["studies", "figures"]] = "figures"
    missing: ClassVar[str] = "a figure with a source"

    @property
    def unit(self) -> str:
        """That of the quantity."""
        return _UNITS.get(self.quantity, "%")

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Those of `expected`."""
        return self.expected.low, self.expected.high

    @property
    def routes_named(self) -> dict[str, str | list[str]]:
        """Those whose figures count."""
        return {"routes": self.routes}

    def expected_in_words(self) -> str:
        """The range."""
        return f"{self.expected.in_words()} {self.unit}"

    def value_in_words(self, value: str) -> str:
        """How many figures agree."""
        return f"{value} figures with a source are as the article says"

    @classmethod
    def found(cls, value: str, unit: str) -> str:
        """How many figures agree."""
        return f"{value} figures agree" if value else "no figure"

    def value_sql(self, scope: Scope, known: Known, claim_id: str) -> str:
        """How many figures agree, beside the range of all."""
        return (
            f"{self.matching(scope, known.sql())},\nfigures AS ({self._figures()})\n"
            "SELECT coalesce(sum(agrees), 0) || ' of ' || count(*) AS value, min(low) AS lowest,"
            " max(high) AS highest FROM figures"
        )

    def rows_sql(self, scope: Scope, known: str) -> str:
        """Each figure with whether it agrees."""
        return f"{self.matching(scope, known)}\nSELECT state_id, agrees FROM ({self._figures()})"

    def evidence_sql(self, scope: Scope, known: Known) -> str:
        """Every figure."""
        return f"{self.matching(scope, known.sql())}\n{self._figures()}\nORDER BY low, high, public_from"

    def _figures(self) -> str:
        """Select every sourced value of the quantity, each with whether it is as the article says.

        A figure that the register and the text both give is one figure.
        """
        low, high = ("100 - m.high", "100 - m.low") if self.complement else ("m.low", "m.high")
        other_analytes = "".join(f" AND coalesce(m.analyte, '') <> {literal(analyte)}" for analyte in self.not_analytes)
        tests = []
        if self.expected.low is not None:
            tests.append(f"{low} >= {literal(float(self.expected.low))}")
        if self.expected.high is not None:
            tests.append(f"{high} <= {literal(float(self.expected.high))}")
        return (
            f"SELECT s.state_id, s.study_id, m.pmid, s.doi, m.route, m.analyte, m.population, {low} AS low,"
            f" {high} AS high, m.unit, {' AND '.join(tests)} AS agrees, m.quote, min(m.source) AS source,"
            " s.public_from\n"
            "  FROM matching AS s JOIN measurements AS m ON m.study_id = s.study_id AND (m.pmid IS NULL"
            " OR EXISTS (SELECT 1 FROM json_each(s.reports) AS r WHERE r.value = 'pmid:' || m.pmid))\n"
            f"  WHERE m.quantity = {literal(self.quantity)} AND m.route {among(self.routes)}{other_analytes}\n"
            "  GROUP BY s.state_id, m.route, m.low, m.high"
        )

    def read(self, states: Mapping[int, Match], rows: Iterable[Sequence[Any]]) -> list[Match]:
        """Each state with its figures."""
        figures: dict[int, list[bool]] = {}
        for state_id, agrees in rows:
            figures.setdefault(state_id, []).append(bool(agrees))
        return [replace(states[state_id], figures=tuple(sorted(each))) for state_id, each in figures.items()]

    def outcome(self, tally: Tally) -> Outcome:
        """Count the figures that agree."""
        agreeing, others = tally.figures[True], tally.figures[False]
        return f"{agreeing} of {agreeing + others}", _mixed(agreeing, others)

    def stances(self, match: Match, position: int, known: Sequence[Match], verdict: str) -> list[Said]:
        """For with figures that agree, against with others: a study may be both."""
        agreeing, others = sum(match.figures), len(match.figures) - sum(match.figures)
        rows = [("supports", f"{agreeing} of its figures as the article says")] * bool(agreeing)
        return rows + [("contradicts", f"{others} of its figures other than the article says")] * bool(others)


class Listing(Filtered):
    """Evidence gathered by a filter, judged by hand: the verdict follows the stances of `evidence`."""

    kind: Literal["list"]
    gathers: Text
    """What the filter gathers, in words."""
    chart: ClassVar[Chart] = "papers"
    missing: ClassVar[str] = "papers that a person has read and judged for this"

    def expected_in_words(self) -> str:
        """Nothing that could be counted."""
        return ""

    def value_in_words(self, value: str) -> str:
        """How many were judged so."""
        return f"papers judged by hand: {value}"

    @classmethod
    def found(cls, value: str, unit: str) -> str:
        """How many were judged so."""
        return value or "nothing judged"

    def value_sql(self, scope: Scope, known: Known, claim_id: str) -> str:
        """Count the papers judged by hand."""
        return (
            "SELECT coalesce(sum(stance = 'supports'), 0) || ' for, ' || coalesce(sum(stance = 'contradicts'), 0)"
            f" || ' against' AS value\nFROM claim_evidence WHERE claim_id = {literal(claim_id)}"
            f" AND assertion_id = {literal(self.id)} AND source = 'curated'"
        )

    def outcome(self, tally: Tally) -> Outcome:
        """Weigh the papers judged by hand."""
        supporting, against = tally.stances["supports"], tally.stances["contradicts"]
        return f"{supporting} for, {against} against", _mixed(supporting, against)

    def stances(self, match: Match, position: int, known: Sequence[Match], verdict: str) -> list[Said]:
        """What nobody has judged waits."""
        judged = {paper.report for paper in self.evidence}
        return [("context", "nobody has judged it yet")] if match.report not in judged else []

    def why(self, scope: Scope) -> str:
        """It was gathered."""
        return f"gathered: {self.filter_in_words(scope)}"

    def judged(self) -> list[CuratedEvidence]:
        """All its papers."""
        return self.evidence


class NotTestable(Kind):
    """Nothing that a literature search can settle."""

    kind: Literal["not_testable"]
    reason: Text
    chart: ClassVar[Chart] = "none"

    def expected_in_words(self) -> str:
        """Nothing."""
        return ""

    def value_in_words(self, value: str) -> str:
        """Nothing."""
        return ""

    @classmethod
    def found(cls, value: str, unit: str) -> str:
        """Nothing."""
        return ""

    def filter_in_words(self, scope: Scope) -> None:
        """No studies."""

    def value_sql(self, scope: Scope, known: Known, claim_id: str) -> None:
        """No query."""

    def rows_sql(self, scope: Scope, known: str) -> None:
        """No query."""

    def evidence_sql(self, scope: Scope, known: Known) -> None:
        """No query."""

    def outcome(self, tally: Tally) -> Outcome:
        """Not testable."""
        return "", "not_testable"

    def stances(self, match: Match, position: int, known: Sequence[Match], verdict: str) -> list[Said]:
        """None."""
        return []


_Assertions = (
    Count | Exists | Rank | Share | Span | Attribute | Quantity | Listing | Total | Extreme | Compare | NotTestable
)
Assertion = Annotated[_Assertions, Field(discriminator="kind")]


def _whole(*kinds: type[Kind]) -> dict[str, type[Kind]]:
    """By the name that a claims file gives them. A class that lacks a part of `Kind` is a type error here."""
    return {get_args(kind.model_fields["kind"].annotation)[0]: kind for kind in kinds}


KINDS = _whole(
    Count, Exists, Rank, Share, Span, Attribute, Quantity, Listing, Total, Extreme, Compare, NotTestable
)  # fmt: skip
"""Every kind, by its name."""


def _matching(condition: str, known: str) -> str:
    return f"WITH known AS (\n  {known}\n),\nmatching AS (\n  SELECT * FROM known AS s\n  WHERE {condition}\n)"


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


def _of_route(route: str, match: Match, verdict: str) -> list[Said]:
    if route in match.routes:
        return [("supports", f"had {route}")]
    return [(_of_others(verdict), "had other routes")] if match.routes else []


def _of_others(verdict: str) -> str:
    return "context" if verdict == "holds" else "contradicts"


def _of_itself(verdict: str) -> str:
    return {"holds": "supports", "insufficient": "context"}.get(verdict, "contradicts")


def _percent(part: float, whole: float) -> float:
    """Percent to one decimal, halves up: as SQLite's `round` gives it in the assertion's own SQL."""
    return float(Decimal(100.0 * part / whole).quantize(Decimal("0.1"), ROUND_HALF_UP))


def _mixed(supporting: int, against: int) -> str:
    if supporting and against:
        return "partly"
    if supporting:
        return "holds"
    return "contradicted" if against else "insufficient"


def _studies(number: float | None) -> str:
    return "study" if number == 1 else "studies"
