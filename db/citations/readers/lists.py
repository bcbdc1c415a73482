"""What every reader returns: the references of a list in order, and what of it could not be read, with its line."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from db.citations.folding import repaired
from db.citations.identifiers import identifiers_in
from db.citations.model import Reference
from db.citations.works import first_page

_NO_NAMES = ("", "others", "et al")
"""What stands in a list of authors for those who are not named; 'others' is BibTeX's word."""
_YEAR = re.compile(r"(?:1[89]|20)\d\d")


@dataclass(frozen=True, slots=True)
class Unread:
    """An entry of a list that could not be read."""

    why: str
    line: int = 0
    """Where it begins, from 1; 0 where the format has no lines."""

    def __str__(self) -> str:
        return f"line {self.line}: {self.why}" if self.line else self.why


@dataclass(frozen=True, slots=True)
class ReferenceList:
    """The references of a text or file."""

    references: tuple[Reference, ...]
    unread: tuple[Unread, ...] = ()
    dated: str = ""
    """Day (ISO) that a manuscript says it is of, '' where it does not."""

    @property
    def seen(self) -> int:
        """Number of entries, read or not."""
        return len(self.references) + len(self.unread)

    def lines(self) -> list[str]:
        """What was lost, for the terminal; nothing when all was read."""
        if not self.unread:
            return []
        head = f"Read {len(self.references)} of {self.seen} references; not read:"
        return [head, *(f"  {each}" for each in self.unread)]


def line_of(text: str, position: int) -> int:
    """The line, from 1, of a position in a text."""
    return text.count("\n", 0, position) + 1


def labelled(*, PMC: object = "", other: object = "", **named: object) -> dict[str, str]:  # noqa: N803
    """Identifiers in stored form from fields that say what they are (PMID, DOI, PMC), and from addresses (`other`)."""
    text = " ".join(f"{kind}: {value}" for kind, value in named.items() if value)
    if PMC:
        text += f" PMC{str(PMC).upper().removeprefix('PMC')}"
    found: dict[str, str] = {}
    for kind, value in identifiers_in(f"{text} {other or ''} ."):
        found.setdefault(kind.name, value)
    return found


def from_fields(
    *, key: str = "", title: str = "", authors: Iterable[str] = (), journal: str = "", year: str = "",
    volume: str = "", issue: str = "", pages: str = "", identifiers: Mapping[str, str] | None = None,
) -> Reference:  # fmt: skip
    """A reference from named fields; its text is put together from them, so that it is compared as a printed one is."""
    title, journal = repaired(title).rstrip("."), repaired(journal)
    names = tuple(
        name for name in (repaired(author) for author in authors) if name.lower().rstrip(".") not in _NO_NAMES
    )
    dated = _YEAR.search(year)
    page = first_page(pages.replace("–", "-").replace("--", "-"))
    where = f"{dated[0] if dated else ''};{volume}:{page}".strip(";:")
    text = ". ".join(filter(None, (", ".join(names), title, journal, where)))
    named = dict(identifiers or {})
    return Reference(
        text, title, names, journal, int(dated[0]) if dated else None, volume.strip(), issue.strip(), page,
        named, key=key, asked=text or " ".join(named.values()),
    )  # fmt: skip


def names_something(reference: Reference) -> bool:
    """Whether a reference has anything to look it up by."""
    return bool(reference.title or reference.authors or reference.identifiers)
