"""The command as a person meets it: real processes, a real server, one line for every error."""

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from helpers.records import article_set, pubmed_article
from pubmed_server import Article, Corpus, PubMedServer
from topics import load_register, load_topic

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
STUDIES = len(load_register(load_topic("ketamine-routes")))
EVIDENCE = [sys.executable, "-m", "evidence"]


def environment(**settings: str) -> dict[str, str]:
    """This process's environment, with NCBI's settings only where given."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("NCBI_", "EVIDENCE_"))} | settings


def run(*arguments: object, **settings: str) -> subprocess.CompletedProcess:
    return subprocess.run([*EVIDENCE, *map(str, arguments)], cwd=ROOT, env=environment(**settings), text=True,
                          capture_output=True, check=False, timeout=120)  # fmt: skip


def wait_for(address: str, process: subprocess.Popen) -> None:
    for _ in range(900):
        assert process.poll() is None, "the server has stopped"
        try:
            urllib.request.urlopen(f"{address}/-/versions.json", timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{address} does not answer")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def up(tmp_path):
    """Start `evidence up` in a folder of its own; (address, what it printed so far)."""
    started = []

    def start(**settings: str) -> tuple[str, str]:
        port = free_port()
        with (tmp_path / "out").open("w") as out:
            process = subprocess.Popen([*EVIDENCE, "up", "--data", str(tmp_path / "db"), "--port", str(port)], cwd=ROOT,
                                       env=environment(**settings), stdout=out, stderr=subprocess.STDOUT)  # fmt: skip
        started.append(process)
        wait_for(f"http://127.0.0.1:{port}", process)
        return f"http://127.0.0.1:{port}", (tmp_path / "out").read_text()

    yield start
    for process in started:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)


def rows(address: str, path: str) -> list[dict]:
    with urllib.request.urlopen(f"{address}/{path}", timeout=20) as answer:
        return json.load(answer)


def corpus_of(count: int) -> Corpus:
    return Corpus(
        Article(
            pmid, title="Intranasal ketamine for depression: a made-up trial", mesh=(("D007649", "Ketamine", True),)
        )
        for pmid in range(99000001, 99000001 + count)
    )


def test_up_without_an_email_serves_the_register_and_says_how_to_pull_the_rest(up):
    address, printed = up()
    assert "NCBI_EMAIL is not set" in printed
    assert f"register of {STUDIES} reports of studies" in printed
    assert address in printed
    (counted,) = rows(address, "evidence.json?sql=select+count(*)+as+n+from+register&_shape=array")
    assert counted == {"n": STUDIES}


def test_up_pulls_everything_from_pubmed_and_a_second_time_fetches_nothing(up, tmp_path):
    with PubMedServer(corpus_of(30)) as pubmed:
        settings = {"NCBI_EMAIL": "someone@example.org", "EVIDENCE_EUTILS_URL": pubmed.url}
        address, printed = up(**settings)
        (counted,) = rows(address, "evidence.json?sql=select+count(*)+as+n+from+articles+where+pmid>=99000000"
                                   "&_shape=array")  # fmt: skip
        assert counted == {"n": 30}, printed
        fetched = [request for request in pubmed.log if request.endpoint == "efetch"]
        assert {request.params["email"] for request in pubmed.log} == {"someone@example.org"}
        result = run("sync", "--data", tmp_path / "db", **settings)
        assert result.returncode == 0, result.stderr
        assert [request for request in pubmed.log if request.endpoint == "efetch"] == fetched


def test_up_with_pubmed_out_of_reach_says_so_and_serves_what_is_there(up):
    address, printed = up(NCBI_EMAIL="someone@example.org", EVIDENCE_EUTILS_URL=f"http://127.0.0.1:{free_port()}/")
    assert "Not all of PubMed" in printed
    assert f"register of {STUDIES} reports of studies" in printed
    assert rows(address, "evidence/studies.json?_shape=array&_size=1")


def test_sync_with_pubmed_out_of_reach_leaves_with_3(tmp_path):
    result = run("sync", "--data", tmp_path, NCBI_EMAIL="someone@example.org",
                 EVIDENCE_EUTILS_URL=f"http://127.0.0.1:{free_port()}/")  # fmt: skip
    assert result.returncode == 3
    assert re.fullmatch(r"Error: .+\n", result.stderr)


def test_a_search_that_pubmed_cut_is_an_error_and_stores_nothing(tmp_path):
    folder = tmp_path / "cut"
    shutil.copytree(ROOT / "topics" / "ketamine-routes", folder)
    text = (folder / "topic.yml").read_text().replace("name: ketamine-routes", "name: cut", 1)
    text = text.replace("- ketalar[tiab]", '- "\\"words that no record has\\"[tiab]"', 1)
    (folder / "topic.yml").write_text(text)
    corpus = corpus_of(3)
    corpus.unindexed.add("words that no record has")
    with PubMedServer(corpus) as pubmed:
        result = run("sync", "--topic", folder, "--data", tmp_path / "db", NCBI_EMAIL="someone@example.org",
                     EVIDENCE_EUTILS_URL=pubmed.url)  # fmt: skip
        assert "efetch" not in {request.endpoint for request in pubmed.log}
    assert result.returncode == 2
    assert "words that no record has" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (("sync",), 2, "NCBI_EMAIL"),
        (("serve",), 2, "there is no database yet"),
        (("build", "--topic", "no-such-topic"), 2, "no such topic; expected one of ketamine-routes"),
        (("import", "missing.xml"), 2, "missing.xml"),
        (("search", "ketamine"), 2, "there is no database yet"),
    ],
)
def test_bad_use_is_one_line_that_says_what_to_do(tmp_path, arguments, code, complaint):
    result = run(*arguments, "--data", tmp_path)
    assert result.returncode == code
    assert complaint in result.stderr
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("page.xml", b"<!DOCTYPE html><html><body>Sign in</body></html>", "page.xml"),
        ("cut.xml", article_set(pubmed_article(99000001), pubmed_article(99000002))[:-300], "cut off"),
        (
            "bomb.xml",
            b'<?xml version="1.0"?><!DOCTYPE PubmedArticleSet [<!ENTITY a "aaaa">]><PubmedArticleSet/>',
            "bomb.xml",
        ),
        ("notes.txt", b"Some notes, neither XML nor MEDLINE.\n", "neither PubMed XML nor MEDLINE"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_and_changes_nothing(tmp_path, name, content, complaint):
    good = tmp_path / "good.xml"
    good.write_bytes(article_set(pubmed_article(99000009)))
    assert run("import", good, "--data", tmp_path / "db").returncode == 0
    assert run("build", "--data", tmp_path / "db").returncode == 0
    bad = tmp_path / name
    bad.write_bytes(content)
    result = run("import", bad, "--data", tmp_path / "db")
    assert (result.returncode, complaint in result.stderr) == (2, True), result.stderr
    archive = sqlite3.connect(tmp_path / "db" / "archive.db")
    assert archive.execute("SELECT pmid FROM versions").fetchall() == [(99000009,)]


def test_a_broken_record_is_reported_and_the_rest_goes_in(tmp_path):
    path = tmp_path / "mixed.xml"
    broken = pubmed_article(99000002).replace("</ArticleTitle>", "</Article>", 1)
    path.write_bytes(article_set(pubmed_article(99000001), broken, pubmed_article(99000003)))
    result = run("import", path, "--data", tmp_path / "db", "--json")
    (counts,) = json.loads(result.stdout)
    assert (result.returncode, counts["read"], counts["new"], counts["broken"]) == (4, 3, 2, 1)
    assert "99000002" in counts["problems"][0]


def test_an_archive_that_another_process_writes_to_is_left_alone(tmp_path):
    assert run("build", "--data", tmp_path).returncode == 0
    writer = sqlite3.connect(tmp_path / "archive.db")
    writer.execute("BEGIN IMMEDIATE")
    path = tmp_path / "one.xml"
    path.write_bytes(article_set(pubmed_article(99000001)))
    result = run("import", path, "--data", tmp_path)
    writer.close()
    assert (result.returncode, "another process is writing" in result.stderr) == (5, True), result.stderr


def test_labels_by_pmid_are_scored_on_the_records_in_the_archive(tmp_path):
    path, gold = tmp_path / "records.xml", tmp_path / "gold.csv"
    path.write_bytes(article_set(pubmed_article(99000301, title="Oral ketamine for pain: a case report")))
    columns = "pmid,routes,design,randomized,blinding,control,crossover,n_total\n"
    gold.write_text(f"{columns}99000301,oral,case_report,no,,none,no,1\n99000302,oral,cohort,no,,,no,\n")
    result = run("accuracy", gold, "--data", tmp_path / "db")
    assert (result.returncode, "none of its records is in the archive" in result.stderr) == (2, True)
    assert run("import", path, "--data", tmp_path / "db").returncode == 0
    rows = json.loads(run("accuracy", gold, "--data", tmp_path / "db", "--json").stdout)
    exact = [row for row in rows if (row["facet"], row["value"]) == ("design", "(exact)")]
    assert [(row["gold_set"], row["tp"], row["fp"]) for row in exact] == [("gold", 1, 0)]


def test_claims_show_verdicts_and_a_check_with_nothing_new_prints_nothing(tmp_path):
    assert run("build", "--data", tmp_path).returncode == 0
    shown = run("claims", "--data", tmp_path)
    assert (shown.returncode, "im-single-study" in shown.stdout) == (0, True)
    one = run("claims", "im-single-study", "--data", tmp_path)
    assert all(pmid in one.stdout for pmid in ("22468772", "23825857", "24701015", "38293803"))
    first, second = (run("check", "--data", tmp_path) for _ in range(2))
    assert (first.returncode, "First check" in first.stdout) == (0, True)
    assert (second.returncode, second.stdout) == (0, "")


def test_a_check_with_a_flipped_verdict_leaves_with_1_and_names_it(tmp_path):
    assert run("build", "--data", tmp_path).returncode == 0
    assert run("check", "--data", tmp_path).returncode == 0
    archive = sqlite3.connect(tmp_path / "archive.db")
    archive.execute("UPDATE verdict_log SET verdict = 'holds' WHERE claim_id = 'im-single-study'")
    archive.commit()
    archive.close()
    result = run("check", "--data", tmp_path)
    assert result.returncode == 1
    assert "im-single-study / comparative-trials: holds → outdated" in result.stdout


def test_a_reference_in_scraps_is_looked_up_and_taken_away_as_bibtex(tmp_path):
    assert run("build", "--data", tmp_path).returncode == 0
    found = run("cite", "Lapidus et al., Biol Psychiatry 2014;76:970", "--data", tmp_path)
    assert (found.returncode, "24821196" in found.stdout) == (0, True), found.stderr
    assert run("cite", "24701015", "--format", "bib", "--data", tmp_path).stdout.startswith("@")
    assert "Not found here" in run("cite", "Nobody 1901", "--data", tmp_path).stdout


def test_a_manuscript_that_cites_a_retracted_paper_leaves_with_1(tmp_path):
    assert run("build", "--data", tmp_path).returncode == 0
    paper = tmp_path / "paper.md"
    paper.write_text("# A review\n\nText.\n\n## References\n\n1. PMID 26554325\n2. PMID 24701015\n")
    checked = run("cite", "--check", paper, "--data", tmp_path)
    assert (checked.returncode, "retracted" in checked.stdout.lower()) == (1, True), checked.stderr


def test_every_shared_file_goes_in_without_loss(tmp_path):
    if not SHARED.exists():
        pytest.skip("needs ../shared/data: real PubMed records")
    files = [*sorted((SHARED / "data" / "pubmed_xml").iterdir()), SHARED / "data" / "medline_1000.txt.gz"]
    result = run("import", *files, "--data", tmp_path, "--json")
    assert result.returncode == 0, result.stderr
    counts = json.loads(result.stdout)
    assert all(row["read"] == row["new"] + row["changed"] + row["unchanged"] + row["broken"] for row in counts)
    assert (sum(row["read"] for row in counts), sum(row["broken"] for row in counts)) == (1338, 0)
    archive = sqlite3.connect(tmp_path / "archive.db")
    assert archive.execute("SELECT count(*) FROM seen").fetchone() == (sum(row["new"] for row in counts),)


def test_make_up_ends_with_a_served_database(tmp_path):
    """The whole of `make up` in a folder of its own. Only pip is left out: `.ci/run` starts with a clean install."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    port = free_port()
    command = ["make", "up", f"VENV={sys.prefix}", f"PORT={port}", "-o", f"{sys.prefix}/.installed"]
    process = subprocess.Popen(command, cwd=tmp_path, env=environment(), start_new_session=True)
    try:
        wait_for(f"http://127.0.0.1:{port}", process)
        assert rows(f"http://127.0.0.1:{port}", "evidence/register.json?_shape=array&_size=1")
        assert {path.name for path in (tmp_path / "db").iterdir()} >= {"archive.db", "evidence.db"}
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=20)
