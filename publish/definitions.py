"""What tags and numbers mean, for the methods page: what every topic has. A topic's own values are in `vocabulary`."""

import re

from topics.vocabulary import COLUMNS, NOTHING, ROLES, meanings

_EXPLAINED = [facet for facet in COLUMNS.values() if facet.meaning]
FACETS: dict[str, tuple[str, dict[str, str]]] = {
    **{facet.tag: (facet.meaning, meanings(facet.values)) for facet in _EXPLAINED if meanings(facet.values)},
    "role": ("What a route is to the record.", meanings(ROLES)),
    "conduct": ("How a study was done.",
                {facet.tag: facet.meaning for facet in _EXPLAINED if not meanings(facet.values)}),
    "nothing": ("A value that is not known says why.", meanings(NOTHING)),
}  # fmt: skip
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

_COUNTS = "first-hand, in people, on topic and not retracted"
NUMBERS: dict[str, str] = {
    "studies": f"studies that count: {_COUNTS} (the view `people_by_route` has them by route)",
    "people": "people given the drug, or given it by the route of the row, in the studies that are attributable",
    "attributable": "studies that count whose people can be attributed to the drug, or to the route of the row; the "
    "people of the others are in no sum",
    "median": "people given the drug in the middle one of the attributable studies",
    "largest": "people given the drug in the largest of the attributable studies",
    "share": "studies of the row, in percent of the row that has most: the length of its bar",
    "records": "records, each report of a study by itself (table `articles`)",
    "page": "which page of the list this is",
    "pages": "how many pages the list has",
    "record_id": "column articles.record_id",
    "pmid": "column articles.pmid",
    "main_pmid": "column studies.main_pmid",
    "year": "column articles.year",
    "n_given": "column studies.n_given",
    "n_reports": "column studies.n_reports",
    **{name: f"column articles.{name}" for name, facet in COLUMNS.items() if facet.type in ("count", "flag")},
    "retracted": "column articles.retracted",
    "position": "column claims.position",
    "expected_low": "column assertions.expected_low",
    "expected_high": "column assertions.expected_high",
    "flipped_by": "column verdicts.flipped_by",
    "evidence_id": "column claim_evidence.evidence_id",
    "run_id": "column runs.run_id",
    "accuracy_id": "column tag_accuracy.accuracy_id",
    **{name: f"column tag_accuracy.{name}" for name in ("tp", "fp", "fn", "precision", "recall", "f1", "low", "high")},
    "tag_id": "column tags.tag_id",
    "confidence": "column tags.confidence",
    "start": "column tags.start",
    "end": "column tags.end",
    "/ .figures.held": "all studies of all records held, counting or not (table `studies`)",
    "/ .claims[].assertions": "assertions of the claim (table `assertions`)",
    "/ .claims[].holding": "those of them whose verdict is `holds`",
    "/ .claims[].deciding.for": "studies behind the assertion that decides (table `claim_evidence`, `supports`)",
    "/ .claims[].deciding.against": "studies against the assertion that decides (`contradicts`)",
    "/ .claims[].deciding.papers[][]": "studies of a stance in a year, for the line of the claim",
    "/changes .runs[].counts.*.all": "changes of a kind that the run brought (table `changes`)",
    "/changes .runs[].counts.*.on_topic": "those of them that are on topic, or of a verdict",
    "/methods .screening[].step": "column screening.step",
    "/methods .search.last.slices": "parts into which the last search was cut (table `searches`)",
    "/methods .search.last.reported": "records that PubMed said it has, over all parts",
    "/methods .search.last.stored": "records that were stored, over all parts",
    "/methods .search.slices[].reported": "column searches.reported",
    "/methods .search.slices[].stored": "column searches.stored",
    "/methods .studies.on_topic": "studies on topic, first-hand or not (table `studies`)",
    "/search .count": "records that have the words",
    "/search .left_out": "words of the question that were left out, as there were too many",
    "/studies .count": f"studies that fit what was chosen, and count: {_COUNTS}",
    "/cite .answers[].matches[].score": "how well reference and record agree; only for the order of the matches",
    "/cite .answers[].matches[].csl.issued.date-parts[][]": "year, month and day of publication, as CSL has them",
    **{f"{page} .arms[].n": "column arms.n" for page in ("/articles", "/studies")},
    **{
        f"{page} .measurements[].{end}": f"column measurements.{end}"
        for page in ("/articles", "/studies") for end in ("low", "high")
    },
    "/studies .history[].n_total": "column study_history.n_total",
    "/studies .reasons[].value": "what the study has in the column that keeps it from counting",
    **{
        f"/claims .assertions[].evidence.{stance}[].n_total": "column studies.n_total"
        for stance in ("supports", "contradicts", "context")
    },
    "/claims .assertions[].timeline[].studies": "column verdict_timeline.studies",
}  # fmt: skip
"""Every number of the pages' JSON → what it is: by its key, or for one place by '/page .path' ('[]' for the items of a
list, '*' for keys that are values). 'column TABLE.COLUMN' is described in metadata.yml.
"""


def meaning_of_number(page: str, path: str) -> str | None:
    """What a number in a page's JSON is; None if nothing here names it.

    Args:
        page: first part of the page's address, such as '/map'; '/' for home.
        path: where it stands in the data, such as '.routes[].people'.
    """
    return NUMBERS.get(f"{page} {path}") or NUMBERS.get(re.split(r"[.\[\]]+", path.rstrip("[]"))[-1])
