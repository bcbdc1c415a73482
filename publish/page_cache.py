"""A page of ours is rendered once for each state of the database, and given to everyone who asks for it then.

A page is kept under its address with the parameters that it reads, in one order, and nothing else of the request: it
is rendered without cookies and without any header that it does not declare (`kept`), so it cannot tell of who asked
first. Whoever sends a cookie or is known to Datasette gets a page of their own.

SQLite says whether the database is still in the state that a page was made from: `PRAGMA data_version` of a connection
that only asks this differs as soon as any other connection or process has committed anything, in every journal mode
(sqlite.org/pragma.html#pragma_data_version). It is asked *before* a page is rendered: a write meanwhile makes the page
newer than the state it is kept under, and that state is never asked for again.
"""

import asyncio
import hashlib
import re
import sqlite3
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl, urlencode

from datasette.utils import await_me_maybe
from datasette.utils.asgi import Request
from isal import igzip

from db.archive.store import today
from publish.address import public_url
from publish.admission import in_pieces, path_below_base
from publish.cells import DATABASE

if TYPE_CHECKING:  # Datasette loads plugins while datasette.app is still being imported
    from datasette.app import Datasette

App = Callable[[dict[str, Any], Any, Any], Awaitable[None]]
View = TypeVar("View", bound=Callable[..., Any])
Headers = Sequence[tuple[bytes, bytes]]

MOST_BYTES = 64 * 2**20
"""Of pages kept at a time, plain and compressed; what was not asked for longest goes first."""
_MOST_OF_ONE = MOST_BYTES // 16
_OVERHEAD = 1000
"""Bytes of a kept page beside its text."""


def kept(*parameters: str, accept: Callable[[str], Hashable] | None = None) -> Callable[[View], View]:
    """Mark a view whose answer depends on the database, its address and the day (UTC) alone, and not on who asks.

    Not for what depends on the hour, and for answers of any length.

    Args:
        parameters: names in the query string that the view reads; all others are taken off before it sees them.
        accept: what the view makes of an Accept header, where it reads one.
    """

    def mark(view: View) -> View:
        view.kept = _Declared(frozenset(parameters), accept)  # type: ignore[attr-defined]
        return view

    return mark


@dataclass(frozen=True)
class _Declared:
    parameters: frozenset[str]
    accept: Callable[[str], Hashable] | None


@dataclass(frozen=True)
class Answer:
    """A whole answer, ready to be sent."""

    status: int
    headers: Headers
    """Without those about the length or form of the body."""
    body: bytes
    packed: bytes
    """The body as gzip; empty where that is not smaller."""
    etag: str

    @property
    def is_for_all(self) -> bool:
        """Whether others may have it too: what sets a cookie is for one reader."""
        return not any(name == b"set-cookie" for name, _ in self.headers)

    @property
    def size(self) -> int:
        """Bytes in memory, about."""
        return len(self.body) + len(self.packed) + _OVERHEAD


@dataclass
class Pages:
    """The pages made from one state of the database."""

    most: int = MOST_BYTES
    state: int = -1
    size: int = 0
    _found: OrderedDict[Hashable, Answer] = field(default_factory=OrderedDict)

    def turn_to(self, state: int) -> None:
        """Drop all pages of another state."""
        if state != self.state:
            self._found.clear()
            self.state, self.size = state, 0

    def get(self, key: Hashable) -> Answer | None:
        """The page, which is now the last to be dropped."""
        if key in self._found:
            self._found.move_to_end(key)
        return self._found.get(key)

    def put(self, state: int, key: Hashable, answer: Answer) -> None:
        """Keep a page that was asked for in this state, if it is still the state."""
        if state != self.state or answer.size > _MOST_OF_ONE:
            return
        if before := self._found.pop(key, None):
            self.size -= before.size
        self._found[key] = answer
        self.size += answer.size
        while self.size > self.most:
            self.size -= self._found.popitem(last=False)[1].size


class Watch:
    """Tells one state of a database from the next. Asked from one thread."""

    def __init__(self, path: str, *, mutable: bool = True) -> None:
        self._address = f"{Path(path).resolve().as_uri()}?{'mode=ro' if mutable else 'immutable=1'}"
        self._connection: sqlite3.Connection | None = None

    def state(self) -> int | None:
        """A number that no other state had since this watch began; None if it cannot be told at the moment."""
        try:
            if self._connection is None:
                self._connection = sqlite3.connect(self._address, uri=True, timeout=0, check_same_thread=False)
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error:
            return None


