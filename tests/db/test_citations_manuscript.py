"""A manuscript's references, checked: retracted, corrected, mismatched, not found, and claims that moved on."""

import os
import zipfile
from pathlib import Path

import pytest

from db.citations.look_up import check_manuscript
from db.citations.readers.files import read_file
from helpers.citation_records import make_database
from topics.errors import BadInputError

TEXT = """# A made-up review
date: 2017-03-01

Rest helps (PMID 99000007), as others found (https://doi.org/10.9999/jmur.2014.03.026).
Our own trial is NCT99000001.

## References

1. Inventor B. Nasal ketamine in the mountains: an invented crossover study. Ann Invent Med. 2014;12:11-9.
2. Nobody Q. Penguins of the south and their songs. Polar Fict. 2014;7:970-6.
3. Baker 2014

## Appendix

99000009
"""


@pytest.fixture
def live(tmp_path):
    return make_database(tmp_path / "evidence.db", claims=True)


def manuscript(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_every_reference_is_resolved_and_what_is_wrong_is_said(live, tmp_path):
    path = manuscript(tmp_path, "review.md", TEXT)
    report = check_manuscript(path, live)
    assert [(answer.outcome, [match.work.pmid for match in answer.matches]) for answer in report.answers] == [
        ("probable", [99000002]), ("not_found", []), ("several", [99000007, 99000009]), ("exact", [99000007]),
        ("exact", [99000001]),
    ]  # fmt: skip
    assert [line.split("\n")[0] for line in report.lines()] == [
        "[1] RETRACTED, 2016-01-01, PMID 99000091 (PMID 99000002)",
        "[1] year: says 2014, is 2013 (PMID 99000002)",
        "[2] not found (PubMed was not asked)",
        "[3] not certain: PMID 99000007; PMID 99000009",
        "[5] Corrected, PMID 99000006 (PMID 99000001)",
        "Claim iv-made-up became 'outdated' on 2018-05-01 (cites evidence on it): "
        "Most made-up studies are of infusions",
        f"{path}: 5 references, dated 2017-03-01: 1 retracted, 1 corrected, 1 mismatched, 1 uncertain, 1 not found.",
    ]
    assert report.exit_code == 1


def test_a_manuscript_without_retracted_papers_leaves_with_0(live, tmp_path):
    report = check_manuscript(manuscript(tmp_path, "short.txt", "As shown (PMID: 99000007)."), live)
    assert (len(report.answers), report.exit_code, report.changed_claims) == (1, 0, ())


def test_claims_that_changed_before_the_manuscript_are_not_named(live, tmp_path):
    path = manuscript(tmp_path, "review.md", TEXT)
    assert check_manuscript(path, live, dated="2019-01-01").changed_claims == ()
    (claim,) = check_manuscript(path, live, dated="2018-01-01").changed_claims
    assert (claim.claim_id, claim.changed_on, claim.cited) == ("iv-made-up", "2018-05-01", True)


def test_a_word_file_is_read_paragraph_by_paragraph(live, tmp_path):
    body = "".join(
        f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in TEXT.replace("# ", "").replace("#", "").split("\n")
    )
    path = tmp_path / "review.docx"
    with zipfile.ZipFile(path, "w") as word:
        word.writestr("word/document.xml",
                      '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
                      f"{body}</w:body></w:document>")  # fmt: skip
        word.writestr("docProps/core.xml",
                      '<c xmlns:dcterms="http://purl.org/dc/terms/"><dcterms:modified>2018-01-31T10:00:00Z'
                      "</dcterms:modified></c>")  # fmt: skip
    report = check_manuscript(path, live)
    assert [answer.outcome for answer in report.answers] == ["probable", "not_found", "several", "exact", "exact"]
    assert (report.dated, len(report.changed_claims)) == ("2018-01-31", 1)


def test_an_entity_in_a_word_file_is_not_expanded(live, tmp_path):
    path = tmp_path / "bad.docx"
    secret = manuscript(tmp_path, "secret.txt", "PMID 99000002")
    with zipfile.ZipFile(path, "w") as word:
        word.writestr("word/document.xml",
                      f'<!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
                      '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p>'
                      "<w:r><w:t>PMID 99000007 &x;</w:t></w:r></w:p></w:body></w:document>")  # fmt: skip
    assert [answer.best.work.pmid for answer in check_manuscript(path, live).answers] == [99000007]


def test_a_bibtex_file_is_checked_entry_by_entry(live, tmp_path):
    path = manuscript(
        tmp_path, "mine.bib", "@article{a, title={Nasal ketamine in the mountains}, author={Inventor, B}}"
    )
    assert check_manuscript(path, live).exit_code == 1


@pytest.mark.parametrize(("name", "text"), [("empty.txt", ""), ("words.md", "No references here."), ("not.docx", "PK")])
def test_a_file_without_references_is_an_error_that_says_what_to_do(live, tmp_path, name, text):
    with pytest.raises(BadInputError, match=r"heading|Save it as"):
        check_manuscript(manuscript(tmp_path, name, text), live)


def test_a_wrong_date_is_refused(live, tmp_path):
    with pytest.raises(BadInputError, match="Write it as"):
        check_manuscript(manuscript(tmp_path, "x.txt", "PMID 99000001"), live, dated="last year")


@pytest.mark.timeout(30)
def test_what_never_ends_or_no_memory_holds_is_refused(tmp_path):
    pipe, large = tmp_path / "pipe.txt", tmp_path / "large.txt"
    os.mkfifo(pipe)
    with large.open("wb") as file:
        file.truncate(65 << 20)
    for path, why in (
        (Path("/dev/zero"), "not a file"),
        (pipe, "not a file"),
        (tmp_path, "not a file"),
        (large, "65 MB"),
    ):
        with pytest.raises(BadInputError, match=why):
            read_file(path)
