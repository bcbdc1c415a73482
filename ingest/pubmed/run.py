"""One run: ask PubMed what is due, fetch it, build, check the claims, tell; or take in files."""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from db.archive.days import eastern_day
from db.archive.store import Archive, now, today
from db.claims.check import CheckResult, check_claims
from db.evidence.changes import refresh
from db.lock import run_lock
from ingest.build.run import BuildResult, build
from ingest.build.run import Progress as BuildProgress
from ingest.import_files import FileCounts, import_files
from ingest.log import event
from ingest.notify import notify as tell_somebody
from ingest.pubmed.client import Eutils, EutilsSettings
from ingest.pubmed.fetch import Progress, PullResult, ShortRunError
from ingest.pubmed.plan import Plan, plan, searches
from ingest.pubmed.refetch import fetch_again, fetch_notices
from ingest.pubmed.search import pull
from topics import Topic
from topics.errors import EvidenceError, IncompleteRunError, PubMedError

_DOWN = 2
"""Steps that fail before a run stops asking. One may fail for what it asks, every night: the others still matter."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pulled:
    """What asking PubMed brought: the complete runs in order, and why others did not become so."""

    runs: tuple[PullResult, ...]
    held: int
    counts: dict[str, Any]
    """Requests, retries, bytes and faults by kind, of all runs together."""
    short: tuple[str, ...] = ()
    """What runs fell short of: PubMed sent less than it counted, or no more could be asked or stored."""
    failed: tuple[str, ...] = ()
    """Why runs broke off: PubMed could not be reached, or refused."""

    @property
    def gone(self) -> tuple[int, ...]:
        """Records that PubMed has no more."""
        return tuple(pmid for run in self.runs for pmid in run.gone)

    def shortfall(self) -> EvidenceError | None:
        """Return why this is not all that was due, as the error to end with; None if it is.

        PubMed out of reach weighs more than a ledger that does not add up: what is missing may be for the same reason.
        """
        if self.failed:
            return PubMedError(" ".join([*self.failed, *self.short]))
        return IncompleteRunError(" ".join(self.short)) if self.short else None

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
    """Ask PubMed for what is due (`ingest.pubmed.plan`) and fetch it into the archive of `data`.

    Raises:
        PubMedError: PubMed cannot be reached, or refuses.
        BadInputError: PubMed dropped a part of the search.
        IncompleteRunError: less was stored than PubMed reported; what came is kept.
        LockedError: another run is at work.
    """
    pulled = _pull(data, topic, settings, progress)
    if error := pulled.shortfall():
        raise error
    return pulled


def _pull(
    data: Path, topic: Topic, settings: EutilsSettings, progress: Progress | None, accept_shrinking: bool = False
) -> Pulled:
    """As `pull_topic`, but what falls short or breaks off is in the result: the rest is asked, what came is built.

    PubMed that fails two steps is down, and is not asked for the others.
    """
    runs: list[PullResult] = []
    short: list[str] = []
    failed: list[str] = []
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
            except PubMedError as error:
                failed.append(str(error))
                if len(failed) == _DOWN:
                    break
        return Pulled(tuple(runs), archive.count(), client.counts.row(), tuple(short), tuple(dict.fromkeys(failed)))


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

    Whatever is archived is built and published, with its true state, before the error of what fell short is raised.
    `accept_shrinking` believes a whole search that names far fewer records than before. Whoever is told has no hold on
    the folder: the lock is free by then.

    Raises:
        PubMedError, IncompleteRunError: as `pull_topic`; what came is published, `notify` has been told.
        BadInputError, LockedError: nothing was built; `notify` has been told.
    """
    pulled = shortfall = None
    try:
        with run_lock(data):
            pulled = _pull(data, topic, settings, progress, accept_shrinking)
            shortfall = pulled.shortfall()
            built = build(data, topic, build_progress)
            if built.short:
                pulled = replace(pulled, short=(*pulled.short, built.short))
                shortfall = pulled.shortfall()
            checked = check_claims(data, topic, today=today())
            refresh(data)  # what the check has logged belongs to the published list of changes
    except EvidenceError as error:
        said = f"{shortfall} {error}" if shortfall else str(error)
        event(_log, "sync_failed", error=said, exit_code=error.exit_code)
        if notify:
            tell_somebody(notify, _report(topic, "failed", said, error.exit_code, pulled))
        if not shortfall:
            raise
        raise type(error)(said) from error
    state, code = "complete", checked.exit_code
    if shortfall:
        state, code = "failed" if pulled.failed else "incomplete", shortfall.exit_code
    name = "sync_failed" if pulled.failed else "sync_ended"
    event(_log, name, state=state, exit_code=code, changes=len(checked.changes), gone=pulled.gone)
    told = ""
    if notify and (shortfall or checked.changes or pulled.gone):
        error_said = str(shortfall) if shortfall else ""
        told = tell_somebody(notify, _report(topic, state, error_said, code, pulled, checked))
    if shortfall:
        raise shortfall
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
