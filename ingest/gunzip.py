"""Unzipping gzip files member by member, so that what follows a good one does not take it along."""

import io
from typing import BinaryIO

from isal import isal_zlib

_CHUNK = 1 << 16


class GunzipStream(io.RawIOBase):
    """The unzipped bytes of a file of one or more gzip members (RFC 1952), checked by their sums.

    Zeros after a member are padding. Anything else there that does not begin as a member is left out, and counted.

    Reading raises:
        EOFError: the file ends within a member.
        isal.isal_zlib.error: a member is damaged.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._start()

    def _start(self) -> None:
        self._file.seek(0)
        self._member = isal_zlib.decompressobj(wbits=31)
        self._rest = b""
        self._position = 0
        self.left_out = 0
        """Bytes after the last member that are none."""

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """As far as going back to the start goes."""
        return True

    def tell(self) -> int:
        """Bytes read so far."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go back to the start.

        Raises:
            io.UnsupportedOperation: to any other place.
        """
        if (offset, whence) == (0, io.SEEK_CUR):
            return self._position
        if (offset, whence) != (0, io.SEEK_SET):
            raise io.UnsupportedOperation("only back to the start")
        self._start()
        return 0

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill `buffer` with the next bytes; 0 at the end."""
        while not self.left_out:
            if self._member.eof and not self._next_member():
                return 0
            zipped = self._rest or self._file.read(_CHUNK)
            if not zipped:
                raise EOFError
            unzipped = self._member.decompress(zipped, len(buffer))
            self._rest = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            if unzipped:
                buffer[: len(unzipped)] = unzipped
                self._position += len(unzipped)
                return len(unzipped)
        return 0

    def _next_member(self) -> bool:
        """Go to the member that follows, if one does."""
        self._rest = self._rest.lstrip(b"\0")
        while len(self._rest) < 2 and (more := self._file.read(_CHUNK)):
            self._rest = (self._rest + more).lstrip(b"\0")
        if self._rest.startswith(b"\x1f\x8b"):
            self._member = isal_zlib.decompressobj(wbits=31)
            return True
        self.left_out = len(self._rest)
        while more := self._file.read(_CHUNK):
            self.left_out += len(more)
        return False
