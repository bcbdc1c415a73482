"""Claims held against made-up studies: verdicts, timelines, evidence and what they rest on."""

import pytest
from sqlite_utils import Database

from db.claims.file import load_claims
from db.claims.filters import Known, end_of
from db.claims.kinds import Untested
from db.claims.verdicts import combined
from helpers.claim_world import CHAMOMILE, evidence, report, timeline, verdict, world
from topics import load_topic
from topics.errors import BadInputError

FIRST = report(99000001, "2010-05")
SECOND = report(99000002, "2013-02-11", n_total=30)


def test_a_count_holds_until_one_more_study_is_published_and_that_study_is_named() -> None:
    database = world([FIRST, SECOND])

    assert timeline(database, "one-trial", "count") == [
        ("", "0", "insufficient", None),
        ("2010-05", "1", "holds", 99000001),
        ("2013-02-11", "2", "outdated", 99000002),
    ]
    row = verdict(database, "one-trial")
    assert {key: row[key] for key in ("verdict", "value", "when_written", "value_when_written")} == {
        "verdict": "outdated", "value": "2", "when_written": "holds", "value_when_written": "1",
    }  # fmt: skip
    assert (row["flipped_by"], row["flipped_on"], row["flipped_by_study"]) == (99000002, "2013-02-11", "pmid:99000002")
    assert row["because"] == (
        "2 matching studies; expected: 1 study. It held until 2013-02-11, when PMID 99000002 became known."
    )


def test_what_was_false_already_when_the_article_was_written_is_contradicted_and_not_outdated() -> None:
    database = world([FIRST, report(99000002, "2010-11")])

    assert (verdict(database, "one-trial")["verdict"], verdict(database, "one-trial")["when_written"]) == (
        "contradicted", "contradicted",
    )  # fmt: skip


def test_what_ended_while_the_article_was_being_written_held_for_a_part() -> None:
    database = world([FIRST, report(99000002, "2011-09")])

    assert verdict(database, "one-trial")["verdict"] == "outdated"
    assert verdict(database, "one-trial")["when_written"] == "held for a part"


def test_without_a_study_a_count_is_insufficient_and_says_what_is_missing() -> None:
    row = verdict(world([]), "one-trial")

    assert (row["verdict"], row["value"]) == ("insufficient", "0")
    assert row["because"].endswith("Missing: studies that match.")


def test_nothing_found_is_what_a_claim_of_absence_expects() -> None:
    assert verdict(world([FIRST]), "no-pillow")["verdict"] == "holds"

    database = world([FIRST, report(99000003, "2014", routes=["pillow"])])

    assert verdict(database, "no-pillow")["verdict"] == "outdated"
    assert evidence(database, "no-pillow") == [(99000003, "contradicts", "test")]


def test_a_retracted_study_counts_on_no_date_and_every_verdict_says_what_it_would_be_with_it() -> None:
    database = world([FIRST, report(99000002, "2013", retracted=True)])

    row = verdict(database, "one-trial")

    assert (row["verdict"], row["value"]) == ("holds", "1")
    assert scenarios(database, "count")["with_retracted"] == ("2", "outdated")
    assert [entry[0] for entry in timeline(database, "one-trial", "count")] == ["", "2010-05"]


def scenarios(database: Database, assertion_id: str) -> dict[str, tuple[str | None, str]]:
    """(value, verdict) of an assertion by scenario."""
    rows = database.query(
        "SELECT scenario, value, verdict FROM verdict_sensitivity WHERE assertion_id = ?", [assertion_id]
    )
    return {row["scenario"]: (row["value"], row["verdict"]) for row in rows}


def test_every_assertion_is_also_tested_with_less_or_more_counted() -> None:
    database = world([
        report(99000001, "2010", n_total=20),
        report(99000002, "2011", n_total=30, design="cohort", interventions=["chamomile", "valerian"]),
        report(99000003, "2012", n_total=900, routes=["pillow"], interventions=["valerian"]),
        report(99000004, "2013", n_total=10, routes=["pillow"], retracted=True),
    ])  # fmt: skip
    assert scenarios(database, "share") == {
        "today": ("5.3", "outdated"),
        "hand_checked_only": (None, "insufficient"),
        "without_largest": ("100", "holds"),
        "with_retracted": ("5.2", "outdated"),
        "trials_only": ("2.2", "outdated"),
        "chamomile": ("100", "holds"),
    }
    for assertion, value, found in database.execute("SELECT assertion_id, value, verdict FROM verdicts").fetchall():
        assert scenarios(database, assertion)["today"] == (value, found)


