"""What indexers and authors said a paper is about: MeSH, publication types, substances, keywords."""

from collections.abc import Iterable
from functools import lru_cache

from lxml.etree import _Element

from ingest.elements import each_of, parse, text_of, texts_of
from ingest.mesh_ui import DESCRIPTORS, PUBLICATION_TYPES
from ingest.record import Chemical, MeshHeading, PublicationType

_NO_QUALIFIER = (("", ""),)
# The same few thousand headings, types and substances make up most rows; being frozen they can be shared.


@lru_cache(maxsize=256)
def publication_type(ui: str, name: str) -> PublicationType:
    """A publication type with its UI; records from before 2013 have names only."""
    return PublicationType(ui or PUBLICATION_TYPES.get(name, ""), name)


@lru_cache(maxsize=2048)
def chemical(ui: str, name: str, number: str) -> Chemical:
    """A substance with its UI, likewise."""
    return Chemical(ui or DESCRIPTORS.get(name, ""), name, number)


def mesh_headings(heading_list: _Element | None, automated_record: bool) -> tuple[MeshHeading, ...]:
    """One row a descriptor without qualifiers, else one a qualifier; each says whether the whole heading is major.

    AutoHM marks a heading that a program chose (DTD 2025); in an automated record all are.
    """
    headings = heading_list[:] if heading_list is not None else ()
    return tuple([row for heading in headings for row in _rows_of_heading(heading, automated_record)])


def mesh_headings_in(headings: Iterable[str], automated_record: bool) -> tuple[MeshHeading, ...]:
    """The same of MeshHeading elements as they stand in a record."""
    return tuple([row for heading in headings for row in _known_heading(heading, automated_record)])


@lru_cache(maxsize=1 << 15)  # the very same bytes come again and again: the commonest 2,000 are most of PubMed's
def _known_heading(heading: str, automated_record: bool) -> tuple[MeshHeading, ...]:
    return _rows_of_heading(parse(f"{heading}</MeshHeading>".encode()), automated_record)


def _rows_of_heading(heading: _Element, automated: bool) -> tuple[MeshHeading, ...]:
    descriptor = descriptor_ui = ""
    qualifiers: list[tuple[str, str]] = []
    major = False
    for term in heading[:]:
        if "Y" in term.values():
            major = major or term.get("MajorTopicYN") == "Y"
            automated = automated or term.get("AutoHM") == "Y"
        if term.tag == "QualifierName":
            qualifiers.append((term.get("UI", ""), text_of(term)))
        else:
            descriptor = text_of(term)
            descriptor_ui = term.get("UI") or DESCRIPTORS.get(descriptor, "")
    return tuple(
        MeshHeading(descriptor_ui, descriptor, qualifier_ui, qualifier, major, automated)
        for qualifier_ui, qualifier in qualifiers or _NO_QUALIFIER
    )


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
    return tuple(
        dict.fromkeys(
            word for keyword_list in each_of(element, "KeywordList") for word in texts_of(keyword_list, "Keyword")
        )
    )
