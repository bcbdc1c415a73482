"""Damaged references find their record, and references to other papers find none: the promise of docs/citations.md."""

import pytest

from bench.citations import ask, scored
from bench.damage import KINDS, LIGHT
from bench.reference_set import REFERENCES, WITHHELD, register_facts, samples, write_database
from db.citations.look_up import opened

RECORDS = 1_500


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    """Every damaged reference with its answer."""
    path = tmp_path_factory.mktemp("damage") / "evidence.db"
    present, withheld = register_facts()
    write_database(path, present, RECORDS)
    chosen = samples(present, withheld)
    with opened(path) as connection:
        answers, _ = ask(connection, [sample.text for sample in chosen])
    return list(zip(chosen, answers, strict=True))


def test_the_set_is_as_large_as_it_says_and_a_third_is_kept_back(pairs):
    known = [sample for sample, _ in pairs if sample.key]
    assert (len(known), len(pairs) - len(known)) == (REFERENCES, WITHHELD)
    assert {sample.kind for sample in known} == set(KINDS) and len(KINDS) == 12
    assert 0.3 < sum(sample.kept_back for sample in known) / len(known) < 0.36


@pytest.mark.parametrize("kept_back", [False, True], ids=["tuned on", "kept back"])
def test_damaged_references_find_their_record(pairs, kept_back):
    known = [pair for pair in pairs if pair[0].key and pair[0].kept_back == kept_back]
    light = scored([pair for pair in known if pair[0].kind in LIGHT])
    every = scored(known)
    assert light.top >= 0.97 * light.n
    assert every.top >= 0.90 * every.n
    assert every.wrong <= 0.005 * every.n


def test_references_to_papers_that_are_not_held_are_not_found(pairs):
    unknown = scored([pair for pair in pairs if not pair[0].key])
    assert unknown.missed >= 0.98 * unknown.n


def test_the_same_references_are_made_in_every_run():
    assert samples(*register_facts()) == samples(*register_facts())
