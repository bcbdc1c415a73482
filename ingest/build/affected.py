"""Which reports a change can reach: those bound to what changed, directly or through others, before and after it.

Only they can come to be joined into other studies, so only they are joined again (`db.evidence.studies` says what binds).
"""

# ruff: noqa: S608 - what is put into the queries are constants; values are bound

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from db.claims.file import Claims
from db.claims.schema import DECIDING
from db.evidence.studies import SAME_STUDY, Report, doi_of_work, own_registrations
from ingest.build.register import Register
from ingest.build.rows import public_from_of
from topics import RegisterStudy

_AMONG = "IN (SELECT value FROM json_each(?))"
_BY_DOI = (
    "SELECT t.record_id, t.{doi}, {also} FROM json_each(?) AS work CROSS JOIN {table} AS t "
    "ON t.{doi} >= work.value AND t.{doi} < work.value || '~'"
)
"""Rows with one of some DOIs, or with one that goes on where it ends: a version of a preprint (`doi_of_work`) does."""


def reports_reached(connection: sqlite3.Connection, register: Register, changed: Iterable[int]) -> dict[int, tuple[str, Report]]:
    """(source, report) of the articles `changed` and of all that are bound to them, however many steps away, by id.

    Entries of the register without a PMID are taken for changed: as long as no record has their DOI, they are reports
    that stand in no article. A report that shares a registration which does not count for it is reached as well:
    one too many makes no difference to the others.
    """
    held_by = _bonds_of_register(connection, register)
    found: dict[int, tuple[str, Report]] = {}
    bonds = {bond for entry in register.by_doi.values() for bond in _bonds_of_entry(entry)}
    waiting = set(changed) | _citing(connection, {doi_of_work(doi) for doi in register.by_doi})
    while bonds or waiting:
        accessions = json.dumps(sorted(bonds))
        waiting |= _ones(connection, f"SELECT record_id FROM registrations WHERE accession {_AMONG}", accessions)
        waiting |= _ones(connection, f"SELECT record_id FROM bonds WHERE value {_AMONG}", accessions)
        waiting.update(record_id for bond in bonds for record_id in held_by.get(bond, ()))
        reached = dict(reports_of(connection, register, waiting - found.keys()))
        found |= reached
        bonds = {
            bond
            for _, report in reached.values()
            for bond in (*own_registrations(report), report.family, report.family.upper(), *(value for _, value in report.bonds))
            if bond
        }
        waiting = _linked(connection, reached) - found.keys()
    return found


def judged_papers(connection: sqlite3.Connection, claims: Claims) -> set[int]:
    """Ids of the articles that people judged for a claim."""
    judged = [one for claim in claims.claims for assertion in claim.assertions for one in assertion.evidence]
    dois = json.dumps([one.doi.lower() for one in judged if one.doi])
    by_doi = _ones(connection, f"SELECT record_id FROM articles WHERE doi {_AMONG}", dois)
    return by_doi | {one.pmid for one in judged if one.pmid}


