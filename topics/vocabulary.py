"""The vocabulary that every topic has: routes, designs, flags, and the table of facets.

A *facet* is one thing that is said of a record: by which route the drug was given, how people were assigned. Its row
says in which column the value that counts stands, which tags it comes from and how they decide, what pages call it and
in which colour they mark its words, what a claim may ask of it, and whether the register has it. The schema, the
tagger, claims, pages, the register and the descriptions in `metadata.yml` are made from this table: nothing else lists
facets, routes or designs (a test says so). Drugs, conditions and further routes are a topic's own
(`topics.model.Vocabulary`).

A new route is a line of `ROUTES`, with its `terms`. A new facet is a row of `FACETS`, and a rule that finds it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Weights = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Definition:
    """One value, as it stands in the tables, and what it means."""

    value: str
    meaning: str = ""
    """What the methods page says of it; '' where the facet's own words say all."""
    mesh: Weights = field(default_factory=dict)
    """MeSH headings (descriptor UI, https://meshb.nlm.nih.gov) that say it, and how far each settles it, 0 to 1."""
    publication_types: Weights = field(default_factory=dict)
    """The same of publication types (UI, https://www.nlm.nih.gov/mesh/pubtypes.html)."""
    terms: tuple[str, ...] = ()
    """Of a route: plain words that name it, where no rule of the tagger has finer ones."""
    words: str = ""
    """How pages write it where the facet is not named beside it; '' where it says itself."""
    broader: tuple[str, ...] = ()
    """Values that this one joins: phase 1/2 is phase 1 and phase 2."""
    in_doses: str = ""
    """Of a route: how a register's dose names it, as a pattern, beside its own word."""


ROUTES = (
    Definition(
        "intravenous", "into a vein; an infusion with no other route named counts as this, less confidently",
        {
            "D007262": 0.6,  # Infusions, Intravenous
            "D061605": 0.6,  # Administration, Intravenous
            "D007275": 0.6,  # Injections, Intravenous
        },
        in_doses="IV",
    ),
    Definition("intramuscular", "into a muscle", {"D007273": 0.6}, in_doses="IM"),  # Injections, Intramuscular
    Definition(
        "intranasal", "by the nose",
        {
            "D059085": 0.6,  # Nasal Sprays
            "D000281": 0.6,  # Administration, Intranasal
        },
        in_doses="nasal",
    ),
    Definition(
        "subcutaneous", "under the skin",
        {
            "D007279": 0.6,  # Injections, Subcutaneous
            "D055104": 0.6,  # Infusions, Subcutaneous
        },
        in_doses="SC",
    ),
    Definition("oral", "swallowed", {"D000284": 0.6}, in_doses="PO"),  # Administration, Oral
    Definition("sublingual", "under the tongue", {"D000286": 0.6}),  # Administration, Sublingual
    Definition("buccal", "in the cheek", {"D000278": 0.5}),  # Administration, Buccal
    Definition("rectal", "by the rectum", {"D000285": 0.6}, in_doses="PR"),  # Administration, Rectal
    Definition("inhaled", "breathed in", {"D000280": 0.6}, in_doses="nebuli[sz]ed"),  # Administration, Inhalation
    Definition("transdermal", "through the skin into the blood", {"D000279": 0.6}),  # Administration, Cutaneous
    Definition("topical", "on the skin or a mucous membrane, for an effect there", {"D000287": 0.6}),
    Definition("epidural", "into the space around the dura", {"D007268": 0.6}),  # Injections, Epidural
    Definition(
        "intrathecal", "into the spinal fluid",
        {
            "D060186": 0.6,  # Infusions, Spinal
            "D007278": 0.6,  # Injections, Spinal
        },
    ),
    Definition("intraosseous", "into the marrow of a bone", {"D017148": 0.6}),  # Infusions, Intraosseous
    Definition("intraperitoneal", "into the abdominal cavity, in animals", {"D007274": 0.6}),
    Definition("unspecified", "the drug was given, and no route is named"),
)  # fmt: skip
"""In the order in which every table has them. A heading says nothing of the drug (`ingest.tagging.indexing`)."""

