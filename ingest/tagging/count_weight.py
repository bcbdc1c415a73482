"""What a number of people counts, and how sure it is that these are all of them: by the words of its sentence."""

import re
from bisect import bisect_left
from math import log10
from typing import NamedTuple

from ingest.tagging import document
from ingest.tagging.document import Document
from ingest.tagging.lexicon import Rule, word_set

# kind of cue -> words. 'randomized', 'enrolled' ... are also the basis that the tag names.
CUES: dict[str, str] = {
    "randomized": (
        "(was|were|been|be) (then )?(randomi[sz]ed|randomly (assigned|allocated|divided|distributed|selected|"
        "received))|"
        "we randomi[sz]ed|we randomly|randomi[sz]ed|randomly|underwent randomi[sz]ation"
    ),
    "enrolled": (
        "(was|were) (prospectively |consecutively |then )?(enrolled|recruited|included|studied|treated|tested|assessed|"
        "evaluated|examined|divided|interviewed|surveyed|investigated|scanned|allocated|assigned|selected|identified|"
        "compared|given|administered|entered|followed|monitored|analy[sz]ed)|"
        "we (enrolled|recruited|included|studied|treated|tested|assessed|evaluated|examined|interviewed|surveyed|"
        "investigated|scanned|compared|analy[sz]ed|identified|reviewed|collected|administered|obtained|measured)|"
        "participated|took part|enrolled|recruited|received|underwent|volunteered|consented|provided|entered|"
        "study (of|in|with)|trial (of|in|with)|administered to|given to|performed (in|on|with)|conducted (in|on|with)|"
        "data (from|of|on)|study population|presented|were|included"
    ),
    "total": (
        "total of|totaling|totalling|in total|total|sample of|sample size of|sample size|cohort of|group of|series of|"
        "sample|"
        "altogether|overall|population of|consisted of|comprised|comprising|all"
    ),
    "screened": (
        "screened|assessed for eligibility|approached|invited|eligible|contacted|referred|initially|were excluded|"
        "excluded|"
        "responded to|declined|refused|population based"
    ),
    "completers": "(who )?complet(ed|ers|ing)|finished|study completers|(were )?(assessable|evaluable)",
    "part": (  # before a number or at once after it: a share of the people
        "each|every|per group|subsample|subgroup|subset|sub sample|per|"
        "responders|non ?responders|remitters|at follow up|lost to follow up|in each"
    ),
    "part_follows": (  # before a number only: '450 patients received at least one dose' counts all of them
        "first|remaining|additional|another|only|least|required|a further|of whom|of which|of these|of those"
    ),
    "happened": (  # after a number: something befell these people, not all of them
        "responded|remitted|dropped out|drop outs?|dropouts?|withdrew|withdrawn|discontinued|experienced|reported|"
        "relapsed|had|"
        "showed|attempted|developed|met (the )?criteria|met both|met response|achieved|died|remained|failed|continued|"
        "exhibited|"
        "tested positive|who required|were considered"
    ),
    "planned": (
        "will (be|include|enroll?|recruit|receive|randomi[sz]e|participate)|to be (recruited|enrolled|included)|"
        "planned|aim to|target"
    ),
}
RULES = [Rule("count", cue, pattern) for cue, pattern in CUES.items()]

_SIZE = 0.12
"""The whole is larger than its parts: of two numbers as likely, the larger is the total."""
_ZONE_SCORE = {
    document.TITLE: 0.5, document.OBJECTIVE: 0.5, document.METHODS: 0.6, document.RESULTS: 0.5,
    document.CONCLUSIONS: 0.3, document.BACKGROUND: 0.4, document.OTHER: 0.3,
}  # fmt: skip
_FAR = 10_000
SEXES = word_set("boys female females girls male males men women")
_OF_WHOM = re.compile(
    r" (?:of the|(?:of|from) (?:these|those|our|all|whom|which))\b"
    r"(?! (?:[a-z-]+ ){0,3}(?:study|trial|cohort|survey|project)\b)"
)
_PART_OF = re.compile(
    r" \([\d.]+ ?%\) of |(?: \([\d.]+ ?%\))? (?:of|out of) (?:(?:the|these|those|whom|which|our|all)\b|\d)"
)
_DENOMINATOR = re.compile(r"(?:[a-z]+: ?)?(?:out )?of (?:the |these |those |all )?(?:total |initial )?")
_PERCENT = re.compile(r" \(\d{1,2}(?:\.\d+)? ?%\)")
"""'13 patients (29%)': a share is of a larger whole."""
_AND_PERCENT = re.compile(r"[;,] ?\d{1,2}(?:\.\d+)? ?%[)\]]")
"""'(n = 41, 34%)' likewise."""
_SHARE = re.compile(r"\d ?% ?(?:[a-z]+ ){0,2}[\[(]$")
"""'54% (n = 43)': the bracket counts the share before it; so it does in '16% cases (n = 52)'."""
_INCIDENT = re.compile(r" (?:incident|new|newly diagnosed) ")
"""'851 incident cases' fell ill while all were followed."""
_BEFELL = re.compile(
    r"\b(?:reported|experienced|seen|noted|observed|occurred|developed|found|detected|present|documented|reached|"
    r"achieved) (?:by|in|among) (?:only |all |the |another )?$"
)
"""'seen in 13 patients': something befell them."""
_AFTER_BEFELL = (" by ", " in ", " among ", " only ", " all ", " the ", " another ")
_AT_MOST = (" up to ", " maximum of ")
_AMONG = (" in ", " among ")
STANDS_FOR_PEOPLE = re.compile(
    r" (?:\([\d.]+ ?%\) )?(?:(?:met|fulfilled|satisfied) (?:[a-z/-]+ ){0,4}criteria (?:[a-z/-]+ ){0,4}?and )?"
    r"(?:were|was)(?: then| finally)? (?:randomi[sz]ed|randomly|enrolled|recruited|assigned|included in)"
)


