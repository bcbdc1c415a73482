"""What the archive knows of a record at a glance is what PubMed wrote of that record, and of no other."""

import pytest

from db.archive.glance import Glance, glance
from helpers.records import RETRACTED, RETRACTION_NOTICE, medline, pubmed_article, pubmed_book

LINKS = [
    ("CommentIn", 99000801, "J Made Up Res"), ("RetractionIn", 99000802, "J Made Up Res"),
    ("RetractionIn", None, "J Without A Number"), ("ErratumIn", 99000803, "J Made Up Res"),
    ("RetractionOf", 99000804, "J Made Up Res"), ("Cites", 99000805, "J Made Up Res"),
    ("ErratumIn", 99000803, "J Made Up Res"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        (pubmed_article(99000101), Glance("MEDLINE", "", (), retracted=False)),
        (pubmed_article(99000101, status="In-Data-Review"), Glance("In-Data-Review", "", (), retracted=False)),
        (pubmed_article(99000101, links=LINKS), Glance("MEDLINE", "", (99000802, 99000803), retracted=True)),
        (pubmed_article(99000101, links=LINKS[2:3]), Glance("MEDLINE", "", (), retracted=True)),
        (pubmed_article(99000101, links=LINKS[4:5]), Glance("MEDLINE", "", (), retracted=False)),
        (pubmed_article(99000101, publication_types=[RETRACTED]), Glance("MEDLINE", "", (), retracted=True)),
        (pubmed_book(99000101), Glance("", "", (), retracted=False)),
        (
            medline(99000101, ("STAT", "Publisher"), ("TI", "A made-up title.")),
            Glance("Publisher", "", (), retracted=False),
        ),
        (medline(99000101, ("PT", "Retracted Publication")), Glance("", "", (), retracted=True)),
        (medline(99000101, ("RIN", "J Made Up Res. 2016;9:4.")), Glance("", "", (), retracted=True)),
        ("", Glance("", "", (), retracted=False)),
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
        "nothing",
    ],
)
def test_status_notices_and_retraction_are_read_from_the_record_as_received(body, seen):
    assert glance(body.encode()) == seen


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
    assert glance(body.encode()).retracted == retracted
