"""Every number that stands with people, wherever the text puts it."""

import re

from ingest.tagging.asked import is_asked, of_the_asked
from ingest.tagging.count_weight import STANDS_FOR_PEOPLE, Count, weigh
from ingest.tagging.document import Document
from ingest.tagging.lexicon import Hit, Rule, word_set
from ingest.tagging.other_numbers import of_the_study
from ingest.tagging.per_group import groups_of, of_all_groups
from ingest.tagging.whole_numbers import BRACKETED, DIGITS, GAP, NO_NUMBER, POWER, breaks, numbers_before, value_of
from ingest.tagging.without_noun import without_noun

_EQUALS = re.compile(rf"= ?([0-9]{{1,3}}(?:[, ][0-9]{{3}})+|[0-9]+{POWER})(?!{NO_NUMBER}|\.)(/(?:arm|group))?")
_LABELS = word_set(
    "aim chapter class condition covid day experiment grade group level part period phase session stage study table "
    "type version week year years"
)
_WHENS = word_set("period phase study")
"""'in this study 32 adults', 'during the study period 45 patients': no names of so large a number."""
_SPAN = re.compile(
    r"\b(?:each|every) (?:arm|group)$|\b(?:\d+|two|three|four|five|six|seven|eight|nine|ten|twelve) years$"
)
"""'over 12 years 36 patients were seen', 'in each group 36 patients': no name of the number after it."""
_SINGULAR = word_set(
    "adolescent adult child control individual infant inpatient neonate outpatient participant patient person "
    "respondent student subject user veteran volunteer"
)
_ADJECTIVES = word_set("elderly female male")
_PLACE = re.compile(
    r" (?:cent(?:er|re)|clinic|cohort|department|facility|group|hospital|population|practice|program|programme|sample|"
    r"site|study|survey|trial|unit|ward)\b"
)
_OF = frozenset(("of ", "he "))
"""How 'of' and 'of the' end."""
_QUALIFIES = re.compile(r" (?:[a-z-]+ ){0,3}")
_OTHER_NOUN = re.compile(
    r"(?:[ -][a-z()-]+){0,4}? (?:studies|trials|rcts|articles|papers|publications|reports|records|infusions|doses|"
    r"sessions|"
    r"treatments|samples|sites|items|days|weeks|months|years|hours|minutes|mg|ml|cent(?:er|re)s|injections|"
    r"experiences|times|"
    r"administrations|reviews|citations|countries|databases|scans|images|hospitals|visits|observations|events|"
    r"interviews|"
    r"kindreds|pedigrees|clusters|schools|couples|dyads|references|manuscripts|comparisons|points|tweets|posts|"
    r"comments)\b|[.%]\d| ?%"
)
_NO_NOUN_OF_PEOPLE = re.compile(
    r" (?:administrations|articles|doses|episodes|events|infusions|interviews|papers|posts|procedures|publications|"
    r"recordings|samples|scans|sessions|sites|studies|treatments|trials|visits)\b"
)
_THINGS = re.compile(
    r"(?: (?!(?:were|was|with|in|from|who|of|to|and|or|had|have|met|took|gave|[a-z]{2,}ed)\b)[a-z-]+){0,3}? "
    r"[a-z-]+[a-rt-z]s\b"
)
"""A noun in the plural: what there is a total of; were it people, the number would have been found before it."""
_LISTED = re.compile(r"(?:(?: (?!and\b|of\b|or\b)'?[a-z-]+'?){1,4}(?<!s),?(?: and| or|,)?| and| or) ")
_AND = frozenset((" and ", ", and "))
_COUNTED_STUDIES = re.compile(
    r"(?:\d|teen|ty|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)) \w+ ?\(?$"
)
_NOT_PEOPLE = re.compile(
    r"(?:papers|studies|articles|trials|records|publications|rcts|reports|citations|abstracts|meta-?analyses|reviews|"
    r"(?:every|each|all|the) (?:hospitals?|cent(?:er|re)s?|sites?|clinics?|practices|schools)) \(?$"
)
_ARE = re.compile(r" (?:with|who had|suffering from) [a-z0-9 -]{1,60}[\[(]")
_BARE = re.compile(r" \(([1-9][0-9]{1,3})(?:\)|[,;] (?=[a-z0-9]))")
_CHARTS = tuple(f"{whose} records (" for whose in ("clinical", "health", "hospital", "medical", "patient"))
_OPENS = re.compile(r",? ?[\[(]?(?:total |overall )?")
_WHOLE_OF = (
    "total of ", "sample of ", "sample size of ", "cohort of ", "total sample ", "total sample was ",
    "sample size was ", "sample size is ", " recruit ", " recruited ", " recruiting ", " enroll ", " enrol ",
    " enrolled ", " randomize ", " randomise ", " interviewed ", " recruit up to ", " enroll up to ", " enrol up to ",
)  # fmt: skip

