"""The house stays in order: who may import whom, what a commit may not hold, docs that match the code."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from docs.generate import described, rendered

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "topics": {"topics"},
    "records": {"records", "topics"},
    "db": {"db", "records", "topics"},
    "ingest": {"ingest", "db", "records", "topics"},
    "evaluation": {"evaluation", "ingest", "db", "records", "topics"},
    "publish": {"publish", "db", "records", "topics"},
}
FORBIDDEN = (r"(?<![\w.~])/(?:home|root|work)/\w", r"pypi\.org|pythonhosted|npmjs\.|deb\.debian\.org")
OURS = {*MAY_IMPORT, "evidence", "tests", "bench"}


def imported(path: Path) -> set[str]:
    """Top-level names of everything that a module imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_run_one_way(package):
    modules = list((ROOT / package).rglob("*.py"))
    assert modules
    wrong = {str(path.relative_to(ROOT)): sorted(names) for path in modules
             if (names := imported(path) & OURS - MAY_IMPORT[package])}  # fmt: skip
    assert wrong == {}


READ_PATTERNS = """
import importlib, json, pkgutil, re, sys
made, compiled = [], re.compile
def compile_and_keep(pattern, flags=0):
    if sys._getframe(1).f_globals["__name__"].split(".")[0] in sys.argv[1:]:
        made.append((pattern, flags))
    return compiled(pattern, flags)
re.compile = compile_and_keep
for package in sys.argv[1:]:
    for module in pkgutil.walk_packages(importlib.import_module(package).__path__, package + "."):
        importlib.import_module(module.name)
print(json.dumps([len(made), [pattern for pattern, flags in made if any(
    name in repr(re._parser.parse(pattern, flags)) for name in ("POSSESSIVE_REPEAT", "ATOMIC_GROUP"))]]))
"""


def test_no_pattern_is_possessive():
    """Python 3.11.0 to 3.11.4 (Debian 12 has 3.11.2) reads possessive repeats wrongly: matches that end before they
    begin, and searches that never end (CPython issue 106052)."""
    read = subprocess.run(
        [sys.executable, "-c", READ_PATTERNS, *MAY_IMPORT], cwd=ROOT, capture_output=True, text=True, check=True
    )
    made, wrong = json.loads(read.stdout)
    assert made > 100
    assert wrong == []


def test_the_reference_shows_the_current_help_and_tables():
    reference = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    assert rendered(reference) == reference, "run: python docs/generate.py"


def test_the_readme_is_short_and_links_of_the_docs_lead_somewhere():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_metadata_describes_facets_as_the_vocabulary_does():
    metadata = (ROOT / "metadata.yml").read_text(encoding="utf-8")
    assert described(metadata) == metadata, "run: python docs/generate.py"


def test_version_is_that_of_the_newest_heading_of_the_changelog():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    versions = re.findall(r"^## (\d+\.\d+\.\d+) \(\d{4}-\d\d-\d\d\)$", changelog, re.MULTILINE)
    assert versions[0] == declared


def test_no_file_refers_to_documents_that_are_not_in_the_repository():
    """`shared/` holds data for tests, which skip by name where it is absent; what is to be read stands in docs/."""
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    texts = {name: (ROOT / name).read_bytes() for name in names if (ROOT / name).is_file()}
    assert [name for name, text in texts.items() if re.search(rb"shared/[\w-]+\.md", text)] == []


def test_every_dependency_says_why_it_is_there():
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    start = lines.index("dependencies = [") + 1
    listed = lines[start : lines.index("]", start)]
    assert len(listed) > 5
    assert [line for line in listed if "#" not in line] == []


def test_constraints_pin_exact_versions_and_name_no_address():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert pins
    assert [line for line in pins if not re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.+!-]+", line)] == []


def test_nothing_tracked_names_a_path_of_a_machine_or_a_registry():
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    found = []
    for name in names:
        if name == "tests/test_house.py":
            continue
        try:
            text = (ROOT / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        found += [name for pattern in FORBIDDEN if re.search(pattern, text)]
    assert found == []
