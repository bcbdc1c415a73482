"""What a run asks PubMed for, as data, derived from the archive alone: `--dry-run` can show it without asking."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from db.archive.days import eastern_day
from db.archive.schedule import (
    OVERLAP,
    WHOLE_SEARCH,
    came_to,
    due_again,
    first_complete,
    notices_to_fetch,
    unfinished_from,
)
from db.archive.store import Archive, now
from ingest.pubmed.fetch import PAGE, off_peak_advice
from ingest.pubmed.search import NamedSearch


@dataclass(frozen=True)
class Step:
    """One search or one list of records to fetch, and why. `requests` is an estimate, None where nobody can tell."""

    kind: str
    why: str
    asked: str
    requests: int | None

    def line(self) -> str:
        """Say it in a sentence."""
        cost = "an unknown number of requests" if self.requests is None else f"about {self.requests} requests"
        return f"{self.kind}: {self.why}; {cost}. Asked: {self.asked}"


@dataclass(frozen=True)
class Plan:
    """The steps of a run, in order."""

    steps: tuple[Step, ...]
    advice: str

    def lines(self) -> Iterator[str]:
        """Plain sentences for the terminal."""
        yield from (step.line() for step in self.steps)
        if self.advice:
            yield self.advice


def digest_of(query: str) -> str:
    """Return the name under which runs of a search are known: another search is another one from its first day."""
    return hashlib.sha256(query.encode()).hexdigest()


def searches(archive: Archive, query: str, today: date) -> Iterator[NamedSearch]:
    """Yield the searches due on one of PubMed's days.

    Without a complete search of this query: all of it. Else what was created and what was revised since the last
    complete run, with an overlap, and once a week all of it again. Changed records are asked for after any first one.
    """
    digest = digest_of(query)
    whole = came_to(archive, ("sync",), today, digest)
    created = came_to(archive, ("sync", "new"), today, digest)
    revised = came_to(archive, ("changed",), today) or first_complete(archive, today)
    if created and whole:
        yield NamedSearch("new", query, f"created since {created - OVERLAP}", created - OVERLAP)
    if revised:
        start = unfinished_from(archive, "changed", today)
        yield NamedSearch("changed", query, f"revised since {revised - OVERLAP}", revised - OVERLAP, start)
    if not whole:
        why = "the search has changed" if first_complete(archive, today) else "nothing is complete yet"
        yield NamedSearch("sync", query, f"the whole search ({why})")
    elif today - whole >= WHOLE_SEARCH:
        yield NamedSearch("sync", query, f"the whole search (the last one is of {whole})")


def plan(archive: Archive, query: str) -> Plan:
    """Say what a run would ask now."""
    stamp = now()
    steps = []
    held = archive.count()
    for search in searches(archive, query, eastern_day(stamp)):
        # One to count, one to name each 9,999, one to fetch each page: known only if all of it is held already.
        requests = 2 if search.kind != "sync" else (2 + held // 5_000 if held else None)
        steps.append(Step(search.kind, search.why, search.term, requests))
    for kind, why, pmids in (
        ("cycle", "held, to be fetched again", due_again(archive, stamp)),
        ("notices", "notices on held records", notices_to_fetch(archive)),
    ):
        if pmids:
            asked = f"{len(pmids)} records by PMID, {pmids[0]} to {pmids[-1]}"
            steps.append(Step(kind, why, asked, -(-len(pmids) // PAGE)))
    return Plan(tuple(steps), off_peak_advice(stamp, sum(step.requests or 0 for step in steps)))
