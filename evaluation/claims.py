"""What automatic tags come to as verdicts, held against those of the hand-checked register.

Tags are a means; verdicts are what readers see. The records that both the archive and the register have are written up
twice, with the register's entries and without, and the claims are tested on both. Then each entry by itself is left to
the automatic tags, all others staying as they are: a verdict that this alone turns round is a *false flip*.

Records are dated as the register dates them, on both sides: what is measured is the tags.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlite_utils import Database

from db.archive.store import Archive, today
from db.claims.file import Claims, load_claims
from db.claims.unchanged import Before
from db.claims.write import write_claims
from db.evidence.schema import TABLES, create_evidence, create_indexes
from db.evidence.write import Store
from db.sqlite import open_database, throw_away
from evaluation.accuracy import counts_of
from evaluation.gold_sets import Judged
from ingest.build.articles import Arrival, ArticleWriter, record_of_entry
from ingest.build.assemble import Assembly, Inputs
from ingest.build.differences import Differences
from ingest.build.register import Register
from ingest.build.run import write
from records.record import Record
from records.splitter import record_of
from topics import RegisterStudy, Topic, load_register
from topics.errors import BadInputError

Names = tuple[str, str]
"""(claim_id, assertion_id)"""
PAIRS = "reports joined"
"""Facet under which pairs of reports of one study are counted."""
COUNTED, SEVERAL = "(counted)", "(several routes)"
"""Of a filter of the claims file: it lets the record through; and the record has two routes or more."""

_DECIDED = """
SELECT v.claim_id, v.assertion_id, v.verdict, coalesce(v.value, '') AS value,
  (SELECT coalesce('pmid:' || t.pmid, t.study_id, '') FROM verdict_timeline AS t JOIN verdict_timeline AS u
   ON u.claim_id = t.claim_id AND u.assertion_id = t.assertion_id AND u.position = t.position - 1
   WHERE t.claim_id = v.claim_id AND t.assertion_id = v.assertion_id AND t.verdict <> u.verdict
   ORDER BY t.position DESC LIMIT 1) AS decided_by
FROM verdicts AS v JOIN claims USING (claim_id) JOIN assertions AS a USING (claim_id, assertion_id)
ORDER BY claims.position, a.position
"""
"""Verdicts of today, with the study that last changed each."""
_FAMILY = (
    "SELECT record_id FROM study_reports WHERE record_id IS NOT NULL AND study_id IN"
    " (SELECT study_id FROM study_reports WHERE record_id = ?)"
)
_MATCHING = "SELECT pmid FROM claim_evidence WHERE claim_id = ? AND assertion_id = ? AND source = 'test'"
_LIKE_STUDIES = (
    "SELECT *, published AS public_from, 'pmid:' || pmid AS report, json_array('pmid:' || pmid) AS reports"
    " FROM articles WHERE retracted = 0"
)
"""Records under the names that a filter knows studies by."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an assertion came to."""

    verdict: str
    value: str
    decided_by: str
    """Key of the study that last changed the verdict ('pmid:…'); '' if none did by itself."""


@dataclass(frozen=True, slots=True)
class AssertionScore:
    """An assertion by hand and by the automatic tags alone, on the same records."""

    claim_id: str
    assertion_id: str
    by_hand: Verdict
    automatic: Verdict
    tp: int
    """Studies that match on both sides, by the PMID of their main report."""
    fp: int
    fn: int


@dataclass(frozen=True, slots=True)
class FalseFlip:
    """What changes when one entry of the register is left to the automatic tags."""

    pmid: int
    claim_id: str
    assertion_id: str
    by_hand: Verdict
    automatic: Verdict


@dataclass(frozen=True)
class ClaimScores:
    """All that was measured."""

    records: int
    """Number of records that the archive and the register share."""
    assertions: Sequence[AssertionScore]
    counted: Sequence[Judged]
    """Of every record, what each filter of the claims file makes of it: see `COUNTED`; and pairs of reports."""
    flips: Sequence[FalseFlip]
    """In the order of PMIDs and then of the article."""

    def as_rows(self) -> dict[str, Any]:
        """All of it as plain rows, for JSON."""
        facets = dict.fromkeys(one.facet for one in self.counted)
        return {
            "records": self.records,
            "assertions": [asdict(one) for one in self.assertions],
            "counted": [
                {"facet": facet} | row
                for facet in facets
                for row in counts_of([one for one in self.counted if one.facet == facet])
            ],
            "flips": [asdict(one) for one in self.flips],
        }

    def lines(self) -> Iterator[str]:
        """Yield what a terminal shows: what is counted, verdicts that differ, and false flips."""
        yield f"{self.records} records of the archive and the register; automatic tags alone against the register"
        for row in self.as_rows()["counted"]:
            named = f"{row['facet']} {row['value']}"
            counts = f"tp {row['tp']} fp {row['fp']} fn {row['fn']}"
            yield f"{named:<55} P {row['precision']:.3f} R {row['recall']:.3f} ({counts})"
        for one in self.assertions:
            if one.by_hand != one.automatic or one.fp or one.fn:
                yield f"{one.claim_id} / {one.assertion_id}: {_change(one)} (tp {one.tp} fp {one.fp} fn {one.fn})"
        turned = {one.pmid for one in self.flips if one.by_hand.verdict != one.automatic.verdict}
        yield (
            f"False flips, one record at a time: {len(turned)} records change a verdict, "
            f"{len({one.pmid for one in self.flips} - turned)} more only the study that decided one"
        )
        yield from (f"PMID {one.pmid}, {one.claim_id} / {one.assertion_id}: {_change(one)}" for one in self.flips)


