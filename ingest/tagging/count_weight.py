"""What a number of people counts, and how sure it is that these are all of them: by the words of its sentence."""

import re
from bisect import bisect_left
from math import log10
from typing import NamedTuple

from ingest.tagging import document
from ingest.tagging.count_share import befell, is_out_of, is_share
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
        "compared|given|administered|entered|accrued|followed|monitored|analy[sz]ed)|"
        "we (enrolled|recruited|included|studied|treated|tested|assessed|evaluated|examined|interviewed|surveyed|"
        "investigated|scanned|compared|analy[sz]ed|identified|reviewed|collected|administered|obtained|measured)|"
        "participated|took part|enrolled|recruited|received|underwent|volunteered|consented|provided|entered|"
        "study (of|in|with)|trial (of|in|with)|administered to|given to|performed (in|on|with)|conducted (in|on|with)|"
        "data (from|of|on)|study population|presented|were|included|"
        "(completed|answered|filled (in|out)|responded to) (a|an|the|our|two|three)? ?(online)? ?"
        "(questionnaires?|surveys?|sessions|tasks)|(questionnaires?|surveys?) (was|were) (completed|answered) by"
    ),
    "groups": "(groups|cohorts) of",
    "total": (
        "total of|totaling|totalling|in total|total|sample of|sample size of|sample size|cohort of|group of|series of|"
        "sample|"
        "altogether|overall|population of|consisted of|comprised|comprising|all"
    ),
    "screened": (
        "screened|assessed for eligibility|approached|invited|eligible|contacted|initially|were excluded|"
        "excluded|"
        "responded to|declined|refused|population based|(sent|mailed|e ?mailed|posted|distributed) (out )?to"
    ),
    "completers": "(who )?complet(ed|ers|ing)|finished|study completers|(were )?(assessable|evaluable)",
    "part": (  # before a number or at once after it: a share of the people
        "each|every|per group|subsample|subgroup|subset|sub sample|per|"
        "responders|non ?responders|remitters|at follow up|lost to follow up|in each"
    ),
    "part_follows": (  # before a number only: '450 patients received at least one dose' counts all of them
        "first|remaining|additional|another|only|least|required|a further|all but|all except|of whom|of which|"
        "of these|of those"
    ),
    "happened": (  # after a number: something befell these people, not all of them
        "responded|remitted|dropped out|drop outs?|dropouts?|withdrew|withdrawn|discontinued|experienced|reported|"
        "relapsed|had|"
        "showed|attempted|developed|met (the )?criteria|met both|met response|achieved|died|remained|failed|continued|"
        "exhibited|"
        "tested positive|who required|were considered|were lost|did not|dropped|stopped|vomited|needed|suffered|"
        "complained|refused"
    ),
    "planned": (
        "will (be|include|enroll?|recruit|receive|randomi[sz]e|participate)|to be (recruited|enrolled|included)|"
        "planned|aim to|target"
    ),
}
RULES = [Rule("count", cue, pattern) for cue, pattern in CUES.items()]