RULES = [
    Rule(
        "defined",
        "people",
        "(participants|subjects|patients|respondents|volunteers|adults|children|students|users|"
        "informants|interviewees) "
        "(were|are) (a total of|approximately|about)?|"
        "number of (participants|subjects|patients|volunteers) "
        "((to be|will be|were) (included|recruited|enrolled|randomi[sz]ed|needed|required|studied))? (was|is|will be)",
    )
]
"""'Participants were 1019 ...', 'the number of patients to be recruited is 130'."""
_MEASURED = re.compile(r" ?(?:to \d|-|[\xb1+]|\(?\+|and \d|or \d|times\b|groups\b|per\b|%|(?:cm|kg|mg|g)\b)")
_SUBJECT = re.compile(r"(?:[a-z]+: ?|.*, )?(?:[a-z-]+ ){0,2}")
"""What may stand before the noun: 'estimates for users were 8368' is no number of users."""


def find_counts(doc: Document) -> list[Count]:
    """Return every number that stands with people, in the order of the text."""
    people = doc.hits.get("people", [])
    if "counted" in doc.hits:
        people = sorted([*people, *doc.hits["counted"]])
    numbers = numbers_before(doc, people, cued=True)
    used: set[int] = set()
    counts = _before_nouns(doc, numbers, people, used)
    counts += _after_nouns(doc, numbers, used)
    if "=" in doc.lower:
        counts += _after_equals(doc, people)
    if len(counts) < 2:
        counts += _in_brackets(doc, people)
    counts += _standing_alone(doc, numbers, used)
    counts += without_noun(doc, counts)
    counts = of_the_study(doc, sorted(counts, key=lambda count: count.start))
    return sorted(of_the_asked(doc, counts), key=lambda count: count.start)


def _is_label(doc: Document, start: int) -> bool:
    """Whether the words before a number make it a name: 'Study 2', 'day 1', 'Year 10'; or a rate, 'one in four'."""
    before, _, bracket = doc.lower[max(0, start - 13) : start].rpartition(" ")
    word = before.rpartition(" ")[2]
    if word in _WHENS and (match := DIGITS.match(doc.lower, start)):
        n = value_of(match[0])
        named = word == "study" and before.endswith((" in study", " of study", " from study"))
        return (not bracket and n < 13) or named
    return not bracket and ((word in _LABELS and not _SPAN.search(before)) or before.endswith(" one in"))


def _before_nouns(doc: Document, numbers: list[tuple[int, int, int]], people: list[Hit], used: set[int]) -> list[Count]:
    """'45 patients', 'twelve healthy volunteers', '45 current, 48 former and 40 never users'."""
    counts: list[Count] = []
    if not numbers:
        return counts
    position = 0
    text = doc.lower
    for number, (start, end, _) in enumerate(people):
        if (
            text[start:end] in _ADJECTIVES
            and number + 1 < len(people)
            and _QUALIFIES.fullmatch(text, end, people[number + 1][0])
        ):
            continue  # '14 female drug users': the noun comes after
        while position < len(numbers) and numbers[position][1] <= start:
            position += 1
        if not position or start - numbers[position - 1][1] > GAP:
            continue
        for at in range(position - 1, max(-1, position - 4), -1):
            n_start, n_end, n = numbers[at]
            if start - n_end > GAP:
                break
            if n_start in used:
                if ")" in text[n_end:start] and "(" not in text[n_end:start]:
                    continue  # '22 (11 female) healthy volunteers'
                break
            gap = text[n_end:start]
            if breaks(gap) or (gap == " all " and doc.text[n_end + 1] == "a"):
                continue  # 'from week 7 to 10 all patients'; '40 ALL patients' have leukaemia
            noun = text[start:end]
            if noun in ("in patients", "out patients") and gap == " ":
                continue  # 'fell by 50 in patients': not in-patients
            if _is_label(doc, n_start) or (gap.startswith("-") and len(gap) > 1):
                continue
            if not 0 < n < 50_000_000 or (1900 <= n <= 2100 and ("," in gap or gap.count(" ") > 3)):
                break
            if noun in _SINGULAR and (n > 1 or _PLACE.match(text, end)):
                break  # an adjective: '460 individual biomarkers', 'one outpatient clinic'
            used.add(n_start)
            if text[n_start - 3 : n_start] in _OF and at and is_asked(text, numbers[at - 1][:2], n_start, end):
                start, _, n = numbers[at - 1]
                counts.append(weigh(doc, n, start, end, noun, number_end=n_end))
                break
            groups = groups_of(doc, n_start, end)
            count = weigh(doc, n * groups, n_start, end, noun, number_end=n_end)
            counts.append(of_all_groups(doc, count, groups))
            ended = False
            for other in range(at - 1, max(-1, at - 6), -1):
                o_start, o_end, o = numbers[other]
                if o_start in used or n_start - o_end > GAP:
                    break
                between = text[o_end:n_start]
                if "(" in between or ")" in between:
                    if between.count("(") != between.count(")"):
                        continue  # a number in brackets after the one looked for
                    between = BRACKETED.sub("", between)
                if between == ", " and ended and not 1900 <= o <= 2100:
                    pass  # '18, 20 and 17 patients', but not 'in 2006, 20 and 17 patients'
                elif not _LISTED.fullmatch(between) or breaks(between):
                    break
                ended = ended or between in _AND
                used.add(o_start)
                counts.append(weigh(doc, o, o_start, o_end, noun))
                n_start = o_start
            break
    return counts


