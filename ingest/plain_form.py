"""The plain form, in which PubMed writes nearly all records: the lists in it can be read without building their trees.

More than half of a record's elements stand in flat lists of which little is wanted (history, references) or which say
what thousands of others say (MeSH headings). In a record without comments, CDATA and processing instructions a `<` is
always a tag, so these lists can be cut out of its bytes; the tree is built of the rest, which halves the time. Whatever
is not exactly as expected, and the whole record goes through the tree: both give the same (property test).
"""

import re
from html import unescape
from typing import NamedTuple

from ingest.dates import iso_day
from ingest.elements import one_spaced
from ingest.identifiers import clean_doi, clean_orcid, clean_pmcid, clean_pmid
from ingest.pubmed_data import PubmedData
from ingest.record import Author

_ENTREZ = re.compile(
    rb'<PubMedPubDate PubStatus="entrez">\s*<Year>(\d+)</Year>\s*<Month>(\d+)</Month>\s*<Day>(\d+)</Day>'
)
_ARTICLE_ID = re.compile(rb'<ArticleId IdType="([^"<>&]*)">([^<>&]*)</ArticleId>')
_CITED = re.compile(rb'<ArticleId IdType="pubmed">([^<>&]*)</ArticleId>')
_CLOSING = re.compile(rb"(</ReferenceList>)?\s*</PubmedData>\s*</PubmedArticle>\s*\Z")
_LONGEST_CLOSING = 120
_AUTHORS = (b"<AuthorList", b"</AuthorList>")
_MESH = (b"<MeshHeadingList>", b"</MeshHeadingList>")
_TOKEN = re.compile(r'<(\w+)((?: \w+="[^"<>&]*")*)>([^<]*)')
"""A first tag whose attributes are plainly written, and the text up to the next tag."""


class PlainForm(NamedTuple):
    """A record taken apart."""

    body: bytes
    """The PubmedArticle without its lists."""
    data: PubmedData
    authors: tuple[Author, ...]
    authors_complete: bool
    headings: list[bytes]
    """MeshHeading elements as they stand in the record."""


def take_apart(body: bytes) -> PlainForm | None:
    """Take a well-formed PubmedArticle apart; None where it is not in the plain form."""
    if b"<!" in body or b"<?" in body:
        return None
    start = body.rfind(b"<PubmedData>")
    data = _pubmed_data(body, start) if start > 0 else None
    if data is None:
        return None
    shorter = body[:start] + b"</PubmedArticle>"
    authors: tuple[Author, ...] = ()
    complete = True
    first, last = shorter.find(_AUTHORS[0]), shorter.rfind(_AUTHORS[1])
    if first >= 0:
        listed = _authors(shorter[first:last].decode())
        if listed is None:
            return None
        authors, complete = listed
        shorter = shorter[:first] + shorter[last + len(_AUTHORS[1]) :]
    headings: list[bytes] = []
    first, last = shorter.find(_MESH[0]), shorter.rfind(_MESH[1])
    if first >= 0:
        *headings, rest = shorter[first + len(_MESH[0]) : last].split(b"</MeshHeading>")
        if rest.strip():
            return None
        shorter = shorter[:first] + shorter[last + len(_MESH[1]) :]
    return PlainForm(shorter, data, authors, complete, [heading.strip() + b"</MeshHeading>" for heading in headings])


def _authors(text: str) -> tuple[tuple[Author, ...], bool] | None:
    """Read an AuthorList; None where there is more in it than elements with plain text, in the DTD's order."""
    tokens = _TOKEN.findall(text)
    if len(tokens) != text.count("<") - text.count("</") or tokens[0][0] != "AuthorList" or "&#" in text:
        return None
    authors: list[Author] = []
    last = fore = initials = suffix = collective = orcid = ""
    valid = True
    affiliations: list[str] = []
    author_open = in_affiliation = False
    for tag, attributes, content in tokens[1:]:
        if tag == "AffiliationInfo":
            in_affiliation = True
            continue
        if tag == "Author":
            if author_open:
                authors.append(Author(last, fore, initials, suffix, collective, orcid, " | ".join(affiliations), valid))
            author_open, in_affiliation = True, False
            last = fore = initials = suffix = collective = orcid = ""
            valid = 'ValidYN="N"' not in attributes
            affiliations = []
            continue
        if not author_open:
            return None
        words = one_spaced(unescape(content) if "&" in content else content)
        if tag == "LastName":
            last = words
        elif tag == "ForeName":
            fore = words
        elif tag == "Initials":
            initials = words
        elif tag == "Affiliation":
            affiliations.append(words)
        elif tag == "Identifier":
            if in_affiliation and "ORCID" in attributes:
                return None
            orcid = orcid or (clean_orcid(words) if 'Source="ORCID"' in attributes else "")
        elif tag == "CollectiveName":
            collective = words
        elif tag == "Suffix":
            suffix = words
        else:
            return None
    if author_open:
        authors.append(Author(last, fore, initials, suffix, collective, orcid, " | ".join(affiliations), valid))
    return tuple(authors), 'CompleteYN="N"' not in tokens[0][1]


def _pubmed_data(body: bytes, start: int) -> PubmedData | None:
    """Read PubmedData, which begins at `start`."""
    lists = body.find(b"<ReferenceList", start)
    end = lists if lists > 0 else len(body)
    entered = _ENTREZ.search(body, start, end)
    closing = _CLOSING.search(body, len(body) - _LONGEST_CLOSING)
    own, cited = _ARTICLE_ID.findall(body, start, end), _CITED.findall(body, end)
    id_lists, spelled = body.count(b"<ArticleIdList", start), body.count(b'<ArticleId IdType="', start)
    if (
        not entered
        or not closing
        or bool(closing[1]) != (lists > 0)
        or body.count(b"<ArticleIdList>", start, end) != 1
        or body.count(b"<ArticleId", start) != id_lists + spelled
        or body.count(b'<ArticleId IdType="', start, end) != len(own)
        or body.count(b'"pubmed"', end) != len(cited)
    ):
        return None
    doi = pmcid = ""
    for kind, text in own:
        if kind == b"doi":
            doi = doi or clean_doi(text.decode())
        elif kind == b"pmc":
            pmcid = pmcid or clean_pmcid(text.decode())
    day = iso_day(*(part.decode() for part in entered.groups()))
    pmids = [pmid for text in cited if (pmid := _pmid(text))]
    return PubmedData(day, doi, pmcid, pmids)


def _pmid(text: bytes) -> int | None:
    return int(text) if text.isdigit() and len(text) <= 8 else clean_pmid(text.decode())
