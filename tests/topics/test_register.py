"""The hand-checked register: whole rows, no study twice, and errors that name line and column."""

import csv
import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

from topics import RegisterStudy, load_register, load_topic
from topics.errors import BadInputError
from topics.register_rows import COLUMNS

SMALL = Path(__file__).parent / "chamomile-sleep"
SHARED = Path(__file__).parents[2].parent / "shared"

TEA_TRIAL = {
    "pmid": "99000001", "doi": "10.5555/tea.1", "title": "A cup of chamomile before bed", "journal": "J Made Up",
    "year": "2011", "published": "2011-03", "epub": "2010-12-24", "first_author": "Nobody A",
    "interventions": "chamomile", "routes": "oral;pillow", "design": "randomized_controlled_trial",
    "randomized": "yes", "blinding": "double", "control": "placebo", "crossover": "no", "n_total": "40",
    "n_total_basis": "randomized", "n_basis": "randomised, three arms", "n_by_route": '{"oral": 20, "pillow": 10}',
    "species": "human", "condition": "bad sleepers", "conditions": "insomnia", "depression_relevant": "no",
    "dose": "one cup", "country": "Nowhere", "bioavailability": '{"oral": [10, 20.5], "pillow": [0, 0]}',
    "registration": "NCT09900001;ISRCTN99000001", "study_family": "CUP", "note": "", "retracted": "no",
    "read_at": "made up",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SMALL, tmp_path / "chamomile-sleep"))


