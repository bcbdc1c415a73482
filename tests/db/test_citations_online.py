"""What we do not hold is asked of PubMed; what PubMed misses stays not found."""

from dataclasses import dataclass, field

import pytest

from db.citations.look_up import cite
from db.citations.online import matcher_line, read_matches, search_terms
from db.citations.reading import read_reference
from helpers.citation_records import make_database

KNOWN = "Stranger Q. Penguins of the south and their songs. Polar Fict. 2014;7:970-6."


@dataclass(frozen=True)
class Found:
    ids: tuple[int, ...] = ()
    dropped: tuple[str, ...] = ()


@dataclass
class PubMed:
    """Answers of a made-up PubMed, and what it was asked. `matches` is the matcher's last field by its line."""

    matches: list[str] = field(default_factory=list)
    searches: dict[str, Found] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def ecitmatch(self, lines):
        self.asked += lines
        return "\n".join(line + said for line, said in zip(lines, self.matches, strict=False))

    def esearch(self, term, *, retmax):
        self.asked.append(term)
        return self.searches.get(term, Found())


@pytest.fixture
def live(tmp_path):
    return make_database(tmp_path / "evidence.db")


def outcome(live, text, pubmed):
    return [
        (answer.outcome, [match.work.pmid for match in answer.matches], answer.asked_pubmed)
        for answer in cite(live, text, online=pubmed)
    ]


def test_only_what_is_not_held_is_asked(live):
    pubmed = PubMed(["99000077"])
    assert outcome(live, f"99000001\n{KNOWN}", pubmed) == [
        ("exact", [99000001], False), ("probable", [99000077], True),
    ]  # fmt: skip
    assert pubmed.asked == ["Polar Fict|2014|7|970|Stranger|r1|"]


@pytest.mark.parametrize(
    "said", ["NOT_FOUND", "NOT_FOUND;INVALID_JOURNAL", "AMBIGUOUS (783 citations)", "", "0", "999999999999", "<ERROR>"]
)
def test_a_miss_of_the_matcher_is_a_miss(live, said):
    assert outcome(live, KNOWN, PubMed([said])) == [("not_found", [], True)]


def test_an_ambiguous_citation_is_several(live):
    assert outcome(live, KNOWN, PubMed(["AMBIGUOUS 99000077,99000078"])) == [("several", [99000077, 99000078], True)]


def test_lines_that_the_matcher_drops_are_found_missing_by_key(live):
    second = "Other R. Seals of the north and their dances. Polar Fict. 2015;8:11-9."
    pubmed = PubMed()
    pubmed.ecitmatch = lambda lines: "Polar Fict|2015|8|11|Other|r1|99000078\n"
    assert outcome(live, f"{KNOWN}\n{second}", pubmed) == [("not_found", [], True), ("probable", [99000078], True)]


def test_answers_are_read_by_key_whatever_fields_they_lost():
    answer = (
        "j|2014|7|970|stranger|a|99000077|\r\nj|2014|7|970|b|NOT_FOUND\nj|||||c|AMBIGUOUS 99000078, 99000079\n\n"
        "j|1|2|3|x y|d|NOT_FOUND;INVALID_JOURNAL\nNOT_FOUND\n"
    )
    assert read_matches(answer) == {"a": [99000077], "c": [99000078, 99000079]}


def test_a_search_that_pubmed_did_not_take_whole_is_a_miss(live):
    terms = search_terms(read_reference(KNOWN))
    assert terms == [
        "penguins[ti] AND south[ti] AND songs[ti] AND stranger[au] AND 2013:2015[dp]",
    ]
    damaged = PubMed(["NOT_FOUND"], {terms[0]: Found((99000077,), ("PhraseNotFound: penguins",))})
    assert outcome(live, KNOWN, damaged) == [("not_found", [], True)]
    whole = PubMed(["NOT_FOUND"], {terms[0]: Found((99000077,))})
    assert outcome(live, KNOWN, whole) == [("probable", [99000077], True)]


def test_a_search_that_finds_too_much_is_a_miss(live):
    (term,) = search_terms(read_reference(KNOWN))
    assert outcome(live, KNOWN, PubMed([], {term: Found(tuple(range(99000070, 99000076)))})) == [
        ("not_found", [], True)
    ]


def test_an_unknown_identifier_is_searched_for(live):
    pubmed = PubMed([], {"99999998[uid]": Found((99999998,)), '"10.9999/unheld"[aid]': Found((99000077,))})
    assert outcome(live, "99999998\n10.9999/unheld\n99999997", pubmed) == [
        ("probable", [99999998], True), ("probable", [99000077], True), ("not_found", [], True),
    ]  # fmt: skip


def test_what_pubmed_names_and_we_hold_is_shown_as_ours(live):
    (answer,) = cite(live, KNOWN, online=PubMed(["99000002"]))
    assert (answer.best.work.title[:14], answer.standing.retracted) == ("Nasal ketamine", True)


def test_a_line_for_the_matcher_holds_no_stray_separator():
    reference = read_reference("Stran|ger Q. Penguins of the south. Polar | Fict. 2014;7:970-6.")
    assert matcher_line(reference, "k").count("|") == 6
    assert matcher_line(read_reference("penguins"), "k") == ""
