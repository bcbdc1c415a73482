"""A scheduled run asks for what is due, and finds what is new, changed, late, retracted, gone or back."""

import json
import shutil
import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from db.archive.schedule import OVERLAP
from db.archive.store import Archive
from db.claims.check import check_claims
from db.status import health, read_status
from helpers.records import article_set
from ingest.build.run import build
from ingest.pubmed.client import EutilsSettings
from ingest.pubmed.run import import_into, plan_of, pull_topic, sync
from ingest.pubmed.transport import Pace
from publish.freshness import Freshness, read_freshness
from pubmed_server import TOPIC, Corpus, PubMedServer, trial, unindexed
from topics import load_topic
from topics.errors import BadInputError, IncompleteRunError, PubMedError

FIRST = 99000101
VERDICT = "SELECT verdict, value FROM verdicts WHERE claim_id = 'one-trial'"


class World:
    """A data folder, a PubMed, and a clock that they share."""

    def __init__(self, data, pubmed):
        self.data, self.pubmed, self.corpus = data, pubmed, pubmed.corpus
        self.topic = load_topic(TOPIC)
        self.settings = EutilsSettings("tests@example.org", base_url=pubmed.url, pause_initial=0.001, pause_max=0.004,
                                       attempts=3)  # fmt: skip
        self.at(datetime(2026, 3, 2, 12, tzinfo=UTC))

    def at(self, moment):
        self.moment = moment
        self.corpus.today = moment.strftime("%Y/%m/%d")  # at noon UTC it is the same day in the east of the US

    def later(self, **span):
        self.at(self.moment + timedelta(**span))
        return self

    def pull(self):
        self.pubmed.log.clear()
        return pull_topic(self.data, self.topic, self.settings)

    def sync(self, **options):
        self.pubmed.log.clear()
        return sync(self.data, self.topic, self.settings, **options)

    def fetched(self):
        return [sorted(pmid - FIRST for pmid in request.ids) for request in self.pubmed.requests("efetch")]

    def asked(self):
        """What searches were limited by; '' for the whole search."""
        terms = [request.params["term"] for request in self.pubmed.requests("esearch")]
        return [term.rpartition(") AND (")[2][:-1] if "3000" in term else "" for term in terms]

    def rows(self, sql, *parameters):
        """Of the archive."""
        with Archive.open(self.data) as archive:
            return archive.database.execute(sql, parameters).fetchall()

    def live(self, sql, *parameters):
        """Of the published database."""
        return sqlite3.connect(self.data / "evidence.db").execute(sql, parameters).fetchall()

    def held(self):
        with Archive.open(self.data) as archive:
            return {record.pmid: record.body for record in archive.current() if not record.gone_since}

    def truth(self):
        return {pmid: record.article.record for pmid, record in self.corpus.records.items()}

    def kinds(self):
        return [kind for (kind,) in self.rows("SELECT kind FROM runs ORDER BY run_id")]


@pytest.fixture
def world(tmp_path, monkeypatch):
    monkeypatch.setattr(Pace, "wait", lambda self, per_second: None)
    with PubMedServer(Corpus([trial(FIRST + nth, edat="2026/01/01", crdt="2026/01/01") for nth in range(5)])) as pubmed:
        made = World(tmp_path / "db", pubmed)
        monkeypatch.setattr("db.archive.store._clock", lambda: made.moment)
        yield made


# What a run asks


def test_the_first_run_is_the_whole_search_and_the_next_ask_for_what_is_new_and_what_changed(world):
    assert (
        world.sync().pulled.line() == "PubMed: 5 records found, 5 held, 5 fetched now (5 new, 0 changed); 3 requests."
    )
    assert (world.asked(), world.fetched()) == (["", ""], [[0, 1, 2, 3, 4]])
    world.later(days=2).sync()
    assert world.asked() == [
        '"2026/02/23"[crdt] : "3000"[crdt]', '"2026/02/23"[lr] : "3000"[lr]',
    ]  # fmt: skip
    assert world.fetched() == []
    world.later(days=1).sync()
    assert world.asked() == [
        '"2026/02/25"[crdt] : "3000"[crdt]', '"2026/02/25"[lr] : "3000"[lr]',
    ]  # fmt: skip
    assert world.rows("SELECT kind, day, since, state FROM runs") == [
        ("sync", "2026-03-02", None, "complete"),
        ("new", "2026-03-04", "2026-02-23", "complete"), ("changed", "2026-03-04", "2026-02-23", "complete"),
        ("new", "2026-03-05", "2026-02-25", "complete"), ("changed", "2026-03-05", "2026-02-25", "complete"),
    ]  # fmt: skip


def test_once_a_week_the_whole_search_is_asked_again(world):
    for _ in range(8):
        world.pull()
        world.later(days=1)
    assert [(kind, day) for kind, day in world.rows("SELECT kind, day FROM runs") if kind == "sync"] == [
        ("sync", "2026-03-02"), ("sync", "2026-03-09"),
    ]  # fmt: skip


def test_windows_are_in_pubmeds_own_days(world):
    world.pull()
    world.at(datetime(2026, 3, 4, 3, tzinfo=UTC))  # still the third, in the evening, where PubMed is
    world.pull()
    assert world.rows("SELECT day FROM runs WHERE kind = 'new'") == [("2026-03-03",)]