def keep_pages(app: App, datasette: "Datasette", routes: Sequence[tuple[str, Any]], most: int = MOST_BYTES) -> App:
    """The application with its kept pages before it.

    Args:
        app: what renders.
        datasette: for its settings, its database, and who asks.
        routes: patterns of our pages with their views, some of them `kept`.
        most: bytes of pages kept.
    """
    compiled = [(re.compile(pattern), getattr(view, "kept", None)) for pattern, view in routes]
    max_age = f"max-age={datasette.setting('default_cache_ttl')}".encode()
    pages, rendering = Pages(most), dict[Hashable, "asyncio.Task[Answer]"]()
    watch: Watch | None = None

    def state() -> int | None:
        nonlocal watch
        if watch is None and DATABASE in datasette.databases and datasette.databases[DATABASE].path:
            database = datasette.databases[DATABASE]
            watch = Watch(str(database.path), mutable=database.is_mutable)
        return watch.state() if watch else None

    async def render(scope: dict[str, Any], state: int, key: Hashable) -> Answer:
        answer = await _rendered(app, scope, max_age)
        if answer.status == 200 and answer.is_for_all:
            pages.put(state, key, answer)
        return answer

    async def answered(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if await _is_personal(datasette, scope, headers):
            await app(scope, receive, send)
            return
        path = path_below_base(scope, datasette) if scope["method"] in ("GET", "HEAD") else ""
        declared: _Declared | None = next((found for pattern, found in compiled if pattern.match(path)), None)
        now = state() if declared else None
        if declared is None or now is None:
            await app(scope, receive, send)
            return
        pages.turn_to(now)
        plain, key = _without_who(scope, headers, declared)
        answer = pages.get(key)
        if answer is None:  # of all who ask for it meanwhile the first has it rendered
            begun = rendering.get((now, key))
            if begun is None:
                begun = rendering[now, key] = asyncio.ensure_future(render(plain, now, key))
                begun.add_done_callback(lambda _: rendering.pop((now, key)))
            answer = await asyncio.shield(begun)  # whoever goes away does not take it from the others
        if not answer.is_for_all:
            await app(scope, receive, send)
            return
        await _send(answer, headers, send, with_body=scope["method"] == "GET")

    return answered


async def _is_personal(datasette: "Datasette", scope: dict[str, Any], headers: Mapping[bytes, str]) -> bool:
    """Whether the answer may depend on who asks; Datasette marks it as private then."""
    from datasette.plugins import pm  # at the top it would load this plugin before it is whole

    if b"cookie" in headers or b"authorization" in headers:
        return True
    known = pm.hook.actor_from_request(datasette=datasette, request=Request(scope, None))
    return any([await await_me_maybe(actor) for actor in known])  # every plugin's answer is waited for


def _without_who(
    scope: dict[str, Any], headers: Mapping[bytes, str], declared: _Declared
) -> tuple[dict[str, Any], Hashable]:
    """The request as anyone could have made it, and what of it the answer depends on."""
    asked: dict[str, str] = {}
    for name, value in parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True):
        if name in declared.parameters:
            asked.setdefault(name, value)  # as Datasette: of several the first counts
    query = urlencode(sorted(asked.items()))
    accept = headers.get(b"accept", "")
    plain = [(b"accept", accept.encode("latin-1"))] if declared.accept else []
    key = (scope.get("raw_path") or scope["path"], query, scope.get("scheme"), public_url(), today(),
           declared.accept(accept) if declared.accept else None)  # fmt: skip
    return {**scope, "method": "GET", "query_string": query.encode(), "headers": plain}, key


async def _rendered(app: App, scope: dict[str, Any], max_age: bytes) -> Answer:
    start: dict[str, Any] = {}
    pieces: list[bytes] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def collect(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            pieces.append(message.get("body", b""))

    await app(scope, receive, collect)
    body = b"".join(pieces)
    given = {bytes(name).lower(): bytes(value) for name, value in start["headers"]}
    for name in (b"content-length", b"vary"):
        given.pop(name, None)
    if start["status"] == 200:
        given.setdefault(b"cache-control", max_age)
    headers = list(given.items())
    vary = [value for name, value in start["headers"] if name.lower() == b"vary"]
    names = [name.strip() for name in b",".join([*vary, b"Cookie,Authorization,Accept-Encoding"]).split(b",")]
    headers.append((b"vary", b", ".join(dict.fromkeys(names))))
    packed = igzip.compress(body, mtime=0)
    etag = hashlib.blake2b(body, digest_size=12).hexdigest()
    return Answer(start["status"], headers, body, packed if len(packed) < len(body) else b"", etag)


async def _send(answer: Answer, headers: Mapping[bytes, str], send: Any, *, with_body: bool) -> None:
    """Send the answer, or 304 to whoever has it, compressed for those who take that."""
    packed = bool(answer.packed) and _takes_gzip(headers.get(b"accept-encoding", ""))
    body = answer.packed if packed else answer.body
    given, status = [*answer.headers], answer.status
    if status == 200:
        given.append((b"etag", f'"{answer.etag}{"-gzip" if packed else ""}"'.encode()))
        if _has(answer.etag, headers.get(b"if-none-match", "")):
            status, body = 304, b""
    if status != 304:
        given.append((b"content-length", str(len(body)).encode()))
        given += [(b"content-encoding", b"gzip")] if packed else []
    await send({"type": "http.response.start", "status": status, "headers": given})
    await in_pieces(send)({"type": "http.response.body", "body": body if with_body else b""})


def _has(etag: str, if_none_match: str) -> bool:
    """Whether one of the listed entity tags names this page, plain or compressed (RFC 9110, 13.1.2: weakly)."""
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return not tags.isdisjoint({"*", f'"{etag}"', f'"{etag}-gzip"'})


def _takes_gzip(accept_encoding: str) -> bool:
    """Whether gzip is among the codings of an Accept-Encoding header, and not with the weight 0."""
    for part in accept_encoding.lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() in ("gzip", "x-gzip"):
            with suppress(ValueError):
                return float(weight.strip().removeprefix("q=") or 1) > 0
    return False
