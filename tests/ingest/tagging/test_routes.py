"""A route counts for the topic's drug only where the words tie it to that drug, with the right role."""

import pytest

STUDIED = [
    ("Intravenous ketamine for depression", "", ("intravenous",)),
    ("Ketamine by mouth", "METHODS: Twelve adults received oral ketamine 50 mg.", ("oral",)),
    ("Ketamine trial", "METHODS: Ketamine was administered intramuscularly to 20 patients.", ("intramuscular",)),
    ("Ketamine trial", "METHODS: Patients received I.V. ketamine 0.5 mg/kg over 40 min.", ("intravenous",)),
    ("Ketamine trial", "METHODS: Patients took ketamine lozenges at home.", ("sublingual",)),
    ("Ketamine oral thin film in adults with pain", "", ("sublingual",)),
    ("Ketamine trial", "METHODS: A subcutaneous infusion of ketamine ran for a day.", ("subcutaneous",)),
    ("Esketamine nasal spray in depression", "", ("intranasal",)),
    (
        "Comparison of intravenous, intramuscular and subcutaneous ketamine",
        "",
        ("intravenous", "intramuscular", "subcutaneous"),
    ),
    ("Ketamine and midazolam: a comparison of oral and rectal administration", "", ("oral", "rectal")),
    ("Ketamine infusion for depression", "METHODS: Ketamine was infused over 40 minutes.", ("intravenous",)),
    ("Rectal ketamine in children", "METHODS: Children were given rectal ketamine.", ("rectal",)),
    ("Epidural ketamine", "METHODS: Epidural ketamine was compared with epidural saline.", ("epidural",)),
    ("Intrathecal ketamine", "", ("intrathecal",)),
    ("Inhaled ketamine", "METHODS: Nebulized ketamine was inhaled.", ("inhaled",)),
    ("Transdermal ketamine", "", ("transdermal",)),
    ("Buccal ketamine", "", ("buccal",)),
    ("Intraosseous ketamine in the field", "", ("intraosseous",)),
    ("Topical ketamine gel for pain", "", ("topical",)),
    ("Intraperitoneal ketamine in rats", "", ("intraperitoneal",)),
]


@pytest.mark.parametrize(("title", "abstract", "routes"), STUDIED)
def test_a_route_tied_to_the_drug_is_studied(decided, title, abstract, routes):
    assert decided(title, abstract).routes == routes


NOT_THE_DRUGS = [
    (
        "another drug's route beside the drug's own",
        "METHODS: Patients received intramuscular naltrexone and intravenous ketamine.",
        ("intravenous",),
    ),
    (
        "an antidepressant taken by mouth",
        "METHODS: Adults received esketamine nasal spray plus a newly started oral antidepressant.",
        ("intranasal",),
    ),
    ("opioids by mouth as an outcome", "RESULTS: After intravenous ketamine, oral opioid use fell.", ("intravenous",)),
    ("an intravenous cannula", "METHODS: After intravenous cannulation, ketamine was swallowed orally.", ("oral",)),
    ("a manual's number", "METHODS: Patients with DSM-IV depression took oral ketamine.", ("oral",)),
    ("a trial's phase", "METHODS: This phase IV study gave intranasal ketamine.", ("intranasal",)),
    ("a scale's version", "METHODS: The CAPS-IV was used. Patients received subcutaneous ketamine.", ("subcutaneous",)),
    (
        "nasal intranasal sedative",
        "METHODS: Children got intranasal dexmedetomidine before intravenous ketamine.",
        ("intravenous",),
    ),
]


@pytest.mark.parametrize(("what", "abstract", "routes"), NOT_THE_DRUGS, ids=[case[0] for case in NOT_THE_DRUGS])
def test_what_is_not_the_drugs_route_does_not_count(decided, what, abstract, routes):
    assert decided("A trial of ketamine", abstract).routes == routes


def test_an_earlier_route_in_the_background_is_not_studied(tag, decided):
    title = "Ketamine by mouth for depression"
    abstract = "BACKGROUND: Intramuscular ketamine has been studied before. METHODS: Thirty adults got oral ketamine."
    assert decided(title, abstract).routes == ("oral",)
    assert ("intramuscular", "background") in {(one.value, one.role) for one in tag(title, abstract).tags}


def test_a_contrast_sets_a_route_apart(decided):
    abstract = "METHODS: Adults received subcutaneous ketamine rather than intravenous ketamine."
    assert decided("A trial of ketamine", abstract).routes == ("subcutaneous",)


def test_a_review_that_lists_every_route_studies_none(tag, decided):
    title = "Routes of ketamine for depression: a systematic review"
    abstract = "We searched PubMed. Intravenous, intranasal, oral and sublingual ketamine were covered by 20 studies."
    roles = {one.role for one in tag(title, abstract).tags if one.facet == "route"}
    assert roles == {"reviewed"}
    assert decided(title, abstract).routes == ("intravenous", "intranasal", "oral", "sublingual")
    assert not decided(title, abstract).is_primary


def test_an_infusion_counts_as_intravenous_only_where_no_route_is_named(decided):
    abstract = "METHODS: Ketamine was given subcutaneously. RESULTS: The ketamine infusion was well borne."
    assert decided("A trial of ketamine", abstract).routes == ("subcutaneous",)


def test_a_route_of_another_drug_is_kept_with_that_role(tag):
    tags = tag(
        "A trial of ketamine", "METHODS: Patients received intramuscular naltrexone and intravenous ketamine."
    ).tags
    assert {(one.value, one.role) for one in tags if one.facet == "route"} == {
        ("intramuscular", "other_drug"),
        ("intravenous", "studied"),
    }


def test_no_route_is_said_where_none_is_told(decided):
    assert decided("Ketamine for depression", "METHODS: Twenty patients received ketamine 0.5 mg/kg.").routes == ()
