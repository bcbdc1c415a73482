"""Which papers speak for an assertion and which against it: from its test, and from people who read them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from db.claims.filters import Scope
from db.claims.kinds import Kind
from db.claims.tally import Match
from db.evidence.studies import Report

_ROOM = 10**14
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
    detail: str | None
    strength: str | None
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
    keys: Keys, assertion: Kind, matches: Sequence[Match], verdict: str, scope: Scope
) -> Iterator[Evidence]:
    """Yield a row for every study of today that the assertion's test rests on; `verdict` is that of today."""
    today = [match for match in matches if match.known_until is None and not match.retracted]
    known = sorted((match for match in today if match.known_from), key=lambda match: (match.public_from, match.report))
    why = assertion.why(scope)
    first, _ = keys.tested
    for position, match in enumerate(known):
        doi = match.report.removeprefix("doi:") if match.report.startswith("doi:") else None
        key = first + _ROOM // 2 + _STANCES_OF_A_STUDY * match.state_id + match.against
        for number, (stance, detail) in enumerate(assertion.stances(match, position, known, verdict), start=key):
            yield Evidence(
                number, keys.claim_id, keys.assertion_id, match.pmid, match.study_id, doi, stance,
                f"{why}; {detail}" if detail else why, detail or None, None, "test", None, match.public_from or None,
            )  # fmt: skip


def curated_rows(
    keys: Keys, assertion: Kind, study_of: Mapping[int | str, str], report_of: Mapping[int | str, Report]
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
            None,
            evidence.strength,
            "curated",
            evidence.who,
            evidence.when,
        )  # fmt: skip
