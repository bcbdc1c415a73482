"""The model that votes on the design: when it is asked, what it leaves behind, and how it is trained."""

import csv
import json

import numpy as np
import pytest

from evaluation.gold_sets import PSYCHEDELICS, is_held_back, title_digest
from ingest.tagging import Tag, decide, vote

ESSAY = (
    "Pain in the dying",
    "Ketamine has been known for long. Its use in the dying is a matter of debate, and doctors differ. Sleep, food and "
    "company matter as much. Families ask for it, and some hospices give it. What it does to the mind of somebody who "
    "is about to die is not known, and may never be.",
)


@pytest.fixture
def weights(monkeypatch):
    """A model for which everything is a survey, unless a test changes it."""
    weights = np.zeros((len(vote.FEATURES) + 2, len(vote.VOTED)))
    weights[vote.FEATURES.index("always"), vote.VOTED.index("cross_sectional")] = 4.0
    monkeypatch.setattr(vote, "_model", lambda: vote.Model(weights, [b"hospices"], [b"pain"]))
    return weights


def _votes(tagged) -> list[Tag]:
    return [one for one in tagged.tags if one.rule == "vote"]


def test_a_vote_decides_where_no_rule_is_sure_and_keeps_its_probability(weights, tag):
    tagged = tag(*ESSAY)
    (mine,) = _votes(tagged)
    assert (mine.facet, mine.value, mine.source) == ("design", "cross_sectional", "text")
    said = np.zeros(len(vote.VOTED))
    said[0] = vote.STANDING  # what the rules decide is ahead by that much
    said[1] = 4.0
    assert mine.confidence == pytest.approx(np.exp(4.0) / np.exp(said).sum(), abs=0.001)
    assert decide(tagged.tags, has_abstract=True).design == "cross_sectional"


def test_a_vote_quotes_the_words_that_speak_most_for_it(weights, tag):
    weights[vote.FEATURES.index("survey or prevalence @ methods"), vote.VOTED.index("qualitative")] = 9.0
    title, abstract = "Pain in the dying", "METHODS: Ketamine was given to 40 families, who filled in questionnaires."
    (mine,) = _votes(tag(title, abstract))
    assert (mine.value, mine.field, mine.quote) == ("qualitative", "abstract", "questionnaires")
    assert abstract[mine.start : mine.end] == "questionnaires"


@pytest.mark.parametrize("row", [-2, -1])
def test_words_have_a_say_where_it_is_open_without_them(weights, tag, row):
    weights[row, vote.VOTED.index("qualitative")] = 9.0
    weights[0, :] *= (vote.STANDING + vote.OPEN - 0.1) / 4
    (mine,) = _votes(tag(*ESSAY))  # which has 'hospices' in its text and 'pain' in its title
    assert mine.value == "qualitative"
    assert _votes(tag("Sleep in the dying", ESSAY[1].replace("hospices", "homes")))[0].value == "cross_sectional"
    weights[0, :] *= (vote.STANDING + vote.OPEN + 0.1) / (vote.STANDING + vote.OPEN - 0.1)
    assert _votes(tag(*ESSAY))[0].value == "cross_sectional"


@pytest.mark.parametrize(
    ("title", "abstract"),
    [
        ("Ketamine for pain: a systematic review", "We searched for trials of ketamine."),
        ("Pharmacokinetics of oral ketamine", "METHODS: Eight volunteers took a tablet."),
        ("Ketamine at home", "METHODS: Semi-structured interviews were held with nine families."),
        ("Ketamine and sleep", "METHODS: A sub-study looked at the sleep of nine patients."),
        ("Correction: ketamine for pain", "The dose was wrong."),
        ("Ketamine in the dying", ""),
    ],
)
def test_nobody_votes_where_a_rule_is_sure_or_the_labels_teach_nothing(weights, tag, title, abstract):
    assert _votes(tag(title, abstract)) == []


def test_a_vote_for_what_the_rules_decide_leaves_no_tag(weights, tag):
    weights[0, :] = 0.0
    assert _votes(tag(*ESSAY)) == []


def test_without_weights_the_rules_decide(monkeypatch, tag):
    monkeypatch.setattr(vote, "_model", lambda: None)
    tagged = tag(*ESSAY)
    assert _votes(tagged) == []
    assert decide(tagged.tags, has_abstract=True).design == "narrative_review"


