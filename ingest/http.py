"""HTTP with limits, the one way out of this program: for PubMed, for NLM's files, and for who is told about a run.

Every exchange has a deadline that nothing outlasts, be it a trickle of headers or a body without an end, and an answer
has a cap. A redirect is followed on its own host only, with everything that was sent: keys and reports go nowhere else.
"""

import io
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.client import (
    HTTPConnection,
    HTTPException,
    HTTPResponse,
    HTTPSConnection,
    IncompleteRead,
    InvalidURL,
    RemoteDisconnected,
)
from typing import Any
from urllib.error import URLError
from urllib.parse import urljoin, urlsplit
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request

from ingest.pubmed.errors import ADDRESS, LATER, Fault

NETWORK_ERRORS = (OSError, HTTPException)
"""What can happen on the way; `network_fault` names it."""
MOST_BYTES = 200 << 20
"""The longest answer that is read: a page of 400 records is some 10 MB, NLM's largest file 25 MB."""
CONNECT_TIMEOUT, READ_TIMEOUT = 10.0, 60.0
"""Seconds that connecting, and each piece of an answer, may take."""
MOST_HOPS = 3
_REDIRECTS = (301, 302, 303, 307, 308)
_CHUNK = 1 << 16


class RedirectError(OSError):
    """A redirect that is not followed."""


class TooLongError(OSError):
    """An answer is longer than it may be."""


