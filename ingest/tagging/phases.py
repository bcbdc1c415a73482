"""The phase of a clinical trial, 1 to 4, as the record's own words name it: 'a phase II trial', 'phase 1b/2a study'.

'Phase' also means parts of one study, of an illness or a cycle, and trials done by others or still to be done. It
counts where the words make it the phase of a trial ('phase 2, randomized, double-blind trial'), and only in the title
and where the record tells of its own study. Where the text names several, it says nothing.
"""

import re
from collections.abc import Iterator

from ingest.tagging import document
from ingest.tagging.document import Document
from topics.vocabulary import REVIEWS, values_of

_NEAR = 150
"""Characters between the phase and what it is a phase of."""
_NUMBER = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "one": 1, "two": 2, "three": 3, "four": 4}
_PHASE = re.compile(
    r"(?<!sleep )(?<!study )\bphase[ -]?(iv|i{1,3}|[1-4]|(?<= )(?:one|two|three|four))[abc]?"
    r"(?:\s?[/-]\s?(?:phase[ -]?)?(iv|i{1,3}|[1-4])[abc]?|/[abc])?(?![\w%]|\.\d)"
)
_NOUN = re.compile(
    r"(?:trial|study|rct|investigation)\b(?!\s(?:data|drugs?|medications?|visits?|periods?|treatments?)\b)"
)
_BETWEEN = re.compile(r"[\s,-]*(?:[a-z][a-z0-9-]*[\s,]+){0,9}?$")
"""What stands between 'phase 2' and 'trial': its other properties, up to nine words and commas."""
_NEVER_BETWEEN = re.compile(
    r"(?<![\w-])(?:of|in|on|from|with|was|were|is|are|the|this|our|to|during|after|before|enzymes?|metabolism|reactions?|"
    r"trials|studies|sleep|luteal|follicular|manic|depressive|acute|maintenance)(?![\w-])"
)
_OTHERS = re.compile(
    r"\b(?:previous(?:ly)?|prior|earlier|future|further|larger|subsequent|upcoming|forthcoming|next|ongoing|"
    r"need(?:ed|s)?|warranted|required|underway|(?:have|has) (?:shown|demonstrated|completed)|recently completed|"
    r"awaited)\b"
)
"""In its sentence: the trial is another, or still to come."""
_OWN = frozenset({document.TITLE, document.OBJECTIVE, document.METHODS})
_NOT_TRIALS = REVIEWS | {"notice", "animal", "in_vitro", "editorial_letter"}


def tag_phase(doc: Document, design: str) -> None:
    """Add the tag of the one phase that the record names as its own; the title's words go before the abstract's."""
    if "phase" not in doc.lower or design in _NOT_TRIALS:
        return
    found = list(_named(doc))
    in_title = [one for one in found if one[0] < doc.abstract_at]
    best = in_title or found
    if len({value for _, _, value in best}) == 1:
        start, end, value = best[0]
        doc.add("phase", value, start, end, "phase of a trial", 0.9 if in_title else 0.8)


def _named(doc: Document) -> Iterator[tuple[int, int, str]]:
    """(start, end, value) of each phase of a trial, where the record tells of its own study."""
    for sentence in sorted({doc.sentence(match.start()) for match in _PHASE.finditer(doc.lower)}):
        first, last = doc.bounds(sentence)
        if doc.zones[sentence] not in _OWN or _OTHERS.search(doc.lower, first, last):
            continue
        for match in _PHASE.finditer(doc.lower, first, last):
            noun = _NOUN.search(doc.lower, match.end(), min(last, match.end() + _NEAR))
            between = doc.lower[match.end() : noun.start()] if noun else "of"
            value = "/".join(dict.fromkeys(_number(part) for part in match.groups() if part))
            if _BETWEEN.fullmatch(between) and not _NEVER_BETWEEN.search(between) and value in values_of("phase"):
                yield match.start(), match.end(), value


def _number(written: str) -> str:
    return str(_NUMBER.get(written, written))
