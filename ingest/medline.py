"""MEDLINE text (what PubMed calls "PubMed" format, files .nbib and .txt) to records.

Bio.Medline reads the fields of one record. What it does not do is done here: cutting the file at record borders without
loss, joining lines that were wrapped, and keeping authors, their groups and affiliations in the order printed. Fields:
https://www.nlm.nih.gov/bsd/mms/medlineelements.html. MEDLINE text has no references, no MeSH UIs and no ORCIDs of old.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from Bio import Medline

from db.received import RawRecord
from ingest.dates import UNKNOWN, date_of_text, iso_day
from ingest.identifiers import clean_doi, clean_orcid, clean_pmcid, clean_pmid
from ingest.mesh_ui import DESCRIPTORS, PUBLICATION_TYPES, QUALIFIERS
from ingest.pubmed_xml import join_abstract
from ingest.raw import MAX_RECORD, BrokenRecord
from ingest.record import Author, Chemical, Link, MeshHeading, PublicationType, Record, Section
from ingest.registrations import all_registrations
from ingest.tagging.sections import split_sections
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
_OWN_PMID = re.compile(rb"PMID- *(\d{1,8})\s*$", re.MULTILINE)
_LINK_PMID = re.compile(r"\s*PMID: ?(\d+)\.?$")
_REGISTRY_NUMBER = re.compile(r"(EC \S+|\S+) \((.*)\)")
_ISSN = re.compile(r"\d{4}-\d{3}[\dX]")
_DOI = re.compile(r"(\S+) \[doi\]")
_SUFFIXES = {"jr", "sr", "2nd", "3rd", "4th", "5th"}


def split_medline(stream: BinaryIO) -> Iterator[RawRecord | BrokenRecord]:
    """Yield every record of a MEDLINE file as received (its lines, without the blank ones around it).

    A record begins at its PMID line or after a blank one; lines that are neither a field nor the rest of one make it a
    broken record.

    Raises:
        BadInputError: the file ends in the middle of a record: PubMed ends each with its SO field.
    """
    lines: list[bytes] = []
    position = start = size = 0
    after_blank = False
    for line in iter(lambda: stream.readline(MAX_RECORD), b""):
        text = line.removeprefix(b"\xef\xbb\xbf") if not position else line
        blank = not text.strip()
        if lines and (text.startswith(b"PMID-") or (after_blank and not blank and not text.startswith(b"      "))):
            yield _raw(b"".join(lines), start)
            lines, size = [], 0
        if not blank:
            start = start if lines else position
            lines.append(text)
            size += len(text)
        if size > MAX_RECORD:
            raise BadInputError(
                f"a record at byte {start} is longer than {MAX_RECORD >> 20} MB. This is not MEDLINE text."
            )
        after_blank = blank
        position += len(line)
    if lines:
        body = b"".join(lines)
        if not re.search(rb"^SO  - ", body, re.MULTILINE):
            raise BadInputError(
                f"it is cut off in its last record (byte {start}: no SO field). Save it again from PubMed."
            )
        yield _raw(body, start)


def read_medline(body: bytes) -> Record:
    """Read one record of MEDLINE text.

    Raises:
        BadInputError: it is not UTF-8, not MEDLINE text, or has no PMID.
    """
    lines = _unfold(body)
    fields = next(Medline.parse(lines), Medline.Record())
    pmid = clean_pmid(fields.get("PMID", ""))
    if pmid is None:
        raise BadInputError("no usable PMID")
    title = fields.get("TI", "")
    book_title = " ".join(fields.get("BTI", []))
    abstract, sections = _abstract(fields.get("AB", ""))
    date = date_of_text(fields.get("DP", ""))
    if date == UNKNOWN:
        date = date_of_text(_day(fields.get("DEP", "")))
    issn = _ISSN.search(fields.get("IS", ""))
    return Record(
        pmid=pmid,
        kind="book" if book_title else "article",
        title=title or book_title,
        vernacular_title=fields.get("TT", ""),
        abstract=abstract,
        sections=sections,
        journal=fields.get("TA", "") or fields.get("JT", ""),
        journal_title=book_title if book_title and title else fields.get("JT", ""),
        issn=issn[0] if issn else "",
        nlm_unique_id=fields.get("JID", ""),
        volume=fields.get("VI", ""),
        issue=fields.get("IP", ""),
        pages=fields.get("PG", ""),
        year=date.year,
        published=date.published,
        date_precision=date.precision,
        published_text=date.text,
        entered=_day(fields.get("CRDT", [""])[0] or fields.get("EDAT", "")),
        completed=_day(fields.get("DCOM", "")),
        revised=_day(fields.get("LR", "")),
        doi=_doi([*fields.get("AID", []), fields.get("LID", "")]),
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


def _raw(body: bytes, start: int) -> RawRecord | BrokenRecord:
    body = body.rstrip() + b"\n"
    found = _OWN_PMID.match(body)
    pmid = clean_pmid(found[1].decode()) if found else None
    if pmid is None:
        return BrokenRecord(None, start, "no usable PMID")
    try:
        _unfold(body)
    except BadInputError as error:
        return BrokenRecord(pmid, start, str(error))
    return RawRecord(pmid, 1, "medline", body)


def _unfold(body: bytes) -> list[str]:
    """One line a field: wrapped lines joined again, which Bio.Medline does for some fields only."""
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
        else:
            raise BadInputError(f"line {number} of the record is no MEDLINE field: '{text[:40]}'")
    return lines


def _abstract(text: str) -> tuple[str, tuple[Section, ...]]:
    text = " ".join(text.split())
    sections = split_sections(text)
    if not sections:
        return text, ()
    return join_abstract((each.label, each.category, text[each.start : each.end]) for each in sections)


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
