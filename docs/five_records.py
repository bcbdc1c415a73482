"""Five made-up records of different kinds, in our own words, for pictures of how a page marks an abstract."""

from helpers.made_site import TRIAL, trial
from helpers.records import pubmed_article

CASE, KINETICS, OPEN_LABEL, REVIEW = range(99000121, 99000125)
FIVE = {"trial": TRIAL, "case": CASE, "kinetics": KINETICS, "open-label": OPEN_LABEL, "review": REVIEW}
"""Name of the picture → PMID."""
_HUMANS = ("D006801", "Humans", False)
_KETAMINE = ("D007649", "Ketamine", True)


def five_records() -> tuple[str, ...]:
    """The records as XML; the trial brings its second report along."""
    return (
        *trial(),
        pubmed_article(
            CASE,
            title="Ketamine by vein and later by mouth in bipolar depression: a case report",
            abstract="We describe a 52-year-old woman with bipolar depression and suicidal ideation. A single "
            "intravenous infusion of ketamine 0.5 mg/kg over 40 minutes lifted her mood within a day. Oral ketamine "
            "150 mg twice weekly kept it so for three months. An intramuscular depot antipsychotic was not changed.",
            published="2016-09", entered="2016-09-14", mesh=(_KETAMINE, _HUMANS),
            publication_types=(("D002363", "Case Reports"),),
        ),
        pubmed_article(
            KINETICS,
            title="How much of swallowed and sublingual ketamine reaches the blood: a crossover study in volunteers",
            abstract=(
                ("METHODS", "METHODS", "Ten healthy volunteers received oral ketamine 50 mg, sublingual ketamine 50 mg "
                 "and intravenous ketamine 10 mg in random order, a week apart, open label."),
                ("RESULTS", "RESULTS", "The bioavailability of oral ketamine was 19 % and that of sublingual ketamine "
                 "28 %. Nobody withdrew."),
            ),
            published="2013-04", entered="2013-04-20", mesh=(_KETAMINE, _HUMANS),
        ),
        pubmed_article(
            OPEN_LABEL,
            title="Subcutaneous esketamine at home for treatment-resistant depression: an open-label trial",
            abstract=(
                ("BACKGROUND", "BACKGROUND", "Unlike an intravenous infusion, an injection under the skin needs no "
                 "line."),
                ("METHODS", "METHODS", "Twenty-one adults with treatment-resistant depression by DSM-IV criteria "
                 "received subcutaneous esketamine 0.5 mg/kg once weekly for six weeks. There was no control group."),
                ("RESULTS", "RESULTS", "Nineteen completed the study, and eleven responded."),
            ),
            published="2020-02-11", entered="2020-02-12", mesh=(("C000591", "esketamine", True), _HUMANS),
        ),
        pubmed_article(
            REVIEW,
            title="Nasal esketamine for major depression: a systematic review and meta-analysis",
            abstract="We searched four databases for randomized trials of intranasal esketamine against placebo in "
            "adults with major depression. Nine trials with 1,412 patients were pooled. Response was more frequent "
            "with esketamine. Trials of intravenous or oral ketamine were left out.",
            published="2022-06", entered="2022-06-08", mesh=(("C000591", "esketamine", True), _HUMANS),
            publication_types=(("D000078182", "Systematic Review"), ("D017418", "Meta-Analysis")),
        ),
    )  # fmt: skip
