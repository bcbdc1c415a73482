"""Bulk files: everything the topic wants is taken, in NLM's order, whatever dies or is damaged on the way."""

import gzip
import hashlib
import json
import multiprocessing
import os
import threading
import time
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.archive.store import Archive
from helpers.records import FILE_PROLOG, article_set, pubmed_article
from ingest.bulk.files import fetch, locate
from ingest.bulk.prefilter import Prefilter, topic_words
from ingest.bulk.run import bulk
from ingest.bulk.scan import scan_file
from ingest.tagging import Tagger
from records.splitter import record_of
from topics import load_topic
from topics.errors import BadInputError, PubMedError

FIRST = 99000001


@pytest.fixture(scope="module")
def topic():
    return load_topic("ketamine-routes")


def other(pmid: int, **more) -> str:
    return (
        pubmed_article(pmid, title="Walking speed of made-up nurses", abstract="Nobody walked.")
        if not more
        else pubmed_article(pmid, **more)
    )


def wanted(pmid: int, words: str = "Forty adults were given ketamine by mouth.") -> str:
    return pubmed_article(pmid, title="A made-up trial", abstract=words)


def put(folder: Path, number: int, *records: str, deleted=(), md5: bool = True) -> Path:
    """A file as NLM names and compresses it, with its MD5 beside it."""
    path = folder / f"pubmed26n{number:04d}.xml.gz"
    path.write_bytes(gzip.compress(article_set(*records, prolog=FILE_PROLOG, deleted=deleted)))
    if md5:
        digest = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
        path.with_name(path.name + ".md5").write_text(f"MD5({path.name})= {digest}\n", encoding="ascii")
    return path


def held(data: Path) -> dict[int, tuple[str, str | None]]:
    """PMID to abstract and the day it left PubMed."""
    with Archive.open(data) as archive:
        return {each.pmid: (record_of(each.format, each.body).abstract, each.gone_since) for each in archive.current()}


def state(data: Path) -> str:
    with Archive.open(data) as archive:
        return archive.last_run()["state"]


def test_what_the_topic_wants_is_taken_with_its_file_and_place(tmp_path, topic):
    path = put(tmp_path, 1, other(FIRST), wanted(FIRST + 1), other(FIRST + 2))
    told = []
    result = bulk(tmp_path / "data", topic, [path], workers=1, progress=told.append)
    assert (result.files, result.records, result.tested, result.matches, result.new) == (1, 3, 1, 1, 1)
    assert (result.problems, result.exit_code, state(tmp_path / "data")) == ((), 0, "complete")
    assert [(one.files, one.of_files, one.records, one.matches) for one in told] == [(1, 1, 3, 1)]
    with Archive.open(tmp_path / "data") as archive:
        (place,) = archive.database.query("SELECT pmid, file, position FROM places")
    raw = gzip.decompress(path.read_bytes())
    assert place["file"] == path.name
    assert raw[place["position"] :].startswith(wanted(FIRST + 1).encode())


@cache
def tools() -> tuple[Prefilter, Tagger]:
    topic = load_topic("ketamine-routes")
    return Prefilter(topic), Tagger(topic.vocabulary)


SPELLINGS = st.sampled_from(
    ["ketamine", "Ketamine", "KETAMINE", "kétamine", "KÉTAMINE", "kÊtÄmïñe", "ketamiñe", "ketamın", "Çälypsol",
     "Sprâvato", "ket<i>amine</i>", "<i>ket</i>amine", "ket<i>amine <i>x</i> y</i>", "ket<sup/>amine",
     "ket<sub >amine</sub>", "k<sub>e</sub>tamine", "ke&#116;amine", "S(+)-Ketamin", "<i>S</i>-ketamine",
     "(R,<i>S</i>)-ketamine", "Spravato®", "Ketanest", "CALYPSOL", "ketamin<!-- . -->e", "<b>k</b><i>e</i>tamine",
     "keto acid", "CO<sub>2</sub>", "meta-mine"]
)  # fmt: skip
AROUND = st.sampled_from(["", "of ", "Müller’s ", "3&lt;4 ", "– ", "5 µg ", "日本 ", "<sup>2</sup>", "x"])


