"""Work for processes that take a share of it: its functions are found by name in each of them."""

import os
import signal
import time
from pathlib import Path


def double(asker: int, number: int) -> tuple[int, bool]:
    """Double a number, and say whether the process that asked did it; a negative one is refused."""
    if number < 0:
        raise ValueError(f"{number} is negative")
    time.sleep(0.01 * (number % 3))
    return 2 * number, os.getpid() == asker


def tell_and_wait(folder: str, number: int) -> int:
    """Leave a file named by the process that does it, and take long."""
    Path(folder, str(os.getpid())).touch()
    time.sleep(0.3)
    return number


def double_or_die(asker: int, number: int) -> int:
    """Double a number; every process but the one that asked dies at the third."""
    if number == 3 and os.getpid() != asker:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.01)
    return 2 * number
