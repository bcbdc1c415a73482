"""What the archive must know of a record to keep house, without reading it: status, notices on it, retracted or not."""

import re
from dataclasses import dataclass

UNSETTLED = ("In-Data-Review", "In-Process", "Publisher")
"""Values of MedlineCitation@Status (pubmed_250101.dtd) of records that wait for their indexing."""
_STATUS = re.compile(rb"<MedlineCitation\b[^>]*?\bStatus=\"([^\"]*)\"|^STAT- *(\S+)", re.MULTILINE)
_NOTICE = re.compile(
    rb"<CommentsCorrections RefType=\"(?:RetractionIn|RetractedandRepublishedIn|ExpressionOfConcernIn|ErratumIn|"
    rb"CorrectedandRepublishedIn|UpdateIn)\">(?:(?!</CommentsCorrections>).)*?<PMID\b[^>]*>0*(\d{1,9})</PMID>",
    re.DOTALL,
)
_RETRACTED = re.compile(
    rb'RefType="(?:RetractionIn|RetractedandRepublishedIn)"|<PublicationType UI="D016441"|^PT  - Retracted Publication',
    re.MULTILINE,
)
"""On the retracted paper itself (NLM DTD, CommentsCorrections; MeSH D016441), never on the notice."""


@dataclass(frozen=True)
class Glance:
    """`status` as PubMed writes it, '' where there is none (books); `notices` are PMIDs, in order."""

    status: str
    notices: tuple[int, ...]
    retracted: bool


def glance(body: bytes) -> Glance:
    """Look at a record as received (XML or MEDLINE text)."""
    found = _STATUS.search(body, 0, 4096)
    status = (found[1] or found[2]).decode() if found else ""
    return Glance(
        status, tuple(dict.fromkeys(int(pmid) for pmid in _NOTICE.findall(body))), _RETRACTED.search(body) is not None
    )
