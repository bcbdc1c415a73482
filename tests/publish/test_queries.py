"""The prepared questions, with their whole answers over the small database."""

import pytest

from helpers.published import HOSTILE

pytestmark = pytest.mark.asyncio


async def rows(datasette, name, **asked):
    answer = await datasette.client.get(f"/evidence/{name}.json", params={"_shape": "array", **asked})
    assert answer.status_code == 200
    return answer.json()


async def test_studies_and_people_are_counted_by_route_and_design(datasette):
    found = await rows(datasette, "evidence_by_route_and_design", condition="depression")
    columns = ("route", "studies", "people", "studies_attributable", "randomized_trials",
               "people_in_randomized_trials", "observational_studies", "case_reports_and_series",
               "other_designs")  # fmt: skip
    assert [tuple(row[name] for name in columns) for row in found] == [
        ("intramuscular", 2, 19, 2, 1, 18, 0, 1, 0),
        ("intravenous", 2, 9, 1, 1, 9, 0, 0, 1),
        ("intranasal", 1, None, 0, 1, None, 0, 0, 0),  # a third of its people had a placebo, or all: nobody knows
        ("sublingual", 1, 12, 1, 0, None, 1, 0, 0),
        ("any route", 5, 40, 3, 2, 27, 1, 1, 1),
    ]


async def test_without_a_condition_all_are_counted(datasette):
    found = await rows(datasette, "evidence_by_route_and_design")
    assert [(row["route"], row["studies"]) for row in found][-1] == ("any route", 6)
    assert "oral" in [row["route"] for row in found]


async def test_designs_of_a_row_add_up_to_its_studies(datasette):
    for row in await rows(datasette, "evidence_by_route_and_design"):
        designs = ("randomized_trials", "other_trials", "observational_studies", "case_reports_and_series",
                   "pharmacokinetic_studies", "other_designs")  # fmt: skip
        assert sum(row[name] for name in designs) == row["studies"]


@pytest.mark.parametrize("typed", ["intramuscular", " Intramuscular "])
async def test_studies_of_one_route_in_depression_mark_what_is_retracted(datasette, typed):
    found = await rows(datasette, "studies_of_one_route_in_depression", route=typed)
    assert [(row["public_from"], row["pmid"], row["caution"]) for row in found] == [
        ("2015-02-01", 99000006, "retracted"),
        ("2014-06", 99000002, ""),
        ("2012-03-05", 99000001, ""),
    ]


async def test_the_intramuscular_count_grows_by_date_and_without_retracted_studies(datasette):
    found = await rows(datasette, "studies_behind_the_im_claim")
    columns = ("studies_so_far", "public_from", "pmid", "n_total", "people_by_this_route", "caution")
    assert [tuple(row[name] for name in columns) for row in found] == [
        (1, "2012-03-05", 99000001, 1, 1, ""),
        (2, "2014-06", 99000002, 27, 18, ""),
        (None, "2015-02-01", 99000006, 40, 40, "retracted"),
    ]


async def test_bioavailability_names_every_source_and_the_span_of_the_route(datasette):
    found = await rows(datasette, "bioavailability_by_route")
    columns = ("route", "low", "high", "unit", "pmid", "doi", "quote", "lowest_for_route", "highest_for_route")
    assert [tuple(row[name] for name in columns) for row in found] == [
        ("oral", 17.0, 20.0, "%", 99000004, None, "17 to 20 %", 17.0, 20.0),
        ("sublingual", 24.0, 30.0, "%", None, "10.5555/unlisted", "24-30", 24.0, 30.0),
    ]
    assert len(await rows(datasette, "bioavailability_by_route", route="oral")) == 1


async def test_head_to_head_studies_have_both_routes(datasette):
    for asked in ({}, {"route_a": "intramuscular"}, {"route_a": "intravenous", "route_b": "intramuscular"}):
        assert [row["pmid"] for row in await rows(datasette, "head_to_head_comparisons", **asked)] == [99000002]
    assert await rows(datasette, "head_to_head_comparisons", route_a="oral") == []


async def test_retractions_come_first_and_corrections_are_not_retractions(datasette):
    found = await rows(datasette, "retracted_and_corrected")
    assert [(row["kind"], row["pmid"], row["notice_pmid"]) for row in found] == [
        ("retraction", 99000006, 99000090),
        ("erratum", 99000002, None),
    ]
    assert [row["pmid"] for row in await rows(datasette, "retracted_and_corrected", kind="erratum")] == [99000002]


async def test_a_retraction_without_a_known_notice_is_listed(own_copy, tmp_path):
    from helpers.published import METADATA
    from publish.serve import application

    own_copy.conn.execute("DELETE FROM notices")
    own_copy.conn.commit()
    found = await rows(application(tmp_path / "evidence.db", METADATA), "retracted_and_corrected")
    assert [(row["kind"], row["pmid"], row["notice"]) for row in found] == [("retraction", 99000006, None)]


async def test_new_records_are_those_known_since_the_date(datasette):
    assert [row["pmid"] for row in await rows(datasette, "new_since", since="2019-06")] == [99000005, 99000007]
    newest_year_and_the_one_before = await rows(datasette, "new_since")
    assert [row["pmid"] for row in newest_year_and_the_one_before] == [99000005, 99000007]
    assert len(await rows(datasette, "new_since", since="1900")) == 7


async def test_a_match_in_the_title_comes_before_one_in_the_abstract(datasette):
    found = await rows(datasette, "search", q="pain")
    assert [(row["pmid"], row["title"], row["abstract"]) for row in found] == [
        (99000004, "Oral ketamine for \ue000pain\ue001: what is absorbed", None),
        (99000005, HOSTILE, "<script>alert(3)</script> was given intravenously to mice & men in \ue000pain\ue001."),
    ]


async def test_the_words_found_are_marked_on_the_page(datasette):
    html = (await datasette.client.get("/evidence/search?q=intramuscular+depression")).text
    assert "<mark>Intramuscular</mark> ketamine in a single patient with <mark>depression</mark>" in html


async def test_a_word_of_the_abstract_is_found_in_either_spelling(datasette):
    for word in ("randomised", "randomized", "IL6"):
        assert [row["pmid"] for row in await rows(datasette, "search", q=word)] == [99000002]


async def test_disagreements_name_both_sources(datasette):
    found = await rows(datasette, "where_sources_disagree", facet="route")
    columns = ("pmid", "facet", "source_a", "value_a", "source_b", "value_b")
    assert [tuple(row[name] for name in columns) for row in found] == [
        (99000002, "route", "mesh", "intravenous", "text", "intramuscular")
    ]