def test_a_new_record_comes_with_the_next_run(world):
    world.pull()
    world.later(days=1)
    world.corpus.add(trial(FIRST + 9, edat=world.corpus.today, crdt=world.corpus.today))
    assert world.pull().line().startswith("PubMed: 6 held, 1 fetched now (1 new, 0 changed)")
    assert world.held() == world.truth()


def test_a_record_added_to_a_past_day_is_within_the_overlap(world):
    world.pull()
    world.later(days=1)
    past = (world.moment - OVERLAP).strftime("%Y/%m/%d")
    world.corpus.add(trial(FIRST + 9, edat=past, crdt=past))
    world.pull()
    assert world.held() == world.truth()


def test_a_record_that_no_window_shows_is_found_by_the_weekly_whole_search(world):
    world.pull()
    world.corpus.add(trial(FIRST + 9, edat="2019/01/01", crdt="2019/01/01", mdat="2019/01/01"))
    for _ in range(6):
        world.later(days=1).pull()
    assert FIRST + 9 not in world.held()
    world.later(days=1).pull()
    assert world.held() == world.truth()


def test_a_revised_record_is_a_new_version_and_one_with_the_same_content_is_not(world):
    world.pull()
    world.later(days=1)
    world.corpus.change(FIRST, title="Chamomile by mouth for insomnia: a corrected title")
    same = world.corpus[FIRST + 1].record
    world.corpus.change(FIRST + 1, xml=same)  # revised, says PubMed; not a word differs
    result = world.pull()
    assert world.fetched() == [[0, 1]]
    assert (result.runs[1].changed, result.runs[1].fetched) == (1, 2)
    assert world.rows("SELECT pmid, count(*) FROM versions GROUP BY pmid HAVING count(*) > 1") == [(FIRST, 2)]


def test_a_record_changed_without_a_word_is_found_within_a_month(world):
    world.pull()
    world.corpus.change(FIRST, title="Chamomile by mouth for insomnia, quietly changed", mdat="2020/06/01")
    for _ in range(29):
        world.later(days=1).pull()
    assert world.held() != world.truth()
    world.later(days=1).pull()
    assert world.held() == world.truth()
    assert world.fetched() == [[0, 1, 2, 3, 4]]


def test_a_record_that_waits_for_its_indexing_is_fetched_daily_until_it_is_indexed(world):
    world.corpus.add(unindexed(FIRST, crdt="2026/01/01"))
    world.pull()
    world.later(days=1).pull()
    assert world.fetched() == [[0]]
    world.corpus.add(trial(FIRST, crdt="2026/01/01"))  # indexed, and PubMed gives no date for it
    world.later(days=1).pull()
    assert world.fetched() == [[0]]
    assert world.held() == world.truth()
    world.later(days=1).pull()
    assert world.fetched() == []


def test_a_late_indexed_record_enters_the_search_by_its_revision(world):
    late = trial(FIRST + 9, title="A tea", abstract="Nothing said.", mesh=(), crdt="2020/01/01")
    world.corpus.add(late)
    world.pull()
    assert FIRST + 9 not in world.held()
    world.later(days=1)
    world.corpus.change(FIRST + 9, title=trial(FIRST + 9).title)
    world.pull()
    assert world.held() == world.truth()


def test_records_from_files_are_fetched_from_pubmed(world, tmp_path):
    old = replace(world.corpus[FIRST], title="Chamomile by mouth for insomnia, as it once was")
    path = tmp_path / "old.xml"
    path.write_bytes(article_set(old.record.decode()))
    import_into(world.data, world.topic, [path])
    world.pull()
    assert world.held() == world.truth()
    world.later(days=1).pull()
    assert world.fetched() == []


# Clocks


@pytest.mark.parametrize("wrong", [timedelta(days=-400), timedelta(days=-20), timedelta(days=400)],
                         ids=["a year behind", "weeks behind", "a year ahead"])  # fmt: skip
def test_a_wrong_clock_skips_nothing_and_makes_no_window_negative(world, wrong):
    world.pull()
    right = world.moment + timedelta(days=10)
    world.moment = right + wrong  # only here: PubMed's own day is right
    world.corpus.today = right.strftime("%Y/%m/%d")
    world.corpus.add(trial(FIRST + 8, crdt="2026/03/11", edat="2026/03/11"))
    world.pull()
    world.at(right + timedelta(days=2))
    world.corpus.add(trial(FIRST + 9, crdt="2026/03/06", edat="2026/03/06"))
    world.corpus.change(FIRST, title="Chamomile by mouth for insomnia, changed", mdat="2026/03/05")
    world.pull()
    assert world.held() == world.truth()
    assert all(limit[1:11] < "2026/03/12" for limit in world.asked() if limit)


def test_records_fetched_by_a_clock_that_was_ahead_are_fetched_again(world):
    world.moment += timedelta(days=400)
    world.pull()
    world.moment -= timedelta(days=400)
    world.pull()
    assert world.fetched() == [[0, 1, 2, 3, 4]]
    world.later(days=1).pull()
    assert world.fetched() == []


