"""A topic of thousands of records pulled from the stand-in PubMed at NCBI's limit: how much of the time is waiting."""

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from bench.measure import met
from db.archive.store import Archive
from ingest.pubmed.client import Eutils, EutilsSettings
from ingest.pubmed.search import pull
from pubmed_server import Corpus, PubMedServer, many

FIRST = 99_000_000


def lines(records: int) -> list[str]:
    """Requests and seconds, and the share that NCBI's limit accounts for."""
    with PubMedServer(Corpus(many(FIRST, records))) as server, tempfile.TemporaryDirectory() as folder:
        server.limited = True
        client = Eutils(EutilsSettings("bench@example.org", base_url=server.url))
        began = time.perf_counter()
        with Archive.open(Path(folder)) as archive:
            pull(archive, client, "ketamine[tiab]", topic="made-up")
        seconds = time.perf_counter() - began
        requests = client.counts.requests
    floor = (requests - 1) / client.settings.per_second
    return [
        f"{records:,} records: {requests} requests in {seconds:.1f} s; at {client.settings.per_second} a second, they "
        f"cannot take less than {floor:.1f} s. {seconds / floor:.2f} times that floor; goal: 1.15 "
        f"({met(seconds <= 1.15 * floor)}). {client.counts.retries} had to be asked again.",
    ]