def _change(one: AssertionScore | FalseFlip) -> str:
    return " → ".join(
        f"{side.verdict} ({side.value or '–'}, {side.decided_by or 'nothing'})" for side in (one.by_hand, one.automatic)
    )


def score_claims(archive: Archive, topic: Topic, progress: Callable[[int, int], None] | None = None) -> ClaimScores:
    """Measure the automatic tags by what claims come to; `progress` is told (entries left out, entries in all).

    Raises:
        BadInputError: the archive and the register have no record in common, or the topic has no claims.
    """
    trial = Trial.of(archive, topic)
    claims = load_claims(topic)
    if not trial.shared or not claims.claims:
        raise BadInputError(
            f"topic {topic.name}: nothing to measure claims on, as "
            + ("the archive has no record that stands in the register" if claims.claims else "it has no claims")
        )
    with TemporaryDirectory() as folder:
        with closing(trial.database(Path(folder) / "by-hand.db", trial.shared)) as by_hand:
            first = _Side.of(by_hand.conn, claims, topic)
        with closing(trial.database(Path(folder) / "automatic.db", ())) as automatic:
            second = _Side.of(automatic.conn, claims, topic)
        flips = list(false_flips(trial, Path(folder) / "flips.db", progress))
    scores = [
        AssertionScore(
            *names, verdict, second.verdicts[names],
            len(first.matching[names] & second.matching[names]), len(second.matching[names] - first.matching[names]),
            len(first.matching[names] - second.matching[names]),
        )
        for names, verdict in first.verdicts.items()
    ]  # fmt: skip
    return ClaimScores(len(trial.shared), scores, _judged(first, second), flips)


@dataclass(frozen=True)
class Trial:
    """The records to be written up, and how."""

    archive: Archive
    topic: Topic
    claims: Claims
    entries: Mapping[int, RegisterStudy]
    """The register, by PMID."""
    others: Sequence[RegisterStudy]
    """Studies of the register that have none."""
    shared: Mapping[int, Record]
    """Records that the archive and the register have, as the archive has them, dated by the register."""
    writer: ArticleWriter
    """Without a register."""

    @classmethod
    def of(cls, archive: Archive, topic: Topic) -> "Trial":
        """Read what the archive and the topic's register share."""
        register = load_register(topic)
        entries = {entry.pmid: entry for entry in register if entry.pmid}
        shared = {}
        for stored in archive.current(sorted(entries)):
            record = record_of(stored.format, stored.body)
            shared[record.pmid] = _as_dated(record, entries[record.pmid])
        others = [entry for entry in register if not entry.pmid]
        writer = ArticleWriter(topic, Register({}, {}))
        return cls(archive, topic, load_claims(topic), entries, others, shared, writer)

    def inputs(self, entries: Mapping[int, RegisterStudy], others: Sequence[RegisterStudy] = ()) -> Inputs:
        """What a build would read, were this the whole register."""
        register = Register(entries, {entry.doi: entry for entry in others})
        listed = [*entries.values(), *others]
        return Inputs(self.archive, self.topic, listed, register, self.claims, self.writer, today())

    def database(self, path: Path, checked: "Sequence[int] | Mapping[int, Record]") -> Database:
        """Write up the shared records, with the register's entries for those `checked` and no others."""
        inputs = self.inputs({pmid: self.entries[pmid] for pmid in checked})
        return self._made(path, inputs, dict(self.shared))

    def whole_register(self, path: Path, without: int | None = None) -> Database:
        """Write up all that the register has, and the shared records, one of them `without` its entry."""
        entries = {pmid: entry for pmid, entry in self.entries.items() if pmid != without}
        records = {pmid: record_of_entry(entry) for pmid, entry in entries.items()} | dict(self.shared)
        return self._made(path, self.inputs(entries, self.others), records)

    def _made(self, path: Path, inputs: Inputs, records: Mapping[int, Record]) -> Database:
        database = open_database(path)
        throw_away(database)
        create_evidence(database)
        create_indexes(database, TABLES)
        store = Store(database)
        writer = ArticleWriter(self.topic, inputs.register)
        with database.atomic():
            _put(
                database,
                store,
                inputs,
                writer(_arrivals(records)).rows,
                Differences(frozenset(records), frozenset(), set(), 0),
            )
        return database


def _as_dated(record: Record, entry: RegisterStudy) -> Record:
    published, precision = entry.public_from
    if not published:
        return record
    journal = entry.journal or record.journal
    return record._replace(published=published, date_precision=precision, entered="", year=entry.year, journal=journal)


