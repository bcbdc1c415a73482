"""Files of reference managers, citation-matcher lines and plain lists → references, in the order given."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import rispy
from pybtex.database import BibliographyData
from pybtex.database.input.bibtex import Parser
from pybtex.errors import capture
from pybtex.exceptions import PybtexError
from pybtex.richtext import Text

from db.citations.folding import repaired
from db.citations.identifiers import identifiers_in
from db.citations.model import Reference
from db.citations.reading import read_reference, split_references
from db.citations.works import first_page
from records import medline
from topics.errors import BadInputError

_MATCHER_LINE = re.compile(r"[^|\n]*\|\d{0,4}\|[^|\n]*\|[^|\n]*\|[^|\n]*(?:\|[^|\n]*){0,2}")
_YEAR = re.compile(r"(?:1[89]|20)\d\d")


def read_references(text: str) -> list[Reference]:
    """The references in `text`, whichever form it has.

    Raises:
        BadInputError: it has the form of a reference manager's file and cannot be read as one.
    """
    text = text.removeprefix("\ufeff")
    for is_of_it, read in _FORMS:
        if is_of_it(text):
            return read(text)
    return [read_reference(part) for part in split_references(text)]


def _is_bibtex(text: str) -> bool:
    return bool(re.match(r"\s*(?:%[^\n]*\n\s*)*@\s*\w+\s*[{(]", text))


def _is_ris(text: str) -> bool:
    return bool(re.search(r"^TY  ?- ?[A-Z]+", text, re.MULTILINE))


def _is_medline(text: str) -> bool:
    return bool(re.search(r"^(?:PMID|OWN |STAT)- ", text, re.MULTILINE))


def _is_csl(text: str) -> bool:
    return text.lstrip()[:1] in ("[", "{") and '"' in text and bool(re.match(r"\s*(?:\[\s*\{|\[\s*\]|\{\s*\")", text))


def _is_matcher(text: str) -> bool:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return bool(lines) and all(_MATCHER_LINE.fullmatch(line) for line in lines)


def _read_bibtex(text: str) -> list[Reference]:
    parser = Parser(encoding="utf-8", macros={month: month for month in _MONTHS})
    with capture() as errors:  # pybtex goes on after most mistakes; what it could not read is an error below
        try:
            data: BibliographyData = parser.parse_string(text)
        except PybtexError as error:
            raise BadInputError(f"BibTeX: {error}. Correct the entry, or export the file again.") from error
    if not data.entries and errors:
        raise BadInputError(f"BibTeX: {errors[0]}. Correct the entry, or export the file again.")
    found = []
    for key, entry in data.entries.items():
        fields = {name.lower(): _plain_tex(value) for name, value in entry.fields.items()}
        people = entry.persons.get("author") or entry.persons.get("editor") or []
        authors = [
            _plain_tex(" ".join([*person.prelast_names, *person.last_names]) or " ".join(person.first_names))
            for person in people
        ]
        year = fields.get("year") or fields.get("date", "")
        found.append(_given(
            key=key, title=fields.get("title", ""), authors=authors,
            journal=fields.get("journal") or fields.get("journaltitle", ""), year=year,
            volume=fields.get("volume", ""), issue=fields.get("number") or fields.get("issue", ""),
            pages=fields.get("pages") or fields.get("eid", ""),
            identifiers=_labelled(DOI=entry.fields.get("doi"), PMID=fields.get("pmid") or _eprint(fields),
                                  PMC=fields.get("pmc") or fields.get("pmcid"), other=fields.get("url")),
        ))  # fmt: skip
    return found


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def _eprint(fields: Mapping[str, str]) -> str:
    return fields.get("eprint", "") if fields.get("eprinttype", "").lower() == "pubmed" else ""


_UNREAD = {
    r"\textbraceleft": "{", r"\textbraceright": "}", r"\textasciicircum": "^", r"\textless": "<", r"\textgreater": ">",
    r"\$": "$",
}  # fmt: skip
"""Commands that latexcodec leaves as they are."""


def _plain_tex(value: str) -> str:
    try:
        text = str(Text.from_latex(value))
    except (PybtexError, ValueError, IndexError):  # unbalanced braces, an unfinished command: the words still count
        text = re.sub(r"[{}\\]", "", value)
    for command, letter in _UNREAD.items():
        after = "(?![a-z]) ?" if command[1:].isalpha() else ""
        text = re.sub(re.escape(command) + after, letter.replace("\\", r"\\"), text)
    return text


def _read_ris(text: str) -> list[Reference]:
    try:
        entries = rispy.loads(text, skip_unknown_tags=True)
    except (ValueError, KeyError, OSError) as error:
        raise BadInputError(
            f"RIS: {error}. Every entry begins with TY and ends with ER; export the file again."
        ) from error
    return [
        _given(
            key=str(entry.get("id", "")), title=_one(entry, "title", "primary_title"),
            authors=[name.partition(",")[0] for name in _many(entry, "authors", "first_authors")],
            journal=_one(entry, "journal_name", "secondary_title", "alternate_title3", "alternate_title1"),
            year=_one(entry, "year", "publication_year", "date"), volume=_one(entry, "volume"),
            issue=_one(entry, "number"), pages=_one(entry, "start_page"),
            identifiers=_labelled(
                DOI=entry.get("doi"), PMID=_ris_pmid(entry), other=" ".join(map(str, _many(entry, "urls")))
            ),
        )
        for entry in entries
    ]  # fmt: skip


def _ris_pmid(entry: Mapping[str, Any]) -> str:
    """PubMed's own export puts the PMID in AN; others write 'PMID: …' into a note."""
    accession = str(entry.get("accession_number", ""))
    if re.fullmatch(r"[1-9]\d{0,7}", accession):
        return accession
    found = re.search(r"PMID:?\s*(\d{1,8})", " ".join([accession, *map(str, _many(entry, "notes", "custom2"))]))
    return found[1] if found else ""


