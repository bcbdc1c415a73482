"""A pasted list of references → one string a reference: by its layout first, and only then by its words.

What a layout shows is trusted in this order: numbers that count up at the beginning of lines (also alone on a line,
glued to the first name, or run together in a paragraph), bullets, hanging or first-line indents, empty lines. Without
these a line begins a reference if the one before is complete (it has a year and a place in a volume, or an identifier)
and the line begins as names or titles of references do; semicolons part references that share a paragraph.
"""

import re
from collections import Counter
from collections.abc import Sequence

_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d\d[a-z]?(?!\d)")
_HEADING = re.compile(
    r"^\W*(?:\d+\.?\s*)?(?:references?|bibliography|literature(?: cited)?|works cited|literatur(?:verzeichnis)?)\W*$",
    re.IGNORECASE,
)
_PARTICLE = r"(?:van|von|der|den|de|del|della|di|da|dos|du|la|le|ten|ter|el|al|bin|ibn|st\.?|mc|o['’])"
_PAGE_MARK = re.compile(r"^\s*(?:page\s+\d+(?:\s+of\s+\d+)?|\d+\s*/\s*\d+|-\s*\d+\s*-)\s*$", re.IGNORECASE)
_BULLET = re.compile(r"^\s*[-*•·‣–]\s+")
_MARKER = re.compile(
    rf"^\s*(?:\[(\d{{1,3}})\]|\((\d{{1,3}})\)|(\d{{1,3}})\s?[.):]|(\d{{1,3}})(?=\s|[A-ZÀ-Þ“\"']|{_PARTICLE} [A-ZÀ-Þ]))"
    r"\s*(?=[^\W\d_]|[“\"'\[‘«])"
)
_ALONE = re.compile(r"^\s*[\[(]?(\d{1,3})[\].):]*\s*$")
_INLINE = re.compile(
    rf"(?:(?<=[\s.;])|^)(?:\[(\d{{1,3}})\]|\((\d{{1,3}})\)|(\d{{1,3}})\.)\s+(?=[A-ZÀ-Þ“\"']|{_PARTICLE} [A-ZÀ-Þ])"
)
_PLACE = re.compile(
    r"\d\s*(?:\([^)]{1,20}\))?\s*[:,]\s*(?:pp?\.?\s*|e|[A-Z])?\d+|\bpp?\.\s*\d+|\be\d{3,}\b|\b10\.\d{4,9}/\S|"
    r"\bPMID\b|\bPMC\d|https?://"
)
_ONLY_IDENTIFIERS = re.compile(
    r"^\s*(?:(?:doi|pmid|pmcid)\s*:?\s*)?(?:https?://|10\.\d{4,9}/|PMC?\d|\d{7,8}\b)|"
    r"^\s*(?:doi|pmid|pmcid|available|accessed|epub|url)\b",
    re.IGNORECASE,
)
_NAME = r"[A-ZÀ-ÞŁŠŽ][\w'’\-]*"
_BEGINS = re.compile(
    rf"^\W*(?:{_PARTICLE}[ \-])*{_NAME}(?:[ \-](?:{_PARTICLE}[ \-])?{_NAME}){{0,3}}"
    r"(?:,? (?:[A-ZÀ-Þ]\.?[ \-]?){1,4}(?=[,;.&:(]|\s|$)|,\s[A-ZÀ-Þ][\w’'\-]+|,? et al|,? and |,? & |\.\s|"
    r"\s*\((?:1[89]|20)\d\d)",
)
"""Surname and initials, 'Surname, Given', a surname and 'et al', a group before its year or point."""
_PARTICLE_FIRST = re.compile(rf"^\s*(?:{_PARTICLE}[ \-])+{_NAME},? [A-ZÀ-Þ]")
_GOES_ON = re.compile(r"^\s*(?:[a-zà-þ&(\d]|[A-Z]{1,3}[,.;]\s)")
_GOES_ON_AFTER = re.compile(r"^\s*(?:available|accessed|epub)\b", re.IGNORECASE)
_SEMICOLONS = re.compile(r";\s+(?=(?:and\s+)?(?:[a-z]{2,3} ){0,2}[A-ZÀ-Þ])")
_ONE_CITED = r"[^();\d]{2,80}?,?\s*(?:1[89]|20)\d\d[a-z]?"
_CITED = re.compile(rf"^\W*\(?({_ONE_CITED}(?:\s*;\s*{_ONE_CITED})+)\)?\W*$")
_PMIDS = re.compile(r"\d{5,8}(?:[\s,;]+\d{5,8})+[\s,;.]*")
_SHORT, _APART = 60, 40
"""Characters: of a scrap of a reference at most, and between two numbers of one paragraph at least."""


