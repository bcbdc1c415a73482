"""Every kind of page that a reader can reach on the site that `made_site` makes, and how tests open one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

from helpers.made_site import HUGE, REGISTRATION, RIGHT_TO_LEFT, SCRIPT, TRIAL, UNCLOSED, WITHDRAWN

PAGES = {
    "home": "/",
    "claim": "/claims/im-single-study",
    "claim as of": "/claims/iv-most-studied?as_of=2015-06-30",
    "record": f"/articles/{TRIAL}",
    "record of the register": "/articles/22840761",
    "record retracted": f"/articles/{WITHDRAWN}",
    "record with script": f"/articles/{SCRIPT}",
    "record unclosed": f"/articles/{UNCLOSED}",
    "record right to left": f"/articles/{RIGHT_TO_LEFT}",
    "study": f"/studies/{REGISTRATION}",
    "studies": "/studies?route=intravenous",
    "map": "/map",
    "map narrowed": "/map?condition=depression&since=2010",
    "search": "/search?q=ketamine+depression",
    "search empty": "/search",
    "search without result": "/search?q=ketamine+elephant&route=oral",
    "cite": f"/cite?q={TRIAL}",
    "changes": "/changes",
    "methods": "/methods",
    "database": "/evidence",
    "table": "/evidence/articles",
    "row": f"/evidence/articles/{TRIAL}",
    "question": "/evidence/evidence_by_route_and_design?condition=depression",
    "own SQL": "/evidence?sql=select+title+from+articles+limit+5",
}
HEAVY = {"record of 200 kB": f"/articles/{HUGE}"}
"""Right, but slow to measure rule by rule."""
MISSING = {"missing record": "/articles/1", "missing page": "/nothing-here"}


@dataclass
class Seen:
    """What a page said and asked for while it was open."""

    console: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    dialogs: list[str] = field(default_factory=list)


@contextmanager
def opened(
    chromium: Browser, address: str, width: int = 1280, scheme: str = "light", *, script: bool = True, status: int = 200
) -> Iterator[tuple[Page, Seen]]:
    """A page that has loaded, and what it did meanwhile."""
    context = chromium.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, java_script_enabled=script
    )
    page, seen = context.new_page(), Seen()

    def heard(message):
        # the browser itself reports the status of a page that is meant to be missing
        if message.type == "error" and not (status >= 400 and "Failed to load resource" in message.text):
            seen.console.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: seen.console.append(str(error)))
    page.on("request", lambda request: seen.hosts.add(urlsplit(request.url).netloc))
    page.on("dialog", lambda dialog: (seen.dialogs.append(dialog.message), dialog.dismiss()))
    answer = page.goto(address, wait_until="networkidle")
    assert answer is not None
    assert answer.status == status
    try:
        yield page, seen
    finally:
        context.close()
