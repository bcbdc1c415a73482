"""The total: the surest number of people, with the groups, experiments and controls that belong to it."""

import re
from math import log10

from ingest.tagging.count_weight import SIZE, Count, says_total
from ingest.tagging.document import METHODS, RESULTS, Document
from ingest.tagging.groups import sum_of_groups
from ingest.tagging.lexicon import Rule

RULES = [Rule("experiment", "second", "(study|substudy|experiment|trial) (2|ii|two)")]
_REPEATED = 0.1
"""What the title or the methods say, the results say again."""
_PROVEN = 0.2
_ADDITIONAL = re.compile(
    r"\b(?:healthy|matched|unaffected|naive|nonusing|non-using|unexposed|never|polydrug|non-?depressed|comparison|"
    r"drug-free|normal)\b[^.;]{0,40}$"
)
_CONTROL_GROUP = re.compile(
    r"\b(?:control|comparison) group (?:comprised|consisted of|of|included|was composed of|was|were) (?:the )?$"
)
_SERVED = re.compile(r"(?: [a-z-]+){0,8}? as (?:[a-z-]+ ){0,3}(?:controls?|comparison)\b")
_REACH = 120
_EXPERIMENT = re.compile(
    r"\b(?:sub-?)?(?:study|experiment|trial) (1|2|3|i|ii|iii|one|two|three)\b(?! (?:and|was|were|which))"
)
_ORDINAL = {
    "1": "1", "i": "1", "one": "1", "2": "2", "ii": "2", "two": "2",
    "3": "3", "iii": "3", "three": "3",
}  # fmt: skip


def proven_wholes(counts: list[Count]) -> set[int]:
    """Return the numbers that others add up to: '86 patients', then '42 at home and 44 in hospital'."""
    if len(counts) < 3:
        return set()
    stated = {count.n for count in counts if count.n >= 6}
    counts = [count for count in counts if not count.part]
    sums: set[int] = set()
    for at, count in enumerate(counts):
        run = count.n
        for beside in counts[at + 1 : at + 5]:
            if beside.sentence > count.sentence + 2 or beside.form != count.form:
                break
            run += beside.n
            sums.add(run)
    return stated & sums


def confirmed(counts: list[Count], proven: set[int]) -> list[Count]:
    """Return the numbers, surer where several sentences say the same number or where others add up to it."""
    if len(counts) < 2:
        return counts
    sentences: dict[int, set[int]] = {}
    for count in counts:
        if not count.part:
            sentences.setdefault(count.n, set()).add(count.sentence)
    more = dict.fromkeys(proven, _PROVEN)
    for n, said_in in sentences.items():
        if len(said_in) > 1:
            more[n] = more.get(n, 0.0) + _REPEATED
    if not more:
        return counts
    return [count._replace(score=count.score + more[count.n]) if count.n in more else count for count in counts]


def total_of(doc: Document, counts: list[Count]) -> Count | None:
    """Return the surest number, or the sum of what belongs together; None when there is no number."""
    if not counts:
        return None
    if experiments := _experiments(doc, counts):
        return experiments
    best = _or_groups(doc, max(counts, key=_surest), counts)
    compared = "control" in doc.lower or "comparison" in doc.lower or "matched " in doc.lower
    if compared and _is_control(doc, best):
        studied = [
            count for count in counts
            if abs(count.sentence - best.sentence) <= 2 and not count.part and not _is_control(doc, count)
        ]  # fmt: skip
        best = max(studied, key=_surest, default=best)
    total = sum_of_groups(doc, best, counts) or best
    return _with_controls(doc, total, counts) if compared else total


def _or_groups(doc: Document, best: Count, counts: list[Count]) -> Count:
    """Return the surest group of a sentence of the methods whose groups together are surer than `best`."""
    if doc.zones[best.sentence] != RESULTS:
        return best
    surest: dict[int, Count] = {}
    several: set[int] = set()
    for count in counts:
        if count.part or doc.zones[count.sentence] != METHODS:
            continue
        known = surest.get(count.sentence)
        if known:
            several.add(count.sentence)
        if not known or _surest(count) > _surest(known):
            surest[count.sentence] = count
    top = best.score
    for sentence in several - {best.sentence}:
        one = surest[sentence]
        total = sum_of_groups(doc, one, counts)
        if total and total.n > max(best.n, one.n) and total.score + SIZE * log10(total.n / one.n) > top:
            best, top = one, total.score
    return best


def _surest(count: Count) -> tuple[float, int]:
    return count.score, -count.start


def _experiments(doc: Document, counts: list[Count]) -> Count | None:
    """Add up what two or more experiments count: 'in Study 1, 20 volunteers ..., in Study 2, 17 patients'."""
    if len(counts) < 2 or "experiment" not in doc.hits:
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


def _is_control(doc: Document, count: Count) -> bool:
    """Whether a number counts the people with whom those of the study are compared."""
    if "control" in count.noun or "comparison" in count.noun:
        return True
    text = doc.lower
    return (
        text.endswith(("comparison ", "control "), 0, count.start)
        or "control " in text[count.start : count.end]
        or _says_control(doc, count)
    )


def _says_control(doc: Document, count: Count) -> bool:
    """Whether the words around a number make its people controls: 'the control group comprised 28 smokers'."""
    text, start = doc.lower, count.start
    if text.endswith(("matched with ", "matched to "), 0, start):
        return True
    if "group" in text[max(0, start - 28) : start] and _CONTROL_GROUP.search(text, max(0, start - 45), start):
        return True
    return " as " in text[count.end : count.end + _REACH] and bool(_SERVED.match(text, count.end))


def _among(text: str, total: Count, count: Count) -> bool:
    """Whether a sentence first says the total, then the controls among them: '68 adults took part (30 controls ...'."""
    return count.form == "bracketed" or text.startswith(":", total.end)


def _with_controls(doc: Document, total: Count, counts: list[Count]) -> Count:
    """Add healthy or matched controls that a sentence of their own counts; their words are not in the quote."""
    text = doc.lower
    if total.basis == "randomized" or "control" in text[total.start : total.end]:
        return total
    for count in counts:
        if (
            abs(count.sentence - total.sentence) <= 2
            and count.score >= 0.2
            and count.n < total.n * 3
            and not total.start <= count.start < total.end
            and _is_control(doc, count)
            and not any(
                one.n + count.n == total.n for one in counts if one is not count and one.sentence == count.sentence
            )
            and (_says_control(doc, count) or count.sentence != total.sentence or not _among(text, total, count))
            and (
                _ADDITIONAL.search(text, max(0, count.start - 30), count.end)
                or (count.sentence == total.sentence and text.endswith(" and ", total.end, count.start))
                or _says_control(doc, count)
            )
        ):
            return total._replace(n=total.n + count.n)
    return total
