"""A parsed PubmedArticle or PubmedBookArticle to a `Record`, by walking its children.

Paths are spelled out child by child, never searched for: `//PMID`, `//ArticleId` and `//ArticleIdList` also find the
papers a record cites or comments on. Elements, attributes and the defaults of attributes that are not written (ValidYN
Y, CompleteYN Y, IdType pubmed) are those of NLM's pubmed_250101.dtd.
"""

import re
from collections.abc import Iterable

from lxml.etree import _Element

from records.dates import UNKNOWN, PrintedDate, printed_date
from records.elements import children_of, each_of, text_of, texts_of, version_of
from records.identifiers import clean_doi, clean_orcid, clean_pmid
from records.indexing import chemicals, keywords, mesh_headings, publication_types
from records.pubmed_data import day_of, entered_in, identifiers, read_pubmed_data, references
from records.record import Author, Link, Record, Section
from records.registries import all_registrations
from topics.errors import BadInputError

_NO_TITLE = re.compile(r"(?:\[(?:not available|in process citation|no title available)\.?\]\.?)?", re.IGNORECASE)
"""What PubMed has for the title of a paper whose title nobody translated."""
ELSEWHERE = re.compile(r"abstract available from the publisher\.?", re.IGNORECASE)
"""What stands for an abstract that PubMed may not show."""
ARTICLE_NUMBER = re.compile(r"e\d{1,9}", re.IGNORECASE)
"""What is cited in the place of pages ('e0266648'); other numbers of a publisher ('S9900-0001(14)00001-1') are not."""


