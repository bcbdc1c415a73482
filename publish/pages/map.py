"""The evidence map, `/map`: routes by designs; and `/studies`, the list behind each of its cells."""

import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import Request, Response

from db.evidence.schema import COUNTED
from publish.cells import doi_link, readable, study_path
from publish.counted import Counted, counted, total
from publish.page_cache import kept
from publish.pages.article import list_in_words
from publish.pages.page import JSON, page, query_of, rows
from publish.remembered import remembered
from topics.vocabulary import DESIGNS, names

if TYPE_CHECKING:  # Datasette loads plugins while datasette.app is still being imported
    from datasette.app import Datasette

NO_ROUTE = "none_found"
"""In the place of a route: studies for which no route was found."""
_ON_A_PAGE = 50
_LIST = f"""
from studies where {COUNTED}
and (:condition = '' or exists (select 1 from json_each(conditions) c where instr(c.value, :condition) > 0))
and (:since = '' or public_from >= :since) and (:until = '' or substr(public_from, 1, 4) <= :until)
and (:route = '' or exists (select 1 from json_each(routes) r where r.value = :route)
     or (:route = '{NO_ROUTE}' and json_array_length(routes) = 0))
and (:design = '' or design = :design)
"""  # noqa: S608  (constants)
"""What `Chosen.fits` says of studies."""
_DESIGNS = names(DESIGNS)
"""Columns from the strongest test of an effect down."""


@dataclass(frozen=True)
class Chosen:
    """What a reader asks the map or the list for; '' asks for all."""

    condition: str = ""
    since: str = ""
    """First year, and last."""
    until: str = ""
    route: str = ""
    design: str = ""

    def fits(self, study: Counted) -> bool:
        """Whether it asks for this study."""
        return (
            study.about(self.condition)
            and (not self.since or study.year >= self.since)
            and (not self.until or "" < study.year <= self.until)
            and (not self.route or self.route in _routes_of(study))
            and (not self.design or self.design == study.design)
        )

    def address(self, **changed: str) -> str:
        """This choice as a query string, with some parts changed; without parts that ask for all."""
        return query_of(self, **changed)


def chosen(request: Request) -> Chosen:
    """The choice in an address; years that are not years, and words with odd characters, ask for all."""
    year = re.compile(r"[0-9]{4}")
    asked = {name: (request.args.get(name) or "").strip() for name in Chosen.__dataclass_fields__}
    words = {name: re.sub(r"[\s-]+", "_", asked[name].lower())[:80] for name in ("condition", "route", "design")}
    return Chosen(**words, **{name: asked[name] if year.fullmatch(asked[name]) else "" for name in ("since", "until")})


@kept(*Chosen.__dataclass_fields__)
async def evidence_map(datasette: "Datasette", request: Request) -> Response:
    """Routes by designs, studies and people in each cell."""
    asked = chosen(request)
    return await page(
        datasette,
        request,
        "map.html",
        lambda connection: read_map(connection, asked),
        dress=lambda data: _dressed(data, asked),
        tables=("studies",),
    )


def read_map(connection: sqlite3.Connection, asked: Chosen) -> dict[str, Any]:
    """Rows of the map: a route with its cells by design, and the total of each study counted once."""
    studies = [study for study in counted(connection) if asked.fits(study)]
    in_cell: dict[tuple[str, str], list[Counted]] = defaultdict(list)
    in_line: dict[str, list[Counted]] = defaultdict(list)
    for study in studies:
        for route in ("", *_routes_of(study)):
            in_line[route].append(study)
            in_cell[route, study.design].append(study)
    by_route = {route: {**asdict(total(found, route)), "cells": {}} for route, found in in_line.items()}
    for (route, design), found in in_cell.items():
        by_route[route]["cells"][design] = asdict(total(found, route))
    everything = by_route.pop("", {**asdict(total([])), "cells": {}})
    order = sorted(
        by_route, key=lambda route: (route == NO_ROUTE, route == "unspecified", -by_route[route]["studies"], route)
    )
    return {
        "chosen": asdict(asked),
        "designs": sorted({study.design for study in studies}, key=_design_order),
        "routes": [{"route": route, **by_route[route]} for route in order],
        "total": everything,
        "conditions": _conditions(connection),
    }


