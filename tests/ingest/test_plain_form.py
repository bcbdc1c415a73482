"""The plain form is a short cut: whatever a record looks like, it gives what the tree gives."""

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from db.archive import RawRecord
from ingest.elements import parse
from ingest.plain_form import take_apart
from ingest.pubmed_xml import read_article
from ingest.reader import read_record
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
    plain = take_apart(BASE.replace("><", ">\n  <").encode())
    assert plain is not None
    assert b"<Author" not in plain.body
    assert b"<PubmedData" not in plain.body
    assert b"<MeshHeading" not in plain.body


def test_each_change_alone_is_read_the_same_way():
    for change in CHANGES:
        body = BASE.replace(change[0], change[1])
        for old, new in zip(change[2::2], change[3::2], strict=True):
            body = body.replace(old, new)
        assert read_record(RawRecord(99000001, 1, "pubmed-xml", body.encode())) == from_tree(body.encode()), change
