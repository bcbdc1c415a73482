"""The test set: a database with the facts of the register among made-up records, and references to them.

What the register does not hold (volume, pages, further authors, some journals and years) is invented, the same in
every run. 200 of its studies are withheld from the database: references to them must not be found.
"""

import hashlib
import random
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench.damage import KINDS, Facts
from db.citations.works import full_pages, load_works, surname_and_initials
from db.evidence.full_text import FullTextAside, finish_evidence
from db.evidence.schema import TABLES, create_evidence
from db.evidence.write import packed
from db.sqlite import open_database
from topics import RegisterStudy, load_register, load_topic

REFERENCES = 500
WITHHELD = 200
_JOURNALS = (
    ("Biol Psychiatry", "Biological Psychiatry"), ("J Affect Disord", "Journal of Affective Disorders"),
    ("Am J Psychiatry", "American Journal of Psychiatry"), ("Br J Anaesth", "British Journal of Anaesthesia"),
    ("J Clin Psychiatry", "Journal of Clinical Psychiatry"), ("Psychiatry Res", "Psychiatry Research"),
    ("Neuropsychopharmacology", "Neuropsychopharmacology"), ("CNS Drugs", "CNS Drugs"),
    ("Int J Neuropsychopharmacol", "International Journal of Neuropsychopharmacology"),
    ("J Psychopharmacol", "Journal of Psychopharmacology"), ("JAMA Psychiatry", "JAMA Psychiatry"),
    ("Anesth Analg", "Anesthesia and Analgesia"), ("Eur Neuropsychopharmacol", "European Neuropsychopharmacology"),
    ("Indian J Psychol Med", "Indian Journal of Psychological Medicine"),
    ("Front Psychiatry", "Frontiers in Psychiatry"),
    ("Acta Psychiatr Scand", "Acta Psychiatrica Scandinavica"), ("J Pain Res", "Journal of Pain Research"),
    ("Drug Test Anal", "Drug Testing and Analysis"), ("Depress Anxiety", "Depression and Anxiety"),
)  # fmt: skip
_FULL = dict(_JOURNALS)
_SYLLABLES = str.split(
    "ba be bi bo bra bre da de di do dra el en er fa fe fi gra ga ge ha he hol in ja ka ke ki kla ko kra la le li lo "
    "ma me mi mo na ne ni no ol or pa pe pi pra ra re ri ro sa se si so sta ta te ti to tra ul va ve vi vo wa we wi za"
)
_ENDINGS = (
    "son",
    "sen",
    "mann",
    "berg",
    "ez",
    "ini",
    "ova",
    "sky",
    "er",
    "ski",
    "eau",
    "ström",
    "müller",
    "grøn",
    "é",
    "",
)


@dataclass(frozen=True)
class Sample:
    """One damaged reference. `key` is the record it means; '' when that record is not in the database."""

    text: str
    kind: str
    key: str
    kept_back: bool
    """Not looked at while weights and thresholds were set."""


def _rng(*parts: object) -> random.Random:
    digest = hashlib.sha256("|".join(map(str, parts)).encode()).digest()
    return random.Random(int.from_bytes(digest[:8], "big"))  # noqa: S311  (a test set, no secret)


def _surname(rng: random.Random) -> str:
    name = "".join(rng.choice(_SYLLABLES) for _ in range(rng.choice((2, 2, 3)))) + rng.choice(_ENDINGS)
    return name.capitalize()


def _letters(rng: random.Random) -> str:
    return "".join(rng.choice("ABCDEFGHJKLMNPRSTW") for _ in range(rng.choice((1, 2))))


def _authors(rng: random.Random, first: str) -> tuple[tuple[str, str], ...]:
    last, letters = surname_and_initials(first)
    known = [(last, letters or "A")] if first else []
    return (*known, *((_surname(rng), _letters(rng)) for _ in range(rng.randrange(2, 7))))


def facts_of(entry: RegisterStudy) -> Facts:
    """The register's facts of a study, completed."""
    rng = _rng("facts", entry.key)
    journal = entry.journal or rng.choice(_JOURNALS)[0]
    first = rng.randrange(1, 1900)
    return Facts(
        key=entry.key, authors=_authors(rng, entry.first_author), title=entry.title.rstrip(". "), journal=journal,
        journal_title=_FULL.get(journal, journal), year=entry.year or rng.randrange(2008, 2026),
        volume=str(rng.randrange(3, 260)), issue=str(rng.randrange(1, 13)), first=first,
        last=first + rng.randrange(3, 15),
    )  # fmt: skip


def register_facts() -> tuple[list[Facts], list[Facts]]:
    """(facts in the database, facts withheld from it), by a fixed order. One study a title: preprints double some."""
    by_title = {}
    for entry in load_register(load_topic("ketamine-routes")):
        if entry.title and entry.title_basis != "descriptive":
            by_title.setdefault(re.sub(r"\W+", " ", entry.title.lower()).strip(), entry)
    ordered = sorted(by_title.values(), key=lambda entry: hashlib.sha256(entry.key.encode()).hexdigest())
    every = [facts_of(entry) for entry in ordered if entry.pmid]
    return every[WITHHELD:], every[:WITHHELD]


def samples(present: Sequence[Facts], withheld: Sequence[Facts]) -> list[Sample]:
    """500 references to records in the database and 200 to others: each kind of damage as often as the next."""
    names = list(KINDS)
    made = []
    for number in range(REFERENCES):
        kind, facts = names[number % len(names)], present[(number * 7) % len(present)]
        made.append(_sample(facts, kind, facts.key, number))
    made += [_sample(facts, names[number % len(names)], "", number) for number, facts in enumerate(withheld)]
    return made


