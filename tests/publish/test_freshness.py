"""What the pages say of the data's age and completeness."""

import pytest
from datasette.app import Datasette

from publish.freshness import Freshness, freshness

SYNC = {"kind": "sync", "started_at": "2026-11-20T01:00:00+00:00", "finished_at": "2026-11-20T01:30:00+00:00"}


async def said(tmp_path):
    served = Datasette([str(tmp_path / "evidence.db")])
    await served.invoke_startup()
    return await freshness(served.get_database("evidence"))


@pytest.fixture
def with_runs(own_copy):
    def add(runs, from_pubmed=1200):
        own_copy["runs"].insert_all([{"run_id": number, **SYNC, **run} for number, run in enumerate(runs, start=1)])
        own_copy["searches"].insert_all(
            [{"run_id": 1, "reported": 900, "stored": 900}, {"run_id": 1, "reported": 300, "stored": 299}]
        )
        own_copy.execute("UPDATE build SET value = ? WHERE key = 'from_pubmed'", [str(from_pubmed)])

    return add


@pytest.mark.asyncio
async def test_without_a_search_it_is_the_register_only(own_copy, tmp_path):
    assert await said(tmp_path) == Freshness(
        "register", "Hand-checked register only: 8 reports. PubMed has not been searched to the end yet."
    )


@pytest.mark.asyncio
async def test_a_complete_search_is_dated_and_added_up(with_runs, tmp_path):
    with_runs([{"state": "complete"}])
    assert await said(tmp_path) == Freshness(
        "complete", "PubMed searched to the end on 2026-11-20: 1,200 records reported, 1,199 stored."
    )


@pytest.mark.asyncio
async def test_a_later_run_that_failed_is_not_kept_quiet(with_runs, tmp_path):
    with_runs([{"state": "complete"}, {"state": "failed", "started_at": "2026-11-22T01:00:00+00:00"}])
    assert await said(tmp_path) == Freshness(
        "incomplete",
        "PubMed searched to the end on 2026-11-20: 1,200 records reported, 1,199 stored. "
        "The search of 2026-11-22 did not reach the end (failed).",
    )


@pytest.mark.asyncio
async def test_records_without_a_complete_search_are_called_incomplete(with_runs, tmp_path):
    with_runs([{"state": "incomplete"}])
    assert await said(tmp_path) == Freshness(
        "incomplete",
        "Not complete: 1,200 records from PubMed or files, beside 8 hand-checked reports. "
        "The search of 2026-11-20 did not reach the end (incomplete).",
    )


@pytest.mark.asyncio
async def test_imported_files_are_no_search(with_runs, tmp_path):
    with_runs([{"kind": "import", "state": "complete"}])
    assert await said(tmp_path) == Freshness(
        "incomplete",
        "Not complete: 1,200 records from PubMed or files, beside 8 hand-checked reports. "
        "PubMed has not been searched to the end yet.",
    )
