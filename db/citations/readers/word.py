"""Word files (.docx) → documents: text, notes, addresses of links, and the fields of reference managers.

Office Open XML: ECMA-376. Fields: Zotero and Mendeley keep CSL-JSON in them, EndNote XML, Word its own sources apart.
"""

import base64
import binascii
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree
from lxml.etree import _Element

from db.citations.identifiers import identifiers_in
from db.citations.model import Reference
from db.citations.readers.csl import items_of
from db.citations.readers.documents import Document, Paragraph
from db.citations.readers.lists import Unread, from_fields, labelled
from db.citations.readers.xml import endnote_records, parsed
from topics.errors import BadInputError

MOST_BYTES = 64 << 20
"""Of one part of a zip that are read: a small zip can hold any amount."""
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_MODIFIED = "{http://purl.org/dc/terms/}modified"
_NOT_TEXT = ("del", "moveFrom", "Fallback", "txbxContent", "footnote", "endnote", "pPr", "rPr", "instrText")
_HEADING_STYLE = re.compile(r"(?:heading|berschrift|überschrift|titre|ttulo|título|kop)\s*(\d)", re.IGNORECASE)
_MENDELEY = "MENDELEY_CITATION_v3_"
_BIBLIOGRAPHIES = re.compile(r"ADDIN\s+(?:ZOTERO_BIBL|EN\.REFLIST|EN\.SECTION|Mendeley Bibliography)", re.IGNORECASE)
_OTHER_PROGRAMS = re.compile(r"ADDIN\s+(PAPERS2|Citavi|REFMGR|PAPERPILE|RW\.CITE|ProCite)", re.IGNORECASE)


@dataclass
class _Fields:
    """What the fields of a file gave."""

    cited: list[Reference] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    """Tags of Word's own sources that are cited."""


def read_docx(package: zipfile.ZipFile) -> Document:
    """A Word file's paragraphs, notes and fields, and the day it was last changed.

    Raises:
        BadInputError: a part is not well-formed, or larger than any.
    """
    names = set(package.namelist())
    body = _part(package, "word/document.xml")
    notes = [_part(package, name) for name in ("word/footnotes.xml", "word/endnotes.xml") if name in names]
    fields = _Fields()
    for part in (body, *notes):
        _read_fields(part, fields)
    fields.cited += _own_sources(package, names, fields.sources)
    links = _links(package, "word/_rels/document.xml.rels", names)
    core = _part(package, "docProps/core.xml") if "docProps/core.xml" in names else None
    return Document(
        tuple(_paragraphs(body, links)),
        tuple(text for part in notes for text in _notes(part, _links(package, "word/_rels/footnotes.xml.rels", names))),
        tuple(fields.cited), tuple(dict.fromkeys(fields.unread)),
        dated=((core.findtext(_MODIFIED) if core is not None else "") or "")[:10],
    )  # fmt: skip


def _part(package: zipfile.ZipFile, name: str) -> _Element:
    return parsed(part_of(package, name))


def part_of(package: zipfile.ZipFile, name: str) -> bytes:
    """The bytes of a part of a zip.

    Raises:
        BadInputError: it is larger than any, or damaged.
    """
    try:
        if package.getinfo(name).file_size > MOST_BYTES:
            raise BadInputError(f"{name} is larger than {MOST_BYTES >> 20} MB.")
        return package.read(name)
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError, NotImplementedError, EOFError) as error:
        raise BadInputError(f"{name} cannot be read from it ({error}). Save it again as .docx or as text.") from error


def _links(package: zipfile.ZipFile, name: str, names: set[str]) -> dict[str, str]:
    """Addresses by id, those that name a paper."""
    if name not in names:
        return {}
    targets = ((link.get("Id", ""), link.get("Target", "")) for link in _part(package, name))
    return {key: target for key, target in targets if any(True for _ in identifiers_in(f" {target} "))}


def _paragraphs(element: _Element, links: dict[str, str]) -> Iterator[Paragraph]:
    """Paragraphs in order; a row of a table is one, since lists of references are set as tables, too."""
    for child in element:
        if child.tag == f"{_W}p":
            if any(_BIBLIOGRAPHIES.search(node.text or "") for node in child.iter(f"{_W}instrText")):
                yield Paragraph("References")  # a list that a program made begins here, with or without a heading
            yield Paragraph(_text(child, links), _level(child))
            for box in child.iter(f"{_W}txbxContent"):
                if not any(_local(above) == "Fallback" for above in box.iterancestors()):
                    yield from _paragraphs(box, links)
        elif child.tag == f"{_W}tr":
            yield Paragraph(" ".join(_text(each, links).strip() for each in child.iter(f"{_W}p")).strip())
        elif isinstance(child.tag, str) and _local(child) not in ("sectPr", "del", "moveFrom", "Fallback"):
            yield from _paragraphs(child, links)


