"""Everything published is described, and nothing is described that is not there."""

import copy
import re

import pytest
import sqlite_utils
import yaml
from datasette.app import Datasette

from db.evidence.schema import FULL_TEXT, TABLES, VIEWS, create_evidence
from helpers.published import METADATA
from publish.described import load_metadata, undescribed
from publish.serve import SETTINGS, application
from topics.errors import BadInputError

ORIGIN = ("license", "license_url", "source", "source_url", "about")
FTS_SHADOWS = {f"{table}_fts{part}" for table in FULL_TEXT for part in ("", "_config", "_data", "_docsize", "_idx")}


@pytest.fixture(scope="module")
def metadata():
    return load_metadata(METADATA)


@pytest.fixture(scope="module")
def database(metadata):
    return metadata["databases"]["evidence"]


@pytest.fixture(scope="module")
def columns():
    database = sqlite_utils.Database(memory=True)
    create_evidence(database)
    views = {name: [column["name"] for column in database.query(f"pragma table_xinfo({name})")] for name in VIEWS}
    return {name: list(table.columns) for name, table in TABLES.items()} | views


def test_every_table_column_and_query_is_described_and_nothing_else_is(metadata, columns):
    assert undescribed(metadata, columns) == []


def test_a_missing_description_and_a_superfluous_one_are_both_found(metadata, columns):
    changed = copy.deepcopy(metadata)
    tables = changed["databases"]["evidence"]["tables"]
    del tables["tags"]["description"], tables["arms"]["columns"]["dose_unit"]
    tables["arms"]["columns"]["colour"] = tables["ghosts"] = {"description": "not there"}
    del changed["databases"]["evidence"]["queries"]["search"]["title"]
    assert sorted(undescribed(changed, columns)) == [
        "column arms.dose_unit has no description",
        "query search has no title",
        "table tags has no description",
        "there is no column arms.colour",
        "there is no table ghosts",
    ]


def test_a_database_with_an_undescribed_table_is_not_served(own_copy, tmp_path):
    own_copy["newcomer"].create({"id": int}, pk="id")
    with pytest.raises(BadInputError, match=r"table newcomer has no description.*Build the database again"):
        application(tmp_path / "evidence.db", METADATA)


def test_licence_source_and_about_stand_at_every_level(metadata, database):
    levels = [metadata, database, *(table for table in database["tables"].values() if not table.get("hidden"))]
    assert all(level.get(key) for level in levels for key in ORIGIN)


def test_facets_sorting_and_labels_name_columns_that_exist(database, columns):
    for name, described in database["tables"].items():
        if described.get("hidden"):
            continue
        facets = [facet["array"] if isinstance(facet, dict) else facet for facet in described.get("facets", [])]
        named = [*facets, *described.get("sortable_columns", [])]
        named += [described[key] for key in ("sort", "sort_desc", "label_column") if key in described]
        assert set(named) <= set(columns[name]), name


def test_columns_that_hold_lists_facet_as_lists(database):
    plain = [
        facet for table in database["tables"].values() for facet in table.get("facets", []) if isinstance(facet, str)
    ]
    assert not {"routes", "designs", "conditions", "interventions", "registrations", "age_groups"} & set(plain)


def test_the_parts_of_the_full_text_index_are_hidden(database):
    assert {name for name, table in database["tables"].items() if table.get("hidden")} == FTS_SHADOWS


def test_parameters_named_by_a_query_are_those_its_sql_uses(database):
    for name, query in database["queries"].items():
        assert set(query.get("params", [])) == set(re.findall(r":(\w+)", query["sql"])), name


def test_datasette_1_reads_the_settings_that_we_serve_with(metadata):
    assert metadata["settings"] == SETTINGS


@pytest.mark.asyncio
async def test_only_described_tables_are_shown(datasette: Datasette):
    shown = (await datasette.client.get("/evidence.json")).json()["tables"]
    assert {table["name"] for table in shown if not table["hidden"]} == set(TABLES)
    assert {table["name"] for table in shown if table["hidden"]} >= {
        f"{table}_fts" for table in FULL_TEXT
    }  # Datasette 1.0 does not list the parts that the index consists of


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title: [unclosed\nnext: 1\n", r"metadata.yml, line 2: not valid YAML"),
        ("just words", r"expected a mapping with the keys title and databases"),
    ],
    ids=["broken YAML", "no mapping"],
)
def test_a_metadata_file_that_cannot_be_used_is_named_with_its_line(tmp_path, text, message):
    path = tmp_path / "metadata.yml"
    path.write_text(text)
    with pytest.raises(BadInputError, match=message):
        load_metadata(path)


def test_a_missing_metadata_file_is_named(tmp_path):
    with pytest.raises(BadInputError, match=r"absent.yml: cannot be read \(No such file or directory\)"):
        load_metadata(tmp_path / "absent.yml")


def test_the_file_has_no_key_twice():
    class Strict(yaml.SafeLoader):
        pass

    def mapping(loader, node):
        keys = [key.value for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
        assert len(keys) == len(set(keys)), f"line {node.start_mark.line + 1}: a key stands twice"
        loader.flatten_mapping(node)
        return loader.construct_pairs(node) and dict(loader.construct_pairs(node, deep=True))

    Strict.add_constructor("tag:yaml.org,2002:map", mapping)
    assert yaml.load(METADATA.read_text(), Strict)["title"] == "Evidence Tracker"  # noqa: S506  (a SafeLoader)
