"""Ranked full-text search outside the pages, for the command line."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from db.sqlite import plain_errors
from publish.sql import register

_SEARCH = """
select a.pmid, a.title, a.first_author, a.journal, a.year, a.design, a.routes, a.n_total, a.retracted, a.doi
from articles_fts join articles a on a.record_id = articles_fts.rowid
where articles_fts match evidence_match(:q) and rank match 'bm25(10.0, 1.0)'
order by rank limit :limit
"""
"""As the prepared query `search` of metadata.yml: a word in the title weighs as much as ten in the abstract."""


def search_articles(database: Path, query: str, limit: int) -> list[dict[str, Any]]:
    """The `limit` most relevant articles, best first; none for a query without a word in it.

    Raises:
        BadInputError: the database cannot be read.
    """
    with plain_errors(database), closing(open_read_only(database)) as connection:
        connection.row_factory = sqlite3.Row
        register(connection)
        return [dict(row) for row in connection.execute(_SEARCH, {"q": query, "limit": limit})]


def open_read_only(database: Path) -> sqlite3.Connection:
    """A connection that cannot change the file."""
    return sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)
