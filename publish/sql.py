"""SQL functions added to every connection that Datasette opens.

`evidence_match(q)` turns what a reader typed into a full-text query (FTS5) that cannot fail: all words must occur,
"quoted words" stand in that order, `word*` is a beginning, and words with two spellings or names match both ways.
"""

import re
import sqlite3
from itertools import chain

_PART = re.compile(r'"([^"]*)"|([^\s"]+)')
_WORD = re.compile(r"\w+")
NOTHING = '""'
"""A phrase without words: FTS5 accepts it and finds nothing."""

LONGEST = 1_000
"""Characters of what was typed that are read: far more than any search has words."""

SPELLINGS: tuple[tuple[str, str], ...] = (
    # British and American English, as they stand within words
    ("anaesth", "anesth"), ("behaviour", "behavior"), ("centre", "center"), ("colour", "color"),
    ("diarrhoea", "diarrhea"), ("faec", "fec"), ("foet", "fet"), ("haem", "hem"), ("labour", "labor"),
    ("lyse", "lyze"), ("oedem", "edem"), ("oesoph", "esoph"), ("orthopaed", "orthoped"), ("paediatr", "pediatr"),
    ("tumour", "tumor"),
)  # fmt: skip
_ISE = re.compile(r"(?<=\w{4})i([sz])(?=(?:e|ed|es|er|ers|ing|ation|ations|ational)\b)")
_ISE_CUT = re.compile(r"(?<=\w{4})i([sz])(?=$)")
"""randomised, hospitalization, minimise …: Oxford spelling takes z, the others s. The second is for randomis*."""

NAMES: tuple[frozenset[str], ...] = (
    # words that mean the same where this topic's records use them
    frozenset({"esketamine", "s ketamine"}),
    frozenset({"arketamine", "r ketamine"}),
    frozenset({"iv", "intravenous"}),
    frozenset({"im", "intramuscular"}),
    frozenset({"sc", "subcutaneous"}),
    frozenset({"intranasal", "nasal"}),
    frozenset({"trd", "treatment resistant depression"}),
    frozenset({"mdd", "major depressive disorder"}),
    frozenset({"ptsd", "posttraumatic stress disorder", "post traumatic stress disorder"}),
    frozenset({"rct", "randomized controlled trial", "randomised controlled trial"}),
    frozenset({"ect", "electroconvulsive therapy"}),
)
_OTHER_NAMES = {name: names for names in NAMES for name in names}
_LETTERS_THEN_DIGITS = re.compile(r"([a-z]+) ?(\d+[a-z]?)")
"""IL-6 and IL6, COX-2 and COX2: with the hyphen they are two words to the index, without it one."""


def register(connection: sqlite3.Connection) -> None:
    """Add our functions to a connection."""
    connection.create_function("evidence_match", 1, evidence_match, deterministic=True)


def evidence_match(typed: object) -> str:
    """An FTS5 query for what a reader typed; one that finds nothing where there is no word in it.

    Only the first `LONGEST` characters count: SQLite cannot be interrupted while it waits for this function.
    """
    words = str(typed or "")[:LONGEST]
    groups = dict.fromkeys(_alternatives(phrase, is_beginning) for phrase, is_beginning in _phrases(words))
    # AND is written out: FTS5 has no implicit AND beside parentheses
    return " AND ".join(groups) or NOTHING


def _phrases(typed: str) -> list[tuple[str, bool]]:
    """(words as the index splits them, whether the last one is only a beginning) of every word and quoted phrase."""
    found = []
    for quoted, plain in _PART.findall(typed.lower()):
        words = _WORD.findall((quoted or plain).replace("_", " "))
        if words:
            found.append((" ".join(words), plain.endswith("*")))
    return found


def _alternatives(phrase: str, is_beginning: bool) -> str:
    """The phrase as FTS5 takes it, with its other spellings and names in parentheses."""
    spelled = dict.fromkeys([phrase, *_spellings(phrase, _ISE_CUT if is_beginning else _ISE)])
    if is_beginning:
        every = [f'"{form}"*' for form in spelled]
    else:
        named = chain.from_iterable(sorted(_OTHER_NAMES.get(form, ())) for form in spelled)
        every = [f'"{form}"' for form in dict.fromkeys([*spelled, *named])]
    return every[0] if len(every) == 1 else f"({' OR '.join(every)})"


def _spellings(phrase: str, ise: re.Pattern[str]) -> list[str]:
    forms = [ise.sub(lambda letter: "iz" if letter[1] == "s" else "is", phrase)]
    for british, american in SPELLINGS:
        if british in phrase:
            forms.append(phrase.replace(british, american))
        elif american in phrase:
            forms.append(phrase.replace(american, british))
    if match := _LETTERS_THEN_DIGITS.fullmatch(phrase):
        forms += [f"{match[1]} {match[2]}", f"{match[1]}{match[2]}"]
    return forms
