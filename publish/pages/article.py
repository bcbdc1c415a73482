"""A record's page, `/articles/PMID`: citation, the abstract with every tag's words marked, and why each was given."""

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import NotFound, Request, Response
from markupsafe import Markup

from db.citations.formats import FORMATS
from db.citations.model import Work
from db.citations.works import load_works
from publish.cells import DATABASE, doi_link, pmc_link, pubmed_link, readable, study_path
from publish.marking import FACETS, STYLES, facet_order, marked_html, spans_of
from publish.page_cache import kept
from publish.pages import cite
from publish.pages.citation_head import head_tags
from publish.pages.page import JSON, has_rows, may_see, page, rows
from topics.vocabulary import COLUMNS, TAGS, Facet, as_said, said_with

if TYPE_CHECKING:  # Datasette loads plugins while datasette.app is still being imported
    from datasette.app import Datasette

_AUTHORS_SHOWN = 6
_PARTS = {
    "authors": "select last_name, initials, suffix, collective from authors where record_id = ? order by position",
    "sections": 'select label, start, "end" from sections where record_id = ? order by position',
    "tags": 'select tag_id, facet, value, role, source, rule, field, start, "end", quote, confidence from tags '
    "where record_id = ?",
    "notices": "select kind, notice_pmid, dated, citation, source from notices where record_id = ? order by notice_id",
    "arms": "select arm, route, n, dose_value, dose_unit, dose_text, minutes, quote, source from arms "
    "where record_id = ? order by arm_id",
    "measurements": "select quantity, route, analyte, low, high, unit, population, quote, source from measurements "
    "where record_id = ? order by measurement_id",
    "disagreements": "select facet, source_a, value_a, source_b, value_b from disagreements where record_id = ? "
    "order by facet, disagreement_id",
    "publication_types": "select ui, name from publication_types where record_id = ? order by position",
    "mesh": "select descriptor_ui, descriptor, qualifier, major, automated from mesh where record_id = ? "
    "order by position",
    "reports": "select r.study_id, r.pmid, r.doi, r.role, r.why, coalesce(a.title, s.title) as title, a.published "
    "from study_reports own join study_reports r on r.study_id = own.study_id "
    "join studies s on s.study_id = r.study_id left join articles a on a.record_id = r.record_id "
    "where own.record_id = ? order by r.report_id",
}
CLAIMS_OF = """
select e.claim_id, c.text, c.section, c.verdict as claim_verdict, e.assertion_id, a.text as assertion, v.verdict,
       e.stance, e.why, e.source, e.pmid
from claim_evidence e
join claims c on c.claim_id = e.claim_id
left join assertions a on a.claim_id = e.claim_id and a.assertion_id = e.assertion_id
left join verdicts v on v.claim_id = e.claim_id and v.assertion_id = e.assertion_id
where e.pmid = :pmid or e.study_id = :study_id
order by c.position, e.evidence_id
"""
"""What a record or its study is evidence for."""
_ACCURACY = """
select facet, value, gold_set, split, tp, fp, fn, precision, recall from tag_accuracy
where facet in (select distinct facet from tags where record_id = ?)
order by split = 'held_back' desc, tp + fp + fn desc
"""
WHOLE_FACET = "(micro)"
"""The value under which `tag_accuracy` sums up a facet."""


@kept(accept=cite.accepted)
async def article(datasette: "Datasette", request: Request) -> Response:
    """The page, its data (`.json`), or the citation that an Accept header asks for."""
    pmid = int(request.url_vars["pmid"])
    if request.url_vars["format"] is None:
        await may_see(datasette, request, "articles")
        negotiated = await cite.negotiate(datasette, request, pmid)
        if negotiated:
            return negotiated
    works: list[Work] = []

    def read(connection: sqlite3.Connection) -> dict[str, Any]:
        works[:] = load_works(connection, [pmid], abstracts=True)
        return read_article(connection, pmid)

    response = await page(
        datasette,
        request,
        "article.html",
        read,
        dress=lambda data: {**dressed(data), "head": head_tags(works[0])},
        tables=("articles", "tags", "studies"),
    )
    response.headers["vary"] = "Accept"
    return response


