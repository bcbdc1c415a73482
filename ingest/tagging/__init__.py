"""From a record to its tags: pure, versioned, every text tag with its exact words."""

from ingest.tagging import (
    conduct,
    designs,
    document,
    doses,
    follow_up,
    measurements,
    people,
    phases,
    routes,
    subjects,
    vote,
    words,
)
from ingest.tagging.counts import find_counts
from ingest.tagging.decide import ENOUGH, decide, design_of, disagreements
from ingest.tagging.indexing import indexing_tags
from ingest.tagging.lexicon import Lexicon, Rule
from ingest.tagging.model import Arm, Decision, Measurement, Tag, Tagged
from records.record import Record
from topics import Vocabulary
from topics.vocabulary import ROUTES

__all__ = [
    "ENOUGH", "TAGGER_VERSION", "Arm", "Decision", "Measurement", "Tag", "Tagged", "Tagger", "decide", "disagreements",
]  # fmt: skip

TAGGER_VERSION = "8"
"""Goes up with every change of what the tagger says; records are then tagged again from the archive."""


class Tagger:
    """The rules of the core and of one topic, compiled once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        of_all = [(route.value, route.terms) for route in ROUTES]
        of_topic = [(term.value, term.terms) for term in vocabulary.routes]
        extra_routes = [
            Rule("route", value, subjects.plain(word)) for value, terms in [*of_all, *of_topic] for word in terms
        ]
        self.rules = (
            *routes.RULES, *extra_routes, *designs.RULES, *conduct.RULES, *people.RULES, *doses.RULES,
            *measurements.RULES, *words.shared_rules(), *subjects.subject_rules(vocabulary),
        )  # fmt: skip
        self.lexicon = Lexicon(self.rules)
        self._broader = subjects.implied(vocabulary)
        self._headings = {
            ui: (facet, term.value)
            for facet, terms in (("intervention", vocabulary.interventions), ("condition", vocabulary.conditions),
                                 ("route", vocabulary.routes))
            for term in terms
            for ui in term.mesh
        }  # fmt: skip

    def tag(self, record: Record) -> Tagged:
        """Return every tag of `record`. The same record gives the same tags: nothing else is read."""
        indexed = indexing_tags(record, self._headings)
        doc = document.read(record, self.lexicon)
        counts = find_counts(doc)
        designs.tag_designs(doc, people_counted=any(count.n > 1 and count.score >= 0.5 for count in counts))
        design = vote.tag_vote(doc, counts)
        if any(tag.facet == "design" for tag in indexed):
            design, _ = design_of([tag for tag in (*indexed, *doc.tags) if tag.facet == "design"])
        routes.tag_routes(doc, design)
        conduct.tag_conduct(doc, design)
        subjects.tag_subjects(doc, self._broader)
        people.tag_people(doc, design, counts)
        arms = doses.tag_doses(doc)
        phases.tag_phase(doc, design)
        follow_up.tag_follow_up(doc, design)
        return Tagged((*indexed, *doc.tags), tuple(arms), tuple(measurements.measure(doc)))
