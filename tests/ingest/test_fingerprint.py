"""A build depends on the code that makes a database, on all of it and on nothing else of ours."""

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.made_builds import trial
from ingest.build import fingerprint
from ingest.build.fingerprint import MAKES_A_DATABASE, ONLY_REPORTS, files_of_code, hash_of_code
from ingest.build.run import build

ROOT = fingerprint.ROOT
PACKAGES = ("db", "evaluation", "ingest", "publish", "records", "topics")


def named(path: Path) -> Iterator[str]:
    """Dotted names that a module imports anywhere in it; of `from a import b`, both `a` and `a.b`."""
    package = path.relative_to(ROOT).with_suffix("").parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: -node.level] if node.level else ()
            base = ".".join((*above, *((node.module or "").split(".") if node.module else ())))
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def modules(name: str) -> Iterator[Path]:
    """Our files that are run when a name is imported: those of the packages that it is in as well."""
    parts = name.split(".")
    if parts[0] in PACKAGES:
        for end in range(1, len(parts) + 1):
            place = ROOT.joinpath(*parts[:end])
            yield from (path for path in (place / "__init__.py", place.with_suffix(".py")) if path.is_file())


def imported_by_a_build() -> set[Path]:
    found: set[Path] = set()
    waiting = set((ROOT / "ingest" / "build").rglob("*.py"))
    while waiting:
        path = waiting.pop()
        found.add(path)
        waiting |= {module for name in named(path) for module in modules(name)} - found
    return found


def test_what_a_build_imports_is_what_its_fingerprint_is_taken_of():
    imported = imported_by_a_build()
    assert ROOT / "records" / "xml.py" in imported  # three steps away
    assert sorted(imported - set(files_of_code())) == [], "add it to MAKES_A_DATABASE"
    assert sorted(imported & {ROOT / name for name in ONLY_REPORTS}) == [], "take it out of ONLY_REPORTS"
    assert [name for name in (*MAKES_A_DATABASE, *ONLY_REPORTS) if not (ROOT / name).exists()] == []


@pytest.fixture
def code(tmp_path, monkeypatch):
    """A copy of our packages, of which fingerprints are taken."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / "code" / package, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(fingerprint, "ROOT", tmp_path / "code")
    return tmp_path / "code"


def add_comment(path):
    with path.open("a", encoding="utf-8") as file:
        file.write("# a remark\n")


@pytest.mark.parametrize(
    "name",
    ["records/xml.py", "ingest/tagging/vote.csv", "ingest/tagging/rules/designs.yml", "db/claims/kinds/sums.py",
     "ingest/build/new.py", "db/sqlite.py"],
)  # fmt: skip
def test_an_edit_of_what_makes_a_database_is_another_fingerprint(code, name):
    before = hash_of_code().hexdigest()
    add_comment(code / name)
    assert hash_of_code().hexdigest() != before


def test_a_module_of_another_name_is_another_fingerprint(code):
    before = hash_of_code().hexdigest()
    (code / "records" / "dates.py").rename(code / "records" / "datez.py")
    assert hash_of_code().hexdigest() != before


@pytest.mark.parametrize(
    "name",
    ["evaluation/accuracy.py", "db/citations/works.py", "db/claims/report.py", "db/archive/schedule.py",
     "ingest/pubmed/client.py", "publish/serve.py", "topics/new.py"],
)  # fmt: skip
def test_a_comment_in_what_only_reports_causes_no_build(code, tmp_path, topic, name):
    build(tmp_path, topic)
    add_comment(code / name)
    assert not build(tmp_path, topic).changed


def test_a_comment_in_what_only_reports_does_not_bar_amending(code, tmp_path, topic, import_records, monkeypatch):
    import_records(*(trial(99000000 + number) for number in range(1, 21)))
    build(tmp_path, topic)
    add_comment(code / "db" / "citations" / "works.py")
    monkeypatch.setattr("ingest.build.run._make_anew", lambda _: pytest.fail("made anew"))
    import_records(trial(99000021))
    assert build(tmp_path, topic).from_pubmed == 21
