"""How fast pages are at 40,000 records, beside Datasette's own table page of the same database in the same run.

Run: `python -m bench serve`. The database is the bundled register with generated records written straight into its
tables. It is served in a process of its own and read over HTTP by one reader and by eight.
Then builds go live under eight readers: no page may fail or show half of each.
"""

import http.client
import json
import multiprocessing
import random
import shutil
import socket
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlite_utils
import uvicorn

from bench import heavy_sql
from bench.made_records import FIRST_PMID
from bench.measure import ROOT, met
from db.evidence.publish import go_live
from ingest.build.run import build
from publish.serve import application
from topics import load_topic

METADATA = ROOT / "metadata.yml"
TABLE_PAGE = "Datasette's table page"
MANY = 64
"""Readers at once of the measurement under load."""
PAGES = {
    TABLE_PAGE: "/evidence/articles",
    "home": "/",
    "claim": "/claims/iv-most-studied",
    "record": f"/articles/{FIRST_PMID + 7}",
    "study": f"/studies/pmid:{FIRST_PMID + 7}",
    "studies": "/studies?route=intravenous&design=cohort",
    "map": "/map",
    "map narrowed": "/map?condition=depression&since=2015",
    "search, common word": "/search?q=ketamine",
    "search, three words": "/search?q=intranasal+depression+placebo",
    "search while typing": "/search?q=intran&typing=1",
    "cite": f"/cite?q={FIRST_PMID + 7}",
    "changes": "/changes",
    "methods": "/methods",
}
_ROUTES = ("intravenous", "intranasal", "intramuscular", "oral", "subcutaneous", "sublingual")
_DESIGNS = (
    "randomized_controlled_trial",
    "nonrandomized_trial",
    "cohort",
    "case_report",
    "case_series",
    "narrative_review",
)
_CONDITIONS = ("depression", "treatment_resistant_depression", "pain", "anxiety", "suicidality")
_TOPICAL = (
    "adults", "placebo", "weeks", "scores", "infusion", "depression", "response", "remission", "baseline", "randomized",
    "patients", "outcome", "safety", "midazolam", "intranasal", "intravenous", "dose", "group", "mood", "trial",
)  # fmt: skip
_WORDS = [
    a + b + c
    for a in ("ba", "do", "fi", "gu", "ke", "lo", "mi", "na", "pe", "ru", "si", "ta", "vo", "ze")
    for b in ("lan", "mer", "tis", "von", "rup", "kel", "dro")
    for c in ("a", "ine", "osis", "ics", "ed", "er")
]
"""588 words: with the topical ones about as many different words an abstract as in PubMed's."""


def fill(path: Path, records: int) -> None:
    """Add generated records with a study, a tag, sections and authors each. The same number gives the same rows."""
    rng = random.Random(1)  # noqa: S311
    database = sqlite_utils.Database(path)
    rows: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("studies", "articles", "study_reports", "sections", "tags", "authors")
    }
    for pmid in range(FIRST_PMID, FIRST_PMID + records):
        words = [*rng.choices(_WORDS, k=215), *rng.choices(_TOPICAL, k=12), "ketamine", "ketamine"]
        rng.shuffle(words)
        abstract = f"BACKGROUND: {' '.join(words)}"
        route, design = rng.choice(_ROUTES), rng.choice(_DESIGNS)
        study_id, year = f"pmid:{pmid}", rng.randint(1995, 2025)
        decided = {
            "title": f"Made-up {route} ketamine, {rng.choice(_WORDS)} and {rng.choice(_WORDS)}: study {pmid}",
            "routes": json.dumps([route]), "designs": json.dumps([design]), "interventions": '["ketamine"]',
            "conditions": json.dumps([rng.choice(_CONDITIONS)]), "registrations": "[]", "age_groups": '["adult"]',
            "design": design, "randomized": "no", "blinding": "open", "control": "none", "crossover": "no",
            "n_total": rng.randint(1, 300), "n_total_basis": "stated", "species": "human",
            "is_primary": int(design != "narrative_review"), "on_topic": int(rng.random() < 0.5), "retracted": 0,
            "doi": f"10.9999/made.{pmid}",
        }  # fmt: skip
        rows["studies"].append(
            {"study_id": study_id, **decided, "public_from": f"{year}-05", "main_pmid": pmid, "n_reports": 1}
        )
        rows["articles"].append({
            "record_id": pmid, "record_key": f"pubmed:{pmid}", "record_source": "pubmed", **decided,
            "study_id": study_id, "journal": "J Made Up Res", "year": year, "source": "pubmed",
            "published": f"{year}-05", "first_author": "Doe J", "abstract": abstract,
        })  # fmt: skip
        rows["study_reports"].append(
            {"study_id": study_id, "report": study_id, "record_id": pmid, "role": "main", "why": "the only report"}
        )
        rows["sections"].append(
            {"record_id": pmid, "position": 1, "label": "BACKGROUND", "start": 12, "end": len(abstract)}
        )
        rows["authors"] += [{"record_id": pmid, "position": n, "last_name": "Doe", "initials": "J"} for n in (1, 2, 3)]
        start = abstract.index("ketamine")
        rows["tags"].append({
            "record_id": pmid, "facet": "intervention", "value": "ketamine", "role": "", "source": "text",
            "rule": "made up",
            "field": "abstract", "start": start, "end": start + 8, "quote": abstract[start : start + 8],
            "confidence": 0.9,
        })  # fmt: skip
    with database.atomic():
        for name, made in rows.items():
            database.table(name).insert_all(made, batch_size=500)
    database.table("articles_fts").optimize()
    database.analyze()
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


