"""How a study was conducted: randomized, blinded, with what control or comparison group, crossed over."""

from dataclasses import dataclass

from ingest.tagging import document
from ingest.tagging.design_signs import NOT_RANDOMIZED
from ingest.tagging.document import Document
from ingest.tagging.lexicon import Rule
from topics.vocabulary import REVIEWS


@dataclass(frozen=True, slots=True)
class ConductRule:
    """Words for a value; `confidence` holds in the title and where the study is described."""

    facet: str
    value: str
    name: str
    pattern: str
    confidence: float
    guard: str = ""


_DRUGS = (
    "ect|electroconvulsive therapy|propofol|methohexital|thiopental|thiopentone|etomidate|morphine|fentanyl|"
    "remifentanil|"
    "quetiapine|escitalopram|venlafaxine|diclofenac|midazolam|lorazepam|diphenhydramine|niacin|methylphenidate|"
    "d amphetamine|dextroamphetamine|dexamphetamine|methamphetamine|amphetamine|diazepam|dextromethorphan|scopolamine|"
    "tramadol|magnesium|dexmedetomidine|lidocaine|bupivacaine|clonidine|lithium|aripiprazole|tms|rtms|itbs|treatment "
    "as usual"
)
CONDUCT: tuple[ConductRule, ...] = (
    ConductRule(
        "randomized", "yes", "randomized",
        "randomi[sz]ed|randomly (assigned|allocated|divided|distributed|received|selected to receive)|"
        "randomi[sz]ation|random (order|allocation|assignment|sequence|fashion|manner)|rct|at random|randomly "
        "(given|placed|enrolled|grouped|separated|into|administered|treated|exposed|distribute)|re ?randomi[sz]ed|"
        "(sealed|opaque) envelopes?|computer generated (random|list|sequence|code)|random numbers? (tables?|list)|"
        "tables? of random numbers|lists? of random numbers|by lot|drawing lots|lottery method|toss of a coin|coin "
        "toss|permuted blocks?|allocation conceal(ed|ment)|(assigned|allocated) (in an? )?([1-3] [1-3]|1 1 1)|[1-3] "
        "[1-3] allocation|(was|were) (assigned|allocated) to receive",
        0.85, guard=f"{NOT_RANDOMIZED}|unrandomi[sz]ed|mendelian randomi[sz]ation|randomi[sz]ed (controlled |clinical |"
                    "placebo controlled )?"
        "(trials|studies)|(future|large|larger|further|more) randomi[sz]ed|randomly (selected|chosen|sampled|"
        "recruited|split)|(random assignment|randomi[sz]ation) (was|is) not|coin toss (task|game)",
    ),
    ConductRule("randomized", "no", "not randomized",
                f"{NOT_RANDOMIZED}|open label|retrospective(ly)?|case (report|series)|single arm|"
                "chart review|uncontrolled", 0.7),
    ConductRule("blinding", "double", "double-blind",
                "double blind(ed)?|double masked|double dummy|(triple|quadruple) (blind|mask)(ed)?|doubly blind|"
                "blinded trial", 0.9),
    ConductRule("blinding", "single", "single-blind",
                "single blind(ed)?|single masked|(rater|assessor|observer|patient|evaluator) (blind|masked)(ed)?|"
                "blinded (raters?|assessors?|evaluators?|observers?)", 0.8),
    ConductRule("blinding", "open", "open",
                "open label|open trial|unblinded|open study|non ?blinded|unmasked|openly", 0.75,
                guard="open label (extension|follow up|phase|maintenance)|unblinded staff"),
    ConductRule("crossover", "yes", "crossover",
                "cross over|crossover|within subjects?|crossed over|within participants?|counter ?balanced|latin "
                "square|"
                "repeated measures design|separate (test )?days|two (test|experimental|study) (days|sessions)|two "
                "occasions|"
                "two infusions|alternative treatment", 0.85,
                guard="case crossover|(within subjects?|within participants?) (effects?|factors?|variability|"
                      "changes?|comparisons?|correlations?)"),
    ConductRule("control", "placebo", "placebo", "placebos?|placebo controlled|sham", 0.85,
                guard="active placebo|placebo response|nocebo|no placebo|without (a )?placebo"),
    ConductRule("control", "placebo", "saline", "(normal |isotonic )?saline|saline (solution|infusion|group|"
                                                "placebo)|inactive", 0.8,
                guard="(in|with|of) (100|50|500|250|10|20|ml)? ?(ml )?(of )?(normal |isotonic )?saline|"
                      "saline (0 )?9|diluted in saline"),
    ConductRule(
        "control", "active", "active control named",
        "active (placebo|control|comparator|controlled|treatment control)|comparator|(versus|vs|compared (with|to)|or|"
        "against) "
        f"({_DRUGS})|midazolam (group|arm|control|infusion|placebo)|({_DRUGS}) (group|groups|arm)|non ?inferiority|"
        f"head to head|"
        "standard care|usual care|(versus|vs|compared (with|to)) (active|intranasal|intravenous|oral|intramuscular|"
        "racemic)|"
        "midazolam controlled|niacin|low dose comparator",
        0.9,
    ),
    ConductRule("control", "active", "another drug compared",
                "midazolam|(and|or|than) (propofol|methohexital|thiopental|etomidate|fentanyl|morphine|"
                "dexmedetomidine)", 0.7,
                guard="premedicat(ed|ion) (with )?midazolam"),
    ConductRule("control", "dose_comparison", "doses compared",
                "dose (comparison|ranging|response|finding)|different doses|(two|three|four|five) (different )?doses|"
                "low dose (control|group)|"
                "high (and|versus|vs|or) low dose|low (and|versus|vs|or) high dose|very low dose", 0.55),
    ConductRule("control", "none", "no control",
                "open label|uncontrolled|single arm|case (report|series)|chart review|retrospective(ly)?|open trial|"
                "open study|"
                "no control group|without (a )?control group|naturalistic|single group|one arm", 0.6),
    ConductRule(
        "comparison_group", "yes", "comparison group",
        "control group|controls|comparison (group|subjects|participants)|non ?users|never users|healthy (comparison|"
        "control) (subjects|group|participants)|"
        "drug naive|matched|ex users|former users|cannabis users|non drug users|polydrug (controls|users and)|"
        "compared (to|with) (healthy|those|non|"
        "patients|participants|individuals|subjects|cannabis|users)|waitlist|wait list|treatment as usual|(two|three|"
        "four) groups|"
        "group comparisons?|comparing|versus|vs|between groups|compared (with|to)",
        0.65, guard="controls for|compared (with|to) (baseline|pre|before|previous|placebo)|drug naive patients",
    ),
)  # fmt: skip
RULES = [Rule(f"conduct:{number}", rule.value, rule.pattern) for number, rule in enumerate(CONDUCT)]
RULES += [Rule(f"conduct:{number}", "", rule.guard) for number, rule in enumerate(CONDUCT) if rule.guard]

