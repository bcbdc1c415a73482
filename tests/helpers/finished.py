"""The last step of a database that a test wrote by hand, as the last step of a build is."""

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlite_utils import Database

from db.evidence.full_text import FullTextAside, finish_evidence
from db.evidence.schema import FULL_TEXT, TABLES
from db.evidence.write import packed


def finish(database: Database) -> None:
    """Add indexes and full text to the rows; search over another connection."""
    database.conn.commit()
    rows = {
        table: database.execute(f"SELECT {', '.join(TABLES[table].stored)} FROM {table}").fetchall()  # noqa: S608
        for table in FULL_TEXT
    }
    with TemporaryDirectory() as folder, closing(FullTextAside(Path(folder) / "words.db")) as full_text:
        full_text.begin()
        full_text.add(packed(rows))
        full_text.make()
        finish_evidence(database, full_text)
