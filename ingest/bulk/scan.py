"""One file of PubMed's baseline or updates, looked through for a topic: near the speed of unzipping it.

All of PubMed is 1,334 files of 30,000 records, and a topic is a few records of each. The bytes are searched for the
topic's words as they come (`prefilter`); only a record that has one is cut out, parsed and tested in full. That takes
for granted how NLM writes its files: wherever the beginnings and ends of records do not come in pairs (other white
space in a tag, a tag in a comment, something cut off), the whole file is read record by record, as `import` reads it.
"""

import hashlib
import io
import re
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from isal import igzip, igzip_lib

from ingest.build.articles import deciding_of
from ingest.build.loops import without_cycle_search
from ingest.build.rows import article_row
from ingest.bulk.prefilter import Prefilter, own_pmid
from ingest.tagging import Tagger
from ingest.tagging.model import Tagged
from records.content import SourceRecord
from records.facts import RecordFacts
from records.pieces import MAX_RECORD, BrokenRecord, DeletedRecord
from records.record import Record
from records.splitter import record_of, split_records
from topics import Topic, load_topic
from topics.errors import BadInputError

_CHUNK = 3 << 15
"""Bytes. Larger pieces are fresh memory each time where malloc gives freed memory back at once, as Dask makes it do in
its workers (MALLOC_TRIM_THRESHOLD_): half of their time was page faults."""
_END = b"</PubmedArticle>"
_BEGUN = re.compile(rb"<(?:PubmedArticle|PubmedBookArticle|MedlineCitation)[\s/>]")


class _NotAsPublishedError(Exception):
    """The bytes of a file are not such as NLM writes them."""


@dataclass(frozen=True, slots=True)
class Match:
    """A record that the topic wants: as published (zlib), and its place in the file.

    The place is the byte of the unzipped file at which it begins; in a file that is read record by record, its number.
    """

    pmid: int
    version: int
    position: int
    body: bytes
    facts: RecordFacts

    def source_record(self) -> SourceRecord:
        """The record as the archive takes it."""
        return SourceRecord.of_pubmed(self.pmid, self.version, "pubmed-xml", zlib.decompress(self.body), self.facts)


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
def _tools(topic_folder: str) -> tuple[Prefilter, Tagger]:
    """A worker process makes them once."""
    topic = load_topic(topic_folder)
    return Prefilter(topic), Tagger(topic.vocabulary)


def scan_file(path: str, topic_folder: str, only: Iterable[int] = (), with_rows: bool = False) -> FileScan:
    """Look through one file (.xml.gz, or plain XML). A pure function of the file and the topic: any machine may do it.

    Args:
        path: of the file; a file `path`.md5 beside it is checked.
        topic_folder: of the topic.
        only: PMIDs to be taken whatever they say, and nothing else.
        with_rows: whether to return the rows of the table of tagged records as well.
    """
    file = Path(path)
    prefilter, tagger = _tools(topic_folder)
    wanted = frozenset(only)
    try:
        md5 = checked_md5(file)
        with file.open("rb") as plain, without_cycle_search():
            zipped = plain.read(2) == b"\x1f\x8b"
            for scan in (_Scan.through_words, _Scan.record_by_record):
                plain.seek(0)
                stream: BinaryIO = igzip.open(plain, "rb") if zipped else plain
                tally = _Tally()
                with suppress(_NotAsPublishedError):
                    scan(_Scan(prefilter, tagger, tally, wanted, with_rows), stream)
                    break
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


@dataclass(frozen=True)
class _Scan:
    prefilter: Prefilter
    tagger: Tagger
    tally: _Tally
    only: frozenset[int]
    with_rows: bool

    def through_words(self, stream: BinaryIO) -> None:
        """Look through a file as NLM writes them.

        Raises:
            _NotAsPublishedError: it is another, or no such file at all.
        """
        waiting, position = b"", 0
        while chunk := stream.read(_CHUNK):
            waiting += chunk
            end = waiting.rfind(_END) + len(_END)
            if end < len(_END):
                if len(waiting) > MAX_RECORD:
                    raise _NotAsPublishedError
                continue
            whole, waiting = waiting[:end], waiting[end:]
            self._look_through(whole, position)
            position += end
        if b"</PubmedArticleSet>" not in waiting or _BEGUN.search(waiting):
            raise _NotAsPublishedError
        deletions = waiting.find(b"<Delete")
        if deletions >= 0:
            for each in split_records(io.BytesIO(b"<PubmedArticleSet>" + waiting[deletions:])):
                self._keep(each, position + deletions)

    def record_by_record(self, stream: BinaryIO) -> None:
        """Read every record of a file, however it is written.

        Raises:
            BadInputError: it is not PubMed XML, or cut off.
        """
        for number, each in enumerate(split_records(stream)):
            if isinstance(each, SourceRecord):
                self.tally.records += 1
                self.tally.pmids.append(each.record_id)
            if not (self.only and isinstance(each, SourceRecord) and each.record_id not in self.only):
                self._keep(each, number)

    def _look_through(self, whole: bytes, position: int) -> None:
        """Look through whole records, of which the first begins at `position`."""
        tally = self.tally
        starts, breaks = self.prefilter.marks(whole)
        if len(starts) != whole.count(_END):
            raise _NotAsPublishedError
        pmids = [own_pmid(whole, start) for start in starts]
        tally.records += len(starts)
        tally.pmids.extend(pmids)
        if self.only:
            chosen = {number for number, pmid in enumerate(pmids) if pmid in self.only}
        else:
            chosen = {bisect_right(starts, position) - 1 for position in breaks}
            if spelled := self.prefilter.spelled(whole):
                ends = _ends(whole)
                chosen |= {bisect_right(ends, position) for position in spelled}
        if not chosen:
            return
        at = 0
        for number, piece in enumerate(whole.split(_END)[:-1]):
            if number in chosen:
                first = max(piece.find(b"<PubmedArticle>"), piece.find(b"<PubmedArticle "), 0)
                for each in split_records(io.BytesIO(piece[first:] + _END)):
                    self._keep(each, position + at + first)
            at += len(piece) + len(_END)

    def _keep(self, each: SourceRecord | BrokenRecord | DeletedRecord, position: int) -> None:
        """Note what the file says of a record; of a whole one, test it in full."""
        tally = self.tally
        if isinstance(each, DeletedRecord):
            tally.deleted.append(each.pmid)
        elif isinstance(each, BrokenRecord):
            tally.broken.append(f"PMID {each.pmid or 'unknown'} (at {position}): {each.reason}")
        else:
            tally.tested += 1
            record = record_of(each.format, each.body)
            tagged = self.tagger.tag(record)
            if self.only or self.prefilter.wants(tagged):
                tally.matches.append(
                    Match(each.record_id, each.version, position, zlib.compress(each.body, 1), each.facts)
                )
                if self.with_rows:
                    tally.rows.append(_row(record, tagged, self.prefilter.topic))


def _ends(whole: bytes) -> list[int]:
    ends = []
    at = whole.find(_END)
    while at >= 0:
        ends.append(at)
        at = whole.find(_END, at + 1)
    return ends


def _row(record: Record, tagged: Tagged, topic: Topic) -> dict[str, Any]:
    """A row of the table of tagged records: bibliographic and deciding columns of `articles`."""
    return {"pmid": record.pmid} | article_row(record) | deciding_of(topic, record, tagged)
