"""How fresh and how complete the data in a folder are."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from db.archive import Archive
from db.release import LIVE


@dataclass(frozen=True)
class Status:
    """The state of a data folder. Dates are UTC."""

    records: int
    last_run: str
    """Start, kind and state of the newest run, or 'none'."""
    last_complete: str
    """When a search last ended with reported = stored, or 'never'."""
    missing: tuple[int, ...]
    """PMIDs that the newest run named and could not store."""
    built: bool

    def lines(self) -> Iterator[str]:
        """Plain sentences for the terminal."""
        yield f"Records in the archive: {self.records}"
        yield f"Last run: {self.last_run}"
        yield f"Last complete search: {self.last_complete}"
        if self.missing:
            shown = ", ".join(map(str, self.missing[:20]))
            yield f"Missing after the last run: {len(self.missing)} ({shown})"
        yield f"{LIVE}: {'there' if self.built else 'not built yet (run `evidence build`)'}"


def read_status(data: Path) -> Status:
    """Status of the archive and the live database in `data`; an empty folder is a valid answer."""
    with Archive.open(data) as archive:
        last = archive.last_run()
        complete = archive.last_run(state="complete", kind="sync")
        rows = archive.ledger(last["run_id"]) if last else []
        return Status(
            archive.count(),
            f"{last['started_at']} ({last['kind']}, {last['state']})" if last else "none",
            complete["finished_at"] if complete else "never",
            tuple(pmid for row in rows for pmid in json.loads(row["missing"])),
            (data / LIVE).exists(),
        )
