"""Records for tests, in our own words: PubMed XML and MEDLINE text, with PMIDs from 99000000 up.

Titles and abstracts are given as XML (so that markup can be tested); all other values as plain text.
"""

from collections.abc import Iterable, Sequence
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from records.content import SourceRecord
from records.facts import facts_of
from records.splitter import record_of

PROLOG = (
    '<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2026//EN" '
    '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_260101.dtd">\n'
)
FILE_PROLOG = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<!DOCTYPE PubmedArticleSet SYSTEM "http://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_190101.dtd">\n'
)
"""What the files of PubMed's baseline begin with."""

JOURNAL_ARTICLE = ("D016428", "Journal Article")
RANDOMIZED = ("D016449", "Randomized Controlled Trial")
RETRACTED, RETRACTION_NOTICE = ("D016441", "Retracted Publication"), ("D016440", "Retraction Notice")

AbstractPart = tuple[str, str, str]
"""Label, NlmCategory, text as XML; either of the first two may be ''."""
Heading = tuple[str, str, bool] | tuple[str, str, bool, Sequence[tuple[str, str, bool]]]
"""Descriptor UI, name, major, and qualifiers of the same form."""


def pubmed_article(
    pmid: int,
    *,
    title: str = "A made-up trial of ketamine",
    abstract: str | Sequence[AbstractPart] = "Twelve made-up adults were given ketamine.",
    version: int = 1,
    status: str = "MEDLINE",
    indexing: str = "",
    published: str = "2014-06-03",
    journal: str = "J Made Up Res",
    mesh: Iterable[Heading] = (),
    publication_types: Iterable[tuple[str, str]] = (JOURNAL_ARTICLE,),
    authors: str | Iterable[tuple[str, str, str]] = (("Sample", "Ann B", "AB"),),
    chemicals: Iterable[tuple[str, str, str]] = (),
    keywords: Iterable[str] = (),
    databank: Iterable[tuple[str, str]] = (),
    links: Iterable[tuple[str, int | None, str]] = (),
    references: Iterable[int | str] = (),
    doi: str = "",
    pmcid: str = "",
    entered: str = "2014-05-01",
    completed: str = "",
    revised: str = "",
    language: str = "eng",
    article_extra: str = "",
    citation_extra: str = "",
    pubmed_extra: str = "",
) -> str:
    """A PubmedArticle. `published` and `authors` may be XML (what stands inside PubDate; a whole AuthorList).

    `links` are (RefType, PMID or None, citation); `references` are what stands in ArticleId of a cited paper. The
    three `…_extra` are XML put into Article, MedlineCitation and PubmedData.
    """
    identifiers = _id("pubmed", pmid) + (_id("doi", doi) if doi else "") + (_id("pmc", pmcid) if pmcid else "")
    return (
        f'<PubmedArticle><MedlineCitation Status="{status}" Owner="NLM"'
        + (f' IndexingMethod="{indexing}"' if indexing else "")
        + f'><PMID Version="{version}">{pmid}</PMID>'
        + _dated("DateCompleted", completed)
        + _dated("DateRevised", revised)
        + '<Article PubModel="Print"><Journal><ISSN IssnType="Print">9900-0001</ISSN>'
        + '<JournalIssue CitedMedium="Print"><Volume>7</Volume><Issue>2</Issue><PubDate>'
        + (published if published.startswith("<") else _date_parts(published))
        + "</PubDate></JournalIssue><Title>Journal of made-up research</Title>"
        + f"<ISOAbbreviation>{escape(journal)}</ISOAbbreviation></Journal><ArticleTitle>{title}</ArticleTitle>"
        + "<Pagination><StartPage>11</StartPage><EndPage>19</EndPage><MedlinePgn>11-9</MedlinePgn></Pagination>"
        + _abstract(abstract)
        + (authors if isinstance(authors, str) else _author_list(authors))
        + f"<Language>{language}</Language>"
        + _databanks(databank)
        + "<PublicationTypeList>"
        + "".join(f'<PublicationType UI="{ui}">{escape(name)}</PublicationType>' for ui, name in publication_types)
        + f"</PublicationTypeList>{article_extra}</Article>"
        + f"<MedlineJournalInfo><Country>Norway</Country><MedlineTA>{escape(journal)}</MedlineTA>"
        + "<NlmUniqueID>9900001</NlmUniqueID></MedlineJournalInfo>"
        + _listed("ChemicalList", (_chemical(*each) for each in chemicals))
        + _listed("CommentsCorrectionsList", (_link(*each) for each in links))
        + _listed("MeshHeadingList", (_heading(*each) for each in mesh))
        + _listed("KeywordList", (f"<Keyword>{escape(word)}</Keyword>" for word in keywords))
        + f"{citation_extra}</MedlineCitation><PubmedData><History>"
        + f'<PubMedPubDate PubStatus="entrez">{_date_parts(entered)}</PubMedPubDate></History>'
        + f"<PublicationStatus>ppublish</PublicationStatus><ArticleIdList>{identifiers}</ArticleIdList>"
        + _listed("ReferenceList", (_reference(each) for each in references))
        + f"{pubmed_extra}</PubmedData></PubmedArticle>"
    )


