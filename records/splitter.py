"""PubMed XML to records: a file or an answer of any size in, one record after the other out.

The stream is cut at record borders and each record is parsed on its own (lxml, entities off, no network), so memory
does not grow with the file and a broken record does not take the others with it. What lies between records is looked
at too: nothing is passed over in silence.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from records.content import SourceRecord
from records.elements import parse, text_of, version_of
from records.facts import facts_of
from records.formats import describe
from records.identifiers import clean_pmid
from records.markup import with_characters
from records.medline import read_medline
from records.pieces import MAX_RECORD, BrokenRecord, DeletedRecord
from records.record import Record
from records.window import Window, utf8_chunks
from records.xml import read_article, read_book
from topics.errors import BadInputError

_RECORDS = {b"PubmedArticle": "MedlineCitation", b"PubmedBookArticle": "BookDocument"}
_SETS = (b"PubmedArticleSet", b"PubmedBookArticleSet")
_DELETIONS = (b"DeleteCitation", b"DeleteDocument")
_DOCTYPE = re.compile(rb"""<!DOCTYPE\s+[\w.:-]+(?:\s+(?:PUBLIC|SYSTEM)(?:\s+(?:"[^"]*"|'[^']*')){1,2})?\s*>""")
_OWN_PMID = re.compile(rb"<(?:MedlineCitation|BookDocument)\b[^<]*<PMID\b[^>]*>\s*(\d{1,8})\s*<")
_STARTS = re.compile(
    rb"<(?:Pubmed(?:Book)?Article(?:Set)?|Delete(?:Citation|Document))[\s/>]|</Pubmed(?:Book)?ArticleSet\s*>"
)
"""Where reading can go on after something broken."""
_END = re.compile(rb"</Pubmed(?:Book)?Article\s*>")
_ROOT_OPEN = b'<r xmlns:mml="http://www.w3.org/1998/Math/MathML" xmlns:xlink="http://www.w3.org/1999/xlink">'


def split_records(stream: BinaryIO) -> Iterator[SourceRecord | BrokenRecord | DeletedRecord]:
    """Yield every record of PubMed XML as it stands there, found well-formed and to have one PMID of its own.

    Several documents one after the other (pages put into one file) are read as one, and so are sets within sets.

    Raises:
        BadInputError: it is not PubMed XML (the message says what it looks like), declares entities, is in an
            encoding that it does not keep to, or ends in the middle.
    """
    window = Window(utf8_chunks(stream))
    open_sets: list[bytes] = []
    seen_root = False
    while window.skip_space():
        closing, name = window.tag()
        if name in _RECORDS and not closing:
            seen_root = True
            yield _take_record(window, name)
        elif window.starts(b"<!--"):
            window.skip_past(b"-->", "a comment")
        elif window.starts(b"<?"):
            if open_sets and window.starts(b"<?xml "):
                yield BrokenRecord(
                    None, window.position, f"the file before it is cut off: </{open_sets[-1].decode()}> is missing"
                )
                open_sets.clear()
            window.skip_past(b"?>", "a processing instruction")
        elif window.starts(b"<!"):
            _pass_doctype(window)
        elif name in _DELETIONS and open_sets and not closing:
            yield from _take_deletions(window, name)
        elif name in _SETS and not closing:
            seen_root = True
            if not window.skip_past(b">", "its first tag").endswith(b"/>"):
                open_sets.append(name)
        elif closing and open_sets and name == open_sets[-1]:
            open_sets.pop()
            window.skip_past(b">", "its last tag")
        elif not seen_root:
            raise BadInputError(f"not PubMed XML: it looks like {describe(window.head())}.")
        else:
            yield _take_stray(window)
    if open_sets:
        raise BadInputError(
            f"it is cut off before </{open_sets[-1].decode()}> (byte {window.position}). Fetch it again."
        )
    if not seen_root:
        raise BadInputError(f"not PubMed XML: it looks like {describe(window.read_so_far)}.")


def record_of(stored_format: str, body: bytes) -> Record:
    """Read a record as the archive keeps it: format ('pubmed-xml' or 'medline') and bytes.

    Raises:
        BadInputError: the bytes cannot be read as a record of that format.
    """
    if stored_format == "medline":
        return read_medline(body)
    root, _ = _parse(body)
    return _read(root)


def _read(root: etree._Element) -> Record:
    return read_book(root) if root.tag == "PubmedBookArticle" else read_article(root)


def _parse(body: bytes) -> tuple[etree._Element, etree._Element]:
    """Parse a record; return its root and its own PMID element, found valid."""
    try:
        root = parse(body)
    except etree.XMLSyntaxError as error:
        if not str(error).startswith(("Namespace prefix", "Entity")):
            raise BadInputError(f"not well-formed: {error.msg}") from None
        root = _parse_in_context(body)
    citation = _RECORDS.get(root.tag.encode())
    holder = next(root.iterchildren(citation), None) if citation else None
    pmid = next(holder.iterchildren("PMID"), None) if holder is not None else None
    if pmid is None or clean_pmid(text_of(pmid)) is None:
        raise BadInputError(f"no usable PMID in {citation or root.tag}")
    return root, pmid


def _parse_in_context(body: bytes) -> etree._Element:
    """Parse a record that uses what is declared around it: the prefix of MathML on the set, characters in the DTD."""
    try:
        return parse(_ROOT_OPEN + with_characters(body) + b"</r>")[0]
    except etree.XMLSyntaxError as error:
        raise BadInputError(f"not well-formed: {error.msg}") from None


def _take_record(window: Window, name: bytes) -> SourceRecord | BrokenRecord:
    start = window.position
    body = window.take_element(name)
    if body is None:
        return _take_unclosed(window, start)
    try:
        root, pmid = _parse(body)
    except BadInputError as error:
        # If the end tag is missing, what was taken runs into the next record: give that one back.
        following = _STARTS.search(body, 1)
        if following:
            window.put_back(body[following.start() :])
            body = body[: following.start()]
        return BrokenRecord(_pmid_in(body), start, str(error))
    own = int(text_of(pmid))
    if others := _other_pmids(root, own):
        return BrokenRecord(own, start, f"it calls itself PMID {own} and, as ArticleId, {', '.join(map(str, others))}")
    return SourceRecord.of_pubmed(own, version_of(pmid), "pubmed-xml", body, facts_of(_read(root)))


def _other_pmids(root: etree._Element, own: int) -> list[int]:
    """PMIDs that a record's own ArticleIdList gives it when its own is not among them, as in a mixed-up answer."""
    pmids = [
        clean_pmid(text_of(each))
        for part in root.iterchildren("PubmedData", "PubmedBookData", "BookDocument")
        for listed in part.iterchildren("ArticleIdList")
        for each in listed.iterchildren("ArticleId")
        if each.get("IdType") == "pubmed"
    ]
    return [] if own in pmids else [pmid for pmid in pmids if pmid]


def _take_unclosed(window: Window, start: int) -> BrokenRecord:
    """Deal with a record without an end tag in what is left, or within the longest that a record can be."""
    following = _STARTS.search(window.buffer, 1)
    pmid = _pmid_in(window.buffer)
    if following:
        hidden = _END.search(window.buffer, 0, following.start())
        window.drop(following.start())
        reason = "a comment or the like in it has no end" if hidden else "its end tag is missing"
        return BrokenRecord(pmid, start, f"not well-formed: {reason}")
    if window.ended:
        name = f"in the record of PMID {pmid}" if pmid else "in a record"
        raise BadInputError(f"it is cut off {name} (byte {start}). Fetch it again.")
    window.drop(1)
    window.skip_to(_STARTS)
    return BrokenRecord(pmid, start, f"longer than {MAX_RECORD >> 20} MB without an end tag")


def _take_deletions(window: Window, name: bytes) -> Iterator[DeletedRecord | BrokenRecord]:
    start, tag = window.position, name.decode()
    body = window.take_element(name)
    if body is None:
        raise BadInputError(f"it is cut off in {tag} (byte {start}). Fetch it again.")
    try:
        root = parse(body)
    except etree.XMLSyntaxError as error:
        yield BrokenRecord(None, start, f"{tag} is not well-formed: {error.msg}")
        return
    for each in root.iterchildren("PMID"):
        pmid = clean_pmid(text_of(each))
        yield (DeletedRecord(pmid) if pmid else BrokenRecord(None, start, f"{tag} with an unusable PMID"))


def _take_stray(window: Window) -> BrokenRecord:
    """Report what is neither a record nor a set's tag, and go on at the next of these."""
    start = window.position
    seen = describe(window.head())
    window.drop(1)
    window.skip_to(_STARTS)
    return BrokenRecord(None, start, f"between records there is {seen}")


def _pass_doctype(window: Window) -> None:
    window.fill(4096)
    doctype = _DOCTYPE.match(window.buffer)
    if not doctype:
        raise BadInputError(
            "it declares entities or a document type of its own, as PubMed never does and entity bombs do. "
            "Refused; fetch it again from PubMed."
        )
    window.drop(doctype.end())


def _pmid_in(body: bytes | bytearray) -> int | None:
    """Find the PMID of a record that cannot be parsed: the one that opens its citation, never a cited one."""
    found = _OWN_PMID.search(body, 0, 4096)
    return clean_pmid(found[1].decode()) if found else None