def test_two_reports_of_one_study_count_once() -> None:
    database = world([
        report(99000001, "2010-05", registrations=("NCT09900001",)),
        report(99000002, "2013", registrations=("NCT09900001",), design="secondary_analysis", is_primary=0),
    ])  # fmt: skip

    assert verdict(database, "one-trial")["value"] == "1"


def test_a_study_that_only_gains_a_report_is_not_named_as_the_cause_of_a_change() -> None:
    database = world([
        report(99000001, "2010-05", registrations=("NCT09900001",), n_total=900),
        report(99000002, "2013", registrations=("NCT09900001",), design="secondary_analysis", is_primary=0),
        report(99000003, "2013"),
    ])  # fmt: skip

    assert timeline(database, "one-trial", "count")[-1] == ("2013", "2", "outdated", 99000003)


def test_a_protocol_is_kept_as_a_report_and_the_study_counts_from_its_results() -> None:
    database = world([
        report(99000001, "2008", registrations=("NCT09900001",), design="protocol", is_primary=0),
        report(99000002, "2010-05", registrations=("NCT09900001",)),
    ])  # fmt: skip

    assert timeline(database, "one-trial", "count")[1:] == [("2010-05", "1", "holds", 99000002)]
    assert [row["role"] for row in database.query("SELECT role FROM study_reports ORDER BY pmid")] == [
        "protocol", "main",
    ]  # fmt: skip


def test_a_study_without_a_date_is_in_no_value_and_said_to_be_left_out() -> None:
    database = world([FIRST, report(99000002, "")])

    assert timeline(database, "one-trial", "count")[-1] == ("2010-05", "1", "holds", 99000001)
    row = verdict(database, "one-trial", "count")
    assert (row["value"], row["undated"]) == ("1", 1)
    assert row["because"].endswith("Left out: 1 study without a date.")
    (sql,) = database.execute("SELECT sql FROM assertions WHERE claim_id = 'one-trial'").fetchone()
    assert database.execute(sql).fetchone() == (1,)


def test_of_the_studies_of_a_day_the_largest_that_moved_the_value_its_way_is_named() -> None:
    """Eight went one way and one the other: a share of people rose, though the largest study lowered it."""
    database = world([
        report(99000001, "2010", routes=["pillow"], n_total=100),
        report(99000002, "2010", routes=["oral"], n_total=100),
        report(99000003, "2014", routes=["pillow"], n_total=300),
        report(99000004, "2014", routes=["oral"], n_total=280),
        report(99000005, "2014", routes=["oral"], n_total=290),
    ])  # fmt: skip

    *_, last = database.query(
        "SELECT date, value, pmid, studies FROM verdict_timeline WHERE assertion_id = 'share' ORDER BY position"
    )
    assert last == {"date": "2014", "value": "62.6", "pmid": 99000005, "studies": 3}


def test_where_no_study_of_a_day_made_the_difference_by_itself_the_largest_is_named() -> None:
    database = world([
        report(99000001, "2010", routes=["pillow"], n_total=20),
        report(99000002, "2010", routes=["pillow"], n_total=30),
    ])  # fmt: skip

    (row,) = database.query(
        "SELECT value, pmid, studies FROM verdict_timeline WHERE assertion_id = 'exists' AND date = '2010'"
    )
    assert row == {"value": "yes", "pmid": 99000002, "studies": 2}


def test_a_date_that_is_only_a_year_is_kept_as_it_is() -> None:
    database = world([report(99000001, "2010")])

    row = next(database.query("SELECT date, date_precision FROM verdict_timeline WHERE claim_id = 'one-trial'"
                              " ORDER BY position DESC"))  # fmt: skip
    assert row == {"date": "2010", "date_precision": "year"}


def test_rank_and_share_count_studies_and_people_by_route() -> None:
    database = world([FIRST, SECOND, report(99000003, "2012", routes=["pillow"], n_total=50)])

    assert (verdict(database, "oral-first", "rank")["value"], verdict(database, "oral-first", "rank")["verdict"]) == (
        "1", "holds",
    )  # fmt: skip
    assert (verdict(database, "oral-first", "share")["value"], verdict(database, "oral-first", "share")["verdict"]) == (
        "50", "outdated",
    )  # fmt: skip
    claim = next(database.query("SELECT * FROM claims WHERE claim_id = 'oral-first'"))
    assert (claim["verdict"], claim["because"]) == ("partly", "rank: holds; share: outdated")


def test_equal_numbers_share_a_place() -> None:
    database = world([FIRST, report(99000003, "2012", routes=["pillow"])])

    assert verdict(database, "oral-first", "rank")["value"] == "1"


