"""A stream read through a window: looked at, dropped or taken piece by piece, in constant memory, always as UTF-8."""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from records.pieces import MAX_RECORD
from topics.errors import BadInputError

_CHUNK = 1 << 16
"""Bytes: small enough that records are cut and read while they are in the processor's caches (a twentieth quicker than
of 1 MB)."""
_HEAD = 256
"""Bytes: more than any XML declaration."""
_SPACE = re.compile(rb"[ \t\r\n\x1a\0]*")
"""White space, and what old systems put at the end of a text file or fill it up with."""
_OPENING = re.compile(rb"<!--|<!\[CDATA\[|<\?")
_CLOSING = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
"""Comments, CDATA sections and processing instructions: a tag in one of them is none."""
_NAME = re.compile(rb"<(/?)([A-Za-z_][\w.:-]*)")
_LONGEST_END_TAG = 64
"""Bytes: with the white space that may stand in it."""
_ENCODINGS = re.compile(r"utf-?(8|16|32)|(us-)?ascii|iso-8859-1?\d|windows-125[0-8]", re.IGNORECASE)
_ENCODING = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([\w.-]+)["']""")


class Window:
    """What has been read of a stream and not yet been dealt with."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.chunks = chunks
        self.buffer = bytearray()
        self.position = 0
        self.ended = False
        self.read_so_far = b""

    def more(self) -> bool:
        """Read one more chunk; False at the end."""
        chunk = next(self.chunks, b"")
        self.ended = not chunk
        self.buffer += chunk
        self.read_so_far = self.read_so_far or chunk[:4096]
        return not self.ended

    def fill(self, size: int) -> None:
        """Read until `size` bytes are here, or all there are."""
        while len(self.buffer) < size and not self.ended and self.more():
            pass

    def drop(self, size: int) -> None:
        """Be done with the first `size` bytes."""
        del self.buffer[:size]
        self.position += size

    def put_back(self, body: bytes) -> None:
        """Undo `take_to` for the last part of what it took."""
        self.buffer[:0] = body
        self.position -= len(body)

    def head(self) -> bytes:
        """The next bytes, enough to say what they look like."""
        self.fill(4096)
        return bytes(self.buffer[:4096])

    def starts(self, token: bytes) -> bool:
        """Whether `token` is what comes next."""
        self.fill(len(token))
        return self.buffer.startswith(token)

    def tag(self) -> tuple[bool, bytes]:
        """Whether the tag here closes, and its name; no name where there is no tag."""
        self.fill(256)
        found = _NAME.match(self.buffer)
        return (bool(found[1]), bytes(found[2])) if found else (False, b"")

    def skip_space(self) -> bool:
        """Go to the next byte that says something; False at the end. A byte-order mark says nothing."""
        while True:
            self.fill(3)
            self.drop(_SPACE.match(self.buffer).end())  # type: ignore[union-attr]  # it matches nothing, too
            if self.buffer.startswith(b"<"):
                return True
            if self.starts(codecs.BOM_UTF8):
                self.drop(len(codecs.BOM_UTF8))
            elif self.buffer or self.ended:
                return bool(self.buffer)

    def skip_past(self, token: bytes, what: str) -> bytes:
        """Drop all up to and with `token`; return the last 64 bytes dropped."""
        while (at := self.buffer.find(token)) < 0:
            self.drop(max(0, len(self.buffer) - 64))
            if not self.more():
                raise BadInputError(f"it is cut off in {what} (byte {self.position}). Fetch it again.")
        end = at + len(token)
        last = bytes(self.buffer[max(0, end - 64) : end])
        self.drop(end)
        return last

    def skip_to(self, pattern: re.Pattern[bytes]) -> None:
        """Drop all before the next match, or everything."""
        while not (found := pattern.search(self.buffer)):
            self.drop(max(0, len(self.buffer) - 64) if not self.ended else len(self.buffer))
            if not self.more() and not self.buffer:
                return
        self.drop(found.start())

    def take_element(self, name: bytes) -> bytes | None:
        """Take out all up to and with the end tag of an element; None if none ends within the longest record."""
        end_tag = re.compile(rb"</%b[ \t\r\n]*>" % name)
        visible = searched = 0
        while True:
            found = end_tag.search(self.buffer, searched)
            shown = self._visible_from(visible, found.start()) if found else None
            if found and shown is not None:
                if shown <= found.start():
                    break
                visible = searched = shown
                continue
            if not found:
                searched = max(visible, len(self.buffer) - _LONGEST_END_TAG)
            if len(self.buffer) > MAX_RECORD or not self.more():
                return None
        with memoryview(self.buffer) as seen:  # a slice of the buffer itself would be copied twice
            body = bytes(seen[: found.end()])
        self.drop(len(body))
        return body

    def _visible_from(self, start: int, end: int) -> int | None:
        """Where, from `start` on, text goes on that no comment or the like hides: beyond `end` if that is hidden.

        None where what hides it has not come to its own end yet.
        """
        while opening := _OPENING.search(self.buffer, start, end):
            closing = _CLOSING[opening[0]]
            at = self.buffer.find(closing, opening.end())
            if at < 0:
                return None
            start = at + len(closing)
        return start


def utf8_chunks(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the stream in chunks of UTF-8, whatever encoding its first bytes declare; byte-order marks go."""
    head = b""
    while len(head) < _HEAD and (chunk := stream.read(_CHUNK)):
        head += chunk
    declared = _declared_encoding(head)
    if declared == "utf-8":
        yield head.removeprefix(codecs.BOM_UTF8)
        while chunk := stream.read(_CHUNK):
            yield chunk
        return
    decoder = codecs.getincrementaldecoder(declared)()
    chunk = head
    try:
        while chunk:
            if text := decoder.decode(chunk):
                yield text.encode()
            chunk = stream.read(_CHUNK)
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError:
        raise BadInputError(f"it says that it is in {declared}, and is not. Fetch it again.") from None


def _declared_encoding(head: bytes) -> str:
    """Read the encoding from a byte-order mark or the XML declaration; UTF-8 where neither says one.

    Raises:
        BadInputError: it is none that a text has.
    """
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head.startswith((b"<\0", b"\0<")):
        return "utf-16-le" if head.startswith(b"<\0") else "utf-16-be"
    found = _ENCODING.match(head.removeprefix(codecs.BOM_UTF8))
    name = found[1].decode() if found else "utf-8"
    if not _ENCODINGS.fullmatch(name):
        raise BadInputError(f"its encoding '{name}' is not one that we read. Save it as UTF-8.")
    if name.lower().startswith(("utf-16", "utf16", "utf-32", "utf32")):
        return "utf-8"  # the declaration itself could be read byte by byte, so it is not in what it declares
    codec = codecs.lookup(name).name
    return "utf-8" if codec == "ascii" else codec
