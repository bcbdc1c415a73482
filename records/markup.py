"""Marked-up text (`<i>`, `<sup>`, MathML) as plain text that says the same: 10<sup>3</sup> is 10³, never 103.

PubMed marks titles and abstracts up with i, b, u, sub, sup, and MathML for formulas (pubmed_250101.dtd, `%text;`).
Digits that are raised or lowered become Unicode's superscripts and subscripts, a fraction its own sign (¼) or a raised
numerator over a lowered denominator (³⁄₁₆): no rule reads these as the digits of a number. Where nothing can be
misread, digits stay as they are, so that words are found as they are typed: CO2, 18F-FDG.
"""

import html
import re
from collections.abc import Callable
from html.entities import html5
from xml.sax.saxutils import escape

from lxml.etree import _Element

_RAISED = str.maketrans("0123456789+-=()\u2212\u2013abcdefghijklmnoprstuvwxyz",
                        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾⁻⁻ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ")  # fmt: skip
_LOWERED = str.maketrans("0123456789+-=()\u2212\u2013", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎₋₋")
_FRACTIONS = {
    "1/2": "½", "1/3": "⅓", "2/3": "⅔", "1/4": "¼", "3/4": "¾", "1/5": "⅕", "2/5": "⅖", "3/5": "⅗", "4/5": "⅘",
    "1/6": "⅙", "5/6": "⅚", "1/7": "⅐", "1/8": "⅛", "3/8": "⅜", "5/8": "⅝", "7/8": "⅞", "1/9": "⅑", "1/10": "⅒",
}  # fmt: skip
_DIGIT = re.compile(r"[0-9]")
_ISOTOPE = re.compile(r"[0-9]{1,3}m?")
_BEFORE_ISOTOPE = frozenset(" ([-/\u2010\u2011\u2013\n\t")
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ESCAPED = re.compile(r"<(su[bp])>([^<>]{0,40})</\1>|</?(?:i|b|u|em|strong|su[bp])>")
_NAMED = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,31});")
_XML_NAMES = frozenset((b"amp", b"lt", b"gt", b"quot", b"apos"))


def plain_text(element: _Element) -> str:
    """All text in an element, without what follows it; raised, lowered and built-up parts as the module says."""
    return _inside(element, "")


def resolved(text: str) -> str:
    """Text in which what was escaped twice ('&amp;frac14;', '&amp;lt;sup&amp;gt;') is what it was meant to be."""
    for _ in range(3):
        once = _REFERENCE.sub(lambda found: html.unescape(found[0]), text)
        if once == text:
            break
        text = once
    return _ESCAPED.sub(_escaped, text) if "<" in text else text


def with_characters(body: bytes) -> bytes:
    """XML in which named characters (&frac14;) stand themselves: NLM's DTD declares them, a record alone does not."""
    return _NAMED.sub(_character, body)


def _character(found: re.Match[bytes]) -> bytes:
    characters = html5.get(f"{found[1].decode()};", "")
    return found[0] if found[1] in _XML_NAMES or not characters else escape(characters).encode()


def _escaped(found: re.Match[str]) -> str:
    """Markup that was written as text: '12&lt;sup&gt;3&lt;/sup&gt;' is 12³, too."""
    if found[1] == "sup":
        return _raised(found[2]) if _DIGIT.search(found[2]) else found[2]
    return _lowered(found[2], found.string[: found.start()]) if found[1] else ""


def _inside(element: _Element, before: str) -> str:
    """The text of an element; `before` is what stands before it."""
    text = element.text or ""
    for child in element[:]:
        text += _written(child, text or before) + (child.tail or "")
    return text


def _written(element: _Element, before: str) -> str:
    return _WAYS.get(_name(element), _inside)(element, before)


