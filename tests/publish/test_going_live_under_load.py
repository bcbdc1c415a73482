"""A build goes live while readers read: no page fails, and none shows half of each."""

import json
import sqlite3
import threading
import urllib.request
from pathlib import Path

import pytest

from db.evidence.publish import go_live
from helpers.serving import served

READERS, RELEASES = 4, 6
PATHS = ("/map.json", "/studies.json", "/search.json?q=ketamine")


def other_version(database: Path, path: Path) -> None:
    """The same site with fewer studies and records, and another number in its state of the data."""
    with sqlite3.connect(database) as old, sqlite3.connect(path) as new:
        old.backup(new)
        new.execute("delete from study_reports where pmid = 99000001")
        for table in ("tags", "authors", "sections", "articles"):
            new.execute(f"delete from {table} where pmid = 99000001")  # noqa: S608
        new.execute("update studies set retracted = 1 where study_id = 'pmid:99000001'")
        new.execute("update build set value = '7' where key = 'from_register'")


def told(address: str, path: str) -> tuple[str, int]:
    """(what a page says of the state of the data, what it counts)."""
    with urllib.request.urlopen(address + path, timeout=30) as answer:
        data = json.loads(answer.read())
    return data["freshness"], data["count"] if "count" in data else data["total"]["studies"]


@pytest.mark.timeout(120)
def test_no_page_fails_and_none_is_mixed(evidence_db: Path, tmp_path: Path):
    live, other = tmp_path / "evidence.db", tmp_path / "other.db"
    versions = {"first": evidence_db, "second": other}
    other_version(evidence_db, other)
    allowed: dict[str, set[tuple[str, int]]] = {path: set() for path in PATHS}
    seen: dict[str, set[tuple[str, int]]] = {path: set() for path in PATHS}
    faults: list[str] = []
    done = threading.Event()

    def release(name: str) -> None:
        built = tmp_path / "evidence.build.db"
        built.write_bytes(versions[name].read_bytes())
        go_live(built, live)

    def read(address: str) -> None:
        while not done.is_set():
            for path in PATHS:
                try:
                    seen[path].add(told(address, path))
                except OSError as error:
                    faults.append(f"{path}: {error}")

    release("first")
    with served(live) as address:
        for name in ("second", "first"):
            release(name)
            for path in PATHS:
                allowed[path].add(told(address, path))
        readers = [threading.Thread(target=read, args=[address]) for _ in range(READERS)]
        for reader in readers:
            reader.start()
        for number in range(RELEASES):
            release("second" if number % 2 == 0 else "first")
            done.wait(0.3)
        done.set()
        for reader in readers:
            reader.join()
    assert faults == []
    assert all(len(told_by) == 2 for told_by in allowed.values()), allowed
    assert seen == allowed
