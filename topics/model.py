"""What a topic file may say: the search, the vocabulary, what counts as on topic, and the article.

Every model is frozen and refuses keys it does not know, so that a misspelt key is an error and not a silence.
"""

from collections.abc import Iterable
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Annotated

from pydantic import Field, PrivateAttr, model_validator

from topics.base import PartialDate, PlacedError, Text, TopicModel, Value
from topics.search import Search


class Term(TopicModel):
    """One vocabulary value: its words in text, its MeSH UIs, and the values it implies."""

    value: Value
    label: Text
    terms: list[Text] = Field(min_length=1)
    """Words and phrases as they stand in text, lower case."""
    mesh: list[Annotated[str, Field(pattern=r"^[CD]\d{6,9}$")]] = Field(default_factory=list)
    """MeSH UIs: descriptors (D…) or supplementary concepts (C…)."""
    broader: list[Value] = Field(default_factory=list)
    """Values of the same list that this one implies: treatment_resistant_depression implies depression."""

    @model_validator(mode="after")
    def _terms_are_lower_case(self) -> "Term":
        for position, term in enumerate(self.terms):
            if term != term.lower() or term != term.strip():
                raise PlacedError(("terms", position), f"'{term}': expected lower case without outer spaces")
        return self


class Vocabulary(TopicModel):
    """The values that tags of this topic may take, beside the routes and designs that every topic has."""

    interventions: list[Term] = Field(min_length=1)
    conditions: list[Term] = Field(min_length=1)
    routes: list[Term] = Field(default_factory=list)
    """Routes beyond the common ones."""

    @model_validator(mode="after")
    def _values_are_unique_and_known(self) -> "Vocabulary":
        for facet in type(self).model_fields:
            terms: list[Term] = getattr(self, facet)
            values = [term.value for term in terms]
            for position, term in enumerate(terms):
                if term.value in values[:position]:
                    raise PlacedError((facet, position, "value"), f"'{term.value}' stands here twice; expected once")
                for place, broader in enumerate(term.broader):
                    if broader not in values:
                        raise PlacedError(
                            (facet, position, "broader", place),
                            f"'{broader}' is not a value of {facet}; expected one of: {', '.join(values)}",
                        )
            _refuse_circles(facet, terms)
        return self

    def implied(self, facet: str, values: Iterable[str]) -> tuple[str, ...]:
        """Add all broader values, in vocabulary order; `facet` is interventions, conditions or routes."""
        terms: list[Term] = getattr(self, facet)
        broader = {term.value: term.broader for term in terms}
        found: set[str] = set()
        waiting = list(values)
        while waiting:
            value = waiting.pop()
            if value not in found:
                found.add(value)
                waiting.extend(broader.get(value, ()))
        order = [term.value for term in terms]
        return tuple(sorted(found, key=lambda value: (order.index(value) if value in order else len(order), value)))


def _refuse_circles(facet: str, terms: list[Term]) -> None:
    broader = {term.value: term.broader for term in terms}
    for position, term in enumerate(terms):
        seen: set[str] = set()
        waiting = list(term.broader)
        while waiting:
            value = waiting.pop()
            if value == term.value:
                raise PlacedError((facet, position, "broader"), f"'{value}' is broader than itself; expected no circle")
            if value not in seen:
                seen.add(value)
                waiting.extend(broader[value])


class Ground(TopicModel):
    """One sufficient reason for a record to be on topic: any of the values listed."""

    reason: Text
    conditions: list[Value] = Field(default_factory=list)
    designs: list[Value] = Field(default_factory=list)
    quantities: list[Value] = Field(default_factory=list)
    """Measured quantities such as bioavailability."""

    @model_validator(mode="after")
    def _says_something(self) -> "Ground":
        if not (self.conditions or self.designs or self.quantities):
            raise PlacedError((), "expected conditions, designs or quantities, at least one of them")
        return self


class OnTopic(TopicModel):
    """What counts as on topic: an intervention of the list, no excluded species, and one of the grounds."""

    interventions: list[Value] = Field(min_length=1)
    excluded_species: list[Value] = Field(default_factory=list)
    any_of: list[Ground] = Field(min_length=1)


class Written(TopicModel):
    """When the article was written: the same date twice when it is known, else the range it must lie in."""

    earliest: PartialDate
    latest: PartialDate
    basis: Text
    """How the dates are known."""


class Article(TopicModel):
    """The article whose claims are tested."""

    title: Text
    about: Text
    url: str | None = None
    written: Written
    sections: list[Text] = Field(min_length=1)


class Sensitivity(TopicModel):
    """For what verdicts are also given apart, beside what is done for every topic (`db.claims.sensitivity`)."""

    interventions: list[Value] = Field(default_factory=list)
    """Studies that gave this drug, each in turn."""


class Topic(TopicModel):
    """A topic file, validated."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
    title: Text
    question: Text
    article: Article
    search: Search
    vocabulary: Vocabulary
    on_topic: OnTopic
    sensitivity: Sensitivity = Field(default_factory=Sensitivity)
    _folder: Path = PrivateAttr(default=Path())

    @model_validator(mode="after")
    def _on_topic_uses_the_vocabulary(self) -> "Topic":
        interventions = [term.value for term in self.vocabulary.interventions]
        conditions = [term.value for term in self.vocabulary.conditions]
        for place, named in (("on_topic", self.on_topic), ("sensitivity", self.sensitivity)):
            for position, value in enumerate(named.interventions):
                if value not in interventions:
                    raise PlacedError(
                        (place, "interventions", position),
                        f"'{value}' is not an intervention of the vocabulary; expected one of: "
                        f"{', '.join(interventions)}",
                    )
        for ground_at, ground in enumerate(self.on_topic.any_of):
            for position, value in enumerate(ground.conditions):
                if value not in conditions:
                    raise PlacedError(
                        ("on_topic", "any_of", ground_at, "conditions", position),
                        f"'{value}' is not a condition of the vocabulary; expected one of: {', '.join(conditions)}",
                    )
        return self

    @property
    def folder(self) -> Path:
        """The folder that the topic was read from."""
        return self._folder

    @property
    def place(self) -> str:
        """Where to find the topic again: its folder; '' of one that comes with the program, whose name is enough."""
        return "" if self._folder.parent == Path(__file__).parent else str(self._folder)

    def is_on_topic(
        self,
        *,
        interventions: Iterable[str],
        conditions: Iterable[str],
        species: str,
        designs: Iterable[str] = (),
        quantities: Iterable[str] = (),
    ) -> bool:
        """Decide whether a record with these tags counts as on topic; a narrower value counts for its broader ones."""
        rule = self.on_topic
        if species in rule.excluded_species:
            return False
        if not set(self.vocabulary.implied("interventions", interventions)) & set(rule.interventions):
            return False
        known_conditions = set(self.vocabulary.implied("conditions", conditions))
        known_designs, known_quantities = set(designs), set(quantities)
        return any(
            known_conditions & set(ground.conditions)
            or known_designs & set(ground.designs)
            or known_quantities & set(ground.quantities)
            for ground in rule.any_of
        )

    @cached_property
    def _files(self) -> list[Path]:
        return sorted(path for path in self._folder.iterdir() if path.is_file())

    def digest(self) -> str:
        """Compute the SHA-256 (hex) over name and content of every file of the topic: changes when any of them does."""
        whole = sha256()
        for path in self._files:
            content = path.read_bytes()
            whole.update(f"{path.name}\0{len(content)}\0".encode())
            whole.update(content)
        return whole.hexdigest()
