"""Tables with a heading (CSV, tab-separated) → references: of PubMed, Web of Science, Scopus, or one's own."""

import csv
import io
import re
from collections.abc import Iterator, Mapping

from db.citations.model import Reference
from db.citations.readers.lists import ReferenceList, Unread, from_fields, labelled, names_something
from topics.errors import BadInputError

_COLUMNS = {
    "title": ("title", "article title", "ti", "document title"), "authors": ("authors", "author", "au", "first author"),
    "year": ("publication year", "year", "py", "date"), "volume": ("volume", "vl"), "issue": ("issue", "is"),
    "journal": ("journal/book", "journal", "source title", "so", "publication title"),
    "pages": ("pages", "page start", "bp", "start page", "pagination"), "doi": ("doi", "di"),
    "pmid": ("pmid", "pubmed id", "pm"), "pmcid": ("pmcid",), "key": ("key", "id"),
}  # fmt: skip
"""What the columns are called, in small letters."""


def is_table(text: str) -> bool:
    """Whether the first line is a heading that has a title, and an author, a year or an identifier."""
    names = _names(text)
    return "title" in names and len(names.keys() & {"authors", "year", "doi", "pmid"}) > 0


def read_table(text: str) -> ReferenceList:
    """One reference a row.

    Raises:
        BadInputError: a cell is longer than any, as where a quotation mark is never closed.
    """
    names = _names(text)
    references: list[Reference] = []
    unread: list[Unread] = []
    for line, row in _rows(text):
        cells = {name: row[place].strip() if place < len(row) else "" for name, place in names.items()}
        found = _from_cells(cells)
        if names_something(found):
            references.append(found)
        else:
            unread.append(Unread("the row has no title, no author and no identifier", line))
    return ReferenceList(tuple(references), tuple(unread))


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """(line at which it ends, cells) of every row below the heading that is not empty."""
    rows = csv.reader(io.StringIO(text.lstrip()), delimiter=_delimiter(text))
    try:
        next(rows)
        for row in rows:
            if any(map(str.strip, row)):
                yield rows.line_num, row
    except csv.Error as error:
        raise BadInputError(f"the table: {error} (line {rows.line_num}). Save it again as CSV.") from error


def _delimiter(text: str) -> str:
    first = text.lstrip().partition("\n")[0]
    return max("\t;,", key=first.count)


def _names(text: str) -> dict[str, int]:
    """Our names of the columns, each with its place."""
    first = next(csv.reader(io.StringIO(text.lstrip()[:10_000]), delimiter=_delimiter(text)), [])
    heads = [head.strip().lower() for head in first]
    found = {name: next((heads.index(each) for each in names if each in heads), -1) for name, names in _COLUMNS.items()}
    return {name: place for name, place in found.items() if place >= 0}


def _from_cells(cells: Mapping[str, str]) -> Reference:
    authors = re.split(r";|,\s(?=[^,]+\s[A-Z]{1,3}(?:,|$))", cells.get("authors", ""))
    return from_fields(
        key=cells.get("key", ""), title=cells.get("title", ""), journal=cells.get("journal", ""),
        authors=[re.sub(r"\s+[A-Z]{1,4}\.?$", "", name.strip().rstrip(".").partition(",")[0]) for name in authors],
        year=cells.get("year", ""), volume=cells.get("volume", ""), issue=cells.get("issue", ""),
        pages=cells.get("pages", ""),
        identifiers=labelled(DOI=cells.get("doi"), PMID=cells.get("pmid"), PMC=cells.get("pmcid")),
    )  # fmt: skip
