"""What a document's abbreviations stand for, as it says itself: 'imipramine (IM)', 'internal medicine (IM)'.

A short form in brackets is defined by the words before it if their initials spell it, or if the one word before it has
its letters in order: a strict form of Schwartz and Hearst, A simple algorithm for identifying abbreviation definitions
in biomedical text (2003). What is defined so holds for the whole document.
"""

import re

from ingest.tagging.document import Document
from ingest.tagging.lexicon import Hit, word_set

_SHORT = re.compile(r"\(([A-Z]{2,3})[);,\] -]")
_WORD = re.compile(r"[^\W_]+", re.ASCII)
_LINKS = word_set("a an and for in of on the to with")
"""Words that need no letter in the short form, and begin no long form."""
_REACH = 60
_ACRONYM_GOES_ON = re.compile(r"-[A-Z]{2}")


def long_forms(text: str) -> dict[str, tuple[int, int]]:
    """Return short form → (start, end) of the words that define it, where they stand before it; the first counts."""
    found: dict[str, tuple[int, int]] = {}
    for match in _SHORT.finditer(text):
        if match[1] not in found and (span := _defining(text, match.start(), match[1].lower())):
            found[match[1]] = span
    return found


def _defining(text: str, end: int, short: str) -> tuple[int, int] | None:
    words = [(word.start(), word.end(), word[0].lower()) for word in _WORD.finditer(text, max(0, end - _REACH), end)]
    if not words:
        return None
    start, last, word = words[-1]
    if word[0] == short[0] and word not in _LINKS and _in_order(short, word):
        return start, last
    letters = len(short)
    spelled = ""
    for start, _, word in reversed(words):
        if word in _LINKS:
            continue
        spelled = word[0] + spelled
        if len(spelled) == letters:
            return (start, last) if spelled == short else None
    return None


def _in_order(short: str, word: str) -> bool:
    letters = iter(word)
    return all(letter in letters for letter in short)


def as_defined(doc: Document, hits: list[Hit]) -> list[Hit]:
    """Return hits of one kind without the short forms that this document uses for something else.

    A short form that it defines by the words of a value is that value wherever it stands, in the lexicon or not:
    'intranasal (IN) … IN ketamine'.
    """
    text = doc.text
    defined = long_forms(text)
    if not defined:
        return hits
    means = {
        short: next((value for start, end, value in hits if (start, end) == span), None)
        for short, span in defined.items()
    }
    kept = [
        hit for hit in hits
        if (short := text[hit[0] : hit[1]]) not in means or means[short] is not None
    ]  # fmt: skip
    known = {hit[0] for hit in kept}
    kept += [
        (match.start(), match.end(), value)
        for short, value in means.items() if value
        for match in re.finditer(rf"(?<![\w-]){short}(?!\w)", text)
        if match.start() not in known
    ]  # fmt: skip
    return sorted(kept)


def of_a_longer_acronym(doc: Document, end: int) -> bool:
    """Whether letters go on as an acronym: 'SC-REST' is a trial's name."""
    return bool(_ACRONYM_GOES_ON.match(doc.text, end))
