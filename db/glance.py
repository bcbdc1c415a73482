"""What the archive must know of a record to keep house, without reading it: its status, and the notices on it."""

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


@dataclass(frozen=True)
class Glance:
    """`status` as PubMed writes it, '' where there is none (books); `notices` are PMIDs, in order."""

    status: str
    notices: tuple[int, ...]


def glance(body: bytes) -> Glance:
    """Look at a record as received (XML or MEDLINE text)."""
    found = _STATUS.search(body, 0, 4096)
    status = (found[1] or found[2]).decode() if found else ""
    return Glance(status, tuple(dict.fromkeys(int(pmid) for pmid in _NOTICE.findall(body))))
