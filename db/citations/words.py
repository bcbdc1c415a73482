"""An answer in words: for the terminal, and as JSON."""

from typing import Any

from db.citations.formats import csl_item, plain_title
from db.citations.model import Answer, Match, OtherReport
from db.citations.styles import entry_text

_OUTCOMES = {
    "exact": "Found", "probable": "Probably", "several": "Several records fit; none is certain",
    "not_found": "Not found",
}  # fmt: skip


def answer_lines(answer: Answer) -> list[str]:
    """Standing first, then the record, what agrees and differs, claims and tags."""
    lines = [f"{answer.key}: {answer.asked}" if answer.key else answer.asked]
    standing = answer.standing
    if standing:
        lines += [f"  !! {warning}" for warning in standing.warnings]
    by = f" by {answer.found_by}" if answer.matches else ""
    outcome = "Perhaps" if answer.outcome == "several" and len(answer.matches) == 1 else _OUTCOMES[answer.outcome]
    lines.append(f"  {outcome}{by}{_asked(answer)}{f' ({answer.note})' if answer.note else ''}")
    for match in answer.matches:
        lines += _match_lines(match)
    if standing:
        for report in reports_besides(answer):
            name = f"PMID {report.pmid}" if report.pmid else report.doi
            when = f"Newer report, {report.published}," if report.published else "Another report"
            lines.append(f"  {when} of the same study ({report.role}): {name} {report.title}")
        lines += [f"  Claim {claim.claim_id} ({claim.stance}; {claim.verdict or 'not tested'}): {claim.text}"
                  for claim in standing.claims]  # fmt: skip
        if standing.tags:
            lines.append("  Tags: " + "; ".join(f"{name} {_tag(value)}" for name, value in standing.tags.items()))
    return lines


def reports_besides(answer: Answer) -> list[OtherReport]:
    """Later reports of the study that are not answers themselves."""
    named = {match.work.pmid or match.work.doi for match in answer.matches}
    reports = answer.standing.newer_reports if answer.standing else ()
    return [report for report in reports if (report.pmid or report.doi) not in named]


def _asked(answer: Answer) -> str:
    if answer.asked_pubmed:
        return "; PubMed was asked"
    return " here; PubMed was not asked" if answer.outcome == "not_found" else ""


def _match_lines(match: Match) -> list[str]:
    work = match.work
    if not work.title:
        return [f"    PMID {work.pmid}"]
    lines = [f"    {entry_text(csl_item(work), others=not work.authors_complete)}"]
    if match.score:
        agrees = f"agrees: {', '.join(match.agrees) or 'nothing'}"
        differs = "; ".join(difference.line() for difference in match.differs)
        lines.append(f"      score {match.score:g}; {agrees}{f'; {differs}' if differs else ''}")
    return lines


def _tag(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def answer_json(answer: Answer) -> dict[str, Any]:
    """An answer as JSON can hold it: `matches` best first, each with its CSL item."""
    standing = answer.standing
    return {
        "asked": answer.asked,
        "key": answer.key,
        "outcome": answer.outcome,
        "found_by": answer.found_by,
        "asked_pubmed": answer.asked_pubmed,
        "note": answer.note,
        "matches": [
            {
                "pmid": match.work.pmid, "doi": match.work.doi, "title": plain_title(match.work), "score": match.score,
                "agrees": list(match.agrees),
                "differs": [
                    {"part": difference.part, "says": difference.said, "is": difference.found}
                    for difference in match.differs
                ],
                "csl": csl_item(match.work) if match.work.title else None,
            }
            for match in answer.matches
        ],
        "standing": {
            "retracted": standing.retracted,
            "preprint": standing.preprint,
            "warnings": list(standing.warnings),
            "newer_reports": [
                {"pmid": report.pmid, "doi": report.doi, "role": report.role, "published": report.published}
                for report in standing.newer_reports
            ],
            "claims": [
                {"claim_id": claim.claim_id, "stance": claim.stance, "verdict": claim.verdict, "text": claim.text}
                for claim in standing.claims
            ],
            "tags": dict(standing.tags),
        } if standing else None,
    }  # fmt: skip
