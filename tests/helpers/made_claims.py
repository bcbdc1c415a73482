"""A served site of the chamomile claims over four made-up studies, with an archive that holds what changed."""

from pathlib import Path

from sqlite_utils import Database

from db.archive.store import Archive
from db.evidence.changes import write_changes
from helpers.claim_world import report, world
from helpers.finished import finish
from helpers.records import pubmed_article, source_record
from records.content import SourceRecord

FIRST, SECOND, PILLOW, WITHDRAWN = range(99000001, 99000005)
HOSTILE = "<script>alert(1)</script> of chamomile"
SEARCH = "chamomile[tiab] AND sleep[tiab]"
BUILD = {
    "topic": "chamomile-sleep", "title": "Chamomile", "question": "Does chamomile help people sleep?",
    "search": "drug AND sleep", "article": "A cup of tea", "article_about": "A page on tea.", "article_url": "",
    "article_written": "2011 to 2012-06", "tagger_version": "1", "from_pubmed": "4", "from_register": "0",
    "fingerprint": "f" * 64, "last_complete_search": "2026-11-20T01:30:00+00:00",
}  # fmt: skip


def make_claims(data: Path, *, state: str = "complete", finished: str = "2026-11-20T01:30:00+00:00") -> Path:
    """Write `data`/evidence.db and archive.db: a search (of that state, ended then), a file, and a check after each."""
    path = data / "evidence.db"
    with Archive.open(data) as archive:
        fill_archive(archive)
    database = world(
        [
            report(FIRST, "2010-05"),
            report(SECOND, "2013-02-11", n_total=30),
            report(PILLOW, "2014", routes=["pillow"], n_total=40),
            report(WITHDRAWN, "2015", retracted=True),
        ],
        runs=[{"run_id": 1, "kind": "sync", "started_at": "2026-11-20T01:00:00+00:00", "finished_at": finished,
               "state": state},
              {"run_id": 2, "kind": "import", "started_at": "2026-11-21T01:00:00+00:00",
               "finished_at": "2026-11-21T01:10:00+00:00", "state": "complete"}],
        searches=[{"search_id": 1, "run_id": 1, "query": SEARCH, "translation": f"({SEARCH})", "reported": 4,
                   "received": 4, "stored": 4 if state == "complete" else 3, "asked_at": "2026-11-20T01:00:00+00:00",
                   "missing": "[]", "warnings": "[]"}],
        path=path,
    )  # fmt: skip
    for table, key in (("articles", "pmid"), ("studies", "main_pmid"), ("study_history", "main_pmid")):
        database.execute(f"UPDATE {table} SET title = ? WHERE {key} = ?", [HOSTILE, SECOND])  # noqa: S608
    database["build"].insert_all({"key": key, "value": value} for key, value in BUILD.items())
    database["screening"].insert_all([
        {"step": 1, "stage": "identified", "reason": "PubMed and imported files", "records": 5},
        {"step": 2, "stage": "duplicates", "reason": "in the register and in PubMed", "records": 1},
        {"step": 3, "stage": "screened", "reason": "records", "records": 4},
        {"step": 4, "stage": "excluded", "reason": "not in people", "records": 1},
        {"step": 5, "stage": "included", "reason": "on topic", "records": 3},
    ])  # fmt: skip
    database["vocabulary"].insert_all([
        {"facet": "conditions", "value": "insomnia", "label": "Insomnia", "terms": '["insomnia"]',
         "mesh": '["D007319"]', "broader": '["poor_sleep"]'},
        {"facet": "search", "value": "drug", "label": "The plant.", "terms": '["chamomile[tiab]"]'},
    ])  # fmt: skip
    with Archive.open(data) as archive:
        write_changes(database.conn, archive.database)
    finish(database)
    database.close()
    return path


def fill_archive(archive: Archive) -> None:
    """Run 1 brings all four records; run 2 the withdrawn one again, now retracted; checks after both."""
    one = archive.begin_run("sync", "chamomile-sleep")
    archive.store_file(one, "first", [raw(pmid) for pmid in (FIRST, SECOND, PILLOW, WITHDRAWN)], [])
    archive.end_run(one, "complete", {})
    log(archive.database, 1, "holds", "1")
    two = archive.begin_run("import", "chamomile-sleep")
    archive.store_file(two, "second", [raw(WITHDRAWN, retracted=True)], [])
    archive.end_run(two, "complete", {})
    log(archive.database, 2, "outdated", "2")
    for table, column in (("versions", "fetched_at"), ("seen", "first_seen")):
        archive.database.execute(f"UPDATE {table} SET {column} = '2026-11-20T01:10:00+00:00'")  # noqa: S608
    for table, column in (("versions", "fetched_at"), ("retraction_log", "dated")):
        archive.database.execute(f"UPDATE {table} SET {column} = '2026-11-21T01:10:00+00:00' WHERE run_id = 2")  # noqa: S608
    archive.database.conn.commit()


def raw(pmid: int, *, retracted: bool = False) -> SourceRecord:
    """A record as PubMed sends it, before or after its retraction."""
    notice = (("RetractionIn", 99000090, "J Made Up Res. 2026;1:1"),) if retracted else ()
    return source_record(pmid, pubmed_article(pmid, title=f"Made-up study {pmid}", links=notice))


def log(archive: Database, run_id: int, verdict: str, value: str) -> None:
    """What a check notes of the one assertion that changes, and of one that does not."""
    day = f"2026-11-2{run_id - 1}T02:00:00+00:00"
    archive["verdict_log"].insert_all([
        {"run_id": run_id, "checked_at": day, "claim_id": "one-trial", "assertion_id": "count", "verdict": verdict,
         "value": value, "pmid": SECOND},
        {"run_id": run_id, "checked_at": day, "claim_id": "cosy", "assertion_id": "feeling", "verdict": "not_testable",
         "value": "", "pmid": None},
    ])  # fmt: skip
