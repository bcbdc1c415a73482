"""Words that several facets read: other drugs, people, numbers, and what marks the parts of an abstract."""

from ingest.tagging.lexicon import Rule

# Drugs and treatments that are often given beside, before or instead of the drug under study. A route that belongs
# to one of these is not the studied drug's route.
OTHER_AGENTS = (
    "midazolam|lorazepam|diazepam|clonazepam|benzodiazepines?|propofol|etomidate|thiopental|thiopentone|methohexital|"
    "barbiturates?|dexmedetomidine|clonidine|remifentanil|fentanyl|sufentanil|alfentanil|morphine|hydromorphone|"
    "oxycodone|tramadol|methadone|buprenorphine|naloxone|naltrexone|opioids?|opiates?|analgesics?|nsaids?|diclofenac|"
    "ketorolac|ibuprofen|paracetamol|acetaminophen|aspirin|lidocaine|lignocaine|bupivacaine|ropivacaine|"
    "levobupivacaine|magnesium( sulfate)?|dexamethasone|ondansetron|metoclopramide|atropine|glycopyrrolate|"
    "antidepressants?|antidepressant (medications?|drugs?|treatment)|ssris?|snris?|escitalopram|citalopram|sertraline|"
    "fluoxetine|paroxetine|duloxetine|venlafaxine|bupropion|mirtazapine|quetiapine|olanzapine|risperidone|haloperidol|"
    "aripiprazole|clozapine|antipsychotics?|lithium|valproate|lamotrigine|riluzole|memantine|amantadine|"
    "dextromethorphan|d cycloserine|scopolamine|rapastinel|lanicemine|traxoprodil|minocycline|modafinil|caffeine|"
    "nicotine|cocaine|heroin|cannabis|thc|alcohol|ethanol|amphetamines?|d amphetamine|methamphetamine|"
    "methylphenidate|oxytocin|insulin|prednisone|steroids?|contraceptives?|antibiotics?|chloral hydrate|"
    "nitrous oxide|sevoflurane|isoflurane|desflurane|oxygen|anti ?coagulants?|antihypertensives?|"
    "hydroxyzine|promethazine|ketanserin|prazosin|carvedilol|pindolol|labetalol|doxazosin|reboxetine|cyproheptadine|"
    "sumatriptan|triptans?|dihydroergotamine|vitamins?|gadolinium|tracers?|antiemetics?|anticonvulsants?|"
    "antimicrobials?|antivirals?|chemotherapy|levodopa|phenobarbital|phenytoin|levetiracetam|immunoglobulins?|"
    "thrombolysis|alteplase|nalbuphine|butorphanol|pethidine|meperidine|neostigmine"
)

PEOPLE = (
    "patients?|in ?patients?|out ?patients?|participants?|subjects?|volunteers?|adults?|individuals?|people|persons?|"
    "men|women|males?|females?|children|child|adolescents?|youths?|infants?|neonates?|boys|girls|veterans?|students?|"
    "users?|controls?|respondents?|cases|probands|adults|residents|parturients|mothers|responders|completers|"
    "polydrug users?|nonusers?|non users?|consumers|inmates|prisoners|soldiers|pupils|workers|nurses|physicians|"
    "caregivers|caretakers|attendees|members|survivors|abusers|smokers|drinkers|comparison subjects|recipients|"
    "ss|clubbers|enroll?ees|undergraduates|meditators|officers|twins|families|dependents|ravers|adolescents and "
    "adults|young adults|healthy volunteers|healthy subjects|healthy controls"
)

_UNITS = "one|two|three|four|five|six|seven|eight|nine"
_TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_VALUES = {
    word: number
    for number, word in enumerate(f"{_UNITS}|{_TEENS}".split("|"), start=1)
} | {word: 10 * number for number, word in enumerate(_TENS.split("|"), start=2)}  # fmt: skip


