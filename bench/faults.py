"""What can go wrong, many times over: random kills, faults and lies of every kind, readers through publications.

`python -m bench.faults` writes the tables into docs/operations.md. The same, smaller, are tests.
"""

import multiprocessing
import os
import random
import re
import shutil
import signal
import sqlite3
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from db.archive import Archive
from db.release import LIVE, go_live
from ingest.build import build
from ingest.eutils import EutilsSettings
from ingest.sync import pull_topic, sync
from ingest.transport import Pace
from pubmed_server import FAULTS, LIES, TOPIC, Corpus, PubMedServer, trial
from topics import load_topic
from topics.errors import EvidenceError

ROOT = Path(__file__).parents[1]
FIRST = 99_100_000
STEPS = ("pull", "sync")
"""What is killed: the first part of a run, or all of it."""
START = datetime(2026, 3, 2, 12, tzinfo=UTC)


def must(holds: bool, *facts: object) -> None:
    """Stop a bench whose figures would be worth nothing.

    Raises:
        AssertionError: it does not hold; with the facts.
    """
    if not holds:
        raise AssertionError(*facts)


def write_table(name: str, text: str) -> None:
    """Put a table between its marks in docs/operations.md."""
    path = ROOT / "docs" / "operations.md"
    before = path.read_text(encoding="utf-8")
    marks = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    path.write_text(marks.sub(lambda found: f"{found[1]}{text}\n{found[2]}", before), encoding="utf-8")


def _trials(count: int) -> Corpus:
    return Corpus([trial(FIRST + nth, crdt="2026/01/01", edat="2026/01/01") for nth in range(count)])


# Random kills


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
    with PubMedServer(_trials(count)) as pubmed:
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
    truth = {pmid: record.article.record for pmid, record in _trials(records).records.items()}
    with tempfile.TemporaryDirectory() as folder:
        before = Path(folder) / "before"  # published, without a record
        build(before, load_topic(TOPIC))
        spans = {step: _timed(shutil.copytree(before, Path(folder) / step), url, page, step) for step in STEPS}
        ours.send("asked")
        ours.recv()
        data, here, step = shutil.copytree(before, Path(folder) / "1"), 0, STEPS[0]
        while seen.kills < kills:
            code = _finished(_start(data, url, page, step), chance.uniform(0.02, spans[step]))
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


def _timed(data: Path, url: str, page: int, step: str) -> float:
    started = time.monotonic()
    must(_finished(_start(data, url, page, step), None) == 0)
    return time.monotonic() - started


def _start(data: Path, url: str, page: int, step: str) -> int:
    """Start a run ('sync'), or its first part ('pull'), in a process of its own, which has all modules already."""
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        with patch.object(Pace, "wait", lambda self, per_second: None), patch("ingest.fetch.PAGE", page):
            {"sync": sync, "pull": pull_topic}[step](
                data, load_topic(TOPIC), EutilsSettings("bench@example.org", base_url=url)
            )
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


# Faults and lies


@dataclass
class Outcomes:
    """How runs ended that met faults of one kind."""

    injected: int = 0
    by_code: Counter[int] = field(default_factory=Counter)
    """Exit code of the runs that met it (0: complete)."""
    mended: int = 0
    """Runs that did not reach their end, and whose next run did."""


