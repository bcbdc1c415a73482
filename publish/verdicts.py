"""Verdicts for the eye: always a word and a shape, the colour only helps; and values of tests in words and figures."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from db.claims.kinds import KINDS
from db.claims.verdicts import HELD_FOR_A_PART
from publish.cells import readable
from publish.charts import Line, year_of

_RING = '<circle cx="8" cy="8" r="7" fill="none" stroke="currentColor" stroke-width="1.6"/>'
_SHAPES = {
    "holds": '<circle cx="8" cy="8" r="8"/><path d="M4 8.4l2.7 2.8L12 5.4" class="cut"/>',
    "partly": f'{_RING}<path d="M8 1a7 7 0 0 0 0 14z"/>',
    "outdated": f'{_RING}<path d="M8 3.6V8l3 2.2" fill="none" stroke="currentColor" stroke-width="1.6"/>',
    "contradicted": '<rect width="16" height="16" rx="2"/><path d="M4.4 4.4l7.2 7.2M11.6 4.4l-7.2 7.2" class="cut"/>',
    "insufficient": '<circle cx="8" cy="8" r="7" fill="none" stroke="currentColor" stroke-width="1.6" '
    'stroke-dasharray="2.6 2.9"/>',
    "not_assessed": f'{_RING}<path d="M4.6 8h.01M8 8h.01M11.4 8h.01" stroke="currentColor" stroke-width="2" '
    'stroke-linecap="round"/>',
    "not_testable": '<path d="M1 8h14" stroke="currentColor" stroke-width="2.4"/>',
    "by_definition": '<path d="M1 5.6h14M1 10.4h14" stroke="currentColor" stroke-width="2.2"/>',
    "stale": '<path d="M8 1l7.4 13.6H.6z" fill="none" stroke="currentColor" stroke-width="1.6"/>'
    '<path d="M8 6v4.4M8 11.6v1.2" stroke="currentColor" stroke-width="1.6"/>',
}
_SHAPES[HELD_FOR_A_PART] = _SHAPES["partly"]


def mark(verdict: str | None) -> Markup:
    """The verdict as a shape and its word."""
    name = verdict or "not known"
    shape = Markup(_SHAPES.get(name, ""))  # noqa: S704  (written above)
    return Markup(
        '<span class="verdict verdict-{}"><svg viewBox="0 0 16 16" aria-hidden="true">{}</svg>{}</span>'
    ).format(name.replace("_", "-").replace(" ", "-"), shape, readable(name))


def found(kind: str, value: str | None, unit: str | None) -> str:
    """What a test found, in a few words; '' for what cannot be tested."""
    return KINDS[kind].found(value or "", unit or "")


def lines_of(
    kind: str,
    unit: str | None,
    timeline: Sequence[Mapping[str, Any]],
    papers: Iterable[tuple[str, str, int]] = (),
) -> list[Line]:
    """What a test came to over time: its value where that is one number, else papers for and against.

    Args:
        kind: the kind of the assertion.
        unit: the unit of its value.
        timeline: rows of `verdict_timeline` in order.
        papers: (stance, date, number of papers) in any order.
    """
    charted = KINDS[kind].chart
    if charted in ("value", "place"):
        points = [(year_of(row["date"]), float(row["value"])) for row in timeline if row["date"] and row["value"]]
        return [Line(unit or "", points)] if points else []
    if charted != "papers":
        return []
    lines = []
    papers = sorted((date, stance, number) for stance, date, number in papers if date)
    for stance, label, dashed in (("supports", "for", False), ("contradicts", "against", True)):
        total, points = 0, []
        for date, said, number in papers:
            if said == stance:
                total += number
                points.append((year_of(date), float(total)))
        if points:
            lines.append(Line(label, points, dashed))
    return lines


def in_words(lines: Sequence[Line]) -> str:
    """Where each line begins and where it stands, for people who cannot see it."""
    ends = [(line.label, *line.points[0], *line.points[-1]) for line in lines]
    return "; ".join(
        f"{label}: {low:g} in {int(first)}, {high:g} since {int(last)}" for label, first, low, last, high in ends
    )
