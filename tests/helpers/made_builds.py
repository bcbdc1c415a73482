"""Builds of made-up records, and what is in them."""

import shutil
import sqlite3

from helpers.records import RANDOMIZED, pubmed_article
from ingest.build.run import build

KETAMINE = (("D007649", "Ketamine", "690G0D6V8H"),)
HUMAN = (("D006801", "Humans", False), ("D007649", "Ketamine", True))
METHODS = (
    "METHODS: Forty adults with major depression were randomized to intramuscular ketamine 0.5 mg/kg or placebo "
    "under double-blind conditions."
)


def trial(pmid: int, **more) -> str:
    facts = {"title": "Intramuscular ketamine for major depression: a randomized trial", "abstract": METHODS,
             "authors": ((f"Sample{pmid}", "Ann B", "AB"),),  # or they were one study, by title and first author
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
