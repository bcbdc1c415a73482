"""Kills, faults, full disks and second runs: smaller versions of what `bench/faults.py` and `bench/year.py` do."""

import os
import resource
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.faults import random_faults
from bench.kills import kills_of_amending_builds, random_kills
from bench.readers import readers_through_publications
from bench.year import SETTLE, year
from db.archive.store import Archive
from ingest.pubmed.client import EutilsSettings
from ingest.pubmed.fetch import off_peak_advice
from ingest.pubmed.run import sync
from ingest.pubmed.transport import Pace
from pubmed_server import TOPIC, Corpus, PubMedServer, trial
from topics import load_topic

ROOT = Path(__file__).parents[2]


def test_random_kills_lose_nothing_double_nothing_and_publish_nothing_half():
    seen = random_kills(6, 200, 20)
    assert (seen.kills, seen.lost, seen.twice, seen.half_published) == (6, 0, 0, 0)
    assert seen.pages_again <= 6


def test_killed_builds_leave_what_was_or_what_is_to_be_in_the_live_database():
    seen = kills_of_amending_builds(6, 200)
    assert (seen.kills, seen.half_published) == (6, 0)


def test_runs_into_faults_and_lies_end_whole_or_say_what_is_missing_and_the_next_mends_them():
    met = random_faults(60, records=40, seed=3)
    assert sum(seen.injected for seen in met.values()) >= 60
    ends = sum((seen.by_code for seen in met.values()), start=type(next(iter(met.values())).by_code)())
    assert set(ends) <= {0, 2, 3, 4}
    assert ends[0] and ends[3]
    assert sum(seen.mended for seen in met.values()) == ends.total() - ends[0]


def test_readers_see_no_error_and_no_mixture_through_publications():
    reads, errors, mixed = readers_through_publications(10, readers=2)
    assert (errors, mixed) == (0, 0)
    assert reads > 10


def test_after_weeks_of_change_the_archive_is_what_pubmed_has(tmp_path):
    weeks = list(year(tmp_path, weeks=6 + SETTLE, records=20, seed=5))
    assert [row.outcome for row in weeks] == ["complete"] * len(weeks)
    assert [row.late_retractions for row in weeks] == [0] * len(weeks)
    assert sum(sum(row.events.values()) for row in weeks) > 20


# A disk that is full

SYNC = """
import resource, sys
from pathlib import Path
import ingest.pubmed.run
from ingest.pubmed.client import EutilsSettings
from ingest.pubmed.transport import Pace
from topics import load_topic
from topics.errors import EvidenceError
Pace.wait = lambda self, per_second: None
data, url, topic, most = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_FSIZE, (int(most), int(most)))
try:
    ingest.pubmed.run.sync(Path(data), load_topic(topic), EutilsSettings("tests@example.org", base_url=url))
except EvidenceError as error:
    print(error)
    sys.exit(error.exit_code)
"""


@pytest.fixture
def pubmed(monkeypatch):
    monkeypatch.setattr(Pace, "wait", lambda self, per_second: None)
    with PubMedServer(Corpus([trial(99000101 + nth) for nth in range(600)])) as server:
        yield server


def limited(data, pubmed, most):
    """A run that may not write files larger than `most` bytes: what SQLite sees is a disk that takes no more."""
    command = [sys.executable, "-c", SYNC, str(data), pubmed.url, str(TOPIC), str(most)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=ROOT, text=True, env=environment, capture_output=True, check=False)


def articles(data):
    return sqlite3.connect(data / "evidence.db").execute("SELECT count(*) FROM articles").fetchone()[0]


@pytest.mark.parametrize("most", [40_000, 250_000, 700_000, 1_300_000], ids="{:,} bytes".format)
def test_a_full_disk_ends_with_code_4_keeps_what_was_there_and_the_next_run_mends_it(pubmed, tmp_path, most):
    data, topic = tmp_path / "db", load_topic(TOPIC)
    settings = EutilsSettings("tests@example.org", base_url=pubmed.url)
    pubmed.corpus.delete(*range(99000151, 99000701))
    sync(data, topic, settings)
    before = articles(data)
    pubmed.corpus.add(*[trial(99000151 + nth) for nth in range(550)])
    with sqlite3.connect(data / "archive.db") as archive:
        archive.execute("UPDATE runs SET day = '2020-01-01'")  # so that the whole search is due
    archive.close()

    result = limited(data, pubmed, most)
    assert (result.returncode, "the disk is full" in result.stdout) == (4, True), result
    assert result.stderr == ""
    assert (before, articles(data)) == (50, 50)
    assert not (data / "evidence.build.db").exists()

    sync(data, topic, settings)
    assert articles(data) == 600
    with Archive.open(data) as archive:
        held = {record.pmid: record.body for record in archive.current()}
        assert held == {pmid: record.article.record for pmid, record in pubmed.corpus.records.items()}
        assert archive.database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_second_run_leaves_with_code_5_and_says_who_is_at_work_since_when(pubmed, tmp_path):
    pubmed.inject("hang", 1)
    command = [sys.executable, "-c", SYNC, str(tmp_path / "db"), pubmed.url, str(TOPIC), str(resource.RLIM_INFINITY)]
    settings = {"cwd": ROOT, "text": True, "env": os.environ | {"PYTHONPATH": str(ROOT)}, "stdout": subprocess.PIPE}
    first = subprocess.Popen(command, **settings)
    while not pubmed.log:
        assert first.poll() is None
    second = subprocess.run(command, check=False, **settings)
    assert second.returncode == 5
    assert f"another run holds the lock (process {first.pid}, since 20" in second.stdout
    first.kill()
    first.wait()
    pubmed.released.set()
    third = subprocess.run(command, check=False, **settings)
    assert (third.returncode, articles(tmp_path / "db")) == (0, 600), third.stdout


@pytest.mark.parametrize(
    ("stamp", "requests", "said"),
    [
        ("2026-03-04T15:00:00+00:00", 101, True),  # a Wednesday, ten in the morning there
        ("2026-03-04T15:00:00+00:00", 100, False),
        ("2026-03-05T02:30:00+00:00", 101, False),  # half past nine in the evening
        ("2026-03-05T09:59:00+00:00", 101, False),  # before five
        ("2026-03-07T15:00:00+00:00", 5_000, False),  # a Saturday
    ],
)
def test_a_big_pull_in_working_hours_is_advised_to_wait(stamp, requests, said):
    assert bool(off_peak_advice(stamp, requests)) is said


def test_the_advice_is_given_before_the_first_page(pubmed, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("ingest.pubmed.fetch.PAGE", 5)
    monkeypatch.setattr("db.archive.store._clock", lambda: datetime(2026, 3, 4, 15, tzinfo=UTC))
    sync(tmp_path / "db", load_topic(TOPIC), EutilsSettings("tests@example.org", base_url=pubmed.url))
    advice = [record.getMessage() for record in caplog.records if "NCBI asks" in record.getMessage()]
    assert advice == [
        "About 120 requests: NCBI asks that more than 100 be made at weekends or between 21:00 and 5:00 US "
        "Eastern time."
    ]
