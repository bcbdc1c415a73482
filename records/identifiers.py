"""Identifiers in the one form in which we compare them; '' or None for what is none."""

import re
from typing import NamedTuple
from urllib.parse import unquote

from records.markup import resolved
from topics.base import DOI_PREFIX, MAX_PMID

FIRST_ID_OF_OTHERS = 1_000_000_000
"""Ids of PubMed's records are their PMIDs; records of other sources are numbered from here."""

_DOI = re.compile(rf"{DOI_PREFIX}/\S+")
_ESCAPED_SLASH = re.compile(rf"{DOI_PREFIX}%2f", re.IGNORECASE)
_AFTER_DOI = ".,;:'\"*/"
_UNPAIRED = {")": "(", "]": "[", "}": "{", ">": "<"}
_PMCID = re.compile(r"(?:PMC)?0*([1-9]\d{0,8})(?:\.\d+)?", re.IGNORECASE | re.ASCII)
_GAP = r"[\s\u2010-\u2015\u2212-]*"
_ORCID = re.compile(
    rf"(?<![0-9])([0-9]{{4}}){_GAP}([0-9]{{4}}){_GAP}([0-9]{{4}}){_GAP}([0-9]{{3}}[0-9X])(?![0-9A-Z])", re.IGNORECASE
)


class RecordName(NamedTuple):
    """What a record is called here, whichever source it is from."""

    record_id: int
    """The number that rows go by."""
    record_key: str
    """The source and what the record is called there: 'pubmed:24701015', 'clinicaltrials:NCT00000000'."""
    record_source: str
    """Where it was published: 'pubmed', 'clinicaltrials' …"""

    @property
    def pmid(self) -> int | None:
        """The PMID of a record of PubMed; None of others."""
        return self.record_id if self.record_id < FIRST_ID_OF_OTHERS else None

    @classmethod
    def of_pubmed(cls, pmid: int) -> "RecordName":
        """Name a record of PubMed."""
        return cls(pmid, f"pubmed:{pmid}", "pubmed")


def clean_pmid(text: str) -> int | None:
    """Read a PMID: one to eight digits, not zero. Reference lists hold 'NOT_FOUND', DOIs and PMC ids as PMIDs."""
    text = text.strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        return None
    pmid = int(text)
    return pmid if 0 < pmid <= MAX_PMID else None


def clean_doi(text: str) -> str:
    """Read a DOI, lower-cased (DOIs do not tell case apart) and without what was written around it.

    Goes: the resolver's address and its escapes, 'doi:', XML's escapes written twice, punctuation after it.
    """
    text = resolved(text)
    found = _DOI.search(unquote(text) if _ESCAPED_SLASH.search(text) else text)
    doi = found[0].lower() if found else ""
    while doi and (
        doi[-1] in _AFTER_DOI or (doi[-1] in _UNPAIRED and doi.count(_UNPAIRED[doi[-1]]) < doi.count(doi[-1]))
    ):
        doi = doi[:-1]
    return doi


def clean_pmcid(text: str) -> str:
    """Read a PubMed Central id as 'PMC' and digits, without the version some carry."""
    found = _PMCID.fullmatch(text.strip())
    return f"PMC{found[1]}" if found else ""


def clean_orcid(text: str) -> str:
    """Read an ORCID in groups of four, whether PubMed has an address, groups (with any dash or blanks) or digits."""
    found = _ORCID.search(text)
    return "-".join(found.groups()).upper() if found else ""
