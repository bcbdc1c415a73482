"""What the archive keeps beside a record is what PubMed wrote of that record, and of no other."""

import pytest

from helpers.records import RETRACTED, RETRACTION_NOTICE, medline, pubmed_article, pubmed_book
from records.facts import RecordFacts, facts_of
from records.splitter import record_of


def read(body: str) -> RecordFacts:
    return facts_of(record_of("pubmed-xml" if body.startswith("<") else "medline", body.encode()))


LINKS = [
    ("CommentIn", 99000801, "J Made Up Res"), ("RetractionIn", 99000802, "J Made Up Res"),
    ("RetractionIn", None, "J Without A Number"), ("ErratumIn", 99000803, "J Made Up Res"),
    ("RetractionOf", 99000804, "J Made Up Res"), ("Cites", 99000805, "J Made Up Res"),
    ("ErratumIn", 99000803, "J Made Up Res"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "facts"),
    [
        (pubmed_article(99000101), RecordFacts("MEDLINE", "", (), retracted=False)),
        (pubmed_article(99000101, status="In-Data-Review"), RecordFacts("In-Data-Review", "", (), retracted=False)),
        (pubmed_article(99000101, links=LINKS), RecordFacts("MEDLINE", "", (99000802, 99000803), retracted=True)),
        (pubmed_article(99000101, links=LINKS[2:3]), RecordFacts("MEDLINE", "", (), retracted=True)),
        (pubmed_article(99000101, links=LINKS[4:5]), RecordFacts("MEDLINE", "", (), retracted=False)),
        (pubmed_article(99000101, publication_types=[RETRACTED]), RecordFacts("MEDLINE", "", (), retracted=True)),
        (pubmed_book(99000101), RecordFacts("", "", (), retracted=False)),
        (
            medline(99000101, ("STAT", "Publisher"), ("TI", "A made-up title.")),
            RecordFacts("Publisher", "", (), retracted=False),
        ),
        (medline(99000101, ("PT", "Retracted Publication")), RecordFacts("", "", (), retracted=True)),
        (medline(99000101, ("RIN", "J Made Up Res. 2016;9:4.")), RecordFacts("", "", (), retracted=True)),
    ],
    ids=[
        "indexed",
        "waits",
        "notices",
        "notice without a PMID",
        "notice itself",
        "retracted type",
        "book",
        "MEDLINE text",
        "retracted MEDLINE text",
        "MEDLINE text with a retraction",
    ],
)
def test_status_notices_and_retraction_are_those_of_the_record(body, facts):
    assert read(body) == facts


NOTICE = [("RetractionOf", 99000804, "J Made Up Res")]


@pytest.mark.parametrize(
    ("body", "retracted"),
    [
        (pubmed_article(99000101, title="WITHDRAWN: Ketamine"), True),
        (pubmed_article(99000101, title="<b>Retracted</b> Article: Ketamine &amp; sleep"), True),
        (pubmed_article(99000101, title="[Removed] Ketamine"), True),
        (medline(99000101, ("TI", "RETRACTED: Ketamine for\n      sleep.")), True),
        (pubmed_article(99000101, title="Ketamine", references=[1], abstract="RETRACTED: Ketamine"), False),
        (pubmed_article(99000101, title="Retracted: Ketamine", publication_types=[RETRACTION_NOTICE]), False),
        (pubmed_article(99000101, title="Retracted: Ketamine", links=NOTICE), False),
        (medline(99000101, ("TI", "Retracted: Ketamine"), ("ROF", "J Made Up Res. 2016;9:4.")), False),
        (medline(99000101, ("TI", "Retracted: Ketamine"), ("PT", "Retraction Notice")), False),
        (medline(99000101, ("AB", "Ketamine.\n      TI  - RETRACTED: no")), False),
        (pubmed_article(99000101, links=[("PartialRetractionIn", 99000804, "J Made Up Res")]), False),
    ],
)
def test_a_title_that_says_so_is_a_mark_except_on_a_notice(body, retracted):
    assert read(body).retracted == retracted
