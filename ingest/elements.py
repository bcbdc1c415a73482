"""Walking PubMed's XML: children by name and the text in an element."""

from collections.abc import Iterator

from lxml.etree import _Element


def text_of(element: _Element | None) -> str:
    """All text in an element, markup (`<i>`, `<sup>`, MathML) left out and its words kept; '' for None.

    Every run of white space, line breaks and no-break spaces among it, becomes one space.
    """
    if element is None:
        return ""
    text = "".join(element.itertext()) if len(element) else element.text
    return " ".join(text.split()) if text else ""


def version_of(pmid: _Element) -> int:
    """Read PMID/@Version; 1 where it is missing or no number that a version has."""
    version = pmid.get("Version", "1")
    return int(version) if version.isascii() and version.isdigit() and len(version) <= 4 else 1


def children_of(element: _Element | None) -> dict[str, _Element]:
    """Child elements by name; of several with one name, the first."""
    if element is None:
        return {}
    return {child.tag: child for child in element.iterchildren(reversed=True)}


def each_of(element: _Element | None, name: str) -> Iterator[_Element]:
    """Child elements of one name; none where the parent is missing."""
    return iter(()) if element is None else element.iterchildren(name)


def texts_of(element: _Element | None, name: str) -> tuple[str, ...]:
    """Texts of the child elements of one name, without empty ones."""
    return tuple(text for each in each_of(element, name) if (text := text_of(each)))
