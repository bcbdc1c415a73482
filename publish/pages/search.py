"""Search, `/search`: titles and abstracts by relevance, with facets.

`publish.sql` makes what is typed a query that cannot fail; `typing=1` takes the last word as a beginning, for the list
that changes while one types.
"""

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import Request, Response

from db.citations.identifiers import identifiers_in, without_identifiers
from db.citations.model import Work
from db.citations.works import load_works
from publish.cells import marked, own_page, readable
from publish.page_cache import kept
from publish.pages.article import list_in_words
from publish.pages.citation_head import coins
from publish.pages.page import JSON, page, query_of, rows
from publish.remembered import remembered
from publish.sql import NOTHING, evidence_match

if TYPE_CHECKING:  # Datasette loads plugins while datasette.app is still being imported
    from datasette.app import Datasette

_ON_A_PAGE = 20
_LAST_PAGE = 50
"""A reader who wants more than the thousand best takes all of them as a file."""
_MOST_WORDS = 40
"""Words searched for; FTS5 refuses expressions that nest too deep, and no reader means more."""
_MOST_TITLE = 600
_FILTERS = """
and (:design = '' or a.design = :design)
and (:route = '' or exists (select 1 from json_each(a.routes) j where j.value = :route))
and (:condition = '' or exists (select 1 from json_each(a.conditions) j where j.value = :condition))
and (:years = '' or substr(a.published, 1, 3) = substr(:years, 1, 3))
"""
_FACETS = f"""
select a.design, a.routes, a.conditions, substr(a.published, 1, 3) || '0s' as years, count(*) as records
from articles a
where +a.record_id in (select rowid from articles_fts where articles_fts match :match) {_FILTERS}
group by a.design, a.routes, a.conditions, years
"""  # noqa: S608  (constants)
"""Hits by all facets at once. The plus sign keeps SQLite to the index over just these columns: a fifth of the time of
fetching 40,000 rows. The lists in a row are taken apart here and not by SQL."""
_RESULTS = f"""
select a.pmid, a.title, snippet(articles_fts, 0, char(57344), char(57345), '…', 64) as marked_title,
       snippet(articles_fts, 1, char(57344), char(57345), '…', 40) as snippet,
       a.first_author, a.journal, a.year, a.design, a.routes, a.n_total, a.retracted, a.doi, a.study_id
from articles_fts join articles a on a.record_id = articles_fts.rowid
where articles_fts match :match and rank match 'bm25(10.0, 1.0)' {_FILTERS}
order by rank limit {_ON_A_PAGE} offset :after
"""  # noqa: S608  (a word in the title weighs as much as ten in the abstract)
_NAMED = """
select pmid, title, study_id from articles where pmid = :number or doi = :doi
union select a.pmid, a.title, a.study_id from registrations g join articles a using (record_id)
where g.accession = :accession
limit 5
"""
FACETS = ("route", "design", "condition", "years")


@dataclass(frozen=True)
class Asked:
    """What a reader searches for: words, and what the results are narrowed to ('' for all)."""

    q: str = ""
    route: str = ""
    design: str = ""
    condition: str = ""
    years: str = ""
    """A decade: 2010s."""

    def address(self, **changed: str) -> str:
        """This search as a query string, with some parts changed."""
        return query_of(self, **changed)


@kept(*Asked.__dataclass_fields__, "page", "typing")
async def search(datasette: "Datasette", request: Request) -> Response:
    """The best records for what was typed, 20 a page, with facets."""
    asked = Asked(**{name: (request.args.get(name) or "").strip() for name in Asked.__dataclass_fields__})
    typed = request.args.get("page") or "1"
    number = min(_LAST_PAGE, max(1, int(typed))) if re.fullmatch(r"[0-9]{1,4}", typed) else 1
    works: list[Work] = []

    def read(connection: sqlite3.Connection) -> dict[str, Any]:
        typing = bool(request.args.get("typing"))
        data = remembered(
            connection,
            ("search", asked, number, typing),
            lambda connection: read_search(connection, asked, number, typing=typing),
        )
        works[:] = load_works(connection, [row["pmid"] for row in data["results"]])
        return data

    return await page(
        datasette,
        request,
        "search.html",
        read,
        dress=lambda data: {**_dressed(data, asked), "coins": {work.pmid: coins(work) for work in works}},
    )


