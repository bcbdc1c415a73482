"""Identifiers in the one form in which we compare them; '' or None for what is none."""

import re

MAX_PMID = 99_999_999
"""PMIDs have at most eight digits."""

_DOI = re.compile(r"10\.\d{4,9}/\S+")
_PMCID = re.compile(r"(?:PMC)?(\d{1,9})(?:\.\d+)?", re.IGNORECASE)
_ORCID = re.compile(r"(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dX])$", re.IGNORECASE)


def clean_pmid(text: str) -> int | None:
    """Read a PMID: one to eight digits, not zero. Reference lists hold 'NOT_FOUND', DOIs and PMC ids as PMIDs."""
    text = text.strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        return None
    pmid = int(text)
    return pmid if 0 < pmid <= MAX_PMID else None


def clean_doi(text: str) -> str:
    """Read a DOI, lower-cased (DOIs do not tell case apart), without resolver address, 'doi:' or a sentence's end."""
    found = _DOI.search(text)
    return found[0].rstrip(".,;:").lower() if found else ""


def clean_pmcid(text: str) -> str:
    """Read a PubMed Central id as 'PMC' and digits, without the version some carry."""
    found = _PMCID.fullmatch(text.strip())
    return f"PMC{found[1]}" if found else ""


def clean_orcid(text: str) -> str:
    """Read an ORCID in groups of four, whether PubMed has an address, groups or plain digits."""
    found = _ORCID.search(text.strip())
    return "-".join(found.groups()).upper() if found else ""
