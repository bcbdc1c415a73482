"""What PubMed's own indexing says: publication types, MeSH headings and substances, as tags.

Human and automated indexing are told apart by confidence: an automated record's headings weigh less than the text.
"""

from ingest.tagging.model import Tag
from records.record import Record

# UI -> (facet, value, confidence), https://www.nlm.nih.gov/mesh/pubtypes.html. Confidence says how far the type alone
# settles the question: 'Case Reports' is also given to series, 'Review' to any kind of review.
PUBLICATION_TYPES: dict[str, tuple[tuple[str, str, float], ...]] = {
    "D016449": (("design", "randomized_controlled_trial", 0.8), ("randomized", "yes", 0.95)),
    "D065007": (("design", "randomized_controlled_trial", 0.6), ("randomized", "yes", 0.6)),  # pragmatic clinical trial
    "D000073843": (("design", "randomized_controlled_trial", 0.6), ("randomized", "yes", 0.6)),  # equivalence trial
    "D018848": (("design", "nonrandomized_trial", 0.45),),  # controlled clinical trial
    "D016430": (("design", "nonrandomized_trial", 0.45),),  # clinical trial
    "D017426": (("design", "nonrandomized_trial", 0.45),),  # phase I
    "D017427": (("design", "nonrandomized_trial", 0.45),),  # phase II
    "D017428": (("design", "nonrandomized_trial", 0.45),),  # phase III
    "D017429": (("design", "nonrandomized_trial", 0.45),),  # phase IV
    "D017418": (("design", "meta_analysis", 0.9),),
    "D000078182": (("design", "systematic_review", 0.9),),
    "D016454": (("design", "narrative_review", 0.5),),
    "D002363": (("design", "case_report", 0.6),),
    "D000078325": (("design", "protocol", 0.95),),  # clinical trial protocol
    "D016431": (("design", "guideline", 0.9),),
    "D017065": (("design", "guideline", 0.9),),  # practice guideline
    "D016422": (("design", "editorial_letter", 0.6),),  # letter: often carries a case or a trial
    "D016421": (("design", "editorial_letter", 0.9),),  # editorial
    "D016420": (("design", "editorial_letter", 0.9),),  # comment
    "D016425": (("design", "notice", 1.0),),  # published erratum
    "D016440": (("design", "notice", 1.0),),  # retraction notice
    "D000075742": (("design", "notice", 1.0),),  # expression of concern
    "D064888": (("design", "cohort", 0.3),),  # observational study
}

# Descriptor UI -> (facet, value, confidence), https://meshb.nlm.nih.gov
HEADINGS: dict[str, tuple[tuple[str, str, float], ...]] = {
    "D007262": (("route", "intravenous", 0.6),),  # Infusions, Intravenous
    "D061605": (("route", "intravenous", 0.6),),  # Administration, Intravenous
    "D007275": (("route", "intravenous", 0.6),),  # Injections, Intravenous
    "D007273": (("route", "intramuscular", 0.6),),  # Injections, Intramuscular
    "D007279": (("route", "subcutaneous", 0.6),),  # Injections, Subcutaneous
    "D055104": (("route", "subcutaneous", 0.6),),  # Infusions, Subcutaneous
    "D059085": (("route", "intranasal", 0.6),),  # Nasal Sprays
    "D017148": (("route", "intraosseous", 0.6),),  # Infusions, Intraosseous
    "D060186": (("route", "intrathecal", 0.6),),  # Infusions, Spinal
    "D000281": (("route", "intranasal", 0.6),),  # Administration, Intranasal
    "D000284": (("route", "oral", 0.6),),  # Administration, Oral
    "D000286": (("route", "sublingual", 0.6),),  # Administration, Sublingual
    "D000278": (("route", "buccal", 0.5),),  # Administration, Buccal
    "D000285": (("route", "rectal", 0.6),),  # Administration, Rectal
    "D000280": (("route", "inhaled", 0.6),),  # Administration, Inhalation
    "D000279": (("route", "transdermal", 0.6),),  # Administration, Cutaneous
    "D000287": (("route", "topical", 0.6),),  # Administration, Topical
    "D007268": (("route", "epidural", 0.6),),  # Injections, Epidural
    "D007278": (("route", "intrathecal", 0.6),),  # Injections, Spinal
    "D007274": (("route", "intraperitoneal", 0.6),),  # Injections, Intraperitoneal
    "D004311": (("blinding", "double", 0.9),),  # Double-Blind Method
    "D016037": (("blinding", "single", 0.9),),  # Single-Blind Method
    "D018592": (("crossover", "yes", 0.9),),  # Cross-Over Studies
    "D011897": (("randomized", "yes", 0.7),),  # Random Allocation (animals, too)
    "D015331": (("design", "cohort", 0.5),),  # Cohort Studies
    "D008137": (("design", "cohort", 0.3),),  # Longitudinal Studies
    "D012189": (("design", "cohort", 0.4),),  # Retrospective Studies
    "D016022": (("design", "case_control", 0.4),),  # Case-Control Studies
    "D003430": (("design", "cross_sectional", 0.5),),  # Cross-Sectional Studies
    "D011795": (("design", "cross_sectional", 0.2),),  # Surveys and Questionnaires
    "D036301": (("design", "qualitative", 0.6),),  # Qualitative Research
    "D006801": (("species", "human", 0.95),),
    "D000818": (("species", "animal", 0.95),),
    "D051381": (("species", "animal", 0.9),),  # Rats
    "D051379": (("species", "animal", 0.9),),  # Mice
    "D000328": (("age_group", "adult", 0.9),),
    "D055815": (("age_group", "young_adult", 0.9),),
    "D008875": (("age_group", "middle_aged", 0.9),),
    "D000368": (("age_group", "aged", 0.9),),
    "D000369": (("age_group", "aged", 0.9),),  # Aged, 80 and over
    "D000293": (("age_group", "adolescent", 0.9),),
    "D002648": (("age_group", "child", 0.9),),
    "D002675": (("age_group", "child", 0.9),),  # Child, Preschool
    "D007223": (("age_group", "infant", 0.9),),
    "D007231": (("age_group", "infant", 0.9),),  # Infant, Newborn
}
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
