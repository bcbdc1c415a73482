"""Assertions into SQL: plain, self-contained queries that give the same answer when pasted into Datasette.

Every query starts from `known`, the studies known on a day (today: those whose state still stands), without retracted
ones, and narrows it to `matching`. Values are written into the text, quoted, because a stored query has no parameters.
"""

# ruff: noqa: S608 - queries are the product here; their values come from the topic's files and are quoted by `literal`

from db.claims.assertions import Attribute, Count, Exists, Filter, Quantity, Rank, Share, Span, Tested
from db.claims.file import Claims
from topics.model import Vocabulary

_COLUMNS_SHOWN = (
    "s.state_id, s.study_id, s.main_pmid AS pmid, s.doi, s.title, s.public_from, s.design, s.routes, s.n_total"
)


def literal(value: str | float) -> str:
    """Quote a value for SQL text."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return f"{value:g}" if isinstance(value, float) else str(value)


def known_sql(as_of: str | None = None, *, with_retracted: bool = False) -> str:
    """Select the studies known on a day: an ISO date, or today.

    A study counts from the first day that its date allows: one of '2014' counts on 2014-01-01. A study without any
    date counts today only.
    """
    if as_of is None:
        condition = "known_until IS NULL"
    else:
        day = literal(as_of)
        condition = f"known_from <= {day} AND (known_until IS NULL OR known_until > {day})"
    retracted = "" if with_retracted else " AND retracted = 0"
    return f"SELECT * FROM study_history WHERE {condition}{retracted}"


def filter_sql(chosen: Filter, vocabulary: Vocabulary) -> str:
    """Write a resolved filter as a condition over the row `s` of `study_history`."""
    parts = []
    if chosen.primary:
        parts.append("s.is_primary = 1")
    if chosen.on_topic is not None:
        parts.append(f"s.on_topic = {int(chosen.on_topic)}")
    if chosen.species:
        parts.append(f"s.species {_among(chosen.species)}")
    if chosen.conditions:
        parts.append(_holds_any("conditions", _narrower(vocabulary, chosen.conditions)))
    if chosen.interventions:
        parts.append(_holds_any("interventions", chosen.interventions))
    if chosen.routes and chosen.role:
        parts.append(
            "EXISTS (SELECT 1 FROM json_each(s.reports) AS r JOIN tags AS t ON t.pmid = substr(r.value, 6)"
            f" WHERE t.facet = 'route' AND t.role = {literal(chosen.role)} AND t.value {_among(chosen.routes)})"
        )
    elif chosen.routes:
        parts.append(_holds_any("routes", chosen.routes))
    parts += [_holds_any("routes", [route]) for route in chosen.all_routes]
    if chosen.designs:
        parts.append(f"s.design {_among(chosen.designs)}")
    if chosen.not_designs:
        parts.append(f"s.design NOT {_among(chosen.not_designs)}")
    for flag in ("randomized", "crossover"):
        wanted = getattr(chosen, flag)
        if wanted is not None:
            parts.append(f"s.{flag} = {literal('yes' if wanted else 'no')}")
    for column in ("blinding", "control"):
        if getattr(chosen, column):
            parts.append(f"s.{column} = {literal(getattr(chosen, column))}")
    if chosen.at_least_people is not None:
        parts.append(f"s.n_total >= {chosen.at_least_people}")
    if chosen.since:
        parts.append(f"s.public_from >= {literal(chosen.since)}")
    if chosen.before:
        parts.append(f"s.public_from < {literal(chosen.before)}")
    if chosen.where:
        parts.append(f"({chosen.where})")
    return "\n    AND ".join(parts) or "1"


def value_sql(assertion: Tested, claims: Claims, vocabulary: Vocabulary, known: str) -> str:
    """Write the query whose first column, `value`, is what the assertion is about; further columns show how."""
    matching = _matching(assertion, claims, vocabulary, known)
    match assertion:
        case Count():
            return f"{matching}\nSELECT count(*) AS value FROM matching"
        case Exists():
            return (
                f"{matching}\nSELECT CASE WHEN count(*) > 0 THEN 'yes' ELSE 'no' END AS value,"
                " count(*) AS studies FROM matching"
            )
        case Rank():
            return (
                f"{matching},\n{_by_route(assertion.by)},\n"
                "ranked AS (SELECT route, number, rank() OVER (ORDER BY number DESC) AS place FROM by_route)\n"
                f"SELECT (SELECT place FROM ranked WHERE route = {literal(assertion.route)}) AS value, route, number\n"
                "FROM ranked ORDER BY place, route"
            )
        case Share():
            total = "count(*)" if assertion.of == "studies" else "coalesce(sum(n), 0)"
            counted = "1" if assertion.of == "studies" else "e.value"
            this_route = f"e.{_route_column(assertion.of)} = {literal(assertion.route)}"
            return (
                f"{matching},\n"
                f"people AS ({_people(assertion.of)}),\n"
                f"one_route AS (SELECT coalesce(sum({counted}), 0) AS numerator FROM matching AS s,"
                f" {_each_route(assertion.of)} AS e WHERE {this_route}),\n"
                f"everyone AS (SELECT {total} AS denominator FROM people)\n"
                "SELECT CASE WHEN denominator > 0 THEN round(100.0 * numerator / denominator, 1) END AS value,"
                " numerator, denominator FROM one_route, everyone"
            )
        case Span():
            return (
                f"{matching}\nSELECT CAST(substr(max(public_from), 1, 4) AS INTEGER)"
                " - CAST(substr(min(public_from), 1, 4) AS INTEGER) AS value,"
                " min(public_from) AS first, max(public_from) AS latest FROM matching"
            )
        case Attribute():
            return f"{matching}\nSELECT {_attribute(assertion)} AS value, title, study_id FROM matching AS s"
        case Quantity():
            return (
                f"{matching},\nfigures AS ({_figures(assertion)})\n"
                "SELECT coalesce(sum(agrees), 0) || ' of ' || count(*) AS value, min(low) AS lowest,"
                " max(high) AS highest FROM figures"
            )
    raise TypeError(f"{assertion.kind} has no value of its own")


def list_value_sql(claim_id: str, assertion_id: str) -> str:
    """Write the query that counts the papers judged by hand for a list."""
    return (
        "SELECT coalesce(sum(stance = 'supports'), 0) || ' for, ' || coalesce(sum(stance = 'contradicts'), 0)"
        f" || ' against' AS value\nFROM claim_evidence WHERE claim_id = {literal(claim_id)}"
        f" AND assertion_id = {literal(assertion_id)} AND source = 'curated'"
    )


def rows_sql(assertion: Tested, claims: Claims, vocabulary: Vocabulary, known: str) -> str:
    """Write the query for the states of studies that an assertion's filter lets through, of those that are known."""
    matching = _matching(assertion, claims, vocabulary, known)
    match assertion:
        case Quantity():
            return f"{matching}\nSELECT state_id, agrees FROM ({_figures(assertion)})"
        case Attribute():
            return f"{matching}\nSELECT s.state_id, {_attribute(assertion)} AS value FROM matching AS s"
        case _:
            return f"{matching}\nSELECT s.state_id FROM matching AS s"