def test_a_search_dated_by_a_clock_that_was_ahead_does_not_keep_the_alarm_silent(world):
    live = world.data / "evidence.db"
    world.sync()
    world.later(days=1)
    right = world.moment
    world.moment = right + timedelta(days=365)
    world.sync()
    world.moment = right + timedelta(days=1)
    world.pubmed.inject("forbidden", 99)
    for days, state, verdicts in ((10, "fresh", ("contradicted",)), (40, "stale", ("stale",))):
        world.moment = right + timedelta(days=days)
        with pytest.raises(PubMedError):
            world.sync()
        told = health(live)
        assert (told.state, told.age_days) == (state, days + 1)
        assert read_status(world.data).age_days == days + 1
        with sqlite3.connect(live) as connection:
            assert "PubMed searched to the end on 2026-03-02" in read_freshness(connection).sentence
        assert (
            world.rows("SELECT verdict FROM verdict_log WHERE claim_id = 'one-trial' ORDER BY verdict_id")[-1]
            == verdicts
        )


def test_a_search_that_fell_short_by_a_clock_that_was_ahead_is_not_the_last_word(world):
    world.moment += timedelta(days=365)
    world.pubmed.inject("leaves_a_record_out", 2, "efetch")
    with pytest.raises(IncompleteRunError):
        world.sync()
    world.moment -= timedelta(days=365)
    world.sync()
    assert world.live(VERDICT) == [("contradicted", "5")]
    assert health(world.data / "evidence.db").state == "fresh"


def test_a_database_whose_only_search_is_still_to_come_is_not_fresh(world):
    world.moment += timedelta(days=365)
    world.sync()
    world.moment -= timedelta(days=365)
    assert health(world.data / "evidence.db").state == "overdue"
    assert read_status(world.data).last_complete == "never"


@pytest.mark.parametrize("dead", [False, True], ids=["PubMed answers", "PubMed is dead"])
def test_a_run_by_a_clock_that_is_behind_makes_no_verdict_stale(world, dead):
    world.sync()
    right = world.moment + timedelta(days=1)
    world.moment = right - timedelta(days=365)
    if dead:
        world.pubmed.inject("forbidden", 99)
        with pytest.raises(PubMedError):
            world.sync()
    else:
        assert world.sync().checked.changes == ()
    world.moment = right
    assert check_claims(world.data, world.topic, today=right.date()).changes == ()
    assert health(world.data / "evidence.db").age_days == 1
    assert world.live("SELECT DISTINCT verdict FROM verdicts WHERE verdict = 'stale'") == []


def test_a_site_of_the_register_alone_is_well_until_a_pull_is_due(world):
    build(world.data, world.topic)
    live = world.data / "evidence.db"
    since = date.fromisoformat(world.live("SELECT value FROM build WHERE key = 'archive_since'")[0][0])
    assert [health(live, since + timedelta(days=days)).state for days in (0, 7, 8, 400)] == [
        "never searched", "never searched", "overdue", "overdue",
    ]  # fmt: skip


# Gone, left, and back


@pytest.mark.parametrize("old", [False, True], ids=["summaries of version 2.0", "of version 1"])
def test_a_record_is_gone_when_two_runs_and_the_summaries_say_so(world, old):
    world.pubmed.pubmed.old_summaries = old
    world.sync()
    world.corpus.delete(FIRST)
    world.later(days=7).sync()  # the weekly whole search no longer names it
    assert world.rows("SELECT gone_since, absent_since FROM seen WHERE pmid = ?", FIRST) == [(None, "2026-03-09")]
    assert len(world.pubmed.requests("esummary")) == 1
    result = world.later(days=1).sync()
    assert result.pulled.gone == (FIRST,)
    assert "1 gone" in result.pulled.line()
    assert world.rows("SELECT gone_since FROM seen WHERE pmid = ?", FIRST) == [("2026-03-09",)]
    assert world.rows("SELECT count(*) FROM versions WHERE pmid = ?", FIRST) == [(1,)]
    assert world.live("SELECT gone_since, retracted FROM articles WHERE pmid = ?", FIRST) == [("2026-03-09", 0)]
    assert world.held() == world.truth()
    world.later(days=1).sync()
    assert world.fetched() == []


def test_a_merged_record_is_gone_and_the_one_that_stays_is_as_it_was(world):
    world.pull()
    world.corpus.merge(FIRST, into=FIRST + 1)
    world.later(days=7).pull()
    assert world.later(days=1).pull().gone == (FIRST,)
    assert world.held() == world.truth()


def test_a_record_that_did_not_come_once_is_not_gone(world):
    world.pull()
    kept = world.corpus[FIRST]
    world.corpus.delete(FIRST)
    world.later(days=7).pull()
    world.corpus.add(kept)
    world.later(days=1).pull()
    assert world.rows("SELECT gone_since, absent_since, absent_run FROM seen WHERE pmid = ?", FIRST) == [
        (None, None, None)
    ]
    world.later(days=7).pull()
    assert world.rows("SELECT left_run FROM seen WHERE pmid = ?", FIRST) == [(None,)]


def test_a_record_that_comes_back_is_no_longer_gone(world):
    world.pull()
    kept = world.corpus[FIRST]
    world.corpus.delete(FIRST)
    world.later(days=7).pull()
    world.later(days=1).pull()
    assert FIRST not in world.held()
    world.corpus.add(kept)
    world.later(days=7).pull()
    assert world.held() == world.truth()


