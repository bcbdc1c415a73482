"""CSV as spreadsheets and programs read it: UTF-8 that says so, and no cell that Excel would run as a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

BOM = "\ufeff"
"""Stands first in a file: Excel takes UTF-8 for the computer's old code page without it. pandas takes it off."""
_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


def csv_rows(rows: Iterable[Sequence[Any]]) -> str:
    """Lines of CSV (RFC 4180). Empty cells for None; a list or object as JSON has it is left to the caller.

    Text that a spreadsheet would take for a formula (`=HYPERLINK(…)`, `-2+3`, `@SUM`) gets an apostrophe in front, as
    OWASP's page on CSV injection advises; numbers stay as they are.
    """
    text = io.StringIO()
    csv.writer(text).writerows([_plain(cell) for cell in row] for row in rows)
    return text.getvalue()


def _plain(cell: Any) -> Any:
    if isinstance(cell, str) and _FORMULA.match(cell) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell
