"""BibTeX → references. pybtex reads one entry at a time, so that a mistake in one loses no other.

What people's files have and BibTeX does not allow is mended before: no key, keys with commas or blanks, one key twice,
commas that are missing or doubled, braces that are never closed or closed twice, quotes within quotes.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pybtex.database import BibliographyData, Entry
from pybtex.database.input.bibtex import Parser, UndefinedMacro
from pybtex.errors import capture
from pybtex.exceptions import PybtexError
from pybtex.richtext import Text

from db.citations.model import Reference
from db.citations.readers.lists import ReferenceList, Unread, from_fields, labelled, line_of, names_something

_BEGIN = re.compile(r"(?:^|(?<=[\s})]))@[ \t]*([A-Za-z]+)\s*([{(])")
_TYPES = (
    "article|book|booklet|collection|comment|conference|dataset|electronic|in(?:book|collection|proceedings|reference)|"
    "manual|mastersthesis|misc|mvbook|online|patent|periodical|phdthesis|preamble|proceedings|reference|report|software|"
    "string|techreport|thesis|unpublished|www"
)
_BEGIN_OF_A_LINE = re.compile(
    rf"^[ \t]*@[ \t]*(?:(?:{_TYPES})\s*[{{(]|[A-Za-z]+\s*[{{(]\s*[^\s{{}}=,]*\s*,)", re.MULTILINE | re.IGNORECASE
)
"""An entry of a known type, or one that begins with a key: '@home {x}' within an abstract is none."""
_NOT_ENTRIES = ("comment", "preamble")
_FIELD = re.compile(
    r"^[ \t]*([A-Za-z][\w:.+-]*)[ \t]*=[ \t]*"
    r"|(?<=[\"}\w]),[ \t]*(author|editor|title|journal|year|date|volume|number|pages|doi|url|note|month)[ \t]*=[ \t]*",
    re.MULTILINE | re.IGNORECASE,
)
"""A field at the beginning of a line, or one that papers have behind a comma."""
_KEY = re.compile(r"\s*(?P<key>[^={}\"]*?)\s*,\s*(?=[A-Za-z][\w:.+-]*\s*=|,|\Z)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry as it stands in the file, its key and body not told apart."""

    line: int
    type: str
    body: str
    whole: bool
    """Whether it is closed, and nothing that looks like a field follows it."""


def is_bibtex(text: str) -> bool:
    """Whether an entry with a field begins on a line of its own."""
    return any(re.search(r"=|,", text[found.end() : found.end() + 300]) for found in _BEGIN_OF_A_LINE.finditer(text))


