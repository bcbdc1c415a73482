"""The number of people: the total and not a part of it, with the words it stands in."""

import pytest

CASES = [
    ("METHODS: Forty-five patients with depression were randomized.", 45, "randomized"),
    ("METHODS: A total of 1,204 patients were enrolled.", 1204, "enrolled"),
    ("METHODS: Participants (n = 38) received ketamine.", 38, "enrolled"),
    ("METHODS: Participants (N\u2009=\u200938) received ketamine.", 38, "enrolled"),
    ("METHODS: Three groups of nine patients received ketamine.", 27, "enrolled"),
    ("METHODS: Patients were randomized to ketamine (n = 20) or placebo (n = 21).", 41, "randomized"),
    ("METHODS: Patients got ketamine or placebo (n = 18/arm).", 36, "stated"),
    ("METHODS: Thirty ketamine users and 28 matched controls were tested.", 58, "enrolled"),
    ("METHODS: 628 patients were screened and 79 were randomized.", 79, "randomized"),
    (
        "METHODS: Forty patients were randomized. RESULTS: 31 patients completed the study; 18 patients responded.",
        40,
        "randomized",
    ),
    ("METHODS: Sixty patients (35 women) were enrolled.", 60, "enrolled"),
    ("RESULTS: Of the 24 patients, 17 (71%) improved.", 24, "stated"),
    ("METHODS: Eighty patients will be randomized to ketamine or placebo.", 80, "planned"),
    ("METHODS: One hundred and twenty patients were enrolled.", 120, "enrolled"),
    ("RESULTS: Four hundred and fifty subjects received at least one dose; nine subjects fell ill.", 450, "enrolled"),
    ("METHODS: Adults (N = 80), of whom 54% (N = 43) took lithium, were randomized.", 80, "randomized"),
    ("METHODS: In Study 1, 20 healthy volunteers took MDMA. In Study 2, 17 patients took placebo.", 37, "stated"),
    ("METHODS: In Study 1 (N = 36) they took MDMA. In Study 2 (N = 18 of 36) they took placebo.", 36, "stated"),
    ("METHODS: Patients got ketamine or placebo (n = 15 per group).", 30, "stated"),
    ("METHODS: Patients in three groups got ketamine (n = 15 each).", 45, "stated"),
    ("METHODS: Fifteen healthy humans took part.", 15, "enrolled"),
    ("RESULTS: 26 patients met the criteria and were randomly assigned; 20 patients reported harm.", 26, "randomized"),
    ("METHODS: A total of 14 female ketamine users were tested.", 14, "enrolled"),
    ("METHODS: Thirty patients received ketamine. Two raters saw one patient each.", 30, "enrolled"),
]


@pytest.mark.parametrize(("abstract", "n_total", "basis"), CASES)
def test_the_total_is_the_number_randomized_or_enrolled(decided, abstract, n_total, basis):
    said = decided("Ketamine for depression", abstract)
    assert (said.n_total, said.n_total_basis) == (n_total, basis)


@pytest.mark.parametrize(
    "abstract",
    [
        "METHODS: Patients aged 18 to 65 years received 0.5 mg/kg over 40 minutes.",
        "METHODS: Students of Year 10 were asked, in Study 2, about 460 individual biomarkers.",
        "METHODS: Six infusions were given on 12 days in 3 centres.",
        "BACKGROUND: Depression is common. METHODS: Patients received ketamine.",
    ],
)
def test_numbers_of_other_things_are_not_people(decided, abstract):
    said = decided("Ketamine for depression", abstract)
    assert (said.n_total, said.n_total_basis) == (None, "not_reported")


def test_the_quote_holds_the_number(tag):
    abstract = "METHODS: Forty-five patients with depression were randomized."
    (n_total,) = [one for one in tag("Ketamine", abstract).tags if one.facet == "n_total"]
    assert (n_total.value, n_total.rule, n_total.quote) == ("45", "people randomized", "Forty-five patients")


def test_a_review_counts_its_studies_and_everybody_in_them(tag, decided):
    title = "Ketamine in pain: a systematic review and meta-analysis"
    abstract = "RESULTS: We included 12 studies with a total of 812 participants. In one trial 3 participants fainted."
    assert decided(title, abstract).n_total == 812
    assert [one.value for one in tag(title, abstract).tags if one.facet == "n_studies"] == ["12"]


