"""Doses of the topic's drug, how long and how often it was given, and the arms they belong to."""

import re

from ingest.tagging import document
from ingest.tagging.decide import SURE_ROUTE
from ingest.tagging.document import Document
from ingest.tagging.lexicon import Hit, Rule
from ingest.tagging.model import Arm

_COUNT = "(single|one|two|three|four|five|six|seven|eight|nine|ten|twelve|multiple|repeated|serial|[2-9]|10|12)"
RULES = [
    Rule("placebo_arm", "placebo", "placebo|saline|normal saline|control"),
    Rule("unit", "unit", "mg|ug|mcg|micrograms?|milligrams?|[0-9]mg|[0-9][0-9]mg|[0-9]ug"),
    Rule(
        "schedule", "schedule",
        f"{_COUNT} (intravenous |intramuscular |subcutaneous |oral |intranasal |ketamine |esketamine |iv )?"
        "(infusions?|injections?|doses?|administrations?)|(once|twice|thrice|two times|three times) "
        "(a |per )?(daily|weekly|week|day|monthly)|(every other|alternate) day|(daily|weekly|monthly) "
        "(infusions?|injections?|doses?|administrations?)",
    ),
]  # fmt: skip

_NUMBER = r"\d+(?:[.,]\d+)?|\.\d+"
_POWER_OF_MINUS_1 = r"(?:\(?-1\)?|\xb4\xb9)"
"""How '/' is printed otherwise: 'kg-1', 'kg(-1)', 'kg⁻¹' (its sign reads as a raised character)."""
_UNIT = (
    r"(?P<mass>milligrams?|micrograms?|mg|mcg|ug)"
    rf"(?P<kg> ?/ ?kg\b| per (?:kg|kilo(?:gram)?)\b|[ .]?kg ?{_POWER_OF_MINUS_1})?"
    rf"(?:(?: ?/ ?| per )(?P<time>min|hour|hr|h)(?:ute)?\b|[ .]?(?P<time_2>min|hour|hr|h) ?{_POWER_OF_MINUS_1})?"
)
_DOSE = re.compile(
    rf"(?<![\d.,])(?P<low>{_NUMBER})(?: ?(?:mg(?:/kg)?)?(?: ?(?:-|to|or|and|,|/) ?| to )(?P<high>{_NUMBER}))?"
    rf"[ -]?{_UNIT}(?![a-z])(?! ?/ ?(?:m?l|dl)\b)"
)
_MINUTES = re.compile(
    r"\b(?:over|during|for|in|within)(?: a period of| approximately| about)? (\d+(?:\.\d+)?)(?:-| )?(min|h(?:ours?|"
    r"rs?)?\b)|"
    r"\b(\d+(?:\.\d+)?)[ -](min(?:ute)?s?|h(?:ours?)?)[ -](?:(?:intravenous|iv|i\.v\.|continuous|ketamine|esketamine) "
    r")*infusion"
)
_GROUP_SIZE = re.compile(r"[^.;]{0,45}?[(\[]n ?= ?(\d+)")
_SIZED = re.compile(r"(?: (?:group|arm|infusion|alone|treatment|nasal spray))?s? ?[(\[]n ?= ?(\d+)")
_OWN = (document.TITLE, document.OBJECTIVE, document.METHODS, document.RESULTS)
_MOST = 12
"""More different doses than any trial has arms: a dose-finding table in prose; the rest is left out."""


def tag_doses(doc: Document) -> list[Arm]:
    """Add tags for doses and schedules of the topic's drug, and return the arms that the doses describe."""
    for start, end, _ in doc.hits.get("schedule", ()):
        if doc.zone(start) in _OWN:
            doc.add("schedule", doc.lower[start:end], start, end, "number or rhythm of doses", 0.7)
            break
    arms: dict[tuple[object, ...], Arm] = {}
    units = doc.hits.get("unit", ()) if doc.hits.get("drug") else ()
    sentences = sorted({doc.sentence(start) for start, _, _ in units})
    for sentence in sentences:
        if doc.zones[sentence] not in _OWN or len(arms) >= _MOST:
            continue
        first, last = doc.bounds(sentence)
        agents = _agents_in(doc, first, last)
        if not any(owner == "drug" for _, _, owner in agents):
            continue
        for match in _DOSE.finditer(doc.lower, first, last):
            agent = _owner(doc, agents, match)
            if agent is None or agent[2] != "drug":
                continue
            arm = _arm(doc, match, agent, first, last)
            key = (arm.route, arm.dose_value, arm.dose_unit, arm.dose_text)
            if key not in arms:
                doc.add("dose", f"{arm.dose_text}", match.start(), match.end(), "dose of the drug", 0.85)
            if key not in arms or (arms[key].n is None and arm.n is not None):
                arms[key] = arm
    if "=" in doc.lower:
        _add_sized_arms(doc, arms)
    return list(arms.values())


