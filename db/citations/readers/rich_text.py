r"""Rich Text Format (.rtf) → documents: paragraphs, footnotes, and CSL-JSON in fields. RTF specification 1.9.1.

Groups that hold no text (fonts, colours, styles, pictures, `\*` of unknown kind) are passed over.
"""

import json
import re
from dataclasses import dataclass, field

from db.citations.identifiers import identifiers_in
from db.citations.model import Reference
from db.citations.readers.csl import items_of
from db.citations.readers.documents import Document, Paragraph
from db.citations.readers.lists import ReferenceList, Unread
from topics.errors import BadInputError

_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z\r\n])|([{}])|[\r\n]+|([^\\{}\r\n]+)|\\"
)
_NO_TEXT = frozenset(str.split(
    "fonttbl colortbl stylesheet info pict header headerl headerr headerf footer footerl footerr footerf object "
    "listtable listoverridetable rsidtbl themedata colorschememapping datastore latentstyles xmlnstbl generator "
    "annotation filetbl revtbl bkmkstart bkmkend"
))  # fmt: skip
_PARAGRAPH = frozenset(("par", "sect", "page", "row", "column"))
_LETTERS = {
    "tab": " ", "cell": " ", "line": "\n", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“",
    "rdblquote": "”", "bullet": "•", "emspace": " ", "enspace": " ",
}  # fmt: skip
_MOST_DEPTH = 10_000


@dataclass
class _Group:
    """What text of a group becomes part of, and how much stands for a character of Unicode."""

    into: list[str]
    unicode_letters: int = 1
    star: bool = False


@dataclass
class _Parts:
    text: list[str] = field(default_factory=list)
    notes: list[list[str]] = field(default_factory=list)
    instructions: list[list[str]] = field(default_factory=list)


def read_rtf(text: str) -> Document:
    """The paragraphs of an RTF file; `text` is its bytes as Latin-1.

    Raises:
        BadInputError: its groups nest deeper than any program's do.
    """
    parts = _parts(text)
    cited: list[Reference] = []
    unread: list[Unread] = []
    links: list[str] = []
    for instruction in map("".join, parts.instructions):
        if "CSL_CITATION" in instruction:
            found = _from_csl(instruction)
            cited += found.references
            unread += found.unread
        elif link := re.search(r'HYPERLINK\s+"([^"]+)"', instruction):
            links.append(link[1])
    paragraphs = [Paragraph(part) for part in "".join(parts.text).split("\r")]
    named = [link for link in dict.fromkeys(links) if any(True for _ in identifiers_in(f" {link} "))]
    notes = [" ".join("".join(note).split()) for note in parts.notes]
    return Document((*map(Paragraph, named), *paragraphs), tuple(notes), tuple(cited), tuple(unread))


def _parts(text: str) -> _Parts:
    parts, dropped = _Parts(), list[str]()
    page = re.search(r"\\ansicpg(\d+)", text[:500])
    encoding = f"cp{page[1]}" if page and page[1] not in ("0", "65001") else "cp1252"
    group, above, skip = _Group(parts.text), list[_Group](), 0
    for token in _TOKEN.finditer(text):
        word, number, hexadecimal, symbol, brace, letters = token.groups()
        if brace == "{":
            above.append(group)
            group = _Group(group.into, group.unicode_letters)
            if len(above) > _MOST_DEPTH:
                raise BadInputError("RTF: groups within groups without end. Save it again as .docx.")
        elif brace == "}":
            group = above.pop() if above else group
        elif word:
            skip = _word(word, int(number or 0), bool(number), group, parts, dropped) or skip
        elif symbol == "*":
            group.star = True
        else:
            plain = _plain(hexadecimal, symbol, letters, encoding)
            group.into.append(plain[skip:])
            skip = max(0, skip - len(plain))
    return parts


def _plain(hexadecimal: str | None, symbol: str | None, letters: str | None, encoding: str) -> str:
    if hexadecimal:
        try:
            return bytes.fromhex(hexadecimal).decode(encoding, "replace")
        except LookupError:
            return bytes.fromhex(hexadecimal).decode("cp1252", "replace")
    if symbol:
        return {"~": " ", "_": "-", "-": ""}.get(symbol, symbol)
    return letters or ""


def _word(word: str, number: int, numbered: bool, group: _Group, parts: _Parts, dropped: list[str]) -> int:
    """Do what a control word says; how many characters after it stand for the one that it wrote."""
    if word == "u" and numbered:
        group.into.append(chr(number % 65536) if not 0xD800 <= number % 65536 < 0xE000 else "\ufffd")
        return group.unicode_letters
    if word == "uc":
        group.unicode_letters = number
    elif word == "fldinst":
        parts.instructions.append([])
        group.into = parts.instructions[-1]
    elif word in ("footnote", "endnote"):
        parts.notes.append([])
        group.into = parts.notes[-1]
    elif word in _NO_TEXT or group.star:
        group.into = dropped
    elif word in _PARAGRAPH:
        group.into.append("\r" if group.into is parts.text else " ")
    elif word in _LETTERS:
        group.into.append(_LETTERS[word])
    group.star = False
    return 0


def _from_csl(instruction: str) -> ReferenceList:
    try:
        items = json.JSONDecoder().raw_decode(instruction[instruction.index("{") :])[0]["citationItems"]
        return items_of([item.get("itemData", {}) for item in items])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, BadInputError):
        return ReferenceList((), (Unread("a citation field of Zotero that is damaged"),))
