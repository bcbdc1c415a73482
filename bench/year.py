"""A year of weekly runs against a PubMed that lives: its end, and what it cost.

`python -m bench.year` writes the table into docs/operations.md. The same, shorter, is a test.
"""

import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from bench.proof import must, write_table
from db.archive.store import Archive
from ingest.pubmed.client import EutilsSettings
from ingest.pubmed.run import SyncResult, sync
from ingest.pubmed.transport import Pace
from pubmed_server import TOPIC, Article, Corpus, PubMedServer, trial, unindexed
from topics import load_topic
from topics.errors import EvidenceError

FIRST = 99_100_000
SETTLE = 6
"""Quiet weeks at the end: what PubMed changes without a date takes the cycle of 30 days to arrive."""
OUTAGE = 20
"""The week in which PubMed answers nobody."""


@dataclass
class Week:
    """One row of the year's ledger."""

    week: int
    day: str
    events: Counter[str] = field(default_factory=Counter)
    outcome: str = ""
    requests: int = 0
    fetched: int = 0
    new: int = 0
    changed: int = 0
    gone: int = 0
    held: int = 0
    trials: str = ""
    """Value of the claim that counts trials."""
    late_retractions: int = 0
    """Retractions that a complete run did not bring into the verdicts. Must be 0."""


