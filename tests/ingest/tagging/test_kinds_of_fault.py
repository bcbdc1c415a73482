"""Ways in which abstracts were misread, each in several wordings of our own: what must come out.

A record is (title, abstract, {column of the decision: right value}); `not_` before a column: anything else is right.
"""

from typing import Any

import pytest

ABBREVIATIONS = [
    ("Ketamine or imipramine (IM)", "Thirty adults were randomized to a ketamine infusion or imipramine (IM) tablets. "
     "IM was stopped in two.", {"routes": ("intravenous",)}),
    ("Ketamine for interstitial myositis (IM)", "Intravenous ketamine was given to 12 adults whose IM was painful.",
     {"routes": ("intravenous",)}),
    ("Ketamine and spinal cord (SC) stimulation", "Twenty adults had intravenous ketamine; SC leads were left "
     "in place.",
     {"routes": ("intravenous",)}),
    ("Oral ketamine", "The primary outcome (PO) was pain. Ten adults took oral ketamine. PO fell.", {"routes":
     ("oral",)}),
    ("Ketamine and mortality: an instrumental variable (IV) analysis",
     "Nasal ketamine users were compared by an IV estimator; IV results agreed.", {"routes": ("intranasal",)}),
    ("A single-center (SC) study of oral ketamine", "SC data of 40 adults who took oral ketamine.", {"routes":
     ("oral",)}),
    ("Nasal ketamine", "Intranasal (IN) ketamine was given to 20 adults. IN ketamine was liked.",
     {"routes": ("intranasal",)}),
    ("Ketamine by two routes", "Thirty adults received IV-ketamine or IN-ketamine.",
     {"routes": ("intravenous", "intranasal")}),
    ("Oral ketamine", "We (i) screened, (ii) enrolled, (iii) dosed and (iv) followed 20 adults on oral ketamine.",
     {"routes": ("oral",)}),
    ("Intramuscular (IM) ketamine", "IM ketamine was given to 14 adults.", {"routes": ("intramuscular",)}),
    ("The SC-REST trial of oral ketamine", "In SC-REST, 40 adults took oral ketamine.", {"routes": ("oral",)}),
    ("Ketamine in the intensive monitoring (IM) ward", "Ketamine was infused in 20 adults on the IM ward.",
     {"routes": ("intravenous",)}),
]  # fmt: skip
BELONGS = [
    ("Intravenous ketamine in nasal surgery", "Forty adults having nasal surgery had ketamine intravenously.",
     {"routes": ("intravenous",)}),
    ("Ketamine for rectal biopsy", "Thirty children had an intravenous ketamine bolus before rectal biopsy.",
     {"routes": ("intravenous",)}),
    ("Intravenous ketamine and subcutaneous ports", "Ten adults got ketamine intravenously while a subcutaneous "
     "port was "
     "placed.", {"routes": ("intravenous",)}),
    ("Ketamine and fever", "Sublingual temperature was taken in 20 adults given intravenous ketamine.",
     {"routes": ("intravenous",)}),
    ("Oral ketamine or a dummy", "Thirty adults took oral ketamine with a saline nasal spray.", {"routes": ("oral",)}),
    ("Intramuscular ketamine", "Twenty adults had intramuscular ketamine and an intravenous placebo, or the reverse of "
     "neither.", {"routes": ("intramuscular",)}),
    ("Esketamine nasal spray", "Those who had received intravenous ketamine before were excluded; 30 adults used "
     "esketamine nasal spray.", {"routes": ("intranasal",)}),
    ("Ketamine without a needle", "Ketamine was not given intravenously but by mouth to 15 adults.", {"routes":
     ("oral",)}),
    ("Oral ketamine", "Oral ketamine was given to 20 adults. Future studies of intranasal ketamine are needed.",
     {"routes": ("oral",)}),
    ("Subcutaneous ketamine", "Subcutaneous ketamine was given to 18 adults. Intramuscular ketamine deserves a trial.",
     {"routes": ("subcutaneous",)}),
    ("Ketamine at home", "Exclusion criteria included prior intravenous ketamine. Forty adults took ketamine lozenges.",
     {"routes": ("sublingual",)}),
    ("Ketamine and buccal swabs", "Buccal swabs were taken from 25 adults after intramuscular ketamine.",
     {"routes": ("intramuscular",)}),
    ("Real-world use of esketamine", "BACKGROUND: Esketamine nasal spray (ESK) is approved. METHODS: Charts of 60 "
     "adults on ESK were read.", {"routes": ("intranasal",)}),
    ("Ketamine in practice", "BACKGROUND: Intranasal and intravenous ketamine are used. METHODS: Charts of 60 adults "
     "on ketamine were read.", {"routes": ()}),
    ("Ketamine in practice", "BACKGROUND: Intranasal ketamine should be studied. METHODS: Charts of 60 adults "
     "were read.", {"routes": ()}),
    ("Nasal polyps and intravenous ketamine", "Twelve adults with nasal polyps had ketamine intravenously.",
     {"routes": ("intravenous",)}),
]  # fmt: skip
WORDINGS = [
    ("Ketamine at home", "The administration of sublingual ketamine to 400 adults was followed.",
     {"routes": ("sublingual",)}),
    ("Ketamine lozenges", "Sixty adults let ketamine dissolve under the tongue.", {"routes": ("sublingual",)}),
    ("SQ ketamine", "Fifteen adults were given SQ ketamine.", {"routes": ("subcutaneous",)}),
    ("Ketamine troches", "Forty adults used ketamine troches.", {"routes": ("sublingual",)}),
    ("Ketamine", "Twelve adults with depression had ketamine 0.5 mg/kg over 40 minutes.", {"routes": ("intravenous",)}),
    ("Ketamine", "Twenty adults with depression were studied. They had an infusion twice a week; ketamine was "
     "well borne.",
     {"routes": ("intravenous",)}),
    ("Es-ketamine", "Es\u2011ketamine was used by nose spray in 12 adults.", {"interventions": ("esketamine",)}),
    ("Esketamine", "Thirty adults took an esketamine orally disintegrating tablet.", {"routes": ("oral",)}),
    ("Ketamine", "Nine adults with depression were given ketamine i.m. in the thigh.", {"routes": ("intramuscular",)}),
    ("Ketamine", "Eleven adults inhaled nebulised ketamine.", {"routes": ("inhaled",)}),
]  # fmt: skip
DESIGNS = [
    ("Open-label extension of a randomized trial of oral ketamine", "Ninety adults who had finished the trial went on "
     "with oral ketamine.", {"design": "nonrandomized_trial"}),
    ("Ketamine for two years", "This is a long-term extension of a randomised, placebo-controlled trial; 80 adults "
     "received ketamine openly.", {"design": "nonrandomized_trial"}),
    ("The case for randomized controlled trials of ketamine", "We treated 11 patients; RCTs are lacking.",
     {"not_design": "randomized_controlled_trial"}),
    ("Ketamine infusions", "Although no randomized controlled trial has been done, 14 adults were given ketamine.",
     {"not_design": "randomized_controlled_trial"}),
    ("Ketamine infusions in a clinic", "Treatment was not randomly assigned; 30 adults had ketamine.",
     {"not_design": "randomized_controlled_trial"}),
    ("What patients say", "We interviewed 20 people taking part in a randomised controlled trial of ketamine. "
     "A thematic analysis was made.", {"design": "qualitative"}),
    ("A qualitative study embedded in a randomised trial of ketamine", "Interviews with 15 participants were coded.",
     {"design": "qualitative"}),
    ("Ketamine: what next", "A single open-label arm of 22 adults had ketamine; a subsequent randomized trial is under "
     "way.", {"not_design": "randomized_controlled_trial"}),
    ("Ketamine and quetiapine", "Searching for randomized trials yielded 12 quetiapine (n = 3000) and 5 ketamine "
     "(n = 400) studies, whose effect sizes were pooled.", {"not_is_primary": True}),
    ("Emulation of a target trial of ketamine in veterans' records", "Using electronic records of 900 veterans we "
     "emulated a randomized trial of ketamine.", {"not_design": "randomized_controlled_trial"}),
    ("Ketamine versus ECT", "Fifty adults were randomized to ketamine or ECT.", {"design":
     "randomized_controlled_trial"}),
    ("Ketamine versus saline: a randomized controlled trial", "Forty adults took part.",
     {"design": "randomized_controlled_trial"}),
    ("Oral ketamine in an n-of-1 trial", "A woman of 50 took ketamine or placebo in random order.", {"n_total": 1}),
]  # fmt: skip
PEOPLE = [
    ("Ketamine infusions", "Of 1,200 charts of patients reviewed, 48 had received intravenous ketamine and were "
     "included.", {"n_total": 48}),
    ("Ketamine infusions", "A database of 30,000 veterans was searched; 75 were given intravenous ketamine.",
     {"n_total": 75}),
    ("Ketamine for depression", "Depression affects 300 million people worldwide. Ketamine was given to 24 adults.",
     {"n_total": 24}),
    ("Ketamine for depression", "Suicide claims 800,000 people a year. We review intravenous ketamine.",
     {"n_total": None}),
    ("Ketamine", "The number needed to treat was 4 patients; 52 adults had oral ketamine.", {"n_total": 52}),
    ("Ketamine", "Scores fell by 12 in patients given ketamine; 9 patients of 36 remitted.", {"n_total": 36}),
    ("Ketamine", "Intravenous ketamine was given to 12 patients; a further 10 patients had saline.", {"n_total": 22}),
    ("Ketamine", "Patients (n = 15 ketamine, n = 16 placebo) with depression took part in a randomised trial.",
     {"n_total": 31}),
    ("Ketamine", "About 200 patients (precisely 194) with depression had intravenous ketamine.", {"n_total": 194}),
    ("Ketamine", "We found 300 patients on nasal esketamine, and 500,000 patients were in the comparison group.",
     {"not_n_total": 500300}),
    ("Ketamine", "One in five patients does not respond. Ketamine was given to 33 patients.", {"n_total": 33}),
    ("Ketamine", "Forty infusions were given to 8 patients.", {"n_total": 8}),
    ("Ketamine", "Intravenous ketamine was given to 1.5 × 10^3 adults with depression.", {"not_n_total": 3}),
    ("Ketamine infusions", "Of 350 adults screened, 30 received intravenous ketamine.", {"n_total": 30}),
]  # fmt: skip
DOSES = [
    ("Ketamine infusion", "Ten adults had ketamine 0.5 mg·kg-1 intravenously.", {"dose": (0.5, "mg/kg")}),
    ("Ketamine infusion", "Ten adults had ketamine 0.5 mg kg\u22121 intravenously.", {"dose": (0.5, "mg/kg")}),
    ("Ketamine infusion", "Ten adults had ketamine 0.5 mg.kg\u207b\u00b9 intravenously.", {"dose": (0.5, "mg/kg")}),
    ("Ketamine infusion", "Ten adults had intravenous ketamine at 0,25 mg/kg.", {"dose": (0.25, "mg/kg")}),
    ("Ketamine infusion", "Ten adults had ketamine 1 mg per kg of weight intravenously.", {"dose": (1.0, "mg/kg")}),
    ("Ketamine infusion", "Ten adults had ketamine 5 \u00b5g/kg/min intravenously.", {"dose": (5.0, "ug/kg/min")}),
    ("Ketamine infusion", "Ten adults had ketamine 5 mcg kg-1 min-1 intravenously.", {"dose": (5.0, "ug/kg/min")}),
    ("Ketamine infusion", "Ten adults had ketamine 0.3 mg/kg/h intravenously.", {"dose": (0.3, "mg/kg/h")}),
    ("Nasal ketamine", "Ten adults had 50 mg of intranasal ketamine.", {"dose": (50.0, "mg")}),
    ("Ketamine infusion", "Ten adults had ketamine 0.5 milligrams per kilogram intravenously.",
     {"dose": (0.5, "mg/kg")}),
]  # fmt: skip
CONDITIONS = [
    ("Ketamine for pain after surgery", "Sixty adults had ketamine. The Beck Depression Inventory was used.",
     {"conditions": ("pain",)}),
    ("Ketamine for chronic pain", "METHODS: Forty adults had ketamine. RESULTS: Pain fell; depression fell, too.",
     {"conditions": ("pain",)}),
    ("Ketamine for pain", "METHODS: Forty adults had ketamine; depressive symptoms and pain were scored.",
     {"conditions": ("pain",)}),
    ("Ketamine for pain and depression", "Thirty adults had ketamine.", {"conditions": ("pain", "depression")}),
    ("Ketamine for pain", "METHODS: Thirty patients with cancer pain and comorbid depression had ketamine.",
     {"conditions": ("pain", "depression")}),
    ("Ketamine infusions", "METHODS: Thirty adults with treatment-resistant depression had ketamine.",
     {"conditions": ("depression", "treatment_resistant_depression")}),
    ("Ketamine infusions", "METHODS: Thirty adults had ketamine. RESULTS: Two depressed patients fainted.",
     {"conditions": ("depression",)}),
    ("Ketamine infusions", "METHODS: Thirty volunteers had ketamine. CONCLUSIONS: Depression might be studied next.",
     {"conditions": ()}),
    ("Ketamine in depression", "METHODS: Thirty adults had ketamine. RESULTS: Pain was reported by two.",
     {"conditions": ("depression",)}),
    ("Ketamine and respiratory depression", "Thirty adults had ketamine.", {"conditions": ()}),
]  # fmt: skip
ANALYSES = [
    ("Quality of life with oral ketamine", "The aim of this analysis was to see who gained. Forty adults had been "
     "randomized to oral ketamine or placebo.", {"design": "secondary_analysis"}),
    ("Sleep and oral ketamine", "In this secondary publication of a trial we tell how 40 adults slept.",
     {"design": "secondary_analysis"}),
    ("EEG before oral ketamine", "Recordings were of patients from a recent phase 2 randomized trial of oral ketamine.",
     {"design": "secondary_analysis"}),
    ("Plasma markers and ketamine", "Samples were of 22 adults who had received ketamine in a placebo-controlled "
     "crossover trial.", {"design": "secondary_analysis"}),
    ("Predictors of response to oral ketamine", "Forty adults were randomized to oral ketamine or placebo.",
     {"design": "secondary_analysis"}),
    ("Improvements in sleep with oral ketamine", "METHODS: In a randomized trial 40 adults took ketamine or placebo.",
     {"design": "secondary_analysis"}),
    ("Cognitive outcomes from the randomised Willow trial", "METHODS: Forty adults were randomly assigned to ketamine "
     "or midazolam.", {"design": "secondary_analysis"}),
    ("Predictors of response in a randomized trial of oral ketamine", "Forty adults were randomly assigned.",
     {"design": "randomized_controlled_trial"}),
    ("Predictors of response to oral ketamine", "METHODS: Charts of 40 adults treated from 2018 to 2020 were reviewed "
     "retrospectively.", {"not_design": "secondary_analysis"}),
    ("Post hoc analysis of oral ketamine", "We analysed data of a completed randomized trial.",
     {"design": "secondary_analysis"}),
    ("Oral ketamine in depression: a randomized controlled trial", "Adults were randomized to ketamine or placebo. "
     "A subgroup analysis was planned.", {"design": "randomized_controlled_trial"}),
]  # fmt: skip
ALL = [*ABBREVIATIONS, *BELONGS, *WORDINGS, *DESIGNS, *PEOPLE, *DOSES, *CONDITIONS, *ANALYSES]


@pytest.mark.parametrize(("title", "abstract", "right"), ALL, ids=[abstract[:50] for _, abstract, _ in ALL])
def test_comes_out_right(title: str, abstract: str, right: dict[str, Any], tag, decided):
    decision = decided(title, abstract)
    for column, value in right.items():
        if column == "dose":
            assert [(arm.dose_value, arm.dose_unit) for arm in tag(title, abstract).arms] == [value]
        elif column.startswith("not_"):
            assert getattr(decision, column.removeprefix("not_")) != value
        elif column == "interventions":
            assert set(value) <= set(decision.interventions)
        elif column == "conditions":
            assert set(decision.conditions) == set(value)
        else:
            assert getattr(decision, column) == value
