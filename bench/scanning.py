"""Looking through baseline files for a topic: beside unzipping alone, on one worker and two, and on a Dask cluster."""

import shutil
import statistics
from pathlib import Path

from bench.measure import Took, in_turns, median, met, ratio
from ingest.bulk.run import bulk
from ingest.bulk.scan import scan_file
from topics import load_topic

TOPIC = "ketamine-routes"
FILES_OF_2026 = 1_334


def warm_scan(path: str) -> int:
    """Look through one file, with rules and words ready as a worker has them."""
    return scan_file(path, str(load_topic(TOPIC).folder)).records


def make_rules(path: str) -> int:
    """What a worker does once."""
    scan_file(str(Path(path).with_name("nothing.xml")), str(load_topic(TOPIC).folder))
    return 0


def here(folder: str, files: list[str], workers: int) -> float:
    """Wall seconds of `bulk` with processes of this machine, their start among them."""
    shutil.rmtree(folder, ignore_errors=True)
    return bulk(Path(folder), load_topic(TOPIC), files, workers=workers).seconds


def on_dask(folder: str, files: list[str], workers: int) -> float:
    """Wall seconds of `bulk` on a Dask cluster of processes of this machine that has started."""
    from distributed import LocalCluster

    shutil.rmtree(folder, ignore_errors=True)
    with LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=40) as cluster:
        return bulk(Path(folder), load_topic(TOPIC), files, scheduler=cluster.scheduler_address).seconds


def lines(path: Path, folder: Path, rounds: int, copies: int) -> list[str]:
    """The tables, the goals, and what all of PubMed would take."""
    took = in_turns(
        {
            "gunzip": ("read", "gunzip", path),
            "scan": ("scanning", "warm_scan", path),
            "rules": ("scanning", "make_rules", path),
        },
        rounds,
    )
    scan = [
        Took(a.processor - b.processor, a.wall - b.wall, a.megabytes, a.answer)
        for a, b in zip(took["scan"], took["rules"], strict=True)
    ]
    times = ratio(scan, took["gunzip"])
    files = []
    for number in range(copies):
        copy = folder / f"pubmed26n{number + 1:04d}.xml.gz"
        copy.unlink(missing_ok=True)
        copy.hardlink_to(path)
        files.append(str(copy))
    ways = in_turns(
        {
            "1 process": ("scanning", "here", folder / "one", files, 1),
            "2 processes": ("scanning", "here", folder / "two", files, 2),
            "Dask, 2 workers": ("scanning", "on_dask", folder / "dask", files, 2),
        },
        rounds,
    )
    walls = {name: statistics.median(float(str(one.answer)) for one in took) for name, took in ways.items()}
    gains = {name: walls["1 process"] / wall for name, wall in walls.items()}
    seconds = walls["2 processes"] / copies
    return [
        f"One file of 30,000 records: {median(scan):.2f} s of one core, {times:.1f} times unzipping alone "
        f"({median(took['gunzip']):.2f} s), {scan[0].megabytes:.0f} MB. Goals: 3 times ({met(times <= 3)}), 300 MB "
        f"({met(max(one.megabytes for one in took['scan']) <= 300)}).",
        "",
        f"| {copies} files | wall seconds | times one process |",
        "|---|---|---|",
        *(f"| {name} | {wall:.1f} | {gains[name]:.2f} |" for name, wall in walls.items()),
        "",
        f"Goals: 2 processes at least 1.8 times ({met(gains['2 processes'] >= 1.8)}), Dask at least 1.4 times "
        f"({met(gains['Dask, 2 workers'] >= 1.4)}); the start of processes is counted, that of the cluster is not.",
        "",
        f"All {FILES_OF_2026:,} files of 2026 at {seconds:.2f} s a file on two cores: "
        f"{seconds * FILES_OF_2026 / 60:.0f} minutes on this machine, and at the same rate a core "
        f"{seconds * FILES_OF_2026 * 2 / 32 / 60:.1f} minutes on 32 cores (reading from disk not included).",
    ]
