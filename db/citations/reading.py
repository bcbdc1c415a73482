"""One reference → its parts: which words of it are authors, title, journal, numbers (`layout` cuts lists into them).

Styles differ and people mistype, so this only has to be roughly right: what finds the record is compared with the
whole text as well (`matching`). Parts that are not found stay empty.
"""

import re

from db.citations.folding import folded, repaired
from db.citations.identifiers import identifiers_in, without_identifiers
from db.citations.model import Reference

_YEAR = r"(?:1[89]|20)\d\d"
_PAREN_YEAR = re.compile(rf"\(({_YEAR})[a-z]?(?:,[^)]*)?\)")
_ANY_YEAR = re.compile(rf"(?<![\d.:/-])({_YEAR})[a-z]?(?![\d:(])(?!\s?[-–]\s?\d{{3,}})")
_PAGE = r"(?:pp?\.?\s*)?([A-Za-z]{0,2}\d[\d.]*)"
_PLACES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # 2014 Jun;76(12):970-6   2014;76:970
        rf"{_YEAR}[^;:()]{{0,16}};\s*(?P<volume>\d+\w?)?\s*(?:\((?P<issue>[^)]{{1,20}})\))?\s*:\s*{_PAGE}",
        # vol. 76, no. 12, pp. 970-976
        r"\bvol(?:ume)?\.?\s*(?P<volume>\d+)(?:\D{1,12}(?P<issue>\d+))?.{0,24}?\bpp?\.?\s*([A-Za-z]{0,2}\d+)",
        # 76(12), 970-976   76 (12): 970
        rf"(?<!\d)(?P<volume>\d{{1,4}})\s*\((?P<issue>[^)]{{1,20}})\)\s*[,:]\s*{_PAGE}",
        # 76, 970-976 (2014)
        rf"(?<!\d)(?P<volume>\d{{1,4}}),\s*([A-Za-z]{{0,2}}\d+)(?:\s*[-–]\s*\w+)?\s*\({_YEAR}\)",
        # 76:970   76, 970-976
        r"(?<![\d:])(?P<volume>\d{1,4})\s*:\s*([A-Za-z]{0,2}\d+)(?![\d:])",
        r"(?<!\d)(?P<volume>\d{1,4})\s*,\s*(?:pp?\.?\s*)?([A-Za-z]?\d+)\s*[-–]\s*\d+",
    )
)
_ONLY_PAGES = re.compile(r"\bpp?\.?\s*([A-Za-z]?\d+)|(?<!\d)([A-Za-z]?\d+)\s*[-–]\s*\d+\.?\s*$", re.IGNORECASE)
_ONLY_VOLUME = re.compile(r"\bvol(?:ume)?\.?\s*(\d+)", re.IGNORECASE)
_NO_TITLE = re.compile(rf"^[^\d:?]{{3,60}}?[,.]?\s(?:{_YEAR}\b.{{0,30}}[;:]|\d+\s*(?:\(\d+\))?\s*[:,]\s*\d+)")
_INITIALS = re.compile(r"^(?:[A-ZÀ-Þ]\.?[\s-]?){1,4}$")
_TRAILING_INITIALS = re.compile(r"(?:\s+(?:[A-ZÀ-Þ]\.?-?){1,4}|\s+(?:Jr|Sr|2nd|3rd|II|III)\.?)+$")
_LEADING_INITIALS = re.compile(r"^(?:[A-ZÀ-Þ]\.[\s-]?){1,4}")
_ET_AL = re.compile(r"[,\s]*\b(?:et\s+al|u\.?\s?a|and others|and colleagues)\b\.?,?", re.IGNORECASE)
_QUOTED = re.compile(r"[“\"„«]([^”\"“»]{12,})[”\"“»]")
_SENTENCE = re.compile(r"(?:[^\s.]{2}|(?<=[^\W\d_A-ZÀ-Þ]\s)[A-ZÀ-Þ])[.?!][\"”’]?\s+(?=\S)|\)\.\s+")
"""An end of a sentence: not after a single initial, unless a surname stands before it ('Smith AB, Jones C. Title')."""
_AUTHOR_LIKE = re.compile(
    r"^(?:[^\d]{0,400}?\b(?:[A-ZÀ-Þ]{1,3}|(?:[A-ZÀ-Þ]\.[\s-]?)+)(?=[,;.\s]|$)|[^\d.]{2,60},?\s+et al)",
)