def test_people_of_a_study_with_several_routes_are_not_divided_by_guess() -> None:
    database = world([FIRST, report(99000003, "2012", routes=["oral", "pillow"], n_total=500)])

    states = {row["main_pmid"]: row["n_by_route"] for row in database.query("SELECT * FROM study_history")}
    assert states == {99000001: '{"oral": 20}', 99000003: "{}"}
    assert verdict(database, "oral-first", "share")["value"] == "100"


def test_a_span_is_years_from_first_to_latest() -> None:
    database = world([FIRST, SECOND, report(99000003, "2021-03", routes=["pillow"])])

    assert verdict(database, "ten-years")["value"] == "11"
    assert verdict(database, "ten-years")["verdict"] == "holds"
    assert evidence(database, "ten-years") == [
        (99000001, "supports", "test"), (99000002, "context", "test"), (99000003, "supports", "test"),
    ]  # fmt: skip


def test_an_attribute_is_read_from_the_named_study() -> None:
    assert verdict(world([report(99000001, "2010", blinding="open")]), "not-blind")["verdict"] == "holds"
    assert verdict(world([FIRST]), "not-blind")["verdict"] == "contradicted"
    assert verdict(world([SECOND]), "not-blind")["verdict"] == "insufficient"
    assert verdict(world([report(99000001, "2010", blinding="not_reported")]), "not-blind")["verdict"] == "insufficient"


def absorption(study: int, low: float, high: float, analyte: str = "", source: str = "text") -> dict:
    return {
        "study_id": f"pmid:{study}", "record_id": study, "quantity": "absorption", "route": "oral", "analyte": analyte,
        "low": low, "high": high, "unit": "%", "population": "made up", "quote": f"{low} to {high}", "source": source,
    }  # fmt: skip


def test_a_quantity_shows_every_figure_once_and_averages_none() -> None:
    figures = [
        absorption(99000001, 31, 33), absorption(99000001, 31, 33, source="register"), absorption(99000002, 20, 40),
        absorption(99000002, 35, 35, analyte="apigenin"),
    ]  # fmt: skip
    database = world([FIRST, SECOND], measurements=figures)

    assert (verdict(database, "absorbed")["value"], verdict(database, "absorbed")["verdict"]) == ("1 of 2", "partly")
    assert evidence(database, "absorbed") == [(99000001, "supports", "test"), (99000002, "contradicts", "test")]
    listed = next(database.query("SELECT evidence_sql FROM assertions WHERE claim_id = 'absorbed'"))["evidence_sql"]
    assert [(row["low"], row["high"], row["agrees"], row["source"]) for row in database.query(listed)] == [
        (20.0, 40.0, 0, "text"), (31.0, 33.0, 1, "register"),
    ]  # fmt: skip


def test_a_list_follows_what_people_said_of_the_papers_as_they_were_published() -> None:
    database = world([FIRST, SECOND])

    assert timeline(database, "helps", "list") == [
        ("", "0 for, 0 against", "insufficient", None),
        ("2010-05", "1 for, 0 against", "holds", 99000001),
        ("2013-02-11", "1 for, 1 against", "partly", 99000002),
    ]
    curated = list(database.query("SELECT * FROM claim_evidence WHERE source = 'curated'"))
    assert [(row["pmid"], row["stance"], row["why"], row["who"], row["dated"]) for row in curated] == [
        (99000001, "supports", "They slept better.", "tester", "2012-01-01"),
        (99000002, "contradicts", "They did not sleep better.", "tester", "2012-01-01"),
    ]


def test_what_a_list_gathers_and_nobody_has_judged_is_context() -> None:
    database = world([FIRST, report(99000003, "2014")])

    rows = list(database.query("SELECT * FROM claim_evidence WHERE claim_id = 'helps' AND source = 'test'"))
    assert [(row["pmid"], row["stance"], row["why"]) for row in rows] == [
        (99000003, "context",
         "gathered: primary studies; condition poor sleep; species human; nobody has judged it yet"),
    ]  # fmt: skip


def test_a_retracted_paper_that_a_person_judged_becomes_context() -> None:
    database = world([report(99000001, "2010-05", retracted=True), SECOND])

    assert (99000001, "context", "curated") in evidence(database, "helps")
    assert verdict(database, "helps")["value"] == "0 for, 1 against"


def test_what_cannot_be_tested_says_why() -> None:
    row = verdict(world([FIRST]), "cosy")

    assert (row["verdict"], row["value"], row["because"]) == ("not_testable", None, "A feeling.")


