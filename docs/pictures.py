"""Take the README's picture of the home page anew: `python docs/pictures.py [--data DIR | --url URL]`.

Needs Debian's chromium and the test dependencies. With --data (default `db`) it serves that folder's database itself.
"""

import shutil
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import uvicorn
from playwright.sync_api import sync_playwright

from publish.serve import application, live_database
from topics.errors import BadInputError, EvidenceError

DOCS = Path(__file__).resolve().parent
PICTURES = {"home.png": "/"}
"""File in docs/ → page."""
WIDTH, HEIGHT = 1280, 900
MAX_BYTES = 200_000
CHROMIUM = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
"""As root in a container, and without a word to the browser's maker."""


@click.command(help=__doc__)
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), default=Path("db"), show_default=True)
@click.option("--url", help="A server that is running already.")
def main(data: Path, url: str | None) -> None:
    """Serve if need be, and take the pictures."""
    try:
        if url:
            take(url.rstrip("/"))
        else:
            with served(data) as address:
                take(address)
    except EvidenceError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(error.exit_code)


def take(address: str) -> None:
    """Write every picture.

    Raises:
        BadInputError: there is no Chromium, a page does not answer, or a picture is too heavy for a README.
    """
    chromium = shutil.which("chromium")
    if not chromium:
        raise BadInputError("chromium: not found. Install it with `apt-get install chromium`.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        for name, path in PICTURES.items():
            answer = page.goto(address + path)
            if answer is None or not answer.ok:
                raise BadInputError(f"{address}{path}: answers {answer.status if answer else 'nothing'}, not a page.")
            picture = page.screenshot()
            if len(picture) > MAX_BYTES:
                raise BadInputError(f"docs/{name}: {len(picture):,} bytes, more than {MAX_BYTES:,}. Show less.")
            (DOCS / name).write_bytes(picture)
            click.echo(f"docs/{name}: {len(picture):,} bytes")
        browser.close()


@contextmanager
def served(data: Path) -> Iterator[str]:
    """The address of `data`'s database, served in this process while the block runs."""
    datasette = application(live_database(data), DOCS.parent / "metadata.yml")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(datasette.app(), log_level="warning", lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.05)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


if __name__ == "__main__":
    main()
