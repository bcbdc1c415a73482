"""The plain form, in which PubMed writes nearly all records: the lists in it can be read without building their trees.

More than half of a record's elements stand in flat lists of which little is wanted (history, references) or which say
what thousands of others say (MeSH headings). In a record without comments, CDATA and processing instructions a `<` is
always a tag, so these lists can be cut out of its bytes; the tree is built of the rest, which halves the time. Whatever
is not exactly as expected, and the whole record goes through the tree: both give the same (property test).
"""

import re
from functools import lru_cache
from html import unescape
from typing import NamedTuple

from ingest.dates import iso_day
from ingest.elements import one_spaced
from ingest.identifiers import clean_doi, clean_orcid, clean_pmcid, clean_pmid
from ingest.pubmed_data import PubmedData
from ingest.record import Author

_DAY_PARTS = r"\s*<Year>(\d+)</Year>\s*<Month>(\d+)</Month>\s*<Day>(\d+)</Day>"
_DATES = re.compile(
    rf"\s*(?:<DateCreated>{_DAY_PARTS}\s*</DateCreated>\s*)?(?:<DateCompleted>{_DAY_PARTS}\s*</DateCompleted>\s*)?(?:<DateRevised>{_DAY_PARTS}\s*</DateRevised>)?".encode()
)
_PMID_END = b"</PMID>"
_ENTREZ = b'<PubMedPubDate PubStatus="entrez">'
_DAY = re.compile(_DAY_PARTS.encode())
_KINDS = "doi|pmc|pii|medline|mid|pmcid|pmpid|pmcpid|pmcbook|bookaccession|sici"
_OWN_ID = re.compile(rf'<ArticleId IdType="(pubmed|{_KINDS})">([^<&]*)</ArticleId>'.encode())
_CITED_ID = re.compile(rf'<ArticleId(?:List| IdType="(?:pubmed">([^<&]*)</ArticleId>|(?:{_KINDS})">))'.encode())
"""Also matches lists and ids of other kinds: an ArticleId that it does not match is not in the plain form."""
_SPACE = b" \t\r\n"
_END = b"</PubmedData></PubmedArticle>"
_END_OF_LIST = b"</ReferenceList>" + _END
_LONGEST_END = 120
_ESCAPES = ("&amp;", "&lt;", "&gt;", "&quot;", "&apos;")
_AUTHOR_LIST = re.compile(r'<AuthorList(?: CompleteYN="([YN])")?(?: Type="\w+")?>')


def _part(name: str) -> str:
    return rf"(?:<{name}>([^<]*)</{name}>\s*)?"


_AUTHOR = re.compile(
    r'<Author((?: \w+="[^"<>&]*")*)>\s*'
    + "".join(map(_part, ("LastName", "ForeName", "Initials", "Suffix", "CollectiveName")))
    + r'(?:<Identifier Source="(\w+)">([^<]*)</Identifier>\s*)?'
    + r"((?:<AffiliationInfo>\s*<Affiliation>[^<]*</Affiliation>\s*</AffiliationInfo>\s*)*)</Author>"
)
_AUTHOR_PARTS = 1 + _AUTHOR.groups


class PlainForm(NamedTuple):
    """A record taken apart."""

    body: bytes
    """The PubmedArticle without what is below, and without its grants, of which nothing is read."""
    data: PubmedData
    completed: str
    revised: str
    authors: tuple[Author, ...]
    authors_complete: bool
    headings: list[bytes]
    """MeshHeading elements as they stand in the record."""


def take_apart(body: bytes) -> PlainForm | None:
    """Take a well-formed PubmedArticle apart; None where it is not in the plain form."""
    if (b"!" in body and b"<!" in body) or (b"?" in body and b"<?" in body):  # one character is found 20 times as fast
        return None
    start = body.find(b"<PubmedData>")
    data = _pubmed_data(body, start) if start > 0 else None
    if data is None:
        return None
    own = body.find(_PMID_END) + len(_PMID_END)  # the record's own PMID is the first
    dates = _DATES.match(body, own)
    if not dates or b"<Date" in body[dates.end() : dates.end() + 20]:
        return None
    shorter = b"%b%b</PubmedArticle>" % (body[:own], body[dates.end() : start])
    shorter, authors = _without(shorter, b"AuthorList")
    shorter, _ = _without(shorter, b"GrantList")
    shorter, mesh = _without(shorter, b"MeshHeadingList")
    listed = _authors(authors.decode())
    *headings, rest = mesh.removeprefix(b"<MeshHeadingList>").split(b"</MeshHeading>")
    if listed is None or rest.strip():
        return None
    return PlainForm(
        shorter, data, _iso_day(*dates.groups()[3:6]), _iso_day(*dates.groups()[6:]), *listed,
        [heading.strip() + b"</MeshHeading>" for heading in headings],
    )  # fmt: skip


