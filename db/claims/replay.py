"""An assertion replayed over time: what its value and verdict were on every date on which the evidence changed.

Studies come and go by date (`study_history`), the tally is kept as they do, and each change of value or verdict is one
entry. The last entry is today's. The values are those of the stored SQL (`db.claims.sql`); a test compares the two.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from db.claims.assertions import Assertion, Attribute, Count, Exists, Listing, Quantity, Rank, Share, Span
from topics.model import Written

BEFORE_ALL = ""
"""Date of the first entry: before any record."""
_UNDATED = "9999-12-31"


@dataclass(frozen=True, slots=True)
class Match:
    """A study, as known from when to when, that an assertion's filter lets through."""

    state_id: int
    study_id: str
    report: str
    pmid: int | None
    public_from: str
    known_from: str | None
    known_until: str | None
    retracted: bool
    routes: tuple[str, ...]
    n_by_route: Mapping[str, int]
    attribute: str = ""
    """Of an attribute test: the value."""
    figures: tuple[bool, ...] = ()
    """Of a quantity test: for each figure whether it is as the article says."""
    stances: tuple[str, ...] = ()
    """Of a list: what a person said of this paper."""


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


@dataclass(slots=True)
class Tally:
    """Counts over the studies known at one moment, kept up as studies come and go."""

    matches: dict[int, Match] = field(default_factory=dict)
    studies_by_route: Counter[str] = field(default_factory=Counter)
    people_by_route: Counter[str] = field(default_factory=Counter)
    studies_with_route: int = 0
    studies_by_year: Counter[int] = field(default_factory=Counter)
    stances: Counter[str] = field(default_factory=Counter)
    figures: Counter[bool] = field(default_factory=Counter)

    def change(self, match: Match, step: int) -> None:
        """Let a study in (step 1) or out (step -1)."""
        if step > 0:
            self.matches[match.state_id] = match
        else:
            del self.matches[match.state_id]
        known = [route for route in match.routes if route != "unspecified"]
        self.studies_with_route += step * bool(known)
        for route in known:
            self.studies_by_route[route] += step
        for route, n in match.n_by_route.items():
            if route != "unspecified":
                self.people_by_route[route] += step * n
        if match.public_from:
            self.studies_by_year[int(match.public_from[:4])] += step
        for stance in match.stances:
            self.stances[stance] += step
        for agrees in match.figures:
            self.figures[agrees] += step


def history_of(assertion: Assertion, matches: Sequence[Match], written: Written) -> History:
    """Replay an assertion without retracted papers and, where there are any, with them."""
    entries = replay(assertion, matches, written)
    last = entries[-1]
    if any(match.retracted for match in matches):
        last = replay(assertion, matches, written, with_retracted=True)[-1]
    return History(entries, (last.verdict, last.value or None))


def replay(
    assertion: Assertion, matches: Iterable[Match], written: Written, *, with_retracted: bool = False
) -> list[Entry]:
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
    value, raw = outcome(assertion, tally)
    entries = [Entry(BEFORE_ALL, value, raw, None, None)]
    held_in_window = False
    window_end = end_of(written.latest)
    raw_before = raw
    for day in sorted(arrivals.keys() | departures.keys()):
        for match in departures[day]:
            tally.change(match, -1)
        for match in arrivals[day]:
            tally.change(match, 1)
        value, raw = outcome(assertion, tally)
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


def end_of(day: str) -> str:
    """Complete a partial date to its last day, so that everything dated within it comes before."""
    return day + {4: "-12-31", 7: "-31", 10: ""}[len(day)]


def outcome(assertion: Assertion, tally: Tally) -> tuple[str, str]:
    """Return (value, verdict) of an assertion over the studies of a tally, without regard to what was before."""
    number: float | None
    match assertion:
        case Count():
            number = len(tally.matches)
            if not number and not assertion.expected.allow(0):
                return "0", "insufficient"
        case Exists():
            found = bool(tally.matches)
            if found == assertion.expected:
                return _yes_no(found), "holds"
            return _yes_no(found), "contradicted" if found else "insufficient"
        case Rank():
            numbers = tally.studies_by_route if assertion.by == "studies" else tally.people_by_route
            known = {route: n for route, n in numbers.items() if n > 0}
            own = known.get(assertion.route)
            number = None if own is None else 1 + sum(n > own for n in known.values())
        case Share():
            by_studies = assertion.of == "studies"
            counts = tally.studies_by_route if by_studies else tally.people_by_route
            whole = tally.studies_with_route if by_studies else sum(tally.people_by_route.values())
            number = _percent(counts[assertion.route], whole) if whole else None
        case Span():
            years = [year for year, studies in tally.studies_by_year.items() if studies]
            number = max(years) - min(years) if years else None
        case Attribute():
            values = [match.attribute for match in tally.matches.values()]
            expected = assertion.expected if isinstance(assertion.expected, list) else [str(assertion.expected)]
            if not values or values[0] in ("", "not_reported", "no_abstract", "abstained"):
                return values[0] if values else "", "insufficient"
            return values[0], "holds" if values[0] in expected else "contradicted"
        case Quantity():
            agreeing, others = tally.figures[True], tally.figures[False]
            return f"{agreeing} of {agreeing + others}", _mixed(agreeing, others)
        case Listing():
            value = f"{tally.stances['supports']} for, {tally.stances['contradicts']} against"
            return value, _mixed(tally.stances["supports"], tally.stances["contradicts"])
        case _:
            return "", "not_testable"
    if number is None:
        return "", "insufficient"
    return f"{number:g}", "holds" if assertion.expected.allow(number) else "contradicted"


def _percent(part: float, whole: float) -> float:
    """Percent to one decimal, halves up: as SQLite's `round` gives it in the assertion's own SQL."""
    return float(Decimal(100.0 * part / whole).quantize(Decimal("0.1"), ROUND_HALF_UP))


def _mixed(supporting: int, against: int) -> str:
    if supporting and against:
        return "partly"
    if supporting:
        return "holds"
    return "contradicted" if against else "insufficient"


def _yes_no(found: bool) -> str:
    return "yes" if found else "no"
