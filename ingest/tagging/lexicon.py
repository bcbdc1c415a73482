"""Finds every literal of every rule in one pass.

Rules are written as small readable patterns. Each is expanded into the finite set of literals it stands for, and one
Aho-Corasick automaton looks for all of them at once in *folded* text: lower case, one byte a character, everything
but letters and digits a space. Because words are then set apart by single spaces, a literal padded with a space on
each side can only match whole words, hyphens and typographic dashes need no rule of their own ('double-blind',
'double‐blind' and 'double blind' are one), and 'i.v.' reads 'i v'.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

Hit = tuple[int, int, str]
"""(start, end, value): offsets into the text that was folded."""

_ACCENTS = str.maketrans("àáâãäåçèéêëìíîïñòóôõöùúûüýÿ", "aaaaaaceeeeiiiinooooouuuuyy")


def _byte_tables() -> tuple[bytes, bytes]:
    """Translation tables over Latin-1: `fold` keeps letters and digits only, `lower` keeps punctuation too."""
    fold = bytearray(b" " * 256)
    lower = bytearray(range(256))
    for code in range(256):
        small = chr(code).lower().translate(_ACCENTS)
        if len(small) == 1 and ord(small) < 128:
            lower[code] = ord(small)
            if small.isalnum():
                fold[code] = ord(small)
    for code, plain in ((0xB5, "u"), (0xB7, "."), (0xA0, " ")):  # micro sign, the Lancet's decimal point, hard space
        lower[code] = ord(plain)
    fold[0xB5] = ord("u")
    return bytes(fold), bytes(lower)


_FOLD, _LOWER = _byte_tables()


def fold(text: str) -> bytes:
    """Return `text` folded, with one space added at each end; character i of the text is byte i + 1.

    Characters outside Latin-1 (typographic dashes, Greek, Chinese) become spaces: no rule is written in them.
    """
    return b" " + text.encode("latin-1", "replace").translate(_FOLD) + b" "


RAISED = "\xb4"
"""In `lower_ascii`, a raised character: an exponent of 0 or from 4, its sign, or a part of a mark."""
_PLAIN = tuple(
    (chr(code), plain)
    for plain, codes in ((" ", (0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200A, 0x202F)),
                         ("-", (0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2212)), ("'", (0x2018, 0x2019)),
                         ("u", (0x3BC,)), ("/", (0x2044,)),
                         (RAISED, (0x2070, *range(0x2074, 0x2080))))
    for code in codes
)  # fmt: skip
"""Typographic spaces, dashes, quotes and the Greek mu, each for one plain character: 'n = 25' is printed with any.
Raised characters outside Latin-1 (which has ¹, ² and ³) are all one: what exponent they are is not asked."""


def lower_ascii(text: str) -> str:
    """Return `text` in lower case, punctuation kept, the same length; a character outside Latin-1 becomes '?'."""
    if text.isascii():
        return text.lower()
    for char, plain in _PLAIN:
        text = text.replace(char, plain)
    return text.encode("latin-1", "replace").translate(_LOWER).decode("latin-1")


def word_set(words: str) -> frozenset[str]:
    """Return a set of words written as one line of prose: long lists stay readable."""
    return frozenset(words.split())


_PLAIN_RUN = re.compile(r"[^|()\[?*+.{}\\^$]+(?!\?)|[^|()\[?*+.{}\\^$]")
"""Characters that stand for themselves; one that may be left out ('x?') by itself."""


def expand(pattern: str) -> frozenset[str]:
    """Return every literal that `pattern` stands for.

    The notation is a finite part of regular expressions: `(a|b)` alternatives, `x?` and `(ab)?` optional,
    `[sz]` or `[2-9]` one of these characters. Raises ValueError for brackets left open and for any other notation.
    """
    literals, rest = _alternatives(pattern, 0, top=True)
    if rest != len(pattern):
        raise ValueError(f"rule pattern {pattern!r}: unbalanced ')' at character {rest}")
    return frozenset(" ".join(literal.split()) for literal in literals) - {""}


def _alternatives(pattern: str, at: int, *, top: bool = False) -> tuple[set[str], int]:
    done: set[str] = set()
    branch = {""}
    while at < len(pattern):
        char = pattern[at]
        if char == "|":
            done |= branch
            branch = {""}
            at += 1
            continue
        if char == ")":
            break
        if char == "(":
            piece, at = _alternatives(pattern, at + 1)
            if at >= len(pattern):
                raise ValueError(f"rule pattern {pattern!r}: '(' is never closed")
            at += 1
        elif char == "[":
            close = pattern.find("]", at)
            if close < 0:
                raise ValueError(f"rule pattern {pattern!r}: '[' is never closed")
            piece, at = _letters(pattern[at + 1 : close]), close + 1
        elif plain := _PLAIN_RUN.match(pattern, at):
            piece, at = {plain[0]}, plain.end()
        else:
            raise ValueError(f"rule pattern {pattern!r}: {char!r} is not part of the notation")
        if at < len(pattern) and pattern[at] == "?":
            piece, at = piece | {""}, at + 1
        branch = {head + tail for head in branch for tail in piece}
    if at >= len(pattern) and not top:
        raise ValueError(f"rule pattern {pattern!r}: '(' is never closed")
    return done | branch, at


def _letters(inside: str) -> set[str]:
    """The characters of '[sz]' or of a range, '[2-9]'."""
    if len(inside) == 3 and inside[1] == "-":
        return {chr(code) for code in range(ord(inside[0]), ord(inside[2]) + 1)}
    return set(inside)


@dataclass(frozen=True, slots=True)
class Rule:
    """`pattern` says `value` of `kind`. An empty value is a guard: longer than a rule it contains, it silences it."""

    kind: str
    value: str
    pattern: str


class Lexicon:
    """All rules in one automaton."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        meanings: dict[bytes, list[tuple[str, str]]] = {}
        for rule in rules:
            meaning = (rule.kind, rule.value)
            for literal in sorted(expand(rule.pattern)):
                known = meanings.setdefault(fold(literal), [])
                if meaning not in known:
                    known.append(meaning)
        literals = [literal for literal in meanings if literal.strip()]
        # literals that mean the same share one tuple: some hundreds stay in the processor's cache, not 16,000
        shared: dict[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]] = {}
        self._meanings = [shared.setdefault(known, known) for known in [tuple(meanings[one]) for one in literals]]
        self._guarded = {kind for known in self._meanings for kind, value in known if not value}
        self._automaton = BytesAhoCorasick(
            literals,
            matchkind=MatchKind.Standard,
            implementation=Implementation.ContiguousNFA,  # a tenth of the DFA's memory, and quicker for it
        )

    def matches(self, text: str) -> Iterator[tuple[int, int, str, str]]:
        """Yield (start, end, kind, value) of every literal found, overlapping ones too, by end."""
        for index, start, end in self._automaton.find_matches_as_indexes(fold(text), overlapping=True):
            for kind, value in self._meanings[index]:
                yield start, end - 2, kind, value

    def hits(self, text: str) -> dict[str, list[Hit]]:
        """Return the hits of each kind in order: of overlapping hits of one kind the longest counts.

        Guards have done their work and are left out.
        """
        found: dict[str, list[Hit]] = {}
        meanings = self._meanings
        for index, start, end in self._automaton.find_matches_as_indexes(fold(text), overlapping=True):
            end -= 2
            for kind, value in meanings[index]:
                if kind not in found:
                    found[kind] = [(start, end, value)]
                elif (kept := found[kind])[-1][1] <= start:
                    kept.append((start, end, value))
                else:
                    _settle(kept, start, end, value)
        for kind in self._guarded.intersection(found):
            found[kind] = [hit for hit in found[kind] if hit[2]]
        return found


def _settle(kept: list[Hit], start: int, end: int, value: str) -> None:
    """Take an overlapping match into `kept`: matches come by their end, so one that starts no later is the longer."""
    while kept:
        last_start, last_end, _ = kept[-1]
        if last_start < start or (last_start == start and last_end == end):
            if last_end <= start or last_start == start:
                break
            return
        kept.pop()
    kept.append((start, end, value))
