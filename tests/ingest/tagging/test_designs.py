"""One design for each record: positive and negative words for every kind."""

import pytest

RESULTS = (
    " RESULTS: Scores were significantly lower at a week (p < 0.01). No significant harm was observed. Mood improved."
)
CASES = [
    (
        "randomized_controlled_trial",
        "Ketamine in depression: a randomized controlled trial",
        "METHODS: Forty patients were randomly assigned." + RESULTS,
    ),
    (
        "randomized_controlled_trial",
        "Ketamine in depression",
        "METHODS: In this randomised, double-blind trial, 40 patients got ketamine or midazolam." + RESULTS,
    ),
    (
        "nonrandomized_trial",
        "Ketamine in depression: an open-label study",
        "METHODS: Ten patients received ketamine." + RESULTS,
    ),
    (
        "cohort",
        "Ketamine in a clinic: a retrospective cohort study",
        "METHODS: Charts of 90 patients were reviewed." + RESULTS,
    ),
    (
        "case_control",
        "Memory in ketamine users",
        "METHODS: Thirty users and 30 matched controls sat memory tests." + RESULTS,
    ),
    (
        "cross_sectional",
        "Ketamine at parties: an online survey",
        "METHODS: An anonymous questionnaire was filled in by 300 people." + RESULTS,
    ),
    ("case_series", "Ketamine in three patients with OCD: a case series", "Three cases are described."),
    (
        "case_report",
        "Ketamine for cluster headache: a case report",
        "A 44-year-old woman was treated. She slept well. Her pain was gone.",
    ),
    (
        "systematic_review",
        "Ketamine in pain: a systematic review",
        "We searched PubMed and Embase; 12 trials were included.",
    ),
    ("meta_analysis", "Ketamine in pain: a systematic review and meta-analysis", "Nine randomized trials were pooled."),
    (
        "narrative_review",
        "Ketamine: what we know",
        "This review summarizes how ketamine acts, and discusses where the field is going.",
    ),
    ("guideline", "Ketamine for pain: consensus guidelines", "Experts agree on doses."),
    (
        "protocol",
        "Ketamine for pain: study protocol for a randomised trial",
        "METHODS: One hundred patients will be randomised.",
    ),
    (
        "protocol",
        "Ketamine for pain",
        "Sixty patients will be recruited. They will be randomized to ketamine or placebo. The primary outcome will "
        "be pain.",
    ),
    (
        "pharmacokinetic",
        "Pharmacokinetics of oral ketamine",
        "METHODS: Eight volunteers took a tablet. Plasma was sampled for a day.",
    ),
    (
        "animal",
        "Ketamine and learning in rats: a randomized controlled trial",
        "METHODS: Male rats were randomly assigned to ketamine or saline. The rats then swam.",
    ),
    (
        "in_vitro",
        "Ketamine and cultured neurons",
        "Cultured cortical neurons were exposed to ketamine in vitro; transfected cells fired less.",
    ),
    (
        "qualitative",
        "Living with ketamine treatment: a qualitative study",
        "METHODS: Semi-structured interviews were held." + RESULTS,
    ),
    (
        "secondary_analysis",
        "Sleep after ketamine: a secondary analysis of a randomized trial",
        "METHODS: Data of 40 patients were used." + RESULTS,
    ),
    (
        "randomized_controlled_trial",
        "Ketamine for hip surgery",
        "METHODS: Randomly, patients were given ketamine or saline." + RESULTS,
    ),
    (
        "randomized_controlled_trial",  # volunteers are no animals, though drugs act in vivo in them
        "Ketamine and sertraline in vivo",
        "METHODS: In a randomized crossover trial ten volunteers took both in vivo." + RESULTS,
    ),
    (
        "randomized_controlled_trial",  # the main report of one trial
        "Can music shorten anaesthesia? Results from a randomized controlled trial",
        "METHODS: Forty patients heard music." + RESULTS,
    ),
    (
        "randomized_controlled_trial",  # its own further analyses, not another trial's
        "Music before surgery",
        "METHODS: Forty patients were randomized to music or silence. Primary and secondary analyses were by intention "
        "to treat." + RESULTS,
    ),
    (
        "systematic_review",
        "Ketamine in pain",
        "BACKGROUND: Doctors differ on ketamine for pain, and what is known of it has grown fast. METHODS: A search in "
        "Medline and Scopus was performed. Two of us read what was found; twelve papers met the inclusion criteria. "
        "RESULTS: Nine trials of the twelve were small. Pain fell in seven, and in two it did not. Harm was rare in "
        "all but one. CONCLUSIONS: Ketamine eases pain for some days; how it does so in the long run is not known.",
    ),
    (
        "secondary_analysis",  # who pools trials did not make them for this question
        "Dizziness after ketamine",
        "METHODS: Ninety patients, drawn from three double-blind trials, had received ketamine." + RESULTS,
    ),
    (
        "secondary_analysis",
        "Dizziness after ketamine: results from four multicentre, randomized, double-blind studies",
        "METHODS: Patients had been randomized to ketamine or placebo." + RESULTS,
    ),
    (
        "secondary_analysis",  # what a paper calls itself goes before what its title says of the study that it is about
        "Dreams after open-label ketamine",
        "METHODS: In this exploratory re-analysis we read the diaries of ten patients." + RESULTS,
    ),
    (
        "secondary_analysis",
        "Dreams after ketamine in a randomized trial",
        "METHODS: We report a secondary analysis of the diaries of forty patients." + RESULTS,
    ),
    ("editorial_letter", "Editorial: ketamine at home", ""),
    ("notice", "Erratum: Ketamine in depression", ""),
    ("notice", "Ketamine in depression: a randomized trial: Correction", ""),
    ("other", "Ketamine and the price of clinics", "Prices differ between states."),
]


