"""A reference finds its record, in whichever form it comes; what is not held is said to be not held."""

import json
import sqlite3

import pytest

from db.citations.look_up import MOST_REFERENCES, cite, lines
from db.citations.readers.text import read_text
from helpers.citation_records import make_database
from topics.errors import BadInputError


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    return make_database(tmp_path_factory.mktemp("citations") / "evidence.db")


def found(live, text):
    """(outcome, keys) of every answer."""
    return [(answer.outcome, [match.work.key for match in answer.matches]) for answer in cite(live, text)]


@pytest.mark.parametrize(
    "text",
    [
        "99000001", " 99000001. ", "PMID: 99000001", "PMID99000001", "[PMID:99000001]", "PubMed ID: 99000001",
        "https://pubmed.ncbi.nlm.nih.gov/99000001/", "https://pubmed.ncbi.nlm.nih.gov/?term=99000001",
        "http://www.ncbi.nlm.nih.gov/pubmed/99000001?dopt=Abstract", "https://europepmc.org/article/MED/99000001",
        "PMC9900001", "PMC 9900001", "pmcid: PMC9900001.1", "https://pmc.ncbi.nlm.nih.gov/articles/PMC9900001/",
        "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC9900001/pdf/x.pdf",
        "10.9999/jmur.2014.03.026", "10.9999/JMUR.2014.03.026...", "doi:10.9999/jmur.2014.03.026.",
        "<https://doi.org/10.9999/jmur.2014.03.026>", "https://dx.doi.org/10.9999%2Fjmur.2014.03.026",
        "(doi: 10.9999/jmur.2014.03.026).", "https://www.publisher.example/doi/full/10.9999/jmur.2014.03.026",
        "https://www.publisher.example/doi/10.9999/jmur.2014.03.026/abstract?casa_token=x", "ISRCTN 99000001",
        "https://www.publisher.example/doi/pdf/10.9999/jmur.2014.03.026.pdf#page=2",
    ],
)  # fmt: skip
def test_an_identifier_in_any_writing_is_an_exact_answer(live, text):
    assert found(live, text) == [("exact", ["pmid:99000001"])]


def test_a_doi_with_parentheses_and_underscores_is_kept_whole(live):
    assert found(live, "(https://doi.org/10.9999/odd_marks(20)1)") == [("exact", ["pmid:99000005"])]


def test_the_version_of_a_preprint_is_not_part_of_its_doi(live):
    address = "https://www.biorxiv.org/content/10.1101/2019.01.11.99000003v2.full.pdf"
    assert found(live, address) == [("exact", ["pmid:99000003"])]


def test_a_registration_names_all_reports_of_its_study_the_main_one_first(live):
    assert found(live, "NCT 99000001") == [("exact", ["pmid:99000003", "pmid:99000004"])]


def test_a_study_that_pubmed_does_not_list_is_found_by_doi_and_by_title(live):
    assert found(live, "10.9999/CONF.1") == [("exact", ["doi:10.9999/conf.1"])]
    assert found(live, "Inhaled ketamine on the moon: a confrence paper that was made up") == [
        ("probable", ["doi:10.9999/conf.1"])
    ]


@pytest.mark.parametrize("text", ["99999999", "10.9999/nothing", "PMC1", "NCT00000000", "PMID 7"])
def test_an_identifier_that_is_not_held_is_not_found_and_nothing_else_is_offered(live, text):
    (answer,) = cite(live, text)
    assert (answer.outcome, answer.matches, answer.asked_pubmed) == ("not_found", (), False)
    assert "PubMed was not asked" in "\n".join(lines([answer]))


@pytest.mark.parametrize(
    "text",
    [
        "Example AB, Müller-Lüdenscheidt Ø. Quiet ketamine nights: a made-up trial of evening infusions in tired "
        "adults. J Made Up Res. 2014;7(2):970-6.",
        "Example, A. B., & Mueller-Luedenscheidt, Ø. (2014). Quiet ketamine nights: A made-up trial of evening "
        "infusions in tired adults. Journal of Made Up Research, 7(2), 970–976.",
        "A. B. Example et al., “Quiet ketamine nights: a made-up trial of evening infusions in tired adults,” J. Made "
        "Up Res., vol. 7, no. 2, pp. 970–976, Jun. 2014.",
    ],
)
def test_a_whole_reference_in_any_style_is_an_exact_answer(live, text):
    assert found(live, text) == [("exact", ["pmid:99000001"])]


@pytest.mark.parametrize(
    "text",
    [
        "Inventor 2013", "inventor 2013", "INVENTOR et al. 2013", "Inventor et al., Ann Invent Med 2013;12:11",
        "nasal ketamine in teh mountians: an inventde crossover study", "Ann Invent Med 2013;12:11-9",
        "Ann Invent Med|2013|12|11|inventor b|k1|", "Nasal ketamine in the mountains",
        "Inventer B. Nasal ketamine in the mountains: an in",
    ],
)  # fmt: skip
def test_scraps_and_mistakes_are_answered(live, text):
    ((outcome, keys),) = found(live, text)
    assert (outcome in ("exact", "probable"), keys) == (True, ["pmid:99000002"])


