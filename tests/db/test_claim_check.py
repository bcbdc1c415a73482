"""The memory of verdicts: what changed since the last check, which record did it, and what the exit code says."""

import json
from datetime import date
from pathlib import Path

import pytest

from db.archive.store import Archive
from db.claims.check import Change, check_claims
from db.claims.report import claim_lines, claim_record, claims_overview, open_claims
from helpers.claim_world import CHAMOMILE, report, world
from topics import load_topic
from topics.errors import BadInputError

FIRST = report(99000001, "2010-05")
SECOND = report(99000002, "2013-02-11", n_total=30)
TOPIC = load_topic(CHAMOMILE)


def live(data: Path, *reports, **more) -> None:
    """Make the live database of `data` anew."""
    (data / "evidence.db").unlink(missing_ok=True)
    world(reports, path=data / "evidence.db", **more).close()


def test_the_first_check_notes_everything_and_flips_nothing(tmp_path: Path) -> None:
    live(tmp_path, FIRST)

    result = check_claims(tmp_path, TOPIC)

    assert (result.first, result.changes, result.exit_code) == (True, (), 0)
    assert next(result.lines()).startswith("First check: 9 assertions noted")
    with Archive.open(tmp_path) as archive:
        assert archive.database["verdict_log"].count == 9


def test_a_check_with_nothing_new_says_nothing_and_exits_0(tmp_path: Path) -> None:
    live(tmp_path, FIRST)
    check_claims(tmp_path, TOPIC)

    result = check_claims(tmp_path, TOPIC)

    assert (list(result.lines()), result.as_markdown(), result.exit_code) == ([], "", 0)
    assert json.loads(result.as_json())["changes"] == []


def test_a_flipped_verdict_names_the_record_that_did_it_and_exits_1(tmp_path: Path) -> None:
    live(tmp_path, FIRST)
    check_claims(tmp_path, TOPIC)
    live(tmp_path, FIRST, SECOND)

    result = check_claims(tmp_path, TOPIC)

    assert result.exit_code == 1
    assert result.changes[0] == Change(
        "one-trial", "count", "One randomized trial gave chamomile by mouth.", "holds", "outdated", "1", "2", 99000002,
        "pmid:99000002", "2013-02-11",
    )  # fmt: skip
    assert "one-trial / count: holds → outdated (value 1 → 2) (PMID 99000002, 2013-02-11)" in list(result.lines())
    assert "**one-trial / count**: holds → **outdated**, value 1 → 2 — [PMID 99000002]" in result.as_markdown()
    flips = {change["assertion_id"]: change["flipped"] for change in json.loads(result.as_json())["changes"]}
    assert flips == {"count": True, "span": False}
    assert check_claims(tmp_path, TOPIC).exit_code == 0, "the next check has nothing new"


def test_a_value_that_moves_without_a_flip_is_shown_and_exits_0(tmp_path: Path) -> None:
    live(tmp_path, FIRST, SECOND)
    check_claims(tmp_path, TOPIC)
    live(tmp_path, FIRST, SECOND, report(99000003, "2014"))

    result = check_claims(tmp_path, TOPIC)

    assert result.exit_code == 0
    assert "one-trial / count: still outdated, value 2 → 3 (PMID 99000003, 2014)" in list(result.lines())


def test_the_log_is_only_added_to(tmp_path: Path) -> None:
    live(tmp_path, FIRST)
    check_claims(tmp_path, TOPIC)
    live(tmp_path, FIRST, SECOND)
    check_claims(tmp_path, TOPIC)

    with Archive.open(tmp_path) as archive:
        rows = archive.database.query("SELECT * FROM verdict_log WHERE assertion_id = 'count' ORDER BY verdict_id")
        assert [(row["verdict"], row["value"], row["pmid"]) for row in rows] == [
            ("holds", "1", 99000001), ("outdated", "2", 99000002),
        ]  # fmt: skip


