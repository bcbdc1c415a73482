"""Trial registrations: how each registry writes its numbers, and the one form in which we keep them.

This one table is what tagging, the look-up of citations and the joining of reports into studies go by.

A registration is what ties the papers of one study together, so the same trial must always give the same accession,
however an author spaced or cased it. The registries are the primary registries of the WHO's ICTRP with
ClinicalTrials.gov; names are those PubMed uses in DataBankName.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from records.record import Registration


class Registry(NamedTuple):
    """A registry. `pattern` matches a mention from its first character; `literal` stands `lead` characters into it.

    Both are for text in capitals. `form` is filled with the pattern's groups, in small letters if `lower`.
    """

    name: str
    literal: str
    pattern: re.Pattern[str]
    form: str
    lower: bool = False
    lead: int = 0


def _mention(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Z0-9]){pattern}(?![A-Z0-9])", re.ASCII)


_GAP = r"[\s:#.-]{0,3}"
"""Authors write NCT 01234567, NCT-01234567, ISRCTN: 12345678 …"""

REGISTRIES = (
    Registry("ClinicalTrials.gov", "NCT", _mention(rf"NCT{_GAP}(?:NO\.?\s?)?(\d{{8}})"), "NCT{}"),
    Registry("ISRCTN", "ISRCTN", _mention(rf"ISRCTN{_GAP}(\d{{8}})"), "ISRCTN{}"),
    # These numbers are distinctive enough to stand alone. A country code after one ("-GB") names the dossier, not the
    # trial. Numbers from 500000 are those of the register that followed EudraCT in 2022.
    Registry("EudraCT", "-00", re.compile(r"(?<![\w-])(20\d\d)-(00\d{4})-(\d\d)(?!\d)", re.ASCII), "{}-{}-{}", lead=4),
    Registry("CTIS", "-5", re.compile(r"(?<![\w-])(20\d\d)-(5\d{5})-(\d\d)(?!\d)", re.ASCII), "{}-{}-{}", lead=4),
    # 14 digits beginning 126; early papers put a zero before them
    Registry("ANZCTR", "ACTRN", _mention(rf"ACTRN{_GAP}0?(126\d{{11}})"), "ACTRN{}"),
    # older numbers carry the kind of study (TRC, IOR …): ChiCTR-TRC-08000001; newer ones do not: ChiCTR1900021512
    Registry("ChiCTR", "CHICTR", _mention(rf"CHICTR{_GAP}([A-Z]{{2,4}}){_GAP}(\d{{8}})"), "ChiCTR-{}-{}"),
    Registry("ChiCTR", "CHICTR", _mention(rf"CHICTR{_GAP}(\d{{8}}(?:\d\d)?)"), "ChiCTR{}"),
    Registry("JPRN", "UMIN", _mention(rf"UMIN{_GAP}(?:CTR{_GAP})?(?:UMIN)?{_GAP}(\d{{9}})"), "UMIN{}"),
    Registry("JPRN", "JRCT", _mention(rf"JRCT(S?){_GAP}(\d{{9,10}})"), "jRCT{}{}", lower=True),
    Registry("JPRN", "JAPICCTI", _mention(rf"JAPICCTI{_GAP}(\d{{6}})"), "JapicCTI-{}"),
    Registry("DRKS", "DRKS", _mention(rf"DRKS{_GAP}(?:ID{_GAP})?(?:DRKS)?(\d{{8}})"), "DRKS{}"),
    Registry("NTR", "NTR", _mention(rf"NTR{_GAP}(?:TC{_GAP})?(\d{{3,5}})"), "NTR{}"),
    Registry("PACTR", "PACTR", _mention(rf"PACTR{_GAP}(\d{{15,16}})"), "PACTR{}"),
    Registry("CTRI", "CTRI", _mention(rf"CTRI{_GAP}/?(\d{{4}})/(\d{{2,3}})/(\d{{6}})"), "CTRI/{}/{}/{}"),
    Registry("IRCT", "IRCT", _mention(rf"IRCT{_GAP}(?:ID{_GAP})?(?:IRCT)?(\d{{8,14}}N\d{{1,3}})"), "IRCT{}"),
    Registry("CRiS", "KCT", _mention(rf"KCT{_GAP}(\d{{7}})"), "KCT{}"),
    Registry("ReBec", "RBR", _mention(r"RBR-((?=[A-Z0-9]*\d)[A-Z0-9]{6,8})"), "RBR-{}", lower=True),
    Registry("TCTR", "TCTR", _mention(rf"TCTR{_GAP}(?:ID{_GAP})?(?:TCTR)?(\d{{11}})"), "TCTR{}"),
    Registry("RPCEC", "RPCEC", _mention(rf"RPCEC{_GAP}(\d{{8}})"), "RPCEC{}"),
    Registry("SLCTR", "SLCTR", _mention(rf"SLCTR{_GAP}/?(\d{{4}})/(\d{{3}})"), "SLCTR/{}/{}"),
)

_BY_LITERAL = [
    [registry for registry in REGISTRIES if registry.literal == literal]
    for literal in dict.fromkeys([registry.literal for registry in REGISTRIES])
]
_LITERALS = AhoCorasick([same[0].literal for same in _BY_LITERAL])

_TRIAL_DATABANKS = {registry.name.lower(): registry.name for registry in REGISTRIES} | {
    "umin-ctr": "JPRN",
    "umin ctr": "JPRN",
    "jrct": "JPRN",
    "japiccti": "JPRN",
    "repec": "REPEC",
}
"""DataBankName holds sequence banks (GenBank …) too; only these are trials."""


def registrations_in(text: str) -> Iterator[tuple[str, str]]:
    """Yield (registry, accession) of every registration number that `text` names, in text order, repeats included."""
    for registry, found in _mentions(text):
        yield registry.name, _accession(registry, found)


def without_registrations(text: str) -> str:
    """The text with a blank in the place of every registration number."""
    kept, at = [], 0
    for found in sorted((found for _, found in _mentions(text)), key=lambda found: found.start()):
        if found.start() >= at:  # some are named by one mention within another: 'DRKS-ID: DRKS00000000'
            kept.append(text[at : found.start()])
            at = found.end()
    return " ".join([*kept, text[at:]])


def register_of(accession: str) -> str:
    """The register that gave a number, so that two numbers of one register are known to be two trials.

    Narrower than the registry: JPRN is what UMIN, jRCT and JapicCTI are called together, and a trial may be in two of
    them. Of a number in no form that is known here, its first letters.
    """
    known = next((registry for registry, _ in _mentions(accession)), None)
    return known.literal if known else accession.upper().rstrip("0123456789./-")


def _mentions(text: str) -> Iterator[tuple[Registry, re.Match[str]]]:
    """Yield every mention with its registry; matches are of the text in capitals, which is as long."""
    capitals = text.upper()
    if len(capitals) != len(text):  # a few letters have no capital of one letter ('ß', 'ﬁ')
        capitals = "".join(letter.upper() if len(letter.upper()) == 1 else letter for letter in text)
    for dash in "‐‑–":  # printed where authors typed a hyphen
        capitals = capitals.replace(dash, "-")
    # One pass finds where a pattern could match at all: most literals stand inside common words (NCT in "function").
    for literal, start, _ in _LITERALS.find_matches_as_indexes(capitals, overlapping=True):
        for registry in _BY_LITERAL[literal]:
            if start >= registry.lead and (found := registry.pattern.match(capitals, start - registry.lead)):
                yield registry, found


def registration_of(databank: str, accession: str) -> Registration | None:
    """Read one AccessionNumber of a DataBankList; None when the databank does not register trials.

    The number decides where it is well-formed (authors file NCT numbers under other registries); otherwise the
    databank's name does, and the number is kept as PubMed has it.
    """
    for name, number in registrations_in(accession):
        return Registration(name, number, "databank")
    registry = _TRIAL_DATABANKS.get(databank.strip().lower())
    return Registration(registry, accession.strip(), "databank") if registry and accession.strip() else None


def all_registrations(databank: list[tuple[str, str]], text: str) -> tuple[Registration, ...]:
    """Registrations of a record: those of its DataBankList first, then those only its text names; no repeats."""
    found: dict[str, Registration] = {}
    for name, accession in databank:
        if registration := registration_of(name, accession):
            found.setdefault(registration.accession, registration)
    for registry, accession in registrations_in(text):
        found.setdefault(accession, Registration(registry, accession, "text"))
    return tuple(found.values())


def _accession(registry: Registry, found: re.Match[str]) -> str:
    groups = found.groups()
    return registry.form.format(*(map(str.lower, groups) if registry.lower else groups))
