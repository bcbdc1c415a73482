"""Text in any form that holds references → a list of them, in the order given."""

from collections.abc import Callable, Sequence

from db.citations.layout import split_references
from db.citations.readers.bibtex import is_bibtex, read_bibtex
from db.citations.readers.csl import is_csl_yaml, is_json, read_csl_yaml, read_json
from db.citations.readers.lists import ReferenceList
from db.citations.readers.pubmed_text import (
    is_abstract,
    is_matcher,
    is_summary,
    read_abstracts,
    read_matcher,
    read_summary,
)
from db.citations.readers.tables import is_table, read_table
from db.citations.readers.tagged import (
    is_endnote_tagged,
    is_medline,
    is_ovid,
    is_ris,
    is_web_of_science,
    read_endnote_tagged,
    read_medline,
    read_ris,
    read_web_of_science,
    refuse_ovid,
)
from db.citations.readers.xml import is_xml, read_xml
from db.citations.reading import read_reference

_FORMS: Sequence[tuple[Callable[[str], bool], Callable[[str], ReferenceList]]] = (
    (is_xml, read_xml), (is_json, read_json), (is_csl_yaml, read_csl_yaml), (is_web_of_science, read_web_of_science),
    (is_medline, read_medline), (is_ris, read_ris), (is_endnote_tagged, read_endnote_tagged), (is_bibtex, read_bibtex),
    (is_table, read_table), (is_ovid, refuse_ovid), (is_matcher, read_matcher), (is_summary, read_summary),
    (is_abstract, read_abstracts),
)  # fmt: skip
"""How a form is told, and its reader; the first that fits reads. BibTeX and RIS may have other text before them."""


def form_of(text: str) -> Callable[[str], ReferenceList] | None:
    """The reader of the form that `text` has; None where it has none of a reference manager or library."""
    return next((read for is_of_it, read in _FORMS if is_of_it(text)), None)


def read_text(text: str) -> ReferenceList:
    """The references in `text`, whichever form it has: a file of a reference manager, or a list as printed.

    Raises:
        BadInputError: it has the form of a reference manager's file and cannot be read as one.
    """
    text = text.removeprefix("\ufeff")
    if read := form_of(text):
        return read(text)
    return ReferenceList(tuple(read_reference(part) for part in split_references(text)))
