"""Conditions, interventions, species and ages."""

from ingest.tagging.subjects import plain
from topics import load_topic


def _values(tagged, facet: str) -> set[str]:
    return {tag.value for tag in tagged.tags if tag.facet == facet}


def test_a_narrow_condition_implies_the_broader_one(tag):
    assert _values(tag("Ketamine for treatment-resistant depression"), "condition") == {
        "treatment_resistant_depression",
        "depression",
    }


def test_respiratory_depression_is_no_mood(decided):
    assert (
        decided("Ketamine and respiratory depression", "RESULTS: No respiratory depression was seen.").conditions == ()
    )


def test_a_condition_of_the_background_only_does_not_count(decided):
    abstract = (
        "BACKGROUND: Depression is common. METHODS: Ketamine was given for pain to ten adults. RESULTS: Pain fell."
    )
    assert decided("Ketamine for pain", abstract).conditions == ("pain",)


def test_signs_in_a_drugs_name_are_part_of_the_name(decided):
    assert decided("S(+)-ketamine in adults").interventions == ("ketamine",)
    assert decided("Esketamine in adults").interventions == ("esketamine", "ketamine")


def test_species_are_what_was_studied(decided):
    rats = "METHODS: Rats swam after ketamine. RESULTS: Rats were faster."
    people = "BACKGROUND: In rats ketamine acts fast. METHODS: Patients received ketamine. RESULTS: Patients slept."
    assert decided("Ketamine in rats", rats).species == "animal"
    assert decided("Ketamine for pain", people).species == "human"


def test_ages_are_tagged(decided):
    assert decided("Ketamine in older adults and children").age_groups == ("aged", "child")


def test_no_word_of_the_bundled_topic_stands_for_two_drugs():
    """Signs are lost when text is folded: '(+)-ketamine' would be plain 'ketamine'."""
    drugs = load_topic("ketamine-routes").vocabulary.interventions
    meant: dict[str, set[str]] = {}
    for term in drugs:
        for word in term.terms:
            meant.setdefault(" ".join(plain(word).split()), set()).add(term.value)
    assert {word: values for word, values in meant.items() if len(values) > 1} == {}
