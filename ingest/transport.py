"""The network under Bio.Entrez: one request at a time, paced, with two time-outs, read within a deadline.

Bio.Entrez sends through `urllib.request.urlopen`, without a time-out; `through_bio_entrez` puts ours in its place for
the length of one request.
"""

import io
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
from typing import Any
from urllib.error import URLError
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request

from Bio import Entrez

from ingest.faults import ADDRESS, LATER, Fault

NETWORK_ERRORS = (OSError, HTTPException)
_CHUNK = 1 << 16
_MOST_PER_SECOND = 10
_ONE_REQUEST = threading.RLock()


class Handle(io.BytesIO):
    """A whole answer in the shape that Bio.Entrez hands on; called XML, so that it is not wrapped as text."""

    def __init__(self, body: bytes) -> None:
        super().__init__(body)
        self.headers = Message()
        self.headers["Content-Type"] = "text/xml"


@contextmanager
def through_bio_entrez(urlopen: Callable[[Request], Handle]) -> Iterator[None]:
    """Let Bio.Entrez send through `urlopen`, once and without its own pacing; other threads wait."""
    entrez: Any = Entrez
    with _ONE_REQUEST:
        before = entrez.urlopen, entrez.max_tries
        entrez.urlopen, entrez.max_tries, entrez._open.previous = urlopen, 1, 0
        try:
            yield
        finally:
            entrez.urlopen, entrez.max_tries = before


class Pace:
    """When the next request to one host may go, over retries and clients: NCBI counts by network address.

    Requests are spaced evenly with 5 % to spare. A request reaches PubMed somewhere between its start and its end,
    so each also waits until a full second after the *end* of the one that is `per_second` before it.
    """

    def __init__(self) -> None:
        self._started = float("-inf")
        self._ended: deque[float] = deque(maxlen=_MOST_PER_SECOND)

    def wait(self, per_second: int) -> None:
        """Sleep until a request may start. Call `done` when it has ended, however it ended."""
        due = self._started + 1.05 / per_second
        if len(self._ended) >= per_second:
            due = max(due, self._ended[-per_second] + 1)
        while (left := due - time.monotonic()) > 0:
            time.sleep(left)
        self._started = time.monotonic()

    def done(self) -> None:
        """Note that the last request has ended."""
        self._ended.append(time.monotonic())


_PACES: dict[str, Pace] = {}


def pace_of(host: str) -> Pace:
    """Return the one pace of this process for a host."""
    return _PACES.setdefault(host, Pace())


class _Connection(HTTPConnection):
    """Waits one time to be connected and another for each piece of the answer; urllib knows a single time-out."""

    connect_timeout: float

    def connect(self) -> None:
        read_timeout, self.timeout = self.timeout, self.connect_timeout
        super().connect()
        self.sock.settimeout(read_timeout)


class _SecureConnection(_Connection, HTTPSConnection):
    """The same over TLS, whose handshake belongs to connecting."""


def new_opener(connect_timeout: float) -> OpenerDirector:
    """Make what sends requests, by the environment's proxy if it names one, and hands back any status as it comes.

    It follows no redirect and keeps no cookie. `open(…, timeout=…)` is the time-out of reading; both in seconds.
    """
    trusted = ssl.create_default_context()

    def connection(kind: type[_Connection], *args: Any, **keywords: Any) -> _Connection:
        made = kind(*args, **keywords)
        made.connect_timeout = connect_timeout
        return made

    class Http(HTTPHandler):
        def http_open(self, request: Request) -> HTTPResponse:
            return self.do_open(partial(connection, _Connection), request)

    class Https(HTTPSHandler):
        def https_open(self, request: Request) -> HTTPResponse:
            return self.do_open(partial(connection, _SecureConnection), request, context=trusted)

    opener = OpenerDirector()
    for handler in (ProxyHandler(), Http(), Https()):
        opener.add_handler(handler)
    return opener


def chunks(response: HTTPResponse, until: float) -> Iterator[bytes]:
    """Yield the body as it comes. `read1` waits for one piece only, so that a trickle cannot outlast the deadline.

    Raises:
        IncompleteRead: it ends before its stated length.
        TimeoutError: `until` (of time.monotonic) has passed.
    """
    expected, got = response.length, 0
    while chunk := response.read1(_CHUNK):
        yield chunk
        got += len(chunk)
        if got == expected:
            return
        if time.monotonic() > until:
            raise TimeoutError
    if expected and got < expected:
        raise IncompleteRead(b"", expected - got)


def network_fault(error: OSError | HTTPException) -> Fault:
    """Name what happened on the way. Everything passes but a certificate that is not PubMed's."""
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, ssl.SSLCertVerificationError):
        return Fault("certificate", f"its certificate is not valid ({reason.verify_message})", False, ADDRESS)
    if isinstance(error, URLError) and not isinstance(reason, ConnectionResetError | BrokenPipeError):
        said = getattr(reason, "strerror", None) or reason
        return Fault("unreachable", f"cannot be reached ({said})", True, f"{ADDRESS} {LATER}")
    if isinstance(error, TimeoutError):
        return Fault("timeout", "no answer in time", True)
    if isinstance(error, IncompleteRead):
        return Fault("cut", "an answer that is cut off", True)
    return Fault("closed", "the connection was closed before an answer", True)