def _one(entry: Mapping[str, Any], *names: str) -> str:
    return next((str(entry[name]) for name in names if entry.get(name)), "")


def _many(entry: Mapping[str, Any], *names: str) -> list[str]:
    value: Any = next((entry[name] for name in names if entry.get(name)), [])
    return [value] if isinstance(value, str) else list(value)


def _read_medline(text: str) -> list[Reference]:
    try:
        records = list(medline.read_references(text))
    except BadInputError as error:
        raise BadInputError(f"MEDLINE text: {error} Export the file again.") from None
    found = [
        _given(
            key=str(record.pmid or ""), title=record.title,
            authors=[author.last_name for author in record.authors if author.last_name]
            or [author.collective for author in record.authors],
            journal=record.journal, year=str(record.year or ""), volume=record.volume, issue=record.issue,
            pages=record.pages, identifiers=_labelled(PMID=record.pmid, DOI=record.doi, PMC=record.pmcid),
        )
        for record in records
    ]  # fmt: skip
    return [reference for reference in found if reference.text or reference.identifiers]


def _read_csl(text: str) -> list[Reference]:
    try:
        items = json.loads(text)
    except ValueError as error:
        raise BadInputError(f"CSL-JSON: {error}. Export the file again.") from error
    items = items.get("items", [items]) if isinstance(items, dict) else items
    if not all(isinstance(item, dict) for item in items):
        raise BadInputError("CSL-JSON: expected a list of items. Export the file again.")
    return [
        _given(
            key=str(item.get("id", "")), title=str(item.get("title", "")),
            authors=[
                str(name.get("family") or name.get("literal") or "") for name in item.get("author", [])
                if isinstance(name, dict)
            ],
            journal=str(item.get("container-title") or item.get("container-title-short") or ""),
            year=_csl_year(item), volume=str(item.get("volume", "")), issue=str(item.get("issue", "")),
            pages=str(item.get("page", "")),
            identifiers=_labelled(
                DOI=item.get("DOI"), PMID=item.get("PMID"), PMC=item.get("PMCID"), other=item.get("URL")
            ),
        )
        for item in items
    ]  # fmt: skip


def _csl_year(item: Mapping[str, Any]) -> str:
    issued = item.get("issued")
    if not isinstance(issued, dict):
        return str(issued or "")
    parts = issued.get("date-parts") or [[issued.get("raw") or issued.get("literal") or ""]]
    return str(parts[0][0]) if parts and parts[0] else ""


def _read_matcher(text: str) -> list[Reference]:
    """`journal|year|volume|first page|author|key|`, as NCBI's citation matcher takes it."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        journal, year, volume, page, author, key = (*line.split("|"), "", "")[:6]
        name = re.sub(r"\s+[A-Za-z]{1,3}$", "", author.strip())
        found.append(_given(key=key, journal=journal, year=year, volume=volume, pages=page, authors=[name]))
    return found


def _labelled(*, PMC: object = "", other: object = "", **named: object) -> dict[str, str]:  # noqa: N803
    """Identifiers in stored form from fields that say what they are, and from an address."""
    text = " ".join(f"{kind}: {value}" for kind, value in named.items() if value)
    if PMC:
        text += f" PMC{str(PMC).upper().removeprefix('PMC')}"
    found: dict[str, str] = {}
    for kind, value in identifiers_in(f"{text} {other or ''} ."):
        found.setdefault(kind.name, value)
    return found


def _given(
    *, key: str = "", title: str = "", authors: Iterable[str] = (), journal: str = "", year: str = "",
    volume: str = "", issue: str = "", pages: str = "", identifiers: Mapping[str, str] | None = None,
) -> Reference:  # fmt: skip
    """A reference from named fields; its text is put together from them, so that it is compared as a printed one is."""
    title, journal = repaired(title).rstrip("."), repaired(journal)
    names = tuple(name for name in (repaired(author) for author in authors) if name)
    dated = _YEAR.search(year)
    page = first_page(pages.replace("–", "-").replace("--", "-"))
    where = f"{dated[0] if dated else ''};{volume}:{page}".strip(";:")
    text = ". ".join(filter(None, (", ".join(names), title, journal, where)))
    named = dict(identifiers or {})
    return Reference(
        text, title, names, journal, int(dated[0]) if dated else None, volume.strip(), issue.strip(), page,
        named, key=key, asked=text or " ".join(named.values()),
    )  # fmt: skip


_FORMS: Sequence[tuple[Callable[[str], bool], Callable[[str], list[Reference]]]] = (
    (_is_bibtex, _read_bibtex), (_is_ris, _read_ris), (_is_medline, _read_medline), (_is_csl, _read_csl),
    (_is_matcher, _read_matcher),
)  # fmt: skip
