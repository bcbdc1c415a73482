"""Check the references of a manuscript: which are retracted, corrected, wrong, or not to be found.

Which files are read, and what of them, `readers.files` knows.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from db.citations.model import Answer, Reference
from db.citations.readers.files import read_file
from db.citations.readers.lists import Unread
from db.citations.status import has_claims
from topics.errors import BadInputError


@dataclass(frozen=True, slots=True)
class ChangedClaim:
    """A claim of ours whose verdict changed after the manuscript was written."""

    claim_id: str
    text: str
    verdict: str
    changed_on: str
    cited: bool
    """Whether the manuscript cites evidence on it."""


@dataclass(frozen=True, slots=True)
class ManuscriptReport:
    """What was found in a manuscript, reference by reference."""

    path: Path
    dated: str
    answers: tuple[Answer, ...]
    changed_claims: tuple[ChangedClaim, ...]
    unread: tuple[Unread, ...] = ()
    """Entries that could not be read: nothing is known of them."""

    @property
    def retracted(self) -> tuple[Answer, ...]:
        """References to retracted papers."""
        return tuple(answer for answer in self.answers if answer.standing and answer.standing.retracted)

    @property
    def exit_code(self) -> int:
        """1 when something is retracted, 4 when something could not be read, else 0."""
        return 1 if self.retracted else 4 if self.unread else 0

    def lines(self) -> list[str]:
        """For the terminal: what needs a hand first, a summary last."""
        lines = [f"NOT READ: {each}" for each in self.unread]
        counts = dict.fromkeys(("retracted", "corrected", "mismatched", "uncertain", "not found"), 0)
        for number, answer in enumerate(self.answers, start=1):
            for kind, text in _remarks(answer):
                counts[kind] += kind in counts
                lines.append(f"[{number}] {text}\n      {_short(answer.asked)}")
        for claim in self.changed_claims:
            cited = "cites evidence on it" if claim.cited else "does not cite evidence on it"
            lines.append(
                f"Claim {claim.claim_id} became '{claim.verdict}' on {claim.changed_on} ({cited}): {claim.text}"
            )
        found = ", ".join(f"{count} {kind}" for kind, count in counts.items())
        lost = f" of {len(self.answers) + len(self.unread)}" if self.unread else ""
        lines.append(f"{self.path}: {len(self.answers)}{lost} references, dated {self.dated or 'not known'}: {found}.")
        return lines


def _remarks(answer: Answer) -> list[tuple[str, str]]:
    if answer.outcome == "not_found":
        asked = " (PubMed was asked)" if answer.asked_pubmed else " (PubMed was not asked)"
        return [("not found", f"not found{asked}")]
    if answer.outcome == "several":
        names = "; ".join(_name(answer, place) for place in range(len(answer.matches)))
        note = f"{answer.note}: " if answer.note else ""
        return [("uncertain", f"not certain: {note}{names}")]
    remarks = []
    standing = answer.standing
    if standing:
        kind = "retracted" if standing.retracted else "corrected" if standing.corrected else "note"
        remarks += [(kind if place == 0 else "note", f"{warning} ({_name(answer, 0)})")
                    for place, warning in enumerate(standing.warnings)]  # fmt: skip
    differs = "; ".join(difference.line() for difference in answer.matches[0].differs)
    if differs:
        remarks.append(("mismatched", f"{differs} ({_name(answer, 0)})"))
    return remarks


def _name(answer: Answer, place: int) -> str:
    work = answer.matches[place].work
    return f"PMID {work.pmid}" if work.pmid else work.doi


def _short(text: str) -> str:
    return text if len(text) <= 110 else f"{text[:107]}..."


def check(
    connection: sqlite3.Connection, path: Path, resolve: Callable[[list[Reference]], list[Answer]], dated: str = ""
) -> ManuscriptReport:
    """Resolve every reference of a file. `dated` (ISO) replaces the date that the file itself tells.

    Raises:
        BadInputError: as `read_file`, or `dated` is no date.
    """
    if dated:
        try:
            date.fromisoformat(dated)
        except ValueError as error:
            raise BadInputError(f"'{dated}' is no date. Write it as 2014-06-03.") from error
    found = read_file(path)
    answers = resolve(list(found.references))
    when = dated or found.dated
    changed = _changed(connection, answers, when) if when else ()
    return ManuscriptReport(path, when, tuple(answers), changed, found.unread)


def _changed(connection: sqlite3.Connection, answers: list[Answer], when: str) -> tuple[ChangedClaim, ...]:
    if not has_claims(connection):
        return ()
    cited = {claim.claim_id for answer in answers if answer.standing for claim in answer.standing.claims}
    rows = connection.execute(
        "SELECT v.claim_id, c.text, c.verdict, max(v.flipped_on) FROM verdicts v "
        "JOIN claims c ON c.claim_id = v.claim_id "
        "WHERE v.flipped_on > ? GROUP BY v.claim_id ORDER BY v.claim_id",
        (when,),
    )
    found = [ChangedClaim(claim, text, verdict, day, claim in cited) for claim, text, verdict, day in rows]
    return tuple(sorted(found, key=lambda claim: not claim.cited))
