"""The shape of `evidence.db`, as data. What each table and column means is said in `metadata.yml`.

Every build makes it anew, so its shape is a plain description that one function applies.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from db.claims.schema import CLAIM_TABLES, DECIDING
from records.identifiers import FIRST_ID_OF_OTHERS
from topics.vocabulary import OPTIONAL_IN_REGISTER, REGISTER_FACTS

if TYPE_CHECKING:  # it takes pandas with it, which processes that only make rows need not wait for
    from sqlite_utils import Database


@dataclass(frozen=True)
class Table:
    """A table of `evidence.db`: columns with their types, key, references, and the columns to index.

    Tables refer to records by `record_id`. One that does, and has a column `pmid`, does not store that: SQLite computes
    it (`PMID`), so that it can be asked for everywhere and nowhere says anything else.
    """

    columns: dict[str, Any]
    pk: str | tuple[str, ...]
    references: dict[str, tuple[str, str]] = field(default_factory=dict)
    not_null: frozenset[str] = frozenset()
    indexes: tuple[tuple[str, ...], ...] = ()
    unique: tuple[str, ...] = ()
    """Columns beside the key of which no two rows have the same value."""

    @property
    def stored(self) -> list[str]:
        """The columns that are written."""
        computed = "pmid" if "record_id" in self.columns else None
        return [column for column in self.columns if column != computed]


PMID = f"GENERATED ALWAYS AS (CASE WHEN record_id < {FIRST_ID_OF_OTHERS} THEN record_id END) VIRTUAL"
"""How `pmid` follows from `record_id`: empty for records of other sources than PubMed (`records.identifiers`)."""
_RECORD: dict[str, Any] = {"record_id": int, "pmid": int}
_OF_ARTICLE = {"record_id": ("articles", "record_id")}
_REGISTER_FACTS = {
    "condition_text" if name == "condition" else name: DECIDING.get(name, str) for name in REGISTER_FACTS
}

TABLES: dict[str, Table] = {
    "studies": Table(
        {"study_id": str, "title": str, "public_from": str, "date_precision": str, **DECIDING, "n_by_route": str,
         "n_given": int, "n_given_basis": str, "main_pmid": int, "doi": str, "n_reports": int, "retracted": int},
        pk="study_id",
        not_null=frozenset({"title", "n_reports", "retracted", "is_primary", "on_topic"}),
        indexes=(("design",), ("public_from",), ("main_pmid",), ("on_topic", "is_primary")),
    ),
    "articles": Table(
        {**_RECORD, "title": str, "journal": str, "year": int, "first_author": str, **DECIDING,
         "retracted": int, "study_id": str, "published": str, "date_precision": str, "published_text": str,
         "entered": str, "revised": str, "doi": str, "pmcid": str, "volume": str, "issue": str, "pages": str,
         "language": str, "country": str, "kind": str, "status": str, "indexing": str, "vernacular_title": str,
         "record_key": str, "record_source": str, "source": str, "gone_since": str, "left_since": str,
         "excluded": str, "sha256": str, "abstract": str},
        pk="record_id",
        references={"study_id": ("studies", "study_id")},
        not_null=frozenset({"record_key", "record_source", "title", "source", "retracted", "is_primary", "on_topic"}),
        unique=("pmid", "record_key"),
        indexes=(("study_id",), ("design",), ("year",), ("source",), ("species",), ("retracted",), ("entered",),
                 ("doi",), ("on_topic", "is_primary"), ("excluded",),
                 ("design", "routes", "conditions", "published")),  # facets of a search without reading the rows
    ),
    "study_reports": Table(
        {"report_id": int, "study_id": str, "report": str, **_RECORD, "doi": str, "role": str,
         "why": str},
        pk="report_id",
        references={"study_id": ("studies", "study_id"), **_OF_ARTICLE},
        not_null=frozenset({"study_id", "report", "role"}),
        indexes=(("study_id", "report"), ("record_id",), ("pmid",)),
    ),
    "sections": Table(
        {**_RECORD, "position": int, "label": str, "category": str, "start": int, "end": int},
        pk=("record_id", "position"), references=_OF_ARTICLE,
    ),
    "authors": Table(
        {**_RECORD, "position": int, "last_name": str, "fore_name": str, "initials": str, "suffix": str,
         "collective": str, "orcid": str, "affiliation": str, "valid": int},
        pk=("record_id", "position"), references=_OF_ARTICLE, indexes=(("last_name",),),
    ),
    "mesh": Table(
        {**_RECORD, "position": int, "descriptor_ui": str, "descriptor": str, "qualifier_ui": str,
         "qualifier": str, "major": int, "automated": int},
        pk=("record_id", "position"), references=_OF_ARTICLE, indexes=(("descriptor_ui",),),
    ),
    "publication_types": Table(
        {**_RECORD, "position": int, "ui": str, "name": str},
        pk=("record_id", "position"), references=_OF_ARTICLE, indexes=(("ui",),),
    ),
    "chemicals": Table(
        {**_RECORD, "position": int, "ui": str, "name": str, "registry_number": str},
        pk=("record_id", "position"), references=_OF_ARTICLE, indexes=(("ui",),),
    ),
    "keywords": Table(
        {**_RECORD, "position": int, "keyword": str},
        pk=("record_id", "position"), references=_OF_ARTICLE,
    ),
    "registrations": Table(
        {**_RECORD, "accession": str, "registry": str, "source": str},
        pk=("record_id", "accession"), references=_OF_ARTICLE, indexes=(("accession",),),
    ),
    "bonds": Table(
        {"bond_id": int, **_RECORD, "kind": str, "value": str},
        pk="bond_id", references=_OF_ARTICLE, not_null=frozenset({"record_id", "kind", "value"}),
        indexes=(("record_id",), ("pmid",), ("value", "kind")),
    ),
    "citations": Table(
        {**_RECORD, "cited_pmid": int}, pk=("record_id", "cited_pmid"), references=_OF_ARTICLE,
        indexes=(("cited_pmid",),),
    ),
    "links": Table(
        {**_RECORD, "position": int, "ref_type": str, "linked_pmid": int, "linked_doi": str, "citation": str},
        pk=("record_id", "position"), references=_OF_ARTICLE, indexes=(("linked_pmid",), ("linked_doi",)),
    ),
    "notices": Table(
        {"notice_id": int, **_RECORD, "kind": str, "notice_pmid": int, "source": str, "dated": str,
         "citation": str},
        pk="notice_id", references=_OF_ARTICLE, not_null=frozenset({"record_id", "kind", "source"}),
        indexes=(("record_id",), ("pmid",), ("kind",)),
    ),
    "tags": Table(
        {"tag_id": int, **_RECORD, "facet": str, "value": str, "role": str, "source": str, "rule": str,
         "field": str, "start": int, "end": int, "quote": str, "confidence": float},
        pk="tag_id", references=_OF_ARTICLE,
        not_null=frozenset({"record_id", "facet", "value", "source", "rule", "field", "quote"}),
        indexes=(("record_id",), ("pmid",), ("facet", "value"), ("source",)),
    ),
    "arms": Table(
        {"arm_id": int, **_RECORD, "arm": str, "route": str, "n": int, "dose_value": float, "dose_unit": str,
         "dose_text": str, "minutes": float, "quote": str, "source": str},
        pk="arm_id", references=_OF_ARTICLE, indexes=(("record_id",), ("pmid",), ("route",)),
    ),
    "measurements": Table(
        {"measurement_id": int, "study_id": str, **_RECORD, "quantity": str, "route": str, "analyte": str,
         "low": float, "high": float, "unit": str, "population": str, "quote": str, "source": str},
        pk="measurement_id", references={"study_id": ("studies", "study_id"), **_OF_ARTICLE},
        indexes=(("record_id",), ("pmid",), ("study_id",), ("quantity", "route")),
    ),
    "disagreements": Table(
        {"disagreement_id": int, **_RECORD, "facet": str, "value_a": str, "source_a": str, "value_b": str,
         "source_b": str},
        pk="disagreement_id", references=_OF_ARTICLE, indexes=(("record_id",), ("pmid",), ("facet",)),
    ),
    "register": Table(
        {"study_key": str, "study_id": str, "pmid": int, "doi": str, "title": str, "title_basis": str,
         "first_author": str, "journal": str, "year": int, "year_basis": str, "published": str, "epub": str,
         "filled_from": str, **_REGISTER_FACTS, "depression_relevant": int, "dose": str,
         "country": str, "bioavailability": str, "registration": str, "study_family": str, "note": str,
         "retracted": int, "read_at": str, **{facet.column: DECIDING[facet.column] for facet in OPTIONAL_IN_REGISTER}},
        pk="study_key", references={"study_id": ("studies", "study_id")},
        not_null=frozenset({"title", "read_at"}), indexes=(("pmid",), ("study_id",)),
    ),
    "tag_accuracy": Table(
        {"accuracy_id": int, "facet": str, "value": str, "tagger_version": str, "gold_set": str, "split": str,
         "tp": int, "fp": int, "fn": int, "precision": float, "recall": float, "f1": float, "low": float,
         "high": float},
        pk="accuracy_id", indexes=(("facet", "value"),),
    ),
    "runs": Table(
        {"run_id": int, "kind": str, "day": str, "since": str, "until": str, "started_at": str, "finished_at": str,
         "state": str, "counts": str, "error": str},
        pk="run_id",
    ),
    "searches": Table(
        {"search_id": int, "run_id": int, "query": str, "translation": str, "uid_low": int, "uid_high": int,
         "asked_at": str, "reported": int, "received": int, "stored": int, "missing": str, "warnings": str},
        pk="search_id", references={"run_id": ("runs", "run_id")}, indexes=(("run_id",),),
    ),
    "screening": Table(
        {"step": int, "stage": str, "reason": str, "records": int}, pk="step",
    ),
    "changes": Table(
        {"change_id": str, "run_id": int, "dated": str, "kind": str, "pmid": int, "claim_id": str,
         "assertion_id": str, "was": str, "now": str, "text": str},
        pk="change_id", not_null=frozenset({"dated", "kind", "text"}),
        indexes=(("dated",), ("run_id", "kind"), ("claim_id",), ("pmid",)),
    ),
    "vocabulary": Table(
        {"facet": str, "value": str, "label": str, "terms": str, "mesh": str, "broader": str}, pk=("facet", "value"),
    ),
    "build": Table({"key": str, "value": str}, pk="key"),
}  # fmt: skip
TABLES |= {name: Table(**description) for name, description in CLAIM_TABLES.items()}
"""In an order in which every referenced table comes before those that refer to it."""

COUNTED = "on_topic = 1 AND is_primary = 1 AND retracted = 0 AND species IN ('human', 'human_and_animal')"
"""Studies that count: on topic, first-hand, in people, not retracted."""
VIEWS = {
    "people_by_route": f"""
