"""Reads the files of rules in `rules/`: data that a clinician can read and correct (`docs/tagger.md`).

A rule says what its words tell (`value`), why (`reason`) and from where that is known (`source`). Its words are a list
of alternatives, each in the notation of `lexicon.expand`; `{name}` stands for one of the alternatives that `parts` of
the same file has under that name.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

from pydantic import Field, ValidationInfo, field_validator, model_validator

from ingest.tagging.lexicon import Rule, expand
from topics.base import PlacedError, TopicModel
from topics.validation import validate
from topics.yaml_lines import load_document

FOLDER = Path(__file__).with_name("rules")
_PART = re.compile(r"\{([^{}]*)\}")

Words = Annotated[str, Field(min_length=1)]
Confidence = Annotated[float, Field(ge=0, le=1)]


class WordRule(TopicModel):
    """Words that say `value`, and longer words that contain them and mean something else."""

    name: Words
    value: Words
    reason: Words
    source: Words
    patterns: Annotated[list[Words], Field(min_length=1)]
    exceptions: list[Words] = Field(default=[])

    def lexicon_rules(self, kind: str) -> list[Rule]:
        """Return the rule and its exceptions for the lexicon, where their hits are of this kind."""
        rules = [Rule(kind, self.value, "|".join(self.patterns))]
        if self.exceptions:
            rules.append(Rule(kind, "", "|".join(self.exceptions)))
        return rules


class PlaceWeights(TopicModel):
    """How sure words are, 0 to 1, by the place of the record that they stand in."""

    title: Confidence = 0.0
    methods: Confidence = 0.0
    """Where the study itself is described: aims and methods."""
    results: Confidence = 0.0
    conclusions: Confidence = 0.0
    background: Confidence = 0.0


class DesignRule(WordRule):
    """Words for a design."""

    weights: PlaceWeights
    repeated: Confidence = 0.0
    """How sure when its words come more than once, where once makes it less sure."""
    unless: str = ""
    """A signal that silences the rule: a text with results is no protocol, whatever it says it will do."""


AnyRule = TypeVar("AnyRule", bound=WordRule)


class RuleFile(TopicModel, Generic[AnyRule]):
    """A whole file: named lists of alternatives, and rules whose patterns may name them."""

    parts: dict[str, list[str]] = Field(default={})
    rules: Annotated[list[AnyRule], Field(min_length=1)]

    @model_validator(mode="before")
    @classmethod
    def _fill_in_parts(cls, given: Any) -> Any:
        """Put the alternatives of every part where a pattern names it; what is not as expected is found later."""
        if not isinstance(given, dict) or not isinstance(given.get("rules"), list):
            return given
        parts = given.get("parts", {})
        if not isinstance(parts, dict) or not all(isinstance(words, list) for words in parts.values()):
            return given
        known = {name: f"({'|'.join(map(str, words))})" for name, words in parts.items()}
        rules = []
        for number, rule in enumerate(given["rules"]):
            filled = dict(rule) if isinstance(rule, dict) else rule
            for key in ("patterns", "exceptions"):
                if isinstance(rule, dict) and isinstance(rule.get(key), list):
                    filled[key] = [
                        _filled(pattern, known, ("rules", number, key, place)) if isinstance(pattern, str) else pattern
                        for place, pattern in enumerate(rule[key])
                    ]
            rules.append(filled)
        return {**given, "rules": rules}

    @field_validator("rules")
    @classmethod
    def _names_differ(cls, rules: list[AnyRule], info: ValidationInfo) -> list[AnyRule]:
        """A rule is known by its name: in tags, in the trained weights, on pages."""
        first: dict[str, int] = {}
        for number, rule in enumerate(rules):
            if rule.name in first:
                raise PlacedError((number, "name"), f"expected a name of its own; found {rule.name!r} again")
            first[rule.name] = number
        return rules


def _filled(pattern: str, parts: dict[str, str], place: tuple[str | int, ...]) -> str:
    """Return a pattern with its parts filled in, in the notation of the lexicon."""
    for name in _PART.findall(pattern):
        if name not in parts:
            raise PlacedError(place, f"expected one of the parts: {', '.join(parts) or 'none'}; found '{{{name}}}'")
    filled = _PART.sub(lambda named: parts[named[1]], pattern)
    try:
        expand(filled)
    except ValueError as error:
        raise PlacedError(place, f"expected words, (a|b), [ab] and x? only; {error}") from None
    return filled


def read_rules(path: Path, model: type[AnyRule]) -> Sequence[AnyRule]:
    """Return the rules of a file in order.

    Raises BadInputError with file, line, key and what was expected.
    """
    return validate(RuleFile[model], load_document(path)).rules  # type: ignore[valid-type]
