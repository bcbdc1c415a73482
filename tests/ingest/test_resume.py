"""A run that is killed with no warning goes on where it was."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from db.archive.store import Archive
from db.lock import run_lock
from ingest.pubmed.fetch import PAGE
from pubmed_server import Corpus, PubMedServer, many

ROOT = Path(__file__).parents[2]
PULL = """
import sys
from pathlib import Path
from db.archive.store import Archive
from db.lock import run_lock
from ingest.pubmed.client import Eutils, EutilsSettings
from ingest.pubmed.search import pull
from ingest.pubmed.transport import Pace
Pace.wait = lambda self, per_second: None
data, url = Path(sys.argv[1]), sys.argv[2]
with run_lock(data), Archive.open(data) as archive:
    result = pull(archive, Eutils(EutilsSettings("tests@example.org", base_url=url)), "ketamine", topic="made-up")
    print(result.reported, result.stored, result.fetched)
"""


@pytest.fixture
def pubmed():
    with PubMedServer(Corpus(many(99000000, 2_000))) as server:
        yield server


def start(data, pubmed):
    return subprocess.Popen(
        [sys.executable, "-c", PULL, str(data), pubmed.url], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def kill_at(data, pubmed, endpoint, nth):
    """Kill a run while it waits for the answer to its n-th request of a kind."""
    pubmed.inject("hang", 1, endpoint, after=nth - 1)
    process = start(data, pubmed)
    while len(pubmed.requests(endpoint)) < nth:
        assert process.poll() is None, process.communicate()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL


def held(data):
    with Archive.open(data) as archive:
        return {record.pmid: record.body for record in archive.current()}


@pytest.mark.parametrize(
    ("endpoint", "nth", "stored"),
    [("esearch", 1, 0), ("esearch", 2, 0), ("efetch", 1, 0), ("efetch", 3, 800), ("efetch", 5, 1_600)],
    ids=["while counting", "while naming", "at the first page", "at the third page", "at the last page"],
)
def test_a_killed_run_goes_on_without_fetching_again_what_is_stored(pubmed, tmp_path, endpoint, nth, stored):
    kill_at(tmp_path, pubmed, endpoint, nth)
    before = held(tmp_path)
    assert len(before) == stored
    pubmed.log.clear()

    process = start(tmp_path, pubmed)
    out, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (0, "")
    fetched = [pmid for request in pubmed.requests("efetch") for pmid in request.ids]
    assert sorted([*before, *fetched]) == sorted(pubmed.corpus.records)
    assert out == f"2000 2000 {2_000 - stored}\n"
    assert held(tmp_path) == {pmid: record.article.record for pmid, record in pubmed.corpus.records.items()}
    with Archive.open(tmp_path) as archive:
        states = [state for (state,) in archive.database.execute("SELECT state FROM runs ORDER BY run_id")]
    assert states == ["interrupted", "complete"]


def test_many_kills_in_a_row_lose_nothing_and_cost_one_page_each(pubmed, tmp_path):
    asked = []
    for _ in range(4):  # each run stores one page, and is killed while it waits for the next
        kill_at(tmp_path, pubmed, "efetch", 2)
        asked += [pmid for request in pubmed.requests("efetch") for pmid in request.ids]
        pubmed.log.clear()
    assert len(held(tmp_path)) == 1_600
    start(tmp_path, pubmed).communicate(timeout=120)
    asked += [pmid for request in pubmed.requests("efetch") for pmid in request.ids]
    assert held(tmp_path) == {pmid: record.article.record for pmid, record in pubmed.corpus.records.items()}
    assert len(asked) == 2_000 + 4 * PAGE
    assert set(asked) == set(pubmed.corpus.records)


def test_a_killed_run_leaves_no_lock(pubmed, tmp_path):
    kill_at(tmp_path, pubmed, "efetch", 1)
    with run_lock(tmp_path):
        assert (tmp_path / "archive.lock").exists()
