"""Labelled sets: how each published format is read, and how its labels compare with what the tagger decides.

A labelled file is a JSON-lines file (plain or .gz) in one of the published formats, told by its keys; MEDLINE text
whose own publication types are the labels; or `gold.csv`, labels by PMID for records that are in the archive.
A third of every set is held back while rules are written. Which third is fixed by a hash of the title, so that an
abstract that stands in two sets is held back in both.
"""

import csv
import gzip
import io
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from Bio import Medline

from ingest.tagging import ENOUGH, Decision, Tagged
from topics import Term, Vocabulary
from topics.errors import BadInputError
from topics.vocabulary import COLUMNS, REVIEWS, as_said

Labels = frozenset[str]


@dataclass(frozen=True, slots=True)
class Judged:
    """What a reader says of one record in one facet, and what the tagger says."""

    facet: str
    held_back: bool
    gold: Labels
    said: Labels


@dataclass(frozen=True, slots=True)
class GoldFormat:
    """A published format: how its facets are read from a row, and from a decision."""

    name: str
    keys: frozenset[str]
    judge: Callable[[dict[str, Any], Decision, Tagged], Iterable[tuple[str, Labels, Labels]]]


def is_held_back(title: str) -> bool:
    """Whether a record with this title is in the third that nobody looks at while writing rules."""
    return int(title_digest(title), 16) % 3 == 0


def title_digest(title: str) -> str:
    """Return what a labelled record is known by: SHA-256 of the letters and digits of its title, in hexadecimal."""
    return sha256(re.sub(r"[^a-z0-9]+", "", title.lower()).encode()).hexdigest()


# The substances of psynamic_dev, whose routes are those of whatever was given.
PSYCHEDELICS = Vocabulary(
    interventions=[
        Term(value=value, label=value, terms=terms)
        for value, terms in {
            "ketamine": ["ketamine", "esketamine", "s-ketamine", "r-ketamine", "arketamine", "ketamin", "spravato"],
            "mdma": ["mdma", "ecstasy", "3,4-methylenedioxymethamphetamine", "methylenedioxymethamphetamine", "molly"],
            "mda_mdea": ["mda", "mdea", "mde", "mephedrone", "2c-b", "methylone"],
            "psilocybin": ["psilocybin", "psilocybine", "psilocin", "magic mushrooms", "psychedelic mushrooms"],
            "lsd": ["lsd", "lysergic acid diethylamide", "lysergide"],
            "dmt": ["dmt", "5-meo-dmt", "dimethyltryptamine", "n,n-dimethyltryptamine"],
            "ayahuasca": ["ayahuasca", "harmine", "hoasca", "daime"],
            "mescaline": ["mescaline", "peyote"],
            "ibogaine": ["ibogaine", "noribogaine", "iboga"],
            "salvinorin_a": ["salvinorin a", "salvia divinorum", "salvia"],
            "psychedelic": ["psychedelic", "psychedelics", "hallucinogen", "hallucinogens"],
        }.items()
    ],
    conditions=[Term(value="depression", label="depression", terms=["depression", "depressed", "depressive"])],
)

_ROUTE_CLASS = {
    "intravenous": "Intravenous", "oral": "Oral", "intranasal": "Nasal", "subcutaneous": "Subcutaneous",
    "inhaled": "Smoking",
}  # fmt: skip
_STUDY_TYPE = {
    "randomized_controlled_trial": "Randomized-controlled trial (RCT)",
    "protocol": "Study protocol",
    "cohort": "Real-world study",
    "cross_sectional": "Real-world study",
    "systematic_review": "Systematic review/meta-analysis",
    "meta_analysis": "Systematic review/meta-analysis",
    "case_report": "Case report",
    "case_series": "Case series",
    "qualitative": "Qualitative Study",
}
_BANDS = (
    (20, "1-20"), (40, "21-40"), (60, "41-60"), (80, "61-80"), (100, "81-100"), (199, "100-199"), (499, "200-499"),
    (999, "500-999"),
)  # fmt: skip
_KETAMINE = frozenset({"Ketamine", "S-Ketamine", "R-Ketamine"})


def _psynamic(row: dict[str, Any], said: Decision, tagged: Tagged) -> Iterable[tuple[str, Labels, Labels]]:
    if "route" in row:
        review = _is_review(said, tagged)
        # the published class of a review names a route only where the review is about it
        counted = (
            said.routes
            if not review
            else [tag.value for tag in tagged.tags if tag.facet == "route" and tag.field == "title"]
        )
        routes = frozenset(_ROUTE_CLASS.get(route, "Other") for route in counted)
        nothing = "Not applicable" if review else "Unknown"
        gold = frozenset(row["route"])
        yield "route", gold, routes or frozenset({nothing})
        if _KETAMINE & set(row.get("substances", ())):
            unreal = {"Unknown", "Not applicable"}
            yield "route (ketamine, real routes)", gold - unreal, routes
    if "study_type" in row:
        kind = _STUDY_TYPE.get(said.design, "Other")
        if said.design in ("secondary_analysis", "pharmacokinetic") and said.randomized == "yes":
            kind = _STUDY_TYPE["randomized_controlled_trial"]  # the published classes know no finer ones
        if said.design == "cohort" and said.routes:
            kind = "Other"  # 'real-world' there is use outside a clinic, not patients treated in one
        yield "study type", frozenset({row["study_type"]}), frozenset({kind})
    if "participants" in row:
        yield "participants", frozenset({row["participants"]}), frozenset({_band(said, tagged)})
    if "control" in row:
        yield "control", frozenset(row["control"]), frozenset({_control(said, tagged)})


