"""What a database was made from, in digests that it keeps itself: whether anything must be made anew, and how much."""

import hashlib
from contextlib import closing
from pathlib import Path

from db.archive.store import Archive, today
from db.evidence.accuracy import accuracy_rows
from db.evidence.coverage import ahead
from db.sqlite import open_database, plain_errors
from ingest.tagging.vote import WEIGHTS
from topics import Topic


def fingerprints(data: Path, archive: Archive, topic: Topic) -> dict[str, str]:
    """Digests of what was made from what, by the names they have in table `build`.

    `fingerprint`: all that a build depends on: archive (and which of its runs are still to come by the clock), topic
    files, measured accuracy, our own source code with the trained weights. `made_by`: the topic's vocabulary and
    register, and the code; while it stays the same, an unchanged record has the same rows. `claims_file`: the claims;
    while it too stays the same, what an assertion came to stands until the studies it rests on change.
    """
    code = hashlib.sha256()
    root = Path(__file__).resolve().parents[2]
    for package in ("records", "ingest", "db", "topics"):
        for source in sorted((root / package).rglob("*.py")):
            code.update(source.read_bytes())
    code.update(WEIGHTS.read_bytes() if WEIGHTS.exists() else b"")
    clock = ahead(archive.database.conn, today())
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


def build_values(live: Path) -> dict[str, str]:
    """What table `build` of a database says, by key; nothing if there is no such table, or no database."""
    if not live.exists():
        return {}
    with closing(open_database(live)) as database, plain_errors(live):
        if "build" not in database.table_names():
            return {}
        return dict(database.execute("SELECT key, value FROM build").fetchall())
