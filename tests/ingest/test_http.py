"""Servers that never end, trickle or speak something else: an exchange ends at its deadline, an answer has a cap."""

import socket
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import ingest.bulk.files
import ingest.bulk.run
from db.lock import run_lock
from ingest.bulk.files import fetch, locate
from ingest.bulk.run import bulk
from ingest.http import LimitedRequest, chunks, exchange
from ingest.notify import notify
from ingest.pubmed.client import Eutils, EutilsSettings
from ingest.pubmed.run import sync
from ingest.pubmed.transport import Pace
from pubmed_server import TOPIC
from topics import load_topic
from topics.errors import EvidenceError, PubMedError

HEAD = b"HTTP/1.1 200 OK\r\n"
MANY = 10_000
"""More pieces than any test waits for; a server that nobody leaves ends all the same."""


def dripping(first, piece):
    """Sends `first`, then `piece` again and again, slowly: no pause is long enough for a time-out of reading."""

    def send(connection):
        connection.sendall(first)
        for _ in range(MANY):
            connection.sendall(piece)
            time.sleep(0.01)

    return send


def pouring(first, piece):
    """The same as fast as it goes."""

    def send(connection):
        connection.sendall(first)
        for _ in range(MANY):
            connection.sendall(piece)

    return send


def saying(answer):
    return lambda connection: connection.sendall(answer)


@contextmanager
def server(send):
    """A server on loopback that takes the head of every request and answers with `send`; yields its address."""

    def serve(connection):
        with connection:
            try:
                head = b""
                while b"\r\n\r\n" not in head:
                    head += connection.recv(4096) or b"\r\n\r\n"
                send(connection)
            except OSError:  # the client gave up, as it should
                pass

    def accept():
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=[connection], daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        listening.shutdown(socket.SHUT_RDWR)


@pytest.fixture(autouse=True)
def unpaced(monkeypatch):
    monkeypatch.setattr(Pace, "wait", lambda self, per_second: None)


