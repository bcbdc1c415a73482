"""MEDLINE text (what PubMed calls "PubMed" format, files .nbib and .txt) to records.

Bio.Medline reads the fields of one record. What it does not do is done here: cutting the file at record borders without
loss, joining lines that were wrapped, and keeping authors, their groups and affiliations in the order printed. Fields:
https://www.nlm.nih.gov/bsd/mms/medlineelements.html. MEDLINE text has no references, no MeSH UIs and no ORCIDs of old.
"""

import codecs
import io
import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from Bio import Medline

from records.content import SourceRecord
from records.dates import UNKNOWN, date_of_text, iso_day
from records.facts import facts_of
from records.formats import encoding_of
from records.identifiers import clean_doi, clean_orcid, clean_pmcid, clean_pmid
from records.mesh import DESCRIPTORS, PUBLICATION_TYPES, QUALIFIERS
from records.pieces import MAX_RECORD, BrokenRecord
from records.record import Author, Chemical, Link, MeshHeading, PublicationType, Record, Section
from records.registries import all_registrations
from records.sections import split_sections
from records.xml import ARTICLE_NUMBER, ELSEWHERE, join_abstract, title_or_vernacular
from topics.errors import BadInputError

_LINKS = {
    "CIN": "CommentIn", "CON": "CommentOn", "EIN": "ErratumIn", "EFR": "ErratumFor",
    "CRI": "CorrectedandRepublishedIn", "CRF": "CorrectedandRepublishedFrom",
    "ECI": "ExpressionOfConcernIn", "ECF": "ExpressionOfConcernFor",
    "RPI": "RepublishedIn", "RPF": "RepublishedFrom",
    "RRI": "RetractedandRepublishedIn", "RRF": "RetractedandRepublishedFrom",
    "RIN": "RetractionIn", "ROF": "RetractionOf",
    "PRIN": "PartialRetractionIn", "PROF": "PartialRetractionOf",
    "UIN": "UpdateIn", "UOF": "UpdateOf", "SPIN": "SummaryForPatientsIn", "ORI": "OriginalReportIn",
}  # fmt: skip
"""Field tag to CommentsCorrections@RefType."""

_FIELD = re.compile(rb"[A-Z][A-Z0-9]{1,3} *- ")
_HEAD = 4096
_REST = b"      "
"""What a line begins with that goes on with the field before it."""
_PMID, _SOURCE = b"PMID-", b"SO  - "
_OWN_PMID = re.compile(rb"^PMID- *(\d{1,8})\s*$", re.MULTILINE)
_LAST_OF_A_RECORD = re.compile(rb"^SO  - |^AID - \S+ \[bookaccession\]\s*$", re.MULTILINE)
"""PubMed ends articles with their SO; books of the Bookshelf have none, and end with their accession number."""
_LINK_PMID = re.compile(r"\s*PMID: ?(\d+)\.?$")
_REGISTRY_NUMBER = re.compile(r"(EC \S+|\S+) \((.*)\)")
_ISSN = re.compile(r"\d{4}-\d{3}[\dX]")
_DOI = re.compile(r"(\S+) \[doi\]")
_PII = re.compile(r"(\S+) \[pii\]")
_OTHER_ABSTRACT = re.compile(r"^(AAMC|AIDS|KIE|PIP|NASA|Publisher): *")
_PLAIN_LANGUAGE = "plain-language-summary"
"""OtherAbstract@Type (pubmed_250101.dtd), which stands before the text."""
_Lines = list[tuple[int, bytes]]
"""Lines, each with the byte of the stream at which it begins."""
_SUFFIXES = {"jr", "sr", "2nd", "3rd", "4th", "5th"}


def split_medline(stream: BinaryIO) -> Iterator[SourceRecord | BrokenRecord]:
    """Yield every record of a MEDLINE file as it stands there (in UTF-8, without the blank lines around it).

    A record begins at its PMID line or after a blank one; its PMID need not come first. Lines that are neither a field
    nor the rest of one make it a broken record.

    Raises:
        BadInputError: the file ends in the middle of a record, or is not in the encoding that it begins with.
    """
    before: _Lines = []
    for lines in _of_each_record(stream):
        if before:
            yield _source_record(before)
        before = lines
    if before:
        if not _LAST_OF_A_RECORD.search(_joined(before)):
            raise BadInputError(
                f"it is cut off in its last record (byte {before[0][0]}: no SO field). Save it again from PubMed."
            )
        yield _source_record(before)