def _routes_of(study: Counted) -> tuple[str, ...]:
    return study.routes or (NO_ROUTE,)


def _conditions(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Every condition of a counted study with the number of studies that choosing it shows, most first."""
    return remembered(connection, "conditions to choose from", _count_conditions)


def _count_conditions(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    studies: Counter[tuple[str, ...]] = Counter()
    for study in counted(connection):
        studies[study.conditions] += 1
    counts = {
        condition: sum(number for among, number in studies.items() if any(condition in other for other in among))
        for condition in {condition for among in studies for condition in among}
    }
    return [
        {"condition": condition, "studies": counts[condition]}
        for condition in sorted(counts, key=lambda condition: (-counts[condition], condition))
    ]


def _design_order(design: str) -> int:
    return _DESIGNS.index(design)


def _dressed(data: Mapping[str, Any], asked: Chosen) -> dict[str, Any]:
    largest = max((cell["studies"] for line in data["routes"] for cell in line["cells"].values()), default=1)

    def shade(studies: int) -> int:
        """Depth of a cell's shade in percent: by the root, so that few studies still differ from none."""
        root: float = (studies / largest) ** 0.5
        return round(12 + 88 * root)

    def link(route: str = "", design: str = "") -> str:
        return f"/studies?{asked.address(route=route, design=design)}"

    return {"shade": shade, "link": link, "asked": asked}


@kept(*Chosen.__dataclass_fields__, "page")
async def studies(datasette: "Datasette", request: Request) -> Response:
    """The studies behind a cell, or all that are counted, newest first."""
    asked = chosen(request)
    typed = request.args.get("page") or "1"
    number = max(1, int(typed)) if re.fullmatch(r"[0-9]{1,5}", typed) else 1
    return await page(
        datasette,
        request,
        "studies.html",
        lambda connection: read_studies(connection, asked, number),
        dress=lambda data: _list_dressed(data["studies"], asked),
        tables=("studies", "articles"),
    )


def read_studies(connection: sqlite3.Connection, asked: Chosen, number: int) -> dict[str, Any]:
    """Page `number` of the studies that fit, newest first, and how many fit in all.

    Those without a route are a list to work through: the largest first.
    """
    route = "" if asked.route == NO_ROUTE else asked.route
    found = total((study for study in counted(connection) if asked.fits(study)), route)
    pages = max(1, -(-found.studies // _ON_A_PAGE))
    number = min(number, pages)
    return {
        "chosen": asdict(asked),
        "count": found.studies,
        **{name: value for name, value in asdict(found).items() if name != "studies"},
        "page": number,
        "pages": pages,
        "studies": rows(
            connection,
            f"""select study_id, title, public_from, design, routes, conditions, n_total, n_total_basis, n_by_route,
                  n_given, n_given_basis, main_pmid, doi, n_reports
            {_LIST} order by iif(:route = '{NO_ROUTE}', -coalesce(n_total, 0), 0), public_from is null,
                  public_from desc, study_id limit {_ON_A_PAGE} offset :after""",
            {**asdict(asked), "after": (number - 1) * _ON_A_PAGE},
        ),
        "conditions": _conditions(connection),
    }


def _list_dressed(found: Sequence[Mapping[str, Any]], asked: Chosen) -> dict[str, Any]:
    return {
        "asked": asked,
        "said": " · ".join(
            text
            for text in (
                readable(asked.route) if asked.route != NO_ROUTE else "no route found",
                readable(asked.design),
                readable(asked.condition),
                f"from {asked.since}" if asked.since else "",
                f"until {asked.until}" if asked.until else "",
            )
            if text
        ),
        "shown": [
            {
                **row,
                "path": study_path(row["study_id"]),
                "routes": list_in_words(row["routes"]),
                "conditions": list_in_words(row["conditions"]),
                "doi_link": doi_link(row["doi"] or ""),
            }
            for row in found
        ],
    }


ROUTES = [(r"^/map" + JSON, evidence_map), (r"^/studies" + JSON, studies)]
