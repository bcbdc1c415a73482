"""The longest follow-up that a record states, in weeks: 'a 6-month follow-up', 'patients were followed for two years'.

A stretch of time counts only where the words say that somebody was followed. How long an illness lasted, how old people
were, what they were treated with before, and how long they were treated are other stretches of time; so is a follow-up
that others had, or that is still wanted. When in doubt there is no tag: a follow-up that is missing is found by whoever
reads on, a wrong one is believed.
"""

import re
from collections.abc import Iterator
from itertools import chain

from ingest.tagging import document
from ingest.tagging.document import Document
from topics.vocabulary import REVIEWS

_WORDS = {
    "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "eighteen": 18, "twenty": 20, "twenty-four": 24,
    "thirty": 30, "thirty-six": 36,
}  # fmt: skip
_WEEKS = {"day": 1 / 7, "week": 1.0, "wk": 1.0, "month": 365.25 / 84, "mo": 365.25 / 84, "year": 365.25 / 7,
          "yr": 365.25 / 7}  # fmt: skip
"""Weeks in each unit; a month is a twelfth of a year."""
_SAID = re.compile(r"\bfollow(?:ed\b|[- ]?ups?\b)")
_NEAR = 60
"""Characters before a match that may turn its meaning."""
_MOST = 60 * 365.25 / 7
"""Nobody was followed for longer than this many weeks."""

_N = r"(?<![\w./])(?:\d{1,3}(?:\.\d{1,2})?|" + "|".join(sorted(set(_WORDS) - {"a"}, key=len, reverse=True)) + r")"
_U = r"(?:days?|weeks?|wks?|months?|mos|years?|yrs?)\b"
_SPREAD = r"(?: ?(?:\+/-|±) ?\d{1,3}(?:\.\d{1,2})?)?"
"""A standard deviation behind a mean."""
_TIME = rf"(?:{_N}{_SPREAD}[ -]?|(?<!\w)a ){_U}"
_AND = r"-?(?:, ?(?:and |or )?| and | or | to | through | ?[-/] ?)"
_TIMES = rf"(?:{_N}(?:[ -]?{_U})?{_AND}){{0,6}}{_TIME}(?:')?"
"""One or several stretches of time, of which the last has its unit: '1, 3 and 6 months'."""
_F = r"follow(?:ed)?[- ]?ups?\b"
_EVENT = (
    r"(?: (?:periods?|durations?|times?|visits?|assessments?|evaluations?|intervals?|phase|examinations?|interviews?|"
    r"data|measurements?|observations?))?"
)
_KIND = (
    r"(?:(?:of|long-term|longer-term|short-term|naturalistic|open-label|prospective|retrospective|observational|"
    r"safety|clinical|telephone|post-?treatment|post-?infusion|post-?dose|drug-free|treatment-free|medication-free|"
    r"double-blind|extended|additional|further|subsequent|mean|median|post|treatment|infusion|the|total|blinded)[ -])"
)
_LINK = (
    r"(?: ?[(:](?:(?:mean|median|average|maximum)[,:]? )?|,? (?:(?:will be|occurred|occurring|was|were|is|has been|"
    r"ranged|ranging|lasted|lasting|took place|carried out|conducted|performed|obtained|completed|assessed|scheduled|"
    r"continued|extended|of|for|at|to|until|up|over|after|from|between|"
    r"a|an|the|mean|median|maximum|minimum|average|total|approximately|about|least|almost|nearly|=|than|more) ?)"
    r"{1,6})? ?"
)
_FOR = (
    r"(?:for|over|across|until|through|at|up to)(?: (?:up|to|a|an|the|further|additional|another|period|of|mean|"
    r"median|maximum|minimum|at|least|total|average|next|subsequent|about|approximately|more|than|course|over)){0,6}"
)
_POINTS = (
    r"(?P<unit>day|week|month|year)s?[ -](?P<numbers>\d{1,3}(?:(?:, (?:(?P=unit) )?\d{1,3})*"
    r"(?:,? (?:and|to|or|through) (?:(?P=unit) )?| ?- ?)\d{1,3})?)(?![\w%]|\.\d|,? (?:(?:and|or) )?(?:(?P=unit) )?\d|"
    r" (?:patients|participants|subjects|people|adults|volunteers)\b)"
)
"""One or several points in time of one unit: 'week 4', 'days 1, 7 and 28'."""
_STATED = [
    re.compile(pattern)
    for pattern in (
        rf"{_TIMES}[ -](?:{_KIND}){{0,3}}{_F}",
        rf"{_F}{_EVENT}{_LINK}(?P<after>{_TIMES})",
        rf"(?:mean|median|average|maximum|total|duration of|length of) {_F}{_EVENT}, (?P<mean>{_TIMES})",
        r"(?<!had been )(?<!has been )(?<!have been )\bfollowed(?:[- ]up)?(?: [\w-]+){0,5}? "
        rf"{_FOR} (?P<followed>{_TIMES})",
        rf"{_F}{_EVENT}(?: (?:was|were|is))?(?: (?:at|on|in|until|to|through))? {_POINTS}",
        rf"\b{_POINTS} (?:of )?{_F}",
    )
]
"""What states a follow-up: '6-month follow-up', 'follow-up of 6 months', 'followed for 6 months', 'week 4 follow-up'.
The groups are what follows it (`after`, `mean`, `followed`), or a unit and its numbers ('week 4')."""
_ONE = re.compile(rf"(?:({_N}){_SPREAD}[ -]?|(?<!\w)a )(days?|weeks?|wks?|months?|mos|years?|yrs?)\b")
_RANGE = re.compile(
    rf"\W{{1,3}}range[:,= ]{{1,2}}(?:of |from |was )?{_N} ?(?:[ -]?{_U})? ?(?:-|to|and) ?({_N})(?: ?({_U}))?"
)
_NOT_BEFORE = re.compile(
    r"\b(?:no|without|lacks?|lacking|lack of|absence of|longer|beyond|limited|previous|prior|earlier|person|patient)"
    r"[ -](?:[\w-]+ ){0,2}$|\bbetween (?:[\w-]+ ){1,5}and $|\bage at (?:[\w-]+ ){0,2}$|"
    r"(?:protocols?|guidelines?|diets?|regimens?|procedures?|schedules?|recommendations?|instructions) (?:was|were) $"
)
_MEASURED = re.compile(rf"{_F} (?:was|were)\b")
_AT = tuple(f"at {which}" for which in ("", "the ", "last ", "final ", "latest "))
"""'At follow-up was …': something else was measured then."""
_NOT_AFTER = re.compile(
    r"[ -]?(?:old\b|of age\b|ago\b|earlier\b|before\b|prior\b|previously\b|history\b|"
    r"of (?:age|illness|disease|depress\w+|treatment|therapy|symptoms?|pain|sobriety|abstinence|use|abuse|"
    r"medication)\b|(?:of )?(?:experience|illness|duration)\b)"
)
_NOT_AFTER_TIME = re.compile(
    r"[ -](?:(?:(?!(?:after|and|following|from|since|post|was|were|with|to)\b)\w+[ -]){0,2}?"
    r"(?:trial|study|course|program(?:me)?|treatment|therapy|infusion|intervention|phase|session)s?\b|by\b|as\b|"
    r"(?:in|at) (?:our|the|a|his|her|their)\b|"
    r"for (?:[\w-]+ ){0,3}(?:depress\w*|disorders?|pain|illness|disease|treatment|symptoms?)\b)"
)
"""Behind a stretch of time that comes after 'follow-up' or 'followed': it is that of a trial, or of an illness."""
_INSIDE = re.compile(r"\b(?:by|depress\w+|illness|age|because|due|who|which|that|then|aged|old|infusions?|doses?)\b")
_OTHERS = re.compile(
    r"\b(?:need(?:ed|s)?|warrant(?:ed|s)?|required|should|recommend(?:ed|s)?|future|previous(?:ly)?|"
    r"(?:prior|earlier|other|published) (?:study|studies|trials?|reports?|work)|remains? unknown|unclear|"
    r"lack(?:s|ing)?)\b"
)
"""In its sentence: the follow-up was others', or is still wanted."""


