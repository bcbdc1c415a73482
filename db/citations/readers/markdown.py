"""Markdown with pandoc's citations (.md, .qmd, .Rmd) and notebooks (.ipynb) → references.

`[@key]` and `@key` are looked up in the `bibliography` that the front matter names, or in `references` within it;
MyST's `{cite}` roles likewise. A key that is an identifier (`@doi:10…`, `@pmid:…`) names its paper, as in Manubot.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from db.citations.identifiers import identifiers_in
from db.citations.model import Reference
from db.citations.readers.bibliographies import cited_of
from db.citations.readers.csl import items_of
from db.citations.readers.documents import Document, Paragraph, references_of
from db.citations.readers.lists import ReferenceList, line_of
from topics.errors import BadInputError

_FRONT = re.compile(r"\A\s*---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_CODE = re.compile(r"^(```|~~~).*?^\1[ \t]*$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_KEY = r"@(?:\{([^}\s]+)\}|([\w][\w:.#$%&+?<>~/()-]*))"
_CITATION = re.compile(rf"(?<![\w.@/])-?{_KEY}")
_IN_BRACKETS = re.compile(r"\[(?:[^\[\]\n@]*[^\w.\[\]\n@])?@[\w{][^\[\]\n]*\]")
_ROLE = re.compile(r"\{cite(?::\w+)?\}`([^`]+)`")
_CROSS_REFERENCE = re.compile(r"(?:fig|tbl|sec|eq|thm|lst|lem|cor|exm|exr|tip|nte|wrn)[-:]")
_NOTE = re.compile(r"^\[\^[^\]\n]+\]:[ \t]*(.*(?:\n[ \t]+\S.*)*)", re.MULTILINE)
_MARKED_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*(?:\s*\{[^}]*\})?\s*$")


def is_markdown_with_citations(text: str) -> bool:
    """Whether it cites by key: a bibliography in its front matter, or `[@key]`."""
    front = _FRONT.match(text)
    return bool((front and re.search(r"^(?:bibliography|references)\s*:", front[1], re.MULTILINE))
                or _IN_BRACKETS.search(text) or _ROLE.search(text))  # fmt: skip


def read_markdown(text: str, folder: Path | None) -> ReferenceList:
    """What is cited by key, and then what stands in the text: a list under its heading, and identifiers."""
    text = text.replace("\r\n", "\n")
    front = _FRONT.match(text)
    settings = _settings(front[1]) if front else {}
    body = text[front.end() :] if front else text
    notes = tuple(" ".join(note[1].split()) for note in _NOTE.finditer(body))
    lines = _NOTE.sub("", body).splitlines()
    document = references_of(Document(tuple(map(_paragraph, lines)), notes, by_line=True))
    by_key = ReferenceList(())
    if is_markdown_with_citations(text):
        files = settings.get("bibliography") or []
        inline = settings.get("references")
        by_key = _by_key(
            text,
            _keys(text, front.end() if front else 0),
            [files] if isinstance(files, str) else list(files),
            folder,
            items_of(inline).references if isinstance(inline, list) and inline else (),
        )
    known = {value for each in by_key.references for value in each.identifiers.values()}
    others = [each for each in document.references if not known & set(each.identifiers.values())]
    dated = re.match(r"\d{4}-\d\d(?:-\d\d)?", str(settings.get("date", "")))
    return ReferenceList((*by_key.references, *others), by_key.unread, dated[0] if dated else document.dated)


def read_notebook(text: str, folder: Path | None) -> ReferenceList:
    """A Jupyter notebook's text cells, as Markdown.

    Raises:
        BadInputError: it is no notebook.
    """
    try:
        cells = json.loads(text)["cells"]
        sources = [cell["source"] for cell in cells if cell.get("cell_type") in ("markdown", "raw")]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadInputError(f"the notebook cannot be read ({error}). Save it again, or as Markdown.") from error
    return read_markdown(
        "\n\n".join(each if isinstance(each, str) else "".join(map(str, each)) for each in sources), folder
    )


def _settings(front: str) -> Mapping[str, Any]:
    try:
        found = yaml.load(front, Loader=yaml.BaseLoader)  # noqa: S506  (its scalars are all text)
    except (yaml.YAMLError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _paragraph(line: str) -> Paragraph:
    heading = _MARKED_HEADING.match(line)
    return Paragraph(heading[2], len(heading[1])) if heading else Paragraph(line)


def _keys(text: str, start: int) -> dict[str, int]:
    """Keys in the order cited, each with its first line. Front matter may have them in `nocite` only."""
    blank = _CODE.sub(lambda code: re.sub(r"[^\n]", " ", code[0]), text)
    found: dict[str, int] = {}
    for citation in _CITATION.finditer(blank, 0 if "nocite" in text[:start] else start):
        key = citation[1] or citation[2].rstrip(".:,;?/)(")
        if not _CROSS_REFERENCE.match(key):
            found.setdefault(key, line_of(text, citation.start()))
    for role in _ROLE.finditer(text):
        for key in role[1].split(","):
            found.setdefault(key.strip(), line_of(text, role.start()))
    return found


def _by_key(
    text: str, keys: dict[str, int], files: list[str], folder: Path | None, inline: tuple[Reference, ...]
) -> ReferenceList:
    named: list[Reference] = []
    for key in list(keys):
        if re.match(r"(?:doi|pmid|pmc|pmcid|pubmed|https?):", key, re.IGNORECASE):
            identifiers = {kind.name: value for kind, value in identifiers_in(key.replace(":", ": ", 1))}
            if identifiers:
                named.append(Reference("", identifiers=identifiers, key=key, asked=key))
                del keys[key]
    found = cited_of(keys, files, folder, inline=inline, all_of_them="nocite" in text and "@*" in text)
    if named and not keys:  # all references are given where no key is cited; here others were
        found = ReferenceList((), found.unread)
    return ReferenceList((*found.references, *named), found.unread)
