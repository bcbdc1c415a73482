"""HTML → documents: a paragraph a block, headings with their level, and the addresses of links that name papers."""

import re
from dataclasses import dataclass, field

from lxml import etree, html
from lxml.html import HtmlElement

from db.citations.identifiers import identifiers_in
from db.citations.readers.documents import Document, Paragraph
from topics.errors import BadInputError

_NO_TEXT = frozenset(str.split("script style head nav noscript template svg button select textarea iframe object"))
_ONE_REFERENCE = frozenset(("li", "tr", "dd"))
_BLOCKS = frozenset(str.split(
    "address article aside blockquote body center dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 "
    "h6 header hr li main ol p pre section table tbody tfoot thead tr ul"
))  # fmt: skip


@dataclass
class _Page:
    paragraphs: list[Paragraph] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    def end_paragraph(self, level: int = 0) -> None:
        text = re.sub(r"[ \t\r\f\v\xa0]+", " ", "".join(self.pieces)).strip()
        self.pieces.clear()
        if text:
            self.paragraphs.append(Paragraph(text, level))


def read_html(text: str) -> Document:
    """The paragraphs of a page, or of a piece of one.

    Raises:
        BadInputError: there is nothing in it.
    """
    try:
        root = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise BadInputError(f"HTML: {error}. Save the page again.") from error
    page = _Page()
    try:
        _walk(root, page, within_reference=False)
    except RecursionError:
        raise BadInputError("HTML: elements within elements without end. Save it as text.") from None
    page.end_paragraph()
    return Document(tuple(page.paragraphs))


def _walk(element: HtmlElement, page: _Page, *, within_reference: bool) -> None:
    tag = element.tag if isinstance(element.tag, str) else ""
    if not tag or tag in _NO_TEXT:
        return
    one = tag in _ONE_REFERENCE or "csl-entry" in (element.get("class") or "")
    ends = one or (tag in _BLOCKS and not within_reference)
    if ends and tag != "dd":  # a <dt> before it is its number
        page.end_paragraph()
    elif tag in _BLOCKS or tag in ("td", "th"):
        page.pieces.append(" ")
    page.pieces.append(" ".join((element.text or "").split("\n")) if tag != "pre" else element.text or "")
    for child in element:
        _walk(child, page, within_reference=(within_reference or one) and tag not in ("ol", "ul"))
        page.pieces.append((child.tail or "").replace("\n", " ") if tag != "pre" else child.tail or "")
    if tag == "a" and any(True for _ in identifiers_in(f" {element.get('href', '')} ")):
        page.pieces.append(f" {element.get('href')} ")
    elif tag == "br":
        page.pieces.append(" " if within_reference else "\n")
    if ends and tag != "dt":
        page.end_paragraph(int(tag[1]) if re.fullmatch(r"h[1-6]", tag) else 0)
    elif tag in _BLOCKS:
        page.pieces.append(" ")
