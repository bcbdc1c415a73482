"""What a reader types becomes a search that finds what was meant and cannot fail."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publish.sql import evidence_match, register


@pytest.fixture(scope="module")
def index():
    connection = sqlite3.connect(":memory:")
    register(connection)
    connection.execute("CREATE VIRTUAL TABLE texts USING fts5(words, tokenize = 'porter unicode61')")
    return connection


def found(index, text, query):
    index.execute("DELETE FROM texts")
    index.execute("INSERT INTO texts VALUES (?)", [text])
    return index.execute("SELECT count(*) FROM texts WHERE texts MATCH evidence_match(?)", [query]).fetchone() == (1,)


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("ketamine", '"ketamine"'),
        ("Ketamine KETAMINE", '"ketamine"'),
        ("ketamine pain", '"ketamine" AND "pain"'),
        ('"rapid relief" pain', '"rapid relief" AND "pain"'),
        ("ketam*", '"ketam"*'),
        ("randomis*", '("randomis"* OR "randomiz"*)'),
        ("randomised", '("randomised" OR "randomized")'),
        ("IL-6", '("il 6" OR "il6")'),
        ("il6", '("il6" OR "il 6")'),
        ("IM", '("im" OR "intramuscular")'),
        ("5-HT2A", '"5 ht2a"'),
        ("ketamine OR NOT (", '"ketamine" AND "or" AND "not"'),
        ("", '""'),
        ('"', '""'),
        ("*", '""'),
        ("-- ; '", '""'),
        (None, '""'),
    ],
)
def test_typed_words_become_a_full_text_query(typed, query):
    assert evidence_match(typed) == query


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("a randomised trial", "randomized"),
        ("a randomized trial", "randomised"),
        ("hospitalization of adults", "hospitalisation"),
        ("S-ketamine spray", "esketamine"),
        ("Esketamine spray", "S-ketamine"),
        ("levels of IL-6", "IL6"),
        ("levels of IL6", "IL-6"),
        ("paediatric anaesthesia", "pediatric anesthesia"),
        ("an intramuscular injection", "IM injection"),
        ("naïve patients", "naive"),
        ("depressive symptoms", "depression"),
        ("treatment resistant depression", "TRD"),
        ("ketamine, 0.5 mg/kg", "0.5 mg/kg"),
        ("氯胺酮", "氯胺酮"),
    ],
)
def test_both_spellings_and_both_names_are_found(index, text, query):
    assert found(index, text, query)


def test_all_words_must_occur_and_phrases_in_order(index):
    text = "ketamine for pain"
    assert found(index, text, "pain ketamine")
    assert not found(index, text, "pain depression")
    assert not found(index, text, '"pain for ketamine"')


def test_nothing_typed_finds_nothing(index):
    assert not found(index, "ketamine", "")


@pytest.mark.parametrize(
    "typed", ["x " * 2500, "a" * 5000, '"' * 5000, "*" * 5000, " ".join(f"w{n}" for n in range(900))]
)
def test_five_thousand_characters_are_a_query_like_any_other(index, typed):
    assert not found(index, "ketamine", typed)


@given(st.text(max_size=80))
def test_no_text_breaks_the_search(index, typed):
    index.execute("SELECT count(*) FROM texts WHERE texts MATCH evidence_match(?)", [typed])