def _serve(path: Path, listener: socket.socket) -> None:
    uvicorn.Server(uvicorn.Config(application(path, METADATA).app(), log_level="warning", lifespan="on")).run(
        [listener]
    )


@contextmanager
def served(path: Path) -> Iterator[int]:
    """The port of a server of its own process while the block runs."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        process = multiprocessing.get_context("fork").Process(target=_serve, args=(path, listener))
        process.start()
        yield int(listener.getsockname()[1])
        process.terminate()
        process.join()


def fetch(connection: http.client.HTTPConnection, path: str) -> bytes:
    """The body of an answer.

    Raises:
        RuntimeError: it was not 200.
    """
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}")
    return body


def measure(port: int, readers: int, times: int) -> list[dict[str, Any]]:
    """Median and 95th percentile of every page in milliseconds, with its ratio to Datasette's table page.

    Pages take turns, so that all of them meet the machine in the same state.
    """
    took: dict[str, list[float]] = {name: [] for name in PAGES}
    failed = dict.fromkeys(PAGES, 0)
    weight: dict[str, int] = {}

    def read(seed: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        order = list(PAGES.items())
        rng = random.Random(seed)  # noqa: S311
        for _ in range(times):
            rng.shuffle(order)
            for name, path in order:
                begun = time.perf_counter()
                try:
                    weight[name] = len(fetch(connection, path))
                except RuntimeError:
                    failed[name] += 1
                took[name].append((time.perf_counter() - begun) * 1000)
        connection.close()

    threads = [threading.Thread(target=read, args=[seed]) for seed in range(readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    base = statistics.median(took[TABLE_PAGE])
    return [
        {
            "page": name, "readers": readers, "median ms": round(statistics.median(values), 1),
            "p95 ms": round(statistics.quantiles(values, n=20)[-1], 1),
            "of table page": round(statistics.median(values) / base, 2), "kB": round(weight[name] / 1000),
            "failed": failed[name],
        }
        for name, values in took.items()
    ]  # fmt: skip


def first_views(port: int, live: Path) -> dict[str, float]:
    """Milliseconds of every page for the first reader after a write, when none of the kept pages holds any more."""
    took = {}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for number, (name, path) in enumerate(PAGES.items()):
        database = sqlite_utils.Database(live)
        with database.atomic():
            database.execute("UPDATE build SET value = ? WHERE key = 'from_register'", [str(1000 + number)])
        database.close()
        begun = time.perf_counter()
        fetch(connection, path)
        took[name] = round((time.perf_counter() - begun) * 1000, 1)
    connection.close()
    return took


def many_readers(port: int, path: str, seconds: int, folder: Path) -> dict[str, float]:
    """What 64 readers get who ask for one page again and again, by wrk (github.com/wg/wrk).

    Returns:
        Answers with status 200 a second, the 95th percentile in milliseconds, and how many were not 200 or never came.

    Raises:
        RuntimeError: wrk is not there, or could not read.
    """
    script = folder / "told.lua"
    script.write_text(
        "done = function(all, latency) io.write(string.format('%d %d %d %f\\n', all.requests, all.duration, "
        "all.errors.status + all.errors.timeout + all.errors.read, latency:percentile(95))) end",
        encoding="ascii",
    )
    command = ["wrk", "-t1", f"-c{MANY}", f"-d{seconds}s", "--timeout", "60s", "-s", str(script)]
    try:
        done = subprocess.run([*command, f"http://127.0.0.1:{port}{path}"], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise RuntimeError(f"{path}: wrk could not read it ({error})") from error
    asked, microseconds, failed, slow = map(float, done.stdout.splitlines()[-1].split())
    return {"a second": (asked - failed) / (microseconds / 1e6), "p95 ms": slow / 1000, "failed": failed}


def load_lines(port: int, live: Path, seconds: int = 8) -> list[str]:
    """The table of 64 readers, and the goals of a kept page."""
    first = first_views(port, live)
    lines = ["| 64 readers | first view after a write | answers a second | 95 % | failed |", "|---|---|---|---|---|"]
    rows = {}
    for name, path in reversed(PAGES.items()):  # the table page last: what its readers gave up on is still rendered
        rows[name] = row = many_readers(port, path, seconds, live.parent)
        told = (f"{first[name]:.0f} ms", f"{row['a second']:,.0f}", f"{row['p95 ms']:,.0f} ms", f"{row['failed']:.0f}")
        lines.append(f"| {name} | {' | '.join(told)} |")
    own = [row for name, row in rows.items() if name != TABLE_PAGE]
    slowest, longest = min(row["a second"] for row in own), max(row["p95 ms"] for row in own)
    return [
        *lines,
        "",
        f"Of the pages that are kept, the slowest gives {slowest:,.0f} answers a second; goal: 1,000 "
        f"({met(slowest >= 1000)}). The longest 95 %: {longest:,.0f} ms; goal: 100 ms ({met(longest <= 100)}).",
    ]


def go_live_under_load(port: int, live: Path, seconds: float) -> dict[str, Any]:
    """Two versions go live in turn under eight readers of the map; what the readers saw."""
    other = live.with_name("other.db")
    shutil.copy(live, other)
    database = sqlite_utils.Database(other)
    with database.atomic():
        database.execute("UPDATE studies SET retracted = 1 WHERE study_id = ?", [f"pmid:{FIRST_PMID + 7}"])
        database.execute(
            "UPDATE studies SET on_topic = 1 - on_topic WHERE study_id >= ?", [f"pmid:{FIRST_PMID + 30_000}"]
        )
        database.execute("UPDATE build SET value = '7' WHERE key = 'from_register'")
    database.execute("PRAGMA journal_mode = DELETE")
    database.close()
    first = live.with_name("first.db")
    shutil.copy(live, first)
    seen: dict[tuple[str, int], int] = {}
    failed: list[str] = []
    done = threading.Event()

    def told(connection: http.client.HTTPConnection) -> tuple[str, int]:
        data = json.loads(fetch(connection, "/map.json"))
        return data["freshness"], data["total"]["studies"]

    def read() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while not done.is_set():
            try:
                said = told(connection)
            except (OSError, RuntimeError, http.client.HTTPException) as error:
                failed.append(str(error))
            else:
                seen[said] = seen.get(said, 0) + 1

    def release(version: Path) -> None:
        built = live.with_name("evidence.build.db")
        shutil.copy(version, built)
        go_live(built, live)

    alone = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    allowed = set()
    for version in (other, first):
        release(version)
        allowed.add(told(alone))
    readers = [threading.Thread(target=read) for _ in range(8)]
    for reader in readers:
        reader.start()
    until, releases = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        release(other if releases % 2 == 0 else first)
        releases += 1
    done.set()
    for reader in readers:
        reader.join()
    mixed = sum(count for said, count in seen.items() if said not in allowed)
    return {"releases": releases, "pages read": sum(seen.values()), "failed": len(failed), "mixed": mixed}


def measured(
    records: int, times: int, seconds: float
) -> tuple[list[dict[str, Any]], list[str], list[str], dict[str, Any]]:
    """Make the database, serve it, measure.

    Returns:
        Rows of pages; lines about 64 readers; lines about these beside readers with heavy SQL; and what happened
        while builds went live.
    """
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        live = build(data, load_topic("ketamine-routes")).live
        fill(live, records)
        with served(live) as port:
            measure(port, 1, 2)  # every thread of the server has opened its connection and compiled its templates
            rows = [
                row
                for readers in (1, 8)
                for row in measure(port, readers, times if readers == 1 else max(2, times // 4))
            ]
            paths = [path for name, path in PAGES.items() if name != TABLE_PAGE]
            return (
                rows,
                load_lines(port, live),
                heavy_sql.lines(port, paths, seconds),
                go_live_under_load(port, live, seconds),
            )


def lines(records: int, times: int = 15, seconds: float = 15.0) -> list[str]:
    """The table, the goals, and publication under load, for `docs/performance.md`."""
    rows, loaded, beside_heavy_sql, swapped = measured(records, times, seconds)
    alone = {row["page"]: row for row in rows if row["readers"] == 1}
    eight = {row["page"]: row for row in rows if row["readers"] == 8}
    own = [row for name, row in alone.items() if name != TABLE_PAGE]
    middle = statistics.median(row["median ms"] for row in own)
    beside = statistics.median(row["of table page"] for row in own)
    chart, whole = alone["map"]["median ms"], not swapped["failed"] and not swapped["mixed"]
    return [
        f"| {records:,} records | one reader: median | 95 % | of Datasette's table page | eight readers: median | kB |",
        "|---|---|---|---|---|---|",
        *(
            f"| {name} | {row['median ms']:.0f} ms | {row['p95 ms']:.0f} ms | {row['of table page']:.2f} "
            f"| {eight[name]['median ms']:.0f} ms | {row['kB']} |"
            for name, row in alone.items()
        ),
        "",
        f"The median page takes {middle:.0f} ms, {beside:.2f} of Datasette's table page; goal: 100 ms "
        f"({met(middle < 100)}). The map: {chart:.0f} ms; goal: 200 ms ({met(chart < 200)}).",
        "",
        *loaded,
        "",
        *beside_heavy_sql,
        "",
        f"While {swapped['releases']} builds went live under eight readers, of {swapped['pages read']:,} pages "
        f"{swapped['failed']} failed and {swapped['mixed']} showed half of each ({met(whole)}).",
    ]
