"""Records fetched again though no search asks for it, and what is found out about those that do not come.

Late indexing, corrections and retractions reach records years after they were stored, and DateRevised does not tell
(NLM, MEDLINE maintenance): each record is fetched again on a cycle, and its content decides. A record that does not
come is gone only if PubMed's summaries say so as well, in two runs. Being deleted is not being retracted.
"""

import logging
from collections.abc import Sequence

from db.archive.schedule import due_again, mark_absent, notices_to_fetch
from db.archive.store import Archive, now
from ingest.log import event
from ingest.pubmed.client import Eutils
from ingest.pubmed.fetch import PAGE, OpenRun, Progress, PullResult, fetch_slices, finish, open_run
from records.content import SearchSlice

_log = logging.getLogger(__name__)


def fetch_again(archive: Archive, client: Eutils, topic: str, progress: Progress | None = None) -> PullResult | None:
    """Fetch every record that is due (`db.archive.schedule.due_again`) as a run of kind 'cycle'; None if none is.

    Raises:
        PubMedError: PubMed cannot be reached, keeps failing, or refuses.
        IncompleteRunError: PubMed says that it has a record and does not send it.
    """
    return _fetch_listed(archive, client, "cycle", topic, due_again(archive, now()), progress)


def fetch_notices(archive: Archive, client: Eutils, topic: str, progress: Progress | None = None) -> PullResult | None:
    """Fetch notices that held records name (`db.archive.schedule.notices_to_fetch`) as a run of kind 'notices'.

    Raises:
        PubMedError, IncompleteRunError: as `fetch_again`.
    """
    return _fetch_listed(archive, client, "notices", topic, notices_to_fetch(archive), progress)


def _fetch_listed(
    archive: Archive, client: Eutils, kind: str, topic: str, pmids: Sequence[int], progress: Progress | None
) -> PullResult | None:
    if not pmids:
        return None
    with open_run(archive, client, kind, topic) as run:
        listed = SearchSlice(f"{kind}: {len(pmids)} records by PMID", "", len(pmids), tuple(pmids))
        slice_id = archive.open_slice(run.run_id, listed, fetched_from=run.run_id)
        fetch_slices(run, [slice_id], progress)
        return finish(run, gone=_confirm_absent(run, slice_id))


def _confirm_absent(run: OpenRun, slice_id: int) -> list[int]:
    """Ask the summaries about records that did not come; return those that are gone now.

    Of one that a summary still has, the run goes on missing the record.
    """
    missing = run.archive.missing(slice_id)
    absent: list[int] = []
    for start in range(0, len(missing), PAGE):
        page = missing[start : start + PAGE]
        summaries = run.client.esummary(page)
        absent += [pmid for pmid in page if pmid in summaries and summaries[pmid] is None]
    if not absent:
        return []
    gone = mark_absent(run.archive, run.run_id, slice_id, absent)
    event(_log, "absent", run_id=run.run_id, pmids=absent, gone=gone)
    run.brought.warnings += [
        f"PMID {pmid}: PubMed has no such record"
        + (", as in an earlier run: it is gone." if pmid in gone else "; the next run asks once more.")
        for pmid in absent
    ]
    return gone
