"""The home page: what is here, in figures, and where to go on."""

import re
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from publish.cells import DATABASE, readable

if TYPE_CHECKING:
    from datasette.app import Datasette

_COUNTED = "on_topic = 1 and is_primary = 1 and retracted = 0 and species in ('human', 'human_and_animal')"
_FIGURES = f"""
select (select count(*) from articles) as records,
       (select count(*) from studies) as studies,
       count(*) as counted, sum(n_total) as people, count(n_total) as stating
from studies where {_COUNTED}
"""  # noqa: S608  (a constant)
_BY_ROUTE = f"""
select r.value as route, count(*) as studies, sum(s.n_total) as people, count(s.n_total) as stating
from studies s, json_each(s.routes) r
where {_COUNTED}
  and exists (select 1 from json_each(s.conditions) c where instr(c.value, 'depression') > 0)
group by route
order by route = 'unspecified', studies desc, route
"""  # noqa: S608
_FIRST_PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)


async def figures(datasette: "Datasette", actor: Any) -> dict[str, Any]:
    """Counts, studies in depression by route, the questions and the tables, for `index.html`."""
    database = datasette.get_database(DATABASE)
    by_route = [dict(row) for row in (await database.execute(_BY_ROUTE)).rows]
    most = max((row["studies"] for row in by_route), default=0)
    for row in by_route:
        row["label"] = readable(row["route"])
        row["share"] = round(100 * row["studies"] / most)
    described = datasette.metadata("tables", database=DATABASE) or {}
    hidden = set(await database.hidden_table_names())
    return {
        "figures": dict((await database.execute(_FIGURES)).first()),
        "by_route": by_route,
        "questions": await _questions(datasette, actor),
        "tables": [
            {"name": name, "description": described.get(name, {}).get("description", "")}
            for name in sorted(await database.table_names(), key=_table_order(described))
            if name not in hidden
        ],
    }


async def _questions(datasette: "Datasette", actor: Any) -> list[dict[str, Any]]:
    """The canned queries that this reader may run, with the first paragraph of their description."""
    questions = []
    for query in (await datasette.get_canned_queries(DATABASE, actor)).values():
        visible, _ = await datasette.check_visibility(actor, permissions=[("view-query", (DATABASE, query["name"]))])
        if visible and query["name"] != "search":  # the search has its box
            first = _FIRST_PARAGRAPH.search(query.get("description_html", ""))
            # metadata.yml is ours: its HTML is trusted, as Datasette trusts it on the query's own page
            summary = Markup(first[1]) if first else Markup("")  # noqa: S704
            questions.append({"name": query["name"], "title": query.get("title", query["name"]), "summary": summary})
    return questions


def _table_order(described: dict[str, Any]) -> Any:
    """Tables in the order of metadata.yml: what readers want first."""
    order = {name: place for place, name in enumerate(described)}
    return lambda name: (order.get(name, len(order)), name)