def split_references(text: str) -> list[str]:
    """One string a reference, in the order of the text, without its number or bullet."""
    lines = _body(text)
    filled = [line.strip() for line in lines if line.strip()]
    if all(re.fullmatch(r"\d{1,8}", line) for line in filled):
        return filled  # PMIDs, one a line; or nothing at all
    numbered = _by_numbers(lines)
    blocks = numbered or _by_bullets(lines) or _by_indent(lines) or _by_empty_lines(lines) or _by_words(lines)
    found = [" ".join(" ".join(block).split()) for block in blocks]
    parts = [part for whole in found if whole for part in _in_one_paragraph(whole, numbered=bool(numbered))]
    return [part for part in parts if part.strip(" .;,")]


def _body(text: str) -> list[str]:
    """The lines of a list, without headings, marks of pages, and lines that come again on every page."""
    lines = [line.rstrip().expandtabs(4) for line in re.split(r"\r\n|\r|\n|\f|\u2028", text)]
    times = Counter(line.strip() for line in lines if line.strip())
    return [
        line for line in lines
        if not _HEADING.match(line) and not _PAGE_MARK.match(line)
        and not (times[line.strip()] > 2 and len(line) < _SHORT and not re.search(r"\d", line))
    ]  # fmt: skip


def _number(line: str) -> int:
    marker = _MARKER.match(line)
    return int(next(group for group in marker.groups() if group)) if marker else 0


def _alone(line: str) -> int:
    marker = _ALONE.match(line)
    return int(marker[1]) if marker else 0


def _by_numbers(lines: Sequence[str]) -> list[list[str]]:
    """Blocks that begin with numbers counting up one by one; [] where the list is not numbered."""
    first = next((line for line in lines if line.strip()), "")
    last = (_alone(first) or _number(first)) - 1
    if last < 0:
        return []
    blocks: list[list[str]] = []
    for line in lines:
        alone = _alone(line)
        if (alone or _number(line)) == last + 1:
            last += 1
            blocks.append([f"{last}." if alone else line])
        elif blocks:
            blocks[-1].append(line)
    return blocks


def _by_bullets(lines: Sequence[str]) -> list[list[str]]:
    first = next((line for line in lines if line.strip()), "")
    if not _BULLET.match(first):
        return []
    blocks: list[list[str]] = []
    for line in lines:
        if _BULLET.match(line):
            blocks.append([_BULLET.sub("", line, count=1)])
        elif blocks:
            blocks[-1].append(line)
    return blocks


def _by_indent(lines: Sequence[str]) -> list[list[str]]:
    """Blocks whose first lines stand out to the left, or to the right of all others."""
    filled = [line for line in lines if line.strip()]
    indents = [len(line) - len(line.lstrip()) for line in filled]
    if len(set(indents)) != 2 or indents[0] not in set(indents):
        return []
    blocks: list[list[str]] = []
    for line, indent in zip(filled, indents, strict=True):
        if indent == indents[0]:
            blocks.append([line.strip()])
        else:
            blocks[-1].append(line.strip())
    return blocks if sum(len(block) > 1 for block in blocks) >= len(blocks) / 2 else []


