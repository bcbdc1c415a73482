"""What the archive knows of a record at a glance is what PubMed wrote of that record, and of no other."""

import pytest

from db.glance import Glance, glance
from records import medline, pubmed_article, pubmed_book

LINKS = [
    ("CommentIn", 99000801, "J Made Up Res"), ("RetractionIn", 99000802, "J Made Up Res"),
    ("RetractionIn", None, "J Without A Number"), ("ErratumIn", 99000803, "J Made Up Res"),
    ("RetractionOf", 99000804, "J Made Up Res"), ("Cites", 99000805, "J Made Up Res"),
    ("ErratumIn", 99000803, "J Made Up Res"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        (pubmed_article(99000101), Glance("MEDLINE", ())),
        (pubmed_article(99000101, status="In-Data-Review"), Glance("In-Data-Review", ())),
        (pubmed_article(99000101, links=LINKS), Glance("MEDLINE", (99000802, 99000803))),
        (pubmed_article(99000101, links=LINKS[2:3]), Glance("MEDLINE", ())),
        (pubmed_book(99000101), Glance("", ())),
        (medline(99000101, ("STAT", "Publisher"), ("TI", "A made-up title.")), Glance("Publisher", ())),
        ("", Glance("", ())),
    ],
    ids=["indexed", "waits", "notices", "notice without a PMID", "book", "MEDLINE text", "nothing"],
)
def test_status_and_notices_are_read_from_the_record_as_received(body, seen):
    assert glance(body.encode()) == seen
