"""The shape of `archive.db`, which lives for years and so changes only by migrations.

What has been released is never edited: a new migration comes last, and the schema before it gets a fixture in
`tests/db/archives`. A migration calls nothing outside this module that may change: it has copies of what it needs, as
that was when it was written.
"""

import html
import json
import re
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import NamedTuple

from sqlite_utils import Database, Migrations

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
        body = _body(db.execute("SELECT xml FROM versions WHERE rowid = ?", (rowid,)).fetchone()[0])
        db.execute(
            "UPDATE versions SET status = ?, notices = ? WHERE rowid = ?",
            (_status(body), json.dumps(list(dict.fromkeys(int(pmid) for pmid in _NOTICE.findall(body)))), rowid),
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
        state = _retracted(_body(body)), (version, origin == "pubmed", form == "pubmed-xml")
        before = current.get(pmid, state)
        if before[1] <= state[1]:
            current[pmid] = state
            if before[0] != state[0]:
                entries.append({"pmid": pmid, "run_id": run_id, "dated": dated, "retracted": int(state[0])})
    db.table("retraction_log").insert_all(sorted(entries, key=lambda entry: entry["run_id"]))


@ARCHIVE()
def m005_revised(db: Database) -> None:
    """When each content was last revised, which decides what is current; entries of the log that were wrong, corrected.

    Before, a file that was older than what was held took its place and ended a retraction.
    """
    db.table("versions").add_column("revised", str, not_null_default="")
    db.execute("ALTER TABLE retraction_log ADD COLUMN corrects INTEGER REFERENCES retraction_log(entry_id)")
    for (rowid,) in db.execute("SELECT rowid FROM versions").fetchall():
        body = _body(db.execute("SELECT xml FROM versions WHERE rowid = ?", (rowid,)).fetchone()[0])
        db.execute("UPDATE versions SET revised = ? WHERE rowid = ?", (_revised(body), rowid))
    (last_run,) = db.execute("SELECT max(run_id) FROM runs").fetchone()
    several = db.execute(
        "SELECT pmid, sha256, fetched_at, run_id, version, revised, origin, format, xml FROM versions WHERE pmid IN "
        "(SELECT pmid FROM versions GROUP BY pmid HAVING count(*) > 1) ORDER BY pmid, rowid"
    )
    for pmid, of_record in groupby(several, key=lambda row: row[0]):
        rows = [(*row[1:-1], _body(row[-1])) for row in of_record]
        if not all(body for *_, body in rows):  # damaged: nobody knows what it said
            continue
        contents = [_Content._make((*row, _retracted(body))) for *row, body in rows]
        logged = db.execute(
            "SELECT entry_id, run_id, dated, retracted FROM retraction_log WHERE pmid = ? ORDER BY entry_id", (pmid,)
        )
        retracted = contents[0].retracted
        for entry_id, run_id, dated, to in logged.fetchall():
            if bool(to) != retracted and _is_true(bool(to), [each for each in contents if each.fetched_at <= dated]):
                retracted = bool(to)
                continue
            db.execute(
                "INSERT INTO retraction_log (pmid, run_id, dated, retracted, corrects) VALUES (?, ?, ?, ?, ?)",
                (pmid, last_run or run_id, datetime.now(UTC).isoformat(timespec="seconds"), int(retracted), entry_id),
            )
        (held,) = db.execute("SELECT sha256 FROM seen WHERE pmid = ?", (pmid,)).fetchone()
        current = _current(contents, held, retracted)
        db.execute("UPDATE seen SET sha256 = ? WHERE pmid = ?", (current.sha256, pmid))
        if current.retracted != retracted:  # what was not made current, and now is
            db.execute(
                "INSERT INTO retraction_log (pmid, run_id, dated, retracted) VALUES (?, ?, ?, ?)",
                (pmid, current.run_id, current.fetched_at, int(current.retracted)),
            )


@ARCHIVE()
def m006_topic(db: Database) -> None:
    """To which topic the archive belongs, and in which folder that was last; '' where that is not known or needed."""
    db.table("topic").create({"name": str, "folder": str}, pk="name", not_null={"folder"})
    db.execute("INSERT INTO topic SELECT topic, '' FROM runs ORDER BY run_id LIMIT 1")


@ARCHIVE()
def m007_damaged(db: Database) -> None:
    """Contents that were found to be not what their hash was taken of, and when."""
    db.table("damaged").create(
        {"pmid": int, "sha256": str, "noticed_at": str}, pk=("pmid", "sha256"), not_null={"noticed_at"}
    )


@ARCHIVE()
def m008_records(db: Database) -> None:
    """Records by a number and a key of their own, as other sources than PubMed give no PMID; retracted or not.

    `record_id` is the PMID of a record of PubMed, and 1,000,000,000 or more of another; `pmid` follows from it.
    """
    for table in ("versions", "seen", "places", "retraction_log", "damaged"):
        db.execute(f"ALTER TABLE {table} RENAME COLUMN pmid TO record_id")
        db.execute(
            f"ALTER TABLE {table} ADD COLUMN pmid INTEGER "
            "GENERATED ALWAYS AS (CASE WHEN record_id < 1000000000 THEN record_id END) VIRTUAL"
        )
    db.table("seen").add_column("record_key", str, not_null_default="")
    db.table("seen").add_column("record_source", str, not_null_default="pubmed")
    db.execute("UPDATE seen SET record_key = 'pubmed:' || record_id")
    db.table("seen").create_index(["record_key"], unique=True)
    db.table("versions").add_column("retracted", int, not_null_default=0)
    logged = dict(db.execute("SELECT record_id, retracted FROM retraction_log ORDER BY entry_id").fetchall())
    for rowid, record_id in db.execute("SELECT rowid, record_id FROM versions").fetchall():
        body = _body(db.execute("SELECT xml FROM versions WHERE rowid = ?", (rowid,)).fetchone()[0])
        retracted = _retracted_or_marked(body) if body else bool(logged.get(record_id))
        if retracted:
            db.execute("UPDATE versions SET retracted = 1 WHERE rowid = ?", (rowid,))


class _Content(NamedTuple):
    """A row of `versions`, as migration 5 orders them."""

    sha256: str
    fetched_at: str
    run_id: int
    version: int
    revised: str
    origin: str
    format: str
    retracted: bool

    @property
    def rank(self) -> tuple[int, str, bool, bool]:
        """The highest is current."""
        return (self.version, self.revised, self.origin == "pubmed", self.format == "pubmed-xml")


def _is_true(retracted: bool, arrived: Sequence[_Content]) -> bool:
    """Whether the contents that had arrived say what was logged: those of the highest rank do.

    The end of a retraction also needs a later date than all that carry the mark, or PubMed's own answer.
    """
    saying = [each for each in _highest(arrived) if each.retracted == retracted]
    marked = max(((each.version, each.revised) for each in arrived if each.retracted), default=(0, ""))
    return any(retracted or each.origin == "pubmed" or (each.version, each.revised) > marked for each in saying)


def _highest(contents: Sequence[_Content]) -> list[_Content]:
    top = max((each.rank for each in contents), default=None)
    return [each for each in contents if each.rank == top]


def _current(contents: Sequence[_Content], held: str, retracted: bool) -> _Content:
    """The content of the highest rank; of equals one that is marked as the log says, held already, or the last."""
    return max(
        enumerate(_highest(contents)),
        key=lambda numbered: (numbered[1].retracted == retracted, numbered[1].sha256 == held, numbered[0]),
    )[1]


# What migrations 2, 4, 5 and 8 look for in a record, as it was when they were released.

_STATUS = re.compile(rb"<MedlineCitation\b[^>]*?\bStatus=\"([^\"]*)\"|^STAT- *(\S+)", re.MULTILINE)
_NOTICE = re.compile(
    rb"<CommentsCorrections RefType=\"(?:RetractionIn|RetractedandRepublishedIn|ExpressionOfConcernIn|ErratumIn|"
    rb"CorrectedandRepublishedIn|UpdateIn)\">(?:(?!</CommentsCorrections>).)*?<PMID\b[^>]*>0*(\d{1,9})</PMID>",
    re.DOTALL,
)
_RETRACTED = re.compile(
    rb'RefType="(?:RetractionIn|RetractedandRepublishedIn)"|<PublicationType UI="D016441"|^PT  - Retracted Publication',
    re.MULTILINE,
)
_REVISED = re.compile(
    rb"<DateRevised\b[^>]*>\s*<Year>\s*(\d{4})\s*</Year>(?:\s*<Month>\s*(\d\d?)\s*</Month>"
    rb"(?:\s*<Day>\s*(\d\d?)\s*</Day>)?)?|^LR  - *(\d{4})(\d\d)?(\d\d)?",
    re.MULTILINE,
)


_RETRACTED_IN_MEDLINE = re.compile(rb"^(?:RIN|RRI) - ", re.MULTILINE)
_IS_NOTICE = re.compile(
    rb'RefType="(?:RetractionOf|PartialRetractionOf|ExpressionOfConcernFor|ErratumFor)"'
    rb'|<PublicationType UI="(?:D000075742|D016425|D016440)"|^(?:ROF |PROF|ECF |EFR )- '
    rb"|^PT  - (?:Published Erratum|Retraction Notice|Retraction of Publication|Expression of Concern)",
    re.MULTILINE,
)
_TITLE = re.compile(rb"<ArticleTitle\b[^>]*>(.*?)</ArticleTitle>|^TI  - ([^\r\n]*)", re.DOTALL | re.MULTILINE)
_TAG = re.compile(r"<[^>]*>")
_MARK = (
    r"(?:retracted|withdrawn|removed|temporar(?:y[ ]removal|ily[ ]removed))"
    r"(?:[ ](?:article|paper|publication|study|report|review|letter|chapter|manuscript|preprint))?"
)
_MARKED = re.compile(
    rf"""[\s"'\u201c\u2018]*(?:
        [\[(]?\s*{_MARK}\s*:
      | [\[(]\s*{_MARK}[\s.:]*[\])]
      | (?-i:(?:RETRACTED|WITHDRAWN|REMOVED)(?:[ ][A-Z]+)?)(?:\s+[-\u2013\u2014]|[-\u2013\u2014]\s)
      | [\[(]?{_MARK}[\s.\])]*$
    )""",
    re.IGNORECASE | re.VERBOSE,
)


def _body(zipped: bytes) -> bytes:
    """A record as it came; nothing of one that is damaged, which a build will name."""
    try:
        return zlib.decompress(zipped)
    except (zlib.error, TypeError):
        return b""


def _status(body: bytes) -> str:
    found = _STATUS.search(body, 0, 4096)
    return (found[1] or found[2]).decode() if found else ""


def _retracted(body: bytes) -> bool:
    return _RETRACTED.search(body) is not None


def _retracted_or_marked(body: bytes) -> bool:
    """Migration 8: as `_retracted`, also by MEDLINE's links and by a title that says so, except on a notice."""
    if _RETRACTED.search(body) or _RETRACTED_IN_MEDLINE.search(body):
        return True
    found = _TITLE.search(body)
    title = (found[1] or found[2] or b"").decode("utf-8", "replace") if found else ""
    return bool(_MARKED.match(html.unescape(_TAG.sub("", title)))) and not _IS_NOTICE.search(body)


def _revised(body: bytes) -> str:
    found = _REVISED.search(body)
    return "-".join(part.decode().zfill(2) for part in found.groups() if part) if found else ""
