"""The search for a topic's words in the raw bytes of PubMed XML: at the speed of memory, and never a word missed.

It must let through every record that the full test would keep, so it sees what tagging sees: capitals and accents make
no difference, and a record in which a word may be broken (by markup, a character reference, MathML, a comment) is let
through. What it lets through in vain costs time only.
"""

import re
from collections.abc import Iterator

import numpy as np
from ahocorasick_rs import BytesAhoCorasick, MatchKind

from ingest.tagging.lexicon import fold
from ingest.tagging.model import Tagged
from records.mesh import DESCRIPTORS
from topics import Topic

_OWN = b"<MedlineCitation "
_OWN_PMID = re.compile(rb"[^>]*>\s*<PMID[^>]*>\s*(\d{1,8})\s*<")
_MARKUP = (b"<i", b"<b", b"<u", b"<su")
"""No other tag of PubMed's begins with a small letter but MathML's."""
_PLAIN_MARKUP = re.compile(rb"<(i|b|u|sub|sup)>([^<]*)</\1>")
_ODD = (b"&#", b"<!", b"<?", b"mml:", b"DispFormula")
"""What may stand inside a word without being seen: a record with one of them is let through."""
_SMALL = 0x20
"""Bit that makes a capital letter small. It leaves small letters, digits and `-` alone, and turns UTF-8's first byte of
an accented Latin letter from C3 to E3."""


def _accented() -> dict[bytes, list[bytes]]:
    """Plain letter to the accented ones that tagging takes for it, in UTF-8, as they are with `_SMALL`."""
    found: dict[bytes, list[bytes]] = {}
    for code in range(0xC0, 0x100):
        found.setdefault(fold(chr(code))[1:2], []).append(bytes([0xE3, (code - 0x40) | _SMALL]))
    return {plain: sorted(set(letters)) for plain, letters in found.items() if plain != b" "}


_ACCENTED = _accented()


def _accented_beginnings(word: bytes) -> Iterator[bytes]:
    """Yield every way in which `word` can begin, up to its first accented letter, or the letter after an early one."""
    for at in range(len(word)):
        following = word[at + 1 : at + 2]
        for letter in _ACCENTED.get(word[at : at + 1], ()):
            ways = (following, *_ACCENTED.get(following, ())) if at < 2 else (b"",)
            yield from (word[:at] + letter + way for way in ways)


class Prefilter:
    """The topic's words as bytes to be found, and the full test."""

    def __init__(self, topic: Topic) -> None:
        self.topic = topic
        self.words = topic_words(topic)
        accented = {spelling for word in self.words for spelling in _accented_beginnings(word)}
        # two automata are faster than one: the byte E3 that all of the second have is looked for first
        self._spellings = [_automaton(self.words), _automaton(sorted(accented))]
        self._marks = _automaton([_OWN, *_MARKUP, *_ODD])
        uis = re.compile(rb"[cd]\d+")  # stand in attributes, where nothing can break them
        letters = b"".join(word for word in self.words if not uis.fullmatch(word))
        self._letters = frozenset(letters + letters.upper() + bytes(range(0x80, 0x100)))

    def spelled(self, whole: bytes) -> list[int]:
        """Positions at which one of the words stands, however it is spelled."""
        small = np.bitwise_or(np.frombuffer(whole, np.uint8), _SMALL).data
        return [at for automaton in self._spellings for _, at, _ in automaton.find_matches_as_indexes(small)]

    def marks(self, whole: bytes) -> tuple[list[int], list[int]]:
        """Positions at which a record's own citation begins, and those at which a word may stand unseen."""
        own: list[int] = []
        breaks: list[int] = []
        for pattern, start, _ in self._marks.find_matches_as_indexes(whole):
            if pattern == 0:
                own.append(start)
            elif pattern > len(_MARKUP) or self._breaks(whole, start):
                breaks.append(start)
        return own, breaks

    def _breaks(self, whole: bytes, start: int) -> bool:
        """Whether the markup that opens at `start`, or its end, may stand between two letters of one of the words."""
        plain = _PLAIN_MARKUP.match(whole, start)
        if not plain:
            return True
        inside, closing = plain.span(2)
        letters = self._letters
        return (whole[start - 1] in letters and whole[inside] in letters) or (
            whole[closing - 1] in letters and whole[plain.end()] in letters
        )

    def wants(self, tagged: Tagged) -> bool:
        """Whether a record names one of the topic's interventions: in its words, or in its indexing."""
        return any(tag.facet == "intervention" for tag in tagged.tags)


def own_pmid(whole: bytes, start: int) -> int:
    """PMID of the record whose citation begins at `start`; 0 where it cannot be read."""
    found = _OWN_PMID.match(whole, start)
    return int(found[1]) if found else 0


def _automaton(words: list[bytes]) -> BytesAhoCorasick:
    return BytesAhoCorasick(words, matchkind=MatchKind.LeftmostFirst)


def topic_words(topic: Topic) -> list[bytes]:
    """Words of which every record that names one of the topic's interventions has at least one, and MeSH UIs.

    Of each term its longest word; of words that contain each other the shortest. Records from before 2013 have the
    names of headings only, so these are terms, too.
    """
    terms = [term for intervention in topic.vocabulary.interventions for term in intervention.terms]
    uis = {ui for intervention in topic.vocabulary.interventions for ui in intervention.mesh}
    terms += [name for name, ui in DESCRIPTORS.items() if ui in uis]
    words = {max(fold(term).split(), key=len) for term in terms} | {ui.lower().encode() for ui in uis}
    return sorted(word for word in words if not any(other in word for other in words - {word}))
