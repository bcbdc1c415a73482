"""The verdicts that an assertion, and a claim, may have: what each means, and how several become one."""

from collections.abc import Sequence

MEANING = {
    "holds": "the evidence says what the article says",
    "partly": "some of it holds and some does not, or the papers disagree",
    "outdated": "it held when the article was written and no longer does",
    "contradicted": "the evidence says otherwise",
    "insufficient": "too little is known here to say",
    "not_assessed": "papers were gathered, and nobody has judged them yet",
    "not_testable": "no search of studies can settle it",
    "by_definition": "it is true by the meaning of its words",
    "stale": "the search behind it is too old or not complete",
}
"""Every verdict in the order of the legend, in one line."""
UNTESTED = frozenset({"not_testable", "by_definition"})
"""Verdicts that no study can change."""
NOTHING_SAID = frozenset({"insufficient", "not_assessed"})
"""Verdicts for want of evidence: any other is one that the evidence came to."""
HELD_FOR_A_PART = "held for a part"
"""Verdict when the article was written, if an assertion held for some of that time only."""
WORST_FIRST = (
    "contradicted", "outdated", "stale", "partly", "insufficient", "not_assessed", "holds", "by_definition",
    "not_testable",
)  # fmt: skip
"""Which of a claim's assertions is shown for it: the one whose verdict comes first here."""


def combined(verdicts: Sequence[str], when_written: Sequence[str] = ()) -> str:
    """Join the verdicts of a claim's assertions into one.

    What cannot be tested is left out unless nothing else is there. All alike: that. Some hold and others do not:
    `partly`. None holds: `outdated` if the whole claim held when the article was written (`when_written`, the verdicts
    of that time), else `contradicted` if one of them is or once held, else what is known too little of.
    """
    tested = [verdict for verdict in verdicts if verdict not in UNTESTED]
    if not tested:
        return verdicts[0] if len(set(verdicts)) == 1 else "not_testable"
    if len(set(tested)) == 1:
        return tested[0]
    if "stale" in tested:
        return "stale"
    if {"holds", "partly", HELD_FOR_A_PART} & set(tested):
        return "partly"
    if "outdated" in tested and combined(when_written) != "holds":
        return "contradicted"
    return next(
        verdict for verdict in ("outdated", "contradicted", "not_assessed", "insufficient") if verdict in tested
    )