def read_bibtex(text: str) -> ReferenceList:
    """Every entry, in order."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    macros = {month: month for month in _MONTHS}
    references: list[Reference] = []
    unread: list[Unread] = []
    for entry in _entries(text):
        if entry.type == "string":
            macros |= _macros(entry.body, macros)
        elif entry.type not in _NOT_ENTRIES:
            key, fields = _key_and_fields(entry.body)
            found = _reference(key, entry, fields, macros)
            if found and names_something(found):
                references.append(found)
            else:
                why = f"the BibTeX entry '{key or entry.type}' has no field that could be read"
                unread.append(Unread(why, entry.line))
    return ReferenceList(tuple(references), tuple(unread))


def _entries(text: str) -> Iterator[_Entry]:
    position = 0
    while begin := _BEGIN.search(text, position):
        following = _BEGIN_OF_A_LINE.search(text, begin.end())
        limit = following.start() if following else len(text)
        end, closed = _end(text, begin.end(), limit, ")" if begin[2] == "(" else "}")
        type_ = begin[1].lower()
        if closed and (type_ in _NOT_ENTRIES or not _FIELD.search(text, end + 1, limit)):
            yield _Entry(line_of(text, begin.start()), type_, text[begin.end() : end], whole=True)
            position = end + 1
        else:
            yield _Entry(line_of(text, begin.start()), type_, text[begin.end() : limit], whole=False)
            position = limit


def _end(text: str, start: int, limit: int, closing: str) -> tuple[int, bool]:
    """(where the entry's own brace closes, whether it does)."""
    depth = 0
    for place in range(start, limit):
        letter = text[place]
        if depth == 0 and letter == closing:
            return place, True
        depth += (letter == "{") - (letter == "}")
    return limit, False


def _key_and_fields(body: str) -> tuple[str, str]:
    if found := _KEY.match(body):
        return found["key"], body[found.end() :]
    return ("", body) if "=" in body else (body.strip(), "")


def _macros(body: str, known: Mapping[str, str]) -> dict[str, str]:
    parser = Parser(encoding="utf-8", macros=dict(known))
    with capture():
        try:
            parser.parse_string(f"@string{{{body}}}")
        except PybtexError:
            return {}
    return {name: value for name, value in parser.macros.items() if name not in known}


def _reference(key: str, of: _Entry, fields: str, macros: Mapping[str, str]) -> Reference | None:
    fields = re.sub(r",(?:\s*,)+", ",", fields).strip(" ,\n\t")
    entry, errors = _parsed(of.type, fields, macros)
    if errors or not entry or not of.whole:
        closed = fields + "}" * (fields.count("{") - fields.count("}"))
        tries = (entry, _parsed(of.type, closed, macros)[0], _parsed(of.type, _mended(fields), macros)[0])
        entry = max(filter(None, tries), key=lambda found: len(found.fields) + len(found.persons), default=None)
    return _from_entry(key, entry) if entry else None


def _parsed(type_: str, fields: str, macros: Mapping[str, str]) -> tuple[Entry | None, bool]:
    """(the entry as far as pybtex read it, whether that was not to its end)."""
    parser = Parser(encoding="utf-8", macros=dict(macros))
    with capture() as errors:  # pybtex goes on after a macro that is not there; after others the rest is left out
        try:
            data: BibliographyData = parser.parse_string(f"@{type_}{{key,\n{fields}\n}}")
        except PybtexError:
            return None, True
    return data.entries.get("key"), any(not isinstance(error, UndefinedMacro) for error in errors)


def _mended(fields: str) -> str:
    """The fields, each with its braces balanced and a comma after it."""
    begins = list(_FIELD.finditer(fields))
    ends = [begin.start() for begin in begins[1:]] + [len(fields)]
    return ",\n".join(
        f"{begin[1] or begin[2]} = {_balanced(fields[begin.end() : end].strip().rstrip(',').strip())}"
        for begin, end in zip(begins, ends, strict=True)
    )


def _balanced(value: str) -> str:
    if re.fullmatch(r"\w+(?:\s*#.*)?", value):  # a number or a macro
        return value
    plain = re.sub(r"[\s,})]+$", "", value.lstrip('{"')) if value[:1] in ("{", '"') else value
    plain = plain.rstrip('"') if value.startswith('"') else plain
    missing = plain.count("{") - plain.count("}")
    return "{" + "{" * -missing + plain + "}" * missing + "}"


def _from_entry(key: str, entry: Entry) -> Reference:
    fields = {name.lower(): plain_tex(value).strip(" ,") for name, value in entry.fields.items()}
    people = entry.persons.get("author") or entry.persons.get("editor") or []
    authors = [
        plain_tex(" ".join([*person.prelast_names, *person.last_names]) or " ".join(person.first_names))
        for person in people
    ]
    return from_fields(
        key=key, title=fields.get("title", ""), authors=authors,
        journal=fields.get("journal") or fields.get("journaltitle", ""),
        year=fields.get("year") or fields.get("date", ""), volume=fields.get("volume", ""),
        issue=fields.get("number") or fields.get("issue", ""), pages=fields.get("pages") or fields.get("eid", ""),
        identifiers=labelled(
            DOI=entry.fields.get("doi"), PMID=fields.get("pmid") or _eprint(fields),
            PMC=fields.get("pmc") or fields.get("pmcid"), other=f"{fields.get('url', '')} {_noted(fields)}",
        ),
    )  # fmt: skip


def _eprint(fields: Mapping[str, str]) -> str:
    return fields.get("eprint", "") if fields.get("eprinttype", "").lower() == "pubmed" else ""


def _noted(fields: Mapping[str, str]) -> str:
    """'PMID: 24701015' in the note, where Zotero puts what it has no field for."""
    found = re.search(r"PMID:?\s*\d{1,8}", f"{fields.get('note', '')} {fields.get('annote', '')}")
    return found[0] if found else ""


_UNREAD_COMMANDS = {
    r"\textbraceleft": "{", r"\textbraceright": "}", r"\textasciicircum": "^", r"\textless": "<", r"\textgreater": ">",
    r"\$": "$",
}  # fmt: skip
"""Commands that latexcodec leaves as they are."""


def plain_tex(value: str) -> str:
    """What TeX prints, as far as pybtex knows its commands."""
    try:
        text = str(Text.from_latex(value))
    except (PybtexError, ValueError, IndexError):  # unbalanced braces, an unfinished command: the words still count
        text = re.sub(r"[{}\\]", "", value)
    for command, letter in _UNREAD_COMMANDS.items():
        after = "(?![a-z]) ?" if command[1:].isalpha() else ""
        text = re.sub(re.escape(command) + after, letter.replace("\\", r"\\"), text)
    return text
