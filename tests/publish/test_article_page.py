"""A record's page: citation, marked abstract, tags with their reasons, notices, family, claims, formats."""

import re
import sqlite3

import pytest
import sqlite_utils
from datasette.app import Datasette

from helpers.made_site import KINETICS, NOTICE, REGISTRATION, SECOND_REPORT, TRIAL, WITHDRAWN, WITHOUT_ABSTRACT
from helpers.published import METADATA
from helpers.shown import parsed, words
from publish.marking import FACETS
from publish.pages.article import accuracy_of
from publish.serve import application

pytestmark = pytest.mark.asyncio
ON_REGISTER = 22840761


async def test_the_abstract_stands_as_received_with_the_words_of_every_tag_marked(made: Datasette):
    page = await parsed(made, f"/articles/{TRIAL}")
    record = (await made.client.get(f"/articles/{TRIAL}.json")).json()
    shown = [words(part) for part in page.cssselect(".abstract p")]
    assert " ".join(shown) == " ".join(record["record"]["abstract"].split())
    assert words(page.cssselect("h1")[0]) == record["record"]["title"]
    for tag in record["tags"]:
        if tag["start"] is None:
            continue
        begin = page.cssselect(f"#words-{tag['tag_id']}")
        assert len(begin) == 1
        assert f"on-{tag['facet']}" in begin[0].classes
        assert tag["quote"].startswith(begin[0].text_content())
        assert page.cssselect(f'#tag-{tag["tag_id"]} a[href="#words-{tag["tag_id"]}"]')


async def test_the_legend_names_every_facet_that_is_marked_and_each_has_a_box(made: Datasette):
    page = await parsed(made, f"/articles/{TRIAL}")
    marked = {name[3:] for mark in page.cssselect("article mark") for name in mark.classes}
    boxes = {box.get("id").removeprefix("show-") for box in page.cssselect(".legend input[type=checkbox][checked]")}
    assert marked == boxes == {
        "route", "intervention", "design", "randomized", "blinding", "control", "condition", "n_total", "species",
        "age_group", "schedule", "dose",
    }  # fmt: skip


async def test_every_facet_has_a_colour_and_a_rule_that_hides_it(made: Datasette):
    (sheet,) = (style.text for style in (await parsed(made, f"/articles/{TRIAL}")).cssselect("head style"))
    for facet in (*FACETS, "other"):
        assert re.search(rf"\.on-{facet}\b[^{{}}]*{{ --tint", sheet), facet
        assert f".record:has(#show-{facet}:not(:checked)) .on-{facet}" in sheet


async def test_a_tag_says_its_value_words_source_rule_confidence_and_accuracy(made: Datasette):
    page = await parsed(made, f"/articles/{TRIAL}")
    rows = [[words(cell) for cell in row] for row in page.cssselect("table.tags tbody tr")]
    assert ["dose", "0.5 mg/kg", "0.5 mg/kg abstract", "text dose of the drug", "0.85", "not measured"] in rows
    assert rows[0][0] == "route"


async def test_the_words_of_a_person_have_no_measured_accuracy(made: Datasette):
    page = await parsed(made, f"/articles/{ON_REGISTER}")
    rows = [[words(cell) for cell in row] for row in page.cssselect("table.tags tbody tr")]
    said = {(row[3].split(" register.")[0], row[5]) for row in rows if row[3].startswith("a person")}
    assert said == {("a person (register)", "a person's word")}


def accuracy(value, split, tp, fp, fn, gold_set="set"):
    return {"facet": "route", "value": value, "split": split, "gold_set": gold_set, "tp": tp, "fp": fp, "fn": fn,
            "precision": tp / (tp + fp) if tp + fp else 0, "recall": tp / (tp + fn)}  # fmt: skip


async def test_accuracy_is_that_of_the_value_before_that_of_the_facet():
    tag = {"facet": "route", "value": "oral", "source": "text"}
    of_value, of_facet = accuracy("oral", "held_back", 9, 1, 2), accuracy("(micro)", "held_back", 90, 10, 9)
    never_given = accuracy("oral", "held_back", 0, 0, 3)
    assert accuracy_of(tag, [of_facet, of_value]) == of_value
    assert accuracy_of(tag | {"value": "rectal"}, [of_facet, of_value]) == of_facet
    assert accuracy_of(tag, [never_given, of_facet]) == of_facet
    assert accuracy_of(tag | {"facet": "dose"}, [of_facet, of_value]) is None
    assert accuracy_of(tag | {"source": "register"}, [of_value]) is None


async def test_a_number_is_not_a_kind_of_tag_its_accuracy_is_that_of_all_numbers():
    of_seven, of_all = ({**accuracy(value, "held_back", 8, 2, 2), "facet": "n_total"} for value in ("7", "(micro)"))
    assert accuracy_of({"facet": "n_total", "value": "7", "source": "text"}, [of_seven, of_all]) == of_all


