"""Text in the form in which it is compared: no case, accents, markup, ligatures or punctuation."""

import html
import re
import unicodedata
from contextlib import suppress
from functools import lru_cache

_TAG = re.compile(r"</?(?:i|b|em|strong|sub|sup|u|sc|scp|span|jats:\w+|italic|bold)\b[^<>]*>", re.IGNORECASE)
_NOT_WORD = re.compile(r"[^\w]+|_")
_BROKEN = re.compile(r"(?<=\w)(?:\u00ad|[-\u2010\u2011]\s*\n\s*)(?=[a-z])")
"""A soft hyphen, or a hyphen at the end of a line before a small letter: the word goes on."""
_LETTERS = str.maketrans({
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "κ": "kappa", "μ": "mu",
})  # fmt: skip
_MISREAD = re.compile(r"[ÃÂ][\u0080-\u00bf]|â\u0080")
"""UTF-8 that was read as Latin-1."""

COMMON_WORDS = frozenset(str.split(
    "a an and are as at be between by for from has have in into is it its of on or our that the their these this "
    "to versus vs was we were what which who with without after before during under der die das und bei mit von zur "
    "im le la les de des du et en un une avec el los las del y con por para una"
))  # fmt: skip


def repaired(text: str) -> str:
    """Entities, simple markup, wrongly decoded UTF-8 and words broken at the end of a line put right."""
    text = _TAG.sub("", html.unescape(text))
    if _MISREAD.search(text):
        for misread_as in ("cp1252", "latin-1"):
            with suppress(UnicodeError):  # other characters beside: left as it stands, the words around it still count
                text = text.encode(misread_as).decode("utf-8")
                break
    return " ".join(_BROKEN.sub("", text).split())


@lru_cache(maxsize=100_000)
def folded(text: str) -> str:
    """Small letters and digits with single spaces: 'Schönenberger-Müller' → 'schonenberger muller'."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return " ".join(_NOT_WORD.sub(" ", "".join(c for c in plain if not unicodedata.combining(c))).split())


def words(text: str) -> list[str]:
    """The words of a text, folded, in order."""
    return folded(text).split()


def name_key(name: str) -> str:
    """A surname without spaces, with umlauts written out or not as one: 'Müller' = 'Mueller' = 'Muller'."""
    key = folded(name).replace(" ", "")
    return re.sub(r"(?<=[aou])e(?=[^aeiou])", "", key)
