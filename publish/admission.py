"""Threads and places for each kind of request, so that readers' SQL takes neither from the pages.

Datasette runs every query of every request on one pool of threads. With three threads and a limit of three seconds,
fifty readers with dear SQL would make each page wait for most of a minute. Here each kind of request has threads of its
own, and of the kinds that readers can make dear only so many are answered at a time: one more is told to come again.
"""

import asyncio
import os
import re
import sys
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:  # Datasette loads plugins while datasette.app is still being imported
    from datasette.app import Datasette

App = Callable[[dict[str, Any], Any, Any], Awaitable[None]]

MCP = "/-/mcp"
"""Where datasette-mcp answers: its tools take SQL as readers' addresses do."""
_SQL_PARAMETERS = frozenset({"sql", "_where"})
_STATIC = r"/-/static"
_PIECE = 65_536
"""Bytes sent at a time: a long answer that nobody reads waits here, with its place taken, and not in the server."""
_LATER = {"retry-after": "5"}
"""Seconds after which a reader who found no place may ask again: longer than one query may take."""


class Kind(Enum):
    """What a request costs at most."""

    PAGE = "page"
    """A page of ours, or a file: its queries are our own."""
    TABLE = "table"
    """A table, row or prepared query as Datasette shows it: SQL of ours with conditions and facets of the reader's."""
    SQL = "sql"
    """SQL of the reader's own, wherever it stands in the request."""


@dataclass(frozen=True)
class Room:
    """How much one kind may take."""

    threads: int
    at_once: int
    """Requests of the kind that are being answered or wait for a thread."""
    seconds: float
    """How long one answer may take until its last byte is received."""


ROOMS = {
    Kind.TABLE: Room(threads=2, at_once=64, seconds=600),
    Kind.SQL: Room(threads=2, at_once=6, seconds=60),
}
"""Pages have the threads of Datasette's setting `num_sql_threads` and no end: what they ask is known and short."""

NICE = {Kind.TABLE: 5, Kind.SQL: 10}
"""How far threads stand back for those of pages, as `nice` counts."""

_kind: ContextVar[Kind] = ContextVar("kind", default=Kind.PAGE)
"""Kind of the request that is being answered; tasks that it starts inherit it."""
_placed: ContextVar[asyncio.Task[Any] | None] = ContextVar("placed", default=None)
"""The task that has a place: what it asks of this application itself (CSV is made of pages of JSON) needs no second."""
_of_thread = threading.local()


class ThreadsByKind(Executor):
    """A pool of threads for each kind of request; what is submitted runs on that of the request it belongs to."""

    def __init__(self, pages: Executor) -> None:
        self._pools: dict[Kind, Executor] = {Kind.PAGE: pages} | {
            kind: ThreadPoolExecutor(room.threads, kind.value, _begin, (kind,)) for kind, room in ROOMS.items()
        }

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run it on the threads of the request that is being answered."""
        return self._pools[_kind.get()].submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End all threads."""
        for pool in self._pools.values():
            pool.shutdown(wait, cancel_futures=cancel_futures)


def _begin(kind: Kind) -> None:
    _of_thread.kind = kind
    if sys.platform == "linux" and kind in NICE:  # there each thread has a priority of its own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE[kind])


def kind_of_thread() -> Kind:
    """The kind of request that the running thread works for."""
    kind: Kind = getattr(_of_thread, "kind", Kind.PAGE)
    return kind


def kind_of_request() -> Kind:
    """The kind of the request that is being answered."""
    return _kind.get()


def divide_threads(datasette: "Datasette") -> None:
    """Give each kind of request threads of its own; the ones that Datasette made become those of the pages."""
    if datasette.executor is not None:  # num_sql_threads: 0 works without threads
        datasette.executor = ThreadsByKind(datasette.executor)


def kind_of(path: str, query: str, own: Sequence[re.Pattern[str]]) -> Kind:
    """The kind of a request, by its decoded parameters: `%73ql` is `sql`. Without a value they ask for nothing.

    Args:
        path: below `base_url`.
        query: the query string as it was sent.
        own: patterns of our own pages.
    """
    if path == MCP or not _SQL_PARAMETERS.isdisjoint(name for name, _ in parse_qsl(query)):
        return Kind.SQL
    if path.startswith(_STATIC) or any(pattern.match(path) for pattern in own):
        return Kind.PAGE
    return Kind.TABLE


def admitting(app: App, datasette: "Datasette", own: Sequence[str]) -> App:
    """The application with places for each kind: a request that finds none is answered 503 at once.

    Args:
        app: what answers.
        datasette: for its `base_url`.
        own: patterns of our own pages.
    """
    patterns = [re.compile(pattern) for pattern in own]
    taken = dict.fromkeys(ROOMS, 0)

    async def admitted(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        kind = kind_of(path_below_base(scope, datasette), scope["query_string"].decode("latin-1"), patterns)
        room = ROOMS.get(kind)
        if room is None or (kind is _kind.get() and _placed.get() is asyncio.current_task()):
            await app(scope, receive, send)
            return
        if taken[kind] >= room.at_once:
            await refuse(send, 503, "Too many ask this at the moment. Please try again.", _LATER)
            return
        taken[kind] += 1
        kind_before, placed_before = _kind.set(kind), _placed.set(asyncio.current_task())
        try:
            async with asyncio.timeout(room.seconds):
                await app(scope, receive, in_pieces(send))
        except TimeoutError:
            return  # the server closes what was not ended
        finally:
            _kind.reset(kind_before)
            _placed.reset(placed_before)
            taken[kind] -= 1

    return admitted


def in_pieces(send: Any) -> Any:
    """`send` for bodies of any length: the next piece when the one before it has been taken."""

    async def sendin_pieces(message: dict[str, Any]) -> None:
        body = message.get("body", b"")
        if message["type"] != "http.response.body" or len(body) <= _PIECE:
            await send(message)
            return
        for start in range(0, len(body), _PIECE):
            last = start + _PIECE >= len(body)
            more = bool(message.get("more_body")) or not last
            await send({"type": "http.response.body", "body": body[start : start + _PIECE], "more_body": more})

    return sendin_pieces


def path_below_base(scope: dict[str, Any], datasette: "Datasette") -> str:
    """The path as Datasette routes it: not decoded, without the `base_url` that the site may be served under."""
    raw = scope.get("raw_path") or scope["path"].encode()
    path = str(raw.decode("latin-1").partition("?")[0])
    base = str(datasette.setting("base_url"))
    return "/" + path[len(base) :] if base != "/" and path.startswith(base) else path


async def refuse(send: Any, status: int, message: str, headers: dict[str, str]) -> None:
    """Answer with one sentence, before Datasette has begun with the request."""
    given = {"content-type": "text/plain; charset=utf-8", "cache-control": "no-store", **headers}
    await send({"type": "http.response.start", "status": status,
                "headers": [[name.encode(), value.encode()] for name, value in given.items()]})  # fmt: skip
    await send({"type": "http.response.body", "body": f"{message}\n".encode()})