def _by_empty_lines(lines: Sequence[str]) -> list[list[str]]:
    """Blocks between empty lines, where these are references: a block that is no whole one belongs to its neighbour."""
    blocks: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    blocks = [block for block in blocks if block]
    if len(blocks) < 2:
        return []
    several = [len(_by_words(block)) for block in blocks]
    if max(several) > 1 and all(len(block) == 1 or number > 1 for block, number in zip(blocks, several, strict=True)):
        return [part for block in blocks for part in _by_words(block)]  # paragraphs of one line each, in groups
    joined: list[list[str]] = []
    for block in blocks:
        if joined and (not _is_complete(" ".join(joined[-1])) or _ONLY_IDENTIFIERS.match(block[0])) and not (
            _BEGINS.match(block[0]) and _YEAR.search(" ".join(joined[-1]))
        ) and (_GOES_ON.match(block[0]) or _ONLY_IDENTIFIERS.match(block[0])):  # fmt: skip
            joined[-1] += block
        else:
            joined.append(list(block))
    return [part for block in joined for part in (_by_words(block) if len(block) > 1 else [block])]


def _by_words(lines: Sequence[str]) -> list[list[str]]:
    """Blocks by their words alone: a line begins a reference when the one before is complete."""
    filled = [line for line in lines if line.strip()]
    each_whole = sum(_is_complete(line) for line in filled) >= 0.8 * len(filled)
    blocks: list[list[str]] = []
    for line in filled:
        if not blocks:
            blocks.append([line])
            continue
        begun = " ".join(blocks[-1])
        begins = bool(_BEGINS.match(line)) and (not _GOES_ON.match(line) or bool(_PARTICLE_FIRST.match(line)))
        short = len(begun) < _SHORT and len(begun.split()) < 8 and not _cut_off(begun)
        if _ONLY_IDENTIFIERS.match(line) and _ONLY_IDENTIFIERS.match(begun) and not _GOES_ON_AFTER.match(line):
            blocks.append([line])  # an identifier a line
        elif _ONLY_IDENTIFIERS.match(line) and not (each_whole and _is_complete(line)) and not short:
            blocks[-1].append(line)
        elif _is_complete(begun) and (begins or each_whole) and not _cut_off(begun):
            blocks.append([line])
        elif short and (_ONLY_IDENTIFIERS.match(line) or not _GOES_ON.match(line)):
            blocks.append([line])  # scraps, one a line: 'Lapidus 2014'
        elif begins and _YEAR.search(begun) and begun.rstrip().endswith(".") and not _cut_off(begun):
            blocks.append([line])
        else:
            blocks[-1].append(line)
    return blocks


def _is_complete(text: str) -> bool:
    """Whether a text has all that a reference needs: a year and a place in a volume, or an identifier."""
    return bool(_PLACE.search(text)) and bool(_YEAR.search(text) or re.search(r"10\.\d{4,9}/|PMID|PMC\d", text))


def _cut_off(text: str) -> bool:
    """Whether a line breaks off: within a word, a range, or a list of names."""
    return bool(re.search(r"(?:[-–,:;&(]|\b(?:and|of|in|the|for|with|a|an|to|vol\.?|no\.?|pp?\.))\s*$", text))


def _in_one_paragraph(text: str, *, numbered: bool) -> list[str]:
    """Cut what runs together: '1. A … 2. B …', 'A 2000;47:351; B 2014;76:970', '(A, 2013; B, 2014)'.

    `numbered`: the text begins with its number.
    """
    if _PMIDS.fullmatch(text):
        return re.findall(r"\d+", text)
    if cited := _CITED.match(text):
        return [part.strip() for part in cited[1].split(";")]
    cuts, last = [0], _number(text) if numbered else 0
    for marker in _INLINE.finditer(text):
        number = int(marker[1] or marker[2] or marker[3])
        far = marker.start() - cuts[-1] > _APART
        if number == last + 1 and (marker.start() == 0 or (last and far)):
            cuts.append(marker.start())
            last += 1
    parts = [text[start:end] for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True)]
    parts = [_MARKER.sub("", part, count=1) if numbered or len(cuts) > 1 else part for part in parts]
    return [piece.strip() for part in parts for piece in _by_semicolons(part)]


def _by_semicolons(text: str) -> list[str]:
    """Parts that are each complete and each begin as a reference does; the whole where they are not."""
    parts = _SEMICOLONS.split(text)
    if len(parts) < 2:
        return [text]
    joined = [parts[0]]
    for part in parts[1:]:
        if _is_complete(joined[-1]) and _BEGINS.match(part) and _YEAR.search(part):
            joined.append(part)
        else:
            joined[-1] += f"; {part}"
    return joined
