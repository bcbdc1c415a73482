"""Citation look-up on the web: one box, one address a record and format, files of any length.

`/cite?q=…`, `/cite.json?q=…`, `/cite/24701015.bib?style=…`, `/cite/records.bib?q=…&claim=…&design=…`. To hook in
(`publish/__init__.py`): `register_routes` → `routes()`, `register_output_renderer` → `renderers()`, and on a record's
page `negotiate` first, `head_tags` in its head.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from datasette.utils import tilde_decode, tilde_encode
from datasette.utils.asgi import NotFound, Request, Response
from markupsafe import Markup

from db.citations.formats import FORMATS, csl_item, write_citations
from db.citations.look_up import answer_all
from db.citations.model import Answer, Work
from db.citations.readers.lists import Unread
from db.citations.readers.text import read_text
from db.citations.styles import DEFAULT_STYLE, NAMED, entry_html
from db.citations.words import answer_json, reports_besides
from db.citations.works import load_works, works_by_key
from db.evidence.schema import TABLES
from publish.cells import DATABASE, LISTS, doi_link, pubmed_link, readable
from publish.page_cache import kept
from publish.pages.citation_head import coins, head_tags
from publish.pages.page import may_see
from publish.sql import evidence_match
from topics.errors import BadInputError

if TYPE_CHECKING:  # Datasette loads plugins while datasette.app is still being imported
    from datasette.app import Datasette

MOST_ON_A_PAGE = 200
"""References looked up for one page: about two seconds."""
_LONGEST = 60_000
_CHUNK = 500
_PAGE_FORMATS = ("bib", "ris", "nbib", "csl")
_SHOWN_IN_BROWSER = ("txt", "md", "html")
_EXAMPLES = (
    "24701015", "Lapidus et al., Biol Psychiatry 2014;76:970", "10.1016/j.biopsych.2012.05.003",
    "ketamine for depresion: where do we go from here", "NCT02782104",
)  # fmt: skip


def routes() -> list[tuple[str, Any]]:
    """(pattern, view) for Datasette's `register_routes`."""
    return [
        (r"^/cite$", page),
        (r"^/cite\.json$", as_json),
        (r"^/cite/records\.(?P<format>\w+)$", stream),
        (r"^/cite/(?P<key>\d{1,8}|doi~3A.+)\.(?P<format>[a-z]+)$", one),
    ]


def renderers() -> list[dict[str, Any]]:
    """For `register_output_renderer`: any table or query page with a column `pmid` as a file for reference managers."""
    return [
        {"extension": name, "render": _renderer(name), "can_render": lambda columns: "pmid" in columns}
        for name in _PAGE_FORMATS
    ]


def _renderer(name: str) -> Any:
    async def render(datasette: "Datasette", columns: Sequence[str], rows: Sequence[Any], database: str) -> Response:
        """The records of one page, each once, in its order."""
        pmids = dict.fromkeys(int(str(row["pmid"])) for row in rows if str(row["pmid"] or "").isdigit())
        works = await _in_thread(
            datasette, database, lambda connection: load_works(connection, list(pmids), abstracts=True)
        )
        return _file(works, name, DEFAULT_STYLE, "records")

    return render


async def _in_thread(datasette: "Datasette", database: str, read: Any) -> Any:
    return await datasette.get_database(database).execute_fn(read)


@kept("q", "style")
async def page(datasette: "Datasette", request: Request) -> Response:
    """The box, and under it one answer a reference."""
    await may_see(datasette, request, "articles")
    asked = request.args.get("q") or ""
    style = request.args.get("style") or DEFAULT_STYLE
    answers, unread, error = await _answers(datasette, asked) if asked.strip() else ([], (), "")
    try:
        shown = [_shown(answer, style) for answer in answers]
    except BadInputError as wrong:
        shown, error = [], str(wrong)
    best = [answer.best.work for answer in answers if answer.best and answer.best.work.title]
    html = await datasette.render_template(
        "cite.html",
        {
            "asked": asked, "answers": shown, "unread": unread, "error": error, "style": style, "styles": list(NAMED),
            "examples": _EXAMPLES, "formats": [FORMATS[name] for name in FORMATS],
            "found": sum(answer.outcome in ("exact", "probable") for answer in answers),
            "head": head_tags(best[0]) if len(best) == 1 else Markup(""), "database": DATABASE,
        },
        request=request,
        view_name="cite",
    )  # fmt: skip
    return Response.html(html, status=400 if error else 200)


