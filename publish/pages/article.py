"""A record's page: its citation, abstract by section, tags with their words, notices and study."""

from collections.abc import Sequence
from typing import Any

from datasette.utils import tilde_encode

from publish.cells import doi_link, pmc_link, pubmed_link, readable

_AUTHORS_SHOWN = 6
_PARTS = {
    "authors": "select last_name, initials, suffix, collective from authors where pmid = ? order by position",
    "sections": 'select label, start, "end" as stop from sections where pmid = ? order by position',
    "tags": "select facet, value, role, source, rule, quote, confidence from tags where pmid = ? "
    "order by facet, confidence desc, source, value, tag_id",
    "notices": "select kind, notice_pmid, dated, citation from notices where pmid = ? order by notice_id",
    "reports": "select r.study_id, r.pmid, r.doi, r.role, r.why, coalesce(a.title, s.title) as title "
    "from study_reports own join study_reports r on r.study_id = own.study_id "
    "join studies s on s.study_id = r.study_id left join articles a on a.pmid = r.pmid "
    "where own.pmid = ? order by r.report_id",
}


async def parts(database: Any, pmid: str) -> dict[str, Any] | None:
    """What `row-evidence-articles.html` shows; None when there is no such record (Datasette answers 404)."""
    row = (await database.execute("select * from articles where pmid = ?", [pmid])).first()
    if row is None:
        return None
    record = dict(row)
    found = {name: [dict(part) for part in (await database.execute(sql, [pmid])).rows] for name, sql in _PARTS.items()}
    for tag in found["tags"]:
        tag["value"] = readable(tag["value"])
    for notice in found["notices"]:
        notice["link"] = pubmed_link(notice["notice_pmid"], "PubMed") if notice["notice_pmid"] else None
    return {
        "record": record,
        "authors": _authors(found["authors"], record["first_author"]),
        "where": _where(record),
        "links": [
            link
            for link in (
                pubmed_link(pmid, f"PubMed {pmid}"),
                doi_link(record["doi"] or ""),
                pmc_link(record["pmcid"] or ""),
            )
            if link
        ],
        "abstract": _abstract(record["abstract"], found["sections"]),
        "tags": found["tags"],
        "notices": found["notices"],
        "reports": found["reports"],
        "study_path": tilde_encode(record["study_id"] or ""),
    }


def _authors(authors: Sequence[dict[str, Any]], first_author: str | None) -> str:
    """Vancouver style: six names, then et al. A register row has at most its first author."""
    names = [
        author["collective"] or " ".join(filter(None, (author["last_name"], author["initials"], author["suffix"])))
        for author in authors
    ]
    if not names:
        return f"{first_author} (first author)" if first_author else ""
    return ", ".join(names[:_AUTHORS_SHOWN]) + (", et al" if len(names) > _AUTHORS_SHOWN else "")


def _where(record: dict[str, Any]) -> str:
    """Journal, date, volume(issue):pages, as far as they are known."""
    date = record["published_text"] or record["published"] or str(record["year"] or "")
    issue = f"({record['issue']})" if record["issue"] else ""
    pages = f":{record['pages']}" if record["pages"] else ""
    volume = f"{record['volume'] or ''}{issue}{pages}"
    dated = ";".join(filter(None, (date, volume)))
    return ". ".join(filter(None, (record["journal"], dated)))


def _abstract(text: str | None, sections: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """(label, words) of each part; one part without a label where the abstract is not divided."""
    if not text:
        return []
    if not sections:
        return [("", text)]
    return [(section["label"] or "", text[section["start"] : section["stop"]]) for section in sections]
