"""`evidence import`: files from PubMed into the archive, each in one transaction, every record accounted for."""

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from isal import isal_zlib

from db.archive.store import Archive
from ingest.build.loops import without_cycle_search
from ingest.gunzip import GunzipStream
from records.content import SourceRecord
from records.formats import describe, is_medline, is_xml
from records.medline import split_medline
from records.pieces import BrokenRecord, DeletedRecord
from records.splitter import split_records
from topics.errors import BadInputError

_GZIP = b"\x1f\x8b"
_HEAD = 4096
_BOOK = re.compile(rb"\A<PubmedBookArticle|^BTI - ", re.MULTILINE)
"""A Bookshelf record, in XML and in MEDLINE text."""


@dataclass(frozen=True, slots=True)
class FileCounts:
    """What one file brought: `read == new + changed + unchanged + broken`. Deletions and books are told apart."""

    name: str
    read: int
    new: int
    changed: int
    unchanged: int
    broken: int
    deleted: int
    """PMIDs that the file says PubMed deleted: not records, so not in `read`."""
    books: int
    """Bookshelf records among those read."""
    gone: int
    """Held records among those deleted: PubMed has them no more from today on."""
    problems: tuple[str, ...]
    """Of each broken record its PMID, where it stands and what is wrong."""
    warnings: tuple[str, ...] = ()
    """What the file has, or lacks, that cost no record."""


@dataclass
class _Tally:
    """What the reader comes across beside usable records, while the archive takes those in."""

    problems: list[str]
    deleted: list[int]
    warnings: list[str]
    books: int = 0


def import_files(archive: Archive, paths: Iterable[Path], run: int) -> list[FileCounts]:
    """Read PubMed XML and MEDLINE files, plain or gzipped (told by content, not by name), into the archive.

    Returns one row a file, in the order given.

    Raises:
        BadInputError: a file cannot be read, is neither format, or is cut off; it is named. Nothing of that file is
            stored; files before it are.
    """
    with without_cycle_search():
        return [_import_file(archive, path, run) for path in paths]


def _import_file(archive: Archive, path: Path, run: int) -> FileCounts:
    tally = _Tally(problems=[], deleted=[], warnings=[])
    stored = archive.store_file(run, path.name, _records(path, tally), tally.problems, tally.deleted)
    broken = len(tally.problems)
    read = stored.new + stored.changed + stored.unchanged + broken
    if not read and not tally.deleted:
        tally.warnings.append("there is no record in it")
    return FileCounts(
        name=path.name,
        read=read,
        new=stored.new,
        changed=stored.changed,
        unchanged=stored.unchanged,
        broken=broken,
        deleted=len(tally.deleted),
        books=tally.books,
        gone=stored.gone,
        problems=tuple(tally.problems),
        warnings=tuple(tally.warnings),
    )


def _records(path: Path, tally: _Tally) -> Iterator[SourceRecord]:
    """Yield the usable records of a file and tally the rest; every error names the file."""
    try:
        with path.open("rb") as plain:
            zipped = plain.read(len(_GZIP)) == _GZIP
            plain.seek(0)
            if zipped:
                members = GunzipStream(plain)
                yield from _usable(io.BufferedReader(members, 1 << 17), tally)
                if members.left_out:
                    tally.warnings.append(f"{members.left_out} bytes after the end of its gzip data were left out")
            else:
                yield from _usable(plain, tally)
    except BadInputError as error:
        raise BadInputError(f"{path}: {error}") from None
    except EOFError:
        raise BadInputError(f"{path}: the gzip file is cut off. Download it again.") from None
    except isal_zlib.error as error:  # type: ignore[misc]  # isal types it as an instance
        raise BadInputError(f"{path}: the gzip file is damaged ({error}). Download it again.") from None
    except OSError as error:
        raise BadInputError(f"{path}: cannot be read ({error.strerror or error}). Check the path.") from None


def _usable(stream: BinaryIO, tally: _Tally) -> Iterator[SourceRecord]:
    head = stream.read(_HEAD)
    stream.seek(0)
    if not is_medline(head) and not is_xml(head):
        raise BadInputError(
            f"neither PubMed XML nor MEDLINE text; it looks like {describe(head)}. Save it from PubMed again."
        )
    for each in split_medline(stream) if is_medline(head) else split_records(stream):
        if isinstance(each, BrokenRecord):
            tally.problems.append(str(each))
        elif isinstance(each, DeletedRecord):
            tally.deleted.append(each.pmid)
        else:
            tally.books += _BOOK.search(each.body) is not None
            yield each
