"""Bytes → text, in whatever encoding people's programs left it."""

from records.formats import encoding_of


def decoded(content: bytes) -> str:
    """The text of a file: UTF-8, or UTF-16 and UTF-32 where it begins so, else Windows-1252, which holds Latin-1."""
    encoding = encoding_of(content[:4096])
    try:
        return content.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError:
        fallback = "cp1252" if encoding == "utf-8" else encoding
        return content.decode(fallback, "replace").removeprefix("\ufeff")
