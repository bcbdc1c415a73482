"""A reference that we do not hold, asked of a PubMed that is really served: the matcher, then a search."""

import pytest

from db.citations.look_up import cite
from helpers.citation_records import make_database
from ingest.pubmed.client import Eutils, EutilsSettings
from pubmed_server.corpus import Article, Corpus
from pubmed_server.server import PubMedServer
from topics.errors import PubMedError

FIRST = 99000500


@pytest.fixture
def pubmed():
    with PubMedServer(Corpus([Article(FIRST, title="Penguins made up in the south", pdat="2014/06/03")])) as server:
        yield server


@pytest.fixture
def client(pubmed):
    return Eutils(EutilsSettings(email="tester@example.org", base_url=pubmed.url, attempts=2, pause_initial=0.01))


def outcome(live, text, client):
    (answer,) = cite(live, text, online=client)
    return answer.outcome, [match.work.pmid for match in answer.matches], answer.asked_pubmed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("J Made Up Res|2014|7|11|Sample|x|", ("probable", [FIRST], True)),
        ("No Such J|2014|7|11|Sample|x|", ("not_found", [], True)),
        (f"PMID: {FIRST}", ("probable", [FIRST], True)),
        ("PMID: 99000999", ("not_found", [], True)),
    ],
)
def test_pubmed_is_asked_for_what_is_not_held(tmp_path, client, text, expected):
    assert outcome(make_database(tmp_path / "evidence.db"), text, client) == expected


def test_a_pubmed_that_cannot_be_reached_is_an_error_and_not_a_miss(tmp_path):
    client = Eutils(EutilsSettings(email="tester@example.org", base_url="http://127.0.0.1:9/", attempts=1))
    with pytest.raises(PubMedError):
        cite(make_database(tmp_path / "evidence.db"), "J Made Up Res|2014|7|11|Sample|x|", online=client)
