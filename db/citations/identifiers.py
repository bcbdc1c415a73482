"""Identifiers: one `Kind` each, found by its patterns. A new kind is one more entry of `KINDS`, and nothing else.

A pattern's groups, joined, are the identifier; `clean` gives it the form in which the database has it. Patterns are
tried in order; a text that is nothing but an identifier may also match `alone`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote


@dataclass(frozen=True)
class Kind:
    """A kind of identifier: how it is written, and the query for its records (PMID, else DOI), main one first."""

    name: str
    patterns: tuple[re.Pattern[str], ...]
    sql: str
    clean: Callable[[str], str]
    alone: re.Pattern[str] | None = None


def _any_case(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


_DOI = r"10\.\d{4,9}/(?:<\d+::|[^\s\"<>|,])+(?:[,>][^\s\"<>|,]+)*"
"""Wiley's older DOIs hold '<617::aid-…>'; otherwise an angle bracket is markup around the DOI."""
_AFTER_DOI = re.compile(
    r"(?:[?#&].*|/(?:full|abstract|abs|pdf|epdf|html|meta|asset|fulltext|references)\b.*|"
    r"\.(?:pdf|full|abstract|html?)\b.*|(?<=\d)v\d+(?=\.full|\.abstract|$).*)$"
)
"""What publishers' addresses append; 'v1' is the version of a preprint."""
_UNPAIRED = {")": "(", "]": "[", "}": "{", ">": "<"}


def clean_doi(text: str) -> str:
    """A DOI in small letters, without what stands around it: closing punctuation, page suffixes of publishers."""
    doi = _AFTER_DOI.sub("", unquote(text).lower())
    while doi and (
        doi[-1] in ".,;:'*/" or (doi[-1] in _UNPAIRED and doi.count(_UNPAIRED[doi[-1]]) < doi.count(doi[-1]))
    ):
        doi = doi[:-1]
    return doi


def _from_pii(pii: str) -> str:
    """Elsevier's older DOIs are the item's PII, written out: S0006322399002309 → 10.1016/s0006-3223(99)00230-9."""
    plain = re.sub(r"[^0-9sx]", "", pii.lower())
    return f"10.1016/{plain[:5]}-{plain[5:9]}({plain[9:11]}){plain[11:16]}-{plain[16]}"


def _registration(text: str) -> str:
    plain = re.sub(r"[\s:#]+", "", text).upper()
    return plain.replace("CHICTR", "ChiCTR").replace("JRCTS", "jRCTs").replace("JRCT", "jRCT")


def _digits(text: str) -> str:
    return str(int(text))


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
        _any_case(
            r"(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/(?:m/)?pubmed|europepmc\.org/(?:article|abstract)/med)"
            r"/(?:\?term=)?(\d{1,8})(?!\d)",
            r"\bPM(?:ID|[ -]?id)?\s*[:#=]?\s*\[?(\d{1,8})(?![\d.])\b",
            r"pubmed(?: id)?\s*[:#]\s*(\d{1,8})\b",
        ),
        _BY_PMID,
        _digits,
        alone=re.compile(r"0*([1-9]\d{0,7})"),
    ),
    Kind(
        "PMC id",
        _any_case(r"(?<![A-Za-z])PMC\s?:?\s?(?:ID:?\s?)?(?:PMC)?(\d{1,9})(?:\.\d+)?\b"),
        "SELECT pmid, doi FROM articles WHERE pmcid = :value",
        lambda text: f"PMC{int(text)}",
    ),
    Kind("DOI", _any_case(rf"(?:doi\.org/|doi:?\s*)?({_DOI})", r"10\.\d{4,9}%2F[^\s\"<>|,?#]+"), _BY_DOI, clean_doi),
    Kind(
        "article address (Nature)",
        _any_case(r"nature\.com/articles/(s\d{5}-\d{3}-\d{4,5}-[\da-z]|[a-z]+\d+\.\d+|nature\d+|[a-z]{2,5}\d{3,7})"),
        _BY_DOI,
        lambda text: f"10.1038/{text.lower()}",
    ),
    Kind(
        "article address (BMJ)",
        _any_case(r"bmj\.com/content/\d+/(bmj[.-][a-z]?\d+)"),
        _BY_DOI,
        lambda text: f"10.1136/{text.lower().replace('bmj-', 'bmj.')}",
    ),
    Kind(
        "article address (Elsevier PII)",
        _any_case(r"\b(S\d{4}-?\d{3}[\dX]\(?\d{2}\)?\d{5}-?[\dX])\b"),
        _BY_DOI,
        _from_pii,
    ),
    Kind(
        "trial registration",
        _any_case(
            r"\b(NCT)[\s:#.-]{0,3}(\d{8})\b",
            r"\b(ISRCTN)[\s:#.-]{0,3}(\d{8})\b",
            r"(?<![\w-])(20\d\d-[05]\d{5}-\d\d)(?!\d)",
            r"\b(ACTRN)[\s:#.-]{0,3}(126\d{11})\b",
            r"\b(ChiCTR(?:-[A-Z]{2,4}-)?)[\s:#.]{0,3}(\d{8,10})\b",
            r"\b(DRKS)[\s:#.-]{0,3}(\d{8})\b",
            r"\b(CTRI/\d{4}/\d{2,3}/\d{6})\b",
            r"\b(IRCT)[\s:#.-]{0,3}(\d{8,14}N\d{1,3})\b",
            r"\b(UMIN)[\s:#.-]{0,3}(\d{9})\b",
            r"\b(jRCTs?)[\s:#.-]{0,3}(\d{9,10})\b",
            r"\b(KCT)[\s:#.-]{0,3}(\d{7})\b",
            r"\b(PACTR)[\s:#.-]{0,3}(\d{15,16})\b",
            r"\b(NTR)[\s:#.-]{0,3}(\d{3,5})\b",
            r"\b(TCTR)[\s:#.-]{0,3}(\d{11})\b",
        ),
        _BY_STUDY,
        _registration,
    ),
)


def identifiers_in(text: str) -> Iterator[tuple[Kind, str]]:
    """(kind, identifier in stored form) of everything that `text` names, in the order of `KINDS`, without repeats."""
    seen: set[tuple[str, str]] = set()
    stripped = text.strip().strip("<>[]().,;\"'")
    for kind in KINDS:
        if kind.alone and (whole := kind.alone.fullmatch(stripped)):
            yield kind, kind.clean(whole[1])
            return
        for pattern in kind.patterns:
            for found in pattern.finditer(text):
                value = kind.clean("".join(group for group in found.groups() if group) or found[0])
                if value and (kind.name, value) not in seen:
                    seen.add((kind.name, value))
                    yield kind, value


def without_identifiers(text: str) -> str:
    """The text with identifiers and addresses taken out, so that their words and digits are not read as other parts."""
    text = re.sub(r"https?://\S+|www\.\S+", " ", text)
    text = re.sub(rf"(?:doi:?\s*)?{_DOI}", " ", text, flags=re.IGNORECASE)
    text = re.sub(r"\b(?:PMID|PMCID|PubMed PMID)\b:?\s*(?:PMC)?\d+;?", " ", text, flags=re.IGNORECASE)
    return re.sub(r"\bPMC\d+\b|\bNCT\d{8}\b|\bISRCTN\d{8}\b", " ", text)
