"""A topic on another subject goes the whole way: made-up PubMed records in, verdicts on its claims out."""

from pathlib import Path

from sqlite_utils import Database

from db.claims.check import check_claims
from helpers.claim_world import CHAMOMILE, evidence, timeline, verdict
from helpers.records import RANDOMIZED, pubmed_article
from ingest.build.run import build
from ingest.pubmed.run import import_into
from topics import load_topic

HUMANS = ("D006801", "Humans", False)
TEA = pubmed_article(
    99000001,
    title="Oral chamomile for insomnia: a randomized trial",
    abstract="METHODS: Forty adults with insomnia were randomized to oral chamomile extract or placebo, double-blind.",
    published="2010-05-04",
    entered="2010-05-04",
    mesh=[HUMANS],
    publication_types=[RANDOMIZED],
)
SECOND_TEA = pubmed_article(
    99000002,
    title="Oral chamomile against insomnia in students: a randomized controlled trial",
    abstract="METHODS: Thirty students with insomnia were randomized to chamomile given orally or to placebo.",
    published="2013-02-11",
    entered="2013-02-11",
    mesh=[HUMANS],
    publication_types=[RANDOMIZED],
)
OTHER = pubmed_article(
    99000003, title="Ketamine for depression", abstract="Ten adults were given ketamine.", entered="2011-01-01"
)


def import_and_build(data: Path, *articles: str) -> Database:
    file = data / "records.xml"
    file.write_text(f"<PubmedArticleSet>{''.join(articles)}</PubmedArticleSet>", encoding="utf-8")
    topic = load_topic(CHAMOMILE)
    import_into(data, topic, [file])
    build(data, topic)
    return Database(data / "evidence.db")


def test_records_of_another_subject_are_tagged_with_its_words_and_held_against_its_claims(tmp_path: Path) -> None:
    database = import_and_build(tmp_path, TEA, OTHER)

    studies = database.query("SELECT main_pmid, interventions, conditions, routes, on_topic FROM studies ORDER BY 1")
    assert [tuple(row.values()) for row in studies] == [
        (99000001, '["chamomile"]', '["poor_sleep", "insomnia"]', '["oral"]', 1),
        (99000003, "[]", "[]", "[]", 0),
    ]
    assert verdict(database, "one-trial")["verdict"] == "holds"
    assert (99000001, "supports", "test") in evidence(database, "one-trial")
    database.close()


def test_a_later_record_flips_a_verdict_and_the_check_names_it(tmp_path: Path) -> None:
    topic = load_topic(CHAMOMILE)
    import_and_build(tmp_path, TEA).close()
    assert check_claims(tmp_path, topic).exit_code == 0

    database = import_and_build(tmp_path, TEA, SECOND_TEA)

    assert timeline(database, "one-trial", "count")[1:] == [
        ("2010-05-04", "1", "holds", 99000001),
        ("2013-02-11", "2", "outdated", 99000002),
    ]
    database.close()
    result = check_claims(tmp_path, topic)
    flip = result.changes[0]
    assert (flip.claim_id, flip.was, flip.verdict, flip.pmid) == ("one-trial", "holds", "outdated", 99000002)
    assert result.exit_code == 1
