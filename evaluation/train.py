"""Trains the model that votes on the design, on the development half of labelled sets.

Run: `python -m evaluation.train FILE…` (needs the extra `train`). Prints, for every set, how often the design is right
by the rules alone and with the vote, cross-validated, and writes `ingest/tagging/vote.csv`. The third that is held
back (`gold_sets.is_held_back`) is never looked at.

A label is often coarser than our designs ('Other', 'not randomized'). What the label allows is what the comparison
in `gold_sets` would count as right. Of the allowed, the truth is what a reader says of the record (`readers.csv`: a
first and sometimes a second choice for 816 records, by language models that saw neither the label nor what the rules
say; nobody has checked them); else the rules' design; where that is not allowed either, any of the allowed may be true
and the likelihood is their sum.

What is met of the rules and which words there are is learnt apart, each from the same truth: learnt together, words
take over what the rules know better.
"""

import csv
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from evaluation.gold_sets import PSYCHEDELICS, is_held_back, read_gold, title_digest
from ingest.tagging import Tagger, conduct, decide, designs, document, routes, vote
from ingest.tagging.counts import find_counts
from ingest.tagging.lexicon import fold
from ingest.tagging.model import Tagged
from records.record import Record
from topics import Vocabulary, load_topic

FACETS = {"ketamine": "design", "psynamic": "study type", "studytype": "study kind", "medline": "RCT, text only"}
_TO_THE_END = {"maxiter": 5_000, "maxcor": 30, "ftol": 1e-12, "gtol": 1e-6}
"""Until nothing moves: stopped before, weights differ from machine to machine in their second decimal."""
FOLDS = 10
SPREAD = 1.0
"""Variance of a weight before anything is seen: the larger, the looser the fit."""
_LEAST = 2
"""A feature that fewer records have says nothing."""
SPREAD_OF_WORDS, SAY_OF_WORDS, LEAST_OF_A_WORD = 10.0, 0.7, 50
"""The variance of a word's weight, how much of it counts beside the rules, and how many records must have the word."""
_READERS, _DIGITS = Path(__file__).with_name("readers.csv"), 16
"""What readers said, by so many digits of the digest of a title."""


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled record as the model sees it."""

    gold_set: str
    fold: int
    rows: list[int]
    values: list[float]
    said: str
    """The design by the rules alone."""
    sure: bool
    right: frozenset[str]
    """The designs that its label allows."""
    true: frozenset[str]
    """Those of them that may be true."""
    text: str
    title: str


def read_examples(path: Path, vocabulary: Vocabulary) -> list[Example]:
    """Return the development half of a labelled file; records without a label of the design are left out."""
    known, rows = read_gold(path)
    tagger = Tagger(PSYCHEDELICS if known.name == "psynamic" else vocabulary)
    chosen = _readers_choices()
    examples = []
    for number, row in enumerate(rows):
        title = row.get("title", row.get("TI", ""))
        if is_held_back(title):
            continue
        record = Record(pmid=99_000_000 + number, title=title, abstract=row.get("abstract", row.get("AB", "")) or "")
        doc = document.read(record, tagger.lexicon)
        counts = find_counts(doc)
        designs.tag_designs(doc, people_counted=any(count.n > 1 and count.score >= 0.5 for count in counts))
        said, sure = vote.by_rules(doc)
        routes.tag_routes(doc, said)
        conduct.tag_conduct(doc, said)
        tagged = Tagged(tuple(doc.tags))
        decision = decide(doc.tags, has_abstract=bool(record.abstract))
        right = frozenset(
            design
            for design in vote.VOTED
            for facet, gold, mine in known.judge(row, replace(decision, design=design), tagged)
            if facet == FACETS[known.name] and gold == mine
        )
        if right:
            true = truth(said, right, chosen.get(title_digest(title)[:_DIGITS], ()))
            examples.append(
                Example(
                    known.name, _fold(title), *vote.features_of(doc, counts), said, sure, right, true, doc.text, title
                )
            )
    return examples


def _readers_choices() -> dict[str, tuple[str, ...]]:
    """Designs by digest of the title: a reader's first choice and, if they have one, their second."""
    with _READERS.open(encoding="utf-8", newline="") as file:
        return {line["title"]: tuple(filter(None, (line["design"], line["or_else"]))) for line in csv.DictReader(file)}


