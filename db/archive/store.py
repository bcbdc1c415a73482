"""The archive: what PubMed said and when, kept as it came, never overwritten.

`versions` has one row for every version a record ever had; `seen` says which of them is current; `retraction_log` when
one came to be marked as retracted, or ceased to be; `runs` and `ledger` say what was asked, what PubMed reported, what
came and what is missing. Everything in `evidence.db` can be made again from here without the network.

Tables go by `record_id`: the PMID of a record of PubMed, a number from 1,000,000,000 on of another source's, which has
a `record_key` there ('pubmed:24701015'). `pmid` follows from it and is empty for others.
"""

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from db.archive.days import eastern_day
from db.archive.schema import ARCHIVE
from db.archive.versions import mark_gone, store_versions
from db.sqlite import open_private_database, plain_errors
from records.content import SearchSlice, SourceRecord, Stored, StoredRecord, intact
from records.identifiers import RecordName
from topics.errors import BadInputError

RETRACTIONS = """
SELECT * FROM retraction_log WHERE corrects IS NULL
AND entry_id NOT IN (SELECT corrects FROM retraction_log WHERE corrects IS NOT NULL)
"""
"""What is true of the log: without entries that later ones correct, and these."""
SOUND = "NOT EXISTS (SELECT 1 FROM damaged d WHERE d.record_id = s.record_id AND d.sha256 = s.sha256)"
"""That the current version of a row `s` of `seen` is not known to be damaged."""
_AT_A_TIME = 500
"""Records of a file stored in one go."""


