"""Keys that a document cites → the references of the bibliography files beside it."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from db.citations.model import Reference
from db.citations.readers.encoding import decoded
from db.citations.readers.lists import ReferenceList, Unread
from db.citations.readers.text import read_text
from topics.errors import BadInputError

MOST_BYTES = 64 << 20


def cited_of(
    keys: Mapping[str, int], files: Iterable[str], folder: Path | None, *, inline: Iterable[Reference] = (),
    all_of_them: bool = False,
) -> ReferenceList:  # fmt: skip
    r"""The references that `keys` (each with the line that cites it) name, in the order cited.

    They are looked for in `inline` and in `files`, which are names as the document gives them, relative to its folder.
    All references are given where no key is cited or `all_of_them` is asked for (BibTeX's `\nocite{*}`).
    """
    rest = list(inline)
    held = {reference.key: reference for reference in rest}
    unread: list[Unread] = []
    for name in files:
        path = folder / name if folder else None
        if path is None or not path.is_file() or path.stat().st_size > MOST_BYTES:
            unread.append(
                Unread(f"the bibliography {name} is not beside the document. Put it there, or check it itself.")
            )
            continue
        try:
            found = read_text(decoded(path.read_bytes()))
        except (OSError, BadInputError) as error:
            unread.append(Unread(f"the bibliography {name}: {error}"))
            continue
        unread += [Unread(f"{name}: {each}") for each in found.unread]
        rest += found.references
        for reference in found.references:
            held.setdefault(reference.key, reference)
    cited = [key for key in keys if key != "*"]
    if not cited or all_of_them:
        return ReferenceList(tuple(rest), tuple(unread))
    missing = [Unread(f"'{key}' is cited and in no bibliography", keys[key]) for key in cited if key not in held]
    return ReferenceList(tuple(held[key] for key in cited if key in held), (*unread, *missing))
