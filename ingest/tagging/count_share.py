"""Whether the words beside a number make it a share of the people: 'of these', '(29%)', 'seen in 13 patients'."""

import re

_OF_WHOM = re.compile(
    r" (?:of the|(?:of|from) (?:these|those|our|all|whom|which))\b"
    r"(?! (?:[a-z-]+ ){0,3}(?:study|trial|cohort|survey|project)\b)"
)
_WORDS = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|"
    r"(?:twen|thir|for|fif|six|seven|eigh|nine)ty)"
)
_PART_OF = re.compile(
    r" \([\d.]+ ?%\) of |(?: \([\d.]+ ?%\))? (?:of|out of) "
    rf"(?:(?:the|these|those|whom|which|our|all|{_WORDS})\b|\d)"
)
_SO_MANY_OF = re.compile(rf"(?:\d|\b{_WORDS})(?: \([\d.]+ ?%\))? (?:out )?of (?:the |these )?$")
"""'three of seven patients': what befell is said of the three."""
_PERCENT = re.compile(r" \(\d{1,2}(?:\.\d+)? ?%\)")
"""'13 patients (29%)': a share is of a larger whole."""
_AND_PERCENT = re.compile(r"[;,] ?\d{1,2}(?:\.\d+)? ?%[)\]]")
"""'(n = 41, 34%)' likewise."""
_SHARE = re.compile(r"\d ?% ?(?:[a-z]+ ){0,2}[\[(]$")
"""'54% (n = 43)': the bracket counts the share before it; so it does in '16% cases (n = 52)'."""
_INCIDENT = re.compile(r" (?:incident|new|newly diagnosed) ")
"""'851 incident cases' fell ill while all were followed."""
_BEFELL = re.compile(
    r"\b(?:reported|experienced|seen|noted|observed|occurred|developed|found|detected|present|documented|reached|"
    r"identified|diagnosed|demonstrated|confirmed|evident|recorded|"
    r"achieved) (?:by|in|among) (?:only |all |the |another )?$"
)
"""'seen in 13 patients': something befell them."""
_AFTER_BEFELL = (" by ", " in ", " among ", " only ", " all ", " the ", " another ")
_OF_A_SEX = re.compile(r" (?:were|was) (?:[a-z-]+ )?(?:females?|males?|women|men|girls|boys)\b")
"""'six patients were female' tells the sexes of more; 'the six patients were female' of all."""


def is_share(text: str, start: int, end: int, number_end: int, noun: str) -> bool:
    """Whether the words next to a number say that it is a share of a larger one: 'of these', '(29%)', '34%)'."""
    if text.startswith((" of ", " from ", " out "), end) and _OF_WHOM.match(text, end):
        return True
    if text.startswith((" of ", " out ", " ("), number_end) and _PART_OF.match(text, number_end):
        return True
    if noun not in ("those", "total") and (_PERCENT.match(text, end) or _PERCENT.match(text, number_end)):
        return True
    if text.endswith("% ", 0, start):
        return True
    if text.startswith((",", ";"), end) and _AND_PERCENT.match(text, end):
        return True
    if text[start - 1] in "[(" and _SHARE.search(text, max(0, start - 40), start):
        return True
    return noun == "cases" and bool(_INCIDENT.search(text, start, end))


def is_out_of(text: str, first: int, start: int) -> bool:
    """Whether a number is what another is a share of, as in 'three of seven patients'."""
    return bool(_SO_MANY_OF.search(text, max(first, start - 30), start))


def befell(text: str, first: int, start: int, end: int) -> bool:
    """Whether a number counts those whom something befell, or those of one sex: 'seen in 13 patients'."""
    if text.endswith(_AFTER_BEFELL, first, start) and _BEFELL.search(text, max(first, start - 30), start):
        return True
    of_a_sex = text.startswith((" were ", " was "), end) and _OF_A_SEX.match(text, end)
    return bool(of_a_sex) and not text.endswith(("all ", "the "), 0, start)
