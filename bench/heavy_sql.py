"""What readers of pages notice of readers whose SQL is heavy: part of `python -m bench serve`.

64 readers ask for our own pages, each in a new connection; first alone, then with 50 more whose SQL never ends by
itself or gives far more than may be sent. The server's memory is looked at all the while.
"""

import http.client
import random
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

import psutil

from bench.measure import met
from publish.compat import OWN_SQL

READERS, HEAVY_READERS = 64, 50
ENDLESS = "with recursive c(x) as (select 1 union all select x + 1 from c) select count(*) from c"
LARGE = "with recursive c(x) as (select 1 union all select x + 1 from c limit 1000) select hex(zeroblob(250000)) from c"
HEAVY = [f"{OWN_SQL}.json?{urlencode({'sql': sql})}" for sql in (ENDLESS, LARGE)]


@dataclass
class _Seen:
    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)


def _ask(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
    return answer.status


def _read(port: int, paths: Sequence[str], until: float, seen: _Seen) -> None:
    rng = random.Random(threading.get_ident())  # noqa: S311
    while time.monotonic() < until:
        begun = time.perf_counter()
        status = _ask(port, rng.choice(paths))
        seen.seconds.append(time.perf_counter() - begun)
        seen.statuses[status] += 1
        if status == 503:  # as a browser that was told to come again
            time.sleep(0.5)


def _largest_memory(until: float) -> int:
    """Bytes of the largest child process, the server, until a moment."""
    largest = 0
    while time.monotonic() < until:
        largest = max([largest, *(child.memory_info().rss for child in psutil.Process().children())])
        time.sleep(0.2)
    return largest


def _together(port: int, paths: Sequence[str], seconds: float, heavy_readers: int) -> tuple[_Seen, _Seen, int]:
    own, heavy, until = _Seen(), _Seen(), time.monotonic() + seconds
    readers: list[Callable[[], None]] = [lambda: _read(port, paths, until, own)] * READERS
    readers += [lambda: _read(port, HEAVY, until, heavy)] * heavy_readers
    threads = [threading.Thread(target=reader) for reader in readers]
    for thread in threads:
        thread.start()
    memory = _largest_memory(until)
    for thread in threads:
        thread.join()
    return own, heavy, memory


def lines(port: int, paths: Sequence[str], seconds: float) -> list[str]:
    """The table of both, and the goals: 95 % within 5 times what it was alone, none fails, memory under 1 GB."""
    _together(port, paths, 2, 0)  # every page is kept
    alone, _, memory_alone = _together(port, paths, seconds, 0)
    beside, heavy, memory = _together(port, paths, seconds, HEAVY_READERS)
    slow_alone, slow_beside = (statistics.quantiles(seen.seconds, n=20)[-1] * 1000 for seen in (alone, beside))
    failed = [sum(count for status, count in seen.statuses.items() if status != 200) for seen in (alone, beside)]
    answers = ", ".join(f"{count:,} × {status or 'no answer'}" for status, count in sorted(heavy.statuses.items()))
    times = slow_beside / slow_alone
    return [
        f"| {READERS} readers of our pages | pages | 95 % | failed | the server's memory |",
        "|---|---|---|---|---|",
        f"| alone | {len(alone.seconds):,} | {slow_alone:,.0f} ms | {failed[0]} | {memory_alone >> 20} MB |",
        f"| beside {HEAVY_READERS} with heavy SQL | {len(beside.seconds):,} | {slow_beside:,.0f} ms | {failed[1]} "
        f"| {memory >> 20} MB |",
        "",
        f"Beside heavy SQL 95 % of pages take {times:.1f} times as long as without; goal: 5 ({met(times <= 5)}); none "
        f"fails ({met(not failed[1])}); memory under 1 GB ({met(memory < 1 << 30)}). The heavy readers got: {answers}.",
    ]
