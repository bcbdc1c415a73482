"""Archive + topic + register → `evidence.db`: a pure function. The same inputs give the same rows.

Every current record is read, tagged and written with all that hangs on it; the register's studies are laid over them;
reports are joined into studies; then the new database is checked and goes live. Where the live database was made by
the same code, vocabulary and register, rows of unchanged records are taken over from it.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from db.archive import Archive
from db.changes import write_changes
from db.claims import write_claims
from db.lock import run_lock
from db.release import LIVE, check, copy_database, go_live, remove_database
from db.schema import analyze_evidence, create_evidence, finish_evidence
from db.sqlite import open_database, plain_errors
from db.store import Store
from ingest.assemble import Assembly, Inputs, arrivals
from ingest.flow import add_ledger, add_screening, add_vocabulary, build_rows
from ingest.measured import accuracy_rows
from ingest.standing import Differences, clear, differences
from ingest.steady import batches, without_cycle_search
from ingest.tagging import Tagger
from ingest.tagging.vote import WEIGHTS
from topics import RegisterStudy, Topic, load_register
from topics.errors import IncompleteRunError

Progress = Callable[[int, int], None]
"""Called with (records done, records in all)."""
_WORTH_TAKING_OVER = 0.2
"""Share of articles to be changed above which writing all of them anew takes no longer."""
_CACHE_KIB = 128 * 1024
"""Memory for pages of the file being built, so that indexes are made without reading it again and again."""


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
    live, built = data / LIVE, data / "evidence.build.db"
    entries = load_register(topic)
    with run_lock(data), Archive.open(data) as archive:
        made_from, made_by = _fingerprints(data, archive, topic)
        if _build_value(live, "fingerprint") == made_from:
            return _result(live, changed=False)
        inputs = Inputs(
            archive,
            topic,
            {entry.pmid: entry for entry in entries if entry.pmid},
            {entry.doi: entry for entry in entries if not entry.pmid},
            Tagger(topic.vocabulary),
        )
        write = partial(_write, built, inputs, entries, [("fingerprint", made_from), ("made_by", made_by)], progress)
        remove_database(built)
        try:
            with plain_errors(built), without_cycle_search():
                differing = _take_over(live, built, made_by, inputs)
                expected = write(differing)
                try:
                    check(built, expected)
                except IncompleteRunError:
                    if differing is None:
                        raise
                    remove_database(built)  # what stood was damaged: nothing is taken over from it
                    check(built, write(None))
            go_live(built, live)
        finally:
            remove_database(built)
    return _result(live, changed=True)


def _take_over(live: Path, built: Path, made_by: str, inputs: Inputs) -> Differences | None:
    """Copy the live database to `built` and say what differs; None where it is better to begin anew."""
    if _build_value(live, "made_by") != made_by:
        return None
    database = open_database(live)
    try:
        differing = differences(database.conn, inputs.archive, inputs.register)
    finally:
        database.close()
    if len(differing.to_drop) + len(differing.to_write) > _WORTH_TAKING_OVER * differing.standing:
        return None
    copy_database(live, built)
    return differing


def _write(
    path: Path,
    inputs: Inputs,
    entries: list[RegisterStudy],
    fingerprints: list[tuple[str, str]],
    progress: Progress | None,
    differing: Differences | None,
) -> int:
    """Write a whole database, or what differs into the copy at `path`; the number of articles that must be in it."""
    database = open_database(path)
    try:
        database.execute("PRAGMA journal_mode = OFF")  # a file that is thrown away when anything goes wrong
        database.execute("PRAGMA synchronous = OFF")
        database.execute(f"PRAGMA cache_size = {-_CACHE_KIB}")
        if not differing:
            create_evidence(database)
        store = Store(database)
        assembly = Assembly(inputs, store)
        with database.atomic():
            if differing:
                clear(database.conn, differing)
                assembly.adopt(database.conn)
            total = len(differing.to_write) if differing else inputs.archive.count()
            done = 0
            for batch in batches(arrivals(inputs, differing)):
                assembly.add_records(batch)
                done += len(batch)
                if progress:
                    progress(done, total)
            for entry in inputs.unlisted.values():
                assembly.add_unlisted(entry)
            assembly.add_studies()
            assembly.add_register(entries)
            add_ledger(store, inputs.archive)
            add_screening(store, inputs, assembly)
            add_vocabulary(store, inputs.topic)
            store.add("tag_accuracy", accuracy_rows(path.parent))
            store.add("build", [*fingerprints, *build_rows(inputs, assembly)])
            store.flush()
            assembly.finish(database.conn)
            write_claims(database, store, inputs.topic, assembly.studies)
            write_changes(database.conn, inputs.archive.database)
        if differing:
            analyze_evidence(database)
        else:
            finish_evidence(database)
        return assembly.articles
    finally:
        database.close()


def _fingerprints(data: Path, archive: Archive, topic: Topic) -> tuple[str, str]:
    """Digests over everything a build depends on, and over what the rows of every single record depend on.

    The first: archive, all topic files, measured accuracy, our own source code with the trained weights. The second:
    the topic's vocabulary and register, and the code; while it stays the same, an unchanged record has the same rows.
    """
    code = hashlib.sha256()
    root = Path(__file__).resolve().parents[1]
    for package in ("ingest", "db", "topics"):
        for source in sorted((root / package).rglob("*.py")):
            code.update(source.read_bytes())
    code.update(WEIGHTS.read_bytes() if WEIGHTS.exists() else b"")
    whole = hashlib.sha256(f"{archive.digest()} {topic.digest()} {accuracy_rows(data)} {code.hexdigest()}".encode())
    for name in ("topic.yml", "register.csv"):
        part = topic.folder / name
        code.update(part.read_bytes() if part.exists() else b"")
    return whole.hexdigest(), code.hexdigest()


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
