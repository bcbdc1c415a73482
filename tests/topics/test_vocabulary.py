"""The vocabulary stands in one place, and everything else is made from it."""

import ast
from dataclasses import fields
from pathlib import Path

import pytest

from db.claims.filters import Filter
from db.evidence.schema import TABLES
from ingest.tagging import Decision, decide
from topics.vocabulary import (
    COLOURS,
    COLUMNS,
    DESIGNS,
    FACETS,
    FILTERS,
    NOTHING,
    PRECEDENCE,
    REGISTER_COLUMNS,
    ROLES,
    joined,
    names,
    narrower,
)

ROOT = Path(__file__).parents[2]
PACKAGES = ("topics", "records", "ingest", "db", "evaluation", "publish")
VOCABULARY = "topics/vocabulary.py"
MAY_NAME_SEVERAL = {
    "db/evidence/schema.py": "an index over several columns",
    "evaluation/gold_sets.py": "what other people's labels call our values",
    "publish/pages/claim_papers.py": "columns of a file",
    "publish/pages/map.py": "what readers narrow it by, each a condition in its SQL",
    "publish/pages/search.py": "what readers narrow it by, each a condition in its SQL",
}
"""Modules with a literal that is no list of the vocabulary, though it holds three of it; and what it is."""
RULES = "ingest/tagging"
"""Rules map words to values, so their modules name values; those that hold no rules may not."""
NO_RULES = tuple(f"{RULES}/{name}.py" for name in ("__init__", "decide", "indexing", "model"))
LISTS = {
    "roles": set(names(ROLES)),
    "kinds of nothing": set(names(NOTHING)),
    "facets": {name for facet in FACETS for name in (facet.tag, facet.column) if name},
    **{f"values of {column}": set(names(facet.values)) for column, facet in COLUMNS.items() if len(facet.values) > 2},
}


def literals(source: str) -> list[tuple[int, set[str]]]:
    """(line, texts) of every tuple, list, set, and of the keys and the values of every dictionary."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            parts = [node.elts]
        elif isinstance(node, ast.Dict):
            parts = [node.keys, node.values]
        else:
            continue
        found += [
            (node.lineno, {one.value for one in part if isinstance(one, ast.Constant) and isinstance(one.value, str)})
            for part in parts
        ]
    return found


def lists_of_the_vocabulary(source: str) -> list[str]:
    return [
        f"line {line}: {name}"
        for line, texts in literals(source)
        for name, values in LISTS.items()
        if len(texts & values) >= 3
    ]


def modules() -> list[str]:
    paths = [*ROOT.glob("*.py"), *(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))]
    return sorted(path.relative_to(ROOT).as_posix() for path in paths)


@pytest.fixture(scope="module")
def found() -> dict[str, list[str]]:
    return {name: lines for name in modules() if (lines := lists_of_the_vocabulary((ROOT / name).read_text("utf-8")))}


def test_no_list_of_routes_designs_or_facets_stands_anywhere_else(found):
    elsewhere = {
        name: lines
        for name, lines in found.items()
        if name not in (VOCABULARY, *MAY_NAME_SEVERAL) and (not name.startswith(f"{RULES}/") or name in NO_RULES)
    }
    assert elsewhere == {}


def test_a_module_that_may_name_several_values_still_does(found):
    assert MAY_NAME_SEVERAL.keys() <= found.keys()


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("ORDER = ('oral', 'rectal', 'buccal')", ["line 1: values of routes"]),
        ("x = 1\nNAMED = {'cohort': 1, 'animal': 2, 'guideline': 3}", ["line 2: values of design"]),
        ("KINDS = [{'double', 'single', 'open'}]", ["line 1: values of blinding"]),
        ("SHOWN = f(['routes', 'n_total', 'control', 'else'])", ["line 1: facets"]),
        ("TWO = ('oral', 'rectal')", []),
        ("PAIRS = (('oral', 1), ('rectal', 2), ('buccal', 3))", []),
    ],
)
def test_a_list_is_seen_in_any_literal(source, lines):
    assert lists_of_the_vocabulary(source) == lines


def test_no_value_stands_twice_and_every_facet_has_a_colour():
    for facet in FACETS:
        values = names(facet.values)
        assert len(set(values)) == len(values), facet
        assert facet.colour in COLOURS, facet
        assert facet.description or not facet.column, facet
    assert len(COLUMNS) == len([facet for facet in FACETS if facet.column])


def test_every_design_has_a_precedence():
    assert sorted(PRECEDENCE) == sorted(names(DESIGNS))


def test_tables_have_a_column_for_each_facet_in_order():
    for table in ("articles", "studies", "study_history"):
        assert [column for column in TABLES[table].columns if column in COLUMNS] == list(COLUMNS)


def test_every_column_is_decided_on():
    given = {"conditions_stated", "registrations", "on_topic"}  # by the vocabulary, the record and the topic
    decided = {field.name for field in fields(Decision)} | decide([], has_abstract=True).others.keys()
    assert decided - {"others"} == COLUMNS.keys() - given


def test_filters_ask_for_columns_and_claims_may_give_their_keys():
    assert {key.column for key in FILTERS} <= COLUMNS.keys()
    assert {key.key for key in FILTERS} == Filter.model_fields.keys() - {"like", "since", "before", "where"}


def test_the_register_has_the_facets_that_it_always_has():
    always = {facet.column for facet in FACETS if facet.register == "always"}
    assert always <= set(REGISTER_COLUMNS)
    assert {facet.column for facet in FACETS if facet.register == "optional"}.isdisjoint(REGISTER_COLUMNS)


def test_several_values_are_joined_where_one_says_them_all():
    assert joined("species", ["human"]) == "human"
    assert joined("species", ["human", "animal"]) == joined("species", ["human_and_animal", "human"]) == (
        "human_and_animal"
    )  # fmt: skip
    assert joined("control", ["placebo", "active"]) == ""


def test_a_value_is_narrower_than_those_that_it_joins():
    assert narrower("species", ["animal"]) == ("animal", "human_and_animal")
    assert narrower("control", ["none"]) == ("none",)
