"""Randomization, blinding, control and crossover, each by its words."""

import pytest

CASES = [
    ("randomized", "yes", "METHODS: Forty patients were randomly assigned to ketamine or placebo."),
    ("randomized", "no", "METHODS: In this open-label study ten patients received ketamine."),
    ("blinding", "double", "METHODS: A double‐blind trial of ketamine in 40 patients."),
    ("blinding", "single", "METHODS: A single-blind trial of ketamine; raters were told nothing."),
    ("blinding", "open", "METHODS: Ten patients received open-label ketamine."),
    ("control", "placebo", "METHODS: Forty patients were randomized to ketamine or placebo."),
    ("control", "active", "METHODS: Forty patients were randomized to ketamine versus midazolam."),
    ("control", "none", "METHODS: Ten patients received open-label ketamine in a single group."),
    ("crossover", "yes", "METHODS: A randomized crossover trial of ketamine in ten volunteers."),
]


@pytest.mark.parametrize(("facet", "value", "abstract"), CASES)
def test_words_tell_how_a_study_was_conducted(decided, facet, value, abstract):
    assert getattr(decided("Ketamine for depression", abstract), facet) == value


NOT = [
    ("randomized", "yes", "METHODS: Ten patients got ketamine in a nonrandomized study."),
    ("blinding", "open", "METHODS: A double-blind trial of ketamine with an open-label extension."),
    ("control", "placebo", "METHODS: Ketamine was diluted in 100 ml saline and given to ten patients."),
    ("crossover", "yes", "METHODS: Forty patients were randomized to ketamine. Within-subject changes were modelled."),
]


@pytest.mark.parametrize(("facet", "value", "abstract"), NOT)
def test_like_words_about_something_else_do_not(decided, facet, value, abstract):
    assert getattr(decided("Ketamine for depression", abstract), facet) != value


def test_what_a_text_does_not_say_is_not_reported_and_what_has_no_text_is_no_abstract(decided):
    read = decided("Ketamine for depression", "METHODS: Patients received ketamine.")
    unread = decided("Ketamine for depression", "")
    assert (read.blinding, read.crossover) == ("not_reported", "not_reported")
    assert (unread.blinding, unread.crossover, unread.n_total_basis) == ("no_abstract", "no_abstract", "no_abstract")


def test_a_review_has_no_control_of_its_own(decided):
    assert (
        decided("Ketamine in pain: a systematic review", "We searched PubMed for studies.").control == "not_applicable"
    )


def test_that_there_is_no_control_is_said_by_the_words_of_the_design(tag):
    said = tag("Ketamine for depression: hope and numbers", "METHODS: In this open-label trial 20 adults had ketamine.")
    (none,) = [one for one in said.tags if one.facet == "control"]
    assert (none.value, none.quote) == ("none", "open-label")
