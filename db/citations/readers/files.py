"""A file of any kind → its references. What kind it is, its content says first, then its name.

What is not read is named, with what to export instead; nothing that is no text is ever cut into lines.
"""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

from db.citations.readers.csl import is_json
from db.citations.readers.documents import Document, Paragraph, references_of
from db.citations.readers.encoding import decoded
from db.citations.readers.latex import is_latex, read_latex
from db.citations.readers.lists import ReferenceList
from db.citations.readers.markdown import is_markdown_with_citations, read_markdown, read_notebook
from db.citations.readers.opendocument import read_odt
from db.citations.readers.portable import read_pdf
from db.citations.readers.rich_text import read_rtf
from db.citations.readers.text import form_of, read_text
from db.citations.readers.web import read_html
from db.citations.readers.word import MOST_BYTES, read_docx
from db.citations.readers.xml import is_html, read_xml
from records.formats import describe
from topics.errors import BadInputError

_READ = (
    ".docx, .odt, .rtf, .pdf, .html, .tex, .bbl, .md, .qmd, .ipynb, .txt, .bib, .ris, .nbib, .enw, .xml, .json, .yaml"
)
_NOT_READ: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file (.doc). Save it as .docx."),
    (b"SQLite format 3\0", "a database (Zotero's or EndNote's library). Export the references as RIS or BibTeX."),
    (b"\x89PNG", "a picture. Give its text."), (b"\xff\xd8\xff", "a picture. Give its text."),
    (b"GIF8", "a picture. Give its text."), (b"%!PS", "PostScript. Save it as PDF."),
    (b"Rar!", "a packed file. Unpack it."), (b"7z\xbc\xaf", "a packed file. Unpack it."),
    (b"\x1f\x8b", "a packed file. Unpack it."), (b"BZh", "a packed file. Unpack it."),
    (b"\xfd7zXZ", "a packed file. Unpack it."), (b"\xffWPC", "a WordPerfect file. Save it as .docx."),
)  # fmt: skip
_NOT_READ_ZIPS = (
    ("xl/workbook.xml", "a spreadsheet. Save the column of references as text, or export RIS."),
    ("ppt/presentation.xml", "a presentation. Save its references as text."),
    ("META-INF/container.xml", "an e-book. Save it as HTML or text."),
    ("Index/Document.iwa", "a Pages document. Export it as Word (.docx)."),
)


def read_file(path: Path, *, as_list: bool = False) -> ReferenceList:
    """The references of a file.

    With `as_list`, plain text is a list of references; otherwise it is a manuscript, whose list is under a heading.

    Raises:
        BadInputError: the file cannot be read, is of a kind that is not, or holds no reference.
    """
    content = _content(path)
    try:
        found = _read(content, path, as_list)
    except BadInputError as error:
        raise BadInputError(f"{path}: {error}") from error
    if not found.references and not found.unread:
        raise BadInputError(f"{path}: no references found. A list needs a heading such as 'References' above it.")
    return found


def read_given(given: Sequence[str]) -> ReferenceList:
    """What was given on a command line: names of files in place of their references, and references as text.

    Raises:
        BadInputError: as `read_file` and `read_text`.
    """
    lists: list[ReferenceList] = []
    texts: list[str] = []
    for each in given:
        if _is_file(each):
            lists += [read_text("\n".join(texts))] if texts else []
            texts = []
            lists.append(read_file(Path(each), as_list=True))
        else:
            texts.append(each)
    lists += [read_text("\n".join(texts))] if texts else []
    return ReferenceList(
        tuple(reference for found in lists for reference in found.references),
        tuple(unread for found in lists for unread in found.unread),
    )


def _is_file(given: str) -> bool:
    try:
        return Path(given).exists()
    except (OSError, ValueError):  # a reference is longer than any name, or holds a NUL
        return False


def _content(path: Path) -> bytes:
    """The bytes of a file. A device, a pipe or a folder is no manuscript, and neither is what no memory holds."""
    if path.exists() and not path.is_file():
        raise BadInputError(f"{path}: not a file. Name a manuscript or a file of references ({_READ}).")
    try:
        if (size := path.stat().st_size) > MOST_BYTES:
            raise BadInputError(
                f"{path}: {size >> 20} MB, and at most {MOST_BYTES >> 20} MB are read. Take out its pictures."
            )
        return path.read_bytes()
    except OSError as error:
        raise BadInputError(f"{path}: cannot be read ({error.strerror}). Check its name.") from error


def _read(content: bytes, path: Path, as_list: bool) -> ReferenceList:
    for signature, what in _NOT_READ:
        if content.startswith(signature):
            raise BadInputError(f"this is {what}")
    if content.startswith(b"PK"):
        return references_of(_zipped(content))
    if content[:1024].lstrip().startswith(b"%PDF"):
        return references_of(read_pdf(content))
    if content.lstrip()[:5] == b"{\\rtf":
        return references_of(read_rtf(content.decode("latin-1")))
    if path.suffix.lower() == ".docx":
        raise BadInputError(f"not a Word file but {describe(content)}. Save it as .docx or as text.")
    text = decoded(content)
    if "\0" in text:
        raise BadInputError(f"this is no text but {describe(content)}. These are read: {_READ}.")
    return _of_text(text, path, as_list)


def _zipped(content: bytes) -> Document:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            names = set(package.namelist())
            if "word/document.xml" in names:
                return read_docx(package)
            if "content.xml" in names:
                return read_odt(package)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, ValueError) as error:
        raise BadInputError(f"it is damaged ({error}). Save it as .docx or as text.") from error
    what = next(
        (what for name, what in _NOT_READ_ZIPS if name in names), f"a packed file. Unpack it. Read are {_READ}."
    )
    raise BadInputError(f"this is {what}")


def _of_text(text: str, path: Path, as_list: bool) -> ReferenceList:
    kind = path.suffix.lower()
    if kind == ".ipynb" or (is_json(text) and '"cells"' in text and '"nbformat"' in text):
        return read_notebook(text, path.parent)
    if kind in (".tex", ".bbl", ".ltx") or (kind not in (".bib", ".json") and is_latex(text)):
        return read_latex(text, path.parent)
    if is_html(text):
        return references_of(read_html(text))
    if kind == ".xml":
        return read_xml(text)
    read = form_of(text)
    if read and not (kind in (".md", ".qmd", ".rmd", ".markdown") and is_markdown_with_citations(text)):
        return read(text)
    if kind in (".md", ".qmd", ".rmd", ".markdown", ".txt") and is_markdown_with_citations(text):
        return read_markdown(text, path.parent)
    if as_list:
        return read_text(text)
    if kind in (".md", ".qmd", ".rmd", ".markdown"):
        return read_markdown(text, path.parent)
    return references_of(Document(tuple(map(Paragraph, text.splitlines())), by_line=True))
