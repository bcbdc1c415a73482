"""A claims file loads into tests, and a wrong one says where it is wrong."""

import shutil
from pathlib import Path

import pytest

from db.claims.file import load_claims
from db.claims.filters import Bounds, Filter
from topics import load_topic
from topics.errors import BadInputError

SMALL = Path(__file__).parents[1] / "topics" / "chamomile-sleep"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SMALL, tmp_path / "chamomile-sleep"))


def test_a_filter_starts_from_the_one_it_is_like_and_its_own_keys_win() -> None:
    claims = load_claims(load_topic(SMALL))

    resolved = claims.scope(load_topic(SMALL)).resolve(Filter(like="sleepers", species=["animal"], routes=["oral"]))

    assert resolved == Filter(conditions=["poor_sleep"], species=["animal"], routes=["oral"])


def test_a_topic_without_claims_has_none(folder: Path) -> None:
    (folder / "claims.yml").unlink()

    assert load_claims(load_topic(folder)).claims == []


def test_the_bundled_topic_has_the_articles_40_claims_each_once() -> None:
    topic = load_topic("ketamine-routes")
    claims = load_claims(topic).claims

    assert [claim.id for claim in claims] == [
        "iv-most-studied", "iv-98-percent", "routes-possible", "rate-critical", "oral-metabolised-84", "iv-shutoff",
        "iv-rate-control", "iv-most-reliable", "in-second", "in-single-study", "in-no-head-to-head",
        "in-less-dissociation", "in-dose-unknown", "in-may-work", "in-small-fraction", "in-concentration",
        "in-failure-not-final", "iv-greater-relief", "im-single-study", "im-18-subjects", "im-no-control",
        "im-not-double-blind", "im-southern-india", "im-no-valid-data", "im-less-likely", "im-two-to-four-hours",
        "im-severe-side-effects", "im-erratic", "iv-20-years", "australian-im", "street-adulterated",
        "no-self-precision", "ba-iv-100", "ba-oral-16", "ba-in-25-50", "ba-im-93", "oral-very-slow", "first-pass",
        "not-interchangeable", "relief-differs",
    ]  # fmt: skip
    assert {claim.section for claim in claims} == set(topic.article.sections)
    kinds = {assertion.kind for claim in claims for assertion in claim.assertions}
    assert kinds == {
        "count", "exists", "rank", "share", "span", "attribute", "quantity", "list", "not_testable",
        "by_definition",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("bounds", "number", "allowed"),
    [
        (Bounds(exactly=1), 1, True), (Bounds(exactly=1), 2, False), (Bounds(at_least=2), 2, True),
        (Bounds(at_most=2), 3, False), (Bounds(at_least=25, at_most=50), 40, True),
    ],
)  # fmt: skip
def test_bounds_say_what_is_expected_of_a_number(bounds: Bounds, number: float, allowed: bool) -> None:
    assert bounds.allow(number) is allowed


FAULTS = [
    ("section: Tea", "section: Coffee", "line 9, key 'claims[0].section': 'Coffee' is not a"),
    ("- id: no-pillow", "- id: one-trial", "key 'claims[1].id': 'one-trial' names two claims"),
    ("- id: share", "- id: rank", "key 'claims[2].assertions[1].id': 'rank' names two assertions"),
    ("kind: count", "kind: tally", "key 'claims[0].assertions[0]'"),
    ("        kind: count\n", "", "key 'claims[0].assertions[0]'"),
    ("expected: {exactly: 1}", "expect: {exactly: 1}", "assertions[0].expect': unknown key; did you mean 'expected'"),
    ("expected: {exactly: 1}", "expected: 1", "'claims[0].assertions[0].expected': input should be"),
    ("expected: {exactly: 1}", "expected: {exactly: 1, at_least: 2}", "expected either exactly, or at_least"),
    ("expected: {exactly: 1}", "expected: {}", "expected either exactly, or at_least"),
    ("like: sleepers, routes: [oral]", "like: sleeprs, routes: [oral]", "filter.like': 'sleeprs' is not under"),
    ("routes: [oral]", "routes: [nose]", "line 15, key 'claims[0].assertions[0].filter.routes[0]': 'nose'"),
    ("routes: [oral]", "route: [oral]", "filter.route': unknown key; did you mean 'routes'"),
    ("designs: [randomized_controlled_trial]", "designs: [rct]", "filter.designs[0]': 'rct' is not a design"),
    ("conditions: [poor_sleep]", "conditions: [pain]", "key 'filters.sleepers.conditions[0]': 'pain' is not a"),
    ("routes: [pillow]}", "role: studied}", "filter.role': says the role of routes; expected routes beside it"),
    ("routes: [pillow]}", "blinding: triple}", "filter.blinding': 'triple' is not a blinding"),
    ("route: oral\n        by", "route: nose\n        by", "[0].route': 'nose'"),
    ("attribute: blinding", "attribute: n_by_route", "expected routes with attribute n_by_route"),
    ("attribute: blinding", "attribute: mood", "assertions[0].attribute': input should be"),
    ("          - pmid: 99000001\n", "          - pmid: 0\n", "evidence[0].pmid': input should be greater"),
    ("          - pmid: 99000001\n", "          - pmid: 100000000\n", "evidence[0].pmid': input should be less"),
    ("- pmid: 99000001\n            stance", "- stance", "evidence[0]': expected a pmid, or the doi"),
    ("stance: supports", "stance: likes", "evidence[0].stance': input should be 'supports', 'contradicts' or"),
    ("claims:\n", "claims:\n  - [\n", "not valid YAML"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), FAULTS)
def test_a_fault_is_reported_with_file_line_key_and_what_was_expected(
    folder: Path, old: str, new: str, said: str
) -> None:
    path = folder / "claims.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(BadInputError) as refused:
        load_claims(load_topic(folder))

    message = str(refused.value)
    assert message.startswith(f"{path}, line ")
    assert said in message
    assert "\n" not in message