@settings(deadline=None, max_examples=300)
@given(
    title=st.lists(AROUND | SPELLINGS, max_size=4).map("".join),
    abstract=st.lists(AROUND | SPELLINGS, max_size=6).map("".join),
    mesh=st.sampled_from([(), (("D007649", "Ketamine", False),), (("", "Ketamine", False),), (("D000328", "Adult", True),)]),  # noqa: E501
    chemical=st.sampled_from([(), (("D007649", "Ketamine", "690G0D6V8H"),)]),
)  # fmt: skip
def test_the_search_for_words_never_loses_a_record_that_the_full_test_keeps(title, abstract, mesh, chemical):
    prefilter, tagger = tools()
    xml = pubmed_article(FIRST, title=title, abstract=abstract, mesh=mesh, chemicals=chemical).encode()
    let_through = bool(prefilter.spelled(xml) or prefilter.marks(xml)[1])
    if prefilter.wants(tagger.tag(record_of("pubmed-xml", xml))):
        assert let_through


def test_the_words_sought_are_the_rarest_part_of_every_term(topic):
    words = topic_words(topic)
    assert {b"ketamin", b"ketalar", b"spravato", b"d007649"} <= set(words)
    assert all(len(word) > 4 for word in words)


def test_records_before_and_after_markup_everywhere_keep_their_places(tmp_path, topic):
    records = [other(FIRST + n, title="Größe é " * (n % 7), abstract="Ünï <i>x</i>" * n) for n in range(1, 40)]
    records[20] = wanted(FIRST + 21)
    scan = scan_file(str(put(tmp_path, 1, *records)), str(topic.folder))
    assert ([match.pmid for match in scan.matches], scan.records) == ([FIRST + 21], 39)


def test_the_last_version_of_a_record_wins_even_if_it_no_longer_matches(tmp_path, topic):
    files = [
        put(tmp_path, 1, wanted(FIRST), wanted(FIRST + 1), wanted(FIRST + 2)),
        put(tmp_path, 2, wanted(FIRST, "Sixty adults were given ketamine."), other(FIRST + 1)),
        put(tmp_path, 3, wanted(FIRST, "Eighty adults were given ketamine."), deleted=[FIRST + 2, FIRST + 9]),
    ]
    result = bulk(tmp_path / "data", topic, reversed(files), workers=2)
    known = held(tmp_path / "data")
    assert known[FIRST] == ("Eighty adults were given ketamine.", None)
    assert known[FIRST + 1] == ("Nobody walked.", None)
    assert known[FIRST + 2][1] is not None
    assert (len(known), result.gone) == (3, 1)


def damage_gzip(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])
    path.with_name(path.name + ".md5").unlink()


def damage_md5(path: Path) -> None:
    path.with_name(path.name + ".md5").write_text(f"MD5({path.name})= {'0' * 32}\n", encoding="ascii")


def damage_xml(path: Path) -> None:
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes())[:-60]))
    path.with_name(path.name + ".md5").unlink()


@pytest.mark.parametrize("damage", [damage_gzip, damage_md5, damage_xml])
def test_a_damaged_file_is_named_and_skipped_and_makes_the_run_incomplete(tmp_path, topic, damage):
    files = [put(tmp_path, number, wanted(FIRST + number)) for number in (1, 2, 3)]
    damage(files[1])
    result = bulk(tmp_path / "data", topic, files, workers=1)
    assert [str(files[1]) in problem for problem in result.problems] == [True]
    assert (result.exit_code, state(tmp_path / "data"), set(held(tmp_path / "data"))) == (
        4, "incomplete", {FIRST + 1, FIRST + 3},
    )  # fmt: skip
    put(tmp_path, 2, wanted(FIRST + 2))
    mended = bulk(tmp_path / "data", topic, files, workers=1)
    assert (mended.done_before, mended.files, mended.exit_code) == (1, 2, 0)
    assert len(held(tmp_path / "data")) == 3


