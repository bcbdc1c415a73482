#!/usr/bin/env python3
"""Copy the archive while it may be in use, and put a copy back. Needs Python only.

    backup.py copy DATA FOLDER [--keep N]    archive.db of DATA -> FOLDER/archive-<UTC time>.db, the newest N kept
    backup.py restore COPY DATA              COPY -> DATA/archive.db; what was there is kept beside it

`evidence.db` needs no copy: `evidence build` makes it from the archive, without the network.
"""

import argparse
import fcntl
import os
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path


class BackupError(Exception):
    """What went wrong, and what to do, in one line."""


def copy(data: Path, folder: Path, keep: int) -> Path:
    """Copy the archive by SQLite's backup API, check the copy, and drop the oldest beyond `keep`.

    A copy appears under its name only when it is whole. The archive may be read and written meanwhile.

    Raises:
        BackupError: there is no archive, or the copy is damaged (it is deleted).
    """
    archive = data / "archive.db"
    if not archive.is_file():
        raise BackupError(f"{archive}: there is no archive. Give the folder that `evidence --data` uses.")
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"archive-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.db"
    unfinished = target.with_suffix(".part")
    try:
        with (
            closing(sqlite3.connect(f"{archive.resolve().as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(unfinished)) as made,
        ):
            source.backup(made)
            made.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
            _check(made, unfinished)
        os.replace(unfinished, target)  # noqa: PTH105
    finally:
        unfinished.unlink(missing_ok=True)
    for old in sorted(folder.glob("archive-*.db"))[:-keep]:
        old.unlink()
    return target


def restore(source: Path, data: Path) -> Path:
    """Put a copy in the archive's place, while no run is at work; return where the former archive is now.

    Raises:
        BackupError: the copy is damaged or no archive, or a run is at work. Nothing was changed.
    """
    if not source.is_file():
        raise BackupError(f"{source}: there is no such copy.")
    with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as held:
        _check(held, source)
    data.mkdir(parents=True, exist_ok=True)
    archive = data / "archive.db"
    former = data / f"archive-before-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.db"
    with (data / "archive.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(f"{data}: a run is at work. Wait for it to end; nothing was changed.") from None
        unfinished = archive.with_suffix(".part")
        unfinished.unlink(missing_ok=True)
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as held,
            closing(sqlite3.connect(unfinished)) as made,
        ):
            held.backup(made)
        for beside in ("", "-wal", "-shm"):  # together they are the former archive, whatever state it is in
            if (now := archive.with_name(archive.name + beside)).exists():
                os.replace(now, former.with_name(former.name + beside))  # noqa: PTH105
        os.replace(unfinished, archive)  # noqa: PTH105
    return former


def _check(database: sqlite3.Connection, path: Path) -> None:
    try:
        found = database.execute("PRAGMA integrity_check").fetchone()[0]
        database.execute("SELECT count(*) FROM versions").fetchone()
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise BackupError(f"{path}: not a sound archive ({found}). Use another copy.")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Copy the archive while it may be in use, and put a copy back.")
    commands = parser.add_subparsers(dest="command", required=True)
    copying = commands.add_parser("copy")
    copying.add_argument("data", type=Path)
    copying.add_argument("folder", type=Path)
    copying.add_argument("--keep", type=int, default=14, choices=range(1, 1000), metavar="N")
    restoring = commands.add_parser("restore")
    restoring.add_argument("copy", type=Path)
    restoring.add_argument("data", type=Path)
    given = parser.parse_args()
    try:
        if given.command == "copy":
            sys.stdout.write(f"{copy(given.data, given.folder, given.keep)}\n")
        else:
            former = restore(given.copy, given.data)
            kept = f" The former archive is {former}." if former.exists() else ""
            sys.stdout.write(f"Restored.{kept} Now run: evidence build --data {given.data}\n")
    except (BackupError, OSError, sqlite3.Error) as error:
        sys.stderr.write(f"Error: {error}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