def test_a_record_that_a_summary_has_and_no_fetch_sends_is_missing_not_gone(world):
    world.pull()
    world.later(days=31)
    world.pubmed.inject("leaves_a_record_out", 2, "efetch")
    with pytest.raises(IncompleteRunError, match=r"5 records reported, 4 stored. Missing: 9900010\d \(not sent\)"):
        world.pull()
    assert world.rows("SELECT count(*) FROM seen WHERE absent_run IS NOT NULL OR gone_since IS NOT NULL") == [(0,)]
    world.later(days=1).pull()
    assert world.held() == world.truth()


def test_a_record_that_leaves_the_search_is_kept_and_marked(world):
    world.pull()
    world.later(days=7)
    world.corpus.change(FIRST, title="Something else", abstract="Nothing.", mesh=())
    world.pull()
    with Archive.open(world.data) as archive:
        marked = {record.pmid: record.left_since for record in archive.current() if record.left_since}
    assert marked == {FIRST: "2026-03-09"}
    assert world.held() == world.truth()
    assert world.fetched() == [[0]]  # asked for by name, to see whether PubMed still has it
    world.later(days=1).pull()
    assert world.fetched() == []


def test_a_record_that_comes_back_to_the_search_is_marked_no_longer(world):
    world.pull()
    whole = world.corpus[FIRST]
    world.later(days=7)
    world.corpus.change(FIRST, title="Something else", abstract="Nothing.", mesh=())
    world.pull()
    world.later(days=1)
    world.corpus.add(replace(whole, mdat=world.corpus.today))
    world.pull()
    assert world.kinds()[-1] == "changed"
    assert world.rows("SELECT left_run FROM seen WHERE pmid = ?", FIRST) == [(None,)]


def test_what_left_and_the_window_of_every_run_are_published(world):
    left = "SELECT left_since FROM articles WHERE pmid = ?"
    world.sync()
    whole = world.corpus[FIRST]
    world.later(days=7)
    world.corpus.change(FIRST, title="Something else", abstract="Nothing.", mesh=())
    world.sync()
    assert world.live(left, FIRST) == [("2026-03-09",)]
    world.later(days=7)
    world.corpus.add(replace(whole, mdat=world.corpus.today))
    world.sync()
    assert world.live(left, FIRST) == [(None,)]
    assert world.live("SELECT kind, day, since, until FROM runs WHERE day < '2026-03-16' ORDER BY run_id") == [
        ("sync", "2026-03-02", None, "2026-03-02"),
        ("new", "2026-03-09", "2026-02-23", "2026-03-09"), ("changed", "2026-03-09", "2026-02-23", "2026-03-09"),
        ("sync", "2026-03-09", None, "2026-03-09"), ("cycle", "2026-03-09", None, None),
    ]  # fmt: skip


def test_a_record_that_is_damaged_here_is_left_out_told_and_fetched_again_by_the_next_run(world):
    world.sync()
    before = world.live("SELECT * FROM articles ORDER BY pmid")
    with sqlite3.connect(world.data / "archive.db") as archive:
        archive.execute("UPDATE versions SET xml = x'00' || substr(xml, 2) WHERE pmid = ?", [FIRST + 1])
    with pytest.raises(IncompleteRunError, match=rf"damaged in the archive and were left out: PMID {FIRST + 1}"):
        world.later(days=1).sync()
    assert world.live("SELECT count(*) FROM articles WHERE pmid = ?", FIRST + 1) == [(0,)]
    world.later(days=1).sync()
    assert world.fetched() == [[1]]
    assert world.held() == world.truth()
    assert world.live("SELECT * FROM articles ORDER BY pmid") == before


# Notices: what each does to the record and to the claims

NOTICES = {
    "RetractionIn": (1, ["retraction"], "4"),
    "RetractedandRepublishedIn": (1, ["retraction", "reinstatement"], "4"),
    "PartialRetractionIn": (0, ["partial_retraction"], "5"),
    "ExpressionOfConcernIn": (0, ["expression_of_concern"], "5"),
    "ErratumIn": (0, ["erratum"], "5"),
    "CorrectedandRepublishedIn": (0, ["erratum"], "5"),
    "UpdateIn": (0, ["update"], "5"),
}


@pytest.mark.parametrize(("link", "state"), NOTICES.items())
def test_a_notice_moves_the_record_and_the_claims_and_has_its_date(world, link, state):
    retracted, kinds, count = state
    world.sync()
    world.later(days=3)
    notice = trial(FIRST + 50, title="A notice that no search finds", abstract="", mesh=(), types=(), pdat="2026/03/04",
                   crdt="2026/03/04", links=((link.replace("In", "Of"), FIRST),))  # fmt: skip
    world.corpus.add(notice)
    world.corpus.change(FIRST, links=((link, FIRST + 50),))
    result = world.sync()
    assert world.live("SELECT retracted FROM articles WHERE pmid = ?", FIRST) == [(retracted,)]
    assert world.live("SELECT kind, notice_pmid, dated FROM notices WHERE pmid = ? AND source = 'pubmed'", FIRST) == [
        (kind, FIRST + 50, "2026-03-04") for kind in kinds
    ]
    assert world.live("SELECT retracted FROM articles WHERE pmid = ?", FIRST + 50) == [(0,)]
    assert world.live("SELECT value FROM verdicts WHERE claim_id = 'one-trial'") == [(count,)]
    assert [change.value for change in result.checked.changes if change.claim_id == "one-trial"] == (
        [count] if retracted else []
    )