def test_a_broken_record_is_named_and_the_rest_of_its_file_is_taken(tmp_path, topic):
    path = put(tmp_path, 1, wanted(FIRST), wanted(FIRST + 1).replace("</ArticleTitle>", ""), wanted(FIRST + 2))
    result = bulk(tmp_path / "data", topic, [path], workers=1)
    assert [str(FIRST + 1) in problem for problem in result.problems] == [True]
    assert set(held(tmp_path / "data")) == {FIRST, FIRST + 2}
    assert result.exit_code == 4


def test_a_second_run_does_only_what_is_left(tmp_path, topic):
    files = [put(tmp_path, number, wanted(FIRST + number)) for number in (1, 2, 3)]
    bulk(tmp_path / "data", topic, files[:2], workers=1)
    again = bulk(tmp_path / "data", topic, files, workers=1)
    assert (again.done_before, again.files, again.new) == (2, 1, 1)
    assert bulk(tmp_path / "data", topic, files, workers=1).files == 0


@pytest.mark.parametrize("wait", [0, 1], ids=["at once", "when the pool knows"])
def test_a_worker_killed_in_the_middle_loses_nothing(tmp_path, topic, wait):
    files = [put(tmp_path, number, *(wanted(FIRST + 50 * number + n) for n in range(50))) for number in range(1, 7)]
    killed = []

    def kill_one(_) -> None:
        children = multiprocessing.active_children()
        if not killed and children:
            killed.append(children[0].pid)
            os.kill(children[0].pid, 9)
            time.sleep(wait)

    result = bulk(tmp_path / "data", topic, files, workers=2, progress=kill_one)
    assert killed
    assert (result.files, result.matches, result.problems) == (6, 300, ())
    assert len(held(tmp_path / "data")) == 300


def test_a_dask_cluster_does_the_same_work(tmp_path, topic):
    distributed = pytest.importorskip("distributed", reason="the extra [cluster] is not installed")
    files = [put(tmp_path, number, wanted(FIRST + number), other(FIRST + 100 + number)) for number in range(1, 5)]
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=40
    ) as cluster:
        there = bulk(tmp_path / "cluster", topic, files, scheduler=cluster.scheduler_address)
    here = bulk(tmp_path / "here", topic, files, workers=2)
    assert (there.files, there.records, there.matches) == (here.files, here.records, here.matches) == (4, 8, 4)
    assert held(tmp_path / "cluster") == held(tmp_path / "here")


def test_tagged_records_are_written_as_parquet_by_year(tmp_path, topic):
    pq = pytest.importorskip("pyarrow.parquet", reason="the extra [table] is not installed")
    path = put(tmp_path, 1, wanted(FIRST), other(FIRST + 1))
    bulk(tmp_path / "data", topic, [path], table=tmp_path / "table", workers=1)
    (row,) = pq.read_table(tmp_path / "table").to_pylist()
    assert (row["pmid"], row["year"], json.loads(row["routes"])) == (FIRST, 2014, ["oral"])


def test_a_name_that_matches_nothing_is_an_error(tmp_path, topic):
    with pytest.raises(BadInputError, match=r"pubmed\*\.xml\.gz: there is no such file"):
        bulk(tmp_path / "data", topic, [tmp_path / "pubmed*.xml.gz"])


