"""How many people: the number randomized or enrolled, of these the number analysed, and the studies in a review.

Every number that stands with people ('45 patients', 'participants (n = 45)', 'a total of 45') is a candidate
(`counts`). The surest is the total; numbers that one sentence counts side by side are added up.
"""

import re

from ingest.tagging import document
from ingest.tagging.count_weight import RULES as COUNT_RULES
from ingest.tagging.count_weight import Count, says_total
from ingest.tagging.counts import RULES as DEFINED_RULES
from ingest.tagging.document import Document
from ingest.tagging.lexicon import Rule
from ingest.tagging.totals import RULES as TOTAL_RULES
from ingest.tagging.totals import confirmed, proven_wholes, total_of
from ingest.tagging.whole_numbers import breaks, numbers_before
from topics.vocabulary import REVIEWS

_COUNTED = (
    "addicts|alcoholics|asthmatics|schizophrenics|diabetics|depressives|gamblers|offenders|detainees|refugees|migrants|"
    "non ?smokers|ex smokers|non ?drinkers|nonresponders|adopters|carriers|non ?carriers|relatives|siblings|parents|"
    "fathers|spouses|carers|newborns|singletons|babies|toddlers|teenagers|elderly|seniors|clients|customers|callers|"
    "attenders|beneficiaries|donors|employees|staff members|teachers|athletes|recruits|trainees|psychiatrists|"
    "psychologists|practitioners|clinicians|providers|therapists|counsell?ors|doctors|gps|surgeons|neurosurgeons|"
    "pa?ediatricians|dentists|pharmacists|"
    "midwives|paramedics|firefighters|police officers|farmers|drivers|pilots|musicians|dancers|players|runners|gamers|"
    "graduates|freshmen|professionals|interviewees|examinees|informants|immigrants|adoptees|offspring|"
    "cohabitants|bereaved|sufferers|migraineurs|epileptics|neurotics|psychotics|phobics|stutterers|"
    "amputees|insomniacs|anorexics|bulimics|hypertensives|nondiabetics|nondepressed|quitters|dieters|vapers|"
    "schoolchildren|schoolgirls|schoolboys|preschoolers|kids|teens|centenarians|octogenarians|"
    "pts|primigravidas?|primigravidae|multigravidas?|gravidae|primiparas|nulliparas|multiparas|heterozygotes|homozygotes|"
    "transsexuals|lesbians|party ?goers|club ?goers|festival ?goers|retreat ?goers|guests|visitors|tourists|"
    "travell?ers|villagers|citizens|worshippers|chaplains|monks|novices|psychonauts|microdosers|injectors|abstainers|"
    "attempters|ideators|convicts|victims|casualties|marines|service ?men|service ?women|personnel|reservists|"
    "an(a)?esthesiologists|an(a)?esthetists|obstetricians|gyna?ecologists|oncologists|neurologists|radiologists|interns|"
    "fellows|psychotherapists|facilitators|postgraduates|crowd ?workers|mturkers|registrants|subscribers|"
    "(right|left) handers|youngsters|pensioners|retirees|widows|widowers|husbands|wives|sisters|brothers|cyclists|"
    "swimmers|climbers|ladies|gentlemen|human beings|hvs|decedents|ha?emophiliacs"
)
"""People by what they do or have; counted, but too weak a sign that people were studied to weigh on the design."""

RULES = [
    *COUNT_RULES,
    *DEFINED_RULES,
    *TOTAL_RULES,
    Rule("people", "people", "humans|hcs"),
    Rule("counted", "people", _COUNTED),
    Rule(
        "analysed",
        "analysed",
        "((was|were) )?(finally )?(analy[sz]ed|evaluable)|((was|were) )?included in (the|our) ((final|primary|main|"
        "statistical) )?analys[ei]s|complete(d|rs)|finished|(provided|had) (complete|evaluable) data",
    ),
    Rule(
        "analysed",
        "",
        "completed (a|an|the|two|three|all|both|several)? ?((online|baseline|standardi[sz]ed|self report|follow up) )?"
        "(questionnaires?|surveys?|interviews?|tasks?|measures?|scales?|batter(y|ies)|tests?|assessments?|ratings?)",
    ),
    Rule(
        "n_of_1",
        "one",
        "n of (1|one) (trial|study|design|crossover)?|single (patient|person|subject) (trial|crossover)",
    ),
    Rule(
        "studies",
        "studies",
        "studies|manuscripts|trials|rcts|articles|papers|publications|randomi[sz]ed controlled trials|randomi[sz]ed "
        "trials|clinical trials|"
        "manuscripts|controlled trials|eligible (studies|trials)|reports|records",
    ),
]

_PUBLISHED = re.compile(r" (?:reported|published|described) ")
"""'16 previously reported cases' are those of others."""
_ENOUGH = 0.2
_NEAR = 0.4
_CASES = frozenset({"case_report", "case_series", "editorial_letter", "other"})

