"""What a report says or is called by that other reports of its study share: a trial's name, a title, its people.

Registrations and PubMed's links tie most reports together (`db.evidence.studies`); these are for the others. A trial's
name and a title with its first author are as good as a number. The same first and last author with the same number of
people, drug and design is *probable* only: it counts as one study, is said to be probable, and the register takes it
apart by giving the two different families.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from records.record import Record
from topics.vocabulary import OF_OTHERS

TRIAL_NAME, TITLE, PEOPLE = "trial name", "title and first author", "probable: first and last author, people"
KINDS = (TRIAL_NAME, TITLE, PEOPLE)
"""Kinds of bond, the surest first."""

_NAME = r"(?!NCT\d)[A-Z][A-Z0-9]{3,}(?:[-\u2010-\u2013][A-Za-z0-9]{1,5})*"
_NUMBER = r"[-\u2010-\u2013 ](?:[1-9]|I{1,3}|IV)(?![A-Za-z0-9-])"
_STUDY = r"(?:[Tt]rial|[Ss]tudy|[Pp]rogram(?:me)?|TRIAL|STUDY)"
_NAMED = (
    re.compile(rf"\b([A-Z]{{3,}}{_NUMBER})(?: {_STUDY}\b| \(NCT)"),
    re.compile(rf"(?:\b(?:from|of|in|and) |, |/)(?:the )?([A-Z]{{6,}}{_NUMBER})"),
    re.compile(rf"\b({_NAME}) (?:randomi[sz]ed |clinical |extension |phase \w+ )*{_STUDY}\b"),
    re.compile(rf"\b{_STUDY} \(({_NAME})\)"),
    re.compile(rf"\b({_NAME}) \((?:NCT\d{{8}}|ISRCTN|ACTRN|EudraCT)"),
    re.compile(rf"\(([A-Za-z][A-Za-z0-9-]{{3,15}}) {_STUDY}\)"),
)
_NO_NAMES = frozenset(
    """RCT RCTS TRD MDD PTSD OCD GAD BPD ADHD AUD OUD SUD ECT TMS RTMS TDCS CBT DSM ICD FDA EMA NHS NIH NIMH VA US USA
    UK EU EEG MEG MRI FMRI PET SPECT MRS BOLD ERP NMDA AMPA GABA BDNF MADRS HAMD HDRS HAM-D PHQ-9 BDI QIDS YMRS SSI
    CADSS BPRS CGI GAF SF-36 EQ-5D COVID-19 COVID HIV ICU ED GWAS DNA RNA PK PD IV IM SC IN PO NCT PRISMA CONSORT STROBE
    SPIRIT GRADE CI SD OR AND THE THIS OUR NEW OBJECTIVE BACKGROUND METHODS RESULTS CONCLUSIONS CONCLUSION AIM AIMS
    DESIGN INTRODUCTION PURPOSE LIMITATIONS SETTING TRIAL STUDY RANDOMIZED RANDOMISED CLINICAL CASE PILOT OPEN
    PHASE COHORT CURRENT PRESENT PARENT MAIN EXTENSION CROSSOVER SAME FIRST SECOND SINGLE LARGE""".split()  # noqa: SIM905
)
"""Capitals that stand before 'study' and name no trial: conditions, methods, scales, headings."""
_SAID_OF_OTHERS = re.compile(
    r"\b(?:unlike|previous|prior|earlier|similar to|consistent with|as in|compared with|e\.g\.)\b[^.;]{0,60}$"
)
_DASHES = re.compile("[\u2010-\u2013 ]")
_ROMAN = re.compile(r"(?<=-)(?:I{1,3}|IV)$")
_LEAST_WORDS = 6
"""Of a title: shorter ones are given twice."""
_LEAST_PEOPLE = 15
"""Small numbers are shared by chance."""


def bonds_of(record: Record, deciding: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (kind, value) of everything by which other reports of the study may be known.

    Two reports that share one belong together. `deciding` are the columns that decide.
    """
    if deciding["design"] in OF_OTHERS:
        return
    names = trial_names(record.title, record.abstract)
    if len(names) == 1:  # two names: a paper that pools trials
        yield TRIAL_NAME, names[0]
    surnames = [_letters(author.last_name) for author in record.authors if author.last_name]
    words = re.findall(r"\w+", record.title.lower())
    if surnames and len(words) >= _LEAST_WORDS:
        yield TITLE, f"{' '.join(words)} | {surnames[0]}"
    n_total = deciding["n_total"]
    if len(surnames) > 2 and n_total and n_total >= _LEAST_PEOPLE and deciding["species"] != "animal":
        drugs = deciding["interventions"]
        yield PEOPLE, f"{surnames[0]}, {surnames[-1]}, n {n_total}, {drugs}, crossover {deciding['crossover']}"


def trial_names(title: str, abstract: str) -> tuple[str, ...]:
    """Names of trials that a paper says are its own, each once, in capitals with plain hyphens.

    They stand before 'trial' or 'study', in brackets after it, before a registration, or with a number ('SUSTAIN-3').
    """
    found: dict[str, None] = {}
    for text in (title, abstract):
        for pattern in _NAMED:
            for match in pattern.finditer(text):
                name = _ROMAN.sub(_in_figures, _DASHES.sub("-", match[1]).upper())
                if name not in _NO_NAMES and not _SAID_OF_OTHERS.search(
                    text, max(0, match.start() - 80), match.start()
                ):
                    found.setdefault(name)
        if found and text is title:
            break  # what the title names is this study; the abstract then names others, too
    return tuple(found)


def _in_figures(roman: re.Match[str]) -> str:
    """'ASPIRE-II' is printed 'ASPIRE-2' as well."""
    return "4" if roman[0] == "IV" else str(len(roman[0]))


def _letters(name: str) -> str:
    return re.sub(r"[^\w]", "", name.lower())
