"""A new topic loads as it is, and making one never touches what is there."""

from pathlib import Path

import pytest

from db.claims.file import load_claims
from topics import load_register, load_topic
from topics.errors import BadInputError
from topics.new import new_topic


def test_a_new_topic_is_valid_as_it_is(tmp_path: Path) -> None:
    folder = new_topic("tea-and-sleep", tmp_path / "deeper")

    topic = load_topic(folder)

    assert (topic.name, topic.title, folder.name) == ("tea-and-sleep", "Tea and sleep", "tea-and-sleep")
    assert topic.search.query().endswith("NOT ((animals[mh]) NOT (humans[mh]))")
    assert load_register(topic) == []
    assert [claim.id for claim in load_claims(topic).claims] == ["one-trial", "feels-better"]
    assert sorted(path.name for path in folder.iterdir()) == ["claims.yml", "register.csv", "topic.yml"]


@pytest.mark.parametrize("name", ["Tea", "tea and sleep", "", "../tea", "-tea", "t" * 61])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInputError, match="cannot be the name of a topic"):
        new_topic(name, tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_topic_that_exists_is_left_as_it_is(tmp_path: Path) -> None:
    folder = new_topic("tea", tmp_path)
    (folder / "topic.yml").write_text("mine", encoding="utf-8")

    with pytest.raises(BadInputError, match="exists already"):
        new_topic("tea", tmp_path)

    assert (folder / "topic.yml").read_text(encoding="utf-8") == "mine"


def test_a_folder_that_cannot_be_made_is_an_error_and_no_trace(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(BadInputError, match="cannot be written"):
        new_topic("tea", tmp_path / "file")
