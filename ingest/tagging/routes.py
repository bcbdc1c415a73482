"""Routes of administration, each bound to a drug and given a role.

A route belongs to the topic's drug only where the words tie it to that drug: the nearest drug name in the same
clause, on the right ('intranasal ketamine') before the left ('ketamine was given intranasally'). A route with no drug
in its sentence is the topic's drug only in the title or where methods, results or aims are told.
"""

import re
from collections.abc import Sequence

from ingest.tagging import document
from ingest.tagging.document import Document
from ingest.tagging.lexicon import Hit, Rule, word_set
from topics.vocabulary import REVIEWS

# Order is the order of vocabulary in every table. Folded text has spaces for points and hyphens: 'i.v.' reads 'i v'.
ROUTES: dict[str, str] = {
    "intravenous": "intravenous(ly)?|intra venous(ly)?|endovenous|iv|i v|ivi|iv drip|intravenous (infusions?|drip)",
    "intramuscular": "intramuscular(ly)?|intra muscular(ly)?|im|i m",
    "intranasal": (
        "intranasal(ly)?|intra nasal(ly)?|nasal(ly)?|nasal sprays?|nose drops|nasal drops|insufflat(ed|ion)|snort(ed|"
        "ing)|"
        "transnasal(ly)?|i n|spravato"
    ),
    "subcutaneous": "subcutaneous(ly)?|sub cutaneous(ly)?|subcut|s c|sc|subdermal(ly)?|intracutaneous",
    "oral": (
        "oral(ly)?|per os|p o|po|by mouth|per oral(ly)?|perorally|peroral|oral (solution|capsules?|tablets?|dose)|"
        "tablets?|capsules?|ingest(ed|ion)"
    ),
    "sublingual": (
        "sublingual(ly)?|sub lingual(ly)?|lozenges?|troches?|wafers?|oral (thin )?films?|s l|orally disintegrating|"
        "sublingual (tablets?|lozenges?|troches?|wafers?)"
    ),
    "buccal": "buccal(ly)?|transbuccal|oromucosal(ly)?",
    "rectal": "rectal(ly)?|per rectum|suppositor(y|ies)|intrarectal(ly)?",
    "inhaled": "inhal(ed|ation|ing)|nebuli[sz](ed|ation)|smoked|vapori[sz](ed|ation)|vap(ed|ing)|aerosoli[sz]ed",
    "transdermal": "transdermal(ly)?|percutaneous drug delivery",
    "topical": "topical(ly)?|gargl(e|ing)|mouthwash|ointment|cream|gel",
    "epidural": "epidural(ly)?|extradural(ly)?|caudal(ly)?|peridural(ly)?",
    "intrathecal": "intrathecal(ly)?|subarachnoid(ally)?|intraspinal(ly)?",
    "intraosseous": "intraosseous(ly)?",
    "intraperitoneal": "intraperitoneal(ly)?|i p|ip",
}

