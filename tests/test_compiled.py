"""`make compiled`: the same results, never of an older source."""

import os
import shutil
import subprocess
import sys
import sysconfig
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from ingest import refuse_old_code
from topics.errors import BadInputError

ROOT = Path(__file__).parents[1]
SUFFIX = EXTENSION_SUFFIXES[0]
NEEDED = ("ingest", "db", "topics", "publish", "bench", "tests", "docs", "setup.py", "pyproject.toml", "README.md",
          "LICENSE", "evidence.py", "metadata.yml")  # fmt: skip
OF_RECORDS = ("tests/ingest/tagging", "tests/ingest/test_reader.py", "tests/ingest/test_plain_form.py",
              "tests/ingest/test_medline.py", "tests/ingest/test_rows.py", "tests/ingest/test_sharing.py",
              "tests/ingest/test_build.py::test_processes_that_take_a_share_change_nothing")  # fmt: skip
ROWS = """
import hashlib
from bench.made_records import records
from ingest.articles import Arrival, ArticleWriter
from ingest.reader import unread_records
from ingest.register_layer import Register
from topics import load_topic
import io
xml = "<PubmedArticleSet>" + "".join(records(400, topic_share=0.5)) + "</PubmedArticleSet>"
arrivals = [Arrival(each, "pubmed") for each in unread_records(io.BytesIO(xml.encode()))]
written = ArticleWriter(load_topic("ketamine-routes"), Register({}, {}))(arrivals)
print(written.articles, len(written.rows), hashlib.sha256(written.rows).hexdigest())
"""


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Python in a copy of the sources, which it takes before any installed ones."""
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, check=False, capture_output=True, text=True,
        env={**os.environ, "PYTEST_ADDOPTS": "", **environment},
    )  # fmt: skip


def copy_of_the_sources(folder: Path) -> Path:
    without = shutil.ignore_patterns("__pycache__", "*.db*", f"*{SUFFIX}", "browser", "pictures")
    for name in NEEDED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=without)
        else:
            shutil.copy2(source, folder / name)
    return folder


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    pytest.importorskip("mypyc", reason="mypy is not installed (pip install 'evidence-tracker[compile]')")
    if not shutil.which((sysconfig.get_config_var("CC") or "cc").split()[0]):
        pytest.skip("needs a C compiler")
    folder = copy_of_the_sources(tmp_path_factory.mktemp("compiled"))
    made = run(folder, "setup.py", "--quiet", "build_ext", "--inplace", EVIDENCE_COMPILED="1")
    assert made.returncode == 0, made.stderr[-3000:]
    return folder


@pytest.mark.timeout(900)
def test_compiled_modules_are_taken_and_pass_the_tests_of_their_sources(compiled):
    asked = "import ingest.articles, sys; print([n for n, m in sys.modules.items() if n.startswith('ingest.') and "
    asked += f"m.__file__.endswith('{SUFFIX}')])"
    taken = run(compiled, "-c", asked).stdout
    assert all(f"'{name}'" in taken for name in ("ingest.articles", "ingest.plain_form", "ingest.tagging.vote"))
    done = run(compiled, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *OF_RECORDS)
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.timeout(300)
def test_compiled_modules_give_the_same_rows_byte_for_byte(compiled, tmp_path):
    interpreted = run(copy_of_the_sources(tmp_path), "-c", ROWS)
    assert interpreted.stdout.startswith("400 "), interpreted.stderr[-3000:]
    assert run(compiled, "-c", ROWS).stdout == interpreted.stdout


def test_what_was_compiled_before_its_source_changed_is_refused_by_name(tmp_path):
    source, binary = tmp_path / "tagging" / "designs.py", tmp_path / "tagging" / f"designs{SUFFIX}"
    source.parent.mkdir()
    source.touch()
    binary.touch()
    library = tmp_path / f"evidence__mypyc{SUFFIX}"
    library.touch()
    for path, moment in ((source, 100), (binary, 100), (library, 50)):
        os.utime(path, (moment, moment))
    refuse_old_code(tmp_path)
    os.utime(source, (101, 101))
    with pytest.raises(BadInputError) as refused:
        refuse_old_code(tmp_path)
    assert str(refused.value) == (
        f"{source} has changed since it was compiled: run `make compiled` again, or `make interpreted` to do without"
    )
