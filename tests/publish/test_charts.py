"""Charts: drawn to scale, said in words, and inert whatever a label holds."""

import lxml.html
import pytest

from publish.charts import Box, Frame, Line, chart, flow, spark, year_of
from publish.verdicts import found, in_words, lines_of


@pytest.mark.parametrize(
    ("date", "year"), [("2014", 2014.0), ("2014-07", 2014.5), ("2014-12-31", 2014.999), ("2014-01-01", 2014.0)]
)
def test_a_date_is_a_year_with_its_fraction(date, year):
    assert year_of(date) == year


def drawn(markup):
    return lxml.html.fromstring(str(markup))


def test_a_line_is_a_staircase_within_the_picture_that_ends_where_time_does():
    picture = drawn(chart([Line("studies", [(2000, 1), (2010, 3)])], Frame(until=2020), "words"))
    (line,) = picture.cssselect("path.line")
    # the plot runs from x 34 to 350 and from y 148 (0) up to 16 (3)
    assert line.get("d") == "M34.0 104.0H192.0V16.0H350.0"
    assert [tick.text for tick in picture.cssselect("text.tick")] == [
        "0",
        "1",
        "2",
        "3",
        "2000",
        "2005",
        "2010",
        "2015",
        "2020",
    ]


def test_what_the_article_leads_one_to_expect_lies_behind_the_line_on_the_same_scale():
    picture = drawn(chart([Line("%", [(2000, 0), (2010, 100)])], Frame(low=50, until=2020), "words"))
    (band,) = picture.cssselect("rect.expected")
    assert (float(band.get("y")), float(band.get("height"))) == (15.0, 68.0)


def test_the_first_place_stands_on_top_and_none_before_it():
    picture = drawn(chart([Line("place", [(2000, 2), (2010, 1)])], Frame(low=1, high=1, until=2020, ranks=True), "w"))
    (line,), (band,) = picture.cssselect("path.line"), picture.cssselect("rect.expected")
    assert line.get("d") == "M34.0 148.0H192.0V16.0H350.0"
    assert (band.get("y"), band.get("height")) == ("15.0", "2.0")
    assert [tick.text for tick in picture.cssselect("text.tick")][:2] == ["1", "2"]
    assert (
        drawn(spark([Line("place", [(2000, 1), (2010, 2)])], Frame(ranks=True), "w"))
        .cssselect("path.line")[0]
        .get("d")
        .startswith("M0.0 3.0H72.0V21.0")
    )


def test_without_a_point_there_is_no_picture():
    assert chart([], Frame(), "words") == spark([], Frame(), "words") == ""


def test_labels_and_words_are_escaped():
    hostile = '<script>alert(1)</script>"'
    for markup in (
        chart([Line(hostile, [(2000, 1)])], Frame(), hostile), spark([Line("x", [(2000, 1)])], Frame(), hostile),
        flow([Box([hostile])], hostile),
    ):  # fmt: skip
        assert "<script" not in markup
        assert drawn(markup).get("aria-label") == hostile


def test_boxes_that_leave_the_flow_stand_to_the_right():
    picture = drawn(flow([Box(["in: 3"]), Box(["out: 1", "why: 1"], side=True), Box(["left: 2"])], "words"))
    boxes = [(int(box.get("x")), int(box.get("height"))) for box in picture.cssselect("rect.box")]
    assert boxes == [(4, 25), (192, 40), (4, 25)]
    assert len(picture.cssselect("path.arrow")) == 3


def test_a_value_is_said_in_the_words_of_its_kind():
    assert [
        found("count", "1", "studies"), found("count", "2", "studies"), found("exists", "yes", None),
        found("rank", "2", "place"), found("share", "43.9", "%"), found("span", "25", "years"),
        found("quantity", "3 of 4", "%"), found("list", "1 for, 0 against", None),
        found("attribute", "dose_comparison", None), found("not_testable", None, None), found("rank", None, "place"),
    ] == [
        "1 study", "2 studies", "a study is known", "place 2", "43.9 %", "25 years", "3 of 4 figures agree",
        "1 for, 0 against", "dose comparison", "", "no study has it",
    ]  # fmt: skip


def test_what_is_no_number_is_drawn_as_papers_for_and_against():
    papers = [("supports", "2012", 2), ("contradicts", "2013-07", 1), ("supports", "2010", 1)]
    lines = lines_of("exists", None, [{"date": "2010", "value": "yes"}], papers)
    assert lines == [Line("for", [(2010.0, 1.0), (2012.0, 3.0)]), Line("against", [(2013.5, 1.0)], dashed=True)]
    assert in_words(lines) == "for: 1 in 2010, 3 since 2012; against: 1 in 2013, 1 since 2013"
    assert lines_of("attribute", None, [], papers) == []
