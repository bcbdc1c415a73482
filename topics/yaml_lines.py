"""YAML with the line of every key, so that an error in a topic file can say where it is."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from topics.errors import BadInputError

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # with libyaml ten times as fast: a topic is read by every run
Location = tuple[str | int, ...]
"""A path into a document: ("search", "blocks", 0, "name")."""


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file as plain data, and the line (from 1) on which each key or list entry starts."""

    path: Path
    data: Any
    lines: dict[Location, int]

    def line_of(self, location: Location) -> int:
        """Line of the nearest known place: an absent key is reported at the mapping that should hold it."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)


def load_document(path: Path) -> Document:
    """Read one YAML document.

    Raises BadInputError (file, line, what was expected) when the file is missing, is not UTF-8, is not YAML, is
    empty, or gives the same key twice (plain YAML loaders silently keep the last).
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadInputError(f"{path}: there is no such file; a topic needs it") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"{path}: cannot be read as UTF-8 text ({error})") from None
    loader = _LOADER(text)
    try:
        root = loader.get_single_node()
        if root is None:
            raise BadInputError(f"{path}, line 1: the file is empty; expected keys and values")
        lines: dict[Location, int] = {}
        _note_lines(path, root, (), lines)
        return Document(path, loader.construct_document(root), lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise BadInputError(f"{path}, line {line}: not valid YAML: {error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise BadInputError(f"{path}: not valid YAML: {error}") from None
    finally:
        loader.dispose()


def _note_lines(path: Path, node: yaml.Node, location: Location, lines: dict[Location, int]) -> None:
    lines.setdefault(location, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key_node, value_node in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if key in seen:
                raise BadInputError(
                    f"{path}, line {line}, key '{dotted((*location, key))}': given twice (first on line"
                    f" {seen[key]}); expected each key once"
                )
            seen[key] = line
            lines[*location, key] = line
            _note_lines(path, value_node, (*location, key), lines)
    elif isinstance(node, yaml.SequenceNode):
        for position, entry in enumerate(node.value):
            _note_lines(path, entry, (*location, position), lines)


def dotted(location: Location) -> str:
    """Write a location as people write it: `search.blocks[0].name`."""
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
