"""One run: pull what the topic's search finds and is not held yet, or take in files; then build."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from db.archive import Archive
from db.lock import run_lock
from ingest.build import BuildResult, build
from ingest.build import Progress as BuildProgress
from ingest.eutils import Eutils, EutilsSettings
from ingest.files import FileCounts, import_files
from ingest.search import Progress, PullResult, pull
from topics import Topic


@dataclass(frozen=True)
class SyncResult:
    """What a run brought and what was made of it."""

    pulled: PullResult
    built: BuildResult


def pull_topic(data: Path, topic: Topic, settings: EutilsSettings, progress: Progress | None = None) -> PullResult:
    """Pull a topic's search into the archive of `data`.

    Raises:
        PubMedError: PubMed cannot be reached, or refuses.
        BadInputError: PubMed dropped a part of the search.
        IncompleteRunError: less was stored than PubMed reported; what came is kept.
        LockedError: another run is at work.
    """
    with run_lock(data), Archive.open(data) as archive, Eutils(settings) as client:
        return pull(archive, client, topic.search.query(), topic=topic.name, progress=progress)


def sync(
    data: Path,
    topic: Topic,
    settings: EutilsSettings,
    progress: Progress | None = None,
    build_progress: BuildProgress | None = None,
) -> SyncResult:
    """`pull_topic`, then `build`."""
    pulled = pull_topic(data, topic, settings, progress)
    return SyncResult(pulled, build(data, topic, build_progress))


def import_into(data: Path, topic: Topic, paths: Sequence[Path]) -> list[FileCounts]:
    """Take files into the archive of `data`, as one run.

    Raises:
        BadInputError: a file cannot be used; nothing of it was stored, files before it were.
        LockedError: another run is at work.
    """
    with run_lock(data), Archive.open(data) as archive:
        run = archive.begin_run("import", topic.name)
        try:
            counts = import_files(archive, paths, run)
        except Exception as error:
            archive.end_run(run, "failed", {}, str(error))
            raise
        whole = {
            "files": len(counts),
            "read": sum(row.read for row in counts),
            "broken": sum(row.broken for row in counts),
        }
        archive.end_run(run, "incomplete" if whole["broken"] else "complete", whole)
        return counts
