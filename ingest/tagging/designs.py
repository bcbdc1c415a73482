"""The design of a study, from its words: best evidence first, then the order of `PRECEDENCE`."""

import re

from ingest.tagging import document
from ingest.tagging.design_signs import ANIMALS, CELLS, HUMANS, NOT_RANDOMIZED, PARTS_OF_HUMANS, SIGNALS, TISSUE
from ingest.tagging.document import Document
from ingest.tagging.lexicon import Hit, Rule
from ingest.tagging.rule_files import FOLDER, DesignRule, read_rules
from topics.vocabulary import REVIEWS

DESIGN_RULES = read_rules(FOLDER / "designs.yml", DesignRule)
RULES = [made for number, rule in enumerate(DESIGN_RULES) for made in rule.lexicon_rules(f"design:{number}")]
RULES += [Rule(f"signal:{name}", name, words) for name, (words, _) in SIGNALS.items()]
RULES += [
    Rule("animal", "animal", ANIMALS),
    Rule("human", "human", HUMANS),
    Rule("human", "", PARTS_OF_HUMANS),
    Rule("cell", "in_vitro", CELLS),
    Rule("tissue", "tissue", TISSUE),
    Rule("not_randomized", "not randomized", NOT_RANDOMIZED),
]
RULES += [
    Rule("person", "person", "the patient|this patient|our patient|a patient|her|his|he|she|the patient s|patient s"),
    Rule(
        "own_study",
        "study",
        "this study|aims? (of|was|is)|purpose|objectives?|we (found|studied|investigated|examined)|results|"
        "participants|sample|"
        "methods?|showed",
    ),
    Rule(
        "surveyed",
        "survey",
        "reviews?|literature|article|chapter|discuss(ed|es)?|overview|recent advances|current|future|understanding|"
        "emerging|"
        "have been|has been|should|such as",
    ),
]

_ASPECT, _TRIAL = "an aspect of a trial in the title", "randomized_controlled_trial"
_CERTAIN, _OF_A_TRIAL = 0.75, 0.92
_TRIAL_IN_TITLE = re.compile(r"\brandomi[sz]ed|\btrial\b|\bdouble[- ]blind|\bplacebo|\bversus placebo", re.IGNORECASE)
_FROM_A_TRIAL = re.compile(r"\b(?:outcomes|results|findings|data) (?:from|of) (?:a|an|the)\b", re.IGNORECASE)
_REVIEW_NAMED = f"design:{next(number for number, rule in enumerate(DESIGN_RULES) if rule.name == 'review named')}"
_RULE_KINDS = [(f"design:{number}", rule) for number, rule in enumerate(DESIGN_RULES)]
_REGISTRY_HEADS = frozenset({"CONDITION", "PRIMARY OUTCOME", "SECONDARY OUTCOME", "INCLUSION CRITERIA"})


def tag_designs(doc: Document, *, people_counted: bool) -> None:
    """Add a design tag for the best place of every rule that the record meets."""
    argued = not people_counted and _tag_argument(doc)
    a_review = any(
        doc.lower[start:end].endswith(("review", "chapter")) for start, end, _ in doc.hits.get(_REVIEW_NAMED, ())
    )
    for kind, rule in [pair for pair in _RULE_KINDS if pair[0] in doc.hits]:
        hits = doc.hits[kind]
        if a_review and rule.name in ("plans told in the future", "this study will"):
            continue  # 'in this review we will ...' is no plan of a study
        best = None
        silenced = rule.unless in SIGNALS and _told(doc, rule.unless)
        for (start, end, design), zone in zip(hits, doc.zones_of(hits), strict=True):
            confidence = _confidence(rule, doc, start, zone)
            if silenced and not (start < doc.abstract_at and rule.weights.title >= 0.8):
                confidence = min(confidence, 0.4)
            if confidence > 0.1 and (best is None or confidence > best[0]):
                best = (confidence, start, end, design)
        if best:
            confidence, start, end, design = best
            if rule.repeated and len(hits) > 1 and not silenced:
                confidence = max(confidence, rule.repeated)
            doc.add("design", design, start, end, rule.name, confidence)
    _tag_aspect_of_a_trial(doc)
    _tag_registry_entry(doc)
    reviewed = any(tag.value in REVIEWS and tag.confidence >= 0.5 for tag in doc.tags if tag.facet == "design")
    if not reviewed:
        _tag_living_matter(doc)
    if not argued:
        _tag_single_person(doc)