def _local(element: _Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _level(paragraph: _Element) -> int:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    found = _HEADING_STYLE.match(style.get(f"{_W}val", "") if style is not None else "")
    return int(found[1]) if found else 0


def _text(element: _Element, links: dict[str, str]) -> str:
    """Text as it is printed; behind a link that names a paper, its address."""
    parts: list[str] = []
    for child in element:
        name = _local(child)
        if name == "t":
            parts.append(child.text or "")
        elif name in ("tab", "br", "cr"):
            parts.append("\n" if name != "tab" and child.get(f"{_W}type") is None else " ")
        elif name == "noBreakHyphen":
            parts.append("-")
        elif name == "hyperlink":
            address = links.get(child.get(_R_ID, ""), "")
            parts.append(_text(child, links) + (f" {address} " if address else ""))
        elif name and name not in _NOT_TEXT:
            parts.append(_text(child, links))
    if element.tag == f"{_W}p":
        field_codes = "".join(node.text or "" for node in element.iter(f"{_W}instrText"))
        targets = re.findall(r'HYPERLINK\s+"([^"]+)"', field_codes)
        parts += [f" {target}" for target in targets if any(True for _ in identifiers_in(f" {target} "))]
    return "".join(parts)


def _notes(part: _Element, links: dict[str, str]) -> Iterator[str]:
    for note in part:
        if note.get(f"{_W}type") in (None, "normal"):  # others are the lines that separate notes from text
            yield " ".join(" ".join(_text(each, links) for each in note.iter(f"{_W}p")).split())


def _read_fields(part: _Element, fields: _Fields) -> None:
    for instruction, data in _instructions(part):
        if "CSL_CITATION" in instruction:
            _from_csl(instruction, fields)
        elif re.search(r"ADDIN\s+EN\.CITE", instruction):
            _from_endnote(instruction if "<EndNote" in instruction else _decoded(data), fields)
        elif own := re.match(r"\s*CITATION\s+(\S+)(.*)", instruction):
            fields.sources += [own[1], *re.findall(r"\\m\s+(\S+)", own[2])]
        elif (other := _OTHER_PROGRAMS.search(instruction)) and not _BIBLIOGRAPHIES.search(instruction):
            fields.unread.append(Unread(
                f"citations that {other[1]} keeps in fields; its printed list is read. Export them as RIS or BibTeX."
            ))  # fmt: skip
    for tag in part.iter(f"{_W}tag"):
        value = tag.get(f"{_W}val", "")
        if value.startswith(_MENDELEY):
            _from_csl(_decoded(value.removeprefix(_MENDELEY)), fields)


def _instructions(part: _Element) -> Iterator[tuple[str, str]]:
    """(instruction, data in base64) of every field; an instruction may be spread over runs, and fields nest."""
    opened: list[tuple[list[str], list[str]]] = []
    for node in part.iter(f"{_W}fldSimple", f"{_W}fldChar", f"{_W}instrText", f"{_W}fldData"):
        if node.tag == f"{_W}fldSimple":
            yield node.get(f"{_W}instr", ""), node.findtext(f"{_W}fldData") or ""
        elif node.tag == f"{_W}fldChar" and node.get(f"{_W}fldCharType") == "begin":
            opened.append(([], []))
        elif node.tag == f"{_W}fldChar" and node.get(f"{_W}fldCharType") == "end" and opened:
            instruction, data = opened.pop()
            yield "".join(instruction), "".join(data)
        elif node.tag == f"{_W}instrText" and opened:
            opened[-1][0].append(node.text or "")
        elif node.tag == f"{_W}fldData" and opened:
            opened[-1][1].append(node.text or "")


def _decoded(data: str) -> str:
    try:
        return base64.b64decode("".join(data.split()) + "==", validate=False).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def _from_csl(text: str, fields: _Fields) -> None:
    """The items of a citation: `citationItems`, each with the whole reference as `itemData`."""
    start = text.find("{")
    try:
        citation = json.JSONDecoder().raw_decode(text[start:])[0] if start >= 0 else {}
        items = citation.get("citationItems", [])
        found = items_of([item.get("itemData", {}) for item in items])
    except (ValueError, RecursionError, AttributeError, TypeError, BadInputError):
        fields.unread.append(Unread("a citation field of Zotero or Mendeley that is damaged"))
        return
    fields.cited += found.references
    fields.unread += [Unread("a citation of Zotero or Mendeley that holds no reference, only its place in a library")
                      for _ in found.unread]  # fmt: skip


def _from_endnote(text: str, fields: _Fields) -> None:
    found = re.search(r"<EndNote>.*</EndNote>", text, re.DOTALL)
    try:
        references = endnote_records(parsed(found[0].encode())) if found else ()
    except BadInputError:
        references = ()
    fields.cited += references
    if not references and text.strip():
        fields.unread.append(Unread("a citation field of EndNote that is damaged"))


def _own_sources(package: zipfile.ZipFile, names: set[str], cited: list[str]) -> list[Reference]:
    """Word's own sources, which stand in a part of the file: those that are cited, all where none is."""
    found: dict[str, Reference] = {}
    for name in sorted(names):
        if re.fullmatch(r"customXml/item\d+\.xml", name):
            root = _part(package, name)
            if _local(root) == "Sources":
                for source in root:
                    reference = _from_source(source)
                    found[reference.key] = reference
    return [reference for key, reference in found.items() if key in cited or not cited]


def _from_source(source: _Element) -> Reference:
    def first(*wanted: str) -> str:
        return next((child.text or "" for name in wanted for child in source if _local(child) == name), "")

    last_names = [node.text or "" for node in source.iter() if _local(node) in ("Last", "Corporate")]
    return from_fields(
        key=first("Tag"), title=first("Title"), authors=last_names, journal=first("JournalName", "PeriodicalTitle"),
        year=first("Year"), volume=first("Volume"), issue=first("Issue"), pages=first("Pages"),
        identifiers=labelled(other=f"{first('URL')} {first('DOI')} {first('StandardNumber')} {first('Comments')}"),
    )  # fmt: skip
