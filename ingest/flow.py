"""The public ledger, the flow of records, and what the database says about itself."""

from db.archive import Archive
from db.store import Store
from ingest.assemble import Assembly, Inputs
from ingest.tagging import TAGGER_VERSION


def add_ledger(store: Store, archive: Archive) -> None:
    """The public part of the ledger."""
    columns = ("run_id", "kind", "started_at", "finished_at", "state", "counts", "error")
    for run in archive.database.query("SELECT * FROM runs ORDER BY run_id"):
        store.add_row("runs", {name: run[name] for name in columns})
        for row in archive.ledger(run["run_id"]):
            row["search_id"] = row.pop("ledger_id")
            store.add_row("searches", row)


def add_screening(store: Store, inputs: Inputs, assembly: Assembly) -> None:
    """The flow of records, in the stages of a PRISMA 2020 diagram."""
    held = inputs.archive.count()
    in_both = held + len(inputs.register) - assembly.articles
    flow = [
        ("identified", "PubMed and imported files", held),
        ("identified", "hand-checked register", len(inputs.register) + len(inputs.unlisted)),
        ("duplicates", "in the register and in PubMed", in_both),
        ("screened", "records", assembly.articles + len(inputs.unlisted)),
        *(("excluded", reason, count) for reason, count in sorted(assembly.excluded.items()) if reason),
        ("included", "on topic", assembly.excluded[""]),
    ]
    store.add("screening", [(step, *row) for step, row in enumerate(flow, start=1)])


def build_rows(fingerprint: str, inputs: Inputs, assembly: Assembly) -> list[tuple[str, str]]:
    """(key, value) of table `build`: what was made from what, without the time it was made at."""
    complete = inputs.archive.last_run(state="complete", kind="sync")
    return [
        ("fingerprint", fingerprint),
        ("topic", inputs.topic.name),
        ("tagger_version", TAGGER_VERSION),
        ("articles", str(assembly.articles)),
        ("studies", str(len(assembly.studies))),
        ("from_pubmed", str(inputs.archive.count())),
        ("from_register", str(len(inputs.register) + len(inputs.unlisted))),
        ("last_complete_search", complete["finished_at"] if complete else "never"),
    ]
