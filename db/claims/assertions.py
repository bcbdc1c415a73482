"""What can be asserted of the evidence: a few kinds of test, and the filter that says which studies count.

How a filter becomes SQL is the business of `db.claims.sql`.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from topics.base import PartialDate, PlacedError, Text, TopicModel, Value

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
ROLES = frozenset({"studied", "comparator", "background", "other_drug", "reviewed"})


class Bounds(TopicModel):
    """What the article leads one to expect of a number: exactly this, at least, at most."""

    exactly: float | None = None
    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> "Bounds":
        limits = (self.at_least, self.at_most)
        if (self.exactly is None) == (limits == (None, None)):
            raise PlacedError((), "expected either exactly, or at_least and at_most or one of them")
        return self

    def allow(self, number: float) -> bool:
        """Decide whether a number is as expected."""
        if self.exactly is not None:
            return number == self.exactly
        return (self.at_least is None or number >= self.at_least) and (self.at_most is None or number <= self.at_most)

    def in_words(self) -> str:
        """Say what is expected: '1', 'at least 20', '25 to 50'."""
        if self.exactly is not None:
            return f"{self.exactly:g}"
        if self.at_least is not None and self.at_most is not None:
            return f"{self.at_least:g} to {self.at_most:g}"
        return f"at least {self.at_least:g}" if self.at_least is not None else f"at most {self.at_most:g}"


class Filter(TopicModel):
    """Which studies count: every key that is given must hold. Lists mean any of their values, unless named `all`.

    Only primary studies count unless `primary: false` lets in reviews, protocols and secondary analyses as well.
    """

    like: Value | None = None
    """Name of a filter under `filters` whose keys this one starts from."""
    routes: list[Value] = Field(default_factory=list)
    all_routes: list[Value] = Field(default_factory=list)
    """Routes that one study must have had all of."""
    role: Value | None = None
    """Role that `routes` must have in one of the study's reports; without it: studied or comparator."""
    conditions: list[Value] = Field(default_factory=list)
    """A narrower condition counts for its broader one."""
    interventions: list[Value] = Field(default_factory=list)
    designs: list[Value] = Field(default_factory=list)
    not_designs: list[Value] = Field(default_factory=list)
    species: list[Value] = Field(default_factory=list)
    primary: bool = True
    on_topic: bool | None = None
    randomized: bool | None = None
    crossover: bool | None = None
    blinding: Value | None = None
    control: Value | None = None
    at_least_people: int | None = None
    since: PartialDate | None = None
    before: PartialDate | None = None
    """Public on or after `since`; public before `before`."""
    where: Text | None = None
    """Hand-written SQL: a condition over the columns of `study_history`, as `s`."""


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


class _Assertion(TopicModel):
    id: Identifier
    text: Text
    evidence: list[CuratedEvidence] = Field(default_factory=list)


class Count(_Assertion):
    """How many studies match."""

    kind: Literal["count"]
    filter: Filter
    expected: Bounds


class Exists(_Assertion):
    """Whether any study matches."""

    kind: Literal["exists"]
    filter: Filter
    expected: bool


class Rank(_Assertion):
    """Which place a route has among all routes of the matching studies; equal numbers share a place."""

    kind: Literal["rank"]
    filter: Filter
    route: Value
    by: Literal["studies", "participants"]
    expected: Bounds


class Share(_Assertion):
    """Percent of the matching studies, or of their participants, that had one route."""

    kind: Literal["share"]
    filter: Filter
    route: Value
    of: Literal["studies", "participants"]
    expected: Bounds


class Span(_Assertion):
    """Years from the first to the latest matching study."""

    kind: Literal["span"]
    filter: Filter
    expected: Bounds


class Attribute(_Assertion):
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


class Quantity(_Assertion):
    """A reported quantity: every sourced value is shown and held against what the article says; none is averaged."""

    kind: Literal["quantity"]
    quantity: Value
    routes: list[Value] = Field(min_length=1)
    not_analytes: list[Text] = Field(default_factory=list)
    """Substances measured whose figures are about something else, such as a metabolite."""
    complement: bool = False
    """Test 100 minus the value."""
    filter: Filter
    expected: Bounds


class Listing(_Assertion):
    """Evidence gathered by a filter, judged by hand: the verdict follows the stances of `evidence`."""

    kind: Literal["list"]
    filter: Filter
    gathers: Text
    """What the filter gathers, in words."""


class NotTestable(_Assertion):
    """Nothing that a literature search can settle."""

    kind: Literal["not_testable"]
    reason: Text


Assertion = Annotated[
    Count | Exists | Rank | Share | Span | Attribute | Quantity | Listing | NotTestable, Field(discriminator="kind")
]
Tested = Count | Exists | Rank | Share | Span | Attribute | Quantity | Listing
