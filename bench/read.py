"""Readers of PubMed XML on one file: ours and others', each in a process of its own."""

import gzip
import io
import random
import shutil
import subprocess
import warnings
from pathlib import Path

from Bio import Entrez
from isal import igzip
from lxml import etree
from pubmed_parser import parse_medline_xml

from bench.made_records import bodies
from bench.measure import SHARED, in_turns, median, met, ratio
from ingest.build.loops import without_cycle_search
from records.content import SourceRecord
from records.splitter import record_of, split_records

REAL = SHARED / "pubmed_xml"
"""Real records, where they are: fixtures of public projects, most of few files, so the same ones again and again."""
REPEATED = 9_000
FEW = 2_000
"""Records for readers that hold all of a file in memory."""


def gunzip(path: str) -> int:
    """Nothing but unzipping: the floor."""
    size = 0
    with igzip.open(path, "rb") as file:
        while chunk := file.read(1 << 20):
            size += len(chunk)
    return size


def ours(path: str) -> int:
    """Gunzip, cut into records, read every field."""
    with igzip.open(path, "rb") as file, without_cycle_search():
        return sum(1 for body in bodies(file) if record_of("pubmed-xml", body).pmid)


def ours_checked(path: str) -> int:
    """The same as `evidence import` takes records in: each checked to be well-formed, and its hash taken."""
    with igzip.open(path, "rb") as file, without_cycle_search():
        return sum(1 for each in split_records(file) if each.sha256)  # type: ignore[union-attr]


def iterparse(path: str) -> int:
    """Lxml's iterparse, extracting nothing."""
    count = 0
    with igzip.open(path, "rb") as file:
        for _, element in etree.iterparse(file, tag="PubmedArticle"):
            count += 1
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    return count


def pubmed_parser(path: str) -> int:
    """pubmed_parser's parse_medline_xml with its defaults."""
    warnings.simplefilter("ignore")
    return sum(1 for _ in parse_medline_xml(path))


def entrez_read(path: str) -> int:
    """Bio.Entrez.read."""
    with gzip.open(path, "rb") as file:
        text = file.read().replace(b'"http://dtd', b'"https://dtd')  # it refuses the address that NLM's files name
    return len(Entrez.read(io.BytesIO(text), validate=False)["PubmedArticle"])


def xtract(path: str) -> int:
    """NCBI's xtract, two fields (Debian's ncbi-entrez-direct)."""
    fields = ["xtract", "-mixed", "-pattern", "PubmedArticle", "-element", "MedlineCitation/PMID", "ArticleTitle"]
    with subprocess.Popen(["gzip", "-dc", path], stdout=subprocess.PIPE) as unzipping:
        done = subprocess.run(fields, stdin=unzipping.stdout, check=True, capture_output=True)
    return done.stdout.count(b"\n")


def real_files(folder: Path) -> dict[str, Path]:
    """Files of real records in random order, by what is in them: those of today's DTD, and all."""
    found = []
    for path in sorted(REAL.iterdir()):
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            records = [each for each in split_records(file) if isinstance(each, SourceRecord)]
        found += [each.body for each in records if each.body.startswith(b"<PubmedArticle>")]
    today = [body for body in found if b"<AffiliationInfo>" in body]
    files = {}
    for name, chosen in (("in the form of today", today), ("of all years", found)):
        files[f"{len(chosen)} {name}"] = path = folder / f"real-{len(chosen)}.xml.gz"
        with gzip.open(path, "wb", 1) as file:
            file.write(b"<PubmedArticleSet>\n")
            file.writelines(body + b"\n" for body in random.Random(1).choices(chosen, k=REPEATED))  # noqa: S311
            file.write(b"</PubmedArticleSet>\n")
    return files


def on_real(folder: Path, rounds: int) -> str:
    """How much faster than pubmed_parser on real records."""
    found = []
    for name, path in real_files(folder).items():
        took = in_turns({"ours": ("read", "ours", path), "theirs": ("read", "pubmed_parser", path)}, rounds)
        found.append(f"{name} {ratio(took['theirs'], took['ours']):.2f} times")
    return f"On real records of ../shared/data/pubmed_xml, repeated to {REPEATED:,}: {', '.join(found)}."


def table(big: Path, small: Path, records: int, rounds: int) -> list[str]:
    """The rows of the table, and whether the goals are met."""
    steps: dict[str, tuple[object, ...]] = {
        "ours": ("read", "ours", big),
        "ours, check and hash only (import)": ("read", "ours_checked", big),
        "pubmed_parser": ("read", "pubmed_parser", big),
        "lxml iterparse, nothing extracted": ("read", "iterparse", big),
        "gunzip alone (isal)": ("read", "gunzip", big),
        f"Bio.Entrez.read, {FEW} records": ("read", "entrez_read", small),
    }
    if shutil.which("xtract"):
        steps["xtract, two fields"] = ("read", "xtract", big)
    took = in_turns(steps, rounds)
    lines = ["| reader | records/s | times pubmed_parser | memory |", "|---|---|---|---|"]
    for name, times in took.items():
        count = FEW if "Entrez" in name else records
        scaled = ratio(took["pubmed_parser"], times) * count / records
        lines.append(f"| {name} | {count / median(times):,.0f} | {scaled:.2f} | {median(times, 'megabytes'):.0f} MB |")
    times_as_fast = ratio(took["pubmed_parser"], took["ours"])
    lines.append("")
    lines.append(
        f"Goals: at least 2 times pubmed_parser ({met(times_as_fast >= 2)}: {times_as_fast:.2f}); at most 60 MB "
        f"({met(median(took['ours'], 'megabytes') <= 60)}). Seconds are of the processor; memory is what reading adds "
        "to the process. Bio.Medline reads another format without UIs and is left out."
        + ("" if shutil.which("xtract") else " xtract (Debian's ncbi-entrez-direct) is not installed here.")
    )
    if REAL.is_dir():
        lines += ["", on_real(big.parent, rounds)]
    return lines
