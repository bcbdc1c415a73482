"""What every kind of test must be able to say, and what most say alike."""

# ruff: noqa: S608 - queries are the product here; their values come from the topic's files and are quoted by `literal`

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field, model_validator

from db.claims.filters import Bounds, Filter, Known, Scope
from db.claims.tally import Match, Tally
from topics.base import DOI_PREFIX, PartialDate, PlacedError, Pmid, Text, TopicModel

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
Outcome = tuple[str, str]
"""(value, verdict), without regard to what was before."""
Chart = Literal["value", "place", "papers", "none"]
"""What is drawn over time: a number, a place (1 is highest), papers for and against, nothing."""
Strength = Literal["pooled", "randomized_comparison", "controlled", "before_after", "series", "opinion"]
"""How much a paper can say of a question: several studies pooled, groups drawn by lot, groups compared otherwise, the
same people before and after, people without a comparison, what somebody thinks."""
STRONG: frozenset[str] = frozenset({"pooled", "randomized_comparison", "controlled"})
"""Strengths that a verdict may rest on: a question of more or less needs something to compare with."""
Said = tuple[str, str]
"""(stance of a study, what of it decides that; '' if nothing needs saying)."""

COLUMNS_SHOWN = (
    "s.state_id, s.study_id, s.main_pmid AS pmid, s.doi, s.title, s.public_from, s.design, s.routes, s.n_total"
)


class CuratedEvidence(TopicModel):
    """A paper that a person has read for this assertion, and what it says."""

    pmid: Pmid | None = None
    doi: Annotated[str, Field(pattern=rf"^{DOI_PREFIX}/\S+$")] | None = None
    stance: Literal["supports", "contradicts", "context"]
    strength: Strength | None = None
    """How much the paper can say of this assertion: its design for this question, not for its own. Context has none."""
    why: Text
    who: Text
    when: PartialDate

    @model_validator(mode="after")
    def _names_a_paper(self) -> "CuratedEvidence":
        if (self.pmid is None) == (self.doi is None):
            raise PlacedError((), "expected a pmid, or the doi of a paper without one")
        if (self.stance == "context") != (self.strength is None):
            raise PlacedError(
                ("strength",),
                f"expected one of {', '.join(get_args(Strength))} with a stance for or against, and only then",
            )
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
    why_this_test: Text | None = None
    """Why the test says what the article's sentence says, where that needs saying."""
    evidence: list[CuratedEvidence] = Field(default_factory=list)

    chart: ClassVar[Chart]
    rests_on: ClassVar[Literal["studies", "figures"]] = "studies"

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

    def measure(self, tally: Tally) -> float | None:
        """The number that it is about, unrounded: which way does a study move it? None where it is about no number."""
        return None

    @abstractmethod
    def stances(self, match: Match, position: int, known: Sequence[Match], verdict: str) -> list[Said]:
        """Say what a study speaks for, at its position among those `known` today: as many as it has figures, else one.

        `verdict` is that of today.
        """

    @property
    def unit(self) -> str:
        """Unit of the value; '' if it has none."""
        return ""

    def may_change(self, value: str) -> bool:
        """Whether a study that is not known here could turn the verdict round, the value being what it is."""
        return True

    @property
    def counts_people(self) -> bool:
        """Whether its value is about people, of whom those that no route can be told of are left out."""
        return "participants" in (getattr(self, "of", ""), getattr(self, "by", ""))

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

    def missing_in_words(self, value: str) -> str:
        """Say what there is not enough of when the verdict is `insufficient`."""
        return "studies that match"

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
        return matching_sql(scope.condition(self.filter), known)

    def rows_sql(self, scope: Scope, known: str) -> str:
        """Select the states that the filter lets through."""
        return f"{self.matching(scope, known)}\nSELECT s.state_id FROM matching AS s"

    def evidence_sql(self, scope: Scope, known: Known) -> str:
        """List the studies that the filter lets through."""
        return (
            f"{self.matching(scope, known.sql())}\n"
            f"SELECT {COLUMNS_SHOWN} FROM matching AS s ORDER BY s.public_from, s.report"
        )


class Number(Filtered):
    """A kind whose value is one number that the article leads one to expect within bounds."""

    expected: Bounds
    chart: ClassVar[Chart] = "value"

    def may_change(self, value: str) -> bool:
        """Whether a study that is not known here could turn the verdict round, the value being what it is."""
        return True

    @property
    def counts_people(self) -> bool:
        """Whether its value is about people, of whom those that no route can be told of are left out."""
        return "participants" in (getattr(self, "of", ""), getattr(self, "by", ""))

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Those of `expected`."""
        return self.expected.low, self.expected.high

    @abstractmethod
    def number(self, tally: Tally) -> float | None:
        """The number over the studies of a moment; None where there is nothing to count."""

    def measure(self, tally: Tally) -> float | None:
        """The number."""
        return self.number(tally)

    def outcome(self, tally: Tally) -> Outcome:
        """Hold the number against what is expected."""
        number = self.number(tally)
        if number is None:
            return "", "insufficient"
        return f"{number:.10g}", "holds" if self.expected.allow(number) else "contradicted"


def matching_sql(condition: str, known: str) -> str:
    """Write the beginning of a query: `matching`, the rows of `known` for which the condition holds."""
    return f"WITH known AS (\n  {known}\n),\nmatching AS (\n  SELECT * FROM known AS s\n  WHERE {condition}\n)"


def mixed(supporting: int, against: int) -> str:
    """Come to a verdict over papers or figures that speak for and against."""
    if supporting and against:
        return "partly"
    if supporting:
        return "holds"
    return "contradicted" if against else "insufficient"