SLOW = {
    "headers a byte at a time": dripping(HEAD + b"X-Made-Up: ", b"a"),
    "one header after the other": dripping(HEAD, b"X: y\r\n"),
    "a status line a byte at a time": dripping(b"HTTP/1.1 200 ", b"O"),
    "for ever 100 Continue": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a body a byte at a time": dripping(HEAD + b"Content-Length: 99999\r\n\r\n", b"<"),
    "chunks a byte at a time": dripping(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n<\r\n"),
    "the size of a chunk a digit at a time": dripping(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
    "nothing": lambda connection: time.sleep(20),
}
LONG = {
    "no length and no end": pouring(HEAD + b"\r\n", b"<" * 65_536),
    "chunks without end": pouring(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"ffff\r\n" + b"<" * 65_535 + b"\r\n"),
    "a promise of 1 TB": saying(HEAD + b"Content-Length: 1000000000000\r\n\r\n<"),
}
NOT_HTTP = {
    "a mail server": saying(b"220 mail.example.org ready\r\n"),
    "a line without end": pouring(b"HTTP/1.1 200 OK\r\nX: ", b"a" * 65_536),
    "headers without end": pouring(HEAD, b"X: y\r\n" * 1_000),
    "TLS": saying(b"\x15\x03\x01\x00\x02\x02\x46"),
}
NOT_FOUND = saying(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
IN_A_RING = saying(b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n")
ELSEWHERE = saying(
    b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere.invalid/hook?key=hush\r\nContent-Length: 0\r\n\r\n"
)
REDIRECTED = "redirected to another server (http://elsewhere.invalid), which is not followed"


def of_pubmed(address):
    """What is told of a search there, by a client with a deadline of half a second and a cap of 1 MB."""
    settings = EutilsSettings(
        "tests@example.org", base_url=address, deadline=0.5, pause_initial=0.6, most_bytes=1 << 20
    )
    with pytest.raises(PubMedError) as caught:
        Eutils(settings).esearch("ketamine")
    return str(caught.value)


@pytest.mark.parametrize("send", SLOW.values(), ids=SLOW)
def test_pubmed_is_waited_for_until_the_deadline_however_it_trickles(send):
    with server(send) as address:
        assert "no answer in time" in of_pubmed(address)


@pytest.mark.parametrize("send", LONG.values(), ids=LONG)
def test_an_answer_of_pubmed_has_a_cap(send):
    with server(send) as address:
        assert "an answer of more than 1 MB. Check the network" in of_pubmed(address)


@pytest.mark.parametrize("send", NOT_HTTP.values(), ids=NOT_HTTP)
def test_what_is_not_http_is_told(send):
    with server(send) as address:
        assert "an answer that is not HTTP" in of_pubmed(address)
        assert notify(address, {}).endswith("not told (an answer that is not HTTP)")


@pytest.mark.parametrize("send", [each for name, each in SLOW.items() if "body" not in name and "chunk" not in name])
def test_who_is_told_has_so_long_and_no_longer(send):
    with server(send) as address:
        assert notify(address, {}, timeout=0.3).endswith("not told (no answer in time)")


@pytest.mark.parametrize("send", [*LONG.values(), SLOW["a body a byte at a time"]])
def test_what_is_said_to_being_told_is_not_waited_for(send):
    with server(send) as address:
        assert notify(address, {}) == ""


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (ELSEWHERE, f"not told ({REDIRECTED})"),
        (NOT_FOUND, "not told (answered with HTTP 404)"),
        (IN_A_RING, "not told (redirected in a ring)"),
        (saying(b""), "not told (the connection was closed before an answer)"),
    ],
    ids=["redirected away", "404", "in a ring", "closed"],
)  # fmt: skip
def test_somebody_is_told_only_by_a_good_answer(answer, trouble):
    with server(answer) as address:
        host = address.split("/")[2]
        assert notify(f"{address}hook?key=hush", {}) == f"--notify: {host}: {trouble}"


@pytest.mark.parametrize(
    "address",
    ["http://", "http:///hook", "http://[::1/hush", "http://127.0.0.1:hush/", "http://127.0.0.1:99999/hush",
     "http://127.0.0.1/a b hush", "http://127.0.0.1/\n\nhush", "http://ada:hush@127.0.0.1/", "http://\ud800hush/"],
)  # fmt: skip
def test_a_malformed_address_is_a_line_not_an_error(address):
    said = notify(address, {})
    assert ": not told (" in said
    assert "hush" not in said.partition(": not told")[2]


def test_a_redirect_on_the_same_host_is_sent_the_report_again():
    got = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(307 if self.path == "/here" else 204)
            self.send_header("Location", "/there")
            self.end_headers()

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Hook) as hooks:
        threading.Thread(target=hooks.serve_forever, daemon=True).start()
        assert notify(f"http://127.0.0.1:{hooks.server_port}/here", {"topic": "made-up"}) == ""
        hooks.shutdown()
    assert got == [("/here", b'{"topic": "made-up"}'), ("/there", b'{"topic": "made-up"}')]


# NLM's files


@pytest.fixture
def hasty(monkeypatch):
    monkeypatch.setattr(ingest.bulk.files, "FILE_DEADLINE", 0.5)
    monkeypatch.setattr(ingest.bulk.files, "_SMALL_DEADLINE", 0.5)
    monkeypatch.setattr(ingest.bulk.files, "MOST_BYTES", 1 << 20)


def file_server(of_file):
    """Answers for a file with `of_file` and has no trouble with its MD5."""

    def send(connection):
        turn.append(1)
        if len(turn) == 1:
            connection.sendall(HEAD + b"Content-Length: 5\r\n\r\n" + b"MD5()")
        else:
            of_file(connection)

    turn = []
    return server(send)


@pytest.mark.parametrize("send", SLOW.values(), ids=SLOW)
def test_a_file_that_trickles_is_given_up_at_the_deadline_and_what_came_stays(send, tmp_path, hasty):
    with file_server(send) as address, pytest.raises(PubMedError, match=r"cannot be downloaded \(no answer in time\)"):
        fetch(f"{address}pubmed26n0001.xml.gz", tmp_path)
    came = tmp_path / "pubmed26n0001.xml.gz.part"
    assert not came.exists() or set(came.read_bytes()) <= {ord("<")}


@pytest.mark.parametrize("send", LONG.values(), ids=LONG)
def test_a_file_has_a_cap_and_what_came_of_a_longer_one_is_thrown_away(send, tmp_path, hasty):
    with file_server(send) as address, pytest.raises(PubMedError, match="an answer of more than 1 MB"):
        fetch(f"{address}pubmed26n0001.xml.gz", tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["pubmed26n0001.xml.gz.md5"]


@pytest.mark.parametrize("send", [*SLOW.values(), *LONG.values()], ids=[*SLOW, *LONG])
def test_an_md5_and_a_listing_have_a_deadline_and_a_cap(send, tmp_path, hasty):
    with server(send) as address:
        with pytest.raises(PubMedError, match=r"md5: cannot be had \((no answer in time|an answer of more than 4096)"):
            fetch(f"{address}pubmed26n0001.xml.gz", tmp_path)
        with pytest.raises(PubMedError, match=r"cannot be had \((no answer in time|an answer of more than 16 MB)"):
            locate([address], tmp_path)


@pytest.mark.parametrize(
    ("answer", "said"),
    [(ELSEWHERE, REDIRECTED), (NOT_FOUND, "answered with HTTP 404"),
     (NOT_HTTP["a mail server"], "an answer that is not HTTP")],
    ids=["redirected away", "404", "not HTTP"],
)  # fmt: skip
def test_a_file_that_is_not_there_is_told(answer, said, tmp_path):
    with server(answer) as address, pytest.raises(PubMedError) as caught:
        fetch(f"{address}pubmed26n0001.xml.gz", tmp_path)
    assert said in str(caught.value)


@pytest.mark.parametrize("address", ["http://[::1/pubmed26n0001.xml.gz", "http://127.0.0.1:port/pubmed26n0001.xml.gz"])
def test_a_malformed_address_of_a_file_is_told(address, tmp_path):
    (place,) = locate([address], tmp_path)
    with pytest.raises(PubMedError, match="the address is malformed"):
        fetch(place, tmp_path)


def test_bulk_asks_for_no_more_after_three_files_in_a_row_that_cannot_be_had(tmp_path):
    with server(NOT_FOUND) as address:
        files = [f"{address}pubmed26n{number:04d}.xml.gz" for number in range(1, 9)]
        result = bulk(tmp_path, load_topic(TOPIC), files, workers=1)
    assert [problem.rpartition("/")[2][:13] for problem in result.problems[:3]] == [
        "pubmed26n0001", "pubmed26n0002", "pubmed26n0003",
    ]  # fmt: skip
    assert result.problems[3:] == ("3 files in a row cannot be had: 5 were not asked for.",)
    assert result.exit_code == 4


# All of them


def test_an_answer_in_time_is_read_whole():
    body = b"<" * 300_000
    with (
        server(saying(HEAD + b"Content-Length: 300000\r\n\r\n" + body)) as address,
        exchange(LimitedRequest(address, until=time.monotonic() + 60)) as response,
    ):
        assert b"".join(chunks(response)) == body


def test_the_folder_is_free_when_somebody_is_told_of_a_failure(tmp_path, monkeypatch):
    free = []

    def tell(target, report):
        def take():
            with run_lock(tmp_path):
                free.append(report["state"])

        taking = threading.Thread(target=take)
        taking.start()
        taking.join()
        return ""

    monkeypatch.setattr("ingest.pubmed.run.tell_somebody", tell)
    settings = EutilsSettings("tests@example.org", base_url="http://127.0.0.1:9/", attempts=1)
    with pytest.raises(EvidenceError):
        sync(tmp_path, load_topic(TOPIC), settings, notify="somebody")
    assert free == ["failed"]
