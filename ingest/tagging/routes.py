"""Routes of administration, each bound to a drug and given a role.

A route belongs to the topic's drug only where the words tie it to that drug: the nearest drug name in the same
clause, on the right ('intranasal ketamine') before the left ('ketamine was given intranasally'). A route with no drug
in its sentence is the topic's drug only in the title or where methods, results or aims are told.
"""

import re
from collections.abc import Sequence

from ingest.tagging import document
from ingest.tagging.abbreviations import as_defined, of_a_longer_acronym
from ingest.tagging.document import Document
from ingest.tagging.lexicon import Hit, Rule, word_set
from topics.vocabulary import REVIEWS

# Order is the order of vocabulary in every table. Folded text has spaces for points and hyphens: 'i.v.' reads 'i v'.
ROUTES: dict[str, str] = {
    "intravenous": "intravenous(ly)?|intra venous(ly)?|endovenous|iv|i v|ivi|iv drip|intravenous (infusions?|drip)",
    "intramuscular": "intramuscular(ly)?|intra muscular(ly)?|im|i m",
    "intranasal": (
        "intranasal(ly)?|intra nasal(ly)?|nasal(ly)?|nasal sprays?|nose (drops|sprays?)|nasal drops|"
        "insufflat(ed|ion)|snort(ed|ing)|"
        "transnasal(ly)?|i n|spravato"
    ),
    "subcutaneous": "subcutaneous(ly)?|sub cutaneous(ly)?|subcut|s c|sc|s q|sq|subdermal(ly)?|intracutaneous",
    "oral": (
        "oral(ly)?|per os|p o|po|by mouth|per oral(ly)?|perorally|peroral|oral (solution|capsules?|tablets?|dose)|"
        "tablets?|capsules?|ingest(ed|ion)|wafers?|orally (disintegrating|dispersible) (tablets?)?"
    ),
    "sublingual": (
        "sublingual(ly)?|sub lingual(ly)?|under (the|their|his|her) tongues?|lozenges?|troches?|"
        "oral (thin )?films?|s l|"
        "sublingual (tablets?|lozenges?|troches?|wafers?|capsules?|orally disintegrating tablets?)"
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
    "epidural (space|hematoma|haematoma|abscess)|subarachnoid ha?emorrhage|subarachnoid block|"
    "(nasal|oral|sublingual|buccal|rectal|subcutaneous|intramuscular|epidural) (temperatures?|thermometers?|swabs?|"
    "biops(y|ies)|surger(y|ies)|operations?|procedures?|examinations?|endoscop(y|ies)|packing|polyps?|polyposis|ports?|"
    "electrodes?|(implantable )?(cardioverter )?defibrillators?|icds?|implants?|pacemakers?|probes?|sensors?|"
    "abscess(es)?|"
    "infections?|o?edema|ha?ematomas?|veins?|arter(y|ies)|glands?|ganglion|nerves?|varices|cancers?|carcinomas?|"
    "tumou?rs?|lesions?|ulcers?|fractures?|airways?|prongs?|nodules?|stimulation|microcirculation|reconstruction)"
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

_EXCLUDED = re.compile(r"\bexclu(?:ded|sion|ding)\b|\bineligible\b|\bnot eligible\b")
_HOPED = re.compile(
    r"\bfuture (?:trials?|stud(?:y|ies)|research|work)\b|\b(?:we|there is a) need\b|\bwhy we need\b|"
    r"\b(?:trials?|stud(?:y|ies)|research|work|investigations?|comparisons?)\b.{0,80}"
    r"\b(?:is|are|remains?) (?:still )?(?:needed|warranted|required|awaited|planned|lacking)\b|"
    r"\bshould (?:now |also |next )?be (?:studied|tested|investigated|explored|examined|evaluated|compared)\b|"
    r"\b(?:deserves?|merits?|awaits?|warrants?) (?:an? |further |more |formal )*(?:trials?|stud(?:y|ies)|research|"
    r"investigation|evaluation|testing)\b|\bremains? to be (?:studied|tested|established|determined|shown)\b"
)
"""What was kept out of the study, and what somebody wishes for: a route in the same clause was not given here."""
_OWN_ACT = re.compile(r"\b(?:we|i) (?:gave|treated|administered|infused|injected|randomi[sz]ed|used|report)\b")
"""What the authors themselves did is this study's, wherever the abstract says it."""
_ONLY_ONE = 0.6
"""Surer than an infusion with no route named, less sure than what the methods say."""
_CONTRAST_ENDS = (";", " but ", " only ")

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


_INN = (  # WHO's INN stems: a word that ends so is some drug's name
    r"[a-z]+(?:azepam|azolam|oxetine|pramine|triptyline|olol|pril|sartan|caine|curium|fentanil|setron|triptan|"
    r"conazole|cillin|mycin|statin|prazole|gliptin|barbital|peridol|pridone|apine|clidine|gabalin|etamol|profen|"
    r"piprant|oxone)"
)
_STEM = re.compile(rf" (?:[a-z-]+ ){{0,3}}?(?:{_INN}|pf-?\d+|triazolam)\b")
_NAMED_BY_STEM = re.compile(rf"\b{_INN}\b")
_INERT = r"(?:placebo|sham|dummy|vehicle)"
_INERT_BEFORE = re.compile(rf"(?P<joined>\b(?:or|versus|vs\.?) |/)?(?:an? |the )?(?:{_INERT}|saline)[ -]$")
_INERT_AFTER = re.compile(
    rf"(?: (?:normal|sterile|isotonic|sprays?|matching|infusions?|injections?|of))* (?:{_INERT}|saline)\b"
)
_JOINED_BEFORE = re.compile(r"(?:\b(?:or|versus|vs\.?) |/)(?:an? |the )?$")
"""'Ketamine or placebo nasal spray' names the route of both, 'ketamine and a placebo nasal spray' the placebo's."""
_PASSIVE = re.compile(
    r"\b(?:was|were|is|are|been|be)\b.{0,25}\b(?:administered|given|received|infused|injected|applied|delivered|taken)"
)
_COORDINATED = frozenset({" and ", ", ", " or ", " versus ", " vs ", " vs. ", "/", " with ", " plus ", "-", " + "})
_PARTED = word_set(
    "and or plus with without versus vs than compared followed before after was were for combined added while then"
)
"""Between a route and the drug on its right they part the two: 'esketamine nasal spray plus an oral antidepressant'."""
_THIRD = re.compile(r"(?:\(|\b)(?:iii|III)[):]")
"""A list in Roman numbers has come to its third: '(iv)' and 'IV:' are its fourth."""
_HABITS = frozenset({"cross_sectional", "cohort", "case_control", "qualitative"})
"""In these designs people's own use is told: 'tablets' and 'ingested' measure a habit, not how a drug was given."""


def tag_routes(doc: Document, design: str) -> None:
    """Add the record's route tags with their roles, which depend on its design (a review reviews, it gives nothing)."""
    reviewed = design in REVIEWS
    drugs = doc.hits.get("drug", [])
    named = sorted([*as_defined(doc, doc.hits.get("route", [])), *_nasal_before_drug(doc, drugs)])
    routes = [hit for hit in named if _is_route(doc, hit, design)]
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
    _add_only_one_named(doc)
    own = [hit for hit, owner in zip(routes, bound, strict=True) if owner != "agent"]
    _infer_infusions(doc, own, agents, reviewed=reviewed)


def _is_route(doc: Document, hit: Hit, design: str) -> bool:
    """Rule out 'CAPS-IV' (a version), 'IN' and 'PO' that are no routes, and a habit's tablets."""
    start, end, value = hit
    word = doc.lower[start:end]
    if of_a_longer_acronym(doc, end):
        return False
    if word in ("iv", "i v"):
        numbered = doc.text[end : end + 1] in (")", ":") and bool(_THIRD.search(doc.text, 0, start))
        return doc.text[start - 1] != "-" and not numbered
    if word == "po":
        return doc.lower.endswith((" kg ", "/kg ", "mg ", "ug "), 0, start)
    if value == "intranasal" and word.strip(".").replace(".", "").replace(" ", "") == "in":
        return "." in word if doc.text[start:end].islower() else doc.text[start:end] == "IN"
    return not (design in _HABITS and word.startswith(("tablet", "capsule", "ingest")))


def _nasal_before_drug(doc: Document, drugs: Sequence[Hit]) -> list[Hit]:
    """'IN ketamine', 'IN-esketamine': a word of every sentence, and so no rule of the lexicon."""
    at = [start - 3 for start, _, _ in drugs if doc.text[max(0, start - 3) : start] in ("IN-", "IN ")]
    return [
        (start, start + 2, "intranasal") for start in at
        if not doc.text[start - 1 : start].isalnum() and not doc.text[slice(*doc.bounds(doc.sentence(start)))].isupper()
    ]  # fmt: skip


def _agents(doc: Document) -> list[Hit]:
    """Drugs of the topic and other ones, in the order of the text; a name that is both is the topic's."""
    drugs = doc.hits.get("drug", [])
    taken = {start for start, _, _ in drugs}
    listed = doc.hits.get("agent", [])
    known = taken | {start for start, _, _ in listed}
    stems = [
        (one.start(), one.end(), "agent") for one in _NAMED_BY_STEM.finditer(doc.lower) if one.start() not in known
    ]
    others = [*(hit for hit in listed if hit[0] not in taken), *stems]
    merged = [(start, end, "drug") for start, end, _ in drugs] + [(start, end, "agent") for start, end, _ in others]
    return sorted(merged)


def _binding(doc: Document, routes: Sequence[Hit], number: int, bound: Sequence[str], agents: Sequence[Hit]) -> str:
    """Return 'drug', 'agent' or '' for the owner of route `number`."""
    start, end, _ = routes[number]
    sentence = doc.sentence(start)
    first, last = doc.bounds(sentence)
    if _is_of_placebo(doc, start, end, first, last):
        return "agent"
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


def _is_of_placebo(doc: Document, start: int, end: int, first: int, last: int) -> bool:
    """Whether a route is that of a placebo beside the drug, as in a double-dummy trial, and not that of both."""
    if doc.lower.endswith("ly", start, end):
        return False  # 'in saline intravenously'
    if before := _INERT_BEFORE.search(doc.lower, first, start):
        return not before["joined"]
    return bool(_INERT_AFTER.match(doc.lower, end, last)) and not _JOINED_BEFORE.search(doc.lower, first, start)


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


def _add_only_one_named(doc: Document) -> None:
    """The one route of the drug that the background tells, where nothing else is said of any: it is the study's, too.

    'Esketamine nasal spray (ESK) was approved in 2019. Patients treated with ESK were identified …' But what was kept
    out, wished for or set apart is none, nor is what an abstract says of several routes.
    """
    told = [tag for tag in doc.tags if tag.facet == "route" and tag.role in ("studied", "background")]
    if {tag.role for tag in told} != {"background"} or len({tag.value for tag in told}) != 1:
        return
    for tag in told:
        offset = 0 if tag.field == "title" else doc.abstract_at
        start, end = (tag.start or 0) + offset, (tag.end or 0) + offset
        first, last = doc.bounds(doc.sentence(start))
        apart = any(first <= hit[0] < start for hit in doc.hits.get("contrast", ()))
        if not apart and not _EXCLUDED.search(doc.lower, first, last) and not _HOPED.search(doc.lower, first, last):
            doc.add("route", tag.value, start, end, "the only route named", _ONLY_ONE, "studied")
            return


def _role(doc: Document, start: int) -> str:
    """Return studied, or background when words or the section say that it is not this study's."""
    sentence = doc.sentence(start)
    first, last = doc.bounds(sentence)
    zone = doc.zones[sentence]
    clause = doc.lower[max(first, doc.lower.rfind(";", first, start)) : last].partition("; ")[0]
    if _EXCLUDED.search(clause) or _HOPED.search(clause):
        return "background"
    for kind, reach in (("contrast", 40), ("past", 400)):
        if zone == document.TITLE and kind == "past":
            continue
        for hit in doc.hits.get(kind, ()):
            if first <= hit[0] < start and start - hit[1] <= reach:
                if kind == "contrast" and any(mark in doc.lower[hit[1] : start] for mark in _CONTRAST_ENDS):
                    continue  # 'not given intramuscularly but orally'
                if kind == "past" and zone in (document.METHODS, document.RESULTS, document.OBJECTIVE):
                    continue
                return "background"
    if zone == document.OBJECTIVE:
        known = any(first <= hit[0] < last for hit in doc.hits.get("established", ()))
        return "background" if known else "studied"
    return "background" if zone == document.BACKGROUND and not _OWN_ACT.search(clause) else "studied"


_OVER_MINUTES = re.compile(r"/ ?kg\b.{0,30}?\bover (?:a period of )?\d+[ -]min(?:ute)?s?\b")


def _infer_infusions(doc: Document, routes: Sequence[Hit], agents: Sequence[Hit], *, reviewed: bool) -> None:
    """An infusion of the drug, or a dose by weight over minutes, with no route named is intravenous, but less surely.

    In a sentence without a drug it is the topic's drug where the record names no other.
    """
    timed = [(one.start(), one.end(), "intravenous") for one in _OVER_MINUTES.finditer(doc.lower)]
    only_one = not any(owner == "agent" for _, _, owner in agents)
    for start, end, value in [*doc.hits.get("infusion", ()), *timed]:
        sentence = doc.sentence(start)
        first, last = doc.bounds(sentence)
        if any(first <= hit[0] < last and abs(hit[0] - start) < 60 for hit in routes):
            continue
        inside = [hit for hit in agents if first <= hit[0] < last]
        nearest = min(inside, key=lambda hit: max(hit[0] - end, start - hit[1]), default=None)
        if (
            nearest[2] == "drug"
            if nearest
            else only_one and doc.zones[sentence] in (document.METHODS, document.RESULTS)
        ):
            _add(doc, value, start, end, "infusion of the drug", 0.5, reviewed)