SIZE = 0.12
"""The whole is larger than its parts: of two numbers as likely, the larger is the total."""
_ZONE_SCORE = {
    document.TITLE: 0.5, document.OBJECTIVE: 0.5, document.METHODS: 0.6, document.RESULTS: 0.5,
    document.CONCLUSIONS: 0.3, document.BACKGROUND: 0.4, document.OTHER: 0.3,
}  # fmt: skip
_FAR = 10_000
SEXES = word_set("boys female females girls male males men women")
_DENOMINATOR = re.compile(r"(?:[a-z]+: ?)?(?:out )?of (?:the |these |those |all )?(?:total |initial )?")
_ALL = (" all ", " all the ", "\tall ", "\nall ")
_DEFINED_AS = tuple(
    f"{noun} {verb} " for noun in ("participants", "subjects", "patients", "respondents") for verb in ("were", "are")
)
"""Who the participants are said to be, they are: as sure as 'a total of'."""
_OUT_OF = ("of ", "of the ", "of these ", "of those ", "of all ", "total ", "initial ")
_OF_ENDINGS = frozenset(phrase[-3:] for phrase in _OUT_OF)
_AT_MOST = (" up to ", " maximum of ")
_SIZED = "sample size of "
"""A computed size is planned: fewer or more are then studied."""
_AMONG = (" in ", " among ")
STANDS_FOR_PEOPLE = re.compile(
    r" (?:\([\d.]+ ?%\) )?(?:(?:met|fulfilled|satisfied|reached) (?:[a-z/-]+ ){0,4}criteria (?:[a-z/-]+ ){0,4}?and )?"
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
    doc: Document,
    n: int,
    start: int,
    end: int,
    noun: str,
    *,
    number_end: int = 0,
    attached: bool = False,
    defined: bool = False,
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
    ending = text[start - 3 : start]  # of the word before: asked first, since few words end so
    everybody = False
    if defined or (ending == "re " and text.endswith(_DEFINED_AS, first, start)):
        score += 0.2
    elif ending in ("ll ", "he ") and text.endswith(_ALL, max(first - 1, 0), start):
        everybody = not text.startswith((" who ", " that "), end)
        score += 0.1 if everybody else -0.2  # of those named before
    elif ahead.get("total", _FAR) <= 25 and not (zone == document.RESULTS and text.endswith("group of ", first, start)):
        score += 0.3 if ahead["total"] <= 5 else 0.2
    if near.get("planned", _FAR) <= 60:
        score, basis = score + 0.1, "planned"
    if near.get("completers", _FAR) <= 30:
        score, basis = score - 0.1, "completers"
    if after.get("screened", _FAR) <= 40 or (ahead.get("screened", _FAR) <= 3 and not _took_part(text, start, after)):
        score -= 0.35
    # 'in responders and non-responders in 31 patients': what stands in them is no share of them
    out_of = ending in _OF_ENDINGS and text.endswith(_OUT_OF, first, start)
    whole = out_of and start - first < 60 and bool(_DENOMINATOR.fullmatch(text, first, start))
    beside = after if text.endswith(_AMONG, 0, start) else ahead if whole else near
    part = beside.get("part", _FAR) <= 14 or (
        ahead.get("part_follows", _FAR) <= 14 and not text.endswith("only (", 0, start)
    )
    of_them = out_of and is_out_of(text, first, start)
    happened = (
        not (of_them or everybody)
        and after.get("happened", _FAR) <= 14
        and not text.startswith((" who ", " that ", " with ", ","), end)
    )
    if happened and noun not in ("n", "N") and not attached and after.get("randomized", _FAR) > 60:
        part = True  # '15 users had ...' is what befell them, '15 users met the criteria and were randomized' is not
    if (not of_them and is_share(text, start, end, number_end or end, noun)) or (
        befell(text, first, start, end)
        and not (zone == document.METHODS and text.endswith("recorded in ", first, start))
    ):
        part = True
    elif whole:
        score += 0.1
    if STANDS_FOR_PEOPLE.match(text, end):
        score += 0.15
    if " eligible " in text[start:end]:
        score -= 0.1
    if text.endswith(_AT_MOST, 0, start):
        score += 0.15
    if text.startswith(" would ", end) or (ending == "of " and text.endswith(_SIZED, 0, start)):
        score -= 0.2
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
    if of_them:
        score -= 0.1
    if part:
        score -= 0.3
    form = "n=" if attached or noun in ("n", "N") else "bracketed" if bracketed else "number"
    return Count(n, start, end, basis, score - 0.004 * sentence + SIZE * log10(n or 1), noun, form, sentence, part)


def _took_part(text: str, start: int, after: dict[str, int]) -> bool:
    """Whether those called eligible are said to have joined: 'eligible patients (n = 186) were randomized'."""
    return text.endswith("ligible ", 0, start) and min(after.get("randomized", _FAR), after.get("enrolled", _FAR)) <= 30


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
