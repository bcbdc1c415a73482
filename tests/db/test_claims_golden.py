"""The verdicts of the bundled topic on its hand-checked register alone: reviewed by hand and stored.

A change of the register, of the claims or of a rule shows here; `golden_verdicts.csv` is then reviewed and rewritten.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from db.claims.check import verdicts_on
from db.claims.file import load_claims
from db.claims.filters import Known, end_of
from db.claims.kinds import Listing, Untested
from helpers.claim_world import evidence, timeline, verdict
from ingest.build.run import build
from topics import load_topic

GOLDEN = Path(__file__).parent / "golden_verdicts.csv"
COLUMNS = ("claim_id", "assertion_id", "verdict", "value", "when_written", "value_when_written", "flipped_on",
           "flipped_by")  # fmt: skip


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The database of the bundled register, made without the network."""
    data = tmp_path_factory.mktemp("data")
    build(data, load_topic("ketamine-routes"))
    database = Database(data / "evidence.db")
    yield database
    database.close()


def test_every_verdict_is_as_reviewed(live: Database) -> None:
    with GOLDEN.open(encoding="utf-8", newline="") as stream:
        reviewed = [tuple(row[column] for column in COLUMNS) for row in csv.DictReader(stream)]

    found = live.execute(
        f"SELECT {', '.join(COLUMNS)} FROM verdicts",  # noqa: S608
    )
    assert sorted(tuple("" if cell is None else str(cell) for cell in row) for row in found) == sorted(reviewed)


def test_claims_stand_in_the_order_of_the_articles_sections(live: Database) -> None:
    found = live.execute("SELECT section FROM claims ORDER BY position")
    sections = [section for (section,) in found]
    assert list(dict.fromkeys(sections)) == load_topic("ketamine-routes").article.sections


def test_a_concentration_is_expected_in_milligrams_a_millilitre(live: Database) -> None:
    found = live.execute("SELECT expected FROM assertions WHERE claim_id = 'in-concentration'").fetchall()
    assert found == [("50 to 200 mg/ml",)]


def test_every_assertion_says_why_its_test_says_what_the_sentence_says() -> None:
    claims = load_claims(load_topic("ketamine-routes")).claims
    assert [one.id for claim in claims for one in claim.assertions if not one.why_this_test] == []


def test_all_40_claims_are_there_and_say_what_they_rest_on(live: Database) -> None:
    assert live["claims"].count == 40
    (sentence,) = {row["completeness"] for row in live.query("SELECT completeness FROM verdicts")}
    assert sentence == (
        "Rests on a hand-checked register of 473 reports of studies, not on a complete search: PubMed has not been "
        "searched yet."
    )


def test_one_intramuscular_trial_held_from_2014_until_the_second_one(live: Database) -> None:
    assert timeline(live, "im-single-study", "comparative-trials")[:3] == [
        ("", "0", "insufficient", None),
        ("2014-01", "1", "holds", 24701015),
        ("2016-03-30", "2", "outdated", 27028832),
    ]
    assert verdict(live, "im-single-study", "any-primary-study")["verdict"] == "contradicted"
    named = {pmid for pmid, _, _ in evidence(live, "im-single-study")}
    assert {22468772, 23825857, 24701015, 38293803} <= named


def test_the_indian_trial_is_as_the_article_says_but_for_its_control_group(live: Database) -> None:
    assert (verdict(live, "im-18-subjects")["verdict"], verdict(live, "im-18-subjects")["value"]) == ("holds", "18")
    assert verdict(live, "im-not-double-blind")["verdict"] == "holds"
    claim = next(live.query("SELECT * FROM claims WHERE claim_id = 'im-no-control'"))
    assert (claim["verdict"], claim["because"]) == ("partly", "no-placebo: holds; no-comparison: contradicted")


def test_one_intranasal_trial_held_in_2014_and_a_case_series_came_before_it(live: Database) -> None:
    row = verdict(live, "in-single-study", "randomized-trials")

    assert (row["verdict"], row["flipped_by"], row["flipped_on"]) == ("outdated", 29282469, "2018")
    assert ("2014", "1", "holds", 24821196) in timeline(live, "in-single-study", "randomized-trials")
    assert verdict(live, "in-single-study", "any-primary-study")["verdict"] == "contradicted"
    assert (23200737, "contradicts", "test") in evidence(live, "in-single-study")


