"""Why a verdict is what it is, in sentences, for people who do not read SQL."""

from collections.abc import Sequence

from db.claims.kinds import Kind, Listing, Untested
from db.claims.replay import Entry, History


def because(assertion: Kind, history: History) -> str:
    """Give the reason of the current verdict in a sentence or two, and say how many studies are left out, and why."""
    entries = history.entries
    if isinstance(assertion, Untested):
        return assertion.reason
    current = entries[-1]
    sentence = assertion.value_in_words(current.value)
    expected = assertion.expected_in_words()
    sentence = sentence[0].upper() + sentence[1:] + (f"; expected: {expected}." if expected else ".")
    left_out = [
        f"{'1 study' if number == 1 else f'{number} studies'} {why}"
        for number, why in (
            (history.not_attributable, "whose people cannot be attributed to a route"),
            (history.undated, "without a date"),
        )
        if number
    ]
    if left_out:
        sentence += f" Left out: {', and '.join(left_out)}."
    if current.verdict == "insufficient":
        weak = assertion.weak(current.value) if isinstance(assertion, Listing) else ""
        sentence = f"{weak.capitalize()}. {sentence}" if weak else sentence
        return f"{sentence} Missing: {assertion.missing_in_words(current.value)}."
    if current.verdict == "not_assessed":
        return f"{sentence} Papers were gathered and wait for somebody who reads and judges them."
    if current.verdict == "outdated":
        ended = flip(entries)
        if ended:
            return f"{sentence} It held until {ended.date}, {_when(ended)}."
    return sentence


def flip(entries: Sequence[Entry]) -> Entry | None:
    """Return the entry that ended the last time the assertion held; None if it holds or never did."""
    for position in range(len(entries) - 1, 0, -1):
        if entries[position].verdict == "holds":
            return None
        if entries[position - 1].verdict == "holds":
            return entries[position]
    return None


def name_of(entry: Entry) -> str:
    """Name the record of an entry."""
    return f"PMID {entry.pmid}" if entry.pmid else entry.study_id or f"{entry.studies} studies"


def _when(entry: Entry) -> str:
    """What happened then: 'when PMID 1 and 8 other studies became known'."""
    others = entry.studies - 1 if entry.pmid or entry.study_id else 0
    also = f" and {others} other {'study' if others == 1 else 'studies'}" if others else ""
    return f"when {name_of(entry)}{also} became known"
