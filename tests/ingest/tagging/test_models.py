"""Models and simulations treat nobody: told from studies wherever they are called otherwise, and never counted."""

import pytest

from ingest.build.articles import deciding_of
from ingest.tagging import Tagger
from records.record import Record
from topics import load_topic

MODELS = [
    (
        "Cost-effectiveness of esketamine nasal spray for treatment-resistant depression: a Markov model",
        "A Markov cohort model compared esketamine with oral antidepressants over five years. In a "
        "population of 350,000 eligible patients, costs fell.",
    ),
    (
        "Esketamine in the United States: a budget impact analysis",
        "We estimated the budget impact for a health plan of 1 million members. An estimated 3,000 "
        "patients were eligible.",
    ),
    (
        "Value of ketamine infusions",
        "METHODS: A decision-analytic model with a hypothetical cohort of 1,000 patients was built. "
        "RESULTS: Ketamine dominated.",
    ),
    (
        "Projected use of intranasal esketamine: a microsimulation",
        "We used a microsimulation of 10,000 adults.",
    ),
    (
        "Economic outcomes with ketamine",
        "METHODS: A discrete event simulation followed simulated patients for two years.",
    ),
    (
        "Ketamine clinics and access",
        "A state transition model projected outcomes.",
    ),
    (
        "Cost-utility analysis of ketamine versus ECT",
        "Costs and utilities were modelled.",
    ),
    (
        "Esketamine: a partitioned survival analysis",
        "Outcomes from published trials were entered in a partitioned survival model.",
    ),
    (
        "Ketamine for depression: decision tree",
        "METHODS: A decision tree compared strategies.",
    ),
]
STUDIES = [
    (
        "Ketamine in a chronic stress animal model",
        "Rats were given ketamine. We used linear mixed models.",
    ),
    (
        "Randomized trial of ketamine",
        "Sixty patients were randomized to ketamine or midazolam. A mixed effects model for repeated "
        "measures was fitted.",
    ),
    (
        "Population pharmacokinetics of ketamine",
        "METHODS: A population pharmacokinetic model was built on 30 volunteers. Monte Carlo "
        "simulations of dosing were done.",
    ),
    (
        "Economic evaluation alongside a randomised trial of ketamine",
        "We randomised 100 patients with depression to ketamine or placebo; costs were recorded alongside the trial.",
    ),
    (
        "Hidden Markov models of EEG under ketamine",
        "Twenty volunteers received ketamine. Hidden Markov models were fitted.",
    ),
    (
        "Predicting response to ketamine",
        "METHODS: 80 patients received ketamine; a decision tree classifier predicted response.",
    ),
    (
        "Cohort of patients given esketamine",
        "We followed 200 patients given esketamine. Cox models estimated relapse.",
    ),
    (
        "Clinical and cost-effectiveness of ketamine: a randomised controlled trial",
        "We randomised 120 patients to ketamine or midazolam.",
    ),
    (
        "Ketamine and dynamic causal modelling",
        "18 volunteers were given ketamine. Modelling of MEG.",
    ),
    (
        "Bayesian analysis of a trial of ketamine",
        "We randomized 40 patients. Markov chain Monte Carlo sampling was used.",
    ),
]


@pytest.fixture(scope="module")
def deciding():
    """The columns that count, of a title and an abstract."""
    topic = load_topic("ketamine-routes")
    tagger = Tagger(topic.vocabulary)

    def decided(title: str, abstract: str) -> dict:
        record = Record(pmid=99000001, title=title, abstract=abstract)
        return deciding_of(topic, record, tagger.tag(record))

    return decided


@pytest.mark.parametrize(("title", "abstract"), MODELS)
def test_a_model_is_no_study(deciding, title, abstract):
    found = deciding(title, abstract)
    assert (found["design"], found["is_primary"]) == ("model", 0)


@pytest.mark.parametrize(("title", "abstract"), STUDIES)
def test_a_study_that_names_models_of_another_kind_is_a_study(deciding, title, abstract):
    assert deciding(title, abstract)["design"] != "model"
