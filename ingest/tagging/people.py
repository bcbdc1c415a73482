"""How many people: the number randomized or enrolled, of these the number analysed, and the studies in a review.

Every number that stands with people ('45 patients', 'participants (n = 45)', 'a total of 45') is a candidate
(`counts`). The surest is the total; numbers that one sentence counts side by side are added up.
"""

import re

from ingest.tagging import document
from ingest.tagging.count_weight import RULES as COUNT_RULES
from ingest.tagging.count_weight import Count, says_total
from ingest.tagging.document import Document
from ingest.tagging.lexicon import Rule, word_set
from ingest.tagging.model import REVIEWS
from ingest.tagging.whole_numbers import breaks, numbers_before

RULES = [
    *COUNT_RULES,
    Rule("people", "people", "humans|hcs"),
    Rule(
        "analysed",
        "analysed",
        "((was|were) )?(finally )?(analy[sz]ed|evaluable)|((was|were) )?included in (the|our) ((final|primary|main|"
        "statistical) )?analys[ei]s|complete(d|rs)|finished|(provided|had) (complete|evaluable) data",
    ),
    Rule(
        "analysed",
        "",
        "completed (a|an|the|two|three|all|both|several)? ?((online|baseline|standardi[sz]ed|self report|follow up) )?"
        "(questionnaires?|surveys?|interviews?|tasks?|measures?|scales?|batter(y|ies)|tests?|assessments?|ratings?)",
    ),
    Rule(
        "studies",
        "studies",
        "studies|manuscripts|trials|rcts|articles|papers|publications|randomi[sz]ed controlled trials|randomi[sz]ed "
        "trials|clinical trials|"
        "manuscripts|controlled trials|eligible (studies|trials)|reports|records",
    ),
]

_ENOUGH = 0.2
_NEAR = 0.4
_CASES = frozenset({"case_report", "case_series", "editorial_letter", "other"})

_GENERIC = word_set("adults individuals participants patients people respondents subjects volunteers")
_ADDITIONAL = re.compile(
    r"\b(?:healthy|matched|unaffected|naive|nonusing|non-using|unexposed|never|polydrug|non-?depressed|comparison|"
    r"drug-free|"
    r"normal)\b[^.;]{0,40}$"
)
_ADDS_UP = re.compile(r"\b(?:or|vs|versus|placebo|groups?|controls?|arms?|compared)\b")
_OF_THEM = re.compile(
    r"(?: \([^)]{1,20}\))?(?: of (?:them|these|those|the))?"
    r"(?: (?:patients|participants|subjects|volunteers|adults|adolescents|children|people|individuals|women|men|users|"
    r"veterans))?(?: \([^)]{1,20}\))?(?: (?:had|have|who|were|then|successfully))? "
)
_BRACKETED = re.compile(r"\([^)]*\)")


def tag_people(doc: Document, design: str, counts: list[Count]) -> None:
    """Add tags for the number of people in the study and, for a review, for the number of studies."""
    if design in REVIEWS:
        counts = [
            count for count in counts if _pools(doc, count) or (design == "narrative_review" and count.score > 0.7)
        ]
    if design not in _CASES:
        counts = [count for count in counts if count.n > 2]  # 'two raters', 'one patient fainted': no study of two
    chosen = _total(doc, counts)
    if chosen and chosen.score >= _ENOUGH:
        confidence = _confidence(chosen, counts)
        doc.add("n_total", str(chosen.n), chosen.start, chosen.end, f"people {chosen.basis}", confidence)
        if design not in REVIEWS:
            _tag_analysed(doc, chosen)
    elif design == "case_report" and (one := _single_case(doc)):
        doc.add("n_total", "1", one[0], one[1], "people cases", 0.9)
    if design in ("systematic_review", "meta_analysis"):
        _tag_studies(doc)


