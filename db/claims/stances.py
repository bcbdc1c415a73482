"""Which papers speak for an assertion and which against it: from its test, and from people who read them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from db.claims.assertions import Assertion, Attribute, Count, Exists, Listing, NotTestable, Quantity, Rank, Share, Span
from db.claims.file import Claims
from db.claims.replay import Entry, Match
from db.claims.words import describe_filter
from db.studies import Report

_UNDATED = "9999-12-31"
_ROOM = 10**13
"""Keys for each kind of evidence of an assertion: more than there can be states of studies, whose keys they follow."""
_STANCES_OF_A_STUDY = 2


class Evidence(NamedTuple):
    """A row of `claim_evidence`."""

    evidence_id: int
    claim_id: str
    assertion_id: str
    pmid: int | None
    study_id: str | None
    doi: str | None
    stance: str
    why: str
    source: str
    who: str | None
    dated: str | None


@dataclass(frozen=True, slots=True)
class Keys:
    """Which keys an assertion's evidence has: the same whatever studies there are."""

    claim_id: str
    assertion_id: str
    place: int
    """Of the assertion among all."""

    @property
    def names(self) -> tuple[str, str]:
        """Of the claim and the assertion."""
        return self.claim_id, self.assertion_id

    @property
    def tested(self) -> tuple[int, int]:
        """First key of what its test rests on, and the one behind the last."""
        return 2 * self.place * _ROOM, (2 * self.place + 1) * _ROOM

    @property
    def curated(self) -> tuple[int, int]:
        """The same of what people judged."""
        return (2 * self.place + 1) * _ROOM, (2 * self.place + 2) * _ROOM


def tested_rows(
    keys: Keys, assertion: Assertion, matches: Sequence[Match], current: Entry, claims: Claims
) -> Iterator[Evidence]:
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
    first, _ = keys.tested
    for position, match in enumerate(known):
        doi = match.report.removeprefix("doi:") if match.report.startswith("doi:") else None
        key = first + _ROOM // 2 + _STANCES_OF_A_STUDY * match.state_id
        for number, (stance, more) in enumerate(_stances(assertion, match, position, known, current), start=key):
            yield Evidence(
                number, keys.claim_id, keys.assertion_id, match.pmid, match.study_id, doi, stance, why + more, "test",
                None, match.public_from or None,
            )  # fmt: skip


def curated_rows(
    keys: Keys, assertion: Assertion, study_of: Mapping[int | str, str], report_of: Mapping[int | str, Report]
) -> Iterator[Evidence]:
    """Yield a row for every paper that a person judged; a retracted one is kept as context."""
    for number, evidence in enumerate(assertion.evidence, start=keys.curated[0]):
        name = evidence.pmid or str(evidence.doi).lower()
        report = report_of.get(name)
        retracted = bool(report and report.retracted)
        yield Evidence(
            number, keys.claim_id, keys.assertion_id,
            evidence.pmid if report else None,
            study_of.get(name),
            evidence.doi or (None if report else f"PMID {evidence.pmid}, not in this database"),
            "context" if retracted else evidence.stance,
            f"Retracted; was judged: {evidence.stance}. {evidence.why}" if retracted else evidence.why,
            "curated",
            evidence.who,
            evidence.when,
        )  # fmt: skip


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
