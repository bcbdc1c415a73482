"""What the tags mean, for the methods page: facets that every topic has. A topic's own values are in `vocabulary`."""

FACETS: dict[str, tuple[str, dict[str, str]]] = {
    "route": (
        "The way by which the drug under study was given. Only routes that were studied or served as the comparator "
        "count for a first-hand study; a route of another drug, or one named in passing, does not.",
        {
            "intravenous": "into a vein; an infusion with no other route named counts as this, less confidently",
            "intramuscular": "into a muscle",
            "intranasal": "by the nose",
            "subcutaneous": "under the skin",
            "oral": "swallowed",
            "sublingual": "under the tongue",
            "buccal": "in the cheek",
            "rectal": "by the rectum",
            "inhaled": "breathed in",
            "transdermal": "through the skin into the blood",
            "topical": "on the skin or a mucous membrane, for an effect there",
            "epidural": "into the space around the dura",
            "intrathecal": "into the spinal fluid",
            "intraosseous": "into the marrow of a bone",
            "intraperitoneal": "into the abdominal cavity, in animals",
            "unspecified": "the drug was given, and no route is named",
        },
    ),
    "role": (
        "What a route is to the record.",
        {
            "studied": "the drug under study was given by it",
            "comparator": "it is what the studied route was compared with",
            "background": "named, as in an introduction",
            "other_drug": "another drug was given by it",
            "reviewed": "a review or guideline treats of it",
        },
    ),
    "design": (
        "The one kind of study or paper that counts, decided from publication types, headings and the text.",
        {
            "randomized_controlled_trial": "people assigned to treatments by chance",
            "nonrandomized_trial": "a treatment given by plan, without assignment by chance",
            "cohort": "a group followed or looked up over time",
            "case_control": "people with an outcome compared with people without it",
            "cross_sectional": "people seen once",
            "case_series": "several single patients described",
            "case_report": "one patient, or very few, described",
            "systematic_review": "a review with a stated search and selection",
            "meta_analysis": "results of several studies put together in one figure",
            "narrative_review": "a review without a stated search",
            "guideline": "recommendations",
            "protocol": "a study planned, without results",
            "pharmacokinetic": "what the body does with the drug",
            "animal": "animals only",
            "in_vitro": "cells or tissue",
            "qualitative": "interviews and the like",
            "secondary_analysis": "a further analysis of a study reported elsewhere",
            "editorial_letter": "an opinion or letter",
            "notice": "a retraction, correction or the like",
            "other": "none of these",
        },
    ),
    "conduct": (
        "How a study was done.",
        {
            "randomized": "were people assigned by chance: yes or no",
            "blinding": "double (people and assessors did not know the treatment), single, or open",
            "control": "placebo, active (another treatment), dose_comparison, or none",
            "crossover": "did the same people get more than one treatment in turn: yes or no",
            "n_total": "people in the study; n_total_basis says whether randomized, enrolled, analysed …",
        },
    ),
    "nothing": (
        "A value that is not known says why.",
        {
            "not_reported": "the text was read and does not say",
            "no_abstract": "there was no text to read",
            "abstained": "the rules disagree",
            "not_applicable": "the question does not arise",
        },
    ),
}
"""Facet → (what it is, value → meaning). The decisions themselves are made in `ingest/tagging`."""

LIMITS = (
    "Titles, abstracts and PubMed's indexing are read, not full texts: what stands only there is not known here.",
    "Tags from text are given by rules. Each shows its words, its rule and how often that kind of tag was right on "
    "labelled abstracts; where a person labelled the record, that wins.",
    "Only PubMed is searched, beside a hand-checked register. Studies in other databases, theses and unpublished "
    "trials are missing, and studies with welcome results are published more often.",
    "A verdict says how a sentence compares with what is known here. It does not weigh how good the studies are beyond "
    "their design, size and blinding, which are shown.",
    "A study counts from the first date on which its results could be known. A date known only by its year counts from "
    "the beginning of that year.",
    "Reports of one study are joined by trial registration, PubMed's links and the register; a pair that none of these "
    "ties together counts twice.",
    "Earlier dates show the studies that were public then, as they are known today: a retracted paper counts on no "
    "date.",
)
