"""Measure citation look-up: `python -m bench.citations` prints the damage table; with `--write` into the docs.

`--weights` counts, on the references that are not kept back, how often each level of agreement occurs between a
reference and its own record and between it and other records: the logarithms of their ratios are the weights.
"""

import argparse
import math
import sqlite3
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.damage import KINDS, LIGHT
from bench.reference_set import Sample, facts_in, register_facts, samples, write_database
from db.citations.candidates import by_author, by_title, shelf_of
from db.citations.comparison import compare, prepared
from db.citations.look_up import cite, find, lines, opened
from db.citations.model import Answer
from db.citations.readers.text import read_text
from db.citations.works import load_works
from ingest.build.run import build
from topics import load_topic

DOCS = Path(__file__).resolve().parents[1] / "docs" / "citations.md"
BEGIN, END = "<!-- made by python -m bench.citations --write -->", "<!-- end of what is made -->"


@dataclass(frozen=True)
class Score:
    """Of a set of references: how many, first answer right, answered with confidence and wrong, not found."""

    n: int
    top: int
    wrong: int
    missed: int

    def row(self, name: str) -> str:
        """A line of the table."""
        share = [f"{100 * part / self.n:.1f} %" if self.n else "" for part in (self.top, self.wrong, self.missed)]
        return f"| {name} | {self.n} | {share[0]} | {share[1]} | {share[2]} |"


def ask(connection: sqlite3.Connection, texts: Sequence[str]) -> tuple[list[Answer], list[float]]:
    """The first answer to each text, and milliseconds each."""
    shelf = shelf_of(connection)
    answers, times = [], []
    for text in texts:
        start = time.perf_counter()
        answers.append(find(connection, shelf, read_text(text).references[0]))
        times.append((time.perf_counter() - start) * 1000)
    return answers, times


def scored(pairs: Sequence[tuple[Sample, Answer]]) -> Score:
    """Count; 'wrong' is an answer named as the one (exact or probable) that is another record."""
    return Score(
        len(pairs),
        sum(bool(answer.matches) and answer.matches[0].work.key == sample.key for sample, answer in pairs),
        sum(answer.best is not None and answer.best.work.key != sample.key for sample, answer in pairs),
        sum(answer.outcome == "not_found" for _, answer in pairs),
    )


def table(pairs: Sequence[tuple[Sample, Answer]]) -> list[str]:
    """The damage table."""
    known = [pair for pair in pairs if pair[0].key]
    unknown = [pair for pair in pairs if not pair[0].key]

    def part(keep: Callable[[Sample], bool]) -> Score:
        return scored([pair for pair in known if keep(pair[0])])

    lines = ["| damage | references | first answer right | confident and wrong | not found |", "|---|---|---|---|---|"]
    lines += [part(lambda s, kind=kind: s.kind == kind).row(kind.replace("_", " ")) for kind in KINDS]  # type: ignore[misc]
    lines += [
        part(lambda s: s.kind in LIGHT).row("**light damage** (the first six)"),
        part(lambda s: s.kind in LIGHT and s.kept_back).row("light damage, kept back"),
        part(lambda s: True).row("**all**"),
        part(lambda s: not s.kept_back).row("all, used for tuning"),
        part(lambda s: s.kept_back).row("all, kept back"),
        scored(unknown).row("**not in the database**"),
        scored([pair for pair in unknown if pair[0].kept_back]).row("not in the database, kept back"),
    ]
    return lines


def weights(connection: sqlite3.Connection, chosen: Sequence[Sample]) -> list[str]:
    """ln(m/u) by part and level: m among own records, u among the other candidates of the same references."""
    shelf = shelf_of(connection)
    own: dict[str, Counter[str]] = defaultdict(Counter)
    other: dict[str, Counter[str]] = defaultdict(Counter)
    for sample in chosen:
        reference = read_text(sample.text).references[0]
        said = prepared(reference)
        pmids = dict.fromkeys([*by_author(connection, shelf, reference), *by_title(connection, reference)])
        for work in load_works(connection, list(pmids)):
            for part, level in compare(said, work).levels.items():
                (own if work.key == sample.key else other)[part][level] += 1
    lines = []
    for part in own:
        levels = sorted({*own[part], *other[part]})
        m, u = own[part].total() + len(levels), other[part].total() + len(levels)
        for level in levels:
            ratio = math.log((own[part][level] + 1) / m) - math.log((other[part][level] + 1) / u)
            lines.append(
                f"{part:14} {level:10} own {own[part][level]:4}  other {other[part][level]:6}  ln(m/u) {ratio:+.1f}"
            )
    return lines


def key_lookups(connection: sqlite3.Connection, pmids: Sequence[int]) -> list[float]:
    """Milliseconds to read each record by its primary key."""
    times = []
    for pmid in pmids:
        start = time.perf_counter()
        connection.execute("SELECT * FROM articles WHERE pmid = ?", (pmid,)).fetchone()
        times.append((time.perf_counter() - start) * 1000)
    return times


