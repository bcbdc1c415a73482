"""Rows keep the promise about quotes."""

import pytest

from ingest.build.rows import tag_rows
from ingest.tagging.model import Tag
from records.record import Record

RECORD = Record(99000001, title="IM ketamine in twelve people")


def tag(start: int, end: int, quote: str) -> Tag:
    return Tag("route", "intramuscular", "studied", "text", "route.im", "title", start, end, quote, 0.9)


def test_a_tag_is_written_with_the_words_it_points_at():
    assert tag_rows(99000001, RECORD, [tag(0, 2, "IM")]) == [
        (
            99000001 * 10_000 + 1,
            99000001,
            "route",
            "intramuscular",
            "studied",
            "text",
            "route.im",
            "title",
            0,
            2,
            "IM",
            0.9,
        )
    ]


def test_a_tag_that_misquotes_is_refused():
    with pytest.raises(ValueError, match=r"99000001: rule route.im \(route\) quotes 'IM'"):
        tag_rows(99000001, RECORD, [tag(1, 3, "IM")])