def number_words() -> list[Rule]:
    """Rules for numbers written as words, one to nine hundred and ninety-nine in the forms that abstracts use."""
    values = dict(_VALUES)
    for tens in _TENS.split("|"):
        for unit in _UNITS.split("|"):
            values[f"{tens} {unit}"] = values[f"{tens}{unit}"] = _VALUES[tens] + _VALUES[unit]
    small = dict(values)
    for word, number in small.items():
        values[f"a hundred {word}"] = values[f"a hundred and {word}"] = 100 + number
    for unit in _UNITS.split("|"):
        values[f"{unit} hundred"] = 100 * _VALUES[unit]
        for word, number in small.items():
            values[f"{unit} hundred {word}"] = values[f"{unit} hundred and {word}"] = 100 * _VALUES[unit] + number
    return [Rule("number", str(number), word) for word, number in values.items()]


# What a sentence is for, when the abstract has no labels (document._zones_by_words).
ZONE_CUES = {
    "objective": (
        "we (here )?(investigated|examined|examine|studied|tested|assessed|evaluated|explored|sought|aimed|aim|"
        "compared|"
        "asked|hypothesi[sz]ed|report|present|describe|determined|conducted|performed|reviewed|review|analy[sz]ed|set "
        "out)|"
        "(this|the|our|the present|the current|present|current|the aim of this|the purpose of this|this pilot|"
        "this randomi[sz]ed|this open label|this double blind|this retrospective|this prospective) "
        "(study|trial|report|review|paper|article|investigation|analysis|case report|case series|work|survey|"
        "meta analysis|systematic review)|"
        "(the|our|primary) (aims?|objectives?|purpose|goals?)|in order to (investigate|examine|assess|test|determine)|"
        "(this|the) (article|paper|chapter|review)|here we|hypothesi[sz]ed that|"
        "to (investigate|examine|evaluate|assess|determine|compare|test|explore|describe|study) the"
    ),
    "methods": (
        "were (randomly|randomi[sz]ed|recruited|enrolled|included|assigned|allocated|administered|treated|given|"
        "studied|"
        "assessed|tested|interviewed|measured|scanned|evaluated|recorded|collected|searched|performed|obtained|infused|"
        "asked|selected|divided|examined|identified)|(was|were) (administered|given|conducted|carried out|used)|"
        "(received|underwent|completed|participated in)|randomi[sz]ed to|double blind|placebo controlled|crossover|"
        "cross over|within subjects?|we (randomi[sz]ed|recruited|enrolled|searched|administered|treated|used|measured|"
        "included|randomly)|mg kg|primary (outcome|endpoint|end point)|inclusion criteria|questionnaires?|"
        "(healthy|human) (volunteers|subjects|participants)"
    ),
    "results": (
        "(was|were|is) (a )?(significantly|significant|associated|found|observed|higher|lower|increased|decreased|"
        "reduced|"
        "greater|correlated|no|not)|showed|revealed|we (found|observed)|resulted in|compared (to|with) (placebo|"
        "baseline|"
        "controls?)|(increased|decreased|reduced|produced|induced|improved|impaired|enhanced|attenuated) (the|in|a)?|"
        "significantly|p 0|p ?0 ?0|95 ci|results|adverse (events|effects)|there (was|were)"
    ),
    "conclusions": (
        "(these|our|the|this|the present|present|the current) (findings|results|data|study|observations) "
        "(suggests?|indicates?|demonstrates?|supports?|shows?|provides?|highlights?|are|confirm|have|may|could)|"
        "(in|we) (conclusion|summary|conclude)|we conclude|taken together|(further|future|larger|more) "
        "(studies|research|trials|investigation|work)|(may|might|could|should) (be|have|represent|offer|contribute|"
        "provide)|these (results|findings|data)|suggests? that|suggesting|our (findings|results|data)|"
        "is (warranted|needed)|are (warranted|needed)"
    ),
}  # fmt: skip


def shared_rules() -> list[Rule]:
    """Rules of the kinds `agent`, `people`, `number` and `cue`."""
    rules = [Rule("agent", "other", OTHER_AGENTS), Rule("people", "people", PEOPLE), *number_words()]
    rules += [Rule("cue", zone, pattern) for zone, pattern in ZONE_CUES.items()]
    return rules
