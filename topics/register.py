"""The hand-checked register of a topic: `register.csv`, one row a study, facts only, each row saying where it was read.

The register is a layer of its own: what a person read wins over what rules find. An empty cell means that nobody saw
the fact, not that it is false.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from topics.base import DOI_PREFIX, MAX_PMID
from topics.errors import BadInputError
from topics.model import Topic
from topics.register_rows import Row, as_count, as_percentages, by_route, read_rows
from topics.vocabulary import OPTIONAL_IN_REGISTER, ROUTES, Facet, names, values_of

_MOST = 10_000
"""Largest number of an optional column: weeks of two lifetimes."""


@dataclass(frozen=True, slots=True)
class RegisterStudy:
    """One row of the register. None and empty values mean that the reader did not see it."""

    key: str
    """Stable: 'pmid:…', or 'doi:…' for a study without a PMID."""
    pmid: int | None
    doi: str
    """Lower case, without an address."""
    title: str
    title_basis: str
    """'descriptive' when the page did not show the title, 'shortened' when parts are left out (…); else empty."""
    journal: str
    year: int | None
    year_basis: str
    """Where the year was read, when not beside the title: 'page', 'doi' (can be one early), or in words."""
    published: str
    """ISO date as precise as printed: '2014-06-03', '2014-06', '2014', or ''."""
    date_precision: str
    """'day', 'month', 'year' or '' when no date is known."""
    epub: str
    """ISO date of online publication before the issue, or ''."""
    first_author: str
    filled_from: str
    """Where a year, first author or number was looked up that the first reading had not seen, or ''."""
    interventions: tuple[str, ...]
    routes: tuple[str, ...]
    design: str
    randomized: bool | None
    blinding: str
    control: str
    crossover: bool | None
    n_total: int | None
    n_total_basis: str
    """randomized, enrolled, completers, analysed, planned, cases, stated; '' without a number."""
    n_basis: str
    """What the number counts, in the reader's words."""
    n_by_route: Mapping[str, int]
    species: str
    condition_text: str
    conditions: tuple[str, ...]
    """`condition_text` in the topic's vocabulary."""
    depression_relevant: bool
    dose: str
    country: str
    bioavailability: Mapping[str, tuple[float, float]]
    """Percent of the dose by route, lowest and highest."""
    registration: str
    """Trial registrations, joined by ';'."""
    study_family: str
    """Rows with the same name report the same study."""
    note: str
    retracted: bool
    read_at: str
    """Where the facts were read; may be a mirror, so nothing links to it."""
    line: int
    """Line of `register.csv`."""
    others: Mapping[str, str | float] = field(default_factory=dict)
    """Facets that a register need not have (`topics.vocabulary`), by column; only those that the reader saw."""

    def value(self, column: str) -> Any:
        """What the reader saw of a facet, by its column; None, '' or () where it is nothing."""
        return getattr(self, column) if hasattr(self, column) else self.others.get(column)

    @property
    def public_from(self) -> tuple[str, str]:
        """Date from which the study could be known, and its precision: online or in print, whichever came first."""
        if not self.epub or self.published[: len(self.epub)] < self.epub[: len(self.published)]:
            return self.published, self.date_precision
        return self.epub, {4: "year", 7: "month", 10: "day"}[len(self.epub)]

    @property
    def registrations(self) -> tuple[str, ...]:
        """The trial registrations one by one."""
        return tuple(self.registration.split(";")) if self.registration else ()


def load_register(topic: Topic) -> list[RegisterStudy]:
    """Read all studies of the topic's `register.csv`, in file order; none when the topic has no register.

    Raises BadInputError naming file, line, column and what was expected; a study that stands there twice (same PMID,
    same DOI or same title) is an error too.
    """
    path = topic.folder / "register.csv"
    if not path.exists():
        return []
    studies = [_study(row, topic) for row in read_rows(path)]
    for name, identify in _IDENTITIES.items():
        _refuse_duplicates(path, studies, name, identify)
    return studies


