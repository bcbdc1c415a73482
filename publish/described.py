"""Nothing is published undescribed: metadata.yml against the tables and columns that are really there."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from publish.cells import DATABASE
from topics.errors import BadInputError


def load_metadata(path: Path) -> dict[str, Any]:
    """metadata.yml as Datasette takes it.

    Raises:
        BadInputError: the file is missing or is not YAML, with the line.
    """
    try:
        metadata = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInputError(f"{path}: cannot be read ({error.strerror}). Start from the project's folder.") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise BadInputError(
            f"{path}{where}: not valid YAML ({getattr(error, 'problem', error)}). Correct it."
        ) from error
    if not isinstance(metadata, dict):
        raise BadInputError(f"{path}: expected a mapping with the keys title and databases. Restore the file.")
    return metadata


def undescribed(metadata: Mapping[str, Any], tables: Mapping[str, Iterable[str]]) -> list[str]:
    """Every table, column and query without a description, and every description of something that is not there."""
    database = metadata.get("databases", {}).get(DATABASE, {})
    described = {name: table for name, table in database.get("tables", {}).items() if not table.get("hidden")}
    faults = [f"table {name} has no description" for name in tables if not described.get(name, {}).get("description")]
    faults += [f"there is no table {name}" for name in described if name not in tables]
    for name in described.keys() & tables.keys():
        columns, written = set(tables[name]), described[name].get("columns", {})
        faults += [
            f"column {name}.{column} has no description" for column in sorted(columns) if not written.get(column)
        ]
        faults += [f"there is no column {name}.{column}" for column in sorted(written.keys() - columns)]
    for name, query in database.get("queries", {}).items():
        faults += [f"query {name} has no {key}" for key in ("title", "description_html", "sql") if not query.get(key)]
    return faults
