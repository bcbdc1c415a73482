"""From PubMed to rows: search, fetch, read, tag, build."""

import sys
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from topics.errors import BadInputError

_SUFFIX = EXTENSION_SUFFIXES[0]


def refuse_old_code(folder: Path) -> None:
    """Refuse modules compiled (`make compiled`) before their source last changed: they do what it said then.

    Raises:
        BadInputError: a module in `folder` is older than its source.
    """
    for compiled in folder.rglob(f"*{_SUFFIX}"):
        source = compiled.with_name(f"{compiled.name.removesuffix(_SUFFIX)}.py")
        if source.exists() and source.stat().st_mtime > compiled.stat().st_mtime:
            raise BadInputError(
                f"{source} has changed since it was compiled: run `make compiled` again, or `make interpreted` to do "
                "without"
            )


def _load_library(package: Path) -> None:
    """Load the library that compiled modules are in: it lies beside the package, where no editable install looks."""
    for path in package.parent.glob(f"evidence__mypyc{_SUFFIX}"):
        refuse_old_code(package)
        if (spec := spec_from_file_location(path.name.removesuffix(_SUFFIX), path)) and spec.loader:
            sys.modules[spec.name] = library = module_from_spec(spec)
            spec.loader.exec_module(library)


_load_library(Path(__file__).parent)