def _tag_aspect_of_a_trial(doc: Document) -> None:
    """A title that asks what goes with the response, and names no trial, over one: this was reported before."""
    aspects = [tag for tag in doc.tags if tag.facet == "design" and tag.rule == _ASPECT]
    lots = [tag for tag in doc.tags if tag.facet == "design" and tag.value == _TRIAL and tag.confidence >= _CERTAIN]
    if aspects and lots and (_FROM_A_TRIAL.search(doc.record.title) or not _TRIAL_IN_TITLE.search(doc.record.title)):
        at = doc.tags.index(aspects[0])
        doc.tags[at] = aspects[0]._replace(confidence=_OF_A_TRIAL)


def _told(doc: Document, signal: str) -> bool:
    """Whether the words of a signal stand often enough; many people named are groups, too."""
    told = len(doc.hits.get(f"signal:{signal}", ())) >= SIGNALS[signal][1]
    return told or (signal == "groups" and len(doc.hits.get("human", ())) >= 5)


def _confidence(rule: DesignRule, doc: Document, start: int, zone: str) -> float:
    if zone == document.TITLE:
        if rule.value == "notice" and 12 < start < doc.abstract_at - 20:
            return 0.0  # a notice says so at either end of its title: 'Correction: …', '…: Erratum'
        return rule.weights.title
    if zone in (document.METHODS, document.OBJECTIVE):
        return rule.weights.methods
    if zone == document.RESULTS:
        return rule.weights.results
    if zone == document.CONCLUSIONS:
        return rule.weights.conclusions
    # without labels the start of an abstract is a guess: it may well be the study itself
    return rule.weights.background if doc.structured else max(rule.weights.background, rule.weights.methods * 0.6)


def _tag_registry_entry(doc: Document) -> None:
    """A text made of a registry's own headings is the entry of a planned trial."""
    heads = [section for section in doc.sections if section.label in _REGISTRY_HEADS]
    if heads and (len(heads) > 1 or heads[0].label == "CONDITION" or doc.record.abstract.startswith("INTERVENTION")):
        end = doc.abstract_at + heads[0].start
        at = doc.text.rfind(heads[0].label, 0, end)
        if at >= 0:
            doc.add("design", "protocol", at, at + len(heads[0].label), "registry entry", 0.95)


def _tag_living_matter(doc: Document) -> None:
    """Animals or cells instead of people, by how often each is named; the title counts three times."""
    animals, cells = doc.hits.get("animal", []), doc.hits.get("cell", [])
    if not animals and not cells:
        return
    tissue, people = doc.hits.get("tissue", []), doc.hits.get("human", [])
    of_animals, of_cells, of_people = _weight(doc, animals), _weight(doc, cells) + len(tissue) / 3, _weight(doc, people)
    if of_animals >= 2 and of_animals > 1.5 * of_people and of_animals * 2.5 >= of_cells:
        doc.add("design", "animal", *animals[0][:2], "animals studied", 0.92)
    elif cells and of_cells >= 2 and of_cells > 2 * of_people:
        doc.add("design", "in_vitro", *cells[0][:2], "cells or tissue studied", 0.75)


def _weight(doc: Document, hits: list[Hit]) -> float:
    in_title = sum(hit[0] < doc.abstract_at for hit in hits)
    return len(hits) + 2 * in_title


def _tag_single_person(doc: Document) -> None:
    """A story of one patient: he, she, the patient, again and again, and hardly any patients."""
    persons = [hit for hit in doc.hits.get("person", ()) if not doc.text[hit[0] : hit[1]].isupper()]  # HE is a disease
    if not persons:
        return
    people = doc.hits.get("human", [])
    in_title = [hit for hit in persons if hit[0] < doc.abstract_at and doc.lower[hit[0] : hit[1]] == "a patient"]
    if in_title or (len(persons) >= 3 and len(persons) > 1.5 * len(people)):
        start, end, _ = (in_title or persons)[0]
        doc.add("design", "case_report", start, end, "one person's story", 0.7 if in_title else 0.6)


def _tag_argument(doc: Document) -> bool:
    """Prose in which nobody was studied and nothing measured is a review or an essay, with or without the word."""
    happened = doc.lower.count(" was ") + doc.lower.count(" were ")
    if happened > 1 or len(doc.text) - doc.abstract_at < 250:
        return False
    studied = len(doc.hits.get("own_study", ()))
    surveyed = len(doc.hits.get("surveyed", ()))
    if not (happened == 0 and studied <= 1) and not (studied <= 2 and surveyed):
        return False
    if any(sign in doc.lower for sign in _STATISTICS) or len(_FIGURES.findall(doc.lower, doc.abstract_at)) > 10:
        return False
    start, end = doc.bounds(1)
    doc.add("design", "narrative_review", start, end, "nobody studied, nothing measured", 0.4)
    return True


_FIGURES = re.compile(r"[0-9][0-9]*")  # found faster than "[0-9]+", see counts
_STATISTICS = ("%", " p<", " p <", " p=", " p =", "(p<", "(p <", "(p=", "(p =", "n=", "n =")
