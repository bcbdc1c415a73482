"""For programs: `/health` for monitors, `/robots.txt`, `/sitemap.xml` for search engines, `/llms.txt` for models."""

import hashlib
import sqlite3
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from datasette.utils.asgi import Request, Response

from db.evidence.schema import TABLES
from db.status import health as health_of
from publish import compat
from publish.address import absolute
from publish.cells import DATABASE
from publish.page_cache import kept
from publish.pages.page import may_see, rows, snapshot

if TYPE_CHECKING:
    from datasette.app import Datasette

WELL = ("fresh", "never searched")
"""States that answer 200: a site of the register alone promises no search that could be old."""
PAGES = {
    "/": "The claims of the article with their verdicts",
    "/map": "Studies and people by route and design",
    "/search": "Search titles and abstracts (parameter q)",
    "/changes": "What changed, by run",
    "/methods": "Question, search, flow of records, definitions, accuracy, limits",
    "/cite": "Find a citation from anything that names it (parameter q)",
}
PATTERNS = {
    "/claims/ID.json": "One claim with its evidence, timeline and SQL (?as_of=YYYY-MM-DD)",
    "/articles/PMID.json": "One record with its tags and the words behind them",
    "/health": "How old and how complete the data are",
}
_MANNERS = (
    "It reports what studies say and gives no advice. Every page has the same data under its address with `.json` "
    "added. Quote a verdict with its date and its address, and say when the search was last complete (see health)."
)
MOST_IN_SITEMAP = 50_000
"""The limit of the sitemap protocol (sitemaps.org)."""

_ADDRESSES = """
select '/claims/' || claim_id as path, null as changed from claims
union all
select '/articles/' || pmid, max(coalesce(revised, ''), coalesce(entered, '')) from articles
where on_topic = 1 and pmid is not null
group by pmid
"""


async def health(datasette: "Datasette", request: Request) -> Response:
    """Last run, age, complete or not, versions; 503 when the search behind the data is too old or did not end."""
    await may_see(datasette, request)
    live = Path(datasette.get_database(DATABASE).path or "")

    def read(connection: sqlite3.Connection) -> dict[str, Any]:
        built = {row["key"]: row["value"] for row in rows(connection, "select key, value from build")}
        last = rows(
            connection, "select run_id, kind, started_at, finished_at, state from runs order by run_id desc limit 1"
        )
        return asdict(health_of(live)) | {
            "last_run": last[0] if last else None,
            "versions": {
                "evidence-tracker": version("evidence-tracker"), "tagger": built.get("tagger_version"),
                "schema": _schema(), "data": built.get("fingerprint"),
            },
        }  # fmt: skip

    data = await snapshot(datasette, read)
    status = 200 if data["state"] in WELL else 503
    return Response.json(data, status=status, headers={"cache-control": "no-store"})


def _schema() -> str:
    """Changes whenever a table or column does."""
    shape = repr([(name, sorted(table.columns)) for name, table in sorted(TABLES.items())])
    return hashlib.sha256(shape.encode()).hexdigest()[:12]


@kept()
async def robots(datasette: "Datasette", request: Request) -> Response:
    """Pages may be read; SQL and endless combinations of filters need not be."""
    lines = [
        "User-agent: *",
        *(f"Disallow: {datasette.urls.path(path)}" for path in (f"/{DATABASE}?", f"/{DATABASE}/*?", "/-/")),
    ]
    return Response.text("\n".join([*lines, f"Sitemap: {absolute(datasette, '/sitemap.xml')}", ""]))


@kept()
async def sitemap(datasette: "Datasette", request: Request) -> Response:
    """Pages, claims, and records on topic."""
    await may_see(datasette, request, "articles", "claims")
    found = await snapshot(datasette, lambda connection: rows(connection, _ADDRESSES))
    listed = [{"path": path, "changed": None} for path in PAGES] + found
    urls = "".join(_url(absolute(datasette, row["path"]), row["changed"]) for row in listed[:MOST_IN_SITEMAP])
    text = f'<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n'
    return Response(text, content_type="application/xml; charset=utf-8")


def _url(address: str, changed: str | None) -> str:
    dated = f"<lastmod>{escape(changed)}</lastmod>" if changed else ""
    return f"<url><loc>{escape(address)}</loc>{dated}</url>\n"


@kept()
async def llms(datasette: "Datasette", request: Request) -> Response:
    """What is here and how to ask for it, in Markdown (llmstxt.org)."""
    await may_see(datasette, request)
    site = await compat.site_metadata(datasette)

    lines = [f"# {site.get('title', 'Evidence Tracker')}", "", f"> {_line(site)}", "", _MANNERS, "", "## Pages", ""]
    lines += [f"- [{path}]({absolute(datasette, path)}): {words}" for path, words in {**PAGES, **PATTERNS}.items()]
    lines += ["", "## Prepared queries (JSON)", ""]
    for query in await compat.prepared_queries(datasette, request.actor):
        name = query["name"]
        asked = f" (parameters: {', '.join(query['params'])})" if query.get("params") else ""
        address = absolute(datasette, f"/{DATABASE}/{name}.json?_shape=array")
        lines.append(f"- [{name}]({address}): {query.get('title', name)}{asked}")
    lines += ["", "## Tables (JSON)", ""]
    for name, table in compat.table_metadata(datasette).items():
        if not table.get("hidden"):
            address = absolute(datasette, f"/{DATABASE}/{name}.json?_shape=objects")
            lines.append(f"- [{name}]({address}): {_line(table)}")
    lines.append("")
    return Response.text("\n".join(lines))


def _line(described: dict[str, Any]) -> str:
    return " ".join(str(described.get("description", "")).split())


ROUTES = [
    (r"^/health(?:\.json)?$", health),
    (r"^/robots\.txt$", robots),
    (r"^/sitemap\.xml$", sitemap),
    (r"^/llms\.txt$", llms),
]