class Count(NamedTuple):
    """A number of people in the text: what it counts, and how sure that it is the whole study."""

    n: int
    start: int
    end: int
    basis: str
    """randomized, enrolled, completers, planned or stated."""
    score: float
    noun: str
    form: str
    """'number' before its noun, 'bracketed' number and noun, or 'n=': only numbers of one form are added up."""
    sentence: int
    part: bool
    """Whether its words say that it counts some of the people only."""


def weigh(
    doc: Document, n: int, start: int, end: int, noun: str, *, number_end: int = 0, attached: bool = False
) -> Count:
    """Weigh a number by its sentence: the zone, and the cues nearest to it."""
    text = doc.lower
    sentence = doc.sentence(start)
    first, last = doc.bounds(sentence)
    zone = doc.zones[sentence]
    score = _ZONE_SCORE[zone] - (0.2 if zone == document.BACKGROUND and doc.structured else 0.0)
    basis = "stated"

    near, ahead, after = _nearest_cues(doc, first, last, start, end)
    if near.get("randomized", _FAR) <= 80:
        score, basis = score + 0.25, "randomized"
    elif near.get("enrolled", _FAR) <= 80:
        score, basis = score + 0.15, "enrolled"
    if ahead.get("total", _FAR) <= 25:
        score += 0.3 if ahead["total"] <= 5 else 0.2
    if near.get("planned", _FAR) <= 60:
        score, basis = score + 0.1, "planned"
    if near.get("completers", _FAR) <= 30:
        score, basis = score - 0.1, "completers"
    if after.get("screened", _FAR) <= 40 or ahead.get("screened", _FAR) <= 3:
        score -= 0.35
    # 'in responders and non-responders in 31 patients': what stands in them is no share of them
    beside = after if text.endswith(_AMONG, 0, start) else near
    part = beside.get("part", _FAR) <= 14 or (
        ahead.get("part_follows", _FAR) <= 14 and not text.endswith("only (", 0, start)
    )
    happened = after.get("happened", _FAR) <= 14 and not text.startswith((" who ", " that ", " with ", ","), end)
    if happened and noun not in ("n", "N") and not attached and after.get("randomized", _FAR) > 60:
        part = True  # '15 users had ...' is what befell them, '15 users met the criteria and were randomized' is not
    if _is_share(text, start, end, number_end or end, noun) or (
        text.endswith(_AFTER_BEFELL, first, start) and _BEFELL.search(text, max(first, start - 30), start)
    ):
        part = True
    elif start - first < 60 and _DENOMINATOR.fullmatch(text, first, start):
        score += 0.1
    if STANDS_FOR_PEOPLE.match(text, end):
        score += 0.15
    if " eligible " in text[start:end]:
        score -= 0.1
    if text.endswith(_AT_MOST, 0, start):
        score += 0.15
    bracketed = text.count("(", first, start) > text.count(")", first, start)
    if noun == "n":
        score -= 0.25
    elif attached:
        score += 0.1
    elif noun == "N":
        score += 0.05
    elif bracketed:
        score -= 0.25
    if noun.startswith(("control", "responder", "completer", "nonuser")) or (bracketed and noun in SEXES):
        score -= 0.15
    if part:
        score -= 0.3
    form = "n=" if attached or noun in ("n", "N") else "bracketed" if bracketed else "number"
    return Count(n, start, end, basis, score - 0.004 * sentence + _SIZE * log10(n or 1), noun, form, sentence, part)


def _is_share(text: str, start: int, end: int, number_end: int, noun: str) -> bool:
    """Whether the words next to a number say that it is a share of a larger one: 'of these', '(29%)', '34%)'."""
    if text.startswith((" of ", " from ", " out "), end) and _OF_WHOM.match(text, end):
        return True
    if text.startswith((" of ", " out ", " ("), number_end) and _PART_OF.match(text, number_end):
        return True
    if noun not in ("those", "total") and (_PERCENT.match(text, end) or _PERCENT.match(text, number_end)):
        return True
    if text.endswith("% ", 0, start):
        return True
    if text.startswith((",", ";"), end) and _AND_PERCENT.match(text, end):
        return True
    if text[start - 1] in "[(" and _SHARE.search(text, max(0, start - 40), start):
        return True
    return noun == "cases" and bool(_INCIDENT.search(text, start, end))


def _nearest_cues(
    doc: Document, first: int, last: int, start: int, end: int
) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """Characters between a number and the nearest cue of each kind in its sentence: on either side, before, after."""
    near: dict[str, int] = {}
    before: dict[str, int] = {}
    after: dict[str, int] = {}
    hits = doc.hits.get("count", [])
    for at in range(bisect_left(hits, (first,)), len(hits)):
        cue_start, cue_end, cue = hits[at]
        if cue_start >= last:
            break
        if cue_start >= end:
            distance = cue_start - end
            if distance < after.get(cue, _FAR):
                after[cue] = distance
        else:
            distance = max(start - cue_end, 0)
            if cue_start < start and distance < before.get(cue, _FAR):
                before[cue] = distance
        if distance < near.get(cue, _FAR):
            near[cue] = distance
    return near, before, after


def says_total(doc: Document, count: Count) -> bool:
    """Whether 'a total of' or the like stands before a number."""
    _, before, _ = _nearest_cues(doc, *doc.bounds(count.sentence), count.start, count.end)
    return before.get("total", _FAR) <= 25
