"""Records, each with the register's entry for it, into rows: a pure function that any process may do."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from db.evidence.bonds import bonds_of
from db.evidence.studies import Report
from db.evidence.write import packed, row_of
from ingest.build.register import Register, register_layer
from ingest.build.rows import (
    arm_rows,
    article_row,
    child_rows,
    deciding_columns,
    measurement_rows,
    numbered,
    public_from_of,
    tag_rows,
)
from ingest.tagging import Tagger, decide, disagreements
from ingest.tagging.model import Tagged
from records.content import SourceRecord, StoredRecord
from records.identifiers import RecordName
from records.record import Record
from records.retractions import NOTICE_TYPES, retracted_by
from records.splitter import record_of
from topics import RegisterStudy, Topic

_NOTHING = Tagged()


class Arrival(NamedTuple):
    """A record to be written, where it is from, and what a later build tells it by."""

    content: Record | StoredRecord | SourceRecord
    """The record, or what it is to be read from."""
    source: str
    """pubmed or register"""
    sha256: str | None = None
    gone_since: str | None = None
    left_since: str | None = None
    name: RecordName | None = None
    """What the record is called here; None of one that is in no archive, whose PMID it is."""


class Written(NamedTuple):
    """What comes of some records."""

    articles: int
    rows: bytes
    """Articles, with their tags and everything that hangs on them, as `db.evidence.write.packed` does."""


class ArticleWriter:
    """Writes records up for a topic and its register, with rules made once in each process."""

    def __init__(self, topic: Topic, register: Register) -> None:
        self._topic, self._register = topic, register
        self._tagger = Tagger(topic.vocabulary)

    def __reduce__(self) -> tuple[type["ArticleWriter"], tuple[Topic, Register]]:
        return ArticleWriter, (self._topic, self._register)

    def __call__(self, arrivals: Sequence[Arrival]) -> Written:
        """Write some records up: all are read, then tagged, then put into rows (`loops.BATCH` says why)."""
        records = [_record(arrival) for arrival in arrivals]
        tagged = [self._tagger.tag(record) for record in records]
        rows: dict[str, list[Sequence[Any]]] = defaultdict(list)
        for arrival, record, automatic in zip(arrivals, records, tagged, strict=True):
            self._write(rows, arrival, record, automatic)
        return Written(len(records), packed(rows))

    def unlisted(self, entry: RegisterStudy) -> tuple[Report, str]:
        """The report of a study that stands in no article, and why it is off topic, or ''."""
        record = record_of_entry(entry)
        by_hand = register_layer(entry)
        tagged = Tagged((*self._tagger.tag(record).tags, *by_hand.tags), (), by_hand.measurements)
        deciding = deciding_of(self._topic, record, tagged, entry.registrations)
        public_from, precision = public_from_of(record.published, record.date_precision, record.entered)
        report = Report(
            key=f"doi:{record.doi}",
            record_id=None,
            pmid=None,
            doi=record.doi,
            title=record.title,
            public_from=public_from,
            date_precision=precision,
            retracted=bool(entry.retracted),
            deciding=deciding,
            registrations=tuple(dict.fromkeys(entry.registrations)),
            family=entry.study_family,
        )
        return report, _why_excluded(self._topic, deciding) or ""

    def _write(self, rows: dict[str, list[Sequence[Any]]], arrival: Arrival, record: Record, automatic: Tagged) -> None:
        name = arrival.name or RecordName.of_pubmed(record.pmid)
        record_id = name.record_id
        entry = self._register.entry_of(record_id, record.doi)
        by_hand = register_layer(entry) if entry else _NOTHING
        tags = (*automatic.tags, *by_hand.tags)
        measured = (*automatic.measurements, *by_hand.measurements)
        deciding = deciding_of(
            self._topic, record, Tagged(tags, automatic.arms, measured), entry.registrations if entry else ()
        )
        row = name._asdict() | article_row(record) | deciding
        row["retracted"] = int(bool(retracted_by(record)) or bool(entry and entry.retracted))
        row |= {"source": arrival.source, "sha256": arrival.sha256}
        row |= {"gone_since": arrival.gone_since, "left_since": arrival.left_since}
        row["excluded"] = _why_excluded(self._topic, deciding)
        row["first_author"] = row["first_author"] or (entry.first_author if entry else None) or None
        rows["articles"].append(row_of("articles", row))
        for table, children in child_rows(record_id, record):
            rows[table] += children
        rows["bonds"] += numbered(record_id, [(record_id, *bond) for bond in bonds_of(record, row)])
        rows["tags"] += tag_rows(record_id, record, tags)
        rows["disagreements"] += numbered(record_id, [(record_id, *parts) for parts in disagreements(tags)])
        layers = ((automatic, "text"), (by_hand, "register"))
        arms = [row for layer, source in layers for row in arm_rows(record_id, layer.arms, source)]
        quantities = [row for layer, source in layers for row in measurement_rows(None, record_id, layer.measurements, source)]
        rows["arms"] += numbered(record_id, arms)
        rows["measurements"] += numbered(record_id, quantities)


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


def deciding_of(topic: Topic, record: Record, tagged: Tagged, registered: Sequence[str] = ()) -> dict[str, Any]:
    """The columns that decide: of a record, its tags, and the registrations that the register has `registered`."""
    decision = decide(tagged.tags, has_abstract=bool(record.abstract))
    if any(kind.ui in NOTICE_TYPES for kind in record.publication_types):
        decision = replace(decision, design="notice", is_primary=False)
    on_topic = decision.design != "notice" and topic.is_on_topic(
        interventions=decision.interventions,
        conditions=decision.conditions,
        species=decision.species,
        designs=decision.designs,
        quantities={measured.quantity for measured in tagged.measurements},
    )
    own = [registration.accession for registration in record.registrations]
    stated = decision.conditions
    decision = replace(decision, conditions=topic.vocabulary.implied("conditions", stated))
    registrations = tuple(dict.fromkeys((*own, *registered)))
    return deciding_columns(decision, on_topic, conditions_stated=stated, registrations=registrations)


def _why_excluded(topic: Topic, deciding: Mapping[str, Any]) -> str | None:
    """Why a record is not on topic; None when it is."""
    if deciding["on_topic"]:
        return None
    if deciding["design"] == "notice":
        return "a notice on another paper"
    if deciding["species"] in topic.on_topic.excluded_species:
        return "not in people"
    if deciding["interventions"] == "[]":
        return "the drug is not what it is about"
    return "another condition"
