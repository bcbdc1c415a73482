"""What is exported comes back whole through readers that other people wrote."""

import io
import json

import pytest
import rispy
from Bio import Medline
from citeproc.source.json import CiteProcJSON
from pybtex.database import parse_string

from db.citations.formats import FORMATS, citation_key, csl_item, write_citations
from db.citations.look_up import cite, export, opened
from db.citations.model import Author, Work
from db.citations.works import full_pages, works_by_key
from helpers.citation_records import make_database
from topics.errors import BadInputError

AWKWARD = Work(
    key="pmid:99000010", pmid=99000010,
    title="Ketamine {x & 50% of $5: p<0.05 in <i>mice</i>, #1 a_b ~c^d \\ e “β” naïve.",
    doi="10.9999/odd_marks(20)1", pmcid="PMC9900010", journal="J Odd & Marks", year=2020, published="2020-11-30",
    volume="1", issue="2", pages="970-6", language="eng", abstract="First line.\nRESULTS: second line.",
    authors=(
        Author("Müller-Lüdenscheidt", "Øle", "Ø"), Author("van der Inventor", "Bo C", "BC", "Jr"),
        Author("", collective="Quiet Nights & Days Group, and others"), Author("O'Neil", "", "EF"),
    ),
    retracted=True,
)  # fmt: skip
TITLE = AWKWARD.title[:-1]


@pytest.fixture(scope="module")
def works(tmp_path_factory):
    """Every made-up paper, and the awkward one."""
    path = make_database(tmp_path_factory.mktemp("formats") / "evidence.db")
    with opened(path) as connection:
        keys = [f"pmid:{row[0]}" for row in connection.execute("SELECT pmid FROM articles ORDER BY pmid")]
        return [*works_by_key(connection, [*keys, "doi:10.9999/conf.1"]), AWKWARD]


def written(works, form, style="vancouver"):
    return "".join(write_citations(works, form, style))


def from_tex(text):
    """Text of a BibTeX field; pybtex leaves escapes as they are."""
    for command, letter in (
        (r"{\textbraceleft}", "\0"), (r"{\textbraceright}", "\1"), (r"{\textbackslash}", "\2"),
        (r"{\textasciitilde}", "~"), (r"{\textasciicircum}", "^"), (r"\&", "&"),
        (r"\%", "%"), (r"\$", "$"), (r"\#", "#"), (r"\_", "_"),
        ("{", ""), ("}", ""), ("\0", "{"), ("\1", "}"), ("\2", "\\"),
    ):  # fmt: skip
        text = text.replace(command, letter)
    return text


def test_bibtex_comes_back_through_pybtex(works):
    entries = parse_string(written(works, "bib"), "bibtex").entries
    assert len(entries) == len(works)
    entry = entries[citation_key(AWKWARD)]
    assert {name: from_tex(value) for name, value in entry.fields.items()} == {
        "title": TITLE, "journal": "J Odd & Marks", "year": "2020", "volume": "1", "number": "2", "pages": "970--976",
        "doi": "10.9999/odd_marks(20)1", "pmid": "99000010", "pmcid": "PMC9900010", "note": "Retracted publication",
        "url": "https://pubmed.ncbi.nlm.nih.gov/99000010/", "month": "November",
    }  # fmt: skip
    assert [
        tuple(from_tex(" ".join(part)) for part in (person.last_names, person.first_names + person.middle_names,
                                                    person.lineage_names))
        for person in entry.persons["author"]
    ] == [("Müller-Lüdenscheidt", "Øle", ""), ("van der Inventor", "Bo C", "Jr"),
          ("Quiet Nights & Days Group, and others", "", ""), ("O'Neil", "E F", "")]  # fmt: skip
    titles = {from_tex(entry.fields["title"]).rstrip(".") for entry in entries.values()}
    assert titles == {work.title.rstrip(".") for work in works}


def test_ris_comes_back_through_rispy(works):
    entries = rispy.loads(written(works, "ris"))
    assert len(entries) == len(works)
    entry = entries[-1]
    assert (entry["title"], entry["authors"], entry["doi"], entry["accession_number"]) == (
        TITLE,
        ["Müller-Lüdenscheidt, Øle", "van der Inventor, Bo C, Jr", "Quiet Nights & Days Group, and others",
         "O'Neil, E F"],
        "10.9999/odd_marks(20)1", "99000010",
    )  # fmt: skip
    assert (entry["year"], entry["volume"], entry["number"], entry["start_page"], entry["end_page"]) == (
        "2020", "1", "2", "970", "976",
    )  # fmt: skip
    assert (entry["abstract"], entry["notes"]) == ("First line. RESULTS: second line.", ["Retracted publication"])
    assert [found["title"] for found in entries] == [work.title.removesuffix(".") for work in works]


