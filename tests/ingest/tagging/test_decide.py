"""Layers of tags: the register, human indexing, the text, automated indexing, and what they disagree on."""

import pytest

from ingest.tagging import Decision, Tag, Tagger, decide, disagreements
from records.record import Chemical, MeshHeading, PublicationType, Record


def _tag(facet: str, value: str, source: str, confidence: float = 0.9, *, role: str = "", rule: str = "rule") -> Tag:
    return Tag(facet, value, role, source, rule, source, None, None, value, confidence)


def _record(title: str, abstract: str = "", **fields) -> Record:
    return Record(pmid=99000003, title=title, abstract=abstract, **fields)


RCT = PublicationType("D016449", "Randomized Controlled Trial")


def test_the_register_wins_over_every_other_layer():
    tags = [
        _tag("route", "intravenous", "text", role="studied"),
        _tag("route", "intramuscular", "register", 1.0, role="studied"),
        _tag("design", "randomized_controlled_trial", "publication_type"),
        _tag("design", "cohort", "register", 1.0),
        _tag("blinding", "double", "mesh"),
        _tag("blinding", "open", "register", 1.0),
        _tag("n_total", "40", "text"),
        Tag("n_total", "27", "", "register", "register.n_total", "register", None, None, "27 (randomized)", 1.0),
    ]
    assert decide(tags, has_abstract=True) == Decision(
        routes=("intramuscular",),
        designs=("cohort",),
        design="cohort",
        blinding="open",
        n_total=27,
        n_total_basis="randomized",
        is_primary=True,
    )


def test_human_indexing_wins_over_the_text_and_the_text_over_automated_indexing():
    human = [_tag("blinding", "double", "mesh"), _tag("blinding", "open", "text")]
    automated = [_tag("blinding", "double", "mesh", rule="MeSH heading, automated"), _tag("blinding", "open", "text")]
    assert decide(human, has_abstract=True).blinding == "double"
    assert decide(automated, has_abstract=True).blinding == "open"


def test_two_values_as_sure_as_each_other_are_not_chosen_between():
    tags = [_tag("control", "placebo", "text"), _tag("control", "active", "text")]
    assert decide(tags, has_abstract=True).control == "abstained"


def test_a_design_named_in_the_title_goes_before_one_that_is_mentioned():
    tags = [
        _tag("design", "randomized_controlled_trial", "text", 0.9),
        _tag("design", "secondary_analysis", "text", 0.7),
    ]
    said = decide(tags, has_abstract=True)
    assert (said.design, said.designs) == (
        "randomized_controlled_trial",
        ("secondary_analysis", "randomized_controlled_trial"),
    )


def test_an_inferred_route_gives_way_to_a_named_one():
    inferred = _tag("route", "intravenous", "text", 0.5, role="studied")
    named = _tag("route", "subcutaneous", "text", 0.9, role="studied")
    assert decide([inferred], has_abstract=True).routes == ("intravenous",)
    assert decide([inferred, named], has_abstract=True).routes == ("subcutaneous",)


def test_routes_with_other_roles_do_not_count():
    tags = [_tag("route", "oral", "text", role=role) for role in ("background", "other_drug", "reviewed")]
    assert decide(tags, has_abstract=True).routes == ()


def test_disagreements_name_both_values_and_both_sources():
    tags = [
        _tag("route", "oral", "register", 1.0, role="studied"),
        _tag("route", "intravenous", "text", role="studied"),
        _tag("design", "randomized_controlled_trial", "publication_type"),
        _tag("design", "cohort", "text"),
    ]
    assert disagreements(tags) == [
        ("design", "randomized_controlled_trial", "publication_type", "cohort", "text"),
        ("route", "oral", "register", "intravenous", "text"),
    ]


def test_automated_indexing_is_told_apart_in_disagreements(tagger: Tagger):
    record = _record(
        "Ketamine in a clinic: a retrospective cohort study",
        "METHODS: Charts of 90 patients were reviewed.",
        publication_types=(RCT,),
        indexing="Automated",
    )
    rows = disagreements(tagger.tag(record).tags)
    assert ("design", "randomized_controlled_trial", "automated publication_type", "cohort", "text") in rows


def test_sources_that_agree_are_no_disagreement():
    tags = [_tag("design", "cohort", "text"), _tag("design", "cohort", "mesh")]
    assert disagreements(tags) == []


def test_publication_types_and_headings_become_tags(tagger: Tagger):
    record = _record(
        "Ketamine for depression",
        publication_types=(RCT,),
        mesh=(
            MeshHeading("D007649", "Ketamine", "", "", True, False),
            MeshHeading("D000281", "Administration, Intranasal", "", "", False, False),
            MeshHeading("D004311", "Double-Blind Method", "", "", False, False),
        ),
    )
    tags = {(tag.facet, tag.value, tag.role, tag.source, tag.quote) for tag in tagger.tag(record).tags}
    assert {
        ("design", "randomized_controlled_trial", "", "publication_type", "Randomized Controlled Trial"),
        ("route", "intranasal", "studied", "mesh", "Administration, Intranasal"),
        ("blinding", "double", "", "mesh", "Double-Blind Method"),
        ("intervention", "ketamine", "", "mesh", "Ketamine"),
    } <= tags


def test_a_route_heading_says_nothing_without_the_drugs_own_heading(tagger: Tagger):
    heading = MeshHeading("D000281", "Administration, Intranasal", "", "", False, False)
    without = tagger.tag(_record("Oxytocin", mesh=(heading,)))
    chemical = Chemical("D007649", "Ketamine", "690G0D6V8H")
    with_drug = tagger.tag(_record("Sedation", mesh=(heading,), chemicals=(chemical,)))
    assert [tag.value for tag in without.tags if tag.facet == "route"] == []
    assert [tag.value for tag in with_drug.tags if tag.facet == "route"] == ["intranasal"]


def test_a_protocol_indexed_as_a_trial_stays_a_protocol(tagger: Tagger):
    record = _record("Ketamine for pain: study protocol for a randomised trial", publication_types=(RCT,))
    assert decide(tagger.tag(record).tags, has_abstract=False).design == "protocol"


def test_tagging_is_a_pure_function_of_the_record(tagger: Tagger):
    record = _record("Intravenous ketamine for depression", "METHODS: Ten patients received ketamine 0.5 mg/kg.")
    assert tagger.tag(record) == tagger.tag(record)


@pytest.mark.parametrize(
    ("title", "abstract", "expected"),
    [
        ("Ketamine", "A cohort of 2,400 adults with depression was given intravenous ketamine.", (None, "unsure")),
        ("Ketamine", "Of 350,000 eligible patients, intravenous ketamine was given to 120,000.", (None, "unsure")),
        ("Ketamine", "In all, 1,200 adults were randomized to intravenous ketamine or placebo.", (1200, "randomized")),
        ("Ketamine: a systematic review", "We included 12 studies with 2,400 participants.", (2400, "enrolled")),
        ("Ketamine", "A cohort of 999 adults was given intravenous ketamine.", (999, "enrolled")),
    ],
)
def test_a_large_number_that_nobody_checked_is_unsure(title, abstract, expected, decided):
    said = decided(title, abstract)
    assert (said.n_total, said.n_total_basis) == expected


def test_a_large_number_of_the_register_is_sure(tag):
    checked = Tag("n_total", "2400", "", "register", "register", None, None, None, "n_total (enrolled)", 1.0)
    tags = tag("Ketamine", "A cohort of 2,400 adults was given intravenous ketamine.").tags
    said = decide([*tags, checked], has_abstract=True)
    assert (said.n_total, said.n_total_basis) == (2400, "enrolled")
