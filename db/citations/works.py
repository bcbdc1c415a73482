"""Records as citations need them, read in a few statements for any number of PMIDs."""

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence

from db.citations.model import Author, Work

PREPRINT_SERVERS = ("10.1101/", "10.21203/rs.", "10.31234/osf.io/", "10.20944/preprints", "10.31219/osf.io/")
"""DOI prefixes of bioRxiv and medRxiv, Research Square, PsyArXiv, Preprints.org, OSF."""
_COLUMNS = (
    "pmid, title, doi, pmcid, vernacular_title, journal, year, published, volume, issue, pages, language, "
    "retracted, study_id, source, first_author"
)
_CHUNK = 500
"""PMIDs in one statement: SQLite takes 32,766 parameters, older ones 999."""
_UNLISTED = (
    "SELECT s.study_id, s.doi, s.title, s.public_from, s.retracted, r.first_author, r.journal, r.year "
    "FROM studies s LEFT JOIN register r ON r.study_id = s.study_id AND r.pmid IS NULL AND r.doi = s.doi "
    "WHERE s.main_pmid IS NULL"
)
_UNLISTED_REPORTS = (
    "SELECT r.study_id, r.doi, r.title, r.published, r.retracted, r.first_author, r.journal, r.year "
    "FROM register r WHERE r.pmid IS NULL"
)


def load_works(connection: sqlite3.Connection, pmids: Sequence[int], *, abstracts: bool = False) -> list[Work]:
    """The records with these PMIDs, in this order; those that are not held are left out."""
    rows: dict[int, Sequence[object]] = {}
    authors: dict[int, list[Author]] = defaultdict(list)
    columns = _COLUMNS + (", abstract" if abstracts else ", NULL")
    for start in range(0, len(pmids), _CHUNK):
        part = list(pmids[start : start + _CHUNK])
        marks = ",".join("?" * len(part))
        for row in connection.execute(f"SELECT {columns} FROM articles WHERE pmid IN ({marks})", part):  # noqa: S608
            rows[row[0]] = tuple(row)
        for row in connection.execute(
            "SELECT record_id, last_name, fore_name, initials, suffix, collective FROM authors "  # noqa: S608
            f"WHERE record_id IN ({marks}) ORDER BY record_id, position",
            part,
        ):
            authors[row[0]].append(Author(*(value or "" for value in tuple(row)[1:])))
    return [_work(rows[pmid], authors[pmid]) for pmid in pmids if pmid in rows]


def load_unlisted(connection: sqlite3.Connection) -> list[Work]:
    """The few studies that the register knows and PubMed does not list."""
    found: dict[str, Work] = {}
    for sql in (_UNLISTED_REPORTS, _UNLISTED):
        for study_id, doi, title, published, retracted, first_author, journal, year in connection.execute(sql):
            if not doi or f"doi:{doi}" in found:
                continue
            found[f"doi:{doi}"] = Work(
                key=f"doi:{doi}", pmid=None, title=title, doi=doi, journal=journal or "",
                year=year or (int(published[:4]) if published else None), published=published or "",
                authors=_first(first_author), authors_complete=False, retracted=bool(retracted),
                study_id=study_id or "", source="register",
            )  # fmt: skip
    return list(found.values())


def _work(row: Sequence[object], authors: list[Author]) -> Work:
    (pmid, title, doi, pmcid, vernacular, journal, year, published, volume, issue, pages, language, retracted,
     study_id, source, first_author, abstract) = row  # fmt: skip
    return Work(
        key=f"pmid:{pmid}", pmid=int(str(pmid)), title=_text(title), doi=_text(doi), pmcid=_text(pmcid),
        vernacular_title=_text(vernacular), journal=_text(journal), year=int(str(year)) if year else None,
        published=_text(published), volume=_text(volume), issue=_text(issue), pages=_text(pages),
        language=_text(language), abstract=_text(abstract), authors=tuple(authors) or _first(first_author),
        authors_complete=bool(authors), retracted=bool(retracted), study_id=_text(study_id), source=_text(source),
    )  # fmt: skip


def _text(value: object) -> str:
    return str(value) if value is not None else ""


def _first(printed: object) -> tuple[Author, ...]:
    if not printed:
        return ()
    last, initials = surname_and_initials(str(printed))
    return (Author(last, initials=initials),)


def surname_and_initials(printed: str) -> tuple[str, str]:
    """A name as the register prints it: 'Jantzen JP', or 'KA. Vekhova'."""
    if before := re.fullmatch(r"([A-Z]{1,4})\.? (\w.*[a-zà-þ].*)", printed):
        return before[2], before[1]
    last, _, initials = printed.rpartition(" ")
    return (last, initials) if last and initials.isupper() and len(initials) <= 4 else (printed, "")


def first_page(pages: str) -> str:
    """'970-6' → '970'; 'e12-e19' → 'e12'."""
    return pages.split("-")[0].split(",")[0].split(";")[0].strip()


def full_pages(pages: str) -> str:
    """The article's own pages, the last one whole: MEDLINE has '970-6; discussion 977-9', styles want '970-976'."""
    ranges = []
    for span in pages.partition(";")[0].split(","):
        first, dash, last = span.strip().partition("-")
        if dash and first.isdigit() and last.isdigit() and len(last) < len(first):
            last = first[: len(first) - len(last)] + last
        ranges.append(f"{first}{dash}{last}")
    return ", ".join(ranges)


def works_by_key(connection: sqlite3.Connection, keys: Iterable[str]) -> list[Work]:
    """Works for 'pmid:…' and 'doi:…' keys, in this order, as far as they are held."""
    wanted = list(keys)
    by_key = {
        work.key: work
        for work in load_works(connection, [int(key[5:]) for key in wanted if key.startswith("pmid:")], abstracts=True)
    }
    if any(key.startswith("doi:") for key in wanted):
        by_key |= {work.key: work for work in load_unlisted(connection)}
    return [by_key[key] for key in wanted if key in by_key]
