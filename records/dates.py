"""Publication dates as printed: kept as precise as they are, never completed.

PubMed prints a date as Year [Month [Day] | Season], or as free text ("2025 Oct-Nov", MedlineDate; field DP of MEDLINE
files). A part is taken only where it is certain: a range of months leaves the year, a range of days the month.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_SEASONS = ("spring", "summer", "autumn", "fall", "winter")
_EARLIEST, _LATEST = 1500, 2100
"""No journal is older than 1665; a year outside these is a slip, not a date."""

_PLAIN = re.compile(r"(\d{4})(?:[ /-]([A-Za-z]{3,9}|\d{1,2})\.?(?:[ /-](\d{1,2}))?)?")
_DAYS_OF_ONE_MONTH = re.compile(r"(\d{4}) ([A-Za-z]{3,9}) (\d{1,2}) ?[-–] ?(\d{1,2})")
_YEARS = re.compile(r"(\d{2})(\d{2}) ?[-–/] ?(\d{2})")
"""'2011-12': the years 2011 to 2012. December 2011 would be printed 'Dec'; that it is of 2011 is certain."""
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")


class PrintedDate(NamedTuple):
    """The four date fields of a `Record`: year, published, date_precision, published_text."""

    year: int | None
    published: str
    precision: str
    text: str


UNKNOWN = PrintedDate(None, "", "", "")


@lru_cache(maxsize=8192)  # dates repeat: a record has four, a journal issue one
def date_of_parts(year: str, month: str, day: str, season: str) -> PrintedDate:
    """Read a PubDate given in parts; months may be names ('Jun', 'June') or numbers ('6', '06').

    A part that makes no sense is left out with all finer ones, and the date as printed is kept in `text`.
    """
    printed = " ".join(part for part in (year, month or season, day) if part)
    known_year = _year(year)
    if known_year is None:
        return UNKNOWN._replace(text=printed)
    iso = f"{known_year:04d}"
    if not month:
        if season:
            return PrintedDate(known_year, iso, "season", printed)
        return PrintedDate(known_year, iso, "year", "" if not day else printed)
    number = _month(month)
    if number is None:
        precision = "season" if month.lower() in _SEASONS else "year"
        return PrintedDate(known_year, iso, precision, printed)
    if not day:
        return PrintedDate(known_year, f"{iso}-{number:02d}", "month", "")
    try:
        return PrintedDate(known_year, date(known_year, number, int(day)).isoformat(), "day", "")
    except ValueError:
        return PrintedDate(known_year, f"{iso}-{number:02d}", "month", printed)


def date_of_text(text: str) -> PrintedDate:
    """Read a date printed as text: MedlineDate, or field DP of a MEDLINE file.

    '2000 Jun' is a plain date. Of '2000 Aug 15-31' the month is certain, of '2025 Oct-Nov', '1998 Dec-1999 Jan' and
    '2011-12' the (first) year; the text is kept.
    """
    text = " ".join(text.split())
    years = _YEARS.fullmatch(text)
    if years and (int(years[3]) > int(years[2]) or years[3] == "00"):
        return PrintedDate(_year(text[:4]), text[:4], "year", text) if _year(text[:4]) else UNKNOWN._replace(text=text)
    if plain := _PLAIN.fullmatch(text):
        year, month, day = [part or "" for part in plain.groups()]
        return date_of_parts(year, month, day, "")
    if (days := _DAYS_OF_ONE_MONTH.fullmatch(text)) and _month(days[2]) is not None:
        return date_of_parts(days[1], days[2], "", "")._replace(text=text)
    for found in _YEAR.findall(text):
        if (year_found := _year(found)) is not None:
            season = any(name in text.lower() for name in _SEASONS)
            return PrintedDate(year_found, found, "season" if season else "year", text)
    return UNKNOWN._replace(text=text)


def printed_date(parts: Mapping[str, str]) -> PrintedDate:
    """Read a PubDate or ArticleDate from the texts of its elements, by their names."""
    if printed := parts.get("MedlineDate"):
        return date_of_text(printed)
    return date_of_parts(*[parts.get(name, "") for name in ("Year", "Month", "Day", "Season")])


def iso_day(year: str, month: str, day: str) -> str:
    """ISO form of a date of the record's history, as far as its parts go: '2014-06-03', '2014-06', '2014' or ''."""
    return date_of_parts(year, month, day, "").published


def _year(text: str) -> int | None:
    if len(text) == 4 and text.isascii() and text.isdigit() and _EARLIEST <= int(text) <= _LATEST:
        return int(text)
    return None


def _month(text: str) -> int | None:
    if text.isascii() and text.isdigit():
        return int(text) if 1 <= int(text) <= 12 else None
    return _MONTHS.get(text[:3].lower()) if text.isalpha() else None
