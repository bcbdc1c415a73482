"""An assertion replayed over time: what its value and verdict were on every date on which the evidence changed.

Studies come and go by date (`study_history`), the tally is kept as they do, and each change of value or verdict is one
entry. The last entry is today's. The values are those of the stored SQL (`db.claims.kinds`); a test compares the two.
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
_UNDATED = "9999-12-31"


@dataclass(frozen=True, slots=True)
class Entry:
    """What an assertion came to from a date on. `date` is None for the step that undated studies make."""

    date: str | None
    value: str
    verdict: str
    pmid: int | None
    study_id: str | None


@dataclass(frozen=True, slots=True)
class History:
    """All that an assertion came to."""

    entries: Sequence[Entry]
    """First to last; the last one still stands."""
    with_retracted: tuple[str, str | None]
    """Verdict and value of today if retracted papers counted."""


def history_of(assertion: Kind, matches: Sequence[Match], written: Written) -> History:
    """Replay an assertion without retracted papers and, where there are any, with them."""
    entries = replay(assertion, matches, written)
    last = entries[-1]
    if any(match.retracted for match in matches):
        last = replay(assertion, matches, written, with_retracted=True)[-1]
    return History(entries, (last.verdict, last.value or None))


def replay(assertion: Kind, matches: Iterable[Match], written: Written, *, with_retracted: bool = False) -> list[Entry]:
    """Return the assertion's entries, first to last; verdicts are what someone looking on that date would have said.

    A study that is retracted counts on no date, unless `with_retracted`.
    """
    arrivals: dict[str, list[Match]] = defaultdict(list)
    departures: dict[str, list[Match]] = defaultdict(list)
    for match in matches:
        if match.retracted and not with_retracted:
            continue
        arrivals[match.known_from or _UNDATED].append(match)
        if match.known_until is not None:
            departures[match.known_until].append(match)
    tally = Tally()
    value, raw = assertion.outcome(tally)
    entries = [Entry(BEFORE_ALL, value, raw, None, None)]
    held_in_window = False
    window_end = end_of(written.latest)
    raw_before = raw
    for day in sorted(arrivals.keys() | departures.keys()):
        for match in departures[day]:
            tally.change(match, -1)
        for match in arrivals[day]:
            tally.change(match, 1)
        value, raw = assertion.outcome(tally)
        if raw_before == "holds" and entries[-1].date is not None:
            held_in_window |= entries[-1].date <= window_end and day > written.earliest
        verdict = "outdated" if raw == "contradicted" and held_in_window else raw
        raw_before = raw
        if (value, verdict) != (entries[-1].value, entries[-1].verdict):
            standing = {match.report for match in departures[day]}  # a study that only gained a report is no cause
            new = [match for match in arrivals[day] if match.report not in standing]
            changed_by = min(new or arrivals[day] or departures[day], key=_largest_first)
            date = None if day == _UNDATED else day
            entries.append(Entry(date, value, verdict, changed_by.pmid, changed_by.study_id))
    return entries


def _largest_first(match: Match) -> tuple[int, str]:
    """Order of the records of one day: the one with the most people is named as the cause."""
    return (-sum(match.n_by_route.values()), match.report)


def entry_on(entries: Sequence[Entry], day: str) -> Entry:
    """Return the entry that stood on a day (ISO date; the last moment of a month or year given without a day)."""
    last_moment = end_of(day)
    return [entry for entry in entries if entry.date is not None and entry.date <= last_moment][-1]
