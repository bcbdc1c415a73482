"""`evidence bulk`: every record of PubMed's baseline and update files that a topic wants, into the archive.

Files are looked through by worker processes of this machine or of a Dask cluster, several at a time, and taken into
the archive one after the other in NLM's order: the last version of a record wins, DeleteCitation marks it gone. Each
file is one transaction, so a run that was stopped goes on with the next.
"""

import hashlib
import os
import time
from array import array
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from db.archive.store import Archive
from db.lock import run_lock
from ingest.build.processes import pool_of
from ingest.bulk.files import fetch, locate
from ingest.bulk.prefilter import topic_words
from ingest.bulk.scan import FileScan, checked_md5, scan_file
from ingest.tagging import TAGGER_VERSION
from topics import Topic
from topics.errors import BadInputError, EvidenceError

_LOST_WORKERS = 3
"""A file at which this many workers died is given up."""
_LOST_DOWNLOADS = 3
"""After so many files in a row that cannot be had, a run asks for no more: each may take half an hour to fail."""


@dataclass(frozen=True)
class BulkProgress:
    """How far a run is, after each file."""

    files: int
    of_files: int
    records: int
    matches: int
    seconds_left: float


@dataclass(frozen=True)
class BulkResult:
    """What a run brought. `problems` names every file and record that could not be used."""

    files: int
    done_before: int
    records: int
    tested: int
    matches: int
    new: int
    changed: int
    gone: int
    seconds: float
    problems: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """4 if something could not be used: the run is incomplete."""
        return 4 if self.problems else 0

    def lines(self) -> Iterator[str]:
        """Plain sentences for the terminal."""
        yield (
            f"{self.files} files read ({self.done_before} done before), {self.records} records looked through in "
            f"{self.seconds:.0f} s; {self.matches} are the topic's: {self.new} new, {self.changed} changed, "
            f"{self.gone} gone from PubMed."
        )
        yield from self.problems


Progress = Callable[[BulkProgress], None]


