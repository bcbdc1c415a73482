"""A search on PubMed is brought in whole, or the run says what is missing."""

import json
import random
import zlib
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ingest.pubmed.fetch
import ingest.pubmed.search
from db.archive.store import Archive
from ingest.pubmed.client import CEILING, Eutils, EutilsSettings, SearchAnswer
from ingest.pubmed.search import count, pull, slices
from ingest.pubmed.transport import Pace
from pubmed_server import Article, Corpus, PubMedServer, many
from records.content import SearchSlice
from topics.base import MAX_PMID
from topics.errors import BadInputError, IncompleteRunError, PubMedError

FIRST = 99000000
QUERY = "ketamine[tiab]"


@pytest.fixture(autouse=True)
def unpaced(monkeypatch):
    """Pacing is proven in test_eutils; here nobody needs to wait."""
    monkeypatch.setattr(Pace, "wait", lambda self, per_second: None)


@pytest.fixture
def pubmed():
    with PubMedServer(Corpus([*many(FIRST, 450), Article(99000900, title="Something else", abstract="")])) as server:
        yield server


@pytest.fixture
def archive(tmp_path):
    with Archive.open(tmp_path) as opened:
        yield opened


def client_of(pubmed, **fields):
    quick = {"pause_initial": 0.001, "pause_max": 0.004, "attempts": 6}
    return Eutils(EutilsSettings("tests@example.org", base_url=pubmed.url, **quick | fields))


def run(pubmed, archive, query=QUERY, **fields):
    return pull(archive, client_of(pubmed, **fields), query, topic="made-up")


def held(archive):
    """What the archive holds: PMID to record as it came."""
    return {record.pmid: record.body for record in archive.current()}


def truth(pubmed, *left_out):
    """What PubMed has of the search."""
    return {pmid: record.article.record for pmid, record in pubmed.corpus.records.items()
            if "ketamine" in record.tiab and pmid not in left_out}  # fmt: skip


def ledger(archive):
    """The ledger of the last run: reported, received, stored, missing, a slice each."""
    rows = archive.ledger(archive.last_run()["run_id"])
    return [(r["reported"], r["received"], r["stored"], json.loads(r["missing"])) for r in rows]


def test_a_search_is_stored_whole_and_its_ledger_adds_up(pubmed, archive):
    told = []
    result = pull(archive, client_of(pubmed), QUERY, topic="made-up", progress=lambda *so_far: told.append(so_far))
    assert held(archive) == truth(pubmed)
    rows = archive.ledger(result.run_id)
    asked_at = rows[0]["asked_at"]
    assert rows == [
        {"ledger_id": 1, "run_id": 1, "query": QUERY, "uid_low": None, "uid_high": None, "asked_at": asked_at,
         "translation": "ketamine[Title/Abstract]", "reported": 450, "received": 450, "stored": 450, "missing": "[]",
         "warnings": "[]"}
    ]  # fmt: skip
    assert replace(result, counts={}) == ingest.pubmed.fetch.PullResult(
        1, 450, 450, 450, 450, 450, 0, 1, "ketamine[Title/Abstract]", (), {}
    )
    assert told == [(0, 1, 0, 450), (0, 1, 400, 450), (0, 1, 450, 450), (1, 1, 450, 450)]
    assert [(r.method, len(r.ids)) for r in pubmed.requests("efetch")] == [("POST", 400), ("GET", 50)]
    last = archive.last_run()
    assert (last["state"], last["kind"], last["topic"], last["error"]) == ("complete", "sync", "made-up", "")
    assert json.loads(last["counts"])["requests"] == 4


def test_what_is_held_is_not_fetched_again(pubmed, archive):
    run(pubmed, archive)
    pubmed.corpus.add(*many(99000500, 3))
    pubmed.log.clear()
    result = run(pubmed, archive)
    assert (result.stored, result.fetched, result.new) == (453, 3, 3)
    assert [sorted(r.ids) for r in pubmed.requests("efetch")] == [[99000500, 99000501, 99000502]]
    assert held(archive) == truth(pubmed)


def test_a_search_that_finds_nothing_is_complete_and_says_so(pubmed, archive):
    result = run(pubmed, archive, "ketamine[tiab] AND mushrooms[tiab]")
    assert (result.reported, result.stored, archive.last_run()["state"]) == (0, 0, "complete")
    assert result.warnings == ("PubMed knows no record that matches this search.", "No items found.")


def test_books_are_stored_beside_articles(pubmed, archive):
    pubmed.corpus.add(Article(99000600, title="A chapter on ketamine", book=True))
    run(pubmed, archive)
    assert held(archive) == truth(pubmed)
    assert held(archive)[99000600].startswith(b"<PubmedBookArticle>")


