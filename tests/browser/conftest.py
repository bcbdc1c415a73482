"""The whole site and Debian's Chromium; tests skip by name where something they need is not installed."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from helpers.made_site import make_site
from helpers.serving import served

CHROMIUM = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the whole site, served."""
    with served(make_site(tmp_path_factory.mktemp("browsed"))) as address:
        yield address


@pytest.fixture(scope="module")  # no longer: its event loop must be gone before asynchronous tests of other modules
def chromium() -> Iterator[Browser]:
    executable = shutil.which("chromium")
    if not executable:
        pytest.skip("chromium is not installed (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """Source of axe-core, from the folder that AXE_CORE names."""
    source = Path(os.environ.get("AXE_CORE", "node_modules/axe-core")) / "axe.min.js"
    if not source.is_file():
        pytest.skip("axe-core is not installed (npm install --no-save axe-core, then AXE_CORE=node_modules/axe-core)")
    return source.read_text(encoding="utf-8")
