"""Archive + topic + register → `evidence.db`: a pure function. The same inputs give the same rows.

Every current record is read, tagged and written with all that hangs on it; the register's studies are laid over them;
reports are joined into studies; then the database is checked.

There is one way to write (`write`): what differs from what a database holds is put into it. Where the same code,
vocabulary and register made the live database and little differs, it is put there, in one transaction; else into an
empty database beside it, of which all differs, and which then takes its place.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlite_utils import Database

from db.archive.archived_by import copy_archived_by
from db.archive.store import Archive, today
from db.claims.file import load_claims
from db.claims.schema import CLAIM_TABLES
from db.claims.unchanged import Before
from db.claims.write import write_claims
from db.evidence.accuracy import accuracy_rows
from db.evidence.changes import write_changes
from db.evidence.full_text import FullTextAside, finish_evidence
from db.evidence.publish import LIVE, Seal, break_seal, check, flaws, go_live, seal, seal_of
from db.evidence.schema import TABLES, analyze_evidence, create_evidence, create_indexes
from db.evidence.studies import Study
from db.evidence.write import Store
from db.lock import run_lock
from db.sqlite import open_database, plain_errors, remove_database, throw_away
from ingest.build.articles import ArticleWriter
from ingest.build.assemble import Assembly, Inputs, arrivals, rows_of_studies
from ingest.build.screening import add_ledger, add_screening, add_vocabulary, build_rows
from ingest.build.affected import judged_papers, reports_of, reports_reached
from ingest.build.fingerprint import build_values, fingerprints
from ingest.build.register import Register
from ingest.build.processes import cores, in_order
from ingest.build.differences import Differences, clear, clear_studies, differences
from ingest.build.loops import batches, without_cycle_search
from topics import Topic, load_register
from topics.errors import BadInputError

Progress = Callable[[int, int], None]
"""Called with (records done, records in all)."""
_BUILT, _WORDS = "evidence.build.db", "evidence.words.db"
"""The file that is being built, and the one that its full text is made in."""
_WORTH_AMENDING = 0.2
"""Share of articles to be changed above which writing all of them anew takes no longer."""
_WORTH_SHARING = 4_000
"""Records from which other processes take a share of the reading and tagging: a second or two of it."""
_NAMED = 20
"""PMIDs that a message spells out."""
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
    damaged: tuple[int, ...] = ()
    """PMIDs whose content in the archive is not what its hash was taken of; they were left out."""

    @property
    def short(self) -> str:
        """What is missing for the archive's damage, and what to do; '' if nothing is."""
        if not self.damaged:
            return ""
        named = ", ".join(map(str, self.damaged[:_NAMED])) + (" …" if len(self.damaged) > _NAMED else "")
        return (
            f"{len(self.damaged)} records are damaged in the archive and were left out: PMID {named}. The next "
            "`evidence sync` fetches them again; so does an import of a file that has them."
        )

    def line(self) -> str:
        """One sentence for the terminal."""
        made = "Built" if self.changed else "Nothing has changed since the last build of"
        return (
            f"{made} {self.live}: {self.articles} articles, {self.studies} studies "
            f"({self.from_pubmed} records from PubMed or files, {self.from_register} studies in the register)."
        )


def build(data: Path, topic: Topic, progress: Progress | None = None, on: date | None = None) -> BuildResult:
    """Make `data`/evidence.db from what is in the archive and the topic's register.

    Args:
        data: folder of the archive, and of the database.
        topic: what is tracked.
        progress: told how far reading has come.
        on: the day (UTC) that it is taken to be, for how old the last search is; today if not given.

    Raises:
        BadInputError: the topic, its register or its claims cannot be used, or the folder belongs to another topic.
        IncompleteRunError: the new database failed a check, or the disk is full; the live one is as it was.
    """
    live = data / LIVE
    with run_lock(data), Archive.open(data) as archive, plain_errors(archive.path):
        archive.record_topic(topic.name, topic.place)
        damaged = archive.note_damage()
        known = seal_of(live)
        day = on or today()
        made = fingerprints(data, archive, topic, day)
        live_values = {} if known is Seal.BROKEN else build_values(live)
        changed = live_values.get("fingerprint") != made["fingerprint"] or not _is_sound(live, known, live_values)
        if changed:
            with without_cycle_search():
                making = _Making(live, _inputs(archive, topic, day), made, progress)
                if not _amend(making, live_values, known):
                    _make_anew(making)
    return _result(live, build_values(live), changed=changed, damaged=damaged)


