"""One sentence that answers: what was found today, and what had been by the time the article was written.

It is made from the studies themselves, so that a reader has the numbers before the verdict.
"""

import re
from collections.abc import Sequence

from db.claims.filters import Scope, end_of
from db.claims.kinds import Kind, Listing, Untested
from db.claims.kinds.papers import Attribute, Quantity
from db.claims.replay import Entry, entry_on
from db.claims.tally import Match
from topics.model import Written

_EVER = "9999"


def answer(assertion: Kind, matches: Sequence[Match], entries: Sequence[Entry], scope: Scope, written: Written) -> str:
    """Say in a sentence or two what an assertion comes to, with what it rests on."""
    if isinstance(assertion, Untested):
        return ""
    now, then = entries[-1].value, entry_on(entries, written.latest).value
    if isinstance(assertion, Attribute):
        return _sentence(assertion.value_in_words(now))
    by = _by(written)
    if isinstance(assertion, Listing):
        judged = {paper.report for paper in assertion.evidence}
        waiting = len({match.report for match in _known(matches, _EVER) if not match.stance} - judged)
        others = f"; {waiting:,} more {'awaits' if waiting == 1 else 'await'} judgement" if waiting else ""
        return f"Today {_judged(now)}{others}. {by}: {_judged(then)}."
    if isinstance(assertion, Quantity):
        if now.endswith(" of 0"):
            return "No figure with a source is known."
        return f"Of the figures with a source {_figures(now)} as the article says today. {by}: {_figures(then)}."
    routes = _routes(assertion, scope)
    found = f" {_sentence(assertion.value_in_words(now))}" if assertion.unit not in ("studies", "") else ""
    today, that_day = (
        [match for match in _known(matches, day) if not assertion.routes_named or set(routes) & set(match.routes)]
        for day in (_EVER, written.latest)
    )
    return f"Today {_studies(today, routes)}. {by}: {_studies(that_day, routes)}.{found}"


def _by(written: Written) -> str:
    return f"By {written.latest}" if len(written.latest) == len("2014-01-31") else f"By the end of {written.latest}"


def _known(matches: Sequence[Match], day: str) -> list[Match]:
    """The studies known at the end of a day, each once."""
    last = end_of(day)
    known = {
        match.study_id or match.report: match
        for match in matches
        if not match.retracted and match.known_from is not None and not match.against
        and match.known_from <= last and (match.known_until is None or match.known_until > last)
    }  # fmt: skip
    return list(known.values())


def _routes(assertion: Kind, scope: Scope) -> list[str]:
    named = {route for key in assertion.routes_named.values() for route in ([key] if isinstance(key, str) else key)}
    for chosen in assertion.filters.values():
        named.update(scope.resolve(chosen).routes)
    return sorted(named)


def _studies(known: Sequence[Match], routes: Sequence[str]) -> str:
    """'12 studies, 4 of them randomized, with 604 people given it in the 11 whose people can be attributed'."""
    if not known:
        return "no study"
    randomized = sum(match.randomized for match in known)
    each = [
        sum(n for route, n in match.n_by_route.items() if not routes or route in routes)
        for match in known
        if match.n_by_route
    ]
    drawn = "it randomized" if len(known) == 1 else "of them randomized"
    said = f"{_number(len(known), 'study', 'studies')}, {randomized or 'none'} {drawn}"
    if len(known) == 1:
        said = f"1 study, {'randomized' if randomized else 'not randomized'}"
    if not sum(each):
        return f"{said}; nobody knows how many people were given it"
    by_route = f" by {_or([route.replace('_', ' ') for route in routes])} route" if routes else ""
    where = "" if len(each) == len(known) else f" in the {len(each):,} whose people can be attributed"
    return f"{said}; {sum(each):,} people given it{by_route}{where}"


def _judged(value: str) -> str:
    supporting, against = map(int, re.findall(r"\d+", value) or (0, 0))
    if not supporting and not against:
        return "nobody has judged a paper for or against it"
    speak = (
        _number(supporting, "judged paper speaks", "judged papers speak") if supporting else "no judged paper speaks"
    )
    return f"{speak} for it and {against or 'none'} against it"


def _figures(value: str) -> str:
    agreeing, of = map(int, re.findall(r"\d+", value) or (0, 0))
    return f"{agreeing or 'none'} of {of} {'is' if agreeing < 2 else 'are'}" if of else "none was known"


def _number(number: int, one: str, several: str) -> str:
    return f"1 {one}" if number == 1 else f"{number:,} {several}"


def _or(words: Sequence[str]) -> str:
    if len(words) == 1:
        return f"the {words[0]}"
    return f"the {', '.join(words[:-1])} or {words[-1]}"


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:] + ("" if words.endswith(".") else ".")