_RULE_KINDS = [(f"conduct:{number}", rule) for number, rule in enumerate(CONDUCT)]
_SHARES = {
    document.TITLE: 1.0, document.METHODS: 1.0, document.OBJECTIVE: 1.0, document.BACKGROUND: 0.6,
    document.CONCLUSIONS: 0.5, document.RESULTS: 0.8, document.OTHER: 0.8,
}  # fmt: skip
"""The share of a rule's confidence that is left in each zone."""
_SHARES_STRUCTURED = {**_SHARES, document.BACKGROUND: 0.3}
_SINGLE_ARM = frozenset(
    {"case_report", "case_series", "cohort", "nonrandomized_trial", "cross_sectional", "qualitative"}
)


def tag_conduct(doc: Document, design: str) -> None:
    """Add one tag for each rule met, at its best place: the title, then the sentences on the study itself."""
    found: dict[str, float] = {}
    hits = doc.hits
    shares = _SHARES_STRUCTURED if doc.structured else _SHARES
    for kind, rule in _RULE_KINDS:
        if kind not in hits:
            continue
        best = None
        for (start, end, _), zone in zip(hits[kind], doc.zones_of(hits[kind]), strict=True):
            share = shares[zone]
            if best is None or share > best[0]:
                best = (share, start, end)
        if best:
            confidence = round(rule.confidence * best[0], 3)
            doc.add(rule.facet, rule.value, best[1], best[2], rule.name, confidence)
            key = f"{rule.facet}={rule.value}"
            found[key] = max(found.get(key, 0.0), confidence)
    _tag_single_arm(doc, design, found)


def _tag_single_arm(doc: Document, design: str, found: dict[str, float]) -> None:
    """A study of a kind that has one group, with no other group in sight, has no control."""
    if design not in _SINGLE_ARM or design in REVIEWS:
        return
    start, end = _words_of(doc, design)
    if design in ("case_report", "case_series"):
        doc.add("control", "none", start, end, "cases have no control", 0.92)
        return
    others = ("control=placebo", "control=active", "comparison_group=yes", "control=none")
    if any(found.get(other, 0.0) >= 0.5 for other in others):
        return
    doc.add("control", "none", start, end, "one group, no other in sight", 0.5)


def _words_of(doc: Document, design: str) -> tuple[int, int]:
    """(start, end) of the words that tell the design best; the title where none do."""
    told = [
        tag for tag in doc.tags
        if tag.facet == "design" and tag.value == design and tag.start is not None and tag.end is not None
    ]  # fmt: skip
    if not told:
        return doc.opening()
    best = max(told, key=lambda tag: tag.confidence)
    offset = 0 if best.field == "title" else doc.abstract_at
    return (best.start or 0) + offset, (best.end or 0) + offset
