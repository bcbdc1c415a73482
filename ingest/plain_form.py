"""The plain form, in which PubMed writes nearly all records: read from their text, with no tree built.

NLM's DTD (pubmed_250101.dtd) fixes which element follows which, so a record without surprises can be written down as an
expression: every element in its place, every attribute as NLM writes it, every text free of character references. In
a record without comments, CDATA and processing instructions a `<` is always a tag, so what the expression matches from
end to end is well-formed. Whatever is not exactly as expected, and the record goes through the tree (`pubmed_xml`):
nothing is lost to an attribute in another order, and both give the same (property test).
"""

import re
from functools import lru_cache

from lxml.etree import XMLSyntaxError

from ingest import plain_grammar as grammar
from ingest.dates import UNKNOWN, date_of_parts, printed_date
from ingest.elements import parse, text_of
from ingest.identifiers import clean_doi, clean_pmid
from ingest.indexing import chemical, publication_type
from ingest.plain_lists import (
    ATTRIBUTE,
    BETWEEN,
    NotPlainError,
    are_clean,
    authors_in,
    clean,
    day_in,
    headings_in,
    plain_text,
    pubmed_data_in,
)  # fmt: skip
from ingest.pubmed_xml import join_abstract, pages_of
from ingest.record import Chemical, Link, PublicationType, Record, Section
from ingest.registrations import all_registrations


def read_plain(body: bytes) -> Record | None:
    """Read a PubmedArticle; None where it is not in the plain form, or not well-formed."""
    if (b"!" in body and b"<!" in body) or (b"?" in body and b"<?" in body):  # one character is found 20 times as fast
        return None
    start = body.find(b"<PubmedData>")
    try:
        return _read(body[:start].decode(), body, start) if start > 0 else None
    except (NotPlainError, UnicodeDecodeError, XMLSyntaxError):
        return None


def _read(text: str, body: bytes, start: int) -> Record:
    head = _matched(grammar.TO_TITLE, text, 0)
    end_of_title = text.find("</ArticleTitle>", head.end())
    middle = _matched(grammar.TO_ABSTRACT, text, end_of_title)
    abstract, sections, at = _abstract(text, middle.end())
    authors, at = _element(text, _space_after(text, at), "<AuthorList", "</AuthorList>")
    before_grants = _matched(grammar.TO_GRANTS, text, at)
    _, at = _element(text, before_grants.end(), "<GrantList", "</GrantList>")
    tail = _matched(grammar.TO_HEADINGS, text, at)
    headings, at = _element(text, tail.end(), "<MeshHeadingList", "</MeshHeadingList>")
    after_headings = _matched(grammar.TO_INTERESTS, text, at)
    _, at = _element(text, after_headings.end(), "<CoiStatement", "</CoiStatement>")
    _matched(grammar.TO_END, text, at)
    data = pubmed_data_in(body, start)
    title = _mixed(text[head.end() : end_of_title])
    printed = printed_date(_known(head["printed"]))
    if printed == UNKNOWN and (electronic := tail["electronic"]):
        printed = date_of_parts(*BETWEEN.split(electronic), "")
    status, indexing = _about(head["attributes"])
    journal, catalogue, issue = _known(head["journal"]), _known(tail["catalogue"]), _known(head["issue"])
    journal_title, catalogued = journal.get("Title", ""), catalogue.get("MedlineTA", "")
    listed, complete = authors_in(authors)
    cited, links = _links(tail["links"])
    return Record(
        pmid=_own_pmid(head["pmid"]),
        version=int(head["version"]),
        title=title,
        vernacular_title=_texts_by_name(tail["vernacular"]).get("VernacularTitle", ""),
        abstract=abstract,
        sections=sections,
        journal=journal.get("ISOAbbreviation") or catalogued or journal_title,
        journal_title=journal_title,
        issn=clean(head["ISSN"]) or catalogue.get("ISSNLinking", ""),
        nlm_unique_id=catalogue.get("NlmUniqueID", ""),
        volume=issue.get("Volume", ""),
        issue=issue.get("Issue", ""),
        pages=pages_of(*map(clean, middle.group("pages", "first", "last"))),
        year=printed.year,
        published=printed.published,
        date_precision=printed.precision,
        published_text=printed.text,
        entered=data.entered,
        completed=day_in(head["completed"]),
        revised=day_in(head["revised"]),
        doi=data.doi or _location_doi(middle["locations"]),
        pmcid=data.pmcid,
        languages=_languages(before_grants["languages"]),
        status=status,
        indexing=indexing,
        country=catalogue.get("Country", ""),
        authors=listed,
        authors_complete=complete,
        mesh=headings_in(headings, indexing == "Automated"),
        publication_types=_types(tail["types"]),
        chemicals=_chemicals(tail["chemicals"]),
        keywords=tuple(dict.fromkeys(_texts(grammar.KEYWORD, after_headings["keywords"]))),
        registrations=all_registrations(_databanks(before_grants["databanks"]), f"{title}\n{abstract}"),
        references=tuple(dict.fromkeys([*cited, *data.references])),
        links=links,
    )


