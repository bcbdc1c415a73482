"""Tables of `evidence.db` that hold claims and how they fare, as plain data for `db.evidence.schema`.

`study_history` is what claims are tested on: every study as it was known from when to when. Its rows without
`known_until` are the studies of today.
"""

from typing import Any

from topics.vocabulary import COLUMNS

DECIDING: dict[str, Any] = {
    name: {"list": str, "text": str, "count": int, "number": float, "flag": int}[facet.type]
    for name, facet in COLUMNS.items()
}
"""Columns that `articles`, `studies` and `study_history` share: the tags that count."""

CLAIM_TABLES: dict[str, dict[str, Any]] = {
    "study_history": {
        "columns": {
            "state_id": int, "study_id": str, "report": str, "title": str, "main_pmid": int, "doi": str,
            "public_from": str, "date_precision": str, "known_from": str, "known_until": str, "retracted": int,
            "reports": str, "n_by_route": str, **DECIDING,
        },
        "pk": "state_id",
        "references": {"study_id": ("studies", "study_id")},
        "not_null": frozenset({"study_id", "report", "retracted", "reports", "n_by_route", "is_primary", "on_topic"}),
        "indexes": (("study_id",), ("known_until", "known_from"), ("main_pmid",)),
    },
    "claims": {
        "columns": {
            "claim_id": str, "position": int, "section": str, "text": str, "verdict": str,
            "verdict_when_written": str, "because": str,
        },
        "pk": "claim_id",
        "not_null": frozenset({"section", "text", "verdict"}),
        "indexes": (("verdict",), ("section",)),
    },
    "assertions": {
        "columns": {
            "claim_id": str, "assertion_id": str, "position": int, "kind": str, "text": str,
            "why_this_test": str, "expected": str,
            "expected_low": float, "expected_high": float, "unit": str, "filter": str, "asks_for": str, "sql": str,
            "evidence_sql": str, "sql_as_of": str, "evidence_sql_as_of": str,
        },
        "pk": ("claim_id", "assertion_id"),
        "references": {"claim_id": ("claims", "claim_id")},
        "not_null": frozenset({"kind", "text"}),
        "indexes": (("kind",),),
    },
    "verdicts": {
        "columns": {
            "claim_id": str, "assertion_id": str, "verdict": str, "value": str, "answer": str, "provisional": str,
            "because": str, "as_of": str, "when_written": str, "value_when_written": str, "flipped_by": int,
            "flipped_by_study": str, "flipped_on": str, "undated": int, "not_attributable": int, "completeness": str,
        },
        "pk": ("claim_id", "assertion_id"),
        "references": {"claim_id": ("claims", "claim_id")},
        "not_null": frozenset({"verdict", "completeness"}),
        "indexes": (("verdict",),),
    },
    "verdict_sensitivity": {
        "columns": {"claim_id": str, "assertion_id": str, "scenario": str, "value": str, "verdict": str},
        "pk": ("claim_id", "assertion_id", "scenario"),
        "references": {"claim_id": ("claims", "claim_id")},
        "not_null": frozenset({"verdict"}),
        "indexes": (("scenario", "verdict"),),
    },
    "verdict_timeline": {
        "columns": {
            "claim_id": str, "assertion_id": str, "position": int, "date": str, "date_precision": str, "value": str,
            "verdict": str, "pmid": int, "study_id": str, "studies": int,
        },
        "pk": ("claim_id", "assertion_id", "position"),
        "references": {"claim_id": ("claims", "claim_id")},
        "not_null": frozenset({"verdict"}),
        "indexes": (("pmid",),),
    },
    "claim_evidence": {
        "columns": {
            "evidence_id": int, "claim_id": str, "assertion_id": str, "pmid": int, "study_id": str, "doi": str,
            "stance": str, "why": str, "detail": str, "strength": str, "source": str, "who": str, "dated": str,
        },
        "pk": "evidence_id",
        "references": {"claim_id": ("claims", "claim_id"), "study_id": ("studies", "study_id")},
        "not_null": frozenset({"claim_id", "assertion_id", "stance", "why", "source"}),
        "indexes": (("claim_id", "stance"), ("pmid",), ("study_id",)),
    },
}  # fmt: skip
"""In an order in which every referenced table comes before those that refer to it."""