@pytest.mark.parametrize(("design", "title", "abstract"), CASES, ids=[f"{case[0]}: {case[1]}" for case in CASES])
def test_the_words_tell_the_design(decided, design, title, abstract):
    assert decided(title, abstract).design == design


NOT = [
    (
        "randomized_controlled_trial",
        "Ketamine in depression",
        "METHODS: Ten patients received ketamine. CONCLUSIONS: Randomized controlled trials are needed.",
    ),
    (
        "randomized_controlled_trial",
        "Genes and ketamine: a Mendelian randomization study",
        "METHODS: Genes of 9,000 people were used.",
    ),
    (
        "randomized_controlled_trial",
        "Ketamine in depression: a nonrandomized trial",
        "METHODS: Ten patients received ketamine.",
    ),
    (
        "systematic_review",
        "Ketamine in depression",
        "METHODS: Ten patients received ketamine. (PsycInfo Database Record (c) 2020 APA, all rights reserved)",
    ),
    (
        "meta_analysis",
        "Ketamine in depression: a randomized trial",
        "BACKGROUND: Previous meta-analyses disagree. METHODS: Forty patients were randomly assigned.",
    ),
    (
        "case_report",
        "Ketamine in depression: a randomized trial",
        "METHODS: Patients were randomly assigned. Participants filled in case report forms.",
    ),
    (
        "animal",
        "Ketamine in adults with depression",
        "BACKGROUND: In rats ketamine acts fast. METHODS: Patients received ketamine; patients were rated weekly.",
    ),
    (
        "randomized_controlled_trial",  # not people, but their data are divided
        "Who gets better on ketamine? A machine learns it",
        "METHODS: Ten patients received ketamine. Their data were randomly divided into training and test sets."
        + RESULTS,
    ),
    (
        "randomized_controlled_trial",
        "Ketamine once more",
        "METHODS: Ten patients of our previous randomized trial received ketamine again." + RESULTS,
    ),
    (
        "animal",
        "Ketamine acts in vivo",
        "METHODS: Healthy volunteers received ketamine; receptors were looked at in vivo." + RESULTS,
    ),
    (
        "narrative_review",
        "Ketamine in depression",
        "BACKGROUND: In this paper we report on ten patients. METHODS: They received ketamine." + RESULTS,
    ),
    (
        "secondary_analysis",
        "Music before surgery",
        "METHODS: Forty patients were randomized to music or silence. Sleep was read as a secondary analysis of the "
        "diaries." + RESULTS,
    ),
    (
        "notice",
        "Correction of posture after ketamine in children with fractures of the arm",
        "METHODS: Ten children were studied.",
    ),
    (
        "protocol",
        "Ketamine in depression",
        "METHODS: Ten patients received ketamine." + RESULTS + " CONCLUSIONS: A larger trial will be needed.",
    ),
    ("editorial_letter", "Response to ketamine in depression", "METHODS: Ten patients received ketamine." + RESULTS),
    (
        "narrative_review",
        "Ketamine in a clinic: a retrospective chart review",
        "METHODS: Charts of 90 patients were read." + RESULTS,
    ),
]


@pytest.mark.parametrize(("design", "title", "abstract"), NOT, ids=[f"not {case[0]}: {case[1]}" for case in NOT])
def test_words_about_something_else_do_not_make_a_design(decided, design, title, abstract):
    assert decided(title, abstract).design != design


def test_a_registry_entry_is_a_protocol(decided):
    abstract = "INTERVENTION: Ketamine. CONDITION: Depression. PRIMARY OUTCOME: Mood. INCLUSION CRITERIA: Age over 18."
    assert decided("Ketamine in depression", abstract).design == "protocol"


def test_only_first_hand_studies_are_primary(decided):
    assert decided("Ketamine in depression: a randomized controlled trial").is_primary
    assert not decided("Ketamine in pain: a systematic review").is_primary
    assert not decided("Erratum: Ketamine in depression").is_primary
