"""How a value looks in a table cell: links out, lists instead of JSON, the words that a search found.

Everything that comes from a record is escaped here; only markup made here reaches the page. Titles stand in `<bdi>`, so
that a direction which they set ends with them.
"""

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from datasette.utils import tilde_encode
from markupsafe import Markup, escape

from records.identifiers import FIRST_ID_OF_OTHERS
from topics.base import DOI_PREFIX
from topics.vocabulary import COLUMNS

if TYPE_CHECKING:
    from datasette.app import Datasette

DATABASE = "evidence"
MARK_START, MARK_END = "\ue000", "\ue001"
"""Private-use characters that SQL puts around found words (char(57344), char(57345)): they survive escaping."""

_MARKED = re.compile(f"{MARK_START}([^{MARK_START}{MARK_END}]*){MARK_END}")
_DOI = re.compile(rf"{DOI_PREFIX}/\S+")
_PMCID = re.compile(r"PMC\d+")
LISTS = frozenset(column for column, facet in COLUMNS.items() if facet.type == "list")
"""Columns of facets that hold JSON arrays."""
_LISTS = LISTS | {"missing", "warnings", "reports"}
_WORDS_OF_VOCABULARY = frozenset({
    *(column for column, facet in COLUMNS.items() if facet.type in ("list", "text") and column != "registrations"),
    "route", "role", "kind",
    "verdict", "when_written", "verdict_when_written", "verdict_with_retracted", "stance",
})  # fmt: skip
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
"""Characters that turn the direction of what follows, out of the text that holds them too (Unicode annex 9)."""
_TITLE_SHOWN = 300
_SHOWN = 20
"""Entries of a list shown in a cell; the rest is counted. JSON and CSV have them all."""


def render(value: Any, column: str, database: str, datasette: "Datasette", row: Any = None) -> Markup | None:
    """The cell's HTML, or None where Datasette's own rendering is right. `row` has the cells beside it."""
    if database != DATABASE or value in (None, ""):
        return None
    if isinstance(value, dict):
        return _reference(value, column, datasette)
    if column == "title" and isinstance(value, str) and (path := own_page(row)):
        title = value if len(value) <= _TITLE_SHOWN else f"{value[:_TITLE_SHOWN]}…"
        return Markup('<a href="{}"><bdi>{}</bdi></a>').format(datasette.urls.path(path), marked(title))
    if isinstance(value, str) and (MARK_START in value or MARK_END in value):
        return marked(value)
    if column in _LISTS and isinstance(value, str):
        return _list(value, column)
    if column in _WORDS_OF_VOCABULARY and isinstance(value, str):
        return escape(readable(value))
    if column in _LINKS:
        return _LINKS[column](value, datasette)
    if isinstance(value, str) and _TURNS.search(value):
        return Markup("<bdi>{}</bdi>").format(value)
    return None


def marked(text: str) -> Markup:
    """Escaped text with the found words in `<mark>`; sentinels without their partner are dropped."""
    html = _MARKED.sub(r"<mark>\1</mark>", str(escape(text)))
    return Markup(html.replace(MARK_START, "").replace(MARK_END, ""))  # noqa: S704  (escaped before)


def readable(value: str) -> str:
    """A vocabulary value as words: treatment_resistant_depression → treatment resistant depression."""
    return value.replace("_", " ")


def doi_link(doi: str) -> Markup | None:
    """A link to the DOI's resolver; None for text that is not a DOI."""
    if not _DOI.fullmatch(doi):
        return None
    return _outward(f"https://doi.org/{quote(doi, safe='/:;().-_')}", doi)


def pubmed_link(pmid: int | str, text: str = "") -> Markup | None:
    """A link to the record on PubMed; None for text that is not a PMID."""
    number = str(pmid)
    if not re.fullmatch(r"[1-9]\d{0,8}", number):
        return None
    return _outward(f"https://pubmed.ncbi.nlm.nih.gov/{number}/", text or number)


def pmc_link(pmcid: str) -> Markup | None:
    """A link to the free full text; None for text that is not a PMC number."""
    if not _PMCID.fullmatch(pmcid):
        return None
    return _outward(f"https://pmc.ncbi.nlm.nih.gov/articles/{pmcid}/", pmcid)


def _outward(url: str, text: str) -> Markup:
    return Markup('<a class="outward" href="{}" rel="noreferrer">{}</a>').format(url, text)


def _list(value: str, column: str) -> Markup | None:
    try:
        entries = json.loads(value)
    except ValueError:
        return None
    if not isinstance(entries, list):
        return None
    if not entries:
        return Markup('<span class="none">none</span>')
    texts = [readable(str(entry)) if column in _WORDS_OF_VOCABULARY else str(entry) for entry in entries[:_SHOWN]]
    html = Markup("").join(Markup("<li>{}</li>").format(text) for text in texts)
    if len(entries) > _SHOWN:
        html += Markup('<li class="more">and {:,} more</li>').format(len(entries) - _SHOWN)
    return Markup('<ul class="values">{}</ul>').format(html)


def article_path(pmid: Any) -> str:
    """Where our page of a record is, before `base_url`."""
    return f"/articles/{pmid}"


def study_path(study_id: str) -> str:
    """Where our page of a study is, before `base_url`."""
    return f"/studies/{tilde_encode(study_id)}"


def own_page(row: Any) -> str:
    """The page of the record, else of the study, that a row with a title is about; '' where neither is named."""
    for column, path in (("pmid", article_path), ("study_id", study_path)):
        try:
            value = row[column]
        except (KeyError, IndexError, TypeError):
            continue
        value = value["value"] if isinstance(value, dict) else value
        if value:
            return path(value)
    return ""


def _reference(value: dict[str, Any], column: str, datasette: "Datasette") -> Markup | None:
    """A foreign key with its label: our own page, where there is one for it."""
    paths: dict[str, Callable[[Any], str]] = {
        "record_id": article_path,
        "study_id": study_path,
        "claim_id": lambda claim: f"/claims/{tilde_encode(claim)}",
    }
    if column not in paths or (column == "record_id" and value["value"] >= FIRST_ID_OF_OTHERS):
        return None
    label = str(value["label"])[:_TITLE_SHOWN]
    path = datasette.urls.path(paths[column](value["value"]))
    return Markup('<a href="{}"><bdi>{}</bdi></a> <em>{}</em>').format(path, label, value["value"])


def _article(value: Any, datasette: "Datasette") -> Markup | None:
    """A PMID outside a foreign key: our own record, and PubMed's."""
    outward = pubmed_link(value, "PubMed")
    if outward is None:
        return None
    return Markup('<a href="{}">{}</a> {}').format(datasette.urls.path(article_path(value)), value, outward)


def _study(value: Any, datasette: "Datasette") -> Markup:
    return Markup('<a href="{}">{}</a>').format(datasette.urls.path(study_path(str(value))), value)


_LINKS: dict[str, Callable[[Any, Any], Markup | None]] = {
    "doi": lambda value, datasette: doi_link(str(value)),
    "pmcid": lambda value, datasette: pmc_link(str(value)),
    "pmid": _article,
    "main_pmid": _article,
    "flipped_by": _article,
    "notice_pmid": lambda value, datasette: pubmed_link(value),
    "cited_pmid": lambda value, datasette: pubmed_link(value),
    "study_id": _study,
    "flipped_by_study": _study,
    # where a reader read it: it can be a mirror, so it is shown and never linked
    "read_at": lambda value, datasette: escape(value),
    "filled_from": lambda value, datasette: escape(value),
}
