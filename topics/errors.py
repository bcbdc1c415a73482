"""Errors that a person can act on: what happened, to what, and what to do; and the exit code that goes with it.

They live in the lowest package so that every other one can raise them.
"""

import errno

UNEXPECTED = 70
"""Exit code of a fault of this program (EX_SOFTWARE of sysexits.h)."""


class EvidenceError(Exception):
    """An expected failure. The command line prints its one line and leaves with `exit_code`."""

    exit_code = 2


class BadInputError(EvidenceError):
    """A file, a topic or an option that cannot be used as it is (exit code 2)."""


class PubMedError(EvidenceError):
    """PubMed could not be reached, or refused for good (exit code 3)."""

    exit_code = 3


class IncompleteRunError(EvidenceError):
    """A run ended with less than PubMed reported, or could not store what it got (exit code 4)."""

    exit_code = 4


class LockedError(EvidenceError):
    """Another run holds the lock or the database (exit code 5)."""

    exit_code = 5


def said_of(error: Exception) -> tuple[str, int]:
    """Message and exit code of any error: of one that is not ours by what the operating system says, else `UNEXPECTED`.

    Never 1, which means that a verdict flipped.
    """
    if isinstance(error, EvidenceError):
        return str(error), error.exit_code
    if isinstance(error, OSError) and error.filename:
        if error.errno == errno.ENOSPC:
            return f"{error.filename}: the disk is full. Free some space and run the same command again.", 4
        return f"{error.filename}: {error.strerror}. Check the path, and who may read and write there.", 2
    return (
        f"{type(error).__name__}: {error}. This is a fault of the program, not of what you did: please report it, with "
        "what -v prints.",
        UNEXPECTED,
    )
