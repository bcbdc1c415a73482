"""The hand-checked register of a topic: `register.csv`, one row a study, facts only, each row saying where it was read.

The register is a layer of its own: what a person read wins over what rules find. An empty cell means that nobody saw
the fact, not that it is false.
"""

import csv
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from topics.errors import BadInputError
from topics.model import Topic

COLUMNS = (
    "pmid", "doi", "title", "title_basis", "journal", "year", "year_basis", "published", "epub", "first_author",
    "filled_from", "interventions", "routes", "design", "randomized", "blinding", "control", "crossover", "n_total",
    "n_total_basis", "n_basis", "n_by_route", "species", "condition", "conditions", "depression_relevant", "dose",
    "country", "bioavailability", "registration", "study_family", "note", "retracted", "read_at",
)  # fmt: skip

ROUTES = frozenset({
    "intravenous", "intramuscular", "intranasal", "subcutaneous", "oral", "sublingual", "buccal", "rectal", "inhaled",
    "transdermal", "topical", "epidural", "intrathecal", "intraosseous", "intraperitoneal", "unspecified",
})  # fmt: skip
DESIGNS = frozenset({
    "randomized_controlled_trial", "nonrandomized_trial", "cohort", "case_control", "cross_sectional", "case_series",
    "case_report", "systematic_review", "meta_analysis", "narrative_review", "guideline", "protocol",
    "pharmacokinetic", "animal", "in_vitro", "qualitative", "secondary_analysis", "editorial_letter", "notice",
    "other",
})  # fmt: skip
BLINDING = frozenset({"double", "single", "open"})
CONTROL = frozenset({"placebo", "active", "dose_comparison", "none"})
SPECIES = frozenset({"human", "animal", "human_and_animal"})
N_TOTAL_BASIS = frozenset({"randomized", "enrolled", "completers", "analysed", "planned", "cases", "stated"})


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
    """'descriptive' when the page did not show the title; else empty."""
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
    """Where a year or first author was looked up that the first reading had not seen, or ''."""
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


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of the file and where it is, for errors."""

    path: Path
    line: int
    cells: Mapping[str, str]

    def wrong(self, column: str, expected: str) -> BadInputError:
        return BadInputError(
            f"{self.path}, line {self.line}, column '{column}': '{self.cells[column]}' given; expected {expected}"
        )

    def matching(self, column: str, pattern: str, expected: str) -> str:
        if self.cells[column] and not re.fullmatch(pattern, self.cells[column]):
            raise self.wrong(column, expected)
        return self.cells[column]

    def one_of(self, column: str, allowed: frozenset[str], empty: str) -> str:
        if not self.cells[column]:
            return empty
        if self.cells[column] not in allowed:
            raise self.wrong(column, f"nothing or one of: {', '.join(sorted(allowed))}")
        return self.cells[column]

    def yes_no(self, column: str) -> bool | None:
        return {"": None, "no": False, "yes": True}[self.one_of(column, frozenset({"yes", "no"}), "")]

    def several(self, column: str, allowed: frozenset[str]) -> tuple[str, ...]:
        values = tuple(value for value in self.cells[column].split(";") if value)
        for value in values:
            if value not in allowed or values.count(value) > 1:
                raise self.wrong(column, f"values joined by ';', each once, of: {', '.join(sorted(allowed))}")
        return values

    def number(self, column: str, low: int, high: int) -> int | None:
        text = self.cells[column]
        if not text:
            return None
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise self.wrong(column, f"nothing or a whole number from {low} to {high}")
        return int(text)

    def partial_date(self, column: str) -> str:
        text = self.matching(column, r"\d{4}(-\d{2}(-\d{2})?)?", "nothing, YYYY, YYYY-MM or YYYY-MM-DD")
        try:
            date.fromisoformat((text + "-01-01")[:10] if text else "2000-01-01")
        except ValueError:
            raise self.wrong(column, "a date that exists") from None
        return text

    def required(self, column: str) -> str:
        if not self.cells[column]:
            raise self.wrong(column, "a value")
        return self.cells[column]


def load_register(topic: Topic) -> list[RegisterStudy]:
    """Read all studies of the topic's `register.csv`, in file order; none when the topic has no register.

    Raises BadInputError naming file, line, column and what was expected; a study that stands there twice (same PMID,
    same DOI or same title) is an error too.
    """
    path = topic.folder / "register.csv"
    if not path.exists():
        return []
    studies = [_study(row, topic) for row in _rows(path)]
    for name, identify in _IDENTITIES.items():
        _refuse_duplicates(path, studies, name, identify)
    return studies


def _rows(path: Path) -> list[_Row]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            header = next(reader, [])
            if tuple(header) != COLUMNS:
                missing = [column for column in COLUMNS if column not in header]
                unknown = [column for column in header if column not in COLUMNS]
                fault = "; ".join(
                    [f"missing {', '.join(missing)}"] * bool(missing)
                    + [f"unknown {', '.join(unknown)}"] * bool(unknown)
                )
                raise BadInputError(
                    f"{path}, line 1: {fault or 'columns in another order'}; expected the columns {','.join(COLUMNS)}"
                )
            rows = []
            for cells in reader:
                if len(cells) != len(COLUMNS):
                    raise BadInputError(
                        f"{path}, line {reader.line_num}: {len(cells)} cells; expected {len(COLUMNS)}, one a column"
                    )
                rows.append(_Row(path, reader.line_num, dict(zip(COLUMNS, cells, strict=True))))
            return rows
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInputError(f"{path}: cannot be read as a UTF-8 CSV file ({error})") from None


def _study(row: _Row, topic: Topic) -> RegisterStudy:
    vocabulary = topic.vocabulary
    routes = ROUTES | {term.value for term in vocabulary.routes}
    pmid = row.number("pmid", 1, 4_294_967_295)
    doi = row.matching("doi", r"10\.\d{4,9}/\S*[^\sA-Z]", "nothing or a DOI in lower case, such as 10.1016/s0006-3223")
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
        title_basis=row.one_of("title_basis", frozenset({"descriptive"}), ""),
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
        design=row.one_of("design", DESIGNS, "other"),
        randomized=row.yes_no("randomized"),
        blinding=row.one_of("blinding", BLINDING, ""),
        control=row.one_of("control", CONTROL, ""),
        crossover=row.yes_no("crossover"),
        n_total=n_total,
        n_total_basis=row.one_of("n_total_basis", N_TOTAL_BASIS, "stated" if n_total is not None else ""),
        n_basis=row.cells["n_basis"],
        n_by_route=_by_route(row, "n_by_route", frozenset(routes), _as_count),
        species=row.one_of("species", SPECIES, ""),
        condition_text=row.cells["condition"],
        conditions=row.several("conditions", frozenset(term.value for term in vocabulary.conditions)),
        depression_relevant=row.yes_no("depression_relevant") is True,
        dose=row.cells["dose"],
        country=row.cells["country"],
        bioavailability=_by_route(row, "bioavailability", frozenset(routes), _as_percentages),
        registration=row.matching("registration", r"[A-Za-z0-9/.-]+(;[A-Za-z0-9/.-]+)*", "registrations joined by ';'"),
        study_family=row.cells["study_family"],
        note=row.cells["note"],
        retracted=row.yes_no("retracted") is True,
        read_at=row.required("read_at"),
        line=row.line,
    )


Given = TypeVar("Given")


def _by_route(
    row: _Row, column: str, routes: frozenset[str], read: Callable[[object], Given | None]
) -> dict[str, Given]:
    """Read a JSON object from route to number or range; {} when the cell is empty."""
    if not row.cells[column]:
        return {}
    try:
        given = json.loads(row.cells[column])
    except json.JSONDecodeError:
        given = None
    if not isinstance(given, dict):
        raise row.wrong(column, 'nothing or a JSON object from route to number, such as {"oral": 20}')
    found: dict[str, Given] = {}
    for route, value in given.items():
        known = read(value)
        if route not in routes or known is None:
            raise row.wrong(
                column, f"routes ({', '.join(sorted(routes))}) with whole numbers or [low, high] in percent"
            )
        found[route] = known
    return found


def _as_count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _as_percentages(value: object) -> tuple[float, float] | None:
    match value:
        case [int() | float() as low, int() | float() as high] if 0 <= low <= high <= 100:
            return float(low), float(high)
    return None


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
