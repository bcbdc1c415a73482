"""A build is a pure function of archive, topic and register, and goes live whole or not at all."""

import json
import shutil
import sqlite3

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from db import claims
from db.archive import Archive
from db.changes import refresh
from ingest import build as build_module
from ingest import steady
from ingest.build import build
from ingest.sync import import_into
from records import RANDOMIZED, article_set, pubmed_article
from topics import load_register, load_topic
from topics.errors import IncompleteRunError

STUDIES = len(load_register(load_topic("ketamine-routes")))
RETRACTED, RETRACTION_NOTICE = ("D016441", "Retracted Publication"), ("D016440", "Retraction Notice")
ERRATUM, CONCERN = ("D016425", "Published Erratum"), ("D000075742", "Expression of Concern")
KETAMINE = (("D007649", "Ketamine", "690G0D6V8H"),)
HUMAN = (("D006801", "Humans", False), ("D007649", "Ketamine", True))
METHODS = (
    "METHODS: Forty adults with major depression were randomized to intramuscular ketamine 0.5 mg/kg or placebo "
    "under double-blind conditions."
)


@pytest.fixture
def topic():
    return load_topic("ketamine-routes")


@pytest.fixture
def import_records(tmp_path, topic):
    def put(*records: str) -> None:
        path = tmp_path / "records.xml"
        path.write_bytes(article_set(*records))
        import_into(tmp_path, topic, [path])

    return put


def trial(pmid: int, **more) -> str:
    facts = {"title": "Intramuscular ketamine for major depression: a randomized trial", "abstract": METHODS,
             "publication_types": (RANDOMIZED,), "mesh": HUMAN, "chemicals": KETAMINE} | more  # fmt: skip
    return pubmed_article(pmid, **facts)


def content(path) -> list[tuple]:
    """Every row of every table of ours, in a fixed order."""
    database = sqlite3.connect(path)
    names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    ours = [name for name in names if "_fts" not in name and not name.startswith("sqlite_")]
    return [(name, sorted(database.execute(f"SELECT * FROM {name}"), key=repr)) for name in ours]  # noqa: S608


def build_anew(data, topic):
    """The database that is made from the archive of `data` where there is none before."""
    anew = data / "anew"
    shutil.rmtree(anew, ignore_errors=True)
    anew.mkdir()
    shutil.copy(data / "archive.db", anew)
    return build(anew, topic).live


def test_an_empty_folder_becomes_the_database_of_the_register(tmp_path, topic):
    result = build(tmp_path, topic)
    assert (result.changed, result.from_pubmed, result.from_register) == (True, 0, STUDIES)
    live = Database(result.live)
    assert live["register"].count == STUDIES
    assert live["articles"].count == live["articles"].count_where("source = 'register'") == result.articles
    assert live["study_reports"].count == STUDIES


def test_the_same_inputs_give_the_same_rows(tmp_path, topic):
    first, second = tmp_path / "one", tmp_path / "two"
    assert content(build(first, topic).live) == content(build(second, topic).live)


def test_processes_that_take_a_share_change_nothing(tmp_path, topic, import_records, monkeypatch):
    import_records(*(trial(99000000 + number) for number in range(1, 60)))
    alone = content(build(tmp_path, topic).live)
    (tmp_path / "evidence.db").unlink()
    monkeypatch.setattr(steady, "BATCH", 20)
    monkeypatch.setattr(build_module, "_WORTH_SHARING", 1)
    monkeypatch.setattr(build_module, "cores", lambda: 1)
    assert content(build(tmp_path, topic).live) == alone


def test_a_second_build_says_that_nothing_has_changed(tmp_path, topic):
    build(tmp_path, topic)
    again = build(tmp_path, topic)
    assert not again.changed
    assert "Nothing has changed" in again.line()


