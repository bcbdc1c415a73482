"""Labels inside an abstract that is one string."""

from ingest.tagging import Tagger
from records.record import Record, Section
from records.sections import category_of, split_sections


def test_labels_split_an_abstract_and_offsets_point_at_the_text_behind_them():
    text = "BACKGROUND: Little is known. METHODS: We gave it to ten people. RESULTS: All slept. CONCLUSIONS: It works."
    sections = split_sections(text)
    assert [(one.label, one.category, text[one.start : one.end]) for one in sections] == [
        ("BACKGROUND", "BACKGROUND", "Little is known."),
        ("METHODS", "METHODS", "We gave it to ten people."),
        ("RESULTS", "RESULTS", "All slept."),
        ("CONCLUSIONS", "CONCLUSIONS", "It works."),
    ]


def test_text_before_the_first_label_is_a_section_without_one():
    assert split_sections("A word first. Methods: We did it.") == (
        Section("", "", 0, 13),
        Section("Methods", "METHODS", 23, 33),
    )


def test_a_sentence_with_a_colon_is_no_label():
    assert split_sections("There were three groups: one, two and three. We saw this: nothing happened.") == ()


def test_compound_labels_are_known_by_their_words():
    assert [
        category_of(label) for label in ("Patients and Methods", "DESIGN, SETTING, AND PARTICIPANTS", "Aims/Objectives")
    ] == [
        "METHODS",
        "METHODS",
        "OBJECTIVE",
    ]
    assert category_of("Bananas") == ""


def test_an_empty_abstract_has_no_sections():
    assert split_sections("") == ()


def test_given_sections_are_used_as_they_are(tagger: Tagger):
    abstract = "ALPHA: Earlier, oral ketamine was tried.\nBETA: We gave ketamine intravenously."
    record = Record(
        pmid=99000002,
        title="A trial of ketamine",
        abstract=abstract,
        sections=(Section("ALPHA", "BACKGROUND", 7, 40), Section("BETA", "METHODS", 47, len(abstract))),
    )
    roles = {(tag.value, tag.role) for tag in tagger.tag(record).tags if tag.facet == "route"}
    assert roles == {("oral", "background"), ("intravenous", "studied")}