def read_reference(text: str) -> Reference:
    """Take one reference apart."""
    whole = repaired(text)
    identifiers: dict[str, str] = {}
    for kind, value in identifiers_in(whole):
        identifiers.setdefault(kind.name, value)
    plain = " ".join(without_identifiers(whole).split())
    volume, issue, page = _place(plain)
    authors, title, rest = _names_and_title(plain)
    if _NO_TITLE.match(title):  # 'Lapidus et al., Biol Psychiatry 2014;76:970'
        title, rest = "", f"{title} {rest}"
    return Reference(
        text=plain,
        title=title,
        authors=authors,
        journal=_journal(rest),
        year=_year(plain),
        volume=volume,
        issue=issue,
        page=page,
        identifiers=identifiers,
        asked=" ".join(text.split()),
    )


def _year(text: str) -> int | None:
    """The year in parentheses, else the one before ';', else the last one."""
    if found := _PAREN_YEAR.search(text):
        return int(found[1])
    if found := re.search(rf"\b({_YEAR})\b[^;:.,()]{{0,16}};", text):
        return int(found[1])
    years = _ANY_YEAR.findall(text)
    return int(years[-1]) if years else None


def _place(text: str) -> tuple[str, str, str]:
    for pattern in _PLACES:
        if found := pattern.search(text):
            parts = found.groupdict()
            return parts.get("volume") or "", parts.get("issue") or "", (found[found.lastindex or 0] or "").rstrip(".")
    pages, volume = _ONLY_PAGES.search(text), _ONLY_VOLUME.search(text)
    return (volume[1] if volume else ""), "", (pages[1] or pages[2]) if pages else ""


def _names_and_title(text: str) -> tuple[tuple[str, ...], str, str]:
    """(surnames, title, what follows the title)."""
    year = _PAREN_YEAR.search(text)
    if quoted := _QUOTED.search(text):
        return surnames(text[: quoted.start()]), quoted[1].strip(" .,"), text[quoted.end() :]
    if year and 0 < year.start() < 0.6 * len(text) and len(text) - year.end() > 15:
        title, rest = _first_sentence(text[year.end() :].lstrip(" .,:"))
        return surnames(text[: year.start()]), title, rest
    if et_al := re.match(r"^(.{2,120}?\bet\s+al)\b\.?[,:]?\s*(.*)$", text):
        title, rest = _first_sentence(et_al[2])
        return surnames(et_al[1]), title, rest
    first, rest = _first_sentence(text)
    if rest and _is_names(first):
        title, after = _first_sentence(rest)
        return surnames(first), title, after
    bare = re.sub(r"\d+", " ", text)
    if len(bare.split()) <= 3:  # 'Chilukuri 2014'
        return surnames(bare), "", ""
    return (), first, rest


def _first_sentence(text: str) -> tuple[str, str]:
    end = _SENTENCE.search(text)
    return (text[: end.end()].strip(" .,"), text[end.end() :]) if end else (text.strip(" .,"), "")


def _is_names(text: str) -> bool:
    """Whether a first sentence is a list of names: pieces between commas are short, and initials stand among them."""
    pieces = [piece.strip() for piece in re.split(r"[,;&]|\band\b", _ET_AL.sub("", text)) if piece.strip()]
    short = sum(len(piece.split()) <= 4 for piece in pieces)
    if not pieces or short < 0.7 * len(pieces):
        return False
    bare = len(pieces) > 1 and all(piece[0].isupper() and len(piece.split()) <= 2 for piece in pieces)
    return bare or bool(_AUTHOR_LIKE.match(text)) or len(text.split()) <= 3


def surnames(text: str) -> tuple[str, ...]:
    """Surnames of a list of names in any usual order: 'Smith AB', 'Smith, A. B.', 'A. B. Smith', 'Smith et al'."""
    names = []
    for piece in re.split(r"[,;&]|\band\b|\bund\b", _ET_AL.sub("", text)):
        piece = piece.strip(" .()")
        if not piece or _INITIALS.match(piece + ("." if len(piece) == 1 else "")):
            continue
        name = _TRAILING_INITIALS.sub("", _LEADING_INITIALS.sub("", piece)).strip(" .")
        if name and folded(name) not in ("jr", "sr", "eds", "ed", "in") and not re.search(r"\d", name):
            names.append(name)
    return tuple(names[:20])


def _journal(rest: str) -> str:
    """What stands between title and numbers."""
    name = re.split(r"\d|;|\(|\bvol\b", rest, maxsplit=1, flags=re.IGNORECASE)[0].strip(" .,:")
    name = re.sub(r"^In:?\s+", "", name)
    return name if 0 < len(name.split()) <= 12 else ""
