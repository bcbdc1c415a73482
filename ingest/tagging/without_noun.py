"""Numbers of people whose noun was said before: 'four groups of 30', '33 in each arm', '27 of 30 completed'."""

import re

from ingest.tagging.count_weight import Count, weigh
from ingest.tagging.document import Document
from ingest.tagging.per_group import groups_of, of_all_groups
from ingest.tagging.whole_numbers import value_of

_TELLING = frozenset(("groups", "part", "completers"))
_EACH_GROUP = re.compile(r"(?:per|(?:in )?(?:each|every)) (?:[a-z-]+ )?(?:group|arm)\b|in each(?=[),.;])")
_STARTS = re.compile(r"[1-9][0-9]{0,2}(?![0-9%/,.-][0-9]|[0-9%/-]| ?%| ?m?u?g\b| ?m?l\b)")
_ENDS = re.compile(r"(?<![0-9a-z.,/:=<>-])(?<![<>=] )[1-9][0-9]{0,2}$")
_SEXES = re.compile(r"(?<=[ (])([1-9][0-9]{0,2}) ?[mf](?:,| and|[/;:]) ?([1-9][0-9]{0,2}) ?[mf]\b")
"""'(8M, 7F)'"""
_OF = re.compile(r"(?:\([\d.]+ ?%\) )?(?:out )?of (?:the )?(?:initial |original )?$")


def without_noun(doc: Document, counts: list[Count]) -> list[Count]:
    """Return the numbers that count people with no noun of people after them, but for those in `counts`."""
    text = doc.lower
    if "people" not in doc.hits:
        return []
    found: list[Count] = []
    for start, end, cue in doc.hits.get("count", ()):
        if cue not in _TELLING:
            continue
        if cue == "groups":
            after = number_starting(doc, end + 1)
            if after and groups_of(doc, end + 1, after[0]) > 1:
                found.append(_in_groups(doc, end + 1, after[0], after[0], after[1]))
        elif cue == "part":
            if text[start] in "eip" and (match := _EACH_GROUP.match(text, start)):
                at = start - 5 if text.endswith(" for ", 0, start) else start - 1
                if before := number_ending(doc, at):
                    found.append(_in_groups(doc, before[0], at, match.end(), before[1]))
        elif cue == "completers" and (begun := _begun(doc, start - 1)):
            found.append(begun)
    if len(counts) < 2 and ("f)" in text or "m)" in text):
        found += [
            weigh(doc, int(match[1]) + int(match[2]), match.start(), match.end(), "those")
            for match in _SEXES.finditer(text)
        ]
    if not found:
        return found
    taken = [(count.start, count.end) for count in counts]
    return [one for one in found if not any(first <= one.start < last for first, last in taken)]


def _in_groups(doc: Document, start: int, number_end: int, end: int, n: int) -> Count:
    groups = groups_of(doc, start, number_end)
    return of_all_groups(doc, weigh(doc, n * groups, start, end, "those"), groups)


def _begun(doc: Document, end: int) -> Count | None:
    """'27 of 30 completed the trial': 30 began."""
    whole = number_ending(doc, end)
    of = _OF.search(doc.lower, max(0, whole[0] - 25), whole[0]) if whole else None
    part = number_ending(doc, of.start() - 1) if of else None
    return weigh(doc, whole[1], whole[0], end, "those") if whole and part and part[1] <= whole[1] else None


def number_ending(doc: Document, end: int) -> tuple[int, int] | None:
    """Return (start, value) of the number up to 999 that ends at `end`."""
    if match := _ENDS.search(doc.lower, max(0, end - 5), end):
        return match.start(), value_of(match[0])
    spelled = [(start, int(value)) for start, last, value in doc.hits.get("number", ()) if last == end]
    return spelled[0] if spelled else None


def number_starting(doc: Document, start: int) -> tuple[int, int] | None:
    """Return (end, value) of the number up to 999 that starts at `start`."""
    if match := _STARTS.match(doc.lower, start):
        return match.end(), value_of(match[0])
    spelled = [(end, int(value)) for first, end, value in doc.hits.get("number", ()) if first == start]
    return spelled[0] if spelled else None