def test_a_check_of_an_earlier_date_gives_the_verdicts_then_and_leaves_no_trace(tmp_path: Path) -> None:
    live(tmp_path, FIRST, SECOND)

    result = check_claims(tmp_path, TOPIC, as_of="2012")

    then = {(one.claim_id, one.assertion_id): (one.verdict, one.value) for one in result.verdicts}
    assert then["one-trial", "count"] == ("holds", "1")
    assert result.exit_code == 0
    assert next(result.lines()) == "As of 2012:"
    assert not (tmp_path / "archive.db").exists()


@pytest.mark.parametrize("as_of", ["yesterday", "2012-13", "2012-1", ""])
def test_a_date_that_is_none_is_refused(tmp_path: Path, as_of: str) -> None:
    live(tmp_path, FIRST)
    if not as_of:
        assert check_claims(tmp_path, TOPIC, as_of=as_of).as_of == ""
        return
    with pytest.raises(BadInputError, match="not a date"):
        check_claims(tmp_path, TOPIC, as_of=as_of)


def test_verdicts_are_stale_when_the_last_complete_search_is_too_old(tmp_path: Path) -> None:
    run = {"run_id": 1, "kind": "pull", "state": "complete", "finished_at": "2026-09-01T10:00:00+00:00"}
    live(tmp_path, FIRST, runs=[run], searches=[{"run_id": 1, "query": "q", "reported": 1, "stored": 1}])

    fresh = check_claims(tmp_path, TOPIC, today=date(2026, 9, 20))
    old = check_claims(tmp_path, TOPIC, today=date(2026, 11, 20))

    assert {one.verdict for one in fresh.verdicts} & {"stale"} == set()
    assert {one.verdict for one in old.verdicts} == {"stale", "not_testable"}
    assert old.exit_code == 1


def test_without_a_database_the_error_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="run `evidence build` first"):
        check_claims(tmp_path, TOPIC)
    with pytest.raises(BadInputError, match="run `evidence build` first"):
        open_claims(tmp_path)


def test_a_claim_is_shown_with_what_is_for_and_against_it_its_history_and_its_sql(tmp_path: Path) -> None:
    live(tmp_path, FIRST, SECOND)
    database = open_claims(tmp_path)

    lines = list(claim_lines(database, "one-trial"))

    assert lines[:3] == [
        "one-trial: There is one trial of chamomile by mouth.",
        "Section: Tea",
        "Verdict: outdated (when written: holds)",
    ]
    assert [row["pmid"] for row in claim_record(database, "one-trial")["assertions"][0]["evidence"]] == [
        99000001, 99000002,
    ]  # fmt: skip
    for line in (
        "   For: 1",
        "     PMID 99000001: Made-up study 99000001",
        "   Against: 1",
        "     PMID 99000002: Made-up study 99000002",
        "     2013-02-11  outdated      2  PMID 99000002",
        "     SELECT count(*) AS value FROM matching",
    ):
        assert line in lines
    database.close()


def test_an_unknown_claim_names_close_ones(tmp_path: Path) -> None:
    live(tmp_path, FIRST)
    database = open_claims(tmp_path)

    with pytest.raises(BadInputError, match="one-trail: there is no such claim; expected one of: one-trial"):
        claim_record(database, "one-trail")
    database.close()


def test_the_overview_has_every_claim_in_the_articles_order(tmp_path: Path) -> None:
    live(tmp_path, FIRST)
    database = open_claims(tmp_path)

    assert [(row["claim_id"], row["verdict"]) for row in claims_overview(database)] == [
        ("one-trial", "holds"), ("oral-first", "holds"), ("ten-years", "contradicted"), ("helps", "partly"),
        ("cosy", "not_testable"), ("no-pillow", "holds"), ("not-blind", "contradicted"), ("absorbed", "insufficient"),
    ]  # fmt: skip
    database.close()


def test_claims_are_read_from_a_folder_that_nobody_may_write_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(tmp_path, FIRST)
    monkeypatch.setattr("os.access", lambda path, mode: False)
    database = open_claims(tmp_path)
    assert claims_overview(database)
    database.close()
    assert [path.name for path in tmp_path.iterdir()] == ["evidence.db"]
