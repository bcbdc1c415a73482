"""A parsed PubmedArticle or PubmedBookArticle to a `Record`, by walking its children.

Paths are spelled out child by child, never searched for: `//PMID`, `//ArticleId` and `//ArticleIdList` also find the
papers a record cites or comments on. Elements, attributes and the defaults of attributes that are not written (ValidYN
Y, CompleteYN Y, IdType pubmed) are those of NLM's pubmed_250101.dtd.
"""

from collections.abc import Iterable

from lxml.etree import XPath, _Element

from ingest.dates import UNKNOWN, PrintedDate, date_of_parts, date_of_text, iso_day
from ingest.elements import children_of, each_of, text_of, texts_of, version_of
from ingest.identifiers import clean_doi, clean_orcid, clean_pmcid, clean_pmid
from ingest.indexing import chemicals, keywords, mesh_headings, publication_types
from ingest.record import Author, Link, Record, Section
from ingest.registrations import all_registrations

_CITED_PMIDS = XPath("descendant::ArticleId[not(@IdType) or @IdType='pubmed']/text()", smart_strings=False)
"""Within a ReferenceList only: dozens of plain strings in one call are cheaper than as many elements."""


def read_article(root: _Element) -> Record:
    """Read a PubmedArticle whose MedlineCitation/PMID the caller has found valid."""
    top = children_of(root)
    citation, pubmed = top["MedlineCitation"], children_of(top.get("PubmedData"))
    parts = children_of(citation)
    article = parts.get("Article")
    body = children_of(article)
    journal = children_of(body.get("Journal"))
    journal_info = children_of(parts.get("MedlineJournalInfo"))
    issue = children_of(journal.get("JournalIssue"))
    indexing = citation.get("IndexingMethod", "")
    title = text_of(body.get("ArticleTitle"))
    abstract, sections = _abstract(body.get("Abstract"))
    date = _date(issue.get("PubDate"))
    if date == UNKNOWN:
        date = _date(body.get("ArticleDate"))
    doi, pmcid = _identifiers(pubmed.get("ArticleIdList"))
    authors = body.get("AuthorList")
    cited, links = _comments_corrections(parts.get("CommentsCorrectionsList"))
    return Record(
        pmid=int(text_of(parts["PMID"])),
        version=version_of(parts["PMID"]),
        title=title,
        vernacular_title=text_of(body.get("VernacularTitle")),
        abstract=abstract,
        sections=sections,
        journal=text_of(journal.get("ISOAbbreviation"))
        or text_of(journal_info.get("MedlineTA"))
        or text_of(journal.get("Title")),
        journal_title=text_of(journal.get("Title")),
        issn=text_of(journal.get("ISSN")) or text_of(journal_info.get("ISSNLinking")),
        nlm_unique_id=text_of(journal_info.get("NlmUniqueID")),
        volume=text_of(issue.get("Volume")),
        issue=text_of(issue.get("Issue")),
        pages=_pages(body.get("Pagination")),
        year=date.year,
        published=date.published,
        date_precision=date.precision,
        published_text=date.text,
        entered=_entered(pubmed.get("History")),
        completed=_day(parts.get("DateCompleted")),
        revised=_day(parts.get("DateRevised")),
        doi=doi or _location_doi(article),
        pmcid=pmcid,
        languages=texts_of(article, "Language"),
        status=citation.get("Status", ""),
        indexing=indexing,
        country=text_of(journal_info.get("Country")),
        authors=_authors([authors]),
        authors_complete=authors is None or authors.get("CompleteYN") != "N",
        mesh=mesh_headings(parts.get("MeshHeadingList"), indexing == "Automated"),
        publication_types=publication_types(each_of(body.get("PublicationTypeList"), "PublicationType")),
        chemicals=chemicals(parts.get("ChemicalList")),
        keywords=keywords(citation),
        registrations=all_registrations(_databanks(body.get("DataBankList")), f"{title}\n{abstract}"),
        references=_references(each_of(top.get("PubmedData"), "ReferenceList"), cited),
        links=links,
    )


def read_book(root: _Element) -> Record:
    """Read a PubmedBookArticle (Bookshelf) whose BookDocument/PMID the caller has found valid.

    `title` is the chapter's, with the book as `journal_title`; a whole book has its title in `title` alone.
    """
    top = children_of(root)
    document, history = top["BookDocument"], children_of(top.get("PubmedBookData")).get("History")
    parts = children_of(document)
    book = children_of(parts.get("Book"))
    book_title = text_of(book.get("BookTitle"))
    title = text_of(parts.get("ArticleTitle"))
    abstract, sections = _abstract(parts.get("Abstract"))
    date = _date(book.get("PubDate"))
    if date == UNKNOWN:
        date = _date(parts.get("ContributionDate"))
    doi, pmcid = _identifiers(parts.get("ArticleIdList"))
    authors = list(each_of(document, "AuthorList"))
    chapter_authors = [each for each in authors if each.get("Type") != "editors"]
    return Record(
        pmid=int(text_of(parts["PMID"])),
        version=version_of(parts["PMID"]),
        kind="book",
        title=title or book_title,
        vernacular_title=text_of(parts.get("VernacularTitle")),
        abstract=abstract,
        sections=sections,
        journal_title=book_title if title else "",
        volume=text_of(book.get("Volume")),
        pages=_pages(parts.get("Pagination")),
        year=date.year,
        published=date.published,
        date_precision=date.precision,
        published_text=date.text,
        entered=_entered(history),
        revised=_day(parts.get("DateRevised")),
        doi=doi or _location_doi(parts.get("Book")),
        pmcid=pmcid,
        languages=texts_of(document, "Language"),
        authors=_authors(chapter_authors or each_of(parts.get("Book"), "AuthorList")),
        authors_complete=all(each.get("CompleteYN") != "N" for each in authors),
        publication_types=publication_types(each_of(document, "PublicationType")),
        keywords=keywords(document),
        registrations=all_registrations([], f"{title}\n{abstract}"),
        references=_references(each_of(document, "ReferenceList"), []),
    )


