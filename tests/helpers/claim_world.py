"""A small world of made-up studies of chamomile, as the database that a build would make of them."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from db.claims.file import load_claims
from db.claims.write import write_claims
from db.evidence.schema import create_evidence
from db.evidence.studies import Report, join_reports
from db.evidence.write import Store
from records.identifiers import RecordName
from topics import Topic, load_topic

CHAMOMILE = Path(__file__).parents[1] / "topics" / "chamomile-sleep"


def report(pmid: int, public_from: str, **known: Any) -> Report:
    """A randomized, double-blind trial of doses of chamomile by mouth, in 20 people with insomnia, but for `known`."""
    outside = {key: known.pop(key) for key in ("retracted", "registrations", "links", "family") if key in known}
    deciding = {
        "routes": ["oral"], "designs": [], "conditions": ["insomnia"], "interventions": ["chamomile"],
        "registrations": [], "age_groups": [], "design": "randomized_controlled_trial", "randomized": "yes",
        "blinding": "double", "control": "dose_comparison", "crossover": "no", "n_total": 20,
        "n_total_basis": "randomized", "species": "human", "is_primary": 1, "on_topic": 1,
    } | known  # fmt: skip
    precision = {0: "", 4: "year", 7: "month", 10: "day"}[len(public_from)]
    return Report(
        key=f"pmid:{pmid}",
        record_id=pmid,
        pmid=pmid,
        doi=f"10.5555/made.up.{pmid}",
        title=f"Made-up study {pmid}",
        public_from=public_from,
        date_precision=precision,
        retracted=outside.pop("retracted", False),
        deciding={key: json.dumps(value) if isinstance(value, list) else value for key, value in deciding.items()},
        **outside,
    )


def world(
    reports: Iterable[Report],
    topic: Topic | None = None,
    measurements: Iterable[dict[str, Any]] = (),
    runs: Iterable[dict[str, Any]] = (),
    searches: Iterable[dict[str, Any]] = (),
    arms: Iterable[dict[str, Any]] = (),
    path: Path | None = None,
) -> Database:
    """Write an evidence database of these reports, in memory or at `path`, with the claims of the chamomile topic."""
    reports = list(reports)
    database = Database(path) if path else Database(memory=True)
    create_evidence(database)
    store = Store(database)
    studies = join_reports(reports)
    for study in studies:
        main = study.main
        store.add_row(
            "studies",
            dict(main.deciding) | {
                "study_id": study.study_id, "title": main.title, "public_from": study.public_from[0] or None,
                "main_pmid": main.pmid, "doi": main.doi, "n_reports": len(study.reports),
                "retracted": int(main.retracted),
            },
        )  # fmt: skip
        for member, role, why in study.reports:
            store.add_row(
                "study_reports",
                {
                    "study_id": study.study_id,
                    "report": member.key,
                    "record_id": member.record_id,
                    "doi": member.doi,
                    "role": role,
                    "why": why,
                },
            )
    for member in reports:
        store.add_row("articles", dict(member.deciding) | {
            **RecordName.of_pubmed(member.pmid or 0)._asdict(), "title": member.title,
            "source": "pubmed", "retracted": int(member.retracted),
        })  # fmt: skip
    for table, rows in (("measurements", measurements), ("arms", arms), ("runs", runs), ("searches", searches)):
        for row in rows:
            store.add_row(table, row)
    store.flush()
    topic = topic or load_topic(CHAMOMILE)
    write_claims(database, store, topic, load_claims(topic), studies)
    database.conn.commit()
    return database


def verdict(database: Database, claim_id: str, assertion_id: str | None = None) -> dict[str, Any]:
    """The verdict row of a claim's assertion (of its only one when none is named)."""
    rows = list(database.query("SELECT * FROM verdicts WHERE claim_id = ?", [claim_id]))
    (row,) = [row for row in rows if assertion_id in (None, row["assertion_id"])]
    return row


def timeline(database: Database, claim_id: str, assertion_id: str) -> list[tuple[Any, ...]]:
    """(date, value, verdict, pmid) of an assertion's entries, in order."""
    rows = database.query(
        "SELECT date, value, verdict, pmid FROM verdict_timeline WHERE claim_id = ? AND assertion_id = ?"
        " ORDER BY position",
        [claim_id, assertion_id],
    )
    return [(row["date"], row["value"], row["verdict"], row["pmid"]) for row in rows]


def evidence(database: Database, claim_id: str) -> list[tuple[Any, ...]]:
    """(pmid, stance, source) of all evidence of a claim, in order."""
    rows = database.query("SELECT * FROM claim_evidence WHERE claim_id = ? ORDER BY evidence_id", [claim_id])
    return [(row["pmid"], row["stance"], row["source"]) for row in rows]
