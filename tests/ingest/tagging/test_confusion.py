"""The table of what is taken for what."""

from evaluation.confusion import NONE, confusion
from evaluation.gold_sets import Judged


def test_the_table_counts_the_development_half_by_label_and_value():
    def judged(gold: str, said: str, *, held: bool = False) -> Judged:
        return Judged("design", held, frozenset({gold} - {""}), frozenset({said} - {""}))

    rows = [judged("cohort", "cohort"), judged("cohort", "case_report"), judged("", "cohort")]
    assert confusion([*rows, judged("animal", "cohort", held=True)]) == [
        f"| label | cohort | {NONE} | case report |",
        "| --- | --- | --- | --- |",
        "| cohort | 1 |  | 1 |",
        f"| {NONE} | 1 |  |  |",
    ]
