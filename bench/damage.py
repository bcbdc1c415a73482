"""Twelve ways in which references get damaged, each made from a record's facts. The same seed gives the same damage."""

import random
import re
import textwrap
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Facts:
    """What is printed of a paper."""

    key: str
    authors: tuple[tuple[str, str], ...]
    """(surname, initials)"""
    title: str
    journal: str
    journal_title: str
    year: int
    volume: str
    issue: str
    first: int
    last: int


def vancouver(f: Facts) -> str:
    """Smith AB, Jones C. Title. J Abbr. 2014;7(2):11-9."""
    shown = ", ".join(f"{last} {initials}" for last, initials in f.authors[:6])
    more = ", et al" if len(f.authors) > 6 else ""
    return f"{shown}{more}. {_ended(f.title)} {f.journal}. {f.year};{f.volume}({f.issue}):{f.first}-{_cut(f)}."


def apa(f: Facts) -> str:
    """Smith, A. B., & Jones, C. (2014). Title. Journal, 7(2), 11–19."""
    names = [f"{last}, {_dotted(initials, ' ')}" for last, initials in f.authors[:19]]
    shown = ", ".join(names[:-1]) + f", & {names[-1]}" if len(names) > 1 else names[0]
    return f"{shown} ({f.year}). {_ended(f.title)} {f.journal_title}, {f.volume}({f.issue}), {f.first}–{f.last}."


def harvard(f: Facts) -> str:
    """Smith, A.B. and Jones, C., 2014. Title. Journal, 7(2), pp.11-19."""
    names = [f"{last}, {_dotted(initials, '')}" for last, initials in f.authors[:4]]
    shown = " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
    return (
        f"{shown} ({f.year}) '{f.title.rstrip('.')}', {f.journal_title}, {f.volume}({f.issue}), pp.{f.first}-{f.last}."
    )


def ieee(f: Facts) -> str:
    """A. B. Smith and C. Jones, “Title,” J. Abbr., vol. 7, no. 2, pp. 11–19, 2014."""
    names = [f"{_dotted(initials, ' ')} {last}" for last, initials in f.authors[:3]]
    shown = names[0] + " et al." if len(f.authors) > 3 else " and ".join(names)
    journal = " ".join(word + "." if len(word) < 7 else word for word in f.journal.split())
    numbers = f"vol. {f.volume}, no. {f.issue}, pp. {f.first}–{f.last}, {f.year}."
    return f"{shown}, “{f.title.rstrip('.')},” {journal}, {numbers}"


def nature(f: Facts) -> str:
    """Smith, A. B. et al. Title. J. Abbr. 7, 11–19 (2014)."""
    last, initials = f.authors[0]
    where = f"{f.journal} {f.volume}, {f.first}–{f.last} ({f.year})."
    return f"{last}, {_dotted(initials, ' ')} et al. {_ended(f.title)} {where}"


def mla(f: Facts) -> str:
    """Smith, A. B., et al. “Title.” Journal, vol. 7, no. 2, 2014, pp. 11-19."""
    last, initials = f.authors[0]
    return (
        f"{last}, {_dotted(initials, ' ')}, et al. “{_ended(f.title)}” {f.journal_title}, vol. {f.volume}, "
        f"no. {f.issue}, {f.year}, pp. {f.first}-{f.last}."
    )


STYLES = (apa, harvard, ieee, nature, mla)


def _dotted(initials: str, between: str) -> str:
    return between.join(f"{letter}." for letter in initials)


def _ended(title: str) -> str:
    return title if title[-1:] in ".?!" else f"{title}."


def _cut(f: Facts) -> str:
    first, last = str(f.first), str(f.last)
    same = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), 0)
    return last[same:] if len(first) == len(last) else last


def typos(f: Facts, rng: random.Random) -> str:
    """A letter wrong, lost, doubled or exchanged in every 25 or so."""
    letters = list(vancouver(f))
    for place in range(len(letters) - 1):
        if letters[place].isalpha() and rng.random() < 0.04:
            kind = rng.randrange(4)
            if kind == 0:
                letters[place] = rng.choice("abcdefghijklmnopqrstuvwxyz")
            elif kind == 1:
                letters[place] = ""
            elif kind == 2:
                letters[place] *= 2
            else:
                letters[place], letters[place + 1] = letters[place + 1], letters[place]
    return "".join(letters)


