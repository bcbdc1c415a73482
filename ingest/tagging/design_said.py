"""More ways in which a paper says what was done: data only, read by `designs` after `design_rules`.

Written from made-up abstracts, not from labelled ones: what reports of each kind say, known from how they are written
(CONSORT, PRISMA, STROBE and CARE name most of it).
"""

from ingest.tagging.design_rule import DesignRule

_PEOPLE = "(patients|participants|subjects|individuals)"
_EARLIER = "(previous|previously (reported|published|completed)|prior|earlier|larger|completed|parent|original)"
RANDOM_COURSE = (
    "(assignment|allocation|order|sequence)s? (of treatments? )?(was|were) random|random(ly)? (fashion|manner|way)|"
    "(after|from|following|since|before|post) randomi[sz]ation|randomi[sz]ation (had|took|by|with|using|followed|"
    "performed|stratified|being|ratio|in)|stratified randomi[sz]ation|re ?randomi[sz]ed|randomly (enrolled|placed|"
    "sorted|categori[sz]ed|classified|designated|apportioned|scheduled|alternated|subdivided|exposed|receive|"
    "receiving|counterbalanced|ordered)|random(ed)? (allocated|assigned|divided)"
)
SAID = (
    DesignRule(
        "randomized_controlled_trial", "how the lot was cast",
        "(sealed|opaque|numbered|closed) envelopes?|random allocation software|interactive (voice|web) response|"
        "chit method|biased coin|computer generated (random |randomi[sz]ation |allocation )?(list|sequence|code|"
        "schedule|table|allocation|random|randomi[sz]ation)|computeri[sz]ed (random|randomi[sz]ation|allocation) "
        "(list|sequence|code|schedule|table|numbers?)|random (number|numbers|digit|digits|digital) (tables?|list|"
        "sequence|method)|tables? of random numbers|lists? of random numbers|by lot|(drawing|drew|casting) lots?|by "
        "lottery|lottery method|toss of a coin|coin toss|coin flip|flip(ping)? (of )?a coin|permuted blocks?|"
        "(allocation|assignment) (was |is )?concealed|concealed (allocation|assignment|list)",
        0.3, 0.9, 0.9, 0.2, background=0.9, guard="coin toss (task|game)|by lot number",
    ),
    DesignRule(
        "randomized_controlled_trial", "assigned in a ratio",
        "(assigned|allocated|allotted) (in an? )?(equal ratio |ratio of )?([1-3] [1-3]|1 1 1)|allocat(ed|ion) (ratio )?"
        "(was )?(of )?[1-3] [1-3]|[1-3] [1-3] (allocation|assignment)",
        0.3, 0.9, 0.9, 0.2, background=0.9,
    ),
    DesignRule(
        "secondary_analysis", "the study is reported elsewhere",
        "(primary|main|clinical|efficacy) (results|outcomes?|findings) (of (this|the) (trial|study) )?(have been|were) "
        "(already |previously )?(reported|published)|(reported|published) elsewhere|as published earlier|an? ancillary "
        "(study|analysis)",
        0.9, 0.7, 0.5, 0.0, background=0.65,
    ),
    DesignRule(
        "secondary_analysis", "data of another study",
        f"data (from|of) {_PEOPLE} (who (took part|participated|were randomi[sz]ed)|randomi[sz]ed) (in|to)|"
        f"{_PEOPLE} ((who )?(took part|participated) in|from|in|of|enrolled in) (a|an|our|two|the) {_EARLIER}|using "
        f"data (collected )?(in|from) (a|the|our|two) (randomi[sz]ed|open label|double blind|clinical trial|trial|"
        f"{_EARLIER})|data of (an?|our|the) {_EARLIER}",
        0.8, 0.6, 0.3, 0.0, background=0.55,
    ),
)  # fmt: skip