SELECT s.study_id, r.value AS route, json_extract(s.n_by_route, '$.' || r.value) AS people,
       s.n_given_basis AS basis, s.n_total, s.title, s.public_from, s.design, s.conditions, s.interventions,
       s.main_pmid AS pmid
FROM studies AS s, json_each(s.routes) AS r
WHERE r.value <> 'unspecified' AND {COUNTED}
"""  # noqa: S608  (constants)
}
"""What pages, queries and readers all count people by (`db.evidence.people`)."""

FULL_TEXT = {"articles": ("title", "abstract")}
"""Columns searched, by table. The index is `<table>_fts`: porter stems over unicode61, external content."""


def create_evidence(db: "Database") -> None:
    """Make the empty tables of `evidence.db`, without indexes: those come after the rows (`finish_evidence`)."""
    for name, table in TABLES.items():
        statement = db.create_table_sql(
            name,
            table.columns,
            pk=table.pk,
            not_null=set(table.not_null),
            foreign_keys=[(column, *target) for column, target in table.references.items()],
        )
        if len(table.stored) < len(table.columns):
            statement = statement.replace('"pmid" INTEGER', f'"pmid" INTEGER {PMID}')
        db.execute(statement)
    for name, select in VIEWS.items():
        db.create_view(name, select)


def create_indexes(db: "Database", tables: Iterable[str]) -> None:
    """Index the columns of these tables that are looked up, where they are not yet."""
    for name in tables:
        for columns in TABLES[name].indexes:
            db.table(name).create_index(list(columns), if_not_exists=True)
        for column in TABLES[name].unique:
            db.table(name).create_index([column], unique=True, if_not_exists=True)


def create_full_text(db: "Database") -> None:
    """Index the words of the tables that are searched, and keep this index up to date."""
    for name, text in FULL_TEXT.items():
        db.table(name).enable_fts(text, fts_version="FTS5", tokenize="porter unicode61", create_triggers=True)
        # words that stay as they are need not be indexed again, each time as a segment of its own
        updates = next(trigger.sql for trigger in db.table(name).triggers if trigger.name == f"{name}_au")
        db.execute(f"DROP TRIGGER {name}_au")
        db.execute(updates.replace("AFTER UPDATE ON", f"AFTER UPDATE OF {', '.join(text)} ON"))
        db.table(name).optimize()


def analyze_evidence(db: "Database") -> None:
    """Count anew what SQLite's query planner goes by."""
    if "sqlite_stat1" in db.table_names():
        db.execute("DELETE FROM sqlite_stat1")  # so that the order of its rows tells nothing of the past
    db.analyze()
