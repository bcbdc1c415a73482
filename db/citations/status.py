"""What has become of a record since it was published, what it bears on, and how it is tagged."""

import json
import sqlite3
from typing import Any

from db.citations.candidates import by_title
from db.citations.comparison import compare, prepared
from db.citations.model import ClaimStance, Notice, OtherReport, Reference, Standing, Work
from db.citations.works import PREPRINT_SERVERS, load_works
from topics.vocabulary import FILTERED, NOTHING, names

PREPRINT = "D000076942"
"""MeSH UI of the publication type Preprint."""
_WORST_FIRST = ("retraction", "partial_retraction", "expression_of_concern", "reinstatement", "erratum", "update")
_TAGS = (*FILTERED, "registrations")
_NOTHING = (None, "", "[]", *names(NOTHING))
_NOTICES = "SELECT kind, notice_pmid, dated, citation FROM notices WHERE record_id = ? ORDER BY notice_id"
_NEWER = """
SELECT r.pmid, r.doi, coalesce(a.title, s.title), r.role, coalesce(a.published, '')
FROM study_reports own JOIN study_reports r ON r.study_id = own.study_id AND r.report_id != own.report_id
JOIN studies s ON s.study_id = r.study_id LEFT JOIN articles a ON a.record_id = r.record_id
WHERE own.record_id = ? AND coalesce(a.published, '9') > ? ORDER BY a.published, r.report_id
"""
_CLAIMS = """
SELECT e.claim_id, c.text, group_concat(DISTINCT e.stance), c.verdict, coalesce(max(v.flipped_on), ''), min(e.why)
FROM claim_evidence e JOIN claims c ON c.claim_id = e.claim_id
LEFT JOIN verdicts v ON v.claim_id = e.claim_id AND v.assertion_id = e.assertion_id
WHERE {where} GROUP BY e.claim_id ORDER BY min(e.stance = 'context'), c.position, e.claim_id
"""


def standing_of(connection: sqlite3.Connection, work: Work) -> Standing:
    """The standing of one record; of a study that PubMed does not list, what the register says of it."""
    if work.pmid is None:
        row = connection.execute(f"SELECT {', '.join(_TAGS)} FROM studies WHERE study_id = ?", (work.study_id,))  # noqa: S608
        tags = row.fetchone()
        return Standing(
            work.retracted, work.doi.startswith(PREPRINT_SERVERS), (), (), _claims(connection, work),
            _tags(tags) if tags else {},
        )  # fmt: skip
    notices = [
        Notice(kind, pmid, dated or "", citation or "")
        for kind, pmid, dated, citation in connection.execute(_NOTICES, (work.pmid,))
    ]
    notices.sort(key=lambda notice: _WORST_FIRST.index(notice.kind))
    preprint = _is_preprint(connection, work)
    updated = any(notice.kind == "update" for notice in notices)
    row = connection.execute(f"SELECT gone_since, {', '.join(_TAGS)} FROM articles WHERE pmid = ?", (work.pmid,))  # noqa: S608
    gone_since, *tags = row.fetchone()
    return Standing(
        retracted=work.retracted,
        preprint=preprint,
        notices=tuple(_without_repeats(notices)),
        newer_reports=tuple(
            OtherReport(pmid, doi or "", title, role, published)
            for pmid, doi, title, role, published in connection.execute(_NEWER, (work.pmid, work.published or "0"))
        ),
        claims=_claims(connection, work),
        tags=_tags(tags),
        gone_since=gone_since or "",
        probably_published=_published(connection, work) if preprint and not updated else None,
    )


def _published(connection: sqlite3.Connection, preprint: Work) -> OtherReport | None:
    """A paper of the same or the next three years with the title of a preprint, and no other first author."""
    names = tuple(author.collective or author.last_name for author in preprint.authors[:1])
    said = prepared(Reference(preprint.title, preprint.title, names))
    for work in load_works(connection, by_title(connection, said.reference)):
        levels = compare(said, work).levels
        alike = levels.get("title") in ("same", "close") and levels.get("first author", "same") in ("same", "close")
        when = (preprint.year or 0) <= (work.year or 0) <= (preprint.year or 0) + 3
        if alike and when and work.pmid != preprint.pmid and not work.doi.startswith(PREPRINT_SERVERS):
            return OtherReport(work.pmid, work.doi, work.title, "published version", work.published)
    return None


def _without_repeats(notices: list[Notice]) -> list[Notice]:
    """A notice is often told twice: on the paper, and on the notice itself."""
    kept: dict[tuple[str, object], Notice] = {}
    for notice in notices:
        known = kept.get((notice.kind, notice.pmid or notice.citation))
        if known is None or (notice.dated and not known.dated):
            kept[notice.kind, notice.pmid or notice.citation] = notice
    return list(kept.values())


def _is_preprint(connection: sqlite3.Connection, work: Work) -> bool:
    sql = "SELECT 1 FROM publication_types WHERE record_id = ? AND ui = ?"
    return work.doi.startswith(PREPRINT_SERVERS) or bool(connection.execute(sql, (work.pmid, PREPRINT)).fetchone())


def _tags(values: Any) -> dict[str, Any]:
    return {
        name: json.loads(value) if isinstance(value, str) and value.startswith("[") else value
        for name, value in zip(_TAGS, values, strict=True)
        if value not in _NOTHING
    }


def _claims(connection: sqlite3.Connection, work: Work) -> tuple[ClaimStance, ...]:
    if not has_claims(connection):
        return ()
    where, value = ("e.pmid = ?", work.pmid) if work.pmid else ("e.study_id = ?", work.study_id)
    return tuple(
        ClaimStance(claim_id, text, _stance(stances), verdict, flipped_on, why)
        for claim_id, text, stances, verdict, flipped_on, why in connection.execute(
            _CLAIMS.format(where=where), (value,)
        )
    )


def _stance(stances: str) -> str:
    """One stance a claim: a paper can support one of its assertions and contradict another."""
    taken = sorted(set(stances.split(",")) - {"context"}, reverse=True)
    return " and ".join(taken) or "context"


def has_claims(connection: sqlite3.Connection) -> bool:
    """Whether the database was built with claims."""
    sql = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('claims', 'claim_evidence', 'verdicts')"
    return bool(connection.execute(sql).fetchone()[0] == 3)