def reports_of(
    connection: sqlite3.Connection, register: Register, record_ids: Iterable[int] | None = None
) -> Iterator[tuple[int, tuple[str, Report]]]:
    """Yield (id, (source, report)) of the articles in the database, or of some of them, by id."""
    every = record_ids is None
    among, chosen = ("TRUE", []) if every else (f"record_id {_AMONG}", [json.dumps(sorted(record_ids or ()))])
    links: dict[int, list[tuple[str, int]]] = defaultdict(list)
    doi_links: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for record_id, ref_type, linked, doi in connection.execute(
        f"SELECT record_id, ref_type, linked_pmid, linked_doi FROM links WHERE {among} "
        "AND (linked_pmid IS NOT NULL OR linked_doi IS NOT NULL) ORDER BY record_id, position",
        chosen,
    ):
        if linked:
            links[record_id].append((ref_type, linked))
        else:
            doi_links[record_id].append((ref_type, doi))
    shared: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for record_id, kind, value in connection.execute(
        f"SELECT record_id, kind, value FROM bonds WHERE {among} ORDER BY bond_id", chosen
    ):
        shared[record_id].append((kind, value))
    rows = connection.execute(
        "SELECT record_id, record_key, pmid, source, doi, title, published, date_precision, entered, retracted, gone_since, "
        f"{', '.join(DECIDING)} FROM articles WHERE {among} ORDER BY record_id",
        chosen,
    )
    for record_id, record_key, pmid, source, doi, title, *rest in rows:
        published, precision, entered, retracted, gone, *deciding = rest
        public_from, date_precision = public_from_of(published or "", precision or "", entered or "")
        known = dict(zip(DECIDING, deciding, strict=True))
        entry = register.entry_of(record_id, doi or "")
        yield (
            record_id,
            (
                source,
                Report(
                    key=f"pmid:{pmid}" if pmid else record_key,
                    record_id=record_id,
                    pmid=pmid,
                    doi=doi or "",
                    title=title,
                    public_from=public_from,
                    date_precision=date_precision,
                    retracted=bool(retracted),
                    deciding=known,
                    registrations=tuple(json.loads(known["registrations"])),
                    links=tuple(links.get(record_id, ())),
                    doi_links=tuple(doi_links.get(record_id, ())),
                    bonds=tuple(shared.get(record_id, ())),
                    family=entry.study_family if entry else "",
                    gone_since=(gone or "")[:10],
                ),
            ),
        )


def _linked(connection: sqlite3.Connection, reached: Mapping[int, tuple[str, Report]]) -> set[int]:
    """Ids of articles that PubMed links to these as reports of one study, from either side, by PMID or DOI."""
    reports = [report for _, report in reached.values()]
    named = {pmid for report in reports for ref_type, pmid in report.links if ref_type in SAME_STUDY}
    cited = {doi_of_work(doi) for report in reports for ref_type, doi in report.doi_links if ref_type in SAME_STUDY}
    own = {doi_of_work(report.doi) for report in reports if report.doi}
    naming = connection.execute(
        f"SELECT record_id, ref_type FROM links WHERE linked_pmid {_AMONG}", [json.dumps([*reached])]
    )
    of_doi = connection.execute(_BY_DOI.format(table="articles", doi="doi", also="NULL"), [json.dumps([*cited])])
    return (
        named
        | {record_id for record_id, ref_type in naming if ref_type in SAME_STUDY}
        | _citing(connection, own)
        | {record_id for record_id, doi, _ in of_doi if doi_of_work(doi) in cited}
    )


def _citing(connection: sqlite3.Connection, works: Iterable[str]) -> set[int]:
    """Ids of articles that PubMed links to these works, as reports of one study, by a DOI of theirs."""
    own = set(works)
    citing = connection.execute(_BY_DOI.format(table="links", doi="linked_doi", also="ref_type"), [json.dumps([*own])])
    return {record_id for record_id, doi, ref_type in citing if ref_type in SAME_STUDY and doi_of_work(doi) in own}


def _bonds_of_entry(entry: RegisterStudy) -> tuple[str, ...]:
    return tuple(filter(None, (*entry.registrations, entry.study_family, entry.study_family.upper())))


def _bonds_of_register(connection: sqlite3.Connection, register: Register) -> dict[str, set[int]]:
    """Ids of articles by the registrations and families that the register gives them."""
    held_by: dict[str, set[int]] = defaultdict(set)
    for pmid, entry in register.by_pmid.items():
        for bond in _bonds_of_entry(entry):
            held_by[bond].add(pmid)
    dois = json.dumps(sorted(register.by_doi))
    for record_id, doi in connection.execute(f"SELECT record_id, doi FROM articles WHERE doi {_AMONG}", [dois]):
        for bond in _bonds_of_entry(register.by_doi[doi]):
            held_by[bond].add(record_id)
    return held_by


def _ones(connection: sqlite3.Connection, query: str, chosen: str) -> set[int]:
    return {value for (value,) in connection.execute(query, [chosen])}