def read_medline(body: bytes) -> Record:
    """Read one record of MEDLINE text.

    Raises:
        BadInputError: it is not UTF-8, not MEDLINE text, or has no PMID.
    """
    record = _record(_unfold(body))
    if not record.pmid:
        raise BadInputError("no usable PMID")
    return record


def read_references(text: str) -> Iterator[Record]:
    """Yield what a file of references has in MEDLINE text, as reference managers write it and people cut it.

    `pmid` is 0 where there is none, the last record may break off, and what is no field (a mail's first words) is
    passed over. All of a record may be missing.

    Raises:
        BadInputError: a record is longer than any, or it is UTF-16 and then is not.
    """
    for lines in _of_each_record(io.BytesIO(text.encode("utf-8", "replace"))):
        yield _record(_unfold(_joined(lines), strict=False))


def _of_each_record(stream: BinaryIO) -> Iterator[_Lines]:
    """Yield the lines of each record with the bytes at which they begin, without blank lines.

    Raises:
        BadInputError: as `split_medline`, or a record is longer than any.
    """
    lines: _Lines = []
    position = size = 0
    after_blank = False
    for line in _lines(stream):
        text = line.removeprefix(codecs.BOM_UTF8)  # anywhere: files put together have one each
        if not text.strip():
            after_blank = True
        else:
            if whole := _whole(lines, text, after_blank):
                yield lines[:whole]
                lines = lines[whole:]
                size = sum(len(kept) for _, kept in lines)
            lines.append((position, text))
            size += len(text)
            after_blank = False
        if size > MAX_RECORD:
            raise BadInputError(
                f"a record at byte {lines[0][0]} is longer than {MAX_RECORD >> 20} MB. This is not MEDLINE text."
            )
        position += len(line)
    if lines:
        yield lines


def _joined(lines: _Lines) -> bytes:
    return b"".join(text for _, text in lines)


