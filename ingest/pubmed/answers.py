"""Answers of ESearch and ESummary, read. Entities are off and nothing is loaded from anywhere."""

import re
from dataclasses import dataclass

from lxml import etree

_NO_SUMMARY = rb"cannot get document summary"
_UID = re.compile(rb"UID\s*=\s*\"?(\d{1,8})\"?\s*:\s*" + _NO_SUMMARY, re.IGNORECASE)
NO_SUCH_RECORDS = re.compile(rb"<ERROR>(?:\s*" + _UID.pattern + rb"[\s.,;]*)+</ERROR>", re.IGNORECASE)
"""How ESummary of version 1, and some servers whatever the version, tell of records that PubMed does not have."""


@dataclass(frozen=True)
class SearchAnswer:
    """An answer of ESearch. `dropped` are the terms that PubMed left out of the search, as 'FieldNotFound: foo'."""

    count: int
    ids: tuple[int, ...]
    translation: str
    dropped: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()


def _tree(body: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    return etree.fromstring(body, parser)


def read_search(body: bytes) -> SearchAnswer:
    """Read an ESearch answer (esearch.dtd). An OutputMessage remarks on paging, not on the search.

    Raises:
        ValueError: a count or a PMID is not a number. lxml.etree.XMLSyntaxError: it is ill-formed.
    """
    root = _tree(body)
    remarks = [child for name in ("ErrorList", "WarningList") for child in root.iterfind(f"{name}/*")]
    return SearchAnswer(
        count=int(root.findtext("Count", "")),
        ids=tuple(int(node.text or "") for node in root.iterfind("IdList/Id")),
        translation=root.findtext("QueryTranslation", ""),
        dropped=tuple(f"{node.tag}: {node.text or ''}" for node in remarks if node.tag != "OutputMessage"),
        messages=tuple(node.text or "" for node in remarks if node.tag == "OutputMessage"),
    )


def read_summaries(body: bytes) -> dict[int, str | None]:
    """Read an ESummary answer of version 1 or 2.0: PMID to RecordStatus, or to None where PubMed has no such record.

    That it has none is told in two forms: as an `error` of the DocumentSummary, or as `NO_SUCH_RECORDS`. A record with
    an error of any other kind is left out.

    Raises:
        ValueError: a PMID is not a number. lxml.etree.XMLSyntaxError: it is ill-formed.
    """
    root = _tree(body)
    found: dict[int, str | None] = {int(node.findtext("Id", "")): _item(node) for node in root.iterfind("DocSum")}
    for node in root.iterfind("DocumentSummarySet/DocumentSummary"):
        error = node.findtext("error")
        if error is None:
            found[int(node.get("uid", ""))] = node.findtext("RecordStatus", "")
        elif _NO_SUMMARY.decode() in error.lower():
            found[int(node.get("uid", ""))] = None
    absent = [int(pmid) for told in NO_SUCH_RECORDS.finditer(body) for pmid in _UID.findall(told[0])]
    return found | dict.fromkeys(absent)


def _item(summary: etree._Element) -> str:
    """The RecordStatus of a DocSum, whose fields are `Item` elements with a name."""
    return next((item.text or "" for item in summary.iterfind("Item") if item.get("Name") == "RecordStatus"), "")
