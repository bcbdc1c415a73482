"""Identifiers in references: one `Kind` each. A new kind is one more entry of `KINDS`, and nothing else.

How an identifier is written in a record, and the one form in which it is stored, `records.identifiers` and
`records.registries` know; here is what people and publishers' addresses make of it. A kind of patterns (`_matching`)
has identifiers in their groups, joined; a text that is nothing but an identifier may also match `alone`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from records.identifiers import clean_doi, clean_pmcid, clean_pmid
from records.registries import registrations_in, without_registrations
from topics.base import DOI_PREFIX


@dataclass(frozen=True)
class Kind:
    """A kind of identifier: how it is found, and the query for its records (PMID, else DOI), main one first."""

    name: str
    found_in: Callable[[str], Iterator[str]]
    """All in a text, in stored form."""
    sql: str
    alone: re.Pattern[str] | None = None


def _matching(clean: Callable[[str], str], *patterns: str) -> Callable[[str], Iterator[str]]:
    """Find what matches patterns, tried in order, in any case; `clean` gives it its stored form, '' if it is none."""
    compiled = [re.compile(pattern, re.IGNORECASE) for pattern in patterns]

    def found_in(text: str) -> Iterator[str]:
        for pattern in compiled:
            for found in pattern.finditer(text):
                if value := clean("".join(group for group in found.groups() if group) or found[0]):
                    yield value

    return found_in


_DOI = rf"{DOI_PREFIX}/(?:<\d+::|[^\s\"<>|,])+(?:[,>][^\s\"<>|,]+)*"
"""Wiley's older DOIs hold '<617::aid-…>'; otherwise an angle bracket is markup around the DOI."""
_AFTER_DOI = re.compile(
    r"(?:[?#&].*|/(?:full|abstract|abs|pdf|epdf|html|meta|asset|fulltext|references)\b.*|"
    r"\.(?:pdf|full|abstract|html?)\b.*|(?<=\d)v\d+(?=\.full|\.abstract|$).*)$"
)
"""What publishers' addresses append; 'v1' is the version of a preprint."""


def _doi(text: str) -> str:
    return clean_doi(_AFTER_DOI.sub("", unquote(text).lower()))


def _from_pii(pii: str) -> str:
    """Elsevier's older DOIs are the item's PII, written out: S0006322399002309 → 10.1016/s0006-3223(99)00230-9."""
    plain = re.sub(r"[^0-9sx]", "", pii.lower())
    return f"10.1016/{plain[:5]}-{plain[5:9]}({plain[9:11]}){plain[11:16]}-{plain[16]}"


def _pmid(text: str) -> str:
    return str(clean_pmid(text) or "")


_BY_DOI = (
    "SELECT pmid, doi FROM articles WHERE doi = :value "
    "UNION ALL SELECT NULL, doi FROM studies WHERE main_pmid IS NULL AND doi = :value "
    "UNION ALL SELECT r.pmid, r.doi FROM register r WHERE r.pmid IS NULL AND r.doi = :value"
)
_BY_PMID = "SELECT pmid, doi FROM articles WHERE pmid = :value"
_BY_STUDY = (
    "SELECT pmid, doi, role != 'main' AS place FROM study_reports WHERE study_id = :value "
    "UNION SELECT pmid, NULL, 2 FROM registrations WHERE accession = :value "
    "AND pmid NOT IN (SELECT pmid FROM study_reports WHERE study_id = :value AND pmid IS NOT NULL) ORDER BY 3, 1"
)

KINDS: tuple[Kind, ...] = (
    Kind(
        "PMID",
        _matching(
            _pmid,
            r"(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/(?:m/)?pubmed|europepmc\.org/(?:article|abstract)/med)"
            r"/(?:\?term=)?(\d{1,8})(?!\d)",
            r"\bPM(?:ID|[ -]?id)?\s*[:#=]?\s*\[?(\d{1,8})(?!\.?\d)\b",
            r"pubmed(?: id)?\s*[:#]\s*(\d{1,8})\b",
        ),
        _BY_PMID,
        alone=re.compile(r"0*([1-9]\d{0,7})"),
    ),
    Kind(
        "PMC id",
        _matching(clean_pmcid, r"(?<![A-Za-z])PMC\s?:?\s?(?:ID:?\s?)?(?:PMC)?(\d{1,9})(?:\.\d+)?\b"),
        "SELECT pmid, doi FROM articles WHERE pmcid = :value",
    ),
    Kind("DOI", _matching(_doi, rf"(?:doi\.org/|doi:?\s*)?({_DOI})", rf"{DOI_PREFIX}%2F[^\s\"<>|,?#]+"), _BY_DOI),
    Kind(
        "article address (Nature)",
        _matching(
            lambda text: f"10.1038/{text.lower()}",
            r"nature\.com/articles/(s\d{5}-\d{3}-\d{4,5}-[\da-z]|[a-z]+\d+\.\d+|nature\d+|[a-z]{2,5}\d{3,7})",
        ),
        _BY_DOI,
    ),
    Kind(
        "article address (BMJ)",
        _matching(
            lambda text: f"10.1136/{text.lower().replace('bmj-', 'bmj.')}", r"bmj\.com/content/\d+/(bmj[.-][a-z]?\d+)"
        ),
        _BY_DOI,
    ),
    Kind(
        "article address (Elsevier PII)",
        _matching(_from_pii, r"\b(S\d{4}-?\d{3}[\dX]\(?\d{2}\)?\d{5}-?[\dX])\b"),
        _BY_DOI,
    ),
    Kind("trial registration", lambda text: (accession for _, accession in registrations_in(text)), _BY_STUDY),
)


def identifiers_in(text: str) -> Iterator[tuple[Kind, str]]:
    """(kind, identifier in stored form) of everything that `text` names, in the order of `KINDS`, without repeats."""
    stripped = text.strip().strip("<>[]().,;\"'")
    for kind in KINDS:
        if kind.alone and (whole := kind.alone.fullmatch(stripped)):
            yield kind, whole[1]
            return
        for value in dict.fromkeys(kind.found_in(text)):
            yield kind, value


def without_identifiers(text: str) -> str:
    """The text with identifiers and addresses taken out, so that their words and digits are not read as other parts."""
    text = re.sub(r"https?://\S+|www\.\S+", " ", text)
    text = re.sub(rf"(?:doi:?\s*)?{_DOI}", " ", text, flags=re.IGNORECASE)
    text = re.sub(r"\b(?:PMID|PMCID|PubMed PMID)\b:?\s*(?:PMC)?\d+;?", " ", text, flags=re.IGNORECASE)
    return without_registrations(re.sub(r"\bPMC\d+\b", " ", text))
