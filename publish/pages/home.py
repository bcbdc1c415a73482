"""The home page: the article's claims as a board, what stands behind them in figures, and where to go on."""

import re
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import Request, Response
from markupsafe import Markup

from db.claims.verdicts import MEANING, UNTESTED, WORST_FIRST
from publish import compat
from publish.cells import DATABASE, readable, study_path
from publish.charts import Frame, spark, year_of
from publish.counted import Counted, counted, total
from publish.page_cache import kept
from publish.pages.page import page, rows
from publish.verdicts import found, in_words, lines_of, mark

if TYPE_CHECKING:
    from datasette.app import Datasette

_FIGURES = "select (select count(*) from articles) as records, (select count(*) from studies) as held"
_ASSERTIONS = """
select a.claim_id, a.assertion_id, a.kind, a.unit, a.text, a.expected, v.verdict, v.value, v.provisional, v.flipped_on
from assertions a join verdicts v using (claim_id, assertion_id) order by a.claim_id, a.position
"""
_TIMELINE = """
select claim_id, assertion_id, date, value, verdict from verdict_timeline
order by claim_id, assertion_id, position
"""
_PAPERS = """
select e.claim_id, e.assertion_id, e.stance, substr(coalesce(s.public_from, e.dated), 1, 4) as year,
       count(distinct coalesce(e.study_id, e.pmid, e.doi)) as studies
from claim_evidence e left join studies s on s.study_id = e.study_id
where e.stance <> 'context' group by 1, 2, 3, 4
"""
_FIRST_PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)


@kept()
async def home(datasette: "Datasette", request: Request) -> Response:
    """The board; Datasette's own list of databases where ours is not served, or not to this reader."""
    visible = await compat.may_view(datasette, request.actor)
    if not visible or not await datasette.get_database(DATABASE).table_exists("claims"):
        from datasette.views.index import IndexView  # at the top, 1.0 would load plugins before our hooks are there

        index: Response = await IndexView(datasette).dispatch_request(request)
        return index
    hidden = set(await datasette.get_database(DATABASE).hidden_table_names())
    described = compat.table_metadata(datasette)
    questions = await _questions(datasette, request.actor)
    tables = [
        {"name": name, "description": described.get(name, {}).get("description", "")}
        for name in sorted(await datasette.get_database(DATABASE).table_names(), key=_table_order(described))
        if name not in hidden
    ]

    def dress(data: dict[str, Any]) -> dict[str, Any]:
        return {
            "questions": questions,
            "tables": tables,
            "mark": mark,
            "meaning": MEANING,
            "study_path": study_path,
            "sections": _sections(data),
        }

    return await page(datasette, request, "home.html", board, dress=dress)


def board(connection: sqlite3.Connection) -> dict[str, Any]:
    """Figures, claims with the assertion that decides each, studies by route, and what the topic is."""
    return {
        "topic": {row["key"]: row["value"] for row in rows(connection, "select key, value from build")},
        "figures": rows(connection, _FIGURES)[0] | asdict(total(counted(connection))),
        "claims": _claims(connection),
        "by_route": _by_route(connection),
    }


def _by_route(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Studies in depression by route, most first."""
    studies: dict[str, list[Counted]] = defaultdict(list)
    for study in counted(connection):
        if study.about("depression"):
            for route in study.routes:
                studies[route].append(study)
    found = {route: total(studies[route], route) for route in studies}
    most = max((of_route.studies for of_route in found.values()), default=0)
    return [
        {"route": route, "label": readable(route), **asdict(found[route]),
         "share": round(100 * found[route].studies / most)}
        for route in sorted(found, key=lambda route: (route == "unspecified", -found[route].studies, route))
    ]  # fmt: skip


def _claims(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Every claim in the article's order; its figures are those of one assertion, the one that decides."""
    by_claim: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows(connection, _ASSERTIONS):
        by_claim[row["claim_id"]].append(row)
    timelines, papers = _by_assertion(rows(connection, _TIMELINE)), _by_assertion(rows(connection, _PAPERS))
    claims = rows(connection, "select * from claims order by position")
    for claim in claims:
        assertions = by_claim[claim["claim_id"]]
        deciding = min(assertions, key=lambda row: WORST_FIRST.index(row["verdict"]), default=None)
        claim["assertions"] = len(assertions)
        claim["holding"] = sum(row["verdict"] == "holds" for row in assertions)
        if deciding is None or deciding["verdict"] in UNTESTED:
            continue
        own = (claim["claim_id"], deciding["assertion_id"])
        claim["deciding"] = {
            "assertion_id": deciding["assertion_id"], "kind": deciding["kind"], "verdict": deciding["verdict"],
            "found": found(deciding["kind"], deciding["value"], deciding["unit"]), "unit": deciding["unit"],
            "expected": deciding["expected"], "provisional": deciding["provisional"],
            "until": deciding["flipped_on"] if deciding["verdict"] == "outdated" else None,
            "for": sum(row["studies"] for row in papers[own] if row["stance"] == "supports"),
            "against": sum(row["studies"] for row in papers[own] if row["stance"] == "contradicts"),
            "timeline": [[row["date"], row["value"]] for row in timelines[own] if row["date"]],
            "papers": [[row["stance"], row["year"], row["studies"]] for row in papers[own]],
        }  # fmt: skip
    return claims


def _by_assertion(found_rows: Sequence[dict[str, Any]]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    grouped = defaultdict(list)
    for row in found_rows:
        grouped[row["claim_id"], row["assertion_id"]].append(row)
    return grouped


def _sections(data: Mapping[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """(section, claims) in the article's order, each claim with its spark line."""
    dates = [date for claim in data["claims"] for date, _ in claim.get("deciding", {}).get("timeline", ())]
    frame = Frame(since=year_of(min(dates)), until=year_of(max(dates)) + 1) if dates else Frame()
    sections: dict[str, list[dict[str, Any]]] = {}
    for claim in data["claims"]:
        sections.setdefault(claim["section"], []).append(claim | {"spark": _spark(claim, frame)})
    return list(sections.items())


def _spark(claim: Mapping[str, Any], frame: Frame) -> Markup:
    deciding = claim.get("deciding")
    if not deciding:
        return Markup("")
    timeline = [{"date": date, "value": value} for date, value in deciding["timeline"]]
    lines = lines_of(deciding["kind"], deciding["unit"], timeline, [tuple(paper) for paper in deciding["papers"]])
    return spark(lines, replace(frame, ranks=deciding["kind"] == "rank"), in_words(lines))


async def _questions(datasette: "Datasette", actor: Any) -> list[dict[str, Any]]:
    """The canned queries that this reader may run, with the first paragraph of their description."""
    questions = []
    for query in await compat.prepared_queries(datasette, actor):
        if query["name"] != "search":  # the search has its box
            first = _FIRST_PARAGRAPH.search(query.get("description_html", ""))
            # metadata.yml is ours: its HTML is trusted, as Datasette trusts it on the query's own page
            summary = Markup(first[1]) if first else Markup("")  # noqa: S704
            questions.append({"name": query["name"], "title": query.get("title", query["name"]), "summary": summary})
    return questions


def _table_order(described: dict[str, Any]) -> Any:
    """Tables in the order of metadata.yml: what readers want first."""
    order = {name: place for place, name in enumerate(described)}
    return lambda name: (order.get(name, len(order)), name)


ROUTES = [(r"^/(?:\.(?P<format>json))?$", home)]
