"""Who was studied, with what, for what: conditions and interventions of the topic, species, age groups."""

import re

from ingest.tagging import document
from ingest.tagging.document import Document
from ingest.tagging.lexicon import Rule, fold
from topics import Vocabulary

# Contain a condition's word and are no condition.
NOT_CONDITIONS = (
    "respiratory depression|cardiac depression|cardiovascular depression|myocardial depression|circulatory depression|"
    "spreading depression|cortical spreading depression|long term depression|ventilatory depression|cns depression|"
    "bone marrow depression|immune depression|st depression|st segment depression|inbreeding depression|"
    "central nervous system depression|great depression|depression of (respiration|ventilation)|"
    "(hamilton|beck|asberg|zung|edinburgh postnatal|geriatric|zung self rating|hospital anxiety and|anxiety and|"
    "self rating|epidemiological studies|childrens?|calgary) depression (anxiety stress)?|"
    "depression (anxiety (and )?stress )?((rating|severity|symptom) )?(scales?|inventor(y|ies))|"
    "depression ((rating|severity|symptom) )?(questionnaires?|subscales?)|"
    "(depression|anxiety|pain|agitation|delirium) (rating |severity )?scores?|antidepressant resistant symptoms"
)
"""A scale has a condition's name, and so has what is measured by it: neither says what people were treated for."""
AGES: dict[str, str] = {
    "infant": "infants?|neonates?|newborns?|toddlers?",
    "child": "child(ren)?|pa?ediatrics?|preschool(ers)?|school ?children",
    "adolescent": "adolescents?|adolescence|teen ?agers?|youths?|young people|juveniles?",
    "adult": "adults?|working age",
    "aged": "older (adults?|people|patients|persons)|elderly|geriatric|late life|old age|seniors|older veterans",
}


def subject_rules(vocabulary: Vocabulary) -> list[Rule]:
    """Rules for a topic's conditions and interventions, and for species and ages."""
    rules = [
        Rule("condition", "", NOT_CONDITIONS),
    ]
    rules += [Rule("age_group", age, pattern) for age, pattern in AGES.items()]
    for kind, terms in (("condition", vocabulary.conditions), ("drug", vocabulary.interventions)):
        rules += [Rule(kind, term.value, plain(word)) for term in terms for word in term.terms]
    return rules


def plain(term: str) -> str:
    """A topic's term is plain words: signs in it ('s(+)-ketamine') are not the notation of patterns."""
    return fold(term).decode("ascii")


def implied(vocabulary: Vocabulary) -> dict[str, tuple[str, ...]]:
    """Return, for each condition and intervention, itself and every broader value."""
    broader = {term.value: term.broader for term in (*vocabulary.conditions, *vocabulary.interventions)}

    def climb(value: str, seen: tuple[str, ...]) -> tuple[str, ...]:
        for wider in broader.get(value, ()):
            if wider not in seen:
                seen = climb(wider, (*seen, wider))
        return seen

    return {value: climb(value, (value,)) for value in broader}


def tag_subjects(doc: Document, broader: dict[str, tuple[str, ...]]) -> None:
    """Add one tag a value: the title's words are the best place, then the most telling section."""
    for facet, kind in (("condition", "condition"), ("intervention", "drug"), ("age_group", "age_group")):
        hits = doc.hits.get(kind)
        if not hits:
            continue
        titled = {
            wider for start, _, value in hits if start < doc.abstract_at for wider in broader.get(value, (value,))
        }
        best: dict[str, tuple[float, int, int, str]] = {}
        for (start, end, value), zone in zip(hits, doc.zones_of(hits), strict=True):
            confidence = _IN_ZONE[zone]
            if facet == "condition" and start >= doc.abstract_at:
                others = bool(titled) and titled.isdisjoint(broader.get(value, (value,)))
                told = _is_whom_they_treated(doc, start, end, zone, others_titled=others)
                confidence = confidence if told else min(confidence, _MENTIONED)
            if value in best and confidence <= best[value][0]:
                continue  # and so it is with every broader value
            for wider in broader.get(value, (value,)):
                if wider not in best or confidence > best[wider][0]:
                    best[wider] = (confidence, start, end, value)
        for value, (confidence, start, end, narrow) in best.items():
            rule = f"{facet} named" if narrow == value else f"{facet} implied by {narrow}"
            doc.add(facet, value, start, end, rule, confidence)
    _tag_species(doc)


_IN_ZONE = {
    document.TITLE: 0.95,
    document.OBJECTIVE: 0.85,
    document.METHODS: 0.85,
    document.RESULTS: 0.7,
    document.CONCLUSIONS: 0.6,
    document.BACKGROUND: 0.4,
    document.OTHER: 0.4,
}
_MENTIONED = 0.45
"""How sure a condition is that was only measured, or that others have."""
_PEOPLE = (
    "patients|adults|people|persons|individuals|participants|subjects|adolescents|children|veterans|women|men|"
    "volunteers|those|inpatients|outpatients|mothers"
)
_HAVE = re.compile(
    rf"\b(?:{_PEOPLE})\b[^.;:]{{0,25}}\b(?:with|suffering from|who had|having|diagnosed with|for)\b[^.;:]{{0,30}}$|"
    r"\b(?:comorbid|co-?occurring|concurrent|diagnos[ei]s of) (?:[a-z-]+ ){0,3}$|"
    r"\b(?:treatment|management|therapy) (?:of|for) (?:[a-z-]+ ){0,3}$"
)
_WHO = re.compile(rf" (?:{_PEOPLE})\b")
_SPECIES_WEIGHT = {**dict.fromkeys(_IN_ZONE, 1.0), document.TITLE: 3.0, document.BACKGROUND: 0.3}
"""How much a species' name weighs where it stands."""


def _is_whom_they_treated(doc: Document, start: int, end: int, zone: str, *, others_titled: bool) -> bool:
    """Whether a condition named in the abstract is that of the people studied.

    It is if the words say that people have it. Otherwise it is not where the title names other conditions only
    (the depression score of a trial in PTSD), nor in results and conclusions, which tell what was measured.
    """
    if _HAVE.search(doc.lower, max(0, start - 70), start) or _WHO.match(doc.lower, end):
        return True
    return not others_titled and zone not in (document.RESULTS, document.CONCLUSIONS)


def _tag_species(doc: Document) -> None:
    """Add the species that the title or most of the study's own sentences name."""
    named = [(value, hits) for value in ("animal", "human") if (hits := doc.hits.get(value))]
    weights = [sum([_SPECIES_WEIGHT[zone] for zone in doc.zones_of(hits)]) for _, hits in named]
    total = sum(weights)
    for (value, hits), weight in zip(named, weights, strict=True):
        share = weight / total
        if share >= 0.4:
            start, end, _ = hits[0]
            doc.add("species", value, start, end, "species named", round(0.5 + share * 0.4, 2))