@pytest.mark.parametrize("day", [None, "2009", "2010-05", "2011-06-30", "2013", "2020-01-01"])
def test_the_stored_sql_gives_the_same_value_on_every_date(day: str | None) -> None:
    figures = [absorption(99000001, 31, 33), absorption(99000002, 20, 40)]
    reports = [FIRST, SECOND, report(99000003, "2012", routes=["pillow", "oral"]), report(99000004, "")]
    database = world([*reports, report(99000005, "2011", retracted=True)], measurements=figures)
    topic = load_topic(CHAMOMILE)
    claims = load_claims(topic)
    compared = 0
    for claim in claims.claims:
        for assertion in claim.assertions:
            if isinstance(assertion, Untested) or (day and assertion.kind == "list"):
                continue
            sql = assertion.value_sql(claims.scope(topic), Known(day and end_of(day)), claim.id)
            rows = list(database.query(sql))
            value = "" if not rows or rows[0]["value"] is None else rows[0]["value"]
            shown = f"{value:g}" if isinstance(value, float) else str(value)
            last_moment = "9999-12-31" if day is None else day + {4: "-12-31", 7: "-31", 10: ""}[len(day)]
            entries = timeline(database, claim.id, assertion.id)
            at = [entry for entry in entries if day is None or (entry[0] is not None and entry[0] <= last_moment)][-1]
            assert shown == (at[1] or ""), (claim.id, assertion.id)
            compared += 1
    assert compared == (8 if day is None else 7)


def test_verdicts_say_that_they_rest_on_records_from_files_when_pubmed_was_not_searched() -> None:
    assert verdict(world([FIRST]), "one-trial")["completeness"] == (
        "Rests on no register and 1 records from files, not on a complete search: PubMed has not been searched yet."
    )


def test_after_a_complete_search_verdicts_say_date_query_and_that_all_was_stored() -> None:
    run = {"run_id": 7, "kind": "pull", "state": "complete", "finished_at": "2026-11-01T10:00:00+00:00"}
    search = {"run_id": 7, "query": "q", "reported": 1, "stored": 1}

    row = verdict(world([FIRST], runs=[run], searches=[search]), "one-trial")

    assert row["verdict"] == "holds"
    assert row["completeness"] == (
        "Rests on a complete search of PubMed on 2026-11-01 (plant AND sleep; full query in table searches, run 7):"
        " 1 records reported = 1 stored; and on no register."
    )


def test_after_an_incomplete_search_every_verdict_is_stale_and_says_why() -> None:
    run = {"run_id": 7, "kind": "pull", "state": "incomplete", "finished_at": "2026-11-01T10:00:00+00:00"}
    search = {"run_id": 7, "query": "q", "reported": 5, "stored": 3}

    database = world([FIRST], runs=[run], searches=[search])

    assert {row["verdict"] for row in database.query("SELECT verdict FROM verdicts")} == {"stale", "not_testable"}
    assert verdict(database, "one-trial")["because"].startswith(
        "The search of 2026-11-01 is not complete (3 of 5 records stored)."
    )


def test_hand_written_sql_that_sqlite_refuses_is_reported_with_its_claim(tmp_path) -> None:
    folder = tmp_path / "chamomile-sleep"
    folder.mkdir()
    for path in CHAMOMILE.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    text = (folder / "claims.yml").read_text(encoding="utf-8")
    (folder / "claims.yml").write_text(
        text.replace("filter: {like: sleepers, routes: [pillow]}", "filter: {like: sleepers, where: s.nose = 1}"),
        encoding="utf-8",
    )

    with pytest.raises(BadInputError, match=r"claim 'no-pillow', assertion 'exists', key 'filter.where': SQLite"):
        world([FIRST], topic=load_topic(folder))


@pytest.mark.parametrize(
    ("verdicts", "when_written", "expected"),
    [
        (["holds", "holds"], ["holds", "holds"], "holds"),
        (["holds", "contradicted"], ["holds", "holds"], "partly"),
        (["holds", "insufficient"], ["holds", "holds"], "partly"),
        (["outdated", "outdated"], ["holds", "holds"], "outdated"),
        (["outdated", "contradicted"], ["holds", "contradicted"], "contradicted"),
        (["outdated", "insufficient"], ["holds", "holds"], "outdated"),
        (["contradicted", "insufficient"], ["contradicted", "insufficient"], "contradicted"),
        (["insufficient", "not_assessed"], ["insufficient", "insufficient"], "not_assessed"),
        (["not_testable", "holds"], ["not_testable", "holds"], "holds"),
        (["by_definition", "contradicted"], ["by_definition", "holds"], "contradicted"),
        (["not_testable"], ["not_testable"], "not_testable"),
        (["by_definition"], ["by_definition"], "by_definition"),
        (["by_definition", "not_testable"], ["by_definition", "not_testable"], "not_testable"),
        (["stale", "holds"], ["holds", "holds"], "stale"),
    ],
)
def test_a_claims_verdict_follows_from_its_assertions(
    verdicts: list[str], when_written: list[str], expected: str
) -> None:
    assert combined(verdicts, when_written) == expected
