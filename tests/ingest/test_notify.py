"""Somebody is told of a run, and nothing that goes wrong with telling spoils the run."""

import io
import json
import logging
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from db.archive.days import eastern_day
from db.archive.store import now
from ingest.log import event, log_json
from ingest.notify import notify
from ingest.pubmed.client import EutilsSettings
from ingest.pubmed.run import sync
from ingest.pubmed.transport import Pace
from pubmed_server import TOPIC, Corpus, PubMedServer, trial
from topics import load_topic
from topics.errors import PubMedError

KEY = "0123456789abcdef0123456789abcdef0042"
REPORT = {"topic": "made-up", "state": "complete"}


def writer(path, *more):
    """A command that writes what it is given, and its environment, into a file."""
    code = f"import os,sys;open({str(path)!r},'w').write(sys.stdin.read()+chr(10)+repr(dict(os.environ)));" + ";".join(
        more
    )
    return f'{sys.executable} -c "{code}"'


def test_a_command_is_given_the_report_and_never_the_key(tmp_path, monkeypatch):
    monkeypatch.setenv("NCBI_API_KEY", KEY)
    assert notify(writer(tmp_path / "told"), REPORT) == ""
    report, environment = (tmp_path / "told").read_text().split("\n")
    assert json.loads(report) == REPORT
    assert KEY not in environment
    assert os.environ["PATH"] in environment


@pytest.mark.parametrize(
    ("target", "trouble"),
    [
        (f'{sys.executable} -c "raise SystemExit(7)"', "ended with code 7"),
        ("no-such-command --at-all", "cannot be started"),
        ('unbalanced "quote', "cannot be started"),
        ("http://127.0.0.1:9/hook?secret=hush", "not told"),
        ("http://user:hush@127.0.0.1:9/", "not told"),
    ],
)
def test_what_goes_wrong_is_said_in_one_line_without_secrets(target, trouble):
    said = notify(target, REPORT)
    assert said.startswith("--notify: ")
    assert trouble in said
    assert "hush" not in said


def test_a_command_that_hangs_is_stopped_with_all_it_started(tmp_path):
    child = "import subprocess,sys;subprocess.Popen([sys.executable,'-c','import time;time.sleep(60)']).wait()"
    started = time.monotonic()
    assert "did not end within 1 s" in notify(f'{sys.executable} -c "{child}"', REPORT, timeout=1)
    assert time.monotonic() - started < 30


def test_a_web_address_is_posted_the_report():
    got = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append((self.headers["Content-Type"], self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        assert notify(f"http://127.0.0.1:{server.server_address[1]}/hook", REPORT) == ""
    ((kind, body),) = got
    assert (kind, json.loads(body)) == ("application/json", REPORT)


@pytest.fixture
def world(tmp_path, monkeypatch):
    monkeypatch.setattr(Pace, "wait", lambda self, per_second: None)
    today = eastern_day(now()).strftime("%Y/%m/%d")  # what changes there has changed within every window
    with PubMedServer(Corpus([trial(99000101), trial(99000102)], today=today)) as pubmed:
        settings = EutilsSettings(
            "tests@example.org", KEY, pubmed.url, pause_initial=0.001, pause_max=0.002, attempts=2
        )

        def run(**options):
            return sync(tmp_path / "db", load_topic(TOPIC), settings, **options)

        yield pubmed, run


def told(path):
    return json.loads(path.read_text().split("\n")[0])


def test_sync_tells_of_changed_claims_and_keeps_quiet_when_there_is_no_news(world, tmp_path):
    pubmed, run = world
    run(notify=writer(tmp_path / "first"))
    assert not (tmp_path / "first").exists()
    pubmed.corpus.retract(99000102, notice=99000150)
    assert run(notify=writer(tmp_path / "second")).notified == ""
    report = told(tmp_path / "second")
    assert (report["topic"], report["state"], report["exit_code"], report["gone"]) == (
        "chamomile-sleep",
        "complete",
        1,
        [],
    )
    assert [(c["claim_id"], c["was"], c["verdict"]) for c in report["claims"]["changes"]] == [
        ("one-trial", "contradicted", "holds")
    ]
    assert "one-trial" in report["markdown"]


def test_sync_tells_of_its_failure_and_fails_with_its_own_error(world, tmp_path):
    pubmed, run = world
    pubmed.inject("http_502", 99)
    with pytest.raises(PubMedError):
        run(notify=writer(tmp_path / "told"))
    report = told(tmp_path / "told")
    assert (report["state"], report["exit_code"]) == ("failed", 3)
    assert "HTTP 502" in report["error"]


def test_a_hook_that_fails_is_a_line_of_the_result_not_an_error(world):
    pubmed, run = world
    run()
    pubmed.corpus.retract(99000102, notice=99000150)
    result = run(notify="no-such-command")
    assert result.exit_code == 1
    assert list(result.lines())[-1].startswith("--notify: no-such-command: cannot be started")


@pytest.fixture
def lines():
    stream = io.StringIO()
    ours = logging.getLogger("ingest")
    before = ours.level, ours.propagate
    handler = log_json(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    ours.removeHandler(handler)
    ours.level, ours.propagate = before


def test_a_run_is_a_json_line_an_event_without_key_or_email(world, lines):
    pubmed, run = world
    pubmed.inject("key_repeated", 1, "efetch")
    pubmed.inject("http_502", 1, "esearch")
    with pytest.raises(PubMedError):
        run()
    logged = lines()
    assert [line["event"] for line in logged] == [
        "run_started", "asked_again", "slice_named", "run_ended", "pubmed_closed", "sync_failed",
    ]  # fmt: skip
    assert {"at", "level", "event", "run_id", "kind", "since"} == logged[0].keys()
    assert (logged[3]["state"], logged[3]["requests"], logged[3]["faults"]) == (
        "failed", 4, {"key_refused": 1, "server_error": 1},
    )  # fmt: skip
    assert logged[5]["exit_code"] == 3
    assert KEY not in json.dumps(logged)
    assert "tests@example.org" not in json.dumps(logged)


def test_a_complete_run_ends_with_what_it_did(world, lines):
    _, run = world
    run()
    assert [line["event"] for line in lines()] == [
        "run_started", "slice_named", "page_stored", "run_ended", "pubmed_closed", "sync_ended",
    ]  # fmt: skip
    assert lines()[2] | {"at": ""} == {
        "at": "", "level": "info", "event": "page_stored", "run_id": 1, "asked": 2, "new": 2, "changed": 0,
        "unchanged": 0,
    }  # fmt: skip


def test_other_peoples_log_records_are_messages(lines):
    logging.getLogger("ingest.elsewhere").warning("a %s", "message")
    event(logging.getLogger("ingest.elsewhere"), "made_up", n=1)
    assert [line | {"at": ""} for line in lines()] == [
        {"at": "", "level": "warning", "event": "message", "message": "a message"},
        {"at": "", "level": "info", "event": "made_up", "n": 1},
    ]
