"""The kinds of test that are about sums, extremes and comparisons; and that every kind is whole and documented."""

import inspect
import json
from pathlib import Path
from typing import get_args

import pytest
from sqlite_utils import Database

from db.claims.file import load_claims
from db.claims.filters import AS_OF, Known, end_of
from db.claims.kinds import KINDS, _Assertions
from helpers.claim_world import CHAMOMILE, report, timeline, verdict, world
from topics import Topic, load_topic
from topics.errors import BadInputError

ROOT = Path(__file__).parents[2]
HEAD = """
filters:
  sleepers: {conditions: [poor_sleep], species: [human]}
claims:
  - id: new-kinds
    section: Tea
    text: A claim of sums, extremes and comparisons.
    assertions:
"""
ASSERTIONS = {
    "people": "{kind: total, of: participants, filter: {like: sleepers}, expected: {at_least: 60}}",
    "people-by-mouth": "{kind: total, of: participants, filter: {like: sleepers, routes: [oral]},"
    " expected: {at_most: 50}}",
    "studies": "{kind: total, of: studies, filter: {like: sleepers}, expected: {exactly: 4}}",
    "largest": "{kind: extreme, which: largest, number_of: n_total, filter: {like: sleepers}, expected: {at_most: 40}}",
    "smallest": "{kind: extreme, which: smallest, number_of: n_total, filter: {like: sleepers},"
    " expected: {at_least: 20}}",
    "median": "{kind: extreme, which: median, number_of: n_total, filter: {like: sleepers}, expected: {at_most: 25}}",
    "more-by-mouth": "{kind: compare, of: studies, filter: {like: sleepers, routes: [oral]},"
    " against: {like: sleepers, routes: [pillow]}, expected: {relation: more}}",
    "three-times-the-people": "{kind: compare, of: participants, filter: {like: sleepers, routes: [oral]},"
    " against: {like: sleepers, routes: [pillow]}, expected: {relation: at_least_times, times: 3}}",
    "as-many-as-in-2011": "{kind: compare, of: studies, filter: {like: sleepers}, earlier: 2011,"
    " expected: {relation: equal}}",
}
STUDIES = [
    report(99000001, "2010-05", n_total=20),
    report(99000002, "2011-02-11", n_total=31),
    report(99000003, "2013", routes=["pillow"], n_total=40),
    report(99000004, "2014", routes=["pillow", "oral"], n_total=None),
    report(99000005, "2015", n_total=300, retracted=True),
    report(99000006, "2016", routes=["unspecified"], n_total=12),
]


def topic_with(folder: Path, assertions: dict[str, str]) -> Topic:
    """The chamomile topic with one claim of these assertions."""
    folder = folder / "chamomile-sleep"
    folder.mkdir()
    for path in CHAMOMILE.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    lines = [f"      - {{id: {name}, text: Made up., {body[1:]}\n" for name, body in assertions.items()]
    (folder / "claims.yml").write_text(HEAD + "".join(lines), encoding="utf-8")
    return load_topic(folder)


@pytest.fixture(scope="module")
def topic(tmp_path_factory: pytest.TempPathFactory) -> Topic:
    """The topic with every assertion."""
    return topic_with(tmp_path_factory.mktemp("topic"), ASSERTIONS)


@pytest.fixture(scope="module")
def database(topic: Topic) -> Database:
    """All studies, held against them."""
    return world(STUDIES, topic=topic)


@pytest.mark.parametrize(
    ("assertion", "value", "said"),
    [
        ("people", "91", "holds"),
        ("people-by-mouth", "51", "outdated"),
        ("studies", "5", "contradicted"),
        ("largest", "40", "holds"),
        ("smallest", "12", "outdated"),
        ("median", "25.5", "outdated"),
        ("more-by-mouth", "3 to 2", "holds"),
        ("three-times-the-people", "51 to 40", "outdated"),
        ("as-many-as-in-2011", "5 to 2", "outdated"),
    ],
)
def test_value_and_verdict_of_today(database: Database, assertion: str, value: str, said: str) -> None:
    row = verdict(database, "new-kinds", assertion)

    assert (row["value"], row["verdict"]) == (value, said)


