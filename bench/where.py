"""Where the time of reading, tagging and writing goes: a profile of one file, end to end, by module."""

import cProfile
import pstats
import tempfile
from collections import Counter
from pathlib import Path

from bench.end_to_end import end_to_end
from bench.made_records import write_file
from bench.measure import ROOT, apart

RECORDS = 3_000
ROWS = 16
"""The modules and functions that take most; the rest is summed up."""
_WARM = 200
"""Records of a first file, so that making rules and automata is not counted."""


def shares() -> list[tuple[str, float]]:
    """(package or module of ours, or function written in C; share of all time spent in it and not in what it calls)."""
    with tempfile.TemporaryDirectory() as folder:
        few, many = Path(folder) / "few.xml.gz", Path(folder) / "many.xml.gz"
        write_file(few, _WARM)
        write_file(many, RECORDS)
        end_to_end(str(few), folder, 0)
        profile = cProfile.Profile()
        profile.runcall(end_to_end, str(many), folder, 0)
    spent: Counter[str] = Counter()
    for (file, _, function), (_, _, own, *_) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        spent[_name(file, function)] += own
    whole = sum(spent.values())
    first = [(name, own / whole) for name, own in spent.most_common(ROWS)]
    return [*first, ("all others", 1 - sum(share for _, share in first))]


def _name(file: str, function: str) -> str:
    if file == "~":
        return function.strip("<>{}").removeprefix("built-in ").removeprefix("method ")
    path = Path(file)
    if not path.is_relative_to(ROOT) or "site-packages" in path.parts:
        return path.name
    package = path.relative_to(ROOT).parent
    return str(package / path.name) if str(package) == "ingest" else f"{package}/"


def lines() -> list[str]:
    """The table for `docs/performance.md`. A profile makes Python functions look dearer than C's."""
    found: list[tuple[str, float]] = apart("where", "shares").answer  # type: ignore[assignment]
    return [
        f"| end to end, {RECORDS:,} records; in it, without what it calls | share |",
        "|---|---|",
        *(f"| {name} | {100 * share:.0f} % |" for name, share in found),
    ]
