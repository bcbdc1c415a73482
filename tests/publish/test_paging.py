"""Whoever follows `next` to the end, or takes the file, meets every row of a list exactly once."""

import csv
import io
from urllib.parse import urlencode, urlsplit

import pytest
from datasette.app import Datasette

from db.evidence.schema import TABLES
from publish.compat import table_metadata
from publish.paging import in_one_order

SORTED_BY_READERS = ("studies", "articles", "tag_accuracy", "verdict_timeline", "authors")
"""Keys of text, of numbers, of several columns; columns of fractions, lists, and many empty cells."""

csv.field_size_limit(10_000_000)  # an abstract may have 200 kB


def key_of(table: str) -> tuple[str, ...]:
    pk = TABLES[table].pk
    return (pk,) if isinstance(pk, str) else pk


async def data(datasette: Datasette, path: str, **asked: str | int):
    answer = await datasette.client.get(f"{path}?{urlencode(asked)}" if asked else path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def keys_by_page(datasette: Datasette, table: str, **asked: str | int) -> list[tuple[str, ...]]:
    """Keys of all rows in the order in which a reader meets them who goes from page to page."""
    page = await data(datasette, f"/evidence/{table}.json", _shape="arrays", _extra="columns", _nofacet=1, **asked)
    met = []
    while True:
        places = [page["columns"].index(name) for name in key_of(table)]
        met += [tuple(str(row[place]) for place in places) for row in page["rows"]]
        if not page["next"]:
            return met
        address = urlsplit(page["next_url"])
        page = await data(datasette, f"{address.path}?{address.query}")


async def keys_in_file(datasette: Datasette, table: str, query: str = "") -> list[tuple[str, ...]]:
    answer = await datasette.client.get(f"/evidence/{table}.csv?{query}")
    assert answer.status_code == 200, answer.text
    rows = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))
    return [tuple(row[name] for name in key_of(table)) for row in rows]


async def keys_held(datasette: Datasette, table: str, where: str = "1") -> set[tuple[str, ...]]:
    sql = f"select {', '.join(key_of(table))} from {table} where {where}"  # noqa: S608
    return {tuple(map(str, row)) for row in await datasette.get_database("evidence").execute(sql)}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.asyncio
async def test_every_row_of_every_table_stands_on_one_page_and_in_the_file_once(made: Datasette, table: str):
    held = await keys_held(made, table)
    by_page = await keys_by_page(made, table, _size=max(len(held) // 3, 1) if len(held) < 1000 else "max")
    assert len(by_page) == len(held)
    assert set(by_page) == held
    assert await keys_in_file(made, table) == by_page
    assert await keys_in_file(made, table, "_stream=on&_size=150") == by_page


@pytest.mark.parametrize("table", SORTED_BY_READERS)
@pytest.mark.asyncio
async def test_whatever_column_a_reader_sorts_by_no_row_is_lost(made: Datasette, table: str):
    described = table_metadata(made)[table]
    held = await keys_held(made, table)
    assert held
    for column in described.get("sortable_columns", described["columns"]):
        for sort in ("_sort", "_sort_desc"):
            met = await keys_by_page(made, table, _size=len(held) // 3 + 1, **{sort: column})
            assert (len(met), set(met)) == (len(held), held), (sort, column)


@pytest.mark.asyncio
async def test_rows_that_are_equal_come_by_key_on_every_page(made: Datasette):
    rows = await data(made, "/evidence/studies.json", _shape="array", _size="max", _sort_desc="n_reports")
    order = [(-row["n_reports"], row["study_id"]) for row in rows]
    assert order == sorted(order)


@pytest.mark.parametrize(("facet", "where"), [
    ({"design": "cohort"}, "design = 'cohort'"),
    ({"routes__arraycontains": "intravenous"}, "routes like '%\"intravenous\"%'"),
    ({"n_total__isnull": 1}, "n_total is null"),
    ({"_where": "n_total > 10"}, "n_total > 10"),
])  # fmt: skip
@pytest.mark.asyncio
async def test_a_narrowed_list_is_whole(made: Datasette, facet, where):
    held = await keys_held(made, "studies", where)
    assert len(held) > 20
    met = await keys_by_page(made, "studies", _size=10, **facet)
    assert (len(met), set(met)) == (len(held), held)
    assert await keys_in_file(made, "studies", urlencode(facet)) == met


@pytest.mark.asyncio
async def test_a_search_in_a_table_is_whole(made: Datasette):
    sql = "select pmid from articles_fts join articles on pmid = articles_fts.rowid where articles_fts match 'ketamine'"
    held = {str(row["pmid"]) for row in await made.get_database("evidence").execute(sql)}
    met = [pmid for (pmid,) in await keys_by_page(made, "articles", _size=40, _search="ketamine")]
    assert (len(met), set(met)) == (len(held), held)


def facets(page: dict) -> dict:
    """1.0 tells beside them which took too long."""
    return page["facet_results"].get("results", page["facet_results"])


@pytest.mark.asyncio
async def test_facets_count_the_whole_list_and_lead_to_it(made: Datasette):
    first = await data(made, "/evidence/studies.json", _size=20, _extra="facet_results")
    [cohort] = [one for one in facets(first)["design"]["results"] if one["value"] == "cohort"]
    assert cohort["count"] == len(await keys_held(made, "studies", "design = 'cohort'"))
    further = await data(made, "/evidence/studies.json", _size=20, _extra="facet_results", _next=first["next"])
    assert facets(further) == {}  # they would count what is left, and lead to that
    page = await made.client.get("/evidence/studies?" + urlencode({"_next": first["next"]}))
    assert page.status_code == 200
    assert "facet-info" not in page.text


@pytest.mark.parametrize("sql", [
    "select title from studies order by title limit 5",
    "select distinct design from studies order by design limit 5",
    "select study_id, title from studies order by title",
    "select study_id, count(*) from studies group by design order by design limit 5",
    "select pmid, year from articles join studies using (study_id) order by year limit 5",
    "select pmid, year from nowhere order by year limit 5",
    "select pmid, year from articles order by year, title limit 5",
    "select pmid, year from articles order by year limit 5 offset 10",
])  # fmt: skip
def test_other_statements_stay_as_they_are(sql: str):
    assert in_one_order(sql) == sql


@pytest.mark.parametrize(("sql", "settled"), [
    ("select record_id, year from articles order by year desc limit 51", "order by year desc, record_id limit 51"),
    ("select record_id, year from articles where year > 2000 order by year limit 5",
     "order by year, record_id limit 5"),
    ("select record_id, year from articles order by record_id desc limit 5", "order by record_id desc limit 5"),
    ("select record_id, position, [end] from sections order by [end] limit 5",
     "order by [end], record_id, position limit 5"),
    ('select record_id, position from sections order by "end" limit 5', 'order by "end", record_id, position limit 5'),
])  # fmt: skip
def test_a_sorted_list_ends_its_order_with_the_key(sql: str, settled: str):
    assert in_one_order(sql).endswith(settled)
