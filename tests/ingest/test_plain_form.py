"""The plain form is a short cut: whatever a record looks like, it gives what the tree gives."""

import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from db.received import RawRecord
from ingest.elements import parse
from ingest.plain_form import read_plain
from ingest.pubmed_xml import read_article
from ingest.reader import read_record, split_records
from records import pubmed_article

AUTHORS = """<AuthorList CompleteYN="Y"><Author ValidYN="Y" EqualContrib="Y"><LastName>Müller</LastName>
  <ForeName>Anna  B</ForeName><Initials>AB</Initials><Suffix>Jr</Suffix>
  <Identifier Source="ORCID">https://orcid.org/0000-0002-1825-0097</Identifier>
  <AffiliationInfo><Affiliation>Ward 7, Made-up Hospital.</Affiliation></AffiliationInfo>
  <AffiliationInfo><Affiliation>Second place.</Affiliation></AffiliationInfo></Author>
  <Author ValidYN="N"><CollectiveName>The made-up group</CollectiveName></Author></AuthorList>"""
BASE = pubmed_article(
    99000001,
    authors=AUTHORS,
    doi="10.9999/made.up",
    pmcid="PMC9900001",
    completed="2015-02-01",
    revised="2016-03-04",
    abstract=[("AIM", "OBJECTIVE", "To find out."), ("", "", "Twelve adults took part &amp; stayed.")],
    chemicals=[("D007649", "Ketamine", "690G0D6V8H")],
    keywords=["made up", "ketamine"],
    databank=[("ClinicalTrials.gov", "NCT99000001")],
    article_extra='<VernacularTitle>Ein Titel</VernacularTitle><ArticleDate DateType="Electronic">'
    "<Year>2014</Year><Month>05</Month><Day>01</Day></ArticleDate>",
    citation_extra="<CoiStatement>None.</CoiStatement>",
    mesh=[("D000328", "Adult", False), ("D007649", "Ketamine", True, [("Q000008", "administration & dosage", True)])],
    references=[98000001, 98000002, "NOT_FOUND", 98000001],
    links=[("Cites", 98000003, "J. 2010"), ("CommentIn", 98000004, "J. 2015")],
)
CHANGES = [
    ("Ward 7", "Ward 7 &amp; 8"),
    ("Ward 7", "Ward&#160;7"),
    ("Ward 7", "Ward <i>7</i>"),
    ("Ward 7", "<![CDATA[Ward <7>]]>"),
    ("Ward 7", "Ward\n\t 7\u00a0\u2003a"),
    ("The made-up group", "The <sup>made</sup>-up group"),
    ('"N"', "'N'"),
    ("<LastName>Müller</LastName>", "<LastName/>"),
    ("<Initials>", "<!-- x --><Initials>"),
    ('CompleteYN="Y"', 'CompleteYN="N"'),
    ('Source="ORCID"', "Source = 'ORCID'"),
    ("Second place.</Affiliation>", 'Second.</Affiliation><Identifier Source="ORCID">0000-0002-1825-0098</Identifier>'),
    ('IdType="pubmed">98000001', "IdType='pubmed'>98000001"),
    ('IdType="pubmed">98000002', ">98000002"),
    ("NOT_FOUND", "PMC12"),
    ('IdType="pubmed">98000002', 'IdType="pmc">98000002'),
    ("98000002", " 98000002\n"),
    ("98000001", "&#57;8000001"),
    ("98000001", "980000011234"),
    ("A cited paper.", "A <i>cited</i> paper &lt;ArticleId&gt;."),
    ("A cited paper.", "<!-- <ArticleId>1</ArticleId> -->"),
    ("10.9999/made.up", "10.9999/(sici)1&lt;2:a&gt;3"),
    ('PubStatus="entrez"', "PubStatus='entrez'"),
    ('PubStatus="entrez"', 'PubStatus="pubmed"'),
    ("<ReferenceList>", "<ReferenceList><Title>More</Title>"),
    ("<Reference>", "<ReferenceList><Reference>", "</Reference>", "</Reference></ReferenceList>"),
    ('UI="D007649" MajorTopicYN="Y"', 'MajorTopicYN="Y" AutoHM="Y" UI="D007649"'),
    ('UI="D000328" ', ""),
    ("Adult<", "Adult &amp; <"),
    ("<MeshHeading>", "<MeshHeading >"),
    ("</PubmedData>", "<!-- end --></PubmedData>"),
    ("<MedlineCitation ", "<?pi x?><MedlineCitation "),
    ("</PubmedData></PubmedArticle>", "\n</PubmedData>\n</PubmedArticle>"),
    ("</ReferenceList>", "</ReferenceList><ArticleIdList/>"),
    ("A made-up trial", "A <i>made</i>-up H<sub>2</sub>O trial"),
    ("A made-up trial", "A <i>made <b>up</b></i> trial"),
    ("A made-up trial", "A made-up &lt;5 &apos;mg&apos; &#8211; trial"),
    ("A made-up trial", "  A made-up\n trial"),
    ("<ArticleTitle>", '<ArticleTitle book="b">'),
    ("To find out.", "To find <b>out</b>.\tNow."),
    ("To find out.", ""),
    ("To find out.</AbstractText>", "To find out.</AbstractText><CopyrightInformation>© Us</CopyrightInformation>"),
    ('Label="AIM" NlmCategory="OBJECTIVE"', 'NlmCategory="OBJECTIVE" Label="AIM"'),
    ('Label="AIM" ', 'Label="AIM  &amp; SCOPE" '),
    (' NlmCategory="OBJECTIVE"', ""),
    ("<Abstract>", "<Abstract><!-- x -->"),
    ("<Year>2014</Year><Month>06</Month><Day>03</Day>", "<MedlineDate>2014 Jun-Jul</MedlineDate>"),
    ("<Year>2014</Year><Month>06</Month><Day>03</Day>", "<Year>2014</Year><Season>Spring</Season>"),
    ("<Year>2014</Year><Month>06</Month><Day>03</Day>", ""),
    ("<Year>2015</Year>", "<Year>2015 </Year>"),
    ("<Year>2015</Year>", "<Year>&#50;015</Year>"),
    ("<Year>2016</Year>", "<Year/>"),
    ("<Volume>7</Volume>", "<Volume/>"),
    ("<Volume>7</Volume><Issue>2</Issue>", "<Issue>2</Issue><Volume>7</Volume>"),
    ("<Issue>2</Issue>", ""),
    ('IssnType="Print"', 'IssnType="Print" x="y"'),
    ("<ISOAbbreviation>", "<ISOAbbreviation >"),
    ("J Made Up Res", "J Made &amp; Up Res"),
    ("<MedlineTA>", "<MedlineTA/><MedlineTA>"),
    ("<MedlinePgn>11-9</MedlinePgn>", ""),
    ("<Pagination>", '<ELocationID EIdType="doi" ValidYN="Y">10.9999/elsewhere</ELocationID><Pagination>'),
    (
        "</Pagination>",
        '</Pagination><ELocationID EIdType="doi" ValidYN="N">10.9999/no</ELocationID>'
        '<ELocationID EIdType="doi">10.9999/yes&amp;</ELocationID>',
    ),
    ('<ArticleId IdType="doi">10.9999/made.up</ArticleId>', ""),
    ("<Language>eng</Language>", "<Language>eng</Language><Language> ger </Language><Language></Language>"),
    ("NCT99000001", "NCT 99000001 &#8211;"),
    ("<DataBankList>", '<DataBankList CompleteYN="Y">'),
    ("</PublicationTypeList>", "<PublicationType>Review</PublicationType></PublicationTypeList>"),
    ('UI="D016428"', 'Ui="D016428"'),
    ('DateType="Electronic"', 'DateType="Electronic" x="1"'),
    ("Ketamine</NameOfSubstance>", "Ketamine &gt; <i>x</i></NameOfSubstance>"),
    ("690G0D6V8H", ""),
    ('RefType="CommentIn"', 'RefType="RetractionIn"'),
    ("J. 2015", "J. <i>2015</i>"),
    ("98000004", "98000004x"),
    ("<KeywordList>", '<KeywordList Owner="NOTNLM">'),
    ("<Keyword>made up", '<Keyword MajorTopicYN="Y">made  up'),
    ("<Keyword>ketamine", "<Keyword><b>ketamine</b>"),
    ("<CoiStatement>None.", "<CoiStatement>None <i>at all</i>."),
    ("<CoiStatement>", '<OtherAbstract Type="Publisher"><AbstractText>x</AbstractText></OtherAbstract><CoiStatement>'),
    ('Status="MEDLINE"', 'Status="In-Process" IndexingMethod="Automated"'),
    ('Owner="NLM"', "Owner='NLM'"),
    ('Version="1">99000001', 'Version="2">099000001'),
    ('Version="1">99000001', 'Version="x">99000001'),
    ("<PublicationTypeList>", '<GrantList CompleteYN="Y"><Grant><Country/></Grant></GrantList><PublicationTypeList>'),
]


