"""How far the tags can be trusted: the tagger scored on labelled sets, row by row for the table `tag_accuracy`."""

from collections.abc import Callable, Iterable, Sequence
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np

from db.archive.store import Archive
from evaluation.gold_sets import PSYCHEDELICS, Judged, is_held_back, read_gold
from ingest.tagging import TAGGER_VERSION, Tagger, decide
from records.record import Record
from records.splitter import record_of
from topics import Topic, Vocabulary
from topics.errors import BadInputError
from topics.vocabulary import COLUMNS

Row = dict[str, Any]
FindRecord = Callable[[int], Record | None]
"""The archive's record of a PMID."""


def from_archive(archive: Archive) -> FindRecord:
    """Return how to find a record by PMID among those that `archive` holds."""

    def find(pmid: int) -> Record | None:
        return next((record_of(stored.format, stored.body) for stored in archive.current([pmid])), None)

    return find


def judge(path: Path, vocabulary: Vocabulary, find_record: FindRecord | None = None) -> tuple[str, list[Judged]]:
    """Return the name of the gold set and one judgement for every record and facet that has a label.

    Labels by PMID (`gold.csv`) need `find_record`; records that the archive does not hold are passed over. Raises
    BadInputError for a file in no known format, or when labels by PMID find no record at all.
    """
    known, rows = read_gold(path)
    tagger = Tagger(PSYCHEDELICS if known.name == "psynamic" else vocabulary)
    judged = []
    for number, row in enumerate(rows):
        if known.name == "gold":
            record = find_record(int(row["pmid"])) if find_record else None
        else:
            abstract = row.get("abstract", row.get("AB", "")) or ""
            record = Record(pmid=99_000_000 + number, title=row.get("title", row.get("TI", "")), abstract=abstract)
        if record is None:
            continue
        tagged = tagger.tag(record)
        said = decide(tagged.tags, has_abstract=bool(record.abstract))
        held = is_held_back(record.title)
        judged += [Judged(facet, held, gold, mine) for facet, gold, mine in known.judge(row, said, tagged)]
    if not judged:
        raise BadInputError(
            f"{path}: none of its records is in the archive; run `evidence sync` or `evidence import` first"
        )
    return path.name.split(".")[0], judged


def score(paths: Iterable[Path], topic: Topic, find_record: FindRecord | None = None) -> list[Row]:
    """Return the rows of `tag_accuracy` for labelled files: one a facet and value, for both halves of each set.

    A value in parentheses is a summary over the facet. `low` and `high` are the 95 % interval of F1 (bootstrap over
    records, seeded) or, where `f1` is a share (exact, answered), Wilson's.
    """
    rows = []
    for path in paths:
        gold_set, judged = judge(path, topic.vocabulary, find_record)
        for facet in dict.fromkeys(one.facet for one in judged):
            for split in ("dev", "held_back"):
                part = [one for one in judged if one.facet == facet and one.held_back == (split == "held_back")]
                about = {"facet": facet, "tagger_version": TAGGER_VERSION, "gold_set": gold_set, "split": split}
                rows += [about | row for row in _rows_of(part)]
    return rows


def counts_of(judged: Sequence[Judged]) -> list[dict[str, Any]]:
    """Counts, precision, recall and F1 of every value, without the summaries over the facet."""
    return [row for row in _rows_of(judged) if row["value"] not in _SUMMARIES]


_SUMMARIES = ("(weighted)", "(micro)", "(exact)", "(exact where answered)", "(answered)")


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
        _row(
            "(weighted)", total[0][0], total[1][0], total[2][0], _ratio((f1 * support).sum(axis=1), support.sum(axis=1))
        )
    )
    micro = _ratio(2 * total[0], 2 * total[0] + total[1] + total[2])
    rows.append(_row("(micro)", total[0][0], total[1][0], total[2][0], micro))
    exact = sum(one.gold == one.said for one in judged)
    answered = sum(bool(one.said) for one in judged)
    right = sum(one.gold == one.said for one in judged if one.said)
    rows.append(_share("(exact)", exact, len(judged)))
    rows.append(_share("(exact where answered)", right, answered))
    rows.append(_share("(answered)", answered, len(judged)))
    return rows


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    ratio = np.zeros(np.shape(above), dtype=float)
    np.divide(above, below, out=ratio, where=np.asarray(below) > 0)
    return ratio


