"""A database served for real on loopback, in a thread of the test's own process."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from helpers.published import METADATA
from publish.serve import application


@contextmanager
def served(database: Path) -> Iterator[str]:
    """The address under which `database` is served while the block runs."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        app = application(database, METADATA).app()
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=10)
