"""What papers say: whether there is one, what one was like, what several measured, what people judged them to say."""

# ruff: noqa: S608 - queries are the product here; their values come from the topic's files and are quoted by `literal`

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field

from db.claims.filters import Bounds, Known, Scope, among, literal, plain
from db.claims.kinds.kind import (
    COLUMNS_SHOWN,
    Chart,
    CuratedEvidence,
    Filtered,
    Kind,
    Outcome,
    Said,
    matching_sql,
    mixed,
)
from db.claims.tally import Match, Tally
from topics.base import PlacedError, Pmid, Text, Value, one_of
from topics.vocabulary import FILTERED, NOTHING, as_said, names

_NOTHING = ("", *(nothing for nothing in names(NOTHING) if nothing != "not_applicable"))
_ATTRIBUTES = (
    *(column for column, facet in FILTERED.items() if facet.type != "list"), "n_by_route", "routes", "country",
)  # fmt: skip
_NOBODY_SAYS = "0 for, 0 against"
_UNITS = {"concentration": "mg/ml"}
"""Units of quantities that are no share."""


class Exists(Filtered):
    """Whether any study matches."""

    kind: Literal["exists"]
    expected: bool
    chart: ClassVar[Chart] = "papers"

    def expected_in_words(self) -> str:
        """Some or none."""
        return "at least one study" if self.expected else "no study"

    def value_in_words(self, value: str) -> str:
        """Some or none."""
        return "a matching study is known" if value == "yes" else "no matching study is known"

    @classmethod
    def found(cls, value: str, unit: str) -> str:
        """Some or none."""
        return {"yes": "a study is known", "no": "no study is known"}.get(value, "not known")

    def value_sql(self, scope: Scope, known: Known, claim_id: str) -> str:
        """Yes or no, and how many."""
        return (
            f"{self.matching(scope, known.sql())}\nSELECT CASE WHEN count(*) > 0 THEN 'yes' ELSE 'no' END AS value,"
            " count(*) AS studies FROM matching"
        )

    def may_change(self, value: str) -> bool:
        """One is enough."""
        return value != "yes"

    def outcome(self, tally: Tally) -> Outcome:
        """None found is no proof that there is none."""
        found = bool(tally.matches)
        value = "yes" if found else "no"
        if found == self.expected:
            return value, "holds"
        return value, "contradicted" if found else "insufficient"

    def stances(self, match: Match, position: int, known: Sequence[Match], verdict: str) -> list[Said]:
        """Every one shows that there is one."""
        return [("supports" if self.expected else "contradicts", "")]


