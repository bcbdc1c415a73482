"""Citation look-up: from a reference, whole or in scraps, to the record, its standing and the claims it bears on.

`cite` takes anything: an identifier, an address, a reference, a list of them, a file of a reference manager. It looks
in our own records first; only what is not held is asked of PubMed, and only if the caller hands in a way to ask.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from db.citations.candidates import Shelf, by_author, by_place, by_title, shelf_of, unlisted
from db.citations.formats import write_citations
from db.citations.identifiers import KINDS
from db.citations.manuscript import ManuscriptReport, check
from db.citations.matching import ACCEPT, beyond_doubt, decide, in_order, ranked
from db.citations.model import Answer, Match, Reference, Work
from db.citations.online import AskPubMed, ask_for_missing
from db.citations.readers.lists import ReferenceList
from db.citations.readers.text import read_text
from db.citations.status import standing_of
from db.citations.styles import DEFAULT_STYLE
from db.citations.words import answer_lines
from db.citations.works import load_works, works_by_key
from db.sqlite import plain_errors
from topics.errors import BadInputError

MOST_REFERENCES = 1_000
"""References in one look-up."""
_MAPPED = 1 << 30
"""Bytes of the file that SQLite may map into memory: a look-up reads a few dozen rows from all over it."""


@contextmanager
def opened(live: Path) -> Iterator[sqlite3.Connection]:
    """The published database, to read only.

    Raises:
        BadInputError: there is no such database.
    """
    if not live.is_file():
        raise BadInputError(f"{live}: there is no database yet. Make it with `evidence build`.")
    with plain_errors(live):
        connection = sqlite3.connect(f"{live.resolve().as_uri()}?mode=ro", uri=True)
        connection.execute(f"PRAGMA mmap_size = {_MAPPED}")
        try:
            yield connection
        finally:
            connection.close()


def cite(live: Path, text: str, *, online: AskPubMed | None = None) -> list[Answer]:
    """Look up everything in `text`: one answer a reference, in order.

    Raises:
        BadInputError: there is no database, nothing to look up, or too much at once.
        PubMedError: `online` was given and PubMed could not be asked.
    """
    with opened(live) as connection:
        return look_up(connection, text, online=online)


def check_manuscript(path: Path, live: Path, *, online: AskPubMed | None = None, dated: str = "") -> ManuscriptReport:
    """Check the references of a manuscript or a file of references.

    Raises:
        BadInputError: the file or the database cannot be read, or no reference is found.
        PubMedError: as `cite`.
    """
    with opened(live) as connection:
        return check(connection, path, lambda references: resolve(connection, references, online=online), dated)


def lines(answers: list[Answer]) -> list[str]:
    """Answers for the terminal: standing first, then what agrees and what does not."""
    return [line for answer in answers for line in answer_lines(answer)]


def export(live: Path, answers: list[Answer], form: str, style: str = DEFAULT_STYLE) -> str:
    """The records that the answers name, in a format.

    Raises:
        BadInputError: no such format or style.
    """
    with opened(live) as connection:
        keys = dict.fromkeys(answer.best.work.key for answer in answers if answer.best)
        return "".join(write_citations(works_by_key(connection, keys), form, style))


def look_up(
    connection: sqlite3.Connection, text: str, *, online: AskPubMed | None = None, at_most: int = MOST_REFERENCES
) -> list[Answer]:
    """As `cite`, through an open connection."""
    return answer_all(connection, read_text(text), online=online, at_most=at_most)


def answer_all(
    connection: sqlite3.Connection, found: ReferenceList, *, online: AskPubMed | None = None,
    at_most: int = MOST_REFERENCES,
) -> list[Answer]:  # fmt: skip
    """As `look_up`, for references that were read already; what of them was not read, the caller has to tell."""
    if not found.references:
        raise BadInputError(
            "; ".join(map(str, found.unread))
            or "nothing to look up: give a PMID, a DOI, a reference, or a file of references."
        )
    if found.seen > at_most:
        raise BadInputError(f"{found.seen:,} references at once; look up at most {at_most:,}.")
    return resolve(connection, list(found.references), online=online)


def resolve(
    connection: sqlite3.Connection, references: list[Reference], *, online: AskPubMed | None = None
) -> list[Answer]:
    """One answer a reference, with the standing of the record where there is one."""
    shelf = shelf_of(connection)
    answers = [find(connection, shelf, reference) for reference in references]
    if online:
        answers = ask_for_missing(references, answers, online, lambda pmids: load_works(connection, pmids))
    return [
        replace(answer, standing=standing_of(connection, answer.matches[0].work))
        if answer.best and answer.best.work.source != "PubMed"
        else answer
        for answer in answers
    ]


def find(connection: sqlite3.Connection, shelf: Shelf, reference: Reference) -> Answer:
    """The answer to one reference out of our own records, without its standing."""
    kind, named = _by_identifier(connection, shelf, reference)
    if named and not reference.title:
        return Answer(
            reference.asked, "exact", kind, tuple(Match(work, 0.0, (kind,)) for work in named), key=reference.key
        )
    if not named and not (reference.title or reference.authors or reference.page):
        return Answer(reference.asked, "not_found", next(iter(reference.identifiers), "reference"), key=reference.key)
    matches = _matches(connection, shelf, reference, named)
    answer = decide(reference, matches)
    return _with_identifier(answer, kind, named, matches) if named else answer


def _matches(connection: sqlite3.Connection, shelf: Shelf, reference: Reference, named: list[Work]) -> list[Match]:
    """Candidates ranked. Names are the cheap way in: the full text is searched when they leave a doubt."""
    matches = ranked(reference, named)
    ways: tuple[Callable[[], list[Work]], ...] = (
        lambda: load_works(connection, by_author(connection, shelf, reference)),
        lambda: load_works(connection, by_title(connection, reference)) + unlisted(shelf, reference),
    )
    for way in ways:
        matches = _joined(reference, matches, way())
        if beyond_doubt(matches):
            return matches
    if not matches or matches[0].score < ACCEPT:
        matches = _joined(reference, matches, load_works(connection, by_place(connection, reference)))
    return matches


def _joined(reference: Reference, matches: list[Match], works: list[Work]) -> list[Match]:
    seen = {match.work.key for match in matches}
    return in_order([*matches, *ranked(reference, [work for work in works if work.key not in seen])])


def _by_identifier(connection: sqlite3.Connection, shelf: Shelf, reference: Reference) -> tuple[str, list[Work]]:
    """(kind, records) of the first identifier that we hold."""
    for kind in KINDS:
        value = reference.identifiers.get(kind.name)
        if not value:
            continue
        rows = connection.execute(kind.sql, {"value": value}).fetchall()
        works = load_works(connection, list(dict.fromkeys(row[0] for row in rows if row[0])))
        dois = {row[1] for row in rows if not row[0]}
        works += [work for work in shelf.unlisted if work.doi in dois]
        if works:
            return kind.name, works
    return "", []


def _with_identifier(answer: Answer, kind: str, named: list[Work], matches: list[Match]) -> Answer:
    """What the identifier names, held against the words beside it."""
    keys = {work.key for work in named}
    own = next(match for match in matches if match.work.key in keys)
    if kind == "trial registration":  # names a study; the words may say which of its reports is meant
        if answer.best:
            return answer
        reports = tuple(match for match in matches if match.work.key in keys)
        return replace(answer, outcome="several", found_by=kind, matches=reports)
    parts = {difference.part for difference in own.differs}
    other = answer.best if answer.best and answer.best.work.key not in keys else None
    if other or {"title", "first author"} <= parts:
        note = f"the {kind} and the words of the reference do not name the same record"
        return replace(answer, outcome="several", found_by=kind, matches=(own, other) if other else (own,), note=note)
    return replace(answer, outcome="probable" if own.differs else "exact", found_by=kind, matches=(own,), note="")