ROLES = (
    Definition("studied", "the drug under study was given by it"),
    Definition("comparator", "it is what the studied route was compared with"),
    Definition("background", "named, as in an introduction"),
    Definition("other_drug", "another drug was given by it"),
    Definition("reviewed", "a review or guideline treats of it"),
)
"""What a route is to a record."""
ROLES_THAT_COUNT = frozenset({"studied", "comparator"})
"""Of a first-hand study; a review counts what it treats of (`reviewed`) as well."""

DESIGNS = (
    Definition(
        "randomized_controlled_trial", "people assigned to treatments by chance",
        publication_types={
            "D016449": 0.8,  # Randomized Controlled Trial
            "D065007": 0.6,  # Pragmatic Clinical Trial
            "D000073843": 0.6,  # Equivalence Trial
        },
    ),
    Definition(
        "nonrandomized_trial", "a treatment given by plan, without assignment by chance",
        publication_types={
            "D018848": 0.45,  # Controlled Clinical Trial
            "D016430": 0.45,  # Clinical Trial
            "D017426": 0.45,  # Clinical Trial, Phase I, and II to IV below: most of them are randomized
            "D017427": 0.45,
            "D017428": 0.45,
            "D017429": 0.45,
        },
    ),
    Definition(
        "cohort", "a group followed or looked up over time",
        {
            "D015331": 0.5,  # Cohort Studies
            "D008137": 0.3,  # Longitudinal Studies
            "D012189": 0.4,  # Retrospective Studies
        },
        {"D064888": 0.3},  # Observational Study
    ),
    Definition("case_control", "people with an outcome compared with people without it", {"D016022": 0.4}),
    Definition(
        "cross_sectional", "people seen once",
        {
            "D003430": 0.5,  # Cross-Sectional Studies
            "D011795": 0.2,  # Surveys and Questionnaires
        },
    ),
    Definition("case_series", "several single patients described"),
    Definition(
        "case_report", "one patient, or very few, described",
        publication_types={"D002363": 0.6},  # Case Reports: series get it, too
    ),
    Definition("systematic_review", "a review with a stated search and selection", {}, {"D000078182": 0.9}),
    Definition("meta_analysis", "results of several studies put together in one figure", {}, {"D017418": 0.9}),
    Definition("narrative_review", "a review without a stated search", {}, {"D016454": 0.5}),  # Review: of any kind
    Definition(
        "guideline", "recommendations",
        publication_types={
            "D016431": 0.9,  # Guideline
            "D017065": 0.9,  # Practice Guideline
        },
    ),
    Definition("protocol", "a study planned, without results", {}, {"D000078325": 0.95}),  # Clinical Trial Protocol
    Definition("pharmacokinetic", "what the body does with the drug"),
    Definition("qualitative", "interviews and the like", {"D036301": 0.6}),  # Qualitative Research
    Definition("animal", "animals only"),
    Definition("in_vitro", "cells or tissue"),
    Definition("secondary_analysis", "a further analysis of a study reported elsewhere"),
    Definition(
        "model", "a decision, cost or budget model, or a simulation: nobody was treated in it",
        {
            "D008390": 0.6,  # Markov Chains
            "D003661": 0.5,  # Decision Trees
            "D003657": 0.4,  # Decision Support Techniques
        },
    ),
    Definition(
        "editorial_letter", "an opinion or letter",
        publication_types={
            "D016422": 0.6,  # Letter: often carries a case or a trial
            "D016421": 0.9,  # Editorial
            "D016420": 0.9,  # Comment
        },
    ),
    Definition(
        "notice", "a retraction, correction or the like",
        publication_types={
            "D016425": 1.0,  # Published Erratum
            "D016440": 1.0,  # Retraction Notice
            "D000075742": 1.0,  # Expression of Concern
        },
    ),
    Definition("other", "none of these"),
)  # fmt: skip
"""In the order in which pages show them: first-hand studies of people from the strongest test of an effect down."""

