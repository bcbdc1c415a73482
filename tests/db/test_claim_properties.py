"""What must hold of verdicts whatever the studies are."""

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from db.evidence.studies import Report
from helpers.claim_world import report, world

DATES = ("", "2009", "2010-05", "2010-05-17", "2011", "2012-06-30", "2013", "2020-02")
PMIDS = range(99000001, 99000009)
few = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking would make hundreds of databases
)


@st.composite
def reports_of(draw: st.DrawFn, pmid: int) -> Report:
    """A report that may share a registration or a family with others, or be linked to them."""
    return report(
        pmid,
        draw(st.sampled_from(DATES)),
        routes=draw(st.sampled_from([["oral"], ["pillow"], ["oral", "pillow"], ["unspecified"]])),
        design=draw(st.sampled_from(["randomized_controlled_trial", "protocol", "secondary_analysis", "cohort"])),
        is_primary=draw(st.sampled_from([0, 1])),
        n_total=draw(st.sampled_from([None, 8, 30])),
        blinding=draw(st.sampled_from(["open", "double", "not_reported"])),
        registrations=draw(st.sampled_from([(), ("NCT09900001",), ("NCT09900002",)])),
        family=draw(st.sampled_from(["", "", "CUP"])),
        links=draw(st.sampled_from([(), (("UpdateOf", PMIDS[0]),), (("UpdateOf", PMIDS[1]), ("UpdateOf", PMIDS[2]))])),
        retracted=draw(st.sampled_from([False, False, False, True])),
    )


def collections() -> st.SearchStrategy[list[Report]]:
    """Up to seven reports, each with a PMID of its own."""
    return st.lists(st.sampled_from(PMIDS[:-1]), unique=True, max_size=7).flatmap(
        lambda pmids: st.tuples(*map(reports_of, pmids)).map(list)
    )


def rows(database: Database, sql: str) -> list[tuple]:
    """All rows of a query as tuples."""
    return list(database.execute(sql))


TIMELINES = "SELECT claim_id, assertion_id, date, value, verdict FROM verdict_timeline ORDER BY 1, 2, position"
VERDICTS = "SELECT claim_id, assertion_id, verdict, value, when_written FROM verdicts ORDER BY 1, 2"


@few
@given(collections(), reports_of(PMIDS[-1]))
def test_a_new_record_never_changes_a_verdict_as_of_an_earlier_date(known: list[Report], new: Report) -> None:
    before, after = rows(world(known), TIMELINES), rows(world([*known, new]), TIMELINES)

    def earlier(entries: list[tuple]) -> list[tuple]:
        return [row for row in entries if row[2] is not None and row[2] < (new.public_from or "9999-12-31")]

    assert earlier(after) == earlier(before)


@few
@given(collections(), reports_of(PMIDS[-1]))
def test_adding_a_record_and_then_retracting_it_returns_every_verdict(known: list[Report], new: Report) -> None:
    retracted = report(
        PMIDS[-1], new.public_from, retracted=True, registrations=new.registrations, family=new.family, links=new.links,
    )  # fmt: skip

    assert rows(world([*known, retracted]), VERDICTS) == rows(world(known), VERDICTS)


@few
@given(collections().flatmap(lambda known: st.tuples(st.just(known), st.permutations(known))))
def test_the_order_of_arrival_does_not_matter(both: tuple[list[Report], list[Report]]) -> None:
    one, other = (world(known) for known in both)

    for table in ("study_history", "verdicts", "verdict_timeline", "claim_evidence", "claims"):
        query = f"SELECT * FROM {table}"  # noqa: S608
        assert rows(one, query) == rows(other, query)


@few
@given(collections())
def test_a_family_never_counts_twice(known: list[Report]) -> None:
    family = [
        report(one.pmid or 0, one.public_from, registrations=("NCT09900001",), retracted=one.retracted) for one in known
    ]
    database = world(family)

    (count,) = rows(database, "SELECT value FROM verdicts WHERE assertion_id = 'count'")[0]
    assert int(count) == bool([one for one in family if one.public_from and not one.retracted])
    assert max([int(value) for (value,) in rows(
        database, "SELECT value FROM verdict_timeline WHERE assertion_id = 'count'")]) <= 1  # fmt: skip


@few
@given(collections())
def test_the_timelines_last_entry_is_the_current_verdict(known: list[Report]) -> None:
    database = world(known)

    last = rows(
        database,
        "SELECT claim_id, assertion_id, verdict, value FROM verdict_timeline AS t WHERE position ="
        " (SELECT max(position) FROM verdict_timeline AS u WHERE u.claim_id = t.claim_id"
        " AND u.assertion_id = t.assertion_id) ORDER BY 1, 2",
    )
    assert last == [row[:4] for row in rows(database, VERDICTS)]
    assert len(last) == 9