def test_a_comparison_with_an_earlier_date_holds_until_something_is_added(database: Database) -> None:
    assert [entry[:3] for entry in timeline(database, "new-kinds", "as-many-as-in-2011")] == [
        ("", "0 to 0", "insufficient"),
        ("2010-05", "1 to 1", "holds"),
        ("2011-02-11", "2 to 2", "holds"),
        ("2013", "3 to 2", "outdated"),
        ("2014", "4 to 2", "outdated"),
        ("2016", "5 to 2", "outdated"),
    ]


def test_a_study_that_is_on_both_sides_of_a_comparison_speaks_on_each(database: Database) -> None:
    rows = database.query(
        "SELECT stance, detail FROM claim_evidence WHERE assertion_id = 'more-by-mouth' AND pmid = 99000004"
        " ORDER BY evidence_id"
    )
    assert [tuple(row.values()) for row in rows] == [("supports", None), ("context", "on the other side")]


@pytest.mark.parametrize("day", [None, "2009", "2010-05", "2011-06-30", "2013", "2020-01-01"])
def test_the_sql_gives_what_the_history_says_on_every_date(topic: Topic, database: Database, day: str | None) -> None:
    claims = load_claims(topic)
    compared = 0
    for assertion in claims.claims[0].assertions:
        entries = timeline(database, "new-kinds", assertion.id)
        last = [one for one in entries if not day or (one[0] is not None and one[0] <= end_of(day))][-1]
        sql = assertion.value_sql(claims.scope(topic), Known(day and end_of(day)), "new-kinds")
        found = next(database.query(sql or ""))["value"]
        assert (f"{found:g}" if isinstance(found, float) else str(found or "")) == (last[1] or ""), assertion.id
        compared += 1
    assert compared == len(ASSERTIONS)


@pytest.mark.parametrize("day", ["2010-05-31", "2013-12-31", "2020-01-01"])
def test_the_stored_query_for_any_day_gives_what_the_query_of_that_day_gives(
    topic: Topic, database: Database, day: str
) -> None:
    claims = load_claims(topic)
    scope = claims.scope(topic)
    for assertion in claims.claims[0].assertions:
        row = next(database.query("SELECT * FROM assertions WHERE assertion_id = ?", [assertion.id]))
        asked = assertion.evidence_sql(scope, Known(day))
        assert row["sql_as_of"] == assertion.value_sql(scope, Known(AS_OF), "new-kinds")
        for stored, of_the_day in (
            (row["sql_as_of"], assertion.value_sql(scope, Known(day), "new-kinds")),
            (row["evidence_sql_as_of"], asked),
        ):
            assert list(database.query(stored, {"as_of": day})) == list(database.query(of_the_day or ""))


def judged(stance: str, strength: str, pmid: int = 99000001) -> str:
    """An item of `evidence`."""
    return f"{{pmid: {pmid}, stance: {stance}, strength: {strength}, why: Read., who: tester, when: 2012-01-01}}"


@pytest.mark.parametrize(
    ("papers", "said"),
    [
        ([], "not_assessed"),
        (["{pmid: 99000001, stance: context, why: Read., who: tester, when: 2012-01-01}"], "not_assessed"),
        ([judged("supports", "series")], "insufficient"),
        ([judged("contradicts", "before_after"), judged("contradicts", "opinion", 99000002)], "insufficient"),
        ([judged("supports", "controlled")], "holds"),
        ([judged("supports", "pooled"), judged("contradicts", "series", 99000002)], "holds"),
        ([judged("supports", "randomized_comparison"), judged("contradicts", "controlled", 99000002)], "partly"),
        ([judged("contradicts", "controlled"), judged("supports", "opinion", 99000002)], "contradicted"),
        ([judged("contradicts", "pooled", 99000005)], "not_assessed"),  # retracted
    ],
)
def test_a_list_rests_on_papers_that_compare(tmp_path: Path, papers: list[str], said: str) -> None:
    body = f"{{kind: list, gathers: All., filter: {{like: sleepers}}, evidence: [{', '.join(papers)}]}}"
    database = world(STUDIES, topic=topic_with(tmp_path, {"better": body}))

    assert verdict(database, "new-kinds", "better")["verdict"] == said