def test_the_people_of_so_many_studies_stand_in_the_brackets_after_them(decided):
    said = decided("Ketamine in pain: a meta-analysis", "RESULTS: Eighteen studies (n = 915) were included.")
    assert said.n_total == 915


def test_the_number_of_studies_in_brackets_is_not_people(decided):
    said = decided("Ketamine in pain: a meta-analysis", "RESULTS: We read all eligible studies (n = 21).")
    assert said.n_total is None


def test_a_smaller_number_is_no_total_where_a_larger_one_may_be(decided):
    abstract = "METHODS: Thirty users were interviewed. RESULTS: Sleep was worse in 90 participants."
    said = decided("Ketamine users and sleep", abstract)
    assert (said.n_total, said.n_total_basis) == (None, "abstained")
    said = decided("Ketamine and sleep", abstract.replace("users were interviewed", "users were randomized"))
    assert (said.n_total, said.n_total_basis) == (30, "randomized")


def test_two_people_are_no_trial(decided):
    said = decided("Ketamine: a randomised trial", "METHODS: Two staff members were randomized to prepare the drug.")
    assert said.n_total is None


def test_a_review_that_counts_only_studies_gives_no_number_of_people(decided):
    said = decided(
        "Ketamine in pain: a systematic review", "RESULTS: We included 12 studies. In one, 3 participants fainted."
    )
    assert said.n_total is None


def test_a_case_report_is_one_person(decided):
    said = decided("Ketamine for headache: a case report", "A woman was treated. She slept. Her pain was gone.")
    assert (said.design, said.n_total, said.n_total_basis) == ("case_report", 1, "cases")


def test_a_case_report_that_names_nobody_is_quoted_by_what_makes_it_one(tag):
    (n_total,) = [one for one in tag("An ulcer: a case report", "It healed.").tags if one.facet == "n_total"]
    assert (n_total.value, n_total.quote) == ("1", "case report")


def test_the_cases_that_others_published_are_not_those_of_a_case_report(decided):
    abstract = "A woman was treated. Pain was absent in the 16 previously reported cases."
    assert decided("Ketamine for headache: a case report", abstract).n_total == 1


@pytest.mark.parametrize(
    ("abstract", "analysed"),
    [
        (
            "METHODS: Forty patients were randomized. RESULTS: Thirty-six completed the trial.",
            [("36", "Thirty-six completed")],
        ),
        ("RESULTS: Of 40 patients enrolled, 31 (78%) were analysed.", [("31", "31 (78%) were analysed")]),
        (
            "METHODS: 52 adults were randomized. RESULTS: 50 patients were included in the final analysis.",
            [("50", "50 patients were included in the final analysis")],
        ),
        ("METHODS: Forty patients were randomized. RESULTS: 12 completed a diary.", []),  # a subgroup
        ("METHODS: Forty patients were randomized. RESULTS: All 40 completed the trial.", []),
        ("METHODS: 60 users took part. 45 users completed the questionnaires.", []),
        ("METHODS: Forty patients were randomized. RESULTS: 30 blood samples were analysed.", []),
    ],
)
def test_those_analysed_are_told_from_the_total(tag, abstract, analysed):
    tags = tag("Ketamine for depression", abstract).tags
    assert [(one.value, one.quote) for one in tags if one.facet == "n_analysed"] == analysed


@pytest.mark.parametrize(
    ("abstract", "n_total"),
    [
        ("Oral ketamine was given to 12³ patients.", 12),
        ("Oral ketamine was given to a cohort of 24¹,² patients.", 24),
        ("Oral ketamine was given to 110³ patients.", 110),
        ("There were 10² patients.", 100),
        ("Patients (n = 10³) were randomized to oral ketamine.", 1000),
        ("Patients¹² completed the trial; 30 patients were randomized.", 30),
        ("Cells numbered 5 × 10³ patients¹ had them.", None),
        ("There were 10⁶ patients.", None),
        ("There were 2½ patients a day.", None),
        ("Clearance was ³⁄₁₆ of that in 16 volunteers.", 16),
    ],
)  # fmt: skip
def test_a_raised_mark_is_no_digit_and_a_power_of_ten_is_its_value(decided, abstract, n_total):
    assert decided("Ketamine for depression", abstract).n_total == n_total
