"""One run: ask PubMed what is due, fetch it, build, check the claims, tell; or take in files."""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from db.archive import Archive, now
from db.changes import refresh
from db.claims.check import CheckResult, check_claims
from db.eastern import eastern_day
from db.lock import run_lock
from ingest.build import BuildResult, build
from ingest.build import Progress as BuildProgress
from ingest.cycle import fetch_again, fetch_notices
from ingest.eutils import Eutils, EutilsSettings
from ingest.fetch import Progress, PullResult, ShortRunError
from ingest.files import FileCounts, import_files
from ingest.log import event
from ingest.notify import notify as tell_somebody
from ingest.plan import Plan, plan, searches
from ingest.search import pull
from topics import Topic
from topics.errors import EvidenceError, IncompleteRunError

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pulled:
    """What asking PubMed brought: the complete runs in order, and what others fell short of."""

    runs: tuple[PullResult, ...]
    held: int
    counts: dict[str, Any]
    """Requests, retries, bytes and faults by kind, of all runs together."""
    short: tuple[str, ...] = ()

    @property
    def gone(self) -> tuple[int, ...]:
        """Records that PubMed has no more."""
        return tuple(pmid for run in self.runs for pmid in run.gone)

    def line(self) -> str:
        """Say it in a sentence."""
        whole = next((run for run in self.runs if run.kind == "sync"), None)
        found = f"{whole.reported} records found, " if whole else ""
        fetched, new, changed = (sum(getattr(run, name) for run in self.runs) for name in ("fetched", "new", "changed"))
        gone = f", {len(self.gone)} gone" if self.gone else ""
        return (
            f"PubMed: {found}{self.held} held, {fetched} fetched now ({new} new, {changed} changed{gone}); "
            f"{self.counts['requests']} requests."
        )


@dataclass(frozen=True)
class SyncResult:
    """What a run brought, what was made of it, and what it does to the claims."""

    pulled: Pulled
    built: BuildResult
    checked: CheckResult
    notified: str
    """What went wrong with telling about it; '' if nothing did."""

    @property
    def exit_code(self) -> int:
        """1 if a verdict flipped, else 0."""
        return self.checked.exit_code

    def lines(self) -> Iterator[str]:
        """Plain sentences for the terminal."""
        yield self.pulled.line()
        yield self.built.line()
        yield from self.checked.lines()
        if self.notified:
            yield self.notified


def plan_of(data: Path, topic: Topic) -> Plan:
    """Say what `sync` would ask PubMed now, without asking anything."""
    with Archive.open(data) as archive:
        return plan(archive, topic.search.query())


def pull_topic(data: Path, topic: Topic, settings: EutilsSettings, progress: Progress | None = None) -> Pulled:
    """Ask PubMed for what is due (`ingest.plan`) and fetch it into the archive of `data`.

    Raises:
        PubMedError: PubMed cannot be reached, or refuses.
        BadInputError: PubMed dropped a part of the search.
        IncompleteRunError: less was stored than PubMed reported; what came is kept.
        LockedError: another run is at work.
    """
    pulled = _pull(data, topic, settings, progress)
    if pulled.short:
        raise IncompleteRunError(" ".join(pulled.short))
    return pulled


def _pull(
    data: Path, topic: Topic, settings: EutilsSettings, progress: Progress | None, accept_shrinking: bool = False
) -> Pulled:
    """As `pull_topic`, but what falls short is in the result, and does not keep the other searches from being asked."""
    runs: list[PullResult] = []
    short: list[str] = []
    with run_lock(data), Archive.open(data) as archive, Eutils(settings) as client:
        due = list(searches(archive, topic.search.query(), eastern_day(now())))
        steps: list[Callable[[], PullResult | None]] = [
            *(
                partial(
                    pull,
                    archive,
                    client,
                    search,
                    topic=topic.name,
                    progress=progress,
                    accept_shrinking=accept_shrinking,
                )
                for search in due
            ),
            partial(fetch_again, archive, client, topic.name, progress),
            partial(fetch_notices, archive, client, topic.name, progress),
        ]
        for step in steps:
            try:
                if run := step():
                    runs.append(run)
            except ShortRunError as error:
                short.append(str(error))
            except IncompleteRunError as error:  # no more requests, or no more room: the next step has none either
                short.append(str(error))
                break
        return Pulled(tuple(runs), archive.count(), client.counts.row(), tuple(short))


def sync(
    data: Path,
    topic: Topic,
    settings: EutilsSettings,
    progress: Progress | None = None,
    build_progress: BuildProgress | None = None,
    notify: str = "",
    accept_shrinking: bool = False,
) -> SyncResult:
    """Pull what is due, build, check the claims, and tell `notify` (a command or a web address) if there is news.

    What fell short is built and published as such (verdicts say so) before the error is raised. A pull that failed
    leaves the last good database as it is. `accept_shrinking` believes a whole search that names far fewer records
    than before. Whoever is told has no hold on the folder: the lock is free by then.

    Raises:
        PubMedError, BadInputError, IncompleteRunError, LockedError: as `pull_topic`; `notify` has been told.
    """
    try:
        with run_lock(data):
            pulled = _pull(data, topic, settings, progress, accept_shrinking)
            built = build(data, topic, build_progress)
            checked = check_claims(data, topic, today=eastern_day(now()))
            refresh(data)  # what the check has logged belongs to the published list of changes
    except EvidenceError as error:
        event(_log, "sync_failed", error=str(error), exit_code=error.exit_code)
        if notify:
            tell_somebody(notify, _report(topic, "failed", str(error), error.exit_code))
        raise
    short = " ".join(pulled.short)
    code = IncompleteRunError.exit_code if short else checked.exit_code
    state = "incomplete" if short else "complete"
    event(_log, "sync_ended", state=state, exit_code=code, changes=len(checked.changes), gone=pulled.gone)
    told = ""
    if notify and (short or checked.changes or pulled.gone):
        told = tell_somebody(notify, _report(topic, state, short, code, pulled, checked))
    if short:
        raise IncompleteRunError(short)
    return SyncResult(pulled, built, checked, told)


def _report(
    topic: Topic, state: str, error: str, exit_code: int, pulled: Pulled | None = None,
    checked: CheckResult | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Write what `notify` is given."""
    return {
        "topic": topic.name, "at": now(), "state": state, "exit_code": exit_code, "error": error,
        "pulled": pulled.line() if pulled else "", "gone": list(pulled.gone) if pulled else [],
        "claims": json.loads(checked.as_json()) if checked else None,
        "markdown": checked.as_markdown() if checked else "",
    }  # fmt: skip


def import_into(data: Path, topic: Topic, paths: Sequence[Path]) -> list[FileCounts]:
    """Take files into the archive of `data`, as one run.

    Raises:
        BadInputError: a file cannot be used; nothing of it was stored, files before it were.
        LockedError: another run is at work.
    """
    with run_lock(data), Archive.open(data) as archive:
        run = archive.begin_run("import", topic.name)
        try:
            counts = import_files(archive, paths, run)
        except Exception as error:
            archive.end_run(run, "failed", {}, str(error))
            raise
        whole = {
            "files": len(counts),
            "read": sum(row.read for row in counts),
            "broken": sum(row.broken for row in counts),
        }
        archive.end_run(run, "incomplete" if whole["broken"] else "complete", whole)
        return counts