@kept("q")
async def as_json(datasette: "Datasette", request: Request) -> Response:
    """The same as data: a list of answers, in order."""
    await may_see(datasette, request, "articles")
    answers, unread, error = await _answers(datasette, request.args.get("q") or "")
    if error:
        return Response.json({"ok": False, "error": error}, status=400)
    found = {
        "ok": True,
        "answers": [answer_json(answer) for answer in answers],
        "not_read": [str(each) for each in unread],
    }
    return Response.json(found, default=str)


async def _answers(datasette: "Datasette", asked: str) -> tuple[list[Answer], tuple[Unread, ...], str]:
    """(answers, entries that could not be read, what is wrong with the question)."""
    if len(asked) > _LONGEST:
        return (
            [],
            (),
            f"{len(asked):,} characters at once; look up at most {_LONGEST:,}, or use `evidence cite` with a file.",
        )

    def read(connection: sqlite3.Connection) -> tuple[list[Answer], tuple[Unread, ...]]:
        found = read_text(asked)
        return answer_all(connection, found, at_most=MOST_ON_A_PAGE), found.unread

    try:
        answers, unread = await _in_thread(datasette, DATABASE, read)
    except BadInputError as error:
        return [], (), str(error)
    return answers, unread, ""


def _shown(answer: Answer, style: str) -> dict[str, Any]:
    """What the template shows of an answer."""
    return {
        "answer": answer,
        "reports": reports_besides(answer),
        "matches": [
            {
                "match": match,
                "key": tilde_encode(match.work.key.removeprefix("pmid:")),
                "cited": Markup(entry_html(csl_item(match.work), style, others=not match.work.authors_complete)),  # noqa: S704  (escaped in `styles`)
                "coins": coins(match.work),
                "links": [link for link in (_links(match.work)) if link],
            }
            for match in answer.matches
        ],
        "tags": {
            readable(name): ", ".join(readable(str(part)) for part in value)
            if isinstance(value, list)
            else readable(str(value))
            for name, value in (answer.standing.tags if answer.standing else {}).items()
        },
    }


def _links(work: Work) -> Iterable[Markup | None]:
    yield pubmed_link(work.pmid, "PubMed") if work.pmid else None
    yield doi_link(work.doi)


@kept("style")
async def one(datasette: "Datasette", request: Request) -> Response:
    """One record in one format."""
    await may_see(datasette, request, "articles")
    key, name = tilde_decode(request.url_vars["key"]), request.url_vars["format"]
    key = key if key.startswith("doi:") else f"pmid:{int(key)}"
    return await record(datasette, key, name, request.args.get("style") or "")


async def record(datasette: "Datasette", key: str, name: str, style: str = "") -> Response:
    """A record ('pmid:…' or 'doi:…') as a file.

    Raises:
        NotFound: no such record or format.
    """
    name = {"json": "csl"}.get(name, name)
    if name not in FORMATS:
        raise NotFound(f"There is no format {name}. There are: {', '.join(FORMATS)}.")
    works = await _in_thread(datasette, DATABASE, lambda connection: works_by_key(connection, [key]))
    if not works:
        raise NotFound(f"No record {key.removeprefix('pmid:')} is held here.")
    return _file(works, name, style or DEFAULT_STYLE, key.replace(":", "-").replace("/", "_"))


def _file(works: Iterable[Work], name: str, style: str, called: str) -> Response:
    form = FORMATS[name]
    try:
        body = "".join(write_citations(works, name, style))
    except BadInputError as error:
        return Response.text(f"{error}\n", status=400)
    return Response(body, headers=_disposition(form.name, f"{called}.{form.extension}"),
                    content_type=f"{form.media_type}; charset=utf-8")  # fmt: skip


def _disposition(name: str, file: str) -> dict[str, str]:
    kind = "inline" if name in _SHOWN_IN_BROWSER else "attachment"
    safe = "".join(letter if letter.isascii() and (letter.isalnum() or letter in ".-_") else "_" for letter in file)
    return {"content-disposition": f'{kind}; filename="{safe}"'}


