"""A data folder belongs to one topic, and knows which."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from db.archive.store import Archive
from db.archive.topic import refuse_other_topic, topic_of
from evidence import main
from ingest.build.run import build
from ingest.pubmed.run import import_into
from pubmed_server import TOPIC
from topics import load_topic
from topics.errors import BadInputError


@pytest.fixture
def folder(tmp_path):
    """The folder of a topic of one's own."""
    return Path(shutil.copytree(TOPIC, tmp_path / "mine" / "chamomile-sleep"))


def run(*arguments):
    return CliRunner().invoke(main, [*map(str, arguments)])


def recorded(data):
    with Archive.open(data) as archive:
        return archive.database.execute("SELECT name, folder FROM topic").fetchall()


def test_the_first_command_records_the_topic_and_the_next_ones_need_no_name(tmp_path, folder):
    assert topic_of(tmp_path / "db", str(folder)).folder == folder
    assert recorded(tmp_path / "db") == [("chamomile-sleep", str(folder))]
    assert topic_of(tmp_path / "db", None).folder == folder


def test_a_new_folder_is_of_the_bundled_topic_which_needs_no_place(tmp_path):
    assert topic_of(tmp_path, None).name == "ketamine-routes"
    assert recorded(tmp_path) == [("ketamine-routes", "")]


def test_what_is_only_looked_at_is_not_recorded(tmp_path):
    topic_of(tmp_path, None, record=False)
    refuse_other_topic(tmp_path, "ketamine-routes")
    assert list(tmp_path.iterdir()) == []


def test_a_site_is_not_overwritten_by_a_build_that_names_no_topic(tmp_path, folder):
    data = tmp_path / "db"
    assert run("build", "--topic", folder, "--data", data).exit_code == 0
    built = run("build", "--data", data, "--json")
    assert (built.exit_code, json.loads(built.stdout)["changed"]) == (0, False), built.output
    with sqlite3.connect(data / "evidence.db") as live:
        assert live.execute("SELECT value FROM build WHERE key = 'topic'").fetchall() == [("chamomile-sleep",)]
    with pytest.raises(BadInputError, match=r"belongs to the topic 'chamomile-sleep', not 'ketamine-routes'"):
        build(data, load_topic("ketamine-routes"))


@pytest.mark.parametrize(
    "command",
    [("up",), ("sync",), ("sync", "--dry-run"), ("import", "a.xml"), ("bulk", "a.xml"), ("build",), ("serve",),
     ("status",), ("claims",), ("check",), ("cite", "99000001"), ("search", "tea"), ("accuracy", __file__)],
    ids=" ".join,
)  # fmt: skip
def test_every_command_refuses_another_topic_by_name(tmp_path, folder, command):
    topic_of(tmp_path / "db", str(folder))
    refused = run(*command, "--topic", "ketamine-routes", "--data", tmp_path / "db")
    assert refused.exit_code == 2
    assert "belongs to the topic 'chamomile-sleep', not 'ketamine-routes'. Leave --topic out" in refused.stderr


def test_a_moved_topic_folder_is_an_error_that_says_what_to_give_and_is_recorded_anew(tmp_path, folder):
    topic_of(tmp_path / "db", str(folder))
    moved = Path(shutil.move(folder, tmp_path / "chamomile-sleep"))
    lost = run("build", "--data", tmp_path / "db")
    assert lost.exit_code == 2
    assert f"was in {folder} and is not there now. Say where it is: --topic FOLDER." in lost.stderr
    assert topic_of(tmp_path / "db", str(moved)).folder == moved
    assert topic_of(tmp_path / "db", None).folder == moved


def test_an_archive_that_recorded_no_topic_belongs_to_that_of_its_runs(tmp_path, folder):
    with Archive.open(tmp_path) as archive:
        archive.begin_run("sync", "chamomile-sleep")
    with pytest.raises(BadInputError, match=r"not recorded. Say where it is: --topic FOLDER"):
        topic_of(tmp_path, None)
    with pytest.raises(BadInputError, match="not 'ketamine-routes'"):
        topic_of(tmp_path, "ketamine-routes")
    assert topic_of(tmp_path, str(folder)).name == "chamomile-sleep"


def test_a_published_file_alone_knows_its_topic(tmp_path, folder):
    build(tmp_path / "db", load_topic(folder))
    (tmp_path / "site").mkdir()
    shutil.copy(tmp_path / "db" / "evidence.db", tmp_path / "site")
    with pytest.raises(BadInputError, match="belongs to the topic 'chamomile-sleep'"):
        refuse_other_topic(tmp_path / "site", "ketamine-routes")


def test_no_folder_of_this_machine_is_published(tmp_path, folder):
    data = tmp_path / "a folder"
    topic = load_topic(folder)
    bad = tmp_path / "with blanks" / "bad.xml"
    bad.parent.mkdir()
    bad.write_text("no XML")
    with pytest.raises(BadInputError, match=r"bad.xml"):
        import_into(data, topic, [bad])
    with Archive.open(data) as archive:
        run_id = archive.begin_run("import", topic.name)
        archive.end_run(run_id, "failed", {}, f"Cannot read {tmp_path}/x.xml: see https://example.org/a/b.html")
    live = build(data, topic).live
    with sqlite3.connect(live) as connection:
        errors = [error for (error,) in connection.execute("SELECT error FROM runs ORDER BY run_id")]
    assert errors[0].startswith("bad.xml: neither PubMed XML")
    assert errors[1] == "Cannot read x.xml: see https://example.org/a/b.html"
    assert str(tmp_path).encode() not in live.read_bytes()
