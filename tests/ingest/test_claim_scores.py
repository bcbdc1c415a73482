"""Automatic tags measured by what claims come to: on made-up records that stand in a made-up register."""

import csv
import shutil

import pytest

from db.archive.store import Archive
from evaluation.claims import Trial, false_flips, flips_of, score_claims, verdicts
from helpers.made_builds import trial
from topics import load_topic

GOOD, BAD = 99000301, 99000302
"""A record that the tags read as the register does, and one of which the register says another route."""


@pytest.fixture
def topic(tmp_path):
    folder = tmp_path / "topics" / "ketamine-routes"
    bundled = load_topic("ketamine-routes").folder
    shutil.copytree(bundled, folder)
    with (bundled / "register.csv").open(encoding="utf-8-sig", newline="") as stream:
        columns = csv.DictReader(stream).fieldnames
    facts = {"design": "randomized_controlled_trial", "randomized": "yes", "blinding": "double", "control": "placebo",
             "species": "human", "condition": "depression", "conditions": "depression", "interventions": "ketamine",
             "n_total": "40", "n_total_basis": "randomized", "year": "2014", "read_at": "made up",
             "depression_relevant": "yes"}  # fmt: skip
    with (folder / "register.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, restval="")
        writer.writeheader()
        for pmid, route in ((GOOD, "intramuscular"), (BAD, "intravenous")):
            writer.writerow(facts | {"pmid": pmid, "title": f"Made-up trial {pmid}", "routes": route})
    return load_topic(folder)


def test_a_record_that_turns_a_verdict_is_found_and_the_quick_way_is_the_slow_way(tmp_path, topic, import_records):
    import_records(trial(GOOD), trial(BAD))
    with Archive.open(tmp_path) as archive:
        scores = score_claims(archive, topic)
        trial_of = Trial.of(archive, topic)
        quick = list(false_flips(trial_of, tmp_path / "quick.db"))
        by_hand = verdicts(trial_of.whole_register(tmp_path / "all.db").conn)
        slow = [
            flip
            for pmid in (GOOD, BAD)
            for flip in flips_of(
                pmid, by_hand, verdicts(trial_of.whole_register(tmp_path / f"{pmid}.db", without=pmid).conn)
            )
        ]
    assert scores.records == 2
    assert quick == slow == scores.flips
    assert BAD in {flip.pmid for flip in quick}
    assert GOOD not in {flip.pmid for flip in quick if flip.by_hand.verdict != flip.automatic.verdict}
    intramuscular = [row for row in scores.as_rows()["counted"] if row["value"] == "intramuscular"]
    assert {(row["tp"], row["fp"], row["fn"]) for row in intramuscular} == {(1, 1, 0)}
