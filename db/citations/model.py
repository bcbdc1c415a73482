"""What a look-up reads and says: a reference as it was given, a record as it is, and the answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference as someone wrote it, taken apart as far as that is safe. Empty parts were not given or not found."""

    text: str
    """What is compared: as given, without identifiers, white space joined."""
    title: str = ""
    authors: tuple[str, ...] = ()
    """Surnames or groups, in order."""
    journal: str = ""
    year: int | None = None
    volume: str = ""
    issue: str = ""
    page: str = ""
    """First page or article number."""
    identifiers: Mapping[str, str] = field(default_factory=dict)
    """By kind (`identifiers.KINDS`), in the one form in which they are stored."""
    key: str = ""
    """What the giver calls it: the key of a BibTeX entry, of a citation-matcher line, the id of a CSL item."""
    asked: str = ""
    """As given, for showing."""


@dataclass(frozen=True, slots=True)
class Author:
    """A person, or a group in `collective`."""

    last_name: str
    fore_name: str = ""
    initials: str = ""
    suffix: str = ""
    collective: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """A record as a citation needs it. One that only the register knows has no PMID, and few parts."""

    key: str
    """'pmid:…', or 'doi:…' for a study that PubMed does not list."""
    pmid: int | None
    title: str
    doi: str = ""
    pmcid: str = ""
    vernacular_title: str = ""
    journal: str = ""
    year: int | None = None
    published: str = ""
    """ISO date as precise as it is known."""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    language: str = ""
    abstract: str = ""
    authors: tuple[Author, ...] = ()
    authors_complete: bool = True
    """False where only the first author is known (the register)."""
    retracted: bool = False
    study_id: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """A part that the reference gives otherwise than the record: 'says 2014, is 2013'."""

    part: str
    said: str
    found: str

    def line(self) -> str:
        """As words."""
        return f"{self.part}: says {self.said}, is {self.found}"


@dataclass(frozen=True, slots=True)
class Match:
    """A record that a reference may mean."""

    work: Work
    score: float
    """Natural logarithm of the odds that this is the record meant (`matching.WEIGHTS`); 0 for a found identifier."""
    agrees: tuple[str, ...] = ()
    differs: tuple[Difference, ...] = ()

    @property
    def probability(self) -> float:
        """The score between 0 and 1. It orders answers; it is no measured frequency."""
        odds_against: float = 2.718281828 ** -max(-50.0, min(50.0, self.score))
        return 1 / (1 + odds_against)


@dataclass(frozen=True, slots=True)
class Notice:
    """A note in the literature about a record."""

    kind: str
    """retraction, partial_retraction, expression_of_concern, erratum, update, reinstatement."""
    pmid: int | None
    """The notice, or the newer version, where PubMed names it."""
    dated: str
    citation: str

    def line(self) -> str:
        """As words."""
        words = {
            "retraction": "RETRACTED",
            "partial_retraction": "PARTLY RETRACTED",
            "expression_of_concern": "EXPRESSION OF CONCERN",
            "erratum": "Corrected",
            "update": "A newer version was published",
            "reinstatement": "Reinstated after a retraction",
        }
        where = f"PMID {self.pmid}" if self.pmid else self.citation
        return ", ".join(filter(None, (words.get(self.kind, self.kind), self.dated, where)))


@dataclass(frozen=True, slots=True)
class OtherReport:
    """A later report of the same study; `published` is '' where its date is not known."""

    pmid: int | None
    doi: str
    title: str
    role: str
    published: str


@dataclass(frozen=True, slots=True)
class ClaimStance:
    """A claim that a record bears on."""

    claim_id: str
    text: str
    stance: str
    """supports, contradicts, 'supports and contradicts' (different assertions of the claim), context."""
    verdict: str
    flipped_on: str
    why: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How a record stands: what was said about it since, and what it bears on."""

    retracted: bool
    preprint: bool
    notices: tuple[Notice, ...]
    newer_reports: tuple[OtherReport, ...]
    claims: tuple[ClaimStance, ...]
    tags: Mapping[str, Any]
    """Deciding columns that hold a value: routes, design, blinding, control, n_total …"""
    gone_since: str = ""
    probably_published: OtherReport | None = None
    """For a preprint without an update notice: a later paper with the same title and first author."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader must see first."""
        kinds = {notice.kind for notice in self.notices}
        lines = [notice.line() for notice in self.notices if notice.kind != "update"]
        if self.retracted and "retraction" not in kinds:
            lines.insert(0, "RETRACTED")
        published = [notice.line() for notice in self.notices if notice.kind == "update"]
        if self.preprint:
            later = self.probably_published
            unsaid = f"probably published as PMID {later.pmid}" if later else "no published version is known here"
            lines += [f"Preprint. {line}" for line in published] or [f"Preprint; {unsaid}"]
        else:
            lines += published
        if self.gone_since:
            lines.append(f"PubMed no longer has this record (since {self.gone_since})")
        return tuple(lines)

    @property
    def corrected(self) -> bool:
        """Whether there is a correction, an expression of concern, or a retraction of a part."""
        kinds = ("erratum", "expression_of_concern", "partial_retraction")
        return any(notice.kind in kinds for notice in self.notices)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a look-up says about one reference."""

    asked: str
    outcome: str
    """exact, probable, several (or one that is not certain), not_found."""
    found_by: str = ""
    """The kind of identifier ('PMID', 'DOI', 'trial registration' …), 'reference', or 'PubMed'."""
    matches: tuple[Match, ...] = ()
    """Best first. With 'exact' and 'probable' the first is the answer; more than one with a registration."""
    standing: Standing | None = None
    """Of the first match."""
    asked_pubmed: bool = False
    note: str = ""
    key: str = ""

    @property
    def best(self) -> Match | None:
        """The record, when there is one answer."""
        return self.matches[0] if self.matches and self.outcome in ("exact", "probable") else None
