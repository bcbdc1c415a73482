"""A search on PubMed, whole: cut into slices that PubMed can name in full, counted, fetched, and added up.

PubMed names the first 9,999 records of a search and no more, without an error. A larger search is split by ranges of
PMIDs, which tile exactly because every record has one PMID. Dates, journals or types would not.
"""

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from db.archive.store import Archive
from ingest.log import event
from ingest.pubmed.answers import SearchAnswer
from ingest.pubmed.client import CEILING, Eutils
from ingest.pubmed.fetch import OpenRun, Progress, PullResult, fetch_slices, finish, open_run, tell
from records.content import SearchSlice
from topics.base import MAX_PMID
from topics.errors import BadInputError

_DATE_FIELD = {"new": "crdt", "changed": "lr"}
"""What a window is about: Create Date, and Date - Last Revised (einfo calls it MDAT)."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class NamedSearch:
    """A search that a run asks: `kind` 'sync' for all of it, 'new' or 'changed' for what was created or revised since.

    Held records count as stored, but a search for changed ones brings them again, unless the run `fetched_from` or a
    later one did already.
    """

    kind: str
    query: str
    why: str = ""
    since: date | None = None
    fetched_from: int | None = None

    @property
    def window(self) -> str:
        """What limits the search, in PubMed's syntax; '' for all of it. It has no end: a clock here may be behind."""
        field = _DATE_FIELD.get(self.kind)
        return f'"{self.since:%Y/%m/%d}"[{field}] : "3000"[{field}]' if field and self.since else ""

    @property
    def term(self) -> str:
        """The search as it is sent."""
        return f"({self.query}) AND ({self.window})" if self.window else self.query


def pull(
    archive: Archive, client: Eutils, query: str | NamedSearch, *, topic: str, progress: Progress | None = None,
    accept_shrinking: bool = False,
) -> PullResult:  # fmt: skip
    """Bring every record of a search that is not held yet into the archive (of changed ones: held or not).

    Records are stored page by page, so a run that was killed goes on where it was: what it stored is not fetched again.
    A whole search that names far fewer records than before counts only with `accept_shrinking`, or when a run on
    another day has found the same (`db.archive.schedule.why_not_believed`).

    Raises:
        BadInputError: PubMed left out a part of the search.
        PubMedError: PubMed cannot be reached, keeps failing, or refuses.
        IncompleteRunError: PubMed reported more than it named or sent, or is not believed. What came is stored.
    """
    search = NamedSearch("sync", query) if isinstance(query, str) else query
    digest = hashlib.sha256(search.query.encode()).hexdigest()
    since = search.since.isoformat() if search.since else ""
    with open_run(archive, client, search.kind, topic, digest, since) as run:
        total = count(client, search.term) if search.kind == "sync" else None
        if total and not total.count:
            run.brought.warnings.append("PubMed knows no record that matches this search.")
        opened, reported = _open_slices(run, search, progress)
        # The first count stands: from a count that shrinks with each answer, a later one would always fit.
        short = max(0, total.count - reported) if total else 0
        if short:
            run.brought.warnings.append(f"{short} records are in no range of PMIDs.")
        fetch_slices(run, opened, progress)
        return finish(run, total.translation if total else "", short, accept_shrinking=accept_shrinking)


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
    pending = [(1, MAX_PMID)]
    while pending:
        low, high = pending.pop()
        answered = _ask(client, query, low, high)
        if answered.reported <= CEILING or len(answered.ids) < CEILING or low == high:
            yield answered
            continue
        # The named PMIDs say where the records are: their median leaves thousands on either side.
        middle = min(sorted(answered.ids)[len(answered.ids) // 2], high - 1)
        pending += [(middle + 1, high), (low, middle)]


def _open_slices(run: OpenRun, search: NamedSearch, progress: Progress | None) -> tuple[list[int], int]:
    """Write every slice to the ledger; their ids, and how many records PubMed reports in them."""
    fetched_from = 0 if search.kind != "changed" else search.fetched_from or run.run_id
    opened, reported = [], 0
    for answered in slices(run.client, search.term):
        opened.append(run.archive.open_slice(run.run_id, answered, fetched_from))
        run.brought.warnings += [each for each in answered.warnings if search.kind == "sync" or "No items" not in each]
        reported += answered.reported
        event(_log, "slice_named", run_id=run.run_id, low=answered.uid_low, high=answered.uid_high,
              reported=answered.reported, received=len(answered.ids))  # fmt: skip
        tell(progress, 0, len(opened), 0, reported)
    return opened, reported


def _ask(client: Eutils, query: str, low: int, high: int) -> SearchSlice:
    whole = (low, high) == (1, MAX_PMID)
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
    return (None, None) if (low, high) == (1, MAX_PMID) else (low, high)


def _refuse_dropped(answer: SearchAnswer, window: str) -> None:
    """A search without one of its terms is another search, and its answer looks like a good one."""
    dropped = [remark for remark in answer.dropped if remark.partition(": ")[2].partition("[")[0] != window]
    if dropped:
        raise BadInputError(
            f"topic.yml, search: PubMed left out a part of it ({'; '.join(dropped)}). "
            "Correct the search; nothing was fetched."
        )
