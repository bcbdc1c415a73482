"""Files of rules: a wrong one is refused with its place; every family of rules is needed for what it must catch."""

import tomllib

import pytest

from ingest.build.fingerprint import ROOT, files_of_code
from ingest.tagging import Tagged, Tagger
from ingest.tagging.designs import DESIGN_RULES
from ingest.tagging.lexicon import Lexicon
from ingest.tagging.rule_files import FOLDER, DesignRule, WordRule, read_rules
from records.record import Record
from topics.errors import BadInputError

RULE = """\
parts:
  people: [women, men]
rules:
- name: people asked
  value: survey
  reason: Who was asked answered.
  source: made up
  patterns:
  - we asked {people}
"""


def read(tmp_path, text):
    path = tmp_path / "rules.yml"
    path.write_text(text, encoding="utf-8")
    return read_rules(path, WordRule)


def test_a_rule_is_read_with_its_parts_and_its_exceptions(tmp_path):
    [rule] = read(tmp_path, RULE + "  exceptions: [we asked women or men]\n")
    lexicon = Lexicon(rule.lexicon_rules("asked"))
    assert lexicon.hits("We asked men, not women.")["asked"] == [(0, 12, "survey")]
    assert not lexicon.hits("We asked women or men.")["asked"]


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("  value: survey\n", "", "line 4, key 'rules[0].value': missing; expected a value here"),
        ("  value:", "  vlaue:", "line 5, key 'rules[0].vlaue': unknown key; did you mean 'value'?"),
        ("{people}", "{persons}", "line 9, key 'rules[0].patterns[0]': expected one of the parts: people; found '{p"),
        ("asked {people}", "(asked", "line 9, key 'rules[0].patterns[0]': expected words, (a|b), [ab] and x? only"),
        ("asked {people}", "[asked", "line 9, key 'rules[0].patterns[0]': expected words, (a|b), [ab] and x? only"),
        ("asked {people}", "asked .*", "line 9, key 'rules[0].patterns[0]': expected words, (a|b), [ab] and x? only"),
        ("- we asked {people}", "- 12", "line 9, key 'rules[0].patterns[0]': input should be a valid string; found 12"),
        ("\n  - we asked {people}", " we asked", "line 8, key 'rules[0].patterns': input should be a valid list"),
        ("[women, men]", "women", "line 2, key 'parts.people': input should be a valid list; found 'women'"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_line_key_and_what_was_expected(tmp_path, right, wrong, told):
    assert right in RULE
    with pytest.raises(BadInputError) as error:
        read(tmp_path, RULE.replace(right, wrong))
    assert f"{tmp_path / 'rules.yml'}, {told}" in str(error.value)


def test_two_rules_of_one_name_and_a_confidence_above_one_are_refused(tmp_path):
    twice = RULE + RULE.partition("rules:\n")[2]
    with pytest.raises(BadInputError, match=r"line 10, key 'rules\[1\].name': expected a name of its own"):
        read(tmp_path, twice)
    text = (FOLDER / "designs.yml").read_text(encoding="utf-8").replace("weights: {title: 1}", "weights: {title: 7}")
    (tmp_path / "designs.yml").write_text(text, encoding="utf-8")
    with pytest.raises(BadInputError, match=r"key 'rules\[0\].weights.title': input should be less than or equal to 1"):
        read_rules(tmp_path / "designs.yml", DesignRule)


FAMILIES = [
    ("notice", "Erratum: Ketamine for pain after burns.", "", "Ketamine and error correction in a memory game.", ""),
    ("protocol", "Ketamine for pain", "METHODS: This trial will recruit sixty adults, who will be given ketamine.",
     "Ketamine for pain", "METHODS: Sixty adults got ketamine according to the study protocol."),
    ("model", "Ketamine for pain: a Markov cohort simulation of what it costs", "",
     "Ketamine for pain in a mouse model that costs little", ""),
    ("meta_analysis", "Ketamine for pain: what ten papers add up to in a meta-analysis", "",
     "Ketamine for pain: ten adults up to two years later", ""),
    ("systematic_review", "Ketamine for pain", "METHODS: Embase was searched; two reviewers independently judged.",
     "Ketamine for pain", "METHODS: We searched our files for burnt children who had had ketamine."),
    ("guideline", "Ketamine in the ambulance: a clinical practice guideline", "",
     "Ketamine in the ambulance: what nurses practise", ""),
    ("secondary_analysis", "Sleep after ketamine: a post hoc analysis of an earlier trial", "",
     "Sleep after ketamine in sixty adults", ""),
    ("editorial_letter", "Ketamine at sea: a reply to Dr. Who", "Letter to the editor: we thank the authors.",
     "Ketamine at sea: how it keeps", ""),
    ("narrative_review", "Ketamine through the ages: a narrative review", "",
     "Ketamine through the ages: a chart review", ""),
    ("randomized_controlled_trial", "Ketamine for pain", "METHODS: Lots came from computer-generated random lists.",
     "Ketamine for pain", "METHODS: Their ketamine levels came from randomly selected, frozen tubes."),
    ("qualitative", "What ketamine was like", "METHODS: Nurses spoke in focus groups; a thematic analysis followed.",
     "What ketamine was like", "METHODS: Nurses were weighed in groups."),
    ("case_series", "Ketamine for tics: a case series", "", "Ketamine for tics: time series of ticks", ""),
    ("case_report", "Ketamine for hiccups in a 40-year-old woman", "",
     "Ketamine for hiccups in women above 40", ""),
    ("pharmacokinetic", "Bioavailability of ketamine drops", "", "Taste of ketamine drops", ""),
    ("cohort", "Ketamine for burns: a retrospective cohort study", "", "Ketamine for burns in a look ahead", ""),
    ("case_control", "Ketamine users and matched controls", "", "Ketamine users in control of themselves", ""),
    ("cross_sectional", "Ketamine among divers: an online survey", "", "Ketamine among divers: given under water", ""),
    ("nonrandomized_trial", "Ketamine for tics: an open-label pilot", "", "Ketamine for tics: an open question", ""),
]  # fmt: skip
"""Of every design: title and abstract that its rules must catch, and title and abstract that they must not."""


def designs(tagged: Tagged) -> set[str]:
    return {tag.value for tag in tagged.tags if tag.facet == "design" and tag.confidence >= 0.3}


def test_every_family_of_design_rules_has_examples():
    assert [family for family, *_ in FAMILIES] == list(dict.fromkeys(rule.value for rule in DESIGN_RULES))


@pytest.mark.parametrize(("family", "title", "abstract", "other_title", "other_abstract"), FAMILIES)
def test_a_design_is_found_by_its_rules_and_not_without_them(
    tagger: Tagger, tag, family, title, abstract, other_title, other_abstract
):
    assert family in designs(tag(title, abstract))
    assert family not in designs(tag(other_title, other_abstract))
    of_family = {f"design:{number}" for number, rule in enumerate(DESIGN_RULES) if rule.value == family}
    without = Tagger.__new__(Tagger)
    without.__dict__.update(tagger.__dict__)
    without.lexicon = Lexicon(rule for rule in tagger.rules if rule.kind not in of_family)
    assert family not in designs(without.tag(Record(pmid=99000002, title=title, abstract=abstract)))


def test_files_of_rules_are_packaged_and_part_of_the_fingerprint_of_a_build():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packaged = project["tool"]["setuptools"]["package-data"]["ingest.tagging"]
    files = {path for path in FOLDER.iterdir() if path.is_file()}
    assert {path for pattern in packaged for path in FOLDER.parent.glob(pattern)} >= files > set()
    assert files <= set(files_of_code())