def test_a_record_becomes_an_article_with_its_tags_and_their_words(tmp_path, topic, import_records):
    import_records(trial(99000001))
    live = Database(build(tmp_path, topic).live)
    row = live["articles"].get(99000001)
    expected = {
        "routes": '["intramuscular"]', "design": "randomized_controlled_trial", "randomized": "yes",
        "blinding": "double", "control": "placebo", "n_total": 40, "species": "human", "is_primary": 1, "on_topic": 1,
        "source": "pubmed", "retracted": 0, "study_id": "pmid:99000001", "excluded": None,
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected
    texts = {"title": row["title"], "abstract": row["abstract"]}
    spans = list(live["tags"].rows_where("pmid = 99000001 AND source = 'text'"))
    assert spans
    assert all(texts[tag["field"]][tag["start"] : tag["end"]] == tag["quote"] for tag in spans)


def test_a_retraction_marks_the_paper_and_never_the_notice(tmp_path, topic, import_records):
    import_records(
        trial(99000001, publication_types=(RANDOMIZED, RETRACTED), links=(("RetractionIn", 99000002, "J. 2016"),)),
        pubmed_article(99000002, title="Retraction notice", abstract="", published="2016-02",
                       publication_types=(RETRACTION_NOTICE,), links=(("RetractionOf", 99000001, "J. 2014"),)),
    )  # fmt: skip
    live = Database(build(tmp_path, topic).live)
    assert {
        row["pmid"]: (row["retracted"], row["design"]) for row in live["articles"].rows_where("pmid > 99000000")
    } == {
        99000001: (1, "randomized_controlled_trial"),
        99000002: (0, "notice"),
    }
    (notice,) = live["notices"].rows_where("pmid = 99000001")
    assert (notice["kind"], notice["notice_pmid"], notice["dated"]) == ("retraction", 99000002, "2016-02")
    assert live["studies"].get("pmid:99000001")["n_reports"] == 2


def test_a_notice_known_only_from_its_own_record_still_reaches_the_paper(tmp_path, topic, import_records):
    import_records(
        trial(99000001),
        pubmed_article(99000002, title="Erratum", links=(("ErratumFor", 99000001, "J. 2014"),)),
    )
    live = Database(build(tmp_path, topic).live)
    assert [(row["pmid"], row["kind"], row["source"]) for row in live["notices"].rows] == [
        (99000001, "erratum", "notice")
    ]


def test_a_notice_is_out_for_a_reason_of_its_own(tmp_path, topic, import_records):
    kinds = {99000002: RETRACTION_NOTICE, 99000003: ERRATUM, 99000004: CONCERN}
    before = list(Database(build(tmp_path, topic).live)["screening"].rows_where("stage IN ('excluded', 'included')"))
    import_records(trial(99000001), *(trial(pmid, publication_types=(kind,)) for pmid, kind in kinds.items()))
    live = Database(build(tmp_path, topic).live)
    assert [
        (row["pmid"], row["design"], row["is_primary"], row["on_topic"], row["excluded"])
        for row in live["articles"].rows_where("pmid > 99000000", order_by="pmid")
    ] == [
        (99000001, "randomized_controlled_trial", 1, 1, None),
        *((pmid, "notice", 0, 0, "a notice on another paper") for pmid in kinds),
    ]
    counts = {(row["stage"], row["reason"]): row["records"] for row in before}
    counts["excluded", "a notice on another paper"] = 3
    counts["included", "on topic"] += 1
    flow = live["screening"].rows_where("stage IN ('excluded', 'included')")
    assert {(row["stage"], row["reason"]): row["records"] for row in flow} == counts


def test_two_reports_of_one_registration_count_as_one_study(tmp_path, topic, import_records):
    nct = (("ClinicalTrials.gov", "NCT99000001"),)
    import_records(trial(99000001, databank=nct), trial(99000002, databank=nct, published="2016-01-01"))
    live = Database(build(tmp_path, topic).live)
    study = live["studies"].get("NCT99000001")
    assert (study["main_pmid"], study["n_reports"]) == (99000001, 2)


def test_the_register_wins_and_the_difference_is_shown(tmp_path, topic, import_records):
    import_records(trial(24701015))  # the register knows this trial: two routes, 27 people, open label
    live = Database(build(tmp_path, topic).live)
    row = live["articles"].get(24701015)
    assert (json.loads(row["routes"]), row["n_total"], row["blinding"]) == (
        ["intravenous", "intramuscular"],
        27,
        "open",
    )
    differences = {(each["facet"], each["value_a"], each["value_b"])
                   for each in live["disagreements"].rows_where("pmid = 24701015")}  # fmt: skip
    assert ("blinding", "open", "double") in differences
    assert live["screening"].get(3)["records"] == 1


def test_a_failed_check_leaves_the_live_file_as_it_was(tmp_path, topic, import_records, monkeypatch):
    live = build(tmp_path, topic).live
    before = content(live)
    import_records(trial(99000001))
    monkeypatch.setattr(
        "ingest.build.check", lambda *_, **__: (_ for _ in ()).throw(IncompleteRunError("does not add up"))
    )
    with pytest.raises(IncompleteRunError):
        build(tmp_path, topic)
    assert content(live) == before
    assert not (tmp_path / "evidence.build.db").exists()


def test_a_full_disk_leaves_the_live_file_as_it_was(tmp_path, topic, import_records, monkeypatch):
    live = build(tmp_path, topic).live
    before = content(live)
    import_records(*(trial(99000000 + n) for n in range(1, 60)))
    from ingest import build as module

    opened = module.open_database

    def small(path):
        database = opened(path)
        if path.name == "evidence.build.db":
            database.execute("PRAGMA max_page_count = 60")
        return database

    monkeypatch.setattr(module, "open_database", small)
    with pytest.raises(IncompleteRunError, match="the disk is full") as caught:
        build(tmp_path, topic)
    assert caught.value.exit_code == 4
    assert content(live) == before


def test_what_left_pubmed_is_kept_and_marked(tmp_path, topic, import_records):
    import_records(trial(99000001))
    with Archive.open(tmp_path) as archive:
        archive.database.execute("UPDATE seen SET gone_since = '2020-01-01'")
    assert Database(build(tmp_path, topic).live)["articles"].get(99000001)["gone_since"] == "2020-01-01"


REGISTERED = {36: 22676966, 37: 18996507, 38: 23982301}
"""Made-up records that come as ones that the register knows by PMID: of a family, or with a registration."""
KNOWN_BY_DOI = {39: "10.1016/j.biopsych.2012.02.014", 40: "10.1038/clpt.2011.140", 41: "10.1007/s40262-020-00953-4"}
"""The same by DOI; of the last, people judged the paper for a claim."""


def changing(number: int, state: int) -> str:
    """Made-up record `number` as it is in one of several states."""
    pmid = REGISTERED.get(number, 99000000 + number)
    other = 99000000 + (number + state) % 8
    links = [
        (("ErratumFor", other, "J. 2014"), ("CommentIn", pmid + 1, "J. 2014")),
        (("RetractionOf", other, "J. 2015"),),
        (("RetractionIn", other, "J. 2015"), ("UpdateOf", other + 1, "J. 2013")),
        (),
    ]
    databank = [
        (("ClinicalTrials.gov", f"NCT9900000{(number + state) % 4}"),),
        (("ClinicalTrials.gov", "NCT00088699"),),
    ]
    route = ("intramuscular", "intravenous", "oral", "intranasal")[(number + state) % 4]
    return trial(
        pmid,
        title=(f"Ketamine, {route}", f"{route.title()} ketamine for depression", "Sleep in shift workers")[state % 3],
        abstract=(METHODS.replace("intramuscular", route), METHODS.replace("Forty", "Sixty"), "")[(number + state) % 3],
        links=links[(number + state) % 4],
        databank=((), databank[0], databank[1], ())[(number * (1 + state)) % 4],
        publication_types=((RANDOMIZED,), (RETRACTED,), (RETRACTION_NOTICE,), (RANDOMIZED,))[(number * state) % 4],
        published=f"201{state}-0{1 + number % 9}",
        doi=KNOWN_BY_DOI.get(number, "") if state % 2 else "",
    )


@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.lists(st.dictionaries(st.integers(1, 45), st.integers(0, 5), min_size=1, max_size=9), min_size=1, max_size=4))
def test_a_build_upon_a_build_gives_the_rows_of_a_build_from_nothing(tmp_path_factory, steps):
    topic = load_topic("ketamine-routes")
    grown = tmp_path_factory.mktemp("grown")

    def take_in(states: dict[int, int]) -> None:
        path = grown / "records.xml"
        path.write_bytes(article_set(*(changing(number, state) for number, state in states.items())))
        import_into(grown, topic, [path])

    take_in({number: number % 2 for number in range(1, 36)})
    build(grown, topic)
    for round_, states in enumerate(steps):
        take_in(states)
        with Archive.open(grown) as archive:
            archive.database.execute(
                "UPDATE seen SET gone_since = CASE WHEN gone_since IS NULL THEN '2020-01-01' END WHERE pmid IN (?, ?)",
                [99000000 + len(states), 99000000 + round_],
            )
        live = build(grown, topic).live
        assert content(live) == content(build_anew(grown, topic))