def evidence_sql(assertion: Tested, claims: Claims, vocabulary: Vocabulary, known: str) -> str:
    """Write the query that lists what the value rests on: studies, or the single figures of a quantity."""
    matching = _matching(assertion, claims, vocabulary, known)
    if isinstance(assertion, Quantity):
        return f"{matching}\n{_figures(assertion)}\nORDER BY low, high, public_from"
    return f"{matching}\nSELECT {_COLUMNS_SHOWN} FROM matching AS s ORDER BY s.public_from, s.report"


def _matching(assertion: Tested, claims: Claims, vocabulary: Vocabulary, known: str) -> str:
    if isinstance(assertion, Attribute):
        condition = f"EXISTS (SELECT 1 FROM json_each(s.reports) AS r WHERE r.value = 'pmid:{assertion.pmid}')"
    else:
        condition = filter_sql(claims.resolve(assertion.filter), vocabulary)
    return f"WITH known AS (\n  {known}\n),\nmatching AS (\n  SELECT * FROM known AS s\n  WHERE {condition}\n)"


def _by_route(by: str) -> str:
    if by == "studies":
        return (
            "by_route AS (SELECT e.value AS route, count(*) AS number FROM matching AS s, json_each(s.routes) AS e"
            " WHERE e.value <> 'unspecified' GROUP BY e.value)"
        )
    return (
        "by_route AS (SELECT e.key AS route, sum(e.value) AS number FROM matching AS s, json_each(s.n_by_route) AS e"
        " WHERE e.key <> 'unspecified' GROUP BY e.key)"
    )


