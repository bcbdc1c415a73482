"""The archive: what PubMed said and when, kept as received, never overwritten.

`versions` has one row for every content a record ever had; `seen` says which of them is current; `runs` and `ledger`
say what was asked, what PubMed reported, what came and what is missing. Everything in `evidence.db` can be made again
from here without the network.
"""

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from sqlite_utils import Database

from db.eastern import eastern_day
from db.glance import glance
from db.schema import ARCHIVE
from db.sqlite import open_database, plain_errors
from topics.errors import BadInputError

Origin = Literal["pubmed", "import"]
_IN_CHUNK = 500
"""PMIDs in one `IN (…)`: well under SQLite's limit on host parameters."""


@dataclass(frozen=True)
class RawRecord:
    """One record as received: the bytes from its first tag to its last (XML), or its lines (MEDLINE)."""

    pmid: int
    version: int
    format: Literal["pubmed-xml", "medline"]
    body: bytes

    @cached_property
    def sha256(self) -> str:
        """Hex digest of the record itself, not of the envelope it came in."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True)
class StoredRecord:
    """The current version of a record, as the build reads it."""

    pmid: int
    sha256: str
    format: str
    body: bytes
    fetched_at: str
    gone_since: str | None
    """Day from which PubMed no longer had the record."""
    left_since: str | None = None
    """Day from which the topic's search no longer named it."""


@dataclass(frozen=True)
class SearchSlice:
    """One answered search: what was sent, what PubMed made of it, and the PMIDs it named."""

    query: str
    translation: str
    reported: int
    ids: tuple[int, ...]
    warnings: tuple[str, ...] = ()
    uid_low: int | None = None
    uid_high: int | None = None