def _without(body: bytes, name: bytes) -> tuple[bytes, bytes]:
    """`body` without all from the first tag of `name` to its last one, and that without the last tag."""
    first = body.find(b"<" + name)
    if first < 0:
        return body, b""
    closing = b"</%b>" % name
    last = body.rfind(closing)
    return body[:first] + body[last + len(closing) :], body[first:last]


def _authors(text: str) -> tuple[tuple[Author, ...], bool] | None:
    """Read an AuthorList without its last tag; None where it is not plain."""
    if not text:
        return (), True
    head = _AUTHOR_LIST.match(text)
    if not head or ("&" in text and text.count("&") != sum(map(text.count, _ESCAPES))):
        return None
    pieces = _AUTHOR.split(text[head.end() :])
    if "".join(pieces[::_AUTHOR_PARTS]).strip():
        return None
    authors: list[Author] = []
    for at in range(1, len(pieces), _AUTHOR_PARTS):
        attributes, *names, source, identifier, affiliations = pieces[at : at + _AUTHOR_PARTS - 1]
        orcid = clean_orcid(_plain(identifier)) if source == "ORCID" else ""
        places = [_plain(each.partition("<")[0]) for each in affiliations.split("<Affiliation>")[1:]]
        last, fore, initials, suffix, collective = map(_plain, names)
        valid = 'ValidYN="N"' not in attributes
        authors.append(Author(last, fore, initials, suffix, collective, orcid, " | ".join(places), valid))
    return tuple(authors), head[1] != "N"


def _plain(text: str | None) -> str:
    if not text:
        return ""
    return one_spaced(unescape(text) if "&" in text else text)


def _pubmed_data(body: bytes, start: int) -> PubmedData | None:
    """Read PubmedData, which begins at `start`; None where it is not in the plain form."""
    lists = body.find(b"<ReferenceList", start)
    entered = body.find(_ENTREZ, start, lists)
    day = _DAY.match(body, entered + len(_ENTREZ)) if entered > 0 else None
    closing = body[-_LONGEST_END:].translate(None, _SPACE)
    if not day or not closing.endswith(_END_OF_LIST if lists > 0 else _END):
        return None
    own = _ids_in(body[start:lists] if lists > 0 else body[start:])
    cited = _cited_in(body[lists:]) if lists > 0 else []
    if own is None or cited is None:
        return None
    return PubmedData(_iso_day(*day.groups()), *own, cited)


def _ids_in(part: bytes) -> tuple[str, str] | None:
    """DOI and PMCID of the one ArticleIdList in `part`."""
    found = _OWN_ID.findall(part)
    if part.count(b"<ArticleId") != len(found) + 1 or b"<ArticleIdList>" not in part:
        return None
    doi = pmcid = ""
    for kind, text in found:
        if kind == b"doi":
            doi = doi or clean_doi(text.decode())
        elif kind == b"pmc":
            pmcid = pmcid or clean_pmcid(text.decode())
    return doi, pmcid


def _cited_in(part: bytes) -> list[int] | None:
    """PMIDs in the ArticleIdLists of references."""
    found = _CITED_ID.findall(part)
    if part.count(b"<ArticleId") != len(found):
        return None
    return [pmid for text in found if text and (pmid := _pmid(text))]


def _pmid(text: bytes) -> int | None:
    return int(text) if text.isdigit() and len(text) <= 8 else clean_pmid(text.decode())


@lru_cache(maxsize=1 << 13)
def _iso_day(year: bytes | None, month: bytes | None, day: bytes | None) -> str:
    return iso_day(year.decode(), month.decode(), day.decode()) if year and month and day else ""
