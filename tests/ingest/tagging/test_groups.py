"""Groups that a text counts apart are one study: what is added up, and what is not."""

import pytest

SUMS = [
    ("we tested 28 patients with basic symptoms; 19 with psychotic symptoms; and 29 matched healthy controls.", 76),
    ("27 patients affected by migraine and 30 with overuse of analgesics were enrolled.", 57),
    ("93 subjects with dementia, 109 with mild impairment and 103 healthy elderly were tested.", 305),
    ("we tested 23 unmedicated patients with mania, 20 of their healthy relatives and 20 other adults.", 63),
    ("fifty-one carers in the training group and 51 in the control group were studied.", 102),
    ("thirty-two patients were evaluated in the mask group and 29 in the usual care group.", 61),
    ("25 patients were randomly assigned to ketamine and 26 patients were randomized to saline.", 51),
    ("35 patients were randomized to ketamine and 30 to saline.", 65),
    ("14 users who were abstinent and 15 controls who had never used ketamine were compared.", 29),
    ("24 patients who heard voices were compared with 21 patients who did not and 26 other adults.", 71),
    ("we tested 46 users, 14 people who had stopped, 15 smokers and 19 drug-naive controls.", 94),
    ("able-bodied adults (n = 16; 9 men) and adults with paraplegia (n = 15; 8 men) took part.", 31),
    ("women (n = 71) had four sessions whereas a control group (n = 100) had none.", 171),
    ("the methadone group (n = 42) was older. The buprenorphine group (n = 61) smoked more.", 103),
    (
        "subjects who took ketamine (N = 33), subjects who took none (N = 17) and adults who drank (N = 18) came.",
        68,
    ),
    ("they got placebo (N = 18), 13 mg ketamine (N = 19), or 26 mg ketamine (N = 19).", 56),
    ("studies used 100 mg in 24 subjects and 200 mg in 16 subjects.", 40),
    ("four groups were compared: 18 users, 15 ex-users who had quit 2 years ago, 16 smokers and 15 controls.", 64),
    ("both groups comprised 26 patients.", 52),
    ("of 40 eligible, 14 were randomized to each group.", 28),
    ("thirty-nine people were randomly allocated to each group.", 78),
    ("72 children were recruited from the first clinic and 12 from the second clinic.", 84),
    ("the ketamine condition (53 children) and the saline condition (54 children) were compared.", 107),
    ("we recruited 52 adults with mania and 36 healthy cohabitants.", 88),
    ("ten boys with ataxia, aged 3.1 to 6.2 years, and 12 age-matched children came.", 22),
    ("31 patients enrolled in the clown group, 29 in the control group.", 60),
    ("group 1 (E1; n = 65) danced. Group 2 (E2; n = 31) sang. The third group (n = 55) rested.", 151),
    ("the trial enrolled unipolar (N = 58) and bipolar (N = 22) patients.", 80),
    ("132 children were seen in May, and 172 children were seen in June.", 304),
    ("forty-two women and 42 men from the clinic's register were included.", 84),
    ("levels were measured in 30 alcoholics with neuropathy and in 4 with encephalopathy.", 34),
    ("27 boys (mean 8 [SD 3] years) were allocated to ketamine and 27 boys (mean 9 years) to saline.", 54),
    ("thirty-one patients were randomly assigned both drugs and 30 were assigned one drug.", 61),
    ("thirty patients in 2012 were compared with the 41 patients in 1999.", 71),
    (
        "74 asthmatics, whose disease ranged from mild to severe (classified by the guidelines of a global society "
        "that are used in most of the countries where such studies are made), and 22 normal subjects were studied.",
        96,
    ),
    ("thirty men and two women were accrued.", 32),
]
WHOLES = [
    ("sleep was worse in the entire sample (N = 90) than in younger subjects (N = 61).", 90),
    ("children were seen at age 3 (n = 60) and two years later (n = 44).", 60),
    ("adults in two cohorts were seen in May (total N = 421) and later (total N = 356).", 421),
    ("records of adults (N = 3300; n = 139 with epilepsy) were read.", 3300),
    ("we interviewed 45 patients, 20 with depression.", 45),
    ("68 patients were entered. 43 patients were assessable (27 and 16).", 68),
    ("the sample was 260 adults, divided into 130 battered individuals and 130 others.", 260),
    ("adults were tested before (N = 44) and at discharge (N = 40).", 44),
    ("we studied 12 patients, nine women and three men.", 12),
    ("of 66 women assessed for eligibility, 58 (88%) were randomized.", 58),
    ("324 patients got open-label ketamine, and 182 patients were randomly assigned to go on.", 182),
    ("of 922 patients, 698 met the criteria for entry and were randomly assigned.", 698),
    ("breath was tested at baseline (n = 321), 6 months (n = 211) and 12 months (n = 144).", 321),
    ("we read of 290 cases treated between 1998 and 2006 at one hospital.", 290),
    ("nine adults and 16 other adults (10 with gout (G), two with (L) lupus and two with scurvy (S)) came.", 25),
]


@pytest.mark.parametrize(("abstract", "n_total"), SUMS)
def test_groups_side_by_side_are_added_up(guess, abstract, n_total):
    assert guess(abstract) == n_total


@pytest.mark.parametrize(("abstract", "n_total"), WHOLES)
def test_a_part_or_a_later_visit_is_not_added(guess, abstract, n_total):
    assert guess(abstract) == n_total


def test_the_number_that_others_add_up_to_is_the_total(guess):
    operated = "We read the charts of 238 adults. 180 patients underwent laminectomy and 58 underwent laminoplasty."
    assert guess(operated) == 238
    arms = "A total of 305 adults were seen. A total of 174 patients received the drug and 131 received saline."
    assert guess(arms) == 305


def test_the_number_said_again_is_surer_than_one_said_once(guess):
    abstract = "We studied 100 patients with abscess. In all 100 patients, fever was noted. 105 patients had surgery."
    assert guess(abstract) == 100


@pytest.mark.parametrize(
    ("abstract", "n_total"),
    [
        ("Men (n = 43) and women (n = 21) drank daily. They were compared with healthy controls (n = 51).", 115),
        ("Eighty ecstasy users were interviewed. The control group comprised 121 smokers.", 201),
        ("Fifteen patients with migraine were tested. Fifteen healthy subjects served as the control group.", 30),
        ("During the study, 202 patients were diagnosed and 201 controls were chosen.", 403),
        ("Eleven patients took uridine. All patients and comparison participants (n = 9) were scanned.", 20),
        ("Eighteen patients were enrolled. Thirteen healthy individuals matched for age served as controls.", 31),
        ("All patients with fibrillation (n = 570) were matched with 560 patients without it.", 1130),
        ("The study included 90 patients: 53 men and 37 women, and 20 healthy volunteers as controls.", 110),
        ("A total of 114 patients, 52 of them old, and 63 control individuals were genotyped.", 177),
    ],
)
def test_controls_are_added_to_those_studied(guess, abstract, n_total):
    assert guess(abstract) == n_total


@pytest.mark.parametrize(
    ("abstract", "n_total"),
    [
        ("Sixty-eight subjects took part (30 healthy comparison subjects, 38 depressed).", 68),
        ("We studied 117 subjects: 30 users, 58 ex-users, 29 drug-naive comparison subjects.", 117),
        ("We typed a series of 246 subjects including 101 patients and 145 healthy controls.", 246),
    ],
)
def test_controls_that_are_among_the_total_are_not_added(guess, abstract, n_total):
    assert guess(abstract) == n_total