def _record(lines: list[str]) -> Record:
    """A record of its fields, one a line; `pmid` is 0 where there is no usable one."""
    fields = next(Medline.parse(lines), Medline.Record())

    def first(tag: str) -> str:
        """The first value of a field that may be repeated."""
        return next(iter(fields.get(tag, ())), "")

    vernacular_title = fields.get("TT", "")
    title = title_or_vernacular(fields.get("TI", ""), vernacular_title)
    book_title = " ".join(fields.get("BTI", []))
    abstract, sections = _abstract(fields.get("AB", "") or _other_abstract(lines))
    date = date_of_text(fields.get("DP", ""))
    if date == UNKNOWN:
        date = date_of_text(_day(fields.get("DEP", "") or first("CTDT")))
    locations = [*fields.get("AID", []), fields.get("LID", "")]
    issn = _ISSN.search(fields.get("IS", ""))
    return Record(
        pmid=clean_pmid(fields.get("PMID", "")) or 0,
        kind="book" if book_title else "article",
        title=title or book_title,
        vernacular_title=vernacular_title,
        abstract=abstract,
        sections=sections,
        journal=fields.get("TA", "") or fields.get("JT", ""),
        journal_title=book_title if book_title and title else fields.get("JT", ""),
        issn=issn[0] if issn else "",
        nlm_unique_id=fields.get("JID", ""),
        volume=fields.get("VI", ""),
        issue=fields.get("IP", ""),
        pages=fields.get("PG", "") or _article_number(locations),
        year=date.year,
        published=date.published,
        date_precision=date.precision,
        published_text=date.text,
        entered=_day(first("CRDT") or fields.get("EDAT", "")),
        completed=_day(fields.get("DCOM", "")),
        revised=_day(fields.get("LR", "") or first("DRDT")),
        doi=_doi(locations),
        pmcid=clean_pmcid(fields.get("PMC", "")),
        languages=tuple(fields.get("LA", ())),
        status=fields.get("STAT", ""),
        country=fields.get("PL", "") if not book_title else "",
        authors=_authors(lines),
        mesh=tuple(row for heading in fields.get("MH", ()) for row in _mesh(heading)),
        publication_types=tuple(
            PublicationType(PUBLICATION_TYPES.get(name, ""), name) for name in fields.get("PT", ())
        ),
        chemicals=tuple(_chemical(entry) for entry in fields.get("RN", ())),
        keywords=tuple(dict.fromkeys(word.lstrip("*") for word in fields.get("OT", ()))),
        registrations=all_registrations(
            [(bank, number) for bank, _, number in (entry.partition("/") for entry in fields.get("SI", ()))],
            f"{title}\n{abstract}",
        ),
        links=tuple(
            _link(kind, entry) for tag, kind in _LINKS.items() for entry in fields.get(tag, ())
        ),
    )  # fmt: skip


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a text in UTF-8, each with its end. Old Macs ended lines with CR alone: such ones with LF."""
    head = stream.read(_HEAD)
    stream.seek(0)
    encoding = encoding_of(head)
    ending = "\r" if b"\r" in head and b"\n" not in head else "\n"
    text = io.TextIOWrapper(stream, encoding=encoding, errors="surrogateescape", newline=ending)
    try:
        for line in iter(lambda: text.readline(MAX_RECORD), ""):
            ended = line if ending == "\n" else line.replace("\r", "\n")
            yield ended.encode("utf-8", "surrogateescape")
    except UnicodeError:
        raise BadInputError(f"it begins as {encoding.upper()} and is not. Save it again as UTF-8.") from None


def _whole(lines: _Lines, text: bytes, after_blank: bool) -> int:
    """How many of `lines` are a whole record, now that the line `text` follows; 0 while it goes on."""
    if after_blank and not text.startswith(_REST):
        return len(lines)
    if not text.startswith(_PMID) or not any(line.startswith(_PMID) for _, line in lines):
        return 0
    if lines[0][1].startswith(_PMID):
        return len(lines)
    # fields stand before the PMID here: those of the record that begins come after the last SO
    sources = [number for number, (_, line) in enumerate(lines) if line.startswith(_SOURCE)]
    whole = sources[-1] + 1 if sources else len(lines)
    while whole < len(lines) and lines[whole][1].startswith(_REST):
        whole += 1
    return whole


def _source_record(lines: _Lines) -> SourceRecord | BrokenRecord:
    start = lines[0][0]
    body = _joined(lines).rstrip() + b"\n"
    found = _OWN_PMID.search(body)
    pmid = clean_pmid(found[1].decode()) if found else None
    if pmid is None:
        return BrokenRecord(None, start, "no usable PMID")
    try:
        facts = facts_of(read_medline(body))
    except BadInputError as error:
        return BrokenRecord(pmid, start, str(error))
    return SourceRecord.of_pubmed(pmid, 1, "medline", body, facts)


def _unfold(body: bytes, *, strict: bool = True) -> list[str]:
    """One line a field: wrapped lines joined again, which Bio.Medline does for some fields only.

    Raises:
        BadInputError: a line is no field; if not `strict`, it is left out.
    """
    lines: list[str] = []
    for number, line in enumerate(body.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            text = line.decode().rstrip()
        except UnicodeDecodeError:
            raise BadInputError(f"line {number} of the record is not UTF-8") from None
        if line.startswith(b"      ") and lines:
            lines[-1] += " " + text.strip()
        elif _FIELD.match(line.rstrip() + b" "):
            lines.append(text)
        elif strict:
            raise BadInputError(f"line {number} of the record is no MEDLINE field: '{text[:40]}'")
    return lines


def _abstract(text: str) -> tuple[str, tuple[Section, ...]]:
    text = " ".join(text.split())
    sections = split_sections(text)
    if not sections:
        return text, ()
    return join_abstract((each.label, each.category, text[each.start : each.end]) for each in sections)


def _other_abstract(lines: Sequence[str]) -> str:
    """The first English abstract that others than the journal's record gave (OAB, its language in OABL), or ''.

    A summary in plain language is none: it is written for other readers, and leaves out what was done.
    """
    others: list[tuple[str, str]] = []
    for line in lines:
        tag, text = line[:4].rstrip(), line[6:].strip()
        if tag == "OAB":
            others.append((text, "eng"))
        elif tag == "OABL" and others:
            others[-1] = (others[-1][0], text)
    for text, language in others:
        if text.lower().startswith(_PLAIN_LANGUAGE) or language != "eng":
            continue
        said = _OTHER_ABSTRACT.sub("", text)
        if not ELSEWHERE.fullmatch(said):
            return said
    return ""


def _article_number(locations: Sequence[str]) -> str:
    numbers = [found[1] for entry in locations for found in _PII.finditer(entry)]
    return next((number for number in numbers if ARTICLE_NUMBER.fullmatch(number)), "")


def _authors(lines: list[str]) -> tuple[Author, ...]:
    """People (FAU, with AU for initials) and groups (CN), in the order printed; AD and AUID belong to the last one.

    An affiliation before any author is the first author's: until 2014 it was the only one kept.
    """
    rows: list[dict[str, str]] = []
    early: list[str] = []
    named = False
    for line in lines:
        tag, text = line[:4].rstrip(), line[6:].strip()
        if tag == "FAU":
            last_name, _, fore_name = text.partition(", ")
            rows.append({"last_name": last_name, "fore_name": fore_name})
        elif tag == "AU":
            if not named:
                rows.append({})
            rows[-1] = _with_initials(rows[-1], text)
        elif tag == "CN":
            rows.append({"collective": text})
        elif tag == "AUID" and rows and "ORCID" in text:
            rows[-1].setdefault("orcid", clean_orcid(text))
        elif tag == "AD" and rows:
            rows[-1]["affiliation"] = " | ".join(filter(None, (rows[-1].get("affiliation"), text)))
        elif tag == "AD":
            early.append(text)
        named = tag == "FAU"
    if rows and early:
        rows[0]["affiliation"] = " | ".join([*early, *filter(None, (rows[0].get("affiliation"),))])
    empty = dict.fromkeys(("last_name", "fore_name", "initials", "suffix", "collective", "orcid", "affiliation"), "")
    return tuple(Author(**{**empty, **row}, valid=1) for row in rows)


def _with_initials(row: dict[str, str], short: str) -> dict[str, str]:
    """Add what the short form ('Smith JA Jr') says: initials, suffix and, without a full form, the last name."""
    words = short.split()
    suffix = words.pop() if len(words) > 2 and words[-1].lower() in _SUFFIXES else ""
    initials = words.pop() if len(words) > 1 and words[-1].isupper() else ""
    fore_name = row.get("fore_name", "").removesuffix(suffix).rstrip(" ,") if suffix else row.get("fore_name", "")
    last_name = row.get("last_name") or " ".join(words)
    return {**row, "last_name": last_name, "fore_name": fore_name, "initials": initials, "suffix": suffix}


def _mesh(heading: str) -> Iterator[MeshHeading]:
    """'Hypertension/*drug therapy/genetics': a star on any part makes the whole heading major."""
    descriptor, *qualifiers = heading.replace("*", "").split("/")
    ui = DESCRIPTORS.get(descriptor, "")
    for qualifier in qualifiers or [""]:
        yield MeshHeading(ui, descriptor, QUALIFIERS.get(qualifier, ""), qualifier, int("*" in heading), automated=0)


def _chemical(entry: str) -> Chemical:
    found = _REGISTRY_NUMBER.fullmatch(entry)
    number, name = found.groups() if found else ("0", entry)
    return Chemical(DESCRIPTORS.get(name, ""), name, number)


def _link(kind: str, entry: str) -> Link:
    found = _LINK_PMID.search(entry)
    if not found:
        return Link(kind, None, entry)
    return Link(kind, clean_pmid(found[1]), entry[: found.start()])


def _doi(entries: list[str]) -> str:
    return next((doi for entry in entries for found in _DOI.finditer(entry) if (doi := clean_doi(found[1]))), "")


def _day(stamp: str) -> str:
    """'20151119' or '2000/09/07 11:00' as an ISO day."""
    digits = stamp[:10].replace("/", "")
    return iso_day(digits[:4], digits[4:6], digits[6:8])