def test_a_reinstated_paper_counts_again_and_both_versions_stay(world):
    world.sync()
    whole = world.corpus[FIRST]
    world.later(days=1)
    world.corpus.retract(FIRST, notice=FIRST + 50)
    world.sync()
    assert world.live("SELECT value FROM verdicts WHERE claim_id = 'one-trial'") == [("4",)]
    world.later(days=1)
    world.corpus.add(replace(whole, mdat=world.corpus.today))
    result = world.sync()
    assert world.live("SELECT value FROM verdicts WHERE claim_id = 'one-trial'") == [("5",)]
    assert [(change.value_was, change.value) for change in result.checked.changes] == [("4", "5")]
    assert world.rows("SELECT count(*) FROM versions WHERE pmid = ?", FIRST) == [(3,)]
    assert world.live("SELECT retracted FROM articles WHERE pmid = ?", FIRST) == [(0,)]
    told = world.live(
        "SELECT kind, notice_pmid, source, dated FROM notices WHERE pmid = ? AND source = 'archive'", FIRST
    )
    assert told == [("reinstatement", None, "archive", f"{world.moment:%Y-%m-%d}")]
    assert world.live("SELECT kind FROM changes WHERE pmid = ? AND kind LIKE 're%' ORDER BY dated", FIRST) == [
        ("retraction",), ("reinstatement",),
    ]  # fmt: skip


def test_what_the_check_found_is_in_the_published_list_of_changes(world):
    world.sync()
    for nth in range(1, 4):
        world.corpus.retract(FIRST + nth, notice=FIRST + 60 + nth)
    world.corpus.retract(FIRST + 4, notice=FIRST + 70)
    world.later(days=1)
    result = world.sync()
    assert result.exit_code == 1
    flipped = [(change.claim_id, change.was, change.verdict) for change in result.checked.changes if change.flipped]
    assert ("one-trial", "contradicted", "holds") in flipped
    assert world.live("SELECT was, now FROM changes WHERE claim_id = 'one-trial'") == [("contradicted", "holds")]


def test_a_notice_that_pubmed_does_not_have_keeps_no_run_from_being_complete(world):
    world.corpus.change(FIRST, links=(("ErratumIn", FIRST + 77),))
    world.pull()
    world.later(days=1).pull()
    assert {state for (state,) in world.rows("SELECT state FROM runs")} == {"complete"}


# Another topic file


def changed_topic(world, tmp_path, name, old, new):
    folder = tmp_path / name / "chamomile-sleep"
    shutil.copytree(TOPIC, folder)
    path = folder / "topic.yml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    world.topic = load_topic(folder)


def test_another_search_is_pulled_in_full_and_both_stay_in_the_ledger(world, tmp_path):
    world.corpus.add(trial(FIRST + 9, title="Lavender for insomnia", abstract="Lavender.", crdt="2020/01/01"))
    world.sync()
    before = world.topic.search.query()
    changed_topic(world, tmp_path, "other", '["chamomile[tiab]", "matricaria[tiab]", "matricaria[mh]"]',
                  '["lavender[tiab]"]')  # fmt: skip
    world.later(days=1).sync()
    queries = [query for (query,) in world.rows("SELECT query FROM ledger WHERE uid_low IS NULL")]
    assert (queries[0], queries[-1].startswith("cycle")) == (before, True)
    assert world.topic.search.query() in queries
    with Archive.open(world.data) as archive:
        marked = {record.pmid - FIRST: record.left_since for record in archive.current()}
    assert marked == {0: "2026-03-03", 1: "2026-03-03", 2: "2026-03-03", 3: "2026-03-03", 4: "2026-03-03", 9: None}
    assert world.live("SELECT count(*) FROM articles") == [(6,)]
    world.later(days=1).sync()
    assert (len(world.asked()), world.fetched()) == (2, [])


def test_another_vocabulary_tags_again_from_the_archive(world, tmp_path):
    world.sync()
    tagged = "SELECT DISTINCT value FROM tags WHERE facet = 'condition' ORDER BY 1"
    assert world.live(tagged) == [("insomnia",), ("poor_sleep",)]
    changed_topic(world, tmp_path, "other", "value: insomnia", "value: sleeplessness")
    world.sync()
    assert world.fetched() == []
    assert world.live(tagged) == [("poor_sleep",), ("sleeplessness",)]


# Runs that do not reach their end


def test_an_unfinished_round_of_changed_records_goes_on_where_it_was(world, monkeypatch):
    monkeypatch.setattr("ingest.pubmed.fetch.PAGE", 2)
    world.pull()
    world.later(days=1)
    for nth in range(5):
        world.corpus.change(FIRST + nth, title=f"Chamomile by mouth for insomnia, changed {nth}")
    world.pubmed.inject("http_502", 99, "efetch", after=1)
    with pytest.raises(PubMedError):
        world.pull()
    world.pubmed._planned.clear()
    already = world.fetched()[0]
    world.pull()
    assert sorted(pmid for page in world.fetched() for pmid in page) == sorted(set(range(5)) - set(already))
    assert world.held() == world.truth()