def read_search(connection: sqlite3.Connection, asked: Asked, number: int, *, typing: bool = False) -> dict[str, Any]:
    """Page `number` of the results with counts by facet; with no result, how many records have each word alone.

    In `marked_title` and `snippet` the characters U+E000 and U+E001 stand around the words found.
    """
    words, left_out = _words(asked.q)
    if typing and words and re.search(r"\w$", words[-1]):
        words[-1] += "*"
    match = evidence_match(" ".join(words))
    data: dict[str, Any] = {
        "q": asked.q, "words": words, "count": 0, "page": number, "pages": 0, "left_out": left_out, "results": [],
        "facets": {name: [] for name in FACETS}, "each_word": [], "named": _named(connection, asked.q),
    }  # fmt: skip
    if match == NOTHING:
        return data
    values = {**asdict(asked), "match": match}
    data["count"], data["facets"] = _facets(rows(connection, _FACETS, values))
    data["pages"] = min(_LAST_PAGE, -(-data["count"] // _ON_A_PAGE))
    data["page"] = min(number, max(1, data["pages"]))
    if data["count"]:
        data["results"] = rows(connection, _RESULTS, {**values, "after": (data["page"] - 1) * _ON_A_PAGE})
    elif len(words) > 1:
        data["each_word"] = [{"word": word, "records": _records_with(connection, word)} for word in words[:10]]
    return data


def _facets(hits: Sequence[Mapping[str, Any]]) -> tuple[int, dict[str, list[dict[str, Any]]]]:
    """(how many hits, each facet's values with their number of hits, most first and years in order)."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    for row in hits:
        values = {"route": json.loads(row["routes"] or "[]"), "condition": json.loads(row["conditions"] or "[]"),
                  "design": [row["design"]], "years": [row["years"]]}  # fmt: skip
        for name, found in values.items():
            counts[name].update({value: row["records"] for value in set(found) if value})
    return sum(row["records"] for row in hits), {
        name: [
            {"value": value, "records": records}
            for value, records in sorted(found.items(), key=lambda pair: (0 if name == "years" else -pair[1], pair[0]))
        ]
        for name, found in counts.items()
    }


def _words(typed: str) -> tuple[list[str], int]:
    """The words and quoted phrases to search for, and how many more there were."""
    parts = [part for part in re.findall(r'"[^"]*"|[^\s"]+', typed) if re.search(r"\w", part)]
    return parts[:_MOST_WORDS], max(0, len(parts) - _MOST_WORDS)


def _records_with(connection: sqlite3.Connection, word: str) -> int:
    sql = "select count(*) from articles_fts where articles_fts match ?"
    return int(connection.execute(sql, [evidence_match(word)]).fetchone()[0])


def _named(connection: sqlite3.Connection, typed: str) -> list[dict[str, Any]]:
    """The records whose PMID, DOI or trial registration was typed, and nothing beside it."""
    found = {kind.name: value for kind, value in identifiers_in(typed)}
    if not found or (without_identifiers(typed).strip(" .,;") and not typed.isdigit()):
        return []
    named = {"number": found.get("PMID"), "doi": found.get("DOI"), "accession": found.get("trial registration")}
    return rows(connection, _NAMED, named)


def _dressed(data: Mapping[str, Any], asked: Asked) -> dict[str, Any]:
    chosen = {name: value for name, value in asdict(asked).items() if name in FACETS and value}
    return {
        "asked": asked,
        "typed": asked.q if len(asked.q) <= _MOST_TITLE else asked.q[:_MOST_TITLE] + "…",
        "named": [{**record, "path": own_page(record)} for record in data["named"]],
        "chosen": [(name, readable(value), f"/search?{asked.address(**{name: ''})}") for name, value in chosen.items()],
        "narrower": [
            (name, [(readable(row["value"]), row["records"], f"/search?{asked.address(**{name: row['value']})}")
                    for row in data["facets"][name][:12]])
            for name in FACETS
            if name not in chosen and data["facets"][name]
        ],
        "shown": [_result(row) for row in data["results"]],
    }  # fmt: skip


def _result(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "path": own_page(row),
        "title_html": marked((row["marked_title"] or row["title"] or "(no title)")[:_MOST_TITLE]),
        "snippet_html": marked((row["snippet"] or "")[:_MOST_TITLE]),
        "routes": list_in_words(row["routes"]),
        "where": ", ".join(str(part) for part in (row["first_author"], row["journal"], row["year"]) if part),
    }


ROUTES: Sequence[tuple[str, Any]] = [(r"^/search" + JSON, search)]
