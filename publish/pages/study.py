"""A study's page, `/studies/ID`: its reports, its registration, what counts of it and why."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from datasette.utils import tilde_decode, tilde_encode
from datasette.utils.asgi import NotFound, Request, Response

from db.citations.model import Work
from db.citations.works import load_works
from db.evidence.people import BASES
from publish.cells import readable, study_path
from publish.marking import facet_order
from publish.page_cache import kept
from publish.pages.article import CLAIMS_OF, claims_together, facts, links_out
from publish.pages.citation_head import coins
from publish.pages.page import JSON, page, rows
from topics.vocabulary import FILTERED, IN_PEOPLE, ROLES_THAT_COUNT, as_said, said_with

if TYPE_CHECKING:  # Datasette loads plugins while datasette.app is still being imported
    from datasette.app import Datasette

_REPORTS = """
select r.pmid, coalesce(r.doi, a.doi) as doi, a.pmcid, r.role, r.why, coalesce(a.title, g.title, s.title) as title,
       coalesce(a.journal, g.journal) as journal, coalesce(a.published, g.published) as published,
       coalesce(a.first_author, g.first_author) as first_author, coalesce(a.retracted, g.retracted, 0) as retracted,
       a.source
from study_reports r
join studies s on s.study_id = r.study_id
left join articles a on a.record_id = r.record_id
left join register g on g.study_id = r.study_id and r.record_id is null and g.pmid is null and g.doi = r.doi
where r.study_id = ? order by r.role <> 'main', a.published is null, a.published, r.report_id
"""
_OF_REPORTS = "(select record_id from study_reports where study_id = :study_id)"
_PARTS = {
    "tags": f"""select tag_id, record_id, pmid, facet, value, role, source, rule, field, quote, confidence from tags
        where record_id in {_OF_REPORTS} order by tag_id""",  # noqa: S608
    "arms": f"""select pmid, arm, route, n, dose_value, dose_unit, dose_text, minutes, quote, source from arms
        where record_id in {_OF_REPORTS} order by arm_id""",  # noqa: S608
    "measurements": f"""select pmid, quantity, route, analyte, low, high, unit, population, quote, source
        from measurements where study_id = :study_id or record_id in {_OF_REPORTS} order by measurement_id""",  # noqa: S608
    "registered": f"""select accession, registry, group_concat(distinct source) as said_by from registrations
        where record_id in {_OF_REPORTS} group by accession, registry order by accession""",  # noqa: S608
    "history": """select known_from, known_until, report, design, routes, n_total, n_by_route, retracted, reports
        from study_history where study_id = :study_id order by known_from is null, known_from, state_id""",
    "register": """select pmid, doi, note, dose, condition_text, study_family from register
        where study_id = :study_id order by study_key""",
}
_ELSEWHERE = """
select study_id from study_reports
where (:pmid <> '' and pmid = cast(:pmid as integer)) or (:doi <> '' and doi = :doi)
union select study_id from articles a join registrations g using (record_id) where g.accession = :name
limit 1
"""
_ROLES_THAT_COUNT = {"", *ROLES_THAT_COUNT, "reviewed"}


class _MovedError(Exception):
    """The study is known by another name now: its registration became known, or a report joined a family."""

    def __init__(self, study_id: str) -> None:
        self.study_id = study_id


@kept()
async def study(datasette: "Datasette", request: Request) -> Response:
    """The page or its data; a name that the study had before leads to the one it has now."""
    called = request.url_vars["study_id"]
    names = list(dict.fromkeys((tilde_decode(called), unquote(called))))

    works: list[Work] = []

    def read(connection: sqlite3.Connection) -> dict[str, Any]:
        data = read_study(connection, names)
        works[:] = load_works(connection, [report["pmid"] for report in data["reports"] if report["pmid"]])
        return data

    try:
        return await page(
            datasette,
            request,
            "study.html",
            read,
            dress=lambda data: {**dressed(data), "coins": {work.pmid: coins(work) for work in works}},
            tables=("articles", "tags", "studies"),
            trail=[("/studies", "studies")],
        )
    except _MovedError as moved:
        end = ".json" if request.url_vars["format"] else ""
        return Response.redirect(datasette.urls.path(study_path(moved.study_id) + end))


def read_study(connection: sqlite3.Connection, names: Sequence[str]) -> dict[str, Any]:
    """Everything known of the first study with one of these names.

    Raises:
        NotFound: no such study is held.
    """
    for name in names:
        found = rows(connection, "select * from studies where study_id = ?", [name])
        if found:
            break
    else:
        raise _nowhere_or_elsewhere(connection, names)
    row = found[0]
    named = {"study_id": row["study_id"]}
    parts = {name: rows(connection, sql, named) for name, sql in _PARTS.items()}
    reports = rows(connection, _REPORTS, [row["study_id"]])
    tags = parts.pop("tags")
    claims = rows(connection, CLAIMS_OF, {"pmid": None, **named})
    return {
        "study": row,
        "counted": counted_because(row),
        "people": people_of(row),
        "reports": reports,
        "reasons": _reasons(row, tags),
        **parts,
        "claims": claims_together(claims),
    }


def _nowhere_or_elsewhere(connection: sqlite3.Connection, names: Sequence[str]) -> Exception:
    for name in names:
        kind, _, rest = name.partition(":")
        pmid = rest if kind == "pmid" and rest.isdecimal() else ""
        asked = {"pmid": pmid, "doi": rest.lower() if kind == "doi" else "", "name": name}
        now = connection.execute(_ELSEWHERE, asked).fetchone()
        if now:
            return _MovedError(now[0])
    nowhere: Exception = NotFound(f"No study {names[0][:200]} is held here.")
    return nowhere


def counted_because(row: Mapping[str, Any]) -> list[str]:
    """Why a study is not among the first-hand studies in people that counts of evidence rest on; empty if it is."""
    return [
        why
        for why, holds in (
            ("it is retracted", row["retracted"]),
            ("it is not on the topic", not row["on_topic"]),
            (f"it studied nobody first-hand ({readable(row['design'] or 'other')})", not row["is_primary"]),
            (f"it was not in people (species: {readable(row['species'] or 'not_reported')})",
             row["species"] not in IN_PEOPLE),
        )
        if holds
    ]  # fmt: skip


def people_of(row: Mapping[str, Any]) -> str:
    """Whose people a counted study adds to sums, or why it adds none, as a sentence."""
    if not json.loads(row["routes"] or "[]"):
        return "No route was found: it stands in no row by route, and its people are in no sum."
    if row["n_total_basis"] == "unsure":
        return "Its number of people is unsure (no person has checked so large a number), so they are in no sum."
    if row["n_given"] is None:
        return f"Its people are in no sum: {BASES[''].removeprefix('not attributable: ')}."
    by_route = ", ".join(f"{readable(route)} {n:,}" for route, n in json.loads(row["n_by_route"] or "{}").items())
    return f"{row['n_given']:,} people given the drug are in sums ({by_route}): {BASES[row['n_given_basis'] or '']}."


def _reasons(row: Mapping[str, Any], tags: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """For every deciding value of the study the tag that says it best.

    The main report's come before other reports', a person's word before a rule's, then the surest.
    """
    reasons = []
    for column, asked in sorted(FILTERED.items(), key=lambda pair: facet_order(pair[1].tag)):
        facet, value = asked.tag, row[column]
        values = json.loads(value or "[]") if asked.type == "list" else [value]
        for each in values:
            if each is None:
                continue
            said = [
                tag for tag in tags
                if tag["facet"] == facet and tag["value"] in said_with(column, as_said(each))
                and (tag["role"] or "") in _ROLES_THAT_COUNT
            ]  # fmt: skip
            said.sort(key=lambda tag: (tag["pmid"] != row["main_pmid"], tag["source"] != "register",
                                       -(tag["confidence"] or 0), tag["tag_id"]))  # fmt: skip
            reasons.append({"facet": facet, "value": each, "because": said[0] if said else None})
    return reasons


def dressed(data: Mapping[str, Any]) -> dict[str, Any]:
    """What only the page needs."""
    return {
        "study_row": tilde_encode(data["study"]["study_id"]),
        "facts": facts(data["study"]),
        "links": [links_out(report["pmid"], report["doi"], report["pmcid"]) for report in data["reports"]],
        "by_route": [
            ", ".join(f"{readable(route)} {n:,}" for route, n in json.loads(state["n_by_route"] or "{}").items())
            for state in data["history"]
        ],
        "routes_of": [[readable(route) for route in json.loads(state["routes"] or "[]")] for state in data["history"]],
    }


ROUTES = [(r"^/studies/(?P<study_id>.+?)" + JSON, study)]
