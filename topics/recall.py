"""Which trials that published reviews include stand in the register: `recall.csv`, one row a trial of a review.

A register that nobody compared with what others found says nothing of what it lacks. The table is facts from pages that
were read; where only a part of a review's table could be read, only that part is compared, and `included` says so. What
was added because the review named it counts apart: it says nothing of what the register would have had.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from topics.base import DOI_PREFIX, MAX_PMID
from topics.errors import BadInputError
from topics.model import Topic
from topics.register import load_register
from topics.register_rows import Row, read_rows

COLUMNS = ("review_doi", "included", "trial", "pmid", "doi", "in_register", "why_not", "read_at")
_MOST = 10_000
"""Largest number of trials of a review."""


@dataclass(frozen=True, slots=True)
class KnownTrial:
    """A trial that a review includes."""

    review_doi: str
    included: int | None
    """How many trials the review says it includes; None where that was not read."""
    trial: str
    """As the review cites it: 'Popova 2019'."""
    pmid: int | None
    doi: str
    """Lower case; '' where it was not read."""
    in_register: str
    """'yes', 'no', or 'added': since, because this review names it."""
    why_not: str
    """Why the register does not have it; '' where it does."""
    read_at: str
    """Where the review's table was read, and where the trial's number."""
    line: int
    """Line of `recall.csv`."""


def load_recall(topic: Topic) -> list[KnownTrial]:
    """Read the topic's `recall.csv`, the trials of a review one after the other; none when the topic has no such file.

    Raises BadInputError naming file, line, column and what was expected: also where `in_register` differs from the
    register, a reason is missing or too many, or a review has a trial twice.
    """
    path = topic.folder / "recall.csv"
    if not path.exists():
        return []
    register = load_register(topic)
    held: set[object] = {study.pmid for study in register if study.pmid}
    held |= {study.doi for study in register if study.doi}
    first: dict[tuple[str, object], int] = {}
    trials = []
    for row in read_rows(path, COLUMNS, ()):
        trial = _trial(row, held)
        for name in filter(None, (trial.trial, trial.pmid, trial.doi)):
            line = first.setdefault((trial.review_doi, name), trial.line)
            if line != trial.line:
                raise BadInputError(
                    f"{path}, line {trial.line}: '{name}' stands on line {line} already; expected each trial of a"
                    " review once"
                )
        trials.append(trial)
    return sorted(trials, key=lambda trial: trial.review_doi)


def recall_lines(trials: list[KnownTrial]) -> Iterator[str]:
    """One sentence a review: how many of its trials that were read the register has."""
    for review, of_it in groupby(trials, key=lambda trial: trial.review_doi):
        read = list(of_it)
        included = next((trial.included for trial in read if trial.included), None)
        part = f" of {included}" if included and included != len(read) else ""
        found = Counter(trial.in_register for trial in read)
        yield (
            f"Known trials of {review}: {len(read)}{part} read, {found['yes']} were in the register,"
            f" {found['added']} added since, {found['no']} not in it"
        )


def _trial(row: Row, held: set[object]) -> KnownTrial:
    doi = rf"{DOI_PREFIX}/\S*[^\sA-Z]"
    row.required("review_doi")
    pmid = row.number("pmid", 1, MAX_PMID)
    trial = KnownTrial(
        review_doi=row.matching("review_doi", doi, "a DOI in lower case"),
        included=row.number("included", 1, _MOST),
        trial=row.required("trial"),
        pmid=pmid,
        doi=row.matching("doi", doi, "nothing or a DOI in lower case"),
        in_register=row.one_of("in_register", ("yes", "no", "added"), ""),
        why_not=row.cells["why_not"],
        read_at=row.required("read_at"),
        line=row.line,
    )
    row.required("in_register")
    is_held = bool({trial.pmid, trial.doi} & held)
    if is_held == (trial.in_register == "no"):
        raise row.wrong("in_register", f"{'yes or added' if is_held else 'no'}, by the register's PMIDs and DOIs")
    if is_held == bool(trial.why_not):
        raise row.wrong("why_not", "nothing" if is_held else "a reason, as the register does not have it")
    return trial