def read_article(root: _Element) -> Record:
    """Read a PubmedArticle.

    Raises:
        BadInputError: it has no PMID of its own.
    """
    top = children_of(root)
    citation = top.get("MedlineCitation")
    parts = children_of(citation)
    pmid = clean_pmid(text_of(parts.get("PMID")))
    if citation is None or pmid is None:
        raise BadInputError("no usable PMID in MedlineCitation")
    data = read_pubmed_data(top.get("PubmedData"))
    article = parts.get("Article")
    body = children_of(article)
    journal = children_of(body.get("Journal"))
    journal_info = children_of(parts.get("MedlineJournalInfo"))
    issue = children_of(journal.get("JournalIssue"))
    indexing = citation.get("IndexingMethod", "")
    vernacular_title = text_of(body.get("VernacularTitle"))
    title = title_or_vernacular(text_of(body.get("ArticleTitle")), vernacular_title)
    abstract, sections = _abstract(body.get("Abstract"))
    if not abstract:
        abstract, sections = _other_abstract(each_of(citation, "OtherAbstract"))
    date = _date(issue.get("PubDate"))
    if date == UNKNOWN:
        date = _date(body.get("ArticleDate"))
    authors = body.get("AuthorList")
    cited, links = _comments_corrections(parts.get("CommentsCorrectionsList"))
    return Record(
        pmid=pmid,
        version=version_of(parts["PMID"]),
        title=title,
        vernacular_title=vernacular_title,
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
        pages=_pages(body.get("Pagination")) or _article_number(article),
        year=date.year,
        published=date.published,
        date_precision=date.precision,
        published_text=date.text,
        entered=data.entered,
        completed=day_of(parts.get("DateCompleted")),
        revised=day_of(parts.get("DateRevised")),
        doi=data.doi or _location_doi(article),
        pmcid=data.pmcid,
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
        references=tuple(dict.fromkeys([*cited, *data.references])),
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
    vernacular_title = text_of(parts.get("VernacularTitle"))
    title = title_or_vernacular(text_of(parts.get("ArticleTitle")), vernacular_title)
    abstract, sections = _abstract(parts.get("Abstract"))
    date = _date(book.get("PubDate"))
    if date == UNKNOWN:
        date = _date(parts.get("ContributionDate"))
    doi, pmcid = identifiers(parts.get("ArticleIdList"))
    authors = each_of(document, "AuthorList")
    chapter_authors = [each for each in authors if each.get("Type") != "editors"]
    return Record(
        pmid=int(text_of(parts["PMID"])),
        version=version_of(parts["PMID"]),
        kind="book",
        title=title or book_title,
        vernacular_title=vernacular_title,
        abstract=abstract,
        sections=sections,
        journal_title=book_title if title else "",
        volume=text_of(book.get("Volume")),
        pages=_pages(parts.get("Pagination")),
        year=date.year,
        published=date.published,
        date_precision=date.precision,
        published_text=date.text,
        entered=entered_in(history),
        revised=day_of(parts.get("DateRevised")),
        doi=doi or _location_doi(parts.get("Book")),
        pmcid=pmcid,
        languages=texts_of(document, "Language"),
        authors=_authors(chapter_authors or each_of(parts.get("Book"), "AuthorList")),
        authors_complete=all(each.get("CompleteYN") != "N" for each in authors),
        publication_types=publication_types(each_of(document, "PublicationType")),
        keywords=keywords(document),
        registrations=all_registrations([], f"{title}\n{abstract}"),
        references=tuple(dict.fromkeys(references(each_of(document, "ReferenceList")))),
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


def title_or_vernacular(title: str, vernacular_title: str) -> str:
    """The title, or what stands for it where nobody translated it."""
    return vernacular_title if vernacular_title and _NO_TITLE.fullmatch(title) else title


def _other_abstract(elements: Iterable[_Element]) -> tuple[str, tuple[Section, ...]]:
    """The first English abstract that others than the journal's own record gave, where that has none.

    A summary in plain language is none: it is written for other readers, and leaves out what was done.
    """
    for each in elements:
        if each.get("Language", "eng") == "eng" and each.get("Type") != "plain-language-summary":
            abstract, sections = _abstract(each)
            if abstract and not ELSEWHERE.fullmatch(abstract):
                return abstract, sections
    return "", ()


def _abstract(element: _Element | None) -> tuple[str, tuple[Section, ...]]:
    return join_abstract(
        [
            (" ".join(part.get("Label", "").split()), part.get("NlmCategory", ""), text_of(part))
            for part in each_of(element, "AbstractText")
        ]
    )


def _date(element: _Element | None) -> PrintedDate:
    return printed_date({child.tag: text_of(child) for child in element[:]} if element is not None else {})


def _pages(pagination: _Element | None) -> str:
    """Pages as MEDLINE prints them, else from the first to the last."""
    parts = children_of(pagination)
    printed, first, last = [text_of(parts.get(name)) for name in ("MedlinePgn", "StartPage", "EndPage")]
    return printed or "-".join(page for page in (first, last) if page)


def _article_number(article: _Element | None) -> str:
    """What is cited in the place of pages, where only an ELocationID has it: 'e0266648'."""
    for each in each_of(article, "ELocationID"):
        number = text_of(each)
        if each.get("EIdType") == "pii" and each.get("ValidYN") != "N" and ARTICLE_NUMBER.fullmatch(number):
            return number
    return ""


def _location_doi(element: _Element | None) -> str:
    for each in each_of(element, "ELocationID"):
        if each.get("EIdType") == "doi" and each.get("ValidYN") != "N" and (doi := clean_doi(each.text or "")):
            return doi
    return ""


def _authors(lists: Iterable[_Element | None]) -> tuple[Author, ...]:
    return tuple([_author(each) for author_list in lists for each in each_of(author_list, "Author")])


def _author(element: _Element) -> Author:
    last_name = fore_name = initials = suffix = collective = orcid = ""
    affiliations: list[str] = []
    for child in element[:]:
        tag = child.tag
        if tag == "LastName":
            last_name = text_of(child)
        elif tag == "ForeName":
            fore_name = text_of(child)
        elif tag == "Initials":
            initials = text_of(child)
        elif tag == "AffiliationInfo":
            affiliations += [text_of(part) for part in child[:] if part.tag == "Affiliation"]
        elif tag == "Affiliation":  # before 2015 the affiliation stood directly under the author
            affiliations.append(text_of(child))
        elif tag == "Identifier":
            orcid = orcid or (clean_orcid(child.text or "") if child.get("Source") == "ORCID" else "")
        elif tag == "Suffix":
            suffix = text_of(child)
        elif tag == "CollectiveName":
            collective = text_of(child)
    affiliation = " | ".join(affiliations)
    valid = int(element.get("ValidYN") != "N")
    return Author(last_name, fore_name, initials, suffix, collective, orcid, affiliation, valid)


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
        for part in each[:]:
            if part.tag == "PMID":
                pmid = clean_pmid(part.text or "")
            elif part.tag == "RefSource":
                citation = text_of(part) if kind != "Cites" else ""
        if kind != "Cites":
            links.append(Link(kind, pmid, citation))
        elif pmid is not None:
            cited.append(pmid)
    return cited, tuple(links)
