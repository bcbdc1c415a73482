"""Charts as SVG, made on the server: small, readable in light and dark, with their meaning in words for who cannot see.

Everything is drawn in units of a 360 wide picture, so that its letters can still be read on a phone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, floor, log10
from textwrap import wrap

from markupsafe import Markup, escape

Point = tuple[float, float]
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 10, 16, 22
_WIDTH, _HEIGHT = 360, 170


@dataclass(frozen=True)
class Line:
    """A value over time as a staircase: each (year, value) holds until the next."""

    label: str
    points: Sequence[Point]
    dashed: bool = False


@dataclass(frozen=True)
class Frame:
    """What stands behind the lines of a chart."""

    low: float | None = None
    """Lowest value that the article leads one to expect."""
    high: float | None = None
    written: tuple[float, float] | None = None
    """Years between which the article was written."""
    since: float | None = None
    """Where the time axis begins at the latest."""
    until: float | None = None
    """Where it ends at the earliest."""
    flips: Sequence[Point] = field(default_factory=tuple)
    """Where the verdict became another one."""
    ranks: bool = False
    """Values are places: the first stands on top, and there is none before it."""


def year_of(date: str) -> float:
    """A date as precise as it is known, as a year with its fraction: '2014-07' is 2014.5."""
    parts = [int(part) for part in date.split("-")] + [1, 1]
    return round(parts[0] + (parts[1] - 1) / 12 + (parts[2] - 1) / 365, 3)


def spark(lines: Sequence[Line], frame: Frame, words: str) -> Markup:
    """A line the size of a word; of the frame only the time axis counts."""
    points = [point for line in lines for point in line.points]
    if not points:
        return Markup("")
    x, y = _scales(points, Frame(since=frame.since, until=frame.until, ranks=frame.ranks), (0, 72), (21, 3))
    drawn = "".join(
        f'<path class="line{" dashed" if line.dashed else ""}" d="{_staircase(line.points, x, y, 72)}"/>'
        for line in lines
    )
    return _svg("spark", 76, 24, words, drawn)


def chart(lines: Sequence[Line], frame: Frame, words: str) -> Markup:
    """Lines over the years, with what the article leads one to expect, and when it was written."""
    points = [point for line in lines for point in line.points]
    if not points:
        return Markup("")
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    x, y = _scales(points, frame, (_LEFT, right), (bottom, _TOP))
    whole = all(value == int(value) for _, value in points)
    parts = []
    if frame.written:
        start, end = (x(x.within(year)) for year in frame.written)
        parts.append(f'<rect class="written" x="{start:.1f}" y="{_TOP}" width="{max(end - start, 2):.1f}" '
                     f'height="{bottom - _TOP}"/>')  # fmt: skip
    if frame.low is not None or frame.high is not None:
        low = y.low if frame.low is None else frame.low
        ends = [y(y.within(edge)) for edge in (low, y.high if frame.high is None else frame.high)]
        parts.append(f'<rect class="expected" x="{_LEFT}" y="{min(ends) - 1:.1f}" width="{right - _LEFT}" '
                     f'height="{max(ends) - min(ends) + 2:.1f}"/>')  # fmt: skip
    parts += [_tick_y(value, y(value), right) for value in y.ticks(whole=whole)]
    parts += [_tick_x(value, x(value), bottom) for value in x.ticks(whole=True)]
    parts += [
        f'<path class="line{" dashed" if line.dashed else ""}" d="{_staircase(line.points, x, y, right)}"/>'
        for line in lines
    ]
    parts += [
        f'<circle class="flip" cx="{x(year):.1f}" cy="{y(y.within(value)):.1f}" r="4"/>' for year, value in frame.flips
    ]
    names = " · ".join(f"{'╌ ' if line.dashed else '— '}{line.label}" for line in lines)
    parts.append(f'<text x="{_LEFT}" y="11">{escape(names)}</text>')
    return _svg("chart", _WIDTH, _HEIGHT, words, "".join(parts))


@dataclass(frozen=True)
class Box:
    """A box of a flow of records; `side` boxes leave the flow to the right of the one above them."""

    lines: Sequence[str]
    side: bool = False


def flow(boxes: Sequence[Box], words: str) -> Markup:
    """Boxes from top to bottom joined by arrows, as in a PRISMA 2020 diagram."""
    parts, top, middle = [], 4, 84
    before: int | None = None
    for box in boxes:
        text = [part for line in box.lines for part in wrap(line, 25)]
        height = 10 + 15 * len(text)
        left, width = (192, 164) if box.side else (4, 164)
        if before is not None:
            if box.side:
                parts.append(_arrow(middle, before, middle, top + height // 2, head=False))
                parts.append(_arrow(middle, top + height // 2, left - 1, top + height // 2))
            else:
                parts.append(_arrow(middle, before, middle, top - 1))
        parts.append(f'<rect class="box" x="{left}" y="{top}" width="{width}" height="{height}" rx="3"/>')
        for place, line in enumerate(text):
            weight = ' class="strong"' if not place else ""
            parts.append(f'<text{weight} x="{left + 7}" y="{top + 17 + 15 * place}">{escape(line)}</text>')
        before = top + height // 2 if box.side else top + height
        top += height + 16
    return _svg("flow", _WIDTH, top - 8, words, "".join(parts))


@dataclass(frozen=True)
class _Scale:
    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def within(self, value: float) -> float:
        """The nearest value that the scale has."""
        return min(max(value, self.low), self.high)

    def ticks(self, *, whole: bool = False) -> list[float]:
        """About four round values within the scale."""
        step = 10.0 ** floor(log10((self.high - self.low) / 4))
        step = next(step * factor for factor in (1, 2, 5, 10) if (self.high - self.low) / (step * factor) <= 5)
        step = max(step, 1.0) if whole else step
        return [step * number for number in range(ceil(self.low / step), floor(self.high / step) + 1)]


def _scales(
    points: Sequence[Point], frame: Frame, across: tuple[float, float], down: tuple[float, float]
) -> tuple[_Scale, _Scale]:
    years = (
        [year for year, _ in points] + [*(frame.written or ())] + [edge for edge in (frame.since, frame.until) if edge]
    )
    values = [value for _, value in points] + [edge for edge in (frame.low, frame.high) if edge is not None]
    first, last = min(years), max(years)
    if last - first < 1:
        first, last = first - 0.5, last + 0.5
    x = _Scale(first, last, *across)
    if frame.ranks:
        bottom, top = down
        return x, _Scale(1.0, max(*values, 2.0), top, bottom)
    return x, _Scale(min(0.0, *values), max(*values, 1.0), *down)


def _staircase(points: Sequence[Point], x: _Scale, y: _Scale, right: float) -> str:
    (year, value), *rest = points
    steps = "".join(f"H{x(year):.1f}V{y(value):.1f}" for year, value in rest)
    return f"M{x(year):.1f} {y(value):.1f}{steps}H{right:.1f}"


def _tick_y(value: float, at: float, right: float) -> str:
    return (f'<path class="grid" d="M{_LEFT} {at:.1f}H{right}"/>'
            f'<text class="tick" x="{_LEFT - 5}" y="{at + 4:.1f}" text-anchor="end">{value:g}</text>')  # fmt: skip


def _tick_x(value: float, at: float, bottom: float) -> str:
    anchor = "end" if at > _WIDTH - 24 else "middle"
    return f'<text class="tick" x="{at:.1f}" y="{bottom + 15:.1f}" text-anchor="{anchor}">{value:.0f}</text>'


def _arrow(x1: float, y1: float, x2: float, y2: float, *, head: bool = True) -> str:
    tip = ""
    if head:
        tip = f"M{x2 - 5} {y2 - 4}l5 4l-5 4" if y1 == y2 else f"M{x2 - 4} {y2 - 5}l4 5l4 -5"
    return f'<path class="arrow" d="M{x1} {y1}L{x2} {y2}{tip}"/>'


def _svg(name: str, width: int, height: int, words: str, inner: str) -> Markup:
    """`inner` is made here of numbers and escaped text."""
    return Markup(
        '<svg class="{}" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">{}</svg>'
    ).format(name, width, height, width, height, words, Markup(inner))  # noqa: S704
