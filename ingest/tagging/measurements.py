"""Reported quantities: bioavailability by route, and the strength of solutions."""

import re

from ingest.tagging.document import Document
from ingest.tagging.lexicon import Rule
from ingest.tagging.model import Measurement

RULES = [
    Rule("quantity", "bioavailability", "bioavailability|bioavailabilities|bioavailable"),
    Rule("quantity", "concentration", "mg ml|mg per ml"),
    Rule("analyte", "norketamine", "norketamine|nor ketamine|metabolites?"),
]
_PERCENT = re.compile(
    r"(?<![\d.])(\d{1,3}(?:\.\d+)?)(?: ?%)?(?: ?(?:-|to|and) ?(\d{1,3}(?:\.\d+)?))? ?(?:\+/-|±|\(sd|sd)? "
    r"?(?:\d+(?:\.\d+)?)? ?(?:%|percent\b|per cent\b)"
)
_STRENGTH = re.compile(
    r"(?<![\d.])(\d{1,4}(?:\.\d+)?)(?: ?(?:-|to|or|and) ?(\d{1,4}(?:\.\d+)?))? ?mg (?:/|per ?) ?ml\b|"
    r"(?<![\d.])(\d{1,4}(?:\.\d+)?)(?: ?(?:-|to|or|and) ?(\d{1,4}(?:\.\d+)?))? ?mg/ml\b"
)
_NOT_A_SHARE = re.compile(
    r" ?(?:confidence|ci\b|of (?:the )?(?:patients|participants|subjects|children)|increase|decrease|reduction|cv\b)"
)
_POPULATIONS = (  # name, and beginnings of the words that tell it
    ("animals", (" rat ", " rats", " dog", " foxhound", " cats", " pig", " swine", " piglet", " horse", " sheep",
                 " rabbit", " monkey", " mice", " ponies", " animal")),
    ("children", (" children", " pediatric", " paediatric", " infant", " neonate", " adolescent")),
    ("healthy volunteers", (" healthy", " volunteer")),
    ("patients", (" patient",)),
)  # fmt: skip


def measure(doc: Document) -> list[Measurement]:
    """Return the quantities a record reports, each with its route where the sentence tells one."""
    if not doc.hits.get("quantity") or not doc.hits.get("drug"):
        return []
    found: dict[tuple[object, ...], Measurement] = {}
    for start, _, quantity in doc.hits["quantity"]:
        first, last = doc.bounds(doc.sentence(start))
        read = _bioavailability if quantity == "bioavailability" else _strength
        for one in read(doc, first, last):
            found.setdefault((one.quantity, one.route, one.analyte, one.low, one.high), one)
    return list(found.values())


def _bioavailability(doc: Document, first: int, last: int) -> list[Measurement]:
    """Shares and routes of one sentence; as many of each in two lists ('17, 13 % by nose and mouth') go pairwise."""
    shares = [
        match for match in _PERCENT.finditer(doc.lower, first, last)
        if not _NOT_A_SHARE.match(doc.lower, match.end()) and float(match[1]) <= 130
    ]  # fmt: skip
    routes = [hit for hit in doc.hits.get("route", ()) if first <= hit[0] < last]
    if not routes:  # the sentence before names the route, or the title does
        before = [hit for hit in doc.hits.get("route", ()) if hit[0] < first]
        routes = before[-1:] if len({hit[2] for hit in before}) == 1 else []
    rows = []
    for number, match in enumerate(shares):
        if len(routes) == len(shares):
            route = routes[number][2]
        elif routes:
            route = min(routes, key=lambda hit: max(hit[0] - match.end(), match.start() - hit[1]))[2]
        else:
            route = ""
        low = float(match[1])
        high = float(match[2]) if match[2] else low
        rows.append(
            Measurement("bioavailability", route, _analyte(doc, first, match.start()), min(low, high), max(low, high),
                        "%",
                        _population(doc, first, last), doc.text[first:last].strip())
        )  # fmt: skip
    return rows


def _strength(doc: Document, first: int, last: int) -> list[Measurement]:
    """The strength of a solution that is given; of blood levels nobody writes mg/ml."""
    if not any(first <= hit[0] < last for hit in doc.hits.get("drug", ())):
        return []
    routes = {hit[2] for hit in doc.hits.get("route", ()) if first <= hit[0] < last}
    rows = []
    for match in _STRENGTH.finditer(doc.lower, first, last):
        values = [float(value) for value in match.groups() if value]
        rows.append(
            Measurement("concentration", next(iter(routes)) if len(routes) == 1 else "",
                        _analyte(doc, first, match.start()), min(values), max(values), "mg/ml",
                        _population(doc, first, last), doc.text[first:last].strip())
        )  # fmt: skip
    return rows


def _analyte(doc: Document, first: int, at: int) -> str:
    """The drug or metabolite named last before a figure, else the record's first drug."""
    named = [hit for kind in ("drug", "analyte") for hit in doc.hits.get(kind, ()) if first <= hit[0] < at]
    hit = max(named) if named else doc.hits["drug"][0]
    return doc.lower[hit[0] : hit[1]]


def _population(doc: Document, first: int, last: int) -> str:
    """Who was measured: the sentence says, or the title, or the abstract."""
    for text in (f" {doc.lower[first:last]}", f" {doc.lower[: doc.abstract_at]}", doc.lower):
        for name, words in _POPULATIONS:
            if any(word in text for word in words):
                return name
    return ""
