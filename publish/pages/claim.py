"""A claim's page, `/claims/ID`: what the article says, how it stands, since when, who says so, and the query behind it.

`?as_of=2016-03-30` (or a month, or a year: its last day) shows it as it stood then. `/claims/ID.csv` and `.ris`,
`.bib`, `.nbib`, `.csl` are its evidence.
"""

import json
import re
import sqlite3
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from datasette.utils.asgi import NotFound, Request, Response
from datasette.views.base import DatasetteError
from markupsafe import Markup

from db.archive.store import today
from db.citations.formats import FORMATS, write_citations
from db.citations.works import works_by_key
from db.claims.filters import AS_OF, end_of
from db.claims.kinds import KINDS
from db.claims.sensitivity import MEANING as SCENARIOS
from db.claims.verdicts import combined
from publish import compat
from publish.address import absolute
from publish.cells import DATABASE, article_path, readable, study_path
from publish.charts import Frame, chart, year_of
from publish.feeds import ATOM_TYPE
from publish.page_cache import kept
from publish.pages.claim_papers import (
    SHOWN,
    STANCES,
    add_words,
    by_line,
    by_stance,
    csv_lines,
    facts_of,
    papers_on,
)
from publish.pages.page import JSON, may_see, page, rows, snapshot
from publish.spreadsheet import BOM, csv_rows
from publish.verdicts import found, in_words, lines_of, mark

if TYPE_CHECKING:
    from datasette.app import Datasette

TABLES = ("articles", "claims", "verdicts", "claim_evidence")
_ASSERTIONS = """
select a.assertion_id, a.kind, a.text, a.why_this_test, a.expected, a.expected_low, a.expected_high, a.unit, a.filter,
       a.asks_for, a.sql, a.evidence_sql, a.sql_as_of, a.evidence_sql_as_of, v.verdict, v.value, v.answer,
       v.provisional, v.because, v.as_of, v.when_written, v.value_when_written, v.flipped_by,
       v.flipped_by_study, v.flipped_on, v.completeness, s.title as flipped_by_title
from assertions a join verdicts v using (claim_id, assertion_id)
left join studies s on s.study_id = v.flipped_by_study
where a.claim_id = ? order by a.position
"""
_TIMELINE = """
select t.date, t.date_precision, t.value, t.verdict, t.pmid, t.study_id, t.studies, coalesce(a.title, s.title) as title
from verdict_timeline t left join articles a on a.pmid = t.pmid left join studies s on s.study_id = t.study_id
where t.claim_id = ? and t.assertion_id = ? order by t.position
"""
_SENSITIVITY = """
select scenario, value, verdict from verdict_sensitivity where claim_id = ? and assertion_id = ?
"""
_PARTIAL_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
HASH_SHOWN = 12
"""Digits of the hash over all that a database was made from, its code among it, that stand in what readers cite."""
_EXPORTS = ("ris", "bib", "nbib", "csl")


@kept("as_of", "data")
async def claim(datasette: "Datasette", request: Request) -> Response:
    """The page or its data.

    Raises:
        DatasetteError: 400, `as_of` is no date.
    """
    claim_id, as_of = request.url_vars["claim_id"], (request.args.get("as_of") or "").strip()
    cited = (request.args.get("data") or "").strip()
    day = day_of(as_of)
    sql_runs = await compat.may_run_sql(datasette, request.actor)
    feed = datasette.urls.path(f"/claims/{claim_id}.atom")
    base = absolute(datasette, f"/claims/{claim_id}")
    on = f"?as_of={as_of}" if as_of else ""

    root = str(datasette.urls.path("")).rstrip("/")

    def link(pmid: int | None, study_id: str | None, title: str | None) -> Markup:
        """A paper by its title, with its own page behind it."""
        path = article_path(pmid) if pmid else study_path(study_id) if study_id else ""
        name = title or (f"PMID {pmid}" if pmid else study_id or "a record")
        # a claim has hundreds of these: % takes a tenth of the time of format
        return (
            Markup('<a href="%s"><bdi>%s</bdi></a>') % (root + path, name) if path else Markup("<bdi>%s</bdi>") % name
        )

    def run(sql: str, parameters: Mapping[str, str]) -> str:
        """Where the query runs."""
        return f"{datasette.urls.database(DATABASE)}?{urlencode({'sql': sql, **parameters})}"

    def dress(data: dict[str, Any]) -> dict[str, Any]:
        made_from = data["topic"].get("fingerprint", "")
        return {
            "cited": cited if cited and not (len(cited) >= HASH_SHOWN and made_from.startswith(cited)) else "",
            "made_from": made_from[:HASH_SHOWN],
            "assertions": [_dress(assertion, data["topic"]) for assertion in data["assertions"]], "link": link,
            "facts_of": facts_of, "by_line": by_line, "mark": mark, "readable": readable, "stances": STANCES,
            "shown": SHOWN,
            "sql_runs": sql_runs, "run": run,
            "cite": _citation(data, base), "exports": [FORMATS[name] for name in _EXPORTS], "on": on,
            "feeds": [{"type": ATOM_TYPE, "title": "Changes of this claim", "url": f"{feed}{on}"}],
        }  # fmt: skip

    return await page(
        datasette, request, "claim.html", lambda connection: read_claim(connection, claim_id, as_of, day),
        dress=dress, tables=TABLES, trail=[("/#claims", "claims")],
    )  # fmt: skip


