"""A document, whatever program wrote it → its references: the list under its heading, notes, fields, identifiers.

The list begins at a heading that means references and ends at the next heading, or at a line that begins what papers
have after it (figure legends, funding, appendices). Text after it is not read: it names other things than is cited.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from db.citations.folding import folded
from db.citations.identifiers import identifiers_in
from db.citations.layout import split_references
from db.citations.model import Reference
from db.citations.readers.lists import ReferenceList, Unread, from_fields, names_something
from db.citations.reading import read_reference

_NAMES = (
    r"(?:(?:supplement(?:ary|al)|additional|online|selected|key|cited|further)\s+)?"
    r"(?:references?(?:\s+(?:list|cited|section))?|bibliography|literature(?:\s+(?:cited|references|list))?|"
    r"works?\s+cited|sources(?:\s+cited)?|works|citations)"
    r"|list\s+of\s+(?:cited\s+)?(?:references|literature|works)|references?\s+(?:and|&)\s+(?:further\s+)?(?:notes?|reading)"
    r"|(?:foot|end)?notes\s+(?:and|&)\s+references|references\s+(?:(?:cited|used|included)\s+)?(?:to|in|for|from|of)\s+[^.]{3,60}"
    r"|(?:zitierte|verwendete|benutzte)\s+literatur|literatura\s+\w+"
    r"|literatur(?:verzeichnis|liste|angaben|hinweise)?|quellen(?:verzeichnis|angaben)?|referenzen|bibliogra(?:f|ph)ie"
    r"|r[ée]f[ée]rences(?:\s+bibliographiques)?|referencias(?:\s+bibliogr[áa]ficas)?|bibliograf[íi]a|literatura(?:\s+citada)?"
    r"|refer[êe]ncias(?:\s+bibliogr[áa]ficas)?|riferimenti(?:\s+bibliografici)?|referenties|literatuur(?:lijst)?"
    r"|refere(?:nser|nsliste|nslista)|litteratur(?:liste|f[öo]rteckning)?|kilder|l[äa]hteet|kirjallisuus"
    r"|pi[śs]miennictwo|kaynak(?:lar|ça)|irodalom|литература|список\s+литературы|参考文献|文献|참고문헌"
)
_HEADING = re.compile(rf"^\W*(?:(?:\d+|[IVX]+)(?:\.\d+)*[.):]?\s+)?(?:{_NAMES})\W*(?:\(?\d+\)?)?\W*$", re.IGNORECASE)
_AFTER = re.compile(
    r"^\W*(?:(?:\d+|[IVX]+)[.):]\s+)?(?:append(?:ix|ices)|annex(?:es)?|supplement\w*|supporting\s+information|"
    r"figures?|tables?|box(?:es)?|legends?|acknowledge?ments?|conflicts?\s+of\s+interests?|"
    r"(?:declarations?|statements?)\s+of|declarations?|competing\s+(?:financial\s+)?interests?|disclosures?|"
    r"authors?['’]?s?['’]?\s+(?:contributions?|information|details|notes?|affiliations?)|contribut(?:ions|ors)|"
    r"(?:sources?\s+of\s+)?funding|financial\s+(?:support|disclosures?)|grants?|data\s+(?:availability|sharing)|"
    r"availability\s+of|abbreviations?|ethic\w*|consent|about\s+the\s+authors?|correspond\w+|additional\s+information|"
    r"role\s+of\s+the\s+(?:funding|sponsor|funder)\w*|(?:informed|patient)\s+consent|transparency|credit\s+author\w*|"
    r"publisher['’]?s\s+note|(?:foot|end)?notes|glossary|index|biograph\w+|how\s+to\s+cite|word\s+count|"
    r"interessenkonflikt\w*|danksagung|anhang|remerciements|annexes|agradecimientos)\b.{0,60}$",
    re.IGNORECASE,
)
_COLOPHON = re.compile(
    r"^\W*(?:©|copyright\b|(?:received|revised|accepted|submitted)\b.{0,40}\b(?:1[89]|20)\d\d\b|articles? from\b|"
    r"downloaded from\b|published by\b|this article\b|all rights reserved\b|reprints?\b)",
    re.IGNORECASE,
)
"""What publishers print at the foot of a paper."""
_CAPTION = re.compile(
    r"^\W*(?:supplementa(?:ry|l)\s+)?(?:fig(?:ure|\.)|table|box|appendix|scheme)\s*S?(?:\d+|[A-Z]|[IVX]+)\s*[.:–—-]",
    re.IGNORECASE,
)
_RULE = re.compile(r"^[\s=\-_*~]{3,}$")
_ANY_YEAR = re.compile(r"\b(?:1[89]|20)\d\d\b")
_DATED = re.compile(r"^date\s*:\s*['\"]?(\d{4}-\d\d(?:-\d\d)?)", re.MULTILINE | re.IGNORECASE)
_UNFORMATTED = re.compile(r"\{([^{}#]{1,80}#\d[^{}]{0,200})\}")
_NAMED = ("PMID", "DOI", "PMC id")
"""Identifiers that cite a paper wherever they stand. A registration in the text names the manuscript's own trial."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, or a line where the format knows no paragraphs."""

    text: str
    level: int = 0
    """Of a heading, from 1; 0 for text."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a reader of a format takes out of a file."""

    paragraphs: tuple[Paragraph, ...]
    notes: tuple[str, ...] = ()
    """Footnotes and endnotes."""
    cited: tuple[Reference, ...] = ()
    """What the fields of a reference manager hold."""
    unread: tuple[Unread, ...] = ()
    dated: str = ""
    by_line: bool = False
    """Whether a paragraph here is a line as printed: a reference may go on in the next one."""


