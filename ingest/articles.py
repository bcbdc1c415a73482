"""Records, each with the register's entry for it, into rows and reports: a pure function that any process may do."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from db.received import RawRecord, StoredRecord
from db.store import row_of
from db.studies import Report
from ingest.reader import record_of
from ingest.record import Record
from ingest.register_layer import Register, register_layer
from ingest.rows import (
    NOTICE_TYPES,
    arm_rows,
    article_row,
    child_rows,
    deciding_columns,
    is_retracted,
    measurement_rows,
    numbered,
    public_from_of,
    tag_rows,
)
from ingest.tagging import Tagger, decide, disagreements
from ingest.tagging.model import Tagged
from topics import RegisterStudy, Topic

_NOTHING = Tagged()


class Arrival(NamedTuple):
    """A record to be written, where it is from, and what a later build tells it by."""

    content: Record | StoredRecord | RawRecord
    """The record, or what it is to be read from."""
    source: str
    """pubmed or register"""
    sha256: str | None = None
    gone_since: str | None = None
    left_since: str | None = None


class Written(NamedTuple):
    """What comes of some records."""

    rows: dict[str, list[Sequence[Any]]]
    """By table: articles, with their tags and everything that hangs on them."""
    reports: list[tuple[str, Report]]
    """(source, report) of each record: what joining them into studies needs."""
    excluded: Counter[str]
    """Number of records by the reason why they are off topic; '' for those that are on it."""


class ArticleWriter:
    """Writes records up for a topic and its register, with rules made once in each process."""

    def __init__(self, topic: Topic, register: Register) -> None:
        self._topic, self._register = topic, register
        self._tagger = Tagger(topic.vocabulary)

    def __reduce__(self) -> tuple[type["ArticleWriter"], tuple[Topic, Register]]:
        return ArticleWriter, (self._topic, self._register)

    def __call__(self, arrivals: Sequence[Arrival]) -> Written:
        """Write some records up: all are read, then tagged, then put into rows (`steady` says why)."""
        records = [_record(arrival) for arrival in arrivals]
        tagged = [self._tagger.tag(record) for record in records]
        written = Written(defaultdict(list), [], Counter())
        for arrival, record, automatic in zip(arrivals, records, tagged, strict=True):
            self._write(written, arrival, record, automatic)
        return written

    def unlisted(self, entry: RegisterStudy) -> tuple[Report, str]:
        """The report of a study that stands in no article, and why it is off topic, or ''."""
        record = record_of_entry(entry)
        by_hand = register_layer(entry)
        tagged = Tagged((*self._tagger.tag(record).tags, *by_hand.tags), (), by_hand.measurements)
        report = _report(self._topic, record, entry, tagged)
        return report, _why_excluded(self._topic, report) or ""

    def _write(self, written: Written, arrival: Arrival, record: Record, automatic: Tagged) -> None:
        entry = self._register.entry_of(record.pmid, record.doi)
        by_hand = register_layer(entry) if entry else _NOTHING
        tags = (*automatic.tags, *by_hand.tags)
        measured = (*automatic.measurements, *by_hand.measurements)
        gone_since = (arrival.gone_since or "")[:10]
        report = _report(self._topic, record, entry, Tagged(tags, automatic.arms, measured), gone_since)
        written.reports.append((arrival.source, report))
        row = article_row(record) | dict(report.deciding)
        row |= {"retracted": int(report.retracted), "source": arrival.source, "sha256": arrival.sha256}
        row |= {"gone_since": arrival.gone_since, "left_since": arrival.left_since}
        row["excluded"] = reason = _why_excluded(self._topic, report)
        row["first_author"] = row["first_author"] or (entry.first_author if entry else None) or None
        written.excluded[reason or ""] += 1
        rows = written.rows
        rows["articles"].append(row_of("articles", row))
        for table, children in child_rows(record):
            rows[table] += children
        pmid = record.pmid
        rows["tags"] += tag_rows(record, tags)
        rows["disagreements"] += numbered(pmid, [(pmid, *parts) for parts in disagreements(tags)])
        layers = ((automatic, "text"), (by_hand, "register"))
        arms = [row for layer, name in layers for row in arm_rows(pmid, layer.arms, name)]
        quantities = [row for layer, name in layers for row in measurement_rows(None, pmid, layer.measurements, name)]
        rows["arms"] += numbered(pmid, arms)
        rows["measurements"] += numbered(pmid, quantities)


def _record(arrival: Arrival) -> Record:
    content = arrival.content
    return content if isinstance(content, Record) else record_of(content.format, content.body)


def record_of_entry(entry: RegisterStudy) -> Record:
    """What the register says of a study, as a record without an abstract."""
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


def _report(topic: Topic, record: Record, entry: RegisterStudy | None, tagged: Tagged, gone_since: str = "") -> Report:
    """The report that a record, its tags and the register's entry make, with the columns that decide."""
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
        gone_since=gone_since,
    )


def _why_excluded(topic: Topic, report: Report) -> str | None:
    """Why a record is not on topic; None when it is."""
    if report.deciding["on_topic"]:
        return None
    if report.deciding["design"] == "notice":
        return "a notice on another paper"
    if report.deciding["species"] in topic.on_topic.excluded_species:
        return "not in people"
    if report.deciding["interventions"] == "[]":
        return "the drug is not what it is about"
    return "another condition"
