"""What was written of records and register entries, into one database; and their reports joined into studies."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from db.archive.store import Archive
from db.claims.file import Claims
from db.evidence.studies import Report, Study, join_reports, keyed
from db.evidence.write import Store, row_of
from ingest.build.articles import Arrival, ArticleWriter, record_of_entry
from ingest.build.register import Register, register_layer
from ingest.build.rows import KEYS_OF_A_RECORD, measurement_rows, numbered, register_row, study_row
from ingest.build.differences import Differences
from records.retractions import ANNOUNCES
from topics import RegisterStudy, Topic

_FIRST_ANNOUNCED = KEYS_OF_A_RECORD // 2
"""Notices known from the notice's side only are numbered from here, those that the paper names from 1."""
_FIRST_REINSTATED = KEYS_OF_A_RECORD - KEYS_OF_A_RECORD // 10
"""The same for reinstatements, which the archive alone knows of: nothing on the record says that it was retracted."""


@dataclass(frozen=True)
class Inputs:
    """Everything a build reads, gathered once."""

    archive: Archive
    topic: Topic
    entries: Sequence[RegisterStudy]
    """The register, in file order."""
    register: Register
    claims: Claims
    writer: ArticleWriter
    today: date
    """UTC. Read for one thing: runs that a wrong clock dated after it do not count."""


def arrivals(inputs: Inputs, differing: Differences) -> Iterator[Arrival]:
    """What differs: of the archive, then of what only the register knows."""
    everything = not differing.held
    for stored in inputs.archive.current(None if everything else differing.to_write):
        yield Arrival(stored, "pubmed", stored.sha256, stored.gone_since, stored.left_since, stored.name)
    for pmid in sorted((inputs.register.by_pmid.keys() & differing.to_write) - differing.archived):
        yield Arrival(record_of_entry(inputs.register.by_pmid[pmid]), "register")


def rows_of_studies(studies: Iterable[Study]) -> dict[str, list[Sequence[Any]]]:
    """Studies and their reports, by table."""
    rows: dict[str, list[Sequence[Any]]] = {"studies": [], "study_reports": []}
    for key, study in keyed(studies):
        rows["studies"].append(row_of("studies", study_row(study)))
        rows["study_reports"] += [
            (number, study.study_id, report.key, report.record_id, report.doi, role, why)
            for number, (report, role, why) in enumerate(study.reports, start=key)
        ]
    return rows


