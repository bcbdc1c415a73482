"""CSL-JSON, CSL-YAML and answers of Crossref → references."""

import json
import re
from collections.abc import Mapping
from typing import Any

import yaml

from db.citations.model import Reference
from db.citations.readers.lists import ReferenceList, Unread, from_fields, labelled, names_something
from topics.errors import BadInputError

_YAML = re.compile(r"\s*(?:---\s*\n\s*)?(?:references:\s*\n|- (?:id|type|title|DOI): )")
_ROLES = ("author", "creators", "editor")
"""CSL's names, and `creators` of Zotero's own JSON."""
_JOURNAL = ("container-title", "publicationTitle", "container-title-short", "short-container-title")
_ITEM_FIELDS = ("title", "DOI", "PMID", "author", "itemData", "container-title")


def is_json(text: str) -> bool:
    """Whether it begins as a list of objects or an object does."""
    return bool(re.match(r"\s*(?:\[\s*[\[{\]]|\{\s*[\"}])", text))


def is_csl_yaml(text: str) -> bool:
    """Whether it begins as pandoc's and Better BibTeX's lists do: `references:`, or an item."""
    return bool(_YAML.match(text))


def read_json(text: str) -> ReferenceList:
    """Every item of CSL-JSON (one, a list, or `items`), or of an answer of Crossref (`message`, one work or a list).

    Raises:
        BadInputError: it is no JSON, or holds no items.
    """
    try:
        value = json.loads(text)
    except ValueError as error:
        if lines := _json_lines(text):
            return items_of(lines)
        raise BadInputError(f"JSON: {error}. Export the file again.") from error
    except RecursionError:
        raise BadInputError("JSON: nested too deeply to be a list of references. Export the file again.") from None
    return items_of(value)


def _json_lines(text: str) -> list[Any]:
    try:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        return []


def read_csl_yaml(text: str) -> ReferenceList:
    """Every item of CSL-YAML.

    Raises:
        BadInputError: it is no YAML, or holds no items.
    """
    try:
        # BaseLoader: a year is text as written, and nothing of YAML's richer types is wanted
        value = next(iter(yaml.load_all(text, Loader=yaml.BaseLoader)), None)
    except (yaml.YAMLError, RecursionError) as error:
        raise BadInputError(f"CSL-YAML: {' '.join(str(error).split())}. Correct it, or export it again.") from error
    return items_of(value)


def items_of(value: Any) -> ReferenceList:
    """The references of what was read from JSON or YAML.

    Raises:
        BadInputError: it holds no items.
    """
    if isinstance(value, dict):
        value = value.get("message", value)
    if isinstance(value, dict):
        named = next((value[name] for name in ("items", "references") if isinstance(value.get(name), list)), None)
        value = [value] if any(name in value for name in _ITEM_FIELDS) else named if named is not None else value
    if not isinstance(value, list) or (value and not any(isinstance(item, dict) for item in value)):
        raise BadInputError("expected a list of CSL items, each with a title or a DOI. Export them again as CSL-JSON.")
    references: list[Reference] = []
    unread: list[Unread] = []
    for number, item in enumerate(value, start=1):
        item = item.get("itemData", item.get("data", item)) if isinstance(item, dict) else item
        found = _from_item(item) if isinstance(item, dict) else None
        if found and names_something(found):
            references.append(found)
        else:
            unread.append(Unread(f"item {number} has no title, no author and no identifier"))
    return ReferenceList(tuple(references), tuple(unread))


def _from_item(item: Mapping[str, Any]) -> Reference:
    note = re.search(r"PMID:?\s*\d{1,8}", str(item.get("note", "")))
    return from_fields(
        key=_text(item.get("id")), title=_text(item.get("title")),
        authors=[_surname(name) for name in next(filter(None, (_names(item.get(role)) for role in _ROLES)), [])],
        journal=next(filter(None, (_text(item.get(field)) for field in _JOURNAL)), ""),
        year=_year(item), volume=_text(item.get("volume")), issue=_text(item.get("issue")),
        pages=_text(item.get("page") or item.get("pages") or item.get("article-number")),
        identifiers=labelled(
            DOI=_text(item.get("DOI")), PMID=_text(item.get("PMID")), PMC=_text(item.get("PMCID")),
            other=f"{_text(item.get('URL'))} {note[0] if note else ''}",
        ),
    )  # fmt: skip


def _text(value: object) -> str:
    """Text or a number; of a list (as Crossref has titles) the first."""
    if isinstance(value, list):
        value = value[0] if value else ""
    return str(value) if isinstance(value, (str, int, float)) else ""


def _names(value: object) -> list[Mapping[str, Any]]:
    return [name for name in value if isinstance(name, dict)] if isinstance(value, list) else []


def _surname(name: Mapping[str, Any]) -> str:
    family = _text(name.get("family") or name.get("lastName"))
    particle = _text(name.get("non-dropping-particle"))
    return f"{particle} {family}".strip() if family else _text(name.get("literal") or name.get("name"))


def _year(item: Mapping[str, Any]) -> str:
    for field in ("issued", "published", "published-print", "published-online", "year", "date"):
        value = item.get(field)
        if isinstance(value, list):  # YAML: `issued: [{year: 2014}]`
            value = value[0] if value else ""
        if isinstance(value, dict):
            parts = value.get("date-parts")
            first = parts[0] if isinstance(parts, list) and parts else None
            value = first or value.get("year") or value.get("raw") or value.get("literal")
        if year := _text(value):
            return year
    return ""
