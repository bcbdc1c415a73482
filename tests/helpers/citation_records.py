"""A small database to look references up in: made-up papers that are easy to take for one another."""

from pathlib import Path

from db.evidence.schema import TABLES, create_evidence
from db.sqlite import open_database
from helpers.finished import finish
from records.identifiers import RecordName

ARTICLES = (
    # pmid, title, journal, year, published, volume, issue, pages, doi, pmcid, further columns
    (99000001, "Quiet ketamine nights: a made-up trial of evening infusions in tired adults.", "J Made Up Res", 2014,
     "2014-06-03", "7", "2", "970-6", "10.9999/jmur.2014.03.026", "PMC9900001",
     {"design": "randomized_controlled_trial", "routes": '["intravenous"]', "n_total": 27, "blinding": "open"}),
    (99000002, "Nasal ketamine in the mountains: an invented crossover study.", "Ann Invent Med", 2013, "2013", "12",
     "", "11-19", "10.9999/aim.2013.12", "", {"retracted": 1}),
    (99000003, "Sublingual ketamine at sea: first made-up report.", "Mar Med Fict", 2019, "2019-01", "3", "1", "e12",
     "10.1101/2019.01.11.99000003", "", {"study_id": "NCT99000001"}),
    (99000004, "Sublingual ketamine at sea: final made-up report.", "Mar Med Fict", 2021, "2021-05", "5", "4", "44-9",
     "10.9999/mmf.5.44", "", {"study_id": "NCT99000001"}),
    (99000005, "Ketamine & {braces}: 50% of $5 was p<0.05 in <i>mice</i>, a_b ~c^d", "J Odd Marks", 2020, "2020-11-30",
     "1", "1", "1", "10.9999/odd_marks(20)1", "", {}),
    (99000006, "Erratum: Quiet ketamine nights: a made-up trial of evening infusions in tired adults.", "J Made Up Res",
     2015, "2015", "8", "1", "3", "", "", {"design": "notice"}),
    (99000007, "Oral ketamine and the colour of bread.", "Ann Invent Med", 2014, "2014", "13", "", "20-2", "", "", {}),
    (99000008, "[Ketamine by mouth for made-up pain]", "Schmerz Erf", 1990, "1990", "4", "2", "7-9", "", "",
     {"vernacular_title": "Ketamin als Saft bei erfundenen Schmerzen"}),
    (99000011, "Buccal ketamine under the bridge in worn-out porters.", "Preprint Fict", 2022, "2022-02", "", "", "",
     "10.1101/2022.02.02.99000011", "", {}),
    (99000012, "Buccal ketamine under the bridge in porters who are worn out.", "Mar Med Fict", 2023, "2023-01", "7",
     "1", "8-9", "", "", {}),
    (99000009, "Rectal ketamine in imagined children, second study.", "Mar Med Fict", 2014, "2014", "1", "1", "5-6", "",
     "", {}),
)  # fmt: skip
AUTHORS = (
    (99000001, "Example", "Ann B", "AB", "", ""), (99000001, "Müller-Lüdenscheidt", "Øle", "Ø", "", ""),
    (99000001, "", "", "", "", "Quiet Nights & Days Group"), (99000002, "Inventor", "Bo", "B", "Jr", ""),
    (99000003, "Sailor", "Cy", "C", "", ""), (99000004, "Sailor", "Cy", "C", "", ""),
    (99000004, "Deck", "Di", "D", "", ""),
    (99000005, "O'Neil-Ødegård", "E F", "EF", "", ""), (99000006, "Example", "Ann B", "AB", "", ""),
    (99000007, "Baker", "G", "G", "", ""), (99000008, "Schöne", "H", "H", "", ""),
    (99000009, "Baker", "I", "I", "", ""),
    (99000011, "Porter", "J", "J", "", ""), (99000012, "Porter", "J", "J", "", ""),
)  # fmt: skip
NOTICES = (
    (99000002, "retraction", 99000091, "pubmed", "2016-01-01", "Ann Invent Med. 2016;15:1"),
    (99000002, "retraction", 99000091, "notice", None, ""),
    (99000001, "erratum", 99000006, "pubmed", None, "J Made Up Res. 2015;8(1):3"),
    (99000003, "update", 99000004, "pubmed", None, "Mar Med Fict. 2021;5(4):44-9"),
)
UNLISTED = ("doi:10.9999/conf.1", "10.9999/conf.1", "Inhaled ketamine on the moon: a conference paper that was made up",
            "2022-02")  # fmt: skip


def make_database(path: Path, *, claims: bool = False) -> Path:
    """Write `evidence.db` to `path`; with `claims`, with a claim in it."""
    database = open_database(path)
    create_evidence(database)
    names = ("pmid", "title", "journal", "year", "published", "volume", "issue", "pages", "doi", "pmcid")
    for study_id, doi, title, public_from, main in (
        (*UNLISTED, None), ("NCT99000001", "10.9999/mmf.5.44", "Sublingual ketamine at sea", "2019-01", 99000003),
    ):  # fmt: skip
        database["studies"].insert({
            "study_id": study_id, "doi": doi, "title": title, "public_from": public_from, "main_pmid": main,
            "n_reports": 1, "retracted": 0, "is_primary": 1, "on_topic": 1,
        })  # fmt: skip
    for *values, more in ARTICLES:
        row = {name: value or None for name, value in zip(names, values, strict=True)}
        database["articles"].insert(
            RecordName.of_pubmed(row.pop("pmid"))._asdict()
            | row
            | {"source": "pubmed", "retracted": 0, "is_primary": 1, "on_topic": 1, "language": "eng"}
            | more
        )
    for place, (pmid, last, fore, initials, suffix, collective) in enumerate(AUTHORS):
        row = (pmid, place, last, fore, initials, suffix, collective, "", "", 1)
        database["authors"].insert(dict(zip(TABLES["authors"].stored, row, strict=True)))
    for number, (pmid, kind, notice, source, dated, citation) in enumerate(NOTICES, start=1):
        row = (number, pmid, kind, notice, source, dated, citation)
        database["notices"].insert(dict(zip(TABLES["notices"].stored, row, strict=True)))
    for number, (study_id, pmid, doi, role) in enumerate((
        ("NCT99000001", 99000003, "", "main"), ("NCT99000001", 99000004, "", "secondary"),
        ("doi:10.9999/conf.1", None, "10.9999/conf.1", "main"),
    ), start=1):  # fmt: skip
        row = (number, study_id, f"pmid:{pmid}" if pmid else f"doi:{doi}", pmid, doi, role, "")
        database["study_reports"].insert(dict(zip(TABLES["study_reports"].stored, row, strict=True)))
    database["registrations"].insert({
        "record_id": 99000001, "accession": "ISRCTN99000001", "registry": "ISRCTN", "source": "databank"})  # fmt: skip
    if claims:
        _add_claims(database)
    finish(database)
    database.close()
    return path


def _add_claims(database):
    """One claim that changed in 2018, and the first paper as evidence on it."""
    ids = {"claim_id": "iv-made-up", "assertion_id": "a"}
    database["claims"].insert({
        "claim_id": "iv-made-up", "section": "Routes", "text": "Most made-up studies are of infusions",
        "verdict": "outdated",
    })  # fmt: skip
    database["assertions"].insert(ids | {"kind": "share", "text": "more than half"})
    database["verdicts"].insert(ids | {"verdict": "outdated", "flipped_on": "2018-05-01", "completeness": "complete"})
    database["claim_evidence"].insert(
        ids
        | {"evidence_id": 1, "pmid": 99000001, "stance": "supports", "why": "a study of infusions", "source": "test"}
    )
