"""The lines of a topic's CSV files, and their cells read with errors that name file, line and column."""

import csv
import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from topics.errors import BadInputError
from topics.vocabulary import OPTIONAL_IN_REGISTER, REGISTER_COLUMNS

COLUMNS = REGISTER_COLUMNS
OPTIONAL = tuple(facet.column for facet in OPTIONAL_IN_REGISTER)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file and where it is, for errors."""

    path: Path
    line: int
    cells: Mapping[str, str]

    def wrong(self, column: str, expected: str) -> BadInputError:
        """Make the error for a cell: file, line, column, what was given and what was expected."""
        return BadInputError(
            f"{self.path}, line {self.line}, column '{column}': '{self.cells[column]}' given; expected {expected}"
        )

    def matching(self, column: str, pattern: str, expected: str) -> str:
        """Return the cell, which must be empty or match the pattern whole."""
        if self.cells[column] and not re.fullmatch(pattern, self.cells[column]):
            raise self.wrong(column, expected)
        return self.cells[column]

    def one_of(self, column: str, allowed: Collection[str], empty: str) -> str:
        """Return the cell, which must be one of the values allowed; `empty` when nothing stands there."""
        if not self.cells[column]:
            return empty
        if self.cells[column] not in allowed:
            raise self.wrong(column, f"nothing or one of: {', '.join(sorted(allowed))}")
        return self.cells[column]

    def yes_no(self, column: str) -> bool | None:
        """Return yes as True, no as False, an empty cell as None."""
        return {"": None, "no": False, "yes": True}[self.one_of(column, ("yes", "no"), "")]

    def several(self, column: str, allowed: frozenset[str]) -> tuple[str, ...]:
        """Return the values of a cell that joins them by a semicolon, each allowed and none twice."""
        values = tuple(value for value in self.cells[column].split(";") if value)
        for value in values:
            if value not in allowed or values.count(value) > 1:
                raise self.wrong(column, f"values joined by ';', each once, of: {', '.join(sorted(allowed))}")
        return values

    def number(self, column: str, low: int, high: int) -> int | None:
        """Return a whole number within bounds, or None for an empty cell."""
        text = self.cells[column]
        if not text:
            return None
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise self.wrong(column, f"nothing or a whole number from {low} to {high}")
        return int(text)

    def decimal(self, column: str, low: float, high: float) -> float | None:
        """Return a number within bounds that may have decimals, or None for an empty cell."""
        text = self.cells[column]
        if not text:
            return None
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text) or not low <= float(text) <= high:
            raise self.wrong(column, f"nothing or a number from {low:g} to {high:g}")
        return float(text)

    def partial_date(self, column: str) -> str:
        """Return an ISO date as precise as it is given, or an empty string."""
        text = self.matching(column, r"\d{4}(-\d{2}(-\d{2})?)?", "nothing, YYYY, YYYY-MM or YYYY-MM-DD")
        try:
            date.fromisoformat((text + "-01-01")[:10] if text else "2000-01-01")
        except ValueError:
            raise self.wrong(column, "a date that exists") from None
        return text

    def required(self, column: str) -> str:
        """Return the cell, which must not be empty."""
        if not self.cells[column]:
            raise self.wrong(column, "a value")
        return self.cells[column]


def read_rows(path: Path, columns: tuple[str, ...] = COLUMNS, optional: tuple[str, ...] = OPTIONAL) -> list[Row]:
    """Read all lines below the header, which must name the columns in their order, then optional ones in any."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            header = next(reader, [])
            more = header[len(columns) :]
            if tuple(header[: len(columns)]) != columns or not set(more) <= set(optional) or len(set(more)) < len(more):
                missing = [column for column in columns if column not in header]
                unknown = [column for column in header if column not in (*columns, *optional)]
                fault = "; ".join(
                    [f"missing {', '.join(missing)}"] * bool(missing)
                    + [f"unknown {', '.join(unknown)}"] * bool(unknown)
                )
                raise BadInputError(
                    f"{path}, line 1: {fault or 'columns in another order'}; expected the columns {','.join(columns)}"
                    + (f", then any of {','.join(optional)}" if optional else "")
                )
            rows = []
            for cells in reader:
                if len(cells) != len(header):
                    raise BadInputError(
                        f"{path}, line {reader.line_num}: {len(cells)} cells; expected {len(header)}, one a column"
                    )
                rows.append(Row(path, reader.line_num, dict(zip(header, cells, strict=True))))
            return rows
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInputError(f"{path}: cannot be read as a UTF-8 CSV file ({error})") from None


Given = TypeVar("Given")


def by_route(row: Row, column: str, routes: frozenset[str], read: Callable[[object], Given | None]) -> dict[str, Given]:
    """Read a JSON object from route to number or range; {} when the cell is empty."""
    if not row.cells[column]:
        return {}
    try:
        given = json.loads(row.cells[column])
    except json.JSONDecodeError:
        given = None
    if not isinstance(given, dict):
        raise row.wrong(column, 'nothing or a JSON object from route to number, such as {"oral": 20}')
    found: dict[str, Given] = {}
    for route, value in given.items():
        known = read(value)
        if route not in routes or known is None:
            raise row.wrong(
                column, f"routes ({', '.join(sorted(routes))}) with whole numbers or [low, high] in percent"
            )
        found[route] = known
    return found


def as_count(value: object) -> int | None:
    """Return a number of people, or None if the value is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def as_percentages(value: object) -> tuple[float, float] | None:
    """Return (lowest, highest) percent, or None if the value is not [low, high]."""
    match value:
        case [int() | float() as low, int() | float() as high] if 0 <= low <= high <= 100:
            return float(low), float(high)
    return None
