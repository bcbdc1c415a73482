"""How far the tags can be trusted: the tagger scored on labelled files, row by row for `tag_accuracy`.

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
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
from Bio import Medline

from ingest.record import Record
from ingest.tagging import ENOUGH, TAGGER_VERSION, Decision, Tagged, Tagger, decide
from topics import Term, Vocabulary
from topics.errors import BadInputError

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
    key = re.sub(r"[^a-z0-9]+", "", title.lower())
    return int(sha256(key.encode()).hexdigest(), 16) % 3 == 0


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

_ROUTE_CLASS = {"intravenous": "Intravenous", "oral": "Oral", "intranasal": "Nasal", "subcutaneous": "Subcutaneous", "inhaled": "Smoking"}  # fmt: skip
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
_REVIEWS = ("systematic_review", "meta_analysis", "narrative_review", "guideline")
_KETAMINE = frozenset({"Ketamine", "S-Ketamine", "R-Ketamine"})


def _psynamic(row: dict[str, Any], said: Decision, tagged: Tagged) -> Iterable[tuple[str, Labels, Labels]]:
    if "route" in row:
        review = _is_review(said, tagged)
        # the published class of a review names a route only where the review is about it
        counted = said.routes if not review else [tag.value for tag in tagged.tags if tag.facet == "route" and tag.field == "title"]
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
    return said.design in _REVIEWS and any(tag.confidence >= ENOUGH for tag in named)


def _band(said: Decision, tagged: Tagged) -> str:
    if said.n_total is None:
        return "Not applicable" if _is_review(said, tagged) else "Unknown"
    return next((band for top, band in _BANDS if said.n_total <= top), "≥1000")


def _control(said: Decision, tagged: Tagged) -> str:
    if _is_review(said, tagged):
        return "Not applicable"
    known = {"placebo": "Placebo", "active": "Active control", "dose_comparison": "Other control"}
    if said.control in known:
        return known[said.control]
    compared = any(tag.facet == "comparison_group" and tag.confidence >= ENOUGH for tag in tagged.tags)
    grouped = said.design in ("case_control", "randomized_controlled_trial")  # both have a second group by definition
    return "Other control" if compared or grouped else "Non-controlled"


_FINE_DESIGNS = {"editorial_letter": "other", "notice": "other", "qualitative": "other"}


def _ketamine(row: dict[str, Any], said: Decision, tagged: Tagged) -> Iterable[tuple[str, Labels, Labels]]:
    yield "route", frozenset(row["routes"]) - {"unspecified"}, frozenset(said.routes)
    design = _FINE_DESIGNS.get(said.design, said.design)
    yield "design", frozenset({row["design"]}), frozenset({design})
    if row["n_total"] is not None:
        n_total = frozenset({str(said.n_total)}) if said.n_total is not None else frozenset[str]()
        yield "n_total", frozenset({str(row["n_total"])}), n_total
    if row["blinding"]:
        yield "blinding", frozenset({row["blinding"]}), frozenset({said.blinding})
    if row["control"]:
        yield "control", frozenset({row["control"]}), frozenset({said.control})
    yield (
        "crossover",
        frozenset({"yes" if row["crossover"] else "no"}),
        frozenset({"yes" if said.crossover == "yes" else "no"}),
    )


_KINDS = {
    "randomized_controlled_trial": "RCT", "case_report": "case report", "systematic_review": "systematic review",
    "meta_analysis": "systematic review", "narrative_review": "narrative review", "animal": "animal", "in_vitro": "in vitro",
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
    GoldFormat("ketamine", frozenset({"routes", "design", "n_total", "blinding"}), _ketamine),
    GoldFormat("studytype", frozenset({"pmid", "title", "abstract", "study_type"}), _study_type),
    GoldFormat("psynamic", frozenset({"id", "title", "abstract"}), _psynamic),
    GoldFormat("medline", frozenset({"PMID", "PT"}), _medline),
)


def read_gold(path: Path) -> tuple[GoldFormat, list[dict[str, Any]]]:
    """Return a labelled file's format and rows. Raises BadInputError when it is in none of the formats."""
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
        if text.lstrip().startswith("{"):
            rows = [json.loads(line) for line in text.splitlines() if line.strip()]
        else:
            rows = [dict(record) for record in Medline.parse(io.StringIO(text)) if "PMID" in record and "PT" in record]
    except (OSError, ValueError) as error:
        raise BadInputError(
            f"{path}: cannot be read as labels ({error}); give a .jsonl, MEDLINE or .gz file"
        ) from error
    for known in _FORMATS:
        if rows and known.keys <= rows[0].keys():
            return known, rows
    raise BadInputError(f"{path}: not a labelled file in a known format; see docs/accuracy.md for the formats")


