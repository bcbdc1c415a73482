"""Check the references of a manuscript: which are retracted, corrected, wrong, or not to be found.

Read are Word files (their text), Markdown and plain text (the list under a heading such as 'References', and every
PMID, DOI and PMC id before it), and files of reference managers.
"""

import re
import sqlite3
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lxml import etree

from db.citations.identifiers import identifiers_in
from db.citations.model import Answer, Reference
from db.citations.readers.text import read_text
from db.citations.reading import read_reference, split_references
from db.citations.status import has_claims
from topics.errors import BadInputError

_HEADING = re.compile(
    r"^[#\s*_=\d.]*(?:references?|bibliography|literature(?: cited)?|works cited|literatur(?:verzeichnis)?)[\s*_:=]*$",
    re.IGNORECASE | re.MULTILINE,
)
_AFTER = re.compile(
    r"^[#\s*_\d.]*(?:appendix|appendices|supplement(?:ary)?|figure legends?|acknowledge?ments?|tables?)\b.{0,60}$",
    re.IGNORECASE | re.MULTILINE,
)
_DATED = re.compile(r"^(?:date|Date|DATE)\s*:\s*['\"]?(\d{4}-\d\d(?:-\d\d)?)", re.MULTILINE)
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MODIFIED = "{http://purl.org/dc/terms/}modified"
_MOST_BYTES = 64 << 20
"""Of a file, and of the text of a Word file, that are read: a small zip can hold any amount."""
_NAMED = ("PMID", "DOI", "PMC id")
"""Identifiers that cite a paper wherever they stand. A registration in the text names the manuscript's own trial."""


@dataclass(frozen=True, slots=True)
class ChangedClaim:
    """A claim of ours whose verdict changed after the manuscript was written."""

    claim_id: str
    text: str
    verdict: str
    changed_on: str
    cited: bool
    """Whether the manuscript cites evidence on it."""


@dataclass(frozen=True, slots=True)
class ManuscriptReport:
    """What was found in a manuscript, reference by reference."""

    path: Path
    dated: str
    answers: tuple[Answer, ...]
    changed_claims: tuple[ChangedClaim, ...]

    @property
    def retracted(self) -> tuple[Answer, ...]:
        """References to retracted papers."""
        return tuple(answer for answer in self.answers if answer.standing and answer.standing.retracted)

    @property
    def exit_code(self) -> int:
        """1 when something is retracted, else 0."""
        return 1 if self.retracted else 0

    def lines(self) -> list[str]:
        """For the terminal: what needs a hand first, a summary last."""
        lines: list[str] = []
        counts = dict.fromkeys(("retracted", "corrected", "mismatched", "uncertain", "not found"), 0)
        for number, answer in enumerate(self.answers, start=1):
            for kind, text in _remarks(answer):
                counts[kind] += kind in counts
                lines.append(f"[{number}] {text}\n      {_short(answer.asked)}")
        for claim in self.changed_claims:
            cited = "cites evidence on it" if claim.cited else "does not cite evidence on it"
            lines.append(
                f"Claim {claim.claim_id} became '{claim.verdict}' on {claim.changed_on} ({cited}): {claim.text}"
            )
        found = ", ".join(f"{count} {kind}" for kind, count in counts.items())
        lines.append(f"{self.path}: {len(self.answers)} references, dated {self.dated or 'not known'}: {found}.")
        return lines


def _remarks(answer: Answer) -> list[tuple[str, str]]:
    if answer.outcome == "not_found":
        asked = " (PubMed was asked)" if answer.asked_pubmed else " (PubMed was not asked)"
        return [("not found", f"not found{asked}")]
    if answer.outcome == "several":
        names = "; ".join(_name(answer, place) for place in range(len(answer.matches)))
        note = f"{answer.note}: " if answer.note else ""
        return [("uncertain", f"not certain: {note}{names}")]
    remarks = []
    standing = answer.standing
    if standing:
        kind = "retracted" if standing.retracted else "corrected" if standing.corrected else "note"
        remarks += [(kind if place == 0 else "note", f"{warning} ({_name(answer, 0)})")
                    for place, warning in enumerate(standing.warnings)]  # fmt: skip
    differs = "; ".join(difference.line() for difference in answer.matches[0].differs)
    if differs:
        remarks.append(("mismatched", f"{differs} ({_name(answer, 0)})"))
    return remarks


def _name(answer: Answer, place: int) -> str:
    work = answer.matches[place].work
    return f"PMID {work.pmid}" if work.pmid else work.doi


def _short(text: str) -> str:
    return text if len(text) <= 110 else f"{text[:107]}..."


