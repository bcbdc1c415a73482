"""The longest follow-up that an abstract states, in weeks, and stretches of time that are none."""

import pytest

START = "METHODS: Forty adults with depression received intravenous ketamine."
STATED = [
    (26, "Patients were followed for 6 months.", "followed for 6 months"),
    (52, "Assessments were made at one-year follow-up.", "one-year follow-up"),
    (8, "Follow-up visits took place at 1, 4 and 8 weeks.", "Follow-up visits took place at 1, 4 and 8 weeks"),
    (26, "Gains were kept at 1-, 3-, and 6-month follow-ups.", "1-, 3-, and 6-month follow-ups"),
    (157, "Median follow-up was 14 months (range 3-36).", "follow-up was 14 months (range 3-36"),
    (78, "We followed 23 patients for 18 months.", "followed 23 patients for 18 months"),
    (4, "Follow-up at day 28 was complete.", "Follow-up at day 28"),
    (4, "Follow-up visits were on day 7, day 14, and day 28.", "Follow-up visits were on day 7, day 14, and day 28"),
    (12, "At weeks 4, 8 and 12 of follow-up mood was rated.", "weeks 4, 8 and 12 of follow-up"),
    (0.4, "A 3‐day follow‐up was completed by all.", "3‐day follow‐up"),
    (
        104,
        "They will be followed up prospectively for up to two years.",
        "followed up prospectively for up to two years",
    ),
    (196, "The mean duration of follow-up was 45 +/- 16 months.", "follow-up was 45 +/- 16 months"),
    (
        52,
        "After a week of treatment, follow-up lasted 12 months after the last infusion.",
        "follow-up lasted 12 months",
    ),
]


@pytest.mark.parametrize(("weeks", "sentence", "quote"), STATED)
def test_the_longest_follow_up_is_found_with_its_words(tag, decided, weeks, sentence, quote):
    abstract = f"{START} {sentence}"
    (found,) = [one for one in tag("Ketamine for depression", abstract).tags if one.facet == "follow_up_weeks"]
    assert (found.quote, abstract[found.start : found.end]) == (quote, quote)
    assert decided("Ketamine for depression", abstract).others["follow_up_weeks"] == weeks


NOT_STATED = [
    "The mean duration of illness was 10 years, and two were lost to follow-up.",
    "Mean age at follow-up was 45 years; a 16-year-old was followed by her parents.",
    "She had been followed for 10 years by a psychiatrist.",
    "Ketamine for 4 weeks was followed by 2 weeks of placebo.",
    "A longer follow-up of 12 months is needed.",
    "At follow-up, 3 months of treatment had been given.",
    "No 6-month follow-up was done.",
    "The diet was followed for 6 weeks before the infusion.",
    "A previous trial with 12 months of follow-up found less.",
    "This is a follow-up of a 12-week trial.",
    "A man followed up for 5 years for recurrent depression was given ketamine.",
    "He was followed for 7 years as an outpatient.",
    "At follow-up on day 4, 12 patients had relapsed.",
    "There were 120 patient-years of follow-up, and 3 relapses in 24 hours.",
]


@pytest.mark.parametrize("sentence", NOT_STATED)
def test_illness_age_treatment_and_what_is_still_wanted_are_no_follow_up(decided, sentence):
    assert decided("Ketamine for depression", f"{START} {sentence}").others["follow_up_weeks"] is None


def test_the_longest_of_several_sentences_counts(decided):
    said = decided("Ketamine for depression: a 3-month follow-up", f"{START} At 2 years of follow-up half were well.")
    assert said.others["follow_up_weeks"] == 104


def test_a_follow_up_told_as_background_is_not_the_study_s(decided):
    abstract = "BACKGROUND: Others had 12 months of follow-up. METHODS: Ten adults got ketamine."
    assert decided("Ketamine for depression", abstract).others["follow_up_weeks"] is None


def test_a_review_has_no_follow_up_of_its_own(decided):
    said = decided("Ketamine in pain: a systematic review", "METHODS: We searched PubMed. Follow-up was 12 months.")
    assert said.others["follow_up_weeks"] is None