def judge(path: Path, vocabulary: Vocabulary) -> tuple[str, list[Judged]]:
    """Return the name of the gold set and one judgement for every record and facet that has a label."""
    known, rows = read_gold(path)
    tagger = Tagger(PSYCHEDELICS if known.name == "psynamic" else vocabulary)
    judged = []
    for number, row in enumerate(rows):
        title = row.get("title", row.get("TI", ""))
        abstract = row.get("abstract", row.get("AB", "")) or ""
        record = Record(pmid=99_000_000 + number, title=title, abstract=abstract)
        tagged = tagger.tag(record)
        said = decide(tagged.tags, has_abstract=bool(abstract))
        held = is_held_back(title)
        judged += [Judged(facet, held, gold, mine) for facet, gold, mine in known.judge(row, said, tagged)]
    return path.name.split(".")[0], judged


def score(paths: Sequence[Path], vocabulary: Vocabulary) -> list[dict[str, Any]]:
    """Return the rows of `tag_accuracy` for labelled files: one a facet and value, for both halves of each set.

    A value in parentheses is a summary over the facet. `low` and `high` are the 95 % interval of F1 (bootstrap over
    records, seeded) or, where `f1` is a share (accuracy, exact set, coverage), Wilson's.
    """
    rows = []
    for path in paths:
        gold_set, judged = judge(path, vocabulary)
        for facet in dict.fromkeys(one.facet for one in judged):
            for split in ("dev", "held_back"):
                part = [one for one in judged if one.facet == facet and one.held_back == (split == "held_back")]
                about = {"facet": facet, "tagger_version": TAGGER_VERSION, "gold_set": gold_set, "split": split}
                rows += [about | row for row in _rows_of(part)]
    return rows


def _rows_of(judged: Sequence[Judged]) -> list[dict[str, Any]]:
    values = sorted({value for one in judged for value in one.gold | one.said})
    if not values:
        return []
    gold = np.array([[value in one.gold for value in values] for one in judged], dtype=np.int64)
    said = np.array([[value in one.said for value in values] for one in judged], dtype=np.int64)
    hits, extra, missed = gold & said, said & ~gold & 1, gold & ~said & 1
    draws = np.random.default_rng(20261123).multinomial(len(judged), np.full(len(judged), 1 / len(judged)), size=1000)
    tp, fp, fn = (np.vstack([part.sum(axis=0)[None, :], draws @ part]) for part in (hits, extra, missed))
    f1 = _ratio(2 * tp, 2 * tp + fp + fn)
    support = tp + fn
    rows = [
        _row(value, tp[0, at], fp[0, at], fn[0, at], f1[:, at])
        for at, value in enumerate(values)
        if gold[:, at].any() or extra[:, at].any()
    ]
    total = [part.sum(axis=1) for part in (tp, fp, fn)]
    rows.append(
        _row("(weighted)", *(part[0] for part in total), _ratio((f1 * support).sum(axis=1), support.sum(axis=1)))
    )
    rows.append(_row("(micro)", *(part[0] for part in total), _ratio(2 * total[0], 2 * total[0] + total[1] + total[2])))
    exact = sum(one.gold == one.said for one in judged)
    answered = sum(bool(one.said) for one in judged)
    right = sum(one.gold == one.said for one in judged if one.said)
    rows.append(_share("(exact)", exact, len(judged)))
    rows.append(_share("(exact where answered)", right, answered))
    rows.append(_share("(answered)", answered, len(judged)))
    return rows


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    return np.divide(above, below, out=np.zeros(np.shape(above), dtype=float), where=np.asarray(below) > 0)


def _row(value: str, tp: int, fp: int, fn: int, f1: np.ndarray) -> dict[str, Any]:
    low, high = np.quantile(f1[1:], [0.025, 0.975])
    precision = float(tp / (tp + fp)) if tp + fp else 0.0
    recall = float(tp / (tp + fn)) if tp + fn else 0.0
    return {
        "value": value, "tp": int(tp), "fp": int(fp), "fn": int(fn), "precision": round(precision, 4),
        "recall": round(recall, 4), "f1": round(float(f1[0]), 4), "low": round(float(low), 4), "high": round(float(high), 4),
    }  # fmt: skip


def _share(value: str, right: int, count: int) -> dict[str, Any]:
    """A share with Wilson's interval, in the columns of a score."""
    low, high = wilson(right, count)
    share = round(right / count, 4) if count else 0.0
    return {
        "value": value, "tp": right, "fp": count - right, "fn": count - right, "precision": share, "recall": share,
        "f1": share, "low": round(low, 4), "high": round(high, 4),
    }  # fmt: skip


def wilson(right: int, count: int, z: float = 1.959964) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share, (0, 1) when nothing was counted."""
    if not count:
        return 0.0, 1.0
    share = right / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return max(0.0, middle - half), min(1.0, middle + half)
