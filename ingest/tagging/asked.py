"""Those who joined, where the text first counts more who were asked: 'of 143 patients screened, 88 were randomized'."""

import re

from ingest.tagging.count_weight import Count, weigh
from ingest.tagging.document import Document
from ingest.tagging.whole_numbers import DIGITS, value_of
from ingest.tagging.without_noun import number_starting

_JOIN = (
    r"(?:randomi[sz]ed|randomly|assigned|allocated|enroll?ed|recruited|included|consented|agreed|participated|"
    r"took part|entered|selected)"
)
_THEN_JOINED = re.compile(rf"{_JOIN}(?: and [a-z]+)? $")
_JOINED = re.compile(
    r" (?:(?:approached|asked|contacted|eligible|invited|screened) )?(?:\([^()]*\) )?"
    rf"(?:(?:were|was|had|gave|finally|eventually|then) )*{_JOIN}\b(?! in (?:the|our) )"
)
"""But 'included in the analysis' is said of those who stayed."""
_HAD = r"(?: with [a-z -]{1,40})? (?:were |was |had |had been )?(?:received|treated with|given|administered)\b"
_GAVE = re.compile(
    rf"{_JOINED.pattern}|{_HAD}| had (?:[a-z-]+ ){{1,4}}and were included\b|"
    r" (?:gave|provided|returned|responded|replied|met (?:the |all )?(?:inclusion|eligibility|entry|study)) "
)
_RECEIVED = re.compile(rf"(?: [a-z]+)?{_HAD}")
_ASK = (
    r"(?:approached|asked|assessed|contacted|eligible|evaluated for|identified|interest|interested|invited|mailed|"
    r"opened|planned|potential|referred|registered|responded|reviewed|screened|searched)"
)
_OF_ASKED = re.compile(rf"(?: \([\d.]+ ?%\))? (?:out )?of (?:the )?[0-9a-z -]{{1,40}}?\b{_ASK}\b")
_ASKED_FIRST = re.compile(rf"(?:[0-9]+,[0-9]+)?[^,.;]{{0,60}}\b{_ASK}\b[^,.;]{{0,40}}, (?:only )?")
_ASKING = ("screened ", "approached ", "contacted ", "invited ")
_WERE_ASKED = re.compile(
    r"(?: \([^()]*\))? (?:were |was |had been )?(?:initially )?"
    r"(?:approached|assessed for|contacted|invited|screened|searched|reviewed)\b"
)
_BEFORE = frozenset(("d ", "e ", "f "))
_AFTER = frozenset((" (", " a", " c", " h", " i", " s", " w"))
_ONLY_ASKED = 0.35


def is_asked(text: str, part: tuple[int, int], whole_start: int, end: int) -> bool:
    """Whether a share, and not the larger number after it, took part: 'randomized 246 of 302 eligible women'."""
    return bool(
        whole_start - part[1] <= 22
        and _OF_ASKED.match(text, part[1], end)
        and (_THEN_JOINED.search(text, max(0, part[0] - 40), part[0]) or _JOINED.match(text, end))
    )


def of_the_asked(doc: Document, counts: list[Count]) -> list[Count]:
    """Return `counts` with those who joined as sure as all who were asked, and these as no total."""
    text = doc.lower
    for at, count in enumerate(counts):
        ending = text[count.start - 2 : count.start]
        if ending not in _BEFORE and text[count.end : count.end + 2] not in _AFTER:
            continue  # most counts; the expressions are slower
        said = _after_clause(doc, count, counts) if ending in ("f ", "e ") else None
        asking = ending == "d " and text.endswith(_ASKING, 0, count.start)
        if not said and (asking or _WERE_ASKED.match(text, count.end)):
            said = _after_asked(doc, count)
        if not said or said[2] >= count.n:
            continue
        start, end, n = said
        named = [other for other in counts if other.start == start]
        joined = named[0] if named else weigh(doc, n, start, end, "those")
        joined = joined._replace(score=max(joined.score, count.score), part=False)
        asked = count._replace(score=count.score - _ONLY_ASKED, part=True)
        return [joined, *counts[:at], asked, *[other for other in counts[at + 1 :] if other not in named]]
    return counts


def _after_clause(doc: Document, count: Count, counts: list[Count]) -> tuple[int, int, int] | None:
    """(start, end, value) of those who joined after 'of 655 people who opened the link, '."""
    text = doc.lower
    first, last = doc.bounds(count.sentence)
    if count.start - first > 20 or not text.endswith(("of ", "of the "), 0, count.start):
        return None
    clause = _ASKED_FIRST.match(text, count.start, last)
    said = number_starting(doc, clause.end()) if clause else None
    if not clause or not said:
        return None
    ends = [other.end for other in counts if other.start == clause.end()]
    return (clause.end(), *said) if _GAVE.match(text, ends[0] if ends else said[0]) else None


def _after_asked(doc: Document, count: Count) -> tuple[int, int, int] | None:
    """(start, end, value) of those who joined in the rest of the sentence: 'and enrolled 18', ', 18 enrolled'."""
    text = doc.lower
    last = doc.bounds(count.sentence)[1]
    numbers = [(match.start(), match.end(), value_of(match[0])) for match in DIGITS.finditer(text, count.end, last)]
    spelled = doc.hits.get("number", ())
    numbers += [(start, end, int(value)) for start, end, value in spelled if count.end < start < last]
    for start, end, n in sorted(numbers):
        if (
            _JOINED.match(text, end)
            or _RECEIVED.match(text, end)
            or _THEN_JOINED.search(text, max(count.end, start - 40), start)
        ):
            return start, end, n
    return None
