"""What indexers and authors said a paper is about: MeSH, publication types, substances, keywords."""

from collections.abc import Iterable
from functools import lru_cache

from lxml.etree import _Element

from records.elements import each_of, text_of, texts_of
from records.mesh import DESCRIPTORS, PUBLICATION_TYPES
from records.record import Chemical, MeshHeading, PublicationType

_NO_QUALIFIER = (("", ""),)


@lru_cache(maxsize=256)  # a few types, and a few thousand substances, are most that there are; tuples can be shared
def publication_type(ui: str, name: str) -> PublicationType:
    """A publication type with its UI; records from before 2013 have names only."""
    return PublicationType(ui or PUBLICATION_TYPES.get(name, ""), name)


@lru_cache(maxsize=2048)
def chemical(ui: str, name: str, number: str) -> Chemical:
    """A substance with its UI, likewise."""
    return Chemical(ui or DESCRIPTORS.get(name, ""), name, number)


def mesh_headings(heading_list: _Element | None, automated_record: bool) -> tuple[MeshHeading, ...]:
    """Rows of a MeshHeadingList; in an automated record a program chose all headings."""
    headings = heading_list[:] if heading_list is not None else ()
    return tuple([row for heading in headings for row in _rows_of_heading(heading, automated_record)])


def _rows_of_heading(heading: _Element, automated: bool) -> list[MeshHeading]:
    """One row for a descriptor without qualifiers, else one for each; each says whether the whole heading is major.

    AutoHM marks a heading that a program chose (DTD 2025).
    """
    descriptor = descriptor_ui = ""
    qualifiers: list[tuple[str, str]] = []
    major = False
    for term in heading[:]:
        text = text_of(term)
        major = major or term.get("MajorTopicYN") == "Y"
        automated = automated or term.get("AutoHM") == "Y"
        if term.tag == "QualifierName":
            qualifiers.append((term.get("UI", ""), text))
        else:
            descriptor, descriptor_ui = text, term.get("UI") or DESCRIPTORS.get(text, "")
    return [
        MeshHeading(descriptor_ui, descriptor, qualifier_ui, qualifier, int(major), int(automated))
        for qualifier_ui, qualifier in qualifiers or _NO_QUALIFIER
    ]


def publication_types(elements: Iterable[_Element]) -> tuple[PublicationType, ...]:
    """Publication types of these elements."""
    return tuple([publication_type(each.get("UI", ""), text_of(each)) for each in elements])


def chemicals(chemical_list: _Element | None) -> tuple[Chemical, ...]:
    """Substances of a ChemicalList with their registry numbers."""
    rows: list[Chemical] = []
    for each in each_of(chemical_list, "Chemical"):
        ui = name = number = ""
        for part in each[:]:
            if part.tag == "NameOfSubstance":
                ui, name = part.get("UI", ""), text_of(part)
            elif part.tag == "RegistryNumber":
                number = text_of(part)
        if name:
            rows.append(chemical(ui, name, number))
    return tuple(rows)


def keywords(element: _Element) -> tuple[str, ...]:
    """Keywords of every KeywordList (authors', NLM's …), as spelled; repeats between lists once."""
    lists = each_of(element, "KeywordList")
    return tuple(dict.fromkeys([word for keyword_list in lists for word in texts_of(keyword_list, "Keyword")]))
