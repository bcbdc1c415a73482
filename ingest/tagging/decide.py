"""From tags to the values that count.

Layers, strongest first: the register (a person read the record), human indexing, the text, automated indexing. For
most facets the strongest layer that speaks decides; for the design indexing and text are weighed together, because
publication types overlap (a protocol, a re-analysis and a trial are all 'Randomized Controlled Trial').
"""

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from ingest.tagging.model import OTHERS, VOTE, Decision, Tag
from topics.vocabulary import (
    COLUMNS,
    FACETS,
    NOT_FIRST_HAND,
    NOTHING,
    PRECEDENCE,
    REVIEWS,
    ROLES_THAT_COUNT,
    ROUTES,
    TAGS,
    Facet,
    as_said,
    joined,
    names,
)

ENOUGH = 0.5
"""A design counts from this confidence on."""
NAMED = 0.9
"""A design that the title or an index names goes before one that is only mentioned."""
SURE_TOTAL = 0.65
"""A number of people less sure than this stays a tag and is no total: better none than a guess."""
LARGE = 1000
"""A first-hand study of so many people, of whom the text does not say that they were randomized, waits for a person.

Of the 229 first-hand studies on topic in the bundled register 6 have as many. Among numbers read from text these are
the registers searched, the prevalences and the comparators' claims, and one of them outweighs all small studies.
"""
BOUND_ROUTE = 0.8
"""Routes from it on are tied to the drug by the words; where the title has one, only such routes count."""
SURE_ROUTE = 0.55
"""Routes below it are inferred ('infusion'): they count only where no route is named."""
_ORDER = {route: number for number, route in enumerate(names(ROUTES))}
_UNSAID = {None, "other", *names(NOTHING)}
_COMPARED = [*(facet.tag for facet in FACETS if facet.tag and facet.column and facet.type != "list"), "route"]


def _layer(tag: Tag) -> int:
    if tag.source == "register":
        return 3
    if tag.source == "text":
        return 1
    return 0 if "automated" in tag.rule else 2


def _strongest(tags: list[Tag]) -> list[Tag]:
    top = max((_layer(tag) for tag in tags), default=0)
    return [tag for tag in tags if _layer(tag) == top]


def decide(tags: Iterable[Tag], *, has_abstract: bool) -> Decision:
    """Return the values that count; see `Decision` for what stands where nothing is known."""
    by_facet: dict[str, list[Tag]] = {}
    for tag in tags:
        by_facet.setdefault(tag.facet, []).append(tag)
    nothing = "not_reported" if has_abstract else "no_abstract"
    design, designs = design_of(by_facet.get("design", []))
    n_total, basis = _n_total(by_facet.get("n_total", []), nothing, first_hand=design not in NOT_FIRST_HAND)
    review = design in REVIEWS
    absent = "not_applicable" if review or design == "notice" else nothing

    def alike(facets: Iterable[Facet]) -> dict[str, Any]:
        return {
            facet.column: _RULES[facet.decided](
                facet.column, by_facet.get(facet.tag, []), absent if facet.of_a_study else nothing
            )
            for facet in facets
        }

    return Decision(
        routes=_routes(by_facet.get("route", []), review),
        designs=designs,
        design=design,
        n_total=n_total,
        n_total_basis=basis,
        is_primary=design not in NOT_FIRST_HAND,
        **alike(_BY_NAME),
        others=alike(OTHERS),
    )


def design_of(tags: list[Tag]) -> tuple[str, tuple[str, ...]]:
    """Return the design that counts and every design with enough evidence, from tags of the facet `design`.

    A vote of the trained model goes before the rules that read the text, not before people who read the article.
    """
    register = [tag for tag in tags if tag.source == "register"]
    votes = [tag.value for tag in tags if tag.rule == VOTE]
    if votes and not any(tag.source != "text" and tag.confidence >= ENOUGH for tag in tags):
        _, others = design_of([tag for tag in tags if tag.rule != VOTE and tag.confidence >= ENOUGH])
        return votes[0], tuple(dict.fromkeys([votes[0], *[value for value in others if value != "other"]]))
    evidence: dict[str, float] = {}
    for tag in register or tags:
        evidence[tag.value] = max(evidence.get(tag.value, 0.0), tag.confidence)
    known = [design for design in PRECEDENCE if design in evidence]
    named = [design for design in known if evidence[design] >= NAMED]
    enough = [design for design in known if evidence[design] >= ENOUGH]
    if enough:
        return (named or enough)[0], tuple(enough)
    best = max(known, key=lambda design: evidence[design], default="other")
    if evidence.get(best, 0.0) >= 0.3:
        return best, (best,)
    return "other", ("other",)