class StatusError(OSError):
    """An answer has a status that is not the one asked for."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


class LimitedRequest(Request):
    """A request that must be over, its answer read, at `until` (of time.monotonic)."""

    def __init__(
        self, url: str, data: Any = None, headers: Mapping[str, str] | None = None, method: str | None = None, *,
        until: float,
    ) -> None:  # fmt: skip
        super().__init__(url, data, dict(headers or {}), method=method)
        self.until = until


class _ReadUntil(io.RawIOBase):
    """What a socket receives. A piece is waited for until the deadline at most, however little the others brought."""

    def __init__(self, sock: socket.socket, read_timeout: float, until: float) -> None:
        self._sock, self._read_timeout, self._until = sock, read_timeout, until
        self._pieces = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(min(self._read_timeout, left))
        return self._pieces.readinto(buffer)

    def close(self) -> None:
        self._pieces.close()
        super().close()


class _Received:
    """A socket as an HTTPResponse wants it: it is asked for a file to read from, and for nothing else."""

    def __init__(self, sock: socket.socket, read_timeout: float, until: float) -> None:
        self._raw = _ReadUntil(sock, read_timeout, until)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._raw)


class _Connection(HTTPConnection):
    """Has one time to connect and another for each piece of the answer, and ends at `until`; urllib has one time-out.

    What it cannot shorten is the look-up of a host's name, which has the system's own limit.
    """

    connect_timeout: float
    until: float

    def connect(self) -> None:
        read_timeout, left = self.timeout, max(self.until - time.monotonic(), 0.001)
        self.response_class: Any = self._receive  # a proxy's answer to CONNECT is read by it, too
        self.timeout = min(self.connect_timeout, left)
        super().connect()
        self.timeout = read_timeout
        self.sock.settimeout(min(read_timeout or left, left))

    def _receive(self, sock: socket.socket, *args: Any, **keywords: Any) -> HTTPResponse:
        received: Any = _Received(sock, self.timeout or READ_TIMEOUT, self.until)
        return HTTPResponse(received, *args, **keywords)


class _SecureConnection(_Connection, HTTPSConnection):
    """The same over TLS, whose handshake belongs to connecting."""


def new_opener(connect_timeout: float = CONNECT_TIMEOUT) -> OpenerDirector:
    """Make what sends each `LimitedRequest`, by the environment's proxy if it names one; any status comes back.

    It follows no redirect and keeps no cookie. `open(…, timeout=…)` is the time-out of reading; both in seconds.
    """
    trusted = ssl.create_default_context()

    def connection(kind: type[_Connection], until: float, *args: Any, **keywords: Any) -> _Connection:
        made = kind(*args, **keywords)
        made.connect_timeout, made.until = connect_timeout, until
        return made

    class Http(HTTPHandler):
        def http_open(self, request: Any) -> HTTPResponse:
            return self.do_open(partial(connection, _Connection, request.until), request)

    class Https(HTTPSHandler):
        def https_open(self, request: Any) -> HTTPResponse:
            return self.do_open(partial(connection, _SecureConnection, request.until), request, context=trusted)

    opener = OpenerDirector()
    for handler in (ProxyHandler(), Http(), Https()):
        opener.add_handler(handler)
    return opener


def chunks(response: HTTPResponse, most: int = MOST_BYTES) -> Iterator[bytes]:
    """Yield the body as it comes.

    Raises:
        TooLongError: it is, or says that it will be, longer than `most` bytes.
        IncompleteRead: it ends before its stated length.
        TimeoutError: the request's deadline has passed.
    """
    expected, got = response.length, 0
    if expected and expected > most:
        raise TooLongError(_longer_than(most))
    while chunk := response.read1(_CHUNK):
        got += len(chunk)
        if got > most:
            raise TooLongError(_longer_than(most))
        yield chunk
        if got == expected:
            return
    if expected and got < expected:
        raise IncompleteRead(b"", expected - got)


def _longer_than(most: int) -> str:
    return f"an answer of more than {f'{most >> 20} MB' if most >= 1 << 20 else f'{most} bytes'}"


def moved(response: HTTPResponse, address: str) -> str:
    """Return where an answer redirects to; '' if it does not.

    Raises:
        RedirectError: it leads to another server.
    """
    if response.status not in _REDIRECTS:
        return ""
    there = urljoin(address, response.headers.get("Location", ""))
    old, new = urlsplit(address), urlsplit(there)
    if new.hostname != old.hostname or new.scheme not in (old.scheme, "https"):
        host = new.netloc.rpartition("@")[2]
        raise RedirectError(f"redirected to another server ({new.scheme}://{host}), which is not followed")
    return there


@contextmanager
def exchange(request: LimitedRequest, *accepted: int) -> Iterator[HTTPResponse]:
    """Send a request, follow redirects on its host, and give the answer to be read with `chunks`.

    Args:
        request: what is sent, again at every hop.
        accepted: the only statuses that are answers; any of 200 to 299 if none is given.

    Raises:
        StatusError: it has another status.
        RedirectError: it leads to another server, or in a ring.
        OSError, HTTPException, ValueError: as `network_fault` names them; the last for a malformed address.
    """
    opener = new_opener()
    for _ in range(MOST_HOPS):
        with opener.open(request, timeout=READ_TIMEOUT) as response:
            there = moved(response, request.full_url)
            if not there:
                if response.status not in (accepted or range(200, 300)):
                    raise StatusError(response.status)
                yield response
                return
        request = LimitedRequest(there, request.data, request.headers, request.get_method(), until=request.until)
    raise RedirectError("redirected in a ring")


def network_fault(error: OSError | HTTPException) -> Fault:
    """Name what happened on the way, without the address. What cannot pass is final."""
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, ssl.SSLCertVerificationError):
        return Fault("certificate", f"its certificate is not valid ({reason.verify_message})", False, ADDRESS)
    if isinstance(error, RedirectError):
        return Fault("redirect", str(error), False, ADDRESS)
    if isinstance(error, TooLongError):
        return Fault("too_long", str(error), False, ADDRESS)
    if isinstance(error, StatusError):
        return Fault(
            "status", f"answered with {error}", error.status >= 500 or error.status in (408, 416, 429), ADDRESS
        )
    if isinstance(error, InvalidURL):
        return Fault("wrong_address", "the address is malformed", False, ADDRESS)
    if isinstance(error, URLError) and not isinstance(reason, ConnectionResetError | BrokenPipeError):
        said = getattr(reason, "strerror", None) or reason
        return Fault("unreachable", f"cannot be reached ({said})", True, f"{ADDRESS} {LATER}")
    if isinstance(error, TimeoutError):
        return Fault("timeout", "no answer in time", True)
    if isinstance(error, IncompleteRead):
        return Fault("cut", "an answer that is cut off", True)
    if isinstance(error, HTTPException) and not isinstance(error, RemoteDisconnected):
        return Fault("not_http", "an answer that is not HTTP", True, ADDRESS)
    if isinstance(error, OSError) and not isinstance(error, ConnectionError | ssl.SSLError) and error.strerror:
        return Fault("closed", error.strerror, True)
    return Fault("closed", "the connection was closed before an answer", True)
