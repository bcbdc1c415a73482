"""A small trained model that votes on the design where no rule is sure.

Which rules a text meets and in which places, how often it names people, animals, cells, and which of some common words
it has: a multinomial logistic regression over these (`vote.csv`, made by `python -m evaluation.train`) says how likely
each design is. Without the file the rules decide alone.
"""

import csv
import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from math import log1p, log10, sqrt
from pathlib import Path

import numpy as np

from ingest.tagging import document
from ingest.tagging.count_weight import Count
from ingest.tagging.decide import NAMED, design_of
from ingest.tagging.design_signs import SIGNALS
from ingest.tagging.designs import DESIGN_RULES
from ingest.tagging.document import Document
from ingest.tagging.lexicon import fold
from ingest.tagging.model import VOTE
from topics.vocabulary import PRECEDENCE

WEIGHTS = Path(__file__).with_name("vote.csv")
STANDING = 2.0
"""What the design that the rules decide is ahead of the others, in log odds; chosen by cross-validation."""
OPEN = 2.0
"""Words are asked where the first design is not as far as this ahead of the second without them: asked everywhere, they
decide no better (cross-validation), and finding them takes longer than all else here."""
UNLABELLED = frozenset({"guideline", "model", "notice", "pharmacokinetic", "qualitative", "secondary_analysis"})
"""Designs that the labelled sets hardly have or count as something else (a re-analysis as the trial that it is of): the
model cannot know them, so it does not vote against them."""

VOTED = tuple(design for design in PRECEDENCE if design != "model")
"""Designs that the model has weights for, in the order of its columns: no labelled set has models."""

_TRIAL = "randomized_controlled_trial"
_OF_LOTS = [
    f"design:{number}" for number, rule in enumerate(DESIGN_RULES)
    if rule.value == _TRIAL and rule.name != "randomized trials, plural"
]  # fmt: skip
_BLINDED = re.compile(r"\bblind|\bplacebo|\bsham\b|\bmasked\b|\bcross-?over\b")
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
    "words", *_OF_RULES,
    *[f"{form}{kind}{place}" for kind in _COUNTED for form, place in (("no ", ""), ("", ""), ("", " @ title"))],
)  # fmt: skip
"""What the model looks at, but for words; a feature's place here is its row in the weights."""
WORD, TITLE_WORD = "word: ", "title word: "
"""Before a word in the name of its feature: for having it anywhere, and once more for having it in the title."""


class Model:
    """What was trained: weights with a column for each of `VOTED`, and rows for `FEATURES`, words, title words."""

    def __init__(self, weights: np.ndarray, words: Sequence[bytes], title_words: Sequence[bytes]) -> None:
        """`words` and `title_words` stand in the order of their rows, as a text has them when it is folded."""
        self.weights = weights
        self.words = {word: row for row, word in enumerate(words, start=len(FEATURES))}
        self.title_words = {word: row for row, word in enumerate(title_words, start=len(FEATURES) + len(words))}

    def rows_of(self, text: str, title: str) -> list[int]:
        """Return the rows of the known words of a text and of its title, in order, so that sums are the same."""
        rows = set(map(self.words.get, fold(text).split()))
        rows.update(map(self.title_words.get, fold(title).split()))
        return sorted(row for row in rows if row is not None)


_COLUMN = {design: column for column, design in enumerate(VOTED)}
_ROW = {name: row for row, name in enumerate(FEATURES)}
_ALWAYS, _HAPPENED, _LENGTH, _PERCENT, _LABELLED, _ROUTE, _PEOPLE, _PEOPLE_LOG, WORDS = range(9)
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
    model = _model()
    if sure or model is None:
        return said
    rows, values = features_of(doc, counts)
    scores = scores_of(model, rows, values, said, doc.text, doc.record.title)
    chances = np.exp(scores - scores.max())
    chances /= chances.sum()
    barred = said != _TRIAL and not _may_be_randomized(doc)
    at = max((place for place in range(len(VOTED)) if not (barred and VOTED[place] == _TRIAL)), key=chances.__getitem__)
    if VOTED[at] != said:
        start, end = _words(doc, rows, model.weights[rows, at])
        doc.add("design", VOTED[at], start, end, VOTE, round(float(chances[at]), 3))
    return VOTED[at]


def _may_be_randomized(doc: Document) -> bool:
    """Whether something says that the lot was cast or that people were blinded, and nothing denies it."""
    if any(zone != document.BACKGROUND for zone in doc.zones_of(doc.hits.get("not_randomized", ()))):
        return False
    return any(doc.hits.get(kind) for kind in _OF_LOTS) or bool(_BLINDED.search(doc.lower))


def by_rules(doc: Document) -> tuple[str, bool]:
    """Return the design that the rules decide, and whether they are sure: then nobody votes."""
    tags = [tag for tag in doc.tags if tag.facet == "design"]
    said, _ = design_of(tags)
    if not doc.record.abstract:
        return said, True  # a title alone shows too little of what the model looks at
    return said, said in UNLABELLED or any(tag.value == said and tag.confidence >= NAMED for tag in tags)


def scores_of(model: Model, rows: list[int], values: list[float], said: str, text: str, title: str) -> np.ndarray:
    """Return the log odds of every design in order of `VOTED`, from a text's features and, if asked, words."""
    scores: np.ndarray = np.dot(values, model.weights.take(rows, axis=0))
    scores[_COLUMN[said]] += STANDING
    *_, second, first = sorted(scores.tolist())
    if first - second < OPEN:
        scores += model.weights[WORDS]
        if words := model.rows_of(text, title):
            scores += model.weights.take(words, axis=0).sum(axis=0) * much_of_a_word(len(words))
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


def much_of_a_word(words: int) -> float:
    """How much a text has of each of its known words: long texts must not say more than short ones."""
    return 1 / sqrt(words)


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
def _model() -> Model | None:
    """What was trained, None where nothing was."""
    return read_model(WEIGHTS) if WEIGHTS.exists() else None


def read_model(path: Path) -> Model:
    """Read the weights of every feature for every design, 0 where the file has none."""
    known: dict[str, list[float]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            known[line["feature"]] = [float(line[design] or 0) for design in VOTED]
    none = [0.0] * len(VOTED)
    words, title_words = ([name for name in known if name.startswith(mark)] for mark in (WORD, TITLE_WORD))
    weights = [known.get(name, none) for name in (*FEATURES, *words, *title_words)]
    return Model(
        np.array(weights),
        [name.removeprefix(WORD).encode("ascii") for name in words],
        [name.removeprefix(TITLE_WORD).encode("ascii") for name in title_words],
    )


def write_model(path: Path, model: Model) -> None:
    """Write the weights of every feature that has any: small, and the same from run to run.

    Two decimals each; of words, which are many to a text, one.
    """
    names = [*FEATURES, *(WORD + word.decode("ascii") for word in model.words),
             *(TITLE_WORD + word.decode("ascii") for word in model.title_words)]  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["feature", *VOTED])
        for name, weights in zip(names, model.weights, strict=True):
            of_designs = weights.round(2 if name in _ROW else 1)
            if of_designs.any():
                table.writerow([name, *[f"{weight:g}" if weight else "" for weight in of_designs]])