def test_a_failed_run_moves_no_cursor_takes_nothing_away_and_is_published_as_failed(world):
    world.sync()
    before = world.live(VERDICT)
    world.later(days=9)
    world.corpus.add(trial(FIRST + 9, crdt="2026/03/01", edat="2026/03/01"))
    world.pubmed.inject("http_502", 99)
    with pytest.raises(PubMedError) as caught:
        world.sync()
    assert caught.value.exit_code == 3
    assert world.live(VERDICT) == before == [("contradicted", "5")]
    assert world.live("SELECT kind, state FROM runs WHERE run_id > 1") == [("new", "failed"), ("changed", "failed")]
    told = health(world.data / "evidence.db", world.moment.date())
    assert (told.state, told.age_days, told.unfinished) == ("fresh", 9, ("new", "changed"))
    world.pubmed._planned.clear()
    world.later(days=20).sync()
    assert world.asked()[0] == '"2026/02/23"[crdt] : "3000"[crdt]'
    assert world.held() == world.truth()


def test_what_fell_short_is_published_as_stale_with_code_4_and_mended_by_the_next_run(world):
    world.pubmed.inject("leaves_a_record_out", 2, "efetch")
    with pytest.raises(IncompleteRunError) as caught:
        world.sync()
    assert caught.value.exit_code == 4
    assert world.live("SELECT DISTINCT verdict FROM verdicts WHERE claim_id = 'one-trial'") == [("stale",)]
    assert health(world.data / "evidence.db", world.moment.date()).state == "overdue"
    world.sync()
    assert world.live(VERDICT) == [("contradicted", "5")]


def test_a_first_run_that_breaks_off_is_built_with_what_came_and_leaves_with_code_3(world, monkeypatch):
    monkeypatch.setattr("ingest.pubmed.fetch.PAGE", 2)
    world.pubmed.inject("http_502", 99, "efetch", after=1)
    with pytest.raises(PubMedError, match="HTTP 502"):
        world.sync()
    assert world.live("SELECT verdict FROM verdicts WHERE claim_id = 'one-trial'") == [("stale",)]
    (because,) = world.live("SELECT because FROM verdicts WHERE claim_id = 'one-trial'")[0]
    assert because.startswith("The search of 2026-03-02 is not complete (2 of 5 records stored).")
    assert health(world.data / "evidence.db", world.moment.date()).state == "overdue"


def test_pubmed_out_of_reach_from_the_first_day_leaves_the_register_and_makes_no_verdict_stale(world):
    world.pubmed.inject("forbidden", 99)
    with pytest.raises(PubMedError, match="HTTP 403"):
        world.sync()
    assert ("stale",) not in world.live("SELECT verdict FROM verdicts")
    assert health(world.data / "evidence.db", world.moment.date()).state == "overdue"


@pytest.mark.parametrize("fault", ["http_502", "forbidden", "invalid_id", "web_page"])
def test_a_step_that_only_completes_keeps_nothing_from_being_built_and_the_next_run_makes_up_for_it(world, fault):
    notice = trial(FIRST + 50, title="A notice that no search finds", abstract="", mesh=(), types=())
    world.corpus.add(notice)
    world.corpus.change(FIRST, links=(("RetractionIn", FIRST + 50),))
    world.pubmed.inject(fault, 99, "efetch", after=1)
    with pytest.raises(PubMedError) as caught:
        world.sync()
    assert caught.value.exit_code == 3
    assert world.live(VERDICT) == [("contradicted", "4")]
    assert world.live("SELECT kind, state FROM runs") == [("sync", "complete"), ("notices", "failed")]
    world.pubmed._planned.clear()
    world.later(days=1).sync()
    assert world.live("SELECT notice_pmid FROM notices WHERE pmid = ?", FIRST) == [(FIRST + 50,)]
    assert world.held() == world.truth()


def test_one_step_that_fails_every_night_does_not_keep_the_others_from_being_asked(world):
    world.pull()
    world.later(days=7)
    world.pubmed.inject("forbidden", 1, "esearch")
    with pytest.raises(PubMedError):
        world.pull()
    assert world.rows("SELECT kind, state FROM runs WHERE run_id > 1") == [
        ("new", "failed"), ("changed", "complete"), ("sync", "complete"),
    ]  # fmt: skip
    world.later(days=7)
    world.pubmed.inject("forbidden", 99)
    with pytest.raises(PubMedError):
        world.pull()
    assert world.rows("SELECT kind, state FROM runs WHERE run_id > 4") == [("new", "failed"), ("changed", "failed")]


def test_out_of_reach_weighs_more_than_a_ledger_that_falls_short_and_both_are_said(world):
    world.pull()
    world.later(days=7)
    world.pubmed.inject("counts_one_more", 2, "esearch")
    world.pubmed.inject("forbidden", 1, "esearch")
    with pytest.raises(PubMedError, match=r"HTTP 403.* 1 records reported, 0 stored"):
        world.sync()


def test_one_search_that_falls_short_does_not_keep_the_others_from_being_asked(world):
    world.pull()
    world.later(days=7)
    world.pubmed.inject("counts_one_more", 2, "esearch")
    with pytest.raises(IncompleteRunError, match="1 records reported, 0 stored"):
        world.pull()
    assert world.rows("SELECT kind, state FROM runs WHERE run_id > 1") == [
        ("new", "incomplete"), ("changed", "complete"), ("sync", "complete"),
    ]  # fmt: skip


