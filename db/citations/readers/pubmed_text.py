"""What PubMed saves as text → references: Summary, Abstract; and lines for NCBI's citation matcher."""

import re

from db.citations.model import Reference
from db.citations.readers.lists import ReferenceList, Unread, from_fields, labelled, line_of, names_something
from db.citations.reading import read_reference, surnames

_SUMMARY = re.compile(r"^(\d+): (?=\S)", re.MULTILINE)
_ABSTRACT = re.compile(r"^\d+\. (?=\S)", re.MULTILINE)
_NAMED = re.compile(r"^(?:PMID: \d+|PMCID: PMC\d+|DOI: 10\.)", re.MULTILINE)
_SOURCE = re.compile(r"^(?P<journal>[^.]+?)\. (?P<rest>(?P<year>(?:1[89]|20)\d\d)\b.*)$")
_WHERE = re.compile(r"[^;]*;\s*(?P<volume>[^(:;]*?)\s*(?:\((?P<issue>[^)]*)\))?\s*:\s*(?P<pages>[^.;]+)")
_MATCHER_LINE = re.compile(r"[^|\n]*\|\d{0,4}\|[^|\n]*\|[^|\n]*\|[^|\n]*(?:\|[^|\n]*){0,2}")
_AFFILIATION_MARK = re.compile(r"\(\d+\)|\[\d+\]")


def is_summary(text: str) -> bool:
    """Whether it begins with '1: ' and has a PMID."""
    return bool(re.match(r"\s*\d+: \S", text)) and bool(re.search(r"\bPMID: \d", text))


def is_abstract(text: str) -> bool:
    """Whether it begins with '1. ' and the source, and has identifiers on lines of their own."""
    first = re.match(r"\s*\d+\. (.*)", text)
    return bool(first and _SOURCE.match(first[1]) and _NAMED.search(text) and "\n\n" in text.replace("\r", ""))


def is_matcher(text: str) -> bool:
    """Whether every line is one that NCBI's citation matcher takes."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return bool(lines) and all(_MATCHER_LINE.fullmatch(line) for line in lines)


def read_summary(text: str) -> ReferenceList:
    """Every reference of "Summary (text)"; their numbers count up by one."""
    text = text.replace("\r\n", "\n")
    return ReferenceList(tuple(read_reference(" ".join(part.split())) for _, part in _cut(text, _SUMMARY)))


def read_abstracts(text: str) -> ReferenceList:
    """Every record of "Abstract (text)": source, title, authors, and identifiers at its end."""
    text = text.replace("\r\n", "\n")
    references: list[Reference] = []
    unread: list[Unread] = []
    for line, part in _cut(text, _ABSTRACT):
        found = _from_abstract(part)
        if names_something(found):
            references.append(found)
        else:
            unread.append(Unread("the record has no title and no identifier", line))
    return ReferenceList(tuple(references), tuple(unread))


def _cut(text: str, number: re.Pattern[str]) -> list[tuple[int, str]]:
    """(line, text) of what stands behind numbers that count up by one at the beginning of lines after a blank one."""
    begins: list[tuple[int, int, int]] = []
    for found in number.finditer(text):
        stands = int(re.sub(r"\D", "", found[0]))
        after_blank = re.search(r"\n[ \t]*\n$", text[max(0, found.start() - 20) : found.start()])
        if not begins or (stands == begins[-1][0] + 1 and after_blank):
            begins.append((stands, found.start(), found.end()))
    ends = [start for _, start, _ in begins[1:]] + [len(text)]
    return [(line_of(text, start), text[after:end]) for (_, start, after), end in zip(begins, ends, strict=True)]


def _from_abstract(text: str) -> Reference:
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n[ \t]*\n", text.strip())]
    source, title, authors = (*paragraphs, "", "")[:3]
    named = " ".join(re.findall(r"^(?:PMID|PMCID|DOI): .*$", text, re.MULTILINE))
    found = _SOURCE.match(source)
    where = _WHERE.match(found["rest"]) if found else None
    identifiers = labelled(other=re.sub(r"\[Indexed.*?\]", "", named)) or labelled(other=source)
    return from_fields(
        title=title, authors=surnames(_AFFILIATION_MARK.sub("", authors)), journal=found["journal"] if found else "",
        year=found["year"] if found else "", volume=(where["volume"] or "") if where else "",
        issue=(where["issue"] or "") if where else "", pages=where["pages"] if where else "", identifiers=identifiers,
    )  # fmt: skip


def read_matcher(text: str) -> ReferenceList:
    """`journal|year|volume|first page|author|key|`, as NCBI's citation matcher takes it."""
    found: list[Reference] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        journal, year, volume, page, author, key = (*line.split("|"), "", "")[:6]
        name = re.sub(r"\s+[A-Za-z]{1,3}$", "", author.strip())
        found.append(from_fields(key=key, journal=journal, year=year, volume=volume, pages=page, authors=[name]))
    return ReferenceList(tuple(found))
