"""How values look: only markup of our own making reaches the page."""

import pytest

from publish.cells import doi_link, marked, pmc_link, pubmed_link, render


@pytest.fixture
def cell(datasette):
    def shown(column, value, database="evidence"):
        html = render(value, column, database, datasette)
        return None if html is None else str(html)

    return shown


def test_found_words_are_marked_and_everything_else_is_escaped():
    assert (
        str(marked("<b>\ue000ket\ue001</b> & \ue000x\ue001"))
        == "&lt;b&gt;<mark>ket</mark>&lt;/b&gt; &amp; <mark>x</mark>"
    )


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a \ue000 b", "a  b"),
        ("a \ue001 b", "a  b"),
        ("\ue000\ue000x\ue001\ue001", "<mark>x</mark>"),
        ("\ue001x\ue000", "x"),
        ("\ue000<script>\ue001", "<mark>&lt;script&gt;</mark>"),
    ],
)
def test_marks_without_a_partner_leave_no_open_element(text, html):
    assert str(marked(text)) == html


def test_identifiers_become_links(cell):
    assert cell("doi", "10.1000/a(b)c") == (
        '<a class="outward" href="https://doi.org/10.1000/a(b)c" rel="noreferrer">10.1000/a(b)c</a>'
    )
    assert cell("pmcid", "PMC123") == (
        '<a class="outward" href="https://pmc.ncbi.nlm.nih.gov/articles/PMC123/" rel="noreferrer">PMC123</a>'
    )
    assert cell("pmid", 99000001) == (
        '<a href="/articles/99000001">99000001</a> <a class="outward" '
        'href="https://pubmed.ncbi.nlm.nih.gov/99000001/" rel="noreferrer">PubMed</a>'
    )
    assert cell("cited_pmid", 7) == (
        '<a class="outward" href="https://pubmed.ncbi.nlm.nih.gov/7/" rel="noreferrer">7</a>'
    )
    assert cell("study_id", "doi:10.1/x y") == '<a href="/studies/doi~3A10~2E1~2Fx+y">doi:10.1/x y</a>'


def test_what_is_no_identifier_is_no_link(cell):
    assert doi_link("javascript:alert(1)") is None
    assert pubmed_link("12 or 1=1") is None
    assert pmc_link('PMC1"><script>') is None
    assert cell("doi", "see the paper") is None


def test_a_doi_cannot_leave_its_attribute():
    assert 'href="https://doi.org/10.1000/%22%3E%3Cb%3E"' in str(doi_link('10.1000/"><b>'))
    assert ">10.1000/&#34;&gt;&lt;b&gt;</a>" in str(doi_link('10.1000/"><b>'))


def test_json_lists_read_as_lists(cell):
    assert cell("routes", '["intravenous", "oral"]') == '<ul class="values"><li>intravenous</li><li>oral</li></ul>'
    assert cell("conditions", '["major_depression"]') == '<ul class="values"><li>major depression</li></ul>'
    assert cell("registrations", '["<b>NCT_1</b>"]') == '<ul class="values"><li>&lt;b&gt;NCT_1&lt;/b&gt;</li></ul>'
    assert cell("routes", "[]") == '<span class="none">none</span>'


def test_a_long_list_is_counted_not_cut_in_silence(cell):
    html = cell("missing", str(list(range(1, 2001))))
    assert html.startswith('<ul class="values"><li>1</li>')
    assert html.endswith('<li>20</li><li class="more">and 1,980 more</li></ul>')


def test_what_is_not_a_json_list_is_left_to_datasette(cell):
    assert cell("routes", "intravenous") is None
    assert cell("routes", '{"a": 1}') is None
    assert cell("title", '["a"]') is None


def test_the_place_where_a_reader_read_is_shown_but_never_linked(cell):
    assert cell("read_at", "https://mirror.example/?a=1&b=2") == "https://mirror.example/?a=1&amp;b=2"


def test_a_foreign_key_leads_to_our_page_where_there_is_one(cell):
    assert (
        cell("record_id", {"value": 1, "label": "A <b>"})
        == '<a href="/articles/1"><bdi>A &lt;b&gt;</bdi></a> <em>1</em>'
    )
    assert cell("study_id", {"value": "doi:10.1/x", "label": "S"}) == (
        '<a href="/studies/doi~3A10~2E1~2Fx"><bdi>S</bdi></a> <em>doi:10.1/x</em>'
    )
    assert cell("claim_id", {"value": "one", "label": "C"}) == '<a href="/claims/one"><bdi>C</bdi></a> <em>one</em>'
    assert cell("record_id", {"value": 1_000_000_000, "label": "A trial"}) is None
    assert cell("run_id", {"value": 1, "label": "1"}) is None


def test_a_title_leads_to_its_record_else_to_its_study(datasette):
    def title(row):
        return str(render(row["title"], "title", "evidence", datasette, row))

    assert (
        title({"title": "\ue000Oral\ue001 <i>", "pmid": 1})
        == '<a href="/articles/1"><bdi><mark>Oral</mark> &lt;i&gt;</bdi></a>'
    )
    assert title({"title": "T", "pmid": {"value": 7, "label": "T"}}) == '<a href="/articles/7"><bdi>T</bdi></a>'
    assert (
        title({"title": "T", "pmid": None, "study_id": "doi:10.1/x"})
        == '<a href="/studies/doi~3A10~2E1~2Fx"><bdi>T</bdi></a>'
    )
    assert title({"title": "T"}) == "None"


def test_other_databases_and_empty_cells_are_left_alone(cell):
    assert cell("doi", "10.1000/x", database="other") is None
    assert cell("doi", None) is None
    assert cell("doi", "") is None
