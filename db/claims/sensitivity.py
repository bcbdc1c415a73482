"""What a verdict would be if less, or more, were counted: how much of it rests on one paper, one drug, or the machine.

Each scenario leaves some of the studies out, or lets retracted ones in, and tests the assertion anew. It is how a
reader sees at once that one registry, or the trials of one enantiomer, turn a rank round.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from db.claims.filters import end_of
from db.claims.kinds import Kind
from db.claims.replay import History
from db.claims.stances import Keys
from db.claims.tally import Match, Tally
from topics import Topic
from topics.model import Written

TODAY, WITH_RETRACTED, WITHOUT_LARGEST = "today", "with_retracted", "without_largest"
MEANING = {
    TODAY: "as it stands",
    "hand_checked_only": "only studies of the hand-checked register",
    WITHOUT_LARGEST: "without the largest study",
    WITH_RETRACTED: "with retracted papers",
    "trials_only": "only trials",
}
"""Scenarios of every topic, in the order in which they are shown. A topic adds its interventions, each apart."""
_TRIALS = frozenset({"randomized_controlled_trial", "nonrandomized_trial"})

_Rows = Iterator[tuple[str, str, str, str | None, str]]


def sensitivity_rows(keys: Keys, assertion: Kind, matches: Sequence[Match], history: History, topic: Topic) -> _Rows:
    """Rows of `verdict_sensitivity`, whole and in column order: the value and verdict in every scenario."""
    current = history.entries[-1]
    verdict, value = history.with_retracted
    found = {TODAY: (current.value, current.verdict), WITH_RETRACTED: (value or "", verdict)}
    counting = [match for match in matches if match.known_from is not None and not match.retracted]
    for scenario, counts in _scenarios(counting, topic).items():
        left = [match for match in counting if counts(match)]
        if len(left) == len(counting):
            found[scenario] = found[TODAY]
        else:
            found[scenario] = _outcome(assertion, left, topic.article.written)
    for scenario in (*MEANING, *topic.sensitivity.interventions):
        value, verdict = found[scenario]
        yield *keys.names, scenario, value or None, verdict


def _scenarios(counting: Sequence[Match], topic: Topic) -> Mapping[str, Callable[[Match], bool]]:
    known = [match for match in counting if match.known_until is None]
    largest = max(known, key=lambda match: (match.people, match.report), default=None)
    name = largest.study_id if largest and largest.people else None
    return {
        "hand_checked_only": lambda match: match.checked,
        WITHOUT_LARGEST: lambda match: match.study_id != name,
        "trials_only": lambda match: match.design in _TRIALS,
        **{drug: partial(_gave, drug) for drug in topic.sensitivity.interventions},
    }


def _gave(drug: str, match: Match) -> bool:
    return drug in match.interventions


def _outcome(assertion: Kind, matches: Sequence[Match], written: Written) -> tuple[str, str]:
    """(value, verdict) of today; 'outdated' if it held at the beginning or the end of when the article was written."""
    value, verdict = assertion.outcome(_known_on("9999-12-31", matches))
    if verdict == "contradicted":
        then = {assertion.outcome(_known_on(end_of(day), matches))[1] for day in {written.earliest, written.latest}}
        verdict = "outdated" if "holds" in then else verdict
    return value, verdict


def _known_on(day: str, matches: Sequence[Match]) -> Tally:
    tally = Tally()
    for match in matches:
        if (match.known_from or "") <= day and (match.known_until is None or match.known_until > day):
            tally.change(match, 1)
    return tally