def references_of(document: Document) -> ReferenceList:
    """The references of a document: fields, the list, notes, and what the text names by PMID, DOI or PMC id."""
    body, listed = _body_and_list(document)
    text = "\n".join(body)
    references = _each_once(document.cited)
    references += [found for found in _of_list(listed, by_line=document.by_line) if not _is_one_of(found, references)]
    references += [found for found in _unformatted(text) if not _is_one_of(found, references)]
    for note in document.notes:
        found = read_reference(note)
        if _is_reference(found) and not _is_one_of(found, references):
            references.append(found)
    if not references:
        references = _of_bare_list(body, by_line=document.by_line)
    known = {value for reference in references for value in reference.identifiers.values()}
    for kind, value in _named_in(text):
        if value not in known:
            known.add(value)
            references.append(Reference("", identifiers={kind: value}, asked=f"{kind} {value}"))
    dated = _DATED.search(text[:2000])
    return ReferenceList(tuple(references), document.unread, document.dated or (dated[1] if dated else ""))


def is_heading(text: str) -> bool:
    """Whether a line is a heading that means references, in one of a dozen languages."""
    return len(text) <= 100 and bool(_HEADING.match(text))


def _body_and_list(document: Document) -> tuple[list[str], list[str]]:
    """(text before the first list, lists): there may be one of the paper and one of its supplement."""
    body: list[str] = []
    listed: list[str] = []
    level, within, any_list = 0, False, False
    for place, paragraph in enumerate(document.paragraphs):
        text = paragraph.text.strip()
        if is_heading(text):
            within, any_list, level = True, True, paragraph.level
            listed.append("")
        elif within and (_ends_list(text, paragraph.level, level) or _is_title_of_text(document, place)):
            within = False
        elif within and not _RULE.match(text) and not paragraph.level:
            listed.append(paragraph.text)
        elif not any_list:
            body.append(paragraph.text)
    return body, listed


def _ends_list(text: str, level: int, level_of_list: int) -> bool:
    if level:
        return level <= (level_of_list or level)
    if _CAPTION.match(text) or _COLOPHON.match(text):
        return True
    return bool(_AFTER.match(text)) and not _ANY_YEAR.search(text)


def _is_title_of_text(document: Document, place: int) -> bool:
    """Whether a paragraph is a short line without digit or stop, and what follows it is text and no reference.

    A line before references is a heading within the list ('Trials').
    """
    text = document.paragraphs[place].text.strip()
    if document.by_line or not text or len(text.split()) > 8 or re.search(r"\d|[.,:;]\s", text):
        return False
    following = next((each.text for each in document.paragraphs[place + 1 :] if each.text.strip()), "")
    return not following or not _is_reference(read_reference(following))


def _of_list(paragraphs: list[str], *, by_line: bool) -> list[Reference]:
    parts = split_references("\n".join(paragraphs)) if by_line else _of_each(paragraphs)
    return [found for found in map(read_reference, parts) if found.text or found.identifiers]


def _of_each(paragraphs: Iterable[str]) -> list[str]:
    return [part for paragraph in paragraphs if paragraph.strip() for part in split_references(paragraph)]


def _of_bare_list(body: list[str], *, by_line: bool) -> list[Reference]:
    """A file that is a list without a heading: most of its parts look like references."""
    found = _of_list(body, by_line=by_line)
    return found if found and sum(map(_has_parts, found)) >= 0.6 * len(found) else []


def _is_reference(found: Reference) -> bool:
    return bool(found.identifiers) or _has_parts(found)


def _has_parts(found: Reference) -> bool:
    """Whether it has a year with authors and a title, or with a volume and a page."""
    named = found.authors and len(found.title.split()) > 2
    return bool(found.year and (named or (found.volume and found.page)))


def _named_in(text: str) -> Iterable[tuple[str, str]]:
    # the words before keep a text that is only a number from being read as a PMID
    return ((kind.name, value) for kind, value in identifiers_in(f"in the text: {text}") if kind.name in _NAMED)


def _each_once(references: Iterable[Reference]) -> list[Reference]:
    found: dict[tuple[object, ...], Reference] = {}
    for reference in references:
        identifier = next(iter(sorted(reference.identifiers.items())), None)
        found.setdefault((identifier,) if identifier else (folded(reference.text),), reference)
    return [reference for reference in found.values() if names_something(reference)]


def _is_one_of(printed: Reference, cited: list[Reference]) -> bool:
    """Whether a printed reference was given already: an identifier is the same, or the title stands in it."""
    if any(printed.identifiers.get(kind) == value for each in cited for kind, value in each.identifiers.items()):
        return True
    text = folded(printed.text)
    return any(len(title.split()) > 2 and title in text for title in (folded(each.title) for each in cited))


def _unformatted(text: str) -> list[Reference]:
    """EndNote's temporary citations: '{Berman, 2000 #12; Lapidus, 2014 #3}'."""
    found = []
    for group in _UNFORMATTED.finditer(text):
        for part in group[1].split(";"):
            named = re.match(r"\s*([^,#]*),?\s*((?:1[89]|20)\d\d)?\w?\s*#(\d+)", part)
            if named:
                found.append(from_fields(key=f"#{named[3]}", authors=[named[1].strip()], year=named[2] or ""))
    return _each_once(found)
