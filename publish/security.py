r"""Headers on every answer, and paths that begin with more than one slash made plain.

Datasette 0.65 answers `GET /\host/` with a redirect to `/\host`, which browsers read as `//host`, another site
(datasette issue 2680, fixed only in 1.0): leading slashes and backslashes are collapsed before it sees them.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any

App = Callable[[dict[str, Any], Any, Any], Awaitable[None]]

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


_LEADING = re.compile(rb"^(?:[/\\]|%2f|%5c){2,}", re.IGNORECASE)


def wrap(app: App) -> App:
    """The ASGI application with our headers and plain paths."""

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

        await app(_plain_path(scope), receive, send_with_headers)

    return wrapped


def _plain_path(scope: dict[str, Any]) -> dict[str, Any]:
    raw = scope.get("raw_path") or scope["path"].encode()
    plain = _LEADING.sub(b"/", raw)
    return scope if plain == raw else {**scope, "raw_path": plain, "path": "/" + scope["path"].lstrip("/\\")}
