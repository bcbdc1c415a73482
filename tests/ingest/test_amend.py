"""A build upon a build: only what differs is written, whole or not at all, and it comes to what a build anew would."""

import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from db.archive.store import Archive
from db.claims import write as claims
from db.evidence.changes import refresh
from helpers.made_builds import METHODS, build_anew, content, trial
from helpers.records import RANDOMIZED, RETRACTED, RETRACTION_NOTICE, article_set
from ingest.build import run as build_module
from ingest.build.run import build
from ingest.pubmed.run import import_into
from topics import load_topic
from topics.errors import IncompleteRunError


def test_a_failed_check_leaves_the_live_file_as_it_was(tmp_path, topic, import_records, monkeypatch):
    live = build(tmp_path, topic).live
    before = content(live)
    import_records(trial(99000001))
    monkeypatch.setattr("ingest.build.run.flaws", lambda *_, **__: ["does not add up"])  # of what was added to it
    monkeypatch.setattr("db.evidence.publish._contents", lambda *_, **__: ["nor does this"])  # of what is made anew
    with pytest.raises(IncompleteRunError, match="nor does this"):
        build(tmp_path, topic)
    assert content(live) == before
    assert not (tmp_path / "evidence.build.db").exists()


@pytest.mark.parametrize(("records", "file"), [(60, "evidence.db"), (200, "evidence.build.db")])
def test_a_full_disk_leaves_the_live_file_as_it_was(tmp_path, topic, import_records, monkeypatch, records, file):
    live = build(tmp_path, topic).live
    before = content(live)
    import_records(*(trial(99000000 + n) for n in range(1, records)))
    opened = build_module.open_database

    def small(path):
        database = opened(path)
        if path.name == file:
            database.execute("PRAGMA max_page_count = 60")  # or as many as there are
        return database

    monkeypatch.setattr(build_module, "open_database", small)
    with pytest.raises(IncompleteRunError, match="the disk is full") as caught:
        build(tmp_path, topic)
    assert caught.value.exit_code == 4
    assert content(live) == before
    monkeypatch.undo()
    assert build(tmp_path, topic).from_pubmed == records - 1


def test_a_build_that_is_killed_leaves_the_live_file_as_it_was_and_the_next_one_ends_it(
    tmp_path, topic, import_records
):
    import_records(*(trial(99000000 + number) for number in range(1, 21)))
    live = build(tmp_path, topic).live
    before = content(live)
    import_records(trial(99000021))
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED_BEFORE_IT_ENDS, str(tmp_path)], check=False, cwd=Path(__file__).parents[2]
    )
    assert killed.returncode == -signal.SIGKILL
    assert content(live) == before
    assert build(tmp_path, topic).from_pubmed == 21
    assert content(live) == content(build_anew(tmp_path, topic))


_KILLED_BEFORE_IT_ENDS = """
import os, pathlib, signal, sys
from ingest.build import run as build
from topics import load_topic
build.flaws = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
build.build(pathlib.Path(sys.argv[1]), load_topic("ketamine-routes"))
"""


def test_readers_of_a_database_that_is_added_to_see_it_before_or_after(tmp_path, topic, import_records):
    import_records(*(trial(99000000 + number) for number in range(1, 21)))
    live = build(tmp_path, topic).live
    query = (
        "SELECT (SELECT count(*) FROM articles WHERE source = 'pubmed'), (SELECT value FROM build WHERE key = "
        "'from_pubmed'), (SELECT count(*) FROM articles_fts WHERE articles_fts MATCH 'shift')"
    )
    seen, stop = set(), threading.Event()

    def read() -> None:
        with closing(sqlite3.connect(live)) as reader:
            while not stop.is_set():
                seen.add(reader.execute(query).fetchone())

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(21, 25):
        import_records(trial(99000000 + number, title=f"Ketamine in shift {number}"))
        build(tmp_path, topic)
    stop.set()
    reader.join()
    assert seen <= {(number, str(number), number - 20) for number in range(20, 25)}
    assert len(seen) > 1