# Searches that PubMed understood otherwise


@pytest.mark.parametrize(
    ("kind", "term"),
    [
        ("drops_a_field", "FieldNotFound: nosuchfield"),
        ("drops_a_phrase", "PhraseNotFound: zzyzx"),
        ("drops_a_quoted_phrase", 'QuotedPhraseNotFound: "made-up phrase"'),
        ("ignores_a_phrase", "PhraseIgnored: the"),
    ],
)
@pytest.mark.parametrize("after", [0, 1], ids=["when counted", "when a slice is asked"])
def test_a_search_without_one_of_its_terms_is_an_error_not_a_smaller_result(pubmed, archive, kind, term, after):
    pubmed.inject(kind, 1, "esearch", after)
    with pytest.raises(BadInputError) as caught:
        run(pubmed, archive)
    message = f"topic.yml, search: PubMed left out a part of it ({term}). Correct the search; nothing was fetched."
    assert (str(caught.value), caught.value.exit_code) == (message, 2)
    last = archive.last_run()
    assert (last["state"], last["error"], archive.count()) == ("failed", message, 0)
    assert pubmed.requests("efetch") == []


def test_an_unknown_field_tag_is_an_error_by_its_name(pubmed, archive):
    with pytest.raises(BadInputError, match="FieldNotFound: titel"):
        run(pubmed, archive, "ketamine[titel]")


def test_a_range_without_records_is_no_dropped_term():
    answer = SearchAnswer(0, (), "", ("PhraseNotFound: 1:50[UID]",), ("No items found.",))
    ingest.pubmed.search._refuse_dropped(answer, "1:50")


# More records than PubMed names


def test_10050_records_pass_the_ceiling_and_none_is_lost(archive):
    with PubMedServer(Corpus(many(FIRST, 10_050))) as pubmed:
        result = run(pubmed, archive)
        assert (result.reported, result.received, result.stored, result.slices) == (10_050, 10_050, 10_050, 2)
        assert held(archive) == truth(pubmed)
        assert [r.params.get("retstart") for r in pubmed.requests("esearch")] == [None] * 4
    rows = archive.ledger(result.run_id)
    assert [(row["query"], row["uid_low"], row["uid_high"], row["warnings"]) for row in rows] == [
        ("(ketamine[tiab]) AND 1:99005050[UID]", 1, 99005050, "[]"),
        ("(ketamine[tiab]) AND 99005051:99999999[UID]", 99005051, MAX_PMID, "[]"),
    ]
    named = [set(json.loads(zlib.decompress(ids))) for (ids,) in archive.database.execute("SELECT ids FROM ledger")]
    assert (len(named[0] & named[1]), len(named[0] | named[1])) == (0, 10_050)


class AskedOnly:
    """A PubMed that only searches, in memory: names the newest `ceiling` PMIDs in no order."""

    def __init__(self, pmids, ceiling, order):
        self.pmids, self.ceiling, self.order, self.asked = pmids, ceiling, order, 0

    def esearch(self, term, *, retmax=CEILING):
        self.asked += 1
        low, high = map(int, term.partition("AND ")[2][:-5].split(":")) if "UID" in term else (1, MAX_PMID)
        inside = [pmid for pmid in self.pmids if low <= pmid <= high]
        self.order.shuffle(inside)
        return SearchAnswer(len(inside), tuple(inside[: self.ceiling]), "")