class Assembly:
    """Makes a whole of the articles that were written: their studies, the register, notices."""

    def __init__(self, inputs: Inputs, store: Store) -> None:
        self.inputs = inputs
        self._store = store
        self._unlisted: list[Report] = []
        self._found: dict[str, int] = {}
        """Ids of records that turned out to be a register study known by DOI."""
        self.articles = 0
        self.excluded: Counter[str] = Counter()

    def count_articles(self, connection: sqlite3.Connection) -> None:
        """Count the articles, and find out which register studies are among them, once all are there.

        Studies known by DOI only, and in no record, have no article, but are evidence.
        """
        for excluded, count in connection.execute("SELECT excluded, count(*) FROM articles GROUP BY excluded"):
            self.excluded[excluded or ""] += count
            self.articles += count
        by_doi = self.inputs.register.by_doi
        found = connection.execute(
            "SELECT doi, max(record_id) FROM articles WHERE doi IN (SELECT value FROM json_each(?)) GROUP BY doi",
            [json.dumps(sorted(by_doi))],
        )
        self._found = dict(found.fetchall())
        for doi, entry in by_doi.items():
            if doi not in self._found:
                report, excluded = self.inputs.writer.unlisted(entry)
                self._unlisted.append(report)
                self.excluded[excluded] += 1

    @property
    def unlisted(self) -> int:
        """Number of studies that stand in no article."""
        return len(self._unlisted)

    def join(self, among: Iterable[tuple[str, Report]]) -> list[Study]:
        """Join (source, report) of articles into studies, with those that stand in none."""
        reports = sorted(among, key=lambda one: (one[0], one[1].pmid))
        return join_reports([*(report for _, report in reports), *self._unlisted])

    def add_studies(self, rows: Mapping[str, Iterable[Sequence[Any]]]) -> None:
        """Write `rows_of_studies`."""
        for table, of_table in rows.items():
            self._store.add(table, of_table)
        self._store.flush()

    def add_register(self, connection: sqlite3.Connection) -> None:
        """The register as it stands, and the measurements of studies that stand in no record."""
        entries = self.inputs.entries
        names = [(entry.pmid or self._found.get(entry.doi), entry.doi) for entry in entries]
        placed = {
            record_id or doi: (study_id, pmid)
            for record_id, doi, study_id, pmid in connection.execute(
                "SELECT record_id, doi, study_id, pmid FROM study_reports "
                "WHERE record_id IS NULL OR record_id IN (SELECT value FROM json_each(?))",
                [json.dumps([record_id for record_id, _ in names if record_id])],
            )
        }
        measured = []
        for entry, (record_id, doi) in zip(entries, names, strict=True):
            study_id, pmid = placed[record_id or doi]
            self._store.add_row("register", register_row(entry, study_id) | {"pmid": pmid})
            if not record_id:
                measured += measurement_rows(study_id, None, register_layer(entry).measurements, "register")
        self._store.add("measurements", numbered(0, measured))

    def finish(self, connection: sqlite3.Connection, studies: Iterable[Study]) -> None:
        """What needs all rows in place: study ids, notices that no record names, dates of notices."""
        placed = [(study.study_id, report.record_id) for study in studies for report, _, _ in study.reports]
        connection.executemany("UPDATE articles SET study_id = ?1 WHERE record_id = ?2 AND study_id IS NOT ?1", placed)
        connection.execute(
            "UPDATE measurements AS m SET study_id = a.study_id FROM articles AS a "
            "WHERE a.record_id = m.record_id AND m.study_id IS NOT a.study_id"
        )
        named = set(connection.execute("SELECT record_id, kind, notice_pmid FROM notices"))
        connection.executemany(
            "INSERT INTO notices (notice_id, record_id, kind, notice_pmid, source) SELECT ?1, ?2, ?3, ?4, 'notice' "
            "WHERE EXISTS (SELECT 1 FROM articles WHERE record_id = ?2)",
            [row for row in self._announced(connection) if row[1:] not in named],
        )
        connection.executemany(
            "INSERT INTO notices (notice_id, record_id, kind, source, dated) SELECT ?1, ?2, 'reinstatement', 'archive', ?3 "
            "WHERE EXISTS (SELECT 1 FROM articles WHERE record_id = ?2)",
            self._reinstated(),
        )
        connection.execute(
            "UPDATE notices AS n SET dated = (SELECT published FROM articles a WHERE a.pmid = n.notice_pmid) WHERE "
            "notice_pmid IS NOT NULL AND dated IS NOT (SELECT published FROM articles a WHERE a.pmid = n.notice_pmid)"
        )

    def _reinstated(self) -> Iterator[tuple[int, int, str]]:
        """(key, paper, day) of papers that PubMed once listed as retracted and then no longer."""
        count: Counter[int] = Counter()
        for pmid, dated in self.inputs.archive.reinstatements():
            yield pmid * KEYS_OF_A_RECORD + _FIRST_REINSTATED + count[pmid], pmid, dated[:10]
            count[pmid] += 1

    def _announced(self, connection: sqlite3.Connection) -> Iterator[tuple[int, int, str, int]]:
        """(key, paper, kind, notice) of what notices say of other papers, each once."""
        count: Counter[int] = Counter()
        said = connection.execute(
            "SELECT l.pmid, l.ref_type, l.linked_pmid FROM links l JOIN articles a USING (record_id) "
            "WHERE l.pmid IS NOT NULL AND l.linked_pmid IS NOT NULL AND l.ref_type IN (SELECT value FROM json_each(?)) "
            "ORDER BY a.source, l.pmid, l.position",
            [json.dumps(list(ANNOUNCES))],
        )
        before = set()
        for notice, ref_type, pmid in said:
            number = _FIRST_ANNOUNCED + count[pmid]
            count[pmid] += 1
            if (pmid, ref_type, notice) not in before:
                before.add((pmid, ref_type, notice))
                yield pmid * KEYS_OF_A_RECORD + number, pmid, ANNOUNCES[ref_type], notice
