"""Measured accuracy as rows of `tag_accuracy`: what comes with the program, and what was measured here.

`evidence accuracy FILE…` writes `accuracy.csv` into the data folder; a build puts it into the database, in place of
the bundled measurements of the same labelled set. Maintainers copy that file over the bundled one.
"""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from db.evidence.schema import TABLES

BUNDLED = Path(__file__).with_name("accuracy.csv")
NAME = "accuracy.csv"
_COLUMNS = tuple(column for column in TABLES["tag_accuracy"].columns if column != "accuracy_id")


def save_accuracy(data: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Keep measurements in `data`, in place of earlier ones of the same labelled sets."""
    fresh = [{column: str(row[column]) for column in _COLUMNS} for row in rows]
    measured = {row["gold_set"] for row in fresh}
    kept = [row for row in _read(data / NAME) if row["gold_set"] not in measured]
    data.mkdir(parents=True, exist_ok=True)
    with (data / NAME).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, _COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows([*kept, *fresh])


def accuracy_rows(data: Path) -> list[Sequence[Any]]:
    """Rows of `tag_accuracy`, the key left to SQLite."""
    here = _read(data / NAME)
    measured = {row["gold_set"] for row in here}
    rows = [*(row for row in _read(BUNDLED) if row["gold_set"] not in measured), *here]
    return [(None, *(row[column] for column in _COLUMNS)) for row in rows]


def _read(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