def truth(said: str, right: frozenset[str], choices: Sequence[str]) -> frozenset[str]:
    """Return the designs that may be true, of those that a label allows."""
    return frozenset([design for design in (*choices, said) if design in right][:1]) or right


def _fold(title: str) -> int:
    """The same title is in the same fold in every set, by another hash than the one that holds records back."""
    key = "".join(char for char in title.lower() if char.isalnum())
    return int(sha256(b"fold " + key.encode()).hexdigest(), 16) % FOLDS


def fit(examples: Sequence[Example]) -> vote.Model:
    """Return the weights that make the labels likeliest, shrunk towards none."""
    words, title_words = (
        _common_words(part) for part in ([one.text for one in examples], [one.title for one in examples])
    )
    model = vote.Model(np.zeros(0), words, title_words)
    true = np.array([[design in example.true for design in vote.VOTED] for example in examples], dtype=float)
    met = np.zeros((len(examples), len(vote.FEATURES)))
    had = np.zeros((len(examples), 1 + len(model.words) + len(model.title_words)))
    had[:, 0] = 1.0
    for at, example in enumerate(examples):
        met[at, example.rows] = example.values
        if rows := model.rows_of(example.text, example.title):
            had[at, [1 + row - len(vote.FEATURES) for row in rows]] = vote.much_of_a_word(len(rows))
    of_rules, of_words = _likeliest(met, true, SPREAD), SAY_OF_WORDS * _likeliest(had, true, SPREAD_OF_WORDS)
    of_rules[vote.WORDS] = of_words[0]
    model.weights = np.concatenate([of_rules, of_words[1:]])
    return model


def _common_words(texts: Iterable[str]) -> list[bytes]:
    """Return the words that many texts have, in order; numbers are no words."""
    having = Counter(word for text in texts for word in set(fold(text).split()) if word.isalpha())
    return sorted(word for word, count in having.items() if count >= LEAST_OF_A_WORD)


def _likeliest(have: np.ndarray, true: np.ndarray, spread: float) -> np.ndarray:
    """Return weights of features (rows), the first of which all examples have, for designs (columns)."""
    known = (have != 0).sum(axis=0) >= _LEAST
    have = have[:, known]
    size = (have.shape[1], true.shape[1])
    stiff = np.full((size[0], 1), 1 / spread)
    stiff[0] = 0.001  # how common a design is need not be shrunk

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(size)
        scores = have @ weights
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        of_true = (chances * true).sum(axis=1, keepdims=True)
        slope = have.T @ (chances - chances * true / of_true) + stiff * weights
        return float((stiff * weights**2).sum() / 2 - np.log(of_true).sum()), slope.ravel()

    best = minimize(loss, np.zeros(size).ravel(), jac=True, method="L-BFGS-B", options=_TO_THE_END)
    weights = np.zeros((len(known), size[1]))
    weights[known] = best.x.reshape(size)
    return weights


def design_with_vote(example: Example, model: vote.Model) -> str:
    """Return what the design of a record is when the model votes."""
    if example.sure:
        return example.said
    scores = vote.scores_of(model, example.rows, example.values, example.said, example.text, example.title)
    return vote.VOTED[scores.argmax()]


def cross_validate(examples: Sequence[Example]) -> Iterable[tuple[Example, str]]:
    """Yield every record with its design by a model that never saw it."""
    for left_out in range(FOLDS):
        model = fit([example for example in examples if example.fold != left_out])
        for example in examples:
            if example.fold == left_out:
                yield example, design_with_vote(example, model)


def main() -> None:
    """Train on the files named on the command line."""
    vocabulary = load_topic("ketamine-routes").vocabulary
    examples = [example for name in sys.argv[1:] for example in read_examples(Path(name), vocabulary)]
    voted = list(cross_validate(examples))
    for gold_set in dict.fromkeys(example.gold_set for example in examples):
        pairs = [(example, design) for example, design in voted if example.gold_set == gold_set]
        alone = sum(example.said in example.right for example, _ in pairs)
        right = sum(design in example.right for example, design in pairs)
        print(f"{gold_set}: {len(pairs)} records, right by rules {alone}, with the vote {right}")  # noqa: T201
    vote.write_model(vote.WEIGHTS, fit(examples))


if __name__ == "__main__":
    main()
