"""What tagging produces: plain rows, ready for the tables `tags`, `arms` and `measurements`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from topics.vocabulary import COLUMNS, Facet

VOTE = "vote"
"""The rule of a tag that the trained model adds (`vote`)."""


class Tag(NamedTuple):
    """One statement about a record, with its reason.

    A text tag (`source == "text"`) has `field` 'title' or 'abstract' and `quote == record.<field>[start:end]`.
    Other sources name where they come from in `field` ('mesh', 'publication_type', 'chemical', 'register') and
    carry the heading or cell as `quote`, without offsets.
    """

    facet: str
    """A name of `topics.vocabulary.TAGS`."""
    value: str
    role: str
    """Of a route: studied, comparator, background, other_drug, reviewed. '' where a facet has no roles."""
    source: str
    """mesh, publication_type, text, register."""
    rule: str
    field: str
    start: int | None
    end: int | None
    quote: str
    confidence: float
    """How sure the rule is on its own, 0 to 1; measured accuracy is in `tag_accuracy`."""


class Arm(NamedTuple):
    """A group of people and what it was given. Unknown parts are None or ''."""

    arm: str
    route: str
    n: int | None
    dose_value: float | None
    dose_unit: str
    """'mg/kg', 'mg', 'mg/kg/h', 'ug/kg/min' …"""
    dose_text: str
    minutes: float | None
    quote: str


class Measurement(NamedTuple):
    """A reported quantity, e.g. bioavailability in percent by route."""

    quantity: str
    route: str
    analyte: str
    low: float
    high: float
    unit: str
    population: str
    quote: str


@dataclass(frozen=True, slots=True)
class Tagged:
    """All that tagging says of one record."""

    tags: tuple[Tag, ...] = ()
    arms: tuple[Arm, ...] = ()
    measurements: tuple[Measurement, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """The tags that count: one row's deciding columns in `articles` and `studies`.

    Where a value is not known, the column says which kind of nothing it is: 'not_reported' (the text was read and
    does not say), 'no_abstract', 'abstained' (rules disagree), 'unsure' (too large to be
    believed unchecked), 'not_applicable'.
    """

    routes: tuple[str, ...] = ()
    """Routes with role studied or comparator (for reviews: reviewed), in vocabulary order."""
    designs: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    interventions: tuple[str, ...] = ()
    design: str = "other"
    randomized: str = "not_reported"
    """'yes', 'no' or a kind of nothing."""
    blinding: str = "not_reported"
    """double, single, open."""
    control: str = "not_reported"
    """placebo, active, dose_comparison, none."""
    crossover: str = "not_reported"
    """'yes', 'no'."""
    n_total: int | None = None
    n_total_basis: str = "not_reported"
    """randomized, enrolled, completers, analysed, planned, cases, stated;
    or a kind of nothing when n_total is None."""
    species: str = "not_reported"
    """human, animal, human_and_animal."""
    age_groups: tuple[str, ...] = field(default=())
    is_primary: bool = False
    """People or animals were studied first-hand (trial, cohort, case report …): no review, plan or re-analysis."""
    others: Mapping[str, Any] = field(default_factory=lambda: {facet.column: unknown(facet) for facet in OTHERS})
    """Columns of `topics.vocabulary.FACETS` that no rule asks for by name."""

    def value(self, column: str) -> Any:
        """What was decided of a facet, by its column."""
        return getattr(self, column) if hasattr(self, column) else self.others[column]


OTHERS: list[Facet] = [
    facet for facet in COLUMNS.values() if facet.decided != "own" and facet.column not in Decision.__dataclass_fields__
]
"""Facets that `Decision` has under `others`."""


def unknown(facet: Facet) -> Any:
    """What stands in a facet's column where no tag says anything."""
    return {"list": (), "text": "not_reported"}.get(facet.type)
