"""Printed references in the styles that papers ask for. All papers are made up.

The answers were taken from the program and read over, one by one, against what each style asks for; they are no
independent measurement.
"""

import pytest

from db.citations.formats import write_citations
from db.citations.model import Author, Work

WHOLE = Work(
    key="pmid:99000001", pmid=99000001, title="Quiet ketamine nights: a "
                                              "trial.", doi="10.9999/a", journal="J Made Up Res",
    year=2014, published="2014-06-03", volume="7", issue="2", pages="334-8; discussion 339-43",
    authors=(Author("Example", "Ann B", "AB"), Author("van der "
                                                      "Other", "Oz", "O"), Author("", collective="Quiet Group")),
)  # fmt: skip
FIRST_AUTHOR = Work(
    key="doi:10.9999/x", pmid=None, title="Inhaled ketamine on the "
                                          "moon?", doi="10.9999/x", journal="Moon Med", year=2022,
    published="2022-02", authors=(Author("Example", initials="AB"),), authors_complete=False, source="register",
)  # fmt: skip
NO_ISSUE = Work(
    key="pmid:99000002", pmid=99000002, title="Nasal ketamine", doi="10.9999/b", journal="Ann Invent Med", year=2013,
    published="2013-05", volume="12", pages="e12", authors=(Author("Inventor", "Bo", "B", "Jr"),),
)  # fmt: skip
PREPRINT = Work(
    key="pmid:99000003", pmid=99000003, title="Oral ketamine", doi="10.1101/2020.01.01.1", journal="bioRxiv", year=2020,
    published="2020-01", authors=(Author("Inventor", "Bo", "B"),),
)  # fmt: skip
PRINTED = {
    "vancouver": (
        "Example AB, van der Other O, Quiet Group. Quiet ketamine nights: a trial. J Made Up Res. "
        "2014;7(2):334–8. doi:10.9999/a PubMed PMID: 99000001.",
        "Example AB, et al. Inhaled ketamine on the moon? Moon Med. 2022. doi:10.9999/x",
        "Inventor B Jr. Nasal ketamine. Ann Invent Med. 2013;12:e12. doi:10.9999/b PubMed PMID: 99000002.",
    ),
    "ama": (
        "Example AB, van der Other O, Quiet Group. Quiet ketamine nights: a trial. J Made Up Res. "
        "2014;7(2):334-338. doi:10.9999/a",
        "Example AB, et al. Inhaled ketamine on the moon? Moon Med. 2022. doi:10.9999/x",
        "Inventor B Jr. Nasal ketamine. Ann Invent Med. 2013;12:e12. doi:10.9999/b",
    ),
    "apa": (
        "Example, A. B., van der Other, O., & Quiet Group. (2014). Quiet ketamine nights: a trial. J Made Up Res, "
        "7(2), 334–338. https://doi.org/10.9999/a",
        "Example, A. B., et al. (2022). Inhaled ketamine on the moon? Moon Med. https://doi.org/10.9999/x",
        "Inventor, B., Jr. (2013). Nasal ketamine. Ann Invent Med, 12, e12. https://doi.org/10.9999/b",
    ),
    "harvard": (
        "Example, A.B., van der Other, O. and Quiet Group (2014) ‘Quiet ketamine nights: a trial’, J Made Up Res, "
        "7(2), pp. 334–338. Available at: https://doi.org/10.9999/a.",
        "Example, A.B. et al. (2022) ‘Inhaled ketamine on the moon?’, Moon Med. Available at: "
        "https://doi.org/10.9999/x.",
        "Inventor, B., Jr (2013) ‘Nasal ketamine’, Ann Invent Med, 12, p. e12. Available at: "
        "https://doi.org/10.9999/b.",
    ),
    "chicago": (
        "Example, Ann B., Oz van der Other, and Quiet Group. 2014. “Quiet Ketamine Nights: A Trial.” J Made Up Res 7 "
        "(2): 334–38. https://doi.org/10.9999/a.",
        "Example, A. B., et al. 2022. “Inhaled Ketamine on the Moon?” Moon Med. https://doi.org/10.9999/x.",
        "Inventor, Bo, Jr. 2013. “Nasal Ketamine.” Ann Invent Med 12: e12. https://doi.org/10.9999/b.",
    ),
    "mla": (
        "Example, Ann B., et al. “Quiet Ketamine Nights: A Trial.” J Made Up Res, vol. 7, no. 2, 2014, pp. 334–38, "
        "https://doi.org/10.9999/a.",
        "Example, A. B., et al. “Inhaled Ketamine on the Moon?” Moon Med, 2022, https://doi.org/10.9999/x.",
        "Inventor, Bo, Jr. “Nasal Ketamine.” Ann Invent Med, vol. 12, 2013, p. e12, https://doi.org/10.9999/b.",
    ),
    "nature": (
        "Example, A. B., van der Other, O. & Quiet Group. Quiet ketamine nights: a trial. J Made Up Res 7, 334–338 "
        "(2014).",
        "Example, A. B. et al. Inhaled ketamine on the moon? Moon Med https://doi.org/10.9999/x (2022).",
        "Inventor, B., Jr. Nasal ketamine. Ann Invent Med 12, e12 (2013).",
    ),
    "ieee": (
        "A. B. Example, O. van der Other, and Quiet Group, “Quiet ketamine nights: a trial,” J Made Up Res, vol. 7, "
        "no. 2, pp. 334–338, 2014, doi: 10.9999/a.",
        "A. B. Example et al., “Inhaled ketamine on the moon?” Moon Med, 2022, doi: 10.9999/x.",
        "B. Inventor Jr, “Nasal ketamine,” Ann Invent Med, vol. 12, p. e12, 2013, doi: 10.9999/b.",
    ),
    "cell": (
        "Example, A.B., van der Other, O., and Quiet Group (2014). Quiet ketamine nights: a trial. J Made Up Res 7, "
        "334–338. https://doi.org/10.9999/a.",
        "Example, A.B., et al. (2022). Inhaled ketamine on the moon? Moon Med. https://doi.org/10.9999/x.",
        "Inventor, B., Jr (2013). Nasal ketamine. Ann Invent Med 12, e12. https://doi.org/10.9999/b.",
    ),
    "the-lancet": (
        "Example AB, van der Other O, Quiet Group. Quiet ketamine nights: a trial. J Made Up Res 2014; 7: 334–8.",
        "Example AB, et al. Inhaled ketamine on the moon? Moon Med 2022. DOI:10.9999/x.",
        "Inventor B Jr. Nasal ketamine. Ann Invent Med 2013; 12: e12.",
    ),
    "bmj": (
        "Example AB, van der Other O, Quiet Group. Quiet ketamine nights: a trial. J Made Up Res. 2014;7:334–8. doi: "
        "10.9999/a",
        "Example AB, et al. Inhaled ketamine on the moon? Moon Med. 2022. doi: 10.9999/x",
        "Inventor B Jr. Nasal ketamine. Ann Invent Med. 2013;12:e12. doi: 10.9999/b",
    ),
    "plos": (
        "Example AB, van der Other O, Quiet Group. Quiet ketamine nights: a trial. J Made Up Res. 2014;7: 334–338. "
        "doi:10.9999/a",
        "Example AB, et al. Inhaled ketamine on the moon? Moon Med. 2022. doi:10.9999/x",
        "Inventor B Jr. Nasal ketamine. Ann Invent Med. 2013;12: e12. doi:10.9999/b",
    ),
    "elsevier-vancouver": (
        "Example AB, van der Other O, Quiet Group. Quiet ketamine nights: a trial. J Made Up Res 2014;7:334–8. "
        "https://doi.org/10.9999/a.",
        "Example AB, et al. Inhaled ketamine on the moon? Moon Med 2022. https://doi.org/10.9999/x.",
        "Inventor B Jr. Nasal ketamine. Ann Invent Med 2013;12:e12. https://doi.org/10.9999/b.",
    ),
    "american-chemical-society": (
        "Example, A. B.; van der Other, O.; Quiet Group. Quiet Ketamine Nights: A Trial. J Made Up Res 2014, 7 (2), "
        "334–338. https://doi.org/10.9999/a.",
        "Example, A. B.; et al. Inhaled Ketamine on the Moon? Moon Med 2022. https://doi.org/10.9999/x.",
        "Inventor, B., Jr. Nasal Ketamine. Ann Invent Med 2013, 12, e12. https://doi.org/10.9999/b.",
    ),
}  # fmt: skip
WORKS = {"whole": WHOLE, "first author": FIRST_AUTHOR, "no issue": NO_ISSUE}