def build_archived_by(data: Path, topic: Topic, day: str, progress: Progress | None = None) -> BuildResult:
    """Make the database from what `data`/archive.db held at the end of an earlier day, in a folder of its own beside it.

    The topic, its register and its claims are those of this checkout: their history is Git's.

    Raises:
        BadInputError: `day` is no ISO day, or nothing had been archived by then; or as `build`.
        IncompleteRunError: as `build`.
    """
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise BadInputError(f"--archived-by {day}: not a day; expected YYYY-MM-DD") from None
    target = data / f"archived-by-{on}"
    with run_lock(data):
        copy_archived_by(data, str(on), target)
    return build(target, topic, progress, on)


def _is_sound(live: Path, known: Seal, live_values: Mapping[str, str]) -> bool:
    """Whether a database that was made from the same inputs is whole: as its seal says, else by all its checks."""
    if known is Seal.WHOLE:
        return True
    with closing(open_database(live)) as database:
        sound = not flaws(database, int(live_values["articles"]), indexes=True)
    if sound:
        seal(live)
    return sound


@dataclass(frozen=True)
class _Making:
    """A database to be made: its place, and of what."""

    live: Path
    inputs: Inputs
    made: Mapping[str, str]
    progress: Progress | None


def _inputs(archive: Archive, topic: Topic, day: date) -> Inputs:
    entries = load_register(topic)
    register = Register(
        {entry.pmid: entry for entry in entries if entry.pmid},
        {entry.doi: entry for entry in entries if not entry.pmid},
    )
    return Inputs(archive, topic, entries, register, load_claims(topic), ArticleWriter(topic, register), day)


def _make_anew(making: _Making) -> None:
    """Write all into an empty database beside the live one, check it, and put it into its place."""
    inputs = making.inputs
    built, words = (making.live.with_name(name) for name in (_BUILT, _WORDS))
    for path in (built, words):
        remove_database(path)  # what a build that was killed left
    try:
        with plain_errors(built):
            with closing(open_database(built)) as database, closing(FullTextAside(words)) as full_text:
                throw_away(database)
                create_evidence(database)
                database.execute(f"PRAGMA cache_size = {-_CACHE_KIB}")
                store = Store(database)
                assembly = Assembly(inputs, store)
                differing = differences(database.conn, inputs.archive, inputs.register.by_pmid)
                parcels = _reports(inputs, differing, making.progress)
                with database.atomic():
                    studies, _ = write(database, store, assembly, differing, parcels, full_text)
                    _complete(database, store, assembly, making, studies)
                finish_evidence(database, full_text)
            check(built, assembly.articles)
        go_live(built, making.live)
    finally:
        remove_database(built)


def _amend(making: _Making, live_values: Mapping[str, str], known: Seal) -> bool:
    """Write what differs into the live database; False, and nothing is written, where it is better to begin anew.

    All of it is one transaction, which is checked before it ends: readers see what was or what is to be. Nothing is
    added to a database that is not known to be sound: as it was when it passed its checks, or else by passing them
    again. `live_values` is what it says that it was made from, `known` what its seal says.
    """
    live, inputs = making.live, making.inputs
    if live_values.get("made_by") != making.made["made_by"]:
        return False
    same_claims = live_values.get("claims_file") == making.made["claims_file"]
    with plain_errors(live):
        with closing(open_database(live)) as database:
            differing = differences(database.conn, inputs.archive, inputs.register.by_pmid)
        if len(differing.to_drop) + len(differing.to_write) > _WORTH_AMENDING * differing.held:
            return False
        break_seal(live)
        with closing(open_database(live)) as database, closing(open_database(live)) as before:
            database.enable_wal()  # what is read of `before` is read while it is written to
            database.execute(f"PRAGMA cache_size = {-_CACHE_KIB}")
            store = Store(database)
            assembly = Assembly(inputs, store)
            parcels = _reports(inputs, differing, making.progress)
            try:
                with database.atomic():
                    if known is not Seal.WHOLE and flaws(database, differing.held, indexes=True):
                        raise _FlawedError
                    studies, touched = write(database, store, assembly, differing, parcels)
                    claims_before = Before(before.conn, touched) if same_claims else None
                    _complete(database, store, assembly, making, studies, claims_before)
                    analyze_evidence(database)
                    if flaws(database, assembly.articles, indexes=False):
                        raise _FlawedError
            except _FlawedError:  # whatever it was, it was not in what the archive holds
                return False
        seal(live)
    return True


