"""Records and register entries, one by one, into rows; and what joining their reports into studies needs."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from db.archive import Archive
from db.store import Store
from db.studies import Report, Study, join_reports
from ingest.reader import record_of
from ingest.record import Record
from ingest.register_layer import register_layer
from ingest.rows import (
    RETRACTION_NOTICE,
    arm_rows,
    article_row,
    child_rows,
    deciding_columns,
    is_retracted,
    measurement_rows,
    register_row,
    study_row,
    tag_rows,
)
from ingest.tagging import Tagger, decide, disagreements
from ingest.tagging.model import Tagged
from topics import RegisterStudy, Topic

_NOTHING = Tagged()
_ANNOUNCES = {"RetractionOf": "retraction", "ExpressionOfConcernFor": "expression_of_concern", "ErratumFor": "erratum"}
"""RefTypes on a notice, and what it says of the paper it names."""


@dataclass(frozen=True)
class Inputs:
    """Everything a build reads, gathered once."""

    archive: Archive
    topic: Topic
    register: dict[int, RegisterStudy]
    """Register studies with a PMID, by it."""
    unlisted: list[RegisterStudy]
    """Register studies that PubMed does not list (known by DOI)."""
    tagger: Tagger


def records(inputs: Inputs) -> Iterator[tuple[Record, str, str | None]]:
    """(record, source, gone since): all of the archive, then what only the register knows."""
    held = set()
    for stored in inputs.archive.current():
        held.add(stored.pmid)
        yield record_of(stored.format, stored.body), "pubmed", stored.gone_since
    for pmid in sorted(inputs.register.keys() - held):
        yield _record_of_entry(inputs.register[pmid]), "register", None


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
        self._reports: list[Report] = []
        self._study_of: dict[str, str] = {}
        self._notices_on: list[tuple[int, str, int]] = []
        self.studies: list[Study] = []
        self.articles = 0
        self.excluded: Counter[str] = Counter()

    def add_record(self, record: Record, source: str, gone: str | None) -> None:
        """One article with its tags and everything that hangs on it."""
        entry = self._inputs.register.get(record.pmid)
        automatic = self._inputs.tagger.tag(record)
        by_hand = register_layer(entry) if entry else _NOTHING
        tags = (*automatic.tags, *by_hand.tags)
        report = self._report(
            record, entry, Tagged(tags, automatic.arms, (*automatic.measurements, *by_hand.measurements))
        )
        self._reports.append(report)
        self.articles += 1
        row = article_row(record) | dict(report.deciding)
        row |= {"retracted": int(report.retracted), "source": source, "gone_since": gone}
        row["excluded"] = reason = self._excluded(report)
        row["first_author"] = row["first_author"] or (entry.first_author if entry else None) or None
        self.excluded[reason or ""] += 1
        self._store.add_row("articles", row)
        for table, rows in child_rows(record):
            self._store.add(table, rows)
        self._store.add("tags", tag_rows(record, tags))
        self._store.add("disagreements", [(None, record.pmid, *parts) for parts in disagreements(tags)])
        for layer, name in ((automatic, "text"), (by_hand, "register")):
            self._store.add("arms", arm_rows(record.pmid, layer.arms, name))
            self._store.add("measurements", measurement_rows(None, record.pmid, layer.measurements, name))
        self._notices_on += [
            (link.pmid, kind, record.pmid)
            for link in record.links
            if link.pmid and (kind := _ANNOUNCES.get(link.ref_type))
        ]

    def add_unlisted(self, entry: RegisterStudy) -> None:
        """A study that the register knows by DOI only: it has no article, but it is evidence."""
        record = _record_of_entry(entry)
        by_hand = register_layer(entry)
        tagged = Tagged((*self._inputs.tagger.tag(record).tags, *by_hand.tags), (), by_hand.measurements)
        report = self._report(record, entry, tagged)
        self._reports.append(report)
        self.excluded[self._excluded(report) or ""] += 1

    def _report(self, record: Record, entry: RegisterStudy | None, tagged: Tagged) -> Report:
        topic = self._inputs.topic
        decision = decide(tagged.tags, has_abstract=bool(record.abstract))
        if any(kind.ui == RETRACTION_NOTICE for kind in record.publication_types):
            decision = replace(decision, design="notice", is_primary=False)
        registered = [registration.accession for registration in record.registrations]
        if entry:
            registered += entry.registrations
        registrations = tuple(dict.fromkeys(registered))
        on_topic = topic.is_on_topic(
            interventions=decision.interventions,
            conditions=decision.conditions,
            species=decision.species,
            designs=decision.designs,
            quantities={measured.quantity for measured in tagged.measurements},
        )
        return Report(
            key=f"pmid:{record.pmid}" if record.pmid else f"doi:{record.doi}",
            pmid=record.pmid or None,
            doi=record.doi,
            title=record.title,
            public_from=_public_from(record)[0],
            date_precision=_public_from(record)[1],
            retracted=is_retracted(record) or bool(entry and entry.retracted),
            deciding=deciding_columns(decision, registrations, on_topic),
            registrations=registrations,
            links=tuple((link.ref_type, link.pmid) for link in record.links if link.pmid),
            family=entry.study_family if entry else "",
        )

    def _excluded(self, report: Report) -> str | None:
        """Why a record is not on topic; None when it is."""
        if report.deciding["on_topic"]:
            return None
        if report.deciding["species"] in self._inputs.topic.on_topic.excluded_species:
            return "not in people"
        if report.deciding["interventions"] == "[]":
            return "the drug is not what it is about"
        return "another condition"

    def add_studies(self) -> None:
        """Join all reports into studies and write both."""
        self.studies = join_reports(self._reports)
        for study in self.studies:
            self._store.add_row("studies", study_row(study))
            for report, role, why in study.reports:
                self._study_of[report.key] = study.study_id
                self._store.add("study_reports", [(None, study.study_id, report.pmid, report.doi, role, why)])

    def add_register(self, entries: Iterable[RegisterStudy]) -> None:
        """The register as it stands, and the measurements of studies without a PMID."""
        for entry in entries:
            key = f"pmid:{entry.pmid}" if entry.pmid else f"doi:{entry.doi}"
            study_id = self._study_of[key]
            self._store.add_row("register", register_row(entry, study_id))
            if not entry.pmid:
                measured = register_layer(entry).measurements
                self._store.add("measurements", measurement_rows(study_id, None, measured, "register"))

    def finish(self, execute: Callable[..., object]) -> None:
        """What needs all rows in place: study ids, notices seen only from the notice's side, dates of notices."""
        for report in self._reports:
            if report.pmid:
                study_id = self._study_of[report.key]
                execute("UPDATE articles SET study_id = ? WHERE pmid = ?", (study_id, report.pmid))
        execute("UPDATE measurements SET study_id = (SELECT study_id FROM articles a WHERE a.pmid = measurements.pmid) "
                "WHERE pmid IS NOT NULL")  # fmt: skip
        for pmid, kind, notice in self._notices_on:
            execute(
                "INSERT INTO notices (pmid, kind, notice_pmid, source) SELECT ?, ?, ?, 'notice' "
                "WHERE EXISTS (SELECT 1 FROM articles WHERE pmid = ?) AND NOT EXISTS "
                "(SELECT 1 FROM notices WHERE pmid = ? AND kind = ? AND notice_pmid = ?)",
                (pmid, kind, notice, pmid, pmid, kind, notice),
            )
        execute(
            "UPDATE notices SET dated = (SELECT published FROM articles a WHERE a.pmid = notices.notice_pmid) "
            "WHERE notice_pmid IS NOT NULL"
        )


def _public_from(record: Record) -> tuple[str, str]:
    """When a record could first be known, with precision: printed, or, where that is later, entered into PubMed."""
    if record.published and (not record.entered or record.published < record.entered[: len(record.published)]):
        return record.published, record.date_precision
    return (record.entered, "day") if record.entered else ("", "")
