"""Files of one field a line → references: RIS, EndNote (.enw), Web of Science, MEDLINE (nbib)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import rispy
from rispy.config import TAG_KEY_MAPPING

from db.citations.model import Reference
from db.citations.readers.lists import ReferenceList, Unread, from_fields, labelled, names_something
from records import medline
from topics.errors import BadInputError

_RIS_FIELD = re.compile(r"^\s*([A-Z][A-Z0-9]|ty|er)[ \t]{0,3}-(?:[ \t]|(?=\S)|$)\s*(.*)$")
_RIS_END = re.compile(r"^\s*ER[ \t]*$", re.IGNORECASE)
_PUBMED = re.compile(r"pubmed|medline|\bnlm\b", re.IGNORECASE)
_ENDNOTE_FIELD = re.compile(r"^\s*%([0-9A-Z@!#$&(*+?^<>\[=~])\s+(.*)$")
_MEDLINE_RECORD = re.compile(r"^PMID- ", re.MULTILINE)


def is_ris(text: str) -> bool:
    """Whether entries have a type (TY), or at least two fields and an end (ER)."""
    if re.search(r"^\s*TY[ \t]{0,3}-", text, re.MULTILINE | re.IGNORECASE):
        return True
    return len(re.findall(r"^(?:TI|T1|AU|A1|PY|Y1|DO)  ?- ", text, re.MULTILINE)) > 1 and bool(
        re.search(r"^ER\b[ \t]*-?[ \t]*$", text, re.MULTILINE)
    )


def is_endnote_tagged(text: str) -> bool:
    """Whether there is a type (%0), or an author or a title on lines of their own and nothing before them."""
    return bool(re.search(r"^%0 [A-Z]", text, re.MULTILINE) or re.match(r"\s*%[AT] \S", text))


def is_web_of_science(text: str) -> bool:
    """Whether it begins with the file's name and version, or with a publication type, and records end with ER."""
    return bool(re.match(r"\s*(?:FN .*\n\s*VR |PT [JBSPC]\s*\n)", text))


def is_medline(text: str) -> bool:
    """Whether a line begins as those of MEDLINE text do."""
    return bool(re.search(r"^(?:PMID|OWN |STAT)- ", text, re.MULTILINE))


def is_ovid(text: str) -> bool:
    """Whether it begins as Ovid's text does: '<1>' and a field's name, on lines of their own."""
    return bool(re.match(r"\s*<1>[ \t]*\r?\n(?:[A-Z][A-Za-z ]+[ \t]*\r?\n)[ \t]", text))


def refuse_ovid(text: str) -> ReferenceList:
    """Ovid's text has names of fields that differ from database to database.

    Raises:
        BadInputError: always.
    """
    raise BadInputError("Ovid's text is not read. Export the records as RIS.")


def read_ris(text: str) -> ReferenceList:
    """Every entry, in order; an entry ends with ER, or where the next begins."""
    references: list[Reference] = []
    unread: list[Unread] = []
    for line, fields in _ris_entries(text):
        (entry,) = rispy.loads("\n".join(["TY  - GEN", *fields, "ER  - "]), skip_unknown_tags=True)
        found = _from_ris(entry)
        if names_something(found):
            references.append(found)
        else:
            unread.append(Unread("the RIS entry has no title, no author and no identifier", line))
    return ReferenceList(tuple(references), tuple(unread))


def _ris_entries(text: str) -> Iterator[tuple[int, list[str]]]:
    """(line of its beginning, fields as rispy wants them, without TY and ER) of every entry."""
    fields: list[str] = []
    begun = typed = 0
    for number, line in enumerate(text.splitlines(), start=1):
        field = _RIS_FIELD.match(line)
        tag = field[1].upper() if field else "ER" if _RIS_END.match(line) else ""
        if tag and tag not in TAG_KEY_MAPPING and not re.match(r"[A-Z][A-Z0-9]  -", line.lstrip()):
            tag = ""  # 'IN-house', a line that goes on
        if tag == "ER" or (tag == "TY" and typed):
            if begun:
                yield begun, fields
            fields, begun, typed = [], 0, 0
        if tag and tag != "ER":
            begun = begun or number
            typed = typed or tag == "TY"
        if tag not in ("", "TY", "ER") and field:
            fields.append(f"{tag}  - {field[2]}")
        elif not tag and fields and line.strip():
            fields[-1] += f" {line.strip()}"
    if begun:
        yield begun, fields


def _from_ris(entry: Mapping[str, Any]) -> Reference:
    return from_fields(
        key=str(entry.get("id", "")), title=_one(entry, "title", "primary_title"),
        authors=[name.partition(",")[0] for name in _many(entry, "authors", "first_authors")],
        journal=_one(entry, "journal_name", "secondary_title", "alternate_title3", "alternate_title1"),
        year=_one(entry, "year", "publication_year", "date"), volume=_one(entry, "volume"),
        issue=_one(entry, "number"), pages=_one(entry, "start_page"),
        identifiers=labelled(
            DOI=entry.get("doi"), PMID=_ris_pmid(entry), other=" ".join(map(str, _many(entry, "urls")))
        ),
    )  # fmt: skip