def tag_follow_up(doc: Document, design: str) -> None:
    """Add the tag of the longest follow-up, in weeks; none in a review, whose follow-ups are those of its studies."""
    if "follow" not in doc.lower or design in REVIEWS or design == "notice":
        return
    longest = max(_stated(doc), default=None, key=lambda found: (found[0], -found[1]))
    if longest:
        weeks, start, end = longest
        doc.add("follow_up_weeks", f"{weeks:g}", start, end, "longest follow-up", 0.8)


def _stated(doc: Document) -> Iterator[tuple[float, int, int]]:
    """(weeks, start, end) of each follow-up that the record states of its own study."""
    for sentence in sorted({doc.sentence(said.start()) for said in _SAID.finditer(doc.lower)}):
        first, last = doc.bounds(sentence)
        if doc.zones[sentence] == document.BACKGROUND or _OTHERS.search(doc.lower, first, last):
            continue
        for match in chain.from_iterable(pattern.finditer(doc.lower, first, last) for pattern in _STATED):
            start, end = match.span()
            after = match.lastgroup in ("after", "followed")
            if (
                _NOT_BEFORE.search(doc.lower[max(first, start - _NEAR) : start])
                or (after and _MEASURED.match(doc.lower, start) and doc.lower.endswith(_AT, first, start))
                or _NOT_AFTER.match(doc.lower, end)
                or (after and _NOT_AFTER_TIME.match(doc.lower, end))
            ):
                continue
            weeks, end = _longest(doc.lower, match)
            if 0 < weeks <= _MOST:
                yield weeks, start, end


def _longest(text: str, match: re.Match[str]) -> tuple[float, int]:
    """The longest stretch of time that a match names, in weeks, and where its words end; 0 if it is none of these."""
    parts = match.groupdict()
    if parts.get("unit"):
        last = max(map(float, re.findall(r"\d+", parts["numbers"])))
        return _in_weeks(last, parts["unit"]), match.end()
    times = parts.get("after") or parts.get("mean") or parts.get("followed") or match[0]
    if parts.get("followed") and _INSIDE.search(match[0]):
        return 0, match.end()
    named = [(_value(number or "a"), unit) for number, unit in _ONE.findall(times)]
    end = match.end()
    spread = _RANGE.match(text, end)
    if spread and named:
        named.append((_value(spread[1]), spread[2] or named[-1][1]))
        end = spread.end()
    return max((_in_weeks(number, unit) for number, unit in named), default=0), end


def _value(written: str) -> float:
    return float(_WORDS.get(written, written))


def _in_weeks(number: float, unit: str) -> float:
    """Weeks with one decimal; of months and years, whose length differs, whole weeks."""
    singular = unit.rstrip("s")
    weeks = number * _WEEKS[singular]
    return float(round(weeks)) if singular[0] in "my" else round(weeks, 1)
