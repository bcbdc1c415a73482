"""What indexers and authors said a paper is about: MeSH, publication types, substances, keywords."""

from collections.abc import Iterable
from functools import lru_cache

from lxml.etree import _Element

from ingest.elements import each_of, text_of, texts_of
from ingest.mesh_ui import DESCRIPTORS, PUBLICATION_TYPES
from ingest.record import Chemical, MeshHeading, PublicationType

_NO_QUALIFIER = (("", ""),)
# The same few thousand headings, types and substances make up most rows; being frozen they can be shared, and making
# them anew took a tenth of the time of reading a record.
_heading = lru_cache(maxsize=4096)(MeshHeading)
_publication_type = lru_cache(maxsize=256)(PublicationType)
_chemical = lru_cache(maxsize=2048)(Chemical)


def mesh_headings(heading_list: _Element | None, automated_record: bool) -> tuple[MeshHeading, ...]:
    """One row a descriptor without qualifiers, else one a qualifier; each says whether the whole heading is major.

    AutoHM marks a heading that a program chose (DTD 2025); in an automated record all are.
    """
    rows: list[MeshHeading] = []
    for heading in each_of(heading_list, "MeshHeading"):
        descriptor = descriptor_ui = ""
        qualifiers: list[tuple[str, str]] = []
        major, automated = False, automated_record
        for term in heading:
            if term.get("MajorTopicYN") == "Y":
                major = True
            if term.get("AutoHM") == "Y":
                automated = True
            if term.tag == "QualifierName":
                qualifiers.append((term.get("UI", ""), text_of(term)))
            else:
                descriptor = text_of(term)
                descriptor_ui = term.get("UI") or DESCRIPTORS.get(descriptor, "")
        for qualifier_ui, qualifier in qualifiers or _NO_QUALIFIER:
            rows.append(_heading(descriptor_ui, descriptor, qualifier_ui, qualifier, major, automated))
    return tuple(rows)


def publication_types(elements: Iterable[_Element]) -> tuple[PublicationType, ...]:
    """Publication types with their UIs; records from before 2013 have names only."""
    rows: list[PublicationType] = []
    for each in elements:
        name = text_of(each)
        rows.append(_publication_type(each.get("UI") or PUBLICATION_TYPES.get(name, ""), name))
    return tuple(rows)


def chemicals(chemical_list: _Element | None) -> tuple[Chemical, ...]:
    """Substances of a ChemicalList with their registry numbers."""
    rows: list[Chemical] = []
    for each in each_of(chemical_list, "Chemical"):
        ui = name = number = ""
        for part in each:
            if part.tag == "NameOfSubstance":
                ui, name = part.get("UI", ""), text_of(part)
            elif part.tag == "RegistryNumber":
                number = text_of(part)
        if name:
            rows.append(_chemical(ui or DESCRIPTORS.get(name, ""), name, number))
    return tuple(rows)


def keywords(element: _Element) -> tuple[str, ...]:
    """Keywords of every KeywordList (authors', NLM's …), as spelled; repeats between lists once."""
    return tuple(
        dict.fromkeys(
            word for keyword_list in each_of(element, "KeywordList") for word in texts_of(keyword_list, "Keyword")
        )
    )
