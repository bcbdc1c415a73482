"""A topic, and made-up records in its archive."""

import pytest

from helpers.records import article_set
from ingest.pubmed.run import import_into
from topics import load_topic


@pytest.fixture
def topic():
    return load_topic("ketamine-routes")


@pytest.fixture
def import_records(tmp_path, topic):
    def put(*records: str) -> None:
        path = tmp_path / "records.xml"
        path.write_bytes(article_set(*records))
        import_into(tmp_path, topic, [path])

    return put