def _name(element: _Element) -> str:
    """Without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _raised(text: str, before: str = "") -> str:
    return text.translate(_RAISED)


def _above(text: str, before: str) -> str:
    """What MathML puts over a sign: a bar stays one, a number is raised."""
    return _raised(text) if _DIGIT.search(text) else text


def _lowered(text: str, before: str) -> str:
    """Lowered only after a digit: 'CO<sub>2</sub>' stays a word."""
    return text.translate(_LOWERED) if before[-1:].isdigit() else text


def _superscript(element: _Element, before: str) -> str:
    text = _inside(element, before)
    if not _DIGIT.search(text) or _is_isotope(text, before, element.tail or ""):
        return text
    return _raised(text)


def _is_isotope(text: str, before: str, after: str) -> bool:
    """Whether it is the mass of an atom: <sup>18</sup>F, [<sup>99m</sup>Tc]."""
    return bool(_ISOTOPE.fullmatch(text)) and after[:1].isupper() and (not before or before[-1] in _BEFORE_ISOTOPE)


def _subscript(element: _Element, before: str) -> str:
    return _lowered(_inside(element, before), before)


def _scripts(*written: Callable[[str, str], str]) -> Callable[[_Element, str], str]:
    """MathML of a base and its scripts, in order (msup, msubsup …)."""

    def write(element: _Element, before: str) -> str:
        text = ""
        for number, part in enumerate(_parts(element)):
            text += written[number](part, text or before) if number < len(written) else part
        return text

    return write


def _parts(element: _Element) -> list[str]:
    """The text of each child; what stands between them in MathML is layout."""
    return [_written(child, "").strip() for child in element[:]]


def _multiscripts(element: _Element, before: str) -> str:
    """A base with pairs of scripts (lower, upper) after it and, behind mprescripts, before it: the mass of an atom."""
    names = [_name(child) for child in element[:]]
    parts = _parts(element)
    middle = names.index("mprescripts") if "mprescripts" in names else len(parts)
    base, after, ahead = parts[0] if parts else "", parts[1:middle], parts[middle + 1 :]
    mass = "".join(ahead[1::2])
    raised = mass if _is_isotope(mass, before, base) else _raised(mass)
    text = _lowered("".join(ahead[::2]), before) + raised + base
    for lower, upper in zip(after[::2], after[1::2], strict=False):
        text += _lowered(lower, text) + _raised(upper)
    return text


def _fraction(element: _Element, before: str) -> str:
    parts = _parts(element)
    if len(parts) != 2:
        return " ".join(parts)
    above, below = parts
    if not (above.isdigit() and below.isdigit()):
        return "/".join(part if part.isalnum() else f"({part})" for part in parts)
    return _FRACTIONS.get(f"{above}/{below}") or f"{_raised(above)}\u2044{below.translate(_LOWERED)}"


def _root(element: _Element, before: str) -> str:
    base, *index = _parts(element) or [""]
    return f"{_raised(index[0]) if index else ''}√{base if base.isalnum() else f'({base})'}"


def _square_root(element: _Element, before: str) -> str:
    base = _inside(element, "").strip()
    return f"√{base if base.isalnum() else f'({base})'}"


def _fenced(element: _Element, before: str) -> str:
    return f"{element.get('open', '(')}{', '.join(_parts(element))}{element.get('close', ')')}"


def _cells(element: _Element, before: str) -> str:
    """Cells and rows of a table stand apart."""
    return f" {' '.join(_parts(element))} "


def _nothing(element: _Element, before: str) -> str:
    return ""


def _base(text: str, before: str) -> str:
    return text


_WAYS: dict[str, Callable[[_Element, str], str]] = {
    "sup": _superscript, "sub": _subscript,
    "msup": _scripts(_base, _raised), "mover": _scripts(_base, _above),
    "msub": _scripts(_base, _lowered), "munder": _scripts(_base, _lowered),
    "msubsup": _scripts(_base, _lowered, _raised), "munderover": _scripts(_base, _lowered, _above),
    "mmultiscripts": _multiscripts, "mfrac": _fraction, "msqrt": _square_root, "mroot": _root, "mfenced": _fenced,
    "mtable": _cells, "mtr": _cells, "annotation": _nothing, "annotation-xml": _nothing,
}  # fmt: skip
"""How elements are written that plain text would falsify (MathML 3, presentation markup); all others as what they
hold. Annotations say the formula once more, in TeX."""
