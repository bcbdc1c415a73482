"""Every number that stands with people, and what its sentence says it counts."""

import re
from bisect import bisect_left
from dataclasses import dataclass
from math import log10

from ingest.tagging import document
from ingest.tagging.document import Document
from ingest.tagging.lexicon import Hit, Rule, word_set

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
    "completers": "(who )?complet(ed|ers|ing)|finished|study completers",
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
_GAP = 70
_FAR = 10_000
_DIGITS = re.compile(r"[0-9]+(?:,[0-9]{3})*(?: [0-9]{3}(?= [a-z]))*(?![0-9%/]|[.,:][0-9]| ?%|-?(?:th|st|nd|rd)\b)")
_GLUED = frozenset("0123456789.,/:-abcdefghijklmnopqrstuvwxyz")
_EQUALS = re.compile(r"= ?([0-9]{1,3}(?:[, ][0-9]{3})+|[0-9]+)(?![0-9.%])(/(?:arm|group))?")
# Between a number and its noun only describing words may stand: no unit, no verb, no other clause.
_BREAK_SIGNS = re.compile(r"[;:=%?\n\[\]]|\. ")
_BREAK_WORDS = word_set(
    "million billion thousand after arm arms articles at between by center centers centre centres compared countries "
    "day days dose doses "
    "during experiment experiments for from g group groups h had hospitals hour hours hr hrs hz in infusion "
    "infusions item items kg mg min minute minutes ml month months ng or per phase pills placebo point points "
    "rcts session sessions sites studies study tablet tablets tesla than that times to trials version versus vs "
    "was we week weeks were which with year years yr yrs"
)
_TO_SPACES = str.maketrans("-(),/", "     ")
_LABELS = word_set(
    "aim chapter class covid day experiment grade group level phase stage study table type version week year years"
)
_GROUPS = {"two": 2, "2": 2, "three": 3, "3": 3, "four": 4, "4": 4, "five": 5, "5": 5}
_GROUPS_OF = re.compile(
    r"\b(two|three|four|five|[2-5]) (?:[a-z-]+ ){0,2}groups \(?(?:each )?(?:of|with|containing|comprising) $"
)
_IN_EACH = re.compile(
    r" ?(?:\(?in|per|for)? ?(?:each|every) (?:of the )?(?:[a-z-]+ ){0,3}?(?:arms?|groups?)|/(?:arm|group)|"
    r".{0,12}? in each (?:arm|group|of)|[,;]? per (?:arm|group)\b|[,;]? each(?=[),.;])"
)
_ARMS = re.compile(r"\b(two|three|four|five|[2-5])[ -](?:[a-z-]+ ){0,3}?(?:groups|arms)\b")
_SINGULAR = word_set(
    "adolescent adult child control individual infant inpatient neonate outpatient participant patient person "
    "respondent student subject user veteran volunteer youth"
)
_ADJECTIVES = word_set("female male")
_QUALIFIES = re.compile(r" (?:[a-z-]+ ){0,3}")
_SEXES = word_set("boys female females girls male males men women")
_OTHER_NOUN = re.compile(
    r"(?:[ -][a-z()-]+){0,4}? (?:studies|trials|rcts|articles|papers|publications|reports|records|infusions|doses|"
    r"sessions|"
    r"treatments|samples|sites|items|days|weeks|months|years|hours|minutes|mg|ml|cent(?:er|re)s|injections|"
    r"experiences|times|"
    r"administrations|reviews|citations|countries|databases|scans|images|hospitals|visits|observations|events|"
    r"interviews|"
    r"references|manuscripts|comparisons|points|tweets|posts|comments)\b|[.%]\d| ?%"
)
_LISTED = re.compile(r"(?: [a-z-]+){1,4},?(?: and| or|,)? ")
_OF_WHOM = re.compile(r" (?:of|from) (?:the|these|those|our|all|whom|which)\b(?! (?:study|trial))")
_PART_OF = re.compile(r" (?:\([\d.]+ ?%\) )?(?:of|out of) (?:the|these|those|whom|which|our|all|\d)")
_DENOMINATOR = re.compile(r"(?:[a-z]+: ?)?(?:out )?of (?:the |these |those |all )?(?:total |initial )?")
_AT_MOST = (" up to ", " maximum of ")
_AMONG = (" in ", " among ")
_SHARE = re.compile(r"\d ?% ?(?:[a-z]+ ){0,2}[\[(]$")
"""'54% (n = 43)': the bracket counts the share before it."""
_COUNTED_STUDIES = re.compile(
    r"(?:\d|teen|ty|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)) \w+ ?\(?$"
)
_NOT_PEOPLE = re.compile(
    r"(?:papers|studies|articles|trials|records|publications|rcts|reports|citations|abstracts) \(?$"
)
_OPENS = re.compile(r",? ?[\[(]?(?:total |overall )?")
_STANDS_FOR_PEOPLE = re.compile(
    r" (?:\([\d.]+ ?%\) )?(?:were|was)(?: then| finally)? "
    r"(?:randomi[sz]ed|randomly|enrolled|recruited|assigned|included in)"
)
_TOTAL_BEFORE = (
    "total of ", "sample of ", "sample size of ", "cohort of ", "total sample ", "total sample was ",
    "sample size was ", "sample size is ", " recruit ", " recruited ", " recruiting ", " enroll ", " enrol ",
    " enrolled ", " randomize ", " randomise ", " interviewed ", " recruit up to ", " enroll up to ", " enrol up to ",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Count:
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


def find_counts(doc: Document) -> list[Count]:
    """Return every number that stands with people, in the order of the text."""
    people = doc.hits.get("people", [])
    numbers = numbers_before(doc, people)
    used: set[int] = set()
    counts = _before_nouns(doc, numbers, people, used)
    if "=" in doc.lower:
        counts += _after_equals(doc, people)
    counts += _standing_alone(doc, numbers, used)
    return sorted(counts, key=lambda count: count.start)


def numbers_before(doc: Document, nouns: list[Hit]) -> list[tuple[int, int, int]]:
    """Whole numbers, in digits and words, wherever one could count such nouns: (start, end, value) in order."""
    text = doc.lower
    reaches = [(max(start - _GAP, 0), start) for start, _, _ in nouns]
    for start, end, cue in doc.hits.get("count", ()):
        if cue in ("randomized", "enrolled"):
            reaches.append((start - 14, start) if doc.lower[start] == "w" else (end, end + 14))
        elif cue == "total":
            reaches.append((end, end + 16))
    found = [(start, end, int(value)) for start, end, value in doc.hits.get("number", ())]
    for first, last in _merged(reaches):
        for match in _DIGITS.finditer(text, first, last + 16):
            start = match.start()
            if start >= last:
                break
            if text[start - 1] not in _GLUED:
                found.append((start, match.end(), int(match[0].replace(",", "").replace(" ", ""))))
    found.sort()
    return found


def _merged(reaches: list[tuple[int, int]]) -> list[tuple[int, int]]:
    reaches.sort()
    merged: list[tuple[int, int]] = []
    for first, last in reaches:
        if merged and first <= merged[-1][1]:
            if last > merged[-1][1]:
                merged[-1] = (merged[-1][0], last)
        else:
            merged.append((first, last))
    return merged


def breaks(gap: str) -> bool:
    """Whether the words between a number and a noun part them."""
    if _BREAK_SIGNS.search(gap) or gap.count("(") != gap.count(")"):
        return True
    words = gap.translate(_TO_SPACES).split()
    return any(
        word in _BREAK_WORDS and not (word.startswith("year") and words[at - 1 : at] in (["past"], ["last"]))
        for at, word in enumerate(words)
    )


def _is_label(doc: Document, start: int) -> bool:
    """Whether the word before a number makes it a name: 'Study 2', 'day 1', 'Year 10'."""
    return doc.lower[max(0, start - 12) : start].rpartition(" ")[0].rpartition(" ")[2] in _LABELS


def _before_nouns(doc: Document, numbers: list[tuple[int, int, int]], people: list[Hit], used: set[int]) -> list[Count]:
    """'45 patients', 'twelve healthy volunteers', '45 current, 48 former and 40 never users'."""
    counts: list[Count] = []
    position = 0
    text = doc.lower
    for number, (start, end, _) in enumerate(people):
        if (
            text[start:end] in _ADJECTIVES
            and number + 1 < len(people)
            and _QUALIFIES.fullmatch(text, end, people[number + 1][0])
        ):
            continue  # '14 female drug users': the noun comes after
        while position < len(numbers) and numbers[position][1] <= start:
            position += 1
        for at in range(position - 1, max(-1, position - 4), -1):
            n_start, n_end, n = numbers[at]
            if start - n_end > _GAP or n_start in used:
                break
            gap = text[n_end:start]
            if breaks(gap):
                continue
            noun = text[start:end]
            if not 0 < n < 50_000_000 or (1900 <= n <= 2100 and "," in gap) or _is_label(doc, n_start):
                break
            if n > 1 and noun in _SINGULAR:
                break  # an adjective: '460 individual biomarkers'
            used.add(n_start)
            counts.append(_count(doc, n * _groups(doc, n_start, end), n_start, end, noun, number_end=n_end))
            for other in range(at - 1, max(-1, at - 4), -1):
                o_start, o_end, o = numbers[other]
                between = text[o_end:n_start]
                if o_start in used or not _LISTED.fullmatch(between) or breaks(between):
                    break
                used.add(o_start)
                counts.append(_count(doc, o, o_start, o_end, noun))
                n_start = o_start
            break
    return counts


def _after_equals(doc: Document, people: list[Hit]) -> list[Count]:
    """'participants (n = 45)', 'ketamine (n=20/arm)', 'N = 27'."""
    counts = []
    text = doc.lower
    for match in _EQUALS.finditer(text):
        at = match.start() - (2 if text[match.start() - 1] == " " else 1)
        if text[at] != "n" or text[at - 1].isalnum():
            continue
        if _NOT_PEOPLE.search(text, max(0, at - 16), at) and not _COUNTED_STUDIES.search(text, max(0, at - 30), at):
            continue  # '(studies, n = 21)', but '21 studies (n = 437)' counts people
        n = int(match[1].replace(",", "").replace(" ", ""))
        before = [hit for hit in people if hit[1] <= at <= hit[1] + 12]
        if before and _OPENS.fullmatch(text, before[-1][1], at):
            noun = text[before[-1][0] : before[-1][1]]
            counts.append(_count(doc, n, before[-1][0], match.end(), noun, attached=True))
        else:
            capital = doc.text[at] == "N" and not match[2]
            counts.append(_count(doc, n * _groups(doc, at, match.end(1)), at, match.end(), "N" if capital else "n"))
    return counts


def _standing_alone(doc: Document, numbers: list[tuple[int, int, int]], used: set[int]) -> list[Count]:
    """'79 were randomized', 'a total of 45'."""
    counts = []
    text = doc.lower
    for start, end, n in numbers:
        if start in used or text[start - 1] != " ":
            continue
        if _STANDS_FOR_PEOPLE.match(text, end) or text.startswith((" were ", " was "), end):
            alone = bool(_STANDS_FOR_PEOPLE.match(text, end)) and text[start - 5 : start] != "than "
            noun = "people"
        else:
            alone = text.endswith(_TOTAL_BEFORE, 0, start) and not _OTHER_NOUN.match(text, end)
            noun = "total"
        if alone and not _is_label(doc, start):
            counts.append(_count(doc, n, start, end, noun))
    return counts


def _groups(doc: Document, start: int, end: int) -> int:
    """How many groups a number counts one of: 'three groups of nine', '18 patients in each arm' (two, if not said)."""
    before = (
        _GROUPS_OF.search(doc.lower, max(0, start - 40), start)
        if "groups" in doc.lower[max(0, start - 40) : start]
        else None
    )
    if before:
        return _GROUPS[before[1]]
    if _IN_EACH.match(doc.lower, end):
        arms = _ARMS.search(doc.lower)
        return _GROUPS[arms[1]] if arms else 2
    return 1


def _count(
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
    happened = after.get("happened", _FAR) <= 14 and not text.startswith((" who ", " that ", " with "), end)
    if happened and after.get("randomized", _FAR) > 60:
        part = True  # '15 users had ...' is what befell them, '15 users met the criteria and were randomized' is not
    if _OF_WHOM.match(text, end) or _PART_OF.match(text, number_end or end) or _SHARE.search(text, first, start):
        part = True
    elif _DENOMINATOR.fullmatch(text, first, start):
        score += 0.1
    if _STANDS_FOR_PEOPLE.match(text, end):
        score += 0.15
    if " eligible " in text[start:end]:
        score -= 0.1
    if text.endswith(_AT_MOST, 0, start):
        score += 0.15
    before = text[first:start]
    bracketed = before.count("(") > before.count(")")
    if noun == "n":
        score -= 0.25
    elif attached:
        score += 0.1
    elif noun == "N":
        score += 0.05
    elif bracketed:
        score -= 0.25
    if noun.startswith(("control", "responder", "completer", "nonuser")) or (bracketed and noun in _SEXES):
        score -= 0.15
    if part:
        score -= 0.3
    form = "n=" if attached or noun in ("n", "N") else "bracketed" if bracketed else "number"
    return Count(n, start, end, basis, score - 0.004 * sentence + _SIZE * log10(n or 1), noun, form, sentence, part)


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