def measure(records: int, *, sparse: bool, show: bool, count_weights: bool) -> list[str]:
    """One database, all references: the table, and the time as a ratio."""
    present, withheld = register_facts()
    chosen = samples(present, withheld)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "evidence.db"
        write_database(path, present, records, sparse=sparse)
        with opened(path) as connection:
            if count_weights:
                return weights(connection, [s for s in chosen if s.key and not s.kept_back])
            start = time.perf_counter()
            shelf_of(connection)
            shelf_ms = (time.perf_counter() - start) * 1000
            answers, times = ask(connection, [sample.text for sample in chosen])
            by_key = key_lookups(connection, [int(f.key[5:]) for f in present] * 3)
    pairs = list(zip(chosen, answers, strict=True))
    if show:
        for sample, answer in pairs:
            right = answer.matches and answer.matches[0].work.key == sample.key
            if sample.kept_back:
                continue
            if (sample.key and not right) or (not sample.key and answer.outcome != "not_found"):
                best = [(m.work.key, m.score, m.work.title, [d.line() for d in m.differs]) for m in answer.matches[:2]]
                print(f"{sample.kind} {sample.key or 'not held'}"  # noqa: T201
                      f"\n   {sample.text!r}\n   {answer.outcome} {best}")  # fmt: skip
    median, key = statistics.median(times), statistics.median(by_key)
    slowest = sorted(times)[int(len(times) * 0.95)]
    return [
        *table(pairs),
        "",
        f"One look-up among {records:,} records: median {median:.1f} ms, 95th percentile {slowest:.0f} ms; "
        f"{median / key:,.0f} times a look-up by primary key in the same run ({key:.3f} ms). "
        f"Reading the names of a new build, once a process: {shelf_ms:.0f} ms.",
    ]


def main() -> None:
    """Options in, tables out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=40_000)
    parser.add_argument("--show", action="store_true", help="print what was answered wrong, but for what is kept back")
    parser.add_argument("--weights", action="store_true", help="count weights on the references not kept back")
    parser.add_argument("--sparse", action="store_true", help="with the register's facts only")
    parser.add_argument("--database", type=Path, help="take facts and records from this evidence.db instead")
    parser.add_argument("--write", action="store_true", help="write both tables into docs/citations.md")
    chosen = parser.parse_args()
    if chosen.database:
        print("\n".join(measure_real(chosen.database)))  # noqa: T201
    elif not chosen.write:
        print("\n".join(measure(  # noqa: T201
            chosen.records, sparse=chosen.sparse, show=chosen.show, count_weights=chosen.weights)))  # fmt: skip
    else:
        write(chosen.records)


def measure_real(path: Path) -> list[str]:
    """The damage table for records that somebody really published, all of them in the database."""
    with opened(path) as connection:
        chosen = samples(facts_in(connection), [])
        answers, _ = ask(connection, [sample.text for sample in chosen])
    return table(list(zip(chosen, answers, strict=True)))


LOOK_UPS = (
    "24701015",
    "https://doi.org/10.1016/J.BIOPSYCH.2012.05.003.",
    "NCT02782104",
    "Lapidus et al., Biol Psychiatry 2014;76:970",
    "ketamine for depresion: where do we go form here",
    "Singh JB et al. Intravenous Esketamine in Adult Treatment-Resistant Depression: A Double-Blind, "
    "Double-Randomization, Placebo-Controlled Study. Biol Psychiatry 2016",
    "am j psychiatry|2013|170|1134|murrough jw|k1|",
    "McIntyre 2021",
    "PMID: 21557878",
    "Watson JD, Crick FH. Molecular structure of nucleic acids. Nature 1953;171:737-8.",
)


def look_ups() -> list[str]:
    """Ten look-ups in the database of the bundled register, as `evidence cite` answers them."""
    with tempfile.TemporaryDirectory() as folder:
        live = build(Path(folder), load_topic("ketamine-routes")).live
        return ["```", *(line for text in LOOK_UPS for line in [*lines(cite(live, text)), ""]), "```"]


def write(records: int) -> None:
    """Ten look-ups and both tables into docs/citations.md."""
    full = measure(records, sparse=False, show=False, count_weights=False)
    sparse = measure(records, sparse=True, show=False, count_weights=False)
    shown = ["Ten look-ups in the database of the bundled register, before any pull:", "", *look_ups(), ""]
    made = [
        BEGIN,
        "",
        *shown,
        *full,
        "",
        "The same with what the register alone knows, before any pull:",
        "",
        *sparse,
        "",
        END,
    ]
    text = DOCS.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN, 1)
    DOCS.write_text(before + "\n".join(made) + rest.split(END, 1)[1], encoding="utf-8")


if __name__ == "__main__":
    main()
