"""One pass over the text finds what every rule on its own would find."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.tagging import conduct, designs, doses, measurements, people, routes, words
from ingest.tagging.lexicon import Lexicon, Rule, expand, fold, lower_ascii

ALL_RULES = [
    *routes.RULES,
    *designs.RULES,
    *conduct.RULES,
    *people.RULES,
    *doses.RULES,
    *measurements.RULES,
    *words.shared_rules(),
]
SOME_RULES = [rule for rule in ALL_RULES if rule.kind in ("route", "infusion", "contrast", "conduct:0")]
SOME_LITERALS = sorted({literal for rule in SOME_RULES for literal in expand(rule.pattern)})


def test_a_pattern_stands_for_every_spelling_of_its_words():
    assert expand("randomi[sz]ed (trial|study)s?|rct") == {
        "randomised trial",
        "randomized trial",
        "randomised trials",
        "randomized trials",
        "randomised study",
        "randomized study",
        "randomised studys",
        "randomized studys",
        "rct",
    }
    assert expand("[2-4] (of (the )?)?them") == {
        f"{number} {middle}them" for number in "234" for middle in ("", "of ", "of the ")
    }


@pytest.mark.parametrize("pattern", ["(open", "shut)", "a+", "b.c", "d*"])
def test_a_pattern_outside_the_notation_is_refused(pattern):
    with pytest.raises(ValueError, match="rule pattern"):
        expand(pattern)


def test_every_rule_of_the_core_expands_to_some_literals_but_not_to_a_flood():
    sizes = {rule.kind: len(expand(rule.pattern)) for rule in ALL_RULES}
    assert min(sizes.values()) >= 1
    assert sum(len(expand(rule.pattern)) for rule in ALL_RULES) < 40_000


@given(st.text())
def test_folded_text_keeps_its_length_whatever_is_in_it(text):
    assert len(fold(text)) == len(text) + 2
    assert len(lower_ascii(text)) == len(text)


def test_dashes_points_and_accents_fold_into_plain_words():
    assert fold("Double‐blind I.V. ketamín (50 µg)") == b" double blind i v  ketamin  50 ug  "
    assert lower_ascii("N\u2009=\u200925 – 0·5 mg") == "n = 25 - 0.5 mg"


def _oracle(rule: Rule, text: str) -> set[tuple[int, int]]:
    """Every literal of a rule, found by one regular expression a literal on the folded text."""
    folded = fold(text).decode("ascii")
    return {
        (match.start(), match.end() - 1)
        for literal in expand(rule.pattern)
        for match in re.finditer(rf"(?= {re.escape(literal)} )", folded)
        for match in [re.compile(rf" {re.escape(literal)} ").match(folded, match.start())]
        if match
    }


@settings(deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(SOME_LITERALS),
            st.sampled_from(SOME_LITERALS).map(str.upper),
            st.sampled_from(["ketamine", "was", "given", "xiv", "DSM-IV", "é", "–", "\u2009", "αβ"]),
        ),
        max_size=14,
    ),
    st.lists(st.sampled_from([" ", "-", ", ", ". ", " ", "\n", "/", "‐"]), min_size=14, max_size=14),
)
def test_one_pass_finds_what_each_rule_finds_alone(pieces, gaps):
    text = "".join(piece + gap for piece, gap in zip(pieces, gaps, strict=False))
    found: dict[tuple[str, str], set[tuple[int, int]]] = {}
    for start, end, kind, value in LEXICON.matches(text):
        found.setdefault((kind, value), set()).add((start, end))
    expected: dict[tuple[str, str], set[tuple[int, int]]] = {}
    for rule in SOME_RULES:
        spans = _oracle(rule, text)
        if spans:
            expected.setdefault((rule.kind, rule.value), set()).update((start, end - 1) for start, end in spans)
    assert found == expected


LEXICON = Lexicon(SOME_RULES)


def test_of_overlapping_words_of_one_kind_the_longest_counts_and_guards_silence():
    lexicon = Lexicon(
        [Rule("route", "intravenous", "iv|intravenous infusion|intravenous"), Rule("route", "", "dsm iv|phase iv")]
    )
    text = "An intravenous infusion; DSM-IV criteria; phase IV; IV again."
    assert lexicon.hits(text) == {"route": [(3, 23, "intravenous"), (52, 54, "intravenous")]}
    assert text[3:23] == "intravenous infusion"
    assert text[52:54] == "IV"
