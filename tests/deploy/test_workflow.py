"""The workflow's own steps, run with a `gh` and a release of ours that fail when they are told to."""

import gzip
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from db.archive.store import Archive
from pubmed_server import trial
from records.content import SearchSlice, SourceRecord

ROOT = Path(__file__).parents[2]
STEPS = yaml.safe_load((ROOT / "deploy" / "github" / "sync.yml").read_text())["jobs"]["sync"]["steps"]
TAKE, SYNC, KEEP, PUBLISH = [step for step in STEPS if step.get("run")][1:5]
GH = """#!{python}
import os, pathlib, shutil, sys
world = pathlib.Path(os.environ["WORLD"])
with (world / "calls").open("a") as calls:
    calls.write(" ".join(sys.argv[1:]) + "\\n")
if len((world / "calls").read_text().splitlines()) == int(os.environ["FAILS_AT"]):
    sys.exit("HTTP 502: Server Error")
_, verb, *rest = sys.argv[1:]
release = world / "release"
if verb == "list":
    print("\\n".join(["v0.1"] + ["data"] * release.exists()))
elif verb == "create":
    release.mkdir()
elif verb == "view":
    print("\\n".join(sorted(path.name for path in release.iterdir())))
elif verb == "download":
    shutil.copy(release / rest[rest.index("--pattern") + 1], rest[rest.index("--output") + 1])
elif verb == "upload":
    name = pathlib.Path(rest[1]).name
    if (release / name).exists() and "--clobber" not in rest:
        sys.exit("asset under the same name already exists")
    shutil.copy(rest[1], release / name)
elif verb == "delete-asset":
    (release / rest[1]).unlink()
"""
EVIDENCE = """#!{python} -S
import os, shutil, sqlite3
from pathlib import Path
here = Path("db/archive.db")
held = sqlite3.connect(here).execute("SELECT count(*) FROM versions").fetchone()[0] if here.exists() else 0
shutil.copy(Path(os.environ["WORLD"], "ready", str(held + 1)), here)
sqlite3.connect("db/evidence.db").execute("CREATE TABLE IF NOT EXISTS articles (pmid)")
os._exit(int(os.environ["CODE"]))
"""
"""A run that archives one record more."""
DATE = """#!/bin/sh
echo "20261201T0000${RUN}Z"
"""
"""Every run has a second of its own, so that no two archives have one name."""


class Job:
    """A repository at GitHub: its release, and a machine made anew for every run of the job."""

    def __init__(self, world):
        self.world, self.release, self.runs = world, world / "release", 0
        programs = world / "bin"
        programs.mkdir()
        for name, text in (("gh", GH), ("evidence", EVIDENCE)):
            (programs / name).write_text(text.format(python=sys.executable))
            (programs / name).chmod(0o755)
        (programs / "date").write_text(DATE)
        (programs / "date").chmod(0o755)

    def run(self, fails_at=0, code=0):
        """Run the steps up to the publication, as GitHub would; return the names of those that failed."""
        self.runs += 1
        machine = self.world / f"machine {self.runs}"
        machine.mkdir()
        (machine / "deploy").symlink_to(ROOT / "deploy")
        (self.world / "calls").write_text("")
        path = f"{self.world / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        settings = os.environ | {
            "PATH": path, "WORLD": str(self.world), "RELEASE": "data", "FAILS_AT": str(fails_at), "CODE": str(code),
            "RUN": f"{self.runs:02}", "GITHUB_OUTPUT": str(machine / "output"),
        }  # fmt: skip
        failed = []
        for step in (TAKE, SYNC, KEEP, PUBLISH):
            always = step is KEEP and TAKE["name"] not in failed and (machine / "db" / "archive.db").exists()
            if failed and not always:
                continue
            command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
            done = subprocess.run(command, cwd=machine, env=settings, capture_output=True, text=True, check=False)
            if done.returncode:
                failed.append(step["name"])
        return failed

    def have_run(self, runs):
        """Put what so many runs would have left into the release."""
        self.release.mkdir()
        for self.runs in range(1, runs + 1):
            whole = (self.world / "ready" / str(self.runs)).read_bytes()
            (self.release / f"archive-20261201T0000{self.runs:02}Z.db.gz").write_bytes(gzip.compress(whole))
        (self.release / "evidence.db.gz").write_bytes(b"")

    def calls(self):
        return [line.split()[1] for line in (self.world / "calls").read_text().splitlines()]

    def archives(self):
        return sorted(path for path in self.release.glob("archive-*")) if self.release.exists() else []

    def held(self):
        """How many records the newest archive of the release has."""
        path = self.world / "looked at.db"
        path.write_bytes(gzip.decompress(self.archives()[-1].read_bytes()))
        with sqlite3.connect(path) as connection:
            return connection.execute("SELECT count(*) FROM versions").fetchone()[0]


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    """Archives of 1 to 5 records."""
    folder = tmp_path_factory.mktemp("ready")
    for held in range(1, 6):
        data = folder / "db"
        with Archive.open(data) as archive:
            pmid = 99000100 + held
            run_id = archive.begin_run("sync", "chamomile-sleep")
            slice_id = archive.open_slice(run_id, SearchSlice("q", "", 1, (pmid,)))
            archive.store_page(run_id, slice_id, [SourceRecord.of_pubmed(pmid, 1, "pubmed-xml", trial(pmid).record)])
            archive.end_run(run_id, "complete", {})
        shutil.copy(data / "archive.db", folder / str(held))
    return folder