def test_the_share_of_infusions_is_a_figure_with_numerator_and_denominator_in_2015_and_today(live: Database) -> None:
    topic = load_topic("ketamine-routes")
    claims = load_claims(topic)
    claim = next(claim for claim in claims.claims if claim.id == "iv-98-percent")
    figures = {}
    for assertion in claim.assertions:
        for day in ("2015", None):
            assert not isinstance(assertion, Untested)
            figures[assertion.id, day] = next(
                live.query(assertion.value_sql(claims.scope(topic), Known(day and end_of(day)), claim.id))
            )

    assert figures == {
        ("trials", "2015"): {"value": 92.8, "numerator": 666, "denominator": 718},
        ("trials", None): {"value": 33.6, "numerator": 2663, "denominator": 7935},
        ("everyone", "2015"): {"value": 88.6, "numerator": 701, "denominator": 791},
        ("everyone", None): {"value": 5.2, "numerator": 3637, "denominator": 69307},
    }


def test_people_who_had_two_routes_count_for_each_and_once_as_people(live: Database) -> None:
    sql = "SELECT n_by_route, n_given FROM studies WHERE main_pmid = ?"

    assert live.execute(sql, [34411009]).fetchone() == ('{"intravenous": 10, "intranasal": 10}', 10)
    assert live.execute(sql, [24701015]).fetchone() == ('{"intravenous": 9, "intramuscular": 18}', 27)


def test_every_sourced_bioavailability_is_listed_with_its_source(live: Database) -> None:
    sql = next(live.query("SELECT evidence_sql FROM assertions WHERE claim_id = 'ba-oral-16'"))["evidence_sql"]

    assert [(row["pmid"] or row["doi"], row["low"], row["agrees"]) for row in live.query(sql)] == [
        (25724645, 8.0, 0), ("10.1007/s40262-020-00953-4", 18.6, 0), (12516077, 20.0, 0), (19366273, 24.0, 0),
        (21355949, 45.0, 0),
    ]  # fmt: skip
    assert verdict(live, "ba-in-25-50")["value"] == "2 of 4"


def test_a_retracted_study_is_shown_and_does_not_count(live: Database) -> None:
    row = verdict(live, "iv-most-studied", "by-far")

    ((with_retracted,),) = live.execute(
        "SELECT value FROM verdict_sensitivity WHERE claim_id = 'iv-most-studied' AND assertion_id = 'by-far'"
        " AND scenario = 'with_retracted'"
    )
    assert row["value"] != with_retracted
    assert (21557878,) not in {(pmid,) for pmid, _, _ in evidence(live, "iv-most-studied")}


@pytest.mark.parametrize("day", [None, "2010", "2015-06-30", "2019-12", "2024"])
def test_the_stored_sql_gives_the_same_answer_as_the_verdict_on_every_date(live: Database, day: str | None) -> None:
    topic = load_topic("ketamine-routes")
    claims = load_claims(topic)
    then = verdicts_on(live, "9999-12-31" if day is None else day + {4: "-12-31", 7: "-31", 10: ""}[len(day)])
    known = {(one.claim_id, one.assertion_id): one.value for one in then}
    for claim in claims.claims:
        for assertion in claim.assertions:
            if isinstance(assertion, Untested) or (isinstance(assertion, Listing) and day):
                continue
            if day is None:
                known[claim.id, assertion.id] = verdict(live, claim.id, assertion.id)["value"] or ""
            rows = list(live.query(assertion.value_sql(claims.scope(topic), Known(day and end_of(day)), claim.id)))
            value = rows[0]["value"] if rows else None
            shown = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
            assert shown == known[claim.id, assertion.id], (claim.id, assertion.id)


def test_the_sql_in_the_database_is_the_one_that_was_tested(live: Database) -> None:
    topic = load_topic("ketamine-routes")
    claims = load_claims(topic)
    stored = {
        (row["claim_id"], row["assertion_id"]): row["sql"]
        for row in live.query("SELECT * FROM assertions WHERE sql IS NOT NULL")
    }
    assert stored == {
        (claim.id, assertion.id): assertion.value_sql(claims.scope(topic), Known(), claim.id)
        for claim in claims.claims
        for assertion in claim.assertions
        if not isinstance(assertion, Untested)
    }
