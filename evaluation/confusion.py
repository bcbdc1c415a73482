"""What is taken for what: a table for each facet that has one label a record, over the development half.

Run: `python -m evaluation.confusion FILE…`; prints Markdown for docs/accuracy-notes.md.
"""

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from evaluation.accuracy import judge
from evaluation.gold_sets import Judged
from topics import load_topic

FACETS = ("design", "study type", "study kind")
NONE = "(none of these)"


def confusion(judged: Iterable[Judged]) -> list[str]:
    """Return the lines of a table: a row for each label, a column for each value that the tagger says."""
    pairs = Counter((min(one.gold, default=NONE), min(one.said, default=NONE)) for one in judged if not one.held_back)
    common: Counter[str] = Counter()
    for (gold, _), count in pairs.items():
        common[gold] += count
    labels = [label for label, _ in common.most_common()]
    values = labels + sorted({said for _, said in pairs} - set(labels))
    lines = ["| label | " + " | ".join(value.replace("_", " ") for value in values) + " |"]
    lines.append("|" + " --- |" * (len(values) + 1))
    for label in labels:
        cells = (str(pairs[label, value] or "") for value in values)
        lines.append(f"| {label.replace('_', ' ')} | " + " | ".join(cells) + " |")
    return lines


def main() -> None:
    """Print the tables of the files named on the command line."""
    vocabulary = load_topic("ketamine-routes").vocabulary
    for path in map(Path, sys.argv[1:]):
        gold_set, judged = judge(path, vocabulary)
        for facet in FACETS:
            if of_facet := [one for one in judged if one.facet == facet]:
                print("\n".join(["", f"### {facet}, {gold_set}", *confusion(of_facet)]))  # noqa: T201


if __name__ == "__main__":
    main()