def _arrivals(records: Mapping[int, Record]) -> list[Arrival]:
    return [Arrival(record, "pubmed") for record in records.values()]


def _put(
    database: Database, store: Store, inputs: Inputs, rows: bytes, differing: Differences, live: Path | None = None
) -> None:
    """Write what differs, and test the claims: all of them, or those that it reaches, as they stand in `live`."""
    assembly = Assembly(inputs, store)
    studies, touched = write(database, store, assembly, differing, [rows])
    assembly.add_register(database.conn)
    store.flush()
    assembly.finish(database.conn, studies)
    if live is None:
        write_claims(database, store, inputs.topic, inputs.claims, studies)
        return
    with closing(open_database(live)) as before:
        write_claims(database, store, inputs.topic, inputs.claims, studies, Before(before.conn, touched))


def false_flips(trial: Trial, path: Path, progress: Callable[[int, int], None] | None = None) -> Iterator[FalseFlip]:
    """Leave each shared record to the automatic tags in turn, in a database of the whole register made at `path`.

    What a record does not reach is not tested again, and what one of them changed is taken back before the next.
    """
    trial.whole_register(path).close()
    with closing(open_database(path)) as database:
        database.enable_wal()  # what was is read while what would be is written
        by_hand = verdicts(database.conn)
        store = Store(database)
        for number, (pmid, record) in enumerate(trial.shared.items(), start=1):
            entries = {other: entry for other, entry in trial.entries.items() if other != pmid}
            family = {pmid for (pmid,) in database.execute(_FAMILY, [pmid])}  # the entry may be all that joins it
            differing = Differences(frozenset(family), frozenset({pmid}), set(), len(entries) + 1)
            rows = trial.writer(_arrivals({pmid: record})).rows
            database.execute("BEGIN")
            _put(database, store, trial.inputs(entries, trial.others), rows, differing, path)
            alone = verdicts(database.conn)
            database.conn.rollback()
            yield from flips_of(pmid, by_hand, alone)
            if progress:
                progress(number, len(trial.shared))


def flips_of(pmid: int, by_hand: Mapping[Names, Verdict], alone: Mapping[Names, Verdict]) -> Iterator[FalseFlip]:
    """Where the verdict is another, or the study that decided it."""
    for names, verdict in by_hand.items():
        other = alone[names]
        if (verdict.verdict, verdict.decided_by) != (other.verdict, other.decided_by):
            yield FalseFlip(pmid, *names, verdict, other)


def verdicts(connection: sqlite3.Connection) -> dict[Names, Verdict]:
    """What every assertion of a database came to, in the order of the article."""
    rows = connection.execute(_DECIDED)
    return {
        (claim_id, assertion_id): Verdict(verdict, value, by or "")
        for claim_id, assertion_id, verdict, value, by in rows
    }


@dataclass(frozen=True)
class _Side:
    """One of the two databases that are compared, as far as it is compared."""

    verdicts: Mapping[Names, Verdict]
    matching: Mapping[Names, set[int]]
    counted: Mapping[str, Mapping[int, frozenset[str]]]
    """By filter and PMID of the records that it lets through: what they count as."""
    study_of: Mapping[int, str]

    @classmethod
    def of(cls, connection: sqlite3.Connection, claims: Claims, topic: Topic) -> "_Side":
        found = verdicts(connection)
        matching = {names: {pmid for (pmid,) in connection.execute(_MATCHING, names)} for names in found}
        scope = claims.scope(topic)
        counted = {}
        for name, chosen in claims.filters.items():
            sql = f"SELECT pmid, design, routes FROM ({_LIKE_STUDIES}) AS s WHERE {scope.condition(chosen)}"  # noqa: S608
            counted[name] = {
                pmid: _counts_as(design, json.loads(routes)) for pmid, design, routes in connection.execute(sql)
            }
        study_of = dict(connection.execute("SELECT pmid, study_id FROM study_reports WHERE pmid IS NOT NULL"))
        return cls(found, matching, counted, study_of)


def _counts_as(design: str, routes: Sequence[str]) -> frozenset[str]:
    return frozenset({COUNTED, design, *routes, *([SEVERAL] if len(routes) > 1 else [])})


def _judged(by_hand: _Side, automatic: _Side) -> list[Judged]:
    nothing: frozenset[str] = frozenset()
    judged = [
        Judged(name, False, records.get(pmid, nothing), automatic.counted[name].get(pmid, nothing))
        for name, records in by_hand.counted.items()
        for pmid in sorted(by_hand.study_of)
    ]
    joined = [_pairs(side.study_of) for side in (by_hand, automatic)]
    pairs = sorted(joined[0] | joined[1])
    judged += [
        Judged(PAIRS, False, *(frozenset({"pairs"}) if pair in side else nothing for side in joined)) for pair in pairs
    ]
    return judged


def _pairs(study_of: Mapping[int, str]) -> set[tuple[int, int]]:
    """PMIDs of reports that are of one study, the lower one first."""
    reports: dict[str, list[int]] = {}
    for pmid, study_id in sorted(study_of.items()):
        reports.setdefault(study_id, []).append(pmid)
    return {pair for family in reports.values() for pair in combinations(family, 2)}
