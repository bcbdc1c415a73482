"""Records and register entries, one by one, into rows; and what joining their reports into studies needs."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from db.archive import Archive
from db.store import Store
from db.studies import Report, Study, join_reports, keyed
from ingest.reader import record_of
from ingest.record import Record
from ingest.register_layer import Register, register_layer
from ingest.rows import (
    KEYS_OF_A_RECORD,
    NOTICE_TYPES,
    arm_rows,
    article_row,
    child_rows,
    deciding_columns,
    is_retracted,
    measurement_rows,
    numbered,
    public_from_of,
    register_row,
    study_row,
    tag_rows,
)
from ingest.standing import Differences
from ingest.tagging import Tagger, decide, disagreements
from ingest.tagging.model import Tagged
from topics import RegisterStudy, Topic
from topics.claims import Claims

_NOTHING = Tagged()
_ANNOUNCES = {"RetractionOf": "retraction", "ExpressionOfConcernFor": "expression_of_concern", "ErratumFor": "erratum"}
"""RefTypes on a notice, and what it says of the paper it names."""
_FIRST_ANNOUNCED = KEYS_OF_A_RECORD // 2
"""Notices known from the notice's side only are numbered from here, those that the paper names from 1."""
_FIRST_REINSTATED = KEYS_OF_A_RECORD - KEYS_OF_A_RECORD // 10
"""The same for reinstatements, which the archive alone knows of: nothing on the record says that it was retracted."""


@dataclass(frozen=True)
class Inputs:
    """Everything a build reads, gathered once."""

    archive: Archive
    topic: Topic
    register: Register
    claims: Claims
    tagger: Tagger


@dataclass(frozen=True, slots=True)
class Arrival:
    """A record to be written, where it is from, and what a later build tells it by."""

    record: Record
    source: str
    """pubmed or register"""
    sha256: str | None = None
    gone_since: str | None = None
    left_since: str | None = None


def arrivals(inputs: Inputs, only: Differences | None = None) -> Iterator[Arrival]:
    """All of the archive, then what only the register knows; of `only`, just what differs."""
    wanted = only.to_write if only else None
    held = only.archived if only else set()
    for stored in inputs.archive.current(wanted):
        held.add(stored.pmid)
        record = record_of(stored.format, stored.body)
        yield Arrival(record, "pubmed", stored.sha256, stored.gone_since, stored.left_since)
    for pmid in sorted(inputs.register.by_pmid.keys() - held):
        if wanted is None or pmid in wanted:
            yield Arrival(_record_of_entry(inputs.register.by_pmid[pmid]), "register")


def _record_of_entry(entry: RegisterStudy) -> Record:
    public_from, precision = entry.public_from
    return Record(
        pmid=entry.pmid or 0,
        title=entry.title,
        journal=entry.journal,
        year=entry.year,
        published=public_from,
        date_precision=precision,
        doi=entry.doi,
    )


