"""Progress on stderr: bars on a terminal, a plain line now and then elsewhere. Results go to stdout, never here."""

import sys
import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

_SECONDS_BETWEEN_LINES = 10.0


class Bars:
    """One bar a step: `pull` counts slices and records from PubMed, `build` records read into the database."""

    def __init__(self) -> None:
        self._console = Console(file=sys.stderr)
        self._progress: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._last_line = time.monotonic()
        self._started: dict[str, float] = {}

    def pull(self, slices_done: int, slices: int, records_done: int, records: int) -> None:
        """Called by `ingest.pubmed.search.pull` after every page."""
        self._advance(f"PubMed: slice {slices_done} of {slices}, records", records_done, records, "pull")

    def build(self, done: int, total: int) -> None:
        """Called by `ingest.build.run.build` after every record."""
        self._advance("Build: records", done, total, "build")

    def close(self) -> None:
        """Leave the terminal as it was."""
        if self._progress:
            self._progress.stop()

    def _advance(self, label: str, done: int, total: int, step: str) -> None:
        started = self._started.setdefault(step, time.monotonic())
        rate = done / max(time.monotonic() - started, 1e-6)
        if not self._console.is_terminal:
            if time.monotonic() - self._last_line >= _SECONDS_BETWEEN_LINES:
                self._last_line = time.monotonic()
                left = (total - done) / rate if rate else 0
                print(f"{label} {done} of {total}, {rate:.0f}/s, {left:.0f} s left", file=sys.stderr)  # noqa: T201
            return
        if self._progress is None:
            self._progress = Progress(
                TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
                TextColumn("{task.fields[rate]:.0f}/s"), TimeRemainingColumn(),
                console=self._console, transient=True,
            )  # fmt: skip
            self._progress.start()
        if step not in self._tasks:
            self._tasks[step] = self._progress.add_task(label, total=total, rate=0.0)
        self._progress.update(self._tasks[step], description=label, completed=done, total=total, rate=rate)
        if done >= total:
            self.close()
            self._progress = None
            self._tasks.clear()
