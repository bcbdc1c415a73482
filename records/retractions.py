"""What says that a paper is retracted, or that a record is a notice on another paper."""

import re

from records.record import Record

ANNOUNCES = {
    "RetractionOf": "retraction",
    "PartialRetractionOf": "partial_retraction",
    "ExpressionOfConcernFor": "expression_of_concern",
    "ErratumFor": "erratum",
}
"""RefTypes on a notice (CommentsCorrections, pubmed_250101.dtd), and what it says of the paper it names."""

NOTICE_TYPES = frozenset({"D016425", "D016440", "D000075742"})
"""MeSH publication types of a record that is a notice: Published Erratum, Retraction Notice, Expression of Concern."""
RETRACTED_PUBLICATION = "D016441"
"""MeSH publication type of a paper that is retracted."""
_RETRACTED_BY = frozenset({"RetractionIn", "RetractedandRepublishedIn"})
_MARK = (
    r"(?:retracted|withdrawn|removed|temporar(?:y[ ]removal|ily[ ]removed))"
    r"(?:[ ](?:article|paper|publication|study|report|review|letter|chapter|manuscript|preprint))?"
)
_DASH = r"[-\u2013\u2014]"
_MARKED = re.compile(
    rf"""[\s"'\u201c\u2018]*(?:
        [\[(]?\s*{_MARK}\s*:                       # WITHDRAWN: …, [Retracted article: …]
      | [\[(]\s*{_MARK}[\s.:]*[\])]               # [Retracted] …, (WITHDRAWN ARTICLE) …
      | (?-i:(?:RETRACTED|WITHDRAWN|REMOVED)(?:[ ][A-Z]+)?)(?:\s+{_DASH}|{_DASH}\s)  # RETRACTED ARTICLE - …
      | [\[(]?{_MARK}[\s.\])]*$                    # nothing else
    )""",
    re.IGNORECASE | re.VERBOSE,
)


def is_marked_in_title(title: str) -> bool:
    """Whether a title begins as publishers mark a paper that is retracted, withdrawn or removed.

    'WITHDRAWN: …', 'Retracted Article: …', '[Retracted] …'. Notices of it ('Retraction: …', 'Withdrawal: …') are not.
    PubMed may have such a title for years before it says the same by a publication type, or never do.
    """
    return _MARKED.match(title) is not None


def is_notice(record: Record) -> bool:
    """Whether PubMed has the record as a notice on another paper: by its type, or by what it is linked to."""
    return any(kind.ui in NOTICE_TYPES for kind in record.publication_types) or any(
        link.ref_type in ANNOUNCES for link in record.links
    )


def retracted_by(record: Record) -> str:
    """Where it is said that the paper itself is retracted: 'pubmed', 'title', or '' where it is not.

    Never of the notice that retracts another, nor of a paper of which only a part is retracted.
    """
    if any(kind.ui == RETRACTED_PUBLICATION for kind in record.publication_types):
        return "pubmed"
    if any(link.ref_type in _RETRACTED_BY for link in record.links):
        return "pubmed"
    return "title" if is_marked_in_title(record.title) and not is_notice(record) else ""