def read_claim(connection: sqlite3.Connection, claim_id: str, as_of: str = "", day: str = "") -> dict[str, Any]:
    """Everything about a claim, today or as it stood at the end of `day`.

    Raises:
        NotFound: there is no such claim.
    """
    found_rows = rows(connection, "select * from claims where claim_id = ?", [claim_id])
    if not found_rows:
        raise NotFound(f"There is no claim {claim_id}. The home page lists all claims.")
    row = found_rows[0]
    papers = papers_on(connection, claim_id, day)
    assertions = []
    for assertion in rows(connection, _ASSERTIONS, [claim_id]):
        assertion["timeline"] = rows(connection, _TIMELINE, [claim_id, assertion["assertion_id"]])
        assertion["sensitivity"] = [] if day else _sensitivity(connection, claim_id, assertion)
        own = papers.get(assertion["assertion_id"], [])
        assertion["sql_parameters"] = {}
        as_of_any_day = {key: assertion.pop(f"{key}_as_of") for key in ("sql", "evidence_sql")}
        asked = frozenset(json.loads(assertion.pop("asks_for") or "[]"))
        if day:
            _turn_back(assertion, day, as_of_any_day)
        assertion["found"] = found(assertion["kind"], assertion["value"], assertion["unit"])
        assertion["evidence"] = by_stance(own)
        shown = [paper for group in assertion["evidence"].values() for paper in group[:SHOWN]]
        add_words(connection, shown, assertion["kind"], asked)
        assertions.append(assertion)
    if day:
        row["verdict"] = combined(
            [assertion["verdict"] for assertion in assertions], [assertion["when_written"] for assertion in assertions]
        )
    return {
        "claim": row,
        "as_of": as_of or None,
        "stands_on": as_of or max((assertion["as_of"] or "" for assertion in assertions), default="") or None,
        "assertions": assertions,
        "topic": {one["key"]: one["value"] for one in rows(connection, "select key, value from build")},
    }


