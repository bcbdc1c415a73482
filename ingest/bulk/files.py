"""Files of NLM's baseline or updates by name, glob or address; downloads that were interrupted go on."""

import os
import re
import time
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urljoin

from ingest.bulk.scan import checked_md5
from ingest.http import (
    MOST_BYTES,
    NETWORK_ERRORS,
    LimitedRequest,
    StatusError,
    TooLongError,
    chunks,
    exchange,
    network_fault,
)
from topics.errors import BadInputError, PubMedError

_LINK = re.compile(r'href="(pubmed\d+n\d+\.xml\.gz)"')
_ATTEMPTS = 4
FILE_DEADLINE = 1_800.0
"""Seconds that a file may take with all attempts. What came of it stays, and the next run goes on from there."""
_SMALL_DEADLINE = 120.0
"""The same for a listing or an MD5."""
_MOST_OF_LISTING, _MOST_OF_MD5 = 16 << 20, 1 << 12


def locate(files: Iterable[str], folder: Path) -> list[str]:
    """Resolve paths, globs and addresses (http, https; one ending in '/' is a listing) into files, in NLM's order.

    NLM numbers baseline and update files through (pubmed26n0001 …), so that order by name is order in time. What stays
    an address has to be fetched (`fetch`) into `folder`.

    Raises:
        BadInputError: a name matches nothing.
        PubMedError: a listing cannot be had.
    """
    found: list[str] = []
    for name in files:
        if name.startswith(("http://", "https://")):
            found += _listing(name) if name.endswith("/") else [name]
            continue
        path = Path(name)
        matching = sorted(path.parent.glob(path.name)) if re.search(r"[*?\[]", path.name) else [path]
        matching = [each for each in matching if each.is_file() and each.suffix != ".md5"]
        if not matching:
            raise BadInputError(f"{name}: there is no such file. Check the path.")
        found += [str(each.resolve()) for each in matching]
    return sorted(dict.fromkeys(found), key=lambda each: each.rpartition("/")[2])


def fetch(address: str, folder: Path) -> Path:
    """Download a file and its .md5, going on where an interrupted download stopped; at once if it is there already.

    Raises:
        PubMedError: it cannot be had, or is not what its MD5 says even when fetched anew.
    """
    folder.mkdir(parents=True, exist_ok=True)
    whole = folder / address.rpartition("/")[2]
    part = whole.with_name(whole.name + ".part")
    if whole.exists():
        return whole
    beside = whole.with_name(whole.name + ".md5")
    beside.write_bytes(_get(f"{address}.md5", _MOST_OF_MD5))
    until = time.monotonic() + FILE_DEADLINE
    trouble = "no answer"
    for _ in range(_ATTEMPTS):
        try:
            _go_on(address, part, until)
            part.rename(whole)
            checked_md5(whole)
            return whole
        except BadInputError as error:
            whole.unlink()  # begin anew: a part of it was wrong
            trouble = str(error)
        except NETWORK_ERRORS as error:
            fault = network_fault(error)
            trouble = fault.message
            nothing_left = isinstance(error, StatusError) and error.status == 416  # what is here is not a part of it
            if nothing_left or isinstance(error, TooLongError):
                part.unlink(missing_ok=True)
            if not fault.passing:
                break
    raise PubMedError(f"{address}: cannot be downloaded ({trouble}). Run the same command again: it goes on from here.")


def _go_on(address: str, part: Path, until: float) -> None:
    """Fetch what is missing of `part`."""
    have = part.stat().st_size if part.exists() else 0
    request = LimitedRequest(address, headers={"Range": f"bytes={have}-"} if have else {}, until=until)
    with exchange(request, 200, 206) as answer, part.open("ab" if answer.status == 206 else "wb") as file:
        try:
            for chunk in chunks(answer, MOST_BYTES - file.tell()):
                file.write(chunk)
        finally:
            file.flush()
            os.fsync(file.fileno())


def _listing(address: str) -> list[str]:
    names = dict.fromkeys(_LINK.findall(_get(address, _MOST_OF_LISTING).decode("utf-8", "replace")))
    if not names:
        raise BadInputError(f"{address}: names no file such as pubmed26n0001.xml.gz. Check the address.")
    return [urljoin(address, name) for name in names]


def _get(address: str, most: int) -> bytes:
    try:
        with exchange(LimitedRequest(address, until=time.monotonic() + _SMALL_DEADLINE)) as answer:
            return b"".join(chunks(answer, most))
    except NETWORK_ERRORS as error:
        trouble = network_fault(error).message
    except ValueError:
        trouble = "the address is malformed"
    raise PubMedError(f"{address}: cannot be had ({trouble}). Check the address and try again.")