def missing_parts(f: Facts, rng: random.Random) -> str:
    """Two or three of authors, title, journal, year, numbers left out; never both names and title."""
    parts = {
        "authors": f"{f.authors[0][0]} {f.authors[0][1]} et al.", "title": _ended(f.title), "journal": f"{f.journal}.",
        "year": f"{f.year};", "numbers": f"{f.volume}:{f.first}-{_cut(f)}.",
    }  # fmt: skip
    kept = rng.choice((
        ("authors", "title"), ("title", "year"), ("title", "journal", "year"),
        ("authors", "year", "journal", "numbers"),
        ("authors", "title", "numbers"), ("title", "numbers"), ("authors", "journal", "year"), ("title", "journal"),
    ))  # fmt: skip
    return " ".join(parts[name] for name in parts if name in kept)


def swapped_fields(f: Facts, rng: random.Random) -> str:
    """Volume and page, first and second author, or journal and title change places."""
    kind = rng.randrange(3)
    if kind == 0:
        return f"{vancouver(f).rsplit(';', 1)[0]};{f.first}:{f.volume}."
    if kind == 1 and len(f.authors) > 1:
        return vancouver(replace(f, authors=(f.authors[1], f.authors[0], *f.authors[2:])))
    names = ", ".join(f"{last} {initials}" for last, initials in f.authors[:6])
    return f"{names}. {f.journal}. {_ended(f.title)} {f.year};{f.volume}({f.issue}):{f.first}-{_cut(f)}."


_SHORT = (
    (r"randomi[sz]ed,? (?:placebo-)?controlled (?:clinical )?trial", "RCT"), (r"major depressive disorder", "MDD"),
    (r"treatment[- ]resistant depression", "TRD"), (r"intravenous", "IV"), (r"intramuscular", "IM"), (r"versus", "vs"),
    (r"intranasal", "IN"), (r"systematic review", "SR"), (r"electroconvulsive therapy", "ECT"), (r"patients", "pts"),
    (r"depression", "depr."), (r"treatment", "treatm."), (r"controlled", "contr."),
)  # fmt: skip


def abbreviations(f: Facts, rng: random.Random) -> str:
    """Two abbreviated terms in the title, and the journal by initials, in full or with points."""
    title = f.title
    shorts = [pair for pair in _SHORT if re.search(pair[0], title, re.IGNORECASE)]
    for pattern, short in rng.sample(shorts, min(2, len(shorts))):
        title = re.sub(pattern, short, title, flags=re.IGNORECASE)
    initials = "".join(word[0] for word in f.journal.split())
    points = " ".join(word + "." for word in f.journal.split())
    journal = rng.choice([f.journal_title, points, initials if len(initials) > 2 else points])
    return vancouver(replace(f, title=title, journal=journal))


def initials(f: Facts, rng: random.Random) -> str:
    """Initials left out, before the surname, one instead of two; or only the first author."""
    kind = rng.randrange(4)
    names = {
        0: ", ".join(last for last, _ in f.authors[:6]),
        1: ", ".join(f"{_dotted(letters, '')} {last}" for last, letters in f.authors[:6]),
        2: ", ".join(f"{last} {letters[:1]}" for last, letters in f.authors[:6]),
        3: f"{f.authors[0][0]} et al",
    }[kind]
    return names + ". " + vancouver(f).split(". ", 1)[1]


