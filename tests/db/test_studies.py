"""Reports are joined into studies, and only what truly belongs together is."""

import pytest

from db.evidence.studies import Report, join_reports


def report(pmid: int, design: str = "randomized_controlled_trial", **more) -> Report:
    primary = design in ("randomized_controlled_trial", "cohort")
    facts = {"key": f"pmid:{pmid}", "record_id": pmid, "pmid": pmid, "doi": "",
             "title": f"Report {pmid}", "public_from": "2015-01-01",
             "date_precision": "day", "retracted": False,
             "deciding": {"design": design, "is_primary": int(primary)}} | more  # fmt: skip
    return Report(**facts)


def families(*reports: Report) -> list[tuple[str, list[tuple[int | None, str]]]]:
    return [
        (study.study_id, [(member.pmid, role) for member, role, _ in study.reports]) for study in join_reports(reports)
    ]


def test_a_report_alone_is_a_study_of_its_own():
    assert families(report(99000001)) == [("pmid:99000001", [(99000001, "main")])]


def test_reports_of_one_registration_are_one_study_with_the_trial_as_main():
    protocol = report(99000001, "protocol", registrations=("NCT99000001",), public_from="2012")
    trial = report(99000002, registrations=("NCT99000001",))
    later = report(99000003, "secondary_analysis", registrations=("NCT99000001",), public_from="2017")
    assert families(later, protocol, trial) == [
        ("NCT99000001", [(99000002, "main"), (99000001, "protocol"), (99000003, "secondary")])
    ]


def test_a_study_is_public_from_its_first_report_that_is_no_protocol():
    protocol = report(99000001, "protocol", registrations=("NCT99000001",), public_from="2012")
    trial = report(99000002, registrations=("NCT99000001",), public_from="2015-06", date_precision="month")
    (study,) = join_reports([protocol, trial])
    assert study.public_from == ("2015-06", "month")


def test_a_review_that_names_registrations_is_no_report_of_those_trials():
    trial = report(99000001, registrations=("NCT99000001",))
    review = report(99000002, "meta_analysis", registrations=("NCT99000001", "NCT99000002"))
    assert len(families(trial, review)) == 2


def test_a_pooled_analysis_of_two_trials_does_not_make_them_one():
    one, two = report(99000001, registrations=("NCT99000001",)), report(99000002, registrations=("NCT99000002",))
    pooled = report(99000003, "secondary_analysis", registrations=("NCT99000001", "NCT99000002"))
    assert len(families(one, two, pooled)) == 3


def test_two_numbers_in_different_registries_are_one_trial():
    both = report(99000001, registrations=("NCT99000001", "ISRCTN99000001"))
    one = report(99000002, "secondary_analysis", registrations=("ISRCTN99000001",))
    assert [members for _, members in families(both, one)] == [[(99000001, "main"), (99000002, "secondary")]]


def test_one_register_is_not_told_by_the_letters_of_its_numbers():
    for own, other in (("UMIN000099001", "jRCTs099000001"), ("2014-009901-12", "2023-509901-12")):
        both, one = report(99000001, registrations=(own, other)), report(99000002, registrations=(other,))
        assert len(families(both, one)) == 1
    pooled = report(99000001, registrations=("ChiCTR-IOR-99000001", "ChiCTR9900000001"))
    assert len(families(pooled, report(99000002, registrations=("ChiCTR9900000001",)))) == 2


def test_a_preprint_and_its_published_version_are_one_study():
    preprint = report(99000001, links=(("UpdateIn", 99000002),), public_from="2023-06")
    article = report(99000002, links=(("UpdateOf", 99000001),), public_from="2024-01")
    assert families(preprint, article) == [("pmid:99000001", [(99000001, "main"), (99000002, "secondary")])]


def test_a_notice_belongs_to_the_study_it_is_about():
    trial = report(99000001, links=(("RetractionIn", 99000002),), retracted=True)
    notice = report(99000002, "notice", links=(("RetractionOf", 99000001),), public_from="2019")
    assert families(trial, notice) == [("pmid:99000001", [(99000001, "main"), (99000002, "notice")])]


def test_a_notice_about_two_papers_does_not_make_them_one_study():
    one, two = report(99000001), report(99000002, public_from="2016-01-01")
    of_both = (("PartialRetractionOf", 99000001), ("PartialRetractionOf", 99000002))
    notice = report(99000003, "notice", links=of_both, public_from="2019")
    assert families(one, two, notice) == [
        ("pmid:99000001", [(99000001, "main"), (99000003, "notice")]), ("pmid:99000002", [(99000002, "main")]),
    ]  # fmt: skip
    retracted = report(99000001, retracted=True)
    assert [members for _, members in families(retracted, two, notice)] == [
        [(99000001, "main")], [(99000002, "main"), (99000003, "notice")],
    ]  # fmt: skip


def test_a_notice_on_a_notice_stands_beside_it():
    trial = report(99000001)
    notice = report(99000002, "notice", links=(("ErratumFor", 99000001),), public_from="2019")
    second = report(99000003, "notice", links=(("ErratumFor", 99000002),), public_from="2020")
    assert families(second, notice, trial) == [
        ("pmid:99000001", [(99000001, "main"), (99000002, "correction"), (99000003, "correction")])
    ]


@pytest.mark.parametrize(
    ("own", "cited"),
    [
        ("10.9999/2023.02.22.990001", "10.9999/2023.02.22.990001"),
        ("10.9999/2023.02.22.990001", "10.9999/2023.02.22.990001v2"),
        ("10.9999/rs.3.rs-990001/v1", "10.9999/rs.3.rs-990001/v3"),
        ("10.9999/preprints202302.0001.v1", "10.9999/preprints202302.0001"),
        ("10.9999/osf.io/made1_v1", "10.9999/osf.io/made1_v2"),
    ],
)
@pytest.mark.parametrize("kind", ["UpdateOf", "UpdateIn"])
def test_a_paper_that_is_linked_by_its_doi_alone_is_of_the_study(kind, own, cited):
    preprint, article = report(99000001, doi=own, public_from="2023-06"), report(99000002, doi_links=((kind, cited),))
    assert families(preprint, article) == [("pmid:99000002", [(99000002, "main"), (99000001, "secondary")])]
    (study,) = join_reports([preprint, article])
    assert {why for _, _, why in study.reports} == {f"PubMed: {kind} {cited}"}


def test_a_doi_that_only_begins_the_same_or_is_commented_on_joins_nothing():
    preprint = report(99000001, doi="10.9999/2023.02.22.99000")
    longer = report(99000002, doi_links=(("UpdateOf", "10.9999/2023.02.22.990001"),))
    comment = report(99000003, doi_links=(("CommentOn", "10.9999/2023.02.22.99000"),))
    assert len(families(preprint, longer, comment)) == 3


def test_a_comment_joins_nothing():
    trial = report(99000001, links=(("CommentIn", 99000002),))
    letter = report(99000002, "editorial_letter", links=(("CommentOn", 99000001),))
    assert len(families(trial, letter)) == 2


def test_a_family_named_by_the_register_is_one_study():
    reports = [report(99000001, family="A"), report(99000002, "secondary_analysis", family="A"), report(99000003)]
    assert [len(members) for _, members in families(*reports)] == [2, 1]


def test_the_order_of_arrival_does_not_matter():
    reports = [
        report(99000001, family="A", registrations=("NCT99000001",)),
        report(99000002, registrations=("NCT99000001",)),
        report(99000003, family="A"),
    ]
    assert families(*reports) == families(*reversed(reports))
