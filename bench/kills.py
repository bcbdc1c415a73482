"""Runs and builds killed at random moments, each time going on with the next: `python -m bench.faults kills`."""

import hashlib
import multiprocessing
import os
import random
import shutil
import signal
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bench.building import TOPIC as TOPIC_OF_BUILDS
from bench.building import change, make_archive
from bench.proof import made_trials, must
from db.archive.store import Archive
from db.evidence.publish import LIVE
from db.evidence.schema import TABLES
from ingest.build.run import build
from ingest.pubmed.client import EutilsSettings
from ingest.pubmed.run import pull_topic, sync
from ingest.pubmed.transport import Pace
from pubmed_server import TOPIC, PubMedServer
from topics import load_topic
from topics.errors import EvidenceError

STEPS = ("pull", "sync")
"""What is killed: the first part of a run, or all of it."""
_SOUND = ("SELECT rowid FROM articles_fts WHERE articles_fts MATCH 'revised' ORDER BY rowid", "PRAGMA integrity_check")


@dataclass
class Kills:
    """What random kills did. The last four must be 0 or, for pages, at most one a kill."""

    kills: int = 0
    whole_runs: int = 0
    by_state: Counter[str] = field(default_factory=Counter)
    """What the killed run was at."""
    records: int = 0
    lost: int = 0
    twice: int = 0
    """Records with more than one version or row."""
    half_published: int = 0
    pages_again: float = 0
    """Records asked for again, in pages."""


def _serve_apart(count: int, pipe: Any) -> None:
    """A PubMed in a process of its own; tells on request which PMIDs were asked for."""
    with PubMedServer(made_trials(count)) as pubmed:
        answer = pubmed.pubmed.answer

        def slowly(endpoint: str, params: Any) -> Any:
            time.sleep(0.02)  # so that there is a moment between two pages in which to be killed
            return answer(endpoint, params)

        pubmed.pubmed.answer = slowly  # type: ignore[method-assign]
        pipe.send(pubmed.url)
        while pipe.recv() == "asked":
            pipe.send(sum(len(request.ids) for request in pubmed.requests("efetch")))
            pubmed.log.clear()