def diacritics(f: Facts, rng: random.Random) -> str:
    """Accents lost, written out as in German, or read in the wrong encoding."""
    text = vancouver(f)
    kind = rng.randrange(3)
    if kind == 0:
        return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    if kind == 1:
        return text.translate(str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa"}))
    return text.encode("utf-8").decode("latin-1")


def wrong_number(f: Facts, rng: random.Random) -> str:
    """The year one or two off, or another page."""
    if rng.random() < 0.5:
        return vancouver(replace(f, year=f.year + rng.choice((-2, -1, 1, 2))))
    first = f.first + rng.choice((-90, -10, 9, 10, 100, 1))
    return vancouver(replace(f, first=max(1, first), last=max(1, first) + f.last - f.first))


def truncated(f: Facts, rng: random.Random) -> str:
    """The end missing from somewhere in the title on, or the beginning up to there."""
    text = vancouver(f)
    names = len(text.split(". ", 1)[0]) + 2
    if rng.random() < 0.6:
        return text[: names + int(len(f.title) * rng.uniform(0.45, 0.9))]
    return text[names + int(len(f.title) * rng.uniform(0.1, 0.4)) :]


def merged_lines(f: Facts, rng: random.Random) -> str:
    """Copied from a page: numbered, lines broken within words, and the next reference run on."""
    lines = textwrap.wrap(vancouver(f), rng.randrange(38, 60))
    for place in range(len(lines) - 1):
        head, _, word = lines[place].rpartition(" ")
        if len(word) > 6 and word.isalpha() and rng.random() < 0.5:
            lines[place], lines[place + 1] = f"{head} {word[:4]}-", f"{word[4:]} {lines[place + 1]}"
    number = rng.randrange(2, 80)
    return f"{number}. " + "\n".join(lines) + f" {number + 1}. Nextname QZ, Followers WX, Later"


_OCR = (
    ("rn", "m"),
    ("cl", "d"),
    ("l", "1"),
    ("I", "l"),
    ("O", "0"),
    ("e", "c"),
    ("fi", "ﬁ"),
    ("h", "b"),
    ("vv", "w"),
    ("S", "5"),
)


def ocr(f: Facts, rng: random.Random) -> str:
    """Letters misread, spaces lost and gained."""
    text = vancouver(f)
    for wrong, seen in _OCR:
        text = re.sub(wrong, lambda m, seen=seen: seen if rng.random() < 0.12 else m[0], text)
    text = re.sub(r"(?<=[a-z]) (?=[a-z])", lambda m: "" if rng.random() < 0.08 else m[0], text)
    return re.sub(r"(?<=[a-z]{3})(?=[a-z]{3})", lambda m: " " if rng.random() < 0.03 else "", text)


_GLOSSARY = {
    "de": {
        "acute": "akute", "adults": "Erwachsene", "analysis": "Analyse", "and": "und",
        "antidepressant": "antidepressive",
        "by": "durch", "controlled": "kontrollierte", "depression": "Depression", "depressive": "depressive",
        "disorder": "Störung", "double-blind": "doppelblinde", "effect": "Wirkung", "effects": "Wirkungen",
        "efficacy": "Wirksamkeit", "for": "für", "from": "aus", "in": "bei", "intramuscular": "intramuskuläres",
        "intranasal": "nasales", "intravenous": "intravenöses", "ketamine": "Ketamin", "esketamine": "Esketamin",
        "major": "schwere", "of": "von", "oral": "orales", "pain": "Schmerz", "patients": "Patienten", "pilot": "Pilot",
        "placebo": "Placebo", "randomized": "randomisierte", "rapid": "rasche", "resistant": "resistente",
        "review": "Übersicht", "safety": "Sicherheit", "single": "einzelne", "study": "Studie", "suicidal": "suizidale",
        "the": "die", "therapy": "Therapie", "treatment": "Behandlung", "trial": "Prüfung", "versus": "gegen",
        "with": "mit", "a": "eine", "clinical": "klinische", "infusion": "Infusion", "repeated": "wiederholte",
    },
    "es": {
        "acute": "agudo", "adults": "adultos", "analysis": "análisis", "and": "y", "antidepressant": "antidepresivo",
        "controlled": "controlado", "depression": "depresión", "depressive": "depresivo", "disorder": "trastorno",
        "effect": "efecto", "effects": "efectos", "efficacy": "eficacia", "for": "para", "in": "en",
        "intramuscular": "intramuscular", "intranasal": "intranasal", "intravenous": "intravenosa",
        "ketamine": "ketamina", "esketamine": "esketamina", "major": "mayor", "of": "de", "pain": "dolor",
        "patients": "pacientes", "randomized": "aleatorizado", "rapid": "rápido", "resistant": "resistente",
        "review": "revisión", "safety": "seguridad", "single": "única", "study": "estudio", "suicidal": "suicida",
        "the": "la", "therapy": "terapia", "treatment": "tratamiento", "trial": "ensayo", "versus": "frente a",
        "with": "con", "a": "un", "clinical": "clínico", "from": "desde", "by": "por",
    },
}  # fmt: skip


def translated_title(f: Facts, rng: random.Random) -> str:
    """The title word by word in German or Spanish."""
    glossary = _GLOSSARY[rng.choice(sorted(_GLOSSARY))]
    title = re.sub(r"[A-Za-z-]+", lambda m: glossary.get(m[0].lower(), m[0]), f.title)
    return vancouver(replace(f, title=title))


def other_styles(f: Facts, rng: random.Random) -> str:
    """APA, Harvard, IEEE, Nature or MLA."""
    return rng.choice(STYLES)(f)


LIGHT = ("typos", "abbreviations", "initials", "diacritics", "wrong_number", "other_styles")
"""Damage that leaves every part in its place and most of it readable."""
KINDS: dict[str, Callable[[Facts, random.Random], str]] = {
    function.__name__: function
    for function in (
        typos, abbreviations, initials, diacritics, wrong_number, other_styles, missing_parts, swapped_fields,
        truncated, merged_lines, ocr, translated_title,
    )
}  # fmt: skip
