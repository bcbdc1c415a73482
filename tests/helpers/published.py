"""A small evidence.db in our own words, as the build would make it, for the tests of pages and browser."""

import json
from pathlib import Path
from typing import Any

import sqlite_utils

from db.evidence.people import write_people
from db.evidence.schema import TABLES, create_evidence
from db.evidence.studies import Report
from helpers.finished import finish
from records.identifiers import RecordName

METADATA = Path(__file__).parents[2] / "metadata.yml"
HOSTILE = '<script>alert(1)</script> & <img src=x onerror=alert(2)> of "quoted" ketamine'

_NOTHING_DECIDED: dict[str, Any] = {
    "routes": [], "designs": [], "conditions": [], "interventions": ["ketamine"], "registrations": [],
    "design": "other", "randomized": "not_reported", "blinding": "not_reported", "control": "not_reported",
    "crossover": "not_reported", "n_total": None, "n_total_basis": "not_reported", "species": "human",
    "age_groups": [], "is_primary": 1, "on_topic": 1,
}  # fmt: skip


def _study(pmid: int | None, title: str, dated: str, doi: str = "", **decided: Any) -> dict[str, Any]:
    return {"pmid": pmid, "title": title, "dated": dated, "doi": doi or None, **_NOTHING_DECIDED, **decided}


STUDIES = [
    _study(99000001, "Intramuscular ketamine in a single patient with depression", "2012-03-05", "10.5555/one",
           routes=["intramuscular"], design="case_report", conditions=["depression"], n_total=1,
           abstract="CASE: One adult was treated.\nOUTCOME: The mood score fell by half.",
           published="2012-03-05", entered="2012-03-06", volume="7", issue="2", pages="11-13"),
    _study(99000002, "Intramuscular and intravenous ketamine compared for depression", "2014-06", "10.5555/two",
           routes=["intravenous", "intramuscular"], design="randomized_controlled_trial", n_total=27,
           conditions=["depression", "major_depression"], randomized="yes", blinding="open", n_total_basis="randomized",
           abstract="Twenty-seven adults were randomised to three groups. IL-6 was measured.", pmcid="PMC9900002"),
    _study(99000003, "Nasal S-ketamine for treatment-resistant depression", "2019", "10.5555/three",
           routes=["intranasal"], design="randomized_controlled_trial", conditions=["treatment_resistant_depression"],
           n_total=67, blinding="double", control="placebo", registrations=["NCT99000003"]),
    _study(99000004, "Oral ketamine for pain: what is absorbed", "2010", routes=["oral"], design="pharmacokinetic",
           conditions=["pain"], n_total=6),
    _study(99000005, HOSTILE, "2021-01-01", "10.5555/<b>five</b>", routes=["intravenous"], conditions=["depression"],
           abstract="<script>alert(3)</script> was given intravenously to mice & men in pain.", journal="J <i>Odd</i>"),
    _study(99000006, "A withdrawn trial of intramuscular ketamine for depression", "2015-02-01",
           routes=["intramuscular"], design="randomized_controlled_trial", conditions=["depression"], retracted=1,
           n_total=40),
    _study(99000007, "Ketamine and depression: a review of reviews", "2020", design="narrative_review", is_primary=0,
           routes=["intravenous", "oral"], conditions=["depression"]),
    _study(None, "Sublingual ketamine at home", "2016-05", "10.5555/unlisted", routes=["sublingual"],
           design="cohort", conditions=["depression"], n_total=12),
]  # fmt: skip


_BY_ROUTE = {99000002: '{"intramuscular": 18, "intravenous": 9}'}


def _as_cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value


def _fill(database: sqlite_utils.Database) -> None:
    """The studies above with what hangs on them. No complete search: what a first `evidence build` makes."""
    for study in STUDIES:
        pmid, study_id = study["pmid"], f"pmid:{study['pmid']}" if study["pmid"] else f"doi:{study['doi']}"
        row = {name: _as_cell(value) for name, value in study.items()}
        deciding = {name: row[name] for name in _NOTHING_DECIDED}
        common = {"title": row["title"], "doi": row["doi"], "retracted": row.get("retracted", 0)}
        database["studies"].insert(
            {"study_id": study_id, "main_pmid": pmid, "public_from": row["dated"], "n_reports": 1, **common, **deciding}
        )
        database["study_reports"].insert(
            {
                "study_id": study_id,
                "report": study_id,
                "record_id": pmid,
                "doi": row["doi"],
                "role": "main",
                "why": "the only report",
            }
        )
        database["register"].insert(
            {"study_key": study_id, "study_id": study_id, "pmid": pmid, "doi": row["doi"], "title": row["title"],
             "routes": row["routes"], "design": row["design"], "n_by_route": _BY_ROUTE.get(pmid),
             "read_at": "https://mirror.example/page"}
        )  # fmt: skip
        if pmid:
            known = {name: row[name] for name in row.keys() & set(TABLES["articles"].stored)}
            known |= RecordName.of_pubmed(pmid)._asdict()
            database["articles"].insert(
                {"year": int(row["dated"][:4]), "published": row["dated"], "first_author": "Doe J",
                 "source": "pubmed" if row.get("abstract") else "register", "study_id": study_id, **known, **common}
            )  # fmt: skip
    _hang_on(database)
    reports = [
        Report(row["study_id"], row["main_pmid"], row["main_pmid"], row["doi"] or "", row["title"],
               row["public_from"], "", bool(row["retracted"]), row)
        for row in database.query("SELECT * FROM studies")
    ]  # fmt: skip
    with database.atomic():
        write_people(database, ((report.key, report) for report in reports))


