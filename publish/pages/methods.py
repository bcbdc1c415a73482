"""Methods, `/methods`: question, search as sent and as understood, what became of every record, what tags mean."""

import json
import platform
import sqlite3
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import Request, Response

from db.archive.store import today
from db.claims.kinds.routes import LEAST
from db.claims.verdicts import MEANING
from db.evidence.schema import COUNTED
from publish.cells import readable
from publish.charts import Box, flow
from publish.definitions import FACETS, LIMITS, NUMBERS
from publish.page_cache import kept
from publish.pages.article import WHOLE_FACET
from publish.pages.page import JSON, has_rows, page, rows
from publish.verdicts import mark

if TYPE_CHECKING:
    from datasette.app import Datasette

_LAST_SEARCH = """
select r.run_id, r.started_at, r.finished_at, r.state, count(s.search_id) as slices, sum(s.reported) as reported,
       sum(s.stored) as stored
from runs r join searches s on s.run_id = r.run_id
where r.kind = 'sync'
  and substr(r.started_at, 1, 10) <= :today and r.state <> 'not_believed'
group by r.run_id order by r.state = 'complete' desc, substr(r.started_at, 1, 10) desc, r.run_id desc limit 1
"""
_STUDIES = f"select count(*) as on_topic, coalesce(sum({COUNTED}), 0) as studies from studies where on_topic = 1"  # noqa: S608
_RUNS = "select run_id, kind, since, until, started_at, finished_at, state from runs order by run_id desc limit 20"
_SLICES_SHOWN = 3


@kept()
async def methods(datasette: "Datasette", request: Request) -> Response:
    """The page or its data."""
    return await page(
        datasette,
        request,
        "methods.html",
        read_methods,
        dress=_dress,
        tables=("articles", "studies", "searches", "screening"),
    )


def read_methods(connection: sqlite3.Connection) -> dict[str, Any]:
    """All that the page says, from the database alone but for definitions and limits, which are of the code."""
    vocabulary = [
        row | {name: json.loads(row[name]) if row[name] else [] for name in ("terms", "mesh", "broader")}
        for row in rows(connection, "select * from vocabulary order by rowid")
    ]
    last = rows(connection, _LAST_SEARCH, {"today": today().isoformat()})
    slices: list[dict[str, Any]] = []
    if last:
        slices = rows(
            connection,
            "select query, translation, reported, stored, warnings, asked_at from searches where run_id = ? "
            "order by search_id limit ?",
            [last[0]["run_id"], _SLICES_SHOWN],
        )
    accuracy = []
    if has_rows(connection, "tag_accuracy"):
        accuracy = rows(connection, "select * from tag_accuracy order by facet, gold_set, split, value")
    return {
        "topic": {row["key"]: row["value"] for row in rows(connection, "select key, value from build")},
        "search": {
            "blocks": [row for row in vocabulary if row["facet"] == "search"],
            "last": last[0] if last else None,
            "slices": slices,
        },
        "runs": rows(connection, _RUNS),
        "screening": rows(connection, "select * from screening order by step"),
        "studies": rows(connection, _STUDIES)[0],
        "vocabulary": [row for row in vocabulary if row["facet"] != "search"],
        "facets": {name: {"meaning": meaning, "values": values} for name, (meaning, values) in FACETS.items()},
        "verdicts": MEANING, "fewest_in_a_share": f"{LEAST['studies']} studies or {LEAST['participants']} people",
        "accuracy": accuracy,
        "limits": LIMITS,
        "numbers": NUMBERS,
        "versions": {
            "evidence-tracker": _version("evidence-tracker"), "datasette": _version("datasette"),
            "python": platform.python_version(), "sqlite": sqlite3.sqlite_version,
        },
    }  # fmt: skip


def _dress(data: dict[str, Any]) -> dict[str, Any]:
    return {"mark": mark, "readable": readable, "flow": _flow(data), "measured": _measured(data["accuracy"])}


def _flow(data: dict[str, Any]) -> Any:
    """The PRISMA 2020 flow: what was found, taken out as double, excluded and why, and kept."""
    stages: dict[str, list[dict[str, Any]]] = {}
    for row in data["screening"]:
        stages.setdefault(row["stage"], []).append(row)
    if not stages:
        return ""

    def lines(stage: str) -> list[str]:
        found = stages.get(stage, [])
        total = sum(row["records"] for row in found)
        return [f"{readable(stage).capitalize()}: {total:,}"] + [
            f"{row['reason']}: {row['records']:,}" for row in found
        ]

    boxes = [Box(lines("identified"))]
    if any(row["records"] for row in stages.get("duplicates", [])):
        boxes.append(Box(lines("duplicates"), side=True))
    boxes += [
        Box(lines("screened")[:1]),
        Box(lines("excluded"), side=True),
        Box(
            [
                *lines("included")[:1],
                f"{data['studies']['on_topic']:,} studies, {data['studies']['studies']:,} of them count",
            ]
        ),
    ]
    words = "; ".join(f"{row['stage']}, {row['reason']}: {row['records']}" for row in data["screening"])
    return flow(boxes, f"Flow of records. {words}")


def _measured(accuracy: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each facet over all its values, of the part of the labelled set that nobody looked at where there is one."""
    held = [row for row in accuracy if row["split"] == "held_back"] or accuracy
    return [row for row in held if row["value"] == WHOLE_FACET] or held


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


ROUTES = [(r"^/methods" + JSON, methods)]