def _sensitivity(connection: sqlite3.Connection, claim_id: str, assertion: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the assertion would come to in every scenario, in words; nothing of what cannot be tested."""
    scenarios = rows(connection, _SENSITIVITY, [claim_id, assertion["assertion_id"]])
    order = list(SCENARIOS)
    for row in scenarios:
        row["words"] = SCENARIOS.get(row["scenario"]) or f"only studies of {readable(row['scenario'])}"
        row["found"] = found(assertion["kind"], row["value"], assertion["unit"])
    scenarios.sort(key=lambda row: order.index(row["scenario"]) if row["scenario"] in order else len(order))
    return scenarios


def day_of(as_of: str) -> str:
    """The last day of a date that may be a month or a year; '' of ''.

    Raises:
        DatasetteError: 400, it is no date.
    """
    if not as_of:
        return ""
    try:
        if not _PARTIAL_DATE.fullmatch(as_of):
            raise ValueError(as_of)
        date.fromisoformat((as_of + "-01-01")[:10])
    except ValueError:
        raise DatasetteError("as_of is not a date; expected YYYY-MM-DD, YYYY-MM or YYYY.", status=400) from None
    return end_of(as_of)


def _turn_back(assertion: dict[str, Any], day: str, as_of_any_day: Mapping[str, str | None]) -> None:
    """The assertion as it stood at the end of a day: verdict from its timeline, SQL over what was known then."""
    past = [entry for entry in assertion["timeline"] if entry["date"] <= day]
    assertion["timeline"] = past
    if not past:  # not testable: no entry ever
        return
    latest = past[-1]
    assertion |= {
        "verdict": latest["verdict"],
        "value": latest["value"],
        "because": None,
        "as_of": latest["date"] or None,
    }
    for key in ("flipped_by", "flipped_by_study", "flipped_by_title", "flipped_on"):
        if (assertion["flipped_on"] or "9999") > day:
            assertion[key] = None
    for key in ("sql", "evidence_sql"):
        assertion[key] = as_of_any_day[key]
    assertion["sql_parameters"] = {AS_OF.removeprefix(":"): day}


def _dress(assertion: dict[str, Any], topic: dict[str, str]) -> dict[str, Any]:
    papers = [
        (stance, paper["public_from"], 1)
        for stance, group in assertion["evidence"].items()
        for paper in group
        if paper["public_from"]
    ]
    lines = lines_of(assertion["kind"], assertion["unit"], assertion["timeline"], papers)
    written = [year_of(part) for part in topic.get("article_written", "").split(" to ") if part]
    charted = KINDS[assertion["kind"]].chart
    is_value = charted in ("value", "place")
    low, high = (assertion["expected_low"], assertion["expected_high"]) if is_value else (None, None)
    dated = [entry for entry in assertion["timeline"] if entry["date"]]
    flips = [
        (year_of(entry["date"]), float(entry["value"] or 0))
        for before, entry in pairwise(dated)
        if is_value and entry["verdict"] != before["verdict"] and "holds" in (entry["verdict"], before["verdict"])
    ]
    last = max((year for line in lines for year, _ in line.points), default=0.0)
    frame = Frame(
        low,
        high,
        (written[0], year_of(str(int(written[-1]) + 1))) if written else None,
        until=int(last) + 2.0,  # so that the last step is seen
        flips=flips,
        ranks=charted == "place",
    )
    return assertion | {
        "chart": chart(lines, frame, f"{in_words(lines)}. The table below has every step."),
        "banded": low is not None or high is not None,
        "flips": bool(flips),
        "for_and_against": not is_value,
    }


def _citation(data: dict[str, Any], base: str) -> dict[str, str]:
    """How to cite the verdict: in words, and as BibTeX.

    The address asks for what was published by the day that the verdict rests on, and names the data by their hash.
    """
    row, topic, on = data["claim"], data["topic"], data["stands_on"] or ""
    version = topic.get("fingerprint", "")[:HASH_SHOWN]
    address = f"{base}?{urlencode({key: value for key, value in (('as_of', on), ('data', version)) if value})}"
    release = f"Evidence Tracker {topic['release']}" if "release" in topic else "Evidence Tracker"
    title = f"“{row['text'].rstrip('.')}”: {readable(row['verdict'])}"
    searched = topic.get("last_complete_search", "never")
    basis = (
        "hand-checked register and imported files"
        if searched == "never"
        else f"PubMed searched to the end on {searched[:10]}"
    )
    text = f"{release}. {title}, on evidence up to {on or 'today'} ({basis}; data {version}). {address}"
    escaped = re.sub(r"([&%$#_{}])", r"\\\1", title.replace("\\", ""))
    bibtex = (
        f"@misc{{evidence-tracker-{row['claim_id']}-{on},\n  author = {{{{Evidence Tracker}}}},\n"
        f"  title = {{{{{escaped}}}}},\n"
        f"  year = {{{on[:4]}}},\n  howpublished = {{\\url{{{address}}}}},\n  "
        f"urldate = {{{today()}}},\n  note = {{{release}; {basis}; data {version}}}\n}}"
    )
    return {"text": text, "bibtex": bibtex, "address": address}


@kept("as_of")
async def export(datasette: "Datasette", request: Request) -> Response:
    """The evidence of a claim as CSV, or its papers as a file for reference managers; `as_of` as on the page.

    Raises:
        DatasetteError: 400, `as_of` is no date.
    """
    claim_id, name = request.url_vars["claim_id"], request.url_vars["export"]
    as_of = (request.args.get("as_of") or "").strip()
    day = day_of(as_of)
    await may_see(datasette, request, *TABLES)
    data = await snapshot(datasette, lambda connection: _exported(connection, claim_id, name, day))
    form = FORMATS.get(name)
    extension, media_type = (form.extension, form.media_type) if form else ("csv", "text/csv")
    named = f"{claim_id}-{as_of}" if as_of else claim_id
    headers = {"content-disposition": f'attachment; filename="{named}.{extension}"'}
    return Response(data, headers=headers, content_type=f"{media_type}; charset=utf-8")


def _exported(connection: sqlite3.Connection, claim_id: str, name: str, day: str) -> str:
    if not rows(connection, "select 1 from claims where claim_id = ?", [claim_id]):
        raise NotFound(f"There is no claim {claim_id}. The home page lists all claims.")
    papers = papers_on(connection, claim_id, day)
    if name == "csv":
        return BOM + csv_rows(csv_lines(papers))
    keys = dict.fromkeys(
        f"pmid:{paper['pmid']}" if paper["pmid"] else f"doi:{paper['doi']}"
        for group in papers.values()
        for paper in group
        if paper["pmid"] or paper["doi"]
    )
    return "".join(write_citations(works_by_key(connection, keys), name))


_ID = r"^/claims/(?P<claim_id>[a-z0-9][a-z0-9-]*)"
ROUTES = [(_ID + JSON, claim), (_ID + r"\.(?P<export>csv|ris|bib|nbib|csl)$", export)]