def _matched(form: re.Pattern[str], text: str, at: int) -> re.Match[str]:
    if found := form.match(text, at):
        return found
    raise NotPlainError


def _element(text: str, at: int, opening: str, closing: str) -> tuple[str, int]:
    """The element with these tags that begins at `at`, if one does, and where what follows it begins."""
    if not text.startswith(opening, at):
        return "", at
    last_tag = text.find(closing, at)
    if last_tag < 0:
        raise NotPlainError
    end = last_tag + len(closing)
    return text[at:end], _space_after(text, end)


def _space_after(text: str, at: int) -> int:
    return grammar.SPACE.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing, too


def _mixed(text: str) -> str:
    """Clean text that may have markup in it."""
    if "<" in text:
        pieces = grammar.MARKUP.split(text)
        del pieces[1::3]  # the names of the elements
        text = "".join(pieces)
        if "<" in text:
            return text_of(parse(f"<t>{text}</t>".encode()))
    return clean(text)


def _abstract(text: str, at: int) -> tuple[str, tuple[Section, ...], int]:
    """The abstract that begins at `at`, its sections, and where it ends; none where there is no abstract."""
    if not text.startswith("<Abstract>", at):
        return "", (), at
    end = text.find("</Abstract>", at)
    *parts, rest = text[at + len("<Abstract>") : end].split("</AbstractText>")
    if end < 0 or not grammar.END_OF_ABSTRACT.fullmatch(rest):
        raise NotPlainError
    read = []
    for part in parts:
        head = _matched(grammar.ABSTRACT_TEXT, part, 0)
        read.append((clean(head[1]), plain_text(head[2] or ""), _mixed(part[head.end() :])))
    return *join_abstract(read), end + len("</Abstract>")


@lru_cache(maxsize=64)
def _about(attributes: str) -> tuple[str, str]:
    """Status and IndexingMethod of a MedlineCitation with these attributes."""
    about = dict(ATTRIBUTE.findall(attributes))
    return plain_text(about.get("Status", "")), plain_text(about.get("IndexingMethod", ""))


def _own_pmid(digits: str) -> int:
    if pmid := clean_pmid(digits):
        return pmid
    raise NotPlainError


def _texts_by_name(block: str | None) -> dict[str, str]:
    """Texts of elements that follow each other."""
    return {name: clean(text) for name, text in grammar.LEAF.findall(block)} if block else {}


_known = lru_cache(maxsize=1 << 14)(_texts_by_name)
"""For journals, issues and dates: it is the same few thousand that come again and again."""


@lru_cache(maxsize=256)
def _languages(text: str) -> tuple[str, ...]:
    return tuple(_texts(grammar.LANGUAGE, text))


@lru_cache(maxsize=1 << 10)
def _types(text: str) -> tuple[PublicationType, ...]:
    return tuple([publication_type(ui, clean(name)) for ui, name in grammar.TYPE.findall(text)])


def _location_doi(locations: str) -> str:
    return next((doi for text in grammar.LOCATION.findall(locations) if (doi := clean_doi(plain_text(text)))), "")


def _texts(pattern: re.Pattern[str], text: str) -> list[str]:
    """What `pattern` captures, cleaned, without empty ones."""
    found = pattern.findall(text)
    return list(filter(None, found if are_clean(found) else map(clean, found)))


def _databanks(text: str) -> list[tuple[str, str]]:
    """(databank, accession number) of each number."""
    found: list[tuple[str, str]] = []
    databank = ""
    for name, number in grammar.DATABANK.findall(text):
        if number:
            found.append((databank, clean(number)))
        else:
            databank = clean(name)
    return found


def _chemicals(text: str) -> tuple[Chemical, ...]:
    found = [(ui, clean(name), clean(number)) for number, ui, name in grammar.CHEMICAL.findall(text)]
    return tuple([chemical(*values) for values in found if values[1]])


def _links(text: str) -> tuple[list[int], tuple[Link, ...]]:
    """PMIDs of legacy `Cites` entries, and all other entries of a CommentsCorrectionsList."""
    entries = [(kind, clean_pmid(clean(pmid)), source) for kind, source, pmid in grammar.LINK.findall(text)]
    cited = [pmid for kind, pmid, _ in entries if kind == "Cites" and pmid]
    return cited, tuple([Link(kind, pmid, clean(source)) for kind, pmid, source in entries if kind != "Cites"])
