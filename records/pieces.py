"""What cutting a file into records yields, whatever its format."""

from dataclasses import dataclass

MAX_RECORD = 16 << 20
"""Bytes. The longest PubMed records (thousands of authors with addresses) are a few MB; more is not one record."""


@dataclass(frozen=True, slots=True)
class BrokenRecord:
    """A record that cannot be used, where it stands (byte of the stream, as UTF-8) and why."""

    pmid: int | None
    position: int
    reason: str

    def __str__(self) -> str:
        name = f"PMID {self.pmid}" if self.pmid else "a record without a PMID"
        return f"{name} (byte {self.position}): {self.reason}"


@dataclass(frozen=True, slots=True)
class DeletedRecord:
    """A PMID that a file takes out of PubMed (DeleteCitation, DeleteDocument). It says nothing about a retraction."""

    pmid: int
