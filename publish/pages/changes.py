"""What changed, `/changes`: by run, and as Atom and JSON feeds of everything or of one claim."""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import NotFound, Request, Response

from publish.address import absolute
from publish.cells import readable
from publish.feeds import ATOM_TYPE, JSON_FEED_TYPE, Entry, Feed, atom, json_feed
from publish.page_cache import kept
from publish.pages.claim import day_of
from publish.pages.page import JSON, may_see, page, rows, snapshot
from publish.verdicts import found as found_in_words
from publish.verdicts import mark

if TYPE_CHECKING:
    from datasette.app import Datasette

TABLES = ("changes", "articles", "claims")
KINDS = {
    "verdict": "Verdicts that flipped",
    "retraction": "Papers that became retracted",
    "reinstatement": "Papers no longer retracted",
    "correction": "Corrections of this list",
    "gone": "Records gone from PubMed",
    "new_record": "New records on topic",
}
"""In the order of what matters to a reader."""
RUNS = {
    "sync": "Search of PubMed", "new": "Search for new records", "changed": "Search for changed records",
    "cycle": "Held records fetched again", "notices": "Notices on held records", "import": "Import of files",
}  # fmt: skip
"""Kinds of run in words."""
RUNS_SHOWN, ROWS_SHOWN, IN_FEED = 30, 25, 100

_JOINED = """
select c.change_id, c.run_id, c.dated, c.kind, c.pmid, c.claim_id, c.assertion_id, c.was, c.now, c.text,
       a.title, a.journal, a.year, a.design, coalesce(a.retracted, 0) as retracted,
       l.text as claim, s.text as assertion
from changes c
left join articles a on a.pmid = c.pmid
left join claims l on l.claim_id = c.claim_id
left join assertions s on s.claim_id = c.claim_id and s.assertion_id = c.assertion_id
"""
_ON_TOPIC = "(c.kind = 'verdict' or c.pmid in (select pmid from articles where on_topic = 1))"
_OF_RUN = f"{_JOINED} where c.run_id is ? and c.kind = ? and {_ON_TOPIC} order by c.dated desc, c.change_id limit ?"
_COUNTS = """
select run_id, kind, count(*) as changes,
       sum(kind = 'verdict' or coalesce(pmid in (select pmid from articles where on_topic = 1), 0)) as on_topic
from changes group by 1, 2
"""
_RECENT = f"{_JOINED} where {_ON_TOPIC} order by c.dated desc, c.change_id limit {IN_FEED}"
_OF_CLAIM = (
    f"{_JOINED} where (c.claim_id = :claim or (c.claim_id is null and c.pmid in "  # noqa: S608  (constants)
    f"(select pmid from claim_evidence where claim_id = :claim))) and (:day = '' or substr(c.dated, 1, 10) <= :day) "
    f"order by c.dated desc, c.change_id limit {IN_FEED}"
)
_STEPS_OF_CLAIM = """
select t.assertion_id, s.text as assertion, s.kind, s.unit, t.date, t.value, t.verdict, t.pmid, t.study_id, t.studies,
       b.verdict as was, coalesce(a.title, y.title) as title
from verdict_timeline t
join verdict_timeline b on b.claim_id = t.claim_id and b.assertion_id = t.assertion_id and b.position = t.position - 1
join assertions s on s.claim_id = t.claim_id and s.assertion_id = t.assertion_id
left join articles a on a.pmid = t.pmid left join studies y on y.study_id = t.study_id
where t.claim_id = :claim and (:day = '' or t.date <= :day) order by t.date desc, s.position limit :most
"""
_RUNS = """
select run_id, kind, started_at, finished_at, state from runs r
where state <> 'complete' or run_id = (select max(run_id) from runs)
   or exists (select 1 from changes c where c.run_id = r.run_id)
order by run_id desc limit ?
"""


@kept()
async def changes(datasette: "Datasette", request: Request) -> Response:
    """The page or its data."""
    feeds = [
        {"type": kind, "title": f"What changed ({label})", "label": label, "url": datasette.urls.path(path)}
        for kind, label, path in (
            (ATOM_TYPE, "Atom", "/changes.atom"),
            (JSON_FEED_TYPE, "JSON Feed", "/changes/feed.json"),
        )
    ]
    return await page(
        datasette, request, "changes.html", read_changes, tables=TABLES,
        dress=lambda data: {"feeds": feeds, "kinds": KINDS, "run_kinds": RUNS, "mark": mark, "readable": readable},
    )  # fmt: skip


def read_changes(connection: sqlite3.Connection) -> dict[str, Any]:
    """The newest run, and those before it that brought something or did not end; checks without a run stand first."""
    counted: dict[int | None, dict[str, dict[str, int]]] = defaultdict(dict)
    for row in rows(connection, _COUNTS):
        counted[row["run_id"]][row["kind"]] = {"all": row["changes"], "on_topic": row["on_topic"]}
    runs = rows(connection, _RUNS, [RUNS_SHOWN])
    if None in counted:
        runs.insert(0, {"run_id": None, "kind": "check", "started_at": None, "finished_at": None, "state": "complete"})
    for run in runs:
        run["counts"] = counted[run["run_id"]]
        run["changes"] = {
            kind: rows(connection, _OF_RUN, [run["run_id"], kind, ROWS_SHOWN])
            for kind in KINDS
            if kind in run["counts"]
        }
    return {"runs": runs}