def pubmed_book(
    pmid: int,
    *,
    book: str = "A made-up handbook",
    chapter: str = "Ketamine, made up",
    abstract: str = "What the chapter says.",
    authors: Iterable[tuple[str, str, str]] = (("Writer", "Bo", "B"),),
    published: str = "2020",
    entered: str = "2020-02-01",
) -> str:
    """A PubmedBookArticle (Bookshelf); with `chapter` '' the whole book."""
    return (
        f'<PubmedBookArticle><BookDocument><PMID Version="1">{pmid}</PMID><ArticleIdList>'
        + f'<ArticleId IdType="bookaccession">NBK{pmid}</ArticleId></ArticleIdList><Book><Publisher>'
        + "<PublisherName>Made-up Press</PublisherName><PublisherLocation>Oslo</PublisherLocation></Publisher>"
        + f"<BookTitle>{book}</BookTitle><PubDate>{_date_parts(published)}</PubDate>"
        + '<AuthorList Type="editors"><Author><LastName>Editor</LastName></Author></AuthorList></Book>'
        + (f"<ArticleTitle>{chapter}</ArticleTitle>" if chapter else "")
        + "<Language>eng</Language>"
        + _author_list(authors, "authors")
        + '<PublicationType UI="D016454">Review</PublicationType>'
        + _abstract(abstract)
        + "</BookDocument><PubmedBookData><History>"
        + f'<PubMedPubDate PubStatus="entrez">{_date_parts(entered)}</PubMedPubDate></History>'
        + "<PublicationStatus>ppublish</PublicationStatus></PubmedBookData></PubmedBookArticle>"
    )


def article_set(*records: str, prolog: str = PROLOG, deleted: Iterable[int] = ()) -> bytes:
    """A whole document, as PubMed answers or as an update file has it."""
    gone = "".join(f'<PMID Version="1">{pmid}</PMID>' for pmid in deleted)
    gone = f"<DeleteCitation>{gone}</DeleteCitation>" if gone else ""
    body = "\n".join(records)
    return f"{prolog}<PubmedArticleSet>\n{body}\n{gone}</PubmedArticleSet>\n".encode()


def medline(pmid: int, *fields: tuple[str, str]) -> str:
    """A MEDLINE record: PMID, the given (tag, text) fields (with long ones already wrapped), SO, and a blank line."""
    lines = [("PMID", str(pmid)), *fields, ("SO", "J Made Up Res. 2014;7(2):11-9.")]
    return "".join(f"{tag:<4}- {text}\n" for tag, text in lines) + "\n"


def source_record(
    pmid: int, text: str, version: int = 1, form: Literal["pubmed-xml", "medline"] = "pubmed-xml"
) -> SourceRecord:
    """A record as the readers of files give it to the archive."""
    body = text.encode()
    return SourceRecord.of_pubmed(pmid, version, form, body, facts_of(record_of(form, body)))


def _id(kind: str, value: object) -> str:
    return f'<ArticleId IdType="{kind}">{escape(str(value))}</ArticleId>'


def _date_parts(iso: str) -> str:
    names = ("Year", "Month", "Day")
    return "".join(f"<{name}>{part}</{name}>" for name, part in zip(names, iso.split("-"), strict=False))


def _dated(name: str, iso: str) -> str:
    return f"<{name}>{_date_parts(iso)}</{name}>" if iso else ""


def _listed(name: str, rows: Iterable[str]) -> str:
    body = "".join(rows)
    return f"<{name}>{body}</{name}>" if body else ""


def _abstract(abstract: str | Sequence[AbstractPart]) -> str:
    parts = [("", "", abstract)] if isinstance(abstract, str) else abstract
    rows = (
        "<AbstractText"
        + (f" Label={quoteattr(label)}" if label else "")
        + (f' NlmCategory="{category}"' if category else "")
        + f">{text}</AbstractText>"
        for label, category, text in parts
        if text
    )
    return _listed("Abstract", rows)


def _author_list(authors: Iterable[tuple[str, str, str]], kind: str = "") -> str:
    rows = "".join(
        f'<Author ValidYN="Y"><LastName>{escape(last)}</LastName><ForeName>{escape(fore)}</ForeName>'
        f"<Initials>{escape(initials)}</Initials></Author>"
        for last, fore, initials in authors
    )
    attribute = f' Type="{kind}"' if kind else ""
    return f'<AuthorList CompleteYN="Y"{attribute}>{rows}</AuthorList>' if rows else ""


def _databanks(entries: Iterable[tuple[str, str]]) -> str:
    return _listed(
        "DataBankList",
        (
            f"<DataBank><DataBankName>{escape(bank)}</DataBankName><AccessionNumberList>"
            f"<AccessionNumber>{escape(number)}</AccessionNumber></AccessionNumberList></DataBank>"
            for bank, number in entries
        ),
    )


def _chemical(ui: str, name: str, number: str) -> str:
    return (
        f"<Chemical><RegistryNumber>{number}</RegistryNumber>"
        f'<NameOfSubstance UI="{ui}">{escape(name)}</NameOfSubstance></Chemical>'
    )


def _link(kind: str, pmid: int | None, citation: str) -> str:
    child = f'<PMID Version="1">{pmid}</PMID>' if pmid else ""
    return (
        f'<CommentsCorrections RefType="{kind}"><RefSource>{escape(citation)}</RefSource>{child}</CommentsCorrections>'
    )


def _heading(ui: str, name: str, major: bool, qualifiers: Sequence[tuple[str, str, bool]] = ()) -> str:
    terms = [("DescriptorName", ui, name, major), *(("QualifierName", *each) for each in qualifiers)]
    return (
        "<MeshHeading>"
        + "".join(
            f'<{tag} UI="{term_ui}" MajorTopicYN="{"Y" if is_major else "N"}">{escape(term)}</{tag}>'
            for tag, term_ui, term, is_major in terms
        )
        + "</MeshHeading>"
    )


def _reference(identifier: int | str) -> str:
    return (
        "<Reference><Citation>A cited paper.</Citation><ArticleIdList>"
        f"{_id('pubmed', identifier)}</ArticleIdList></Reference>"
    )
