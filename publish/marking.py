"""A text with the words behind its tags marked in place: spans that overlap are split at their boundaries.

Each piece of the text is wrapped in one `<mark>` a tag, so that hiding one facet (`STYLES`) leaves the others as they
are. All text is escaped here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from markupsafe import Markup

from publish.cells import readable
from topics.vocabulary import TAGS

FACETS: Mapping[str, str] = {tag: facet.colour for tag, facet in TAGS.items()}
"""Every facet of a tag, in the order in which pages show them → the family that gives it its colour."""
STYLES = Markup("\n").join(
    Markup(
        ".on-{0} {{ --tint: var(--{1}); --edge: var(--{1}-line); --kind: var(--{1}-kind); }}\n"
        ".record:has(#show-{0}:not(:checked)) .on-{0} {{ background: none; text-decoration: none; }}"
    ).format(facet, family)
    for facet, family in {**FACETS, "other": "other"}.items()
)
"""Style rules of every facet: the colour and line of its family, and what its box in the legend hides."""


@dataclass(frozen=True, slots=True)
class Span:
    """Words of a text that a tag rests on: characters `start` up to, not including, `stop`."""

    start: int
    stop: int
    facet: str
    says: str
    """What the tag says, for the eye that rests on the words: 'route: intramuscular (studied)'."""
    tag_id: int


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a text under the same spans from its first to its last character."""

    text: str
    spans: tuple[Span, ...] = ()
    begins: frozenset[int] = frozenset()
    """`tag_id` of the spans whose first shown character this piece begins with."""


def spans_of(tags: Iterable[Mapping[str, Any]], field: str) -> list[Span]:
    """The spans of a record's tags (rows of the table `tags`) in one field, in the order of FACETS."""
    found = [
        Span(tag["start"], tag["end"], tag["facet"], says(tag), tag["tag_id"])
        for tag in tags
        if tag["field"] == field and tag["start"] is not None and tag["end"] is not None and tag["start"] < tag["end"]
    ]
    return sorted(found, key=lambda span: (facet_order(span.facet), span.start, span.tag_id))


def facet_order(facet: str) -> tuple[int, str]:
    """Sorts facets as FACETS has them; ones that it does not know come last."""
    order = list(FACETS)
    return (order.index(facet), "") if facet in FACETS else (len(order), facet)


def says(tag: Mapping[str, Any]) -> str:
    """A tag in a few words."""
    role = f" ({readable(tag['role'])})" if tag["role"] else ""
    return f"{readable(tag['facet'])}: {readable(str(tag['value']))}{role}"


def pieces(text: str, spans: Sequence[Span], start: int = 0, stop: int | None = None) -> list[Piece]:
    """`text[start:stop]`, split wherever a span begins or ends. Spans outside count as far as they reach in."""
    stop = len(text) if stop is None else min(stop, len(text))
    inside = [span for span in spans if span.start < stop and span.stop > start]
    edges = {start, stop, *(max(span.start, start) for span in inside), *(min(span.stop, stop) for span in inside)}
    cuts = sorted(edges) if stop > start else []
    found = []
    for begin, end in pairwise(cuts):
        over = tuple(span for span in inside if span.start <= begin and span.stop >= end)
        begins = frozenset(span.tag_id for span in over if max(span.start, start) == begin)
        found.append(Piece(text[begin:end], over, begins))
    return found


def marked_html(text: str, spans: Sequence[Span], start: int = 0, stop: int | None = None) -> Markup:
    """`text[start:stop]` as HTML, every tag's words in `<mark class="on-FACET">` with what the tag says as its title.

    The first mark of a tag has the id `words-TAG_ID`, for links from the table of tags.
    """
    return Markup("").join(_mark(piece) for piece in pieces(text, spans, start, stop))


def _mark(piece: Piece) -> Markup:
    html = Markup("{}").format(piece.text)
    title = "; ".join(dict.fromkeys(span.says for span in piece.spans))
    for span in piece.spans:
        anchor = Markup(' id="words-{}"').format(span.tag_id) if span.tag_id in piece.begins else ""
        name = span.facet if span.facet in FACETS else "other"
        html = Markup('<mark class="on-{}"{} title="{}">{}</mark>').format(name, anchor, title, html)
    return html