def _confidence(chosen: Count, counts: list[Count]) -> float:
    """How often such a number is the total (development half).

    It is a guess with a rival close behind, or with a larger number that may be the whole; those randomized are
    the total even of more who were asked.
    """
    top = max(count.score for count in counts)
    rivals = [
        count.score for count in counts if count.n != chosen.n and not chosen.start <= count.start < chosen.end
    ]  # fmt: skip
    margin = top - max(rivals, default=-1.0)
    larger = any(count.n > chosen.n and not count.part and count.score > top - _NEAR for count in counts)
    if margin < 0.1 or (larger and chosen.basis != "randomized"):
        return 0.6
    return 0.75 if margin < 0.2 else 0.93


def _pools(doc: Document, count: Count) -> bool:
    """Whether a number in a review is of everybody in its studies: its sentence counts studies, or says 'total'."""
    first, last = doc.bounds(count.sentence)
    studies = any(first <= hit[0] < last for hit in doc.hits.get("studies", ()))
    return count.n >= 10 and (studies or says_total(doc, count))


def _total(doc: Document, counts: list[Count]) -> Count | None:
    """The surest number, or the sum of what one sentence counts side by side."""
    if not counts:
        return None
    best = max(counts, key=lambda count: (count.score, -count.start))
    if experiments := _experiments(doc, counts):
        return experiments
    summed = _sum(doc, best, [count for count in counts if count.sentence == best.sentence]) or best
    return _with_controls(doc, summed, counts)


def _sum(doc: Document, best: Count, beside: list[Count]) -> Count | None:
    """Add groups that one sentence counts side by side ('30 users and 28 controls'), unless the first is the whole."""
    alike = [count for count in beside if count.form == best.form and count.part <= best.part]
    if len(alike) < 2:
        return None
    chain: list[Count] = []
    for count in alike:
        if chain and not _beside(doc, chain[-1], count):
            if best in chain:
                break
            chain = []
        chain.append(count)
    if best not in chain:
        return None
    if _TOTAL.search(doc.lower, max(0, best.start - 25), best.start):
        # 'a total of 14 users and 10 controls' is a sum, 'a total of 24 people, 14 users ...' is the whole
        at = chain.index(best)
        chain = [
            one for one in chain[at : at + 2] if one is best or doc.lower[best.end : one.start] in (" and ", ", and ")
        ]
    if len(chain) < 2:
        return None
    if len(chain) > 2 and sum(count.n for count in chain) == 2 * chain[0].n:
        return chain[0]  # the others are its parts: '61 users, 33 women and 28 men'
    if chain[0].noun in _GENERIC and chain[0].form == "n=" and all(count.noun in ("n", "N") for count in chain[1:]):
        return None if best is chain[0] or chain[0].n >= sum(count.n for count in chain[1:]) else best
    score = best.score + (0.25 if best.noun == "n" else 0.0)
    whole = sum(count.n for count in chain)
    return best._replace(n=whole, start=chain[0].start, end=chain[-1].end, score=score)


def _experiments(doc: Document, counts: list[Count]) -> Count | None:
    """Add up what two or more experiments count: 'in Study 1, 20 volunteers ..., in Study 2, 17 patients'."""
    if not any(second in doc.lower for second in _SECOND):
        return None
    labels: dict[str, Count] = {}
    marks = list(_EXPERIMENT.finditer(doc.lower, doc.abstract_at))
    for at, mark in enumerate(marks):
        until = min(marks[at + 1].start() if at + 1 < len(marks) else len(doc.lower), mark.end() + _REACH)
        within = [count for count in counts if mark.end() <= count.start < until and not count.part]
        if within:
            labels.setdefault(_ORDINAL[mark[1]], within[0])
    if len(labels) < 2 or any(says_total(doc, count) for count in counts if count not in labels.values()):
        return None
    parts = sorted(labels.values(), key=lambda count: count.start)
    best = max(parts, key=lambda count: count.score)
    return best._replace(n=sum(count.n for count in parts), start=parts[0].start, end=parts[-1].end)


