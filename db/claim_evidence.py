"""Which papers speak for an assertion and which against it: from its test, and from people who read them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from db.claim_replay import Entry, Match
from db.claim_words import describe_filter
from db.studies import Report
from topics.assertions import Assertion, Attribute, Count, Exists, Listing, NotTestable, Quantity, Rank, Share, Span
from topics.claims import Claims

_UNDATED = "9999-12-31"


def tested_rows(
    assertion: Assertion, matches: Sequence[Match], current: Entry, claims: Claims
) -> Iterator[dict[str, Any]]:
    """Yield a row for every study of today that the assertion's test rests on; why: the filter that let it in."""
    if isinstance(assertion, NotTestable):
        return
    known = sorted(
        (match for match in matches if match.known_until is None and not match.retracted),
        key=lambda match: (match.public_from or _UNDATED, match.report),
    )
    if isinstance(assertion, Attribute):
        why = f"what is known of PMID {assertion.pmid}"
    else:
        verb = "gathered" if isinstance(assertion, Listing) else "matches"
        why = f"{verb}: {describe_filter(claims.resolve(assertion.filter))}"
    for position, match in enumerate(known):
        for stance, more in _stances(assertion, match, position, known, current):
            yield {
                "pmid": match.pmid,
                "study_id": match.study_id,
                "doi": match.report.removeprefix("doi:") if match.report.startswith("doi:") else None,
                "stance": stance,
                "why": f"{why}{more}",
                "source": "test",
                "dated": match.public_from or None,
            }


def curated_rows(
    assertion: Assertion, study_of: Mapping[int | str, str], report_of: Mapping[int | str, Report]
) -> Iterator[dict[str, Any]]:
    """Yield a row for every paper that a person judged; a retracted one is kept as context."""
    for evidence in assertion.evidence:
        name = evidence.pmid or str(evidence.doi).lower()
        report = report_of.get(name)
        retracted = bool(report and report.retracted)
        yield {
            "pmid": evidence.pmid if report else None,
            "study_id": study_of.get(name),
            "doi": evidence.doi or (None if report else f"PMID {evidence.pmid}, not in this database"),
            "stance": "context" if retracted else evidence.stance,
            "why": f"Retracted; was judged: {evidence.stance}. {evidence.why}" if retracted else evidence.why,
            "source": "curated",
            "who": evidence.who,
            "dated": evidence.when,
        }


def _stances(
    assertion: Assertion, match: Match, position: int, known: Sequence[Match], current: Entry
) -> list[tuple[str, str]]:
    """(stance, addition to the reason) of one study: as many as it has figures, else one."""
    holds = current.verdict == "holds"
    match assertion:
        case Count():
            most = assertion.expected.exactly if assertion.expected.exactly is not None else assertion.expected.at_most
            return [
                ("supports", "") if most is None or position < most else ("contradicts", "; one more than expected")
            ]
        case Exists():
            return [("supports" if assertion.expected else "contradicts", "")]
        case Rank() | Share():
            if assertion.route in match.routes:
                return [("supports", f"; had {assertion.route}")]
            return [("context" if holds else "contradicts", "; had other routes")] if match.routes else []
        case Span():
            latest = next((other for other in reversed(known) if other.public_from), known[0])  # undated come last
            ends = (known[0].public_from[:4], latest.public_from[:4])
            at_an_end = match.public_from and match.public_from[:4] in ends
            return [(("supports" if holds else "contradicts") if at_an_end else "context", "")]
        case Attribute():
            stance = {"holds": "supports", "insufficient": "context"}.get(current.verdict, "contradicts")
            return [(stance, f"; {assertion.attribute.replace('_', ' ')}: {match.attribute or 'not known'}")]
        case Quantity():
            agreeing, others = sum(match.figures), len(match.figures) - sum(match.figures)
            rows = [("supports", f"; {agreeing} of its figures as the article says")] * bool(agreeing)
            return rows + [("contradicts", f"; {others} of its figures other than the article says")] * bool(others)
        case Listing():
            judged = {f"pmid:{one.pmid}" if one.pmid else f"doi:{str(one.doi).lower()}" for one in assertion.evidence}
            return [("context", "; nobody has judged it yet")] if match.report not in judged else []
    return []
