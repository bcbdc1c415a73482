"""What goes into the archive and comes out of it: records as published, answered searches, and which version counts."""

import hashlib
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from isal import isal_zlib

from records.facts import RecordFacts
from records.identifiers import RecordName

Origin = Literal["pubmed", "import"]


@dataclass(frozen=True)
class SourceRecord:
    """One record as its source publishes it: from its first tag to its last (XML), or its lines (MEDLINE)."""

    name: RecordName
    version: int
    format: Literal["pubmed-xml", "medline"]
    body: bytes
    facts: RecordFacts = field(default=RecordFacts(), compare=False)
    """Read from the body by who made this."""

    @classmethod
    def of_pubmed(
        cls,
        pmid: int,
        version: int,
        form: Literal["pubmed-xml", "medline"],
        body: bytes,
        facts: RecordFacts = RecordFacts(),  # noqa: B008 - a tuple
    ) -> "SourceRecord":
        """A record of PubMed."""
        return cls(RecordName.of_pubmed(pmid), version, form, body, facts)

    @property
    def record_id(self) -> int:
        """The number that rows go by: the PMID of PubMed's."""
        return self.name.record_id

    @property
    def pmid(self) -> int | None:
        """The PMID, if it is a record of PubMed."""
        return self.name.pmid

    @cached_property
    def sha256(self) -> str:
        """Hex digest of the record itself, not of the envelope it came in."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True)
class StoredRecord:
    """The current version of a record, as the build reads it."""

    name: RecordName
    sha256: str
    format: str
    zipped: bytes
    """The record as its source publishes it, as the archive keeps it (zlib)."""
    fetched_at: str
    gone_since: str | None
    """Day from which PubMed no longer had the record."""
    left_since: str | None = None
    """Day from which the topic's search no longer named it."""

    @property
    def record_id(self) -> int:
        """The number that rows go by: the PMID of PubMed's."""
        return self.name.record_id

    @property
    def pmid(self) -> int | None:
        """The PMID, if it is a record of PubMed."""
        return self.name.pmid

    @property
    def body(self) -> bytes:
        """The record as its source publishes it."""
        return zlib.decompress(self.zipped)


@dataclass(frozen=True)
class SearchSlice:
    """One answered search: what was sent, what PubMed made of it, and the PMIDs it named."""

    query: str
    translation: str
    reported: int
    ids: tuple[int, ...]
    warnings: tuple[str, ...] = ()
    uid_low: int | None = None
    uid_high: int | None = None


@dataclass(frozen=True)
class Stored:
    """How many records a page or file brought, by what the archive knew of them, and how many it took away."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    """Held records that the file says PubMed deleted."""


def intact(zipped: bytes, sha256: str) -> bytes | None:
    """A record as published, from what the archive keeps of it (zlib); None if it is not what its hash was taken of."""
    try:
        body = isal_zlib.decompress(zipped)
    except (isal_zlib.error, EOFError, TypeError):  # type: ignore[misc]  # isal types it as an instance
        return None
    return body if hashlib.sha256(body).hexdigest() == sha256 else None


def rank(version: int, revised: str, origin: str, form: str) -> tuple[int, str, bool, bool]:
    """Sort key that tells which of two versions of a record is current: the higher; of equals the one that came last.

    Higher PMID version; then later DateRevised (ISO; '' if missing, which is oldest); then PubMed's own over an
    imported file; then XML over MEDLINE text.
    """
    return (version, revised, origin == "pubmed", form == "pubmed-xml")
