"""Ways of saying how many took part: in each group, out of those asked, by sex, or as one of several groups."""

import pytest


@pytest.mark.parametrize(
    ("abstract", "n_total"),
    [
        ("Of 410 people who opened the link, 260 gave answers. Women (n = 90) scored higher.", 260),
        ("Of 1,410 patients screened, 88 were randomized to ketamine or saline.", 88),
        ("We randomly assigned 210 of 260 eligible women to ketamine or saline.", 210),
        ("210 (81%) of 260 eligible women were enrolled.", 210),
        ("We screened 31 patients and enrolled 22. Pain fell.", 22),
        ("Thirty-one patients were screened, 22 enrolled and 19 completed the trial.", 22),
        ("Ninety women were contacted, of whom 61 were included.", 61),
    ],
)
def test_those_who_joined_are_the_total_and_not_those_asked(guess, abstract, n_total):
    assert guess(abstract) == n_total


@pytest.mark.parametrize(
    ("abstract", "n_total"),
    [
        ("Of 400 women screened, 35 met criteria for depression.", 400),
        ("Anaemia was found in 12 of 80 screened patients.", 80),
        ("Of the 96 eligible patients who came, 32 were on lithium.", 96),
        ("Of 60 patients referred, 52 were seen.", 60),
    ],
)
def test_those_of_the_asked_who_had_or_kept_something_are_not_the_total(guess, abstract, n_total):
    assert guess(abstract) == n_total


def test_eligible_people_who_were_randomized_are_no_longer_only_asked(guess):
    later = "RESULTS: Follow-up data were available for 51 adults."
    joined = f"Eligible adults (n = 64) were randomly assigned in a 2:1 ratio. {later}"
    asked = f"Eligible adults (n = 64) had pain. {later}"
    assert (guess(joined), guess(asked)) == (64, 51)


@pytest.mark.parametrize(
    ("abstract", "n_total"),
    [
        ("Patients were divided into four groups of 22 each.", 88),
        ("Patients were allocated to three groups, 30 in each.", 90),
        ("Adults were randomized to ketamine or morphine (33 in each arm).", 66),
        ("Inpatients, 24 per group, got ketamine or thiopental.", 48),
        ("Three cohorts of eight subjects each swallowed one dose.", 24),
        ("Three groups of women (n = 15 each) were compared.", 45),
        ("Adults were put in three groups (n = 20 each). RESULTS: 37 adults were seen again.", 60),
        ("In each group 25 patients were studied.", 50),
    ],
)
def test_a_number_in_each_group_counts_everybody_once_multiplied(guess, abstract, n_total):
    assert guess(abstract) == n_total


@pytest.mark.parametrize(
    ("abstract", "n_total"),
    [
        ("A total of 150 adults (30 in each of five groups) were tested.", 150),
        ("We treated 45 patients, 15 per group.", 45),
        ("We enrolled 22 adults. RESULTS: Nine adults in each group stayed for three weeks.", 22),
        ("Forty patients met in groups of 8 for ten weeks.", 40),
    ],
)
def test_a_total_is_not_multiplied_by_the_groups_named_after_it(guess, abstract, n_total):
    assert guess(abstract) == n_total


@pytest.mark.parametrize(
    ("abstract", "n_total"),
    [
        ("Adults came to six sessions. Thirty-two of 42 completed the trial.", 42),
        ("Adults came to six sessions (16M, 15F).", 31),
        ("Adults came to six sessions at 20 m, 15 f apart.", None),
        ("Adults did six tests. They had completed 12 of 14.", None),
    ],
)
def test_who_began_and_the_sexes_count_where_nothing_else_does(guess, abstract, n_total):
    assert guess(abstract) == n_total


@pytest.mark.parametrize(
    ("abstract", "n_total"),
    [
        ("Three samples were drawn: ketamine users (25), cannabis users (25) and controls (23).", 73),
        ("Ketamine users (1) were compared with controls (2).", None),
        ("Healthy volunteers (1998) took ketamine.", None),
    ],
)
def test_a_bare_number_in_brackets_counts_the_people_before_it(guess, abstract, n_total):
    assert guess(abstract) == n_total


@pytest.mark.parametrize(
    ("abstract", "n_total"),
    [
        ("22 (11 female) healthy volunteers took ketamine.", 22),
        ("18, 12, 20, 15 and 31 participants of five trials took ketamine.", 96),
        ("In 2006, 20 and 17 patients took ketamine.", 37),
        ("Between 1988 and 2006, 133 patients took ketamine.", 133),
        ("A hundred and twenty women took ketamine.", 120),
        ("During 5 years 213 patients took ketamine.", 213),
        ("In this study 32 adults took ketamine.", 32),
        ("During the study period 45 adults took ketamine.", 45),
        ("In study 301 adults took ketamine.", None),
        ("In phase 2 adults took ketamine.", None),
        ("A look at 26 youths treated with ketamine at one outpatient clinic.", 26),
        ("Twenty-five experienced psychonauts took ketamine.", 25),
    ],
)
def test_words_beside_a_number_tell_whether_it_counts_people(guess, abstract, n_total):
    assert guess(abstract) == n_total


@pytest.mark.parametrize(
    ("abstract", "n_total"),
    [
        ("We talked with users of ketamine (n=50 interviews in 29 regular users).", 29),
        ("Charts were read at one clinic (medical records (n = 152)).", 152),
        ("Charts were read at one clinic (published records (n = 152)).", None),
        ("Women with lasting pain (n = 18) got ketamine. RESULTS: Of 17 women dosed, 71% felt better.", 18),
        ("Seven women with lasting pain had flares (n = 11).", 7),
    ],
)
def test_an_n_counts_people_unless_its_words_name_things(guess, abstract, n_total):
    assert guess(abstract) == n_total


@pytest.mark.parametrize(
    ("abstract", "n_total"),
    [
        ("The recall of 20 ketamine users was compared with that of 24 non-users.", 44),
        ("Scans were made of 45 users as well as 40 controls.", 85),
        ("43 patients in group C, 42 in group E1 and 43 in group E2 got ketamine.", 128),
        ("We read forms of 5,000 adults, among them 700 ketamine users.", 5000),
        ("Ketamine (n = 25) or saline (n = 25) was given. RESULTS: 31 patients were seen at one year.", 50),
    ],
)
def test_groups_are_added_up_and_those_among_them_are_not(guess, abstract, n_total):
    assert guess(abstract) == n_total


@pytest.mark.parametrize(
    ("abstract", "n_total"),
    [
        ("500 adults completed the survey. RESULTS: 310 adults were seen again at one year.", 500),
        ("64 adults were seen. RESULTS: A group of 30 adults with pain felt better.", 64),
        ("Ketamine was given to 64 adults. A sample size of 128 adults would give power.", 64),
        ("Surveys were sent to 900 nurses. RESULTS: 300 nurses answered.", 300),
        ("We saw pain. Forty-one patients with pain. Six patients were lost after the first dose.", 41),
        ("The pulse was recorded in 22 adults. RESULTS: The 13 women felt better.", 22),
        ("Twenty-two adults were seen. RESULTS: Spikes were recorded in 13 adults.", 22),
    ],
)
def test_what_is_told_of_some_in_the_results_is_not_the_total(guess, abstract, n_total):
    assert guess(abstract) == n_total
