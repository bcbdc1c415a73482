"""Tables that people take away: rows as a pandas frame, for the terminal, JSON or CSV."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd


def frame(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows as a frame, whole numbers kept whole where some are missing."""
    return pd.DataFrame(list(rows)).convert_dtypes()


def as_text(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as an aligned table, left-aligned text, nothing cut off."""
    table = frame(rows)
    if table.empty:
        return "(none)"
    return str(table.to_string(index=False, na_rep=""))
