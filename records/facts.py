"""What the archive keeps beside a record, so that nobody has to read it again to know."""

from typing import NamedTuple

from records.record import Record
from records.retractions import retracted_by

_NOTICES = frozenset({
    "RetractionIn", "PartialRetractionIn", "RetractedandRepublishedIn", "ExpressionOfConcernIn", "ErratumIn",
    "CorrectedandRepublishedIn", "UpdateIn",
})  # fmt: skip
"""RefTypes that name a notice on the record itself (NLM DTD, CommentsCorrections)."""


class RecordFacts(NamedTuple):
    """Status, last revision, notices, and whether a record is retracted."""

    status: str = ""
    """MedlineCitation@Status, or STAT; '' where there is none (books)."""
    revised: str = ""
    """DateRevised (LR) as an ISO date, as precise as it is given; '' where it is missing."""
    notices: tuple[int, ...] = ()
    """PMIDs of notices (of retraction, concern, correction, update) on the record, in order."""
    retracted: bool = False
    """Whether PubMed or the title marks the paper itself as retracted (`records.retractions.retracted_by`)."""


def facts_of(record: Record) -> RecordFacts:
    """Take them from a record."""
    notices = dict.fromkeys(link.pmid for link in record.links if link.ref_type in _NOTICES and link.pmid)
    return RecordFacts(record.status, record.revised, tuple(notices), bool(retracted_by(record)))
