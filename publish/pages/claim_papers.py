"""The papers for and against an assertion, each with what decides and the very words behind it."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

from db.claims.kinds import KINDS
from publish.cells import readable
from publish.pages.page import rows
from topics.vocabulary import FILTERED, in_words

SHOWN = 6
"""Papers of one stance shown in full; the others are folded, one line each."""
STANCES = {"supports": "For", "contradicts": "Against", "context": "Context"}

_EVIDENCE = """
select e.evidence_id, e.assertion_id, e.stance, e.why, e.detail, e.strength, e.source, e.who,
       e.dated as judged_or_dated, e.pmid, e.study_id,
       coalesce(e.doi, a.doi, s.doi) as doi, coalesce(a.title, s.title, r.title) as title,
       coalesce(a.first_author, r.first_author) as first_author, coalesce(a.journal, r.journal) as journal,
       coalesce(s.public_from, a.published, case e.source when 'test' then e.dated end) as public_from,
       coalesce(a.year, r.year, substr(s.public_from, 1, 4)) as year,
       coalesce(s.design, a.design) as design, coalesce(s.routes, a.routes) as routes,
       coalesce(s.n_total, a.n_total) as n_total, coalesce(s.randomized, a.randomized) as randomized,
       coalesce(s.blinding, a.blinding) as blinding, coalesce(s.control, a.control) as control,
       coalesce(a.retracted, s.retracted, 0) as retracted
from claim_evidence e
left join articles a on a.pmid = e.pmid
left join studies s on s.study_id = e.study_id
left join register r on e.pmid is null and r.study_key = 'doi:' || e.doi
where e.claim_id = ?
order by e.source, public_from is null, public_from, e.evidence_id
"""
_VERDICTS_ON = """
select a.assertion_id, a.kind, (
  select t.verdict from verdict_timeline t
  where t.claim_id = a.claim_id and t.assertion_id = a.assertion_id and t.date <= :day order by t.position desc limit 1
) as verdict
from assertions a where a.claim_id = :claim_id order by a.position
"""
_WORDS = """
select a.pmid, t.facet, t.value, t.field, t.start, t."end", t.quote, t.confidence,
       case t.field when 'title' then a.title else a.abstract end as text
