"""PubMed XML into records: every trap of the format, on records in our own words."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.records import FILE_PROLOG, PROLOG, RANDOMIZED, article_set, pubmed_article, pubmed_book
from records.content import SourceRecord
from records.pieces import MAX_RECORD
from records.record import Author, Chemical, Link, MeshHeading, PublicationType, Record, Registration, Section
from records.splitter import BrokenRecord, DeletedRecord, record_of, split_records
from topics.errors import BadInputError

ROOT = Path(__file__).parents[2]


def split(document: bytes | str) -> list[SourceRecord | BrokenRecord | DeletedRecord]:
    raw = document if isinstance(document, bytes) else document.encode()
    return list(split_records(io.BytesIO(raw)))


def read(article: str) -> Record:
    return record_of("pubmed-xml", article.encode())


def refused(document: bytes | str) -> str:
    with pytest.raises(BadInputError) as caught:
        split(document)
    return str(caught.value)


# The whole of one record


def test_a_full_record_is_read_with_everything_in_it():
    article = pubmed_article(
        99000001,
        title="Ketamine in made-up adults",
        abstract=[("METHODS", "METHODS", "Ten adults."), ("RESULTS", "RESULTS", "They slept.")],
        version=2,
        indexing="Curated",
        mesh=[("D007649", "Ketamine", False, [("Q000008", "administration & dosage", True)])],
        publication_types=[RANDOMIZED],
        chemicals=[("D007649", "Ketamine", "690G0D6V8H")],
        keywords=["ketamine", "sleep"],
        databank=[("ClinicalTrials.gov", "NCT09900001")],
        links=[("CommentIn", 99000002, "J Made Up Res. 2015;8:1")],
        references=[99000003],
        doi="10.9999/ABC.1",
        pmcid="PMC9900001",
        completed="2014-07-01",
        revised="2015-08-02",
    )
    assert read(article) == Record(
        pmid=99000001,
        version=2,
        kind="article",
        title="Ketamine in made-up adults",
        abstract="METHODS: Ten adults.\nRESULTS: They slept.",
        sections=(Section("METHODS", "METHODS", 9, 20), Section("RESULTS", "RESULTS", 30, 41)),
        journal="J Made Up Res",
        journal_title="Journal of made-up research",
        issn="9900-0001",
        nlm_unique_id="9900001",
        volume="7",
        issue="2",
        pages="11-9",
        year=2014,
        published="2014-06-03",
        date_precision="day",
        entered="2014-05-01",
        completed="2014-07-01",
        revised="2015-08-02",
        doi="10.9999/abc.1",
        pmcid="PMC9900001",
        languages=("eng",),
        status="MEDLINE",
        indexing="Curated",
        country="Norway",
        authors=(Author("Sample", "Ann B", "AB", "", "", "", "", valid=True),),
        mesh=(MeshHeading("D007649", "Ketamine", "Q000008", "administration & dosage", True, False),),
        publication_types=(PublicationType("D016449", "Randomized Controlled Trial"),),
        chemicals=(Chemical("D007649", "Ketamine", "690G0D6V8H"),),
        keywords=("ketamine", "sleep"),
        registrations=(Registration("ClinicalTrials.gov", "NCT09900001", "databank"),),
        references=(99000003,),
        links=(Link("CommentIn", 99000002, "J Made Up Res. 2015;8:1"),),
    )


def test_a_citation_with_next_to_nothing_is_a_record_with_empty_fields():
    bare = "<PubmedArticle><MedlineCitation><PMID>99000001</PMID></MedlineCitation></PubmedArticle>"
    assert read(bare) == Record(pmid=99000001)


# Titles and abstracts


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("Effect of <i>R</i>-ketamine at 10<sup>-6</sup> M", "Effect of R-ketamine at 10⁻⁶ M"),
        ("<b>Ketamine</b> &amp; <i>its <u>met<sub>a</sub>bolites</u></i>.", "Ketamine & its metabolites."),
        ("Two\n      lines\tand&#xA0;a&#x2009;thin space", "Two lines and a thin space"),
        ("a <!-- aside -->comment<?note x?> inside", "a comment inside"),
        ("less <![CDATA[<than> this]]>", "less <than> this"),
        ("[A title in another language.]", "[A title in another language.]"),
        ("", ""),
    ],
)
def test_markup_in_a_title_goes_and_its_words_stay(xml, text):
    assert read(pubmed_article(99000001, title=xml)).title == text


@pytest.mark.parametrize(
    "math",
    ['<mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML"><mml:mi>x</mml:mi></mml:math>',
     "<mml:math><mml:mi>x</mml:mi></mml:math>"],
    ids=["prefix declared on the formula", "prefix declared on the set around"],
)  # fmt: skip
def test_a_formula_keeps_its_letters(math):
    assert read(pubmed_article(99000001, abstract=f"Dose {math} was given.")).abstract == "Dose x was given."


def test_every_part_of_an_abstract_is_kept_with_label_and_category():
    record = read(
        pubmed_article(
            99000001,
            abstract=[
                ("", "", "An opening without a label."),
                ("AIMS", "OBJECTIVE", "To <i>see</i>\n  whether."),
                ("WHAT WAS FOUND:", "", "Little."),
                ("UNLABELLED", "UNASSIGNED", "A rest."),
                ("EMPTY", "RESULTS", ""),
            ],
        )
    )
    assert record.abstract == ("An opening without a label.\nAIMS: To see whether.\nWHAT WAS FOUND: Little.\nA rest.")
    assert [(each.label, each.category, record.abstract[each.start : each.end]) for each in record.sections] == [
        ("AIMS", "OBJECTIVE", "To see whether."),
        ("WHAT WAS FOUND", "", "Little."),
        ("", "UNASSIGNED", "A rest."),
    ]


def test_other_abstracts_are_not_mixed_into_the_abstract():
    other = '<OtherAbstract Type="Publisher" Language="nor"><AbstractText>På norsk.</AbstractText></OtherAbstract>'
    assert read(pubmed_article(99000001, abstract="In English.", citation_extra=other)).abstract == "In English."
    assert read(pubmed_article(99000001, abstract="", citation_extra=other)).abstract == ""


def other_abstract(text: str, kind: str = "Publisher", language: str = "eng") -> str:
    return f'<OtherAbstract Type="{kind}" Language="{language}">{text}</OtherAbstract>'


@pytest.mark.parametrize(
    ("others", "abstract"),
    [
        ([other_abstract("<AbstractText>Ten adults.</AbstractText>")], "Ten adults."),
        (
            [other_abstract('<AbstractText Label="AIMS">To see.</AbstractText>', "KIE")],
            "AIMS: To see.",
        ),
        (['<OtherAbstract Type="AIDS"><AbstractText>No language said.</AbstractText></OtherAbstract>'],
         "No language said."),
        ([other_abstract("<AbstractText>In plain words.</AbstractText>", "plain-language-summary")], ""),
        ([other_abstract("<AbstractText>Zehn.</AbstractText>", "Publisher", "ger")], ""),
        ([other_abstract("<AbstractText>Abstract available from the publisher.</AbstractText>")], ""),
        (
            [other_abstract("<AbstractText>In plain words.</AbstractText>", "plain-language-summary"),
             other_abstract("<AbstractText>Zehn.</AbstractText>", "Publisher", "ger"),
             other_abstract("<AbstractText/>"),
             other_abstract("<AbstractText>Ten adults.</AbstractText>", "PIP")],
            "Ten adults.",
        ),
    ],
)  # fmt: skip
def test_an_english_abstract_by_others_stands_where_there_is_no_other(others, abstract):
    record = read(pubmed_article(99000001, abstract="", citation_extra="".join(others)))
    assert record.abstract == abstract
    assert [record.abstract[each.start : each.end] for each in record.sections] == (
        ["To see."] if abstract.startswith("AIMS") else []
    )


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("", "Ketamin hos voksne"),
        ("[Not Available].", "Ketamin hos voksne"),
        ("[Not available]", "Ketamin hos voksne"),
        ("[In Process Citation]", "Ketamin hos voksne"),
        ("[Ketamine in adults].", "[Ketamine in adults]."),
    ],
)
def test_a_paper_whose_title_nobody_translated_has_its_own(title, shown):
    own = "<VernacularTitle>Ketamin <i>hos</i> voksne</VernacularTitle>"
    record = read(pubmed_article(99000001, title=title, article_extra=own))
    assert (record.title, record.vernacular_title) == (shown, "Ketamin hos voksne")
    assert read(pubmed_article(99000001, title=title)).title == title


def test_the_title_in_its_own_language_is_kept_beside():
    own = "<VernacularTitle>Ketamin <i>hos</i> voksne</VernacularTitle>"
    assert read(pubmed_article(99000001, article_extra=own)).vernacular_title == "Ketamin hos voksne"


# Dates


@pytest.mark.parametrize(
    ("pub_date", "year", "published", "precision", "text"),
    [
        ("2014-06-03", 2014, "2014-06-03", "day", ""),
        ("<Year>2014</Year><Month>Jun</Month><Day>3</Day>", 2014, "2014-06-03", "day", ""),
        ("<Year>2014</Year><Month>June</Month>", 2014, "2014-06", "month", ""),
        ("<Year>2014</Year><Month>6</Month>", 2014, "2014-06", "month", ""),
        ("<Year>2014</Year>", 2014, "2014", "year", ""),
        ("<Year>1990</Year><Season>Spring</Season>", 1990, "1990", "season", "1990 Spring"),
        ("<Year>2014</Year><Month>Feb</Month><Day>30</Day>", 2014, "2014-02", "month", "2014 Feb 30"),
        ("<Year>2014</Year><Month>13</Month>", 2014, "2014", "year", "2014 13"),
        ("<MedlineDate>2025 Oct-Nov</MedlineDate>", 2025, "2025", "year", "2025 Oct-Nov"),
        ("<MedlineDate>2000 Aug 23-30</MedlineDate>", 2000, "2000-08", "month", "2000 Aug 23-30"),
        ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", 1998, "1998", "year", "1998 Dec-1999 Jan"),
        ("<MedlineDate>1979-1980</MedlineDate>", 1979, "1979", "year", "1979-1980"),
        ("<MedlineDate>2011-12</MedlineDate>", 2011, "2011", "year", "2011-12"),
        ("<MedlineDate>2009–10</MedlineDate>", 2009, "2009", "year", "2009–10"),
        ("<MedlineDate>1999/00</MedlineDate>", 1999, "1999", "year", "1999/00"),
        ("<MedlineDate>1988-90</MedlineDate>", 1988, "1988", "year", "1988-90"),
        ("<MedlineDate>2011-05</MedlineDate>", 2011, "2011-05", "month", ""),
        ("<MedlineDate>2011-12-05</MedlineDate>", 2011, "2011-12-05", "day", ""),
        ("<MedlineDate>2000 Spring-Summer</MedlineDate>", 2000, "2000", "season", "2000 Spring-Summer"),
        ("<MedlineDate>2001 Jun</MedlineDate>", 2001, "2001-06", "month", ""),
        ("<MedlineDate>no date given</MedlineDate>", None, "", "", "no date given"),
        ("<Year>20145</Year>", None, "", "", "20145"),
        ("<Year/>", None, "", "", ""),
    ],
)
def test_a_date_is_as_precise_as_printed_and_never_completed(pub_date, year, published, precision, text):
    record = read(pubmed_article(99000001, published=pub_date))
    got = (record.year, record.published, record.date_precision, record.published_text)
    assert got == (year, published, precision, text)


def test_the_electronic_date_stands_in_only_where_the_issue_has_none():
    online = '<ArticleDate DateType="Electronic"><Year>2013</Year><Month>12</Month><Day>24</Day></ArticleDate>'
    assert read(pubmed_article(99000001, published="2014", article_extra=online)).published == "2014"
    assert read(pubmed_article(99000001, published="<Year/>", article_extra=online)).published == "2013-12-24"


def test_entered_is_the_day_of_entrez_else_of_pubmed():
    later = (
        '<History><PubMedPubDate PubStatus="{}"><Year>2016</Year><Month>1</Month><Day>9</Day></PubMedPubDate></History>'
    )
    article = pubmed_article(99000001, entered="2016-01-05")
    assert read(article).entered == "2016-01-05"
    start, end = article.index("<History>"), article.index("</History>") + len("</History>")
    assert read(article[:start] + later.format("pubmed") + article[end:]).entered == "2016-01-09"
    assert read(article[:start] + later.format("received") + article[end:]).entered == ""


# Authors

AUTHORS = """<AuthorList CompleteYN="N">
 <Author ValidYN="N"><LastName>Wrong</LastName><Initials>W</Initials></Author>
 <Author ValidYN="Y" EqualContrib="Y"><LastName>Right</LastName><ForeName>Rita J</ForeName><Initials>RJ</Initials>
  <Suffix>Jr</Suffix><Identifier Source="ORCID">http://orcid.org/0000000199990001</Identifier>
  <AffiliationInfo><Affiliation>Made-up Hospital,
   Oslo</Affiliation></AffiliationInfo>
  <AffiliationInfo><Affiliation>Second House</Affiliation></AffiliationInfo></Author>
 <Author><CollectiveName>The <i>Sleep</i> Group</CollectiveName></Author>
 <Author><LastName>Old</LastName><Affiliation>An address as before 2015</Affiliation></Author>
