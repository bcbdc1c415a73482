"""Families of reports: one study may have a protocol, a main paper, secondary analyses, corrections and notices.

Counts are of studies. Reports belong together when they share a trial registration, when PubMed links them (a preprint
and its published version, a corrected and republished paper, a notice and what it is about), or when the hand-checked
register says so. Protocols, secondary analyses, reviews and notices are kept as reports; one report is the main one,
and the study's deciding columns are taken from it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

from db.evidence.bonds import KINDS, TRIAL_NAME
from records.registries import register_of
from topics.vocabulary import REPORT_ROLES, REVIEWS

SAME_STUDY = frozenset({
    "UpdateIn", "UpdateOf", "CorrectedandRepublishedIn", "CorrectedandRepublishedFrom",
    "RetractedandRepublishedIn", "RetractedandRepublishedFrom", "RepublishedIn", "RepublishedFrom",
    "ErratumIn", "ErratumFor", "RetractionIn", "RetractionOf", "PartialRetractionIn", "PartialRetractionOf",
    "ExpressionOfConcernIn", "ExpressionOfConcernFor",
})  # fmt: skip
"""CommentsCorrections RefTypes that tie two records to one study (pubmed_250101.dtd). Comments do not."""
_SEVERAL_STUDIES = REVIEWS | {"editorial_letter"}
"""Designs that name other people's registrations: a shared number does not make them a report of that study."""
_VERSION_OF_PREPRINT = re.compile(r"[/._]?v\d{1,2}$")
KEYS_OF_A_STUDY = 10_000
"""Keys of `study_reports` and `study_history` are a study's number times this, plus a place: no study has as many."""
_UNDATED = "9999-12-31"
"""Sorts reports without any date behind all others: they count today, and on no earlier date."""


@dataclass(frozen=True, slots=True)
class Report:
    """One report, as far as families need to know it.

    `key` is 'pmid:…', else the key of its record, else, where only the register knows it, 'doi:…'.
    """

    key: str
    record_id: int | None
    """None of one that stands in no record."""
    pmid: int | None
    doi: str
    title: str
    public_from: str
    date_precision: str
    retracted: bool
    deciding: Mapping[str, Any]
    """The columns that `articles` and `studies` share."""
    registrations: tuple[str, ...] = ()
    links: tuple[tuple[str, int], ...] = ()
    """(RefType, PMID) of CommentsCorrections."""
    doi_links: tuple[tuple[str, str], ...] = ()
    """(RefType, DOI) of those to which PubMed gives no PMID, as of many a preprint."""
    bonds: tuple[tuple[str, str], ...] = ()
    """(kind, value) of what other reports of the study share: `db.evidence.bonds`."""
    family: str = ""
    """A family named by the register."""
    gone_since: str = ""
    """ISO day since which PubMed no longer has the record. It is kept, and counts no more from then on."""


@dataclass(frozen=True, slots=True)
class State:
    """A study as it was known between two dates: later reports join families and may become the main one."""

    main: Report
    reports: tuple[str, ...]
    """Keys of its reports known by then, retracted ones only if there are no others."""
    known_from: str
    """Date as precise as it is known; '' when no date is known, which puts the study after all dated ones."""
    known_until: str | None
    """Date of the report that changed it (that date not included); None while it stands."""


@dataclass(frozen=True, slots=True)
class Study:
    """A study and its reports, the main one first."""

    study_id: str
    main: Report
    reports: tuple[tuple[Report, str, str], ...] = field(default=())
    """(report, role, why it belongs here)."""
    history: tuple["State", ...] = field(default=())
    """What the study looked like from when to when, in order.

    The last one still stands, unless all reports are gone from PubMed.
    """

    @property
    def public_from(self) -> tuple[str, str]:
        """Date and precision from which the study's results could be known: its first report that is no protocol."""
        dated = [
            (report.public_from, report.date_precision)
            for report, role, _ in self.reports
            if report.public_from and role not in ("protocol", "notice")
        ]
        return min(dated, default=(self.main.public_from, self.main.date_precision))


def join_reports(reports: Sequence[Report]) -> list[Study]:
    """Sort reports into studies, ordered by study id. Every report is in exactly one study."""
    near, why = _neighbours(_bonds(reports))
    return sorted(
        (_study(family, why, _history(family, near)) for family in _families(reports, near)),
        key=lambda study: study.study_id,
    )


