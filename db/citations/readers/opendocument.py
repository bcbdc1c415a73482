"""OpenDocument text (.odt) → documents. OASIS OpenDocument 1.3; LibreOffice's Zotero keeps CSL-JSON in marks' names."""

import json
import re
import zipfile
from collections.abc import Iterator

from lxml import etree
from lxml.etree import _Element

from db.citations.identifiers import identifiers_in
from db.citations.model import Reference
from db.citations.readers.csl import items_of
from db.citations.readers.documents import Document, Paragraph
from db.citations.readers.lists import Unread, from_fields, labelled
from db.citations.readers.word import part_of
from db.citations.readers.xml import parsed
from topics.errors import BadInputError

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_DATE = "{http://purl.org/dc/elements/1.1/}date"
_APART = ("note", "annotation", "tracked-changes", "sequence-decls")
"""What stands within the text and is not of it."""


def read_odt(package: zipfile.ZipFile) -> Document:
    """An OpenDocument text's paragraphs, notes and citations, and the day it was last changed.

    Raises:
        BadInputError: a part is not well-formed, or larger than any.
    """
    content = parsed(part_of(package, "content.xml"))
    meta = parsed(part_of(package, "meta.xml")) if "meta.xml" in package.namelist() else None
    cited, unread = _citations(content)
    notes = [" ".join(_text(body).split()) for body in content.iter(f"{_TEXT}note-body")]
    dated = next((date.text or "" for date in meta.iter(_DATE)), "") if meta is not None else ""
    return Document(tuple(_paragraphs(content)), tuple(notes), cited, unread, dated[:10])


def _paragraphs(element: _Element) -> Iterator[Paragraph]:
    for child in element:
        name = etree.QName(child).localname if isinstance(child.tag, str) else ""
        if name == "p":
            yield Paragraph(_text(child))
        elif name == "h":
            yield Paragraph(_text(child), int(child.get(f"{_TEXT}outline-level") or 1))
        elif name == "table-row":
            yield Paragraph(" ".join(_text(each).strip() for each in child.iter(f"{_TEXT}p")).strip())
        elif name and name not in _APART:
            yield from _paragraphs(child)


def _text(element: _Element) -> str:
    parts = [element.text or ""]
    for child in element:
        name = etree.QName(child).localname if isinstance(child.tag, str) else ""
        if name in ("s", "tab"):
            parts.append(" ")
        elif name == "line-break":
            parts.append("\n")
        elif name and name not in _APART:
            parts.append(_text(child))
            address = child.get(_HREF, "") if name == "a" else ""
            parts.append(f" {address} " if any(True for _ in identifiers_in(f" {address} ")) else "")
        parts.append(child.tail or "")
    return "".join(parts)


def _citations(content: _Element) -> tuple[tuple[Reference, ...], tuple[Unread, ...]]:
    cited: list[Reference] = []
    unread: list[Unread] = []
    for mark in content.iter(f"{_TEXT}reference-mark-start", f"{_TEXT}reference-mark", f"{_TEXT}bookmark-start"):
        name = mark.get(f"{_TEXT}name", "")
        if "CSL_CITATION" in name and (found := re.search(r"\{.*", name, re.DOTALL)):
            try:
                items = json.JSONDecoder().raw_decode(found[0])[0]["citationItems"]
                cited += items_of([item.get("itemData", {}) for item in items]).references
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError, BadInputError):
                unread.append(Unread("a citation field of Zotero that is damaged"))
    for mark in content.iter(f"{_TEXT}bibliography-mark"):
        cited.append(_from_mark(mark))
    return tuple(cited), tuple(unread)


def _from_mark(mark: _Element) -> Reference:
    def given(name: str) -> str:
        return str(mark.get(f"{_TEXT}{name}", ""))

    return from_fields(
        key=given("identifier"), title=given("title"), journal=given("journal"), year=given("year"),
        authors=[name.partition(",")[0].strip() for name in re.split(r";|\band\b", given("author"))],
        volume=given("volume"), issue=given("number"), pages=given("pages"),
        identifiers=labelled(other=f"{given('url')} {given('note')} {given('custom1')}"),
    )  # fmt: skip