class Attribute(Kind):
    """What one named study was like."""

    kind: Literal["attribute"]
    pmid: Pmid
    attribute: Annotated[str, AfterValidator(one_of(_ATTRIBUTES))]
    """`routes` joined by ', '; `country` as the register has it."""
    routes: list[Value] = Field(default_factory=list)
    """With `n_by_route`: the routes whose people are added up."""
    expected: str | int | list[str]
    """The value, or any of several."""
    chart: ClassVar[Chart] = "none"

    @property
    def routes_named(self) -> dict[str, str | list[str]]:
        """Those whose people are added up."""
        return {"routes": self.routes}

    def faults(self) -> None:
        """Routes go with people by route."""
        if (self.attribute == "n_by_route") != bool(self.routes):
            raise PlacedError(("routes",), "expected routes with attribute n_by_route, and only with it")

    def expected_in_words(self) -> str:
        """The value, or several."""
        given = self.expected
        return " or ".join(map(plain, given)) if isinstance(given, list) else plain(str(given))

    def value_in_words(self, value: str) -> str:
        """The value, by its name."""
        what = " + ".join(map(plain, self.routes)) if self.routes else plain(self.attribute)
        return f"{what}: {plain(value)}" if value else f"{what}: not known"

    @classmethod
    def found(cls, value: str, unit: str) -> str:
        """The value."""
        return plain(value) if value else "not known"

    def filter_in_words(self, scope: Scope) -> str:
        """The study's record."""
        return f"PMID {self.pmid}"

    def why(self, scope: Scope) -> str:
        """It is the study itself."""
        return f"what is known of PMID {self.pmid}"

    def _matching(self, known: str) -> str:
        return matching_sql(
            f"EXISTS (SELECT 1 FROM json_each(s.reports) AS r WHERE r.value = 'pmid:{self.pmid}')", known
        )

    def _column(self) -> str:
        if self.attribute == "n_by_route":
            return f"(SELECT sum(e.value) FROM json_each(s.n_by_route) AS e WHERE e.key {among(self.routes)})"
        if self.attribute == "routes":
            return "(SELECT group_concat(e.value, ', ') FROM json_each(s.routes) AS e)"
        if self.attribute == "country":
            return f"(SELECT r.country FROM register AS r WHERE r.pmid = {self.pmid})"
        return f"s.{self.attribute}"

    def value_sql(self, scope: Scope, known: Known, claim_id: str) -> str:
        """The value, beside the study."""
        return f"{self._matching(known.sql())}\nSELECT {self._column()} AS value, title, study_id FROM matching AS s"

    def rows_sql(self, scope: Scope, known: str) -> str:
        """The study's states, each with the value."""
        return f"{self._matching(known)}\nSELECT s.state_id, {self._column()} AS value FROM matching AS s"

    def evidence_sql(self, scope: Scope, known: Known) -> str:
        """The study."""
        return (
            f"{self._matching(known.sql())}\nSELECT {COLUMNS_SHOWN} FROM matching AS s ORDER BY s.public_from, s.report"
        )

    def read(self, states: Mapping[int, Match], rows: Iterable[Sequence[Any]]) -> list[Match]:
        """Each with the value."""
        return [
            replace(states[state_id], attribute="" if value is None else as_said(value)) for state_id, value in rows
        ]

    def may_change(self, value: str) -> bool:
        """It is about one paper, which is here."""
        return not value

    def missing_in_words(self, value: str) -> str:
        """The study, or this of it."""
        return "the study itself, or what it says of this"

    def outcome(self, tally: Tally) -> Outcome:
        """Hold the value against those expected."""
        values = [match.attribute for match in tally.matches.values()]
        expected = self.expected if isinstance(self.expected, list) else [str(self.expected)]
        if not values or values[0] in _NOTHING:
            return values[0] if values else "", "insufficient"
        return values[0], "holds" if values[0] in expected else "contradicted"

    def stances(self, match: Match, position: int, known: Sequence[Match], verdict: str) -> list[Said]:
        """What one paper says of itself follows the verdict."""
        return [(_of_itself(verdict), f"{plain(self.attribute)}: {match.attribute or 'not known'}")]

    @classmethod
    def stance_on(cls, stance: str, verdict: str) -> str:
        """What one paper says of itself follows the verdict."""
        return _of_itself(verdict)


