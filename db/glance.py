"""What the archive must know of a record without reading it: status, last revision, notices, retracted or not."""

import re
from dataclasses import dataclass

UNSETTLED = ("In-Data-Review", "In-Process", "Publisher")
"""Values of MedlineCitation@Status (pubmed_250101.dtd) of records that wait for their indexing."""
_STATUS = re.compile(rb"<MedlineCitation\b[^>]*?\bStatus=\"([^\"]*)\"|^STAT- *(\S+)", re.MULTILINE)
_NOTICE = re.compile(
    rb"<CommentsCorrections RefType=\"(?:(?:Partial)?RetractionIn|RetractedandRepublishedIn|ExpressionOfConcernIn|"
    rb"ErratumIn|CorrectedandRepublishedIn|UpdateIn)\">(?:(?!</CommentsCorrections>).)*?<PMID\b[^>]*>0*(\d{1,9})</PMID>",
    re.DOTALL,
)
_RETRACTED = re.compile(
    rb'RefType="(?:RetractionIn|RetractedandRepublishedIn)"|<PublicationType UI="D016441"|^PT  - Retracted Publication',
    re.MULTILINE,
)
"""On the retracted paper itself (NLM DTD, CommentsCorrections; MeSH D016441), never on the notice."""
_REVISED = re.compile(
    rb"<DateRevised\b[^>]*>\s*<Year>\s*(\d{4})\s*</Year>(?:\s*<Month>\s*(\d\d?)\s*</Month>"
    rb"(?:\s*<Day>\s*(\d\d?)\s*</Day>)?)?|^LR  - *(\d{4})(\d\d)?(\d\d)?",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Glance:
    """`status` as PubMed writes it, '' where there is none (books); `notices` are PMIDs, in order.

    `revised` is DateRevised (LR in MEDLINE text) as an ISO date, as precise as it is given; '' where it is missing.
    """

    status: str
    revised: str
    notices: tuple[int, ...]
    retracted: bool


def glance(body: bytes) -> Glance:
    """Look at a record as received (XML or MEDLINE text)."""
    found = _STATUS.search(body, 0, 4096)
    status = (found[1] or found[2]).decode() if found else ""
    return Glance(
        status,
        _revised(body),
        tuple(dict.fromkeys(int(pmid) for pmid in _NOTICE.findall(body))),
        _RETRACTED.search(body) is not None,
    )


def _revised(body: bytes) -> str:
    found = _REVISED.search(body)
    return "-".join(part.decode().zfill(2) for part in found.groups() if part) if found else ""
