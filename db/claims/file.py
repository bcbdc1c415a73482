"""The article's claims as data: `claims.yml`, each claim in our words and split into assertions."""

from collections.abc import Iterable

from pydantic import Field, ValidationInfo, model_validator

from db.claims.filters import Filter, Scope
from db.claims.kinds import Assertion, Identifier, Kind
from topics.base import PlacedError, Text, TopicModel, Value
from topics.model import Topic
from topics.validation import validate
from topics.vocabulary import FILTERS, ROLES, ROUTES, names, values_of
from topics.yaml_lines import Location, load_document


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

    def _check_assertion(self, topic: Topic, assertion: Kind, here: Location) -> None:
        try:
            assertion.faults()
        except PlacedError as fault:
            raise PlacedError((*here, *fault.place), str(fault)) from None
        for key, named in assertion.routes_named.items():
            _check_values(_routes(topic), named, (*here, key), "route")
        for key, chosen in assertion.filters.items():
            if chosen.like and chosen.like not in self.filters:
                raise PlacedError(
                    (*here, key, "like"),
                    f"'{chosen.like}' is not under filters; expected one of: {', '.join(self.filters) or 'none there'}",
                )
            _check_filter(topic, chosen, (*here, key))

    def scope(self, topic: Topic) -> Scope:
        """What filters of this file mean."""
        return Scope(self.filters, topic.vocabulary)


def load_claims(topic: Topic) -> Claims:
    """Read the topic's `claims.yml`; no claims when there is no such file.

    Raises BadInputError naming file, line, key and what was expected.
    """
    path = topic.folder / "claims.yml"
    if not path.exists():
        return Claims.model_construct(filters={}, claims=[])
    return validate(Claims, load_document(path), context=topic)


def _routes(topic: Topic) -> list[str]:
    return sorted(names(ROUTES)) + [term.value for term in topic.vocabulary.routes]


def _check_filter(topic: Topic, chosen: Filter, here: Location) -> None:
    vocabulary = topic.vocabulary
    of_topic = {facet: [term.value for term in getattr(vocabulary, facet)] for facet in type(vocabulary).model_fields}
    of_topic["routes"] = _routes(topic)
    for key in FILTERS:
        if key.test in ("any", "all", "none", "is", "role"):
            values = names(ROLES) if key.test == "role" else values_of(key.column)
            allowed = sorted(values) if key.test == "role" else of_topic.get(key.column, sorted(values))
            what = key.key.removeprefix("not_").removesuffix("s")
            _check_values(allowed, getattr(chosen, key.key), (*here, key.key), what)
    if chosen.role and not chosen.routes:
        raise PlacedError((*here, "role"), "says the role of routes; expected routes beside it")


def _check_values(allowed: Iterable[str], given: str | list[str] | None, here: Location, what: str) -> None:
    known = list(allowed)
    places = {here: given} if isinstance(given, str) else {(*here, at): value for at, value in enumerate(given or ())}
    for place, value in places.items():
        if value not in known:
            raise PlacedError(place, f"'{value}' is not a {what}; expected one of: {', '.join(known)}")
