"""Files that were handed in because they were misread, read whole. Skipped where they are not."""

from pathlib import Path

import pytest

from db.citations.readers.files import read_file

CASES = Path(__file__).parents[2].parent / "shared" / "cases" / "citations"
NUMBERS = {
    "after_sections.docx": 3, "bib_dupkeys.bib": 2, "bib_key_comma.bib": 2, "bib_leading_text.bib": 1,
    "bib_nokey.bib": 2,
    "crossref_message.json": 1, "endnote.xml": 1, "footnotes.docx": 2, "h_Reference_list.docx": 3,
    "hyperlink_only.docx": 1,
    "latex_href.tex": 1, "latin1.bib": 1, "m.bbl": 2, "m.html": 2, "m.rtf": 3, "mixed.docx": 9, "nbib_noblank.nbib": 2,
    "pubmed.xml": 1, "pubmed_abstract.txt": 2, "pubmed_pmid_period.txt": 1, "pubmed_summary.txt": 2,
    "ris_an_notpmid.ris": 1,
    "ris_er_nodash.ris": 2, "ris_missing_er.ris": 2, "utf16.txt": 1, "x.enw": 2, "zotero_field.docx": 1,
}  # fmt: skip
"""References in each file."""


@pytest.mark.skipif(not CASES.is_dir(), reason="needs ../shared/cases: files that were misread")
@pytest.mark.parametrize("name", NUMBERS)
def test_a_file_that_was_misread_is_read_whole(name):
    found = read_file(CASES / name, as_list=not name.endswith(".docx"))
    assert (len(found.references), found.unread) == (NUMBERS[name], ())
    assert all(reference.title or reference.identifiers for reference in found.references)
