"""An archive as it was on an earlier day is what it was then, whatever came since."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from db.archive import store
from db.archive.archived_by import copy_archived_by
from db.archive.store import Archive
from helpers.records import pubmed_article, source_record
from ingest.build.run import build_archived_by
from records.content import SearchSlice, SourceRecord
from topics import load_topic
from topics.errors import BadInputError

FIRST = 99000001


def record(pmid: int, text: str, revised: str = "2024-01-01", *, retracted: bool = False) -> SourceRecord:
    """A made-up record; of the same text always the same."""
    links = (("RetractionIn", 99000090, "J Made Up Res. 2026;1:1"),) if retracted else ()
    body = pubmed_article(pmid, title=text, abstract="Ketamine was given.", revised=revised, links=links)
    return source_record(pmid, body)


def state(data: Path) -> dict[str, list[tuple]]:
    """All that a build reads of an archive."""
    with Archive.open(data) as archive:
        return {
            "current": [(one.pmid, one.sha256, one.gone_since, one.left_since) for one in archive.current()],
            "runs": archive.database.execute("SELECT run_id, day, state FROM runs").fetchall(),
            "ledger": archive.database.execute("SELECT ledger_id, run_id, query FROM ledger").fetchall(),
            "reinstatements": archive.reinstatements(),
            "retractions": archive.database.execute("SELECT pmid, retracted FROM retraction_log").fetchall(),
        }


@pytest.fixture
def days(tmp_path, monkeypatch) -> dict[str, dict[str, list[tuple]]]:
    """What an archive was on each of some days, by day; it is in `tmp_path`."""
    found = {}

    def on(day: str, kind: str, *records: SourceRecord, deleted=()) -> None:
        monkeypatch.setattr(store, "_clock", lambda: datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC))
        with Archive.open(tmp_path) as archive:
            run = archive.begin_run(kind, "ketamine-routes")
            if kind == "sync":
                ids = tuple(one.pmid for one in records)
                archive.store_page(run, archive.open_slice(run, SearchSlice(day, "", len(ids), ids)), records)
            else:
                archive.store_file(run, f"{day}.xml", iter(records), [], deleted)
            archive.end_run(run, "complete", {})
        found[day] = state(tmp_path)

    on("2025-01-05", "sync", record(FIRST, "first"), record(FIRST + 1, "second"))
    on("2025-02-05", "import", record(FIRST, "first, revised", "2024-06-01"), record(FIRST + 2, "third"))
    on("2025-03-05", "sync", record(FIRST + 1, "second", "2024-07-01", retracted=True))
    on("2025-04-05", "import", record(FIRST, "an older file", "2023-01-01"), deleted=[FIRST + 2])
    on("2025-05-05", "sync", record(FIRST + 1, "second, again", "2024-08-01"), record(FIRST + 3, "fourth"))
    monkeypatch.undo()
    return found


def test_the_archive_of_every_day_is_what_it_was_at_its_end(tmp_path, days):
    for day, was in days.items():
        copy_archived_by(tmp_path, day, tmp_path / "then")
        assert state(tmp_path / "then") == was, day
        between = day[:-2] + "20"
        copy_archived_by(tmp_path, between, tmp_path / "then")
        assert state(tmp_path / "then") == was, between
    assert state(tmp_path) == days["2025-05-05"]
    assert (tmp_path / "then" / "archive.db").stat().st_mode & 0o777 == 0o600


def test_before_the_first_run_nothing_was_known(tmp_path, days):
    with pytest.raises(
        BadInputError, match=r"nothing had been archived by 2025-01-04 \(its first run was on 2025-01-05"
    ):
        copy_archived_by(tmp_path, "2025-01-04", tmp_path / "then")


def test_a_database_is_made_of_it_beside_the_one_of_today(tmp_path, days):
    topic = load_topic("ketamine-routes")
    then = build_archived_by(tmp_path, topic, "2025-01-31")
    assert then.live == tmp_path / "archived-by-2025-01-31" / "evidence.db"
    assert (then.from_pubmed, not (tmp_path / "evidence.db").exists()) == (2, True)
    assert build_archived_by(tmp_path, topic, "2025-01-31").changed is False
    assert build_archived_by(tmp_path, topic, "2025-05-31").from_pubmed == 4
    with pytest.raises(BadInputError, match="expected YYYY-MM-DD"):
        build_archived_by(tmp_path, topic, "2025-13")