@pytest.fixture
def replayed(monkeypatch):
    """Kinds of the assertions that have been replayed since."""
    kinds = []
    replay = claims.history_of
    monkeypatch.setattr(claims, "history_of", lambda *given: (kinds.append(given[0].kind), replay(*given))[1])
    return kinds


def test_only_claims_whose_studies_changed_are_replayed(tmp_path, topic, import_records, replayed):
    import_records(*(trial(99000000 + number) for number in range(1, 21)))
    build(tmp_path, topic)
    replayed.clear()
    import_records(trial(99000003, title="A new title, which no claim asks for"))
    trials = ("im-single-study", "comparative-trials")
    before = Database(build(tmp_path, topic).live)["verdicts"].get(trials)
    assert set(replayed) == {"list"}  # of which people judged the papers
    import_records(trial(99000021))
    after = Database(build(tmp_path, topic).live)["verdicts"].get(trials)
    assert int(after["value"]) == int(before["value"]) + 1


def test_claims_of_another_file_are_all_replayed(tmp_path, topic, import_records, replayed):
    folder = shutil.copytree(topic.folder, tmp_path / topic.folder.name)
    import_records(trial(99000001))
    build(tmp_path, load_topic(folder))
    replayed.clear()
    claims_file = folder / "claims.yml"
    text = claims_file.read_text(encoding="utf-8").replace("expected: {at_least: 50}", "expected: {at_least: 51}")
    claims_file.write_text(text, encoding="utf-8")
    live = Database(build(tmp_path, load_topic(folder)).live)
    assert len(replayed) == live["assertions"].count
    assert live["assertions"].get(("iv-most-studied", "by-far"))["expected"] == "at least 51 % of studies"
    assert content(tmp_path / "evidence.db") == content(build_anew(tmp_path, load_topic(folder)))


