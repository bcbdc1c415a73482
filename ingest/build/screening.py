"""The public ledger, the flow of records, and what the database says about itself."""

import json
import re
from importlib.metadata import version

from db.archive.store import Archive
from db.evidence.coverage import last_complete
from db.evidence.write import Store
from ingest.build.assemble import Assembly, Inputs
from ingest.tagging import TAGGER_VERSION
from topics import Topic

_SEARCHES = ("sync", "new", "changed")
"""Kinds of run that ask for all that matches up to their own day: all of it, or from a day on (`since`)."""
_FOLDERS = re.compile(r"^/[^:\n]*/|(?<![\w:/.])/(?:[^\s/:]+/)+")
"""Folders in front of a file's name, but not those of a web address."""


def add_ledger(store: Store, archive: Archive) -> None:
    """The public part of the ledger: without the folders of this machine."""
    columns = ("run_id", "kind", "day", "since", "started_at", "finished_at", "state", "counts", "error")
    for run in archive.database.query("SELECT * FROM runs ORDER BY run_id"):
        until = run["day"] if run["kind"] in _SEARCHES else None
        error = run["error"] and _FOLDERS.sub("", run["error"])
        store.add_row("runs", {name: run[name] for name in columns} | {"until": until, "error": error})
        for row in archive.ledger(run["run_id"]):
            row["search_id"] = row.pop("ledger_id")
            store.add_row("searches", row)


def add_screening(store: Store, inputs: Inputs, assembly: Assembly) -> None:
    """The flow of records, in the stages of a PRISMA 2020 diagram."""
    held = inputs.archive.count()
    registered = len(inputs.register)
    screened = assembly.articles + assembly.unlisted
    flow = [
        ("identified", "PubMed and imported files", held),
        ("identified", "hand-checked register", registered),
        ("duplicates", "in the register and in PubMed", held + registered - screened),
        ("screened", "records", screened),
        *(("excluded", reason, count) for reason, count in sorted(assembly.excluded.items()) if reason),
        ("included", "on topic", assembly.excluded[""]),
    ]
    store.add("screening", [(step, *row) for step, row in enumerate(flow, start=1)])


def add_vocabulary(store: Store, topic: Topic) -> None:
    """The values that tags of this topic may take, and the blocks of its search, as the topic file defines them."""
    for facet in type(topic.vocabulary).model_fields:
        for term in getattr(topic.vocabulary, facet):
            lists = [json.dumps(values, ensure_ascii=False) for values in (term.terms, term.mesh, term.broader)]
            store.add("vocabulary", [(facet, term.value, term.label, *lists)])
    for block in topic.search.blocks:
        terms = json.dumps(block.terms, ensure_ascii=False)
        store.add("vocabulary", [("search", block.name, block.reason, terms, None, None)])


def build_rows(inputs: Inputs, assembly: Assembly, studies: int) -> list[tuple[str, str]]:
    """(key, value) of table `build`: what was made from what, without the time it was made at."""
    complete = last_complete(inputs.archive.database.conn, inputs.today)
    written = inputs.topic.article.written
    return [
        ("topic", inputs.topic.name),
        ("title", inputs.topic.title),
        ("question", inputs.topic.question),
        ("search", inputs.topic.search.expression),
        ("article", inputs.topic.article.title),
        ("article_about", inputs.topic.article.about),
        ("article_url", inputs.topic.article.url or ""),
        ("article_written", " to ".join(dict.fromkeys((written.earliest, written.latest)))),
        ("release", version("evidence-tracker")),
        ("tagger_version", TAGGER_VERSION),
        ("articles", str(assembly.articles)),
        ("studies", str(studies)),
        ("from_pubmed", str(inputs.archive.count())),
        ("from_register", str(len(inputs.register))),
        ("archive_since", inputs.archive.made_on()),
        ("last_complete_search", complete["finished_at"] if complete else "never"),
    ]
