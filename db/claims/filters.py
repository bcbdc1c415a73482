"""Which studies an assertion is about: the filter as `claims.yml` gives it, as SQL, and in words.

Every query starts from `known`, the studies known on a day (today: those whose state still stands), without retracted
ones, and narrows it to `matching`. Values are written into the text, quoted, because a stored query runs as it stands.
"""

# ruff: noqa: S608 - queries are the product here; their values come from the topic's files and are quoted by `literal`

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import Field, model_validator

from topics.base import PartialDate, PlacedError, Text, TopicModel, Value
from topics.model import Vocabulary

ROLES = frozenset({"studied", "comparator", "background", "other_drug", "reviewed"})
AS_OF = ":as_of"
"""Parameter of a stored query that is asked for any day: an ISO date, given by whoever runs it."""


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

    @property
    def low(self) -> float | None:
        """The lowest number that is as expected; None if there is no limit."""
        return self.at_least if self.exactly is None else self.exactly

    @property
    def high(self) -> float | None:
        """The highest number that is as expected; None if there is no limit."""
        return self.at_most if self.exactly is None else self.exactly

    def allow(self, number: float) -> bool:
        """Decide whether a number is as expected."""
        return (self.low is None or number >= self.low) and (self.high is None or number <= self.high)

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


@dataclass(frozen=True, slots=True)
class Scope:
    """What a filter of the claims file means: the filters that it may start from, and the topic's vocabulary."""

    filters: Mapping[str, Filter]
    vocabulary: Vocabulary

    def resolve(self, chosen: Filter) -> Filter:
        """Follow `like`: the named filter's keys, with this one's own over them."""
        if not chosen.like:
            return chosen
        own = {key: getattr(chosen, key) for key in chosen.model_fields_set if key != "like"}
        return self.filters[chosen.like].model_copy(update=own)

    def condition(self, chosen: Filter) -> str:
        """Write a filter as a condition over the row `s` of `study_history`."""
        return filter_sql(self.resolve(chosen), self.vocabulary)

    def values(self, chosen: Filter) -> set[str]:
        """Values of tags that a filter asks for; a broader condition with all that imply it."""
        resolved = self.resolve(chosen)
        flags = {
            "yes" if wanted else "no" for wanted in (resolved.randomized, resolved.crossover) if wanted is not None
        }
        lists = (resolved.routes, resolved.all_routes, resolved.interventions, resolved.designs, resolved.species)
        one = {value for value in (resolved.blinding, resolved.control, resolved.role) if value}
        return flags | one | {*_narrower(self.vocabulary, resolved.conditions)}.union(*lists)

    def in_words(self, chosen: Filter) -> str:
        """Say what a filter lets through."""
        return describe_filter(self.resolve(chosen))


@dataclass(frozen=True, slots=True)
class Known:
    """The studies known on a day, as SQL: an ISO date, the parameter `AS_OF`, or today."""

    as_of: str | None = None

    def sql(self) -> str:
        """Select them from `study_history`, without retracted ones.

        A study counts from the first day that its date allows: one of '2014' counts on 2014-01-01. A study without
        any date does not count: nobody can say what it changed.
        """
        if self.as_of is None:
            return "SELECT * FROM study_history WHERE known_from IS NOT NULL AND known_until IS NULL AND retracted = 0"
        return _known_on(_day(self.as_of))

    def by(self, day: str) -> str:
        """Select those that were known on `day` already, or on the day itself where that is earlier."""
        if self.as_of is None:
            return _known_on(literal(day))
        return _known_on(f"min({_day(self.as_of)}, {literal(day)})")


def _known_on(day: str) -> str:
    return (
        f"SELECT * FROM study_history WHERE known_from <= {day} AND (known_until IS NULL OR known_until > {day})"
        " AND retracted = 0"
    )


def _day(as_of: str) -> str:
    return AS_OF if as_of == AS_OF else literal(as_of)


def end_of(day: str) -> str:
    """Complete a partial date to its last day, so that everything dated within it comes before."""
    return day + {4: "-12-31", 7: "-31", 10: ""}[len(day)]