@kept("as_of")
async def feed(datasette: "Datasette", request: Request) -> Response:
    """All changes, or those of one claim (up to the end of `as_of`), as a feed.

    A claim's feed has every step of its timeline, by the date from which results could be known, and what changed here:
    flips when they were noticed, retractions and the like of its papers.

    Raises:
        DatasetteError: 400, `as_of` is no date.
    """
    claim_id = request.url_vars.get("claim_id")
    as_of = (request.args.get("as_of") or "").strip() if claim_id else ""
    day = day_of(as_of)
    await may_see(datasette, request, *TABLES)

    def address_of(path: str) -> str:
        return absolute(datasette, path)

    found, topic, title = await snapshot(
        datasette, lambda connection: _read_feed(connection, claim_id, day, address_of)
    )
    here, on = f"/claims/{claim_id}" if claim_id else "/changes", f"?as_of={as_of}" if as_of else ""
    is_atom = request.url_vars["feed"] == "atom"
    address = absolute(datasette, f"{here}.atom" if is_atom else f"{here}/feed.json") + on
    made = Feed(here.strip("/") + on, title, absolute(datasette, here) + on, address, found)
    if is_atom:
        return Response(atom(made, topic), content_type=f"{ATOM_TYPE}; charset=utf-8")
    answer = Response.json(json_feed(made, topic))
    answer.content_type = f"{JSON_FEED_TYPE}; charset=utf-8"
    return answer


def _read_feed(
    connection: sqlite3.Connection, claim_id: str | None, day: str, address_of: Callable[[str], str]
) -> tuple[list[Entry], str, str]:
    """(entries, newest first; topic; title of the feed)."""
    named = rows(connection, "select value from build where key = 'topic'")
    topic = named[0]["value"] if named else "evidence"

    def of_changes(found: Sequence[dict[str, Any]]) -> list[Entry]:
        return [Entry(row["change_id"], _title(row), address_of(_path(row)), row["dated"], _text(row)) for row in found]

    if not claim_id:
        return of_changes(rows(connection, _RECENT)), topic, "Evidence Tracker: what changed"
    claims = rows(connection, "select text from claims where claim_id = ?", [claim_id])
    if not claims:
        raise NotFound(f"There is no claim {claim_id}. The home page lists all claims.")
    asked = {"claim": claim_id, "day": day}
    entries = of_changes(rows(connection, _OF_CLAIM, asked))
    for step in rows(connection, _STEPS_OF_CLAIM, {**asked, "most": IN_FEED}):
        name = f"claims/{claim_id}/{step['assertion_id']}/{step['date']}"
        where = address_of(f"/claims/{claim_id}") + f"?as_of={step['date']}#{step['assertion_id']}"
        entries.append(Entry(name, _title_of_step(step), where, step["date"], _text_of_step(step)))
    entries.sort(key=lambda entry: entry.dated, reverse=True)
    return entries[:IN_FEED], topic, f"Evidence Tracker: {claims[0]['text']}"


def _title_of_step(step: Mapping[str, Any]) -> str:
    was, now = readable(step["was"]), readable(step["verdict"])
    return f"{step['date']}: {now if was == now else f'{was} → {now}'}: {step['assertion']}"


def _text_of_step(step: Mapping[str, Any]) -> str:
    cause = f"PMID {step['pmid']}" if step["pmid"] else step["study_id"]
    titled = f" ({step['title']})" if step["title"] else ""
    by = f" Brought about by {cause}{titled}." if cause else ""
    studies = f" {step['studies']} studies of this date." if step["studies"] > 1 else ""
    said = found_in_words(step["kind"], step["value"], step["unit"])
    return f"Found: {said}.{by}{studies}"


def _title(row: dict[str, Any]) -> str:
    title = row["title"] or (f"PMID {row['pmid']}" if row["pmid"] else "a record")
    match row["kind"]:
        case "verdict":
            return f"{readable(row['was'])} → {readable(row['now'])}: {row['claim'] or row['claim_id']}"
        case "retraction":
            return f"Retracted: {title}"
        case "reinstatement":
            return f"No longer retracted: {title}"
        case "correction":
            return f"Correction: {title}"
        case "gone":
            return f"Gone from PubMed: {title}"
    return f"New: {title}"


def _text(row: dict[str, Any]) -> str:
    if row["kind"] == "verdict":
        by = f" Brought about by PMID {row['pmid']}." if row["pmid"] else ""
        return f"{row['assertion'] or row['assertion_id']} {row['text']}.{by}"
    where = ", ".join(str(part) for part in (row["journal"], row["year"], readable(row["design"] or "")) if part)
    return f"{row['text']} {where}".strip()


def _path(row: dict[str, Any]) -> str:
    if row["kind"] == "verdict":
        return f"/claims/{row['claim_id']}#{row['assertion_id']}"
    return f"/articles/{row['pmid']}"


_ID = r"^/claims/(?P<claim_id>[a-z0-9][a-z0-9-]*)"
ROUTES = [
    (r"^/changes" + JSON, changes),
    (r"^/changes\.(?P<feed>atom)$", feed),
    (r"^/changes/(?P<feed>feed)\.json$", feed),
    (_ID + r"\.(?P<feed>atom)$", feed),
    (_ID + r"/(?P<feed>feed)\.json$", feed),
]
