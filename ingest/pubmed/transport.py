"""Between Bio.Entrez and `ingest.http`: one request at a time, at PubMed's pace.

Bio.Entrez sends through `urllib.request.urlopen`, without a time-out; `through_bio_entrez` puts ours in its place for
the length of one request.
"""

import io
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from typing import Any
from urllib.request import Request

from Bio import Entrez

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
