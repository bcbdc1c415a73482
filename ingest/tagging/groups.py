"""Groups that one sentence counts side by side: which numbers are the groups of one study, and their sum."""

import re

from ingest.tagging.count_weight import SEXES, Count
from ingest.tagging.document import Document
from ingest.tagging.lexicon import word_set
from ingest.tagging.other_numbers import of_one_study
from ingest.tagging.per_group import GROUPS
from ingest.tagging.whole_numbers import BRACKETED, DIGITS, value_of

_GENERIC = word_set("adults individuals participants patients people respondents subjects volunteers")
_PEOPLE = "participants|patients|subjects|volunteers|adults|individuals|people|children|users"
_OF_GROUPS = re.compile(r"\b(two|three|four|five|six) (?:[a-z-]+ ){0,3}?(?:groups|cohorts|samples)\b")
_A_GROUP = re.compile(r"\b(?:group|arm)(?: [a-z0-9]{1,2})? \((?:[a-z0-9]{1,6}[;,:] ?)?$")

_REACH = 150
"""Characters between two groups at most."""

# Between two numbers of one sentence
_TOTAL = re.compile(r"\b(?:total\w*|all|entire|whole|overall)\b")
_LATER = re.compile(r"\b(?:later|afterwards|follow-?up|endpoint|post-?treatment|discharge)\b")
_VISIT = re.compile(r"\b(?:baseline|entry|start) ?[\[(]$")
_SIDE_BY_SIDE = re.compile(r"\b(?:and|as well as|versus|vs|or|to|with|than|whereas|while)\b|,|;")
_ADDS_UP = re.compile(rf"\b(?:or|vs|versus|placebo|groups?|controls?|arms?|compared|{_PEOPLE})\b|\d ?m?u?g\b")
_NAMED = re.compile(r"[\])],?(?: and)? [a-z-]{2,15} [\[(]")
"""'unipolar (N = 58) and bipolar (N = 22) patients'"""
_NOT_BESIDE = re.compile(
    r"\b(?:total\w*|were|was|of whom|of which|of these|of those|among (?:them|whom|these)|"
    r"including|whom|screened|eligibility|eligible|"
    r"approached|invited|excluded|divided|comprising|completed|returned|responded)\b"
)
_WHO = re.compile(r"\b(?:who|that|which)\b")
_JOINED = (
    " as well as ", " and ", " with ", " to ", " versus ", " vs ", " or ", " and the ", " with the ", " to the ",
    " versus the ", " that of ", " those of ",
)  # fmt: skip
_ASIDE = re.compile(
    r"\b(?:who|that) (?:were|was)\b|"
    r"\bw(?:ere|as) (?:then )?(?:compared|matched) (?:with|to)\b(?: (?:that|those) (?:of|in|from)\b)?"
)
"""Says more of the group before it, or sets the next against it."""
_SPANS = re.compile(
    r"\([^)]*\)|\b[0-9]+(?:\.[0-9]+)?(?: ?(?:to|-|and) ?[0-9]+(?:\.[0-9]+)?)? ?"
    r"(?:years?|months?|weeks?|days?|hours?|h|mg|ug|g|mcg)\b|\b(?:group|arm) [a-z]?[0-9]\b|\b(?:19|20)[0-9][0-9]\b"
)
_IN_ONE_GROUP = re.compile(r"\bin (?:the|an?) [^,;.()]{1,40} (?:group|arm|cohort)(?:,|,? (?:and|versus|vs\.?)) $")
_WHERE = re.compile(r"^ (?:was|were) [a-z ]{4,30} (from|in|at|by) (?:the|an?) [a-z -]{2,40},? and $")
_DONE = re.compile(r" (?:was|were) [a-z]+ ")
_ASSIGNED = re.compile(r"(?: \([^()]*\))? (?:were|was) (?:then )?(?:randomly )?(?:randomi[sz]ed|assigned|allocated)\b")
_ASSIGNED_AND = re.compile(
    r"(?: \([^()]*\))? (?:were|was) (?:randomly )?(?:randomi[sz]ed|assigned|allocated)\b.*\b(?:and|while|whereas) $"
)
_TO = re.compile(r"(?: \([^()]*\))? to ")
_OTHER_PEOPLE = re.compile(rf"\) (?:and|versus|vs\.?|were compared (?:with|to)) [a-z -]{{0,40}}\b(?:{_PEOPLE})\b")

