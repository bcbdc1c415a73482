"""Reports of one study are known by a trial's name, a title and its author, and, probably, by their people."""

import pytest

from db.evidence.bonds import PEOPLE, TITLE, TRIAL_NAME, bonds_of, trial_names
from db.evidence.studies import Report, join_reports
from records.record import Author, Record


@pytest.mark.parametrize(
    ("title", "abstract", "names"),
    [
        ("Sleep in the WILLOW-3 study of a nasal spray", "", ("WILLOW-3",)),
        ("Results from WILLOW-2", "WILLOW-1 came before.", ("WILLOW-2",)),
        ("Oral ketamine: the BRIAR trial", "", ("BRIAR",)),
        ("Quality of life on a nasal spray", "FENLAND-TRD (NCT99000001) was a 20-week trial.", ("FENLAND-TRD",)),
        ("Cognition in the Heather and Mood Study (HAMS)", "", ("HAMS",)),
        ("Injections twice a week (hams study): a trial", "", ("HAMS",)),
        ("Pooled data of WILLOW-1 and WILLOW-2", "Adults in the WILLOW-1 trial and the WILLOW-2 trial slept.",
         ("WILLOW-1", "WILLOW-2")),
        ("Safety in WILLOW II", "", ("WILLOW-2",)),
        ("An fMRI study", "A PET study and an RCT trial; DSM-5, GAD-7 and the PHQ-9 were used.", ()),
        ("Oral ketamine", "This is unlike the BRIAR trial.", ()),
        ("Oral ketamine", "METHODS: OBJECTIVE STUDY. The PRESENT STUDY was small.", ()),
    ],
)  # fmt: skip
def test_a_trial_is_known_by_the_name_that_its_paper_gives_it(title, abstract, names):
    assert trial_names(title, abstract) == names


FACTS = {
    "design": "randomized_controlled_trial", "n_total": 40, "species": "human", "interventions": '["ketamine"]',
    "crossover": "no",
}  # fmt: skip
AUTHORS = tuple(Author(name, "", "", "", "", "", "", valid=True) for name in ("Inventor", "Maker", "Finder"))


def record(title: str = "Oral ketamine in adults with depression: a trial", authors=AUTHORS, **more) -> Record:
    return Record(pmid=99000001, title=title, authors=authors, **more)


def test_bonds_of_a_report():
    assert list(bonds_of(record("The BRIAR trial of oral ketamine at home"), FACTS)) == [
        (TRIAL_NAME, "BRIAR"),
        (TITLE, "the briar trial of oral ketamine at home | inventor"),
        (PEOPLE, 'inventor, finder, n 40, ["ketamine"], crossover no'),
    ]


@pytest.mark.parametrize(
    ("facts", "kinds"),
    [
        ({"n_total": 12}, [TITLE]),
        ({"n_total": None}, [TITLE]),
        ({"species": "animal"}, [TITLE]),
        ({"design": "meta_analysis"}, []),
        ({"design": "editorial_letter"}, []),
    ],
)
def test_small_numbers_animals_and_papers_about_others_have_no_bond_by_people(facts, kinds):
    assert [kind for kind, _ in bonds_of(record(), FACTS | facts)] == kinds


def report(pmid: int, bonds=(), **more) -> Report:
    deciding = {"design": more.pop("design", "randomized_controlled_trial"), "is_primary": more.pop("is_primary", 1)}
    facts = {"doi": "", "title": "", "public_from": "2015-01-01", "date_precision": "day", "retracted": False} | more
    return Report(f"pmid:{pmid}", pmid, pmid, deciding=deciding, bonds=tuple(bonds), **facts)


def families(*reports: Report) -> list[list[int | None]]:
    return [sorted(member.pmid or 0 for member, _, _ in study.reports) for study in join_reports(reports)]


WILLOW = (TRIAL_NAME, "WILLOW-3")


def test_reports_that_share_a_bond_are_one_study_and_it_says_why():
    (study,) = join_reports([report(99000001, [WILLOW]), report(99000002, [WILLOW], public_from="2016-01-01")])
    assert [(member.pmid, why) for member, _, why in study.reports] == [
        (99000001, "trial name WILLOW-3"), (99000002, "trial name WILLOW-3"),
    ]  # fmt: skip


def test_trials_of_a_series_stay_apart():
    assert len(families(report(99000001, [WILLOW]), report(99000002, [(TRIAL_NAME, "WILLOW-1")]))) == 2


def test_two_numbers_of_one_registry_keep_a_name_apart_and_numbers_of_two_do_not():
    one = report(99000001, [WILLOW], registrations=("NCT99000001",))
    assert len(families(one, report(99000002, [WILLOW], registrations=("NCT99000002",)))) == 2
    assert len(families(one, report(99000002, [WILLOW], registrations=("ISRCTN99000002",)))) == 1


def test_the_register_takes_what_is_only_probable_apart_and_names_a_family_as_its_trial_is_called():
    same = (PEOPLE, "inventor, finder, n 40, ketamine")
    assert len(families(report(99000001, [same]), report(99000002, [same]))) == 1
    assert len(families(report(99000001, [same], family="a"), report(99000002, [same], family="b"))) == 2
    assert families(report(99000001, family="Willow-3"), report(99000002, [WILLOW])) == [[99000001, 99000002]]


def test_a_trial_is_not_the_report_of_a_few_cases_that_came_before_it():
    cases = report(99000001, [WILLOW], design="case_series", public_from="2014-01-01")
    trial = report(99000002, [WILLOW], public_from="2016-01-01")
    (study,) = join_reports([cases, trial])
    assert study.main is trial
    assert [state.main.pmid for state in study.history] == [99000001, 99000002]
