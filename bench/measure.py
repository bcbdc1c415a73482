"""Running things apart from each other, in turns, and what they took."""

import json
import os
import platform
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
"""Real records and labelled abstracts beside the checkout, where there are any."""


@dataclass(frozen=True)
class Took:
    """Processor and wall seconds of a step, and by how many MB memory was higher at its peak than before it."""

    processor: float
    wall: float
    megabytes: float
    answer: object


def apart(module: str, function: str, *arguments: object) -> Took:
    """Call `bench.<module>.<function>` in a process of its own, with JSON-able arguments and answer.

    Raises:
        RuntimeError: it failed; with what it wrote last.
    """
    command = [sys.executable, "-m", "bench.measure", module, function, json.dumps(arguments, default=str)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"bench.{module}.{function}: {done.stderr.strip().rpartition(chr(10))[2]}")
    return Took(**json.loads(done.stdout.splitlines()[-1]))


def in_turns(steps: Mapping[str, tuple[object, ...]], rounds: int) -> dict[str, list[Took]]:
    """Run every step once a round, so that a machine that slows down slows all of them down."""
    took: dict[str, list[Took]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, (module, function, *arguments) in steps.items():
            took[name].append(apart(str(module), str(function), *arguments))
    return took


def median(times: Sequence[Took], what: str = "processor") -> float:
    """The median over rounds."""
    return statistics.median(getattr(one, what) for one in times)


def ratio(slow: Sequence[Took], fast: Sequence[Took], what: str = "processor") -> float:
    """How many times as long `slow` took, as the median of the rounds' own ratios."""
    return statistics.median(getattr(a, what) / getattr(b, what) for a, b in zip(slow, fast, strict=True))


def met(yes: bool) -> str:
    """In the doc."""
    return "met" if yes else "**missed**"


def machine() -> str:
    """What it was measured on."""
    cpu = platform.processor() or platform.machine()
    known = Path("/proc/cpuinfo")
    for line in known.read_text(encoding="utf-8").splitlines() if known.exists() else ():
        if line.startswith("model name"):
            cpu = line.partition(":")[2].strip()
    packages = []
    for name in ("lxml", "isal", "ahocorasick-rs", "sqlite-utils", "datasette", "pubmed-parser", "biopython",
                 "distributed"):  # fmt: skip
        try:
            packages.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            packages.append(f"{name} not installed")
    return (
        f"{cpu}, {os.cpu_count()} cores; Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}; "
        f"{', '.join(packages)}."
    )


_CLEAR = Path("/proc/self/clear_refs")


def _memory(what: str) -> int:
    """KB of this process now (VmRSS) or at its peak (VmHWM), as Linux counts them."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what))


def _processor() -> float:
    """Processor seconds of this process and of the programs that it ran."""
    return sum(os.times()[:4])


def _main() -> None:
    module, function, arguments = sys.argv[1:]
    step = getattr(import_module(f"bench.{module}"), function)
    before = _memory("VmRSS")
    _CLEAR.write_text("5", encoding="ascii")  # the peak begins anew here
    processor, wall = _processor(), time.perf_counter()
    answer = step(*json.loads(arguments))
    took = Took(
        _processor() - processor, time.perf_counter() - wall,
        (_memory("VmHWM") - before) / 1024, answer,
    )  # fmt: skip
    print(json.dumps(vars(took)))  # noqa: T201


if __name__ == "__main__":
    _main()
