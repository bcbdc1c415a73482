"""Which numbers count people, and which of them count only some."""

import pytest


@pytest.mark.parametrize(
    ("abstract", "n_total"),
    [
        ("Two thousand four hundred and six subjects were interviewed.", 2406),
        ("A cross-sectional design was used in this study.740 patients were recruited.", 740),
        ("33 patients (aged 27.3 years, 63% male) were enrolled.", 33),
        ("35 high-risk (aged 22.8 years, 45.7% male) and 33 first-episode (aged 27.3 years) patients came.", 68),
        ("Nine type 1 diabetic men were studied.", 9),
        ("37 ecstasy or cocaine abusers were tested.", 37),
        ("In 37 Danish coronary units, 1510 patients were enrolled.", 1510),
        ("Respondents to this study (n = 29) had taken ketamine twice.", 29),
        ("A sample of 113 'rural' and 61 urban children was tested.", 174),
        ("Participants included 638 (early) and 647 (late) patients.", 1285),
        ("A 2018 survey asked smokers (n = 315) by phone.", 315),
        ("A sample of 159 IDUs was interviewed.", 159),
        ("We tested 24 chronic schizophrenics and 24 normal volunteers.", 48),
        ("51 youth with depression took part.", 51),
        ("Participants at five day centers (n = 51) took part.", 51),
        ("Eighty-eight participants of the Town Ageing Study were tested.", 88),
    ],
)
def test_numbers_are_read_however_they_are_written(guess, abstract, n_total):
    assert guess(abstract) == n_total


@pytest.mark.parametrize(
    "abstract",
    [
        "Seventy-two percent of the patients slept well.",
        "One-fifth of these cases are familial.",
        "Centres with >100 patients were asked.",
        "The disorder affects 1: 20,000 males.",
        "One in four people falls ill.",
        "In period 3, participants were told to rest.",
        "Each specimen was loaded for a total of 100,000 cycles.",
        "A total of 80 deployments were made by two operators.",
        "Reports went to each hospital (N = 30).",
    ],
)
def test_shares_limits_and_things_are_no_number_of_people(guess, abstract):
    assert guess(abstract) is None


@pytest.mark.parametrize(
    ("abstract", "n_total"),
    [
        ("Fifty women underwent the operation. Rhinorrhea was seen in 63 patients.", 50),
        ("22 normotensive and 21 hypertensive patients got thiazides. Dizziness befell 48 subjects (53.5%).", 43),
        ("Of 120 patients, 70% were ill. Treatment was ketamine (n = 82; 68%) or saline (n = 80, 67%).", 120),
        ("We report 316 cases. Relapse was seen in 26.1% cases (n = 352).", 316),
        ("A cohort of 80 women was followed; 95 incident cases of cancer were ascertained.", 80),
    ],
)
def test_those_whom_something_befell_are_not_the_total(guess, abstract, n_total):
    assert guess(abstract) == n_total


def test_nouns_that_only_count_do_not_weigh_on_the_design(tag):
    title, abstract = "Letters of relatives", "We read what relatives and clients wrote."
    assert not [one for one in tag(title, abstract).tags if one.facet == "n_total"]
