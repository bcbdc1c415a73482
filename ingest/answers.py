"""Answers of ESearch and ESummary, read. Entities are off and nothing is loaded from anywhere."""

from dataclasses import dataclass

from lxml import etree


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
    """Read an ESummary answer, version 2.0: PMID to RecordStatus, or to None where it carries an error.

    Raises:
        ValueError: a PMID is not a number. lxml.etree.XMLSyntaxError: it is ill-formed.
    """
    return {
        int(node.get("uid", "")): None if node.find("error") is not None else node.findtext("RecordStatus", "")
        for node in _tree(body).iterfind("DocumentSummarySet/DocumentSummary")
    }
