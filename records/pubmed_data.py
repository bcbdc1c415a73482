"""PubmedData, the second half of a record: when PubMed first had it, its identifiers, and whom it cites."""

from collections.abc import Iterable
from typing import NamedTuple

from lxml.etree import XPath, _Element

from records.dates import iso_day
from records.elements import children_of, each_of
from records.identifiers import clean_doi, clean_pmcid, clean_pmid

_CITED_PMIDS = XPath("descendant::ArticleId[not(@IdType != 'pubmed')]/text()", smart_strings=False)
"""Within a ReferenceList only: dozens of plain strings in one call are cheaper than as many elements."""


class PubmedData(NamedTuple):
    """What a record's PubmedData says, as the fields of `Record` have it."""

    entered: str
    doi: str
    pmcid: str
    references: list[int]


def read_pubmed_data(element: _Element | None) -> PubmedData:
    """Read it from the tree."""
    parts = children_of(element)
    doi, pmcid = identifiers(parts.get("ArticleIdList"))
    return PubmedData(entered_in(parts.get("History")), doi, pmcid, references(each_of(element, "ReferenceList")))


def entered_in(history: _Element | None) -> str:
    """When PubMed first had the record: its 'entrez' date in the History, else its 'pubmed' date."""
    fallback: _Element | None = None
    for each in each_of(history, "PubMedPubDate"):
        status = each.get("PubStatus")
        if status == "entrez":
            return day_of(each)
        if status == "pubmed":
            fallback = each
    return day_of(fallback)


def day_of(element: _Element | None) -> str:
    """ISO day of an element with Year, Month and Day; '' where it is missing."""
    if element is None:
        return ""
    parts = {child.tag: child.text or "" for child in element[:]}
    return iso_day(parts.get("Year", ""), parts.get("Month", ""), parts.get("Day", ""))


def identifiers(id_list: _Element | None) -> tuple[str, str]:
    """DOI and PMCID of an ArticleIdList."""
    doi = pmcid = ""
    for each in each_of(id_list, "ArticleId"):
        kind = each.get("IdType")
        if kind == "doi":
            doi = doi or clean_doi(each.text or "")
        elif kind == "pmc":
            pmcid = pmcid or clean_pmcid(each.text or "")
    return doi, pmcid


def references(lists: Iterable[_Element]) -> list[int]:
    """Valid PMIDs of cited papers. Lists nest; everything below one is a cited paper's."""
    return [pmid for each in lists for text in _CITED_PMIDS(each) if (pmid := clean_pmid(text))]