_REACH = 120
_SECOND = tuple(
    f"{part} {number}" for part in ("study", "experiment", "trial") for number in ("2", "ii", "two")
)  # looked for first: a regular expression over every abstract takes far longer
_EXPERIMENT = re.compile(
    r"\b(?:sub-?)?(?:study|experiment|trial) (1|2|3|i|ii|iii|one|two|three)\b(?! (?:and|was|were|which))"
)
_ORDINAL = {
    "1": "1", "i": "1", "one": "1", "2": "2", "ii": "2", "two": "2",
    "3": "3", "iii": "3", "three": "3",
}  # fmt: skip


def _with_controls(doc: Document, total: Count, counts: list[Count]) -> Count:
    """Add healthy or matched controls that a sentence of their own counts; their words are not in the quote."""
    if total.basis == "randomized" or "control" in doc.lower[total.start : total.end]:
        return total
    for count in counts:
        if not count.noun.startswith("control") or total.start <= count.start < total.end or count.score < 0.2:
            continue
        if (
            abs(count.sentence - total.sentence) <= 2
            and count.n < total.n * 3
            and _ADDITIONAL.search(doc.lower, max(0, count.start - 30), count.end)
        ):
            return total._replace(n=total.n + count.n)
    return total


def _beside(doc: Document, one: Count, other: Count) -> bool:
    """Whether two numbers of one sentence count two groups of one study."""
    gap = doc.lower[one.end : other.start]
    if one.form == "number" and any(char.isdigit() for char in _BRACKETED.sub("", gap)):
        return False
    if len(gap) > 150 or (not _SIDE_BY_SIDE.search(gap) and other.start - one.end > 1):
        return False
    if one.noun == other.noun == "N" and not _ADDS_UP.search(gap):
        return False  # capital N counts everybody, at one time and another
    if other.form == "n=":
        return not _TOTAL.search(gap)
    return not _NOT_BESIDE.search(gap) and (not _WHO.search(gap) or gap.endswith(_JOINED))


_TOTAL = re.compile(r"\btotal\w*\b|\ball\b")
_NOT_BESIDE = re.compile(r"\b(?:total\w*|were|was|of whom|of which|of these|of those|including|whom)\b")
_WHO = re.compile(r"\b(?:who|that|which)\b")
_JOINED = (" and ", " with ", " to ", " versus ", " vs ", " or ")
_SIDE_BY_SIDE = re.compile(r"\b(?:and|versus|vs|or|to|with|than)\b|,|;")


def _single_case(doc: Document) -> tuple[int, int] | None:
    """Words that speak of one patient, for the quote."""
    hits = doc.hits.get("person", []) or doc.hits.get("people", [])
    return hits[0][:2] if hits else None


def _tag_analysed(doc: Document, total: Count) -> None:
    """Add the number analysed or completing where the text tells it from the total: 'of 40 randomized, 36 completed'.

    Fewer than half are rather one arm or a subgroup.
    """
    ends = doc.hits.get("analysed", [])
    numbers = numbers_before(doc, ends) if ends else []
    for start, end, _ in ends:
        before = [number for number in numbers if number[1] <= start]
        if not before or not _OF_THEM.fullmatch(doc.lower, before[-1][1], start):
            continue
        at, _, n = before[-1]
        if total.n / 2 <= n < total.n and not total.start <= at < total.end:
            doc.add("n_analysed", str(n), at, end, "people analysed", 0.7)
            return


def _tag_studies(doc: Document) -> None:
    """Add the number of studies that a review includes: the first that its own text states."""
    studies = [
        hit for hit in doc.hits.get("studies", [])
        if doc.zone(hit[0]) in (document.RESULTS, document.METHODS, document.TITLE, document.CONCLUSIONS)
    ]  # fmt: skip
    numbers = numbers_before(doc, studies)
    for start, end, _ in studies:
        before = [number for number in numbers if number[1] <= start and start - number[1] <= 40]
        if before and not breaks(doc.lower[before[-1][1] : start]):
            doc.add("n_studies", str(before[-1][2]), before[-1][0], end, "studies counted", 0.7)
            return