def keyed(studies: Iterable[Study]) -> Iterator[tuple[int, Study]]:
    """Yield studies, each with the key that its first row has; it keeps it whatever other studies come or go.

    The number behind it is the record of the main report; those known by DOI only count down from -1.
    """
    without_record = 0
    for study in studies:
        without_record -= study.main.record_id is None
        yield (study.main.record_id or without_record) * KEYS_OF_A_STUDY, study


def _neighbours(bonds: Iterable[tuple[str, list[str]]]) -> tuple[dict[str, set[str]], dict[str, str]]:
    """For each report those it is directly bound to, and the first reason for it."""
    near: dict[str, set[str]] = defaultdict(set)
    why: dict[str, str] = {}
    for reason, keys in bonds:
        for key in keys:
            near[key].update(keys)
            why.setdefault(key, reason)
    return near, why


def _families(reports: Iterable[Report], near: Mapping[str, set[str]]) -> list[list[Report]]:
    """Sort reports into families by their bonds.

    A retracted report belongs to a family but does not tie two of them together: taking it back must leave all others
    as they were without it. Nor does a notice: one may be about several papers.
    """
    in_order = sorted(reports, key=lambda report: (report.public_from or _UNDATED, report.key))
    papers = [report for report in in_order if report.deciding.get("design") != "notice"]
    families = _components([report for report in papers if not report.retracted], near)
    for added in (
        [report for report in papers if report.retracted],
        [report for report in in_order if report.deciding.get("design") == "notice"],
    ):
        families += _components(_unrelated(added, families, near), near)
    return families


def _unrelated(
    reports: Iterable[Report], families: Sequence[list[Report]], near: Mapping[str, set[str]]
) -> list[Report]:
    """Put each report into the first family that it is bound to; those that are bound to none."""
    alone: list[Report] = []
    for report in reports:
        bound = near.get(report.key, set())
        related = next((family for family in families if any(member.key in bound for member in family)), alone)
        related.append(report)
    return alone


def _components(reports: Sequence[Report], near: Mapping[str, set[str]]) -> list[list[Report]]:
    waiting = {report.key: report for report in reports}
    components = []
    for report in reports:  # in order; the first of a dict whose beginning is taken out is found ever more slowly
        if report.key not in waiting:
            continue
        reached = [report.key]
        for key in reached:
            reached += [other for other in sorted(near.get(key, ())) if other in waiting and other not in reached]
        components.append([waiting.pop(key) for key in reached])
    return components


def _history(family: Sequence[Report], near: Mapping[str, set[str]]) -> tuple[State, ...]:
    """Replay a family report by report: on each date only what was public by then is known.

    A report that ties two known studies together ends one of them on its own date; before that they count as two, as
    they did to everyone who looked. So a new report never changes what an earlier date gives.
    """
    if len(family) == 1 and not family[0].gone_since:
        (report,) = family
        return (State(report, (report.key,), report.public_from, None),)
    if dated := [report for report in family if report.public_from]:
        family = dated  # a report without a date changes nothing of a study that was known anyway
    days = sorted(
        {report.public_from or _UNDATED for report in family} | {one.gone_since for one in family if one.gone_since}
    )
    standing: dict[str, State] = {}
    ended: list[State] = []
    for day in days:
        known = [
            report
            for report in family
            if (report.public_from or _UNDATED) <= day and not (report.gone_since and report.gone_since <= day)
        ]
        now = {}
        for members in _families(known, near):
            main = min(members, key=_precedence)
            keys = tuple(sorted(member.key for member in members if main.retracted or not member.retracted))
            now[main.key] = State(main, keys, "" if day == _UNDATED else day, None)
        for key, state in list(standing.items()):
            if key not in now or now[key].reports != state.reports:
                ended.append(replace(standing.pop(key), known_until=day))
        for key, state in now.items():
            standing.setdefault(key, state)
    states = [*ended, *standing.values()]
    return tuple(sorted(states, key=lambda state: (state.known_from or _UNDATED, state.main.key)))


