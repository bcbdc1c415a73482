"""Work on many pieces that other processes of this machine take a share of, while the results come back in order.

The process that asks takes part: whenever the others have enough to do and the next result is not there yet, it does a
piece itself. So nothing waits for processes to start, and one that dies (no memory left) costs time only: what it had
is done here.
"""

import gc
import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

Piece = TypeVar("Piece")
Result = TypeVar("Result")
Work = Callable[[Piece], Result]

_AHEAD = 3
"""Pieces that wait for each process, one of them at work: enough that none runs out, few enough for memory."""
_KEPT = 12
"""Results that may wait for the one before them."""


def cores() -> int:
    """Cores of this machine, or 0 where there is but one and sharing gains nothing.

    As many other processes are not too many: one that takes in a piece, or waits for its result to be taken, leaves its
    core to this one.
    """
    count = os.cpu_count() or 1
    return count if count > 1 else 0


def in_order(pieces: Iterable[Piece], work: Work[Piece, Result], processes: int) -> Iterator[Result]:
    """Yield `work(piece)` for every piece, in their order.

    `work` is pickled once for each process, and so can be pieces and results. What a piece raises is raised when its
    turn comes. With no other `processes` everything is done here.
    """
    if processes < 1:
        yield from map(work, pieces)
        return
    with pool_of(processes, work.__module__, _begin, (work,)) as pool:
        waiting: deque[tuple[Piece, Future[Result]]] = deque()
        try:
            for piece in pieces:
                waiting.append((piece, _handed_out(pool, piece, waiting, processes) or _done(work, piece)))
                while waiting and (waiting[0][1].done() or len(waiting) > _KEPT):
                    yield _taken(work, *waiting.popleft())
            while waiting:
                _lend_a_hand(work, waiting)
                yield _taken(work, *waiting.popleft())
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _handed_out(
    pool: ProcessPoolExecutor, piece: Piece, waiting: Iterable[tuple[Piece, Future[Result]]], processes: int
) -> Future[Result] | None:
    """The future of a piece given to another process; None where all have enough to do, or one has died."""
    if sum(not future.done() for _, future in waiting) >= _AHEAD * processes:
        return None
    try:
        return pool.submit(_do, piece)
    except BrokenProcessPool:
        return None


def _lend_a_hand(work: Work[Piece, Result], waiting: "deque[tuple[Piece, Future[Result]]]") -> None:
    """While the next result is not there, do the last pieces that nobody has begun."""
    for place in reversed(range(1, len(waiting))):
        if waiting[0][1].done():
            return
        piece, future = waiting[place]
        if future.cancel():
            waiting[place] = piece, _done(work, piece)


def _done(work: Work[Piece, Result], piece: Piece) -> "Future[Result]":
    future: Future[Result] = Future()
    try:
        future.set_result(work(piece))
    except Exception as error:
        future.set_exception(error)
    return future


def _taken(work: Work[Piece, Result], piece: Piece, future: "Future[Result]") -> Result:
    try:
        return future.result()
    except BrokenProcessPool:
        return work(piece)


def pool_of(
    processes: int, module: str, begin: Callable[..., None] | None = None, arguments: tuple[Any, ...] = ()
) -> ProcessPoolExecutor:
    """Processes that have imported `module` when they start; `begin(*arguments)` is called once in each."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        context: multiprocessing.context.BaseContext = multiprocessing.get_context("spawn")
    else:  # a server that forks: they start quickly, and none is a copy of this process, its threads and databases
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([module])
    return ProcessPoolExecutor(processes, context, initializer=_begin_process, initargs=(begin, arguments))


def _begin_process(begin: Callable[..., None] | None, arguments: tuple[Any, ...]) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if begin:
        begin(*arguments)


def _end_with_parent() -> None:
    """End this process when the one that started it is killed: its pool would wait for work for ever."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


_work: Callable[[Any], Any]
"""What this process does, where it is one that takes a share."""


def _begin(work: Callable[[Any], Any]) -> None:
    global _work
    gc.disable()  # as `loops.without_cycle_search`
    _work = work


def _do(piece: Any) -> Any:
    return _work(piece)
