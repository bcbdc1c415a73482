"""An assertion replayed over time: what its value and verdict were on every date on which the evidence changed.

Studies come and go by date (`study_history`), the tally is kept as they do, and each change of value or verdict is one
entry. All studies of one date are one step, and of these the largest that moved the value the way it went is named.
Studies without a date are in no value and no verdict; how many there are is said. The last entry is today's. The
values are those of the stored SQL (`db.claims.kinds`); a test compares the two.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from db.claims.filters import end_of
from db.claims.kinds import Kind
from db.claims.tally import Match, Tally
from topics.model import Written

BEFORE_ALL = ""
"""Date of the first entry: before any record."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What an assertion came to from a date on."""

    date: str
    value: str
    verdict: str
    pmid: int | None
    """With `study_id`: the study that brought it about; None where none of them did so by itself."""
    study_id: str | None
    studies: int = 0
    """Number of studies that became known, changed or went on that date."""


@dataclass(frozen=True, slots=True)
class History:
    """All that an assertion came to."""

    entries: Sequence[Entry]
    """First to last; the last one still stands."""
    with_retracted: tuple[str, str | None]
    """Verdict and value of today if retracted papers counted."""
    undated: int = 0
    """Number of studies left out because nothing says when they became known."""
    not_attributable: int = 0
    """Of an assertion about people: number of studies of today whose people nothing divides by route."""
    answer: str = ""
    """What was found, in a sentence (`db.claims.answer`)."""


def history_of(assertion: Kind, matches: Sequence[Match], written: Written) -> History:
    """Replay an assertion without retracted papers and, where there are any, with them."""
    entries = replay(assertion, matches, written)
    last = entries[-1]
    if any(match.retracted for match in matches):
        last = replay(assertion, matches, written, with_retracted=True)[-1]
    undated = {match.study_id for match in matches if match.known_from is None and not match.retracted}
    if assertion.judged() is not None:
        undated = set()  # its value is of papers that were judged, and these are dated by that, too
    unknown = {
        match.study_id
        for match in matches
        if assertion.counts_people and match.known_until is None and not match.retracted and not match.n_by_route
    }
    return History(entries, (last.verdict, last.value or None), len(undated), len(unknown - undated))


def replay(assertion: Kind, matches: Iterable[Match], written: Written, *, with_retracted: bool = False) -> list[Entry]:
    """Return the assertion's entries, first to last; verdicts are what someone looking on that date would have said.

    A study that is retracted counts on no date, unless `with_retracted`; one without a date never.
    """
    days: dict[str, list[_Step]] = defaultdict(list)
    for match in matches:
        if match.known_from is None or (match.retracted and not with_retracted):
            continue
        days[match.known_from].append((match, 1))
        if match.known_until is not None:
            days[match.known_until].append((match, -1))
    tally = Tally()
    value, raw = assertion.outcome(tally)
    entries = [Entry(BEFORE_ALL, value, raw, None, None)]
    held_in_window = False
    window_end = end_of(written.latest)
    raw_before = raw
    for day in sorted(days):
        steps = sorted(days[day], key=lambda step: step[1])  # what goes makes room for what takes its place
        before = assertion.measure(tally)
        _take(tally, steps)
        value, raw = assertion.outcome(tally)
        if raw_before == "holds":
            held_in_window |= entries[-1].date <= window_end and day > written.earliest
        verdict = "outdated" if raw == "contradicted" and held_in_window else raw
        raw_before = raw
        if (value, verdict) != (entries[-1].value, entries[-1].verdict):
            by_study: dict[str, list[_Step]] = defaultdict(list)
            for step in steps:
                by_study[step[0].report].append(step)
            cause = _cause(assertion, tally, list(by_study.values()), before)
            pmid, study_id = (cause.pmid, cause.study_id) if cause else (None, None)
            entries.append(Entry(day, value, verdict, pmid, study_id, len(by_study)))
    return entries


_Step = tuple[Match, int]
"""A state of a study that comes (1) or goes (-1)."""


def _take(tally: Tally, steps: Iterable[_Step], sign: int = 1) -> None:
    for match, step in steps:
        tally.change(match, sign * step)


def _cause(assertion: Kind, tally: Tally, studies: Sequence[list[_Step]], before: float | None) -> Match | None:
    """Name the study that brought a day's change about; None if none did by itself.

    It is the largest of those without which the outcome would not have gone that way, or not as far. Where the outcome
    would be the same without any one of them, it is the largest of those that did not push the other way.

    Args:
        assertion: the assertion.
        tally: counts after the day; as it was when this ends.
        studies: the steps of each study of that day.
        before: the number before the day, where the assertion is about one.
    """
    after, outcome = assertion.measure(tally), assertion.outcome(tally)
    ways: dict[int, list[list[_Step]]] = defaultdict(list)
    for steps in studies:
        _take(tally, reversed(steps), -1)
        without = assertion.measure(tally)
        if before is None or after is None or without is None:
            way = int(assertion.outcome(tally) != outcome)
        else:
            way = _sign(after - without) * (_sign(after - before) or 1)
        _take(tally, steps)
        ways[way].append(steps)
    candidates = ways[1] or ways[0]
    return min((steps[-1][0] for steps in candidates), key=_largest_first, default=None)


def _sign(number: float) -> int:
    return (number > 0) - (number < 0)


def _largest_first(match: Match) -> tuple[int, str]:
    """Order of the studies of one day: the one with the most people is named as the cause."""
    return (-sum(match.n_by_route.values()), match.report)


def entry_on(entries: Sequence[Entry], day: str) -> Entry:
    """Return the entry that stood on a day (ISO date; the last moment of a month or year given without a day)."""
    last_moment = end_of(day)
    return [entry for entry in entries if entry.date <= last_moment][-1]
