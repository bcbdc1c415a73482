"""The long lists of a record in the plain form (`plain_form`): authors, MeSH headings, and all of PubmedData."""

import re
from functools import lru_cache
from xml.sax.saxutils import unescape

from ingest.dates import iso_day
from ingest.elements import has_odd_space, one_spaced
from ingest.identifiers import MAX_PMID, clean_doi, clean_orcid, clean_pmcid, clean_pmid
from ingest.indexing import rows_of_heading
from ingest.pubmed_data import PubmedData
from ingest.record import Author, MeshHeading

_MARKS = {"&quot;": '"', "&apos;": "'"}
_OTHER_REFERENCE = re.compile("&(?!(?:amp|lt|gt|quot|apos);)")
_ENTREZ = b'"entrez">'
_DAY = re.compile(rb"\s*<Year>(\d+</Year>\s*<Month>\d+</Month>\s*<Day>\d+)</Day>")
BETWEEN = re.compile(r"\D+")
"""Tags between the parts of a date."""
_KINDS = "doi|pmc|pii|medline|mid|pmcid|pmpid|pmcpid|pmcbook|bookaccession|sici"
_OWN_ID = re.compile(rf'<ArticleId IdType="(pubmed|{_KINDS})">([^<&]*)</ArticleId>'.encode())
_CITED_ID = re.compile(rf'<ArticleId(?:List| IdType="(?:pubmed">([^<&]*)</ArticleId>|(?:{_KINDS})">))'.encode())
"""Also matches lists and ids of other kinds: an ArticleId that it does not match is not in the plain form."""
_SPACE = b" \t\r\n"
_END = b"</PubmedData></PubmedArticle>"
_END_OF_LIST = b"</ReferenceList>" + _END
_LONGEST_END = 120
_AUTHOR_LIST = re.compile(r'<AuthorList(?: CompleteYN="([YN])")?(?: Type="\w+")?>')


def _part(name: str) -> str:
    return rf"(?:<{name}>([^<]*+)</{name}>\s*+)?+"


_AUTHOR = re.compile(
    r'<Author((?: \w++="[^"<>&]*+")*+)>\s*+'
    + "".join(map(_part, ("LastName", "ForeName", "Initials", "Suffix", "CollectiveName")))
    + r'(?:<Identifier Source="(\w++)">([^<]*+)</Identifier>\s*+)?+'
    + r"(?:<AffiliationInfo>\s*+<Affiliation>([^<]*+)</Affiliation>\s*+</AffiliationInfo>\s*+)?+"
    r"((?:<AffiliationInfo>\s*+<Affiliation>[^<]*+</Affiliation>\s*+</AffiliationInfo>\s*+)*+)</Author>"
)
_TERM = re.compile(r'<((?:Descriptor|Qualifier)Name)((?: \w++="[^"<>]*+")*+)>([^<]*+)</\1>')
_HEADING = re.compile(rf"\s*+<MeshHeading>\s*+(?:{_TERM.pattern}\s*+)*+")
ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
_AFFILIATION = re.compile("<Affiliation>([^<]*)<")


class NotPlainError(Exception):
    """The record is not in the plain form, and has to be read from its tree."""


def plain_text(text: str) -> str:
    """Text as written, with XML's five escapes resolved.

    Raises:
        NotPlainError: there are other references in it.
    """
    if "&" not in text:
        return text
    if _OTHER_REFERENCE.search(text):
        raise NotPlainError
    return unescape(text, _MARKS)


def clean(text: str | None) -> str:
    """The same with single spaces, as `elements.text_of` has it; '' for None."""
    if not text:
        return ""
    return one_spaced(text if "&" not in text else plain_text(text))


def authors_in(text: str) -> tuple[tuple[Author, ...], bool]:
    """Read an AuthorList: its authors, and whether they are all; `text` may be empty."""
    if not text:
        return (), True
    head = _AUTHOR_LIST.match(text)
    found: list[tuple[str, ...]] = _AUTHOR.findall(text)
    if not head or text.count("<Author") != len(found) + 1:
        raise NotPlainError
    if not are_clean([value for author in found for value in author[1:-1]]):
        found = [(author[0], *map(clean, author[1:-1]), author[-1]) for author in found]
    return tuple([_author(*author) for author in found]), head[1] != "N"


