"""1 means that a verdict flipped, and nothing else does: whatever fails has a line and a code of its own."""

import errno
import os

import pytest
from click.testing import CliRunner

from evidence import main
from helpers.citation_records import make_database
from topics.errors import IncompleteRunError


def run(*arguments):
    return CliRunner().invoke(main, [*map(str, arguments)])


def failing(error):
    def build(*_):
        raise error

    return build


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (RuntimeError("odd"), 70, "Error: RuntimeError: odd. This is a fault of the program"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), 70, "Error: UnicodeDecodeError"),
        (OSError("no file to it"), 70, "Error: OSError"),
        (PermissionError(errno.EACCES, "Permission denied", "some/file"), 2, "Error: some/file: Permission denied."),
        (OSError(errno.ENOSPC, "No space left on device", "some/file"), 4, "Error: some/file: the disk is full."),
        (IncompleteRunError("less came"), 4, "Error: less came\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
@pytest.mark.parametrize("verbose", [(), ("-v",)], ids=["", "verbose"])
def test_every_failure_has_a_code_and_one_line(tmp_path, monkeypatch, error, code, line, verbose):
    monkeypatch.setattr("ingest.build.run.build", failing(error))
    result = run("build", "--data", tmp_path, *verbose)
    assert result.exit_code == code
    assert line in result.stderr
    assert ("Traceback" in result.stderr) == bool(verbose and code != 130)


@pytest.mark.parametrize("options", [(), ("--check",)], ids=["a list", "a manuscript"])
def test_a_reference_that_cannot_be_read_is_an_incomplete_run(tmp_path, options):
    make_database(tmp_path / "evidence.db")
    path = tmp_path / "mine.bib"
    path.write_text("@article{a, title={Oral ketamine and the colour of bread}}\n@article{b, abstract={Nothing}}\n")
    result = run("cite", *options, path, "--data", tmp_path)
    assert (result.exit_code, "line 2: the BibTeX entry 'b'" in result.output) == (4, True)


@pytest.mark.parametrize("command", [("build",), ("import", __file__), ("sync",)], ids=" ".join)
def test_a_lock_file_that_may_not_be_written_is_bad_use(tmp_path, monkeypatch, command):
    monkeypatch.setenv("NCBI_EMAIL", "someone@example.org")
    (tmp_path / "archive.lock").mkdir()  # as good as another user's, for whoever runs the tests
    result = run(*command, "--data", tmp_path)
    assert result.exit_code == 2
    assert "archive.lock: cannot be written" in result.stderr
    assert "Run this as the user whom the folder belongs to" in result.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_bad_use(tmp_path):
    (tmp_path / "db").mkdir(mode=0o500)
    result = run("build", "--data", tmp_path / "db")
    assert (result.exit_code, "Check the folder and its permissions" in result.stderr) == (2, True)


def test_what_is_printed_to_nobody_is_no_flipped_verdict(tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.build.run.build", failing(BrokenPipeError()))
    monkeypatch.setattr("os.dup2", lambda *_: None)
    assert run("build", "--data", tmp_path).exit_code == 141