def _people(of: str) -> str:
    """Select what the denominator counts: studies with a known route, or people whose route is known."""
    if of == "studies":
        return "SELECT s.study_id FROM matching AS s WHERE s.routes NOT IN ('[]', '[\"unspecified\"]')"
    return "SELECT e.value AS n FROM matching AS s, json_each(s.n_by_route) AS e WHERE e.key <> 'unspecified'"


def _each_route(of: str) -> str:
    return "json_each(s.routes)" if of == "studies" else "json_each(s.n_by_route)"


def _route_column(of: str) -> str:
    return "value" if of == "studies" else "key"


def _attribute(assertion: Attribute) -> str:
    if assertion.attribute == "n_by_route":
        return f"(SELECT sum(e.value) FROM json_each(s.n_by_route) AS e WHERE e.key {_among(assertion.routes)})"
    if assertion.attribute == "routes":
        return "(SELECT group_concat(e.value, ', ') FROM json_each(s.routes) AS e)"
    if assertion.attribute == "country":
        return f"(SELECT r.country FROM register AS r WHERE r.pmid = {assertion.pmid})"
    return f"s.{assertion.attribute}"


def _figures(assertion: Quantity) -> str:
    """Select every sourced value of the quantity, each with whether it is as the article says.

    A figure that the register and the text both give is one figure.
    """
    low, high = ("100 - m.high", "100 - m.low") if assertion.complement else ("m.low", "m.high")
    bounds = assertion.expected
    least = bounds.exactly if bounds.exactly is not None else bounds.at_least
    most = bounds.exactly if bounds.exactly is not None else bounds.at_most
    other_analytes = "".join(
        f" AND coalesce(m.analyte, '') <> {literal(analyte)}" for analyte in assertion.not_analytes
    )
    tests = []
    if least is not None:
        tests.append(f"{low} >= {literal(float(least))}")
    if most is not None:
        tests.append(f"{high} <= {literal(float(most))}")
    return (
        f"SELECT s.state_id, s.study_id, m.pmid, s.doi, m.route, m.analyte, m.population, {low} AS low, {high} AS high,"
        f" m.unit, {' AND '.join(tests)} AS agrees, m.quote, min(m.source) AS source, s.public_from\n"
        "  FROM matching AS s JOIN measurements AS m ON m.study_id = s.study_id AND (m.pmid IS NULL"
        " OR EXISTS (SELECT 1 FROM json_each(s.reports) AS r WHERE r.value = 'pmid:' || m.pmid))\n"
        f"  WHERE m.quantity = {literal(assertion.quantity)} AND m.route {_among(assertion.routes)}{other_analytes}\n"
        "  GROUP BY s.state_id, m.route, m.low, m.high"
    )


def _holds_any(column: str, values: list[str]) -> str:
    return f"EXISTS (SELECT 1 FROM json_each(s.{column}) AS e WHERE e.value {_among(values)})"


def _among(values: list[str]) -> str:
    return f"IN ({', '.join(map(literal, values))})"


def _narrower(vocabulary: Vocabulary, conditions: list[str]) -> list[str]:
    """Return the conditions with all that imply them: tags may carry only the narrow one."""
    return [
        term.value
        for term in vocabulary.conditions
        if set(vocabulary.implied("conditions", [term.value])) & set(conditions)
    ]
