"""What the long benches share: figures that must hold, the page that their tables go into, and a made-up PubMed."""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from pubmed_server import Corpus, trial

ROOT = Path(__file__).parents[1]
FIRST = 99_100_000


def must(holds: bool, *facts: object) -> None:
    """Stop a bench whose figures would be worth nothing.

    Raises:
        AssertionError: it does not hold; with the facts.
    """
    if not holds:
        raise AssertionError(*facts)


def write_table(name: str, text: str) -> None:
    """Put a table between its marks in docs/operations.md."""
    path = ROOT / "docs" / "operations.md"
    before = path.read_text(encoding="utf-8")
    marks = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    path.write_text(marks.sub(lambda found: f"{found[1]}{text}\n{found[2]}", before), encoding="utf-8")


def made_trials(count: int) -> Corpus:
    """A PubMed of so many trials that the search of the stand-in's topic finds."""
    return Corpus([trial(FIRST + nth, crdt="2026/01/01", edat="2026/01/01") for nth in range(count)])
