"""Scores of the tagger on a labelled set: counts, intervals, both halves."""

import json
from pathlib import Path

import pytest

from evaluation.accuracy import markdown, print_table, score, wilson
from evaluation.gold_sets import is_held_back, read_gold
from records.record import Record
from topics import load_topic
from topics.errors import BadInputError


@pytest.fixture(scope="module")
def topic():
    return load_topic("ketamine-routes")


def _gold_row(number: int, title: str, abstract: str, **labels) -> dict:
    return {
        "pmid": str(99000100 + number), "title": title, "abstract": abstract, "routes": ["intravenous"],
        "design": "randomized_controlled_trial", "n_total": 40, "blinding": None, "control": None, "crossover": False,
    } | labels  # fmt: skip


ROWS = [
    _gold_row(1, "Intravenous ketamine: a randomized controlled trial", "METHODS: Forty patients were randomized."),
    _gold_row(2, "Oral ketamine: a randomized controlled trial", "METHODS: Forty patients were randomized."),
    _gold_row(3, "Ketamine in a clinic: a retrospective cohort study", "", routes=[], design="cohort", n_total=None),
    _gold_row(4, "Subcutaneous ketamine: a case report", "", routes=["subcutaneous"], design="case_report", n_total=1),
]


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    path = tmp_path / "made_up.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in ROWS))
    return path


def test_a_value_is_counted_as_right_extra_or_missed_in_its_half(gold, topic):
    rows = score([gold], topic)
    counted: dict[str, tuple[int, int, int]] = {}
    for row in rows:
        if row["facet"] == "route" and not row["value"].startswith("("):
            before = counted.get(row["value"], (0, 0, 0))
            counted[row["value"]] = tuple(a + b for a, b in zip(before, (row["tp"], row["fp"], row["fn"]), strict=True))
    assert counted == {"intravenous": (1, 0, 1), "oral": (0, 1, 0), "subcutaneous": (1, 0, 0)}
    halves = {row["split"] for row in rows}
    assert halves == {"held_back" if is_held_back(row["title"]) else "dev" for row in ROWS}


def test_rows_have_the_columns_of_the_table(gold, topic):
    row = score([gold], topic)[0]
    assert set(row) == {
        "facet", "value", "tagger_version", "gold_set", "split", "tp", "fp", "fn", "precision", "recall",
        "f1", "low", "high",
    }  # fmt: skip
    assert row["gold_set"] == "made_up"


def test_the_same_file_gives_the_same_scores(gold, topic):
    assert score([gold], topic) == score([gold], topic)


def test_an_abstract_is_in_the_same_half_in_every_set():
    assert is_held_back("Ketamine, by mouth.") == is_held_back("KETAMINE BY MOUTH")
    shares = sum(is_held_back(f"title {number}") for number in range(3000)) / 3000
    assert 0.3 < shares < 0.37


def test_labels_by_pmid_are_scored_on_the_archives_records(tmp_path, topic):
    path = tmp_path / "gold.csv"
    path.write_text(
        "pmid,routes,design,randomized,blinding,control,crossover,n_total\n"
        "99000201,oral;rectal,case_report,no,,none,no,1\n"
        "99000202,oral,cohort,no,,,no,\n"
    )
    record = Record(pmid=99000201, title="Oral and rectal ketamine for pain: a case report")
    rows = score([path], topic, {99000201: record}.get)
    exact = [row for row in rows if (row["facet"], row["value"]) == ("route", "(exact)")]
    assert [(row["tp"], row["fp"]) for row in exact] == [(1, 0)]
    with pytest.raises(BadInputError, match="none of its records is in the archive"):
        score([path], topic)


def test_labels_of_further_facets_are_scored_where_the_file_has_them(tmp_path, topic):
    path = tmp_path / "gold.csv"
    path.write_text(
        "pmid,routes,design,phase,follow_up_weeks\n99000201,oral,cohort,2,26\n99000202,oral,cohort,3,\n",
    )
    followed = "METHODS: Ten adults got oral ketamine in a phase 2 trial and were followed for 6 months."
    record = Record(pmid=99000201, title="Oral ketamine for pain", abstract=followed)
    rows = score([path], topic, {99000201: record, 99000202: record._replace(pmid=99000202)}.get)
    exact = {row["facet"]: (row["tp"], row["fp"]) for row in rows if row["value"] == "(exact)"}
    assert (exact["phase"], exact["follow_up_weeks"]) == ((1, 1), (1, 0))


def test_a_file_in_no_known_format_is_refused(tmp_path):
    path = tmp_path / "what.jsonl"
    path.write_text('{"apples": 1}\n')
    with pytest.raises(BadInputError, match="not a labelled file in a known format"):
        read_gold(path)
    path.write_text("{broken")
    with pytest.raises(BadInputError, match="cannot be read as labels"):
        read_gold(path)


def test_wilsons_interval_is_wilsons():
    low, high = wilson(8, 10)
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)
    assert wilson(0, 0) == (0.0, 1.0)


def test_the_tables_show_both_halves(gold, topic, capsys):
    rows = score([gold], topic)
    print_table(rows)
    assert "route" in capsys.readouterr().out
    page = markdown(rows)
    assert page.startswith("# How far the tags can be trusted")
    assert "| made_up | route | (micro) |" in page
