"""The plain form, in which PubMed writes nearly all records: the lists in it can be read without building their trees.

More than half of a record's elements stand in flat lists of which little is wanted (history, references) or which say
what thousands of others say (MeSH headings). In a record without comments, CDATA and processing instructions a `<` is
always a tag, so these lists can be cut out of its bytes; the tree is built of the rest, which halves the time. Whatever
is not exactly as expected, and the whole record goes through the tree: both give the same (property test).
"""

import re
from typing import NamedTuple

from ingest.dates import iso_day
from ingest.identifiers import clean_doi, clean_pmcid, clean_pmid
from ingest.pubmed_data import PubmedData

_ENTREZ = re.compile(
    rb'<PubMedPubDate PubStatus="entrez">\s*<Year>(\d+)</Year>\s*<Month>(\d+)</Month>\s*<Day>(\d+)</Day>'
)
_ARTICLE_ID = re.compile(rb'<ArticleId IdType="([^"<>&]*)">([^<>&]*)</ArticleId>')
_CLOSING = re.compile(rb"(</ReferenceList>)?\s*</PubmedData>\s*</PubmedArticle>\s*\Z")
_LONGEST_CLOSING = 120
_MESH = (b"<MeshHeadingList>", b"</MeshHeadingList>")


class PlainForm(NamedTuple):
    """A record taken apart."""

    body: bytes
    """The PubmedArticle without its lists."""
    data: PubmedData
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
    first, last = body.find(_MESH[0]), body.find(_MESH[1])
    if first < 0:
        return PlainForm(body[:start] + b"</PubmedArticle>", data, [])
    *headings, rest = body[first + len(_MESH[0]) : last].split(b"</MeshHeading>")
    if rest.strip() or last > start:
        return None
    shorter = body[:first] + body[last + len(_MESH[1]) : start] + b"</PubmedArticle>"
    return PlainForm(shorter, data, [heading.strip() + b"</MeshHeading>" for heading in headings])


def _pubmed_data(body: bytes, start: int) -> PubmedData | None:
    """Read PubmedData, which begins at `start`."""
    lists = body.find(b"<ReferenceList", start)
    end = lists if lists > 0 else len(body)
    entered = _ENTREZ.search(body, start, end)
    closing = _CLOSING.search(body, len(body) - _LONGEST_CLOSING)
    own, cited = _ARTICLE_ID.findall(body, start, end), _ARTICLE_ID.findall(body, end)
    id_lists = body.count(b"<ArticleIdList", start)
    if (
        not entered
        or not closing
        or bool(closing[1]) != (lists > 0)
        or body.count(b"<ArticleIdList>", start, end) != 1
        or body.count(b"<ArticleId", start) != id_lists + len(own) + len(cited)
    ):
        return None
    doi = pmcid = ""
    for kind, text in own:
        if kind == b"doi":
            doi = doi or clean_doi(text.decode())
        elif kind == b"pmc":
            pmcid = pmcid or clean_pmcid(text.decode())
    day = iso_day(*(part.decode() for part in entered.groups()))
    pmids = [pmid for kind, text in cited if kind == b"pubmed" and (pmid := clean_pmid(text.decode()))]
    return PubmedData(day, doi, pmcid, pmids)
