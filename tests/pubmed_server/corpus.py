"""What the stand-in PubMed holds: records in our own words that can change, be retracted, be deleted or merged."""

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

from helpers.records import JOURNAL_ARTICLE, RETRACTED, RETRACTION_NOTICE, pubmed_article, pubmed_book

AUTHOR, VOLUME, FIRST_PAGE = "Sample AB", "7", "11"
"""What `pubmed_article` writes into every record."""

Heading = tuple[str, str, bool]
"""Descriptor UI, name, major."""


@dataclass(frozen=True)
class Article:
    """A record of the corpus; title and abstract are XML. Dates are 'YYYY/MM/DD', as PubMed searches them."""

    pmid: int
    title: str = "A made-up study of ketamine"
    abstract: str = "Nobody took part in this made-up study."
    journal: str = "J Made Up Res"
    mesh: tuple[Heading, ...] = ()
    types: tuple[tuple[str, str], ...] = (JOURNAL_ARTICLE,)
    links: tuple[tuple[str, int], ...] = ()
    """CommentsCorrections: (RefType, PMID)."""
    status: str = "MEDLINE"
    pdat: str = "2020/01/01"
    edat: str = "2020/01/02"
    crdt: str = "2020/01/02"
    mdat: str = "2020/06/01"
    book: bool = False
    xml: bytes | None = None
    """The record as sent, if not to be made from the fields above."""

    @cached_property
    def record(self) -> bytes:
        """The record from its first tag to its last."""
        if self.xml is not None:
            return self.xml
        published, entered, revised = (day.replace("/", "-") for day in (self.pdat, self.edat, self.mdat))
        if self.book:
            return pubmed_book(
                self.pmid, book=self.journal, chapter=self.title, abstract=self.abstract,
                published=published, entered=entered,
            ).encode()  # fmt: skip
        return pubmed_article(
            self.pmid, title=self.title, abstract=self.abstract, journal=self.journal, mesh=self.mesh,
            publication_types=self.types, links=[(kind, pmid, self.journal) for kind, pmid in self.links],
            status=self.status, published=published, entered=entered, revised=revised,
        ).encode()  # fmt: skip


_WORD = re.compile(r"[^\W_]+")


def words(text: str) -> str:
    """Text as it is searched: lower case, one space around every word."""
    return f" {' '.join(_WORD.findall(text.lower()))} "


@dataclass(frozen=True)
class Indexed:
    """A record with the forms in which it is searched."""

    article: Article
    title: str = field(init=False)
    tiab: str = field(init=False)
    everything: str = field(init=False)

    def __post_init__(self) -> None:
        a = self.article
        abstract = a.abstract if a.xml is None else re.sub(r"<[^>]*>", " ", a.xml.decode())
        names = [a.journal, AUTHOR, *(name for _, name, _ in a.mesh), *(name for _, name in a.types)]
        object.__setattr__(self, "title", words(a.title))
        object.__setattr__(self, "tiab", words(f"{a.title} {abstract}"))
        object.__setattr__(self, "everything", f"{self.tiab}{words(' '.join(names))[1:]}")


class Corpus:
    """The records by PMID. Every change is seen by the next request."""

    def __init__(self, articles: Iterable[Article] = (), *, today: str = "2026/11/23") -> None:
        self.today = today
        """The day in US Eastern time, which is PubMed's."""
        self.unindexed: set[str] = set()
        """Phrases (lower case) that PubMed's index does not know: left out of a search, with a remark."""
        self.lost: set[int] = set()
        """PMIDs that the search index has lost: no search names them, and fetches still send them."""
        self.merged: dict[int, int] = {}
        self.records: dict[int, Indexed] = {}
        self.changes = 0
        self._lock = threading.Lock()
        self.add(*articles)

    def __getitem__(self, pmid: int) -> Article:
        return self.records[pmid].article

    def __contains__(self, pmid: int) -> bool:
        return pmid in self.records

    def __len__(self) -> int:
        return len(self.records)

    def add(self, *articles: Article) -> None:
        """Put records in, or in place of those with their PMIDs."""
        with self._lock:
            # A new dict, so that a request in another thread never sees half of a change.
            self.records = self.records | {article.pmid: Indexed(article) for article in articles}
            self.changes += 1

    def change(self, pmid: int, **fields: object) -> None:
        """Change fields of a record; it counts as revised today."""
        self.add(replace(self[pmid], **{"mdat": self.today, **fields}))  # type: ignore[arg-type]

    def retract(self, pmid: int, notice: int) -> None:
        """Retract a record: its type and link change, and the notice appears as a record of its own."""
        types, links = self[pmid].types, self[pmid].links
        self.change(pmid, types=(*types, RETRACTED), links=(*links, ("RetractionIn", notice)))
        self.add(
            Article(
                notice, title="Retraction of a made-up study of ketamine", abstract="",
                types=(RETRACTION_NOTICE,), links=(("RetractionOf", pmid),),
                pdat=self.today, edat=self.today, crdt=self.today, mdat=self.today,
            )
        )  # fmt: skip

    def delete(self, *pmids: int) -> None:
        """Take records away: searches do not find them and fetches leave them out without a word."""
        with self._lock:
            self.records = {pmid: record for pmid, record in self.records.items() if pmid not in pmids}
            self.changes += 1

    def merge(self, pmid: int, into: int) -> None:
        """Take a record away in favour of another. PubMed gives no pointer to the one that stays."""
        self.merged[pmid] = into
        self.delete(pmid)


def many(first: int, number: int, **fields: object) -> list[Article]:
    """Records with PMIDs in a row."""
    return [
        Article(pmid, title=f"Made-up study number {pmid - first + 1} of ketamine", **fields)  # type: ignore[arg-type]
        for pmid in range(first, first + number)
    ]
