"""How many groups a number counts one of: 'three groups of nine', '18 patients in each arm'."""

import re

from ingest.tagging.count_weight import Count
from ingest.tagging.document import RESULTS, Document

GROUPS = {
    "two": 2, "2": 2, "three": 3, "3": 3, "four": 4, "4": 4, "five": 5, "5": 5, "six": 6, "6": 6,
}  # fmt: skip
_SAID = "(two|three|four|five|six|[2-6])"
_GROUPS_OF = re.compile(
    rf"\b{_SAID} (?:[a-z-]+ ){{0,2}}(?:cohorts|groups),? \(?(?:each )?(?:of|with|containing|comprising|including) $"
)
_IN_EACH = re.compile(
    r"(?: (?:were|was) (?:randomly )?(?:allocated|assigned|randomi[sz]ed))? ?"
    r"(?:\(?in|per|for|to)? ?(?:each|every) (?:of the )?(?:[a-z-]+ ){0,3}?(?:arms?|groups?)|/(?:arm|group)|"
    r"[^0-9]{0,12}? in each (?:arm|group|of)| in each(?=[),.;])|,? at each dose|"
    r"[,;]? per (?:arm|group)\b|[,;]? each(?=[),.:;\n])"
)
_OF_EACH = re.compile(
    rf"\b(?:each|both|either) (?:of (?:the )?{_SAID} )?(?:[a-z-]+ ){{0,2}}(?:group|arm)s?,? ?[(:]?(?:each )?"
    r"(?:comprised|comprising|consisted of|consisting of|included|including|contained|containing|of|with|had)? ?$"
)
_ARMS = re.compile(rf"\b{_SAID}[ -](?:[a-z-]+ ){{0,3}}?(?:groups|arms|doses)\b")


def groups_of(doc: Document, start: int, end: int) -> int:
    """Return of how many groups the number from `start` to `end` counts one: two, if the text does not say; else 1."""
    words, after = doc.lower[max(0, start - 40) : start], doc.lower[end : end + 60]
    grouped = "group" in words or " arm" in words or "cohorts" in words
    if grouped and (before := _GROUPS_OF.search(words)):
        return GROUPS[before[1]]
    each = "each" in after or "per " in after or "every" in after or after.startswith("/")
    if (grouped and _OF_EACH.search(words)) or (each and _IN_EACH.match(after)):
        arms = _ARMS.search(doc.lower)
        return GROUPS[arms[1]] if arms else 2
    return 1


def of_all_groups(doc: Document, count: Count, groups: int) -> Count:
    """Return a number multiplied by its groups as one of everybody, but for what the results say of 'each group'."""
    if groups == 1 or doc.zones[count.sentence] == RESULTS or not _ARMS.search(doc.lower):
        return count
    return count._replace(score=count.score + (0.5 if count.part else 0.2), part=False)
