"""A build is a pure function of archive, topic and register, and goes live whole or not at all."""

import json
import shutil

from sqlite_utils import Database

from db.archive.store import Archive
from helpers.made_builds import METHODS, content, trial
from helpers.records import RANDOMIZED, RETRACTED, RETRACTION_NOTICE, medline, pubmed_article
from ingest.build import loops
from ingest.build import run as build_module
from ingest.build.register import register_layer
from ingest.build.run import build
from ingest.pubmed.run import import_into
from topics import load_register, load_topic

STUDIES = len(load_register(load_topic("ketamine-routes")))
ERRATUM, CONCERN = ("D016425", "Published Erratum"), ("D000075742", "Expression of Concern")


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
    monkeypatch.setattr(loops, "BATCH", 20)
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


def test_a_retraction_of_parts_is_a_notice_on_every_paper_it_is_about_and_they_count(tmp_path, topic, import_records):
    about = (("PartialRetractionOf", 99000001, "J. 2014"), ("PartialRetractionOf", 99000002, "J. 2014"))
    import_records(
        trial(99000001, links=(("PartialRetractionIn", 99000003, "J. 2016"),)),
        trial(99000002),
        pubmed_article(99000003, title="Partial retraction.", abstract="", published="2016-02",
                       publication_types=(RETRACTION_NOTICE,), links=about),
    )  # fmt: skip
    live = Database(build(tmp_path, topic).live)
    assert [
        (row["pmid"], row["kind"], row["notice_pmid"], row["source"], row["dated"])
        for row in live["notices"].rows_where("pmid > 99000000", order_by="pmid")
    ] == [
        (99000001, "partial_retraction", 99000003, "pubmed", "2016-02"),
        (99000002, "partial_retraction", 99000003, "notice", "2016-02"),
    ]
    assert [
        (row["pmid"], row["retracted"], row["design"], row["on_topic"], row["study_id"])
        for row in live["articles"].rows_where("pmid > 99000000", order_by="pmid")
    ] == [
        (99000001, 0, "randomized_controlled_trial", 1, "pmid:99000001"),
        (99000002, 0, "randomized_controlled_trial", 1, "pmid:99000002"),
        (99000003, 0, "notice", 0, "pmid:99000001"),
    ]


def test_a_title_that_says_so_makes_a_paper_retracted_and_no_notice(tmp_path, topic, import_records):
    title = "Intramuscular ketamine for depression in 40 adults: a randomized trial"
    marked = [mark + title for mark in ("WITHDRAWN: ", "Retracted Article: ", "[Removed] ")]
    import_records(*(trial(99000001 + number, title=each) for number, each in enumerate(marked)))
    path = tmp_path / "records.nbib"
    path.write_text("".join(
        medline(99000011 + number, ("TI", each), ("AB", METHODS), ("PT", "Journal Article"), ("DP", "2014"))
        for number, each in enumerate(marked)
    ))  # fmt: skip
    import_into(tmp_path, topic, [path])
    live = Database(build(tmp_path, topic).live)
    pmids = [99000001, 99000002, 99000003, 99000011, 99000012, 99000013]
    assert [
        (row["pmid"], row["retracted"], row["design"], row["on_topic"], row["excluded"])
        for row in live["articles"].rows_where("pmid > 99000000", order_by="pmid")
    ] == [(pmid, 1, "randomized_controlled_trial", 1, None) for pmid in pmids]
    assert [live["studies"].get(f"pmid:{pmid}")["retracted"] for pmid in pmids] == [1] * 6
    assert [
        (row["pmid"], row["kind"], row["source"], row["notice_pmid"], row["dated"])
        for row in live["notices"].rows_where("pmid > 99000000", order_by="pmid")
    ] == [(pmid, "retraction", "title", None, None) for pmid in pmids]


def test_a_title_adds_nothing_to_what_pubmed_says(tmp_path, topic, import_records):
    import_records(
        trial(99000001, title="RETRACTED: Ketamine", publication_types=(RANDOMIZED, RETRACTED),
              links=(("RetractionIn", 99000002, "J. 2016"),)),
        trial(99000002, title="Retracted: Ketamine", publication_types=(RETRACTION_NOTICE,)),
        trial(99000003, title="Retracted: Ketamine", links=(("RetractionOf", 99000004, "J. 2014"),)),
    )  # fmt: skip
    live = Database(build(tmp_path, topic).live)
    assert [(row["pmid"], row["source"]) for row in live["notices"].rows_where("pmid > 99000000")] == [
        (99000001, "pubmed")
    ]
    assert [row["retracted"] for row in live["articles"].rows_where("pmid > 99000000", order_by="pmid")] == [1, 0, 0]