_OF_THEM = re.compile(
    r"(?: \([^)]{1,20}\))?(?: of (?:them|these|those|the))?"
    r"(?: (?:patients|participants|subjects|volunteers|adults|adolescents|children|people|individuals|women|men|users|"
    r"veterans))?(?: \([^)]{1,20}\))?(?: (?:had|have|who|were|then|successfully))? "
)


def tag_people(doc: Document, design: str, counts: list[Count]) -> None:
    """Add tags for the number of people in the study and, for a review, for the number of studies."""
    if design in REVIEWS:
        counts = [
            count for count in counts if _pools(doc, count) or (design == "narrative_review" and count.score > 0.6)
        ]
    if design == "case_report":
        counts = [count for count in counts if not _PUBLISHED.search(doc.lower, count.start, count.end)]
    if design not in _CASES and any(count.n <= 2 for count in counts):
        more = {count.sentence for count in counts if count.n > 2}
        counts = [
            count for count in counts if count.n > 2 or count.sentence in more
        ]  # 'two raters', 'one patient fainted': no study of two
    proven = proven_wholes(counts)
    counts = confirmed(counts, proven)
    chosen = total_of(doc, counts)
    if chosen and chosen.score >= _ENOUGH:
        confidence = 0.93 if chosen.n in proven else _confidence(chosen, counts)
        doc.add("n_total", str(chosen.n), chosen.start, chosen.end, f"people {chosen.basis}", confidence)
        if design not in REVIEWS:
            _tag_analysed(doc, chosen)
    elif of_one := doc.hits.get("n_of_1"):
        doc.add("n_total", "1", *of_one[0][:2], "people cases", 0.9)
    elif design == "case_report":
        doc.add("n_total", "1", *_single_case(doc), "people cases", 0.9)
    if design in ("systematic_review", "meta_analysis"):
        _tag_studies(doc)


def _confidence(chosen: Count, counts: list[Count]) -> float:
    """How often such a number is the total (development half).

    It is a guess with a rival close behind, or with a larger number that may be the whole; those randomized are
    the total even of more who were asked.
    """
    top = max(count.score for count in counts)
    rivals = [
        count.score for count in counts if count.n != chosen.n and not chosen.start <= count.start < chosen.end
    ]  # fmt: skip
    margin = top - max(rivals, default=-1.0)
    larger = any(count.n > chosen.n and not count.part and count.score > top - _NEAR for count in counts)
    if margin < 0.1 or (larger and chosen.basis != "randomized"):
        return 0.6
    return 0.75 if margin < 0.2 else 0.93


def _pools(doc: Document, count: Count) -> bool:
    """Whether a number in a review is of everybody in its studies: its sentence counts studies, or says 'total'."""
    first, last = doc.bounds(count.sentence)
    studies = any(first <= hit[0] < last for hit in doc.hits.get("studies", ()))
    return count.n >= 10 and (studies or says_total(doc, count))


def _single_case(doc: Document) -> tuple[int, int]:
    """Words that speak of one patient, for the quote; where none does, those that make it a case report."""
    if hits := doc.hits.get("person", []) or doc.hits.get("people", []):
        return hits[0][:2]
    for tag in doc.tags:
        if tag.value == "case_report" and tag.start is not None and tag.end is not None:
            offset = 0 if tag.field == "title" else doc.abstract_at
            return tag.start + offset, tag.end + offset
    return doc.opening()


def _tag_analysed(doc: Document, total: Count) -> None:
    """Add the number analysed or completing where the text tells it from the total: 'of 40 randomized, 36 completed'.

    Fewer than half are rather one arm or a subgroup.
    """
    ends = doc.hits.get("analysed", [])
    numbers = numbers_before(doc, ends) if ends else []
    for start, end, _ in ends:
        before = [number for number in numbers if number[1] <= start]
        if not before or not _OF_THEM.fullmatch(doc.lower, before[-1][1], start):
            continue
        at, _, n = before[-1]
        if total.n / 2 <= n < total.n and not total.start <= at < total.end:
            doc.add("n_analysed", str(n), at, end, "people analysed", 0.7)
            return


def _tag_studies(doc: Document) -> None:
    """Add the number of studies that a review includes: the first that its own text states."""
    studies = [
        hit for hit in doc.hits.get("studies", [])
        if doc.zone(hit[0]) in (document.RESULTS, document.METHODS, document.TITLE, document.CONCLUSIONS)
    ]  # fmt: skip
    numbers = numbers_before(doc, studies)
    for start, end, _ in studies:
        before = [number for number in numbers if number[1] <= start and start - number[1] <= 40]
        if before and not breaks(doc.lower[before[-1][1] : start]):
            doc.add("n_studies", str(before[-1][2]), before[-1][0], end, "studies counted", 0.7)
            return