def read_article(connection: sqlite3.Connection, pmid: int) -> dict[str, Any]:
    """Everything known of a record, as the tables have it.

    Raises:
        NotFound: no such record is held.
    """
    found = rows(connection, "select * from articles where pmid = ?", [pmid])
    if not found:
        raise NotFound(f"No record with PMID {pmid} is held here.")
    record = found[0]
    parts = {name: rows(connection, sql, [record["record_id"]]) for name, sql in _PARTS.items()}
    parts["tags"].sort(key=lambda tag: (facet_order(tag["facet"]), -(tag["confidence"] or 0), tag["tag_id"]))
    accuracy = rows(connection, _ACCURACY, [record["record_id"]]) if has_rows(connection, "tag_accuracy") else []
    for tag in parts["tags"]:
        tag["accuracy"] = accuracy_of(tag, accuracy)
    claims = rows(connection, CLAIMS_OF, {"pmid": pmid, "study_id": record["study_id"]})
    return {"record": record, **parts, "claims": claims_together(claims)}


def accuracy_of(tag: Mapping[str, Any], accuracy: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The row of `tag_accuracy` that says most of a tag: of its value, else of its facet; None for a person's word.

    Records held back while rules were written come first, then the larger set.
    """
    if tag["source"] == "register":
        return None
    facet = TAGS.get(tag["facet"])
    is_number = facet is not None and facet.type in ("count", "number")
    values = (WHOLE_FACET,) if is_number else (tag["value"], WHOLE_FACET)  # a number is not a kind
    for value in values:
        for row in accuracy:
            if row["facet"] == tag["facet"] and row["value"] == value and row["tp"] + row["fp"]:
                return dict(row)
    return None


def claims_together(evidence: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of CLAIMS_OF by claim, each with what the record is to its assertions."""
    claims: dict[str, dict[str, Any]] = {}
    for row in evidence:
        claim = claims.setdefault(
            row["claim_id"],
            {"claim_id": row["claim_id"], "text": row["text"], "section": row["section"],
             "verdict": row["claim_verdict"], "bears": []},
        )  # fmt: skip
        claim["bears"].append({
            key: row[key] for key in ("assertion_id", "assertion", "verdict", "stance", "why", "source", "pmid")
        })  # fmt: skip
    return list(claims.values())


def dressed(data: Mapping[str, Any]) -> dict[str, Any]:
    """What only the page needs: marked text, citation in words, links, formats."""
    record, tags = data["record"], data["tags"]
    in_text = [tag for tag in tags if tag["start"] is not None]
    shown = Counter(tag["facet"] if tag["facet"] in FACETS else "other" for tag in in_text)
    title_spans = spans_of(tags, "title")
    considered = [tag for tag in tags if _is_outvoted(tag, record)]
    return {
        "tags_that_count": [tag for tag in tags if tag not in considered],
        "considered": considered,
        "title_html": marked_html(record["title"] or "(no title)", title_spans),
        "abstract": _abstract(record["abstract"], data["sections"], tags),
        "legend": [(facet, FACETS.get(facet, "other"), shown[facet]) for facet in (*FACETS, "other") if shown[facet]],
        "names": authors_line(data["authors"], record["first_author"]),
        "where": where_line(record),
        "facts": facts(record),
        "facet_styles": STYLES,
        "links": links_out(record["pmid"], record["doi"], record["pmcid"]),
        "notice_links": [
            pubmed_link(notice["notice_pmid"], "the notice on PubMed") if notice["notice_pmid"] else None
            for notice in data["notices"]
        ],
        "retractions": [notice for notice in data["notices"] if notice["kind"] == "retraction"],
        "republished": [
            notice for notice in data["notices"] if notice["kind"] == "reinstatement" and notice["notice_pmid"]
        ],
        "formats": [FORMATS[name] for name in ("ris", "bib", "nbib", "csl")],
        "study_path": study_path(record["study_id"]) if record["study_id"] else "",
    }


def _is_outvoted(tag: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    """Whether another value than the tag's was decided on; not where none was, nor where several count."""
    facet = TAGS.get(tag["facet"])
    if facet is None or not facet.column or facet.type == "list":
        return False
    decided = record[facet.column]
    if decided is None or decided == "abstained":
        return False
    return tag["value"] not in said_with(facet.column, as_said(decided))


def _abstract(
    text: str | None, sections: Sequence[Mapping[str, Any]], tags: Sequence[Mapping[str, Any]]
) -> list[tuple[Markup, Markup]]:
    """(label, words) of each part, both marked; one part without a label where the abstract is not divided.

    A label is what stands between two parts: rules read it too, so its words can be marked.
    """
    if not text:
        return []
    spans = spans_of(tags, "abstract")
    parts, done = [], 0
    for section in sections:
        label = marked_html(text, spans, done, section["start"])
        parts.append((label, marked_html(text, spans, section["start"], section["end"])))
        done = section["end"]
    if text[done:].strip():
        parts.append((Markup(""), marked_html(text, spans, done)))
    return parts


def authors_line(authors: Sequence[Mapping[str, Any]], first_author: str | None) -> str:
    """Vancouver style: six names, then et al. A register row has at most its first author."""
    names = [
        author["collective"] or " ".join(filter(None, (author["last_name"], author["initials"], author["suffix"])))
        for author in authors
    ]
    if not names:
        return f"{first_author} (first author)" if first_author else ""
    return ", ".join(names[:_AUTHORS_SHOWN]) + (", et al" if len(names) > _AUTHORS_SHOWN else "")


def where_line(record: Mapping[str, Any]) -> str:
    """Journal, date, volume(issue):pages, as far as they are known."""
    date = record["published_text"] or record["published"] or str(record["year"] or "")
    issue = f"({record['issue']})" if record["issue"] else ""
    pages = f":{record['pages']}" if record["pages"] else ""
    volume = f"{record['volume'] or ''}{issue}{pages}"
    dated = ";".join(filter(None, (date, volume)))
    return ". ".join(filter(None, (record["journal"], dated)))


def facts(row: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(name, value in words, note) of the deciding columns of a record or study; nothing known says why."""
    return [_fact(row, column, facet) for column, facet in COLUMNS.items() if facet.label]


def _fact(row: Mapping[str, Any], column: str, facet: Facet) -> tuple[str, str, str]:
    value = row[column]
    if facet.type == "list":
        return facet.label, list_in_words(value), ""
    if facet.type == "text":
        return facet.label, readable(value or "not_reported"), ""
    if column == "n_total":
        basis = readable(row["n_total_basis"] or "not_reported")
        name = "Animals" if row["species"] == "animal" else facet.label
        return (name, basis, "") if value is None else (name, f"{value:,}", basis)
    unit = facet.unit.removesuffix("s") if value == 1 else facet.unit
    return facet.label, "not reported" if value is None else f"{as_said(value)} {unit}", ""


def list_in_words(value: str | None) -> str:
    """A JSON array of vocabulary values as words; 'none found' for an empty one."""
    return ", ".join(readable(str(entry)) for entry in json.loads(value or "[]")) or "none found"


def links_out(pmid: int | None, doi: str | None, pmcid: str | None = None) -> list[Markup]:
    """Links to PubMed, the DOI and the free full text, as far as there are any."""
    found = (
        pubmed_link(pmid, f"PubMed {pmid}") if pmid else None,
        doi_link(doi) if doi else None,
        pmc_link(pmcid) if pmcid else None,
    )
    return [link for link in found if link]


async def to_own_page(datasette: "Datasette", request: Request) -> Response:
    """`/articles` alone: Datasette's table of records."""
    return Response.redirect(datasette.urls.table(DATABASE, "articles"))


ROUTES = [(r"^/articles/?$", to_own_page), (r"^/articles/(?P<pmid>[0-9]{1,9})" + JSON, article)]