async def test_one_design_counts_and_what_was_outvoted_is_folded(own_copy, tmp_path):
    pmid = 99000001
    own_copy["tags"].delete_where("pmid = ? and facet in ('design', 'blinding', 'control')", [pmid])
    own_copy["articles"].update(
        pmid, {"design": "randomized_controlled_trial", "blinding": "double", "control": "abstained"}
    )
    made_up = {"record_id": pmid, "source": "text", "rule": "made up", "field": "title", "quote": "", "confidence": 0.6}
    own_copy["tags"].insert_all([
        {"tag_id": 901, "facet": "design", "value": "randomized_controlled_trial"} | made_up,
        {"tag_id": 902, "facet": "design", "value": "nonrandomized_trial"} | made_up,
        {"tag_id": 903, "facet": "blinding", "value": "open"} | made_up,
        {"tag_id": 904, "facet": "control", "value": "placebo"} | made_up,
    ])  # fmt: skip
    own_copy.conn.commit()
    page = await parsed(application(tmp_path / "evidence.db", METADATA), f"/articles/{pmid}")
    folded = page.cssselect("#tags ~ details")[0]
    assert words(folded.cssselect("summary")[0]) == "Also considered, and outvoted (2)"
    assert [row.get("id") for row in folded.cssselect("tbody tr")] == ["tag-902", "tag-903"]
    assert {"tag-901", "tag-904"} <= {row.get("id") for row in page.cssselect("#tags ~ .table-wrapper tbody tr")}


async def test_measured_accuracy_is_shown_where_there_is_some(made_db, tmp_path):
    path = tmp_path / "evidence.db"
    with sqlite3.connect(made_db) as old, sqlite3.connect(path) as new:
        old.backup(new)
    row = accuracy("intramuscular", "held_back", 8, 2, 2, "made_set")
    columns = {"tagger_version": "1", "f1": 0.8, "low": 0.7, "high": 0.9}
    sqlite_utils.Database(path)["tag_accuracy"].insert(row | columns, alter=True)
    page = await parsed(application(path, METADATA), f"/articles/{TRIAL}")
    cells = {words(cell) for cell in page.cssselect('td[data-label="accuracy"]')}
    assert "right in 80 %, finds 80 % intramuscular; 10 labelled in made_set, held back" in cells


async def test_a_retraction_stands_in_a_banner_above_everything_and_its_notice_is_not_retracted(made: Datasette):
    page = await parsed(made, f"/articles/{WITHDRAWN}")
    banner = page.cssselect("h1 + .message-error")[0]
    assert words(banner).startswith("Retracted. This paper was withdrawn from the literature.")
    assert "Since 2019-01-01. J Made Up Res. 2019;1:1" in words(banner)
    assert page.cssselect(f'section li a[href="https://pubmed.ncbi.nlm.nih.gov/{NOTICE}/"]')
    assert not (await parsed(made, f"/articles/{NOTICE}")).cssselect(".message-error")


async def test_a_paper_that_is_no_longer_retracted_says_so_and_one_that_was_republished_names_where(own_copy, tmp_path):
    pmid, other = (row["pmid"] for row in own_copy["articles"].rows_where(limit=2))
    own_copy["articles"].update(other, {"retracted": 1})
    own_copy["notices"].insert_all([
        {"notice_id": 901, "record_id": pmid, "kind": "reinstatement", "source": "archive", "dated": "2024-02-03"},
        {"notice_id": 902, "record_id": other, "kind": "reinstatement", "source": "pubmed", "notice_pmid": 99000777},
    ])  # fmt: skip
    own_copy.conn.commit()
    site = application(tmp_path / "evidence.db", METADATA)
    page = await parsed(site, f"/articles/{pmid}")
    assert words(page.cssselect("#notices ~ ul li")[0]) == (
        "Reinstatement, 2024-02-03: PubMed listed this paper as retracted before, and no longer does. It counts again."
    )
    assert not page.cssselect(".message-error")
    page = await parsed(site, f"/articles/{other}")
    assert words(page.cssselect(".message-error")[0]).endswith("It was published again: PMID 99000777.")


async def test_reports_of_one_study_name_each_other(made: Datasette):
    page = await parsed(made, f"/articles/{SECOND_REPORT}")
    study = page.cssselect("section[aria-labelledby=study]")[0]
    assert words(study).startswith(f"The study {REGISTRATION}: 2 reports known here.")
    assert study.cssselect(f'a[href="/studies/{REGISTRATION}"]')
    assert study.cssselect(f'a[href="/articles/{TRIAL}"]')


