"""What PubMed's own indexing says: publication types, MeSH headings and substances, as tags.

Human and automated indexing are told apart by confidence: an automated record's headings weigh less than the text.
"""

from typing import Literal

from ingest.tagging.model import Tag
from records.record import Record
from topics.vocabulary import FACETS

Meanings = dict[str, tuple[tuple[str, str, float], ...]]
"""UI → (facet, value, confidence) of each value that it says."""


def _meanings(of: Literal["mesh", "publication_types"]) -> Meanings:
    said: Meanings = {}
    for facet in FACETS:
        for definition in facet.values:
            for ui, confidence in getattr(definition, of).items():
                said[ui] = (*said.get(ui, ()), (facet.tag, definition.value, confidence))
    return said


PUBLICATION_TYPES = _meanings("publication_types")
HEADINGS = _meanings("mesh")
AUTOMATED = 0.7
"""An automated heading keeps this share of its confidence (NLM's MTIX: mean precision near .7 on new headings)."""


def indexing_tags(record: Record, topic_headings: dict[str, tuple[str, str]]) -> list[Tag]:
    """Return the tags of a record's publication types, MeSH headings and substances.

    `topic_headings` maps a MeSH UI to (facet, value) for the topic's interventions and conditions. Route headings say
    nothing of the drug: they count only where the record names one of the topic's interventions in its headings.
    """
    tags = []
    automated = bool(record.indexing)
    for kind in record.publication_types:
        for facet, value, confidence in PUBLICATION_TYPES.get(kind.ui, ()):
            share = AUTOMATED if automated else 1.0
            rule = "publication type, automated" if automated else "publication type"
            tags.append(Tag(facet, value, "", "publication_type", rule, "publication_type", None, None, kind.name,
                            round(confidence * share, 3)))  # fmt: skip
    named = {heading.descriptor_ui for heading in record.mesh} | {chemical.ui for chemical in record.chemicals}
    has_drug = any(topic_headings.get(ui, ("", ""))[0] == "intervention" for ui in named)
    seen = set()
    for heading in record.mesh:
        meanings = HEADINGS.get(heading.descriptor_ui, ())
        if heading.descriptor_ui in topic_headings:
            facet, value = topic_headings[heading.descriptor_ui]
            meanings = (*meanings, (facet, value, 0.9))
        for facet, value, confidence in meanings:
            if (facet, value) in seen or (facet == "route" and not has_drug):
                continue
            seen.add((facet, value))
            share = AUTOMATED if heading.automated else 1.0
            rule = "MeSH heading, automated" if heading.automated else "MeSH heading"
            role = "studied" if facet == "route" else ""
            tags.append(Tag(facet, value, role, "mesh", rule, "mesh", None, None, heading.descriptor,
                            round(confidence * share, 3)))  # fmt: skip
    for chemical in record.chemicals:
        facet, value = topic_headings.get(chemical.ui, ("", ""))
        if facet and (facet, value) not in seen:
            seen.add((facet, value))
            tags.append(Tag(facet, value, "", "mesh", "substance", "chemical", None, None, chemical.name, 0.8))
    return tags
