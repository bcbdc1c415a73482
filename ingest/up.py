"""`evidence up`: whatever state the data folder is in, end with a database that can be served."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.build.run import BuildResult, build
from ingest.progress import Bars
from ingest.pubmed.client import EutilsSettings
from ingest.pubmed.run import Pulled, pull_topic
from topics import Topic
from topics.errors import EvidenceError


@dataclass(frozen=True)
class Prepared:
    """What `up` found and made, to be said before serving."""

    pulled: Pulled | None
    trouble: str
    """Why PubMed was not asked or did not answer; '' when it did."""
    built: BuildResult

    @property
    def database(self) -> Path:
        """The file to serve."""
        return self.built.live

    def lines(self) -> Iterator[str]:
        """Plain sentences for the terminal."""
        if self.pulled:
            yield self.pulled.line()
        if self.trouble:
            yield self.trouble
        yield self.built.line()


def prepare(data: Path, topic: Topic, bars: Bars) -> Prepared:
    """Pull if NCBI_EMAIL is set, then build. A pull that fails is said, not fatal: what is held is shown."""
    pulled, trouble = None, ""
    if os.environ.get("NCBI_EMAIL"):
        try:
            pulled = pull_topic(data, topic, EutilsSettings.from_environment(), bars.pull)
        except EvidenceError as error:
            trouble = f"Not all of PubMed: {error} What is held already is shown; run `evidence sync` to try again."
    else:
        trouble = (
            "PubMed was not asked: NCBI_EMAIL is not set. To pull every record of the topic's search, run "
            "`NCBI_EMAIL=you@example.org make up` (NCBI asks every program to say whom to write to)."
        )
    built = build(data, topic, bars.build)
    trouble = " ".join(filter(None, (trouble, built.short)))
    if not built.from_pubmed:
        trouble += f" What is shown is the bundled, hand-checked register of {built.from_register} reports of studies."
    return Prepared(pulled, trouble, built)