def test_a_list_without_papers_is_insufficient_and_weak_evidence_is_called_so(tmp_path: Path) -> None:
    nobody = "{kind: list, gathers: None., filter: {like: sleepers, routes: [rectal]}}"
    weak = f"{{kind: list, gathers: All., filter: {{like: sleepers}}, evidence: [{judged('supports', 'series')}]}}"
    database = world(STUDIES, topic=topic_with(tmp_path, {"nobody": nobody, "weak": weak}))

    reasons = {name: verdict(database, "new-kinds", name)["because"] for name in ("nobody", "weak")}
    assert reasons == {
        "nobody": "Papers judged by hand: 0 for, 0 against. Missing: papers that a person has read and judged for"
        " this.",
        "weak": "Weak evidence for. Papers judged by hand: 1 for, 0 against. Missing: papers that compare people or"
        " groups.",
    }


@pytest.mark.parametrize(("own", "against"), [(99000001, [2, 3, 4]), (99000003, [1, 2, 4]), (99000099, [2, 3, 4])])
def test_the_articles_own_study_never_speaks_against_it(tmp_path: Path, own: int, against: list[int]) -> None:
    only = f"{{kind: count, own_study: {own}, filter: {{like: sleepers}}, expected: {{exactly: 1}}}}"
    database = world(STUDIES[:4], topic=topic_with(tmp_path, {"only": only}))

    rows = database.query("SELECT pmid FROM claim_evidence WHERE stance = 'contradicts' ORDER BY pmid")
    assert [row["pmid"] - 99000000 for row in rows] == against


def test_a_share_of_few_says_nothing(tmp_path: Path) -> None:
    by_mouth = "{kind: share, route: oral, of: OF, filter: {like: sleepers}, expected: {exactly: 100}}"
    assertions = {of: by_mouth.replace("OF", of) for of in ("participants", "studies")}
    few = world([report(99000001, "2010", n_total=7)], topic=topic_with(tmp_path, assertions))

    rows = {of: verdict(few, "new-kinds", of) for of in assertions}
    assert {of: (row["value"], row["verdict"]) for of, row in rows.items()} == {
        "participants": ("100", "insufficient"), "studies": ("100", "insufficient"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "kind", ["share, of: participants, expected: {exactly: 10}", "rank, by: participants, expected: {exactly: 2}"]
)
def test_studies_whose_people_nothing_divides_neither_speak_nor_are_listed(tmp_path: Path, kind: str) -> None:
    studies = [
        report(99000001, "2010", n_total=30), report(99000002, "2011", routes=["pillow"], n_total=20),
        report(99000003, "2012", routes=["oral", "pillow"], n_total=500),
        report(99000004, "2013", routes=["pillow"], n_total=None),
    ]  # fmt: skip
    body = f"{{filter: {{like: sleepers}}, route: oral, kind: {kind}}}"
    database = world(studies, topic=topic_with(tmp_path, {"people": body}))

    assert verdict(database, "new-kinds", "people")["verdict"] == "contradicted"
    said = database.execute("SELECT pmid, stance FROM claim_evidence WHERE assertion_id = 'people'").fetchall()
    sql = database.execute("SELECT evidence_sql FROM assertions WHERE assertion_id = 'people'").fetchone()[0]
    listed = [row["pmid"] for row in database.query(sql)]
    assert [pmid for pmid, _ in said] == listed == [99000001, 99000002]
    assert said == [(99000001, "supports"), (99000002, "contradicts")]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            "{kind: list, gathers: All., filter: {}, evidence: [{pmid: 1, stance: supports, why: Read., who: tester,"
            " when: 2012}]}",
            "expected one of pooled, randomized_comparison",
        ),
        (f"{{kind: list, gathers: All., filter: {{}}, evidence: [{judged('context', 'series')}]}}", "and only then"),
        ("{kind: compare, of: studies, filter: {like: sleepers}, expected: {relation: more}}", "either against"),
        (
            "{kind: compare, of: studies, filter: {like: sleepers}, earlier: 2011,"
            " expected: {relation: at_least_times}}",
            "expected times",
        ),
        (
            "{kind: compare, of: studies, filter: {like: sleepers}, against: {routes: [nose]},"
            " expected: {relation: more}}",
            "'nose' is not a route",
        ),
        ("{kind: extreme, which: longest, number_of: n_total, filter: {}, expected: {exactly: 1}}", "'largest'"),
    ],
)
def test_a_fault_of_a_kind_is_told_with_what_was_expected(tmp_path: Path, body: str, said: str) -> None:
    with pytest.raises(BadInputError, match=said):
        load_claims(topic_with(tmp_path, {"faulty": body}))


