"""More ways of saying what was done: what each rule must catch, and what it must not."""

import pytest

CHANCE = [
    (
        "how the lot was cast",
        "METHODS: Which of the two syringes a child got was read from sealed envelopes.",
        "METHODS: Gamblers and others tossed coins in a coin toss task after ketamine.",
    ),
    (
        "assigned in a ratio",
        "METHODS: Ninety adults were allocated 2:1 to ketamine or saline.",
        "METHODS: Ketamine and propofol were mixed in a ratio of 1:1 and given to ninety adults.",
    ),
    (
        "randomized trial named",
        "METHODS: Sixty adults got ketamine or saline; pain was scored for a week after randomization.",
        "METHODS: Sixty adults got ketamine, since random assignment was not possible.",
    ),
    (
        "randomized trial named",
        "METHODS: Sixty women were randomly enrolled into two groups.",
        "METHODS: Sixty women got ketamine. Its effect warrants a larger randomised trial.",
    ),
]
ANEW = [
    (
        "the study is reported elsewhere",
        "METHODS: Sixty adults had ketamine or saline; the primary outcomes have been reported. They slept well.",
        "METHODS: Sixty adults had ketamine or saline. The primary outcome was reported pain.",
    ),
    (
        "data of another study",
        "METHODS: We took data from participants randomized in KETA-1 and looked at their sleep.",
        "METHODS: We took data from patients of two clinics and looked at their sleep.",
    ),
    (
        "secondary analysis named",
        "METHODS: Data were drawn from three clinical trials of ketamine.",
        "METHODS: Data were drawn from the National Health Interview and 900 adults who had used ketamine.",
    ),
]
PAPERS = [
    (
        "an index searched",
        "METHODS: Embase was searched for ketamine in children with burns.",
        "METHODS: We searched the records of our unit for ketamine in children with burns.",
    ),
    (
        "systematic review named",
        "METHODS: Two authors independently screened what was found on ketamine.",
        "METHODS: Two authors gave ketamine to ten patients. We searched our files for others.",
    ),
    (
        "meta-analysis named",
        "METHODS: Ten trials of ketamine were looked at. A funnel plot was drawn and the pooled odds computed.",
        "METHODS: Blood of ten patients was pooled in tubes and its odour noted.",
    ),
    (
        "an author argues",
        "I argue that ketamine is a mirror in which every decade of medicine has seen its own hopes.",
        "METHODS: Ten patients received ketamine; scores were compared with baseline (p < 0.05). Questionnaires "
        "were obtained. Placebo was given to ten controls. I argue that it helps.",
    ),
    (
        "one writes to another",
        "We read with great interest what was said of ketamine and sleep, and have a question.",
        "METHODS: Ten patients who read with ketamine in their blood were shown letters.",
    ),
    (
        "guideline named",
        "TITLE: Clinical recommendations on ketamine for burns",
        "METHODS: Ten experts on ketamine were asked how they slept. No consensus was found.",
    ),
    (
        "a design described before it is carried out",
        "METHODS: The registry is going to enrol 500 people on ketamine. Recruitment began in May.",
        "METHODS: Those who were going to sleep got ketamine.",
    ),
    (
        "qualitative named",
        "METHODS: Talks with twelve nurses were recorded and transcribed verbatim. Four themes emerged.",
        "METHODS: Ketamine changed which genes were transcribed in twelve nurses.",
    ),
]
PEOPLE = [
    (
        "patients one after another",
        "Patient 1 got ketamine and slept. Patient 2 got none.",
        "METHODS: A second patient sample got ketamine and slept.",
    ),
    ("a few patients in the title", "TITLE: Ketamine and hiccups in four adults", "METHODS: Four adults had hiccups."),
    (
        "one person in the title",
        "TITLE: Ketamine for hiccups in a young woman",
        "TITLE: Ketamine for hiccups in an adult psychiatric ward",
    ),
    (
        "cohort named",
        "METHODS: People on ketamine were matched by propensity score to others in a national registry.",
        "METHODS: Ten people on ketamine registered for a course.",
    ),
    (
        "cases matched to controls",
        "METHODS: There were four controls for each child who had a fit after ketamine.",
        "METHODS: The controls for the pump were set and ketamine was given.",
    ),
    (
        "open or single-arm trial",
        "METHODS: In this open pilot ten men drank a single dose of ayahuasca.",
        "METHODS: Ten men who drank tea were asked for their opinion on ayahuasca.",
    ),
    (
        "survey or prevalence",
        "METHODS: An internet-based questionnaire study on ketamine was made.",
        "METHODS: Forty adults took part in an internet-based program after ketamine.",
    ),
]
LIVING = [
    (
        "animals studied",
        "METHODS: Twelve tortoises had ketamine. Tortoises slept for an hour; no tortoise died.",
        "METHODS: Twelve keepers of tortoises had ketamine. The patients slept; patients, adults all, woke.",
    ),
    (
        "cells or tissue studied",
        "METHODS: Human stem cells and human neurons were used. Cells were incubated with it; patch clamp followed.",
        "METHODS: Patients got ketamine. Their blood was taken; patients slept, and flow cytometry followed.",
    ),
]
RULES = [*CHANCE, *ANEW, *PAPERS, *PEOPLE, *LIVING]


@pytest.fixture
def told(tag):
    """The rules that make a design likely enough in an abstract, or in a title after 'TITLE: '."""

    def rules(text):
        title, abstract = (text[7:], "") if text.startswith("TITLE: ") else ("Ketamine", text)
        return {one.rule for one in tag(title, abstract).tags if one.facet == "design" and one.confidence >= 0.5}

    return rules


@pytest.mark.parametrize(("rule", "says", "_"), RULES)
def test_a_rule_catches_what_it_is_for(told, rule, says, _):
    assert rule in told(says)


@pytest.mark.parametrize(("rule", "_", "says_not"), RULES)
def test_and_not_what_only_sounds_like_it(told, rule, _, says_not):
    assert rule not in told(says_not)


def test_whoever_casts_lots_randomizes(decided):
    assert decided("Ketamine in children", CHANCE[0][1]).randomized == "yes"
    assert decided("Ketamine in children", CHANCE[0][2]).randomized != "yes"
