"""More ways in which a paper says what was done: data only, read by `designs` after `design_rules`.

Written from made-up abstracts, not from labelled ones: what reports of each kind say, known from how they are written
(CONSORT, PRISMA, STROBE and CARE name most of it).
"""

from ingest.tagging.design_rule import DesignRule

_FEW = "(two|three|four|five|six|seven|eight|nine|ten|[2-9])"
_PEOPLE = "(patients|participants|subjects|individuals)"
INDEXES = "pubmed|medline|embase|psycinfo|scopus|cochrane|web of science|google scholar"
_INDEX = f"({INDEXES}|cochrane library|cinahl)"
_EARLIER = "(previous|previously (reported|published|completed)|prior|earlier|larger|completed|parent|original)"
RANDOM_COURSE = (
    "(assignment|allocation|order|sequence)s? (of treatments? )?(was|were) random|random(ly)? (fashion|manner|way)|"
    "(after|from|following|since|before|post) randomi[sz]ation|randomi[sz]ation (had|took|by|with|using|followed|"
    "performed|stratified|being|ratio|in)|stratified randomi[sz]ation|re ?randomi[sz]ed|randomly (enrolled|placed|"
    "sorted|categori[sz]ed|classified|designated|apportioned|scheduled|alternated|subdivided|exposed|receive|"
    "receiving|counterbalanced|ordered)|random(ed)? (allocated|assigned|divided)"
)
PAPERS_JUDGED = (
    "(two|independent) (authors|reviewers|investigators) (independently )?(screened|extracted|selected|searched)|"
    "(authors|reviewers) independently|risk of bias (was|were|tool|assessment)|removal of duplicates|duplicates removed"
)
RESULTS_POOLED = (
    "quantitative (synthesis|review)|publication bias|funnel plots?|egger s|trial sequential|individual "
    "(patient|participant) data|(pooled|summary) (risk|odds|relative|mean|standardi[sz]ed|rr|or|smd|effects?|"
    "estimates?|hazard|prevalence|incidence|proportion)|effect sizes were (derived|pooled|extracted)|pooled "
    "(using|with|in|by|under) (a )?(random|fixed|bayesian|inverse)|(studies|trials) (were|was) (pooled|"
    "combined)|weighted mean (difference|effect)s?"
)
PEOPLE_LOOKED_UP = (
    "propensity (score|scores|matched|matching|weighted)|target trial|routine (clinical )?(care|practice)|"
    "administrative (claims )?(data|database|databases)|insurance (claims|database)|medicare|medicaid|optum|"
    "marketscan|trinetx|(national|nationwide|hospital|institutional|trauma) (database|registry|register)|"
    "(clinical|retrospective) audit|service evaluation|growth (mixture|curve)|prospective (online|internet|web "
    "based|survey)|(before and after|after) (the )?(introduction|implementation|adoption) of|(charts|records|"
    "files) (of|were|was) (reviewed|all|examined|abstracted|[1-9])|registry study|new users|index date|linked "
    "(data|registers)"
)
ONE_ARM = (
    "open (study|pilot|design|investigation|clinical trial|uncontrolled)|one arm|single group|pre post|(this|a|"
    "our) (small |open |prospective )?pilot|quasi experimental|historical controls?|ascending (doses?|sequence|"
    "order)|escalating (doses|concentrations)|(took|drank|ingested|inhaled) (a|one|two|up to) (single |oral "
    ")?doses?|before (and )?(during )?(and )?after (the |ketamine )?(infusions?|administration)|a single (oral |"
    "intravenous |intranasal )?(dose|infusion|injection) of"
)
THEMES = (
    f"{_FEW} (main |major |key |core |overarching |central )?themes|themes (emerged|were|included)|interview "
    "transcripts|transcripts of|(transcribed|transcripts) (and|verbatim)|(verbatim|audio) transcri(pts|bed)|"
    "interviewed in depth|topic guide|framework analysis"
)
ADVICE = (
    "(clinical |practice )recommendations|recommendations (are|were) (given|graded|made|formulated|"
    "developed)|delphi consensus|expert consensus"
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
    DesignRule(
        "systematic_review", "an index searched",
        f"(search|searches|searched|searching) (in |of |on |through )?(the )?{_INDEX}|{_INDEX} (databases? )?(was|"
        "were) (systematically )?searched|(from|since) (database |their )inception",
        0.5, 0.9, 0.5, 0.2, background=0.3,
    ),
    DesignRule(
        "narrative_review", "an author argues",
        "i (argue|contend|suggest|propose|review|discuss|examine|show that)|we (contend|advocate|trace|weigh)|purpose "
        "of review|(is|are) (traced|weighed|put forward)",
        0.3, 0.5, 0.4, 0.4, background=0.5, unless="empirical",
    ),
    DesignRule(
        "protocol", "a design described before it is carried out",
        "we describe the (design|rationale|protocol|methods) (and|of)|describes the (design|rationale|methods) (and|"
        "of)|going to (enrol|enroll|recruit|include|be)|(are|is) to be (randomi[sz]ed|recruited|enrolled|scored|"
        "assigned)|(sets|set) out the rationale|(recruitment|enrol?lment) (started|began|is|commenced|opened)|"
        "results are expected|(trial|study) rationale|statistical (analysis )?plan|design of (a|an|the) "
        "(prospective|randomi[sz]ed|multicent(er|re)|phase|trial|platform|pragmatic|observational)",
        0.92, 0.6, 0.3, 0.3, background=0.5, repeated=0.92, unless="found",
    ),
    DesignRule(
        "case_series", "patients one after another",
        f"(patient|case) [1-9]|(second|third|fourth) (patient|case)|(experience|observations) (with|in) {_FEW} "
        "(patients|cases|women|men|children|adolescents|adults|outpatients|inpatients)|series of (two|three|four|"
        "five|six|seven|eight|nine|ten|[2-9]|[1-3][0-9]) (women|men|children|adolescents|adults|veterans)",
        0.9, 0.55, 0.55, 0.3, background=0.4, repeated=0.7, unless="groups",
        guard="(second|third|fourth) (patient|case) (group|sample|cohort|population|series|study|control)",
    ),
    DesignRule(
        "case_series", "a few patients in the title",
        "(two|three|four|five|six) (patients|children|adolescents|women|men|cases|adults|siblings|veterans|admissions)",
        0.7, 0.0, unless="groups",
    ),
    DesignRule(
        "case_report", "one person in the title",
        "in an? (young |elderly |older |adult |middle aged |pregnant )?(woman|man|boy|girl|child|adolescent|adult|"
        "infant|neonate|toddler|veteran|teenager|parturient|patient)",
        0.7, 0.0, unless="groups",
        guard="in an? (child|adolescent|adult|infant|veteran|patient) (centered|centred|population|sample|cohort|and|"
        "health|hospital|clinic|care|mental|psychiatric|inpatient|outpatient|intensive|emergency|psychiatry|service|"
        "ward|unit|pain|community|primary|specific|model)",
    ),
    DesignRule(
        "case_control", "cases matched to controls",
        "(two|three|four|five|[1-9]|ten) controls (each|per|for|were|sedated|matched)|controls for each|conditional "
        "logistic|cases and controls|(each|every) case was|controls per case|nested case control",
        0.92, 0.9, 0.6, 0.0, background=0.5,
    ),
    DesignRule(
        "editorial_letter", "one writes to another",
        "we read (with|the) (great |much |considerable )?(interest|article|paper)|in this issue|we thank (dr|the "
        "authors|prof|professor)|in (my|our) opinion|i believe|to the editor",
        0.9, 0.9, 0.5, 0.5, background=0.9, unless="empirical",
    ),
)  # fmt: skip
