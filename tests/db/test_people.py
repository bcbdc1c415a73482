"""People given the drug by each route: never those who had something else, never divided by guess."""

import json

import pytest
from sqlite_utils import Database

from db.claims.filters import Known
from helpers.claim_world import report, verdict, world

ALONE = {"control": "none", "randomized": "no"}
AGAINST_PLACEBO = {"control": "placebo", "randomized": "yes", "crossover": "no"}


def given(database: Database, pmid: int = 99000001) -> tuple[dict[str, int], int | None, str | None]:
    (row,) = database.query("SELECT n_by_route, n_given, n_given_basis FROM studies WHERE main_pmid = ?", [pmid])
    return json.loads(row["n_by_route"]), row["n_given"], row["n_given_basis"]


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (ALONE | {"routes": ["oral"]}, ({"oral": 20}, 20, "everyone")),
        (ALONE | {"routes": ["oral", "unspecified"]}, ({"oral": 20}, 20, "everyone")),
        ({"routes": ["oral"], "control": "dose_comparison"}, ({"oral": 20}, 20, "everyone")),
        ({"routes": ["oral"], "control": "not_reported", "randomized": "not_reported"}, ({"oral": 20}, 20, "everyone")),
        (AGAINST_PLACEBO | {"routes": ["oral"]}, ({}, None, None)),
        ({"routes": ["oral"], "control": "active", "randomized": "no"}, ({}, None, None)),
        ({"routes": ["oral"], "control": "not_reported", "randomized": "yes"}, ({}, None, None)),
        ({"routes": ["oral"], "control": "placebo", "crossover": "yes"}, ({"oral": 20}, 20, "crossover")),
        ({"routes": ["oral", "pillow"], "crossover": "yes"}, ({"oral": 20, "pillow": 20}, 20, "crossover")),
        (ALONE | {"routes": ["oral", "pillow"]}, ({}, None, None)),
        (ALONE | {"routes": ["unspecified"]}, ({}, None, None)),
        (ALONE | {"routes": []}, ({}, None, None)),
        (ALONE | {"routes": ["oral"], "n_total": None}, ({}, None, None)),
    ],
)
def test_a_study_without_known_arms(known, expected):
    assert given(world([report(99000001, "2012", **known)])) == expected


def arm(name: str, route: str, n: int) -> dict:
    return {"record_id": 99000001, "arm": name, "route": route, "n": n, "source": "text"}


@pytest.mark.parametrize(
    ("known", "arms", "expected"),
    [
        (AGAINST_PLACEBO, [("chamomile", "oral", 12), ("placebo", "", 8)], ({"oral": 12}, 12, "arms")),
        (AGAINST_PLACEBO, [("chamomile tea", "", 12), ("placebo", "", 8)], ({"oral": 12}, 12, "arms")),
        (AGAINST_PLACEBO, [("chamomile 1 g", "oral", 7), ("chamomile 2 g", "oral", 6)], ({"oral": 13}, 13, "arms")),
        (AGAINST_PLACEBO, [("placebo", "", 8)], ({}, None, None)),
        (AGAINST_PLACEBO, [("chamomile", "oral", 18), ("placebo", "", 8)], ({}, None, None)),  # more than there were
        (AGAINST_PLACEBO, [("chamomile", "pillow", 12)], ({}, None, None)),  # a route that it did not have
        ({"routes": ["oral", "pillow"]}, [("tea", "oral", 9), ("pillow", "pillow", 11)],
         ({"oral": 9, "pillow": 11}, 20, "arms")),
        ({"routes": ["oral", "pillow"]}, [("tea", "oral", 9)], ({}, None, None)),  # who slept on it is not known
        (ALONE, [("chamomile", "oral", 5)], ({"oral": 20}, 20, "everyone")),
    ],
)  # fmt: skip
def test_arms_of_the_text_count_where_they_are_needed_and_fit(known, arms, expected):
    database = world([report(99000001, "2012", **known)], arms=[arm(*one) for one in arms])
    assert given(database) == expected


def test_the_answer_has_the_numbers_of_today_and_of_when_the_article_was_written():
    database = world([
        report(99000001, "2010", n_total=20),
        report(99000002, "2011", n_total=900, **AGAINST_PLACEBO),
        report(99000003, "2020", n_total=1200, design="cohort", **ALONE),
        report(99000004, "2020", n_total=7, routes=["pillow"], **ALONE),
    ])  # fmt: skip
    found = database.query("SELECT assertion_id, answer FROM verdicts")
    answers = {row["assertion_id"]: row["answer"] for row in found}
    assert answers["share"] == (
        "Today 3 studies, 2 of them randomized; 1,220 people given it by the oral route in the 2 whose people can be "
        "attributed. By the end of 2012-06: 2 studies, 2 of them randomized; 20 people given it by the oral route in "
        "the 1 whose people can be attributed. 99.4 % of participants."
    )
    assert answers["exists"] == (
        "Today 1 study, not randomized; 7 people given it by the pillow route. By the end of 2012-06: no study."
    )
    assert answers["attribute"] == "Blinding: double."
    assert answers["quantity"] == "No figure with a source is known."
    assert answers["list"].startswith("Today 1 judged paper speaks for it and 1 against it")
    assert answers["feeling"] is None


def test_a_verdict_is_provisional_where_pubmed_was_not_searched_and_a_missing_paper_could_change_it():
    database = world([report(99000001, "2010"), report(99000002, "2013"), report(99000003, "2014", routes=["pillow"])])
    held = {row["assertion_id"]: row["provisional"] for row in database.query("SELECT * FROM verdicts")}
    assert {name for name, basis in held.items() if basis is None} == {"count", "exists", "attribute", "feeling"}
    assert set(held.values()) == {None, "held by imported files only"}


def test_sums_of_claims_say_what_they_leave_out_and_rest_on_the_same_numbers():
    database = world([
        report(99000001, "2010", n_total=20, **ALONE),
        report(99000002, "2011", n_total=900, **AGAINST_PLACEBO),
        report(99000003, "2012", routes=["pillow"], n_total=60, **ALONE),
    ])  # fmt: skip
    share = verdict(database, "oral-first", "share")
    assert (share["value"], share["not_attributable"]) == ("25", 1)
    assert "Left out: 1 study whose people cannot be attributed to a route." in share["because"]
    shown = {row["pmid"]: row["people"] for row in database.query("SELECT pmid, people FROM people_by_route")}
    assert shown == {99000001: 20, 99000002: None, 99000003: 60}
    states = database.execute(f"SELECT study_id, n_by_route FROM ({Known().sql()})").fetchall()  # noqa: S608
    assert sorted(states) == sorted(database.execute("SELECT study_id, n_by_route FROM studies").fetchall())