REVIEWS = frozenset({"systematic_review", "meta_analysis", "narrative_review", "guideline"})
NOT_FIRST_HAND = REVIEWS | {"protocol", "secondary_analysis", "model", "editorial_letter", "notice", "other"}
"""Designs of reports that studied nobody themselves."""
OF_OTHERS = REVIEWS | {"editorial_letter", "notice", "model"}
"""Designs of reports that name other people's trials, their numbers and titles."""
PRECEDENCE = (
    "notice", "protocol", "guideline", "meta_analysis", "systematic_review", "model", "animal", "in_vitro",
    "case_series", "case_report", "secondary_analysis", "editorial_letter", "narrative_review", "pharmacokinetic",
    "randomized_controlled_trial", "qualitative", "cohort", "cross_sectional", "case_control", "nonrandomized_trial",
    "other",
)  # fmt: skip
"""Of the designs with as good evidence the first counts: a protocol of a randomized trial is a protocol."""
REPORT_ROLES = {"protocol": "protocol", "secondary_analysis": "secondary", "notice": "notice"}
"""What a report of such a design is to its study, unless it is the only one."""

N_TOTAL_BASIS = ("randomized", "enrolled", "completers", "analysed", "planned", "cases", "stated")
"""What a number of people counts."""
IN_PEOPLE = ("human", "human_and_animal")
"""Values of `species` of studies in which people took part."""

NOTHING = (
    Definition("not_reported", "the text was read and does not say"),
    Definition("no_abstract", "there was no text to read"),
    Definition("abstained", "the rules disagree"),
    Definition(
        "unsure", "a number that no person has checked and that is too large to be believed from the text alone"
    ),
    Definition("not_applicable", "the question does not arise"),
)
"""What stands where a value is not known."""

Type = Literal["list", "text", "count", "number", "flag"]
"""list: JSON array of values; text: one value or a kind of nothing; count: a whole number, or empty; number: any other;
flag: 1 or 0."""
Decided = Literal["every", "strongest", "joined", "largest", "own"]
"""How tags become the value that counts (`ingest.tagging.decide`).

every: each value that is sure enough. strongest: of the strongest source the surest value. joined: of the strongest
source the value, or the one that joins several. largest: of the strongest source the largest number. own: a rule of its
own, or none of tags.
"""
InRegister = Literal["always", "optional", "never"]


@dataclass(frozen=True, slots=True)
class Facet:
    """One row of the table of facets."""

    tag: str
    """The facet that tags of it carry; '' where it follows from no tags of its own."""
    column: str = ""
    """Its column in `articles`, `studies` and `study_history`; '' of tags that decide nothing."""
    type: Type = "text"
    decided: Decided = "own"
    description: str = ""
    """Of the column, as `metadata.yml` has it."""
    meaning: str = ""
    """What the methods page says of it; '' where it says nothing."""
    values: tuple[Definition, ...] = ()
    """Every value that it may have beside a kind of nothing; () of numbers and of what a topic says."""
    colour: str = "other"
    """The family whose colour its words are marked in on the page of a record."""
    label: str = ""
    """Its name among the facts of a record or study; '' where it is not one of them."""
    unit: str = ""
    """Of a number."""
    of_a_study: bool = False
    """Whether it asks how a study was done: of a review or a notice it is then `not_applicable`."""
    measured: bool = False
    """Whether `evidence accuracy` compares it where a labelled record has a column of this name; routes, design and
    crossover are compared by rules of their own (`evaluation.gold_sets`)."""
    register: InRegister = "never"
    """Whether `register.csv` has a column of this name, in every register or only in those that want it."""


