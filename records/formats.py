"""What a file that we cannot read looks like, in words for the person who gave it to us."""

import codecs
import re

_SIGNATURES = (
    (b"\x1f\x8b", "a gzip file"),
    (b"PK\x03\x04", "a zip file or an office document"),
    (b"%PDF", "a PDF"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ\0", "an xz file"),
)
_ERROR = re.compile(rb"<ERROR>(.*?)</ERROR>", re.DOTALL)
_ROOT = re.compile(rb"<([A-Za-z_][\w.:-]*)")
_PROLOG = re.compile(rb"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE\s[^>]*>)", re.DOTALL)
_MEDLINE_FIELD = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:PMID- ?\d|[A-Z]{2,4} {0,2}- )")
_RIS = re.compile(rb"^TY {0,2}- ", re.MULTILINE)
"""The field that every RIS reference has, first or not, and no MEDLINE record has."""
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),  # before UTF-16, whose mark theirs begins with
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_UNMARKED = ((re.compile(rb"[\t\n\r -~]\0"), "utf-16-le"), (re.compile(rb"\0[\t\n\r -~]"), "utf-16-be"))
"""How text of plain letters begins in UTF-16 where no byte-order mark says so."""


def encoding_of(head: bytes) -> str:
    """The encoding of a text that begins so: UTF-16 (which some editors and shells save) or UTF-32, else UTF-8."""
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), "")
    return marked or next((name for pattern, name in _UNMARKED if pattern.match(head)), "utf-8")


def is_medline(head: bytes) -> bool:
    """Whether a file that begins so is MEDLINE/nbib text ('PMID- 1', 'OWN - NLM'); RIS looks like it and is not."""
    head = _in_utf8(head)
    return bool(_MEDLINE_FIELD.match(head)) and not _RIS.search(head)


def is_xml(head: bytes) -> bool:
    """Whether a file that begins so is XML of some kind, in UTF-8 or UTF-16."""
    return _in_utf8(head).removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<")


def describe(head: bytes) -> str:
    """Say what something that begins so is: 'an HTML page', 'JSON', an error message of PubMed and so on."""
    for signature, name in _SIGNATURES:
        if head.startswith(signature):
            return name
    text = _in_utf8(head).removeprefix(codecs.BOM_UTF8).strip()
    if not text:
        return "an empty file"
    if text[:1] in b"{[":
        return "JSON"
    lowered = text[:200].lower()
    if lowered.startswith((b"<!doctype html", b"<html")) or (b"<html" in lowered and text[:1] == b"<"):
        return "an HTML page"
    if error := _ERROR.search(text):
        return f"an error message of PubMed: {_line(error[1])}"
    while text.startswith((b"<?", b"<!")) and (prolog := _PROLOG.match(text)):
        text = text[prolog.end() :].lstrip()
    if not text:
        return "XML without any content"
    if root := _ROOT.match(text):
        return f"XML with the root <{_line(root[1])}>"
    if _RIS.search(text):
        return "RIS"
    if is_medline(text):
        return "MEDLINE text"
    if b"\0" in text:
        return "binary data"
    return f"text that begins with '{_line(text[:40])}'"


def _in_utf8(head: bytes) -> bytes:
    encoding = encoding_of(head)
    return head if encoding == "utf-8" else head.decode(encoding, "ignore").encode("utf-8", "ignore")


def _line(raw: bytes) -> str:
    return " ".join(raw.decode("utf-8", "replace").split())[:200]
