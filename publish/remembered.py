"""What a page works out of the whole database, kept for as long as the database stays as it is.

SQLite says whether it did (`PRAGMA data_version`), so a build that goes live is seen at once, whatever it changed.
Datasette keeps one connection a thread; what is kept, is kept for that connection.
"""

import sqlite3
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")
MOST = 100
"""Things kept at a time: the whole of what the fixed pages need, and the searches that were asked last."""


@dataclass
class _Kept:
    connection: sqlite3.Connection | None = None
    version: int = -1
    found: dict[Hashable, Any] = field(default_factory=dict)


class _OfThread(threading.local):
    def __init__(self) -> None:
        self.kept = _Kept()


_of_thread = _OfThread()


def remembered(connection: sqlite3.Connection, key: Hashable, work_out: Callable[[sqlite3.Connection], T]) -> T:
    """What `work_out` makes of the database, or made of this very state of it under the same key.

    Belongs into a read transaction (`page.snapshot`), so that the state that is asked about is the one that is read.
    Nobody may change what comes back: the next reader gets it too.
    """
    (version,) = connection.execute("PRAGMA data_version").fetchone()
    kept = _of_thread.kept
    if kept.connection is not connection or kept.version != version:
        kept = _of_thread.kept = _Kept(connection, version)
    if key in kept.found:
        made: T = kept.found.pop(key)  # and back in, last: what was not asked for longest goes first
    else:
        made = work_out(connection)
    kept.found[key] = made
    if len(kept.found) > MOST:
        del kept.found[next(iter(kept.found))]
    return made
