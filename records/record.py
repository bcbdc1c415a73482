"""A PubMed record as data: everything that later steps read, nothing of how PubMed wrote it down.

All of it is tuples with names: they are made hundreds of times a record, and go into rows as they are. Yes and no are 1
and 0 in them: SQLite takes an int as it is, and asks around how to take a bool.
"""

from typing import NamedTuple


class Section(NamedTuple):
    """One labelled part of an abstract: `record.abstract[start:end]` is its text, without the label."""

    label: str
    category: str
    """NlmCategory (BACKGROUND, OBJECTIVE, METHODS, RESULTS, CONCLUSIONS, UNASSIGNED) or empty."""
    start: int
    end: int


class Author(NamedTuple):
    """A person (`last_name` …) or a group (`collective`), in the order printed."""

    last_name: str
    fore_name: str
    initials: str
    suffix: str
    collective: str
    orcid: str
    affiliation: str
    """All affiliations, joined by ' | '."""
    valid: int
    """1, or 0 of a name that a correction took back."""


class MeshHeading(NamedTuple):
    """A descriptor, alone or with one qualifier. `major` is 1 if the descriptor or any of its qualifiers is."""

    descriptor_ui: str
    descriptor: str
    qualifier_ui: str
    qualifier: str
    major: int
    automated: int
    """1 for AutoHM (DTD 2025) or a record whose IndexingMethod is Automated."""


class PublicationType(NamedTuple):
    """Match the UI: names change ("Retraction of Publication" became "Retraction Notice")."""

    ui: str
    name: str


class Chemical(NamedTuple):
    """A substance from ChemicalList; `registry_number` is a CAS, UNII or EC number, or "0"."""

    ui: str
    name: str
    registry_number: str


class Registration(NamedTuple):
    """A trial registration; `source` is 'databank' (DataBankList) or 'text' (the abstract names it)."""

    registry: str
    accession: str
    source: str


class Link(NamedTuple):
    """A CommentsCorrections entry. `ref_type` is PubMed's own (RetractionIn, ErratumFor, UpdateOf …)."""

    ref_type: str
    pmid: int | None
    citation: str


class Record(NamedTuple):
    """One PubMed citation. Offsets of sections and of tags are character offsets into `abstract`."""

    pmid: int
    version: int = 1
    kind: str = "article"
    """'article' or 'book' (a Bookshelf record: BookDocument)."""
    title: str = ""
    vernacular_title: str = ""
    abstract: str = ""
    """All AbstractText parts, one a line, each as 'LABEL: text' when it has a label; '' when there is none."""
    sections: tuple[Section, ...] = ()
    journal: str = ""
    """ISO abbreviation, else the MEDLINE abbreviation, else the full title."""
    journal_title: str = ""
    issn: str = ""
    nlm_unique_id: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    year: int | None = None
    published: str = ""
    """ISO date as precise as PubMed gives it: '2014-06-03', '2014-06', '2014', or ''. Never completed."""
    date_precision: str = ""
    """'day', 'month', 'season', 'year', or '' when no date is known."""
    published_text: str = ""
    """The date as printed, when it is not a plain date (MedlineDate '2025 Oct-Nov', Season '1990 Spring')."""
    entered: str = ""
    """ISO day of PubStatus 'entrez' (else 'pubmed') in the history: when PubMed first had the record."""
    completed: str = ""
    revised: str = ""
    doi: str = ""
    pmcid: str = ""
    languages: tuple[str, ...] = ()
    status: str = ""
    indexing: str = ""
    """IndexingMethod; '' means a person indexed it (or nobody yet: see `status`)."""
    country: str = ""
    """Country of the journal (MedlineJournalInfo)."""
    authors: tuple[Author, ...] = ()
    authors_complete: bool = True
    mesh: tuple[MeshHeading, ...] = ()
    publication_types: tuple[PublicationType, ...] = ()
    chemicals: tuple[Chemical, ...] = ()
    keywords: tuple[str, ...] = ()
    registrations: tuple[Registration, ...] = ()
    references: tuple[int, ...] = ()
    """PMIDs of cited papers, valid ones only, without repeats."""
    links: tuple[Link, ...] = ()
