"""Every number in the pages' JSON has a definition, and every definition a number: walked on three databases."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from datasette.app import Datasette

from helpers.published import METADATA
from publish.cells import DATABASE
from publish.definitions import NUMBERS, meaning_of_number
from publish.serve import application
from topics.vocabulary import DESIGNS

pytestmark = pytest.mark.asyncio

PAGES = (
    "/.json", "/map.json", "/map.json?condition=depression", "/studies.json", "/studies.json?route=oral",
    "/changes.json", "/methods.json", "/search.json?q=ketamine", "/search.json?q=ketamine&route=oral",
    "/cite.json?q=Chilukuri+2014+intramuscular", "/cite.json?q=24701015",
)  # fmt: skip


def numbers(value: Any, path: str = "") -> Iterator[str]:
    """Paths of all numbers, as `meaning_of_number` takes them."""
    if isinstance(value, bool):
        return
    if isinstance(value, int | float):
        yield path
    elif isinstance(value, dict):
        for key, inner in value.items():
            variable = key in DESIGNS or path.endswith(".counts")
            yield from numbers(inner, f"{path}.{'*' if variable else key}")
    elif isinstance(value, list):
        for inner in value:
            yield from numbers(inner, f"{path}[]")


async def walked(site: Datasette) -> set[tuple[str, str]]:
    """(page, path) of every number on every kind of page: all claims, fifty studies and records, ten with figures."""

    async def read(address: str) -> Any:
        answer = await site.client.get(address)
        assert answer.status_code == 200, (address, answer.text[:300])
        return answer.json()

    home, listed = await read("/.json"), await read("/studies.json")
    addresses = [f"/claims/{claim['claim_id']}.json" for claim in home["claims"]]
    addresses += [f"/studies/{study['study_id']}.json" for study in listed["studies"]]
    addresses += [f"/articles/{study['main_pmid']}.json" for study in listed["studies"] if study["main_pmid"]]
    measured = await read(f"/{DATABASE}/measurements.json?_shape=array&_size=10")
    for row in measured:
        addresses += [f"/studies/{row['study_id']}.json"] if row["study_id"] else []
        addresses += [f"/articles/{row['record_id']}.json"] if row["record_id"] else []
    found = set()
    for address in (*PAGES, *addresses):
        page = "/" + re.split(r"[/.?]", address)[1]
        found |= {(page, path) for path in numbers(await read(address))}
    return found


@pytest.fixture(scope="module")
def seen(made_db, claims_db, evidence_db) -> list[Any]:
    return [application(path, METADATA) for path in (made_db, claims_db, evidence_db)]


async def test_every_number_of_the_pages_has_a_definition_and_every_definition_is_of_a_number(seen):
    found = set().union(*[await walked(site) for site in seen])
    assert sorted(f"{page} {path}" for page, path in found if meaning_of_number(page, path) is None) == []
    exact = {f"{page} {path}" for page, path in found}
    by_key = {re.split(r"[.\[\]]+", path.rstrip("[]"))[-1] for _, path in found}
    assert sorted(name for name in NUMBERS if name not in (exact if name.startswith("/") else by_key)) == []


async def test_a_number_that_is_a_column_is_described_there():
    tables = yaml.safe_load(METADATA.read_text(encoding="utf-8"))["databases"][DATABASE]["tables"]
    named = [words.removeprefix("column ").split(".") for words in NUMBERS.values() if words.startswith("column ")]
    assert [f"{table}.{column}" for table, column in named if not tables[table]["columns"].get(column)] == []
    assert len(named) > 20