# A number that stands for people whose noun was said before
_OPENS = re.compile(r"(;|,|\b(?:and|versus|vs\.?|or|with|to))(?: and| the other| another)?(?: in)? $")
_GOES_ON = re.compile(
    r" (with|without|in (?:the|a|group|arm)|on|of (?:their|the)|who|from|at|by|assigned to|randomi[sz]ed to|treated|"
    r"given|receiving|received|underwent|got|took|to|healthy|normal|unaffected|"
    r"(?:(?:age|sex|gender)[a-z -]{0,20})?matched)\b"
)


def sum_of_groups(doc: Document, best: Count, counts: list[Count]) -> Count | None:
    """Return `best` with the sum of the groups that its sentence counts, None where it counts no other groups."""
    beside = [count for count in counts if count.sentence == best.sentence]
    if best.form == "number" and not best.part:
        beside = sorted([*beside, *_without_noun(doc, best, beside)], key=lambda count: count.start)
    alike = [count for count in beside if count.form == best.form and count.part <= best.part]
    if len(alike) > 1:
        return _sum(doc, best, alike, {count.n for count in counts})
    return _group_after_group(doc, best, counts)


def _without_noun(doc: Document, best: Count, beside: list[Count]) -> list[Count]:
    """Groups that are counted without saying again of whom: '27 patients with migraine and 30 with overuse'."""
    text = doc.lower
    first, last = beside[0].end, min(doc.bounds(best.sentence)[1], beside[-1].end + _REACH)
    numbers = [(match.start(), match.end(), match[0]) for match in DIGITS.finditer(text, first, last)]
    numbers += [hit for hit in doc.hits.get("number", ()) if first <= hit[0] < last]
    found: list[Count] = []
    for start, end, value in sorted(numbers):
        after = _GOES_ON.match(text, end)
        before = _OPENS.search(text, max(first, start - 12), start) if after else None
        if not after or not before or any(count.start <= start < count.end for count in beside):
            continue
        n = value_of(value)
        if 1900 <= n <= 2050 or text.count("(", first, start) > text.count(")", first, start):
            continue  # a year; those in brackets are of the group before them
        if before[1] == "," and after[1] != "of their":
            ends = max(count.end for count in (*beside, *found) if count.end <= start)
            if not text.startswith(f" {after[1]} ", ends) and not _IN_ONE_GROUP.search(text, ends, start):
                continue  # 'so many, 20 with ...' are among them; 'so many with ..., 20 with ...' are not
        found.append(best._replace(n=n, start=start, end=end, score=0.0))
    return found


def _sum(doc: Document, best: Count, alike: list[Count], stated: set[int]) -> Count | None:
    """Add groups that one sentence counts side by side ('30 users and 28 controls'), unless the first is the whole."""
    chain = _as_many_as_groups(doc, alike)
    if best in chain:
        return _added(best, chain)
    chain = _chain(doc, best, alike)
    if _TOTAL.search(doc.lower, max(0, best.start - 25), best.start) and sum(one.n for one in chain) not in stated:
        # 'a total of 14 users and 10 controls' is a sum, 'a total of 24 people, 14 users ...' is the whole
        at = chain.index(best)
        chain = [
            one for one in chain[at : at + 2] if one is best or doc.lower[best.end : one.start] in (" and ", ", and ")
        ]
    if len(chain) < 2:
        return None
    whole, others = chain[0], chain[1:]
    if len(others) > 1 and sum(one.n for one in others) == whole.n:
        return whole  # the others are its parts: '61 users, 33 women and 28 men'
    if (
        whole.noun in _GENERIC
        and whole.form == "n="
        and all(one.noun in ("n", "N") for one in others)
        and not _OTHER_PEOPLE.search(doc.lower, whole.end, others[0].start)
    ):
        return None if best is whole or whole.n >= sum(one.n for one in others) else best
    return _added(best, chain)


