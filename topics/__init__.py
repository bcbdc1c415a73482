"""Topics: what is tracked, as data. A topic is a folder with `topic.yml`, `claims.yml` and `register.csv`."""

from pathlib import Path

from topics.errors import BadInputError
from topics.model import OnTopic, Term, Topic, Vocabulary
from topics.recall import KnownTrial, load_recall, recall_lines
from topics.register import RegisterStudy, load_register
from topics.search import Search, SearchBlock
from topics.validation import validate
from topics.yaml_lines import load_document

__all__ = [
    "KnownTrial",
    "OnTopic",
    "RegisterStudy",
    "Search",
    "SearchBlock",
    "Term",
    "Topic",
    "Vocabulary",
    "load_recall",
    "load_register",
    "load_topic",
    "recall_lines",
    "topic_names",
]

BUNDLED = Path(__file__).parent


def topic_names() -> list[str]:
    """Return the names of the topics that come with the program, sorted."""
    return sorted(path.parent.name for path in BUNDLED.glob("*/topic.yml"))


def load_topic(name_or_path: str | Path) -> Topic:
    """Load a topic by the name of a bundled one, or by the path of its folder or of its `topic.yml`.

    Raises BadInputError naming file, line, key and what was expected.
    """
    folder = _folder_of(name_or_path)
    document = load_document(folder / "topic.yml")
    topic = validate(Topic, document)
    topic._folder = folder
    if topic.name != folder.name:
        raise BadInputError(
            f"{document.path}, line {document.line_of(('name',))}, key 'name': '{topic.name}' differs from its folder;"
            f" expected '{folder.name}'"
        )
    return topic


def _folder_of(name_or_path: str | Path) -> Path:
    bundled = BUNDLED / str(name_or_path)
    if str(name_or_path) in topic_names():
        return bundled
    path = Path(name_or_path)
    if path.name == "topic.yml" and path.is_file():
        path = path.parent
    if (path / "topic.yml").is_file():
        return path.resolve()
    raise BadInputError(
        f"{name_or_path}: no such topic; expected one of {', '.join(topic_names())}, or a folder with a topic.yml"
    )
