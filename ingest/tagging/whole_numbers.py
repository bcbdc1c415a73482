"""Whole numbers, in digits and words, and whether one belongs to the noun after it."""

import re

from ingest.tagging.document import Document
from ingest.tagging.lexicon import Hit, word_set

GAP = 70
# '[0-9][0-9]*', not '[0-9]+': the regular expression machine leaps to the first of a set, not to the first repetition
DIGITS = re.compile(r"[0-9][0-9]*(?:,[0-9]{3})*(?: [0-9]{3}(?= [a-z]))*(?![0-9%/]|[.,:][0-9]| ?%|-?(?:th|st|nd|rd)\b)")
_GLUED = frozenset("0123456789.,/:-abcdefghijklmnopqrstuvwxyz")
# Between a number and its noun only describing words may stand: no unit, no verb, no other clause.
_BREAK_SIGNS = re.compile(r"[;:=%?\n\[\]]")
_BREAK_WORDS = word_set(
    "million billion thousand after arm arms articles at between by center centers centre centres compared countries "
    "day days dose doses "
    "during experiment experiments for from g group groups h had hospitals hour hours hr hrs hz in infusion "
    "infusions item items kg mg min minute minutes ml month months ng or per phase pills placebo point points "
    "rcts session sessions sites studies study tablet tablets tesla than that times to trials version versus vs "
    "was we week weeks were which with year years yr yrs"
)
_TO_SPACES = str.maketrans("-(),/", "     ")


def numbers_before(doc: Document, nouns: list[Hit]) -> list[tuple[int, int, int]]:
    """Whole numbers, in digits and words, wherever one could count such nouns: (start, end, value) in order."""
    text = doc.lower
    reaches = [(max(start - GAP, 0), start) for start, _, _ in nouns]
    for start, end, cue in doc.hits.get("count", ()):
        if cue in ("randomized", "enrolled"):
            reaches.append((start - 14, start) if text[start] == "w" else (end, end + 14))
        elif cue == "total":
            reaches.append((end, end + 16))
    found = [(start, end, int(value)) for start, end, value in doc.hits.get("number", ())]
    for first, last in _merged(reaches):
        for match in DIGITS.finditer(text, first, last + 16):
            start = match.start()
            if start >= last:
                break
            if text[start - 1] not in _GLUED:
                found.append((start, match.end(), int(match[0].replace(",", "").replace(" ", ""))))
    found.sort()
    return found


def _merged(reaches: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The reaches in order; those that meet are one."""
    if not reaches:
        return []
    reaches.sort()
    merged: list[tuple[int, int]] = []
    first, last = reaches[0]
    for start, end in reaches:
        if start > last:
            merged.append((first, last))
            first, last = start, end
        elif end > last:
            last = end
    merged.append((first, last))
    return merged


def breaks(gap: str) -> bool:
    """Whether the words between a number and a noun part them."""
    if _BREAK_SIGNS.search(gap) or ". " in gap or gap.count("(") != gap.count(")"):
        return True
    words = gap.translate(_TO_SPACES).split()
    return not _BREAK_WORDS.isdisjoint(words) and any(
        word in _BREAK_WORDS and not (word.startswith("year") and words[at - 1 : at] in (["past"], ["last"]))
        for at, word in enumerate(words)
    )