def test_a_title_in_the_language_of_the_paper_is_known_too(live):
    assert found(live, "Schone H. Ketamin als Saft bei erfundenen Schmerzen. Schmerz Erf 1990;4:7") == [
        ("exact", ["pmid:99000008"])
    ]


def test_two_papers_that_fit_alike_are_both_named(live):
    assert found(live, "Baker 2014") == [("several", ["pmid:99000007", "pmid:99000009"])]


def test_a_paper_that_may_be_meant_is_shown_but_not_named_as_the_one(live):
    (answer,) = cite(live, "Nobody Q. Oral ketamine and the color of bread. Ann Invent Med 2015")
    assert (answer.outcome, answer.best, [match.work.pmid for match in answer.matches]) == ("several", None, [99000007])
    assert lines([answer])[1] == "  Perhaps by reference"


def test_a_wrong_year_and_page_are_pointed_out(live):
    (answer,) = cite(live, "Inventor B. Nasal ketamine in the mountains: an invented crossover study. Ann Invent Med. "
                           "2014;12:13-9.")  # fmt: skip
    assert answer.outcome == "probable"
    assert [difference.line() for difference in answer.matches[0].differs] == [
        "year: says 2014, is 2013", "page: says 13, is 11",
    ]  # fmt: skip


def test_a_paper_and_the_erratum_with_its_title_are_told_apart(live):
    title = "Quiet ketamine nights: a made-up trial of evening infusions in tired adults"
    assert found(live, f"Example AB. {title}. J Made Up Res. 2014")[0][1] == ["pmid:99000001"]
    assert found(live, f"Example AB. Erratum: {title}. J Made Up Res. 2015")[0][1] == ["pmid:99000006"]


@pytest.mark.parametrize(
    "text",
    [
        "Example AB. Loud ketamine mornings: an entirely different trial in cheerful children. J Made Up Res. "
        "2016;9:12-8.",
        "Nobody Q. Penguins of the south and their songs. Polar Fict. 2014;7:970-6.",
        "Nobody 2014", "Oral lithium and the colour of stones in another country", "Inventor 1999",
    ],
)  # fmt: skip
def test_a_paper_that_is_not_held_is_not_found(live, text):
    assert found(live, text) == [("not_found", [])]


def test_an_identifier_that_contradicts_the_words_beside_it_is_not_believed(live):
    (answer,) = cite(live, "Inventor B. Nasal ketamine in the mountains: an invented crossover study. Ann Invent Med. "
                           "2013;12:11-9. PMID: 99000007")  # fmt: skip
    assert answer.outcome == "several"
    assert {match.work.key for match in answer.matches} == {"pmid:99000007", "pmid:99000002"}
    assert answer.note == "the PMID and the words of the reference do not name the same record"


def test_a_pasted_list_gives_one_answer_a_line_in_order(live):
    text = "References\n\n1. Inventor 2013\n2. Nobody Q. Penguins. Polar Fict. 1999.\n3. doi:10.9999/jmur.2014.03.026\n"
    assert found(live, text) == [("probable", ["pmid:99000002"]), ("not_found", []), ("exact", ["pmid:99000001"])]


def test_references_run_together_or_broken_over_lines_are_told_apart(live):
    broken = (
        "14. Example AB, Müller-Lüdenscheidt Ø. Quiet keta-\nmine nights: a made-up trial of eve-\nning infusions in "
        "tired adults. J Made Up\nRes. 2014;7(2):970-6. 15. Inventor B. Nasal ketamine in the mountains: an invented\n"
        "crossover study. Ann Invent Med. 2013;12:11-9."
    )
    assert found(live, broken) == [("exact", ["pmid:99000001"]), ("exact", ["pmid:99000002"])]


BIB = (
    "@article{nice, author={Inventor, Jr, B.}, title={{Nasal Ketamine in the Mountains}}, year=2013, "
    "journal={Ann Invent Med}}"
)
RIS = "TY  - JOUR\nAU  - Inventor, B\nTI  - Nasal ketamine in the mountains\nPY  - 2013\nER  - \n"
NBIB = "PMID- 99000002\nTI  - Nasal ketamine in the mountains\nAU  - Inventor B\nDP  - 2013\n\n"
CSL = json.dumps([{"id": "nice", "type": "article-journal", "title": "Nasal ketamine in the mountains",
                   "author": [{"family": "Inventor"}], "issued": {"date-parts": [[2013]]}}])  # fmt: skip


@pytest.mark.parametrize(("text", "key"), [(BIB, "nice"), (RIS, ""), (NBIB, "99000002"), (CSL, "nice")])
def test_a_file_of_a_reference_manager_is_read(live, text, key):
    (answer,) = cite(live, text)
    assert (answer.best.work.key, answer.key) == ("pmid:99000002", key)