</AuthorList>"""


def test_people_groups_and_corrected_names_are_kept_in_order():
    record = read(pubmed_article(99000001, authors=AUTHORS))
    assert record.authors == (
        Author("Wrong", "", "W", "", "", "", "", valid=False),
        Author("Right", "Rita J", "RJ", "Jr", "", "0000-0001-9999-0001", "Made-up Hospital, Oslo | Second House",
               valid=True),
        Author("", "", "", "", "The Sleep Group", "", "", valid=True),
        Author("Old", "", "", "", "", "", "An address as before 2015", valid=True),
    )  # fmt: skip
    assert not record.authors_complete


@pytest.mark.parametrize(
    "written",
    ["https://orcid.org/0000-0002-1694-233X/", "0000 0002 1694 233x", "000000021694233X", " 0000–0002–1694–233X ",
     "orcid.org/0000-0002-1694-233X?lang=en", "ORCID: 0000-0002- 1694-233X."],
)  # fmt: skip
def test_an_orcid_is_read_however_it_is_written(written):
    author = f'<Author><LastName>One</LastName><Identifier Source="ORCID">{written}</Identifier></Author>'
    (read_author,) = read(pubmed_article(99000001, authors=f"<AuthorList>{author}</AuthorList>")).authors
    assert read_author.orcid == "0000-0002-1694-233X"


@pytest.mark.parametrize("written", ["", "0000-0002-1694", "10000-0002-1694-2333", "https://orcid.org/me"])
def test_what_is_no_orcid_is_none(written):
    author = f'<Author><LastName>One</LastName><Identifier Source="ORCID">{written}</Identifier></Author>'
    (read_author,) = read(pubmed_article(99000001, authors=f"<AuthorList>{author}</AuthorList>")).authors
    assert read_author.orcid == ""


def test_a_missing_author_list_is_no_author():
    record = read(pubmed_article(99000001, authors=""))
    assert (record.authors, record.authors_complete) == ((), True)


# Identifiers


def location(kind: str, value: str, valid: str = 'ValidYN="Y"') -> str:
    return f'<ELocationID EIdType="{kind}" {valid}>{value}</ELocationID>'


@pytest.mark.parametrize(
    ("listed", "extra", "doi"),
    [
        ("10.9999/List.1", location("doi", "10.9999/place.1"), "10.9999/list.1"),
        ("", location("doi", "10.9999/Place.1"), "10.9999/place.1"),
        ("", location("doi", "10.9999/place.1", ""), "10.9999/place.1"),
        ("", location("doi", "10.9999/wrong", 'ValidYN="N"') + location("doi", "10.9999/right"), "10.9999/right"),
        ("", location("pii", "S9999-0001(14)00001-1"), ""),
        ("https://doi.org/10.9999/A<B>", "", "10.9999/a<b>"),
        ("https://doi.org/10.9999/made.1.", "", "10.9999/made.1"),
        ("DOI: 10.9999/(made)1).", "", "10.9999/(made)1"),
        ("https://dx.doi.org/10.9999%2Fmade%3A1", "", "10.9999/made:1"),
        ("10.9999/1-2&lt;3::made-4&gt;5.0;6-7", "", "10.9999/1-2<3::made-4>5.0;6-7"),
        ("10.9999/made&amp;amp;1", "", "10.9999/made&1"),
        ("10.9999.12/made%20", "", "10.9999.12/made%20"),
        ("not a DOI", "", ""),
    ],
)
def test_the_doi_comes_from_the_article_ids_else_from_the_valid_location(listed, extra, doi):
    assert read(pubmed_article(99000001, doi=listed, article_extra=extra)).doi == doi


@pytest.mark.parametrize(
    ("locations", "pages"),
    [
        (location("pii", "e0266648"), "e0266648"),
        (location("doi", "10.9999/e1") + location("pii", " E17 "), "E17"),
        (location("pii", "e1", 'ValidYN="N"') + location("pii", "e2"), "e2"),
        (location("pii", "S9999-0001(14)00001-1"), ""),
        (location("doi", "e3"), ""),
    ],
)
def test_the_number_of_an_article_stands_for_pages_that_it_does_not_have(locations, pages):
    article = pubmed_article(99000001, article_extra=locations)
    start, end = article.index("<Pagination>"), article.index("</Pagination>") + len("</Pagination>")
    assert read(article[:start] + article[end:]).pages == pages
    assert read(article).pages == "11-9"


@pytest.mark.parametrize(("given", "pmcid"), [("PMC990001", "PMC990001"), ("990001", "PMC990001"), ("none", "")])
def test_the_pmc_id_has_its_prefix(given, pmcid):
    assert read(pubmed_article(99000001, pmcid=given)).pmcid == pmcid


CITED = """<ReferenceList><Title>References</Title><Reference><Citation>One.</Citation><ArticleIdList>
 <ArticleId IdType="doi">10.9999/cited</ArticleId><ArticleId IdType="pmc">PMC990009</ArticleId>
 <ArticleId IdType="pubmed">99000010</ArticleId></ArticleIdList></Reference>
 <ReferenceList><Reference><Citation>Two.</Citation><ArticleIdList><ArticleId>99000011</ArticleId></ArticleIdList>
 </Reference></ReferenceList></ReferenceList>"""


def test_identifiers_of_cited_papers_are_never_the_records_own():
    record = read(pubmed_article(99000001, pubmed_extra=CITED, links=[("CommentOn", 99000012, "Elsewhere.")]))
    assert (record.pmid, record.doi, record.pmcid) == (99000001, "", "")
    assert record.references == (99000010, 99000011)


def test_references_are_valid_pmids_each_once():
    junk = ["NOT_FOUND;INVALID_JOURNAL", "10.9999/x", "PMC990001", "0", "999999999999", "-5", "٣٤", ""]
    record = read(pubmed_article(99000001, references=[99000010, *junk, " 99000011 ", 99000010, "0099000012"]))
    assert record.references == (99000010, 99000011, 99000012)


def test_legacy_cites_are_references_and_all_other_corrections_are_links():
    links = [
        ("Cites", 99000020, "A paper."),
        ("RetractionIn", None, "J Made Up Res. 2016;9:4"),
        ("ErratumFor", 99000021, "J Made Up Res. 2013;6:2"),
    ]
    record = read(pubmed_article(99000001, links=links))
    assert record.references == (99000020,)
    assert record.links == (
        Link("RetractionIn", None, "J Made Up Res. 2016;9:4"),
        Link("ErratumFor", 99000021, "J Made Up Res. 2013;6:2"),
    )


# Indexing


def test_a_heading_is_major_if_it_or_any_of_its_qualifiers_is():
    record = read(
        pubmed_article(
            99000001,
            mesh=[
                ("D006801", "Humans", False),
                ("D007649", "Ketamine", False, [("Q000008", "administration & dosage", False),
                                                ("Q000627", "therapeutic use", True)]),
                ("D003865", "Depressive Disorder, Major", True, [("Q000188", "drug therapy", False)]),
            ],
        )
    )  # fmt: skip
    assert record.mesh == (
        MeshHeading("D006801", "Humans", "", "", False, False),
        MeshHeading("D007649", "Ketamine", "Q000008", "administration & dosage", True, False),
        MeshHeading("D007649", "Ketamine", "Q000627", "therapeutic use", True, False),
        MeshHeading("D003865", "Depressive Disorder, Major", "Q000188", "drug therapy", True, False),
    )


def test_automated_indexing_is_told_from_a_persons():
    heading = ("D006801", "Humans", False)
    by_method = read(pubmed_article(99000001, mesh=[heading], indexing="Automated"))
    curated = read(pubmed_article(99000001, mesh=[heading], indexing="Curated"))
    marked = pubmed_article(99000001, mesh=[heading]).replace("<DescriptorName ", '<DescriptorName AutoHM="Y" ')
    assert [each.mesh[0].automated for each in (by_method, curated, read(marked))] == [True, False, True]


def test_attributes_may_come_in_any_order():
    turned = pubmed_article(99000001, mesh=[("D007649", "Ketamine", True)]).replace(
        'UI="D007649" MajorTopicYN="Y"', 'MajorTopicYN="Y" UI="D007649"'
    )
    assert read(turned).mesh == (MeshHeading("D007649", "Ketamine", "", "", True, False),)


def test_old_records_without_uis_get_those_that_rules_match():
    old = pubmed_article(
        99000001, mesh=[("", "Injections, Intramuscular", False), ("", "A heading of old", False)],
        publication_types=[("", "Randomized Controlled Trial"), ("", "Retraction of Publication")],
    ).replace(' UI=""', "")  # fmt: skip
    record = read(old)
    assert [each.descriptor_ui for each in record.mesh] == ["D007273", ""]
    assert [each.ui for each in record.publication_types] == ["D016449", "D016440"]


def test_keywords_of_all_lists_are_kept_once():
    more = '<KeywordList Owner="NLM"><Keyword>Sleep</Keyword><Keyword><i>R</i>-ketamine</Keyword></KeywordList>'
    record = read(pubmed_article(99000001, keywords=["Sleep", "dose"], citation_extra=more))
    assert record.keywords == ("Sleep", "dose", "R-ketamine")


# Registrations


@pytest.mark.parametrize(
    ("text", "registry", "accession"),
    [
        ("NCT09900001", "ClinicalTrials.gov", "NCT09900001"),
        ("nct 09900001", "ClinicalTrials.gov", "NCT09900001"),
        ("ClinicalTrials.gov: NCT-09900001", "ClinicalTrials.gov", "NCT09900001"),
        ("ISRCTN 99000001", "ISRCTN", "ISRCTN99000001"),
        ("EudraCT 2014-009901-12-GB", "EudraCT", "2014-009901-12"),
        ("EudraCT number 2014–009901–12", "EudraCT", "2014-009901-12"),
        ("EU CT 2023-509901-12-00", "CTIS", "2023-509901-12"),
        ("ACTRN12699000000001", "ANZCTR", "ACTRN12699000000001"),
        ("ACTRN012699000000001", "ANZCTR", "ACTRN12699000000001"),
        ("ChiCTR-IOR-99000001", "ChiCTR", "ChiCTR-IOR-99000001"),
        ("chictr9900000001", "ChiCTR", "ChiCTR9900000001"),
        ("JPRN-UMIN000099001", "JPRN", "UMIN000099001"),
        ("UMIN-CTR UMIN000099001", "JPRN", "UMIN000099001"),
        ("jRCTs099000001", "JPRN", "jRCTs099000001"),
        ("JapicCTI-990001", "JPRN", "JapicCTI-990001"),
        ("DRKS-ID: DRKS00099001", "DRKS", "DRKS00099001"),
        ("NTR 9901", "NTR", "NTR9901"),
        ("PACTR209900000000001", "PACTR", "PACTR209900000000001"),
        ("CTRI/2014/09/099001", "CTRI", "CTRI/2014/09/099001"),
        ("IRCT2014099001N1", "IRCT", "IRCT2014099001N1"),
        ("KCT0099001", "CRiS", "KCT0099001"),
        ("RBR-99ab9c", "ReBec", "RBR-99ab9c"),
    ],
)
def test_a_registration_named_in_the_abstract_is_found_in_one_form(text, registry, accession):
    record = read(pubmed_article(99000001, abstract=f"The trial was registered ({text})."))
    assert record.registrations == (Registration(registry, accession, "text"),)


@pytest.mark.parametrize(
    "text", ["NCT0990001", "NCT099000011", "the NTR group", "RBR-binding", "in 2014-2015", "XNCT09900001", "10-50 mg"]
)
def test_what_only_resembles_a_registration_is_none(text):
    assert read(pubmed_article(99000001, abstract=f"We saw {text} here.")).registrations == ()


def test_a_databank_entry_wins_over_the_same_number_in_the_text_and_gene_banks_are_no_registries():
    record = read(
        pubmed_article(
            99000001,
            abstract="See NCT09900001 and ISRCTN99000001.",
            databank=[("ClinicalTrials.gov", "nct09900001"), ("GenBank", "AB990001"), ("RPCEC", "RPCEC00099001")],
        )
    )
    assert record.registrations == (
        Registration("ClinicalTrials.gov", "NCT09900001", "databank"),
        Registration("RPCEC", "RPCEC00099001", "databank"),
        Registration("ISRCTN", "ISRCTN99000001", "text"),
    )


# Books


def test_a_book_chapter_is_read_with_the_book_as_where_it_stands():
    assert read(pubmed_book(99000030, abstract="About ketamine.")) == Record(
        pmid=99000030,
        kind="book",
        title="Ketamine, made up",
        abstract="About ketamine.",
        journal_title="A made-up handbook",
        year=2020,
        published="2020",
        date_precision="year",
        entered="2020-02-01",
        languages=("eng",),
        authors=(Author("Writer", "Bo", "B", "", "", "", "", valid=True),),
        publication_types=(PublicationType("D016454", "Review"),),
    )


def test_a_whole_book_has_its_own_title_and_its_editors():
    record = read(pubmed_book(99000030, chapter="", authors=[]))
    assert (record.title, record.journal_title) == ("A made-up handbook", "")
    assert [each.last_name for each in record.authors] == ["Editor"]


# Files


def test_a_set_gives_each_record_as_received_and_then_the_deletions():
    articles = [pubmed_article(99000001, version=3), pubmed_book(99000002)]
    found = split(article_set(*articles, deleted=[99000003, 99000004]))
    assert found == [
        SourceRecord.of_pubmed(99000001, 3, "pubmed-xml", articles[0].encode()),
        SourceRecord.of_pubmed(99000002, 1, "pubmed-xml", articles[1].encode()),
        DeletedRecord(99000003),
        DeletedRecord(99000004),
    ]


@pytest.mark.parametrize(
    "document",
    [
        article_set(pubmed_article(99000001)),
        article_set(pubmed_article(99000001), prolog=FILE_PROLOG),
        article_set(pubmed_article(99000001), prolog=""),
        b"\xef\xbb\xbf" + article_set(pubmed_article(99000001)),
        b"\n\n" + article_set(pubmed_article(99000001)),
        article_set(pubmed_article(99000001), "<!-- an aside -->"),
        pubmed_article(99000001).encode(),
        article_set(pubmed_article(99000001)) + article_set(),
        b"<PubmedArticleSet/>" + article_set(pubmed_article(99000001)),
        b"<PubmedArticleSet>\n" + article_set(pubmed_article(99000001), prolog="") + b"</PubmedArticleSet >",
        b"<PubmedArticleSet><PubmedBookArticleSet/>" + article_set(pubmed_article(99000001), prolog="")
        + b"<PubmedArticleSet></PubmedArticleSet></PubmedArticleSet>",
        article_set(pubmed_article(99000001)).replace(b"\n", b"\r\n") + b"\r\n\x1a",
        article_set(pubmed_article(99000001)) + bytes(512),
    ],
    ids=["efetch", "baseline file", "no prolog", "byte-order mark", "leading lines", "comment", "one record alone",
         "two documents in one file", "empty set first", "set in a set", "empty sets in a set", "DOS", "filled up"],
)  # fmt: skip
def test_every_envelope_that_pubmed_records_come_in_is_read(document):
    assert split(document) == [SourceRecord.of_pubmed(99000001, 1, "pubmed-xml", pubmed_article(99000001).encode())]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "windows-1252"])
def test_other_encodings_become_utf_8(encoding):
    name = "utf-16" if encoding.startswith("utf-16") else encoding
    article = pubmed_article(99000001, title="Søvn på øya")
    document = article_set(article, prolog=f'<?xml version="1.0" encoding="{name}"?>').decode().encode(encoding)
    assert split(document) == [SourceRecord.of_pubmed(99000001, 1, "pubmed-xml", article.encode())]


def test_an_encoding_that_lies_is_only_told_where_it_cannot_be_read():
    plain = article_set(pubmed_article(99000001), prolog='<?xml version="1.0" encoding="utf-16"?>')
    assert [each.pmid for each in split(plain)] == [99000001]
    assert "encoding 'rot13'" in refused(article_set(prolog='<?xml version="1.0" encoding="rot13"?>'))
    assert "is not" in refused(
        article_set(prolog='<?xml version="1.0" encoding="us-ascii"?>').decode().encode("utf-16")[:-1]
    )


def test_a_pmid_of_a_cited_paper_never_stands_in_for_a_missing_one():
    orphan = pubmed_article(99000001, links=[("CommentOn", 99000002, "Elsewhere.")]).replace(
        '<PMID Version="1">99000001</PMID>', "", 1
    )
    found = split(article_set(orphan, pubmed_article(99000003)))
    assert found == [
        BrokenRecord(None, len(PROLOG) + len("<PubmedArticleSet>\n"), "no usable PMID in MedlineCitation"),
        SourceRecord.of_pubmed(99000003, 1, "pubmed-xml", pubmed_article(99000003).encode()),
    ]


@pytest.mark.parametrize("pmid", ["0", "NOT_FOUND", "123456789", ""])
def test_a_pmid_that_is_none_makes_a_broken_record(pmid):
    article = pubmed_article(99000001).replace(">99000001<", f">{pmid}<", 1)
    assert [type(each) for each in split(article_set(article))] == [BrokenRecord]


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("</ArticleTitle>", "</ArticleTtile>"),
        ("made-up", "&nothing;"),
        ("made-up", "&#1;"),
        ("</MedlineCitation>", ""),
        ("</PubmedArticle>", ""),
        ("made-up", "a < b"),
        ("Sample", '<!DOCTYPE x [<!ENTITY y "z">]>&y;'),
    ],
    ids=["crossed tags", "unknown entity", "control character", "open element", "no end tag", "bare angle", "entity"],
)
def test_a_broken_record_is_named_while_the_rest_goes_on(good, bad):
    wrong = pubmed_article(99000002).replace(good, bad, 1)
    found = split(article_set(pubmed_article(99000001), wrong, pubmed_article(99000003)))
    assert [each.pmid for each in found] == [99000001, 99000002, 99000003]
    assert [type(each) for each in found] == [SourceRecord, BrokenRecord, SourceRecord]
    assert str(found[1]).startswith("PMID 99000002 (byte ")
    assert "not well-formed" in found[1].reason


def test_the_last_record_may_be_the_broken_one():
    found = split(article_set(pubmed_article(99000001), pubmed_article(99000002).replace("</PubmedArticle>", "")))
    assert [(type(each), each.pmid) for each in found] == [(SourceRecord, 99000001), (BrokenRecord, 99000002)]


def test_bytes_that_are_not_utf_8_break_one_record():
    wrong = pubmed_article(99000002).encode().replace(b"made-up", b"made\xffup", 1)
    document = article_set(pubmed_article(99000001), "HERE", pubmed_article(99000003)).replace(b"HERE", wrong)
    assert [type(each) for each in split(document)] == [SourceRecord, BrokenRecord, SourceRecord]


def test_a_tag_inside_a_comment_or_cdata_does_not_end_a_record():
    tricky = pubmed_article(99000001, title="x <!-- <PubmedArticle> --> <![CDATA[<PubmedArticle>]]>")
    assert split(article_set(tricky)) == [SourceRecord.of_pubmed(99000001, 1, "pubmed-xml", tricky.encode())]


@pytest.mark.parametrize(
    "inside",
    [
        "<!-- </PubmedArticle> -->",
        "<!-- was: </ArticleTitle></PubmedArticle><PubmedArticle> --><!-- </PubmedArticle > -->",
        "<![CDATA[</PubmedArticle>]]>",
        "<?note </PubmedArticle>?>",
        "<!-- <![CDATA[ --> and <![CDATA[ <!-- </PubmedArticle> ]]>",
    ],
)
def test_an_end_tag_inside_a_comment_or_the_like_ends_no_record(inside, monkeypatch):
    tricky, plain = pubmed_article(99000001, title=f"x {inside}"), pubmed_article(99000002)
    document = article_set(tricky, plain)
    expected = [SourceRecord.of_pubmed(99000001, 1, "pubmed-xml", tricky.encode()),
                SourceRecord.of_pubmed(99000002, 1, "pubmed-xml", plain.encode())]  # fmt: skip
    assert split(document) == expected
    monkeypatch.setattr("records.window._CHUNK", 5)
    assert split(document) == expected


@pytest.mark.parametrize("end_tag", ["</PubmedArticle >", "</PubmedArticle\n>", "</PubmedArticle\t \r\n>"])
def test_white_space_in_an_end_tag_means_nothing(end_tag):
    article = pubmed_article(99000001).replace("</PubmedArticle>", end_tag)
    assert split(article_set(article, pubmed_article(99000002))) == [
        SourceRecord.of_pubmed(99000001, 1, "pubmed-xml", article.encode()),
        SourceRecord.of_pubmed(99000002, 1, "pubmed-xml", pubmed_article(99000002).encode()),
    ]


def test_a_comment_without_an_end_breaks_its_own_record_only():
    wrong = pubmed_article(99000002, title="x <!-- y")
    found = split(article_set(pubmed_article(99000001), wrong, pubmed_article(99000003)))
    assert [(type(each), each.pmid) for each in found] == [
        (SourceRecord, 99000001), (BrokenRecord, 99000002), (SourceRecord, 99000003),
    ]  # fmt: skip
    assert found[1].reason == "not well-formed: a comment or the like in it has no end"


def test_a_cut_off_document_with_another_behind_it_is_told_and_both_are_read():
    cut = article_set(pubmed_article(99000001)).replace(b"</PubmedArticleSet>", b"")
    found = split(cut + article_set(pubmed_article(99000002)))
    assert found == [
        SourceRecord.of_pubmed(99000001, 1, "pubmed-xml", pubmed_article(99000001).encode()),
        BrokenRecord(None, len(cut), "the file before it is cut off: </PubmedArticleSet> is missing"),
        SourceRecord.of_pubmed(99000002, 1, "pubmed-xml", pubmed_article(99000002).encode()),
    ]
    assert "cut off before </PubmedArticleSet>" in refused(b"<PubmedArticleSet>" + article_set(prolog=""))


def test_text_between_records_is_reported():
    found = split(
        article_set(pubmed_article(99000001), "stray words", "<ERROR>Timeout</ERROR>", pubmed_article(99000002))
    )
    assert [type(each) for each in found] == [SourceRecord, BrokenRecord, SourceRecord]
    assert "text that begins with 'stray words" in found[1].reason or "Timeout" in found[1].reason


def test_a_record_longer_than_any_is_passed_over(monkeypatch):
    monkeypatch.setattr("records.window.MAX_RECORD", 200_000)
    endless = pubmed_article(99000001, title="x" * 3_000_000).replace("</PubmedArticle>", "")
    found = split(article_set(endless, pubmed_article(99000002)))
    assert [(type(each), each.pmid) for each in found] == [(BrokenRecord, 99000001), (SourceRecord, 99000002)]
    assert f"longer than {MAX_RECORD >> 20} MB" in found[0].reason


@pytest.mark.parametrize("size", [0.3, 0.6, 0.95])
def test_a_file_that_ends_inside_a_record_is_refused(size):
    whole = article_set(pubmed_article(99000001), pubmed_article(99000002))
    cut = whole[: whole.index(b"</PubmedArticle>") + int(size * len(pubmed_article(99000002)))]
    assert refused(cut).startswith("it is cut off in the record of PMID 99000002")


@pytest.mark.parametrize(
    "ending", [b"</PubmedArticleSet>\n", b"eleteCitation>", b"</DeleteCitation></PubmedArticleSet>\n"]
)
def test_a_file_that_ends_between_records_is_refused(ending):
    whole = article_set(pubmed_article(99000001), deleted=[99000002])
    assert "cut off" in refused(whole[: whole.rindex(ending)])


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE PubmedArticleSet [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE PubmedArticleSet PUBLIC "x" "y" [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
        '<!ENTITY a "b">',
    ],
)
def test_entity_bombs_are_refused(prolog):
    assert "entit" in refused(article_set(pubmed_article(99000001), prolog=prolog))


@pytest.mark.parametrize(
    ("document", "looks_like"),
    [
        (b"", "an empty file"),
        (b"  \n", "an empty file"),
        (b"<!DOCTYPE html><html><body>Down</body></html>", "an HTML page"),
        (b"<html><p>502</p></html>", "an HTML page"),
        (b'{"error": "API rate limit exceeded"}', "JSON"),
        (PROLOG.encode(), "XML without any content"),
        (b"<?xml version='1.0'?><eFetchResult><ERROR>Unable to obtain query #1</ERROR></eFetchResult>",
         "an error message of PubMed: Unable to obtain query #1"),
        (b"<?xml version='1.0'?><eSearchResult><Count>1</Count></eSearchResult>", "XML with the root <eSearchResult>"),
        (b"PMID- 99000001\nTI  - x\n", "MEDLINE text"),
        (b"TY  - JOUR\nTI  - x\n", "RIS"),
        (b"\x1f\x8b\x08\x00", "a gzip file"),
        (b"some words", "text that begins with 'some words'"),
    ],
)  # fmt: skip
def test_what_is_not_pubmed_xml_is_refused_by_what_it_looks_like(document, looks_like):
    assert looks_like in refused(document)


def test_an_answer_without_records_is_no_error():
    assert split(article_set()) == []
    assert split(PROLOG + "<PubmedArticleSet/>") == []


def test_chunk_borders_may_fall_anywhere(monkeypatch):
    document = b"\xef\xbb\xbf" + article_set(
        pubmed_article(99000001, title="Søvn"), "<!-- aside -->", pubmed_book(99000002), deleted=[99000003]
    )
    whole = split(document)
    for size in (1, 2, 3, 7, 64, 1000):
        monkeypatch.setattr("records.window._CHUNK", size)
        assert split(document) == whole


def test_reading_one_record_names_what_is_wrong():
    with pytest.raises(BadInputError, match="not well-formed"):
        record_of("pubmed-xml", pubmed_article(99000001).encode()[:-5])


@pytest.mark.parametrize(
    ("record", "others"),
    [
        (pubmed_article(99000001), ""),
        (pubmed_article(99000001, references=[99000002]), ""),
        (pubmed_article(99000001).replace('"pubmed">99000001', '"pubmed"> 099000001 '), ""),
        (pubmed_article(99000001).replace('"pubmed">99000001', '"pubmed">NOT_FOUND'), ""),
        (pubmed_article(99000001).replace('<ArticleId IdType="pubmed">99000001</ArticleId>', ""), ""),
        (pubmed_book(99000001), ""),
        (pubmed_article(99000001).replace('"pubmed">99000001', '"pubmed">99000002'), "99000002"),
        (pubmed_article(99000002).replace('Version="1">99000002', 'Version="1">99000001'), "99000002"),
        (
            pubmed_article(99000001, references=[99000001]).replace('"pubmed">9900000', '"pubmed">9900001', 1),
            "99000011",
        ),
        (pubmed_book(99000001).replace('"bookaccession">NBK99000001', '"pubmed">99000003'), "99000003"),
    ],
)
def test_a_record_that_gives_itself_another_pmid_is_broken(record, others):
    (first, second) = split(article_set(record, pubmed_article(99000009)))
    assert (first.pmid, second.pmid) == (99000001, 99000009)
    broken = [each.reason for each in (first, second) if isinstance(each, BrokenRecord)]
    assert broken == ([f"it calls itself PMID 99000001 and, as ArticleId, {others}"] if others else [])


MEMORY = """
import io, resource, sys
from helpers.records import article_set, pubmed_article, PROLOG
from records.splitter import record_of, split_records

class Endless(io.RawIOBase):
    "3,000 records of 15 KB, made as they are read."
    def __init__(self):
        self.pieces = self.made()
        self.rest = b""
    def made(self):
        yield PROLOG.encode() + b"<PubmedArticleSet>"
        for number in range(3000):
            yield pubmed_article(99000000 + number + 1, abstract="words " * 2000).encode()
        yield b"</PubmedArticleSet>"
    def read(self, size=-1):
        while len(self.rest) < size and (piece := next(self.pieces, b"")):
            self.rest += piece
        got, self.rest = self.rest[:size], self.rest[size:]
        return got

before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
count = sum(1 for each in split_records(Endless()) if record_of(each.format, each.body).pmid == each.pmid)
print(count, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


def test_memory_does_not_grow_with_the_file():
    done = subprocess.run(
        [sys.executable, "-c", MEMORY], cwd=ROOT, capture_output=True, text=True, check=True,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
    )  # fmt: skip
    count, megabytes = done.stdout.split()
    assert int(count) == 3000
    assert float(megabytes) < 20  # of a file of 38 MB