def _added(best: Count, chain: list[Count]) -> Count:
    score = best.score + (0.25 if best.noun == "n" or best.form == "bracketed" else 0.0)
    return best._replace(n=sum(one.n for one in chain), start=chain[0].start, end=chain[-1].end, score=score)


def _as_many_as_groups(doc: Document, alike: list[Count]) -> list[Count]:
    """The numbers of a sentence that names as many groups before them: 'three groups: 14 users, 13 smokers ...'."""
    first, last = doc.bounds(alike[0].sentence)[0], alike[-1].start
    said = _OF_GROUPS.search(doc.lower, first, alike[0].start)
    if not said or len(alike) != GROUPS[said[1]] or _LATER.search(doc.lower, said.end(), last):
        return []
    return alike


def _chain(doc: Document, best: Count, alike: list[Count]) -> list[Count]:
    """The numbers around `best` that stand side by side."""
    if best.noun not in SEXES:  # '12 patients, nine women and three men'; but '14 users and 10 women' are groups
        alike = [
            one for before, one in zip([None, *alike], alike, strict=False)
            if one.noun not in SEXES
            or not before
            or (before.noun not in SEXES and doc.lower.endswith(" and ", 0, one.start))
        ]  # fmt: skip
    chain: list[Count] = []
    for at, one in enumerate(alike):
        listed = len(chain) > 1 or (at + 1 < len(alike) and doc.lower.endswith(" and ", 0, alike[at + 1].start))
        if chain and not _beside(doc, chain[-1], one, listed=listed):
            if best in chain:
                break
            chain = []
        chain.append(one)
    return chain if best in chain else [best]


def _beside(doc: Document, one: Count, other: Count, *, listed: bool) -> bool:
    """Whether two numbers of one sentence count two groups of one study; `listed`: they are not the only two."""
    if not of_one_study(one.n, other.n):
        return False
    gap = doc.lower[one.end : other.start]
    if len(BRACKETED.sub("", gap) if "(" in gap else gap) > _REACH or (
        not _SIDE_BY_SIDE.search(gap) and other.start - one.end > 1
    ):
        return False
    if one.form == "number" and any(char.isdigit() for char in _SPANS.sub("", gap)):
        return False
    if one.noun == "N" and other.noun == "n":
        return False  # 'N = 300, n = 14 with epilepsy': the capital counts everybody
    if one.noun == other.noun == "N" and not _ADDS_UP.search(gap) and not _NAMED.fullmatch(gap):
        return False  # capital N counts everybody, at one time and another
    if other.form == "n=" and _VISIT.search(doc.lower, max(0, one.start - 15), one.start):
        return False  # 'at baseline (n = 60), at six months (n = 44)'
    if other.form == "n=":
        return not _TOTAL.search(gap) and not _LATER.search(gap)
    where = _WHERE.search(gap)
    if where and doc.lower.startswith(f" {where[1]} ", other.end):
        return True  # '72 children were recruited from the first clinic and 12 from the second'
    done = _DONE.match(gap)
    if _IN_ONE_GROUP.search(gap) or (done and doc.lower.startswith(done[0], other.end)):
        return True  # '252 children were seen in May, 132 children were seen in June'
    assigned = _ASSIGNED.match(doc.lower, other.end)
    if _ASSIGNED_AND.match(gap) and (assigned or _TO.match(doc.lower, other.end)):
        return True
    if assigned or other.noun in ("those", "total"):
        return False  # 'of these so many were randomized', unless the others were, too
    joined = gap.endswith(_JOINED) or (listed and gap.endswith(", "))
    return not _NOT_BESIDE.search(_ASIDE.sub("", gap)) and (joined or not _WHO.search(gap))


def _group_after_group(doc: Document, best: Count, counts: list[Count]) -> Count | None:
    """Add up groups with a sentence each: 'The methadone group (n = 24) ... The other group (n = 16) ...'."""
    if best.noun not in ("n", "N"):
        return None
    chain: list[Count] = []
    for one in counts:
        if one.form != "n=" or one.part or not _A_GROUP.search(doc.lower, max(0, one.start - 25), one.start):
            continue
        if chain and one.sentence != chain[-1].sentence + 1:
            if best in chain:
                break
            chain = []
        chain.append(one)
    return _added(best, chain) if len(chain) > 1 and best in chain else None
