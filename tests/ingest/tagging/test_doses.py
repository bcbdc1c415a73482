"""Doses of the topic's drug, their minutes and groups, and reported quantities."""

from ingest.tagging import Arm, Measurement


def test_a_dose_makes_an_arm_with_its_route_and_minutes(tag):
    tagged = tag(
        "Ketamine for depression", "METHODS: Patients received intravenous ketamine 0.5 mg/kg over 40 minutes."
    )
    assert tagged.arms == (
        Arm(
            "intravenous ketamine 0.5 mg/kg", "intravenous", None, 0.5, "mg/kg", "0.5 mg/kg", 40.0, "ketamine 0.5 mg/kg"
        ),
    )
    (dose,) = [one for one in tagged.tags if one.facet == "dose"]
    assert (dose.value, dose.quote) == ("0.5 mg/kg", "0.5 mg/kg")


def test_groups_of_different_doses_are_arms_with_their_sizes(tag):
    abstract = "METHODS: Patients received intramuscular ketamine 0.25 mg/kg (n = 9) or ketamine 0.5 mg/kg (n = 10)."
    assert [(arm.route, arm.n, arm.dose_value) for arm in tag("Ketamine", abstract).arms] == [
        ("intramuscular", 9, 0.25),
        ("intramuscular", 10, 0.5),
    ]


def test_a_range_has_no_single_value(tag):
    (arm,) = tag("Ketamine", "METHODS: Patients received oral ketamine 50-150 mg daily.").arms
    assert (arm.dose_value, arm.dose_unit, arm.dose_text) == (None, "mg", "50-150 mg")


def test_micrograms_are_not_milligrams(tag):
    (arm,) = tag("Ketamine", "METHODS: Patients received intravenous ketamine 2 µg/kg/min.").arms
    assert (arm.dose_value, arm.dose_unit) == (2.0, "ug/kg/min")


def test_the_dose_of_another_drug_is_no_arm_of_the_drug(tag):
    abstract = "METHODS: Patients received midazolam 0.045 mg/kg. Blood was drawn."
    assert tag("Ketamine", abstract).arms == ()


def test_arms_told_by_their_size_only_are_arms(tag):
    abstract = "METHODS: Patients were randomized to intranasal ketamine (n = 20) or placebo (n = 21)."
    assert [(arm.arm, arm.route, arm.n) for arm in tag("Ketamine", abstract).arms] == [
        ("ketamine", "intranasal", 20),
        ("placebo", "", 21),
    ]


def test_the_rhythm_of_doses_is_tagged(tag):
    tags = tag("Ketamine", "METHODS: Patients received six infusions of ketamine.").tags
    assert [(one.value, one.quote) for one in tags if one.facet == "schedule"] == [("six infusions", "six infusions")]


def test_bioavailability_is_read_with_its_route(tag):
    sentence = "Bioavailability of ketamine was 45% by the intranasal route and 17-20% by the oral route in volunteers."
    assert tag("Kinetics of ketamine", sentence).measurements == (
        Measurement("bioavailability", "intranasal", "ketamine", 45.0, 45.0, "%", "healthy volunteers", sentence),
        Measurement("bioavailability", "oral", "ketamine", 17.0, 20.0, "%", "healthy volunteers", sentence),
    )


def test_the_strength_of_a_solution_is_read(tag):
    sentence = "An intranasal ketamine solution of 50 to 200 mg/ml was sprayed in patients."
    assert tag("Kinetics of ketamine", sentence).measurements == (
        Measurement("concentration", "intranasal", "ketamine", 50.0, 200.0, "mg/ml", "patients", sentence),
    )


def test_a_percentage_of_patients_is_no_bioavailability(tag):
    assert tag("Ketamine", "Bioavailability was discussed. Of all, 45% of patients slept.").measurements == ()