FACETS = (
    Facet(
        "route", "routes", "list",
        description="Routes by which the drug under study was given (JSON array); for reviews, the routes reviewed",
        meaning="The way by which the drug under study was given. Only routes that were studied or served as the "
        "comparator count for a first-hand study; a route of another drug, or one named in passing, does not.",
        values=ROUTES, colour="route", label="Route", register="always",
    ),
    Facet("dose", colour="route"),
    Facet("schedule", colour="route"),
    Facet("design", "designs", "list", description="Every design tag of the report (JSON array)", colour="design"),
    Facet(
        "condition", "conditions", "list", "every",
        "Conditions studied (JSON array); a narrower condition brings its broader ones along",
        colour="condition", label="Condition", register="always",
    ),
    Facet("", "conditions_stated", "list", description="Conditions as they were stated, without their broader ones"),
    Facet(
        "intervention", "interventions", "list", "every",
        "Drugs of the topic that were studied (JSON array)", colour="drug", register="always",
    ),
    Facet("", "registrations", "list", description="Trial registration numbers (JSON array)"),
    Facet(
        "design", "design", "text",
        description="The one design that counts: randomized_controlled_trial, cohort, case_report, meta_analysis …",
        meaning="The one kind of study or paper that counts, decided from publication types, headings and the text.",
        values=DESIGNS, colour="design", label="Design", register="always",
    ),
    Facet(
        "randomized", "randomized", "text", "strongest",
        "Were people assigned by chance: yes, no, or why it is not known",
        "were people assigned by chance: yes or no",
        (
            Definition(
                "yes",
                mesh={"D011897": 0.7},  # Random Allocation (animals, too)
                publication_types={"D016449": 0.95, "D065007": 0.6, "D000073843": 0.6},
            ),
            Definition("no"),
        ),
        "design", "Randomized", of_a_study=True, register="always",
    ),
    Facet(
        "blinding", "blinding", "text", "strongest", "double, single, open, or why it is not known",
        "double (people and assessors did not know the treatment), single, or open",
        (
            Definition("double", mesh={"D004311": 0.9}, words="double-blind"),  # Double-Blind Method
            Definition("single", mesh={"D016037": 0.9}, words="single-blind"),  # Single-Blind Method
            Definition("open", words="open label"),
        ),
        "design", "Blinding", of_a_study=True, measured=True, register="always",
    ),
    Facet(
        "control", "control", "text", "strongest", "placebo, active, dose_comparison, none, or why it is not known",
        "placebo, active (another treatment), dose_comparison, or none",
        (Definition("placebo"), Definition("active"), Definition("dose_comparison"), Definition("none")),
        "design", "Control", of_a_study=True, measured=True, register="always",
    ),
    Facet("comparison_group", colour="design"),
    Facet(
        "crossover", "crossover", "text", "strongest",
        "Did the same people get more than one treatment in turn: yes, no, or why it is not known",
        "did the same people get more than one treatment in turn: yes or no",
        (Definition("yes", mesh={"D018592": 0.9}), Definition("no")),  # Cross-Over Studies
        "design", "Crossover", of_a_study=True, register="always",
    ),
    Facet(
        "phase", "phase", "text", "joined",
        "Phase of the clinical trial: 1, 1/2, 2, 2/3, 3, 4, or why it is not known",
        "The phase of a clinical trial, from its publication types and from what the record calls itself.",
        (
            Definition("1", "the first people given it: is it safe, at which dose", {}, {"D017426": 0.9}),
            Definition("1/2", "phases 1 and 2 in one trial; counts as each of them", broader=("1", "2")),
            Definition("2", "does it work, in few people", {}, {"D017427": 0.9}),
            Definition("2/3", "phases 2 and 3 in one trial; counts as each of them", broader=("2", "3")),
            Definition("3", "is it better than what there is, in many people", {}, {"D017428": 0.9}),
            Definition("4", "after its approval", {}, {"D017429": 0.9}),
        ),
        "design", "Phase", of_a_study=True, measured=True, register="optional",
    ),
    Facet(
        "follow_up_weeks", "follow_up_weeks", "number", "largest",
        "The longest follow-up that the abstract states, in weeks; empty where it states none for certain",
        "the longest follow-up that the abstract states, in weeks; not how long people were ill or treated",
        colour="design", label="Follow-up", unit="weeks", measured=True, register="optional",
    ),
    Facet(
        "n_total", "n_total", "count",
        description="Number of people (or animals) in the study; empty when it is not known",
        meaning="people in the study; n_total_basis says whether randomized, enrolled, analysed …",
        colour="people", label="People", unit="people", measured=True, register="always",
    ),
    Facet(
        "", "n_total_basis", "text",
        description="What n_total counts: randomized, enrolled, completers, analysed, planned, cases, stated; or why "
        "there is no number",
        values=tuple(map(Definition, N_TOTAL_BASIS)), register="always",
    ),
    Facet("n_analysed", type="count", colour="people"),
    Facet("n_studies", type="count", colour="people"),
    Facet(
        "species", "species", "text", "joined", "human, animal, human_and_animal, or why it is not known",
        values=(
            Definition("human", mesh={"D006801": 0.95}),  # Humans
            Definition(
                "animal",
                mesh={
                    "D000818": 0.95,  # Animals
                    "D051381": 0.9,  # Rats
                    "D051379": 0.9,  # Mice
                },
            ),
            Definition("human_and_animal", broader=("human", "animal")),
        ),
        colour="people", label="Species", register="always",
    ),
    Facet(
        "age_group", "age_groups", "list", "every", "Age groups studied (JSON array)",
        values=(
            Definition(
                "infant",
                mesh={
                    "D007223": 0.9,  # Infant
                    "D007231": 0.9,  # Infant, Newborn
                },
            ),
            Definition(
                "child",
                mesh={
                    "D002648": 0.9,  # Child
                    "D002675": 0.9,  # Child, Preschool
                },
            ),
            Definition("adolescent", mesh={"D000293": 0.9}),
            Definition("young_adult", mesh={"D055815": 0.9}),
            Definition("adult", mesh={"D000328": 0.9}),
            Definition("middle_aged", mesh={"D008875": 0.9}),
            Definition(
                "aged",
                mesh={
                    "D000368": 0.9,  # Aged
                    "D000369": 0.9,  # Aged, 80 and over
                },
            ),
        ),
        colour="people",
    ),
    Facet(
        "", "is_primary", "flag",
        description="1 if people or animals were studied first-hand, 0 for reviews, protocols and further analyses",
    ),
    Facet("", "on_topic", "flag", description="1 if it counts for this topic, 0 if not"),
)  # fmt: skip
"""In the order of the tables' columns."""