def test_every_kind_is_whole_and_may_stand_in_a_claims_file() -> None:
    assert set(get_args(_Assertions)) == set(KINDS.values())
    assert not [name for name, kind in KINDS.items() if inspect.isabstract(kind)]


def test_every_kind_is_documented() -> None:
    text = (ROOT / "docs" / "topics.md").read_text(encoding="utf-8")
    assert [name for name in KINDS if f"| `{name}` |" not in text] == []


FURTHER = {
    "phase-2": "{kind: count, filter: {like: sleepers, phases: [2]}, expected: {exactly: 3}}",
    "phase-2-3": "{kind: count, filter: {like: sleepers, phases: [2/3]}, expected: {exactly: 1}}",
    "phase-3-or-4": "{kind: count, filter: {like: sleepers, phases: [3, 4]}, expected: {exactly: 1}}",
    "half-a-year": "{kind: count, filter: {like: sleepers, at_least_weeks: 26}, expected: {exactly: 2}}",
    "longest": "{kind: extreme, which: largest, number_of: follow_up_weeks, filter: {like: sleepers},"
    " expected: {exactly: 52}}",
    "its-phase": "{kind: attribute, pmid: 99000001, attribute: phase, expected: 1/2}",
    "its-weeks": "{kind: attribute, pmid: 99000002, attribute: follow_up_weeks, expected: 52}",
}


def test_claims_may_ask_for_phases_and_for_how_long_people_were_followed(tmp_path: Path) -> None:
    known = [
        report(99000001, "2010", phase="1/2", follow_up_weeks=None),
        report(99000002, "2011", phase="2", follow_up_weeks=52.0),
        report(99000003, "2012", phase="2/3", follow_up_weeks=26.0),
        report(99000004, "2013", phase="not_reported", follow_up_weeks=25.9),
    ]
    database = world(known, topic=topic_with(tmp_path, FURTHER))

    verdicts = {name: verdict(database, "new-kinds", name) for name in FURTHER}
    assert {name: (row["verdict"], row["value"]) for name, row in verdicts.items()} == {
        "phase-2": ("holds", "3"), "phase-2-3": ("holds", "1"), "phase-3-or-4": ("holds", "1"),
        "half-a-year": ("holds", "2"), "longest": ("holds", "52"), "its-phase": ("holds", "1/2"),
        "its-weeks": ("holds", "52"),
    }  # fmt: skip
    rows = {row["assertion_id"]: row for row in database["assertions"].rows}
    assert rows["phase-2"]["filter"] == "primary studies; condition poor sleep; phase 2; species human"
    assert rows["half-a-year"]["filter"].endswith("; followed for at least 26 weeks")
    assert json.loads(rows["phase-2"]["asks_for"])[:3] == ["1/2", "2", "2/3"]
    assert rows["longest"]["expected"] == "largest 52 weeks"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{kind: count, filter: {phases: [5]}, expected: {exactly: 1}}", r"phases\[0\]': '5' is not a phase; expected"),
        ("{kind: count, filter: {at_least_weeks: long}, expected: {exactly: 1}}", "at_least_weeks"),
        ("{kind: extreme, which: largest, number_of: phase, filter: {}, expected: {exactly: 1}}",
         "number_of': input should be one of: follow_up_weeks, n_total; found 'phase'"),
    ],
)  # fmt: skip
def test_a_filter_of_a_further_facet_that_is_wrong_is_named(tmp_path: Path, body: str, message: str) -> None:
    with pytest.raises(BadInputError, match=message):
        load_claims(topic_with(tmp_path, {"wrong": body}))
