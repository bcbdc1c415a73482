"""XML of reference managers, libraries and publishers → references: PubMed, EndNote, MODS, JATS."""

import re
from collections.abc import Callable
from dataclasses import replace

from lxml import etree
from lxml.etree import _Element

from db.citations.model import Reference
from db.citations.readers.lists import ReferenceList, Unread, from_fields, labelled, names_something
from db.citations.reading import read_reference
from records.xml import read_article, read_book
from topics.errors import BadInputError

_RECORD = re.compile(r"<(?:\w+:)?(?:PubmedArticle|PubmedBookArticle|record|mods|ref)\b")
_JATS_CITATIONS = ("element-citation", "mixed-citation", "nlm-citation", "citation")
_HTML = r"html|head|body|div|p|ol|ul|li|h\d|section|article|span|table|meta"


def is_xml(text: str) -> bool:
    """Whether it begins as XML of references does: with a declaration, or with an element and one of ours in it."""
    if is_html(text):
        return False
    return bool(re.match(r"\s*<(?:\?xml\b|!DOCTYPE\b)", text)
                or (re.match(r"\s*<[A-Za-z]", text) and _RECORD.search(text)))  # fmt: skip


def is_html(text: str) -> bool:
    """Whether it begins as a page, or a piece of one, does."""
    head = text[:1000].lower()
    if re.search(r"<(?:ref-list|article-title)\b", text):  # an article in JATS begins as one in HTML does
        return False
    return bool(re.match(rf"\s*<(?:!doctype html|{_HTML})\b", head) or re.search(r"<html[\s>]", head))


def parsed(content: bytes) -> _Element:
    """The root of an XML document, with entities off and no network.

    Raises:
        BadInputError: it is not well-formed.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        return etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadInputError(f"XML: {error}. Export the file again.") from error


def read_xml(text: str) -> ReferenceList:
    """Every record, in order.

    Raises:
        BadInputError: it is not well-formed, or XML of a kind that is not read.
    """
    root = parsed(re.sub(r"^\s*<\?xml[^>]*\?>", "", text).strip().encode())
    for names, read in _KINDS:
        if records := [element for element in root.iter() if _name(element) in names]:
            return _all(records, read)
    raise BadInputError(
        f"XML that begins with <{_name(root)}> is not read; that of PubMed, EndNote, MODS and JATS is. "
        "Export as RIS or BibTeX."
    )


def endnote_records(root: _Element) -> tuple[Reference, ...]:
    """The references of EndNote's records below an element."""
    return _all(_below(root, "record"), _from_endnote).references


def _all(records: list[_Element], read: Callable[[_Element], Reference]) -> ReferenceList:
    references: list[Reference] = []
    unread: list[Unread] = []
    for record in records:
        try:
            found = read(record)
        except BadInputError as error:
            unread.append(Unread(f"<{_name(record)}>: {error}", record.sourceline or 0))
            continue
        if names_something(found):
            references.append(found)
        else:
            why = f"<{_name(record)}> has no title, no author and no identifier"
            unread.append(Unread(why, record.sourceline or 0))
    return ReferenceList(tuple(references), tuple(unread))


