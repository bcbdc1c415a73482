"""What can go wrong, many times over: random kills, faults and lies of every kind, readers through publications.

`python -m bench.faults` writes the tables into docs/operations.md. The same, smaller, are tests.
"""

import random
import re
import shutil
import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bench.kills import kills_of_amending_builds, random_kills
from bench.proof import FIRST, made_trials, must, write_table
from bench.readers import readers_through_publications
from db.archive.store import Archive
from ingest.pubmed.client import EutilsSettings
from ingest.pubmed.run import pull_topic
from ingest.pubmed.transport import Pace
from pubmed_server import FAULTS, LIES, TOPIC, Corpus, PubMedServer
from topics import load_topic
from topics.errors import EvidenceError

START = datetime(2026, 3, 2, 12, tzinfo=UTC)


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
        PubMedServer(made_trials(records)) as pubmed,
        patch("db.archive.store._clock", lambda: moment),
        patch.object(Pace, "wait", lambda self, per_second: None),
        patch("ingest.pubmed.fetch.PAGE", 25),
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
    table = "\n".join(f"| {' | '.join(map(str, line))} |" for line in (head, ["--"] * len(head), row))
    builds = kills_of_amending_builds(100, 2_000)
    states = ", ".join(f"{count} {state}" for state, count in builds.by_state.most_common())
    return (
        f"{table}\n\nBuilds that write 1 % of {builds.records:,} records into the live database: {builds.kills} killed "
        f"({states}), {builds.whole_runs} that reached their end, {builds.half_published} states of the live database "
        "that were neither what was before nor what a build elsewhere makes."
    )


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