# Longer than the route word they contain, these silence it: not a route, or not a drug's.
NOT_ROUTES = (
    "(dsm|dsm tr|phase|stage|type|grade|class|level|group|factor|layer|axis|cranial nerve|asa|nyha|part|criterion|"
    "schedule|vol|chapter|table|edition|wais|wms|bdi|aim|study|experiment) (iv|i v)|dsm iv tr|scid iv|iv tr|dsmiv|"
    "phases (i|ii|iii) (to|and|or) iv|(iii|ii|i) (to|and|or)? ?iv|v iv|iv and v|iv v|"
    "(iv|i v|intravenous(ly)?) (cannulas?|cannulae|cannulation|canulation|lines?|access|catheters?|fluids?|sedation|"
    "thrombolysis|contrast|drug (use|users?|abuse)|route of infection|line placement|immunoglobulin)|"
    "intravenous patient controlled analgesia|controlled (intravenous|iv) analgesia|iv pca|pca iv|intravenous regional|"
    "nasal (cannulas?|congestion|cavity|mucosa|passages?|discomfort|symptoms|irritation|tolerability|obstruction|"
    "breathing|septum|intubation)|naso ?gastric|nasal (and|or) (oral|bladder)|"
    "oral (communication|presentations?|cavity|mucositis|surgery|contracepti(on|ves?)|temperature|histor(y|ies)|"
    "hygiene|"
    "mucosa|health|intake|fluids?|fluency|examination|reports?|reading|intubation|language|tradition|consent|lesions?|"
    "candidiasis|bioavailability of|opioids?|opiates?|antidepressants?|antidepressant (medications?|drugs?|treatment)|"
    "analgesics?|morphine equivalents?|mmes?|medications?|drugs?|food|feeding|secretions?|ad|interviews?|swabs?|fluid)|"
    "newly initiated oral (antidepressants?|ad)|(new|newer) oral antidepressants?|plus (an )?oral antidepressants?|"
    "rectal (temperature|cancer|examination|surgery|bleeding)|topical (review|issue|collection|search|antibiotics?)|"
    "tobacco smoking|cigarettes? smok(ed|ing)|smoking (cessation|status|history|behaviou?r|abstinence|rates?|habits?|"
    "topography|urges?)|smok(ed|ing) (cigarettes?|tobacco|cannabis|marijuana)|gel electrophoresis|"
    "inhalation(al)? (anesthe(sia|tics?)|anaesthe(sia|tics?)|agents?)|spinal anesthesia|caudal (to|anterior|part)|"
    "(right|left|bilateral|dorsal|ventral|rostral|the|and|medial) caudal|caudal (anterior|middle|acc|cingulate)|sc "
    "cells|"
    "subcutaneous (fat|tissue|adipose|tumou?rs?|emphysema|implant)|im (writing|going|here)|ip address|"
    "epidural (space|hematoma|haematoma|abscess)|subarachnoid ha?emorrhage|subarachnoid block"
)

# Forms of giving that say a vein was used unless another route is named.
INFUSIONS = (
    "infusions?|infused|drip|drips|continuous infusions?|bolus|infusing|target controlled infusion|cri|"
    "infusion (pump|rate|duration|period)"
)
NOT_INFUSIONS = (
    "(subcutaneous|epidural|intrathecal|intraosseous|intranasal|oral) infusions?|infusion sets?|infusion site"
)

# Before the route and in its clause: the sentence sets this route apart from what the study did.
CONTRASTS = (
    "rather than|unlike|instead of|as opposed to|in contrast to|alternative to|alternatives to|other than|"
    "without|not|no|neither|compared (with|to) previous|in place of|avoid(s|ing)? (the need for)?"
)
PAST = (
    "previous(ly)?|prior|earlier|past|has been|have been|is (approved|licensed|available)|was approved|historically|"
    "traditionally|literature|most (studies|research|trials)|many (studies|trials)|(several|recent|other|existing|"
    "numerous|published|few|most) (studies|trials|reports|research|evidence)|typically|usually|commonly|known to|"
    "studies have|"
    "research has|evidence (has|suggests|for)|trials have|has shown|have shown|has demonstrated|have demonstrated|"
    "has emerged|future|should be|further|is an effective|until now|to date|so far|failed to respond to"
)

# Anywhere in a sentence of the background or the aims: it tells what is known already.
ESTABLISHED = (
    "(has|have) (been |repeatedly |recently |also )?(shown|demonstrated|reported|emerged|studied|used|proven|gained)"
)

RULES = [
    *[Rule("route", route, pattern) for route, pattern in ROUTES.items()],
    Rule("route", "", NOT_ROUTES),
    Rule("infusion", "intravenous", INFUSIONS),
    Rule("infusion", "", NOT_INFUSIONS),
    Rule("contrast", "contrast", CONTRASTS),
    Rule("past", "past", PAST),
    Rule("established", "established", ESTABLISHED),
]