def _name(element: _Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _text(element: _Element | None, path: str = "") -> str:
    """The text of an element, or of the first below it on a path of names whatever their namespace."""
    for name in filter(None, path.split("/")):
        element = next((child for child in element if _name(child) == name), None) if element is not None else None
    return " ".join("".join(map(str, element.itertext())).split()) if element is not None else ""


def _below(element: _Element | None, name: str) -> list[_Element]:
    return [] if element is None else [child for child in element.iter() if _name(child) == name]


def _from_pubmed(element: _Element) -> Reference:
    record = read_book(element) if _name(element) == "PubmedBookArticle" else read_article(element)
    return from_fields(
        key=str(record.pmid or ""), title=record.title,
        authors=[author.last_name or author.collective for author in record.authors],
        journal=record.journal, year=str(record.year or ""), volume=record.volume, issue=record.issue,
        pages=record.pages, identifiers=labelled(PMID=record.pmid, DOI=record.doi, PMC=record.pmcid),
    )  # fmt: skip


def _from_endnote(record: _Element) -> Reference:
    database = f"{_text(record, 'remote-database-name')} {_text(record, 'remote-database-provider')}"
    pubmed = re.search(r"pubmed|medline|\bnlm\b", database, re.IGNORECASE)
    periodical = _text(record, "periodical/full-title") or _text(record, "periodical/abbr-1")
    return from_fields(
        key=_text(record, "rec-number"), title=_text(record, "titles/title"),
        authors=[_text(author).partition(",")[0] for author in _below(record, "author")],
        journal=_text(record, "titles/secondary-title") or periodical, year=_text(record, "dates/year"),
        volume=_text(record, "volume"), issue=_text(record, "number"), pages=_text(record, "pages"),
        identifiers=labelled(
            DOI=_text(record, "electronic-resource-num"), PMID=_text(record, "accession-num") if pubmed else "",
            PMC=_text(record, "custom2") if _text(record, "custom2").upper().startswith("PMC") else "",
            other=" ".join(_text(url) for url in _below(record, "url")),
        ),
    )  # fmt: skip


def _from_mods(mods: _Element) -> Reference:
    host = next((item for item in mods if _name(item) == "relatedItem" and item.get("type") == "host"), None)
    named = {child.get("type", "").lower(): _text(child) for child in mods if _name(child) == "identifier"}
    details = {detail.get("type", ""): _text(detail, "number") for detail in _below(host, "detail")}
    dates = [_text(date) for name in ("dateIssued", "date", "copyrightDate") for date in _below(mods, name)]
    info = next((child for child in mods if _name(child) == "titleInfo" and not child.get("type")), None)
    main = f"{_text(info, 'nonSort')} {_text(info, 'title')}".strip()
    title = ": ".join(filter(None, (main, _text(info, "subTitle"))))
    return from_fields(
        key=mods.get("ID", ""), title=title, authors=[_mods_name(name) for name in mods if _name(name) == "name"],
        journal=_text(host, "titleInfo/title"), year=" ".join(dates), volume=details.get("volume", ""),
        issue=details.get("issue") or details.get("number", ""),
        pages=_text(next(iter(_below(host, "start")), None)),
        identifiers=labelled(DOI=named.get("doi"), PMID=named.get("pmid") or named.get("pubmed"), PMC=named.get("pmc"),
                             other=f"{named.get('uri', '')} {_text(mods, 'location/url')}"),
    )  # fmt: skip


def _mods_name(name: _Element) -> str:
    parts = {part.get("type", ""): _text(part) for part in name if _name(part) == "namePart"}
    return parts.get("family") or parts.get("", "").partition(",")[0]


def _from_jats(element: _Element) -> Reference:
    cited = next((child for child in element.iter() if _name(child) in _JATS_CITATIONS), element)
    named = {each.get("pub-id-type", ""): _text(each) for each in _below(cited, "pub-id")}

    def first(*names: str) -> str:
        return next((_text(each) for name in names for each in _below(cited, name)), "")

    if not first("article-title", "chapter-title", "source"):  # a mixed citation may be printed text only
        return replace(read_reference(_text(cited)), key=element.get("id", ""))
    return from_fields(
        key=element.get("id", ""), title=first("article-title", "chapter-title", "source"),
        authors=[_text(name) for name in _below(cited, "surname")] or [_text(name) for name in _below(cited, "collab")],
        journal=first("source"), year=first("year"), volume=first("volume"), issue=first("issue"), pages=first("fpage"),
        identifiers=labelled(DOI=named.get("doi"), PMID=named.get("pmid"), PMC=named.get("pmcid")),
    )  # fmt: skip


_KINDS: tuple[tuple[tuple[str, ...], Callable[[_Element], Reference]], ...] = (
    (("PubmedArticle", "PubmedBookArticle"), _from_pubmed),
    (("record",), _from_endnote),
    (("mods",), _from_mods),
    (("ref",), _from_jats),
)
