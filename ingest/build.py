"""Archive + topic + register → `evidence.db`: a pure function. The same inputs give the same rows.

Every current record is read, tagged and written with all that hangs on it; the register's studies are laid over them;
reports are joined into studies; then the new database is checked and goes live.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from db.archive import Archive
from db.claims import write_claims
from db.lock import run_lock
from db.release import LIVE, check, go_live, remove_database
from db.schema import create_evidence, finish_evidence
from db.sqlite import open_database, plain_errors
from db.store import Store
from ingest.assemble import Assembly, Inputs, records
from ingest.flow import add_ledger, add_screening, build_rows
from ingest.tagging import Tagger
from topics import RegisterStudy, Topic, load_register

Progress = Callable[[int, int], None]
"""Called with (records done, records in all)."""


@dataclass(frozen=True)
class BuildResult:
    """What a build did. `changed` is false when the live database was already made from the same inputs."""

    changed: bool
    articles: int
    studies: int
    from_pubmed: int
    from_register: int
    live: Path

    def line(self) -> str:
        """One sentence for the terminal."""
        made = "Built" if self.changed else "Nothing has changed since the last build of"
        return (
            f"{made} {self.live}: {self.articles} articles, {self.studies} studies "
            f"({self.from_pubmed} records from PubMed or files, {self.from_register} studies in the register)."
        )


def build(data: Path, topic: Topic, progress: Progress | None = None) -> BuildResult:
    """Make `data`/evidence.db from what is in the archive and the topic's register.

    Raises:
        BadInputError: the topic or its register cannot be used.
        IncompleteRunError: the new database failed a check, or the disk is full; the live one is as it was.
    """
    live = data / LIVE
    entries = load_register(topic)
    with run_lock(data), Archive.open(data) as archive:
        fingerprint = _fingerprint(archive, topic)
        if _build_value(live, "fingerprint") == fingerprint:
            return _result(live, changed=False)
        inputs = Inputs(
            archive,
            topic,
            {entry.pmid: entry for entry in entries if entry.pmid},
            [entry for entry in entries if not entry.pmid],
            Tagger(topic.vocabulary),
        )
        built = data / "evidence.build.db"
        remove_database(built)
        try:
            with plain_errors(built):
                expected = _write(built, inputs, entries, fingerprint, progress)
            check(built, expected)
            go_live(built, live)
        finally:
            remove_database(built)
    return _result(live, changed=True)


def _write(
    path: Path, inputs: Inputs, entries: list[RegisterStudy], fingerprint: str, progress: Progress | None
) -> int:
    """Write the whole database to `path`; the number of articles that must be in it."""
    database = open_database(path)
    try:
        database.execute("PRAGMA journal_mode = OFF")  # a file that is thrown away when anything goes wrong
        database.execute("PRAGMA synchronous = OFF")
        create_evidence(database)
        store = Store(database)
        assembly = Assembly(inputs, store)
        with database.atomic():
            total = inputs.archive.count()
            for done, (record, source, gone) in enumerate(records(inputs), start=1):
                assembly.add_record(record, source, gone)
                if progress:
                    progress(done, total)
            for entry in inputs.unlisted:
                assembly.add_unlisted(entry)
            assembly.add_studies()
            assembly.add_register(entries)
            add_ledger(store, inputs.archive)
            add_screening(store, inputs, assembly)
            store.add("build", build_rows(fingerprint, inputs, assembly))
            store.flush()
            assembly.finish(database.execute)
            write_claims(database, store, inputs.topic, assembly.studies)
        finish_evidence(database)
        return assembly.articles
    finally:
        database.close()


def _fingerprint(archive: Archive, topic: Topic) -> str:
    """Digest over everything a build depends on: archive, topic files, and our own source code."""
    whole = hashlib.sha256(f"{archive.digest()} {topic.digest()}".encode())
    root = Path(__file__).resolve().parents[1]
    for package in ("ingest", "db", "topics"):
        for source in sorted((root / package).rglob("*.py")):
            whole.update(source.read_bytes())
    return whole.hexdigest()


def _build_value(live: Path, key: str) -> str:
    if not live.exists():
        return ""
    database = open_database(live)
    try:
        with plain_errors(live):
            if "build" not in database.table_names():
                return ""
            row = database.execute("SELECT value FROM build WHERE key = ?", (key,)).fetchone()
            return row[0] if row else ""
    finally:
        database.close()


def _result(live: Path, *, changed: bool) -> BuildResult:
    keys = ("articles", "studies", "from_pubmed", "from_register")
    articles, studies, from_pubmed, from_register = (int(_build_value(live, key)) for key in keys)
    return BuildResult(changed, articles, studies, from_pubmed, from_register, live)
