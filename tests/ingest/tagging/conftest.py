"""A tagger over a small made-up vocabulary, and records in our own words."""

from collections.abc import Callable

import pytest

from ingest.tagging import Decision, Tagged, Tagger, decide
from records.record import Record
from topics import Term, Vocabulary

VOCABULARY = Vocabulary(
    interventions=[
        Term(value="ketamine", label="ketamine", terms=["ketamine", "s(+)-ketamine"], mesh=["D007649"]),
        Term(value="esketamine", label="esketamine", terms=["esketamine", "es-ketamine"], broader=["ketamine"]),
    ],
    conditions=[
        Term(value="depression", label="depression", terms=["depression", "depressed"], mesh=["D003866"]),
        Term(
            value="treatment_resistant_depression",
            label="treatment-resistant depression",
            terms=["treatment-resistant depression"],
            broader=["depression"],
        ),
        Term(value="pain", label="pain", terms=["pain"]),
    ],
)


@pytest.fixture(scope="session")
def tagger() -> Tagger:
    return Tagger(VOCABULARY)


@pytest.fixture(scope="session")
def tag(tagger: Tagger) -> Callable[[str, str], Tagged]:
    """Tag a record that is a title and an abstract."""
    return lambda title, abstract="": tagger.tag(Record(pmid=99000001, title=title, abstract=abstract))


@pytest.fixture(scope="session")
def decided(tag: Callable[[str, str], Tagged]) -> Callable[[str, str], Decision]:
    """The values that count for a title and an abstract."""
    return lambda title, abstract="": decide(tag(title, abstract).tags, has_abstract=bool(abstract))


@pytest.fixture(scope="session")
def guess(tag: Callable[[str, str], Tagged]) -> Callable[[str], int | None]:
    """The number of people that the methods of a trial state, however sure it is."""

    def of(methods: str) -> int | None:
        said = [one for one in tag("Ketamine for depression", f"METHODS: {methods}").tags if one.facet == "n_total"]
        return int(said[0].value) if said else None

    return of
