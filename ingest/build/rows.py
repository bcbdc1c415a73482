"""A record and its tags as rows of `evidence.db`, in the tables' column order."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from db.evidence.schema import TABLES
from db.evidence.studies import Study
from ingest.tagging.model import Arm, Decision, Measurement, Tag
from records.identifiers import clean_doi
from records.record import Record
from records.retractions import retracted_by
from topics import RegisterStudy
from topics.vocabulary import COLUMNS, OPTIONAL_IN_REGISTER, Facet

KEYS_OF_A_RECORD = 10_000
"""Keys of `tags`, `arms` … are the record's id times this, plus a number: no record has as many of one kind."""
_NOTICE_OF = {
    "RetractionIn": ("retraction",),
    "RetractedandRepublishedIn": ("retraction", "reinstatement"),
    "PartialRetractionIn": ("partial_retraction",),
    "ExpressionOfConcernIn": ("expression_of_concern",),
    "ErratumIn": ("erratum",),
    "CorrectedandRepublishedIn": ("erratum",),
    "UpdateIn": ("update",),
}
"""RefTypes on the paper that a notice is about (NLM DTD, CommentsCorrections), and what they say of it.

Those on the notice end in Of/For. What is republished after its retraction counts again, as the paper it now is.
"""

_encode = json.JSONEncoder(ensure_ascii=False).encode  # made once: json.dumps makes one a call
_DECIDING = tuple(COLUMNS.items())
_CHILDREN = ("sections", "authors", "mesh", "publication_types", "chemicals")
"""Parts of a record, and tables whose columns are (record_id, position) and then the fields of such a part, in order."""


def as_json(values: Sequence[str]) -> str:
    """A JSON array for a facet column."""
    return _encode(values) if values else "[]"


def deciding_columns(decision: Decision, on_topic: bool, **lists: Sequence[str]) -> dict[str, Any]:
    """The columns that `articles` and `studies` share; `lists` are those that no decision has, by column."""
    given = {name: as_json(values) for name, values in lists.items()} | {"on_topic": int(on_topic)}
    return {name: given[name] if name in given else _cell(facet, decision.value(name)) for name, facet in _DECIDING}


def _cell(facet: Facet, value: Any) -> Any:
    if facet.type == "list":
        return as_json(value)
    return int(value) if facet.type == "flag" else value


def public_from_of(published: str, precision: str, entered: str) -> tuple[str, str]:
    """When a record could first be known, with precision: printed, or, where that is later, entered into PubMed."""
    if published and (not entered or published < entered[: len(published)]):
        return published, precision
    return (entered, "day") if entered else ("", "")


def article_row(record: Record) -> dict[str, Any]:
    """The bibliographic columns of `articles`. Empty strings become NULL: PubMed does not say."""
    first = record.authors[0] if record.authors else None
    columns = {
        "title": record.title, "abstract": record.abstract, "journal": record.journal, "year": record.year,
        "first_author": f"{first.last_name} {first.initials}".strip() or first.collective if first else "",
        "published": record.published, "date_precision": record.date_precision,
        "published_text": record.published_text, "entered": record.entered, "revised": record.revised,
        "doi": record.doi, "pmcid": record.pmcid, "volume": record.volume, "issue": record.issue,
        "pages": record.pages, "language": ",".join(record.languages), "country": record.country,
        "kind": record.kind, "status": record.status, "indexing": record.indexing,
        "vernacular_title": record.vernacular_title,
    }  # fmt: skip
    return {name: value or None for name, value in columns.items()} | {"title": record.title}


