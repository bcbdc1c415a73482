"""One file of PubMed's baseline or updates, looked through for a topic: near the speed of unzipping it.

All of PubMed is 1,334 files of 30,000 records, and a topic is a few records of each. The bytes are searched for the
topic's words as they come (`sieve`); only a record that has one is cut out, parsed and tested in full.
"""

import hashlib
import io
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from isal import igzip, igzip_lib

from ingest.build.articles import deciding_of
from ingest.build.loops import without_cycle_search
from ingest.build.rows import article_row
from ingest.bulk.prefilter import Sieve, own_pmid
from ingest.tagging import Tagger
from ingest.tagging.model import Tagged
from records.content import RawRecord
from records.pieces import MAX_RECORD, BrokenRecord, DeletedRecord
from records.record import Record
from records.splitter import read_record, split_records
from topics import Topic, load_topic
from topics.errors import BadInputError

_CHUNK = 3 << 15
"""Bytes. Larger pieces are fresh memory each time where malloc gives freed memory back at once, as Dask makes it do in
its workers (MALLOC_TRIM_THRESHOLD_): half of their time was page faults."""
_END = b"</PubmedArticle>"


@dataclass(frozen=True, slots=True)
class Match:
    """A record that the topic wants: as received (zlib), and the byte of the unzipped file at which it begins."""

    pmid: int
    version: int
    position: int
    body: bytes

    def raw(self) -> RawRecord:
        """The record as the archive takes it."""
        return RawRecord(self.pmid, self.version, "pubmed-xml", zlib.decompress(self.body))


@dataclass(frozen=True)
class FileScan:
    """What a file holds. `error` says why it cannot be used; nothing of it is then to be kept."""

    name: str
    md5: str = ""
    records: int = 0
    tested: int = 0
    """Records that the search for words let through."""
    pmids: bytes = b""
    """Of all its records, as an array of C unsigned ints."""
    matches: tuple[Match, ...] = ()
    deleted: tuple[int, ...] = ()
    broken: tuple[str, ...] = ()
    rows: tuple[dict[str, Any], ...] = ()
    """Of matches, for the table of tagged records."""
    error: str = ""


@dataclass
class _Tally:
    records: int = 0
    tested: int = 0
    pmids: "array[int]" = field(default_factory=lambda: array("I"))
    matches: list[Match] = field(default_factory=list)
    deleted: list[int] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)


@lru_cache(maxsize=1)
def _tools(topic_folder: str) -> tuple[Sieve, Tagger]:
    """A worker process makes them once."""
    topic = load_topic(topic_folder)
    return Sieve(topic), Tagger(topic.vocabulary)


def scan_file(path: str, topic_folder: str, only: Iterable[int] = (), with_rows: bool = False) -> FileScan:
    """Look through one file (.xml.gz, or plain XML). A pure function of the file and the topic: any machine may do it.

    Args:
        path: of the file; a file `path`.md5 beside it is checked.
        topic_folder: of the topic.
        only: PMIDs to be taken whatever they say, and nothing else.
        with_rows: whether to return the rows of the table of tagged records as well.
    """
    file = Path(path)
    sieve, tagger = _tools(topic_folder)
    tally = _Tally()
    try:
        md5 = checked_md5(file)
        with file.open("rb") as plain, without_cycle_search():
            zipped = plain.read(2) == b"\x1f\x8b"
            plain.seek(0)
            stream: BinaryIO = igzip.open(plain, "rb") if zipped else plain
            _scan(stream, sieve, tagger, tally, frozenset(only), with_rows)
    except BadInputError as error:
        return FileScan(file.name, error=f"{path}: {error}")
    except (EOFError, igzip.BadGzipFile, igzip_lib.IsalError) as error:  # type: ignore[misc]
        return FileScan(file.name, error=f"{path}: the gzip file is damaged or cut off ({error}). Download it again.")
    except OSError as error:
        return FileScan(file.name, error=f"{path}: cannot be read ({error.strerror or error}). Check the path.")
    return FileScan(
        file.name, md5, tally.records, tally.tested, tally.pmids.tobytes(), tuple(tally.matches),
        tuple(tally.deleted), tuple(tally.broken), tuple(tally.rows),
    )  # fmt: skip


