"""The hand-checked register as a layer of tags: it wins over automatic tags and stays visible as `register`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ingest.tagging.model import Arm, Measurement, Tag, Tagged
from topics import RegisterStudy
from topics.vocabulary import FACETS, REVIEWS, ROUTES, as_said

_YES_NO = {True: "yes", False: "no"}
_IN_DOSES = {route.value: route.in_doses for route in ROUTES if route.in_doses}
_REGISTERED = [facet for facet in FACETS if facet.tag and facet.column and facet.register != "never"]


@dataclass(frozen=True)
class Register:
    """The register as builds look into it."""

    by_pmid: Mapping[int, RegisterStudy]
    by_doi: Mapping[str, RegisterStudy]
    """Studies without a PMID. PubMed may list one of them under a number that nobody has noted."""

    def entry_of(self, pmid: int, doi: str) -> RegisterStudy | None:
        """The entry for a record, by PMID or else by DOI."""
        return self.by_pmid.get(pmid) or self.by_doi.get(doi)

    def __len__(self) -> int:
        """Number of entries."""
        return len(self.by_pmid) + len(self.by_doi)


def register_layer(study: RegisterStudy) -> Tagged:
    """What the register says of a study, as tags, arms and measurements with source `register`.

    The quote of such a tag is the register's cell. Cells that are empty were not seen by the reader and say nothing.
    """
    return Tagged(tuple(_tags(study)), tuple(_arms(study)), tuple(_measurements(study)))


def _tag(facet: str, value: str, cell: str, role: str = "") -> Tag:
    return Tag(facet, value, role, "register", f"register.{facet}", "register", None, None, cell, 1.0)


def _tags(study: RegisterStudy) -> list[Tag]:
    role = "reviewed" if study.design in REVIEWS else "studied"
    tags = [_tag("route", route, ";".join(study.routes), role) for route in study.routes]
    for facet in _REGISTERED:
        given = study.value(facet.column)
        if facet.type == "text" and (value := _YES_NO.get(given, given)):
            tags.append(_tag(facet.tag, value, value))
    for facet in _REGISTERED:
        if facet.type in ("count", "number") and (number := study.value(facet.column)) is not None:
            cell = f"{number} ({study.n_total_basis})" if facet.tag == "n_total" else as_said(number)
            tags.append(_tag(facet.tag, as_said(number), cell))
    tags += [_tag("condition", value, study.condition_text) for value in study.conditions]
    tags += [_tag("intervention", value, ";".join(study.interventions)) for value in study.interventions]
    return tags


def _arms(study: RegisterStudy) -> list[Arm]:
    return [
        Arm(f"{route} arms", route, n, None, "", _dose_by(route, study), None, f"{route}: {n}")
        for route, n in study.n_by_route.items()
    ]


def _dose_by(route: str, study: RegisterStudy) -> str:
    """The parts of the dose ('…; …' or '… v …') that name the route; all of it where no part names any route."""
    parts = re.split(r"; ?| v ", study.dose)
    if not any(_names(part, one) for part in parts for one in study.routes):
        return study.dose
    return "; ".join(part for part in parts if _names(part, route))


def _names(dose: str, route: str) -> bool:
    return bool(re.search(rf"\b(?:{_IN_DOSES.get(route, route)}|{route})\b", dose))


def _measurements(study: RegisterStudy) -> list[Measurement]:
    return [
        Measurement("bioavailability", route, "", low, high, "%", study.condition_text, f"{route}: {low:g}-{high:g}")
        for route, (low, high) in study.bioavailability.items()
    ]
