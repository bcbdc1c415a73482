#!/usr/bin/env python3
"""Copy the archive while it may be in use, and put a copy back. Needs Python only.

    backup.py copy DATA FOLDER [--keep N]    archive.db of DATA -> FOLDER/archive-<UTC time>.db, the newest N kept
    backup.py restore COPY DATA              COPY -> DATA/archive.db; what was there is kept beside it

Every record in a copy is compared with its hash. Where one is damaged, the copy is made or put back all the same, its
PMID is named, and the exit code is 4: the next `evidence sync` fetches it again. A copy made from a damaged archive has
`-damaged` in its name, and none of the older ones is dropped for it.

`evidence.db` needs no copy: `evidence build` makes it from the archive, without the network.
"""

import argparse
import fcntl
import hashlib
import os
import sqlite3
import sys
import zlib
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path


class BackupError(Exception):
    """What went wrong, and what to do, in one line."""


def copy(data: Path, folder: Path, keep: int) -> tuple[Path, list[int]]:
    """Copy the archive by SQLite's backup API, check the copy, and drop the oldest beyond `keep`.

    Returns the copy, and the PMIDs of records in it that are damaged.

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
            closing(_made(unfinished)) as made,
        ):
            source.backup(made)
            made.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
            _check(made, unfinished)
            damaged = _damaged(made)
        if damaged:
            target = target.with_stem(f"{target.stem}-damaged")
        os.replace(unfinished, target)  # noqa: PTH105
    finally:
        unfinished.unlink(missing_ok=True)
    if not damaged:
        for old in sorted(folder.glob("archive-*Z.db"))[:-keep]:
            old.unlink()
    return target, damaged


def restore(source: Path, data: Path) -> tuple[Path, list[int]]:
    """Put a copy in the archive's place, while no run is at work.

    Returns where the former archive is now, and the PMIDs of records in the copy that are damaged.

    Raises:
        BackupError: the copy is damaged or no archive, or a run is at work. Nothing was changed.
    """
    if not source.is_file():
        raise BackupError(f"{source}: there is no such copy.")
    with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as held:
        _check(held, source)
        damaged = _damaged(held)
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
            closing(_made(unfinished)) as made,
        ):
            held.backup(made)
        for beside in ("", "-wal", "-shm"):  # together they are the former archive, whatever state it is in
            if (now := archive.with_name(archive.name + beside)).exists():
                os.replace(now, former.with_name(former.name + beside))  # noqa: PTH105
        os.replace(unfinished, archive)  # noqa: PTH105
    return former, damaged


def _made(path: Path) -> sqlite3.Connection:
    """A new database that only its owner may read, like the archive."""
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
    return sqlite3.connect(path)


def _damaged(database: sqlite3.Connection) -> list[int]:
    """Ids (PMIDs of PubMed's) of records of which some content is not what its hash was taken of, or is lost."""
    columns = {name for (name,) in database.execute("SELECT name FROM pragma_table_info('seen')")}
    key = "record_id" if "record_id" in columns else "pmid"  # a copy of before records of other sources
    lost = database.execute(
        f"SELECT {key} FROM (SELECT {key}, sha256 FROM seen EXCEPT SELECT {key}, sha256 FROM versions)"  # noqa: S608
    )
    damaged = {record_id for (record_id,) in lost}
    for record_id, sha256, zipped in database.execute(f"SELECT {key}, sha256, CAST(xml AS BLOB) FROM versions"):  # noqa: S608
        try:
            sound = hashlib.sha256(zlib.decompress(zipped)).hexdigest() == sha256
        except (zlib.error, TypeError):
            sound = False
        if not sound:
            damaged.add(record_id)
    return sorted(damaged)


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
            made, damaged = copy(given.data, given.folder, given.keep)
            sys.stdout.write(f"{made}\n")
        else:
            former, damaged = restore(given.copy, given.data)
            kept = f" The former archive is {former}." if former.exists() else ""
            sys.stdout.write(f"Restored.{kept} Now run: evidence build --data {given.data}\n")
    except (BackupError, OSError, sqlite3.Error) as error:
        sys.stderr.write(f"Error: {error}\n")
        sys.exit(2)
    if damaged:
        shown = ", ".join(map(str, damaged[:20])) + (" …" if len(damaged) > 20 else "")
        sys.stderr.write(
            f"Error: {len(damaged)} records are damaged in it: PMID {shown}. "
            "`evidence build` leaves them out, and `evidence sync` then fetches them again.\n"
        )
        sys.exit(4)


if __name__ == "__main__":
    main()