class Quantity(Filtered):
    """A reported quantity: every sourced value is shown and held against what the article says; none is averaged."""

    kind: Literal["quantity"]
    quantity: Value
    routes: list[Value] = Field(min_length=1)
    not_analytes: list[Text] = Field(default_factory=list)
    """Substances measured whose figures are about something else, such as a metabolite."""
    complement: bool = False
    """Test 100 minus the value."""
    expected: Bounds
    chart: ClassVar[Chart] = "papers"
    rests_on: ClassVar[Literal["studies", "figures"]] = "figures"

    @property
    def unit(self) -> str:
        """That of the quantity."""
        return _UNITS.get(self.quantity, "%")

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Those of `expected`."""
        return self.expected.low, self.expected.high

    @property
    def routes_named(self) -> dict[str, str | list[str]]:
        """Those whose figures count."""
        return {"routes": self.routes}

    def expected_in_words(self) -> str:
        """The range."""
        return f"{self.expected.in_words()} {self.unit}"

    def value_in_words(self, value: str) -> str:
        """How many figures agree."""
        return f"{value} figures with a source are as the article says"

    @classmethod
    def found(cls, value: str, unit: str) -> str:
        """How many figures agree."""
        return f"{value} figures agree" if value else "no figure"

    def value_sql(self, scope: Scope, known: Known, claim_id: str) -> str:
        """How many figures agree, beside the range of all."""
        return (
            f"{self.matching(scope, known.sql())},\nfigures AS ({self._figures()})\n"
            "SELECT coalesce(sum(agrees), 0) || ' of ' || count(*) AS value, min(low) AS lowest,"
            " max(high) AS highest FROM figures"
        )

    def rows_sql(self, scope: Scope, known: str) -> str:
        """Each figure with whether it agrees."""
        return f"{self.matching(scope, known)}\nSELECT state_id, agrees FROM ({self._figures()})"

    def evidence_sql(self, scope: Scope, known: Known) -> str:
        """Every figure."""
        return f"{self.matching(scope, known.sql())}\n{self._figures()}\nORDER BY low, high, public_from"

    def _figures(self) -> str:
        """Select every sourced value of the quantity, each with whether it is as the article says.

        A figure that the register and the text both give is one figure.
        """
        low, high = ("100 - m.high", "100 - m.low") if self.complement else ("m.low", "m.high")
        other_analytes = "".join(f" AND coalesce(m.analyte, '') <> {literal(analyte)}" for analyte in self.not_analytes)
        tests = []
        if self.expected.low is not None:
            tests.append(f"{low} >= {literal(float(self.expected.low))}")
        if self.expected.high is not None:
            tests.append(f"{high} <= {literal(float(self.expected.high))}")
        return (
            f"SELECT s.state_id, s.study_id, m.pmid, s.doi, m.route, m.analyte, m.population, {low} AS low,"
            f" {high} AS high, m.unit, {' AND '.join(tests)} AS agrees, m.quote, min(m.source) AS source,"
            " s.public_from\n"
            "  FROM matching AS s JOIN measurements AS m ON m.study_id = s.study_id AND (m.record_id IS NULL"
            " OR EXISTS (SELECT 1 FROM study_reports AS p, json_each(s.reports) AS r"
            " WHERE p.record_id = m.record_id AND r.value = p.report))\n"
            f"  WHERE m.quantity = {literal(self.quantity)} AND m.route {among(self.routes)}{other_analytes}\n"
            "  GROUP BY s.state_id, m.route, m.low, m.high"
        )

    def read(self, states: Mapping[int, Match], rows: Iterable[Sequence[Any]]) -> list[Match]:
        """Each state with its figures."""
        figures: dict[int, list[bool]] = {}
        for state_id, agrees in rows:
            figures.setdefault(state_id, []).append(bool(agrees))
        return [replace(states[state_id], figures=tuple(sorted(each))) for state_id, each in figures.items()]

    def missing_in_words(self, value: str) -> str:
        """A figure."""
        return "a figure with a source"

    def outcome(self, tally: Tally) -> Outcome:
        """Count the figures that agree."""
        agreeing, others = tally.figures[True], tally.figures[False]
        return f"{agreeing} of {agreeing + others}", mixed(agreeing, others)

    def stances(self, match: Match, position: int, known: Sequence[Match], verdict: str) -> list[Said]:
        """For with figures that agree, against with others: a study may be both."""
        agreeing, others = sum(match.figures), len(match.figures) - sum(match.figures)
        rows = [("supports", f"{agreeing} of its figures as the article says")] * bool(agreeing)
        return rows + [("contradicts", f"{others} of its figures other than the article says")] * bool(others)


class Listing(Filtered):
    """Evidence gathered by a filter, judged by hand: the verdict follows the stances of `evidence`."""

    kind: Literal["list"]
    gathers: Text
    """What the filter gathers, in words."""
    chart: ClassVar[Chart] = "papers"

    def expected_in_words(self) -> str:
        """Nothing that could be counted."""
        return ""

    def value_in_words(self, value: str) -> str:
        """How many were judged so."""
        return f"papers judged by hand: {value}"

    @classmethod
    def found(cls, value: str, unit: str) -> str:
        """How many were judged so."""
        return value or "nothing judged"

    def value_sql(self, scope: Scope, known: Known, claim_id: str) -> str:
        """Count the papers judged by hand."""
        return (
            "SELECT coalesce(sum(stance = 'supports'), 0) || ' for, ' || coalesce(sum(stance = 'contradicts'), 0)"
            f" || ' against' AS value\nFROM claim_evidence WHERE claim_id = {literal(claim_id)}"
            f" AND assertion_id = {literal(self.id)} AND source = 'curated'"
        )

    def missing_in_words(self, value: str) -> str:
        """Judged papers, or strong ones among them."""
        if value == _NOBODY_SAYS:
            return "papers that a person has read and judged for this"
        return "papers that compare people or groups"

    @classmethod
    def weak(cls, value: str) -> str:
        """Say which way papers speak on which no verdict may rest, as 'weak evidence against'; '' if none speaks."""
        supporting, against = map(int, re.findall(r"\d+", value) or (0, 0))
        ways = [way for way, number in (("for", supporting), ("against", against)) if number]
        return f"weak evidence {' and '.join(ways)}" if ways else ""

    def outcome(self, tally: Tally) -> Outcome:
        """Weigh the papers judged by hand: a verdict rests on strong ones alone.

        Where none of them says anything and others wait, nobody has assessed it.
        """
        supporting, against = (
            tally.stances[stance, True] + tally.stances[stance, False] for stance in ("supports", "contradicts")
        )
        value = f"{supporting} for, {against} against"
        judged = {paper.report for paper in self.evidence}
        waiting = any(match.state_id >= 0 and match.report not in judged for match in tally.matches.values())
        if not supporting and not against and waiting:
            return value, "not_assessed"
        return value, mixed(tally.stances["supports", True], tally.stances["contradicts", True])

    def stances(self, match: Match, position: int, known: Sequence[Match], verdict: str) -> list[Said]:
        """What nobody has judged waits."""
        judged = {paper.report for paper in self.evidence}
        return [("context", "nobody has judged it yet")] if match.report not in judged else []

    def why(self, scope: Scope) -> str:
        """It was gathered."""
        return f"gathered: {self.filter_in_words(scope)}"

    def judged(self) -> list[CuratedEvidence]:
        """All its papers."""
        return self.evidence


class Untested(Kind):
    """What is so, or cannot be told, whatever studies there are; `reason` says why."""

    reason: Text
    chart: ClassVar[Chart] = "none"

    def may_change(self, value: str) -> bool:
        """No study changes it."""
        return False

    def expected_in_words(self) -> str:
        """Nothing."""
        return ""

    def value_in_words(self, value: str) -> str:
        """Nothing."""
        return ""

    @classmethod
    def found(cls, value: str, unit: str) -> str:
        """Nothing."""
        return ""

    def filter_in_words(self, scope: Scope) -> None:
        """No studies."""

    def value_sql(self, scope: Scope, known: Known, claim_id: str) -> None:
        """No query."""

    def rows_sql(self, scope: Scope, known: str) -> None:
        """No query."""

    def evidence_sql(self, scope: Scope, known: Known) -> None:
        """No query."""

    def outcome(self, tally: Tally) -> Outcome:
        """The kind is the verdict."""
        return "", self.kind

    def stances(self, match: Match, position: int, known: Sequence[Match], verdict: str) -> list[Said]:
        """None."""
        return []


class NotTestable(Untested):
    """Nothing that a literature search can settle."""

    kind: Literal["not_testable"]


class ByDefinition(Untested):
    """True by the meaning of its words."""

    kind: Literal["by_definition"]


def _of_itself(verdict: str) -> str:
    return {"holds": "supports", "insufficient": "context"}.get(verdict, "contradicts")
