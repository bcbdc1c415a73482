"""Take the pictures of every page anew: `python docs/pictures.py [--url URL]`.

Each page at two widths, light and dark, and the words marked in five records, into docs/pictures/. Needs Debian's
chromium and the test dependencies. Without --url it builds the bundled register into a temporary folder, with made-up
records (docs/five_records.py) so that abstracts can be shown without printing anybody's.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from five_records import FIVE, five_records  # noqa: E402

from helpers.made_site import REGISTRATION, TRIAL  # noqa: E402
from helpers.records import article_set  # noqa: E402
from helpers.serving import served  # noqa: E402
from ingest.build.run import build  # noqa: E402
from ingest.pubmed.run import import_into  # noqa: E402
from topics import load_topic  # noqa: E402
from topics.errors import BadInputError, EvidenceError  # noqa: E402

FOLDER = ROOT / "docs" / "pictures"
PAGES = {
    "home": "/", "claim": "/claims/im-single-study", "record": f"/articles/{TRIAL}",
    "study": f"/studies/{REGISTRATION}", "map": "/map?condition=depression",
    "studies": "/studies?route=intramuscular", "search": "/search?q=intramuscular+depression",
    "cite": "/cite?q=24701015", "changes": "/changes", "methods": "/methods",
}  # fmt: skip
"""Picture → page; home and claim stand in the README too."""
VIEWS = {"wide": (1024, 576), "narrow": (360, 576)}
MAX_BYTES, MAX_ALL = 160_000, 3_600_000
CHROMIUM = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
"""As root in a container, and without a word to the browser's maker."""


@click.command(help=__doc__)
@click.option("--url", help="A server that is running already.")
def main(url: str | None) -> None:
    """Serve if need be, and take the pictures."""
    try:
        with made() if not url else _at(url) as address:
            take(address)
    except EvidenceError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(error.exit_code)


def take(address: str) -> None:
    """Write every picture.

    Raises:
        BadInputError: there is no Chromium, a page does not answer, or the pictures are too heavy for a repository.
    """
    chromium = shutil.which("chromium")
    if not chromium:
        raise BadInputError("chromium: not found. Install it with `apt-get install chromium`.")
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        sizes = [
            picture(browser, f"{address}{path}", FOLDER / f"{name}-{view}-{scheme}.png", view, scheme)
            for name, path in PAGES.items()
            for view in VIEWS
            for scheme in ("light", "dark")
        ]
        sizes += [
            marked(browser, f"{address}/articles/{pmid}", FOLDER / f"marked-{name}.png") for name, pmid in FIVE.items()
        ]
        browser.close()
    click.echo(f"{len(sizes)} pictures, {sum(sizes):,} bytes in all")
    if sum(sizes) > MAX_ALL:
        raise BadInputError(f"docs/pictures: {sum(sizes):,} bytes, more than {MAX_ALL:,}. Show less.")


def picture(browser: Browser, url: str, file: Path, view: str, scheme: str) -> int:
    """Write one picture; its size in bytes.

    Raises:
        BadInputError: the page does not answer, or the picture is too heavy.
    """
    width, height = VIEWS[view]
    page = browser.new_page(
        viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light"
    )
    answer = page.goto(url, wait_until="networkidle")
    if answer is None or not answer.ok:
        raise BadInputError(f"{url}: answers {answer.status if answer else 'nothing'}, not a page.")
    taken = page.screenshot()
    page.close()
    return _written(file, taken)


def marked(browser: Browser, url: str, file: Path) -> int:
    """Write a picture of a record down to the end of its abstract; its size in bytes.

    Raises:
        BadInputError: the picture is too heavy.
    """
    page = browser.new_page(viewport={"width": 820, "height": 1200}, color_scheme="light")
    page.goto(url, wait_until="networkidle")
    top, end = (page.locator(part).bounding_box() for part in ("article.record", ".abstract-part"))
    if not top or not end:
        raise BadInputError(f"{url}: no record with an abstract. Leave --url out to serve the made-up ones.")
    above = top["y"] - 8
    height = end["y"] + end["height"] - above
    taken = page.screenshot(full_page=True, clip={"x": 0, "y": above, "width": 820, "height": height})
    page.close()
    return _written(file, taken)


def _written(file: Path, taken: bytes) -> int:
    if len(taken) > MAX_BYTES:
        raise BadInputError(f"{file.name}: {len(taken):,} bytes, more than {MAX_BYTES:,}. Show less.")
    file.write_bytes(taken)
    return len(taken)


@contextmanager
def made() -> Iterator[str]:
    """The address of the bundled register and the made-up records, served while the block runs."""
    topic = load_topic("ketamine-routes")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        (data / "made.xml").write_bytes(article_set(*five_records()))
        import_into(data, topic, [data / "made.xml"])
        with served(build(data, topic).live) as address:
            yield address


@contextmanager
def _at(url: str) -> Iterator[str]:
    yield url.rstrip("/")


if __name__ == "__main__":
    main()