async def test_claims_that_the_record_bears_on_are_named_with_its_stance_and_why(made: Datasette):
    page = await parsed(made, f"/articles/{TRIAL}")
    claim = next(li for li in page.cssselect("ul.claims > li") if li.cssselect('a[href="/claims/im-single-study"]'))
    assert {words(stance) for stance in claim.cssselect(".stance")} == {"contradicts"}
    assert "one more than expected" in words(claim)
    second = await parsed(made, f"/articles/{SECOND_REPORT}")
    assert second.cssselect(f'ul.claims .why a[href="/articles/{TRIAL}"]'), (
        "evidence of its study, through its main report"
    )


async def test_arms_doses_and_measurements_are_shown_with_their_words(made: Datasette):
    trial = await parsed(made, f"/articles/{TRIAL}")
    arms = [[words(cell) for cell in row] for row in trial.cssselect("section[aria-labelledby=arms] tbody tr")]
    assert arms == [
        ["intramuscular ketamine 0.5 mg/kg", "intramuscular", "24", "0.5 mg/kg", "", "ketamine 0.5 mg/kg", "the text"]
    ]
    kinetics = await parsed(made, f"/articles/{KINETICS}")
    measured = [[words(cell) for cell in row] for row in kinetics.cssselect("#measurements + div tbody tr")]
    assert [row[:4] for row in measured] == [
        ["bioavailability of ketamine", "oral", "20 %", "healthy volunteers"],
        ["bioavailability of ketamine", "sublingual", "30 %", "healthy volunteers"],
    ]


async def test_why_there_is_no_abstract_is_said(made: Datasette):
    on_register = words((await parsed(made, f"/articles/{ON_REGISTER}")).cssselect(".abstract-part")[0])
    assert "Known here from the hand-checked register only" in on_register
    without = words((await parsed(made, f"/articles/{WITHOUT_ABSTRACT}")).cssselect(".abstract-part")[0])
    assert "PubMed has no abstract for this record." in without


async def test_where_sources_disagree_both_are_shown(datasette: Datasette):
    page = await parsed(datasette, "/articles/99000002")
    rows = [[words(cell) for cell in row] for row in page.cssselect("section[aria-labelledby=disagreements] tbody tr")]
    assert rows == [["route", "intravenous PubMed's MeSH headings", "intramuscular the text"]]


async def test_reference_managers_find_the_record_in_the_page(made: Datasette):
    page = await parsed(made, f"/articles/{TRIAL}")
    meta = {tag.get("name"): tag.get("content") for tag in page.cssselect("meta[name^=citation_]")}
    assert meta["citation_pmid"] == str(TRIAL)
    assert meta["citation_doi"] == "10.5555/made.101"
    assert meta["citation_title"].startswith("Intramuscular ketamine or midazolam")
    for name in ("ris", "bib", "nbib", "csl"):
        assert page.cssselect(f'p.links a[href="/cite/{TRIAL}.{name}"]')
        assert (await made.client.get(f"/cite/{TRIAL}.{name}")).status_code == 200


async def test_the_address_answers_in_the_format_that_is_asked_for(made: Datasette):
    for accept, begins in (
        ("application/x-bibtex", "@article{"),
        ("application/x-research-info-systems", "TY  - JOUR"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "\n<!DOCTYPE html>"),
        ("", "\n<!DOCTYPE html>"),
    ):
        answer = await made.client.get(f"/articles/{TRIAL}", headers={"accept": accept})
        assert answer.status_code == 200
        assert answer.text.strip().startswith(begins.strip()), accept
    assert "Accept" in (await made.client.get(f"/articles/{TRIAL}")).headers["vary"]


async def test_the_same_data_come_as_json(made: Datasette):
    data = (await made.client.get(f"/articles/{TRIAL}.json")).json()
    assert (data["ok"], data["record"]["pmid"], data["record"]["study_id"]) == (True, TRIAL, REGISTRATION)
    assert [report["pmid"] for report in data["reports"]] == [TRIAL, SECOND_REPORT]
    assert {claim["claim_id"] for claim in data["claims"]} >= {"im-single-study", "iv-98-percent"}


@pytest.mark.parametrize("path", ["/articles/1", "/articles/1.json", "/articles/999999999"])
async def test_a_record_that_is_not_held_is_a_404(made: Datasette, path: str):
    assert (await made.client.get(path)).status_code == 404


async def test_datasettes_page_of_the_row_and_lists_lead_to_the_record(made: Datasette):
    row = await parsed(made, f"/evidence/articles/{TRIAL}")
    assert row.cssselect(f'.message-info a[href="/articles/{TRIAL}"]')
    table = await parsed(made, f"/evidence/articles?pmid={TRIAL}")
    assert table.cssselect(f'td.col-title a[href="/articles/{TRIAL}"]')
    reference = await parsed(made, f"/evidence/arms?pmid={TRIAL}")
    assert reference.cssselect(f'td a[href="/articles/{TRIAL}"]')