def test_a_preprint_that_its_article_names_by_doi_alone_is_one_study_with_it(tmp_path, topic, import_records):
    import_records(
        trial(99000001, doi="10.9999/2023.02.22.990001", publication_types=(("D000076942", "Preprint"),)),
        trial(99000002, published="2015-06", entered="2015-06-01",
              links=(("UpdateOf", None, "medRxiv. 2014 Feb 22. doi: 10.9999/2023.02.22.990001v2."),)),
    )  # fmt: skip
    live = Database(build(tmp_path, topic).live)
    assert live["studies"].get("pmid:99000001")["n_reports"] == 2
    (link,) = live["links"].rows_where("pmid = 99000002")
    assert (link["linked_pmid"], link["linked_doi"]) == (None, "10.9999/2023.02.22.990001v2")


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
    counts["excluded", "a notice on another paper"] += 3
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


def test_what_left_pubmed_is_kept_and_marked(tmp_path, topic, import_records):
    import_records(trial(99000001))
    with Archive.open(tmp_path) as archive:
        archive.database.execute("UPDATE seen SET gone_since = '2020-01-01'")
    assert Database(build(tmp_path, topic).live)["articles"].get(99000001)["gone_since"] == "2020-01-01"


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


PHASE_2 = ("D017427", "Clinical Trial, Phase II")
FOLLOWED = f"{METHODS} Patients were followed for 6 months."


def test_the_phase_and_the_longest_follow_up_are_columns_of_records_and_studies(tmp_path, topic, import_records):
    import_records(trial(99000001, abstract=FOLLOWED, publication_types=(RANDOMIZED, PHASE_2)), trial(99000002))
    live = Database(build(tmp_path, topic).live)
    for table in ("articles", "studies", "study_history"):
        key = "pmid" if table == "articles" else "main_pmid"
        rows = live[table].rows_where(f"{key} > 99000000", select=f"{key}, phase, follow_up_weeks", order_by=key)
        assert [tuple(row.values()) for row in rows] == [(99000001, "2", 26.0), (99000002, "not_reported", None)]
    tags = live.query(
        "SELECT facet, value, source, quote FROM tags WHERE pmid = 99000001 AND facet IN ('phase', 'follow_up_weeks')"
    )
    assert [tuple(row.values()) for row in tags] == [
        ("phase", "2", "publication_type", "Clinical Trial, Phase II"),
        ("follow_up_weeks", "26", "text", "followed for 6 months"),
    ]


def test_what_a_person_saw_of_a_further_facet_goes_before_what_rules_find(tmp_path, topic, import_records):
    topic_copy = shutil.copytree(topic.folder, tmp_path / "topics" / topic.name)
    register = topic_copy / "register.csv"
    lines = register.read_text("utf-8").splitlines()
    cells = dict.fromkeys(lines[0].split(","), "") | {
        "pmid": "99000001", "title": "A trial", "read_at": "made up", "design": "randomized_controlled_trial",
    }  # fmt: skip
    head, row = f"{lines[0]},follow_up_weeks,phase", f"{','.join(cells.values())},4.5,2/3"
    register.write_text(f"{head}\n{row}\n", encoding="utf-8")
    import_records(trial(99000001, abstract=FOLLOWED, publication_types=(RANDOMIZED, PHASE_2)))
    live = Database(build(tmp_path, load_topic(topic_copy)).live)
    asked = ["phase", "follow_up_weeks"]
    assert [live["articles"].get(99000001)[name] for name in asked] == ["2/3", 4.5]
    assert [live["register"].get("pmid:99000001")[name] for name in asked] == ["2/3", 4.5]
    of_both = "facet IN ('phase', 'follow_up_weeks')"
    said = live["tags"].rows_where(f"source = 'register' AND {of_both}", select="value, quote", order_by="tag_id")
    assert [tuple(row.values()) for row in said] == [("2/3", "2/3"), ("4.5", "4.5")]
    differing = live["disagreements"].rows_where(of_both, select="facet, value_a, value_b")
    assert {tuple(row.values()) for row in differing} == {("phase", "2", "2/3"), ("follow_up_weeks", "4.5", "26")}


def test_an_arm_of_the_register_carries_the_dose_of_its_own_route():
    register = {study.pmid: study for study in load_register(load_topic("ketamine-routes"))}

    def doses(pmid):
        return {arm.route: arm.dose_text for arm in register_layer(register[pmid]).arms}

    assert doses(24701015) == {"intravenous": "0.5 mg/kg IV", "intramuscular": "0.5 or 0.25 mg/kg IM"}
    assert doses(38703175) == {"intravenous": "0.3 mg/kg IV", "inhaled": "0.75 mg/kg nebulized"}
    assert doses(33060432) == {"intramuscular": "0.5 mg/kg IM", "oral": "1 mg/kg oral"}
    assert doses(26236429) == {"oral": "10 mg/kg", "intranasal": "10 mg/kg"}, "one dose for both"
    assert doses(37792613) == {"intranasal": ""}
