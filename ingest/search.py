"""A search on PubMed, whole: cut into slices that PubMed can name in full, counted, fetched, and added up.

PubMed names the first 9,999 records of a search and no more, without an error. A larger search is split by ranges of
PMIDs, which tile exactly because every record has one PMID. Dates, journals or types would not.
"""

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from db.archive import Archive, RawRecord, SearchSlice
from ingest.eutils import CEILING, Eutils, SearchAnswer
from ingest.reader import BrokenRecord, DeletedRecord, split_records
from topics.errors import BadInputError, EvidenceError, IncompleteRunError

HIGHEST_PMID = 99_999_999
PAGE = 400
"""Records asked for at a time."""
SMALL_PAGE = 20
"""Records at a time when those that a page did not bring are asked for once more."""
_NAMED = 20
"""PMIDs and remarks that an error or a run's row spells out."""


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

    def line(self) -> str:
        """Return the run in one sentence."""
        return (
            f"PubMed: {self.reported} records found, {self.stored} held, {self.fetched} fetched now "
            f"({self.new} new, {self.changed} changed); {self.counts['requests']} requests."
        )


@dataclass
class Fetched:
    """What fetching brought: records by what the archive knew of them, and why others did not come."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    reasons: dict[int, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def pull(archive: Archive, client: Eutils, query: str, *, topic: str, progress: Progress | None = None) -> PullResult:
    """Bring every record of a search that is not held yet into the archive.

    Records are stored page by page, so a run that was killed goes on where it was: what is held is not fetched again.

    Raises:
        BadInputError: PubMed left out a part of the search.
        PubMedError: PubMed cannot be reached, keeps failing, or refuses.
        IncompleteRunError: PubMed reported more than it named or sent. What came is stored.
    """
    run_id = archive.begin_run("pull", topic, hashlib.sha256(query.encode()).hexdigest())
    brought = Fetched()
    try:
        total = count(client, query)
        if not total.count:
            brought.warnings.append("PubMed knows no record that matches this search.")
        opened, reported = [], 0
        for answered in slices(client, query):
            opened.append(archive.open_slice(run_id, answered))
            brought.warnings += answered.warnings
            reported += answered.reported
            _tell(progress, 0, len(opened), 0, reported)
        if reported < total.count and (short := min(total.count, count(client, query).count) - reported) > 0:
            brought.warnings.append(f"{short} records are in no range of PMIDs.")
        else:
            short = 0
        _fetch(archive, client, run_id, opened, brought, progress)
        return _finish(archive, client, run_id, total, brought, short)
    except IncompleteRunError:
        raise
    except EvidenceError as error:
        archive.end_run(run_id, "failed", _counts(client, brought), str(error))
        raise


def count(client: Eutils, query: str) -> SearchAnswer:
    """Ask how many records match, and how PubMed understood the search; names no PMID.

    Raises:
        BadInputError: PubMed left out a part of the search.
    """
    answer = client.esearch(query, retmax=0)
    _refuse_dropped(answer, "")
    return answer


def slices(client: Eutils, query: str) -> Iterator[SearchSlice]:
    """Yield the search in parts of at most 9,999 records, by rising PMID, each with every PMID that PubMed names.

    A part whose PMIDs are not as many as PubMed reports, asked twice, is yielded as it is: it does not add up, and
    the run it belongs to is incomplete.

    Raises:
        BadInputError: PubMed left out a part of the search.
    """
    pending = [(1, HIGHEST_PMID)]
    while pending:
        low, high = pending.pop()
        answered = _ask(client, query, low, high)
        if answered.reported <= CEILING or len(answered.ids) < CEILING or low == high:
            yield answered
            continue
        # The named PMIDs say where the records are: their median leaves thousands on either side.
        middle = min(sorted(answered.ids)[len(answered.ids) // 2], high - 1)
        pending += [(middle + 1, high), (low, middle)]


def fetch_missing(archive: Archive, client: Eutils, run_id: int, slice_id: int) -> Iterator[Fetched]:
    """Fetch and store the records of a slice that are not held, and yield what each page brought.

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
            yield brought


def _ask(client: Eutils, query: str, low: int, high: int) -> SearchSlice:
    whole = (low, high) == (1, HIGHEST_PMID)
    window = f"{low}:{high}"
    term = query if whole else f"({query}) AND {window}[UID]"
    for _ in range(2):
        answer = client.esearch(term)
        _refuse_dropped(answer, window)
        ids = tuple(dict.fromkeys(pmid for pmid in answer.ids if low <= pmid <= high))
        if len(ids) == min(answer.count, CEILING):
            break
    else:
        short = f"PubMed reports {answer.count} records of {term} and names {len(ids)}."
        return SearchSlice(term, answer.translation, answer.count, ids, (*answer.messages, short), *_bounds(low, high))
    return SearchSlice(term, answer.translation, answer.count, ids, answer.messages, *_bounds(low, high))