def _study(row: Row, topic: Topic) -> RegisterStudy:
    vocabulary = topic.vocabulary
    routes = {*names(ROUTES), *(term.value for term in vocabulary.routes)}
    pmid = row.number("pmid", 1, MAX_PMID)
    lower = "nothing or a DOI in lower case, such as 10.1016/s0006-3223"
    doi = row.matching("doi", rf"{DOI_PREFIX}/\S*[^\sA-Z]", lower)
    if doi != doi.lower():
        raise row.wrong("doi", "lower case")
    if pmid is None and not doi:
        raise row.wrong("pmid", "a PMID, or a DOI in column 'doi'")
    year = row.number("year", 1800, 2200)
    published = row.partial_date("published")
    if published and year is not None and abs(int(published[:4]) - year) > 1:
        raise row.wrong("published", f"a date within a year of {year}, the year of this row")
    precision = {0: "year" if year else "", 4: "year", 7: "month", 10: "day"}[len(published)]
    n_total = row.number("n_total", 0, 10_000_000)
    return RegisterStudy(
        key=f"pmid:{pmid}" if pmid else f"doi:{doi}",
        pmid=pmid,
        doi=doi,
        title=row.required("title"),
        title_basis=row.one_of("title_basis", ("descriptive", "shortened"), ""),
        journal=row.cells["journal"],
        year=year,
        year_basis=row.cells["year_basis"],
        published=published or (str(year) if year else ""),
        date_precision=precision,
        epub=row.partial_date("epub"),
        first_author=row.cells["first_author"],
        filled_from=row.cells["filled_from"],
        interventions=row.several("interventions", frozenset(term.value for term in vocabulary.interventions)),
        routes=row.several("routes", frozenset(routes)),
        design=row.one_of("design", values_of("design"), "other"),
        randomized=row.yes_no("randomized"),
        blinding=row.one_of("blinding", values_of("blinding"), ""),
        control=row.one_of("control", values_of("control"), ""),
        crossover=row.yes_no("crossover"),
        n_total=n_total,
        n_total_basis=row.one_of("n_total_basis", values_of("n_total_basis"), "stated" if n_total is not None else ""),
        n_basis=row.cells["n_basis"],
        n_by_route=by_route(row, "n_by_route", frozenset(routes), as_count),
        species=row.one_of("species", values_of("species"), ""),
        condition_text=row.cells["condition"],
        conditions=row.several("conditions", frozenset(term.value for term in vocabulary.conditions)),
        depression_relevant=row.yes_no("depression_relevant") is True,
        dose=row.cells["dose"],
        country=row.cells["country"],
        bioavailability=by_route(row, "bioavailability", frozenset(routes), as_percentages),
        registration=row.matching("registration", r"[A-Za-z0-9/.-]+(;[A-Za-z0-9/.-]+)*", "registrations joined by ';'"),
        study_family=row.cells["study_family"],
        note=row.cells["note"],
        retracted=row.yes_no("retracted") is True,
        read_at=row.required("read_at"),
        line=row.line,
        others={
            facet.column: value for facet in OPTIONAL_IN_REGISTER if (value := _other(row, facet)) not in (None, "")
        },
    )


def _other(row: Row, facet: Facet) -> str | float | None:
    """The cell of a facet that the register need not have."""
    if facet.column not in row.cells:
        return None
    if facet.type == "text":
        return row.one_of(facet.column, values_of(facet.column), "")
    return row.decimal(facet.column, 0, _MOST)


def _normal_title(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", title.lower()).strip()


_IDENTITIES: dict[str, Callable[[RegisterStudy], object]] = {
    "pmid": lambda study: study.pmid,
    "doi": lambda study: study.doi,
    "title": lambda study: _normal_title(study.title),
}


def _refuse_duplicates(
    path: Path, studies: list[RegisterStudy], column: str, identify: Callable[[RegisterStudy], object]
) -> None:
    first: dict[object, RegisterStudy] = {}
    for study in studies:
        identity = identify(study)
        if not identity:
            continue
        if identity in first:
            raise BadInputError(
                f"{path}, line {study.line}, column '{column}': '{identity}' stands on line {first[identity].line}"
                " already; expected each study once"
            )
        first[identity] = study