def literal(value: str | float) -> str:
    """Quote a value for SQL text."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return f"{value:g}" if isinstance(value, float) else str(value)


def among(values: Sequence[str]) -> str:
    """Write that what stands before is one of the values."""
    return f"IN ({', '.join(map(literal, values))})"


def filter_sql(chosen: Filter, vocabulary: Vocabulary) -> str:
    """Write a resolved filter as a condition over the row `s` of `study_history`."""
    parts = []
    if chosen.primary:
        parts.append("s.is_primary = 1")
    if chosen.on_topic is not None:
        parts.append(f"s.on_topic = {int(chosen.on_topic)}")
    if chosen.species:
        parts.append(f"s.species {among(chosen.species)}")
    if chosen.conditions:
        parts.append(_holds_any("conditions", _narrower(vocabulary, chosen.conditions)))
    if chosen.interventions:
        parts.append(_holds_any("interventions", chosen.interventions))
    if chosen.routes and chosen.role:
        parts.append(
            "EXISTS (SELECT 1 FROM study_reports AS p JOIN tags AS t USING (record_id) WHERE p.study_id = s.study_id"
            " AND EXISTS (SELECT 1 FROM json_each(s.reports) AS r WHERE r.value = p.report)"
            f" AND t.facet = 'route' AND t.role = {literal(chosen.role)} AND t.value {among(chosen.routes)})"
        )
    elif chosen.routes:
        parts.append(_holds_any("routes", chosen.routes))
    parts += [_holds_any("routes", [route]) for route in chosen.all_routes]
    if chosen.designs:
        parts.append(f"s.design {among(chosen.designs)}")
    if chosen.not_designs:
        parts.append(f"s.design NOT {among(chosen.not_designs)}")
    for flag in ("randomized", "crossover"):
        wanted = getattr(chosen, flag)
        if wanted is not None:
            parts.append(f"s.{flag} = {literal('yes' if wanted else 'no')}")
    for column in ("blinding", "control"):
        if getattr(chosen, column):
            parts.append(f"s.{column} = {literal(getattr(chosen, column))}")
    if chosen.at_least_people is not None:
        parts.append(f"s.n_total >= {chosen.at_least_people}")
    if chosen.since:
        parts.append(f"s.public_from >= {literal(chosen.since)}")
    if chosen.before:
        parts.append(f"s.public_from < {literal(chosen.before)}")
    if chosen.where:
        parts.append(f"({chosen.where})")
    return "\n    AND ".join(parts) or "1"


def _holds_any(column: str, values: list[str]) -> str:
    return f"EXISTS (SELECT 1 FROM json_each(s.{column}) AS e WHERE e.value {among(values)})"


def _narrower(vocabulary: Vocabulary, conditions: list[str]) -> list[str]:
    """Return the conditions with all that imply them: tags may carry only the narrow one."""
    return [
        term.value
        for term in vocabulary.conditions
        if set(vocabulary.implied("conditions", [term.value])) & set(conditions)
    ]


_PHRASES = {
    "routes": "route {}",
    "all_routes": "all of the routes {}",
    "role": "role {}",
    "conditions": "condition {}",
    "interventions": "drug {}",
    "designs": "design {}",
    "not_designs": "design other than {}",
    "species": "species {}",
    "blinding": "blinding {}",
    "control": "control {}",
    "at_least_people": "at least {} people",
    "since": "public from {}",
    "before": "public before {}",
    "where": "and a condition of its own (see the SQL)",
}
_FLAGS = {
    "primary": ("primary studies", "primary or not"),
    "on_topic": ("on topic", "off topic"),
    "randomized": ("randomized", "not randomized"),
    "crossover": ("crossover", "not crossover"),
}


def describe_filter(chosen: Filter) -> str:
    """Say what a resolved filter lets through: 'primary studies; condition depression; route intranasal'."""
    parts = []
    for key, (yes, no) in _FLAGS.items():
        value = getattr(chosen, key)
        if value is not None:
            parts.append(yes if value else no)
    for key, phrase in _PHRASES.items():
        value = getattr(chosen, key)
        if value:
            joiner = " and " if key == "all_routes" else " or "
            parts.append(phrase.format(joiner.join(map(plain, value)) if isinstance(value, list) else value))
    return "; ".join(parts)


def plain(value: str) -> str:
    """A value of the vocabulary as it is read aloud."""
    return value.replace("_", " ")