class Archive:
    """An open `archive.db`. Every method that writes does so in one transaction of its own."""

    def __init__(self, database: Database, path: Path) -> None:
        self.database = database
        self.path = path

    @classmethod
    def open(cls, data: Path) -> "Archive":
        """Open `data`/archive.db, made and migrated if need be.

        Raises:
            BadInputError: it is no archive, a newer version of this program made it, or it holds far less than what was
                published from it (it is left untouched).
            LockedError: another process holds it.
        """
        path = data / "archive.db"
        _refuse_emptied(data, path)
        database = open_private_database(path)
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

    def record_topic(self, name: str, folder: str) -> None:
        """Record to which topic this archive belongs, and in which folder that is; '' for one that needs no folder.

        Raises:
            BadInputError: it belongs to another topic.
        """
        with plain_errors(self.path):
            self._refuse_other_topic(name)
            if self.database.execute("SELECT name, folder FROM topic").fetchall() != [(name, folder)]:
                with self.database.atomic():
                    self.database.execute("DELETE FROM topic")
                    self.database.execute("INSERT INTO topic (name, folder) VALUES (?, ?)", (name, folder))

    def _refuse_other_topic(self, name: str) -> None:
        held = self._one("SELECT name FROM topic") or self._one("SELECT topic FROM runs LIMIT 1")
        if held and held != name:
            raise another_topic(self.path.parent, held, name)

    # Runs

    def begin_run(self, kind: str, topic: str, search_digest: str = "", since: str = "") -> int:
        """Open a run and return its id. Runs that a crash left open are marked 'interrupted'.

        `since` is the first day of the window that the run asks for, '' if it has none.

        Raises:
            BadInputError: this archive holds another topic.
        """
        with plain_errors(self.path), self.database.atomic():
            self._refuse_other_topic(topic)
            self.database.execute("UPDATE runs SET state = 'interrupted' WHERE state = 'running'")
            stamp = now()
            row = {
                "kind": kind, "topic": topic, "search_digest": search_digest, "started_at": stamp, "state": "running",
                "day": eastern_day(stamp).isoformat(), "since": since or None,
            }  # fmt: skip
            return int(self.database.table("runs").insert(row).last_pk or 0)

    def end_run(self, run_id: int, state: str, counts: dict[str, Any], error: str = "") -> None:
        """Close a run as 'complete', 'incomplete', 'not_believed' or 'failed'."""
        with plain_errors(self.path), self.database.atomic():
            self.database.execute(
                "UPDATE runs SET state = ?, finished_at = ?, counts = ?, error = ? WHERE run_id = ?",
                (state, now(), json.dumps(counts, sort_keys=True), error, run_id),
            )

    def last_run(self) -> dict[str, Any] | None:
        """The newest run of any kind."""
        return next(iter(self.database.query("SELECT * FROM runs ORDER BY run_id DESC LIMIT 1")), None)

    # Slices of a search, and pages of records

    def open_slice(self, run_id: int, answered: SearchSlice, fetched_from: int = 0) -> int:
        """Write an answered search to the ledger and return the row's id.

        PMIDs that are already stored, and were last fetched by the run `fetched_from` or a later one, count as stored
        at once: that is how an interrupted run goes on. One that was gone and is named again does not.
        """
        with plain_errors(self.path), self.database.atomic():
            missing = self._not_held(answered.ids, fetched_from)
            return self._ledger_row(run_id, answered, missing)

    def store_page(self, run_id: int, slice_id: int, records: Sequence[SourceRecord]) -> Stored:
        """Store what one page brought, and its ledger row, in one transaction."""
        with plain_errors(self.path), self.database.atomic():
            stored = store_versions(self.database, run_id, records, "pubmed", now())
            arrived = {record.record_id for record in records}
            missing = [pmid for pmid in self.missing(slice_id) if pmid not in arrived]
            self.database.execute(
                "UPDATE ledger SET missing = ?, stored = received - ? WHERE ledger_id = ?",
                (json.dumps(missing), len(missing), slice_id),
            )
            return stored

    def store_file(
        self, run_id: int, name: str, records: Iterable[SourceRecord], broken: list[str], deleted: Sequence[int] = ()
    ) -> Stored:
        """Store a whole file and its ledger row in one transaction: all of it, or, on any error, nothing.

        `records` is consumed as a stream; `broken`, and `deleted`, the PMIDs that the file says PubMed deleted, are
        read after it (the reader appends to them as it goes).
        """
        with plain_errors(self.path), self.database.atomic():
            total = Stored()
            pmids: set[int] = set()
            page: list[SourceRecord] = []

            def flush() -> Stored:
                got = store_versions(self.database, run_id, page, "import", now())
                pmids.update(record.record_id for record in page)
                page.clear()
                return Stored(total.new + got.new, total.changed + got.changed, total.unchanged + got.unchanged)

            for record in records:
                page.append(record)
                if len(page) == _AT_A_TIME:
                    total = flush()
            total = flush()
            read = total.new + total.changed + total.unchanged + len(broken)
            answered = SearchSlice(f"file: {name}", "", read, tuple(sorted(pmids)), tuple(broken))
            row = self._ledger_row(run_id, answered, [])
            self.database.execute(
                "UPDATE ledger SET received = ?, stored = ? WHERE ledger_id = ?",
                (read, read - len(broken), row),
            )
            return replace(total, gone=mark_gone(self.database, run_id, deleted))

    def missing(self, slice_id: int) -> list[int]:
        """PMIDs that a slice named and that are not stored."""
        pmids: list[int] = json.loads(self._one("SELECT missing FROM ledger WHERE ledger_id = ?", slice_id))
        return pmids

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

    def current(self, record_ids: Iterable[int] | None = None) -> Iterator[StoredRecord]:
        """The current version of every record that is not damaged, by its id; of these only, if given."""
        only = "" if record_ids is None else "AND s.record_id IN (SELECT value FROM json_each(?)) "
        with plain_errors(self.path):
            rows = self.database.execute(
                "SELECT s.record_id, s.record_key, s.record_source, s.sha256, v.format, v.xml, s.last_fetched, "  # noqa: S608
                "s.gone_since, r.day FROM seen s JOIN versions v ON v.record_id = s.record_id AND v.sha256 = s.sha256 "
                f"LEFT JOIN runs r ON r.run_id = s.left_run WHERE {SOUND} {only}ORDER BY s.record_id",
                [] if record_ids is None else [json.dumps(sorted(record_ids))],
            )
            for record_id, key, source, *rest in rows:
                yield StoredRecord(RecordName(record_id, key, source), *rest)

    def reinstatements(self) -> list[tuple[int, str]]:
        """(record, moment) for every time that PubMed ceased to list a paper as retracted, in that order."""
        sql = f"SELECT record_id, dated FROM ({RETRACTIONS}) WHERE retracted = 0 ORDER BY entry_id"  # noqa: S608
        return list(self.database.execute(sql))

    def made_on(self) -> str:
        """ISO day (UTC) on which the archive was made."""
        return min(migration.applied_at for migration in ARCHIVE.applied(self.database))[:10]

    def count(self) -> int:
        """Number of records held, without those whose current version is damaged."""
        return int(self._one(f"SELECT count(*) FROM seen s WHERE {SOUND}"))  # noqa: S608

    def note_damage(self) -> tuple[int, ...]:
        """Compare every current version with its hash, and note those that differ: nothing reads them any more.

        Returns:
            Ids of all records whose current version is damaged: they are to be fetched again
            (`db.archive.schedule.due_again`).
        """
        with plain_errors(self.path):
            current = self.database.execute(
                "SELECT s.record_id, s.sha256, CAST(v.xml AS BLOB) FROM seen s "  # noqa: S608
                f"LEFT JOIN versions v ON v.record_id = s.record_id AND v.sha256 = s.sha256 WHERE {SOUND}"
            )
            found = [(each, sha256, now()) for each, sha256, zipped in current if intact(zipped, sha256) is None]
            if found:
                insert = "INSERT INTO damaged (record_id, sha256, noticed_at) VALUES (?, ?, ?)"
                with self.database.atomic():
                    self.database.conn.executemany(insert, found)
            rows = self.database.execute(f"SELECT record_id FROM seen s WHERE NOT {SOUND} ORDER BY record_id")  # noqa: S608
            return tuple(record_id for (record_id,) in rows)

    def digest(self) -> str:
        """Changes whenever a build would: over every current version, run and ledger row."""
        state = hashlib.sha256()
        for query in (
            "SELECT record_id, sha256, gone_since, left_run FROM seen ORDER BY record_id",
            "SELECT run_id, state, finished_at FROM runs ORDER BY run_id",
            "SELECT ledger_id, reported, received, stored FROM ledger ORDER BY ledger_id",
            "SELECT record_id, sha256 FROM damaged ORDER BY record_id, sha256",
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
            "SELECT s.record_id FROM json_each(?) j JOIN seen s ON s.record_id = j.value "
            "WHERE s.gone_since IS NULL AND s.last_run >= ?",
            (json.dumps(pmids), fetched_from),
        )
        held = {pmid for (pmid,) in rows}
        return [pmid for pmid in pmids if pmid not in held]


