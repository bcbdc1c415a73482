"""Verdicts, filters and expectations in sentences, for people who do not read SQL."""

from collections.abc import Sequence

from db.claims.assertions import (
    Assertion,
    Attribute,
    Count,
    Exists,
    Filter,
    Listing,
    NotTestable,
    Quantity,
    Rank,
    Share,
    Span,
)
from db.claims.replay import Entry

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

_UNITS = {"concentration": "mg/ml"}
"""Units of quantities that are no share."""


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
            parts.append(phrase.format(joiner.join(map(_plain, value)) if isinstance(value, list) else value))
    return "; ".join(parts)


def expected_in_words(assertion: Assertion) -> str:
    """Say what the article leads one to expect of the value."""
    match assertion:
        case Count():
            return f"{assertion.expected.in_words()} {_studies(assertion.expected.exactly)}"
        case Exists():
            return "at least one study" if assertion.expected else "no study"
        case Rank():
            return f"place {assertion.expected.in_words()} by {assertion.by}"
        case Share():
            return f"{assertion.expected.in_words()} % of {assertion.of}"
        case Span():
            return f"{assertion.expected.in_words()} years"
        case Attribute():
            given = assertion.expected
            return " or ".join(map(_plain, given)) if isinstance(given, list) else _plain(str(given))
        case Quantity():
            return f"{assertion.expected.in_words()} {_UNITS.get(assertion.quantity, '%')}"
        case _:
            return ""


def value_in_words(assertion: Assertion, value: str) -> str:
    """Say what was found."""
    match assertion:
        case Count():
            return f"{value} matching {_studies(float(value))}"
        case Exists():
            return "a matching study is known" if value == "yes" else "no matching study is known"
        case Rank():
            return f"{_plain(assertion.route)} is in place {value} by {assertion.by}" if value else "no study has it"
        case Share():
            return f"{value} % of {assertion.of}" if value else f"no {assertion.of} to count"
        case Span():
            return f"{value} years from first to latest" if value else "no dated study"
        case Attribute():
            what = " + ".join(map(_plain, assertion.routes)) if assertion.routes else _plain(assertion.attribute)
            return f"{what}: {_plain(value)}" if value else f"{what}: not known"
        case Quantity():
            return f"{value} figures with a source are as the article says"
        case Listing():
            return f"papers judged by hand: {value}"
        case _:
            return ""


def because(assertion: Assertion, entries: Sequence[Entry]) -> str:
    """Give the reason of the current verdict in a sentence or two."""
    if isinstance(assertion, NotTestable):
        return assertion.reason
    current = entries[-1]
    sentence = value_in_words(assertion, current.value)
    expected = expected_in_words(assertion)
    sentence = sentence[0].upper() + sentence[1:] + (f"; expected: {expected}." if expected else ".")
    if current.verdict == "insufficient":
        return f"{sentence} Missing: {_missing(assertion)}."
    if current.verdict == "outdated":
        ended = flip(entries)
        if ended:
            return f"{sentence} It held until {ended.date or 'an unknown date'}, when {name_of(ended)} became known."
    return sentence


def flip(entries: Sequence[Entry]) -> Entry | None:
    """Return the entry that ended the last time the assertion held; None if it holds or never did."""
    for position in range(len(entries) - 1, 0, -1):
        if entries[position].verdict == "holds":
            return None
        if entries[position - 1].verdict == "holds":
            return entries[position]
    return None


def name_of(entry: Entry) -> str:
    """Name the record of an entry."""
    return f"PMID {entry.pmid}" if entry.pmid else entry.study_id or "a record"


def _missing(assertion: Assertion) -> str:
    match assertion:
        case Quantity():
            return "a figure with a source"
        case Listing():
            return "papers that a person has read and judged for this"
        case Attribute():
            return "the study itself, or what it says of this"
        case _:
            return "studies that match"


def _studies(number: float | None) -> str:
    return "study" if number == 1 else "studies"


def _plain(value: str) -> str:
    return value.replace("_", " ")