def _bonds(reports: Sequence[Report]) -> Iterable[tuple[str, list[str]]]:
    """Groups of report keys that belong together, with the reason."""
    by_pmid = {report.pmid: report.key for report in reports if report.pmid}
    by_doi: dict[str, list[str]] = defaultdict(list)
    for report in reports:
        if report.doi:
            by_doi[doi_of_work(report.doi)].append(report.key)
    shared: dict[str, list[str]] = defaultdict(list)
    yield from _shared_bonds(reports)
    for report in reports:
        if report.family:
            shared[f"register: family {report.family}"].append(report.key)
        for accession in own_registrations(report):
            shared[f"registration {accession}"].append(report.key)
        for ref_type, pmid in report.links:
            if ref_type in SAME_STUDY and pmid in by_pmid:
                yield f"PubMed: {ref_type} {pmid}", [report.key, by_pmid[pmid]]
        for ref_type, doi in report.doi_links:
            if ref_type in SAME_STUDY and doi_of_work(doi) in by_doi:
                yield f"PubMed: {ref_type} {doi}", [report.key, *by_doi[doi_of_work(doi)]]
    yield from ((reason, keys) for reason, keys in sorted(shared.items()) if len(keys) > 1)


def _shared_bonds(reports: Sequence[Report]) -> Iterable[tuple[str, list[str]]]:
    """Pairs that share a name, a title or their people, but for those that numbers or the register keep apart.

    A family of the register that is called as a trial is bound to what names that trial.
    """
    holding: dict[tuple[str, str], list[Report]] = defaultdict(list)
    for report in reports:
        for bond in report.bonds:
            holding[bond].append(report)
    for report in reports:
        if report.family and (named := holding.get((TRIAL_NAME, report.family.upper()))) and report not in named:
            named.append(report)
    for (kind, value), members in sorted(holding.items(), key=lambda pair: (KINDS.index(pair[0][0]), pair[0][1])):
        for one, other in combinations(members, 2):
            if not _kept_apart(one, other):
                yield f"{kind} {value}", [one.key, other.key]


def _kept_apart(one: Report, other: Report) -> bool:
    """Whether numbers of one register, or two families of the hand-checked one, say that these are two studies."""
    if one.family and other.family and one.family != other.family:
        return True
    numbers, others = set(own_registrations(one)), set(own_registrations(other))
    registers = set(map(register_of, numbers)) & set(map(register_of, others))
    return bool(registers) and numbers.isdisjoint(others)


def doi_of_work(doi: str) -> str:
    """A DOI without the version that preprint servers put behind it: '…456v1', '…456/v2', '….v1', '…_v3'."""
    return _VERSION_OF_PREPRINT.sub("", doi)


def own_registrations(report: Report) -> tuple[str, ...]:
    """The registrations that say which study this is: none of a review's, nor of a paper that pools several trials.

    One trial may be in several registers; two numbers of one register are two trials.
    """
    if not report.registrations:
        return ()
    registers = Counter(map(register_of, report.registrations))
    if report.deciding.get("design") in _SEVERAL_STUDIES or max(registers.values()) > 1:
        return ()
    return report.registrations


def _study(members: list[Report], why: Mapping[str, str], history: tuple[State, ...]) -> Study:
    main = min(members, key=_precedence)
    naming = [member for member in members if not member.retracted] or members
    registrations = sorted({accession for member in naming for accession in own_registrations(member)})
    study_id = registrations[0] if registrations else main.key
    ordered = [main, *sorted((member for member in members if member is not main), key=_precedence)]
    return Study(
        study_id,
        main,
        tuple((member, _role(member, main), why.get(member.key, "the only report")) for member in ordered),
        history,
    )


_CASES = frozenset({"case_report", "case_series"})


def _precedence(report: Report) -> tuple[bool, bool, bool, bool, bool, str, str]:
    """Main report first: no notice, not retracted, with results of its own, more than cases, earliest."""
    role = REPORT_ROLES.get(report.deciding.get("design", ""))
    return (
        role == "notice",
        report.retracted,
        role is not None,
        not report.deciding.get("is_primary"),
        report.deciding.get("design") in _CASES,
        report.public_from or "9",
        report.key,
    )


def _role(report: Report, main: Report) -> str:
    if report is main:
        return "main"
    if any(ref_type == "ErratumFor" for ref_type, _ in report.links):
        return "correction"
    return REPORT_ROLES.get(report.deciding.get("design", ""), "secondary")