def test_nbib_comes_back_through_biopython(works):
    records = list(Medline.parse(io.StringIO(written(works, "nbib"))))
    assert [record["TI"] for record in records] == [work.title for work in works]
    wanted = ("PMID", "FAU", "AU", "CN", "TA", "DP", "VI", "IP", "PG", "PMC", "AID")
    assert {name: records[-1][name] for name in wanted} == {
        "PMID": "99000010", "FAU": ["Müller-Lüdenscheidt, Øle", "van der Inventor, Bo C Jr", "O'Neil, E F"],
        "AU": ["Müller-Lüdenscheidt Ø", "van der Inventor BC Jr", "O'Neil EF"],
        "CN": ["Quiet Nights & Days Group, and others"], "TA": "J Odd & Marks", "DP": "2020 Nov 30", "VI": "1",
        "IP": "2", "PG": "970-6", "PMC": "PMC9900010", "AID": ["10.9999/odd_marks(20)1 [doi]"],
    }  # fmt: skip


def test_csl_json_comes_back_through_citeproc(works):
    items = json.loads(written(works, "csl"))
    assert set(CiteProcJSON(items)) == {citation_key(work) for work in works}
    assert items[-1] == csl_item(AWKWARD)
    assert items[-1]["author"] == [
        {"family": "Müller-Lüdenscheidt", "given": "Øle"},
        {"family": "van der Inventor", "given": "Bo C", "suffix": "Jr"},
        {"literal": "Quiet Nights & Days Group, and others"}, {"family": "O'Neil", "given": "E F"},
    ]  # fmt: skip
    assert items[-1]["issued"] == {"date-parts": [[2020, 11, 30]]}


@pytest.mark.parametrize("form", ["bib", "ris", "nbib", "csl"])
def test_our_own_reading_finds_every_exported_record_again(tmp_path, form):
    path = make_database(tmp_path / "evidence.db")
    with opened(path) as connection:
        keys = [f"pmid:{row[0]}" for row in connection.execute("SELECT pmid FROM articles ORDER BY pmid")]
        text = written(works_by_key(connection, keys), form)
    assert [answer.best.work.key for answer in cite(path, text)] == keys


@pytest.mark.parametrize(
    ("style", "printed"),
    [
        ("vancouver", "Example AB, Müller-Lüdenscheidt Ø, Quiet Nights & Days Group. Quiet ketamine nights: a made-up "
                      "trial of evening infusions in tired adults. J Made Up Res. 2014;7(2):970–6. "
                      "doi:10.9999/jmur.2014.03.026 PubMed PMID: 99000001; PubMed Central PMCID: PMC9900001."),
        ("ama", "Example AB, Müller-Lüdenscheidt Ø, Quiet Nights & Days Group. Quiet ketamine nights: a made-up trial "
                "of evening infusions in tired adults. J Made Up Res. 2014;7(2):970-976. doi:10.9999/jmur.2014.03.026"),
        ("apa", "Example, A. B., Müller-Lüdenscheidt, Ø., & Quiet Nights & Days Group. (2014). Quiet ketamine nights: "
                "a made-up trial of evening infusions in tired adults. J Made Up Res, 7(2), 970–976. "
                "https://doi.org/10.9999/jmur.2014.03.026"),
    ],
)  # fmt: skip
def test_a_record_is_printed_in_any_style(works, style, printed):
    assert written(works[:1], "txt", style) == f"{printed}\n"


@pytest.mark.parametrize("style", ["vancouver", "ama", "apa", "harvard", "chicago", "mla", "nature", "ieee"])
def test_markup_in_a_title_is_inert_in_html_and_markdown(style):
    html, markdown = written([AWKWARD], "html", style), written([AWKWARD], "md", style)
    assert "<i>mice</i>" not in html and "&lt;i&gt;mice&lt;/i&gt;" in html
    assert r"\<i\>mice\</i\>" in markdown
    assert "Retracted publication" in html and "Retracted publication" in markdown


@pytest.mark.parametrize("style", ["no-such-style", "../apa", "", "apa.csl", "/etc/passwd"])
def test_an_unknown_style_is_an_error_that_names_the_known_ones(style):
    with pytest.raises(BadInputError, match="vancouver, ama, apa"):
        written([AWKWARD], "txt", style)


def test_an_unknown_format_is_an_error_that_names_the_known_ones():
    with pytest.raises(BadInputError, match=", ".join(FORMATS)):
        written([AWKWARD], "docx")


def test_answers_are_exported_once_each_and_misses_not_at_all(tmp_path):
    path = make_database(tmp_path / "evidence.db")
    answers = cite(path, "99000001\nInventor 2013\n10.9999/jmur.2014.03.026\n99999999")
    assert [record["PMID"] for record in Medline.parse(io.StringIO(export(path, answers, "nbib")))] == [
        "99000001",
        "99000002",
    ]


@pytest.mark.parametrize(("medline", "full"), [("970-6", "970-976"), ("e12-e19", "e12-e19"), ("1-2, 5-9", "1-2, 5-9"),
                                               ("199-203", "199-203"), ("7", "7"), ("", "")])  # fmt: skip
def test_the_last_page_is_written_in_full(medline, full):
    assert full_pages(medline) == full
