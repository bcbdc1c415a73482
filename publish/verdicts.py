"""Verdicts for the eye: always a word and a shape, the colour only helps; and values of tests in words and figures."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from publish.cells import readable
from publish.charts import Line, year_of

MEANING = {
    "holds": "the evidence says what the article says",
    "partly": "some of it holds and some does not, or the papers disagree",
    "outdated": "it held when the article was written and no longer does",
    "contradicted": "the evidence says otherwise",
    "insufficient": "too little is known here to say",
    "not_testable": "no search of studies can settle it",
    "stale": "the search behind it is too old or not complete",
}
"""Every verdict in the order of the legend, in one line."""

_RING = '<circle cx="8" cy="8" r="7" fill="none" stroke="currentColor" stroke-width="1.6"/>'
_SHAPES = {
    "holds": '<circle cx="8" cy="8" r="8"/><path d="M4 8.4l2.7 2.8L12 5.4" class="cut"/>',
    "partly": f'{_RING}<path d="M8 1a7 7 0 0 0 0 14z"/>',
    "outdated": f'{_RING}<path d="M8 3.6V8l3 2.2" fill="none" stroke="currentColor" stroke-width="1.6"/>',
    "contradicted": '<rect width="16" height="16" rx="2"/><path d="M4.4 4.4l7.2 7.2M11.6 4.4l-7.2 7.2" class="cut"/>',
    "insufficient": '<circle cx="8" cy="8" r="7" fill="none" stroke="currentColor" stroke-width="1.6" '
    'stroke-dasharray="2.6 2.9"/>',
    "not_testable": '<path d="M1 8h14" stroke="currentColor" stroke-width="2.4"/>',
    "stale": '<path d="M8 1l7.4 13.6H.6z" fill="none" stroke="currentColor" stroke-width="1.6"/>'
    '<path d="M8 6v4.4M8 11.6v1.2" stroke="currentColor" stroke-width="1.6"/>',
}
_SHAPES["held for a part"] = _SHAPES["partly"]
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def mark(verdict: str | None) -> Markup:
    """The verdict as a shape and its word."""
    name = verdict or "not known"
    shape = Markup(_SHAPES.get(name, ""))  # noqa: S704  (written above)
    return Markup(
        '<span class="verdict verdict-{}"><svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">{}</svg>'
        "{}</span>"
    ).format(name.replace("_", "-").replace(" ", "-"), shape, readable(name))


def found(kind: str, value: str | None) -> str:
    """What a test found, in a few words; '' for what cannot be tested."""
    match kind:
        case "count":
            return f"{value} {'study' if value == '1' else 'studies'}" if value else "no studies"
        case "exists":
            return {"yes": "a study is known", "no": "no study is known"}.get(value or "", "not known")
        case "rank":
            return f"place {value}" if value else "no study has it"
        case "share":
            return f"{value} %" if value else "nothing to count"
        case "span":
            return f"{value} years" if value else "no dated study"
        case "quantity":
            return f"{value} figures agree" if value else "no figure"
        case "list":
            return value or "nothing judged"
        case "attribute":
            return readable(value) if value else "not known"
    return ""


def bounds(expected: str | None) -> tuple[float | None, float | None]:
    """(lowest, highest) that the article leads one to expect, from 'at least 20 years', '97 to 99 %', '1 study'."""
    numbers = [float(number) for number in _NUMBER.findall(expected or "")]
    if not numbers:
        return None, None
    if str(expected).startswith("at least"):
        return numbers[0], None
    if str(expected).startswith("at most"):
        return None, numbers[0]
    return numbers[0], numbers[-1]


def lines_of(
    kind: str, timeline: Sequence[Mapping[str, Any]], papers: Iterable[tuple[str, str, int]] = ()
) -> list[Line]:
    """What a test came to over time: its value where that is one number, else papers for and against.

    Args:
        kind: the kind of the assertion.
        timeline: rows of `verdict_timeline` in order.
        papers: (stance, date, number of papers) in any order.
    """
    if kind in ("count", "share", "rank", "span"):
        points = [
            (year_of(row["date"]), float(row["value"])) for row in timeline if row["date"] and _is_number(row["value"])
        ]
        return (
            [Line({"count": "studies", "share": "%", "rank": "place", "span": "years"}[kind], points)] if points else []
        )
    if kind not in ("exists", "list", "quantity"):
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


def _is_number(value: str | None) -> bool:
    return bool(value and _NUMBER.fullmatch(value))
