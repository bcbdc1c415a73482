"""What the tags mean, for the methods page: facets that every topic has. A topic's own values are in `vocabulary`."""

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
