"""How well a record's parts agree with a reference's: one level a part, and the differences in words.

The record is held against the whole text of the reference, not only against the parts that were read out of it:
however a style orders them, a record's title, names and numbers stand in a reference that means it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from db.citations.folding import COMMON_WORDS, folded, name_key, words
from db.citations.model import Difference, Reference, Work
from db.citations.works import first_page

_WORD_CUTOFF = 78
_NAME_CUTOFF = 82
_SCRAP = 4
"""Words that a piece of a title must have to stand for the whole."""
_LIGHT = 0.2
"""What a common word counts of a title, beside one for any other."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Level by part. A part that either side lacks is absent: it says nothing."""

    levels: dict[str, str]
    differs: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A reference prepared once for comparing with many records."""

    reference: Reference
    words: tuple[str, ...]
    content: tuple[str, ...]
    """The words that are not common ones."""
    joined: str
    """The folded text without spaces: finds words that lost or gained one."""
    title_words: tuple[str, ...]
    names: tuple[str, ...]
    numbers: frozenset[str]


def prepared(reference: Reference) -> Said:
    """Fold a reference."""
    text = tuple(words(reference.text))
    return Said(
        reference, text, tuple(word for word in text if word not in COMMON_WORDS), "".join(text),
        tuple(words(reference.title)),
        tuple(name_key(name) for name in reference.authors),
        frozenset(re.findall(r"[a-z]?\d+", reference.text.lower())),
    )  # fmt: skip


def compare(said: Said, work: Work) -> Comparison:
    """Levels and differences of one record."""
    differs: list[Difference] = []
    levels = {
        "title": _title(said, work),
        "first author": _first_author(said, work, differs),
        "other authors": _other_authors(said, work),
        "year": _year(said, work, differs),
        "journal": _journal(said, work, differs),
        **_places(said, work, differs),
        **_identifiers(said, work, differs),
    }
    return Comparison({part: level for part, level in levels.items() if level}, tuple(differs))


def _title(said: Said, work: Work) -> str:
    """same, close, piece (a beginning or a scrap of it), half, other; '' when the reference has no title."""
    return max(
        (_title_level(said, work, title) for title in (work.title, work.vernacular_title) if title),
        key=lambda level: _TITLE_LEVELS.index(level),
        default="",
    )


_NOTICE_WORDS = frozenset(
    str.split("erratum corrigendum correction corrections retraction retracted reply response comment commentary")
)
"""A paper about a paper has its title, and one of these words more."""
_TITLE_LEVELS = ("", "other", "half", "piece", "close", "same")


def _title_level(said: Said, work: Work, title: str) -> str:
    own = words(title)
    if not own:
        return ""
    there = _covered(own, said.words, said.joined)
    if there < 0.9:
        joined = "".join(own)
        if len(joined) <= len(said.joined):
            whole = fuzz.partial_ratio(joined, said.joined, score_cutoff=85) / 100
            there = max(there, whole)
    explained = {*own, *_name_words(work), *words(work.journal)}
    given = [word for word in said.title_words if not word.isdigit() and (word in own or word not in explained)]
    if (
        given
        and given[-1] == said.words[-1]
        and given[-1] not in own
        and any(word.startswith(given[-1]) for word in own)
    ):
        given.pop()  # cut off in the middle of a word
    content = [word for word in given if word not in COMMON_WORDS]
    if not content:  # no title could be read out of the reference
        if _NOTICE_WORDS & set(own) - set(said.words):
            return ""
        return "close" if there >= 0.9 and len(own) >= _SCRAP else ""
    back = _covered(given, own, "".join(own))
    both = min(there, back)
    if _NOTICE_WORDS & set(own) and not _NOTICE_WORDS & set(own) & set(said.words):
        return "half" if both >= 0.5 else "other"
    if both >= 0.93:
        return "same"
    if both >= 0.78:
        return "close"
    if (back >= 0.85 and len(content) >= _SCRAP) or (back >= 0.97 and len(content) == _SCRAP - 1):
        return "piece"
    return "half" if both >= 0.55 or (there >= 0.85 and len(own) >= _SCRAP) else "other"


def _covered(wanted: Sequence[str], there: Sequence[str], joined: str) -> float:
    """Which share of the words stands in the other text, exactly or nearly; common words count little."""
    have = set(there)
    long_ones = [word for word in have if len(word) > 3]
    total = found = 0.0
    for word in wanted:
        weight = _LIGHT if word in COMMON_WORDS else 1.0
        total += weight
        if word in have or (len(word) > 4 and word in joined):
            found += weight
        elif len(word) > 3 and (
            near := process.extractOne(word, long_ones, scorer=fuzz.ratio, score_cutoff=_WORD_CUTOFF)
        ):
            found += weight * near[1] / 100
    return found / total if total else 0.0


@lru_cache(maxsize=20_000)
def _keys_of(work: Work) -> tuple[str, ...]:
    return tuple(name_key(author.collective or author.last_name) for author in work.authors)


def _name_words(work: Work) -> set[str]:
    return {word for author in work.authors for word in words(author.collective or author.last_name)}


def _first_author(said: Said, work: Work, differs: list[Difference]) -> str:
    """same, close, elsewhere, coauthor, other; '' when one side names nobody."""
    own = _keys_of(work)
    if not own:
        return ""
    first = own[0]
    if said.names:
        if said.names[0] == first or (len(first) > 3 and first == said.names[0][-len(first) :]):
            return "same"
        if fuzz.ratio(said.names[0], first) >= _NAME_CUTOFF:
            return "close"
    if len(first) > 3 and (first in said.joined or (len(first) > 6 and fuzz.partial_ratio(first, said.joined) >= 88)):
        return "elsewhere"
    if not said.names:
        return ""
    if set(said.names) & set(own[1:]):
        return "coauthor"
    author = work.authors[0]
    differs.append(Difference("first author", said.reference.authors[0], author.collective or author.last_name))
    return "other"


def _other_authors(said: Said, work: Work) -> str:
    """same, some, other; '' unless both sides name several."""
    own = _keys_of(work)[1:]
    if not work.authors_complete or not own or len(said.names) < 2:
        return ""
    rest = said.names[1:]
    known = sum(
        process.extractOne(name, own, scorer=fuzz.ratio, score_cutoff=_NAME_CUTOFF) is not None for name in rest
    )
    share = known / len(rest)
    return "same" if share >= 0.6 else "some" if share >= 0.25 else "other"


def _year(said: Said, work: Work, differs: list[Difference]) -> str:
    """same, near (a year off), other."""
    if not (said.reference.year and work.year):
        return ""
    if said.reference.year == work.year:
        return "same"
    if str(work.year) in said.numbers:
        return "same"
    differs.append(Difference("year", str(said.reference.year), str(work.year)))
    return "near" if abs(said.reference.year - work.year) == 1 else "other"


def _journal(said: Said, work: Work, differs: list[Difference]) -> str:
    """same, other."""
    name = tuple(word for word in words(work.journal) if word not in COMMON_WORDS)
    if not name:
        return ""
    if _abbreviates(name, said.content) or _initials(name) in said.words:
        return "same"
    if not said.reference.journal:
        return ""
    given = tuple(word for word in words(said.reference.journal) if word not in COMMON_WORDS)
    if not given or _abbreviates(given, name) or _abbreviates(name, given):
        return "same" if given else ""
    if fuzz.ratio(" ".join(name), " ".join(given)) >= 75:
        return "same"
    differs.append(Difference("journal", said.reference.journal, work.journal))
    return "other"


def _abbreviates(name: Sequence[str], text: Sequence[str]) -> bool:
    """Whether the words of a journal's name, each whole or cut either way, follow one another in the text.

    Common words must be out of both.
    """
    first = name[0]
    for start in range(len(text) - len(name) + 1):
        if not (text[start].startswith(first) or first.startswith(text[start])):
            continue
        pairs = list(zip(name, text[start:], strict=False))
        if all(a.startswith(b) or b.startswith(a) for a, b in pairs) and sum(min(len(a), len(b)) for a, b in pairs) > 3:
            return True
    return False


def _initials(name: Sequence[str]) -> str:
    """'Br J Anaesth' → 'bja'; '' for names too short to be called by initials."""
    return "".join(word[0] for word in name) if len(name) > 2 else "-"


def _places(said: Said, work: Work, differs: list[Difference]) -> dict[str, str]:
    """Volume and first page: same, swapped (each in the other's place), elsewhere, other."""
    reference, volume, page = said.reference, work.volume.lower(), first_page(work.pages).lower()
    given_volume, given_page = reference.volume.lower(), reference.page.lower()
    levels = {}
    if volume and given_volume and page and given_volume == page and given_page == volume:
        differs.append(Difference("volume and page", f"{reference.volume}:{reference.page}", f"{work.volume}:{page}"))
        return {"volume": "swapped", "page": "swapped"}
    for part, given, own, printed in (
        ("volume", given_volume, volume, reference.volume), ("page", given_page, page, reference.page)
    ):  # fmt: skip
        if not (given and own):
            continue
        if given == own:
            levels[part] = "same"
        elif own in said.numbers and len(own) > 1:
            levels[part] = "elsewhere"
        else:
            levels[part] = "other"
            differs.append(Difference(part, printed, work.volume if part == "volume" else first_page(work.pages)))
    return levels


def _identifiers(said: Said, work: Work, differs: list[Difference]) -> dict[str, str]:
    """same, other: a reference's own DOI or PMID beside its words."""
    levels = {}
    for kind, own in (("PMID", str(work.pmid or "")), ("DOI", work.doi), ("PMC id", work.pmcid)):
        given = said.reference.identifiers.get(kind, "")
        if given and own:
            levels[kind] = "same" if given == own else "other"
            if given != own:
                differs.append(Difference(kind, given, own))
    return levels


def title_differs(reference: Reference, work: Work) -> Difference | None:
    """Both titles, when they are plainly not the same."""
    if reference.title and fuzz.token_set_ratio(folded(reference.title), folded(work.title)) < 75:
        return Difference("title", reference.title, work.title)
    return None
