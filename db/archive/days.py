"""PubMed's days: its dates are days in US Eastern time, whatever the clock here shows."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")
_WEEKEND = 5
_BUSY_FROM, _BUSY_UNTIL = 5, 21


def eastern_day(stamp: str) -> date:
    """Return PubMed's day at an ISO moment with its zone."""
    return datetime.fromisoformat(stamp).astimezone(EASTERN).date()


def is_busy(stamp: str) -> bool:
    """Whether NCBI asks that large jobs wait: weekdays from 5:00 to 21:00 US Eastern time (NBK25497)."""
    there = datetime.fromisoformat(stamp).astimezone(EASTERN)
    return there.weekday() < _WEEKEND and _BUSY_FROM <= there.hour < _BUSY_UNTIL