def test_only_what_differs_is_read_and_tagged_again(tmp_path, topic, import_records):
    import_records(*(trial(99000000 + number) for number in range(1, 21)))
    build(tmp_path, topic)
    import_records(trial(99000003, title="Oral ketamine for major depression"))
    told = []
    live = Database(build(tmp_path, topic, progress=lambda *so_far: told.append(so_far)).live)
    assert told == [(1, 1)]
    assert live["articles"].get(99000003)["title"] == "Oral ketamine for major depression"
    words = "SELECT rowid FROM articles_fts WHERE articles_fts MATCH 'oral AND major' AND rowid > 99000000"
    assert live.execute(words).fetchall() == [(99000003,)]


def test_a_damaged_live_database_is_made_anew(tmp_path, topic, import_records):
    import_records(*(trial(99000000 + number) for number in range(1, 21)))
    live = build(tmp_path, topic).live
    database = Database(live)
    database.execute("INSERT INTO articles_fts(articles_fts) VALUES ('delete-all')")
    database.conn.commit()
    database.close()
    import_records(trial(99000021))
    assert build(tmp_path, topic).changed
    found = Database(live).execute("SELECT count(*) FROM articles_fts WHERE articles_fts MATCH 'intramuscular'")
    assert found.fetchone()[0] >= 21


def test_an_index_that_is_not_of_its_rows_is_found_before_anything_is_taken_over(tmp_path, topic, import_records):
    import_records(*(trial(99000000 + number) for number in range(1, 21)))
    live = build(tmp_path, topic).live
    database = sqlite3.connect(live)
    database.execute("PRAGMA writable_schema = ON")
    another = "CREATE INDEX idx_articles_year ON articles (journal)"
    database.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'idx_articles_year'", [another])
    database.commit()
    database.close()
    (said,) = sqlite3.connect(live).execute("PRAGMA quick_check").fetchall()
    assert said == ("ok",)  # it takes the whole check to find this
    import_records(trial(99000021))
    build(tmp_path, topic)
    (said,) = sqlite3.connect(live).execute("PRAGMA integrity_check").fetchall()
    assert said == ("ok",)


def test_what_is_taken_over_is_checked_whole_unless_it_is_what_passed_before(
    tmp_path, topic, import_records, monkeypatch
):
    checks = []
    monkeypatch.setattr("ingest.build.check", lambda *_, indexes=True: checks.append(indexes))
    import_records(*(trial(99000000 + number) for number in range(1, 21)))
    live = build(tmp_path, topic).live
    assert refresh(tmp_path) > 0  # which finds all in place
    import_records(trial(99000021))
    build(tmp_path, topic)
    database = sqlite3.connect(live)
    database.execute("UPDATE articles SET title = 'Something else' WHERE pmid = 99000001")
    database.commit()
    database.close()
    import_records(trial(99000022))
    build(tmp_path, topic)
    assert checks == [True, False, True, False]


def test_a_register_study_known_by_doi_is_one_with_the_record_that_has_that_doi(tmp_path, topic, import_records):
    before = Database(build(tmp_path, topic).live)["studies"].count
    known_by_doi = next(entry for entry in load_register(topic) if not entry.pmid and not entry.study_family)
    import_records(pubmed_article(99000001, title=known_by_doi.title, doi=known_by_doi.doi))
    live = Database(build(tmp_path, topic).live)
    assert live["studies"].count == before
    assert live["register"].get(known_by_doi.key)["pmid"] == 99000001
    assert live["articles"].get(99000001)["design"] == known_by_doi.design
    import_records(trial(99000002))
    assert Database(build(tmp_path, topic).live)["studies"].count == before + 1


def test_a_record_gone_from_pubmed_counts_until_the_day_it_went(tmp_path, topic, import_records):
    import_records(trial(99000001))
    with Archive.open(tmp_path) as archive:
        archive.database.execute("UPDATE seen SET gone_since = '2020-01-01T03:00:00+00:00'")
    live = Database(build(tmp_path, topic).live)
    (state,) = live["study_history"].rows_where("main_pmid = 99000001")
    assert (state["known_from"], state["known_until"]) == ("2014-05-01", "2020-01-01")