class LivingPubMed:
    """A corpus in which things happen, week by week."""

    def __init__(self, records: int, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311
        self.next = FIRST
        self.corpus = Corpus([self.made(trial, crdt="2025/01/01", edat="2025/01/01") for _ in range(records)])
        self.waiting: list[tuple[int, int, bool]] = []
        """(week, PMID, whether PubMed dates it) of records that will be indexed."""
        self.retracted: dict[int, int] = {}
        self.whole: dict[int, Article] = {}

    def made(self, kind: object, **fields: object) -> Article:
        """A record with the next PMID."""
        self.next += 1
        return kind(self.next, **fields)  # type: ignore[operator]

    def live_through(self, week: int, day: datetime) -> Counter[str]:
        """Let a week pass that ends on `day`; what happened in it."""
        some, happened, corpus = self.chance.randint, Counter[str](), self.corpus
        corpus.today = day.strftime("%Y/%m/%d")

        def recent() -> str:
            return (day - timedelta(days=some(0, 6))).strftime("%Y/%m/%d")

        for _ in range(some(0, 4)):
            when = recent()
            waits = self.chance.random() < 0.5
            record = self.made(unindexed if waits else trial, crdt=when, edat=when, mdat=when, pdat=when)
            corpus.add(record)
            if waits:
                self.waiting.append((week + some(1, 6), record.pmid, self.chance.random() < 0.7))
            happened["new"] += 1
        if some(0, 2) == 0:  # it matches the search only when it is indexed
            when = recent()
            record = self.made(unindexed, title="A tea", abstract="Nothing said.", crdt=when, edat=when, mdat=when)
            corpus.add(record)
            self.waiting.append((week + some(3, 9), record.pmid, True))
            happened["not yet found by the search"] += 1
        for due, pmid, dated in [each for each in self.waiting if each[0] <= week and each[1] in corpus]:
            before = corpus[pmid]
            corpus.add(trial(pmid, crdt=before.crdt, edat=before.edat, pdat=before.pdat,
                             mdat=recent() if dated else before.mdat))  # fmt: skip
            self.waiting.remove((due, pmid, dated))
            happened["indexed late"] += 1
        if some(0, 3) == 0:
            corpus.add(self.made(trial, crdt="2024/05/05", edat="2024/05/05", mdat="2024/05/05"))
            happened["back-dated"] += 1
        for _ in range(some(0, 3)):
            corpus.change(self.some_trial(), journal=f"J Made Up Res {week}", mdat=recent())
            happened["changed"] += 1
        if some(0, 3) == 0:
            pmid = self.some_trial()
            corpus.change(pmid, journal=f"J Made Up Res {week}", mdat=corpus[pmid].mdat)
            happened["changed without a date"] += 1
        if some(0, 2) == 0:
            self.retract(self.some_trial())
            happened["retracted"] += 1
        if self.retracted and some(0, 12) == 0:
            pmid = self.chance.choice(list(self.retracted))
            corpus.delete(self.retracted.pop(pmid))
            corpus.add(replace(self.whole[pmid], mdat=corpus.today))
            happened["reinstated"] += 1
        if some(0, 4) == 0:
            corpus.delete(self.some_trial())
            happened["deleted"] += 1
        if some(0, 8) == 0:
            corpus.merge(self.some_trial(), into=self.some_trial())
            happened["merged"] += 1
        return happened

    def some_trial(self) -> int:
        """A record that nothing special has happened to."""
        spoken_for = {*self.retracted, *self.retracted.values(), *(pmid for _, pmid, _ in self.waiting)}
        return self.chance.choice([pmid for pmid in self.corpus.records if pmid not in spoken_for])

    def retract(self, pmid: int) -> None:
        """Retract a record by a notice of its own, which no search finds."""
        self.next += 1
        self.whole[pmid], self.retracted[pmid] = self.corpus[pmid], self.next
        self.corpus.retract(pmid, notice=self.next)


def year(data: Path, weeks: int = 52, records: int = 250, seed: int = 7) -> Iterator[Week]:
    """Run `weeks` weekly runs, the last `SETTLE` of them quiet, and yield each as a row.

    Raises:
        AssertionError: the archive is not what PubMed has at the end, or a run kept a retraction from the verdicts.
    """
    living, topic = LivingPubMed(records, seed), load_topic(TOPIC)
    monday = datetime(2026, 1, 5, 12, tzinfo=UTC)
    moment = monday
    with (
        PubMedServer(living.corpus) as pubmed,
        patch("db.archive.store._clock", lambda: moment),
        patch.object(Pace, "wait", lambda self, per_second: None),
    ):
        settings = EutilsSettings(
            "bench@example.org", base_url=pubmed.url, pause_initial=0.001, pause_max=0.004, attempts=8
        )
        for number in range(1, weeks + 1):
            moment = monday + timedelta(days=7 * (number - 1))
            row = Week(number, moment.date().isoformat())
            living.corpus.today = moment.strftime("%Y/%m/%d")
            if number <= weeks - SETTLE and number % 4 and number > 1:
                row.events = living.live_through(number, moment)
            pubmed.log.clear()
            if number == OUTAGE:
                pubmed.inject("http_503", 10_000)
            try:
                _note(row, sync(data, topic, settings))
                row.late_retractions = _late_retractions(data, living)
                must(not row.late_retractions, row)
            except EvidenceError as error:
                row.outcome = f"code {error.exit_code}"
            pubmed._planned.clear()
            row.requests = len(pubmed.log)
            yield row
        truth = {pmid: record.article.record for pmid, record in living.corpus.records.items()}
        with Archive.open(data) as archive:
            held = {record.pmid: record.body for record in archive.current() if not record.gone_since}
        unfound = {pmid for _, pmid, _ in living.waiting if living.corpus[pmid].title == "A tea"}
        must(held == {pmid: body for pmid, body in truth.items() if pmid not in unfound})


def _note(row: Week, result: SyncResult) -> None:
    row.outcome = "complete"
    for run in result.pulled.runs:
        row.fetched, row.new, row.changed = row.fetched + run.fetched, row.new + run.new, row.changed + run.changed
    row.gone, row.held = len(result.pulled.gone), result.pulled.held
    row.trials = next(one.value for one in result.checked.verdicts if one.claim_id == "one-trial")


def _late_retractions(data: Path, living: LivingPubMed) -> int:
    """Retracted papers that the claim on the number of trials still counts, or reinstated ones that it does not."""
    with closing(sqlite3.connect(data / "evidence.db")) as live:
        counted = {
            pmid for (pmid,) in live.execute(
                "SELECT pmid FROM claim_evidence WHERE claim_id = 'one-trial' AND stance <> 'context'"
            )
        }  # fmt: skip
        marked = {pmid for (pmid,) in live.execute("SELECT pmid FROM articles WHERE retracted = 1")}
    reinstated = {pmid for pmid in living.whole.keys() - living.retracted.keys() if pmid in living.corpus}
    return len(counted & living.retracted.keys()) + len(living.retracted.keys() ^ marked) + len(reinstated - counted)


def main() -> None:
    """Run the year and write its table."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        rows = []
        for row in year(Path(folder)):
            rows.append(row)
            print(row, flush=True)  # noqa: T201
        size = (Path(folder) / "archive.db").stat().st_size
    quiet = [row.requests for row in rows if not row.events and row.outcome == "complete" and row.week > 1]
    whole = sum((row.events for row in rows), Counter[str]())
    lines = [
        f"52 weekly runs over a corpus that grew from {rows[0].held} to {rows[-1].held} records, in "
        f"{time.monotonic() - started:.0f} s of this machine; archive {size / 1e6:.1f} MB. What happened at PubMed: "
        + ", ".join(f"{count} {name}" for name, count in sorted(whole.items()))
        + ". At the end the archive held what PubMed had, byte for byte; retractions that a complete run did not "
        f"bring into the verdicts: {sum(row.late_retractions for row in rows)}. A quiet week took "
        f"{min(quiet)} to {max(quiet)} requests.",
        "",
        "| week | day | at PubMed | run | requests | fetched | new | changed | gone | held | trials counted |",
        "|--:|---|---|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        events = ", ".join(f"{count} {name}" for name, count in row.events.items()) or "quiet"
        numbers = (row.requests, row.fetched, row.new, row.changed, row.gone, row.held or "", row.trials)
        lines.append(f"| {row.week} | {row.day} | {events} | {row.outcome} | {' | '.join(map(str, numbers))} |")
    write_table("year", "\n".join(lines))


if __name__ == "__main__":
    main()
