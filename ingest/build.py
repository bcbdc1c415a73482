"""Archive + topic + register → `evidence.db`: a pure function. The same inputs give the same rows.

Every current record is read, tagged and written with all that hangs on it; the register's studies are laid over them;
reports are joined into studies; then the new database is checked and goes live. Where the live database was made by
the same code, vocabulary and register, rows of unchanged records are taken over from it.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlite_utils import Database

from db.archive import Archive
from db.changes import write_changes
from db.claim_schema import CLAIM_TABLES
from db.claim_standing import Before
from db.claims import write_claims
from db.full_text import FullTextAside
from db.lock import run_lock
from db.release import LIVE, check, copy_database, go_live, sealed
from db.schema import TABLES, analyze_evidence, create_evidence, create_indexes
from db.sqlite import open_database, plain_errors, remove_database, throw_away
from db.store import Store
from db.studies import Study
from ingest.articles import ArticleWriter
from ingest.assemble import Assembly, Inputs, arrivals, rows_of_studies
from ingest.flow import add_ledger, add_screening, add_vocabulary, build_rows
from ingest.kin import judged_papers, kin
from ingest.measured import accuracy_rows
from ingest.register_layer import Register
from ingest.sharing import cores, in_order
from ingest.standing import Differences, clear, clear_studies, differences
from ingest.steady import batches, without_cycle_search
from ingest.tagging.vote import WEIGHTS
from topics import RegisterStudy, Topic, load_register
from topics.claims import load_claims
from topics.errors import IncompleteRunError

Progress = Callable[[int, int], None]
"""Called with (records done, records in all)."""
_BUILT, _WORDS = "evidence.build.db", "evidence.words.db"
"""The file that is being built, and the one that its full text is made in."""
_WORTH_TAKING_OVER = 0.2
"""Share of articles to be changed above which writing all of them anew takes no longer."""
_WORTH_SHARING = 4_000
"""Records from which other processes take a share of the reading and tagging: a second or two of it."""
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
        BadInputError: the topic, its register or its claims cannot be used.
        IncompleteRunError: the new database failed a check, or the disk is full; the live one is as it was.
    """
    live, built = data / LIVE, data / _BUILT
    entries = load_register(topic)
    with run_lock(data), Archive.open(data) as archive:
        made = _fingerprints(data, archive, topic)
        if _build_value(live, "fingerprint") == made["fingerprint"]:
            return _result(live, changed=False)
        register = Register(
            {entry.pmid: entry for entry in entries if entry.pmid},
            {entry.doi: entry for entry in entries if not entry.pmid},
        )
        inputs = Inputs(archive, topic, register, load_claims(topic), ArticleWriter(topic, register))
        write = partial(_write, built, inputs, entries, made, progress)
        for name in (_BUILT, _WORDS):
            remove_database(data / name)  # what a build that was killed left
        try:
            with plain_errors(built), without_cycle_search():
                standing = _take_over(live, built, made, inputs)
                expected = write(standing)
                try:
                    check(built, expected, indexes=standing is None)
                except IncompleteRunError:
                    if standing is None:
                        raise
                    remove_database(built)  # whatever it was, it was not in what the archive holds
                    check(built, write(None))
            go_live(built, live)
        finally:
            remove_database(built)
    return _result(live, changed=True)


@dataclass(frozen=True)
class _Standing:
    """The live database, of which all is taken over but for what differs."""

    live: Path
    differing: Differences
    same_claims: bool


def _take_over(live: Path, built: Path, made: Mapping[str, str], inputs: Inputs) -> _Standing | None:
    """Copy the live database to `built` and say what differs; None where it is better to begin anew.

    Nothing is taken over from a database that is not known to be sound: as it was when it passed its checks, or else
    by passing them again.
    """
    if _build_value(live, "made_by") != made["made_by"]:
        return None
    with closing(open_database(live)) as database:
        differing = differences(database.conn, inputs.archive, inputs.register.by_pmid)
    if len(differing.to_drop) + len(differing.to_write) > _WORTH_TAKING_OVER * differing.standing:
        return None
    copy_database(live, built)
    if not sealed(live, built):
        try:
            check(built, differing.standing)
        except IncompleteRunError:
            remove_database(built)
            return None
    return _Standing(live, differing, _build_value(live, "claims_file") == made["claims_file"])