@pytest.mark.parametrize(("style", "name"), [(style, name) for style in PRINTED for name in WORKS])
def test_a_record_is_printed_as_the_style_wants_it(style, name):
    printed = PRINTED[style][list(WORKS).index(name)]
    assert "".join(write_citations([WORKS[name]], "txt", style)) == f"{printed}\n"


@pytest.mark.parametrize("style", PRINTED)
def test_html_and_text_say_the_same(style):
    for work in WORKS.values():
        text, html = ("".join(write_citations([work], form, style)) for form in ("txt", "html"))
        plain = html.replace("<ol>\n<li>", "").partition(" <a href")[0]
        for tag in ("i", "b", "sup", "span", "em", "strong"):
            plain = plain.replace(f"<{tag}>", "").replace(f"</{tag}>", "")
        assert plain.replace("&amp;", "&").replace("&#38;", "&") == text.strip()


def test_only_a_preprint_is_called_one():
    assert "[Preprint]" in "".join(write_citations([PREPRINT], "txt", "harvard"))
    for style in ("harvard", "chicago", "ama", "bmj"):
        text = "".join(write_citations([FIRST_AUTHOR], "txt", style)).lower()
        assert not any(words in text for words in ("preprint", "ahead of print", "published online"))


def test_authors_who_are_not_known_are_not_left_out_in_silence():
    assert "author = {{Example}, A B and others}" in "".join(write_citations([FIRST_AUTHOR], "bib"))
    assert "N1  - Only the first author is known here" in "".join(write_citations([FIRST_AUTHOR], "ris"))
    assert '"note": "Only the first author is known here"' in "".join(write_citations([FIRST_AUTHOR], "csl"))
    assert "and others" not in "".join(write_citations([WHOLE], "bib"))


def test_pages_are_the_articles_own_and_pubmeds_format_keeps_them_as_pubmed_has_them():
    bib, ris, nbib = ("".join(write_citations([WHOLE], form)) for form in ("bib", "ris", "nbib"))
    assert "pages = {334--338}," in bib
    assert "SP  - 334\nEP  - 338\n" in ris
    assert "PG  - 334-8; discussion 339-43\n" in nbib
    assert "DP  - 2014 Jun 3\n" in nbib


def test_a_number_of_pubmeds_says_that_it_is():
    assert "AN  - 99000001\nDB  - PubMed\n" in "".join(write_citations([WHOLE], "ris"))
    assert "DB  - " not in "".join(write_citations([FIRST_AUTHOR], "ris"))