def checked_md5(file: Path) -> str:
    """MD5 of a file, compared with the one that NLM puts beside it ('MD5(name)= hex').

    Raises:
        BadInputError: they differ.
    """
    with file.open("rb") as stream:
        md5 = hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    beside = file.with_name(file.name + ".md5")
    if beside.exists() and not beside.read_text(encoding="ascii", errors="replace").strip().endswith(md5):
        raise BadInputError(f"its MD5 is {md5}, not the one in {beside.name}. Download it again.")
    return md5


def _scan(stream: BinaryIO, sieve: Sieve, tagger: Tagger, tally: _Tally, only: frozenset[int], with_rows: bool) -> None:
    waiting, position = b"", 0
    while chunk := stream.read(_CHUNK):
        waiting += chunk
        end = waiting.rfind(_END) + len(_END)
        if end < len(_END):
            if len(waiting) > MAX_RECORD:
                raise BadInputError("not PubMed XML: there is no record in it.")
            continue
        whole, waiting = waiting[:end], waiting[end:]
        _scan_records(whole, position, sieve, tagger, tally, only, with_rows)
        position += end
    if b"</PubmedArticleSet" not in waiting:
        raise BadInputError(f"it is cut off (byte {position + len(waiting)}). Fetch it again.")
    deletions = waiting.find(b"<Delete")
    if deletions >= 0:
        for each in split_records(io.BytesIO(b"<PubmedArticleSet>" + waiting[deletions:])):
            if isinstance(each, DeletedRecord):
                tally.deleted.append(each.pmid)
            else:
                tally.broken.append(str(each))


def _scan_records(
    whole: bytes, position: int, sieve: Sieve, tagger: Tagger, tally: _Tally, only: frozenset[int], with_rows: bool
) -> None:
    starts, breaks = sieve.marks(whole)
    pmids = [own_pmid(whole, start) for start in starts]
    tally.records += len(starts)
    tally.pmids.extend(pmids)
    if only:
        chosen = {number for number, pmid in enumerate(pmids) if pmid in only}
    else:
        chosen = {bisect_right(starts, position) - 1 for position in breaks}
        if spelled := sieve.spelled(whole):
            ends = _ends(whole)
            chosen |= {bisect_right(ends, position) for position in spelled}
            if len(ends) != len(starts):  # something is odd about these bytes: leave nothing to the search
                chosen = set(range(len(ends)))
    if not chosen:
        return
    pieces = whole.split(_END)
    at = 0
    for number, piece in enumerate(pieces[:-1]):
        if number in chosen:
            first = max(piece.find(b"<PubmedArticle>"), piece.find(b"<PubmedArticle "))
            tally.tested += 1
            _test(
                piece[max(first, 0) :] + _END,
                position + at + max(first, 0),
                sieve,
                tagger,
                tally,
                bool(only),
                with_rows,
            )
        at += len(piece) + len(_END)


def _ends(whole: bytes) -> list[int]:
    ends = []
    at = whole.find(_END)
    while at >= 0:
        ends.append(at)
        at = whole.find(_END, at + 1)
    return ends


def _test(
    body: bytes, position: int, sieve: Sieve, tagger: Tagger, tally: _Tally, taken: bool, with_rows: bool
) -> None:
    """Test one record in full."""
    for each in split_records(io.BytesIO(body)):
        if isinstance(each, BrokenRecord):
            tally.broken.append(f"PMID {each.pmid or 'unknown'} (byte {position}): {each.reason}")
        elif isinstance(each, RawRecord):
            record = read_record(each)
            tagged = tagger.tag(record)
            if taken or sieve.wants(tagged):
                tally.matches.append(Match(each.pmid, each.version, position, zlib.compress(each.body, 1)))
                if with_rows:
                    tally.rows.append(_row(record, tagged, sieve.topic))


def _row(record: Record, tagged: Tagged, topic: Topic) -> dict[str, Any]:
    """A row of the table of tagged records: bibliographic and deciding columns of `articles`."""
    return {"pmid": record.pmid} | article_row(record) | deciding_of(topic, record, tagged)