def are_clean(texts: list[str]) -> bool:
    """Whether `clean` would change none of the texts: asked of all at once."""
    joined = f"|{'|'.join(texts)}|"
    return not ("&" in joined or "| " in joined or " |" in joined or has_odd_space(joined))


def _author(
    attributes: str, last: str, fore: str, initials: str, suffix: str, collective: str, source: str, identifier: str,
    affiliation: str, more: str,
) -> Author:  # fmt: skip
    if more:
        affiliation = " | ".join([affiliation, *map(clean, _AFFILIATION.findall(more))])
    orcid = clean_orcid(identifier) if source == "ORCID" else ""
    return Author(last, fore, initials, suffix, collective, orcid, affiliation, int('ValidYN="N"' not in attributes))


def headings_in(text: str, automated_record: bool) -> tuple[MeshHeading, ...]:
    """Rows of a MeshHeadingList; `text` may be empty."""
    *headings, rest = text.removeprefix("<MeshHeadingList>").split("</MeshHeading>")
    if rest.strip() not in ("", "</MeshHeadingList>"):
        raise NotPlainError
    return tuple([row for heading in headings for row in _heading(heading, automated_record)])


@lru_cache(maxsize=1 << 15)  # the very same words come again and again: the commonest 2,000 are most of PubMed's
def _heading(text: str, automated_record: bool) -> tuple[MeshHeading, ...]:
    """Rows of a MeshHeading without its last tag."""
    if not _HEADING.fullmatch(text):
        raise NotPlainError
    terms = [
        (name, {key: plain_text(value) for key, value in ATTRIBUTE.findall(attributes)}, clean(term))
        for name, attributes, term in _TERM.findall(text)
    ]
    return rows_of_heading(terms, automated_record)


def pubmed_data_in(body: bytes, start: int) -> PubmedData:
    """Read PubmedData, which begins at `start` of a record."""
    lists = body.find(b"<ReferenceList", start)
    entered = body.find(_ENTREZ, start, lists)
    day = _DAY.match(body, entered + len(_ENTREZ)) if entered > 0 else None
    closing = body[-_LONGEST_END:].translate(None, _SPACE)
    if not day or not closing.endswith(_END_OF_LIST if lists > 0 else _END):
        raise NotPlainError
    own = body.find(b"<ArticleId", start)
    if not body.startswith(b"<ArticleIdList>", own):
        raise NotPlainError
    doi, pmcid = _ids_in(body[own:lists] if lists > 0 else body[own:])
    return PubmedData(day_in(day[1].decode()), doi, pmcid, _cited_in(body, lists) if lists > 0 else [])


def _ids_in(part: bytes) -> tuple[str, str]:
    """DOI and PMCID of the one ArticleIdList in `part`."""
    found = _OWN_ID.findall(part)
    if part.count(b"<ArticleId") != len(found) + 1:
        raise NotPlainError
    doi = pmcid = ""
    for kind, text in found:
        if kind == b"doi":
            doi = doi or clean_doi(text.decode())
        elif kind == b"pmc":
            pmcid = pmcid or clean_pmcid(text.decode())
    return doi, pmcid


def _cited_in(body: bytes, start: int) -> list[int]:
    """PMIDs in the ArticleIdLists of references, which begin at `start`."""
    found = _CITED_ID.findall(body, start)
    if body.count(b"<ArticleId", start) != len(found):
        raise NotPlainError
    texts = list(filter(None, found))
    if b"".join(texts).isdigit():
        return [pmid for pmid in map(int, texts) if 0 < pmid <= MAX_PMID]
    return [pmid for text in texts if (pmid := clean_pmid(text.decode()))]


@lru_cache(maxsize=1 << 13)
def day_in(parts: str | None) -> str:
    """ISO day of a year, a month and a day with tags between them; '' for None."""
    return iso_day(*BETWEEN.split(parts)) if parts else ""