def _routes(tags: list[Tag], review: bool) -> tuple[str, ...]:
    if not tags:
        return ()
    register = [tag for tag in tags if tag.source == "register"]
    roles = {*ROLES_THAT_COUNT, "reviewed"} if review else ROLES_THAT_COUNT
    counted = [tag for tag in register or tags if tag.role in roles]
    titled = any(tag.field == "title" and tag.confidence >= BOUND_ROUTE for tag in counted)
    least = BOUND_ROUTE if titled else SURE_ROUTE
    sure = [tag for tag in counted if tag.confidence >= least]
    values = {tag.value for tag in sure or counted}
    return tuple(sorted(values, key=lambda value: (_ORDER.get(value, len(_ORDER)), value)))


def _every(column: str, tags: list[Tag], nothing: str) -> tuple[str, ...]:
    """Each value that is sure enough; the register's alone where it has any."""
    register = [tag for tag in tags if tag.source == "register"]
    return tuple(dict.fromkeys([tag.value for tag in register or tags if tag.confidence >= ENOUGH]))


def _surest(column: str, tags: list[Tag], nothing: str) -> str:
    """The value with the most confidence in the strongest layer; 'abstained' where two are as sure."""
    if not tags:
        return nothing
    evidence: dict[str, float] = {}
    for tag in _strongest(tags):
        evidence[tag.value] = max(evidence.get(tag.value, 0.0), tag.confidence)
    ranked = sorted(evidence.items(), key=lambda pair: -pair[1])
    if len(ranked) > 1 and ranked[0][1] == ranked[1][1]:
        return "abstained"
    return ranked[0][0]


def _n_total(tags: list[Tag], nothing: str, *, first_hand: bool) -> tuple[int | None, str]:
    """(people, what they did), or (None, a kind of nothing)."""
    register = [tag for tag in tags if tag.source == "register"]
    if register:
        said = re.search(r"\((\w+)", register[0].quote)
        return int(register[0].value), said[1] if said else "stated"
    if not tags:
        return None, nothing
    best = max(tags, key=lambda tag: tag.confidence)
    if best.confidence < SURE_TOTAL:
        return None, "abstained"
    n_total, basis = int(best.value), best.rule.rpartition(" ")[2]
    if first_hand and n_total >= LARGE and basis != "randomized":
        return None, "unsure"
    return n_total, basis


def _joined(column: str, tags: list[Tag], nothing: str) -> str:
    """The value of the strongest layer, or the one that joins several; 'abstained' where none does."""
    values = frozenset(tag.value for tag in _strongest(tags))
    return (_join(column, values) or "abstained") if values else nothing


_join = cache(joined)


def _largest(column: str, tags: list[Tag], nothing: str) -> float | None:
    """The largest number of the strongest layer; None where there is none."""
    return max((float(tag.value) for tag in _strongest(tags)), default=None)


_BY_NAME = [facet for facet in COLUMNS.values() if facet.decided != "own" and facet not in OTHERS]
_RULES: dict[str, Callable[[str, list[Tag], str], Any]] = {
    "every": _every, "strongest": _surest, "joined": _joined, "largest": _largest,
}  # fmt: skip


def disagreements(tags: Iterable[Tag]) -> list[tuple[str, str, str, str, str]]:
    """Return (facet, value, source, other value, other source) wherever two sources say different things.

    Each source is first reduced to what it says on its own. 'automated' is put before the source of automated indexing.
    """
    by_source: dict[str, list[Tag]] = {}
    sources_of: dict[str, set[str]] = {}
    for tag in tags:
        source = f"automated {tag.source}" if "automated" in tag.rule else tag.source
        by_source.setdefault(source, []).append(tag)
        sources_of.setdefault(tag.facet, set()).add(source)
    rows = []
    for facet in _COMPARED:
        if len(sources_of.get(facet, ())) < 2:
            continue
        said = [(source, _said(by_source[source], facet)) for source in sorted(sources_of[facet])]
        known = [(source, value) for source, value in said if value]
        rows += [
            (facet, value_a, source_a, value_b, source_b)
            for number, (source_a, value_a) in enumerate(known)
            for source_b, value_b in known[number + 1 :]
            if value_a != value_b
        ]
    return rows


def _said(tags: list[Tag], facet: str) -> str:
    """What a source says of a facet, '' where it cannot tell."""
    decision = decide(tags, has_abstract=True)
    if facet == "route":
        return ";".join(decision.routes)
    value = decision.value(TAGS[facet].column)
    return "" if value in _UNSAID else as_said(value)
