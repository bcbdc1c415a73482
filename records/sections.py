"""Labelled parts of an abstract, and what each part is for."""

import re
from functools import lru_cache

from records.record import Section

# A head is a few words and a colon at the start of the abstract or after the end of a sentence. Which words may stand
# in a head, and the NlmCategory they mean: https://www.nlm.nih.gov/bsd/policy/structured_abstracts.html (its list of
# 3,000 labels comes down to these words). The first word found decides.
_HEAD_WORDS = {
    "BACKGROUND": "backgrounds?|importance|introduction|context|rationale|scope|state of the art|literature",
    "OBJECTIVE": "objectives?|aims?|purpose|goals?|hypothes[ei]s|questions?|study question",
    "METHODS": (
        "methods?|methodology|materials?|design|patients?|participants?|subjects?|setting|settings|interventions?|"
        "measurements?|measures?|procedures?|experimental|data|outcomes?|main outcome|samples?|search|sources|"
        "eligibility|"
        "selection|extraction|synthesis|statistical|analysis|location|instruments?|approach|condition|criteria"
    ),
    "RESULTS": "results?|findings?|observations?|outcomes? of|case|cases|reports?|presentation",
    "CONCLUSIONS": (
        "conclusions?|concluding|interpretation|implications?|discussion|significance|limitations?|relevance|summary|"
        "comments?|clinical impact|impact|strengths"
    ),
    "REGISTRATION": (
        "registration|registry|registered|identifiers?|ethics|trial|fundings?|copyright|keywords|key words|"
        "clinicaltrials"
    ),
}
_CATEGORY = [(category, re.compile(rf"\b(?:{words})\b", re.IGNORECASE)) for category, words in _HEAD_WORDS.items()]
_LABEL = re.compile(r" ?([A-Z][A-Za-z'’/&,()\- ]{2,68}?) ?")
_TO_LAST_END = re.compile(r".*(?:[\n.?!\]%;]|\) )", re.DOTALL)
"""All that stands before a head: up to the last sign in reach that a head can follow."""
_LONGEST = 72


@lru_cache(maxsize=4096)
def category_of(label: str) -> str:
    """Return the NlmCategory a head stands for (or REGISTRATION), '' when no word of it is known."""
    found = [(match.start(), category) for category, words in _CATEGORY if (match := words.search(label))]
    return min(found, default=(0, ""))[1]


@lru_cache(maxsize=4096)
def _category_of_head(label: str) -> str:
    """The category of a label that known words make up: anywhere in capitals, else at its first or last word."""
    words = label.split()
    if label.isupper():
        return category_of(label) if len(words) <= 8 else ""
    if len(words) > 4 or ")" in label or not (category_of(words[0]) or category_of(words[-1])):
        return ""
    return category_of(label)


def split_sections(text: str) -> tuple[Section, ...]:
    """Return the labelled parts of an abstract that is one string, or () when it has no heads.

    `text[section.start:section.end]` is the part without its label. Text before the first head is a section with an
    empty label. A head counts if its words are known ones and it is short or in capitals, so that a sentence with a
    colon is not taken for one.
    """
    heads = []
    colon = text.find(":")
    last = 0
    while colon >= 0:
        first = max(last, colon - _LONGEST)
        ended = _TO_LAST_END.match(text, first, colon)
        start = ended.end() if ended else first
        match = _LABEL.fullmatch(text, start, colon) if (ended or first == last) and colon + 1 < len(text) else None
        last = colon + 1
        if match:
            label = match[1].strip()
            if category := _category_of_head(label):
                after = colon + 1 + (text[colon + 1] == " ")
                heads.append((match.start(1), after, label, category))
        colon = text.find(":", colon + 1)
    if not heads:
        return ()
    sections = []
    if text[: heads[0][0]].strip():
        sections.append(Section("", "", 0, len(text[: heads[0][0]].rstrip())))
    for number, (_, start, label, category) in enumerate(heads):
        end = heads[number + 1][0] if number + 1 < len(heads) else len(text)
        end = start + len(text[start:end].rstrip())
        sections.append(Section(label, category, start, end))
    return tuple(sections)