def _ris_pmid(entry: Mapping[str, Any]) -> str:
    """AN is a PMID where the database is PubMed: every database has accession numbers. Others write 'PMID: …'."""
    accession = str(entry.get("accession_number", ""))
    database = " ".join(_one(entry, name) for name in ("name_of_database", "database_provider"))
    if re.fullmatch(r"[1-9]\d{0,7}", accession) and _PUBMED.search(database):
        return accession
    texts = [accession, *map(str, _many(entry, "notes")), *map(str, _many(entry, "custom2"))]
    found = re.search(r"PMID:?\s*(\d{1,8})", " ".join(texts))
    return found[1] if found else ""


def _one(entry: Mapping[str, Any], *names: str) -> str:
    return next((str(entry[name]) for name in names if entry.get(name)), "")


def _many(entry: Mapping[str, Any], *names: str) -> list[str]:
    value: Any = next((entry[name] for name in names if entry.get(name)), [])
    return [value] if isinstance(value, str) else list(value)


def read_endnote_tagged(text: str) -> ReferenceList:
    """Every record of EndNote's own export ('%0 Journal Article', '%A …'); a blank line or %0 begins one."""
    records: list[tuple[int, dict[str, list[str]]]] = []
    last, blank = "", True
    for number, line in enumerate(text.splitlines(), start=1):
        field = _ENDNOTE_FIELD.match(line)
        if field and (field[1] == "0" or blank or not records):
            records.append((number, {}))
        if field:
            last = field[1]
            records[-1][1].setdefault(last, []).append(field[2].strip())
        elif line.strip() and records and not blank and last:
            records[-1][1][last][-1] += f" {line.strip()}"
        blank = not line.strip()
    references: list[Reference] = []
    unread: list[Unread] = []
    for number, fields in records:
        found = _from_endnote(fields)
        if names_something(found):
            references.append(found)
        else:
            unread.append(Unread("the EndNote record has no title, no author and no identifier", number))
    return ReferenceList(tuple(references), tuple(unread))


def _from_endnote(fields: Mapping[str, list[str]]) -> Reference:
    def first(*tags: str) -> str:
        return next((fields[tag][0] for tag in tags if tag in fields), "")

    pubmed = _PUBMED.search(" ".join(fields.get("W", []) + fields.get("~", [])))
    return from_fields(
        title=first("T"), authors=[name.partition(",")[0] for name in fields.get("A", [])], journal=first("J", "B"),
        year=first("D", "8"), volume=first("V"), issue=first("N"), pages=first("P"),
        identifiers=labelled(DOI=first("R"), PMID=first("M") if pubmed else "", other=" ".join(fields.get("U", []))),
    )  # fmt: skip


def read_web_of_science(text: str) -> ReferenceList:
    """Every record of Web of Science's plain text (also called ISI), in order."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip() + "\n"
    if not re.search(r"^ER\s*$", text[-12:], re.MULTILINE) and not text.endswith("\nEF\n"):
        text += "ER\n"  # cut off
    try:
        entries = rispy.loads(text, implementation=rispy.WokParser)
    except (ValueError, KeyError, OSError) as error:
        raise BadInputError(f"Web of Science: {error}. Export the records again as plain text.") from error
    lines = [number for number, line in enumerate(text.splitlines(), start=1) if line.startswith("PT ")]
    references = [
        from_fields(
            title=_joined(entry, "document_title"),
            authors=[name.partition(",")[0] for name in _many(entry, "authors")],
            journal=_joined(entry, "publication_name"), year=_joined(entry, "publication_year"),
            volume=_joined(entry, "volume"), issue=_joined(entry, "issue"),
            pages=_joined(entry, "beginning_page") or _joined(entry, "article_number"),
            identifiers=labelled(DOI=_joined(entry, "doi"), PMID=_joined(entry, "pubmed_id")),
        )
        for entry in entries
    ]  # fmt: skip
    unread = [Unread("the record has no end (ER)", line) for line in lines[len(references) :]]
    return ReferenceList(tuple(references), tuple(unread))


def _joined(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name, "")
    return " ".join(value) if isinstance(value, list) else str(value)


def read_medline(text: str) -> ReferenceList:
    """Every record of MEDLINE text, in order.

    Raises:
        BadInputError: a record is longer than any.
    """
    try:
        records = list(medline.read_references(_MEDLINE_RECORD.sub("\nPMID- ", text)))
    except BadInputError as error:
        raise BadInputError(f"MEDLINE text: {error} Export the file again.") from None
    found = [
        from_fields(
            key=str(record.pmid or ""), title=record.title,
            authors=[author.last_name for author in record.authors if author.last_name]
            or [author.collective for author in record.authors],
            journal=record.journal, year=str(record.year or ""), volume=record.volume, issue=record.issue,
            pages=record.pages, identifiers=labelled(PMID=record.pmid, DOI=record.doi, PMC=record.pmcid),
        )
        for record in records
    ]  # fmt: skip
    return ReferenceList(tuple(reference for reference in found if reference.text or reference.identifiers))