@pytest.fixture
def job(tmp_path, ready):
    (tmp_path / "ready").symlink_to(ready)
    return Job(tmp_path)


def test_the_conditions_of_steps_are_those_that_the_tests_here_follow():
    assert KEEP["if"] == "${{ always() && steps.archive.outcome == 'success' && hashFiles('db/archive.db') != '' }}"
    assert all("if" not in step for step in (TAKE, SYNC, PUBLISH))


def test_a_first_run_makes_the_release_and_later_ones_go_on_from_the_newest_archive_and_keep_three(job):
    assert job.run() == []
    assert job.calls() == ["list", "create", "view", "upload", "view", "upload"]
    for held in (2, 3, 4):
        assert job.run() == []
        assert job.held() == held
    assert [path.name[-9:-6] for path in job.archives()] == ["02Z", "03Z", "04Z"]
    assert (job.release / "evidence.db.gz").exists()


@pytest.mark.parametrize("code", [1, 3, 4, 2, 5])
def test_what_a_run_has_archived_is_kept_whatever_it_left_with(job, code):
    assert job.run(code=code) == ([] if code in (1, 3, 4) else ["Sync"])
    assert job.held() == 1


@pytest.mark.parametrize("fails_at", range(1, 8))
def test_wherever_gh_fails_once_no_archive_is_lost_and_the_job_is_not_green(job, fails_at):
    job.have_run(3)
    failed = job.run(fails_at=fails_at)
    calls = ["list", "view", "download", "upload", "view", "delete-asset", "upload"]
    assert job.calls()[:fails_at] == calls[:fails_at]
    assert failed == [(TAKE, KEEP, PUBLISH)[(fails_at > 3) + (fails_at > 6)]["name"]]
    assert job.held() == (3 if fails_at <= 4 else 4)
    assert job.run() == []
    assert job.held() == (4 if fails_at <= 4 else 5)


def test_a_release_that_has_lost_its_archives_is_not_begun_anew(job):
    job.have_run(2)
    for path in job.archives():
        path.unlink()
    assert job.run() == [TAKE["name"]]
    assert job.archives() == []


def test_a_damaged_archive_ends_the_job_and_the_ones_before_it_stay(job):
    job.have_run(2)
    newest = job.archives()[-1]
    newest.write_bytes(newest.read_bytes()[:-40])
    assert job.run() == [TAKE["name"]]
    assert len(job.archives()) == 2