def bulk(
    data: Path,
    topic: Topic,
    files: Sequence[str | Path],
    scheduler: str | None = None,
    table: Path | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> BulkResult:
    """Look through `files` (paths, globs, addresses of files or listings) and take what the topic wants into `data`.

    Args:
        data: folder of the archive; downloads go into `data`/bulk.
        topic: whose records are wanted.
        files: of NLM's baseline and updates.
        scheduler: address of a Dask scheduler ('tcp://…') whose workers see the same paths; None for processes here.
        table: folder for a Parquet table of the tagged records, one folder a year; None for none.
        workers: processes on this machine; None for one a core.
        progress: called after each file.

    Raises:
        BadInputError: a name matches no file, or a package that an option needs is not installed.
        PubMedError: NLM's files cannot be had.
        LockedError: another run is at work.
    """
    if table:
        _needs("pyarrow", "--table", "table")
    with run_lock(data), Archive.open(data) as archive, _workers(scheduler, workers) as (start, width):
        places = locate([str(each) for each in files], data / "bulk")
        run = archive.begin_run("bulk", topic.name)
        try:
            result = _Run(archive, run, topic, data, table, progress).do(places, start, 2 * width)
        except BaseException as error:
            archive.end_run(run, "failed", {}, str(error))
            raise
        counts = {"files": result.files, "read": result.records, "stored": result.matches}
        archive.end_run(run, "incomplete" if result.problems else "complete", counts, "; ".join(result.problems)[:2000])
        return result


class _Run:
    """One run: hands files out, takes results in, in order."""

    def __init__(
        self, archive: Archive, run: int, topic: Topic, data: Path, table: Path | None, progress: Progress | None
    ) -> None:
        self._archive, self._run, self._data, self._table, self._progress = archive, run, data, table, progress
        self._folder = str(topic.folder)
        rules = (topic.vocabulary.model_dump_json(), topic_words(topic), TAGGER_VERSION)
        self._sought = hashlib.sha256(repr(rules).encode()).hexdigest()[:16]
        self._began = time.monotonic()
        self._totals = dict.fromkeys(("files", "records", "tested", "matches", "new", "changed", "gone"), 0)
        self._problems: list[str] = []

    def do(self, places: list[str], start: "_Start", ahead: int) -> BulkResult:
        left, done_before = self._left(places)
        waiting: deque[tuple[str, Future[FileScan]]] = deque()
        executor = start()
        deaths: dict[str, int] = {}
        not_had = 0
        while left or waiting:
            while left and len(waiting) < ahead:
                try:
                    path = self._local(left[0])
                    not_had = 0
                    waiting.append((path, executor.submit(scan_file, path, self._folder, (), bool(self._table))))
                except BrokenProcessPool:  # a worker died since the last result; what waits tells at which file
                    if waiting:
                        break
                    executor = start()
                    continue
                except EvidenceError as error:
                    self._problems.append(str(error))
                    not_had += 1
                left.pop(0)
                if not_had == _LOST_DOWNLOADS and left:
                    self._problems.append(f"{not_had} files in a row cannot be had: {len(left)} were not asked for.")
                    left.clear()
            if not waiting:
                break
            path, future = waiting[0]
            try:
                self._take_in(path, future.result())
            except BrokenProcessPool:
                deaths[path] = deaths.get(path, 0) + 1
                executor = start()  # all that was handed out is lost with the worker: hand it out again
                left[:0] = [each for each, _ in waiting]
                waiting.clear()
                if deaths[path] >= _LOST_WORKERS:
                    self._problems.append(f"{path}: {_LOST_WORKERS} workers died at it (out of memory?). Left out.")
                    left.remove(path)
                continue
            except Exception as error:
                if type(error).__name__ != "KilledWorker":  # Dask's: it handed the file out again, several times
                    raise
                self._problems.append(f"{path}: several workers died at it ({error}). Left out.")
            waiting.popleft()
            self._tell(len(places), done_before)
        return BulkResult(
            **self._totals, done_before=done_before,
            seconds=time.monotonic() - self._began, problems=tuple(self._problems),
        )  # fmt: skip

    def _left(self, places: list[str]) -> tuple[list[str], int]:
        """Files from the first one on that is not done: what comes after one that is missing must be applied again."""
        rows = self._archive.database.execute("SELECT name, md5 FROM bulk_files WHERE sought = ?", (self._sought,))
        done = set(rows)
        for number, place in enumerate(places):
            name = place.rpartition("/")[2]
            path = self._data / "bulk" / name if "://" in place else Path(place)
            try:
                if not path.exists() or (name, checked_md5(path)) not in done:
                    return places[number:], number
            except (BadInputError, OSError):  # told when its turn comes
                return places[number:], number
        return [], len(places)

    def _local(self, place: str) -> str:
        return str(fetch(place, self._data / "bulk")) if "://" in place else place

    def _take_in(self, path: str, scan: FileScan) -> None:
        """Put what a file holds into the archive, in one transaction."""
        if scan.error:
            self._problems.append(scan.error)
            return
        archive, database = self._archive, self._archive.database
        scan = self._with_earlier_ones(path, scan)
        broken = list(scan.broken)
        records = [match.source_record() for match in scan.matches]
        with database.atomic():
            stored = archive.store_file(self._run, scan.name, records, broken, scan.deleted)
            database.conn.executemany(
                "INSERT OR REPLACE INTO places (record_id, sha256, file, position, run_id) VALUES (?, ?, ?, ?, ?)",
                [
                    (match.pmid, record.sha256, scan.name, match.position, self._run)
                    for match, record in zip(scan.matches, records, strict=True)
                ],
            )
            database.execute(
                "INSERT OR REPLACE INTO bulk_files VALUES (?, ?, ?, ?, ?, ?, ?)",
                (scan.name, scan.md5, self._sought, self._run, scan.records, len(scan.matches),
                 stored.new + stored.changed),
            )  # fmt: skip
        self._problems += [f"{path}: {each}" for each in broken]
        found = (1, scan.records, scan.tested, len(scan.matches), stored.new, stored.changed, stored.gone)
        self._totals = {name: total + more for (name, total), more in zip(self._totals.items(), found, strict=True)}
        if self._table and scan.rows:
            write_table(self._table, scan.name, scan.rows)

    def _with_earlier_ones(self, path: str, scan: FileScan) -> FileScan:
        """Add records that are held and stand in this file without matching any more: their last version counts, too.

        The file is read again for them; they are rare.
        """
        pmids = array("I", scan.pmids)
        near = self._archive.database.execute(  # a file of the baseline is a range of few of all that is held
            "SELECT record_id FROM seen WHERE record_id BETWEEN ? AND ?", (min(pmids, default=0), max(pmids, default=0))
        )
        held = {pmid for (pmid,) in near}
        missed = held.intersection(pmids) - {match.pmid for match in scan.matches}
        if not missed:
            return scan
        again = scan_file(path, self._folder, missed, False)
        merged = sorted((*scan.matches, *again.matches), key=lambda match: match.position)
        return replace(scan, matches=tuple(merged))

    def _tell(self, of_files: int, done_before: int) -> None:
        if self._progress:
            done = self._totals["files"]
            rate = (time.monotonic() - self._began) / max(done, 1)
            left = of_files - done_before - done
            self._progress(
                BulkProgress(
                    done_before + done, of_files, self._totals["records"], self._totals["matches"], left * rate
                )
            )


_Start = Callable[[], Executor]
"""Gives an executor with live workers; called again when they died."""


@contextmanager
def _workers(scheduler: str | None, workers: int | None) -> Iterator[tuple[_Start, int]]:
    """Workers behind the interface of `concurrent.futures`: processes of this machine, or those of a Dask cluster."""
    if scheduler:
        _needs("distributed", "--scheduler", "cluster")
        from distributed import Client

        with Client(scheduler, timeout="10s", set_as_default=False) as client:
            width = sum(client.ncores().values()) or 1
            yield (lambda: client.get_executor(pure=False, retries=_LOST_WORKERS)), width
        return
    started: list[ProcessPoolExecutor] = []
    width = workers or os.cpu_count() or 1

    def start() -> Executor:
        started.append(pool_of(width, scan_file.__module__))
        return started[-1]

    try:
        yield start, width
    finally:
        for pool in started:
            pool.shutdown(cancel_futures=True)


def _needs(package: str, option: str, extra: str) -> None:
    import importlib.util

    if importlib.util.find_spec(package) is None:
        raise BadInputError(f"{option}: needs the package {package}. Run: pip install 'evidence-tracker[{extra}]'")


def write_table(folder: Path, name: str, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows of tagged records as Parquet, `folder`/year=2014/`name`.parquet; a file written again is replaced."""
    import pandas as pd

    frame = pd.DataFrame(list(rows))
    for year, part in frame.groupby(frame["year"].fillna(0).astype(int)):
        place = folder / f"year={year or 'unknown'}"
        place.mkdir(parents=True, exist_ok=True)
        part.drop(columns="year").to_parquet(place / f"{name.partition('.')[0]}.parquet", index=False)