def random_faults(faults: int, records: int = 60, seed: int = 1) -> dict[str, Outcomes]:
    """Inject faults and lies of every kind into runs at random points until `faults` were met.

    Every run must be complete, with what PubMed has, or end with the right code and say what is missing; the next
    one must mend it.

    Raises:
        AssertionError: one did neither.
    """
    chance = random.Random(seed)  # noqa: S311
    kinds = [*FAULTS, *LIES]
    outcomes: dict[str, Outcomes] = defaultdict(Outcomes)
    topic, met, order = load_topic(TOPIC), 0, kinds * (faults // len(kinds) + 1)
    chance.shuffle(order)
    moment = START
    with (
        tempfile.TemporaryDirectory() as folder,
        PubMedServer(_trials(records)) as pubmed,
        patch("db.archive._clock", lambda: moment),
        patch.object(Pace, "wait", lambda self, per_second: None),
        patch("ingest.fetch.PAGE", 25),
    ):
        settings = EutilsSettings(
            "bench@example.org", "0123456789abcdef", pubmed.url, read_timeout=0.3, deadline=4, attempts=5,
            pause_initial=0.001, pause_max=0.004,
        )  # fmt: skip
        held = Path(folder) / "held"
        pull_topic(held, topic, settings)
        away = pubmed.corpus[FIRST]
        number = 0
        while met < faults:
            number += 1
            data = Path(folder) / str(number)
            moment = START
            late = chance.random() < 0.4  # everything held, one record deleted, and the cycle due
            if late:
                shutil.copytree(held, data)
                pubmed.corpus.delete(FIRST)
                moment = START + timedelta(days=31)
            together = [order[(number * 3 + nth) % len(order)] for nth in range(chance.choice([1, 1, 3]))]
            for kind in together:
                endpoint = chance.choice([name for name in _endpoints(kind) if late or name != "esummary"])
                pubmed.inject(kind, chance.choice([1, 1, 2, 6]), endpoint, after=chance.randint(0, 2))
            pubmed.log.clear()
            code, error = _pulled(data, topic, settings)
            injected = Counter(request.fault for request in pubmed.log if request.fault)
            pubmed._planned.clear()
            _hold_against(data, pubmed.corpus, code, error)
            second, _ = _pulled(data, topic, settings) if code else (0, "")
            _hold_against(data, pubmed.corpus, second, "")
            must(second == 0)
            if injected:
                seen = outcomes[next(iter(injected)) if len(injected) == 1 else "several kinds in one run"]
                seen.injected += sum(injected.values())
                seen.by_code[code] += 1
                seen.mended += code != 0
            met += sum(injected.values())
            pubmed.corpus.add(away)
            shutil.rmtree(data)
    return outcomes


def _endpoints(kind: str) -> list[str]:
    """Where a fault or lie means something."""
    if kind == "docsum_backend":
        return ["esummary", "efetch"]
    if kind.startswith(("drops_", "ignores_", "counts_", "names_", "search_backend")):
        return ["esearch"]
    return ["efetch"] if kind in LIES else ["esearch", "efetch", "esummary"]


def _pulled(data: Path, topic: Any, settings: EutilsSettings) -> tuple[int, str]:
    try:
        pull_topic(data, topic, settings)
    except EvidenceError as error:
        return error.exit_code, str(error)
    return 0, ""


def _hold_against(data: Path, corpus: Corpus, code: int, error: str) -> None:
    """A run that ended with `code` must have left this.

    Raises:
        AssertionError: it did not.
    """
    truth = {pmid: record.article.record for pmid, record in corpus.records.items()}
    with Archive.open(data) as archive:
        held = {record.pmid: record.body for record in archive.current()}
        states = {run["state"] for run in archive.database.query("SELECT state FROM runs")}
        open_rows = archive.database.execute(
            "SELECT count(*) FROM runs r JOIN ledger USING (run_id) WHERE state = 'complete' "
            "AND NOT (reported = received AND received = stored)"
        ).fetchone()
    must(open_rows == (0,), "a complete run whose ledger does not add up")
    wrong = {pmid for pmid, body in held.items() if pmid in truth and truth[pmid] != body}
    must(not wrong, wrong)
    missing = truth.keys() - held.keys()
    if code == 0:
        must(not missing, missing)
    else:
        must({4: "incomplete", 3: "failed", 2: "failed"}[code] in states, (code, states))
        must(error)
    if code == 4 and "Missing:" in error:
        named = set(map(int, re.findall(r"\b99\d{6}\b", error)))
        must(named, error)


# Readers


def readers_through_publications(publications: int, readers: int = 4) -> tuple[int, int, int]:
    """Publish again and again under readers that keep their connection; (reads, errors, mixed answers)."""
    reads, errors, mixed = 0, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        live, built = Path(folder) / LIVE, Path(folder) / "new.db"

        def publish(number: int) -> None:
            with closing(sqlite3.connect(built)) as database:
                for table in ("a", "b", "c"):
                    database.execute(f"CREATE TABLE {table} (n, filling)")
                    rows = ((number, "x" * 200) for _ in range(2_000 + 37 * number))
                    database.executemany(f"INSERT INTO {table} VALUES (?, ?)", rows)  # noqa: S608
                database.commit()
            go_live(built, live)

        publish(0)
        stop, lock = threading.Event(), threading.Lock()

        def read() -> None:
            nonlocal reads, errors, mixed
            with closing(sqlite3.connect(live)) as connection:
                while not stop.is_set():
                    try:
                        numbers = connection.execute(
                            "SELECT DISTINCT n, (SELECT count(*) FROM b) FROM a UNION SELECT DISTINCT n, "
                            "(SELECT count(*) FROM b) FROM b UNION SELECT DISTINCT n, (SELECT count(*) FROM a) FROM c"
                        ).fetchall()
                        with lock:
                            reads, mixed = reads + 1, mixed + (len(numbers) != 1)
                    except sqlite3.Error:
                        with lock:
                            errors += 1

        threads = [threading.Thread(target=read) for _ in range(readers)]
        for thread in threads:
            thread.start()
        for number in range(1, publications + 1):
            publish(number)
        stop.set()
        for thread in threads:
            thread.join()
    return reads, errors, mixed


def main() -> None:
    """Run all three, or those named on the command line, and write their tables."""
    for name, bench in (("kills", _kills), ("faults", _faults), ("readers", _readers)):
        if name in (sys.argv[1:] or name):
            write_table(name, bench())


def _kills() -> str:
    killed = random_kills(200, 2_000, 100)
    states = ", ".join(f"{count} while {state}" for state, count in killed.by_state.most_common())
    head = ("kills", "killed", "runs that reached their end", "records lost", "records twice",
            "half-published states", "pages fetched again")  # fmt: skip
    row = (f"{killed.kills} ({killed.records:,} records)", states, killed.whole_runs, killed.lost, killed.twice,
           killed.half_published, f"{killed.pages_again:.1f}")  # fmt: skip
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in (head, ["--"] * len(head), row))


def _faults() -> str:
    outcomes = random_faults(1_000)
    lines = ["| fault or lie | injected | runs complete | code 3 | code 4 | code 2 | mended by the next run |",
             "|---|--:|--:|--:|--:|--:|--:|"]  # fmt: skip
    for kind, seen in sorted(outcomes.items()):
        codes = " | ".join(str(seen.by_code[code] or "") for code in (0, 3, 4, 2))
        lines.append(f"| {kind.replace('_', ' ')} | {seen.injected} | {codes} | {seen.mended} of {seen.mended} |")
    codes = " | ".join(str(sum(seen.by_code[code] for seen in outcomes.values())) for code in (0, 3, 4, 2))
    mended = sum(seen.mended for seen in outcomes.values())
    total = sum(seen.injected for seen in outcomes.values())
    return "\n".join([*lines, f"| **all** | {total} | {codes} | {mended} of {mended} |"])


def _readers() -> str:
    reads, errors, mixed = readers_through_publications(50)
    return f"50 publications under 4 readers: {reads:,} reads, {errors} errors, {mixed} mixed answers."


if __name__ == "__main__":
    main()