def _hang_on(database: sqlite_utils.Database) -> None:
    database["authors"].insert_all(
        {"record_id": 99000001, "position": place, "last_name": name, "initials": "A", "valid": 1}
        for place, name in enumerate(("Ärzt", "Brown", "Chen", "Diaz", "Evans", "Fox", "Gray"), start=1)
    )
    database["sections"].insert_all([
        {"record_id": 99000001, "position": 1, "label": "CASE", "category": "METHODS", "start": 6, "end": 28},
        {"record_id": 99000001, "position": 2, "label": "OUTCOME", "category": "RESULTS", "start": 38, "end": 66},
    ])  # fmt: skip
    database["tags"].insert_all([
        {"record_id": 99000001, "facet": "route", "value": "intramuscular", "role": "studied", "source": "text",
         "rule": "route.intramuscular", "field": "title", "start": 0, "end": 13, "quote": "Intramuscular",
         "confidence": 0.95},
        {"record_id": 99000005, "facet": "species", "value": "human_and_animal", "role": "", "source": "text",
         "rule": "species.words", "field": "abstract", "start": 52, "end": 62, "quote": "<b>mice</b> & men",
         "confidence": 0.5},
    ])  # fmt: skip
    database["arms"].insert_all([
        {"record_id": 99000002, "arm": "text arm", "route": "intramuscular", "n": 9, "quote": "nine", "source": "text"},
        {"record_id": 99000002, "arm": "IM", "route": "intramuscular", "n": 18, "quote": "IM: 18",
         "source": "register"},
    ])  # fmt: skip
    database["study_history"].insert_all([
        {"study_id": "pmid:99000002", "report": "pmid:99000002", "reports": "[]", "n_by_route": '{"intramuscular": 27}',
         "known_from": "2013", "known_until": "2014-06", "retracted": 0, "is_primary": 1, "on_topic": 1},
        {"study_id": "pmid:99000002", "report": "pmid:99000002", "reports": "[]", "n_by_route": '{"intramuscular": 18}',
         "known_from": "2014-06", "known_until": None, "retracted": 0, "is_primary": 1, "on_topic": 1},
    ])  # fmt: skip
    database["measurements"].insert_all([
        {"study_id": "pmid:99000004", "record_id": 99000004, "quantity": "bioavailability", "route": "oral",
         "low": 17.0, "high": 20.0, "unit": "%", "population": "adults", "quote": "17 to 20 %", "source": "text"},
        {"study_id": "doi:10.5555/unlisted", "record_id": None, "quantity": "bioavailability", "route": "sublingual",
         "low": 24.0, "high": 30.0, "unit": "%", "population": "adults", "quote": "24-30", "source": "register"},
    ])  # fmt: skip
    database["notices"].insert_all([
        {"record_id": 99000006, "kind": "retraction", "notice_pmid": 99000090, "source": "pubmed", "dated": "2016-01",
         "citation": "J Odd. 2016;1:1"},
        {"record_id": 99000002, "kind": "erratum", "notice_pmid": None, "source": "pubmed", "dated": None,
         "citation": "J Odd. 2015;2:2"},
    ])  # fmt: skip
    database["disagreements"].insert(
        {"record_id": 99000002, "facet": "route", "value_a": "intravenous", "source_a": "mesh",
         "value_b": "intramuscular", "source_b": "text"}
    )  # fmt: skip
    database["build"].insert_all(
        [
            {"key": "from_pubmed", "value": "0"},
            {"key": "from_register", "value": "8"},
            {"key": "topic", "value": "made-up"},
        ]
    )


def make_evidence(path: Path) -> None:
    """Write the finished database to `path`."""
    database = sqlite_utils.Database(path)
    create_evidence(database)
    _fill(database)
    finish(database)
    database.close()