def _sample(facts: Facts, kind: str, key: str, number: int) -> Sample:
    kept_back = (number // len(KINDS)) % 3 == 2
    text = KINDS[kind](facts, _rng("damage", kind, facts.key, *(["kept back"] if kept_back else [])))
    return Sample(text, kind, key, kept_back)


def _made_up(present: Sequence[Facts], count: int) -> Iterator[Facts]:
    """Records on the same topic: titles in the words and turns of real ones, with made-up words among them."""
    follows: dict[tuple[str, str], list[str]] = defaultdict(list)
    for facts in present:
        tokens = ["", "", *facts.title.split(), ""]
        for a, b, c in zip(tokens, tokens[1:], tokens[2:], strict=False):
            follows[a, b].append(c)
    rng = _rng("made up")
    pool = ["".join(rng.choice(_SYLLABLES) for _ in range(rng.choice((2, 3, 4)))) for _ in range(20_000)]
    surnames = [_surname(rng) for _ in range(15_000)]
    known = {facts.title.lower() for facts in present}
    for number in range(count):
        title: list[str] = []
        pair = ("", "")
        while len(title) < 24 and (word := rng.choice(follows[pair])):
            title.append(word)
            pair = (pair[1], word)
        for _ in range(rng.randrange(2, 7)):
            title[rng.randrange(len(title))] = pool[min(int(rng.expovariate(1 / 3000)), len(pool) - 1)]
        if " ".join(title).lower() in known:
            title.append(rng.choice(pool))
        first = rng.randrange(1, 1900)
        journal, full = rng.choice(_JOURNALS)
        yield Facts(
            f"pmid:{60_000_000 + number}",
            tuple((rng.choice(surnames), _letters(rng)) for _ in range(rng.randrange(1, 8))), " ".join(title), journal,
            full, rng.randrange(1990, 2027), str(rng.randrange(3, 260)), str(rng.randrange(1, 13)), first, first + 7,
        )  # fmt: skip


def facts_in(connection: sqlite3.Connection) -> list[Facts]:
    """Facts of the records of a database that have authors, volume and pages; at most 500, spread over it."""
    pmids = [
        row[0]
        for row in connection.execute(
            "SELECT pmid FROM articles WHERE volume > '' AND pages GLOB '[0-9]*' AND year > 0 ORDER BY pmid"
        )
    ]
    found = []
    for work in load_works(connection, pmids[:: max(1, len(pmids) // REFERENCES)]):
        first, _, last = full_pages(work.pages).partition("-")
        people = tuple((a.last_name, a.initials or "A") for a in work.authors if a.last_name)
        if people and first.isdigit() and work.year:
            found.append(
                Facts(
                    work.key,
                    people,
                    work.title.rstrip(". "),
                    work.journal,
                    work.journal,
                    work.year,
                    work.volume,
                    work.issue or "1",
                    int(first),
                    int(last) if last.isdigit() else int(first) + 1,
                )
            )
    return found[:REFERENCES]


def write_database(path: Path, present: Sequence[Facts], records: int, *, sparse: bool = False) -> None:
    """A database of `records` records with the facts among them.

    With `sparse` the register's studies have what the register has, as in a database before the first pull.
    """
    entries = {entry.key: entry for entry in load_register(load_topic("ketamine-routes"))}
    rng = _rng("abstracts")
    words = sorted({word for facts in present for word in facts.title.split()})
    database = open_database(path)
    database.execute("PRAGMA journal_mode = OFF")
    create_evidence(database)
    articles, authors = [], []
    for facts in [*present, *_made_up(present, max(0, records - len(present)))]:
        pmid = int(facts.key.removeprefix("pmid:"))
        row = {
            "record_id": pmid, "record_key": f"pubmed:{pmid}", "record_source": "pubmed",
            "title": f"{facts.title}.", "journal": facts.journal, "year": facts.year,
            "first_author": " ".join(facts.authors[0]), "volume": facts.volume, "issue": facts.issue,
            "pages": f"{facts.first}-{facts.last}", "abstract": " ".join(rng.choices(words, k=150)),
            "source": "pubmed", "retracted": 0, "is_primary": 1, "on_topic": 1, "published": str(facts.year),
        }  # fmt: skip
        if sparse and facts.key in entries:
            entry = entries[facts.key]
            row |= {
                "journal": entry.journal or None, "year": entry.year, "first_author": entry.first_author or None,
                "volume": None, "issue": None, "pages": None, "source": "register", "abstract": None,
            }  # fmt: skip
        else:
            authors += [
                {"record_id": pmid, "position": place, "last_name": last, "initials": letters, "valid": 1}
                for place, (last, letters) in enumerate(facts.authors, start=1)
            ]
        articles.append(row)
    database.table("articles").insert_all(articles)
    database.table("authors").insert_all(authors)
    database.conn.execute("INSERT INTO build VALUES ('fingerprint', ?)", (f"test set of {records}, sparse {sparse}",))
    database.conn.commit()
    texts = database.conn.execute(f"SELECT {', '.join(TABLES['articles'].stored)} FROM articles").fetchall()  # noqa: S608
    with closing(FullTextAside(path.with_name("words.db"))) as full_text:
        full_text.begin()
        full_text.add(packed({"articles": texts}))
        full_text.make()
        finish_evidence(database, full_text)
    database.close()
