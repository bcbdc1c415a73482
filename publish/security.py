r"""Headers on every answer, paths that begin with more than one slash made plain, and what is not open here.

Datasette 0.65 answers `GET /\host/` with a redirect to `/\host`, which browsers read as `//host`, another site
(datasette issue 2680, fixed only in 1.0): leading slashes and backslashes are collapsed before it sees them.
"""

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from publish.address import public_url
from publish.admission import MCP, App, path_below_base, refuse

if TYPE_CHECKING:  # Datasette loads plugins while datasette.app is still being imported
    from datasette.app import Datasette

# Datasette's own pages carry inline scripts and styles, so 'unsafe-inline' stays; everything else is this host only.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


def keep_locals_out_of_the_log() -> None:
    """Stop Datasette from printing every error, a mistyped address too, with all local variables, cookies included.

    It does so wherever `rich` can be imported, and `rich` is one of our dependencies. Unexpected errors are still
    logged with their traceback.
    """
    from datasette import handle_exception  # at the top it would be loaded before Datasette can register its hook

    handle_exception.rich = None


def _called_from_here(scope: dict[str, Any]) -> bool:
    """Whether no page of another site makes a reader's browser call: MCP asks servers to check `Origin`."""
    origin = next((value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"origin"), "")
    parts, public = urlsplit(origin), urlsplit(public_url())
    of_public = bool(public.netloc) and (parts.scheme, parts.netloc) == (public.scheme, public.netloc)
    return not origin or of_public or parts.hostname in ("localhost", "127.0.0.1", "::1")


_READING = ("GET", "HEAD")
_CALLING = ("POST", "DELETE")
"""Of datasette-mcp: a call, and the end of a session. GET would hold a connection open for messages that never come."""
_OPEN = re.compile(r"/-/(static(-plugins)?/.*|(actor|metadata|plugins|settings|versions)(\.json)?|mcp)$")
"""What Datasette tells of itself and may: its other pages name files, threads and permissions."""
_LEADING = re.compile(rb"^(?:[/\\]|%2f|%5c){2,}", re.IGNORECASE)


def wrap(app: App, datasette: "Datasette") -> App:
    """The ASGI application with our headers and plain paths, and without what is closed."""

    async def wrapped(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return

        async def send_with_headers(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                kept = [pair for pair in message.get("headers", []) if pair[0].decode("latin-1").lower() not in HEADERS]
                ours = [[name.encode(), value.encode()] for name, value in HEADERS.items()]
                message = {**message, "headers": [*kept, *ours]}
            await send(message)

        plain = _at_the_public_address(_plain_path(scope))
        if closed := _closed(plain, path_below_base(plain, datasette)):
            await refuse(send_with_headers, *closed)
        else:
            await app(plain, receive, send_with_headers)

    return wrapped


def _at_the_public_address(scope: dict[str, Any]) -> dict[str, Any]:
    """The request as if it were sent to the public address: Datasette writes its `Host` into `next_url` and `Link`."""
    public = urlsplit(public_url())
    if not public.netloc:
        return scope
    others = [pair for pair in scope["headers"] if pair[0].lower() != b"host"]
    return {**scope, "scheme": public.scheme, "headers": [(b"host", public.netloc.encode("idna")), *others]}


def _closed(scope: dict[str, Any], path: str) -> tuple[int, str, dict[str, str]] | None:
    """(status, sentence, headers) of the refusal of a request that nothing here answers; None for all others."""
    reading, method = path != MCP, scope["method"]
    methods = _READING if reading else _CALLING
    if method not in methods:
        if reading and method == "POST":
            return 403, "Nothing can be written here.", {}
        return 405, f"{method} is not answered here.", {"allow": ", ".join(methods)}
    if not reading and not _called_from_here(scope):
        return 403, "Called by a page of another site.", {}
    if path.startswith("/-/") and not _OPEN.match(path):
        return 403, "This is not open to readers.", {}
    return None


def _plain_path(scope: dict[str, Any]) -> dict[str, Any]:
    raw = scope.get("raw_path") or scope["path"].encode()
    plain = _LEADING.sub(b"/", raw)
    return scope if plain == raw else {**scope, "raw_path": plain, "path": "/" + scope["path"].lstrip("/\\")}
