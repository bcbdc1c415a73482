"""References that we do not hold, asked of PubMed: its citation matcher first, then a search.

Both can miss, and a miss is never a PMID. The matcher answers one line a citation: journal, year, volume, page,
author, key, and last the PMID, 'NOT_FOUND', 'NOT_FOUND;INVALID_JOURNAL', or 'AMBIGUOUS …'. It leaves lines out, and
stops at some: so answers are found by their key, and a line without an answer is a miss.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from db.citations.folding import COMMON_WORDS, repaired, words
from db.citations.model import Answer, Match, Reference, Work

_PMID = re.compile(r"[1-9]\d{0,7}")
_AT_ONCE = 50
_MOST_CANDIDATES = 5


class Found(Protocol):
    """A search's answer: PMIDs, and the terms that PubMed left out of the search."""

    @property
    def ids(self) -> tuple[int, ...]:
        """The PMIDs, in PubMed's order."""

    @property
    def dropped(self) -> tuple[str, ...]:
        """The terms left out, as 'FieldNotFound: foo'."""


class AskPubMed(Protocol):
    """How PubMed is asked (`ingest` has it; `db` does not import it)."""

    def ecitmatch(self, lines: Sequence[str]) -> str:
        """Answer of the citation matcher to lines of `journal|year|volume|page|author|key|`."""

    def esearch(self, term: str, *, retmax: int) -> Found:
        """PMIDs of a search."""


def ask_for_missing(
    references: Sequence[Reference], answers: Sequence[Answer], pubmed: AskPubMed,
    held: Callable[[list[int]], list[Work]],
) -> list[Answer]:  # fmt: skip
    """The answers, with those not found asked of PubMed. `held` reads records that we have after all.

    Raises:
        PubMedError: PubMed cannot be asked.
    """
    missing = [place for place, answer in enumerate(answers) if answer.outcome == "not_found"]
    matched = _match({f"r{place}": references[place] for place in missing}, pubmed)
    result = list(answers)
    for place in missing:
        reference = references[place]
        pmids = matched.get(f"r{place}") or _search(reference, pubmed)
        known = {work.pmid: work for work in held(pmids)}
        works = [known.get(pmid) or _unheld(pmid, reference) for pmid in pmids]
        outcome = "not_found" if not works else "probable" if len(works) == 1 else "several"
        result[place] = replace(
            answers[place], outcome=outcome, found_by="PubMed" if works else answers[place].found_by,
            matches=tuple(Match(work, 0.0) for work in works), asked_pubmed=True,
            note="found in PubMed, not held here" if works and not known else "",
        )  # fmt: skip
    return result


def _unheld(pmid: int, reference: Reference) -> Work:
    """A record that PubMed names and we do not have: only its PMID is known, so only that is said."""
    return Work(f"pmid:{pmid}", pmid, "", source="PubMed")


def matcher_line(reference: Reference, key: str) -> str:
    """`journal|year|volume|page|author|key|`; '' when there is too little to match (two of its parts)."""
    author = re.sub(r"[|\r\n]", " ", reference.authors[0]) if reference.authors else ""
    parts = (reference.journal, str(reference.year or ""), reference.volume, reference.page, author)
    if sum(bool(part) for part in parts) < 3:
        return ""
    return "|".join([*(" ".join(part.replace("|", " ").split()) for part in parts), key, ""])


def _match(references: Mapping[str, Reference], pubmed: AskPubMed) -> dict[str, list[int]]:
    lines = [line for key, reference in references.items() if (line := matcher_line(reference, key))]
    found: dict[str, list[int]] = {}
    for start in range(0, len(lines), _AT_ONCE):
        found |= read_matches(pubmed.ecitmatch(lines[start : start + _AT_ONCE]))
    return found


def read_matches(answer: str) -> dict[str, list[int]]:
    """PMIDs by key. Misses are not in it; an ambiguous citation has the PMIDs that are named, if any are.

    The key is the field before the last: misses drop other fields, so it cannot be found by counting from the left.
    """
    found: dict[str, list[int]] = {}
    for line in re.split(r"[\r\n]+", answer):
        parts = [part.strip() for part in line.split("|")]
        while parts and not parts[-1]:
            parts.pop()
        if len(parts) < 2:
            continue
        key, said = parts[-2], parts[-1]
        if _PMID.fullmatch(said):
            found[key] = [int(said)]
        elif said.startswith("AMBIGUOUS") and "citations" not in said:
            named = re.split(r"[,\s]+", said.removeprefix("AMBIGUOUS"))
            if pmids := [int(pmid) for pmid in named if _PMID.fullmatch(pmid)]:
                found[key] = pmids[:_MOST_CANDIDATES]
    return found


def search_terms(reference: Reference) -> list[str]:
    """Searches to try in turn, most telling first: an identifier, then the title's words with author and year."""
    terms = []
    if pmid := reference.identifiers.get("PMID"):
        terms.append(f"{pmid}[uid]")
    if doi := reference.identifiers.get("DOI"):
        terms.append(f'"{doi}"[aid]')
    if registration := reference.identifiers.get("trial registration"):
        terms.append(f'"{registration}"[si]')
    title = [word for word in words(repaired(reference.title)) if word not in COMMON_WORDS and len(word) > 2][:12]
    if len(title) >= 3:
        parts = [f"{word}[ti]" for word in title]
        if reference.authors:
            parts.append(f"{' '.join(words(reference.authors[0]))}[au]")
        if reference.year:
            parts.append(f"{reference.year - 1}:{reference.year + 1}[dp]")
        terms.append(" AND ".join(parts))
    return terms


def _search(reference: Reference, pubmed: AskPubMed) -> list[int]:
    """PMIDs of the first search that finds few. One that PubMed did not take whole asks another question: a miss."""
    for term in search_terms(reference):
        answer = pubmed.esearch(term, retmax=_MOST_CANDIDATES + 1)
        if answer.ids and not answer.dropped and len(answer.ids) <= _MOST_CANDIDATES:
            return list(answer.ids)
    return []
