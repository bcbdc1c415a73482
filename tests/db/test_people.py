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
