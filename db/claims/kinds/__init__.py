"""The kinds of test that an assertion may be: one class a kind, with all there is to it.

A kind says what `claims.yml` may say of it, how it becomes SQL, what it comes to over the studies of a moment, how that
reads, what a single study says of it, and how it is charted. A new kind is one more class and its place in `Assertion`;
what it forgets is a type error (`_whole`).

The value of a kind is computed twice, by its SQL for whoever asks the database, and by `outcome` for its history; a
test holds the two against each other.
"""

from typing import Annotated, get_args

from pydantic import Field

from db.claims.kinds.comparisons import Compare
from db.claims.kinds.kind import STRONG, CuratedEvidence, Identifier, Kind
from db.claims.kinds.papers import Attribute, ByDefinition, Exists, Listing, NotTestable, Quantity, Untested
from db.claims.kinds.routes import Rank, Share
from db.claims.kinds.sums import Count, Extreme, Span, Total

__all__ = [
    "KINDS",
    "STRONG",
    "Assertion",
    "CuratedEvidence",
    "Identifier",
    "Kind",
    "Listing",
    "NotTestable",
    "Untested",
]

_Assertions = (
    Count | Exists | Rank | Share | Span | Total | Extreme | Compare | Attribute | Quantity | Listing
    | NotTestable | ByDefinition
)  # fmt: skip
Assertion = Annotated[_Assertions, Field(discriminator="kind")]


def _whole(*kinds: type[Kind]) -> dict[str, type[Kind]]:
    """By the name that a claims file gives them. A class that lacks a part of `Kind` is a type error here."""
    return {get_args(kind.model_fields["kind"].annotation)[0]: kind for kind in kinds}


KINDS = _whole(
    Count, Exists, Rank, Share, Span, Attribute, Quantity, Listing, Total, Extreme, Compare, NotTestable, ByDefinition
)  # fmt: skip
"""Every kind, by its name."""
