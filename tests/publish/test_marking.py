"""Words behind tags, marked in place: spans overlap, nest, touch and reach over the edge; the text stays as it is."""

import re

from hypothesis import given
from hypothesis import strategies as st

from publish.marking import FACETS, Span, facet_order, marked_html, pieces, spans_of


def span(start, stop, facet="route", tag_id=1, says="route: oral"):
    return Span(start, stop, facet, says, tag_id)


def test_spans_that_overlap_are_split_where_one_of_them_begins_or_ends():
    found = pieces("oral ketamine dose", [span(0, 13), span(5, 18, "dose", 2)])
    assert [(piece.text, [each.facet for each in piece.spans], set(piece.begins)) for piece in found] == [
        ("oral ", ["route"], {1}),
        ("ketamine", ["route", "dose"], {2}),
        (" dose", ["dose"], set()),
    ]


def test_a_part_of_a_text_shows_the_part_of_a_span_that_reaches_into_it():
    found = pieces("METHODS: oral ketamine", [span(0, 13)], start=9)
    assert [(piece.text, set(piece.begins)) for piece in found] == [("oral", {1}), (" ketamine", set())]


def test_every_tag_has_a_mark_of_its_own_so_that_one_facet_can_be_hidden():
    html = marked_html("an oral dose", [span(3, 7), span(3, 12, "dose", 2, "dose: 5 mg")])
    assert html == (
        "an "
        '<mark class="on-dose" id="words-2" title="route: oral; dose: 5 mg">'
        '<mark class="on-route" id="words-1" title="route: oral; dose: 5 mg">oral</mark></mark>'
        '<mark class="on-dose" title="dose: 5 mg"> dose</mark>'
    )


def test_text_and_tags_are_escaped():
    html = marked_html("<b>oral</b>", [span(3, 7, says='route: "><script>')])
    assert html == (
        '&lt;b&gt;<mark class="on-route" id="words-1" title="route: &#34;&gt;&lt;script&gt;">oral</mark>&lt;/b&gt;'
    )


def test_a_facet_that_is_not_known_is_marked_as_another():
    assert marked_html("oral", [span(0, 4, 'new" onclick="', 3, "new: x")]) == (
        '<mark class="on-other" id="words-3" title="new: x">oral</mark>'
    )


def test_only_tags_with_a_place_in_this_field_become_spans():
    tag = {"tag_id": 1, "facet": "route", "value": "oral", "role": "studied", "field": "title", "start": 0, "end": 4}
    tags = [tag, tag | {"field": "abstract"}, tag | {"start": None, "end": None}, tag | {"end": 0}]
    assert spans_of(tags, "title") == [Span(0, 4, "route", "route: oral (studied)", 1)]


def test_facets_stand_in_their_order_and_unknown_ones_last():
    assert sorted([*reversed(list(FACETS)), "zebra", "apple"], key=facet_order) == [*FACETS, "apple", "zebra"]


spans = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.sampled_from([*FACETS, "x"])), max_size=8).map(
    lambda drawn: [span(min(a, b), max(a, b), facet, number) for number, (a, b, facet) in enumerate(drawn)]
)


@given(st.text(max_size=40), spans)
def test_whatever_the_spans_the_text_is_whole_and_every_character_is_under_its_own(text, found):
    made = pieces(text, found)
    assert "".join(piece.text for piece in made) == text
    place = 0
    for piece in made:
        for at in range(place, place + len(piece.text)):
            assert set(piece.spans) == {each for each in found if each.start <= at < each.stop}
        place += len(piece.text)
    html = str(marked_html(text, found))
    assert html.count("<mark ") == html.count("</mark>")
    ids = re.findall(r' id="(words-\d+)"', html)
    assert len(ids) == len(set(ids))