_NEAR = 45
"""Characters between a route and a drug on its right that still make one phrase ('intravenous sub-anaesthetic ...')."""
_FAR = 160
_LINK = {
    "", ",", "/", "and", "or", ", and", ", or", "and/or", "versus", "vs", "vs.", "to", "-", "(", "(or", "followed by",
    "&",    "as well as", ", then", "then", "compared with", "compared to", "or by",
}  # fmt: skip


_STEM = re.compile(  # WHO's INN stems: a word that ends so is some other drug's name
    r" (?:[a-z-]+ ){0,3}?(?:[a-z]+(?:azepam|azolam|oxetine|pramine|triptyline|olol|pril|sartan|caine|curium|fentanil|"
    r"setron|triptan|"
    r"conazole|cillin|mycin|statin|prazole|gliptin|barbital|peridol|pridone|apine|clidine|gabalin|etamol|profen|"
    r"piprant|oxone)|"
    r"pf-?\d+|triazolam)\b"
)
_PASSIVE = re.compile(
    r"\b(?:was|were|is|are|been|be)\b.{0,25}\b(?:administered|given|received|infused|injected|applied|delivered|taken)"
)
_COORDINATED = frozenset({" and ", ", ", " or ", " versus ", " vs ", " vs. ", "/", " with ", " plus ", "-", " + "})
_PARTED = word_set(
    "and or plus with without versus vs than compared followed before after was were for combined added while then"
)
"""Between a route and the drug on its right they part the two: 'esketamine nasal spray plus an oral antidepressant'."""
_HABITS = frozenset({"cross_sectional", "cohort", "case_control", "qualitative"})
"""In these designs people's own use is told: 'tablets' and 'ingested' measure a habit, not how a drug was given."""


def tag_routes(doc: Document, design: str) -> None:
    """Add the record's route tags with their roles, which depend on its design (a review reviews, it gives nothing)."""
    reviewed = design in REVIEWS
    routes = [hit for hit in doc.hits.get("route", []) if _is_route(doc, hit, design)]
    drugs = doc.hits.get("drug", [])
    if not routes and not drugs:
        return
    agents = _agents(doc)
    bound: list[str] = [""] * len(routes)
    # from right to left, so that a coordinated route ('oral, nasal and intravenous ketamine') takes what its
    # neighbour on the right was found to belong to
    for number in range(len(routes) - 1, -1, -1):
        bound[number] = _binding(doc, routes, number, bound, agents)
    for (start, end, value), owner in zip(routes, bound, strict=True):
        if owner == "drug":
            _add(doc, value, start, end, "route bound to drug", 0.9, reviewed)
        elif owner == "agent":
            doc.add("route", value, start, end, "route of another drug", 0.8, "other_drug")
        elif drugs and _is_form(doc, start, end):
            _add(doc, value, start, end, "route without a drug in its sentence", 0.6, reviewed)
    _infer_infusions(doc, agents, reviewed=reviewed)


def _is_route(doc: Document, hit: Hit, design: str) -> bool:
    """Rule out 'CAPS-IV' (a version), 'IN' and 'PO' that are no routes, and a habit's tablets."""
    start, end, _ = hit
    word = doc.lower[start:end]
    if word in ("iv", "i v"):
        return doc.text[start - 1] != "-"
    if word == "po":
        return doc.lower.endswith((" kg ", "/kg ", "mg ", "ug "), 0, start)
    if word.startswith("i") and len(word) <= 4 and word.strip(".").replace(".", "").replace(" ", "") == "in":
        return doc.text[start:end].islower() and "." in word
    return not (design in _HABITS and word.startswith(("tablet", "capsule", "ingest")))


def _agents(doc: Document) -> list[Hit]:
    """Drugs of the topic and other ones, in the order of the text; a name that is both is the topic's."""
    drugs = doc.hits.get("drug", [])
    taken = {start for start, _, _ in drugs}
    others = [hit for hit in doc.hits.get("agent", []) if hit[0] not in taken]
    merged = [(start, end, "drug") for start, end, _ in drugs] + [(start, end, "agent") for start, end, _ in others]
    return sorted(merged)