REGISTERED = {36: 22676966, 37: 18996507, 38: 23982301}
"""Made-up records that come as ones that the register knows by PMID: of a family, or with a registration."""
KNOWN_BY_DOI = {39: "10.1016/j.biopsych.2012.02.014", 40: "10.1038/clpt.2011.140", 41: "10.1007/s40262-020-00953-4"}
"""The same by DOI; of the last, people judged the paper for a claim."""


def changing(number: int, state: int) -> str:
    """Made-up record `number` as it is in one of several states."""
    pmid = REGISTERED.get(number, 99000000 + number)
    other = 99000000 + (number + state) % 8
    preprint = f"10.9999/2013.{other}v{1 + number % 2}" if number % 4 else KNOWN_BY_DOI[39 + number % 3]
    links = [
        (("ErratumFor", other, "J. 2014"), ("CommentIn", pmid + 1, "J. 2014")),
        (("RetractionOf", other, "J. 2015"),),
        (("RetractionIn", other, "J. 2015"), ("UpdateOf", other + 1, "J. 2013")),
        (("UpdateOf", None, f"medRxiv. 2013. doi: {preprint}"),),
    ]
    databank = [
        (("ClinicalTrials.gov", f"NCT9900000{(number + state) % 4}"),),
        (("ClinicalTrials.gov", "NCT00088699"),),
    ]
    route = ("intramuscular", "intravenous", "oral", "intranasal")[(number + state) % 4]
    return trial(
        pmid,
        title=(f"Ketamine, {route}", f"{route.title()} ketamine for depression", "Sleep in shift workers")[state % 3],
        abstract=(METHODS.replace("intramuscular", route), METHODS.replace("Forty", "Sixty"), "")[(number + state) % 3],
        links=links[(number + state) % 4],
        databank=((), databank[0], databank[1], ())[(number * (1 + state)) % 4],
        publication_types=((RANDOMIZED,), (RETRACTED,), (RETRACTION_NOTICE,), (RANDOMIZED,))[(number * state) % 4],
        published=f"201{state}-0{1 + number % 9}",
        doi=KNOWN_BY_DOI.get(number, "")
        if state % 2
        else ("", f"10.9999/2013.{99000000 + number % 8}")[number % 3 == 0],
    )


@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.lists(st.dictionaries(st.integers(1, 45), st.integers(0, 5), min_size=1, max_size=9), min_size=1, max_size=4))
def test_a_build_upon_a_build_gives_the_rows_of_a_build_from_nothing(tmp_path_factory, steps):
    topic = load_topic("ketamine-routes")
    grown = tmp_path_factory.mktemp("grown")

    def take_in(states: dict[int, int]) -> None:
        path = grown / "records.xml"
        path.write_bytes(article_set(*(changing(number, state) for number, state in states.items())))
        import_into(grown, topic, [path])

    take_in({number: number % 2 for number in range(1, 36)})
    build(grown, topic)
    for round_, states in enumerate(steps):
        take_in(states)
        with Archive.open(grown) as archive:
            archive.database.execute(
                "UPDATE seen SET gone_since = CASE WHEN gone_since IS NULL THEN '2020-01-01' END WHERE pmid IN (?, ?)",
                [99000000 + len(states), 99000000 + round_],
            )
        live = build(grown, topic).live
        assert content(live) == content(build_anew(grown, topic))


@pytest.fixture
def replayed(monkeypatch):
    """Kinds of the assertions that have been replayed since."""
    kinds = []
    replay = claims.history_of
    monkeypatch.setattr(claims, "history_of", lambda *given: (kinds.append(given[0].kind), replay(*given))[1])
    return kinds


def test_only_claims_whose_studies_changed_are_replayed(tmp_path, topic, import_records, replayed):
    import_records(*(trial(99000000 + number) for number in range(1, 21)))
    build(tmp_path, topic)
    replayed.clear()
    import_records(trial(99000003, title="A new title, which no claim asks for"))
    trials = ("im-single-study", "comparative-trials")
    before = Database(build(tmp_path, topic).live)["verdicts"].get(trials)
    assert set(replayed) == {"list"}  # of which people judged the papers
    import_records(trial(99000021))
    after = Database(build(tmp_path, topic).live)["verdicts"].get(trials)
    assert int(after["value"]) == int(before["value"]) + 1


