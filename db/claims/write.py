"""Claims held against the evidence: their verdicts, timelines and evidence, written into `evidence.db` by the build.

Studies go in with what was known of them when (`study_history`), then every assertion is replayed over them. The
verdict of today and on any earlier date follows from the same entries.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import cache, partial
from itertools import count
from typing import Any

from sqlite_utils import Database

from db.claims.answer import answer
from db.claims.file import Claim, Claims
from db.claims.filters import AS_OF, Known, Scope, end_of
from db.claims.kinds import Kind
from db.claims.matches import judged, let_through, papers_of, states
from db.claims.replay import Entry, History, entry_on, history_of
from db.claims.sensitivity import sensitivity_rows
from db.claims.stances import Keys, curated_rows, tested_rows
from db.claims.unchanged import Before, Standing
from db.claims.verdicts import HELD_FOR_A_PART, NOTHING_SAID, UNTESTED, combined
from db.claims.words import because, flip
from db.evidence.coverage import read_coverage
from db.evidence.people import People, write_people
from db.evidence.studies import Study, keyed
from db.evidence.write import Store, settle
from topics import Topic
from topics.errors import BadInputError

OF_ONE = "claim_id = ? AND assertion_id = ?"
"""The rows of one assertion."""
_PRECISION = {4: "year", 7: "month", 10: "day"}


def write_claims(
    database: Database,
    store: Store,
    topic: Topic,
    claims: Claims,
    studies: Sequence[Study],
    before: Before | None = None,
    today: date | None = None,
) -> None:
    """Add `study_history`, claims, assertions, verdicts, timelines and evidence to a database that has all else.

    `studies` are all that there are. In a database whose claims are to be kept where nothing that they depend on has
    changed (`before`), they are those that may have changed, and those of papers that the claims name. Runs after
    `today` do not count for how complete the evidence is.

    Raises:
        BadInputError: hand-written SQL in the claims file fails.
    """
    _add_history(database, store, studies)
    store.flush()
    standing = Standing(before, database.conn) if before else None
    if not standing:
        for table in ("verdict_timeline", "verdict_sensitivity", "claim_evidence"):
            database.execute(f"DELETE FROM {table}")  # noqa: S608
    papers = papers_of(studies)
    coverage = read_coverage(database, topic, today)
    all_states = cache(partial(states, database.conn))
    places = count(1)
    scope = claims.scope(topic)
    in_order = sorted(claims.claims, key=lambda claim: topic.article.sections.index(claim.section))
    for position, claim in enumerate(in_order, start=1):
        found = []
        for place, assertion in enumerate(claim.assertions, start=1):
            keys = Keys(claim.id, assertion.id, next(places))
            with _sql_of(topic, keys):
                kept = standing and standing.holds(assertion, scope)
                by_hand = assertion.judged()
                needed = not kept or by_hand is not None
                matches = let_through(database.conn, all_states(), assertion, scope) if needed else None
            tested = matches
            if by_hand is not None:
                tested = [*(matches or ()), *judged(by_hand, papers)]
            if standing and tested is None:
                history = standing.history(keys.claim_id, keys.assertion_id)
            else:
                history = history_of(assertion, tested or [], topic.article.written)
                said = answer(assertion, tested or [], history.entries, scope, topic.article.written)
                history = replace(history, answer=said)
                rows = _timeline_rows(keys, history.entries)
                settle(database.conn, "verdict_timeline", rows, OF_ONE, keys.names)
                changed = sensitivity_rows(keys, assertion, tested or [], history, topic)
                settle(database.conn, "verdict_sensitivity", changed, OF_ONE, keys.names)
            if matches is not None and not kept:
                rows = tested_rows(keys, assertion, matches, history.entries[-1].verdict, scope)
                settle(database.conn, "claim_evidence", rows, "evidence_id >= ? AND evidence_id < ?", keys.tested)
            rows = curated_rows(keys, assertion, papers.study_of, papers.report_of)
            settle(database.conn, "claim_evidence", rows, "evidence_id >= ? AND evidence_id < ?", keys.curated)
            verdict = _verdict_row(topic, keys, assertion, history) | {"completeness": coverage.sentence}
            if coverage.basis and assertion.may_change(history.entries[-1].value):
                verdict["provisional"] = coverage.basis
            if coverage.stale and verdict["verdict"] not in UNTESTED:
                verdict |= {"verdict": "stale", "because": f"{coverage.stale.capitalize()}. {verdict['because']}"}
            found.append(verdict)
            store.add_row("assertions", _assertion_row(scope, claim.id, assertion, place))
            store.add_row("verdicts", verdict)
        store.add_row("claims", _claim_row(claim, position, found))
    store.flush()


@contextmanager
def _sql_of(topic: Topic, keys: Keys) -> Iterator[None]:
    """Say whose hand-written SQL it is that fails."""
    try:
        yield
    except sqlite3.Error as error:
        raise BadInputError(
            f"{topic.folder / 'claims.yml'}, claim '{keys.claim_id}', assertion '{keys.assertion_id}', key"
            f" 'filter.where': SQLite refuses it ({error}); expected a condition over the columns of study_history"
        ) from None


def _add_history(database: Database, store: Store, studies: Sequence[Study]) -> None:
    people = People(database)
    for key, study in keyed(studies):
        for number, state in enumerate(study.history, start=key):
            report = state.main
            store.add_row(
                "study_history",
                {
                    **report.deciding, "state_id": number, "study_id": study.study_id, "report": report.key,
                    "title": report.title, "main_pmid": report.pmid, "doi": report.doi or None,
                    "public_from": report.public_from or None,
                    "date_precision": report.date_precision or None, "known_from": state.known_from or None,
                    "known_until": state.known_until, "retracted": int(report.retracted),
                    "reports": json.dumps(state.reports), "n_by_route": json.dumps(people.given(report).by_route),
                },
            )  # fmt: skip
    write_people(database, ((study.study_id, study.main) for study in studies))


def _assertion_row(scope: Scope, claim_id: str, assertion: Kind, place: int) -> dict[str, Any]:
    low, high = assertion.bounds
    today, that_day = Known(), Known(AS_OF)
    return {
        "claim_id": claim_id, "assertion_id": assertion.id, "position": place, "kind": assertion.kind,
        "text": assertion.text, "why_this_test": assertion.why_this_test,
        "expected": assertion.expected_in_words() or None, "expected_low": low, "expected_high": high,
        "unit": assertion.unit or None, "filter": assertion.filter_in_words(scope),
        "asks_for": json.dumps(assertion.asks_for(scope)),
        "sql": assertion.value_sql(scope, today, claim_id), "evidence_sql": assertion.evidence_sql(scope, today),
        "sql_as_of": assertion.value_sql(scope, that_day, claim_id),
        "evidence_sql_as_of": assertion.evidence_sql(scope, that_day),
    }  # fmt: skip


def _verdict_row(topic: Topic, keys: Keys, assertion: Kind, history: History) -> dict[str, Any]:
    written = topic.article.written
    entries = history.entries
    current = entries[-1]
    then = entry_on(entries, written.latest)
    ended = flip(entries)
    dates = [entry.date for entry in entries if entry.date]
    return {
        "claim_id": keys.claim_id, "assertion_id": keys.assertion_id,
        "verdict": current.verdict, "value": current.value or None,
        "answer": history.answer or None, "because": because(assertion, history),
        "undated": history.undated, "not_attributable": history.not_attributable,
        "as_of": dates[-1] if dates else None, "when_written": _when_written(entries, written.earliest, written.latest),
        "value_when_written": then.value or None, "flipped_by": ended.pmid if ended else None,
        "flipped_by_study": (ended.study_id or None) if ended else None, "flipped_on": ended.date if ended else None,
    }  # fmt: skip


def _when_written(entries: Sequence[Entry], earliest: str, latest: str) -> str:
    """What the verdict was while the article was being written, if it did not change from or to `holds` meanwhile.

    What was `insufficient` or not assessed at the start is passed over: an article does not speak of studies that are
    yet to come.
    """
    at_start = [entry for entry in entries if entry.date <= earliest][-1]
    during = [at_start] + [entry for entry in entries if entry.date and earliest < entry.date <= end_of(latest)]
    verdicts = [entry.verdict for entry in during]
    while len(verdicts) > 1 and verdicts[0] in NOTHING_SAID:
        del verdicts[0]
    if set(verdicts) == {"holds"} or "holds" not in verdicts:
        return verdicts[-1]
    return HELD_FOR_A_PART


def _timeline_rows(keys: Keys, entries: Sequence[Entry]) -> Iterator[tuple[Any, ...]]:
    """Rows of `verdict_timeline`, in the table's column order."""
    for position, entry in enumerate(entries):
        yield (
            *keys.names, position, entry.date, _PRECISION.get(len(entry.date)), entry.value or None,
            entry.verdict, entry.pmid, entry.study_id or None, entry.studies,
        )  # fmt: skip


def _claim_row(claim: Claim, position: int, found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    verdict = combined([row["verdict"] for row in found], [row["when_written"] for row in found])
    differing = ""
    if len({row["verdict"] for row in found}) > 1:
        differing = "; ".join(f"{row['assertion_id']}: {row['verdict'].replace('_', ' ')}" for row in found)
    return {
        "claim_id": claim.id, "position": position, "section": claim.section, "text": claim.text, "verdict": verdict,
        "verdict_when_written": combined([row["when_written"] for row in found]),
        "because": differing or " ".join(dict.fromkeys(row["because"] for row in found)),
    }  # fmt: skip