def test_people_who_read_the_article_go_before_a_vote():
    def design(source: str, value: str, confidence: float, rule: str = "rule") -> Tag:
        return Tag("design", value, "", source, rule, "abstract", None, None, value, confidence)

    voted = [design("text", "cohort", 0.8), design("text", "case_control", 0.4, "vote")]
    assert decide(voted, has_abstract=True).design == "case_control"
    assert decide(voted, has_abstract=True).designs == ("case_control", "cohort")
    weak = design("mesh", "cross_sectional", 0.3)
    assert decide([*voted, weak], has_abstract=True).design == "case_control"
    indexed = design("publication_type", "randomized_controlled_trial", 0.8)
    assert decide([*voted, indexed], has_abstract=True).design == "randomized_controlled_trial"
    register = design("register", "cross_sectional", 1.0)
    assert decide([*voted, register], has_abstract=True).design == "cross_sectional"


def test_weights_are_read_as_they_were_written(tmp_path):
    first = len(vote.FEATURES)
    weights = np.random.default_rng(1).normal(size=(first + 3, len(vote.VOTED))).round(2)
    weights[first:] = weights[first:].round(1)
    vote.write_model(tmp_path / "vote.csv", vote.Model(weights, [b"a", b"b"], [b"a"]))
    read = vote.read_model(tmp_path / "vote.csv")
    assert (read.weights == weights).all()
    assert (read.words, read.title_words) == ({b"a": first, b"b": first + 1}, {b"a": first + 2})


def test_the_shipped_weights_are_of_the_rules_as_they_are():
    with vote.WEIGHTS.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(set(vote.FEATURES)) == len(vote.FEATURES)
    words = {line["feature"] for line in lines if line["feature"].startswith((vote.WORD, vote.TITLE_WORD))}
    assert {line["feature"] for line in lines} - words <= set(vote.FEATURES)
    assert len(words) > 100
    assert list(lines[0])[1:] == list(vote.VOTED)


def _labelled(number: int) -> dict:
    survey = number % 2
    said = "answered questionnaires sent by post" if survey else "were followed in a registry"
    return {
        "title": f"Ketamine and sleep, part {number}",
        "abstract": f"METHODS: In all {20 + number} users {said}. RESULTS: Sleep was worse.",
        "study_type": "Other" if survey else "Real-world study",
        "id": str(number),
    }


@pytest.mark.parametrize(
    ("said", "choices", "true"),
    [
        ("cohort", ("cross_sectional", "cohort"), {"cross_sectional"}),
        ("cohort", ("protocol", "cross_sectional"), {"cross_sectional"}),  # the label knows better than the reader
        ("cohort", ("protocol",), {"cohort"}),
        ("cohort", (), {"cohort"}),
        ("other", ("cohort", "cross_sectional"), {"cohort"}),
        ("other", ("protocol",), {"cohort", "cross_sectional"}),
        ("other", (), {"cohort", "cross_sectional"}),
    ],
)
def test_a_reader_says_which_of_the_designs_that_a_label_allows_is_true(said, choices, true):
    pytest.importorskip("scipy", reason="training needs the extra 'train'")
    from evaluation import train

    assert train.truth(said, frozenset({"cohort", "cross_sectional"}), choices) == true


def test_readers_are_found_by_the_title(tmp_path, monkeypatch):
    pytest.importorskip("scipy", reason="training needs the extra 'train'")
    from evaluation import train

    row = next(row for row in map(_labelled, range(1, 40, 2)) if not is_held_back(row["title"]))
    path, readers = tmp_path / "made_up.jsonl", tmp_path / "readers.csv"
    path.write_text(json.dumps(row))
    readers.write_text(f"title,design,or_else\n{title_digest(row['title'])[:16]},cohort,case_control\n")
    monkeypatch.setattr(train, "_READERS", readers)
    (one,) = train.read_examples(path, PSYCHEDELICS)
    assert one.true == {"case_control"}  # 'Other' is not a cohort
    assert "cohort" not in one.right


def test_training_leaves_the_held_back_third_alone_and_gives_the_same_weights_again(tmp_path, monkeypatch):
    pytest.importorskip("scipy", reason="training needs the extra 'train'")
    from evaluation import train

    rows = [_labelled(number) for number in range(90)]
    path = tmp_path / "made_up.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    examples = train.read_examples(path, PSYCHEDELICS)
    assert len(examples) == sum(not is_held_back(row["title"]) for row in rows)
    assert {frozenset({"cohort", "cross_sectional"}) == one.right for one in examples} == {True, False}
    monkeypatch.setattr(train, "LEAST_OF_A_WORD", 20)
    once, again = train.fit(examples), train.fit(examples)
    assert b"registry" in once.words
    assert b"sleep" in once.title_words
    assert (once.weights == again.weights).all()
    by_rules = sum(one.said in one.right for one in examples)
    assert sum(train.design_with_vote(one, once) in one.right for one in examples) > by_rules
    assert len(list(train.cross_validate(examples))) == len(examples)