def _bounds(low: int, high: int) -> tuple[int | None, int | None]:
    return (None, None) if (low, high) == (1, HIGHEST_PMID) else (low, high)


def _refuse_dropped(answer: SearchAnswer, window: str) -> None:
    """A search without one of its terms is another search, and its answer looks like a good one."""
    dropped = [remark for remark in answer.dropped if remark.partition(": ")[2].partition("[")[0] != window]
    if dropped:
        raise BadInputError(
            f"topic.yml, search: PubMed left out a part of it ({'; '.join(dropped)}). "
            "Correct the search; nothing was fetched."
        )


def _fetch(
    archive: Archive, client: Eutils, run_id: int, opened: Sequence[int], brought: Fetched, progress: Progress | None
) -> None:
    """Fetch what is missing of every slice and add it to `brought`."""
    ledger = archive.ledger(run_id)
    done, total = sum(row["stored"] for row in ledger), sum(row["received"] for row in ledger)
    for nth, slice_id in enumerate(opened):
        for page in fetch_missing(archive, client, run_id, slice_id):
            brought.new, brought.changed = brought.new + page.new, brought.changed + page.changed
            brought.unchanged += page.unchanged
            brought.reasons |= page.reasons
            brought.warnings += page.warnings
            done += page.new + page.changed + page.unchanged
            _tell(progress, nth, len(opened), done, total)
        _tell(progress, nth + 1, len(opened), done, total)


def _records(body: bytes, asked: Sequence[int], brought: Fetched) -> list[RawRecord]:
    """Return the records of an answer that were asked for, the highest version of each; note the rest."""
    wanted = dict.fromkeys(asked)
    records: dict[int, RawRecord] = {}
    try:
        for found in split_records(io.BytesIO(body)):
            if isinstance(found, DeletedRecord):
                brought.reasons[found.pmid] = "PubMed says that it is deleted"
            elif isinstance(found, BrokenRecord):
                if found.pmid:
                    brought.reasons[found.pmid] = found.reason
                brought.warnings.append(f"A broken record came: {found}")
            elif found.pmid not in wanted:
                brought.warnings.append(f"PMID {found.pmid} came without being asked for; it was not stored.")
            elif found.pmid not in records or found.version > records[found.pmid].version:
                records[found.pmid] = found
    except BadInputError as error:  # what was read before it is good
        brought.warnings.append(f"Of a page of {len(asked)} records only {len(records)} could be read: {error}")
    return list(records.values())


def _finish(
    archive: Archive, client: Eutils, run_id: int, total: SearchAnswer, brought: Fetched, short: int
) -> PullResult:
    """Add up the ledger and close the run."""
    ledger = archive.ledger(run_id)
    reported, received, stored = (sum(row[name] for row in ledger) for name in ("reported", "received", "stored"))
    if short or any(not row["reported"] == row["received"] == row["stored"] for row in ledger):
        missing = [pmid for row in ledger for pmid in archive.missing(row["ledger_id"])]
        error = _what_is_missing(run_id, reported + short, received, missing, brought)
        archive.end_run(run_id, "incomplete", _counts(client, brought), error)
        raise IncompleteRunError(error)
    archive.end_run(run_id, "complete", _counts(client, brought))
    return PullResult(
        run_id, reported, received, stored, brought.new + brought.changed + brought.unchanged, brought.new,
        brought.changed, len(ledger), total.translation, tuple(brought.warnings), client.counts.row(),
    )  # fmt: skip


def _what_is_missing(run_id: int, reported: int, received: int, missing: list[int], brought: Fetched) -> str:
    said = [f"PubMed run {run_id} is incomplete: {reported} records reported, {received - len(missing)} stored."]
    if reported != received:
        said.append(f"PubMed named {received} of them.")
    if missing:
        named = [f"{pmid} ({brought.reasons.get(pmid, 'not sent')})" for pmid in missing[:_NAMED]]
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        said.append(f"Missing: {', '.join(named)}{more}.")
    return " ".join([*said, "Run the same command again; only what is missing is fetched."])


def _counts(client: Eutils, brought: Fetched) -> dict[str, Any]:
    return client.counts.row() | {
        "new": brought.new, "changed": brought.changed, "unchanged": brought.unchanged,
        "warnings": brought.warnings[:_NAMED], "warnings_in_all": len(brought.warnings),
    }  # fmt: skip


def _tell(progress: Progress | None, *so_far: int) -> None:
    if progress:
        progress(*so_far)