def child_rows(record_id: int, record: Record) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    """(table, rows) of everything that hangs on the article."""
    for name in _CHILDREN:
        parts = enumerate(getattr(record, name), start=1)
        yield name, [(record_id, position) + part for position, part in parts]  # noqa: RUF005 - half of unpacking's time
    yield "keywords", [(record_id, position, keyword) for position, keyword in enumerate(record.keywords, start=1)]
    registrations = {entry.accession: (record_id, entry.accession, entry.registry, entry.source)
                     for entry in reversed(record.registrations)}  # fmt: skip
    yield "registrations", list(reversed(registrations.values()))
    links = [(link.ref_type, link.pmid, clean_doi(link.citation) or None, link.citation) for link in record.links]
    yield "links", [(record_id, position, *link) for position, link in enumerate(links, start=1)]
    yield "citations", [(record_id, cited) for cited in record.references]
    yield "notices", numbered(record_id, [(record_id, *notice) for notice in _notices(record)])


def _notices(record: Record) -> Iterator[tuple[str, int | None, str, None, str | None]]:
    """(kind, notice_pmid, source, dated, citation); the date is filled in when the notice's own record is held."""
    for link in record.links:
        for kind in _NOTICE_OF.get(link.ref_type, ()):
            yield kind, link.pmid, "pubmed", None, link.citation
    if retracted_by(record) == "title":
        yield "retraction", None, "title", None, None


def numbered(record_id: int, rows: Iterable[tuple[Any, ...]], first: int = 1) -> list[tuple[Any, ...]]:
    """Put a key before rows that hang on a record, so that they keep it whatever else a build adds or takes away."""
    return [(record_id * KEYS_OF_A_RECORD + number, *row) for number, row in enumerate(rows, start=first)]


def tag_rows(record_id: int, record: Record, tags: Sequence[Tag]) -> list[tuple[Any, ...]]:
    """Rows of `tags`.

    Raises:
        ValueError: a text tag quotes what does not stand where it points: a fault of a rule, never of the data.
    """
    texts = {"title": record.title, "abstract": record.abstract}
    for tag in tags:
        if tag.source == "text" and texts[tag.field][tag.start : tag.end] != tag.quote:
            raise ValueError(
                f"record {record_id}: rule {tag.rule} ({tag.facet}) quotes {tag.quote!r}, which is not what stands at "
                f"{tag.field}[{tag.start}:{tag.end}]"
            )
    return numbered(record_id, [(record_id, *tag) for tag in tags])


def arm_rows(record_id: int, arms: Sequence[Arm], source: str) -> list[tuple[Any, ...]]:
    """Rows of `arms`, without their keys."""
    return [(record_id, *arm, source) for arm in arms]


def measurement_rows(
    study_id: str | None, record_id: int | None, measurements: Sequence[Measurement], source: str
) -> list[tuple[Any, ...]]:
    """Rows of `measurements`, without their keys; a study without a record has only its study id."""
    return [(study_id, record_id, *measured, source) for measured in measurements]


def study_row(study: Study) -> dict[str, object]:
    """A row of `studies`: the deciding columns of its main report."""
    public_from, precision = study.public_from
    return dict(study.main.deciding) | {
        "study_id": study.study_id, "title": study.main.title, "public_from": public_from or None,
        "date_precision": precision or None, "main_pmid": study.main.pmid, "doi": study.main.doi or None,
        "n_reports": len(study.reports), "retracted": int(study.main.retracted),
    }  # fmt: skip


def register_row(entry: RegisterStudy, study_id: str) -> dict[str, object]:
    """A row of `register`: the entry as it stands."""
    row = {name: getattr(entry, name, None) for name in TABLES["register"].columns}
    row |= {facet.column: entry.others.get(facet.column) for facet in OPTIONAL_IN_REGISTER}
    row |= {"study_key": entry.key, "study_id": study_id}
    row |= {name: {True: "yes", False: "no", None: None}[getattr(entry, name)] for name in ("randomized", "crossover")}
    row |= {name: as_json(getattr(entry, name)) for name in row.keys() & COLUMNS if COLUMNS[name].type == "list"}
    row |= {name: json.dumps(dict(getattr(entry, name))) for name in ("n_by_route", "bioavailability")}
    return {name: None if value in ("", "{}") else value for name, value in row.items()}