def write_register(folder: Path, *rows: dict[str, str], more: tuple[str, ...] = ()) -> None:
    with (folder / "register.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, (*COLUMNS, *more), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def test_a_row_is_read_whole(folder: Path) -> None:
    write_register(folder, TEA_TRIAL)

    assert load_register(load_topic(folder)) == [
        RegisterStudy(
            key="pmid:99000001", pmid=99000001, doi="10.5555/tea.1", title="A cup of chamomile before bed",
            title_basis="", journal="J Made Up", year=2011, year_basis="", published="2011-03",
            date_precision="month", epub="2010-12-24", first_author="Nobody A", filled_from="",
            interventions=("chamomile",), routes=("oral", "pillow"), design="randomized_controlled_trial",
            randomized=True, blinding="double", control="placebo", crossover=False, n_total=40,
            n_total_basis="randomized", n_basis="randomised, three arms", n_by_route={"oral": 20, "pillow": 10},
            species="human", condition_text="bad sleepers", conditions=("insomnia",), depression_relevant=False,
            dose="one cup", country="Nowhere", bioavailability={"oral": (10.0, 20.5), "pillow": (0.0, 0.0)},
            registration="NCT09900001;ISRCTN99000001", study_family="CUP", note="", retracted=False,
            read_at="made up", line=2,
        )
    ]  # fmt: skip


def test_a_register_may_have_columns_of_further_facets_in_any_order(folder: Path) -> None:
    sparse = {"doi": "10.5555/tea.2", "title": "A sparse row", "read_at": "made up"}
    write_register(
        folder,
        {**TEA_TRIAL, "phase": "1/2", "follow_up_weeks": "6.5"},
        sparse,
        more=("follow_up_weeks", "phase"),
    )

    first, second = load_register(load_topic(folder))

    assert (first.others, second.others) == ({"phase": "1/2", "follow_up_weeks": 6.5}, {})
    assert (first.value("phase"), second.value("phase"), first.value("design")) == (
        "1/2", None, "randomized_controlled_trial",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("column", "cell", "expected"),
    [
        ("phase", "5", "expected nothing or one of: 1, 1/2, 2, 2/3, 3, 4"),
        ("follow_up_weeks", "a year", "expected nothing or a number from 0 to 10000"),
        ("follow_up_weeks", "-4", "expected nothing or a number from 0 to 10000"),
        ("follow_up_weeks", "1e9", "expected nothing or a number from 0 to 10000"),
    ],
)
def test_a_wrong_cell_of_a_further_facet_is_reported(folder: Path, column: str, cell: str, expected: str) -> None:
    write_register(folder, {**TEA_TRIAL, column: cell}, more=(column,))

    with pytest.raises(BadInputError) as refused:
        load_register(load_topic(folder))

    assert str(refused.value).endswith(f"line 2, column '{column}': '{cell}' given; {expected}")


def test_a_column_that_no_facet_has_or_that_stands_twice_is_refused(folder: Path) -> None:
    for more in (("mood",), ("phase", "phase")):
        write_register(folder, TEA_TRIAL, more=more)
        with pytest.raises(BadInputError, match=r"line 1: .*then any of phase,follow_up_weeks"):
            load_register(load_topic(folder))


def test_an_empty_cell_means_not_seen_and_never_no(folder: Path) -> None:
    write_register(folder, {"doi": "10.5555/tea.2", "title": "A sparse row", "read_at": "made up"})

    (study,) = load_register(load_topic(folder))

    assert (study.key, study.pmid, study.year, study.published, study.date_precision) == (
        "doi:10.5555/tea.2", None, None, "", "",
    )  # fmt: skip
    assert (study.randomized, study.blinding, study.control, study.crossover, study.species) == (
        None, "", "", None, "",
    )  # fmt: skip
    assert (study.n_total, study.n_total_basis, study.n_by_route, study.registrations) == (None, "", {}, ())


def test_a_study_is_public_from_the_earlier_of_online_and_print(folder: Path) -> None:
    write_register(
        folder,
        TEA_TRIAL,
        {**TEA_TRIAL, "pmid": "99000002", "doi": "", "title": "Later online", "epub": "2011-05-01"},
        {**TEA_TRIAL, "pmid": "99000003", "doi": "", "title": "Same month", "epub": "2011-03-09"},
        {**TEA_TRIAL, "pmid": "99000004", "doi": "", "title": "Only a year", "epub": "", "published": ""},
    )

    assert [study.public_from for study in load_register(load_topic(folder))] == [
        ("2010-12-24", "day"), ("2011-03", "month"), ("2011-03-09", "day"), ("2011", "year"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "column", "expected"),
    [
        ({"pmid": "12a"}, "pmid", "a whole number"),
        ({"pmid": "0"}, "pmid", "a whole number"),
        ({"pmid": "100000000"}, "pmid", "a whole number from 1 to 99999999"),
        ({"pmid": "", "doi": ""}, "pmid", "a PMID, or a DOI"),
        ({"doi": "10.5555/TEA.1"}, "doi", "lower case"),
        ({"doi": "doi.org/10.5555/tea"}, "doi", "a DOI"),
        ({"title": ""}, "title", "a value"),
        ({"read_at": ""}, "read_at", "a value"),
        ({"year": "11"}, "year", "1800 to 2200"),
        ({"published": "2011-13"}, "published", "a date that exists"),
        ({"published": "March 2011"}, "published", "YYYY-MM"),
        ({"published": "2015-01"}, "published", "within a year of 2011"),
        ({"routes": "oral;nose"}, "routes", "values joined by ';'"),
        ({"routes": "oral;oral"}, "routes", "each once"),
        ({"conditions": "depression"}, "conditions", "insomnia, poor_sleep"),
        ({"interventions": "ketamine"}, "interventions", "chamomile"),
        ({"design": "rct"}, "design", "randomized_controlled_trial"),
        ({"randomized": "maybe"}, "randomized", "no, yes"),
        ({"blinding": "triple"}, "blinding", "double, open, single"),
        ({"n_total": "-3"}, "n_total", "a whole number"),
        ({"n_by_route": "oral=20"}, "n_by_route", "a JSON object"),
        ({"n_by_route": '{"nose": 20}'}, "n_by_route", "routes ("),
        ({"n_by_route": '{"oral": 2.5}'}, "n_by_route", "whole numbers"),
        ({"bioavailability": '{"oral": [20, 10]}'}, "bioavailability", "[low, high] in percent"),
        ({"registration": "NCT1 NCT2"}, "registration", "joined by ';'"),
    ],
)
def test_a_wrong_cell_is_reported_with_file_line_column_and_what_was_expected(
    folder: Path, cells: dict[str, str], column: str, expected: str
) -> None:
    write_register(folder, {**TEA_TRIAL, "pmid": "99000009", "doi": "", "title": "A sound row"}, {**TEA_TRIAL, **cells})

    with pytest.raises(BadInputError) as refused:
        load_register(load_topic(folder))

    message = str(refused.value)
    assert f"{folder / 'register.csv'}, line 3, column '{column}': " in message
    assert expected in message.split("expected", 1)[1]


@pytest.mark.parametrize(
    ("again", "column"),
    [
        ({"doi": "", "title": "Other words"}, "pmid"),
        ({"pmid": "99000002", "title": "Other words"}, "doi"),
        ({"pmid": "99000002", "doi": "", "title": "a CUP of chamomile: before bed."}, "title"),
    ],
)
def test_a_study_that_stands_there_twice_is_refused(folder: Path, again: dict[str, str], column: str) -> None:
    write_register(folder, TEA_TRIAL, {**TEA_TRIAL, **again})

    with pytest.raises(BadInputError, match=rf"line 3, column '{column}': .* stands on line 2 already"):
        load_register(load_topic(folder))


def test_columns_that_are_missing_or_unknown_are_named(folder: Path) -> None:
    text = (folder / "register.csv").read_text(encoding="utf-8")
    (folder / "register.csv").write_text(text.replace("first_author", "author"), encoding="utf-8")

    with pytest.raises(BadInputError, match=r"line 1: missing first_author; unknown author"):
        load_register(load_topic(folder))


def test_a_short_line_is_refused(folder: Path) -> None:
    with (folder / "register.csv").open("a", encoding="utf-8") as stream:
        stream.write("99000001,10.5555/tea.1\n")

    with pytest.raises(BadInputError, match=r"line 2: 2 cells; expected 34"):
        load_register(load_topic(folder))


def test_a_topic_without_a_register_has_no_studies(folder: Path) -> None:
    (folder / "register.csv").unlink()

    assert load_register(load_topic(folder)) == []


def test_the_bundled_register_adds_up() -> None:
    studies = load_register(load_topic("ketamine-routes"))

    assert len(studies) == 473
    assert sum(study.pmid is not None for study in studies) == 415
    assert sum(study.depression_relevant for study in studies) == 357
    assert Counter(study.design for study in studies).most_common(5) == [
        ("randomized_controlled_trial", 150), ("cohort", 54), ("nonrandomized_trial", 49),
        ("secondary_analysis", 49), ("meta_analysis", 36),
    ]  # fmt: skip
    routes = Counter(route for study in studies for route in study.routes)
    assert (routes["intravenous"], routes["intranasal"], routes["intramuscular"], routes["oral"]) == (228, 122, 38, 50)
    assert [study.key for study in studies if study.retracted] == ["pmid:21557878", "pmid:26554325"]
    assert sum(bool(study.bioavailability) for study in studies) == 11
    assert {study.key for study in studies if study.title_basis == "descriptive"} == {
        "pmid:4037284", "pmid:2316916", "pmid:29895202", "doi:10.1002/phar.2669", "pmid:29656663",
        "pmid:12088953", "doi:10.3389/fpsyt.2022.830301",
    }  # fmt: skip


def test_the_soft_spots_of_the_register_are_said_in_it() -> None:
    by_pmid = {study.pmid: study for study in load_register(load_topic("ketamine-routes")) if study.pmid}

    assert by_pmid[37205558].note == "preprint of PMID 38188539"
    assert (by_pmid[38283689].n_total, by_pmid[38283689].n_total_basis) == (90, "planned")
    assert "53 randomized" in by_pmid[38283689].note
    probable = [study for study in by_pmid.values() if "CRTCE-cohort" in study.note]
    assert len(probable) == 3
    assert {study.study_family for study in probable} == {""}, "probable overlap is noted and not joined"


def test_the_indian_trial_has_its_three_arms_of_nine_by_route() -> None:
    by_pmid = {study.pmid: study for study in load_register(load_topic("ketamine-routes"))}
    trial = by_pmid[24701015]

    assert (trial.n_total, trial.n_by_route, trial.routes, trial.blinding) == (
        27, {"intravenous": 9, "intramuscular": 18}, ("intravenous", "intramuscular"), "open",
    )  # fmt: skip


CORRECTED = {
    ("pmid:39214377", "design"), ("pmid:39214377", "n_by_route"),  # drawn by lot, by its title; arms not told
    *((f"pmid:{pmid}", "design") for pmid in (28353354, 28967437, 30408654, 30487654, 30585735, 31550622, 32406748)),
    # corrections and corrigenda, which are notices
    ("pmid:39233241", "design"),  # post hoc
    ("pmid:25122038", "design"), ("pmid:25122038", "year"),  # indexed as a randomized trial, printed in 2015
    ("pmid:30858518", "n_total"),  # 47 infused; 34 were those drawn by lot afterwards
    ("pmid:27886522", "design"),  # three cases of a trial that stands there itself
}  # fmt: skip
"""Facts of the shared register that somebody has since read otherwise."""


def test_every_fact_of_the_shared_register_is_still_in_the_bundled_one() -> None:
    source = SHARED / "data" / "register.jsonl"
    if not source.exists():
        pytest.skip("../shared/data/register.jsonl is absent")
    studies = {study.key: study for study in load_register(load_topic("ketamine-routes"))}
    for line in source.read_text(encoding="utf-8").splitlines():
        given = json.loads(line)
        study = studies[f"pmid:{given['pmid']}" if given.get("pmid") else f"doi:{given['doi'].lower()}"]
        assert given["read_at"] in study.read_at
        for column in ("routes", "design", "n_total", "n_by_route", "condition", "year", "first_author"):
            if given.get(column) and (study.key, column) not in CORRECTED:
                held = getattr(study, "condition_text" if column == "condition" else column)
                assert (list(held) if column == "routes" else held) == given[column], (study.key, column)
