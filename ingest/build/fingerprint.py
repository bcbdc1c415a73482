"""What a database was made from, in digests that it keeps itself: whether anything must be made anew, and how much."""

import hashlib
from contextlib import closing
from datetime import date
from pathlib import Path

from db.archive.store import Archive
from db.evidence.accuracy import accuracy_rows
from db.evidence.coverage import ahead
from db.sqlite import open_database, plain_errors
from topics import Topic

ROOT = Path(__file__).resolve().parents[2]
MAKES_A_DATABASE = (
    "db/__init__.py", "db/archive", "db/claims", "db/evidence", "db/lock.py", "db/sqlite.py",
    "ingest/__init__.py", "ingest/build", "ingest/tagging", "records", "topics",
)  # fmt: skip
"""Packages and modules that what a build writes depends on: all that `ingest.build` imports, however many steps away
(a test walks the imports). To change one of them is to make the next database anew."""
ONLY_REPORTS = (
    "db/archive/schedule.py", "db/archive/topic.py", "db/claims/check.py", "db/claims/report.py", "topics/new.py",
)  # fmt: skip
"""Modules of these packages that no build imports: an edit of theirs makes no other database."""
_CODE_OF_TAGGING = ("*.py", "*.csv", "*.yml")
"""Of tagging, trained weights and rules as well."""


def fingerprints(data: Path, archive: Archive, topic: Topic, day: date) -> dict[str, str]:
    """Digests of what was made from what, by the names they have in table `build`.

    `fingerprint`: all that a build depends on: archive (and which of its runs are still to come by the clock), topic
    files, measured accuracy, and the code that a build runs (`MAKES_A_DATABASE`). `made_by`: the topic's vocabulary and
    register, and the code; while it stays the same, an unchanged record has the same rows. `claims_file`: the claims;
    while it too stays the same, what an assertion came to stands until the studies it rests on change.
    """
    code = hash_of_code()
    clock = ahead(archive.database.conn, day)
    parts = (archive.digest(), clock, topic.digest(), accuracy_rows(data), code.hexdigest())
    whole = hashlib.sha256(" ".join(map(str, parts)).encode())
    for name in ("topic.yml", "register.csv"):
        part = topic.folder / name
        code.update(part.read_bytes() if part.exists() else b"")
    claims = topic.folder / "claims.yml"
    claims_file = hashlib.sha256(claims.read_bytes() if claims.exists() else b"")
    return {
        "fingerprint": whole.hexdigest(), "made_by": code.hexdigest(), "claims_file": claims_file.hexdigest(),
    }  # fmt: skip


def hash_of_code() -> "hashlib._Hash":
    """SHA-256 over the names and contents of all code that a build runs, to be gone on with."""
    code = hashlib.sha256()
    for path in files_of_code():
        content = path.read_bytes()
        code.update(f"{path.relative_to(ROOT).as_posix()} {len(content)}\n".encode())
        code.update(content)
    return code


def files_of_code() -> list[Path]:
    """All files that `MAKES_A_DATABASE` names, in an order that is the same everywhere."""
    found = set()
    for name in MAKES_A_DATABASE:
        place = ROOT / name
        kinds = _CODE_OF_TAGGING if name == "ingest/tagging" else ("*.py",)
        found |= {place} if place.is_file() else {path for kind in kinds for path in place.rglob(kind)}
    return sorted(found - {ROOT / name for name in ONLY_REPORTS})


def build_values(live: Path) -> dict[str, str]:
    """What table `build` of a database says, by key; nothing if there is no such table, or no database."""
    if not live.exists():
        return {}
    with closing(open_database(live)) as database, plain_errors(live):
        if "build" not in database.table_names():
            return {}
        return dict(database.execute("SELECT key, value FROM build").fetchall())
