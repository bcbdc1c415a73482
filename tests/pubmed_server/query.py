"""PubMed's search language, as far as a topic's search uses it: read from left to right, every operator alike."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from .corpus import AUTHOR, Corpus, Indexed, words

_TOKEN = re.compile(r'"[^"]*"|[()]|\[[^\]]*\]|:|[^\s()\[\]":]+')
_STOP_WORDS = {"a", "an", "and", "by", "for", "in", "of", "or", "the", "to", "with"}
_DATES = {
    "pdat": "Date - Publication", "dp": "Date - Publication", "date - publication": "Date - Publication",
    "edat": "Date - Entry", "date - entry": "Date - Entry", "entry date": "Date - Entry",
    "crdt": "Date - Create", "date - create": "Date - Create", "create date": "Date - Create",
    "mdat": "Date - Modification", "lr": "Date - Modification", "date - modification": "Date - Modification",
}  # fmt: skip
_DATE_OF: dict[str, Callable[[Indexed], str]] = {
    "Date - Publication": lambda r: r.article.pdat,
    "Date - Entry": lambda r: r.article.edat,
    "Date - Create": lambda r: r.article.crdt,
    "Date - Modification": lambda r: r.article.mdat,
}
_FIELDS = {
    "all": "All Fields", "all fields": "All Fields", "tw": "Text Word", "text word": "Text Word",
    "tiab": "Title/Abstract", "title/abstract": "Title/Abstract", "ti": "Title", "title": "Title",
    "ab": "Title/Abstract", "ot": "All Fields", "nm": "Supplementary Concept",
    "supplementary concept": "Supplementary Concept", "rn": "All Fields", "au": "Author", "author": "Author",
    "ta": "Journal", "journal": "Journal", "mh": "MeSH Terms", "mesh": "MeSH Terms", "mesh terms": "MeSH Terms",
    "majr": "MeSH Terms", "mesh major topic": "MeSH Terms", "sh": "MeSH Subheading",
    "pt": "Publication Type", "publication type": "Publication Type", "sb": "Filter", "filter": "Filter",
    "subset": "Filter", "la": "Language", "language": "Language", "si": "All Fields",
    "uid": "UID", "pmid": "UID",
}  # fmt: skip
_TEXT: dict[str, Callable[[Indexed], str]] = {
    "All Fields": lambda r: r.everything,
    "Text Word": lambda r: r.everything,
    "Supplementary Concept": lambda r: r.everything,
    "MeSH Subheading": lambda r: words(" ".join(name for _, name, _ in r.article.mesh)),
    "Title/Abstract": lambda r: r.tiab,
    "Title": lambda r: r.title,
    "Author": lambda r: words(AUTHOR),
    "Journal": lambda r: words(r.article.journal),
}


@dataclass
class Found:
    """A search understood: the PMIDs, newest first, how it was read, and what was left out of it."""

    pmids: list[int] = field(default_factory=list)
    translation: str = ""
    field_not_found: list[str] = field(default_factory=list)
    phrase_not_found: list[str] = field(default_factory=list)
    quoted_not_found: list[str] = field(default_factory=list)


def search(corpus: Corpus, term: str) -> Found:
    """The records that match, most recently entered first."""
    query = _Query(corpus, _TOKEN.findall(term))
    matched = (query.expression() or set()) - corpus.lost
    found = query.found
    records = corpus.records
    found.pmids = sorted(matched, key=lambda pmid: (records[pmid].article.edat, pmid), reverse=True)
    found.translation = " ".join(query.read_as).replace("( ", "(").replace(" )", ")")
    if not found.pmids and len(query.read_as) == 1 and '"' not in term and not found.phrase_not_found:
        found.phrase_not_found.append(term)
    return found


class _Query:
    def __init__(self, corpus: Corpus, tokens: list[str]) -> None:
        self.corpus = corpus
        self.records = corpus.records
        self.tokens = tokens
        self.found = Found()
        self.read_as: list[str] = []

    def expression(self) -> set[int] | None:
        """None: every part of it was left out."""
        matched = self.operand()
        while self.tokens and self.tokens[0] != ")":
            operator = self.tokens.pop(0) if self.tokens[0] in ("AND", "OR", "NOT") else "AND"
            self.read_as.append(operator)
            other = self.operand()
            if other is None:
                continue
            if matched is None:
                matched = set(self.records) - other if operator == "NOT" else other
            elif operator == "AND":
                matched = matched & other
            elif operator == "OR":
                matched = matched | other
            else:
                matched = matched - other
        return matched

    def operand(self) -> set[int] | None:
        if not self.tokens or self.tokens[0] in ("AND", "OR", "NOT", ")"):
            return None
        if self.tokens[0] == "(":
            self.tokens.pop(0)
            self.read_as.append("(")
            inside = self.expression()
            if self.tokens:
                self.tokens.pop(0)
            self.read_as.append(")")
            self.tag()  # the tag of a group applies to nothing, and PubMed does not say so
            return inside
        text, tag = self.text(), self.tag()
        if self.tokens and self.tokens[0] == ":":
            self.tokens.pop(0)
            to, tag = self.text(), self.tag() or tag
            return self.range(text.strip('"'), to.strip('"'), tag)
        return self.term(text, tag)

    def text(self) -> str:
        if self.tokens and self.tokens[0].startswith('"'):
            return self.tokens.pop(0)
        run: list[str] = []
        while (
            self.tokens and self.tokens[0] not in ("AND", "OR", "NOT", "(", ")", ":") and self.tokens[0][0] not in '"['
        ):
            run.append(self.tokens.pop(0))
        return " ".join(run)

    def tag(self) -> str:
        return self.tokens.pop(0)[1:-1].strip() if self.tokens and self.tokens[0].startswith("[") else ""

    def range(self, low: str, high: str, tag: str) -> set[int]:
        name = _DATES.get(tag.lower())
        if name:
            self.read_as.append(f"{low}:{high}[{name}]")
            of, first, last = _DATE_OF[name], _day(low, "01"), _day(high, "31")
            return {pmid for pmid, record in self.records.items() if first <= of(record) <= last}
        if _FIELDS.get(tag.lower()) != "UID" or not low.isdigit() or not high.isdigit():
            self.found.field_not_found.append(tag)
            return set()
        self.read_as.append(f"{int(low):08d}:{int(high):08d}[UID]")
        return {pmid for pmid in self.records if int(low) <= pmid <= int(high)}

    def term(self, text: str, tag: str) -> set[int] | None:
        bare = text.strip('"').lower()
        if bare in _STOP_WORDS:
            self.found.phrase_not_found.append(bare)
            return set()
        if bare in self.corpus.unindexed:
            (self.found.quoted_not_found if text.startswith('"') else self.found.phrase_not_found).append(text)
            return None
        base = tag.lower().partition(":")[0]
        if tag and base in _DATES:
            return self.range(bare, bare, base)
        if tag and base not in _FIELDS:
            self.found.field_not_found.append(tag)
        name = _FIELDS.get(base, "All Fields")
        self.read_as.append(f"{text}[{name}]")
        if "&amp;" in bare or not bare:
            return set()
        matches = _matcher(name, bare, text.startswith('"'))
        return {pmid for pmid, record in self.records.items() if matches(record)}


def _matcher(name: str, bare: str, quoted: bool) -> Callable[[Indexed], bool]:
    if name == "UID":
        return lambda r: bare == str(r.article.pmid)
    if name == "MeSH Terms":
        heading = bare.partition("/")[0]
        return lambda r: heading in (name.lower() for _, name, _ in r.article.mesh)
    if name == "Publication Type":
        return lambda r: bare in (own.lower() for _, own in r.article.types)
    if name == "Filter":
        return lambda r: (
            bare == "all"
            or (bare == "pubmed books" and r.article.book)
            or (bare == "medline" and r.article.status == "MEDLINE")
        )
    if name == "Language":
        return lambda r: bare in ("eng", "english")
    text = _TEXT[name]
    parts = [words(part)[: -1 if part.endswith("*") else None] for part in ([bare] if quoted else bare.split())]
    return lambda r: all(part in text(r) for part in parts)


def _day(date: str, last: str) -> str:
    year, month, day = [*date.split("/"), "", ""][:3]
    return f"{year}/{(month or {'01': '01', '31': '12'}[last]).zfill(2)}/{(day or last).zfill(2)}"