@pytest.fixture
def nlm(tmp_path):
    """A file server on loopback that breaks off after `break_after` bytes, once for every number in the list."""
    folder = tmp_path / "nlm"
    folder.mkdir()

    class Files(BaseHTTPRequestHandler):
        break_after: ClassVar[list[int]] = []
        asked: ClassVar[list[tuple[str, str]]] = []

        def do_GET(self) -> None:
            self.asked.append((self.path, self.headers.get("Range", "")))
            if self.path.endswith("/"):
                links = "".join(f'<a href="{each.name}">{each.name}</a>' for each in sorted(folder.iterdir()))
                return self.answer(200, links.encode())
            body = (folder / self.path.rpartition("/")[2]).read_bytes()
            start = int(self.headers.get("Range", "bytes=0-")[6:-1])
            if start >= len(body):
                return self.answer(416, b"")
            part = body[start:]
            cut = self.break_after.pop(0) if self.break_after and not self.path.endswith(".md5") else len(part)
            return self.answer(206 if start else 200, part[:cut], len(part))

        def answer(self, status: int, body: bytes, length: int | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body) if length is None else length))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.folder, server.files = folder, Files
    server.url = f"http://127.0.0.1:{server.server_port}/baseline/"
    yield server
    server.shutdown()
    server.server_close()


def test_a_listing_is_fetched_and_read_in_order(tmp_path, topic, nlm):
    for number in (2, 1):
        put(nlm.folder, number, wanted(FIRST + number))
    result = bulk(tmp_path / "data", topic, [nlm.url], workers=1)
    assert (result.files, set(held(tmp_path / "data"))) == (2, {FIRST + 1, FIRST + 2})
    assert locate([nlm.url], tmp_path) == [f"{nlm.url}pubmed26n000{n}.xml.gz" for n in (1, 2)]


def test_an_interrupted_download_goes_on_where_it_stopped(tmp_path, nlm):
    whole = put(nlm.folder, 1, *(wanted(FIRST + n, f"Words {n * 7919} of ketamine.") for n in range(300)))
    nlm.files.break_after[:] = [1000, 500]
    got = fetch(f"{nlm.url}{whole.name}", tmp_path / "bulk")
    assert got.read_bytes() == whole.read_bytes()
    assert [ask for path, ask in nlm.files.asked if path.endswith(".gz")] == ["", "bytes=1000-", "bytes=1500-"]


def test_a_download_that_never_is_what_its_md5_says_is_refused(tmp_path, nlm):
    whole = put(nlm.folder, 1, wanted(FIRST))
    damage_md5(whole)
    with pytest.raises(PubMedError, match="cannot be downloaded") as caught:
        fetch(f"{nlm.url}{whole.name}", tmp_path / "bulk")
    assert caught.value.exit_code == 3
    assert not (tmp_path / "bulk" / whole.name).exists()


@pytest.mark.parametrize(
    ("found", "put_there"),
    [
        ("</PubmedArticle>", "</PubmedArticle >"),
        ("</PubmedArticle>", "</PubmedArticle\n>"),
        ("<MedlineCitation ", "<MedlineCitation\n"),
        ("</ArticleTitle>", "</ArticleTitle><!-- </PubmedArticle> -->"),
        ("<PubmedArticleSet>", "<PubmedArticleSet><PubmedArticleSet></PubmedArticleSet>"),
    ],
)
@pytest.mark.parametrize("of", ["first", "last", "all"])
def test_files_that_are_not_written_as_nlm_writes_them_lose_nothing(tmp_path, topic, found, put_there, of):
    path = put(tmp_path, 1, wanted(FIRST), other(FIRST + 1), wanted(FIRST + 2), deleted=[FIRST + 9], md5=False)
    text = gzip.decompress(path.read_bytes()).decode()
    match of:
        case "first":
            text = text.replace(found, put_there, 1)
        case "last":
            text = put_there.join(text.rsplit(found, 1))
        case "all":
            text = text.replace(found, put_there)
    assert put_there in text
    path.write_bytes(gzip.compress(text.encode()))
    scan = scan_file(str(path), str(topic.folder))
    assert (scan.error, scan.broken, scan.records) == ("", (), 3)
    assert [match.pmid for match in scan.matches] == [FIRST, FIRST + 2]
    assert scan.deleted == (FIRST + 9,)