def _binding(doc: Document, routes: Sequence[Hit], number: int, bound: Sequence[str], agents: Sequence[Hit]) -> str:
    """Return 'drug', 'agent' or '' for the owner of route `number`."""
    start, end, _ = routes[number]
    sentence = doc.sentence(start)
    first, last = doc.bounds(sentence)
    right = next((hit for hit in agents if hit[0] >= end), None)
    if right and (right[0] >= last or right[0] - end > _FAR):
        right = None
    left = next((hit for hit in reversed(agents) if hit[1] <= start), None)
    if left and (left[0] < first or start - left[1] > _FAR):
        left = None
    if number + 1 < len(routes):
        after = routes[number + 1]
        between = doc.lower[end : after[0]].strip(" )")
        if after[0] < last and between in _LINK and bound[number + 1]:
            return bound[number + 1]
    if right:
        gap = doc.lower[end : right[0]]
        if _STEM.match(gap + " "):
            return "agent"
        if len(gap) <= _NEAR and not any(mark in gap for mark in ",;:") and _PARTED.isdisjoint(gap.split()):
            return right[2]
    if _STEM.match(doc.lower, end):
        return "agent"
    if left:
        return _left_owner(doc, agents, left, first, start)
    return right[2] if right and ";" not in doc.lower[end : right[0]] else ""


def _left_owner(doc: Document, agents: Sequence[Hit], left: Hit, first: int, start: int) -> str:
    """Whose route stands after the drugs of its sentence: with two drugs in one breath, or a passive, the topic's."""
    if left[2] == "drug":
        return "drug"
    before = [hit for hit in agents if first <= hit[0] and hit[1] <= left[0]]
    drugs = [hit for hit in before if hit[2] == "drug"]
    if not drugs:
        return "agent"
    if doc.lower[drugs[-1][1] : left[0]] in _COORDINATED or _PASSIVE.search(doc.lower, left[1], start):
        return "drug"
    return "agent"


def _is_form(doc: Document, start: int, end: int) -> bool:
    """Whether a route without a drug beside it still tells how something was given."""
    return doc.zone(start) in (document.TITLE, document.OBJECTIVE, document.METHODS, document.RESULTS)


def _add(doc: Document, value: str, start: int, end: int, rule: str, confidence: float, reviewed: bool) -> None:
    role = "reviewed" if reviewed else _role(doc, start)
    doc.add("route", value, start, end, rule, confidence, role)


def _role(doc: Document, start: int) -> str:
    """Return studied, or background when words or the section say that it is not this study's."""
    sentence = doc.sentence(start)
    first, last = doc.bounds(sentence)
    zone = doc.zones[sentence]
    for kind, reach in (("contrast", 40), ("past", 400)):
        if zone == document.TITLE and kind == "past":
            continue
        for hit in doc.hits.get(kind, ()):
            if first <= hit[0] < start and start - hit[1] <= reach:
                if kind == "past" and zone in (document.METHODS, document.RESULTS, document.OBJECTIVE):
                    continue
                return "background"
    if zone == document.OBJECTIVE:
        known = any(first <= hit[0] < last for hit in doc.hits.get("established", ()))
        return "background" if known else "studied"
    return "background" if zone == document.BACKGROUND else "studied"


def _infer_infusions(doc: Document, agents: Sequence[Hit], *, reviewed: bool) -> None:
    """An infusion of the drug with no route named is intravenous, at lower confidence."""
    explicit = doc.hits.get("route", [])
    for start, end, value in doc.hits.get("infusion", ()):
        sentence = doc.sentence(start)
        first, last = doc.bounds(sentence)
        if any(first <= hit[0] < last and abs(hit[0] - start) < 60 for hit in explicit):
            continue
        inside = [hit for hit in agents if first <= hit[0] < last]
        nearest = min(inside, key=lambda hit: max(hit[0] - end, start - hit[1]), default=None)
        if nearest and nearest[2] == "drug":
            _add(doc, value, start, end, "infusion of the drug", 0.5, reviewed)
