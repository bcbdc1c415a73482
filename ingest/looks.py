"""What a file that we cannot read looks like, in words for the person who gave it to us."""

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
_RIS = re.compile(rb"(?:\xef\xbb\xbf)?\s*TY  - ")


def is_medline(head: bytes) -> bool:
    """Whether a file that begins so is MEDLINE/nbib text ('PMID- 1', 'OWN - NLM'); RIS looks like it and is not."""
    return bool(_MEDLINE_FIELD.match(head)) and not _RIS.match(head)


def is_xml(head: bytes) -> bool:
    """Whether a file that begins so is XML of some kind, in UTF-8 or UTF-16."""
    plain = head.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    return plain.replace(b"\0", b"").lstrip().startswith(b"<")


def describe(head: bytes) -> str:
    """Say what something that begins so is: 'an HTML page', 'JSON', an error message of PubMed and so on."""
    for signature, name in _SIGNATURES:
        if head.startswith(signature):
            return name
    text = head.removeprefix(b"\xef\xbb\xbf").strip()
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
    if _RIS.match(text):
        return "RIS"
    if is_medline(text):
        return "MEDLINE text"
    if b"\0" in text:
        return "binary data"
    return f"text that begins with '{_line(text[:40])}'"


def _line(raw: bytes) -> str:
    return " ".join(raw.decode("utf-8", "replace").split())[:200]
