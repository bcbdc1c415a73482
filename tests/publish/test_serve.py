"""Serving as `evidence serve` does: settings, the search of the command line, and errors in one line."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from urllib.parse import quote

import pytest

from helpers.published import HOSTILE, METADATA
from publish.compat import OWN_SQL
from publish.search import search_articles
from publish.serve import SETTINGS, live_database, serve
from topics.errors import BadInputError


def test_the_measured_settings_are_in_force(datasette):
    assert {name: datasette.setting(name) for name in SETTINGS} == SETTINGS
    assert datasette.setting("default_allow_sql") is True
    assert datasette.get_database("evidence").is_mutable


HEAVY = (
    "with recursive c(x) as (select 1 union all select x + 1 from c) "
    "select sum(instr(replace(hex(zeroblob(99000)), '0', 'a'), replace(hex(zeroblob(49000)), '0', 'a') || 'b')) from c"
)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_a_server_answers_on_loopback_and_ends_when_told_while_sqlite_is_busy(evidence_db, told):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code = (
        "import sys; from pathlib import Path; from publish.serve import serve; "
        "serve(Path(sys.argv[1]), Path(sys.argv[2]), '127.0.0.1', int(sys.argv[3]))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(evidence_db), str(METADATA), str(port)],
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip
    try:
        said = ""
        while "Uvicorn running" not in said:
            line = process.stderr.readline()
            assert line, said
            said += line
        assert re.search(rf"http://127\.0\.0\.1:{port}\b", said)
        for page in ("evidence.json", "articles/99000001.json"):  # Datasette's, and ours
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/{page}", timeout=60) as answer:
                assert answer.status == 200
        for _ in range(3):  # answered by nobody: sent, and left
            with socket.create_connection(("127.0.0.1", port)) as reader:
                reader.sendall(f"GET {OWN_SQL}.json?sql={quote(HEAVY)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    finally:
        process.send_signal(told)
        process.wait(timeout=60)


def test_a_port_in_use_is_one_line_that_says_what_to_do(evidence_db):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(
            BadInputError, match=rf"^127\.0\.0\.1:{port}: cannot be served from \(Address already in use\)"
        ):
            serve(evidence_db, METADATA, "127.0.0.1", port)


def test_a_host_that_does_not_exist_is_one_line(evidence_db):
    with pytest.raises(BadInputError, match=r"^256\.0\.0\.1:8001: cannot be served from"):
        serve(evidence_db, METADATA, "256.0.0.1", 8001)


def test_without_a_database_the_error_says_how_to_make_one(tmp_path):
    with pytest.raises(
        BadInputError, match=r"evidence\.db: there is no database yet\. Make it with `evidence build --data"
    ):
        live_database(tmp_path)


def test_a_file_that_is_no_database_is_one_line(tmp_path):
    path = tmp_path / "evidence.db"
    path.write_text("not a database, however long it may be" * 100)
    with pytest.raises(BadInputError, match=r"evidence\.db: this is not a readable SQLite database"):
        serve(path, METADATA, "127.0.0.1", 0)


def test_the_command_line_finds_what_the_page_finds(evidence_db):
    found = search_articles(evidence_db, "pain", 5)
    assert [(row["pmid"], row["title"]) for row in found] == [
        (99000004, "Oral ketamine for pain: what is absorbed"),
        (99000005, HOSTILE),
    ]
    assert len(search_articles(evidence_db, "ketamine", 2)) == 2
    assert search_articles(evidence_db, '"', 5) == []
