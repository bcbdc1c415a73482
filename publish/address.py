"""The public address of the site, as its operator says it: what a request's `Host` says stands in no answer of ours."""

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from topics.errors import BadInputError

if TYPE_CHECKING:  # Datasette loads plugins while datasette.app is still being imported
    from datasette.app import Datasette

VARIABLE = "EVIDENCE_PUBLIC_URL"


def public_url() -> str:
    """Address of the home page as readers reach it, without a final slash; '' where none is given.

    Raises:
        BadInputError: what is given is no address.
    """
    given = os.environ.get(VARIABLE, "").strip().rstrip("/")
    parts = urlsplit(given)
    if given and (parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment):
        raise BadInputError(f"{VARIABLE}={given}: not an address. Give it as https://evidence.example.org")
    return given


def absolute(datasette: "Datasette", path: str) -> str:
    """Address of a page of this site: with the public address where there is one, else from the root of the host."""
    public = public_url()
    return f"{public}{path}" if public else str(datasette.urls.path(path))