@dataclass(frozen=True)
class Stored:
    """How many records a page or file brought, by what the archive knew of them."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0


class Archive:
    """An open `archive.db`. Every method that writes does so in one transaction of its own."""

    def __init__(self, database: Database, path: Path) -> None:
        self.database = database
        self.path = path

    @classmethod
    def open(cls, data: Path) -> "Archive":
        """Open `data`/archive.db, made and migrated if need be.

        Raises:
            BadInputError: it is no archive, or a newer version of this program made it (it is left untouched).
            LockedError: another process holds it.
        """
        path = data / "archive.db"
        database = open_database(path)
        with plain_errors(path):
            known = {migration.name for migration in ARCHIVE._migrations}
            newer = {migration.name for migration in ARCHIVE.applied(database)} - known
            if newer:
                raise BadInputError(
                    f"{path}: made by a newer version of the Evidence Tracker (it has {', '.join(sorted(newer))}). "
                    "Upgrade this program; the archive was not changed."
                )
            if ARCHIVE.pending(database):
                ARCHIVE.apply(database)
            database.enable_wal()  # a build may read while a run writes
        return cls(database, path)

    def close(self) -> None:
        """Close the connection."""
        self.database.close()

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # Runs

    def begin_run(self, kind: str, topic: str, search_digest: str = "", since: str = "") -> int:
        """Open a run and return its id. Runs that a crash left open are marked 'interrupted'.

        `since` is the first day of the window that the run asks for, '' if it has none.

        Raises:
            BadInputError: this archive holds another topic.
        """
        with plain_errors(self.path), self.database.atomic():
            other = self._one("SELECT topic FROM runs WHERE topic <> ? LIMIT 1", topic)
            if other:
                raise BadInputError(
                    f"{self.path}: this folder holds the topic '{other}', not '{topic}'. "
                    f"Give '{topic}' a --data folder of its own."
                )
            self.database.execute("UPDATE runs SET state = 'interrupted' WHERE state = 'running'")
            stamp = now()
            row = {
                "kind": kind, "topic": topic, "search_digest": search_digest, "started_at": stamp, "state": "running",
                "day": eastern_day(stamp).isoformat(), "since": since or None,
            }  # fmt: skip
            return int(self.database.table("runs").insert(row).last_pk or 0)

    def end_run(self, run_id: int, state: str, counts: dict[str, Any], error: str = "") -> None:
        """Close a run as 'complete', 'incomplete' or 'failed'."""
        with plain_errors(self.path), self.database.atomic():
            self.database.execute(
                "UPDATE runs SET state = ?, finished_at = ?, counts = ?, error = ? WHERE run_id = ?",
                (state, now(), json.dumps(counts, sort_keys=True), error, run_id),
            )

    def last_run(self, *, state: str | None = None, kind: str | None = None) -> dict[str, Any] | None:
        """The newest run, of that state and kind if given."""
        rows = self.database.query(
            "SELECT * FROM runs WHERE (:state IS NULL OR state = :state) AND (:kind IS NULL OR kind = :kind) "
            "ORDER BY run_id DESC LIMIT 1",
            {"state": state, "kind": kind},
        )
        return next(iter(rows), None)

    # Slices of a search, and pages of records

    def open_slice(self, run_id: int, answered: SearchSlice, fetched_from: int = 0) -> int:
        """Write an answered search to the ledger and return the row's id.

        PMIDs that are already stored, and were last fetched by the run `fetched_from` or a later one, count as stored
        at once: that is how an interrupted run goes on. One that was gone and is named again does not.
        """
        with plain_errors(self.path), self.database.atomic():
            missing = self._not_held(answered.ids, fetched_from)
            return self._ledger_row(run_id, answered, missing)

    def store_page(self, run_id: int, slice_id: int, records: Sequence[RawRecord]) -> Stored:
        """Store what one page brought, and its ledger row, in one transaction."""
        with plain_errors(self.path), self.database.atomic():
            stored = self._store(run_id, records, "pubmed")
            arrived = {record.pmid for record in records}
            missing = [pmid for pmid in self.missing(slice_id) if pmid not in arrived]
            self.database.execute(
                "UPDATE ledger SET missing = ?, stored = received - ? WHERE ledger_id = ?",
                (json.dumps(missing), len(missing), slice_id),
            )
            return stored

    def store_file(self, run_id: int, name: str, records: Iterable[RawRecord], broken: list[str]) -> Stored:
        """Store a whole file and its ledger row in one transaction: all of it, or, on any error, nothing.

        `records` is consumed as a stream; `broken` is read after it (the reader appends to it as it goes).
        """
        with plain_errors(self.path), self.database.atomic():
            total = Stored()
            pmids: set[int] = set()
            page: list[RawRecord] = []

            def flush() -> Stored:
                got = self._store(run_id, page, "import")
                pmids.update(record.pmid for record in page)
                page.clear()
                return Stored(total.new + got.new, total.changed + got.changed, total.unchanged + got.unchanged)

            for record in records:
                page.append(record)
                if len(page) == _IN_CHUNK:
                    total = flush()
            total = flush()
            read = total.new + total.changed + total.unchanged + len(broken)
            answered = SearchSlice(f"file: {name}", "", read, tuple(sorted(pmids)), tuple(broken))
            row = self._ledger_row(run_id, answered, [])
            self.database.execute(
                "UPDATE ledger SET received = ?, stored = ? WHERE ledger_id = ?",
                (read, read - len(broken), row),
            )
            return total

    def missing(self, slice_id: int) -> list[int]:
        """PMIDs that a slice named and that are not stored."""
        return json.loads(self._one("SELECT missing FROM ledger WHERE ledger_id = ?", slice_id))

    def ledger(self, run_id: int) -> list[dict[str, Any]]:
        """The ledger rows of a run, oldest first, without the PMIDs."""
        return list(
            self.database.query(
                "SELECT ledger_id, run_id, query, uid_low, uid_high, asked_at, translation, reported, received, "
                "stored, missing, warnings FROM ledger WHERE run_id = ? ORDER BY ledger_id",
                [run_id],
            )
        )

    # What the build reads

    def current(self, pmids: Iterable[int] | None = None) -> Iterator[StoredRecord]:
        """The current version of every record, by PMID; of these PMIDs only, if given."""
        only = "" if pmids is None else "WHERE s.pmid IN (SELECT value FROM json_each(?)) "
        with plain_errors(self.path):
            rows = self.database.execute(
                "SELECT s.pmid, s.sha256, v.format, v.xml, s.last_fetched, s.gone_since, r.day FROM seen s "  # noqa: S608
                "JOIN versions v ON v.pmid = s.pmid AND v.sha256 = s.sha256 "
                f"LEFT JOIN runs r ON r.run_id = s.left_run {only}ORDER BY s.pmid",
                [] if pmids is None else [json.dumps(sorted(pmids))],
            )
            for pmid, sha256, form, body, fetched_at, gone, left in rows:
                yield StoredRecord(pmid, sha256, form, zlib.decompress(body), fetched_at, gone, left)

    def count(self) -> int:
        """Number of records held."""
        return int(self._one("SELECT count(*) FROM seen"))

    def digest(self) -> str:
        """Changes whenever a build would: over every current content, run and ledger row."""
        state = hashlib.sha256()
        for query in (
            "SELECT pmid, sha256, gone_since, left_run FROM seen ORDER BY pmid",
            "SELECT run_id, state, finished_at FROM runs ORDER BY run_id",
            "SELECT ledger_id, reported, received, stored FROM ledger ORDER BY ledger_id",
        ):
            for row in self.database.execute(query):
                state.update(repr(row).encode())
        return state.hexdigest()

    # Inside a transaction

    def _one(self, sql: str, *parameters: object) -> Any:
        row = self.database.execute(sql, parameters).fetchone()
        return row[0] if row else None

    def _ledger_row(self, run_id: int, answered: SearchSlice, missing: list[int]) -> int:
        row = asdict(answered)
        ids = row.pop("ids")
        row |= {
            "run_id": run_id, "asked_at": now(), "warnings": json.dumps(answered.warnings),
            "ids": zlib.compress(json.dumps(ids).encode()), "received": len(ids),
            "stored": len(ids) - len(missing), "missing": json.dumps(missing),
        }  # fmt: skip
        return int(self.database.table("ledger").insert(row).last_pk or 0)

    def _not_held(self, pmids: Sequence[int], fetched_from: int) -> list[int]:
        rows = self.database.execute(
            "SELECT s.pmid FROM json_each(?) j JOIN seen s ON s.pmid = j.value "
            "WHERE s.gone_since IS NULL AND s.last_run >= ?",
            (json.dumps(pmids), fetched_from),
        )
        held = {pmid for (pmid,) in rows}
        return [pmid for pmid in pmids if pmid not in held]

    def _seen(self, pmids: Sequence[int]) -> dict[int, tuple[str, int, str, str]]:
        """Of the PMIDs held: current sha256, PMID version, format and origin."""
        found: dict[int, tuple[str, int, str, str]] = {}
        for start in range(0, len(pmids), _IN_CHUNK):
            chunk = pmids[start : start + _IN_CHUNK]
            marks = ",".join("?" * len(chunk))
            rows = self.database.execute(
                "SELECT s.pmid, s.sha256, v.version, v.format, v.origin FROM seen s "  # noqa: S608
                f"JOIN versions v ON v.pmid = s.pmid AND v.sha256 = s.sha256 WHERE s.pmid IN ({marks})",
                chunk,
            )
            found.update({pmid: tuple(rest) for pmid, *rest in rows})
        return found

    def _store(self, run_id: int, records: Sequence[RawRecord], origin: Origin) -> Stored:
        known = self._seen([record.pmid for record in records])
        stamp = now()
        new = changed = unchanged = 0
        for record in records:
            before = known.get(record.pmid)
            if before and before[0] == record.sha256:
                unchanged += 1
                self._mark_seen(record.pmid, record.sha256, stamp, run_id)
                continue
            new, changed = (new, changed + 1) if before else (new + 1, changed)
            seen = glance(record.body)
            self.database.execute(
                "INSERT OR IGNORE INTO versions (pmid, sha256, version, format, origin, fetched_at, run_id, xml, "
                "status, notices) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (record.pmid, record.sha256, record.version, record.format, origin, stamp, run_id,
                 zlib.compress(record.body), seen.status, json.dumps(seen.notices)),
            )  # fmt: skip
            if before and _rank(*before[1:]) > _rank(record.version, record.format, origin):
                self._mark_seen(record.pmid, before[0], stamp, run_id)
            else:
                self._mark_seen(record.pmid, record.sha256, stamp, run_id)
                known[record.pmid] = (record.sha256, record.version, record.format, origin)
        return Stored(new, changed, unchanged)

    def _mark_seen(self, pmid: int, sha256: str, stamp: str, run_id: int) -> None:
        self.database.execute(
            "INSERT INTO seen (pmid, sha256, first_seen, last_seen, last_fetched, last_run) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (pmid) DO UPDATE SET sha256 = excluded.sha256, last_seen = excluded.last_seen, "
            "last_fetched = excluded.last_fetched, last_run = excluded.last_run, gone_since = NULL, "
            "absent_run = NULL, absent_since = NULL",
            (pmid, sha256, stamp, stamp, stamp, run_id),
        )


def _rank(version: int, form: str, origin: str) -> tuple[int, int, int]:
    """Which of two contents is current: PubMed's own over an imported file, XML over MEDLINE, higher PMID version.

    Of equals the one that came last.
    """
    return (version, origin == "pubmed", form == "pubmed-xml")


def now() -> str:
    """This moment in UTC, to the second, as stored in the archive."""
    return _clock().isoformat(timespec="seconds")


def _clock() -> datetime:
    return datetime.now(UTC)
