"""SQL of readers: bounded values and answers, nothing of the machine; our own pages and tables are not touched."""

import json
import sqlite3
import threading

import pytest
from datasette import database
from datasette.app import Datasette

from helpers.made_site import HUGE
from publish import sql
from publish.admission import Kind, _begin
from publish.compat import OWN_SQL
from publish.limits import _time_limit, limit

pytestmark = pytest.mark.asyncio
TOO_BIG = "string or blob too big"
REFUSED = {
    "select instr(replace(hex(zeroblob(5000000)), '0', 'a'), replace(hex(zeroblob(2400000)), '0', 'a'))": TOO_BIG,
    "select length(randomblob(300000))": TOO_BIG,
    "with recursive c(x) as (select 1 union all select x + 1 from c limit 1000) select hex(zeroblob(90000)) from c":
        "the answer is larger than 10 MB: ask for fewer rows or columns",
    "with recursive c(x) as (select 1 union all select x + 1 from c limit 1000) select zeroblob(90000) from c":
        "the answer is larger than 10 MB: ask for fewer rows or columns",
    f"select {', '.join(['1'] * 101)}": "too many columns in result set",
    "select json_patch('{}', '{}')": "not authorized to use function: json_patch",
    "select fts3_tokenizer('simple')": "not authorized to use function: fts3_tokenizer",
    "select load_extension('x')": "not authorized to use function: load_extension",
    "select file from pragma_database_list": "not authorized",
    "select file from PRAGMA_DATABASE_LIST()": "not authorized",
    "select sql from sqlite_stmt": "access to sqlite_stmt.sql is prohibited",
    "select count(*) from dbstat": "not authorized",
}  # fmt: skip


@pytest.mark.timeout(60)
@pytest.mark.parametrize("query", REFUSED, ids=range(len(REFUSED)))
async def test_sql_that_takes_too_much_or_tells_of_the_machine_is_refused(datasette: Datasette, query: str):
    answer = await datasette.client.get(f"{OWN_SQL}.json", params={"sql": query})
    assert (answer.status_code, answer.json()["error"]) == (400, REFUSED[query])
    assert (await datasette.client.get(OWN_SQL, params={"sql": query})).status_code in (200, 400)
    assert str(datasette.get_database("evidence").path) not in answer.text


async def test_a_condition_of_a_readers_own_has_the_same_limits(datasette: Datasette, capfd: pytest.CaptureFixture):
    for condition in ("length(randomblob(300000))", "fts3_tokenizer('simple')", "nothing", "json_patch('{}', '{}')"):
        for path in ("/evidence/articles.json", "/evidence/articles.csv", "/evidence/articles"):
            assert (await datasette.client.get(path, params={"_where": condition})).status_code == 400, condition
    assert "Traceback" not in capfd.readouterr().err


async def test_what_readers_ask_for_still_works(datasette: Datasette):
    for query, rows in {
        "select trim('xxaxx', 'x'), ltrim('xax', 'x'), rtrim('xax', 'x'), trim('  a '), trim(null, 'x')":
            [["a", "ax", "xa", "a", None]],
        "select trim(101, '1'), trim(x'6161', 'a'), trim('ab', 'ba')": [["0", "", ""]],
        "select length(trim(replace(hex(zeroblob(99000)), '0', 'b'), (with recursive c(x) as (select 300 union all "
        "select x + 1 from c limit 50000) select group_concat(char(x), '') from c) || 'b'))": [[0]],
        "select count(*) from articles_fts where articles_fts match evidence_match('pain')": [[2]],
        "select count(*) > 10 from pragma_table_info('articles')": [[1]],
        "with recursive c(x) as (select 1 union all select x + 1 from c limit 3) select group_concat(x) from c":
            [["1,2,3"]],
        "select length(hex(zeroblob(99999)))": [[199_998]],
    }.items():  # fmt: skip
        answer = await datasette.client.get(f"{OWN_SQL}.json", params={"sql": query, "_shape": "arrays"})
        assert answer.json().get("rows") == rows, answer.text[:300]


async def test_every_answer_is_counted_for_itself(datasette: Datasette):
    """Not the bytes that a thread has read since it began."""
    query = (
        "with recursive c(x) as (select 1 union all select x + 1 from c limit 45) select hex(zeroblob(90000)) from c"
    )
    for _ in range(4):
        assert (await datasette.client.get(f"{OWN_SQL}.json", params={"sql": query})).status_code == 200


async def test_tables_and_pages_show_values_longer_than_readers_sql_may_make(made: Datasette):
    for path in (f"/articles/{HUGE}", f"/evidence/articles/{HUGE}.json"):
        assert len((await made.client.get(path)).content) > 200_000


async def test_the_queries_behind_claims_run_within_the_limits(claims: Datasette):
    rows = (await claims.client.get("/evidence/assertions.json?_shape=array&_size=max")).json()
    queries = [query for row in rows for query in (row["sql"], row["evidence_sql"]) if query]
    assert queries
    for query in queries:
        answer = await claims.client.get(f"{OWN_SQL}.json", params={"sql": query})
        assert answer.status_code == 200, json.dumps(answer.json())


async def test_limits_are_those_of_the_thread():
    found = {}

    def ask(kind: Kind) -> None:
        _begin(kind)
        connection = sqlite3.connect(":memory:")
        limit(connection)
        found[kind] = connection.getlimit(sqlite3.SQLITE_LIMIT_LENGTH)

    for kind in Kind:
        thread = threading.Thread(target=ask, args=[kind])
        thread.start()
        thread.join()
    assert found[Kind.SQL] == 220_000 < found[Kind.TABLE] == found[Kind.PAGE]


async def test_time_that_is_over_ends_one_query_and_none_after_it(datasette: Datasette):
    """SQLite forgets an interruption only when no statement is left open, as one with too large an answer would be."""
    datasette.sql_time_limit_ms = 300
    rows = (
        "with recursive c(x) as (select 1 union all select x + 1 from c limit 1000) select hex(zeroblob(90000)) from c"
    )
    endless = "with recursive c(x) as (select 1 union all select x + 1 from c) select count(*) from c"
    for query, status in 3 * ((rows, 400), (endless, 400), ("select 1", 200), ("select 2", 200), ("select 3", 200)):
        assert (await datasette.client.get(f"{OWN_SQL}.json", params={"sql": query})).status_code == status, query


async def test_readers_queries_call_no_python_while_they_run():
    """Datasette's limit would, some thousand times a second, and take the lock that pages need."""
    called = []

    def ask() -> None:
        _begin(Kind.SQL)

        class Noting(sqlite3.Connection):
            def set_progress_handler(self, *_: object) -> None:
                called.append(1)

        connection = sqlite3.connect(":memory:", factory=Noting)
        with database.sqlite_timelimit(connection, 1000):
            connection.execute("select 1")

    await Datasette(memory=True).invoke_startup()
    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert called == []
    assert database.sqlite_timelimit is _time_limit


@pytest.mark.timeout(20)
async def test_a_search_of_three_megabytes_is_cut():
    assert sql.evidence_match("ketamine " * 350_000) == '"ketamine" AND "k"'
    assert sql.evidence_match("ketamine " + " " * 3_000_000 + "pain") == '"ketamine"'
    assert len(sql.evidence_match("".join(map(chr, range(0x4E00, 0x9000))))) < 2_000
