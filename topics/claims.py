"""The article's claims as data: `claims.yml`, each claim split into assertions that a test can settle, or cannot.

An assertion is one of a few kinds of test. What it counts is said by a filter over studies; how the filter becomes
SQL is the business of `db.claim_sql`.
"""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, model_validator

from topics.model import PartialDate, PlacedError, Text, Topic, TopicModel, Value
from topics.register import BLINDING, CONTROL, DESIGNS, ROUTES, SPECIES
from topics.validation import validate
from topics.yaml_lines import Location, load_document

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


class Claim(TopicModel):
    """A claim of the article, in our words."""

    id: Identifier
    section: Text
    """Section of the article in which it stands."""
    text: Text
    assertions: list[Assertion] = Field(min_length=1)


class Claims(TopicModel):
    """A claims file, validated against its topic (the validation context)."""

    filters: dict[Value, Filter] = Field(default_factory=dict)
    claims: list[Claim]

    @model_validator(mode="after")
    def _fits_the_topic(self, info: ValidationInfo) -> "Claims":
        topic = info.context
        if not isinstance(topic, Topic):
            raise TypeError("claims are validated against a topic: pass it as the context")
        for name, chosen in self.filters.items():
            if chosen.like:
                raise PlacedError(("filters", name, "like"), "a named filter stands for itself; expected no like")
            _check_filter(topic, chosen, ("filters", name))
        seen: set[str] = set()
        for at, claim in enumerate(self.claims):
            if claim.id in seen:
                raise PlacedError(("claims", at, "id"), f"'{claim.id}' names two claims; expected one")
            seen.add(claim.id)
            if claim.section not in topic.article.sections:
                raise PlacedError(
                    ("claims", at, "section"),
                    f"'{claim.section}' is not a section of the article; expected one of:"
                    f" {'; '.join(topic.article.sections)}",
                )
            ids = [assertion.id for assertion in claim.assertions]
            for place, assertion in enumerate(claim.assertions):
                here = ("claims", at, "assertions", place)
                if assertion.id in ids[:place]:
                    raise PlacedError((*here, "id"), f"'{assertion.id}' names two assertions; expected one")
                self._check_assertion(topic, assertion, here)
        return self

    def _check_assertion(self, topic: Topic, assertion: Any, here: Location) -> None:
        if isinstance(assertion, Attribute) and (assertion.attribute == "n_by_route") != bool(assertion.routes):
            raise PlacedError((*here, "routes"), "expected routes with attribute n_by_route, and only with it")
        for key in ("route", "routes"):
            _check_values(_routes(topic), getattr(assertion, key, None), (*here, key), "route")
        chosen = getattr(assertion, "filter", None)
        if chosen:
            if chosen.like and chosen.like not in self.filters:
                raise PlacedError(
                    (*here, "filter", "like"),
                    f"'{chosen.like}' is not under filters; expected one of: {', '.join(self.filters) or 'none there'}",
                )
            _check_filter(topic, chosen, (*here, "filter"))

    def resolve(self, chosen: Filter) -> Filter:
        """Follow `like`: the named filter's keys, with this one's own over them."""
        if not chosen.like:
            return chosen
        own = {key: getattr(chosen, key) for key in chosen.model_fields_set if key != "like"}
        return self.filters[chosen.like].model_copy(update=own)


def load_claims(topic: Topic) -> Claims:
    """Read the topic's `claims.yml`; no claims when there is no such file.

    Raises BadInputError naming file, line, key and what was expected.
    """
    path = topic.folder / "claims.yml"
    if not path.exists():
        return Claims.model_construct(filters={}, claims=[])
    return validate(Claims, load_document(path), context=topic)


def _routes(topic: Topic) -> list[str]:
    return sorted(ROUTES) + [term.value for term in topic.vocabulary.routes]


def _check_filter(topic: Topic, chosen: Filter, here: Location) -> None:
    vocabulary = topic.vocabulary
    known = {
        "routes": _routes(topic),
        "all_routes": _routes(topic),
        "conditions": [term.value for term in vocabulary.conditions],
        "interventions": [term.value for term in vocabulary.interventions],
        "designs": sorted(DESIGNS),
        "not_designs": sorted(DESIGNS),
        "species": sorted(SPECIES),
    }
    for key, allowed in known.items():
        _check_values(allowed, getattr(chosen, key), (*here, key), key.removeprefix("not_").removesuffix("s"))
    for key, values in (("role", ROLES), ("blinding", BLINDING), ("control", CONTROL)):
        _check_values(sorted(values), getattr(chosen, key), (*here, key), key)
    if chosen.role and not chosen.routes:
        raise PlacedError((*here, "role"), "says the role of routes; expected routes beside it")


def _check_values(allowed: Iterable[str], given: str | list[str] | None, here: Location, what: str) -> None:
    known = list(allowed)
    places = {here: given} if isinstance(given, str) else {(*here, at): value for at, value in enumerate(given or ())}
    for place, value in places.items():
        if value not in known:
            raise PlacedError(place, f"'{value}' is not a {what}; expected one of: {', '.join(known)}")
