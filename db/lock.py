"""One run at a time: a lock file that the operating system frees when its holder dies, however it dies."""

import fcntl
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from topics.errors import BadInputError, LockedError

_HELD: set[tuple[Path, int]] = set()
"""Locks of this process, with the thread that holds each: a run holds the lock over the build that is a part of it."""


@contextmanager
def run_lock(data: Path) -> Iterator[None]:
    """Hold `data`/archive.lock while a run lasts. The thread that holds it may take it again.

    The file says who holds it and since when, so that a second run can name the first. The lock itself is the
    kernel's (flock): a killed holder leaves the file, never the lock.

    Raises:
        LockedError: another run holds it.
        BadInputError: the folder or the file may not be written.
    """
    path = data / "archive.lock"
    held = (path.resolve(), threading.get_ident())
    if held in _HELD:
        yield
        return
    with _opened(path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LockedError(_who(path)) from error
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")}))
        file.flush()
        _HELD.add(held)
        try:
            yield
        finally:
            _HELD.discard(held)


def _opened(path: Path) -> TextIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a+", encoding="utf-8")
    except OSError as error:
        raise BadInputError(
            f"{error.filename}: cannot be written ({error.strerror}). Run this as the user whom the folder belongs to, "
            "or choose another --data folder."
        ) from error


def _who(path: Path) -> str:
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
        whom = f"process {holder['pid']}, since {holder['since']}"
    except (ValueError, KeyError):
        whom = "a process that has just started"
    return f"{path}: another run holds the lock ({whom}). Wait for it to end; nothing was changed."