async def stream(datasette: "Datasette", request: Request, send: Any) -> None:
    """All records that a search, a claim or values of columns pick out, however many, written while they are read.

    `q` is a search as on the search page, `claim` a claim's evidence, any other name a column of `articles`.
    """
    await may_see(datasette, request, "articles")
    name, style = request.url_vars["format"], request.args.get("style") or DEFAULT_STYLE
    if name not in FORMATS:
        raise NotFound(f"There is no format {name}. There are: {', '.join(FORMATS)}.")
    form = FORMATS[name]
    where, values, wrong = _picked({key: request.args[key] for key in request.args})
    if not wrong:
        try:
            list(write_citations([], name, style))
            if name in _SHOWN_IN_BROWSER:
                entry_html({"id": "x", "type": "article-journal", "title": "x"}, style)  # a wrong style is told first
        except BadInputError as error:
            wrong = str(error)
    if wrong:
        await Response.text(f"{wrong}\n", status=400).asgi_send(send)
        return
    headers = {"content-type": f"{form.media_type}; charset=utf-8"} | _disposition(name, f"records.{form.extension}")
    await send({"type": "http.response.start", "status": 200,
                "headers": [[key.encode(), value.encode()] for key, value in headers.items()]})  # fmt: skip

    async def write(text: str) -> None:
        await send({"type": "http.response.body", "body": text.encode(), "more_body": True})

    await write(form.before)
    last, sent = 0, False
    while True:

        def read(connection: sqlite3.Connection, after: int = last) -> list[Work]:
            sql = f"SELECT pmid FROM articles WHERE pmid > ? {where} ORDER BY pmid LIMIT {_CHUNK}"  # noqa: S608
            pmids = [row[0] for row in connection.execute(sql, (after, *values))]
            return load_works(connection, pmids, abstracts=name in ("ris", "nbib"))

        works = await _in_thread(datasette, DATABASE, read)
        if not works:
            break
        await write((form.between if sent else "") + form.between.join(form.entry(work, style) for work in works))
        last, sent = works[-1].pmid or 0, True
    await send({"type": "http.response.body", "body": form.after.encode(), "more_body": False})


def _picked(arguments: Mapping[str, str]) -> tuple[str, list[str], str]:
    """(SQL after WHERE, its values, what is wrong with the arguments). Names are checked against the schema."""
    where, values = "", []
    for name, value in arguments.items():
        if name == "style":
            continue
        if name == "q":
            where += " AND pmid IN (SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?)"
            values.append(evidence_match(value))
        elif name == "claim":
            where += " AND pmid IN (SELECT pmid FROM claim_evidence WHERE claim_id = ?)"
            values.append(value)
        elif name in TABLES["articles"].columns:
            # the name is one of the schema's own: nothing of the request stands in the statement
            where += f" AND ? IN (SELECT value FROM json_each({name}))" if name in LISTS else f" AND {name} = ?"  # noqa: S608
            values.append(value)
        else:
            return "", [], f"'{name}' is no column of articles. Use q, claim, style, or a column's name."
    return where, values, ""


async def negotiate(datasette: "Datasette", request: Request, pmid: int) -> Response | None:
    """The record as what an Accept header asks for, as DOI resolvers do it; None when a page is wanted.

    `Accept: application/x-bibtex`, `application/vnd.citationstyles.csl+json`, `text/x-bibliography; style=apa` …
    """
    name, style = accepted(request.headers.get("accept", ""))
    return await record(datasette, f"pmid:{pmid}", name, style) if name else None


_MEDIA_TYPES = {form.media_type: form.name for form in FORMATS.values() if form.name not in ("html",)} | {
    "application/json": "csl",
    "text/bibliography": "txt",
    "text/x-bibtex": "bib",
}


def accepted(header: str) -> tuple[str, str]:
    """(format, style) that an Accept header prefers; ('', '') for a page. Of equal wishes the first counts."""
    wishes = []
    for place, part in enumerate(header.split(",")):
        media_type, *parameters = (piece.strip() for piece in part.split(";"))
        given = dict(piece.partition("=")[::2] for piece in parameters)
        try:
            quality = float(given.get("q", 1))
        except ValueError:
            continue
        wishes.append((-quality, place, media_type.lower(), given.get("style", "")))
    for quality, _, media_type, style in sorted(wishes):
        if media_type in ("text/html", "application/xhtml+xml", "*/*", "text/*") and quality < 0:
            return "", ""
        if media_type in _MEDIA_TYPES and quality < 0:
            return _MEDIA_TYPES[media_type], style.strip('"')
    return "", ""