def _after_nouns(doc: Document, numbers: list[tuple[int, int, int]], used: set[int]) -> list[Count]:
    """'Participants were 1019 older clergy', 'the number of patients to be recruited is 125'."""
    counts: list[Count] = []
    text = doc.lower
    for start, end, _ in doc.hits.get("defined", ()):
        at = end + 1
        if digits := DIGITS.match(text, at):
            last, n = digits.end(), value_of(digits[0])
        elif spelled := next((number for number in numbers if number[0] == at), None):
            _, last, n = spelled
        else:
            continue
        if at in used or text[end] != " " or _MEASURED.match(text, last) or _OTHER_NOUN.match(text, last):
            continue
        if _SUBJECT.fullmatch(text, doc.starts[doc.sentence(start)], start):
            used.add(at)
            counts.append(weigh(doc, n, at, last, "those", defined=True))
    return counts


def _after_equals(doc: Document, people: list[Hit]) -> list[Count]:
    """'participants (n = 45)', 'ketamine (n=20/arm)', 'N = 27'."""
    counts = []
    text = doc.lower
    for match in _EQUALS.finditer(text):
        at = match.start() - (2 if text[match.start() - 1] == " " else 1)
        if text[at] != "n" or text[at - 1].isalnum():
            continue
        if (
            _NOT_PEOPLE.search(text, max(0, at - 16), at)
            and not _COUNTED_STUDIES.search(text, max(0, at - 30), at)
            and not text.endswith(_CHARTS, 0, at)
        ):
            continue  # '(studies, n = 21)', but '21 studies (n = 437)' counts people
        if text.startswith(" ", match.end()) and _NO_NOUN_OF_PEOPLE.match(text, match.end()):
            continue  # '(n = 50 interviews)'
        groups = groups_of(doc, at, match.end(1))
        n = value_of(match[1]) * groups
        before = [hit for hit in people if hit[1] <= at <= hit[1] + 12]
        if before and _OPENS.fullmatch(text, before[-1][1], at):
            noun = text[before[-1][0] : before[-1][1]]
            count = weigh(doc, n, before[-1][0], match.end(), noun, attached=True)
        else:
            capital = (doc.text[at] == "N" and not match[2]) or _only_one(doc, people, at)
            count = weigh(doc, n, at, match.end(), "N" if capital else "n")
        counts.append(of_all_groups(doc, count, groups))
    return counts


def _in_brackets(doc: Document, people: list[Hit]) -> list[Count]:
    """'MDMA users (25), cannabis users (25) and controls (23)'."""
    text = doc.lower
    return [
        weigh(doc, int(match[1]), match.start(1), match.end(1), "n")
        for _, end, _ in people
        if text.startswith(" (", end) and (match := _BARE.match(text, end)) and not 1900 <= int(match[1]) <= 2100
    ]


def _only_one(doc: Document, people: list[Hit], at: int) -> bool:
    """Whether a sentence opens with its people and counts nobody else: 'Women with lasting pain (n = 18) ...'."""
    text = doc.lower
    first, last = doc.bounds(doc.sentence(at))
    before = [hit for hit in people if first <= hit[0] <= first + 25 and hit[1] < at]
    return (
        bool(before)
        and _ARE.fullmatch(text, before[-1][1], at) is not None
        and text.count("n =", first, last) + text.count("n=", first, last) == 1
        and _SUBJECT.fullmatch(text, first, before[-1][0]) is not None
        and not any(first <= start < at for start, _, _ in doc.hits.get("number", ()))
    )


def _standing_alone(doc: Document, numbers: list[tuple[int, int, int]], used: set[int]) -> list[Count]:
    """'79 were randomized', 'a total of 45'."""
    counts = []
    text = doc.lower
    for start, end, n in numbers:
        if start in used or text[start - 1] not in " \t\n":
            continue
        if text.startswith((" w", " (", " met ", " ful", " sat", " reached "), end) and (
            (stands := STANDS_FOR_PEOPLE.match(text, end)) or text.startswith((" were ", " was "), end)
        ):
            alone = bool(stands) and text[start - 5 : start] != "than " and not (1900 <= n <= 2050 and end - start == 4)
            noun = "those"
        else:
            alone = text.endswith(_WHOLE_OF, 0, start) and not _OTHER_NOUN.match(text, end)
            if alone and text.endswith("total of ", 0, start):
                alone = not _THINGS.match(text, end)
            noun = "total"
        if alone and not _is_label(doc, start):
            counts.append(weigh(doc, n * groups_of(doc, start, end), start, end, noun))
    return counts