class _FlawedError(Exception):
    """A database does not pass its checks: take the transaction back."""


def _complete(
    database: Database,
    store: Store,
    assembly: Assembly,
    making: _Making,
    studies: Sequence[Study],
    before: Before | None = None,
) -> None:
    """Write all that is not of one report or study."""
    inputs = making.inputs
    assembly.add_register(database.conn)
    add_ledger(store, inputs.archive)
    add_screening(store, inputs, assembly)
    add_vocabulary(store, inputs.topic)
    store.add("tag_accuracy", accuracy_rows(making.live.parent))
    store.add("build", [*making.made.items(), *build_rows(inputs, assembly, database["studies"].count)])
    store.flush()
    assembly.finish(database.conn, studies)
    write_changes(database.conn, inputs.archive.database)
    write_claims(database, store, inputs.topic, inputs.claims, studies, before, inputs.today)


def write(
    database: Database,
    store: Store,
    assembly: Assembly,
    differing: Differences,
    parcels: Iterable[bytes],
    full_text: FullTextAside | None = None,
) -> tuple[list[Study], frozenset[str]]:
    """Write what differs, which comes as `parcels` of rows, and join anew the reports that this can reach.

    An empty database has no indexes and no full text yet: they are made when all rows are there (`full_text`: of the
    rows' texts, by another thread), which is much cheaper than keeping them up to date, and nothing else.

    Returns:
        All studies that may have changed and those of papers that claims name; the ids of them and of what they were.
    """
    connection, inputs = database.conn, assembly.inputs
    reached = reports_reached(connection, inputs.register, differing.to_drop).keys()
    clear(connection, differing)
    if full_text:
        full_text.begin()
    for rows in parcels:
        store.unpack(rows)
        if full_text:
            full_text.add(rows)
    if full_text:
        full_text.make()
    assembly.count_articles(connection)
    if full_text:  # all is new; and what tells what is reached are the indexes
        reports = dict(reports_of(connection, inputs.register))
    else:
        changed = {*reached, *differing.to_write, *judged_papers(connection, inputs.claims)}
        reports = reports_reached(connection, inputs.register, changed)
    dropped = clear_studies(connection, {*reached, *reports})
    with ThreadPoolExecutor(1) as aside:
        joining = aside.submit(assembly.join, reports.values())
        rows_of_them = aside.submit(lambda: rows_of_studies(joining.result()))
        if full_text:  # by SQLite alone, so that joining goes on meanwhile
            create_indexes(database, [name for name in TABLES if name not in CLAIM_TABLES])
    assembly.add_studies(rows_of_them.result())
    studies = joining.result()
    return studies, frozenset(dropped) | {study.study_id for study in studies}


def _reports(inputs: Inputs, differing: Differences, progress: Progress | None) -> Iterator[bytes]:
    """Read and tag the reports that differ; yield their rows in parcels."""
    total = len(differing.to_write)
    done = 0
    processes = cores() if total >= _WORTH_SHARING else 0
    for written in in_order(batches(arrivals(inputs, differing)), inputs.writer, processes):
        yield written.rows
        done += written.articles
        if progress:
            progress(done, total)


def _result(live: Path, values: Mapping[str, str], *, changed: bool, damaged: tuple[int, ...]) -> BuildResult:
    keys = ("articles", "studies", "from_pubmed", "from_register")
    articles, studies, from_pubmed, from_register = (int(values[key]) for key in keys)
    return BuildResult(changed, articles, studies, from_pubmed, from_register, live, damaged)
