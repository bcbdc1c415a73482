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
        ("The tone was tested in 34 adults.", 34),
        ("Forms of 1,060 9-11-year-old children were read.", 1060),
        ("Participants were 1,020 older nuns who were seen each year.", 1020),
        ("The number of patients to be recruited is 130 or so.", 130),
        ("Thirteen depressed-phase outpatients slept badly.", 13),
        ("Forty ALL patients were recruited.", 40),
        ("Thirty-one migraineurs came.", 31),
        ("Twenty-seven therapists wrote back.", 27),
        ("Of 158 survivors, five were lost to follow-up; 143 children went to school.", 158),
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
        "From week 7 to 10 all patients were seen.",
        "In a four-site trial, patients slept.",
        "Nurses wrote 36 rules on meals of patients.",
        "Those seen between May 2001 and June 2009 were enrolled.",
        "Estimates for young users were 8400 in that year.",
        "In a sample of 12 large kindreds, genes were sought.",
        "They were seen in three waves.\tAs foretold, patients slept.",
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
        ("Seven patients with lupus came. Six patients were female.", 7),
        ("Twelve adults took ketamine. All five adults who remitted took more.", 12),
        ("Nineteen of 25 adults (76%) finished.", 25),
        ("Scans were made of 28 patients. Clots were identified in 13 patients. Six of 13 patients fell ill.", 28),
        ("Forty-four adults came. All but five patients were treated before.", 44),
        ("Participants were 450 patients referred by clinics. The groups included 320 cases of trauma.", 450),
    ],
)
def test_those_whom_something_befell_are_not_the_total(guess, abstract, n_total):
    assert guess(abstract) == n_total


def test_nouns_that_only_count_do_not_weigh_on_the_design(tag):
    title, abstract = "Letters of relatives", "We read what relatives and clients wrote."
    assert not [one for one in tag(title, abstract).tags if one.facet == "n_total"]
