"""PDF → documents: the text as pypdf finds it, line by line. A scan has none, and is said to have none."""

import io
import logging
import re

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from db.citations.readers.documents import Document, Paragraph
from topics.errors import BadInputError

_MOST_PAGES = 500
_LEAST_LETTERS = 20
"""In a file that has text: page numbers and stamps are less."""


def read_pdf(content: bytes) -> Document:
    """The lines of a PDF.

    Raises:
        BadInputError: it is damaged, locked with a password, has no text, or too many pages.
    """
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it writes what it mends to stderr
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise BadInputError("the PDF is locked with a password. Save it without one, or as text.")
        if len(reader.pages) > _MOST_PAGES:
            raise BadInputError(f"the PDF has {len(reader.pages)} pages; at most {_MOST_PAGES} are read.")
        text = "\n".join(page.extract_text() for page in reader.pages)
        changed = str(reader.metadata.get("/ModDate", "")) if reader.metadata else ""
    except BadInputError:
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError,
            NotImplementedError, ImportError) as error:  # fmt: skip
        raise BadInputError(f"the PDF cannot be read ({error}). Save it again, or as text.") from error
    if len(re.findall(r"[^\W\d_]", text)) < _LEAST_LETTERS:
        raise BadInputError("the PDF has no text, only pictures of pages. Give the manuscript's own file, or its list.")
    dated = re.match(r"D:(\d{4})(\d\d)(\d\d)", changed)
    lines = tuple(Paragraph(line) for line in text.splitlines())
    return Document(lines, dated="-".join(dated.groups()) if dated else "", by_line=True)
