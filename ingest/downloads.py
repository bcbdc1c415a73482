"""Files of NLM's baseline or updates by name, glob or address; downloads that were interrupted go on."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urljoin, urlsplit
from urllib.request import Request, urlopen

from ingest.scan import checked_md5
from topics.errors import BadInputError, PubMedError

_LINK = re.compile(r'href="(pubmed\d+n\d+\.xml\.gz)"')
_BLOCK = 1 << 20
_TIMEOUT = 60
_ATTEMPTS = 4


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
        if urlsplit(name).scheme in ("http", "https"):
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
    beside.write_bytes(_get(f"{address}.md5"))
    trouble: Exception = OSError("no answer")
    for _ in range(_ATTEMPTS):
        try:
            _go_on(address, part)
            part.rename(whole)
            checked_md5(whole)
            return whole
        except BadInputError as error:
            whole.unlink()  # begin anew: a part of it was wrong
            trouble = error
        except HTTPError as error:
            if error.code == 416:  # nothing is left to be had: what is here is not a part of it
                part.unlink()
            trouble = error
        except (URLError, OSError) as error:
            trouble = error
    raise PubMedError(f"{address}: cannot be downloaded ({trouble}). Run the same command again: it goes on from here.")


def _go_on(address: str, part: Path) -> None:
    """Fetch what is missing of `part`."""
    have = part.stat().st_size if part.exists() else 0
    request = Request(address, headers={"Range": f"bytes={have}-"} if have else {})  # noqa: S310 (checked: http, https)
    with urlopen(request, timeout=_TIMEOUT) as answer, part.open("ab" if answer.status == 206 else "wb") as file:  # noqa: S310
        promised = int(answer.headers.get("Content-Length", 0))
        taken = 0
        while block := answer.read(_BLOCK):
            taken += file.write(block)
        file.flush()
        os.fsync(file.fileno())
    if taken < promised:
        raise OSError(f"it broke off after {taken} of {promised} bytes")


def _listing(address: str) -> list[str]:
    names = dict.fromkeys(_LINK.findall(_get(address).decode("utf-8", "replace")))
    if not names:
        raise BadInputError(f"{address}: names no file such as pubmed26n0001.xml.gz. Check the address.")
    return [urljoin(address, name) for name in names]


def _get(address: str) -> bytes:
    try:
        with urlopen(address, timeout=_TIMEOUT) as answer:  # noqa: S310 (checked: http, https)
            return answer.read()
    except (URLError, OSError) as error:
        raise PubMedError(f"{address}: cannot be had ({error}). Check the address and try again.") from None
