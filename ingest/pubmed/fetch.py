"""Records that a search named, or that are listed by PMID: fetched, stored page by page, and added up."""

import io
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from db.archive.days import is_busy
from db.archive.schedule import complete_run, why_not_believed
from db.archive.store import Archive, now
from ingest.log import event
from ingest.pubmed.client import Eutils
from records.content import SourceRecord
from records.pieces import BrokenRecord, DeletedRecord
from records.splitter import split_records
from topics.errors import BadInputError, EvidenceError, IncompleteRunError

PAGE = 400
"""Records asked for at a time."""
SMALL_PAGE = 20
"""Records at a time when those that a page did not bring are asked for once more."""
SERIES = 100
"""More requests than this should wait until PubMed is less busy (NBK25497)."""
NAMED = 20
"""PMIDs and remarks that an error or a run's row spells out."""
_log = logging.getLogger(__name__)


class ShortRunError(IncompleteRunError):
    """PubMed reported more than it named or sent. Other searches may still be asked."""


class NotBelievedError(ShortRunError):
    """All that a whole search named is stored, but it named far fewer records than before."""


class Progress(Protocol):
    """Is told after every answer how far a run has come."""

    def __call__(self, slices_done: int, slices: int, records_done: int, records: int, /) -> None:
        """Show it."""


@dataclass(frozen=True)
class PullResult:
    """A complete run: `reported` = `received` = `stored` records, of which `fetched` came in this run."""

    run_id: int
    reported: int
    received: int
    stored: int
    fetched: int
    new: int
    changed: int
    slices: int
    translation: str
    warnings: tuple[str, ...]
    counts: dict[str, Any]
    """Requests, retries, bytes and faults by kind."""
    kind: str = "sync"
    gone: tuple[int, ...] = ()
    """Records that PubMed has no more, confirmed over two runs."""


@dataclass
class Fetched:
    """What fetching brought: records by what the archive knew of them, and why others did not come."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    reasons: dict[int, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, Any]:
        """Return it as a run's row keeps it."""
        return {
            "new": self.new, "changed": self.changed, "unchanged": self.unchanged,
            "warnings": self.warnings[:NAMED], "warnings_in_all": len(self.warnings),
        }  # fmt: skip


@dataclass
class OpenRun:
    """A run at work: its row in the archive, and what it has brought so far."""

    archive: Archive
    client: Eutils
    run_id: int
    kind: str
    counts: Callable[[], dict[str, Any]]
    brought: Fetched = field(default_factory=Fetched)


@contextmanager
def open_run(
    archive: Archive, client: Eutils, kind: str, topic: str, search_digest: str = "", since: str = ""
) -> Iterator[OpenRun]:
    """Begin a run; if it fails, falls short or is not believed, close it so. `finish` closes it as complete."""
    run_id = archive.begin_run(kind, topic, search_digest, since)
    before, started = client.counts.copy(), time.monotonic()
    brought = Fetched()

    def counts() -> dict[str, Any]:
        seconds = round(time.monotonic() - started, 1)
        return client.counts.since(before).row() | brought.counts() | {"seconds": seconds}

    event(_log, "run_started", run_id=run_id, kind=kind, since=since)
    try:
        yield OpenRun(archive, client, run_id, kind, counts, brought)
    except EvidenceError as error:
        short = "incomplete" if isinstance(error, IncompleteRunError) else "failed"
        state = "not_believed" if isinstance(error, NotBelievedError) else short
        event(_log, "run_ended", run_id=run_id, kind=kind, state=state, error=str(error), **counts())
        archive.end_run(run_id, state, counts(), str(error))
        raise


def fetch_missing(archive: Archive, client: Eutils, run_id: int, slice_id: int) -> Iterator[Fetched]:
    """Fetch and store the records that a slice misses, and yield what each page brought.

    What a page did not bring is asked for once more, in small pages; then it stays in `archive.missing(slice_id)`.
    Records that were not asked for are not stored.
    """
    for size in (PAGE, SMALL_PAGE):
        missing = archive.missing(slice_id)
        for start in range(0, len(missing), size):
            page = missing[start : start + size]
            brought = Fetched()
            records = _records(client.efetch(page), page, brought)
            stored = archive.store_page(run_id, slice_id, records)
            brought.new, brought.changed, brought.unchanged = stored.new, stored.changed, stored.unchanged
            event(_log, "page_stored", run_id=run_id, asked=len(page), new=stored.new, changed=stored.changed,
                  unchanged=stored.unchanged)  # fmt: skip
            yield brought