@pytest.mark.parametrize(
    "text",
    [
        "This message contains search results that somebody made up.\n\n" + NBIB,
        NBIB.replace("PMID- 99000002\n", "OWN - NLM\n"),
        NBIB.replace("\n", "\r\n"),
        NBIB.replace(" in the mountains", " in\n      the mountains"),
        NBIB + "PMID- 99000001\nTI  - Quiet ketamine nigh",
        "PMID- 99000002\nLID - 10.9999/aim.2013.12 [doi]\nFAU - Inventor, Bo, Jr\nCN  - A Group\nDEP - 20130102\n",
    ],
    ids=["a mail", "no PMID", "CRLF", "folded", "cut off", "few fields"],
)
def test_nbib_is_read_as_people_cut_and_send_it(live, text):
    (answer, *_) = cite(live, text)
    assert answer.best.work.key == "pmid:99000002"


def test_parts_of_an_nbib_record_are_those_that_an_import_reads():
    (reference,) = read_text(
        "PMID- 99000002\nTI  - A made-up\n      title.\nFAU - van der Inventor, Bo C\nAU  - van der Inventor BC Jr\n"
        "CN  - Made-Up Group\nTA  - Ann Invent Med\nDP  - 2013 Spring\nVI  - 12\nIP  - 3\nPG  - 11-19\n"
        "LID - S9900-0001 [pii]\nAID - 10.9999/AIM.2013.12. [doi]\nPMC - PMC0990002\n"
    ).references
    assert (reference.title, reference.authors, reference.journal) == (
        "A made-up title", ("van der Inventor",), "Ann Invent Med",
    )  # fmt: skip
    assert (reference.year, reference.volume, reference.issue, reference.page) == (2013, "12", "3", "11")
    assert reference.identifiers == {"PMID": "99000002", "DOI": "10.9999/aim.2013.12", "PMC id": "PMC990002"}


@pytest.mark.parametrize("text", ["@article{x, title={never closed", '[{"id": "x", "title": }]', "[1]"])
def test_a_broken_file_is_an_error_of_one_line_or_nothing_found(live, text):
    try:
        assert all(answer.outcome == "not_found" for answer in cite(live, text))
    except BadInputError as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize("text", ["", "  \n ", "References\n"])
def test_nothing_to_look_up_is_said(live, text):
    with pytest.raises(BadInputError, match="nothing to look up"):
        cite(live, text)


def test_too_much_at_once_is_refused(live):
    with pytest.raises(BadInputError, match="look up at most"):
        cite(live, "99000001\n" * (MOST_REFERENCES + 1))


@pytest.mark.parametrize(
    "text",
    ["'; DROP TABLE articles; --", '"', "*", "NEAR(", "\x00", "a OR", "%", "🦄", "(((((", "10.", "doi:", "||||||"],
)
def test_hostile_text_finds_nothing_and_breaks_nothing(live, text):
    assert all(answer.outcome == "not_found" for answer in cite(live, text))


def test_a_missing_database_says_what_to_do(tmp_path):
    with pytest.raises(BadInputError, match="evidence build"):
        cite(tmp_path / "evidence.db", "99000001")


def test_retraction_correction_and_newer_version_come_before_the_record(live):
    shown = lines(cite(live, "99000002"))
    assert shown[:3] == ["99000002", "  !! RETRACTED, 2016-01-01, PMID 99000091", "  Found by PMID"]
    assert lines(cite(live, "99000001"))[1] == "  !! Corrected, PMID 99000006"
    preprint = cite(live, "99000003")[0].standing
    assert preprint.warnings == ("Preprint. A newer version was published, PMID 99000004",)
    assert [(report.pmid, report.published) for report in preprint.newer_reports] == [(99000004, "2021-05")]


def test_a_preprint_without_a_notice_leads_to_the_paper_with_its_title_and_author(live):
    (answer,) = cite(live, "99000011")
    assert answer.standing.warnings == ("Preprint; probably published as PMID 99000012",)


def test_an_older_report_is_not_called_newer(live):
    assert cite(live, "99000004")[0].standing.newer_reports == ()


def test_tags_that_count_are_shown_and_nothings_are_not(live):
    assert dict(cite(live, "99000001")[0].standing.tags) == {
        "design": "randomized_controlled_trial", "routes": ["intravenous"], "blinding": "open", "n_total": 27,
    }  # fmt: skip


def test_claims_are_shown_with_their_stance_once_the_database_has_them(tmp_path):
    path = tmp_path / "evidence.db"
    make_database(path, claims=True)
    (claim,) = cite(path, "99000001")[0].standing.claims
    assert (claim.claim_id, claim.stance, claim.verdict) == ("iv-made-up", "supports", "outdated")


def test_names_are_read_again_when_the_database_was_built_anew(tmp_path):
    path = make_database(tmp_path / "evidence.db")
    assert found(path, "Newcomer 2014") == [("not_found", [])]
    connection = sqlite3.connect(path)
    connection.execute("UPDATE authors SET last_name = 'Newcomer' WHERE pmid = 99000007")
    connection.execute("INSERT OR REPLACE INTO build VALUES ('fingerprint', 'another')")
    connection.commit()
    connection.close()
    assert found(path, "Newcomer 2014") == [("probable", ["pmid:99000007"])]
