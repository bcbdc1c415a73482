"""What every model of a topic's files has in common: frozen, no unknown keys, and errors that know their place."""

from collections.abc import Callable, Collection
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from topics.yaml_lines import Location

Value = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
"""A vocabulary value as it stands in the tables: lower-case letters, digits and underscores."""
Text = Annotated[str, Field(min_length=1)]
MAX_PMID = 99_999_999
"""PMIDs have at most eight digits."""
Pmid = Annotated[int, Field(gt=0, le=MAX_PMID)]
"""A record of PubMed by its number."""
DOI_PREFIX = r"10\.\d{4,9}(?:\.\d+)*"
"""The registrant of a DOI, as a pattern: some divide theirs (10.1000.10)."""


def _as_partial_date(given: Any) -> Any:
    """YAML reads 2014 as a number and 2014-06-03 as a date; both are meant as text."""
    if isinstance(given, date) or (isinstance(given, int) and not isinstance(given, bool)):
        return str(given)
    return given


PartialDate = Annotated[
    str, BeforeValidator(_as_partial_date), Field(pattern=r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$")
]
"""A date as precise as it is known: '2014', '2014-06' or '2014-06-03'."""


class PlacedError(ValueError):
    """A fault found by comparing keys with each other; `place` is where it is, below the validated model."""

    def __init__(self, place: Location, message: str) -> None:
        super().__init__(message)
        self.place = place


def one_of(allowed: Collection[str]) -> Callable[[str], str]:
    """Return a check that a value is one of those allowed, where they are made from the vocabulary."""

    def check(given: str) -> str:
        if given not in allowed:
            raise PlacedError((), f"input should be one of: {', '.join(allowed)}; found '{given}'")
        return given

    return check


class TopicModel(BaseModel):
    """Settings that every model of a topic shares."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