def random_kills(kills: int, records: int, page: int, seed: int = 1) -> Kills:
    """Kill runs at random moments, each time going on with the next, until `kills` were killed.

    Three in four are killed while they pull, the others anywhere in a pull, build and check. When a run comes to its
    end, what it left is held against the truth, and a folder without records begins anew.
    """
    chance = random.Random(seed)  # noqa: S311
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("fork").Process(target=_serve_apart, args=(records, theirs), daemon=True)
    server.start()
    url = ours.recv()
    seen = Kills(records=records)
    truth = {pmid: record.article.record for pmid, record in made_trials(records).records.items()}
    with tempfile.TemporaryDirectory() as folder:
        before = Path(folder) / "before"  # published, without a record
        build(before, load_topic(TOPIC))
        spans = {step: _timed(shutil.copytree(before, Path(folder) / step), url, page, step) for step in STEPS}
        ours.send("asked")
        ours.recv()
        data, here, step = shutil.copytree(before, Path(folder) / "1"), 0, STEPS[0]
        while seen.kills < kills:
            code = _finished(_start(partial(_run, data, url, page, step)), chance.uniform(0.02, spans[step]))
            seen.half_published += not _is_whole(data / LIVE, records)
            if code is None:
                seen.kills, here = seen.kills + 1, here + 1
                seen.by_state[_state(data)] += 1
                continue
            must(code == 0, code)
            with Archive.open(data) as archive:
                held = {record.pmid: record.body for record in archive.current()}
                seen.twice += archive.database["versions"].count - len(held)
            seen.lost += sum(1 for pmid, body in truth.items() if held.get(pmid) != body)
            ours.send("asked")
            again = (ours.recv() - records) / page
            must(again <= here, (again, here))
            seen.pages_again += again
            seen.whole_runs += 1
            shutil.rmtree(data)
            data, here = shutil.copytree(before, Path(folder) / str(seen.whole_runs + 1)), 0
            step = STEPS[seen.kills > kills * 3 // 4]
    ours.send("end")
    server.join()
    return seen


def kills_of_amending_builds(kills: int, records: int, seed: int = 1) -> Kills:
    """Kill builds that write a few changes into the live database, until `kills` were killed; each is then ended.

    What a killed one leaves must be, row by row, what was or what a build in a folder of its own makes.
    """
    chance = random.Random(seed)  # noqa: S311
    seen = Kills(records=records)
    with tempfile.TemporaryDirectory() as folder:
        data, apart = Path(folder) / "data", Path(folder) / "apart"
        make_archive(str(data), records)
        build(data, load_topic(TOPIC_OF_BUILDS))
        while seen.kills < kills:
            before = _rows(data / LIVE)
            change(str(data), 100)
            shutil.copytree(data, apart)
            began = time.monotonic()
            after = _rows(build(apart, load_topic(TOPIC_OF_BUILDS)).live)
            span = time.monotonic() - began
            shutil.rmtree(apart)
            again = partial(build, data, load_topic(TOPIC_OF_BUILDS))
            while _finished(_start(again), chance.uniform(0.02, span) if seen.kills < kills else None) is None:
                seen.kills += 1
                left = _rows(data / LIVE)
                seen.by_state["before it was committed" if left == before else "after"] += 1
                seen.half_published += left not in (before, after)
            seen.whole_runs += 1
            seen.half_published += _rows(data / LIVE) != after
    return seen


def _rows(live: Path) -> str:
    """Digest of all rows, of all that the full text finds, and of whether the file is sound."""
    state = hashlib.sha256()
    with closing(sqlite3.connect(live)) as database:
        for query in (*(f"SELECT * FROM {table} ORDER BY 1, 2" for table in TABLES), *_SOUND):  # noqa: S608
            for row in database.execute(query):
                state.update(repr(row).encode())
    return state.hexdigest()


def _timed(data: Path, url: str, page: int, step: str) -> float:
    started = time.monotonic()
    must(_finished(_start(partial(_run, data, url, page, step)), None) == 0)
    return time.monotonic() - started


def _run(data: Path, url: str, page: int, step: str) -> None:
    """A run ('sync'), or its first part ('pull')."""
    with patch.object(Pace, "wait", lambda self, per_second: None), patch("ingest.pubmed.fetch.PAGE", page):
        {"sync": sync, "pull": pull_topic}[step](
            data, load_topic(TOPIC), EutilsSettings("bench@example.org", base_url=url)
        )


def _start(work: Callable[[], object]) -> int:
    """Start work in a process of its own, which has all modules already."""
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        work()
        code = 0
    except EvidenceError as error:
        code = error.exit_code
    finally:
        os._exit(code)


def _finished(child: int, after: float | None) -> int | None:
    """Exit code of a child that ends by itself within so many seconds; one that does not is killed, and None."""
    until = time.monotonic() + (after or 600)
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else None


def _state(data: Path) -> str:
    """What a killed run was at, from what it left."""
    with Archive.open(data) as archive:
        run, held = archive.last_run(), archive.count()
    if not run:
        return "starting"
    if run["state"] == "running":
        return "pulling" if held else "searching"
    with closing(sqlite3.connect(data / LIVE)) as live:
        (articles,) = live.execute("SELECT count(*) FROM articles").fetchone()
    return "checking" if articles else "building"


def _is_whole(live: Path, records: int) -> bool:
    """Whether the live database is as before or as after, and nothing between."""
    with closing(sqlite3.connect(live)) as database:
        (articles,) = database.execute("SELECT count(*) FROM articles").fetchone()
        (said,) = database.execute("SELECT value FROM build WHERE key = 'articles'").fetchone()
        (found,) = database.execute("SELECT count(*) FROM articles_fts WHERE articles_fts MATCH 'chamomile'").fetchone()
        sound = database.execute("PRAGMA quick_check").fetchone() == ("ok",)
    return sound and articles == int(said) == found and articles in (0, records)