def _refuse_emptied(data: Path, path: Path) -> None:
    """Refuse an archive that lost most of its records: a build from it would wipe the site that was built from more."""
    published = int(_read_only(data / "evidence.db", "SELECT value FROM build WHERE key = 'from_pubmed'"))
    held = int(_read_only(path, "SELECT count(*) FROM seen"))
    if held < published / 2:
        raise BadInputError(
            f"{path}: holds {held} records, but {data / 'evidence.db'} was built from {published}. Put a copy of the "
            "archive back (deploy/backup.py restore), or, to begin anew, take evidence.db away. Nothing was changed."
        )


def _read_only(path: Path, sql: str) -> str | int:
    """The answer of a database that nothing is written to; 0 if there is none, or it cannot be read."""
    if not path.is_file():
        return 0
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            row = connection.execute(sql).fetchone()
    except sqlite3.Error:
        return 0
    return row[0] if row else 0


def another_topic(data: Path, held: str, given: str) -> BadInputError:
    """The error that a data folder belongs to the topic `held` and not to the one that is `given`."""
    return BadInputError(
        f"{data}: this folder belongs to the topic '{held}', not '{given}'. "
        f"Leave --topic out, or give '{given}' a --data folder of its own."
    )


def now() -> str:
    """This moment in UTC, to the second, as stored in the archive."""
    return _clock().isoformat(timespec="seconds")


def today() -> date:
    """This day in UTC."""
    return _clock().date()


def _clock() -> datetime:
    return datetime.now(UTC)