def test_claims_of_another_file_are_all_replayed(tmp_path, topic, import_records, replayed):
    folder = shutil.copytree(topic.folder, tmp_path / topic.folder.name)
    import_records(trial(99000001))
    build(tmp_path, load_topic(folder))
    replayed.clear()
    claims_file = folder / "claims.yml"
    text = claims_file.read_text(encoding="utf-8").replace("expected: {at_least: 50}", "expected: {at_least: 51}")
    claims_file.write_text(text, encoding="utf-8")
    live = Database(build(tmp_path, load_topic(folder)).live)
    assert len(replayed) == live["assertions"].count
    assert live["assertions"].get(("iv-most-studied", "by-far"))["expected"] == "at least 51 % of studies"
    assert content(tmp_path / "evidence.db") == content(build_anew(tmp_path, load_topic(folder)))


def test_only_what_differs_is_read_and_tagged_again(tmp_path, topic, import_records):
    import_records(*(trial(99000000 + number) for number in range(1, 21)))
    build(tmp_path, topic)
    import_records(trial(99000003, title="Oral ketamine for major depression"))
    told = []
    live = Database(build(tmp_path, topic, progress=lambda *so_far: told.append(so_far)).live)
    assert told == [(1, 1)]
    assert live["articles"].get(99000003)["title"] == "Oral ketamine for major depression"
    words = "SELECT rowid FROM articles_fts WHERE articles_fts MATCH 'oral AND major' AND rowid > 99000000"
    assert live.execute(words).fetchall() == [(99000003,)]


def test_a_damaged_live_database_is_made_anew(tmp_path, topic, import_records):
    import_records(*(trial(99000000 + number) for number in range(1, 21)))
    live = build(tmp_path, topic).live
    database = Database(live)
    database.execute("INSERT INTO articles_fts(articles_fts) VALUES ('delete-all')")
    database.conn.commit()
    database.close()
    import_records(trial(99000021))
    assert build(tmp_path, topic).changed
    found = Database(live).execute("SELECT count(*) FROM articles_fts WHERE articles_fts MATCH 'intramuscular'")
    assert found.fetchone()[0] >= 21


def test_an_index_that_is_not_of_its_rows_is_found_before_anything_is_added(tmp_path, topic, import_records):
    import_records(*(trial(99000000 + number) for number in range(1, 21)))
    live = build(tmp_path, topic).live
    database = sqlite3.connect(live)
    database.execute("PRAGMA writable_schema = ON")
    another = "CREATE INDEX idx_articles_year ON articles (journal)"
    database.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'idx_articles_year'", [another])
    database.commit()
    database.close()
    (said,) = sqlite3.connect(live).execute("PRAGMA quick_check").fetchall()
    assert said == ("ok",)  # it takes the whole check to find this
    import_records(trial(99000021))
    build(tmp_path, topic)
    (said,) = sqlite3.connect(live).execute("PRAGMA integrity_check").fetchall()
    assert said == ("ok",)


def test_what_is_added_to_is_checked_whole_unless_it_is_what_passed_before(
    tmp_path, topic, import_records, monkeypatch
):
    checks = []
    monkeypatch.setattr("ingest.build.run.flaws", lambda *_, indexes: checks.append(indexes) or [])
    import_records(*(trial(99000000 + number) for number in range(1, 21)))
    live = build(tmp_path, topic).live
    assert refresh(tmp_path) > 0  # which finds all in place
    import_records(trial(99000021))
    build(tmp_path, topic)
    assert checks == [False]
    live.with_name("evidence.db.crc32").unlink()
    import_records(trial(99000022))
    build(tmp_path, topic)
    assert checks == [False, True, False]
    database = sqlite3.connect(live)
    database.execute("UPDATE articles SET title = 'Something else' WHERE pmid = 99000001")
    database.commit()
    import_records(trial(99000023))
    build(tmp_path, topic)  # anew: nothing is added to what is another database than the one that went live
    assert checks == [False, True, False]
    assert database.execute("SELECT count(*) FROM articles WHERE title = 'Something else'").fetchall() == [(0,)]
    database.close()
