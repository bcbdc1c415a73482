"""The phase of a clinical trial, by publication types and by the record's own words."""

import pytest

from ingest.tagging import Tagger, decide
from records.record import PublicationType, Record

PHASES = [
    ("1", "METHODS: This was a phase I trial in twelve volunteers."),
    ("2", "METHODS: We did a phase 2, randomized, double-blind, placebo-controlled trial of ketamine."),
    ("2", "METHODS: Forty adults took part in this phase IIa proof-of-concept study."),
    ("3", "METHODS: In a multicenter, rater-blinded phase 3b trial, adults were given esketamine."),
    ("3", "DESIGN: Phase III, open-label, single-arm extension study."),
    ("4", "METHODS AND ANALYSIS: We are conducting a phase IV randomised controlled trial."),
    ("1/2", "METHODS: A phase 1b/2a dose-finding study was done in two clinics."),
    ("1/2", "METHODS: This phase I-II trial gave oral ketamine to 20 adults."),
    ("2/3", "METHODS: We conducted a seamless phase 2/3 trial of intranasal esketamine."),
    ("2", "OBJECTIVE: To report the first phase‐2 clinical trial of ketamine at home."),
]


@pytest.mark.parametrize(("phase", "abstract"), PHASES)
def test_words_name_the_phase_of_the_trial(decided, phase, abstract):
    assert decided("Ketamine for depression", abstract).others["phase"] == phase


NOT_PHASES = [
    "METHODS: Phase 1 was open label; in phase 2 of the study patients were randomized.",
    "METHODS: Women were scanned in the luteal phase and in the follicular phase.",
    "BACKGROUND: A phase 3 trial of esketamine was negative. METHODS: Ten adults got ketamine.",
    "METHODS: Ten adults got ketamine. CONCLUSIONS: A phase 2 trial is warranted.",
    "METHODS: Doses were those of an earlier phase 2 study.",
    "METHODS: Data of four phase 3 trials of esketamine were pooled.",
    "METHODS: Ketamine was given before a phase II enzyme induction study.",
    "METHODS: The maintenance phase 3 weeks later was uneventful, and the trial ended.",
    "METHODS: A phase 5 trial and a phase 12 study are no such thing.",
    "METHODS: Phase III trial data were used, and people woken in a sleep phase 2 study.",
    "METHODS: A phase 2 trial followed a phase 3 trial in the same 40 patients.",
]


@pytest.mark.parametrize("abstract", NOT_PHASES)
def test_other_phases_and_the_trials_of_others_do_not(decided, abstract):
    assert decided("Ketamine for depression", abstract).others["phase"] == "not_reported"


def test_the_title_goes_before_the_abstract(decided):
    said = decided("Ketamine for depression: a phase 2 trial", "METHODS: This phase 1 study became a phase 2 trial.")
    assert said.others["phase"] == "2"


def test_a_phase_is_tagged_with_its_very_words(tag):
    (found,) = [one for one in tag("A Phase IIb trial of ketamine").tags if one.facet == "phase"]
    assert (found.value, found.field, found.quote) == ("2", "title", "Phase IIb")


def test_a_review_has_no_phase_of_its_own(decided):
    said = decided("Ketamine in pain: a systematic review of one phase 3 trial", "We searched PubMed for studies.")
    assert said.others["phase"] == "not_applicable"


TYPES = {
    "D017426": "Clinical Trial, Phase I", "D017427": "Clinical Trial, Phase II", "D017428": "Clinical Trial, Phase III",
    "D017429": "Clinical Trial, Phase IV",
}  # fmt: skip


@pytest.mark.parametrize(
    ("uis", "phase"),
    [
        (["D017426"], "1"),
        (["D017427"], "2"),
        (["D017428"], "3"),
        (["D017429"], "4"),
        (["D017426", "D017427"], "1/2"),
        (["D017427", "D017428"], "2/3"),
        (["D017426", "D017428"], "abstained"),
    ],
)
def test_publication_types_name_the_phase_and_two_that_follow_each_other_one_trial(tagger: Tagger, uis, phase):
    types = tuple(PublicationType(ui, TYPES[ui]) for ui in uis)
    tagged = tagger.tag(Record(pmid=99000001, title="Ketamine for pain", abstract="x", publication_types=types))
    assert {one.quote for one in tagged.tags if one.facet == "phase"} == {TYPES[ui] for ui in uis}
    assert decide(tagged.tags, has_abstract=True).others["phase"] == phase


def test_indexing_goes_before_the_text(tagger: Tagger):
    types = (PublicationType("D017428", TYPES["D017428"]),)
    record = Record(pmid=99000001, title="A phase 2 trial of ketamine", abstract="x", publication_types=types)
    assert decide(tagger.tag(record).tags, has_abstract=True).others["phase"] == "3"
