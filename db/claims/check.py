"""What became of the claims since somebody last looked: verdicts compared with the archive's log, and logged again.

The log (`verdict_log` in `archive.db`) is only ever added to. A check of an earlier date (`as_of`) reads the timelines
and leaves no trace.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from db.archive.store import Archive, now
from db.claims.filters import end_of
from db.claims.verdicts import UNTESTED
from db.evidence.coverage import read_coverage
from db.evidence.publish import LIVE
from db.sqlite import open_database, plain_errors
from topics import Topic
from topics.errors import BadInputError

NEW = "new"
"""What an assertion was at the last check if the claims file did not have it then."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict of one assertion, and the record behind its last change."""

    claim_id: str
    assertion_id: str
    text: str
    verdict: str
    value: str
    pmid: int | None
    study_id: str | None
    since: str
    """Date of the record; '' when nothing dated has changed it."""


@dataclass(frozen=True, slots=True)
class Change:
    """An assertion that is not as it was at the last check."""

    claim_id: str
    assertion_id: str
    text: str
    was: str
    verdict: str
    value_was: str
    value: str
    pmid: int | None
    study_id: str | None
    since: str

    @property
    def flipped(self) -> bool:
        """Whether the verdict is another one: not only the value moved, and the assertion is not a new one."""
        return self.was not in (NEW, self.verdict)

    def line(self) -> str:
        """Say in a sentence what changed, and which record did it."""
        by = f"PMID {self.pmid}" if self.pmid else self.study_id
        cause = f" ({by}{', ' + self.since if self.since else ''})" if by else ""
        if self.was == NEW:
            what = f"new: {_plain(self.verdict)} (value {self.value or '–'})"
        elif self.flipped:
            what = f"{_plain(self.was)} → {_plain(self.verdict)} (value {self.value_was or '–'} → {self.value or '–'})"
        else:
            what = f"still {_plain(self.verdict)}, value {self.value_was or '–'} → {self.value or '–'}"
        return f"{self.claim_id} / {self.assertion_id}: {what}{cause}"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Verdicts, and what changed since the last check (nothing on a first one, nor on a check of an earlier date)."""

    as_of: str
    """ISO date asked for, or '' for today."""
    coverage: str
    verdicts: tuple[Verdict, ...]
    changes: tuple[Change, ...]
    first: bool
    """No check was logged before: there is nothing to compare with."""

    @property
    def exit_code(self) -> int:
        """1 if a verdict flipped since the last check, else 0."""
        return int(any(change.flipped for change in self.changes))

    def as_json(self) -> str:
        """Write the changes, and all verdicts, as JSON."""
        whole = {
            "as_of": self.as_of or None,
            "coverage": self.coverage,
            "first": self.first,
            "changes": [asdict(change) | {"flipped": change.flipped} for change in self.changes],
            "verdicts": [asdict(one) for one in self.verdicts],
        }
        return json.dumps(whole, indent=2, ensure_ascii=False)

    def as_markdown(self) -> str:
        """Write the changes as Markdown, for a mail, a chat or an issue; '' when nothing changed."""
        if not self.changes:
            return ""
        flips = [change for change in self.changes if change.flipped]
        moves = [change for change in self.changes if not change.flipped]
        parts = [f"## {len(flips)} verdicts flipped, {len(moves)} values moved"]
        for change in (*flips, *moves):
            link = ""
            if change.pmid:
                link = f" — [PMID {change.pmid}](https://pubmed.ncbi.nlm.nih.gov/{change.pmid}/)"
            elif change.study_id:
                link = f" — {change.study_id}"
            verdict = (
                f"{_plain(change.was)} → **{_plain(change.verdict)}**" if change.flipped else _plain(change.verdict)
            )
            parts.append(
                f"- **{change.claim_id} / {change.assertion_id}**: {verdict}, value {change.value_was or '–'} →"
                f" {change.value or '–'}{link}{', ' + change.since if change.since else ''}\n  {change.text}"
            )
        return "\n".join([*parts, "", f"_{self.coverage}_", ""])

    def lines(self) -> Iterator[str]:
        """Yield what a terminal shows: the changes; verdicts in full for an earlier date; nothing if nothing is new."""
        if self.as_of:
            yield f"As of {self.as_of}:"
            yield from (
                f"{one.claim_id} / {one.assertion_id}: {_plain(one.verdict)} ({one.value})" for one in self.verdicts
            )
        elif self.first:
            yield f"First check: {len(self.verdicts)} assertions noted, nothing to compare with yet. {self.coverage}"
        yield from (change.line() for change in self.changes)


def check_claims(data: Path, topic: Topic, *, as_of: str = "", today: date | None = None) -> CheckResult:
    """Compare the verdicts of the live database with those last logged, and log them.

    Args:
        data: folder with `archive.db` and `evidence.db`.
        topic: the topic that was built.
        as_of: an ISO date (or month, or year: its last day): give the verdicts of that date instead; nothing is logged.
        today: the day it is (UTC). With it, verdicts are `stale` when the last complete search is too old, and runs
            that a wrong clock dated after it do not count.

    Raises:
        BadInputError: there is no live database with claims in it, or `as_of` is no date.
    """
    live = data / LIVE
    if not live.exists():
        raise BadInputError(f"{live}: there is no database yet; run `evidence build` first")
    database = open_database(live)
    try:
        with plain_errors(live):
            if "verdict_timeline" not in database.table_names():
                raise BadInputError(f"{live}: holds no claims; run `evidence build` to make it anew")
            coverage = read_coverage(database, topic, today)
            stale = coverage.stale_on(today) if today else coverage.stale
            if as_of:
                return CheckResult(as_of, coverage.sentence, verdicts_on(database, _day(as_of)), (), first=False)
            verdicts = _current(database, stale=bool(stale))
    finally:
        database.close()
    with Archive.open(data) as archive, plain_errors(archive.path), archive.database.atomic():
        before = _last_logged(archive.database)
        changes = tuple(_changes(verdicts, before))
        _log(archive, verdicts)
    return CheckResult("", coverage.sentence, verdicts, changes if before else (), first=not before)


def verdicts_on(database: Database, day: str) -> tuple[Verdict, ...]:
    """Return the verdict of every assertion on an ISO day, from the timelines."""
    rows = database.query(
        "SELECT a.claim_id, a.assertion_id, a.text, t.verdict, t.value, t.pmid, t.study_id, t.date FROM assertions AS a"
        " JOIN claims AS c USING (claim_id) JOIN verdict_timeline AS t USING (claim_id, assertion_id)"
        " WHERE t.position = (SELECT max(position) FROM verdict_timeline AS u WHERE u.claim_id = a.claim_id"
        " AND u.assertion_id = a.assertion_id AND u.date <= :day) ORDER BY c.position, a.position",
        {"day": day},
    )
    return tuple(_verdict(row) for row in rows)


def _current(database: Database, *, stale: bool) -> tuple[Verdict, ...]:
    rows = database.query(
        "SELECT a.claim_id, a.assertion_id, a.text, v.verdict, v.value, t.pmid, t.study_id, t.date FROM assertions AS a"
        " JOIN claims AS c USING (claim_id) JOIN verdicts AS v USING (claim_id, assertion_id)"
        " JOIN verdict_timeline AS t USING (claim_id, assertion_id)"
        " WHERE t.position = (SELECT max(position) FROM verdict_timeline AS u WHERE u.claim_id = a.claim_id"
        " AND u.assertion_id = a.assertion_id) ORDER BY c.position, a.position"
    )
    as_stale = {"verdict": "stale"} if stale else {}
    return tuple(_verdict(row if row["verdict"] in UNTESTED else row | as_stale) for row in rows)


def _verdict(row: Mapping[str, Any]) -> Verdict:
    return Verdict(
        row["claim_id"], row["assertion_id"], row["text"], row["verdict"], row["value"] or "", row["pmid"],
        row["study_id"], row["date"] or "",
    )  # fmt: skip


def _last_logged(archive: Database) -> dict[tuple[str, str], tuple[str, str]]:
    """Verdict and value of every assertion when it was last logged."""
    rows = archive.query(
        "SELECT claim_id, assertion_id, verdict, value FROM verdict_log WHERE verdict_id IN"
        " (SELECT max(verdict_id) FROM verdict_log GROUP BY claim_id, assertion_id)"
    )
    return {(row["claim_id"], row["assertion_id"]): (row["verdict"], row["value"] or "") for row in rows}


def _changes(verdicts: Sequence[Verdict], before: Mapping[tuple[str, str], tuple[str, str]]) -> Iterator[Change]:
    for one in verdicts:
        was, value_was = before.get((one.claim_id, one.assertion_id), (NEW, ""))
        if (was, value_was) != (one.verdict, one.value):
            yield Change(
                one.claim_id, one.assertion_id, one.text, was, one.verdict, value_was, one.value, one.pmid,
                one.study_id, one.since,
            )  # fmt: skip


def _log(archive: Archive, verdicts: Sequence[Verdict]) -> None:
    run = archive.last_run()
    stamp = now()
    archive.database.conn.executemany(
        "INSERT INTO verdict_log (run_id, checked_at, claim_id, assertion_id, verdict, value, pmid)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (run["run_id"] if run else None, stamp, one.claim_id, one.assertion_id, one.verdict, one.value, one.pmid)
            for one in verdicts
        ],
    )


def _day(as_of: str) -> str:
    try:
        first = date.fromisoformat((as_of + "-01-01")[:10])
        return first.isoformat() if len(as_of) == 10 else end_of(as_of)
    except (ValueError, KeyError):
        raise BadInputError(f"--as-of {as_of}: not a date; expected YYYY-MM-DD, YYYY-MM or YYYY") from None


def _plain(verdict: str) -> str:
    return verdict.replace("_", " ")