from tags t join articles a using (record_id)
where t.source = 'text' and t.start is not null and a.pmid in ({marks})
"""
_FIGURES = """
select study_id, quote, route from measurements where study_id in ({marks}) order by source = 'text'
"""
_SAID_ANYWHERE = ("intervention", "species")
"""Facets whose words show least: an abstract names its drug, and that people were treated, in every other sentence."""
_ORDER = [facet.tag for facet in FILTERED.values() if facet.tag not in _SAID_ANYWHERE]
_AROUND = 90
"""Characters of the text shown on each side of a quote."""


def read_papers(connection: sqlite3.Connection, claim_id: str) -> dict[str, list[dict[str, Any]]]:
    """Rows of evidence by assertion, judged by people first, then by date."""
    papers = defaultdict(list)
    for row in rows(connection, _EVIDENCE, [claim_id]):
        papers[row["assertion_id"]].append(row)
    return papers


def papers_on(connection: sqlite3.Connection, claim_id: str, day: str) -> dict[str, list[dict[str, Any]]]:
    """The papers of `read_papers` that were public by the end of a day, with the stances they had then.

    `day` '' is today.
    """
    papers = read_papers(connection, claim_id)
    if not day:
        return papers
    return {
        row["assertion_id"]: as_known_on(papers[row["assertion_id"]], row["kind"], row["verdict"] or "", day)
        for row in rows(connection, _VERDICTS_ON, {"claim_id": claim_id, "day": day})
    }


def as_known_on(papers: Sequence[dict[str, Any]], kind: str, verdict: str, day: str) -> list[dict[str, Any]]:
    """The papers that were public by a day, with the stance that they had under the verdict of that day.

    What a stance depends on, its kind of test knows (`db.claims.kinds`).
    """
    known = []
    for paper in papers:
        if not paper["public_from"] or paper["public_from"] > day:
            continue
        stance = paper["stance"]
        if paper["source"] == "test":
            stance = KINDS[kind].stance_on(stance, verdict)
        known.append(paper | {"stance": stance})
    return known


def by_stance(papers: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """All three stances, each as prominent as the others: an empty one is an answer, too."""
    return {stance: [paper for paper in papers if paper["stance"] == stance] for stance in STANCES}


def add_words(connection: sqlite3.Connection, shown: Sequence[dict[str, Any]], kind: str, asked: Set[str]) -> None:
    """Give each paper `words`: what stands before the quote, the quote, what stands after it, and where; or None.

    Of all tags that one counts whose value the assertion asks for; of a quantity, the figure's own words.
    """
    if KINDS[kind].rests_on == "figures":
        _add_figures(connection, shown, asked)
        return
    pmids = sorted({paper["pmid"] for paper in shown if paper["pmid"]})
    best: dict[int, dict[str, Any]] = {}
    for tag in rows(connection, _WORDS.format(marks=_marks(pmids)), pmids):
        rank = _rank(tag, asked)
        if tag["pmid"] not in best or rank < best[tag["pmid"]]["rank"]:
            best[tag["pmid"]] = tag | {"rank": rank}
    for paper in shown:
        paper["words"] = _around(best.get(paper["pmid"] or 0))


def _add_figures(connection: sqlite3.Connection, shown: Sequence[dict[str, Any]], asked: Set[str]) -> None:
    """The words of the figure itself, of a route that is asked for; a text's before the register's."""
    studies = sorted({paper["study_id"] for paper in shown if paper["study_id"]})
    found = rows(connection, _FIGURES.format(marks=_marks(studies)), studies)
    quotes = {row["study_id"]: row["quote"] for row in found if row["route"] in asked}
    for paper in shown:
        quote = quotes.get(paper["study_id"])
        paper["words"] = {"before": "", "quote": quote, "after": "", "field": "measurement"} if quote else None


def _rank(tag: Mapping[str, Any], asked: Set[str]) -> tuple[bool, int, float]:
    place = _ORDER.index(tag["facet"]) if tag["facet"] in _ORDER else len(_ORDER)
    return (tag["value"] not in asked, place, -(tag["confidence"] or 0))


def _around(tag: Mapping[str, Any] | None) -> dict[str, str] | None:
    """The quote within its text, cut between words."""
    if tag is None or not tag["text"]:
        return None
    text, start, end = tag["text"], tag["start"], tag["end"]
    left = max(0, start - _AROUND)
    if left:
        left = text.find(" ", left, start) + 1 or start
    right = min(len(text), end + _AROUND)
    if right < len(text):
        right = max(text.rfind(" ", end, right), end)
    return {
        "before": ("… " if left else "") + text[left:start], "quote": text[start:end],
        "after": text[end:right] + (" …" if right < len(text) else ""), "field": tag["field"],
    }  # fmt: skip


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


def facts_of(paper: Mapping[str, Any]) -> str:
    """Design, routes, people and blinding, as far as they are known."""
    routes = [readable(route) for route in json.loads(paper["routes"] or "[]")]
    blinding = in_words("blinding", paper["blinding"])
    people = f"n {paper['n_total']:,}" if paper["n_total"] is not None else ""
    return " · ".join(filter(None, (readable(paper["design"] or ""), ", ".join(routes), people, blinding)))


def by_line(paper: Mapping[str, Any]) -> str:
    """First author, journal and date."""
    return ". ".join(
        filter(None, (paper["first_author"], paper["journal"], str(paper["public_from"] or paper["year"] or "undated")))
    )


def csv_lines(papers: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[list[Any]]:
    """The evidence as a table: a row of names, then one for each paper of each assertion."""
    columns = (
        "assertion_id", "stance", "pmid", "doi", "study_id", "title", "first_author", "journal", "public_from",
        "design", "routes", "n_total", "randomized", "blinding", "control", "retracted", "source", "who", "why",
    )  # fmt: skip
    yield list(columns)
    for group in papers.values():
        for paper in group:
            yield [paper[column] for column in columns]
