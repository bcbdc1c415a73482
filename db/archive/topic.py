"""A data folder belongs to one topic: `archive.db` says which, and where the topic's folder was last."""

import sqlite3
from contextlib import closing
from pathlib import Path

from db.archive.store import Archive, another_topic
from db.evidence.publish import LIVE
from topics import Topic, load_topic, topic_names
from topics.errors import BadInputError

DEFAULT = "ketamine-routes"
"""The topic of a data folder in which nothing is recorded and for which none is named."""


def topic_of(data: Path, given: str | None, *, record: bool = True) -> Topic:
    """Load the topic of a data folder: the one recorded there, or, in a new folder, the one that is `given`.

    Args:
        data: the data folder.
        given: name of a bundled topic or path of a topic's folder; None for the one recorded, else `DEFAULT`.
        record: whether to record name and folder where they are not recorded, or the folder is another one now.

    Raises:
        BadInputError: `given` is another topic than the one recorded, the recorded folder is not there any more, or
            the topic cannot be used.
    """
    recorded = _recorded(data)
    if given is None:
        topic = _load_recorded(data, *recorded) if recorded else load_topic(DEFAULT)
    else:
        topic = load_topic(given)
        _refuse_other(data, topic.name, recorded)
    if record:
        with Archive.open(data) as archive:
            archive.record_topic(topic.name, topic.place)
    return topic


def refuse_other_topic(data: Path, given: str | None) -> None:
    """Refuse to read a data folder as one of another topic; nothing is written.

    Raises:
        BadInputError: `given` is no topic, or not the one that is recorded.
    """
    if given is not None:
        _refuse_other(data, load_topic(given).name, _recorded(data))


def _refuse_other(data: Path, name: str, recorded: tuple[str, str] | None) -> None:
    if recorded and recorded[0] != name:
        raise another_topic(data, recorded[0], name)


def _load_recorded(data: Path, name: str, folder: str) -> Topic:
    if not folder:
        if name in topic_names():
            return load_topic(name)
        raise BadInputError(
            f"{data}: this folder belongs to the topic '{name}', whose folder is not recorded. "
            "Say where it is: --topic FOLDER."
        )
    if not (Path(folder) / "topic.yml").is_file():
        raise BadInputError(
            f"{data}: this folder belongs to the topic '{name}', which was in {folder} and is not there now. "
            "Say where it is: --topic FOLDER."
        )
    return load_topic(folder)


def _recorded(data: Path) -> tuple[str, str] | None:
    """Name and folder as recorded; the folder is '' where none is: of a bundled topic, or by an older version.

    Only looked at, so that readers need not be allowed to write, and an archive that cannot be read is left to those
    that open it.
    """
    for file, sql in (
        ("archive.db", "SELECT name, folder FROM topic"),
        ("archive.db", "SELECT topic, '' FROM runs LIMIT 1"),
        (LIVE, "SELECT value, '' FROM build WHERE key = 'topic'"),
    ):
        path = data / file
        if not path.is_file():
            continue
        try:
            with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
                row: tuple[str, str] | None = connection.execute(sql).fetchone()
        except sqlite3.Error:
            continue
        if row:
            return row
    return None