COLOURS = ("route", "drug", "design", "people", "condition", "other")
"""Families of facets, in the order in which pages show them."""

FilterTest = Literal["any", "all", "none", "role", "is", "yes_no", "flag", "only", "at_least", "at_most"]
"""What a claim may ask of a column.

any, all, none: that it has any of some values, all of them, none of them. role: that one of its tags has a role. is:
that it is a value. yes_no, flag: that it is yes or no, 1 or 0. only: that it is 1, unless the claim says false.
at_least, at_most: a number.
"""


@dataclass(frozen=True, slots=True)
class FilterKey:
    """A key of a claim's filter (`db.claims.filters`)."""

    key: str
    column: str
    test: FilterTest
    words: str
    """What it lets through, {} for the values; of yes or no, 1 or 0, both in words with a '/' between."""
    narrower: bool = False
    """Whether a value lets through those that join it to others (`Definition.broader`)."""


FILTERS = (
    FilterKey("primary", "is_primary", "only", "primary studies/primary or not"),
    FilterKey("on_topic", "on_topic", "flag", "on topic/off topic"),
    FilterKey("species", "species", "any", "species {}"),
    FilterKey("conditions", "conditions", "any", "condition {}"),
    FilterKey("interventions", "interventions", "any", "drug {}"),
    FilterKey("routes", "routes", "any", "route {}"),
    FilterKey("all_routes", "routes", "all", "all of the routes {}"),
    FilterKey("role", "routes", "role", "role {}"),
    FilterKey("designs", "design", "any", "design {}"),
    FilterKey("not_designs", "design", "none", "design other than {}"),
    FilterKey("randomized", "randomized", "yes_no", "randomized/not randomized"),
    FilterKey("crossover", "crossover", "yes_no", "crossover/not crossover"),
    FilterKey("blinding", "blinding", "is", "blinding {}"),
    FilterKey("control", "control", "is", "control {}"),
    FilterKey("at_least_people", "n_total", "at_least", "at least {} people"),
    FilterKey("phases", "phase", "any", "phase {}", narrower=True),
    FilterKey("at_least_weeks", "follow_up_weeks", "at_least", "followed for at least {} weeks"),
)
"""In the order of their conditions in SQL."""