def _row(value: str, tp: np.int64, fp: np.int64, fn: np.int64, f1: np.ndarray) -> dict[str, Any]:
    low, high = np.quantile(f1[1:], [0.025, 0.975])
    precision = float(tp / (tp + fp)) if tp + fp else 0.0
    recall = float(tp / (tp + fn)) if tp + fn else 0.0
    return {
        "value": value, "tp": int(tp), "fp": int(fp), "fn": int(fn), "precision": round(precision, 4),
        "recall": round(recall, 4), "f1": round(float(f1[0]), 4),
        "low": round(float(low), 4), "high": round(float(high), 4),
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


_NUMBERS = {column for column, facet in COLUMNS.items() if facet.type in ("count", "number")}
_HEADER = (
    "gold set",
    "facet",
    "value",
    "n",
    "P",
    "R",
    "F1 or share",
    "95 %",
    "n",
    "P",
    "R",
    "F1 or share",
    "95 %",
    "gap",
)


def _lines(rows: Sequence[Row], *, every_value: bool) -> list[tuple[str, ...]]:
    """Both halves of each set side by side, and the gap between them; numbers of people are summed up only."""
    halves: dict[tuple[str, str, str], dict[str, Row]] = {}
    for row in rows:
        halves.setdefault((row["gold_set"], row["facet"], row["value"]), {})[row["split"]] = row
    lines: list[tuple[str, ...]] = []
    for (gold_set, facet, value), half in halves.items():
        if not value.startswith("(") and (not every_value or facet in _NUMBERS):
            continue
        dev, held = half.get("dev"), half.get("held_back")
        gap = f"{held['f1'] - dev['f1']:+.3f}" if dev and held else ""
        lines.append((gold_set, facet, value, *_cells(dev), *_cells(held), gap))
    return lines


def _cells(row: Row | None) -> tuple[str, str, str, str, str]:
    if row is None:
        return ("", "", "", "", "")
    return (
        str(row["tp"] + row["fn"]), f"{row['precision']:.3f}", f"{row['recall']:.3f}", f"{row['f1']:.3f}",
        f"{row['low']:.3f}-{row['high']:.3f}",
    )  # fmt: skip


def print_table(rows: Sequence[Row]) -> None:
    """Print the scores to standard output: first the half that rules were written on, then the held-back one."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"tagger version {TAGGER_VERSION}: development half, held-back half, gap")
    for name in _HEADER:
        table.add_column(name)
    for line in _lines(rows, every_value=True):
        table.add_row(*line)
    Console(width=170).print(table)


def markdown(rows: Sequence[Row]) -> str:
    """Return the scores as a page: docs/accuracy.md."""
    lines = [
        "# How far the tags can be trusted",
        "",
        f"Tagger version {TAGGER_VERSION}. Generated by `evaluation.accuracy.markdown` from the labelled sets; do not "
        f"edit. The first",
        "half of each row was seen while rules were written, the second (a third of each set, fixed by a hash of the "
        "title)",
        "was held back: its errors were never read. 95 % intervals: bootstrap over records for F1, Wilson's for "
        "shares.",
        "`(weighted)` weighs each value's F1 by how often it occurs, `(micro)` counts all labels alike, `(exact)` is "
        "the share of",
        "records with exactly the right labels. Labels believed to be wrong are in "
        "[accuracy-notes.md](accuracy-notes.md).",
        "",
    ]
    for title, every_value in (("Summary", False), ("Every value", True)):
        lines += [f"## {title}", "", "| " + " | ".join(_HEADER) + " |", "|" + " --- |" * len(_HEADER)]
        lines += ["| " + " | ".join(line) + " |" for line in _lines(rows, every_value=every_value)]
        lines.append("")
    return "\n".join(lines)