class Assembly:
    """Adds records one by one and remembers of each what joining reports into studies needs."""

    def __init__(self, inputs: Inputs, store: Store) -> None:
        self._inputs = inputs
        self._store = store
        self._reports: list[tuple[str, Report]] = []
        self._unlisted: list[Report] = []
        self._found: dict[str, int] = {}
        """PMIDs of records that turned out to be a register study known by DOI."""
        self.articles = 0
        self.excluded: Counter[str] = Counter()

    def adopt(self, connection: sqlite3.Connection) -> None:
        """Count the articles that stand in the database already, and look for register studies among them."""
        for excluded, count in connection.execute("SELECT excluded, count(*) FROM articles GROUP BY excluded"):
            self.excluded[excluded or ""] += count
            self.articles += count
        dois = json.dumps(sorted(self._inputs.register.by_doi))
        for pmid, doi in connection.execute(
            "SELECT pmid, doi FROM articles WHERE doi IN (SELECT value FROM json_each(?))", [dois]
        ):
            self._find(pmid, doi)

    def add_records(self, arrivals: Sequence[Arrival]) -> None:
        """Articles with their tags and everything that hangs on them."""
        tagged = [self._inputs.tagger.tag(arrival.record) for arrival in arrivals]
        for arrival, automatic in zip(arrivals, tagged, strict=True):
            self._add(arrival, automatic)

    def _add(self, arrival: Arrival, automatic: Tagged) -> None:
        record = arrival.record
        entry = self._inputs.register.entry_of(record.pmid, record.doi)
        by_hand = register_layer(entry) if entry else _NOTHING
        tags = (*automatic.tags, *by_hand.tags)
        report = self._report(
            record, entry, Tagged(tags, automatic.arms, (*automatic.measurements, *by_hand.measurements))
        )
        report = replace(report, gone_since=(arrival.gone_since or "")[:10])
        self._reports.append((arrival.source, report))
        self._find(record.pmid, record.doi)
        self.articles += 1
        row = article_row(record) | dict(report.deciding)
        row |= {"retracted": int(report.retracted), "source": arrival.source, "sha256": arrival.sha256}
        row |= {"gone_since": arrival.gone_since, "left_since": arrival.left_since}
        row["excluded"] = reason = self._excluded(report)
        row["first_author"] = row["first_author"] or (entry.first_author if entry else None) or None
        self.excluded[reason or ""] += 1
        self._store.add_row("articles", row)
        for table, rows in child_rows(record):
            self._store.add(table, rows)
        pmid = record.pmid
        self._store.add("tags", tag_rows(record, tags))
        self._store.add("disagreements", numbered(pmid, [(pmid, *parts) for parts in disagreements(tags)]))
        layers = ((automatic, "text"), (by_hand, "register"))
        arms = [row for layer, name in layers for row in arm_rows(pmid, layer.arms, name)]
        measured = [row for layer, name in layers for row in measurement_rows(None, pmid, layer.measurements, name)]
        self._store.add("arms", numbered(pmid, arms))
        self._store.add("measurements", numbered(pmid, measured))

    def _find(self, pmid: int, doi: str) -> None:
        if doi in self._inputs.register.by_doi:
            self._found[doi] = max(pmid, self._found.get(doi, 0))

    def add_unlisted(self) -> None:
        """Studies known by DOI only: they have no article, but are evidence. Comes after all records."""
        for doi, entry in self._inputs.register.by_doi.items():
            if doi not in self._found:
                record = _record_of_entry(entry)
                by_hand = register_layer(entry)
                tags = (*self._inputs.tagger.tag(record).tags, *by_hand.tags)
                report = self._report(record, entry, Tagged(tags, (), by_hand.measurements))
                self._unlisted.append(report)
                self.excluded[self._excluded(report) or ""] += 1
        self._store.flush()

    def _report(self, record: Record, entry: RegisterStudy | None, tagged: Tagged) -> Report:
        topic = self._inputs.topic
        decision = decide(tagged.tags, has_abstract=bool(record.abstract))
        if any(kind.ui in NOTICE_TYPES for kind in record.publication_types):
            decision = replace(decision, design="notice", is_primary=False)
        registered = [registration.accession for registration in record.registrations]
        if entry:
            registered += entry.registrations
        registrations = tuple(dict.fromkeys(registered))
        on_topic = decision.design != "notice" and topic.is_on_topic(
            interventions=decision.interventions,
            conditions=decision.conditions,
            species=decision.species,
            designs=decision.designs,
            quantities={measured.quantity for measured in tagged.measurements},
        )
        public_from, precision = public_from_of(record.published, record.date_precision, record.entered)
        return Report(
            key=f"pmid:{record.pmid}" if record.pmid else f"doi:{record.doi}",
            pmid=record.pmid or None,
            doi=record.doi,
            title=record.title,
            public_from=public_from,
            date_precision=precision,
            retracted=is_retracted(record) or bool(entry and entry.retracted),
            deciding=deciding_columns(decision, registrations, on_topic),
            registrations=registrations,
            links=tuple((link.ref_type, link.pmid) for link in record.links if link.pmid),
            family=entry.study_family if entry else "",
        )

    @property
    def unlisted(self) -> int:
        """Number of studies that stand in no article."""
        return len(self._unlisted)

    def _excluded(self, report: Report) -> str | None:
        """Why a record is not on topic; None when it is."""
        if report.deciding["on_topic"]:
            return None
        if report.deciding["design"] == "notice":
            return "a notice on another paper"
        if report.deciding["species"] in self._inputs.topic.on_topic.excluded_species:
            return "not in people"
        if report.deciding["interventions"] == "[]":
            return "the drug is not what it is about"
        return "another condition"

    def add_studies(self, among: Iterable[tuple[str, Report]] | None = None) -> list[Study]:
        """Join reports into studies and write both: all reports, or those (source, report) that may have changed."""
        reports = sorted(self._reports if among is None else among, key=lambda one: (one[0], one[1].pmid))
        studies = join_reports([*(report for _, report in reports), *self._unlisted])
        for key, study in keyed(studies):
            self._store.add_row("studies", study_row(study))
            self._store.add(
                "study_reports",
                [
                    (number, study.study_id, report.pmid, report.doi, role, why)
                    for number, (report, role, why) in enumerate(study.reports, start=key)
                ],
            )
        self._store.flush()
        return studies

    def add_register(self, connection: sqlite3.Connection, entries: Sequence[RegisterStudy]) -> None:
        """The register as it stands, and the measurements of studies without a PMID."""
        names = [(entry.pmid or self._found.get(entry.doi), entry.doi) for entry in entries]
        study_of = {
            pmid or doi: study_id
            for pmid, doi, study_id in connection.execute(
                "SELECT pmid, doi, study_id FROM study_reports "
                "WHERE pmid IS NULL OR pmid IN (SELECT value FROM json_each(?))",
                [json.dumps([pmid for pmid, _ in names if pmid])],
            )
        }
        measured = []
        for entry, (pmid, doi) in zip(entries, names, strict=True):
            study_id = study_of[pmid or doi]
            self._store.add_row("register", register_row(entry, study_id) | {"pmid": pmid})
            if not pmid:
                measured += measurement_rows(study_id, None, register_layer(entry).measurements, "register")
        self._store.add("measurements", numbered(0, measured))

    def finish(self, connection: sqlite3.Connection, studies: Iterable[Study]) -> None:
        """What needs all rows in place: study ids, notices that no record names, dates of notices."""
        placed = [(study.study_id, report.pmid) for study in studies for report, _, _ in study.reports]
        connection.executemany("UPDATE articles SET study_id = ?1 WHERE pmid = ?2 AND study_id IS NOT ?1", placed)
        connection.execute(
            "UPDATE measurements AS m SET study_id = (SELECT study_id FROM articles a WHERE a.pmid = m.pmid) "
            "WHERE pmid IS NOT NULL AND study_id IS NOT (SELECT study_id FROM articles a WHERE a.pmid = m.pmid)"
        )
        named = set(connection.execute("SELECT pmid, kind, notice_pmid FROM notices"))
        connection.executemany(
            "INSERT INTO notices (notice_id, pmid, kind, notice_pmid, source) SELECT ?1, ?2, ?3, ?4, 'notice' "
            "WHERE EXISTS (SELECT 1 FROM articles WHERE pmid = ?2)",
            [row for row in self._announced(connection) if row[1:] not in named],
        )
        connection.executemany(
            "INSERT INTO notices (notice_id, pmid, kind, source, dated) SELECT ?1, ?2, 'reinstatement', 'archive', ?3 "
            "WHERE EXISTS (SELECT 1 FROM articles WHERE pmid = ?2)",
            self._reinstated(),
        )
        connection.execute(
            "UPDATE notices AS n SET dated = (SELECT published FROM articles a WHERE a.pmid = n.notice_pmid) WHERE "
            "notice_pmid IS NOT NULL AND dated IS NOT (SELECT published FROM articles a WHERE a.pmid = n.notice_pmid)"
        )

    def _reinstated(self) -> Iterator[tuple[int, int, str]]:
        """(key, paper, day) of papers that PubMed once listed as retracted and then no longer."""
        count: Counter[int] = Counter()
        for pmid, dated in self._inputs.archive.reinstatements():
            yield pmid * KEYS_OF_A_RECORD + _FIRST_REINSTATED + count[pmid], pmid, dated[:10]
            count[pmid] += 1

    def _announced(self, connection: sqlite3.Connection) -> Iterator[tuple[int, int, str, int]]:
        """(key, paper, kind, notice) of what notices say of other papers, each once."""
        count: Counter[int] = Counter()
        said = connection.execute(
            "SELECT l.pmid, l.ref_type, l.linked_pmid FROM links l JOIN articles a USING (pmid) "
            "WHERE l.linked_pmid IS NOT NULL AND l.ref_type IN (SELECT value FROM json_each(?)) "
            "ORDER BY a.source, l.pmid, l.position",
            [json.dumps(list(_ANNOUNCES))],
        )
        before = set()
        for notice, ref_type, pmid in said:
            number = _FIRST_ANNOUNCED + count[pmid]
            count[pmid] += 1
            if (pmid, ref_type, notice) not in before:
                before.add((pmid, ref_type, notice))
                yield pmid * KEYS_OF_A_RECORD + number, pmid, _ANNOUNCES[ref_type], notice
