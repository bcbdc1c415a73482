"""Errors that a person can act on: what happened, to what, and what to do; and the exit code that goes with it.

They live in the lowest package so that every other one can raise them.
"""


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
