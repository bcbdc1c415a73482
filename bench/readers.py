"""Readers of the live database while builds are published into it. `python -m bench.faults readers` runs it."""

import sqlite3
import tempfile
import threading
from contextlib import closing
from pathlib import Path

from db.evidence.publish import LIVE, go_live


def readers_through_publications(publications: int, readers: int = 4) -> tuple[int, int, int]:
    """Publish again and again under readers that keep their connection; (reads, errors, mixed answers)."""
    reads, errors, mixed = 0, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        live, built = Path(folder) / LIVE, Path(folder) / "new.db"

        def publish(number: int) -> None:
            with closing(sqlite3.connect(built)) as database:
                for table in ("a", "b", "c"):
                    database.execute(f"CREATE TABLE {table} (n, filling)")
                    rows = ((number, "x" * 200) for _ in range(2_000 + 37 * number))
                    database.executemany(f"INSERT INTO {table} VALUES (?, ?)", rows)  # noqa: S608
                database.commit()
            go_live(built, live)

        publish(0)
        stop, lock = threading.Event(), threading.Lock()

        def read() -> None:
            nonlocal reads, errors, mixed
            with closing(sqlite3.connect(live)) as connection:
                while not stop.is_set():
                    try:
                        numbers = connection.execute(
                            "SELECT DISTINCT n, (SELECT count(*) FROM b) FROM a UNION SELECT DISTINCT n, "
                            "(SELECT count(*) FROM b) FROM b UNION SELECT DISTINCT n, (SELECT count(*) FROM a) FROM c"
                        ).fetchall()
                        with lock:
                            reads, mixed = reads + 1, mixed + (len(numbers) != 1)
                    except sqlite3.Error:
                        with lock:
                            errors += 1

        threads = [threading.Thread(target=read) for _ in range(readers)]
        for thread in threads:
            thread.start()
        for number in range(1, publications + 1):
            publish(number)
        stop.set()
        for thread in threads:
            thread.join()
    return reads, errors, mixed
