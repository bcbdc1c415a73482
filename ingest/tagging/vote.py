"""A small trained model that votes on the design where no rule is sure.

Which rules a text meets and in which places, and how often it names people, animals, cells: a multinomial logistic
regression over these (`vote.csv`, made by `python -m ingest.train`) says how likely each design is. It knows no words
of its own, so that it stays true to the rules. Without the file the rules decide alone.
"""

import csv
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from math import log1p, log10
from pathlib import Path

import numpy as np

from ingest.tagging import document
from ingest.tagging.count_weight import Count
from ingest.tagging.decide import NAMED, design_of
from ingest.tagging.design_rules import DESIGN_RULES
from ingest.tagging.design_signs import SIGNALS
from ingest.tagging.document import Document
from ingest.tagging.model import PRECEDENCE, VOTE

WEIGHTS = Path(__file__).with_name("vote.csv")
STANDING = 2.0
"""What the design that the rules decide is ahead of the others, in log odds; chosen by cross-validation."""
UNLABELLED = frozenset({"guideline", "notice", "pharmacokinetic", "qualitative", "secondary_analysis"})
"""Designs that the labelled sets hardly have or count as something else (a re-analysis as the trial that it is of): the
model cannot know them, so it does not vote against them."""

_ZONES = (
    document.TITLE, document.BACKGROUND, document.OBJECTIVE, document.METHODS, document.RESULTS, document.CONCLUSIONS,
    document.OTHER,
)  # fmt: skip
_COUNTED = (
    "animal", "human", "cell", "tissue", "person", "own_study", "surveyed", *[f"signal:{name}" for name in SIGNALS],
)  # fmt: skip
_OF_RULES = {
    f"{rule.name} @ {zone}": (f"design:{number}", zone) for number, rule in enumerate(DESIGN_RULES) for zone in _ZONES
}
FEATURES = (
    "always", "happened", "length", "percent", "labelled parts", "route", "people counted", "people counted, log",
    *_OF_RULES,
    *[f"{form}{kind}{place}" for kind in _COUNTED for form, place in (("no ", ""), ("", ""), ("", " @ title"))],
)  # fmt: skip
"""What the model looks at; a feature's place here is its row in the weights."""

_COLUMN = {design: column for column, design in enumerate(PRECEDENCE)}
_ROW = {name: row for row, name in enumerate(FEATURES)}
_ALWAYS, _HAPPENED, _LENGTH, _PERCENT, _LABELLED, _ROUTE, _PEOPLE, _PEOPLE_LOG = range(8)
_RULE_ROWS = {
    f"design:{number}": {zone: _ROW[f"{rule.name} @ {zone}"] for zone in _ZONES}
    for number, rule in enumerate(DESIGN_RULES)
}
_COUNTED_ROWS = [(kind, _ROW[f"no {kind}"], _ROW[kind], _ROW[f"{kind} @ title"]) for kind in _COUNTED]


def tag_vote(doc: Document, counts: list[Count]) -> str:
    """Return the design by the text: what the rules decide or, where they are not sure, what is likelier.

    The latter gets a tag of its own.
    """
    said, sure = by_rules(doc)
    weights = _weights()
    if sure or weights is None:
        return said
    rows, values = features_of(doc, counts)
    scores = scores_of(values, weights.take(rows, axis=0), said)
    at = int(scores.argmax())
    if PRECEDENCE[at] != said:
        start, end = _words(doc, rows, weights[rows, at])
        chance = 1 / np.exp(scores - scores[at]).sum()
        doc.add("design", PRECEDENCE[at], start, end, VOTE, round(float(chance), 3))
    return PRECEDENCE[at]


def by_rules(doc: Document) -> tuple[str, bool]:
    """Return the design that the rules decide, and whether they are sure: then nobody votes."""
    tags = [tag for tag in doc.tags if tag.facet == "design"]
    said, _ = design_of(tags)
    if not doc.record.abstract:
        return said, True  # a title alone shows too little of what the model looks at
    return said, said in UNLABELLED or any(tag.value == said and tag.confidence >= NAMED for tag in tags)


def scores_of(values: Sequence[float], weights: np.ndarray, said: str) -> np.ndarray:
    """Return the log odds of every design in order of `PRECEDENCE`, from a text's features and their weights."""
    scores: np.ndarray = np.dot(values, weights)
    scores[_COLUMN[said]] += STANDING
    return scores


def features_of(doc: Document, counts: list[Count]) -> tuple[list[int], list[float]]:
    """Return the features that a text has (rows of `FEATURES`) and how much of each."""
    hits, starts, zones = doc.hits, doc.starts, doc.zones
    lower = doc.lower
    rows = [_ALWAYS, _HAPPENED, _LENGTH, _PERCENT]
    if doc.structured:
        rows.append(_LABELLED)
    if hits.get("route"):
        rows.append(_ROUTE)
    met = {
        row_of[zones[bisect_right(starts, hit[0]) - 1]]
        for kind, found in hits.items()
        if (row_of := _RULE_ROWS.get(kind))
        for hit in found
    }
    rows += sorted(met)
    values = [1.0] * len(rows)
    values[1:4] = (
        log1p(lower.count(" was ") + lower.count(" were ")) / 2,
        log1p(len(lower)) / 8,
        min(lower.count("%"), 5) / 5,
    )
    abstract_at = doc.abstract_at
    for kind, none, some, titled in _COUNTED_ROWS:
        found = hits.get(kind)
        if not found:
            rows.append(none)
            values.append(1.0)
            continue
        rows.append(some)
        if found[0][0] > abstract_at:
            values.append(log1p(len(found)) / 2)
            continue
        in_title = bisect_right(found, (abstract_at,))
        values.append(log1p(len(found) - in_title) / 2)
        rows.append(titled)
        values.append(1.0)
    largest = max([count.n for count in counts if count.score >= 0.5], default=0)
    if largest > 1:
        rows += (_PEOPLE, _PEOPLE_LOG)
        values += (1.0, log10(largest) / 3)
    return rows, values


def _words(doc: Document, rows: list[int], weights: np.ndarray) -> tuple[int, int]:
    """The words that speak most for the vote: of the rule with the greatest weight."""
    by_weight = [rows[place] for place in np.argsort(-weights)]
    for row in by_weight:
        kind, zone = _OF_RULES.get(FEATURES[row], ("", ""))
        for start, end, _ in doc.hits.get(kind, ()):
            if doc.zone(start) == zone:
                return start, end
    return doc.opening()


@cache
def _weights() -> np.ndarray | None:
    """The trained weights, None where there are none."""
    return read_weights(WEIGHTS) if WEIGHTS.exists() else None


def read_weights(path: Path) -> np.ndarray:
    """Return the weights of every feature (rows) for every design (columns), 0 where the file has none."""
    weights = np.zeros((len(FEATURES), len(PRECEDENCE)))
    with path.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            if line["feature"] in _ROW:
                weights[_ROW[line["feature"]]] = [float(line[design] or 0) for design in PRECEDENCE]
    return weights


def write_weights(path: Path, weights: np.ndarray) -> None:
    """Write the weights of every feature that has any, two decimals each: small, and the same from run to run."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["feature", *PRECEDENCE])
        for name, of_designs in zip(FEATURES, weights.round(2), strict=True):
            if of_designs.any():
                table.writerow([name, *[f"{weight:g}" if weight else "" for weight in of_designs]])
