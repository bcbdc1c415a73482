"""What goes into the archive and comes out of it: records as received, answered searches, and which content counts."""

import hashlib
import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from isal import isal_zlib

Origin = Literal["pubmed", "import"]


@dataclass(frozen=True)
class RawRecord:
    """One record as received: the bytes from its first tag to its last (XML), or its lines (MEDLINE)."""

    pmid: int
    version: int
    format: Literal["pubmed-xml", "medline"]
    body: bytes

    @cached_property
    def sha256(self) -> str:
        """Hex digest of the record itself, not of the envelope it came in."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True)
class StoredRecord:
    """The current version of a record, as the build reads it."""

    pmid: int
    sha256: str
    format: str
    zipped: bytes
    """The record as received, as the archive keeps it (zlib)."""
    fetched_at: str
    gone_since: str | None
    """Day from which PubMed no longer had the record."""
    left_since: str | None = None
    """Day from which the topic's search no longer named it."""

    @property
    def body(self) -> bytes:
        """The record as received."""
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
    """A record as received, from what the archive keeps of it (zlib); None if it is not what its hash was taken of."""
    try:
        body = isal_zlib.decompress(zipped)
    except (isal_zlib.error, EOFError, TypeError):  # type: ignore[misc]  # isal types it as an instance
        return None
    return body if hashlib.sha256(body).hexdigest() == sha256 else None


def rank(version: int, revised: str, origin: str, form: str) -> tuple[int, str, bool, bool]:
    """Sort key that tells which of two contents of a record is current: the higher; of equals the one last received.

    Higher PMID version; then later DateRevised (ISO; '' if missing, which is oldest); then PubMed's own over an
    imported file; then XML over MEDLINE text.
    """
    return (version, revised, origin == "pubmed", form == "pubmed-xml")