REGISTER_FACTS = (
    "interventions", "routes", "design", "randomized", "blinding", "control", "crossover", "n_total", "n_total_basis",
    "n_basis", "n_by_route", "species", "condition", "conditions",
)  # fmt: skip
"""Columns of `register.csv` that say what was studied: facets, and what the reader adds to them in words."""
REGISTER_COLUMNS = (
    "pmid", "doi", "title", "title_basis", "journal", "year", "year_basis", "published", "epub", "first_author",
    "filled_from", *REGISTER_FACTS, "depression_relevant", "dose", "country", "bioavailability", "registration",
    "study_family", "note", "retracted", "read_at",
)  # fmt: skip
"""What every `register.csv` begins with, in this order; columns of optional facets follow, any of them."""

OPTIONAL_IN_REGISTER = tuple(facet for facet in FACETS if facet.register == "optional")
COLUMNS = {facet.column: facet for facet in FACETS if facet.column}
"""Facets by their column: those that decide, in the order in which tables have them."""
TAGS = {facet.tag: facet for facet in sorted(FACETS, key=lambda facet: COLOURS.index(facet.colour)) if facet.tag}
"""Facets by the name that their tags have, in the order in which pages show them. Tags of two rows are the second's: of
designs the one that counts."""
FILTERED = {
    column: facet for column, facet in COLUMNS.items() if facet.tag and column in {key.column for key in FILTERS}
}
"""Facets with tags that a claim may filter on, by their column."""


def names(definitions: Iterable[Definition]) -> tuple[str, ...]:
    """Return the values alone, in order."""
    return tuple(definition.value for definition in definitions)


def meanings(definitions: Iterable[Definition]) -> dict[str, str]:
    """Return what each value means, of those that need saying."""
    return {definition.value: definition.meaning for definition in definitions if definition.meaning}


def in_words(column: str, value: str | None) -> str:
    """Return how pages write a value where its facet is not named; '' of a kind of nothing."""
    return next((one.words or value for one in COLUMNS[column].values if one.value == value), "")


def values_of(column: str) -> tuple[str, ...]:
    """Return the values that a column may have, in order; () of numbers and of what a topic says."""
    return names(COLUMNS[column].values)


def joined(column: str, values: Iterable[str]) -> str:
    """Return the one value that says all of `values`, such as '1/2' for 1 and 2; '' where there is none."""
    definitions = {definition.value: definition for definition in COLUMNS[column].values}
    parts = {part for value in values for part in (definitions[value].broader or (value,))}
    return next((one.value for one in definitions.values() if set(one.broader or (one.value,)) == parts), "")


def said_with(column: str, value: str) -> tuple[str, ...]:
    """Return a value with those that it joins: of '1/2' also 1 and 2."""
    return (value, *(part for one in COLUMNS[column].values if one.value == value for part in one.broader))


def as_said(value: object) -> str:
    """Return a column's value as tags have it: 26.0 weeks are '26'."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def narrower(column: str, values: Iterable[str]) -> tuple[str, ...]:
    """Return the values with all that join one of them to others, in the order of the vocabulary."""
    wanted = set(values)
    return tuple(one.value for one in COLUMNS[column].values if one.value in wanted or wanted & set(one.broader))