def fetch_slices(run: OpenRun, opened: Sequence[int], progress: Progress | None) -> None:
    """Fetch what is missing of every slice and add it up."""
    brought = run.brought
    ledger = run.archive.ledger(run.run_id)
    done, total = sum(row["stored"] for row in ledger), sum(row["received"] for row in ledger)
    if advice := off_peak_advice(now(), -(-(total - done) // PAGE)):
        _log.warning(advice)
    for nth, slice_id in enumerate(opened):
        for page in fetch_missing(run.archive, run.client, run.run_id, slice_id):
            brought.new, brought.changed = brought.new + page.new, brought.changed + page.changed
            brought.unchanged += page.unchanged
            brought.reasons |= page.reasons
            brought.warnings += page.warnings
            done += page.new + page.changed + page.unchanged
            tell(progress, nth, len(opened), done, total)
        tell(progress, nth + 1, len(opened), done, total)


def finish(
    run: OpenRun, translation: str = "", short: int = 0, gone: Sequence[int] = (), *, accept_shrinking: bool = False
) -> PullResult:
    """Add up the ledger and close the run.

    `short` are records that PubMed counts and has in no slice, `gone` those that it turned out to have no more.

    Raises:
        ShortRunError: reported, received and stored differ, or `short` is not 0.
        NotBelievedError: a whole search names far fewer records than before, and that is not accepted.
    """
    archive, brought = run.archive, run.brought
    ledger = archive.ledger(run.run_id)
    reported, received, stored = (sum(row[name] for row in ledger) for name in ("reported", "received", "stored"))
    if short or any(not row["reported"] == row["received"] == row["stored"] for row in ledger):
        missing = [pmid for row in ledger for pmid in archive.missing(row["ledger_id"])]
        raise ShortRunError(_what_is_missing(run.run_id, reported + short, received, missing, brought))
    if not accept_shrinking and (why := why_not_believed(archive, run.run_id)):
        raise NotBelievedError(
            f"PubMed run {run.run_id} is not believed: {why}. Nothing is marked as left. It is accepted if a run on "
            "another day finds the same, or now with --accept-shrinking."
        )
    counts = run.counts()
    complete_run(archive, run.run_id, counts)
    result = PullResult(
        run.run_id, reported, received, stored, brought.new + brought.changed + brought.unchanged, brought.new,
        brought.changed, len(ledger), translation, tuple(brought.warnings), counts, run.kind, tuple(gone),
    )  # fmt: skip
    event(_log, "run_ended", run_id=run.run_id, kind=run.kind, state="complete", reported=reported, **counts)
    return result


def tell(progress: Progress | None, *so_far: int) -> None:
    """Tell how far a run has come, if anybody wants to know."""
    if progress:
        progress(*so_far)


def _records(body: bytes, asked: Sequence[int], brought: Fetched) -> list[SourceRecord]:
    """Return the records of an answer that were asked for, the highest version of each; note the rest."""
    wanted = dict.fromkeys(asked)
    records: dict[int, SourceRecord] = {}
    try:
        for found in split_records(io.BytesIO(body)):
            if isinstance(found, DeletedRecord):
                brought.reasons[found.pmid] = "PubMed says that it is deleted"
            elif isinstance(found, BrokenRecord):
                if found.pmid:
                    brought.reasons[found.pmid] = found.reason
                brought.warnings.append(f"A broken record came: {found}")
            elif found.record_id not in wanted:
                brought.warnings.append(f"PMID {found.record_id} came without being asked for; it was not stored.")
            elif found.record_id not in records or found.version > records[found.record_id].version:
                records[found.record_id] = found
    except BadInputError as error:  # what was read before it is good
        brought.warnings.append(f"Of a page of {len(asked)} records only {len(records)} could be read: {error}")
    return list(records.values())


def _what_is_missing(run_id: int, reported: int, received: int, missing: list[int], brought: Fetched) -> str:
    said = [f"PubMed run {run_id} is incomplete: {reported} records reported, {received - len(missing)} stored."]
    if reported != received:
        said.append(f"PubMed named {received} of them.")
    if missing:
        named = [f"{pmid} ({brought.reasons.get(pmid, 'not sent')})" for pmid in missing[:NAMED]]
        more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
        said.append(f"Missing: {', '.join(named)}{more}.")
    return " ".join([*said, "Run the same command again; only what is missing is fetched."])


def off_peak_advice(stamp: str, requests: int) -> str:
    """Say that a big pull should wait, if it should; '' if not."""
    if requests <= SERIES or not is_busy(stamp):
        return ""
    return (
        f"About {requests} requests: NCBI asks that more than {SERIES} be made at weekends or between 21:00 and 5:00 "
        "US Eastern time."
    )