def _add_sized_arms(doc: Document, arms: dict[tuple[object, ...], Arm]) -> None:
    """Add arms that are told by their size only: 'ketamine (n = 30) or placebo (n = 31)'."""
    known = {arm.n for arm in arms.values() if arm.n}
    for kind in ("drug", "agent", "placebo_arm"):
        for start, end, _ in doc.hits.get(kind, ()):
            match = _SIZED.match(doc.lower, end)
            if not match or int(match[1]) in known or doc.zone(start) not in _OWN:
                continue
            first, last = doc.bounds(doc.sentence(start))
            route = _route(doc, start, end, first, last) if kind == "drug" else ""
            name = doc.lower[start:end]
            if (name, route) not in {(arm.arm, arm.route) for arm in arms.values()}:
                words = doc.text[start : match.end()]
                arms[name, route] = Arm(name, route, int(match[1]), None, "", "", None, words)


def _agents_in(doc: Document, first: int, last: int) -> list[Hit]:
    drugs = [(start, end, "drug") for start, end, _ in doc.hits.get("drug", ()) if first <= start < last]
    taken = {start for start, _, _ in drugs}
    others = [
        (start, end, "agent")
        for start, end, _ in doc.hits.get("agent", ())
        if first <= start < last and start not in taken
    ]
    return sorted(drugs + others)


def _owner(doc: Document, agents: list[Hit], match: re.Match[str]) -> Hit | None:
    """The drug that a dose belongs to: at once after it ('0.5 mg/kg ketamine'), else before it, else after it."""
    after = next((hit for hit in agents if hit[0] >= match.end()), None)
    before = next((hit for hit in reversed(agents) if hit[1] <= match.start()), None)
    if (
        after
        and after[0] - match.end() <= 25
        and not re.search(r"[,;()]| and | or ", doc.lower[match.end() : after[0]])
    ):
        return after
    return before or after


def _arm(doc: Document, match: re.Match[str], agent: Hit, first: int, last: int) -> Arm:
    low = float(match["low"].replace(",", "."))
    ranged = match["high"] is not None
    size = _GROUP_SIZE.match(doc.lower, match.end(), last)
    minutes = _minutes(doc.lower, match.end(), min(last, match.end() + 80)) or _minutes(
        doc.lower, max(first, match.start() - 80), match.start()
    )
    route = _route(doc, match.start(), match.end(), first, last)
    words = doc.text[min(agent[0], match.start()) : max(agent[1], match.end())]
    name = doc.text[agent[0] : agent[1]]
    return Arm(
        arm=" ".join(part for part in (route, name.lower(), doc.text[match.start() : match.end()]) if part),
        route=route,
        n=int(size[1]) if size else None,
        dose_value=None if ranged else low,
        dose_unit=_unit(match),
        dose_text=doc.text[match.start() : match.end()],
        minutes=minutes,
        quote=words,
    )


def _unit(match: re.Match[str]) -> str:
    """One form for every way of printing a unit: mg, ug, mg/kg, ug/kg/min, mg/h and so on."""
    mass = "mg" if match["mass"] in ("mg", "milligram", "milligrams") else "ug"
    time = match["time"] or match["time_2"] or ""
    return "/".join(filter(None, (mass, "kg" if match["kg"] else "", time and ("min" if time == "min" else "h"))))


def _minutes(text: str, start: int, end: int) -> float | None:
    match = _MINUTES.search(text, start, end)
    if not match:
        return None
    value, unit = (match[1], match[2]) if match[1] else (match[3], match[4])
    return float(value) * (60.0 if unit.startswith("h") else 1.0)


def _route(doc: Document, start: int, end: int, first: int, last: int) -> str:
    """The studied route nearest to a dose in its sentence, '' when none is told there."""
    near = [
        (max(tag.start + offset - end, start - (tag.end + offset), 0), tag.value)
        for tag in doc.tags
        if tag.facet == "route"
        and tag.role in ("studied", "comparator")
        and tag.start is not None
        and tag.end is not None
        for offset in (0 if tag.field == "title" else doc.abstract_at,)
        if first <= tag.start + offset < last
    ]
    if near and min(near)[0] <= 120:
        return min(near)[1]
    named = {
        tag.value for tag in doc.tags
        if tag.facet == "route" and tag.role in ("studied", "comparator") and tag.confidence >= SURE_ROUTE
    }  # fmt: skip
    return named.pop() if len(named) == 1 else ""