def test_a_term_that_pubmed_dropped_stops_the_run_with_code_2(world):
    world.pull()
    world.later(days=1)
    world.pubmed.inject("drops_a_field", 1, "esearch")
    with pytest.raises(BadInputError, match="FieldNotFound: nosuchfield") as caught:
        world.pull()
    assert caught.value.exit_code == 2


def test_a_run_makes_no_more_requests_than_it_may_and_the_next_goes_on(world, monkeypatch):
    monkeypatch.setattr("ingest.pubmed.fetch.PAGE", 1)
    world.settings = replace(world.settings, max_requests=4)
    with pytest.raises(IncompleteRunError, match=r"stopped after 4 requests, .*--max-requests"):
        world.pull()
    assert (len(world.pubmed.log), len(world.held())) == (4, 2)
    with pytest.raises(IncompleteRunError):
        world.pull()
    world.pull()
    assert world.held() == world.truth()
    assert world.kinds() == ["sync", "sync", "sync"]


def test_a_dry_run_says_what_would_be_asked_and_asks_nothing(world):
    before = plan_of(world.data, world.topic)
    assert [(step.kind, step.requests) for step in before.steps] == [("sync", None)]
    world.sync()
    world.pubmed.log.clear()
    world.later(days=31)
    world.corpus.today = "2026/04/02"
    shown = list(plan_of(world.data, world.topic).lines())
    assert [line.partition(":")[0] for line in shown] == ["new", "changed", "sync", "cycle"]
    assert shown[0].startswith("new: created since 2026-02-23; about 2 requests. Asked: ((chamomile[tiab] OR")
    assert shown[3] == (
        "cycle: held, to be fetched again; about 1 requests. Asked: 5 records by PMID, 99000101 to 99000105"
    )
    assert world.pubmed.log == []


# Whole searches that name far fewer records than before


@pytest.fixture
def hundred(world):
    """A hundred trials, all held; a week has passed."""
    world.corpus.add(*[trial(FIRST + nth, edat="2026/01/01", crdt="2026/01/01") for nth in range(5, 100)])
    world.sync()
    return world.later(days=7)


def left(world):
    return world.rows("SELECT count(left_run) FROM seen")[0][0]


def whole_searches(world):
    return [state for (state,) in world.rows("SELECT state FROM runs WHERE kind = 'sync' ORDER BY run_id")]


@pytest.mark.parametrize("lost", [100, 99, 21], ids="{} of 100 lost".format)
def test_a_search_that_shrinks_is_not_believed_and_nothing_has_left(hundred, lost, tmp_path):
    hundred.corpus.lost = set(range(FIRST, FIRST + lost))
    with pytest.raises(IncompleteRunError) as caught:
        hundred.sync(notify=f"tee {tmp_path / 'told'}")
    said = (
        f"PubMed run 4 is not believed: the whole search names {100 - lost} records, and the last complete run of it "
        "(1, 2026-03-02) named 100. Nothing is marked as left. It is accepted if a run on another day finds the same, "
        "or now with --accept-shrinking."
    )
    assert (str(caught.value), caught.value.exit_code) == (said, 4)
    assert (whole_searches(hundred), left(hundred)) == (["complete", "not_believed"], 0)
    assert json.loads((tmp_path / "told").read_text())["error"] == said
    assert hundred.live("SELECT state, error FROM runs WHERE run_id = 4") == [("not_believed", said)]


def test_what_says_how_complete_the_data_are_passes_over_a_search_that_was_not_believed(hundred):
    before = hundred.live("SELECT verdict, value, completeness FROM verdicts ORDER BY claim_id, assertion_id")
    hundred.corpus.lost = set(hundred.corpus.records)
    with pytest.raises(IncompleteRunError):
        hundred.sync()
    after = hundred.live("SELECT verdict, value, completeness FROM verdicts ORDER BY claim_id, assertion_id")
    assert after == before
    live = hundred.data / "evidence.db"
    told = health(live, hundred.moment.date())
    assert (told.state, told.age_days, told.unfinished) == ("fresh", 7, ())
    with sqlite3.connect(live) as connection:
        assert read_freshness(connection) == Freshness(
            "complete", "PubMed searched to the end on 2026-03-02: 100 records reported, 100 stored."
        )
    status = read_status(hundred.data)
    assert (status.last_complete[:10], status.unfinished, status.next_whole_search) == ("2026-03-02", (), "2026-03-09")
    assert status.last_run == "2026-03-09T12:00:00+00:00 (sync, not_believed)"


@pytest.mark.parametrize("lost", [5, 20])
def test_a_search_that_shrinks_by_little_is_believed(hundred, lost):
    hundred.corpus.lost = set(range(FIRST, FIRST + lost))
    hundred.pull()
    assert (whole_searches(hundred), left(hundred)) == (["complete", "complete"], lost)


def test_five_percent_of_a_large_search_may_leave_and_no_more(world):
    world.corpus.add(*[trial(FIRST + nth, edat="2026/01/01", crdt="2026/01/01") for nth in range(5, 600)])
    world.pull()
    world.corpus.lost = set(range(FIRST, FIRST + 31))
    with pytest.raises(IncompleteRunError, match="names 569 records"):
        world.later(days=7).pull()
    world.corpus.lost = set(range(FIRST, FIRST + 30))
    world.pull()
    assert left(world) == 30


