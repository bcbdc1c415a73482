"""The shape of `archive.db`, which lives for years and so changes only by migrations.

What has been released is never edited: a new migration comes last, and the schema before it gets a fixture in
`tests/db/archives`.
"""

import json
import zlib

from sqlite_utils import Database, Migrations

from db.glance import glance
from db.received import rank

ARCHIVE = Migrations("archive")


@ARCHIVE()
def m001_versions_runs_ledger(db: Database) -> None:
    """Record contents, what is current, runs, searches and what they brought, verdicts as they were."""
    db.table("runs").create(
        {"run_id": int, "kind": str, "topic": str, "search_digest": str, "started_at": str, "finished_at": str,
         "state": str, "counts": str, "error": str},
        pk="run_id", not_null={"kind", "topic", "started_at", "state"},
    )  # fmt: skip
    db.table("versions").create(
        {"pmid": int, "sha256": str, "version": int, "format": str, "origin": str, "fetched_at": str, "run_id": int,
         "xml": bytes},
        pk=("pmid", "sha256"), foreign_keys=[("run_id", "runs", "run_id")],
        not_null={"version", "format", "origin", "fetched_at", "run_id", "xml"},
    )  # fmt: skip
    db.table("seen").create(
        {"pmid": int, "sha256": str, "first_seen": str, "last_seen": str, "last_fetched": str, "last_run": int,
         "gone_since": str},
        pk="pmid", not_null={"sha256", "first_seen", "last_seen", "last_fetched", "last_run"},
        foreign_keys=[("last_run", "runs", "run_id")],
    )  # fmt: skip
    db.table("ledger").create(
        {"ledger_id": int, "run_id": int, "query": str, "uid_low": int, "uid_high": int, "asked_at": str,
         "translation": str, "reported": int, "received": int, "stored": int, "missing": str, "warnings": str,
         "ids": bytes},
        pk="ledger_id", foreign_keys=[("run_id", "runs", "run_id")],
        not_null={"run_id", "query", "asked_at", "reported", "received", "stored", "missing"},
    )  # fmt: skip
    db.table("ledger").create_index(["run_id"])
    db.table("verdict_log").create(
        {"verdict_id": int, "run_id": int, "checked_at": str, "claim_id": str, "assertion_id": str, "verdict": str,
         "value": str, "pmid": int},
        pk="verdict_id", not_null={"checked_at", "claim_id", "assertion_id", "verdict"},
    )  # fmt: skip


@ARCHIVE()
def m002_rounds_and_departures(db: Database) -> None:
    """PubMed's day and the window of each run; who was named last, who left, who did not come; what a record says."""
    db.table("runs").add_column("day", str)
    db.table("runs").add_column("since", str)
    for column, kind in (("named_run", int), ("left_run", int), ("absent_run", int), ("absent_since", str)):
        db.table("seen").add_column(column, kind)
    db.table("versions").add_column("status", str)
    db.table("versions").add_column("notices", str)
    # Eastern time is four or five hours behind; five never names a day that had not begun.
    db.execute("UPDATE runs SET day = date(started_at, '-5 hours')")
    db.execute("UPDATE runs SET kind = 'sync' WHERE kind = 'pull'")
    for (rowid,) in db.execute("SELECT rowid FROM versions").fetchall():
        seen = glance(zlib.decompress(db.execute("SELECT xml FROM versions WHERE rowid = ?", (rowid,)).fetchone()[0]))
        db.execute(
            "UPDATE versions SET status = ?, notices = ? WHERE rowid = ?",
            (seen.status, json.dumps(seen.notices), rowid),
        )


@ARCHIVE()
def m003_places(db: Database) -> None:
    """Where in which bulk file a record stood, and which files a bulk run is done with."""
    db.table("places").create(
        {"pmid": int, "sha256": str, "file": str, "position": int, "run_id": int},
        pk=("pmid", "sha256"), foreign_keys=[("run_id", "runs", "run_id")],
        not_null={"file", "position", "run_id"},
    )  # fmt: skip
    db.table("bulk_files").create(
        {"name": str, "md5": str, "sought": str, "run_id": int, "records": int, "matches": int, "stored": int},
        pk=("name", "md5", "sought"), foreign_keys=[("run_id", "runs", "run_id")],
        not_null={"run_id", "records", "matches", "stored"},
    )  # fmt: skip


@ARCHIVE()
def m004_retraction_log(db: Database) -> None:
    """When a record that was held came to be marked as retracted, and when it ceased to be."""
    db.table("retraction_log").create(
        {"entry_id": int, "pmid": int, "run_id": int, "dated": str, "retracted": int},
        pk="entry_id", foreign_keys=[("run_id", "runs", "run_id")],
        not_null={"pmid", "run_id", "dated", "retracted"},
    )  # fmt: skip
    several = db.execute(
        "SELECT pmid, run_id, fetched_at, xml, version, origin, format FROM versions WHERE pmid IN "
        "(SELECT pmid FROM versions GROUP BY pmid HAVING count(*) > 1) ORDER BY pmid, rowid"
    )
    current: dict[int, tuple[bool, tuple[int, bool, bool]]] = {}
    entries = []
    for pmid, run_id, dated, body, version, origin, form in several:
        state = glance(zlib.decompress(body)).retracted, rank(version, form, origin)
        before = current.get(pmid, state)
        if before[1] <= state[1]:
            current[pmid] = state
            if before[0] != state[0]:
                entries.append({"pmid": pmid, "run_id": run_id, "dated": dated, "retracted": int(state[0])})
    db.table("retraction_log").insert_all(sorted(entries, key=lambda entry: entry["run_id"]))
