"""The recall table: known trials of reviews against the register, and errors that name line and column."""

import csv
import shutil
from pathlib import Path

import pytest

from topics import load_recall, load_topic, recall_lines
from topics.errors import BadInputError
from topics.recall import COLUMNS
from topics.register_rows import COLUMNS as REGISTER_COLUMNS

SMALL = Path(__file__).parent / "chamomile-sleep"
TRIAL = {
    "review_doi": "10.5555/review", "included": "5", "trial": "Nobody 2011", "pmid": "", "doi": "10.5555/not-held",
    "in_register": "no", "why_not": "a poster", "read_at": "made up",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SMALL, tmp_path / "chamomile-sleep"))


def write(folder: Path, *rows: dict[str, str]) -> None:
    with (folder / "recall.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def hold(folder: Path, *dois: str) -> None:
    with (folder / "register.csv").open("a", encoding="utf-8") as stream:
        for doi in dois:
            cells = {"doi": doi, "title": f"Tea of {doi}", "read_at": "made up"}
            stream.write(",".join(cells.get(column, "") for column in REGISTER_COLUMNS) + "\n")


def test_a_topic_without_a_recall_table_has_no_known_trials(folder: Path) -> None:
    assert load_recall(load_topic(folder)) == []


def test_the_trials_of_a_review_are_counted_by_whether_the_register_has_them(folder: Path) -> None:
    hold(folder, "10.5555/one", "10.5555/two")
    write(
        folder,
        TRIAL,
        {**TRIAL, "trial": "First", "doi": "10.5555/one", "in_register": "yes", "why_not": ""},
        {**TRIAL, "review_doi": "10.5555/another", "included": ""},
        {**TRIAL, "trial": "Second", "doi": "10.5555/two", "in_register": "added", "why_not": ""},
    )

    assert list(recall_lines(load_recall(load_topic(folder)))) == [
        "Known trials of 10.5555/another: 1 read, 0 were in the register, 0 added since, 1 not in it",
        "Known trials of 10.5555/review: 3 of 5 read, 1 were in the register, 1 added since, 1 not in it",
    ]


@pytest.mark.parametrize(
    ("cells", "column", "expected"),
    [
        ({"review_doi": ""}, "review_doi", "a value"),
        ({"review_doi": "a review"}, "review_doi", "a DOI"),
        ({"trial": ""}, "trial", "a value"),
        ({"pmid": "x"}, "pmid", "a whole number"),
        ({"doi": "10.5555/UPPER"}, "doi", "lower case"),
        ({"in_register": ""}, "in_register", "a value"),
        ({"in_register": "perhaps"}, "in_register", "added, no, yes"),
        ({"in_register": "yes", "why_not": ""}, "in_register", "no, by the register's PMIDs and DOIs"),
        ({"in_register": "added", "why_not": ""}, "in_register", "no, by the register's PMIDs and DOIs"),
        ({"why_not": ""}, "why_not", "a reason"),
        ({"read_at": ""}, "read_at", "a value"),
        ({"included": "many"}, "included", "a whole number"),
    ],
)
def test_a_wrong_cell_is_reported(folder: Path, cells: dict[str, str], column: str, expected: str) -> None:
    write(folder, {**TRIAL, **cells})

    with pytest.raises(BadInputError) as refused:
        load_recall(load_topic(folder))

    assert f"recall.csv, line 2, column '{column}'" in str(refused.value)
    assert expected in str(refused.value)


def test_a_trial_that_the_register_has_is_not_said_to_be_missing(folder: Path) -> None:
    hold(folder, "10.5555/not-held")
    write(folder, TRIAL)

    with pytest.raises(BadInputError, match="expected yes or added"):
        load_recall(load_topic(folder))


def test_a_review_has_each_trial_once(folder: Path) -> None:
    write(folder, TRIAL, {**TRIAL, "trial": "Somebody 2011"})

    with pytest.raises(BadInputError, match=r"line 3: '10\.5555/not-held' stands on line 2 already"):
        load_recall(load_topic(folder))


def test_the_bundled_table_says_what_the_register_had_before_the_reviews_were_read() -> None:
    assert list(recall_lines(load_recall(load_topic("ketamine-routes")))) == [
        "Known trials of 10.1016/j.jad.2020.09.071: 24 read, 15 were in the register, 9 added since, 0 not in it",
        "Known trials of 10.3390/pharmaceutics15122773: 6 read, 5 were in the register, 0 added since, 1 not in it",
        "Known trials of 10.9758/cpn.2021.19.2.341: 7 of 8 read, 4 were in the register, 3 added since, 0 not in it",
    ]
