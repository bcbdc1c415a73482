"""What changed, from the archive alone: what came, what left, what was retracted, which verdicts flipped."""

import sqlite3

import pytest

from db.archive.store import Archive
from db.evidence.changes import changes_of, refresh
from helpers.made_claims import FIRST, PILLOW, SECOND, WITHDRAWN, fill_archive, log, make_claims, raw
from records.content import SearchSlice


@pytest.fixture
def archive(tmp_path):
    with Archive.open(tmp_path) as opened:
        fill_archive(opened)
        yield opened


def row(change_id, run_id, dated, kind, pmid, text, **more):
    nothing = {"claim_id": None, "assertion_id": None, "was": None, "now": None}
    return {
        "change_id": change_id, "run_id": run_id, "dated": dated, "kind": kind, "pmid": pmid, "text": text,
    } | nothing | more  # fmt: skip


CAME = "2026-11-20T01:10:00+00:00"
NEW = [
    row(f"new/{pmid}", 1, CAME, "new_record", pmid, "First received from PubMed or a file.")
    for pmid in (FIRST, SECOND, PILLOW, WITHDRAWN)
]
RETRACTED = row(
    f"retraction/{WITHDRAWN}", 2, "2026-11-21T01:10:00+00:00", "retraction", WITHDRAWN,
    "PubMed now lists this paper as retracted.",
)  # fmt: skip
FLIPPED = row(
    "verdict/3", 2, "2026-11-21T02:00:00+00:00", "verdict", SECOND, "holds → outdated (value 1 → 2)",
    claim_id="one-trial", assertion_id="count", was="holds", now="outdated",
)  # fmt: skip


def test_each_change_is_one_row_with_the_run_that_brought_it(archive):
    assert list(changes_of(archive.database)) == [*NEW, RETRACTED, FLIPPED]


def test_a_verdict_that_is_as_before_and_a_value_that_moves_alone_are_no_flip(archive):
    log(archive.database, 3, "outdated", "3")
    assert [change for change in changes_of(archive.database) if change["kind"] == "verdict"] == [FLIPPED]


def test_a_paper_that_was_retracted_when_it_came_did_not_become_so_here(archive):
    run = archive.begin_run("sync", "chamomile-sleep")
    archive.store_file(run, "third", [raw(99000009, retracted=True)], [])
    kinds = [change["kind"] for change in changes_of(archive.database) if change["pmid"] == 99000009]
    assert kinds == ["new_record"]


def test_a_paper_that_is_no_longer_retracted_was_reinstated_by_the_run_that_brought_it(archive):
    run = archive.begin_run("sync", "chamomile-sleep")
    slice_id = archive.open_slice(run, SearchSlice("q", "", 1, (WITHDRAWN,)))
    archive.store_page(run, slice_id, [raw(WITHDRAWN)])  # as it was before: no new version of it
    ((dated,),) = archive.database.execute("SELECT dated FROM retraction_log WHERE retracted = 0")
    assert [change for change in changes_of(archive.database) if change["run_id"] == run] == [
        row(
            f"reinstatement/{WITHDRAWN}",
            run,
            dated,
            "reinstatement",
            WITHDRAWN,
            "PubMed no longer lists this paper as retracted.",
        )
    ]
    assert archive.reinstatements() == [(WITHDRAWN, dated)]


def test_an_imported_file_does_not_reinstate_what_pubmed_lists_as_retracted(archive):
    run = archive.begin_run("sync", "chamomile-sleep")
    retracted = raw(SECOND, retracted=True)
    archive.store_page(run, archive.open_slice(run, SearchSlice("q", "", 1, (SECOND,))), [retracted])
    archive.store_file(archive.begin_run("import", "chamomile-sleep"), "old", [raw(SECOND)], [])
    assert archive.reinstatements() == []


def test_a_record_that_pubmed_no_longer_has_is_gone(archive):
    archive.database.execute("UPDATE seen SET gone_since = '2026-11-22', left_run = 2 WHERE pmid = ?", [PILLOW])
    assert [change for change in changes_of(archive.database) if change["kind"] == "gone"] == [
        row(f"gone/{PILLOW}", 2, "2026-11-22", "gone", PILLOW, "PubMed no longer has this record.")
    ]


def test_after_a_check_the_live_database_has_the_rows_that_the_next_build_would_write(tmp_path):
    live = make_claims(tmp_path)
    with Archive.open(tmp_path) as archive:
        log(archive.database, 3, "holds", "1")
        archive.database.conn.commit()
        wanted = [tuple(change.values()) for change in changes_of(archive.database)]
    names = list(row("", 0, "", "", 0, ""))
    assert refresh(tmp_path) == 7
    with sqlite3.connect(live) as connection:
        stored = connection.execute(f"SELECT {','.join(names)} FROM changes").fetchall()  # noqa: S608
    assert sorted(stored) == sorted(wanted)
    assert refresh(tmp_path) == 7


def test_without_a_live_database_there_is_nothing_to_bring_up_to_date(tmp_path):
    assert refresh(tmp_path) == 0
    assert not (tmp_path / "evidence.db").exists()
