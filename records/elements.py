"""Walking PubMed's XML: children by name and the text in an element.

A record has hundreds of elements and PubMed tens of millions of records. Of lxml's ways to the same nodes the cheapest
(measured) is a slice of an element for its children: half of iterating over it.
"""

from lxml.etree import XMLParser, _Element, fromstring

from records.markup import plain_text, resolved

_PARSER = XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, remove_comments=True, remove_pis=True,
    collect_ids=False,
)  # fmt: skip
_SHORT = 60
"""Characters from which finding one of them in ASCII text is quicker than `isprintable`, which asks of each."""


def parse(body: bytes) -> _Element:
    """Build the tree of an element, with entities off and no network.

    Raises:
        lxml.etree.XMLSyntaxError: it is not well-formed.
    """
    return fromstring(body, _PARSER)


def text_of(element: _Element | None) -> str:
    """All text in an element, its markup as `markup` writes it in plain text; '' for None.

    Every run of white space, line breaks and no-break spaces among it, becomes one space.
    """
    if element is None:
        return ""
    text = plain_text(element) if len(element) else element.text
    if not text:
        return ""
    return one_spaced(resolved(text) if "&" in text or "</" in text else text)


def one_spaced(text: str) -> str:
    """Text with every run of white space as one space, and none at its ends."""
    return " ".join(text.split()) if _has_odd_space(text) else text.strip()


def _has_odd_space(text: str) -> bool:
    """Whether there is white space in it other than single spaces."""
    if "  " in text:
        return True
    if len(text) > _SHORT and text.isascii():  # of such white space XML allows three kinds
        return "\n" in text or "\t" in text or "\r" in text
    return not text.isprintable()


def version_of(pmid: _Element) -> int:
    """Read PMID/@Version; 1 where it is missing or no number that a version has."""
    version = pmid.get("Version", "1")
    return int(version) if version.isascii() and version.isdigit() and len(version) <= 4 else 1


def children_of(element: _Element | None) -> dict[str, _Element]:
    """Child elements by name; of several with one name, the first."""
    if element is None:
        return {}
    return {child.tag: child for child in element.iterchildren(reversed=True)}


def each_of(element: _Element | None, name: str) -> list[_Element]:
    """Child elements of one name; none where the parent is missing."""
    return [] if element is None else [child for child in element[:] if child.tag == name]


def texts_of(element: _Element | None, name: str) -> tuple[str, ...]:
    """Texts of the child elements of one name, without empty ones."""
    return tuple(text for each in each_of(element, name) if (text := text_of(each)))
