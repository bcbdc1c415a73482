"""Search as readers use it: ranked and marked, narrowed, and sane whatever is typed."""

import lxml.html
import pytest
from datasette.app import Datasette

from helpers.made_site import KINETICS, REGISTRATION, SECOND_REPORT, TRIAL

pytestmark = pytest.mark.asyncio
DEEP = "+".join(f"word{number}" for number in range(900))
TYPED = [
    "", "+++", '"', '""', "*", "%22%2A%28", "x" * 5000, DEEP, "Größe+氯胺酮+\u202e", "%00", "ketamine%00", "';drop",
    "NEAR(a b)", "title:ketamine", "-ketamine", "a AND OR", "^ketamine", "%ud800", "%ff",
]  # fmt: skip


async def found(datasette: Datasette, asked: str) -> dict:
    answer = await datasette.client.get(f"/search.json?{asked}")
    assert answer.status_code == 200, answer.text[:300]
    return answer.json()


async def shown(datasette: Datasette, asked: str) -> str:
    answer = await datasette.client.get(f"/search?{asked}")
    assert answer.status_code == 200, answer.text[:300]
    return " ".join(lxml.html.fromstring(answer.text).get_element_by_id("results").text_content().split())


@pytest.mark.parametrize("typed", TYPED)
@pytest.mark.parametrize("more", ["", "&typing=1", "&route=oral&page=2"])
async def test_whatever_is_typed_has_an_answer(made: Datasette, typed: str, more: str):
    data = await found(made, f"q={typed}{more}")
    assert data["count"] >= len(data["results"])
    assert await shown(made, f"q={typed}{more}")


async def test_nothing_typed_is_an_invitation_and_no_word_is_said_to_be_none(datasette: Datasette):
    assert (await shown(datasette, "q=")).startswith("Type a word to begin")
    assert (await shown(datasette, 'q=" * "')).startswith("There is no word to search for in that.")


async def test_a_word_in_the_title_weighs_more_and_found_words_are_marked(datasette: Datasette):
    page = lxml.html.fromstring((await datasette.client.get("/search?q=intramuscular")).text)
    titles = page.cssselect("ol.results li > a")
    assert {title.get("href") for title in titles} == {"/articles/99000001", "/articles/99000002", "/articles/99000006"}
    assert {mark.text_content().lower() for mark in page.cssselect("ol.results mark")} == {"intramuscular"}
    assert "retracted" in page.cssselect("ol.results")[0].text_content()


@pytest.mark.parametrize(
    ("typed", "pmid"),
    [("esketamine", 99000003), ("S-ketamine", 99000003), ("randomized groups", 99000002),
     ("randomised groups", 99000002), ("IL6", 99000002), ("IL-6", 99000002), ('"single patient"', 99000001),
     ("absorb*", 99000004)],
)  # fmt: skip
async def test_spellings_names_phrases_and_beginnings_are_matched(datasette: Datasette, typed: str, pmid: int):
    assert [row["pmid"] for row in (await found(datasette, f"q={typed}"))["results"]] == [pmid]


async def test_while_typing_the_last_word_is_a_beginning(datasette: Datasette):
    assert (await found(datasette, "q=intramus"))["count"] == 0
    assert (await found(datasette, "q=intramus&typing=1"))["count"] == 3
    assert (await found(datasette, "q=intramuscular pat&typing=1"))["count"] == 1
    assert (await found(datasette, 'q="intramus&typing=1'))["count"] == 3


async def test_facets_count_the_hits_and_narrow_them(datasette: Datasette):
    data = await found(datasette, "q=depression")
    assert data["facets"]["route"] == [
        {"value": "intramuscular", "records": 3}, {"value": "intravenous", "records": 2},
        {"value": "intranasal", "records": 1}, {"value": "oral", "records": 1},
    ]  # fmt: skip
    assert data["facets"]["years"] == [{"value": "2010s", "records": 4}, {"value": "2020s", "records": 1}]
    for facet, values in data["facets"].items():
        for value in values:
            narrowed = await found(datasette, f"q=depression&{facet}={value['value']}")
            assert narrowed["count"] == value["records"], (facet, value)
    page = await shown(datasette, "q=depression&route=intravenous")
    assert "Narrowed to route: intravenous remove" in page


async def test_with_no_result_each_word_says_how_many_records_have_it(datasette: Datasette):
    data = await found(datasette, "q=ketamine+elephant")
    assert (data["count"], data["each_word"]) == (
        0, [{"word": "ketamine", "records": 7}, {"word": "elephant", "records": 0}],
    )  # fmt: skip
    assert "no record has all of these words. ketamine: 7 elephant: 0" in await shown(datasette, "q=ketamine+elephant")


@pytest.mark.parametrize(
    ("typed", "pmids"),
    [(str(KINETICS), [KINETICS]), (f"PMID: {KINETICS}", [KINETICS]), ("10.5555/made.101", [TRIAL]),
     ("https://doi.org/10.5555/MADE.101", [TRIAL]), (REGISTRATION.lower(), [TRIAL, SECOND_REPORT]),
     (f"trial {REGISTRATION}", []), (f"{REGISTRATION[:3]} {REGISTRATION[3:]}.", [TRIAL, SECOND_REPORT])],
)  # fmt: skip
async def test_an_identifier_with_nothing_beside_it_leads_to_its_record(made: Datasette, typed: str, pmids: list[int]):
    assert [row["pmid"] for row in (await found(made, f"q={typed}"))["named"]] == pmids
    assert ("This names a record" in await shown(made, f"q={typed}")) == bool(pmids)


async def test_pages_of_results_go_on_where_the_last_one_ended(made: Datasette):
    first = await found(made, "q=ketamine")
    assert (first["page"], len(first["results"])) == (1, 20)
    second = await found(made, "q=ketamine&page=2")
    assert not {row["pmid"] for row in first["results"]} & {row["pmid"] for row in second["results"]}
    last = await found(made, "q=ketamine&page=9999")
    assert last["page"] == last["pages"] <= 50


async def test_more_words_than_are_searched_for_is_said(datasette: Datasette):
    data = await found(datasette, f"q={DEEP}")
    assert (len(data["words"]), data["left_out"]) == (40, 860)
    assert "Only the first 40 words were searched for." in await shown(datasette, f"q={DEEP}")


async def test_the_marks_of_a_hit_come_as_two_characters_in_json(datasette: Datasette):
    row = (await found(datasette, "q=absorbed"))["results"][0]
    assert (row["title"], row["marked_title"]) == (
        "Oral ketamine for pain: what is absorbed", "Oral ketamine for pain: what is \ue000absorbed\ue001",
    )  # fmt: skip