def test_a_second_such_run_on_another_day_is_believed(hundred):
    hundred.corpus.lost = set(range(FIRST, FIRST + 40))
    for _ in range(2):  # on the same day nothing is proven
        with pytest.raises(IncompleteRunError, match="not believed"):
            hundred.pull()
    hundred.corpus.lost |= {FIRST + 40, FIRST + 41}  # 58, within 5 % of 60
    hundred.later(days=1).pull()
    assert whole_searches(hundred) == ["complete", "not_believed", "not_believed", "complete"]
    assert left(hundred) == 42


def test_a_second_run_that_finds_something_else_is_not_believed_either(hundred):
    hundred.corpus.lost = set(hundred.corpus.records)
    with pytest.raises(IncompleteRunError, match="names 0 records"):
        hundred.pull()
    hundred.corpus.lost = set(range(FIRST, FIRST + 40))
    with pytest.raises(IncompleteRunError, match="names 60 records"):
        hundred.later(days=1).pull()
    hundred.corpus.lost.clear()
    hundred.later(days=1).pull()
    hundred.corpus.lost = set(range(FIRST, FIRST + 40))  # what was not believed before a complete run is past
    with pytest.raises(IncompleteRunError, match="names 60 records"):
        hundred.later(days=7).pull()
    assert left(hundred) == 0


def test_a_search_that_shrinks_is_believed_when_asked_to(hundred):
    hundred.corpus.lost = set(range(FIRST, FIRST + 40))
    hundred.sync(accept_shrinking=True)
    assert (whole_searches(hundred), left(hundred)) == (["complete", "complete"], 40)


def test_a_narrower_search_is_compared_with_nothing_unless_it_names_none(hundred, tmp_path):
    hundred.corpus.add(trial(FIRST + 200, title="Lavender for insomnia", abstract="Lavender.", crdt="2020/01/01"))
    terms = '["chamomile[tiab]", "matricaria[tiab]", "matricaria[mh]"]'
    changed_topic(hundred, tmp_path, "lavender", terms, '["lavender[tiab]"]')
    hundred.pull()
    assert left(hundred) == 100
    changed_topic(hundred, tmp_path, "nothing", terms, '["valerian[tiab]"]')
    with pytest.raises(IncompleteRunError, match="names 0 records, and 1 records of an earlier search are held"):
        hundred.later(days=1).pull()
    assert left(hundred) == 100


def test_what_a_search_that_was_not_believed_names_for_the_first_time_is_kept(hundred):
    hundred.corpus.lost = set(hundred.corpus.records)
    hundred.corpus.add(trial(FIRST + 300, edat="2020/01/01", crdt="2020/01/01", mdat="2020/01/01"))
    with pytest.raises(IncompleteRunError, match="names 1 records"):
        hundred.pull()
    assert hundred.held() == hundred.truth()


# Seeing it


def test_a_runs_row_says_what_it_cost(world):
    world.pubmed.inject("http_502", 2, "efetch")
    world.pull()
    ((counts,),) = world.rows("SELECT counts FROM runs")
    told = json.loads(counts)
    assert told.pop("bytes") > 5_000
    assert told.pop("seconds") >= 0
    assert told == {
        "requests": 5, "retries": 2, "faults": {"server_error": 2}, "new": 5, "changed": 0, "unchanged": 0,
        "warnings": [], "warnings_in_all": 0,
    }  # fmt: skip


def test_status_says_how_fresh_and_complete_the_folder_is_and_what_comes_next(world):
    assert list(read_status(world.data).lines())[:3] == [
        "Records in the archive: 0 (0 gone from PubMed, 0 left the search)", "Last run: none",
        "Last complete search: never",
    ]  # fmt: skip
    world.sync()
    world.later(days=31)
    assert list(read_status(world.data).lines()) == [
        "Records in the archive: 5 (0 gone from PubMed, 0 left the search)",
        "Last run: 2026-03-02T12:00:00+00:00 (sync, complete)",
        "Last complete search: 2026-03-02T12:00:00+00:00 (31 days ago)",
        "Next whole search: 2026-03-09",
        "To be fetched again by the next run: 5",
        "evidence.db: there",
    ]
    world.later(days=5)
    assert "(36 days ago: stale, run `evidence sync`)" in list(read_status(world.data).lines())[2]


def test_health_is_read_from_the_published_database_alone(world, tmp_path):
    live = world.data / "evidence.db"
    assert health(live).state == "no database"
    world.sync()
    day = world.moment.date()
    (world.data / "archive.db").rename(tmp_path / "elsewhere.db")
    fresh = health(live, day)
    assert (fresh.ok, fresh.state, fresh.records, fresh.last_complete, fresh.age_days, fresh.missing) == (
        True, "fresh", 5, "2026-03-02T12:00:00+00:00", 0, 0
    )  # fmt: skip
    stale = health(live, day + timedelta(days=36))
    assert (stale.ok, stale.state, stale.age_days) == (False, "stale", 36)


def test_health_tells_a_window_that_fell_short(world):
    world.sync()
    world.later(days=1)
    world.pubmed.inject("counts_one_more", 2, "esearch")
    with pytest.raises(IncompleteRunError):
        world.sync()
    told = health(world.data / "evidence.db", world.moment.date())
    assert (told.ok, told.state, told.unfinished, told.missing) == (False, "incomplete", ("new",), 1)
