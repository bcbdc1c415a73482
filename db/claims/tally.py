"""What an assertion is tested on: studies as they were known from when to when, and counts over those of one moment."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Match:
    """A study, as known from when to when, that an assertion's filter lets through."""

    state_id: int
    study_id: str
    report: str
    pmid: int | None
    public_from: str
    known_from: str | None
    known_until: str | None
    retracted: bool
    routes: tuple[str, ...]
    n_by_route: Mapping[str, int]
    design: str = ""
    interventions: tuple[str, ...] = ()
    people: int = 0
    """In the study, as far as that is known."""
    randomized: bool = False
    checked: bool = False
    """Whether a person read the paper: the register has it, or it was judged for this."""
    attribute: str = ""
    """Of an attribute test: the value."""
    number: float | None = None
    """Of a test of an extreme: the number."""
    figures: tuple[bool, ...] = ()
    """Of a quantity test: for each figure whether it is as the article says."""
    stance: str = ""
    """Of a list: what a person said of this paper; '' if nobody did."""
    strong: bool = False
    """Of a list: whether a verdict may rest on this paper."""
    against: bool = False
    """Of a comparison: it stands on the side that is compared with."""


@dataclass(slots=True)
class Tally:
    """Counts over the studies known at one moment, kept up as studies come and go."""

    matches: dict[tuple[int, bool], Match] = field(default_factory=dict)
    """By state and side of a comparison."""
    studies_by_route: Counter[str] = field(default_factory=Counter)
    people_by_route: Counter[str] = field(default_factory=Counter)
    studies_with_route: int = 0
    studies_by_year: Counter[int] = field(default_factory=Counter)
    stances: Counter[tuple[str, bool]] = field(default_factory=Counter)
    """Papers judged by hand, by stance and whether a verdict may rest on them."""
    figures: Counter[bool] = field(default_factory=Counter)

    def change(self, match: Match, step: int) -> None:
        """Let a study in (step 1) or out (step -1)."""
        if step > 0:
            self.matches[match.state_id, match.against] = match
        else:
            del self.matches[match.state_id, match.against]
        known = known_routes(match)
        self.studies_with_route += step * bool(known)
        for route in known:
            self.studies_by_route[route] += step
        for route, n in match.n_by_route.items():
            if route != "unspecified":
                self.people_by_route[route] += step * n
        if match.public_from:
            self.studies_by_year[int(match.public_from[:4])] += step
        if match.stance:
            self.stances[match.stance, match.strong] += step
        for agrees in match.figures:
            self.figures[agrees] += step


def known_routes(match: Match) -> list[str]:
    """The routes of a study that are named."""
    return [route for route in match.routes if route != "unspecified"]