def join_abstract(parts: Iterable[tuple[str, str, str]]) -> tuple[str, tuple[Section, ...]]:
    """Join (label, category, text) parts into an abstract, one a line, and the offsets of the labelled ones.

    'UNLABELLED' is what NLM writes where a part has no label: it is not one.
    """
    lines: list[str] = []
    sections: list[Section] = []
    at = 0
    for label, category, text in parts:
        if not text:
            continue
        label = "" if label.upper() == "UNLABELLED" else label.rstrip(" :")
        head = f"{label}: " if label else ""
        start = at + len(head)
        lines.append(head + text)
        at = start + len(text) + 1
        if label or category:
            sections.append(Section(label, category, start, at - 1))
    return "\n".join(lines), tuple(sections)


def _abstract(element: _Element | None) -> tuple[str, tuple[Section, ...]]:
    return join_abstract(
        (" ".join(part.get("Label", "").split()), part.get("NlmCategory", ""), text_of(part))
        for part in each_of(element, "AbstractText")
    )


def _date(element: _Element | None) -> PrintedDate:
    parts = {child.tag: text_of(child) for child in element} if element is not None else {}
    if printed := parts.get("MedlineDate"):
        return date_of_text(printed)
    return date_of_parts(parts.get("Year", ""), parts.get("Month", ""), parts.get("Day", ""), parts.get("Season", ""))


def _day(element: _Element | None) -> str:
    if element is None:
        return ""
    parts = {child.tag: child.text or "" for child in element}
    return iso_day(parts.get("Year", ""), parts.get("Month", ""), parts.get("Day", ""))


def _entered(history: _Element | None) -> str:
    fallback: _Element | None = None
    for each in each_of(history, "PubMedPubDate"):
        status = each.get("PubStatus")
        if status == "entrez":
            return _day(each)
        if status == "pubmed":
            fallback = each
    return _day(fallback)


def _pages(pagination: _Element | None) -> str:
    parts = children_of(pagination)
    first, last = text_of(parts.get("StartPage")), text_of(parts.get("EndPage"))
    return text_of(parts.get("MedlinePgn")) or "-".join(page for page in (first, last) if page)


def _identifiers(id_list: _Element | None) -> tuple[str, str]:
    doi = pmcid = ""
    for each in each_of(id_list, "ArticleId"):
        kind = each.get("IdType")
        if kind == "doi":
            doi = doi or clean_doi(each.text or "")
        elif kind == "pmc":
            pmcid = pmcid or clean_pmcid(each.text or "")
    return doi, pmcid


def _location_doi(element: _Element | None) -> str:
    for each in each_of(element, "ELocationID"):
        if each.get("EIdType") == "doi" and each.get("ValidYN") != "N" and (doi := clean_doi(each.text or "")):
            return doi
    return ""


def _authors(lists: Iterable[_Element | None]) -> tuple[Author, ...]:
    return tuple(_author(each) for author_list in lists for each in each_of(author_list, "Author"))


def _author(element: _Element) -> Author:
    name: dict[str, str] = {}
    orcid = ""
    affiliations: list[str] = []
    for child in element:
        tag = child.tag
        if tag == "AffiliationInfo":
            affiliations.extend(text_of(part) for part in child if part.tag == "Affiliation")
        elif tag == "Affiliation":  # before 2015 the affiliation stood directly under the author
            affiliations.append(text_of(child))
        elif tag == "Identifier":
            orcid = orcid or (clean_orcid(child.text or "") if child.get("Source") == "ORCID" else "")
        else:
            name[tag] = text_of(child)
    return Author(
        last_name=name.get("LastName", ""),
        fore_name=name.get("ForeName", ""),
        initials=name.get("Initials", ""),
        suffix=name.get("Suffix", ""),
        collective=name.get("CollectiveName", ""),
        orcid=orcid,
        affiliation=" | ".join(affiliations),
        valid=element.get("ValidYN") != "N",
    )


def _databanks(databank_list: _Element | None) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for databank in each_of(databank_list, "DataBank"):
        parts = children_of(databank)
        name = text_of(parts.get("DataBankName"))
        found.extend((name, number) for number in texts_of(parts.get("AccessionNumberList"), "AccessionNumber"))
    return found


def _comments_corrections(element: _Element | None) -> tuple[list[int], tuple[Link, ...]]:
    """PMIDs of legacy `Cites` entries (the reference list before 2019), and all other entries as links."""
    cited: list[int] = []
    links: list[Link] = []
    for each in each_of(element, "CommentsCorrections"):
        kind, pmid, citation = each.get("RefType", ""), None, ""
        for part in each:
            if part.tag == "PMID":
                pmid = clean_pmid(part.text or "")
            elif part.tag == "RefSource":
                citation = text_of(part) if kind != "Cites" else ""
        if kind != "Cites":
            links.append(Link(kind, pmid, citation))
        elif pmid is not None:
            cited.append(pmid)
    return cited, tuple(links)


def _references(lists: Iterable[_Element], cited: list[int]) -> tuple[int, ...]:
    """Valid PMIDs of cited papers, each once. Lists nest; everything below one is a cited paper's."""
    found = dict.fromkeys(cited)
    for reference_list in lists:
        for text in _CITED_PMIDS(reference_list):
            if pmid := clean_pmid(text):
                found[pmid] = None
    return tuple(found)