def from_tree(body: bytes):
    return read_article(parse(body))


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(CHANGES), max_size=4), st.booleans())
def test_every_way_of_writing_a_record_gives_what_the_tree_gives(changes, breaks):
    text = BASE.replace("><", ">\n  <") if breaks else BASE
    for change in changes:
        for old, new in zip(change[::2], change[1::2], strict=True):
            text = text.replace(old, new)
    body = text.encode()
    try:
        expected = from_tree(body)
    except etree.XMLSyntaxError:
        return  # two changes at one place
    assert read_record(RawRecord(99000001, 1, "pubmed-xml", body)) == expected


def test_what_pubmed_writes_is_in_the_plain_form():
    written = BASE.replace("<KeywordList>", '<KeywordList Owner="NOTNLM">')
    for text in (written, written.replace("><", ">\n  <"), written.replace("made-up trial", "<i>made</i>-up trial")):
        assert read_plain(text.encode()) == from_tree(text.encode())


def test_a_record_that_is_not_well_formed_is_not_in_the_plain_form():
    for old, new in (
        ("</Initials>", "</initials>"),
        ("</MeshHeadingList>", ""),
        ("</CoiStatement>", ""),
        ("To find out.", "To <i>find</b> out."),
        ("<Language>", "text <Language>"),
        ("&amp;", "&"),
    ):
        assert read_plain(BASE.replace(old, new).encode()) is None, new


def test_each_change_alone_is_read_the_same_way():
    for change in CHANGES:
        body = BASE.replace(change[0], change[1])
        for old, new in zip(change[2::2], change[3::2], strict=True):
            body = body.replace(old, new)
        assert read_record(RawRecord(99000001, 1, "pubmed-xml", body.encode())) == from_tree(body.encode()), change


def test_real_records_read_the_same_way():
    folder = Path(__file__).parents[2].parent / "shared" / "data" / "pubmed_xml"
    if not folder.exists():
        pytest.skip("needs ../shared/data: real PubMed records")
    plain = 0
    for path in folder.iterdir():
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for raw in split_records(io.BytesIO(content)):
            if isinstance(raw, RawRecord) and (record := read_plain(raw.body)):
                plain += 1
                assert record == from_tree(raw.body)
    assert plain > 200  # of 338; most others are older than AffiliationInfo (2014)