def references_of(path: Path) -> tuple[list[Reference], str]:
    """(references, date of the manuscript as ISO text or '').

    Raises:
        BadInputError: the file cannot be read, or holds no reference.
    """
    _refuse_what_does_not_end(path)
    text, dated = _docx(path) if path.suffix.lower() == ".docx" else _plain(path)
    is_list = path.suffix.lower() in (".bib", ".ris", ".nbib", ".json")
    references = list(read_text(text).references) if is_list else _in_text(text)
    if not references:
        raise BadInputError(f"{path}: no references found. A list needs a heading such as 'References' above it.")
    return references, dated or (found[1] if (found := _DATED.search(text[:2000])) else "")


def _refuse_what_does_not_end(path: Path) -> None:
    """A device, a pipe or a folder is no manuscript, and neither is what no memory holds."""
    if path.exists() and not path.is_file():
        raise BadInputError(f"{path}: not a file. Name a manuscript (.docx, .md, .txt, .bib, .ris, .nbib).")
    if path.is_file() and (size := path.stat().st_size) > _MOST_BYTES:
        raise BadInputError(
            f"{path}: {size >> 20} MB, and at most {_MOST_BYTES >> 20} MB are read. Take out its pictures."
        )


def _in_text(text: str) -> list[Reference]:
    headings = list(_HEADING.finditer(text))
    body, listed = (text[: headings[-1].start()], text[headings[-1].end() :]) if headings else (text, "")
    if end := _AFTER.search(listed):
        listed = listed[: end.start()]
    references = [read_reference(part) for part in split_references(listed)]
    known = {value for reference in references for value in reference.identifiers.values()}
    for kind, value in identifiers_in(body):
        if kind.name in _NAMED and value not in known:
            known.add(value)
            references.append(Reference("", identifiers={kind.name: value}, asked=f"{kind.name} {value}"))
    return references


def _plain(path: Path) -> tuple[str, str]:
    try:
        return path.read_text(encoding="utf-8-sig", errors="replace"), ""
    except OSError as error:
        raise BadInputError(f"{path}: cannot be read ({error.strerror}). Check its name.") from error


def _docx(path: Path) -> tuple[str, str]:
    """Text of a Word file, one line a paragraph, and the day it was last changed."""
    try:
        with zipfile.ZipFile(path) as word:
            body = _xml(word, "word/document.xml")
            core = _xml(word, "docProps/core.xml") if "docProps/core.xml" in word.namelist() else None
    except (OSError, zipfile.BadZipFile, KeyError, etree.XMLSyntaxError) as error:
        raise BadInputError(f"{path}: not a Word file ({error}). Save it as .docx or as text.") from error
    paragraphs = []
    for paragraph in body.iter(f"{_WORD}p"):
        parts = [
            node.text or "" if node.tag == f"{_WORD}t" else " "
            for node in paragraph.iter(f"{_WORD}t", f"{_WORD}tab", f"{_WORD}br")
        ]
        paragraphs.append("".join(parts))
    modified = core.findtext(_MODIFIED) if core is not None else ""
    return "\n".join(paragraphs), (modified or "")[:10]


def _xml(word: zipfile.ZipFile, name: str) -> etree._Element:
    if word.getinfo(name).file_size > _MOST_BYTES:
        raise zipfile.BadZipFile(f"{name} is larger than {_MOST_BYTES >> 20} MB")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(word.read(name), parser)


def check(
    connection: sqlite3.Connection, path: Path, resolve: Callable[[list[Reference]], list[Answer]], dated: str = ""
) -> ManuscriptReport:
    """Resolve every reference of a file. `dated` (ISO) replaces the date that the file itself tells.

    Raises:
        BadInputError: as `references_of`, or `dated` is no date.
    """
    if dated:
        try:
            date.fromisoformat(dated)
        except ValueError as error:
            raise BadInputError(f"'{dated}' is no date. Write it as 2014-06-03.") from error
    references, told = references_of(path)
    answers = resolve(references)
    when = dated or told
    return ManuscriptReport(path, when, tuple(answers), _changed(connection, answers, when) if when else ())


def _changed(connection: sqlite3.Connection, answers: list[Answer], when: str) -> tuple[ChangedClaim, ...]:
    if not has_claims(connection):
        return ()
    cited = {claim.claim_id for answer in answers if answer.standing for claim in answer.standing.claims}
    rows = connection.execute(
        "SELECT v.claim_id, c.text, c.verdict, max(v.flipped_on) FROM verdicts v "
        "JOIN claims c ON c.claim_id = v.claim_id "
        "WHERE v.flipped_on > ? GROUP BY v.claim_id ORDER BY v.claim_id",
        (when,),
    )
    found = [ChangedClaim(claim, text, verdict, day, claim in cited) for claim, text, verdict, day in rows]
    return tuple(sorted(found, key=lambda claim: not claim.cited))
