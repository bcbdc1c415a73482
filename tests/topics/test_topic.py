"""A topic file loads into what the program needs, and a wrong one says where it is wrong."""

import shutil
from pathlib import Path

import pytest

from topics import Vocabulary, load_topic, topic_names
from topics.errors import BadInputError

SMALL = Path(__file__).parent / "chamomile-sleep"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the small topic to break."""
    return Path(shutil.copytree(SMALL, tmp_path / "chamomile-sleep"))


def rewrite(folder: Path, old: str, new: str) -> None:
    path = folder / "topic.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_bundled_topic_is_found_by_name() -> None:
    assert "ketamine-routes" in topic_names()
    assert load_topic("ketamine-routes").name == "ketamine-routes"


def test_a_topic_is_found_by_its_folder_and_by_its_file() -> None:
    assert load_topic(SMALL).name == load_topic(SMALL / "topic.yml").name == "chamomile-sleep"


def test_an_unknown_name_lists_the_topics_there_are() -> None:
    with pytest.raises(BadInputError, match=r"no-such: no such topic; expected one of ketamine-routes"):
        load_topic("no-such")


def test_the_query_is_built_from_the_named_blocks_as_the_expression_says() -> None:
    assert load_topic(SMALL).search.query() == (
        "(chamomile[tiab] OR matricaria[tiab] OR matricaria[mh]) AND "
        '(sleep[tiab] OR insomnia[tiab] OR "sleep initiation and maintenance disorders"[mh])'
    )


def test_the_bundled_query_nests_and_takes_away_only_animals_without_humans() -> None:
    query = load_topic("ketamine-routes").search.query()

    assert query.startswith("(ketamine[mh] OR ketamin*[tiab] OR ")
    assert query.endswith(") NOT ((animals[mh]) NOT (humans[mh]))")
    assert query.count("(") == query.count(")")
    assert ")[" not in query, "PubMed applies a tag behind a parenthesis to nothing, without a warning"


def test_dates_written_as_numbers_and_dates_are_kept_as_precise_as_they_are() -> None:
    written = load_topic(SMALL).article.written

    assert (written.earliest, written.latest) == ("2011", "2012-06")


def test_a_narrower_value_implies_its_broader_ones() -> None:
    vocabulary = load_topic("ketamine-routes").vocabulary

    assert vocabulary.implied("conditions", ["bipolar_depression"]) == (
        "depression", "bipolar_disorder", "bipolar_depression",
    )  # fmt: skip
    assert vocabulary.implied("conditions", ["unknown"]) == ("unknown",)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"interventions": ["ketamine"], "conditions": ["treatment_resistant_depression"], "species": "human"}, True),
        ({"interventions": ["ketamine"], "conditions": ["depression"], "species": "not_reported"}, True),
        ({"interventions": ["ketamine"], "conditions": ["depression"], "species": "animal"}, False),
        ({"interventions": ["norketamine"], "conditions": ["depression"], "species": "human"}, False),
        ({"interventions": ["ketamine"], "conditions": ["pain"], "species": "human"}, False),
        (
            {"interventions": ["ketamine"], "conditions": [], "species": "human", "designs": ["pharmacokinetic"]},
            True,
        ),
        (
            {"interventions": ["ketamine"], "conditions": [], "species": "human", "quantities": ["bioavailability"]},
            True,
        ),
    ],
)
def test_what_is_on_topic_is_decided_by_the_rule_in_the_file(tags: dict, expected: bool) -> None:
    assert load_topic("ketamine-routes").is_on_topic(**tags) is expected


def test_the_digest_changes_when_any_file_of_the_topic_does(folder: Path) -> None:
    before = load_topic(folder).digest()

    (folder / "claims.yml").write_text("claims: []\n", encoding="utf-8")

    assert load_topic(SMALL).digest() == before
    assert load_topic(folder).digest() != before


FAULTS = [
    ("title: Chamomile for sleep\n", "", "line 2, key 'title': missing; expected a value here"),
    ("question:", "questoin:", "line 4, key 'questoin': unknown key; did you mean 'question'?"),
    ("label: Insomnia", "lable: Insomnia", "conditions[1].lable': unknown key; did you mean 'label'?"),
    ("sections: [Tea, Extract]", "sections: []", "line 13, key 'article.sections': list should have"),
    ("terms: [insomnia]", "terms: insomnia", "conditions[1].terms': input should be a valid list"),
    ("terms: [insomnia]", "terms: [Insomnia]", "conditions[1].terms[0]': 'Insomnia': expected lower case"),
    ("broader: [poor_sleep]", "broader: [bad_sleep]", "'bad_sleep' is not a value of conditions; expected one of"),
    ("broader: [poor_sleep]", "broader: [insomnia]", "conditions[1].broader': 'insomnia' is broader than itself"),
    ("value: insomnia", "value: poor_sleep", "conditions[1].value': 'poor_sleep' stands here twice"),
    ("value: insomnia", "value: Bad Sleep", "conditions[1].value': string should match pattern"),
    (
        "on_topic:\n  interventions: [chamomile]",
        "on_topic:\n  interventions: [tea]",
        "key 'on_topic.interventions[0]': 'tea' is not an",
    ),
    (
        "sensitivity:\n  interventions: [chamomile]",
        "sensitivity:\n  interventions: [tea]",
        "key 'sensitivity.interventions[0]': 'tea' is not an",
    ),
    ("conditions: [poor_sleep]", "conditions: [pain]", "key 'on_topic.any_of[0].conditions[0]': 'pain' is not a"),
    ("      conditions: [poor_sleep]\n", "", "key 'on_topic.any_of[0]': expected conditions, designs or"),
    ("plant AND sleep", "plant AND slumber", "line 16, key 'search.expression': 'slumber' is not a block"),
    ("plant AND sleep", "plant", "key 'search.expression': never uses sleep"),
    ("plant AND sleep", "plant and sleep", "'and' is not a block; expected AND, OR, NOT"),
    ("plant AND sleep", "(plant AND sleep", "parentheses in pairs"),
    ("plant AND sleep", "plant sleep AND", "expected blocks joined by AND, OR or NOT"),
    ("- name: sleep", "- name: plant", "'plant' names two blocks; expected one"),
    ("chamomile[tiab]", "chamomile", "key 'search.blocks[0].terms[0]': 'chamomile': expected one word"),
    ("chamomile[tiab]", "herb tea[tiab]", "'herb tea[tiab]': expected one word"),
    ("chamomile[tiab]", "chamomile[title]", "'[title]' is not a field of PubMed known here"),
    ("earliest: 2011", "earliest: 2011-13", "key 'article.written.earliest': string should match pattern"),
    ("name: chamomile-sleep", "name: sleep", "line 2, key 'name': 'sleep' differs from its folder"),
    ("title: Chamomile for sleep", "name: chamomile-sleep", "line 3, key 'name': given twice (first on line 2)"),
    ("title: Chamomile for sleep", "title: [Chamomile", "not valid YAML"),
    ("      label: Chamomile\n", "\tlabel: Chamomile\n", "not valid YAML"),
]


@pytest.mark.parametrize(("old", "new", "said"), FAULTS)
def test_a_fault_is_reported_with_file_line_key_and_what_was_expected(
    folder: Path, old: str, new: str, said: str
) -> None:
    rewrite(folder, old, new)

    with pytest.raises(BadInputError) as refused:
        load_topic(folder)

    message = str(refused.value)
    assert said in message
    assert str(folder / "topic.yml") in message
    assert "line " in message
    assert "\n" not in message


def test_every_fault_of_a_file_is_reported_at_once(folder: Path) -> None:
    rewrite(folder, "question:", "questoin:")
    rewrite(folder, "sections: [Tea, Extract]", "sections: []")

    with pytest.raises(BadInputError) as refused:
        load_topic(folder)

    for key in ("'question': missing", "'questoin': unknown key", "'article.sections'"):
        assert key in str(refused.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "the file is empty"), (b"# only a comment\n", "the file is empty"), (b"name: \xff\n", "UTF-8"),
     (b"- a list\n", "line 1")],
)  # fmt: skip
def test_a_file_that_holds_no_topic_is_refused(folder: Path, content: bytes, said: str) -> None:
    (folder / "topic.yml").write_bytes(content)

    with pytest.raises(BadInputError, match=said):
        load_topic(folder)


def test_a_vocabulary_can_be_made_in_code() -> None:
    vocabulary = Vocabulary.model_validate(
        {
            "interventions": [{"value": "a", "label": "A", "terms": ["a"]}],
            "conditions": [{"value": "b", "label": "B", "terms": ["b"]}],
        }
    )

    assert [term.value for term in vocabulary.interventions] == ["a"]
    assert vocabulary.routes == []
