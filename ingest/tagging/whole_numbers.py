"""Whole numbers, in digits and words, and whether one belongs to the noun after it."""

import re

from ingest.tagging.document import Document
from ingest.tagging.lexicon import RAISED, Hit, word_set

GAP = 70
# '[0-9][0-9]*', not '[0-9]+': the regular expression machine leaps to the first of a set, not to the first repetition
_TEN = r"(?<=10)(?<![0-9]10)"
POWER = rf"(?:{_TEN}[\xb9\xb2\xb3](?![\xb9\xb2\xb3{RAISED}]))?"
"""What makes ten a power of it: 10² is 100. After any other number, what is raised is a mark: '12³ patients' are 12."""
NO_NUMBER = rf"[0-9%^\xbc-\xbe]|{_TEN}[\xb9\xb2\xb3{RAISED}]| ?[x*\xd7] ?10[\xb9\xb2\xb3{RAISED}^]"
"""What cannot follow a whole number of people: a fraction, the exponent of a power that counts none (10⁶, 10⁻³), a
power that it is the factor of (5 × 10³)."""
DIGITS = re.compile(
    rf"[0-9][0-9]*(?:,[0-9]{{3}})*(?: [0-9]{{3}}(?= [a-z]))*{POWER}"
    rf"(?!{NO_NUMBER}|/|[.,:][0-9]| ?%|-?(?:th|st|nd|rd)\b)"
)
_GLUED = frozenset("0123456789.,/:-^abcdefghijklmnopqrstuvwxyz")
# Between a number and its noun only describing words may stand: no unit, no verb, no other clause.
_BREAK_SIGNS = re.compile(r"[;:=%?\n\[\]()]")
_BREAK_POINT = re.compile(r"\.\s|\d\.\d")
_BREAK_WORDS = word_set(
    "million billion thousand percent after arm arms articles at between by center centers centre centres compared "
    "countries day days dose doses "
    "during experiment experiments for from g group groups h had hospitals hour hours hr hrs hz in infusion "
    "infusions item items kg mg min minute minutes ml month months ng on or per phase pills placebo point points "
    "rcts session sessions sites studies study tablet tablets tesla than that times to trials version versus vs "
    "was we week weeks were which with year years yr yrs"
)
BRACKETED = re.compile(r" ?\([^()]*\)")
"""What stands in brackets belongs to the words before: '33 patients (aged 27.3, 63% male)'."""
_LIMITS = ("<", ">", "< ", "> ", "<=", ">=", "<= ", ">= ", "?", " 1:", " 1: ", " 1 in ")
"""Before a number that counts nobody: 'centres with >100 patients' (a sign outside Latin-1 reads '?'), 'one in'."""
_BEFORE_LIMIT = frozenset("<>=?:n")
_EXPONENTS = {"\xb9": 1, "\xb2": 2, "\xb3": 3}
_TIMES = frozenset("x*\xd7")
_TYPE = re.compile(r" type (?:[12]|i{1,2})\b")
"""Of diabetes: no number of its own, and no other clause."""
_AGE = re.compile(
    r"(?<! to)(?<! and)(?<!-) \d{1,2}(?:(?: ?- ?| to | and )\d{1,2})?[- ]?(?:year|yr|month|week)s?[- ]olds?\b"
)
"""An age that describes: '1200 9-11-year-old children'; what it ends, 'from 6 to 9-year-old', counts nobody."""
_POINT = re.compile(r"[a-z]{2}\.")
"""The end of a sentence with no space after it: 'the study.740 patients'."""
_TO_SPACES = str.maketrans("(),/", "    ")
_COMPOUND = re.compile(r"(?<=[a-z])-[a-z-]+|\bplacebo-[a-z-]+")
"""What a word is made into: 'depressed-phase', 'past-year' and 'on-line' describe as one word."""


def numbers_before(doc: Document, nouns: list[Hit], *, cued: bool = False) -> list[tuple[int, int, int]]:
    """Whole numbers, in digits and words, wherever one could count such nouns: (start, end, value) in order.

    With `cued`, also those that stand with 'total of', 'were randomized' and the like.
    """
    text = doc.lower
    reaches = [(start - GAP if start > GAP else 0, start) for start, _, _ in nouns]
    for start, end, cue in doc.hits.get("count", ()) if cued else ():
        if cue == "randomized" and text[start] == "w":
            reaches.append((max(start - 45, 0), start))  # '79 met the criteria and were randomized'
        elif cue in ("randomized", "enrolled"):
            reaches.append((start - 14, start) if text[start] == "w" else (end, end + 14))
        elif cue == "total":
            reaches.append((end, end + 16))
    found = [(start, end, int(value)) for start, end, value in doc.hits.get("number", ())]
    if found and " thousand" in text:
        found = _with_thousands(text, found)
    for first, last in _merged(reaches):
        for match in DIGITS.finditer(text, first, last + 16):
            start = match.start()
            if start >= last:
                break
            sign = text[start - 1]
            if sign == " ":
                sign = text[start - 2]
            elif sign in _GLUED and not (sign == "." and _POINT.match(text, start - 3)):
                continue
            if sign in _BEFORE_LIMIT and text.endswith(_LIMITS, 0, start):
                continue
            if sign in _TIMES and match[0][-1] in _EXPONENTS:
                continue  # 5 × 10³ is another number than 10³
            found.append((start, match.end(), value_of(match[0])))
    found.sort()
    return found


def value_of(digits: str) -> int:
    """The number that digits say, in groups or not: '1,050', '1 050'; or as a power of ten: '10³'."""
    if digits[-1] in _EXPONENTS:
        power: int = 10 ** _EXPONENTS[digits[-1]]
        return power
    return int(digits.replace(",", "").replace(" ", ""))


def _with_thousands(text: str, spelled: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Spelled numbers with their thousands: 'two thousand four hundred and six' is one number."""
    found: list[tuple[int, int, int]] = []
    for start, end, value in spelled:
        if found and found[-1][2] % 1000 == 0 and text[found[-1][1] : start] in (" ", " and ", ", "):
            found[-1] = (found[-1][0], end, found[-1][2] + value)
        elif text.startswith(" thousand", end):
            found.append((start, end + 9, value * 1000))
        else:
            found.append((start, end, value))
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
    if "(" in gap:
        gap = BRACKETED.sub("", gap)
    if "old" in gap:
        gap = _AGE.sub("", gap)
    if " type " in gap:
        gap = _TYPE.sub("", gap)
    if _BREAK_SIGNS.search(gap) or ("." in gap and _BREAK_POINT.search(gap)):
        return True
    if "-" in gap:
        gap = _COMPOUND.sub("", gap).replace("-", " ")
    words = gap.translate(_TO_SPACES).split()
    return not _BREAK_WORDS.isdisjoint(words) and any(
        word in _BREAK_WORDS and not _describes(word, words[at - 1 : at], words[at + 1 : at + 2])
        for at, word in enumerate(words)
    )


def _describes(word: str, before: list[str], after: list[str]) -> bool:
    """Whether a word that parts is a part of a description here: 'past-year users', 'ecstasy or cocaine users'."""
    if word == "or":
        return bool(before) and after[:1] not in (["more"], ["fewer"], ["less"], ["older"], ["younger"])
    return word.startswith("year") and before in (["past"], ["last"])
