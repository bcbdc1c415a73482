"""Compiles what every record passes on its way to rows, where it is asked for: `make compiled`.

Everything else about the package stands in pyproject.toml. The same sources run with and without: mypyc makes C of
their types, and Python prefers what was compiled to the source beside it (`ingest/__init__.py` refuses it when it is
older).
"""

import os
from pathlib import Path

from setuptools import Extension, setup

ROOT = Path(__file__).parent
PASSED = [
    *sorted(path.relative_to(ROOT) for path in (ROOT / "ingest" / "tagging").glob("*.py")),
    *(
        Path("ingest", f"{name}.py")
        for name in ("articles", "dates", "elements", "identifiers", "indexing", "plain_form", "plain_grammar",
                     "plain_lists", "pubmed_data", "pubmed_xml", "reader", "record", "registrations", "rows", "window")
    ),
]  # fmt: skip
"""Pure functions from bytes to a record, its tags and its rows. Joining, SQL and the network gain nothing by it."""


def extensions() -> list[Extension]:
    """The compiled modules and `evidence__mypyc`, the library that they are in; none unless asked for."""
    if os.environ.get("EVIDENCE_COMPILED") != "1":
        return []
    from mypyc.build import mypycify

    return mypycify([str(path) for path in PASSED], group_name="evidence")


setup(ext_modules=extensions())
