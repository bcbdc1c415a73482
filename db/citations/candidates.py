"""Which records a reference might mean: a few dozen from the full-text and author indexes, never all rows.

Words of the title are looked up by how rare they are; names by their folded form, so that accents, case and small
mistakes do not matter. The folded names of a database are read once per build and process (`Shelf`).
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from rapidfuzz import fuzz, process

from db.citations.folding import COMMON_WORDS, folded, name_key, words
from db.citations.model import Reference, Work
from db.citations.works import load_unlisted, surname_and_initials

_RARE = 250
"""A word in more records than this finds too many to be worth ranking; it counts only beside another word."""
_MOST_WORDS = 14
_BEST_WORDS = 6
_HITS = 300
"""Titles ranked for one reference: as many of the rarest words are looked up as find about so many."""
_FROM_TITLE = 15
_FROM_NAMES = 60
_NAME_CUTOFF = 84
_YEARS = (-2, 2)
"""Online and print years differ by one or two, and people mistype by as much."""


@dataclass(frozen=True)
class Shelf:
    """What is kept in memory of one build: spellings of surnames by folded form, and the studies without a PMID."""

    spellings: dict[str, list[str]]
    by_letter: dict[str, list[str]]
    first_authors: dict[str, list[int]]
    """Records that name only their first author (the register), by folded surname."""
    unlisted: tuple[Work, ...] = field(default=())


_KEPT: dict[tuple[str, str], Shelf] = {}
"""Shelves by file and build; one is kept a file, so that a new build replaces it."""


def shelf_of(connection: sqlite3.Connection) -> Shelf:
    """The shelf of a database, read again when the database was built anew."""
    path = next((row[2] for row in connection.execute("PRAGMA database_list") if row[1] == "main"), "")
    built = connection.execute("SELECT value FROM build WHERE key = 'fingerprint'").fetchone()
    if not path or not built:
        return _read_shelf(connection)
    shelf = _KEPT.get((path, built[0]))
    if shelf is None:
        shelf = _read_shelf(connection)
        for old in [key for key in list(_KEPT) if key[0] == path]:
            _KEPT.pop(old, None)  # Datasette looks up in several threads
        _KEPT[path, built[0]] = shelf
    return shelf


def _read_shelf(connection: sqlite3.Connection) -> Shelf:
    spellings: dict[str, list[str]] = defaultdict(list)
    for (name,) in connection.execute("SELECT DISTINCT last_name FROM authors WHERE last_name > ''"):
        spellings[name_key(name)].append(name)
    first_authors: dict[str, list[int]] = defaultdict(list)
    for pmid, printed in connection.execute(
        "SELECT pmid, first_author FROM articles WHERE source = 'register' AND first_author IS NOT NULL"
    ):
        first_authors[name_key(surname_and_initials(printed)[0])].append(pmid)
    by_letter: dict[str, list[str]] = defaultdict(list)
    for key in sorted({*spellings, *first_authors}):
        by_letter[key[:1]].append(key)
    return Shelf(dict(spellings), dict(by_letter), dict(first_authors), tuple(load_unlisted(connection)))


def unlisted(shelf: Shelf, reference: Reference) -> list[Work]:
    """Studies without a PMID whose title stands in the reference, more or less: so few that each is compared."""
    text = folded(reference.text)
    scored = [(fuzz.token_set_ratio(folded(work.title), text), work) for work in shelf.unlisted]
    return [work for score, work in sorted(scored, key=lambda pair: -pair[0])[:5] if score >= 60]


def by_title(connection: sqlite3.Connection, reference: Reference) -> list[int]:
    """Records with the rarest words of the title, the most alike first."""
    text = folded(reference.title or reference.text)
    counted = [(count, term) for term, count in _counts(connection, _terms(text))]
    rare = _rarest(counted)
    if len(rare) < 2:
        common = [term for count, term in counted if count >= _RARE]
        pairs = _counts(connection, [f"{a[:-1]} {b[1:]}" for a, b in list(pairwise(common))[:8]])
        rare = _rarest(
            [*((count, term) for count, term in counted if count < _RARE), *((n, term) for term, n in pairs)]
        )
        if not rare and len(common) >= 2:
            return _match(connection, " AND ".join(common[:4]), text)
    return _match(connection, " OR ".join(rare), text) if rare else []


def _rarest(counted: Iterable[tuple[int, str]]) -> list[str]:
    """Terms that some title holds, rarest first, as long as they find few titles together."""
    chosen: list[str] = []
    hits = 0
    for count, term in sorted(pair for pair in counted if 0 < pair[0] < _RARE):
        if len(chosen) >= _BEST_WORDS or (len(chosen) >= 2 and hits + count > _HITS):
            break
        chosen.append(term)
        hits += count
    return chosen


def _match(connection: sqlite3.Connection, query: str, text: str) -> list[int]:
    """The best of what full text finds by a few words, by likeness of the whole title."""
    sql = (
        "SELECT f.rowid, a.title FROM (SELECT rowid FROM articles_fts WHERE articles_fts MATCH ? LIMIT ?) f "
        "JOIN articles a ON a.record_id = f.rowid WHERE a.pmid IS NOT NULL"
    )
    titles = dict(tuple(row) for row in connection.execute(sql, (f"title : ({query})", 2 * _HITS)))
    near = process.extract(text, {pmid: folded(title) for pmid, title in titles.items()}, scorer=fuzz.token_set_ratio,
                           limit=_FROM_TITLE)  # fmt: skip
    return [pmid for _, _, pmid in near]


def _terms(text: str) -> list[str]:
    """Words worth looking up, as FTS5 strings, longest first where there are many."""
    wanted = dict.fromkeys(
        word for word in words(text) if len(word) > 2 and word not in COMMON_WORDS and not word.isdigit()
    )
    if len(wanted) > _MOST_WORDS:
        kept = set(sorted(wanted, key=len, reverse=True)[:_MOST_WORDS])
        wanted = dict.fromkeys(word for word in wanted if word in kept)
    return [f'"{word}"' for word in wanted]


def _counts(connection: sqlite3.Connection, terms: Iterable[str]) -> list[tuple[str, int]]:
    """In how many titles each term stands, counted no further than needed."""
    sql = "SELECT count(*) FROM (SELECT 1 FROM articles_fts WHERE articles_fts MATCH ? LIMIT ?)"
    return [(term, connection.execute(sql, (f"title : {term}", _RARE)).fetchone()[0]) for term in terms]


def by_author(connection: sqlite3.Connection, shelf: Shelf, reference: Reference) -> list[int]:
    """Records of the first author named whom the database knows, of about that year."""
    for author in reference.authors[:3]:  # the first may be misspelt, or left out
        keys = _name_keys(shelf, author)
        found = [pmid for key in keys for pmid in shelf.first_authors.get(key, ())][:_FROM_NAMES]
        spelled = [spelling for key in keys for spelling in shelf.spellings.get(key, ())]
        if spelled:
            found += _of_names(connection, spelled, reference.year)
        if found:
            return found
    return []


def _name_keys(shelf: Shelf, author: str) -> list[str]:
    """Folded names that are this one; else those most like it, with the same first letter."""
    own = [name_key(author)]
    if " " in author.strip():  # 'van der Berg', or a first name printed before or after
        own += [name_key(part) for part in author.split() if len(part) > 2]
    if exact := [key for key in own if key in shelf.spellings or key in shelf.first_authors]:
        return exact[:1]
    near = process.extract(
        own[0], shelf.by_letter.get(own[0][:1], ()), scorer=fuzz.ratio, score_cutoff=_NAME_CUTOFF, limit=3
    )
    return [key for key, _, _ in near]


def _of_names(connection: sqlite3.Connection, spellings: list[str], year: int | None) -> list[int]:
    marks = ",".join("?" * len(spellings))
    values: list[object] = list(spellings)
    dated = ""
    if year:
        dated = "AND (r.year IS NULL OR r.year BETWEEN ? AND ?)"
        values += [year + _YEARS[0], year + _YEARS[1]]
    sql = (
        "SELECT r.pmid FROM authors a JOIN articles r USING (record_id) "  # noqa: S608
        f"WHERE a.last_name IN ({marks}) AND r.pmid IS NOT NULL {dated} ORDER BY a.position > 1, r.pmid DESC LIMIT ?"
    )
    return [row[0] for row in connection.execute(sql, (*values, _FROM_NAMES))]


def by_place(connection: sqlite3.Connection, reference: Reference) -> list[int]:
    """Records of the year with the same volume and first page."""
    if not (reference.year and reference.page and reference.volume):
        return []
    sql = (
        "SELECT pmid FROM articles WHERE pmid IS NOT NULL AND year = ? AND volume = ? "
        "AND (pages = ? OR pages LIKE ? || '-%' OR pages LIKE ? || ',%') LIMIT ?"
    )
    page = reference.page
    return [
        row[0] for row in connection.execute(sql, (reference.year, reference.volume, page, page, page, _FROM_TITLE))
    ]