def _is_review(said: Decision, tagged: Tagged) -> bool:
    """Whether a record is a review by its words, and not only for want of anything studied."""
    named = [tag for tag in tagged.tags if tag.facet == "design" and tag.value == said.design]
    return said.design in REVIEWS and any(tag.confidence >= ENOUGH for tag in named)


def _band(said: Decision, tagged: Tagged) -> str:
    n_total = said.n_total
    if said.n_total_basis in ("abstained", "unsure"):  # a band is coarse enough for the best guess
        n_total = int(max((tag for tag in tagged.tags if tag.facet == "n_total"), key=lambda tag: tag.confidence).value)
    if n_total is None:
        return "Not applicable" if _is_review(said, tagged) else "Unknown"
    return next((band for top, band in _BANDS if n_total <= top), "≥1000")


def _control(said: Decision, tagged: Tagged) -> str:
    if _is_review(said, tagged):
        return "Not applicable"
    known = {"placebo": "Placebo", "active": "Active control", "dose_comparison": "Other control"}
    if said.control in known:
        return known[said.control]
    compared = any(tag.facet == "comparison_group" and tag.confidence >= ENOUGH for tag in tagged.tags)
    grouped = said.design in ("case_control", "randomized_controlled_trial")  # both have a second group by definition
    return "Other control" if compared or grouped else "Non-controlled"


_LABELLED = [column for column, facet in COLUMNS.items() if facet.measured]
_FINE_DESIGNS = {"editorial_letter": "other", "notice": "other", "qualitative": "other"}


def _ketamine(row: dict[str, Any], said: Decision, tagged: Tagged) -> Iterable[tuple[str, Labels, Labels]]:
    yield "route", frozenset(row["routes"]) - {"unspecified"}, frozenset(said.routes)
    design = _FINE_DESIGNS.get(said.design, said.design)
    yield "design", frozenset({row["design"]}), frozenset({design})
    for column in _LABELLED:
        if (label := row.get(column)) not in (None, ""):
            yield column, _label(label), _label(said.value(column))
    yield (
        "crossover",
        frozenset({"yes" if row["crossover"] else "no"}),
        frozenset({"yes" if said.crossover == "yes" else "no"}),
    )


def _label(value: Any) -> Labels:
    return frozenset() if value is None else frozenset({as_said(value)})


_KINDS = {
    "randomized_controlled_trial": "RCT", "case_report": "case report", "systematic_review": "systematic review",
    "meta_analysis": "systematic review", "narrative_review": "narrative review", "animal": "animal",
    "in_vitro": "in vitro",
    "protocol": "protocol",
}  # fmt: skip
_KIND_OF_LABEL = (
    ("Human-RCT", "RCT"), ("Human-case-report", "case report"), ("Human-systematic-review", "systematic review"),
    ("Non-systematic-review", "narrative review"), ("Animal", "animal"), ("In-vitro", "in vitro"),
    ("Clinical-study-protocol", "protocol"),
)  # fmt: skip


def _study_type(row: dict[str, Any], said: Decision, tagged: Tagged) -> Iterable[tuple[str, Labels, Labels]]:
    gold = next((kind for start, kind in _KIND_OF_LABEL if row["study_type"].startswith(start)), "")
    kind = _KINDS.get(said.design, "")
    yield "study kind", frozenset({gold} - {""}), frozenset({kind} - {""})


def _medline(row: dict[str, Any], said: Decision, tagged: Tagged) -> Iterable[tuple[str, Labels, Labels]]:
    gold = {"RCT"} if "Randomized Controlled Trial" in row["PT"] else set[str]()
    predicted = {"RCT"} if said.design == "randomized_controlled_trial" else set[str]()
    yield "RCT, text only", frozenset(gold), frozenset(predicted)


_FORMATS = (
    GoldFormat("ketamine", frozenset({"routes", "design"}), _ketamine),
    GoldFormat("studytype", frozenset({"pmid", "title", "abstract", "study_type"}), _study_type),
    GoldFormat("psynamic", frozenset({"id", "title", "abstract"}), _psynamic),
    GoldFormat("medline", frozenset({"PMID", "PT"}), _medline),
)


_BY_PMID = GoldFormat("gold", frozenset({"pmid", "routes", "design"}), _ketamine)


def read_gold(path: Path) -> tuple[GoldFormat, list[dict[str, Any]]]:
    """Return a labelled file's format and rows. Raises BadInputError when it is in none of the formats."""
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
        if path.suffix == ".csv":
            rows = [_labels_by_pmid(row) for row in csv.DictReader(io.StringIO(text))]
        elif text.lstrip().startswith("{"):
            rows = [json.loads(line) for line in text.splitlines() if line.strip()]
        else:
            rows = [dict(record) for record in Medline.parse(io.StringIO(text)) if "PMID" in record and "PT" in record]
    except (OSError, ValueError) as error:
        raise BadInputError(
            f"{path}: cannot be read as labels ({error}); give a .jsonl, .csv, MEDLINE or .gz file"
        ) from error
    for known in (_BY_PMID,) if path.suffix == ".csv" else _FORMATS:
        if rows and known.keys <= rows[0].keys():
            return known, rows
    raise BadInputError(f"{path}: not a labelled file in a known format; see docs/accuracy.md for the formats")


def _labels_by_pmid(row: dict[str, str]) -> dict[str, Any]:
    """A row of gold.csv as the published format has it: lists, numbers, None for an empty cell."""
    return {
        **{key: value or None for key, value in row.items()},
        "routes": [route for route in row["routes"].split(";") if route],
        "n_total": int(row["n_total"]) if row.get("n_total") else None,
        "crossover": row.get("crossover") == "yes",
    }
