"""What the archive must know of a record without reading it: status, last revision, notices, retracted or not."""

import html
import re
from dataclasses import dataclass

from records.retractions import ANNOUNCES, NOTICE_TYPES, is_marked_in_title

UNSETTLED = ("In-Data-Review", "In-Process", "Publisher")
"""Values of MedlineCitation@Status (pubmed_250101.dtd) of records that wait for their indexing."""
_STATUS = re.compile(rb"<MedlineCitation\b[^>]*?\bStatus=\"([^\"]*)\"|^STAT- *(\S+)", re.MULTILINE)
_NOTICE = re.compile(
    rb"<CommentsCorrections RefType=\"(?:(?:Partial)?RetractionIn|RetractedandRepublishedIn|ExpressionOfConcernIn|"
    rb"ErratumIn|CorrectedandRepublishedIn|UpdateIn)\">(?:(?!</CommentsCorrections>).)*?<PMID\b[^>]*>0*(\d{1,9})</PMID>",
    re.DOTALL,
)
_RETRACTED = re.compile(
    rb'RefType="(?:RetractionIn|RetractedandRepublishedIn)"|<PublicationType UI="D016441"|^PT  - Retracted Publication'
    rb"|^(?:RIN|RRI) - ",
    re.MULTILINE,
)
"""On the retracted paper itself (NLM DTD, CommentsCorrections; MeSH D016441), never on the notice."""
_IS_NOTICE = re.compile(
    (
        rf'RefType="(?:{"|".join(ANNOUNCES)})"|<PublicationType UI="(?:{"|".join(sorted(NOTICE_TYPES))})"'
        "|^(?:ROF |PROF|ECF |EFR )- "
        "|^PT  - (?:Published Erratum|Retraction Notice|Retraction of Publication|Expression of Concern)"
    ).encode(),
    re.MULTILINE,
)
_TITLE = re.compile(rb"<ArticleTitle\b[^>]*>(.*?)</ArticleTitle>|^TI  - ([^\r\n]*)", re.DOTALL | re.MULTILINE)
_TAG = re.compile(r"<[^>]*>")
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
        _is_retracted(body),
    )


def _is_retracted(body: bytes) -> bool:
    """Whether PubMed marks the paper itself as retracted, or its title begins so and it is no notice on another."""
    if _RETRACTED.search(body):
        return True
    found = _TITLE.search(body)
    title = (found[1] or found[2] or b"").decode("utf-8", "replace") if found else ""
    return is_marked_in_title(html.unescape(_TAG.sub("", title))) and not _IS_NOTICE.search(body)


def _revised(body: bytes) -> str:
    found = _REVISED.search(body)
    return "-".join(part.decode().zfill(2) for part in found.groups() if part) if found else ""
