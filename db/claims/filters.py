"""Which studies an assertion is about: the filter as `claims.yml` gives it, as SQL, and in words.

Every query starts from `known`, the studies known on a day (today: those whose state still stands), without retracted
ones, and narrows it to `matching`. Values are written into the text, quoted, because a stored query runs as it stands.
"""

# ruff: noqa: S608 - queries are the product here; their values come from the topic's files and are quoted by `literal`

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, assert_never

from pydantic import BeforeValidator, Field, create_model, model_validator

from topics.base import PartialDate, PlacedError, Text, TopicModel, Value
from topics.model import Vocabulary
from topics.vocabulary import COLUMNS, FILTERS, FilterKey, FilterTest, narrower

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


def _as_value(given: Any) -> Any:
    """YAML reads a phase, 2, as a number; values of the vocabulary are text."""
    return str(given) if isinstance(given, int) and not isinstance(given, bool) else given


VocabularyValue = Annotated[str, BeforeValidator(_as_value), Field(pattern=r"^[a-z0-9][a-z0-9_/]*$", max_length=60)]
"""A value that a filter asks for."""
_GIVEN: dict[FilterTest, Any] = {
    **dict.fromkeys(("any", "all", "none"), (list[VocabularyValue], Field(default_factory=list))),
    **dict.fromkeys(("role", "is"), (VocabularyValue | None, None)),
    **dict.fromkeys(("yes_no", "flag"), (bool | None, None)),
    **dict.fromkeys(("at_least", "at_most"), (int | float | None, None)),
    "only": (bool, True),
}
"""What the file gives for a key, by its test: (type, default) as pydantic takes them."""


class _Filter(TopicModel):
    """Which studies count: every key that is given must hold. Lists mean any of their values, unless named `all`.

    Only primary studies count unless `primary: false` lets in reviews, protocols and secondary analyses as well; a
    role is that of `routes`, and without it both roles that count do. Keys of facets are `topics.vocabulary.FILTERS`.
    """

    like: Value | None = None
    """Name of a filter under `filters` whose keys this one starts from."""
    since: PartialDate | None = None
    before: PartialDate | None = None
    """Public on or after `since`; public before `before`."""
    where: Text | None = None
    """Hand-written SQL: a condition over the columns of `study_history`, as `s`."""


if TYPE_CHECKING:

    class Filter(_Filter):
        """With the keys that other modules ask for by name."""

        routes: list[str]
        role: str | None

else:
    Filter = create_model(
        "Filter", __base__=_Filter, __doc__=_Filter.__doc__, **{key.key: _GIVEN[key.test] for key in FILTERS}
    )


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
        found: set[str] = set()
        for key in FILTERS:
            given = getattr(resolved, key.key)
            if key.test in ("any", "all"):
                found.update(_meant(key, given, self.vocabulary))
            elif key.test in ("is", "role") and given:
                found.add(given)
            elif key.test == "yes_no" and given is not None:
                found.add(_yes_no(given))
        return found

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
    parts = [
        condition
        for key in FILTERS
        if (given := getattr(chosen, key.key)) not in (None, [])
        for condition in _conditions(key, given, chosen, vocabulary)
    ]
    if chosen.since:
        parts.append(f"s.public_from >= {literal(chosen.since)}")
    if chosen.before:
        parts.append(f"s.public_from < {literal(chosen.before)}")
    if chosen.where:
        parts.append(f"({chosen.where})")
    return "\n    AND ".join(parts) or "1"


def _conditions(key: FilterKey, given: Any, chosen: Filter, vocabulary: Vocabulary) -> list[str]:
    """Write what a key of a filter says; nothing of a key that only adds to another."""
    column = f"s.{key.column}"
    match key.test:
        case "any":
            values = _meant(key, given, vocabulary)
            if COLUMNS[key.column].type != "list":
                return [f"{column} {among(values)}"]
            return [
                _in_role(values, chosen.role) if key.key == "routes" and chosen.role else _holds_any(column, values)
            ]
        case "all":
            return [_holds_any(column, [value]) for value in given]
        case "none":
            return [f"{column} NOT {among(given)}"]
        case "role":
            return []  # said of the routes
        case "is":
            return [f"{column} = {literal(given)}"]
        case "yes_no":
            return [f"{column} = {literal(_yes_no(given))}"]
        case "flag":
            return [f"{column} = {int(given)}"]
        case "only":
            return [f"{column} = 1"] if given else []
        case "at_least":
            return [f"{column} >= {given}"]
        case "at_most":
            return [f"{column} <= {given}"]
        case _:
            assert_never(key.test)


def _in_role(routes: Sequence[str], role: str) -> str:
    """A report of the study has one of the routes in this role."""
    return (
        "EXISTS (SELECT 1 FROM study_reports AS p JOIN tags AS t USING (record_id) WHERE p.study_id = s.study_id"
        " AND EXISTS (SELECT 1 FROM json_each(s.reports) AS r WHERE r.value = p.report)"
        f" AND t.facet = 'route' AND t.role = {literal(role)} AND t.value {among(routes)})"
    )


def _holds_any(column: str, values: Sequence[str]) -> str:
    return f"EXISTS (SELECT 1 FROM json_each({column}) AS e WHERE e.value {among(values)})"


def _yes_no(given: bool) -> str:
    return "yes" if given else "no"


def _meant(key: FilterKey, values: Sequence[str], vocabulary: Vocabulary) -> Sequence[str]:
    """The values that a key asks for, with all that imply one of them: tags may carry only the narrow one."""
    if key.narrower:
        return narrower(key.column, values)
    if key.column != "conditions" or not values:
        return values
    return [
        term.value
        for term in vocabulary.conditions
        if set(vocabulary.implied("conditions", [term.value])) & set(values)
    ]


_TURN: dict[FilterTest, int] = {
    "only": 0, "flag": 0, "yes_no": 1, "any": 2, "all": 2, "none": 2, "role": 2, "is": 3, "at_least": 3, "at_most": 3,
}  # fmt: skip
_IN_WORDS = sorted(FILTERS, key=lambda key: (_TURN[key.test], list(COLUMNS).index(key.column)))
"""Keys in the order in which they are said: yes or no before lists, lists before single values."""


def describe_filter(chosen: Filter) -> str:
    """Say what a resolved filter lets through: 'primary studies; condition depression; route intranasal'."""
    parts = []
    for key in _IN_WORDS:
        given = getattr(chosen, key.key)
        if isinstance(given, bool):
            yes, no = key.words.split("/")
            parts.append(yes if given else no)
        elif given:
            joiner = " and " if key.test == "all" else " or "
            parts.append(key.words.format(joiner.join(map(plain, given)) if isinstance(given, list) else given))
    parts += [words.format(given) for name, words in _OTHER_WORDS.items() if (given := getattr(chosen, name))]
    return "; ".join(parts)


_OTHER_WORDS = {
    "since": "public from {}",
    "before": "public before {}",
    "where": "and a condition of its own (see the SQL)",
}


def plain(value: str) -> str:
    """A value of the vocabulary as it is read aloud."""
    return value.replace("_", " ")
