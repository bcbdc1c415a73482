"""The stand-in PubMed on a loopback port: true answers, faults on request, NCBI's rate limit, and a log of it all."""

import threading
import time
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from .answers import PubMed, Reply
from .corpus import Corpus
from .faults import FAULTS, LIES, Fault

_ENDPOINTS = ("esearch", "efetch", "esummary", "epost", "elink", "einfo", "ecitmatch")
_BASE = "/entrez/eutils/"


@dataclass
class LoggedRequest:
    """One request as the server saw it; `at` is time.monotonic() on arrival, `fault` what was sent instead."""

    at: float
    method: str
    endpoint: str
    params: dict[str, str]
    body_length: int
    fault: str = ""
    status: int = 0

    @property
    def ids(self) -> list[int]:
        """The PMIDs asked for."""
        return [int(pmid) for pmid in self.params.get("id", "").split(",") if pmid]


@dataclass
class _Planned:
    kind: str
    fault: Fault
    endpoint: str | None
    left: int
    skip: int


@dataclass
class PubMedServer:
    """`with PubMedServer(corpus) as pubmed:` serves it at `pubmed.url` until the block ends."""

    corpus: Corpus
    limited: bool = False
    """Whether to enforce 3 requests a second, 10 with a key (and answer 429)."""
    log: list[LoggedRequest] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.pubmed = PubMed(self.corpus)
        self._planned: list[_Planned] = []
        self._recent: dict[str, deque[float]] = {}
        self._lock = threading.Lock()
        self.released = threading.Event()
        """Ends every request that hangs."""
        server = self

        class Handler(_Handler):
            stand_in = server

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}{_BASE}"
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.released.set()
        self._http.shutdown()
        self._http.server_close()

    def inject(self, kind: str, times: int = 1, endpoint: str | None = None, after: int = 0) -> None:
        """Spoil the next `times` answers (of one endpoint, after that many good ones) with a fault or a lie."""
        fault = FAULTS.get(kind) or LIES[kind]
        with self._lock:
            self._planned.append(_Planned(kind, fault, endpoint, times, after))

    def forget_history(self) -> None:
        """Let every WebEnv expire."""
        self.pubmed.history.clear()

    def requests(self, endpoint: str) -> list[LoggedRequest]:
        """The logged requests to one endpoint."""
        return [request for request in self.log if request.endpoint == endpoint]

    def most_in_a_second(self) -> int:
        """The largest number of requests that arrived within one second."""
        times = sorted(request.at for request in self.log)
        return max((sum(1 for at in times if start <= at < start + 1) for start in times), default=0)

    def take_fault(self, endpoint: str) -> _Planned | None:
        """The fault planned for this request, used up."""
        with self._lock:
            for planned in self._planned:
                if planned.left and planned.endpoint in (None, endpoint):
                    if planned.skip:
                        planned.skip -= 1
                        continue
                    planned.left -= 1
                    return planned
        return None

    def allowance(self, request: LoggedRequest, caller: str) -> tuple[int, int]:
        """(limit, remaining) a second after this request; remaining < 0 means one too many."""
        key = request.params.get("api_key", "")
        limit = 10 if key else 3
        with self._lock:
            recent = self._recent.setdefault(key or caller, deque())
            while recent and recent[0] <= request.at - 1:
                recent.popleft()
            recent.append(request.at)
            return limit, limit - len(recent)


class _Handler(BaseHTTPRequestHandler):
    stand_in: PubMedServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._serve(urlsplit(self.path).query, 0)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        form = self.rfile.read(length).decode()
        self._serve("&".join(filter(None, (urlsplit(self.path).query, form))), length)

    def _serve(self, query: str, length: int) -> None:
        at = time.monotonic()
        server, path = self.stand_in, urlsplit(self.path).path
        endpoint = path.removeprefix(_BASE).partition(".")[0]
        request = LoggedRequest(at, self.command, endpoint, dict(parse_qsl(query, keep_blank_values=True)), length)
        server.log.append(request)
        limit, remaining = server.allowance(request, self.client_address[0])
        self._rate_headers = {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": str(max(0, remaining))}
        planned = server.take_fault(endpoint)
        request.fault = planned.kind if planned else ""
        if server.limited and remaining < 0:
            self._send_fault(request, FAULTS["rate_limit"], path)
        elif endpoint not in _ENDPOINTS or not path.startswith(_BASE):
            self._send_fault(request, FAULTS["not_found"], path)
        elif planned:
            self._send_fault(request, planned.fault, path)
        else:
            self._send(request, server.pubmed.answer(endpoint, request.params))

    def _send_fault(self, request: LoggedRequest, fault: Fault, path: str) -> None:
        if fault.action == "hang":
            self.stand_in.released.wait(60)
        if fault.action in ("hang", "close"):
            self.close_connection = True
            return
        if fault.action or fault.twist:
            true = self.stand_in.pubmed.answer(request.endpoint, request.params)
            if fault.twist:
                self._send(request, Reply(true.status, true.content_type, fault.twist(true.body)))
            else:
                self._send_badly(request, true, fault.action)
            return
        headers = dict(fault.headers)
        if fault.status == 301:
            headers.setdefault("Location", path)
        body = fault.body.replace("{key}", request.params.get("api_key", ""))
        self._send(request, Reply(fault.status, fault.content_type, body.encode()), headers)

    def _send_badly(self, request: LoggedRequest, true: Reply, action: str) -> None:
        request.status = true.status
        self.send_response(true.status)
        self.send_header("Content-Type", true.content_type)
        half = true.body[: len(true.body) // 2]
        self.close_connection = True
        if action == "cut chunks":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(half), half))
        elif action == "cut silently":
            self.end_headers()
            self.wfile.write(half)
        else:
            self.send_header("Content-Length", str(len(true.body)))
            self.end_headers()
            if action == "cut":
                self.wfile.write(half)
            else:
                self._trickle(true.body)

    def _trickle(self, body: bytes) -> None:
        for start in range(len(body)):
            self.wfile.write(body[start : start + 1])
            if self.stand_in.released.wait(0.05):
                return

    def _send(self, request: LoggedRequest, reply: Reply, headers: dict[str, str] | None = None) -> None:
        request.status = reply.status
        headers = {"Content-Type": reply.content_type, "Content-Length": str(len(reply.body)), **self._rate_headers,
                   **(headers or {})}  # fmt: skip
        self.send_response_only(reply.status)
        for name, value in ({"Date": self.date_time_string()} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def handle(self) -> None:
        try:
            super().handle()
        except (BrokenPipeError, ConnectionResetError):  # the client gave up, as it may
            self.close_connection = True

    def log_message(self, *args: object) -> None:
        """The log is `PubMedServer.log`."""