@settings(deadline=None)
@given(
    pmids=st.sets(st.integers(1, 400) | st.integers(1, MAX_PMID), max_size=300),
    ceiling=st.integers(2, 40),
    seed=st.integers(0, 9),
)
def test_slices_tile_the_pmids_wherever_they_lie(pmids, ceiling, seed):
    asked = AskedOnly(pmids, ceiling, random.Random(seed))  # noqa: S311
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ingest.pubmed.search, "CEILING", ceiling)
        found = list(slices(asked, "q"))
    assert sorted(pmid for each in found for pmid in each.ids) == sorted(pmids)
    assert all(each.reported == len(each.ids) <= ceiling for each in found)
    edges = [(each.uid_low or 1, each.uid_high or MAX_PMID) for each in found]
    assert edges[0][0] == 1
    assert edges[-1][1] == MAX_PMID
    assert all(before[1] + 1 == after[0] for before, after in pairwise(edges))
    assert asked.asked < 2 * len(found) + 2 * max(1, len(pmids) // ceiling)


def test_counting_names_no_pmid(pubmed):
    assert count(client_of(pubmed), QUERY) == SearchAnswer(450, (), "ketamine[Title/Abstract]")


# A server that lies: what is told -> how the run ends

MENDED_BY_ASKING_AGAIN = {
    "counts_one_more": "esearch",
    "names_one_less": "esearch",
    "names_one_twice": "esearch",
    "names_one_outside": "esearch",
    "leaves_a_record_out": "efetch",
    "sends_another_pmid": "efetch",
    "sends_a_broken_record": "efetch",
    "contradicts_itself": "efetch",
    "mixes_records_up": "efetch",
    "says_it_is_deleted": "efetch",
}


@pytest.mark.parametrize(("kind", "endpoint"), MENDED_BY_ASKING_AGAIN.items())
def test_a_lie_told_once_is_mended_by_asking_again(pubmed, archive, kind, endpoint):
    pubmed.inject(kind, 1, endpoint, after=1 if endpoint == "esearch" else 0)
    result = run(pubmed, archive)
    assert held(archive) == truth(pubmed)
    assert (result.reported, result.received, result.stored) == (450, 450, 450)
    assert ledger(archive) == [(450, 450, 450, [])]


@pytest.mark.parametrize("kind", ["sends_a_record_twice", "sends_a_stranger"])
def test_records_too_many_are_not_stored(pubmed, archive, kind):
    pubmed.inject(kind, 99, "efetch")
    result = run(pubmed, archive)
    assert held(archive) == truth(pubmed)
    stranger = "PMID 99999990 came without being asked for; it was not stored."
    assert result.warnings == ((stranger, stranger) if kind == "sends_a_stranger" else ())


NEVER_SENT = {
    "leaves_a_record_out": "not sent",
    "sends_another_pmid": "not sent",
    "sends_a_broken_record": "not well-formed",
    "contradicts_itself": f"it calls itself PMID {FIRST + 9} and, as ArticleId, 99999991",
    "says_it_is_deleted": "PubMed says that it is deleted",
}


@pytest.mark.parametrize(("kind", "why"), NEVER_SENT.items())
def test_a_record_that_never_comes_is_missing_by_name_and_reason(pubmed, archive, kind, why):
    # One page of ten records; then what is missing is asked for alone, and not sent again.
    pubmed.corpus.delete(*range(FIRST + 10, FIRST + 450))
    pubmed.inject(kind, 99, "efetch")
    with pytest.raises(IncompleteRunError) as caught:
        run(pubmed, archive)
    newest = FIRST + 9
    message = str(caught.value)
    assert message.startswith(f"PubMed run 1 is incomplete: 10 records reported, 9 stored. Missing: {newest} ({why}")
    assert message.endswith("). Run the same command again; only what is missing is fetched.")
    assert caught.value.exit_code == 4
    assert ledger(archive) == [(10, 10, 9, [newest])]
    assert held(archive) == truth(pubmed, newest)
    assert (archive.last_run()["state"], archive.last_run()["error"]) == ("incomplete", message)


def test_a_page_of_records_under_each_others_pmids_is_never_stored(pubmed, archive):
    pubmed.inject("mixes_records_up", 99, "efetch")
    with pytest.raises(IncompleteRunError, match=r"450 records reported, 0 stored.*it calls itself PMID"):
        run(pubmed, archive)
    assert held(archive) == {}


@pytest.mark.parametrize(
    ("kind", "reported", "received"),
    [("counts_one_more", 451, 450), ("names_one_less", 450, 449), ("names_one_twice", 450, 449),
     ("names_one_outside", 450, 449)],
)  # fmt: skip
def test_a_count_that_never_fits_is_an_incomplete_run(pubmed, archive, kind, reported, received):
    pubmed.inject(kind, 99, "esearch", after=1)
    with pytest.raises(IncompleteRunError) as caught:
        run(pubmed, archive)
    assert str(caught.value) == (
        f"PubMed run 1 is incomplete: {reported} records reported, {received} stored. PubMed named {received} of them. "
        "Run the same command again; only what is missing is fetched."
    )
    assert ledger(archive) == [(reported, received, received, [])]
    assert archive.ledger(1)[0]["warnings"] == json.dumps(
        [f"PubMed reports {reported} records of {QUERY} and names {received}."]
    )


def test_records_in_no_slice_are_noticed_and_the_next_run_mends_a_wrong_first_count(pubmed, archive):
    pubmed.inject("counts_one_more", 1, "esearch")
    with pytest.raises(IncompleteRunError, match="451 records reported, 450 stored"):
        run(pubmed, archive)
    assert run(pubmed, archive).reported == 450


@pytest.mark.parametrize("by", [1, 7, 40])
def test_a_count_that_shrinks_with_each_answer_is_held_against_the_first(pubmed, archive, by):
    answer = pubmed.pubmed.esearch

    def shrinking(params):
        answered = answer(params)
        pubmed.corpus.lost |= set(list(set(truth(pubmed)) - pubmed.corpus.lost)[:by])
        return answered

    pubmed.pubmed.esearch = shrinking
    with pytest.raises(IncompleteRunError, match=f"450 records reported, {450 - by} stored"):
        run(pubmed, archive)
    assert archive.last_run()["state"] == "incomplete"


def test_an_error_names_the_first_twenty_missing_pmids(pubmed, archive):
    pubmed.corpus.delete(*range(FIRST + 30, FIRST + 450))
    gone = Corpus()  # between the search and the fetch every record is taken away
    pubmed.pubmed.efetch = lambda params: type(pubmed.pubmed)(gone).efetch(params)
    with pytest.raises(IncompleteRunError) as caught:
        run(pubmed, archive)
    newest_first = ", ".join(f"{FIRST + 29 - nth} (not sent)" for nth in range(20))
    assert f"30 records reported, 0 stored. Missing: {newest_first} and 10 more. " in str(caught.value)
    assert [len(request.ids) for request in pubmed.requests("efetch")] == [30, 20, 10]


def test_the_next_run_mends_an_incomplete_one(pubmed, archive):
    pubmed.inject("leaves_a_record_out", 99, "efetch")
    with pytest.raises(IncompleteRunError):
        run(pubmed, archive)
    missing = ledger(archive)[0][3]
    pubmed._planned.clear()
    pubmed.log.clear()
    run(pubmed, archive)
    assert [sorted(request.ids) for request in pubmed.requests("efetch")] == [sorted(missing)]
    assert held(archive) == truth(pubmed)


# Faults in the middle of a run

PASSING = [
    "viewer_timeout", "pubone", "proxy_page_raw", "document_summary", "error_forwarding", "prolog_only", "empty",
    "web_page", "http_502", "closed", "cut", "cut_chunks", "cut_silently", "rate_limit_without_time",
]  # fmt: skip


@pytest.mark.parametrize("endpoint", ["esearch", "efetch"])
@pytest.mark.parametrize("times", [1, 4], ids=["once", "burst"])
@pytest.mark.parametrize("kind", PASSING)
def test_a_run_outlives_every_passing_fault(pubmed, archive, kind, times, endpoint):
    pubmed.inject(kind, times, endpoint, after=1)
    result = run(pubmed, archive)
    assert held(archive) == truth(pubmed)
    assert ledger(archive) == [(450, 450, 450, [])]
    assert (result.counts["retries"], sum(result.counts["faults"].values())) == (times, times)


@pytest.mark.parametrize("seed", range(3))
def test_a_run_outlives_faults_of_all_kinds_at_any_point(pubmed, archive, seed):
    chance = random.Random(seed)  # noqa: S311
    for _ in range(12):
        pubmed.inject(chance.choice(PASSING), chance.randint(1, 2), after=chance.randint(0, 4))
    result = run(pubmed, archive, attempts=40)
    assert held(archive) == truth(pubmed)
    assert result.counts["retries"] == sum(result.counts["faults"].values()) >= 4


def test_pubmed_going_away_ends_the_run_and_keeps_what_came(pubmed, archive):
    pubmed.inject("http_502", 99, "efetch", after=1)
    with pytest.raises(PubMedError, match="asked 6 times"):
        run(pubmed, archive)
    assert ledger(archive) == [(450, 450, 400, list(range(FIRST + 49, FIRST - 1, -1)))]
    last = archive.last_run()
    assert (last["state"], archive.count()) == ("failed", 400)
    assert last["error"].startswith(f"PubMed ({pubmed.url}efetch.fcgi): the server failed with HTTP 502")
    pubmed._planned.clear()
    pubmed.log.clear()
    assert run(pubmed, archive).fetched == 50
    assert held(archive) == truth(pubmed)


def test_changed_records_are_a_new_version_beside_the_old_one(pubmed, archive):
    run(pubmed, archive)
    before = pubmed.corpus[FIRST].record
    pubmed.corpus.retract(FIRST, notice=99000700)
    slice_id = archive.open_slice(1, SearchSlice(QUERY, "", 1, (FIRST,)))
    archive.database.execute("UPDATE ledger SET missing = ? WHERE ledger_id = ?", (f"[{FIRST}]", slice_id))
    (page,) = ingest.pubmed.fetch.fetch_missing(archive, client_of(pubmed), 1, slice_id)
    assert (page.new, page.changed, page.unchanged) == (0, 1, 0)
    assert held(archive)[FIRST] == pubmed.corpus[FIRST].record
    kept = archive.database.execute("SELECT xml FROM versions WHERE pmid = ? ORDER BY rowid", [FIRST]).fetchall()
    assert [zlib.decompress(xml) for (xml,) in kept] == [before, pubmed.corpus[FIRST].record]
