"""Numbers that stand with people and are not those of the study, and numbers that a text corrects or goes on from.

How many fall ill in a country, how many must be treated for one to be helped, and by how much a score fell 'in
patients', count nobody who took part. What the text itself makes more exact, or adds to, is read as it says.
"""

import re
from itertools import pairwise

from ingest.tagging.count_weight import Count, weigh
from ingest.tagging.document import Document
from ingest.tagging.whole_numbers import value_of

_NUMBER = r"([1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]*)"
_FALL_ILL = re.compile(
    r"\b(?:affect(?:s|ed|ing)?|afflict(?:s|ed|ing)?|claim(?:s|ed|ing)?|kill(?:s|ed|ing)?|strikes?|burdens?|"
    r"die by|deaths of|prevalence of|incidence of|estimated)(?: (?:an estimated|about|around|more than|over|nearly|"
    r"approximately|some|up to|every|each|year|at least))* $"
)
_EVERYWHERE = re.compile(
    r"(?: [a-z-]+){0,2}? (?:worldwide|globally|annually|(?:a|per) year|(?:around|in|across) the world|"
    r"in the general population|nationwide|inhabitants)\b"
)
_TO_TREAT = re.compile(r"\b(?:numbers? needed to (?:treat|harm|benefit)|nnts?|nnhs?)\b[^.;]{0,30}$")
_EXACTLY = re.compile(rf",? ?\(?(?:exactly|precisely|to be exact|in fact|actually):?,? (?:n ?= ?)?{_NUMBER}\b")
_OF_ALL = re.compile(
    rf" (?:\([^()]*\) )?(?:out )?of (?:the |all )?{_NUMBER}"
    r"(?![0-9%/.,:-]*[0-9]| ?%)(?! [a-z]+ (?:sessions|visits)\b)"
)
_FURTHER = re.compile(r"\b(?:a further|an additional|another|and additional|a second group of|further) $")
_LEFT_OUT = re.compile(
    r"(?: [a-z-]+){0,3}? (?:(?:was|were|had been) )?(?:excluded|declined|refused|withdr[ae]w\w*|dropped|lost|"
    r"discontinued|did not|dropouts|will)\b"
)
_SIZES = re.compile(
    r"[(\[]n ?= ?(\d{1,4}),? (?!each)[a-z][a-z /-]{2,40}[,;] (?:and )?n ?= ?(\d{1,4}),? [a-z][a-z /-]{2,40}"
    r"(?:[,;] (?:and )?n ?= ?(\d{1,4}),? [a-z][a-z /-]{2,40})?[)\]]"
)
_SAID_WHOLE = 0.3
_MOST_UNEQUAL = 100


def of_the_study(doc: Document, counts: list[Count]) -> list[Count]:
    """Return `counts` in the order of the text: without those of nobody studied, and as the text corrects them."""
    kept = [count for count in counts if not _counts_others(doc.lower, count)]
    kept = [_as_corrected(doc.lower, count) for count in kept]
    for (start, end, n), noun in [
        *((whole, "those") for whole in _wholes(doc, kept)), *((groups, "N") for groups in _sized_groups(doc, kept))
    ]:  # fmt: skip
        said = weigh(doc, n, start, end, noun)
        kept = [count for count in kept if count.end <= start or count.start >= end]
        kept.append(said._replace(score=said.score + _SAID_WHOLE))
    kept.sort(key=lambda count: count.start)
    return _with_further(doc, kept)


def _counts_others(text: str, count: Count) -> bool:
    """Whether a number counts the ill of a country, or those to be treated for one to be helped."""
    before = text[max(0, count.start - 60) : count.start]
    return bool(
        _FALL_ILL.search(before) or _TO_TREAT.search(before) or (count.n >= 1000 and _EVERYWHERE.match(text, count.end))
    )


def _as_corrected(text: str, count: Count) -> Count:
    """'Nearly 300 patients (exactly 297)': 297."""
    exact = _EXACTLY.match(text, count.end)
    return count._replace(n=value_of(exact[1]), end=exact.end(1)) if exact else count


def _wholes(doc: Document, counts: list[Count]) -> list[tuple[int, int, int]]:
    """(start, end, value) of the whole in '10 patients of 40 remitted'."""
    known = {count.start for count in counts}
    return [
        (match.start(1), match.end(1), value_of(match[1]))
        for count in counts
        if count.form != "n=" and (match := _OF_ALL.match(doc.lower, count.end))
        and value_of(match[1]) > count.n and match.start(1) not in known and not 1900 <= value_of(match[1]) <= 2100
    ]  # fmt: skip


def _sized_groups(doc: Document, counts: list[Count]) -> list[tuple[int, int, int]]:
    """(start, end, sum) of '(n = 20 ketamine, n = 21 placebo)', where the sentence counts nobody else."""
    if "n =" not in doc.lower and "n=" not in doc.lower:
        return []
    return [
        (match.start(), match.end(), sum(int(size) for size in match.groups() if size))
        for match in _SIZES.finditer(doc.lower)
        if not any(
            count.sentence == doc.sentence(match.start()) and (count.end <= match.start() or count.start >= match.end())
            for count in counts
        )
    ]


def _with_further(doc: Document, counts: list[Count]) -> list[Count]:
    """'Given to 3 patients; a further 5 patients had saline': a count of 8, as sure as the first."""
    for one, other in pairwise(counts):
        if (
            0 <= other.sentence - one.sentence <= 1
            and _FURTHER.search(doc.lower, max(0, other.start - 30), other.start)
            and not _LEFT_OUT.match(doc.lower, other.end)
            and not one.part
        ):
            both = one._replace(n=one.n + other.n, end=other.end, score=max(one.score, other.score) + 0.05)
            return [both, *(count for count in counts if count is not one and count is not other)]
    return counts


def of_one_study(one: int, other: int) -> bool:
    """Whether two numbers can be groups of one study: nobody sets 400 patients beside 800,000 and adds them up."""
    return max(one, other) <= _MOST_UNEQUAL * max(1, min(one, other))
