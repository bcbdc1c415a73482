"""What a study looked like from when to when: later reports never change what an earlier date gives."""

from db.evidence.studies import join_reports
from helpers.claim_world import report


def states(*reports):
    """(study, main PMID, from, until) of every state."""
    return [
        (study.study_id, state.main.pmid, state.known_from, state.known_until)
        for study in join_reports(reports)
        for state in study.history
    ]


def test_a_lone_report_stands_from_its_date() -> None:
    assert states(report(99000001, "2010-05")) == [("pmid:99000001", 99000001, "2010-05", None)]


def test_results_take_over_from_the_protocol_on_their_own_date() -> None:
    protocol = report(99000001, "2008", registrations=("NCT09900001",), design="protocol", is_primary=0)
    results = report(99000002, "2010-05", registrations=("NCT09900001",))

    assert states(results, protocol) == [
        ("NCT09900001", 99000001, "2008", "2010-05"),
        ("NCT09900001", 99000002, "2010-05", None),
    ]


def test_a_secondary_analysis_that_comes_later_does_not_take_over() -> None:
    results = report(99000001, "2010-05", family="CUP")
    later = report(99000002, "2013", family="CUP", design="secondary_analysis", is_primary=0)

    assert states(results, later) == [
        ("pmid:99000001", 99000001, "2010-05", "2013"),
        ("pmid:99000001", 99000001, "2013", None),
    ]
    (study,) = join_reports([results, later])
    assert [state.reports for state in study.history] == [
        ("pmid:99000001",), ("pmid:99000001", "pmid:99000002"),
    ]  # fmt: skip


def test_two_studies_count_as_two_until_a_report_ties_them_together() -> None:
    one = report(99000001, "2010")
    other = report(99000002, "2011")
    tie = report(99000003, "2013-07", links=(("UpdateOf", 99000001), ("UpdateOf", 99000002)), is_primary=0)

    assert states(one, other, tie) == [
        ("pmid:99000001", 99000001, "2010", "2013-07"),
        ("pmid:99000001", 99000002, "2011", "2013-07"),
        ("pmid:99000001", 99000001, "2013-07", None),
    ]


def test_reports_of_one_day_are_known_together() -> None:
    one = report(99000001, "2010", family="CUP", design="secondary_analysis", is_primary=0)
    other = report(99000002, "2010", family="CUP")

    assert states(one, other) == [("pmid:99000002", 99000002, "2010", None)]


def test_an_undated_report_changes_nothing_of_a_study_with_dated_ones() -> None:
    dated = report(99000001, "2010", family="CUP", design="protocol", is_primary=0)
    undated = report(99000002, "", family="CUP")

    assert states(dated, undated) == [("pmid:99000002", 99000001, "2010", None)]
    assert states(undated) == [("pmid:99000002", 99000002, "", None)]


def test_a_retracted_report_ties_no_two_studies_together() -> None:
    one = report(99000001, "2010")
    other = report(99000002, "2011")
    tie = report(99000003, "2013", links=(("UpdateOf", 99000001), ("UpdateOf", 99000002)), retracted=True)

    assert states(one, other, tie) == [
        ("pmid:99000001", 99000001, "2010", None),
        ("pmid:99000002", 99000002, "2011", None),
    ]


def test_a_retracted_paper_stays_the_main_report_beside_its_notice() -> None:
    paper = report(99000001, "2010", retracted=True)
    notice = report(99000002, "2012", design="notice", is_primary=0, links=(("RetractionOf", 99000001),))

    (study,) = join_reports([paper, notice])

    assert [(member.pmid, role) for member, role, _ in study.reports] == [(99000001, "main"), (99000002, "notice")]