def _write(
    path: Path,
    inputs: Inputs,
    entries: Sequence[RegisterStudy],
    made: Mapping[str, str],
    progress: Progress | None,
    standing: _Standing | None,
) -> int:
    """Write a whole database, or what differs into the copy at `path`; the number of articles that must be in it."""
    with closing(open_database(path)) as database, closing(FullTextAside(path.with_name(_WORDS))) as full_text:
        throw_away(database)
        database.execute(f"PRAGMA cache_size = {-_CACHE_KIB}")
        if not standing:
            create_evidence(database)
        store = Store(database)
        assembly = Assembly(inputs, store)
        with database.atomic():
            if standing:
                studies, touched = _add_to(database.conn, store, assembly, inputs, standing.differing, progress)
            else:
                studies = write_all(database, store, assembly, _reports(inputs, None, progress), full_text)
            assembly.add_register(database.conn, entries)
            add_ledger(store, inputs.archive)
            add_screening(store, inputs, assembly)
            add_vocabulary(store, inputs.topic)
            store.add("tag_accuracy", accuracy_rows(path.parent))
            store.add("build", [*made.items(), *build_rows(inputs, assembly, database["studies"].count)])
            store.flush()
            assembly.finish(database.conn, studies)
            write_changes(database.conn, inputs.archive.database)
            if standing and standing.same_claims:
                with closing(open_database(standing.live)) as before:
                    claims_before = Before(before.conn, touched)
                    write_claims(database, store, inputs.topic, inputs.claims, studies, claims_before)
            else:
                write_claims(database, store, inputs.topic, inputs.claims, studies)
        if not standing:
            create_indexes(database, CLAIM_TABLES)
            full_text.move_into(database)
        analyze_evidence(database)
        return assembly.articles


def write_all(
    database: Database, store: Store, assembly: Assembly, parcels: Iterable[bytes], full_text: FullTextAside
) -> list[Study]:
    """Write all reports, which come as parcels of rows, and their studies into empty tables, and index these."""
    full_text.begin()
    for rows in parcels:
        store.unpack(rows)
        full_text.add(rows)
    full_text.make()
    assembly.look_over(database.conn)
    reports = assembly.standing(database.conn)
    with ThreadPoolExecutor(1) as aside:
        joining = aside.submit(assembly.join, reports)
        rows_of_them = aside.submit(lambda: rows_of_studies(joining.result()))
        # by SQLite alone, so that joining goes on meanwhile
        create_indexes(database, [name for name in TABLES if name not in CLAIM_TABLES])
    assembly.add_studies(rows_of_them.result())
    return joining.result()


def _reports(inputs: Inputs, only: Differences | None, progress: Progress | None) -> Iterator[bytes]:
    """Read and tag all reports, or those that differ; yield their rows in parcels."""
    total = len(only.to_write) if only else inputs.archive.count()
    done = 0
    processes = cores() if total >= _WORTH_SHARING else 0
    for written in in_order(batches(arrivals(inputs, only)), inputs.writer, processes):
        yield written.rows
        done += written.articles
        if progress:
            progress(done, total)


def _add_to(
    connection: sqlite3.Connection,
    store: Store,
    assembly: Assembly,
    inputs: Inputs,
    differing: Differences,
    progress: Progress | None,
) -> tuple[list[Study], frozenset[str]]:
    """Write what differs, and join anew the reports that this can reach.

    All studies that may have changed and those of papers that claims name; and the ids of them and of what they were.
    """
    reached = kin(connection, inputs.register, differing.to_drop).keys()
    clear(connection, differing)
    for rows in _reports(inputs, differing, progress):
        store.unpack(rows)
    assembly.look_over(connection)
    judged = judged_papers(connection, inputs.claims)
    reports = kin(connection, inputs.register, {*reached, *differing.to_write, *judged})
    dropped = clear_studies(connection, {*reached, *reports})
    studies = assembly.join(reports.values())
    assembly.add_studies(rows_of_studies(studies))
    return studies, frozenset(dropped) | {study.study_id for study in studies}


def _fingerprints(data: Path, archive: Archive, topic: Topic) -> dict[str, str]:
    """Digests of what was made from what, by the names they have in table `build`.

    `fingerprint`: all that a build depends on: archive, topic files, measured accuracy, our own source code with the
    trained weights. `made_by`: the topic's vocabulary and register, and the code; while it stays the same, an unchanged
    record has the same rows. `claims_file`: the claims; while it too stays the same, what an assertion came to stands
    until the studies it rests on change.
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
    claims = topic.folder / "claims.yml"
    claims_file = hashlib.sha256(claims.read_bytes() if claims.exists() else b"")
    return {
        "fingerprint": whole.hexdigest(), "made_by": code.hexdigest(), "claims_file": claims_file.hexdigest(),
    }  # fmt: skip


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
