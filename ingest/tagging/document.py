"""A record as the rules read it: title and abstract as one text, cut into sentences, each sentence in a zone."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

from ingest.tagging.lexicon import Hit, Lexicon, lower_ascii, word_set
from ingest.tagging.model import Tag
from records.record import Record, Section
from records.sections import category_of, split_sections

TITLE, BACKGROUND, OBJECTIVE, METHODS, RESULTS, CONCLUSIONS, OTHER = (
    "title", "background", "objective", "methods", "results", "conclusions", "other",
)  # fmt: skip
_ZONE = {
    "BACKGROUND": BACKGROUND,
    "OBJECTIVE": OBJECTIVE,
    "METHODS": METHODS,
    "RESULTS": RESULTS,
    "CONCLUSIONS": CONCLUSIONS,
    "REGISTRATION": OTHER,
}
# The common end of a sentence, a point and a space, is looked for as plain text. The others are rare: their regular
# expressions run only in texts that have the sign, and one character is found ten times as fast as two.
_OPENING = frozenset(chr(code) for code in range(0xC0, 0xDF)) | frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789\"'([\u201c<>\u2265\u2264"
)
_BEGINNING = r"\s*(?=[A-Z0-9\"'(\[\u201c<>\u2265\u2264\u00c0-\u00de])"
_BLANKS = re.compile(_BEGINNING)
_RARER_ENDS = [
    (sign, re.compile(re.escape(mark) + _BEGINNING))
    for sign, mark in (("\t", ".\t"), ("?", "? "), ("!", "! "), (".)", ".) "), ("]", ".] "), ('"', '." '),
                       ("\u00a0", ".\u00a0"))
] + [("\n", re.compile(r"\n\s*(?=\S)"))]  # fmt: skip
_SHORT_FORMS = word_set("vs e.g i.e cf al approx dr no fig st mr mrs resp i.v i.m i.n p.o s.c s.l i.p b.i.d u.s")


@dataclass(slots=True)
class Document:
    """What one record says, ready for the rules. Offsets are into `text`: the title, two line breaks, the abstract."""

    record: Record
    text: str
    lower: str
    abstract_at: int
    hits: dict[str, list[Hit]]
    starts: list[int]
    """Where each sentence starts; the first is the title."""
    zones: list[str]
    sections: tuple[Section, ...]
    tags: list[Tag] = field(default_factory=list)

    @property
    def structured(self) -> bool:
        """Whether the abstract has labelled parts."""
        return bool(self.sections)

    def sentence(self, position: int) -> int:
        """Return the number of the sentence that `position` is in."""
        return bisect_right(self.starts, position) - 1

    def zone(self, position: int) -> str:
        """Return the zone of the sentence that `position` is in."""
        return self.zones[bisect_right(self.starts, position) - 1]

    def zones_of(self, hits: Iterable[Hit]) -> list[str]:
        """Return the zone of the sentence that each hit starts in."""
        zones, starts = self.zones, self.starts
        return [zones[bisect_right(starts, start) - 1] for start, _, _ in hits]

    def bounds(self, sentence: int) -> tuple[int, int]:
        """Return (start, end) of a sentence."""
        end = self.starts[sentence + 1] if sentence + 1 < len(self.starts) else len(self.text)
        return self.starts[sentence], end

    def opening(self) -> tuple[int, int]:
        """Return (start, end) of the title, or of the first sentence when there is no title."""
        title = len(self.record.title)
        return (0, title) if title else self.bounds(1)

    def add(self, facet: str, value: str, start: int, end: int, rule: str, confidence: float, role: str = "") -> None:
        """Keep a tag whose words are `text[start:end]`."""
        field, offset = ("title", 0) if start < self.abstract_at else ("abstract", self.abstract_at)
        quote = self.text[start:end]
        self.tags.append(Tag(facet, value, role, "text", rule, field, start - offset, end - offset, quote, confidence))


def read(record: Record, lexicon: Lexicon) -> Document:
    """Return `record` cut into sentences and zones, with every hit of the lexicon."""
    # two line breaks fold into two spaces, which no literal holds: none can run from the title into the abstract
    text = f"{record.title}\n\n{record.abstract}"
    abstract_at = len(record.title) + 2
    hits = lexicon.hits(text)
    starts = [0, *_sentence_starts(text, abstract_at)]
    sections = record.sections or split_sections(record.abstract)
    zones = [TITLE]
    if sections:
        spans = [(abstract_at + section.start, _ZONE.get(_category(section), OTHER)) for section in sections]
        section_starts = [start for start, _ in spans]
        for end in (*starts[2:], len(text)):
            # the label itself stands before the section's start: the sentence belongs where its end is
            index = bisect_right(section_starts, end - 1) - 1
            zones.append(spans[index][1] if index >= 0 else BACKGROUND)
        if zones.count(OTHER) == len(zones) - 1:
            sections = ()
    if not sections:
        zones = [TITLE, *_zones_by_words(hits.get("cue", ()), starts)]
    return Document(record, text, lower_ascii(text), abstract_at, hits, starts, zones, sections)


def _sentence_starts(text: str, first: int) -> list[int]:
    """Return where each sentence from `first` on starts: after a closing mark, before a capital, figure or bracket."""
    starts = {first}
    at = text.find(". ", first)
    while at >= 0:
        start = at + 2
        if text[start : start + 1] not in _OPENING:
            blanks = _BLANKS.match(text, start)
            start = blanks.end() if blanks else 0
        if start:
            word_at = text.rfind(" ", first, at)
            if word_at < at - 6 or word_at < 0 or not _is_short_form(text[word_at + 1 : at]):
                starts.add(start)
        at = text.find(". ", at + 2)
    for sign, ending in _RARER_ENDS:
        if text.find(sign, first) >= 0:
            starts.update(match.end() for match in ending.finditer(text, first))
    return sorted(starts)


def _is_short_form(word: str) -> bool:
    """Whether a point after the word belongs to it: 'vs.', 'i.v.', 'et al.', an initial."""
    word = word.lstrip("([").lower()
    return word in _SHORT_FORMS or (len(word) == 1 and word.isalpha())


def _category(section: Section) -> str:
    known = section.category in _ZONE
    return section.category if known else category_of(section.label)


def _zones_by_words(cues: list[Hit] | tuple[()], starts: list[int]) -> list[str]:
    """Return a zone for each sentence of an abstract without labels.

    The order is nearly always background, aim, methods, results, conclusion; words such as 'we investigated' or
    'were enrolled' mark where each begins, and a zone never goes back to the background once the aim is stated.
    """
    count = len(starts) - 1
    marks: dict[int, set[str]] = {}
    for start, _, value in cues:
        marks.setdefault(bisect_right(starts, start) - 2, set()).add(value)
    zones = []
    current = BACKGROUND
    for number in range(count):
        mark = marks.get(number)
        if mark and current != CONCLUSIONS:
            if CONCLUSIONS in mark and number > 0 and number >= count // 2:
                current = CONCLUSIONS
            elif METHODS in mark and current != RESULTS:
                current = METHODS
            elif RESULTS in mark and (current in (METHODS, OBJECTIVE) or number >= count // 2):
                current = RESULTS
            elif OBJECTIVE in mark and current == BACKGROUND:
                current = OBJECTIVE
        zones.append(current)
    if zones.count(BACKGROUND) == count:
        return [METHODS] * count  # nothing to go by: read it all
    return zones
