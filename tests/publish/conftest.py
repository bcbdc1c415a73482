"""Datasette over the small evidence.db, as it is served."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlite_utils
from datasette.app import Datasette

from helpers.made_claims import make_claims
from helpers.made_site import make_site
from helpers.published import METADATA, make_evidence
from publish.serve import application


@pytest.fixture(scope="session")
def evidence_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished database, only read by the tests that share it."""
    path = tmp_path_factory.mktemp("published") / "evidence.db"
    make_evidence(path)
    return path


@pytest.fixture
def datasette(evidence_db: Path) -> Datasette:
    return application(evidence_db, METADATA)


@pytest.fixture
def own_copy(evidence_db: Path, tmp_path: Path) -> Iterator[sqlite_utils.Database]:
    """The same database in a file of its own (`tmp_path`/evidence.db), to be changed."""
    path = tmp_path / "evidence.db"
    path.write_bytes(evidence_db.read_bytes())
    database = sqlite_utils.Database(path)
    yield database
    database.close()


@pytest.fixture(scope="session")
def made_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a real build makes of the bundled register and made-up records (`made_site`); only read."""
    return make_site(tmp_path_factory.mktemp("made"))


@pytest.fixture
def made(made_db: Path) -> Datasette:
    return application(made_db, METADATA)


@pytest.fixture(scope="session")
def claims_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The chamomile claims over four made-up studies (`made_claims`); only read."""
    return make_claims(tmp_path_factory.mktemp("claims"))


@pytest.fixture
def claims(claims_db: Path) -> Datasette:
    return application(claims_db, METADATA)
