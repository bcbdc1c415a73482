"""CSV of tables and queries: whole, or it says so; for spreadsheets and for pandas."""

import csv
import http.client
import io
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

import pandas as pd
import pytest
from datasette.app import Datasette
from datasette.views.base import DatasetteError

from helpers.published import METADATA
from helpers.serving import served
from publish.described import load_metadata
from publish.pages import export
from publish.pages.export import _page
from publish.serve import SETTINGS
from publish.spreadsheet import BOM, csv_rows

csv.field_size_limit(10_000_000)  # an abstract may have 200 kB


def lines_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix(BOM))))


@pytest.mark.asyncio
async def test_a_file_is_read_by_excel_and_by_pandas(made: Datasette):
    answer = await made.client.get("/evidence/articles.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    table = pd.read_csv(io.BytesIO(answer.content))
    assert list(table.columns[:2]) == ["record_id", "pmid"]
    assert table["pmid"].dtype == "int64"
    studies = (await made.client.get("/evidence/studies.csv")).content
    # a column with empty cells: pandas makes fractions of its numbers unless it is told of whole ones
    known = pd.read_csv(io.BytesIO(studies), dtype_backend="numpy_nullable")["main_pmid"]
    assert str(known.dtype) == "Int64"
    assert known.isna().any()


@pytest.mark.asyncio
async def test_whole_numbers_are_written_as_such(made: Datasette):
    for line in lines_of((await made.client.get("/evidence/studies.csv?_col=main_pmid&_col=n_total")).text)[1:]:
        assert all(cell == "" or cell.isdecimal() for cell in line[1:])


@pytest.mark.asyncio
async def test_the_link_on_a_page_gives_all_rows(made: Datasette):
    page = (await made.client.get("/evidence/tags")).text
    assert 'href="/evidence/tags.csv?_labels=on&amp;_size=max"' in page
    assert "stream all rows" not in page
    rows = await made.get_database("evidence").execute("select count(*) from tags")
    file = await made.client.get("/evidence/tags.csv?_labels=on&_size=max")
    assert len(lines_of(file.text)) == rows.single_value() + 1 > 1001


@pytest.mark.asyncio
async def test_so_many_rows_as_were_asked_for(made: Datasette):
    assert len(lines_of((await made.client.get("/evidence/studies.csv?_size=7")).text)) == 8
    token = (await made.client.get("/evidence/studies.json?_size=7")).json()["next"]
    behind = await made.client.get("/evidence/studies.csv?" + urlencode({"_size": 7, "_next": token}))
    page = (
        await made.client.get("/evidence/studies.json?" + urlencode({"_size": 7, "_next": token, "_shape": "arrays"}))
    ).json()
    assert [line[0] for line in lines_of(behind.text)[1:]] == [row[0] for row in page["rows"]]


@pytest.mark.asyncio
async def test_references_come_with_their_names_where_wanted(made: Datasette):
    plain = lines_of((await made.client.get("/evidence/arms.csv?_size=3")).text)
    named = lines_of((await made.client.get("/evidence/arms.csv?_size=3&_labels=on")).text)
    assert "record_id_label" not in plain[0]
    assert named[0][:3] == ["arm_id", "record_id", "record_id_label"]
    titles = await made.get_database("evidence").execute("select record_id, title from articles")
    by_id = {str(row["record_id"]): row["title"] for row in titles}
    assert [line[2] for line in named[1:]] == [by_id[line[1]] for line in named[1:]]


@pytest.mark.asyncio
async def test_columns_heading_and_name_of_the_file(made: Datasette):
    answer = await made.client.get("/evidence/studies.csv?_col=title&_size=2&_header=off&_dl=on")
    assert [len(line) for line in lines_of(answer.text)] == [2, 2]
    assert answer.headers["content-disposition"] == 'attachment; filename="studies.csv"'
    assert answer.headers["content-type"].startswith("text/csv")
    head = await made.client.head("/evidence/studies.csv")
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.asyncio
async def test_a_table_without_rows_has_its_heading(made: Datasette):
    assert lines_of((await made.client.get("/evidence/studies.csv?design=nothing")).text)[1:] == []
    assert lines_of((await made.client.get("/evidence/studies.csv?design=nothing")).text)[0][0] == "study_id"


@pytest.mark.asyncio
async def test_a_row_and_a_prepared_query_are_files_too(made: Datasette):
    row = lines_of((await made.client.get("/evidence/claims/im-single-study.csv")).text)
    assert [line[row[0].index("claim_id")] for line in row[1:]] == ["im-single-study"]
    query = lines_of((await made.client.get("/evidence/evidence_by_route_and_design.csv?condition=depression")).text)
    rows = (
        await made.client.get("/evidence/evidence_by_route_and_design.json?condition=depression&_shape=array")
    ).json()
    assert query[0] == list(rows[0])
    assert len(query) == len(rows) + 1


@pytest.mark.asyncio
async def test_a_query_with_more_rows_than_are_given_is_refused_and_not_cut(made: Datasette):
    answer = await made.client.get("/evidence.csv?sql=select+*+from+tags")
    assert answer.status_code == 400
    assert "more than 1,000 rows" in answer.text
    part = await made.client.get("/evidence.csv?sql=select+*+from+tags+limit+1000")
    assert len(lines_of(part.text)) == 1001


@pytest.mark.parametrize(("path", "status"), [
    ("/evidence/nowhere.csv", 404), ("/evidence/studies.csv?_col=nothing", 400),
    ("/evidence/studies.csv?_size=many", 400), ("/evidence/studies.csv?_size=2000", 400),
    ("/evidence/studies/nothing.csv", 404), ("/evidence.csv?sql=select+nothing", 400),
    ("/evidence.csv?sql=delete+from+studies", 400),
])  # fmt: skip
@pytest.mark.asyncio
async def test_what_cannot_be_given_is_told_before_the_first_row(made: Datasette, path: str, status: int):
    answer = await made.client.get(path)
    assert answer.status_code == status
    assert not answer.text.startswith(BOM)


def test_a_file_that_breaks_off_does_not_look_whole(evidence_db: Path, monkeypatch):
    """To whoever receives it: an error after the first rows cannot be told in words any more."""
    pages = []

    async def page(datasette, request, asked):
        pages.append(asked)
        if len(pages) == 2:
            raise DatasetteError("The disk is gone.", status=400)
        return await _page(datasette, request, asked)

    monkeypatch.setattr(export, "_page", page)
    with served(evidence_db) as address:
        broken = urllib.request.urlopen(f"{address}/evidence/studies.csv?_stream=on&_size=3")
        with broken as answer, pytest.raises(http.client.IncompleteRead):
            answer.read()
    assert len(pages) == 2


@pytest.mark.asyncio
async def test_a_file_is_closed_to_whom_the_table_is_closed(claims_db):
    metadata = load_metadata(METADATA)
    metadata["databases"]["evidence"]["tables"]["studies"]["allow"] = {"id": "editor"}
    closed = Datasette([str(claims_db)], metadata=metadata, settings=SETTINGS)
    assert (await closed.client.get("/evidence/studies.csv")).status_code == 403
    cookies = {"ds_actor": closed.sign({"a": {"id": "editor"}}, "actor")}
    assert len(lines_of((await closed.client.get("/evidence/studies.csv", cookies=cookies)).text)) > 1
    assert (await closed.client.get("/evidence/articles.csv")).status_code == 200


def test_text_that_would_run_is_made_inert_and_numbers_are_left():
    text = csv_rows([["=HYPERLINK(1)", "-2+3", "@SUM(A1)", "+1", "-0.5", -3, None, "plain", "\tx", "+a"]])
    assert text == "'=HYPERLINK(1),'-2+3,'@SUM(A1),+1,-0.5,-3,,plain,'\tx,'+a\r\n"
