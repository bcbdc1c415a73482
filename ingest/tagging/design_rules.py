"""Words that tell the design of a study: data only, read by `designs`.

A rule's four numbers say how sure its words make the design in the title, where the study itself is described (aims,
methods), in the results, and in the conclusions. In the background they are mostly about other people's studies.
"""

from ingest.tagging import design_said as said
from ingest.tagging.design_rule import DesignRule

_TRIAL = "(trials?|study|studies|investigation|experiment|design|pilot|comparison|evaluation|phase)"
_KIND = (
    "(double blind(ed)? |single blind(ed)? |triple blind(ed)? |double masked |placebo |active |clinical |controlled |"
    "crossover |cross over |pilot |open label |open |parallel |parallel group |comparative |prospective |sham |"
    "multicent(er|re) |multi cent(er|re) |dose |waitlist |wait list |phase |within subjects? |feasibility |cluster |"
    "factorial )?"
)
_TRIALS = (
    "(two|three|four|five|six|seven|eight|nine|ten|[2-9]) (randomi[sz]ed|clinical|double|phase|trials|open|previous|"
    "studies|multicent(er|re)|placebo|controlled|prior|separate|independent|similar)"
)
_INDEX = f"({said.INDEXES}|databases?|electronic)"
DESIGN_RULES = (
    DesignRule(
        "notice", "notice in title",
        "erratum|corrigendum|corrigenda|correction|retraction|expression of concern|addendum",
        1.0, 0.0, guard="error correction|correction (of|for|factor)|surgical correction|motion correction",
    ),
    DesignRule(
        "protocol", "protocol named",
        "(study|trial|review) protocols?|protocol (for|of) (a|an|the) (randomi[sz]ed|trial|study|systematic|clinical|"
        "prospective|double|"
        "multi|cluster|pilot|feasibility|phase|open|pragmatic|single|cohort|mixed)|protocol for|rationale and (study "
        ")?design|design and rationale|(trial|study) design and (rationale|methods)|clinical trial design|"
        "ethics and dissemination|this protocol|protocol describes",
        0.98, 0.75, 0.0, 0.4, background=0.5, unless="found", guard="protocol for the|according to the study protocol",
    ),
    DesignRule(
        "protocol", "plans told in the future",
        "will (be )?(randomi[sz]ed|randomly|enroll?(ed)?|recruit(ed)?|receive|include(d)?|assess(ed)?|evaluate(d)?|"
        "compare(d)?|conduct(ed)?|administered|investigate(d)?|undergo|complete(d)?|measured|measure|collect(ed)?|"
        "performed|take part|test(ed)?|examine(d)?|determine(d)?|treated|given|analy[sz]e(d)?|monitored|invited|"
        "explore(d)?|participate|attend|followed|obtained|asked|consist|last|allocated|screened|studied|used|provide|"
        "help|serve|view)|study will|trial will|(participants|patients|subjects) will|we will|(is|are) (currently "
        ")?(recruiting|planned)|is planned|primary endpoint will|are being (randomi[sz]ed|recruited)",
        0.6, 0.55, 0.3, 0.0, background=0.5, repeated=0.92, unless="found", guard="(focus|attention|emphasis) will be",
    ),
    DesignRule(
        "protocol", "this study will",
        "(this|the|our|present|current|proposed|pilot|the current|the present) (study|trial|project) (will|intends to|"
        "proposes to)|study intends to|inn or proposed inn|current sponsor code|system organ class|pharmaceutical form|"
        "route of administration of the placebo|principal inclusion criteria|(participants|patients|subjects) will be "
        "(randomi[sz]ed|"
        "randomly|recruited|enrolled|allocated|assigned)|will be (randomi[sz]ed|randomly assigned|recruited|enrolled)",
        0.9, 0.92, 0.6, 0.6, background=0.92, unless="found",
    ),
    DesignRule(
        "protocol", "aims in the present tense",
        "we aim to|(this|the) (study|trial) is designed to|(study|trial) aims to|this trial is|this is an? (phase|"
        "randomi[sz]ed|"
        "double|open|multicent(er|re)|single|pilot)|purpose of this (study|trial|protocol) is|objective of (this|the) "
        "(study|trial) is|we hypothesi[sz]e that|the investigators|eligible (participants|patients|subjects)",
        0.0, 0.45, 0.2, 0.0, background=0.45, unless="found",
    ),
    DesignRule(
        # Caro and colleagues, Value Health 2012 (ISPOR-SMDM 1) name these kinds of model. A cost analysis within a
        # trial treats people, and a model of concentrations or of an outcome is fitted to them.
        "model", "decision model or simulation",
        "(semi )?markov (cohort |state transition |decision |health state )?(models?|modell?ing|simulations?|chains?|"
        "processes)|markov based|decision (analytic(al)?|tree|analysis) (models?|modell?ing|simulations?|approach)|"
        "decision analytic|decision trees?|state transition models?|partitioned survival|micro ?simulations?|"
        "(discrete event|individual patient|patient level|cohort|agent based) (simulations?|simulation models?)|"
        "(economic|budget impact|cost effectiveness|cost utility|pharmacoeconomic|budgetary) (models?|modell?ing)|"
        "budget impact (analys[ei]s|of)|(simulated|hypothetical|modell?ed) (cohorts?|populations?|patients)|"
        "model based (cost|economic)( effectiveness| utility)? (analys[ei]s|evaluations?)",
        0.97, 0.93, 0.5, 0.2, background=0.3,
        guard="hidden markov (models?|chains?|processes)|markov chain monte carlo|decision trees? (classifier|"
        "algorithm|learning)|(shared|clinical) decision (analysis|tree)",
    ),
    DesignRule(
        "model", "cost-effectiveness in the title",
        "cost effectiveness (analys[ei]s )?(of|in|for)|cost utility (analys[ei]s )?(of|in|for)|cost effectiveness "
        "analys[ei]s|cost utility analys[ei]s|cost effective",
        0.9, 0.0, guard="alongside|trial based|clinical and cost effectiveness (of|in|for)",
    ),
    DesignRule(
        "meta_analysis", "meta-analysis named",
        "(network )?meta analys[ei]s|metaanalys[ei]s|meta analytic(al)?|meta regression|pooled (effect size|"
        f"estimates?) (of|from) studies|{said.RESULTS_POOLED}",
        0.95, 0.8, 0.5, 0.2, background=0.1,
        guard="reporting items for systematic reviews and meta analys[ei]s|(previous|prior|recent|several|published|"
        "future) meta analys[ei]s|systematic reviews and meta analys[ei]s (prisma )?(guidelines?|statement|checklist|"
        "extension|protocols)|(reviews|trials|review|studies|rcts) (and|or) meta analyses",
    ),
    DesignRule(
        "systematic_review", "systematic review named",
        "systematic(ally)? (literature )?(reviews?|reviewed|search|searched|searches)|scoping reviews?|umbrella review|"
        "systematic (literature )?(overview|evaluation)|prisma|rapid review|cochrane review|systematic narrative "
        "review|(search|searches) of (the )?(pubmed|medline|embase|databases|electronic databases)|we searched|"
        "(medline|pubmed|embase|psycinfo|cochrane|scopus|web of science|cinahl|databases|literature) (were|was) "
        "(systematically )?(searched|reviewed|screened|queried)|(electronic|database|databases|literature|medline|"
        "pubmed) "
        "search(es)? (was|were|of|for|using|identified|yielded)|(electronic )?databases (were )?searched|searched (in|"
        "on|for|the|"
        "pubmed|medline|embase|databases)|studies were (identified|included|eligible|selected)|study selection|data "
        "sources|(reviews?|review of) published (studies|trials)|integrative review|(search|searches|searched|"
        f"searching) (in|on|of|through) (the )?{_INDEX}|search (was|were|has been) (performed|conducted|carried out|"
        "undertaken|made|done|run)|(articles|studies|trials|papers|publications) (met|meeting|fulfilled|fulfilling|"
        "satisfied) (the |our )?(inclusion|eligibility|selection)|(articles|papers|publications|manuscripts) were "
        "(searched|retrieved|screened|identified|selected|included)|literature was searched|evidence based review|"
        f"{said.PAPERS_JUDGED}",
        0.95, 0.75, 0.5, 0.25, background=0.25,
        guard="(previous|prior|recent|several|published|future|existing|available|most|many) (systematic )?reviews|"
        "we searched (the|our) (archives?|records|medical|hospital|registr(y|ies)|charts|files|institutional)|"
        "psycinfo database( record)?|psyc info database|systematic reviews (have|has|are|and)|national databases? "
        "searched",
    ),
    DesignRule(
        "guideline", "guideline named",
        "(clinical )?practice guidelines?|consensus (statement|guidelines?|recommendations)|"
        "evidence based (guidelines?|recommendations)|position (statement|paper)|guidelines for (the )?(management|"
        f"treatment|diagnosis)|{said.ADVICE}",
        0.75, 0.45, 0.2, 0.0, unless="empirical",
    ),
    DesignRule(
        "secondary_analysis", "secondary analysis named",
        "(secondary|post hoc|posthoc|ancillary|exploratory|pooled|re|mediation|subgroup) (data )?analys[ei]s|"
        "reanalys(is|ed|ing)|sub ?analysis|substudy|sub study|secondary (outcomes?|data) (of|from) a|"
        "(data|samples|results|participants) (were )?(drawn|derived|pooled|taken|combined|came) from|pooled data|"
        "data (were )?(obtained|collected|used) (from|in) (a|an|two|three|four|five|our) (previous|prior|"
        "previously|larger|randomi[sz]ed|completed|clinical|placebo|double)|(data from a|(data|results) from "
        "(two|three|four|our|previous|prior|several)) (previous|prior|previously|larger|randomi[sz]ed|completed|"
        "published|clinical trials?|open label|phase|double)|parent (study|trial)|(results|data|findings|pooled|drawn|"
        f"combined|derived|taken) from {_TRIALS}|previously (published|reported|completed) (data|trial|study|clinical "
        "trial|randomi[sz]ed)|across (two|three|four|five|six) (randomi[sz]ed|clinical|double|trials|studies|placebo)",
        0.9, 0.7, 0.3, 0.2, background=0.3,
        guard="exploratory analys[ei]s (was|were|of the)|subgroup analys[ei]s (was|were|of|by)|(and|or|as a|primary|"
        "included|including) (secondary|post hoc|exploratory|subgroup|mediation) analys[ei]s|data (were )?(drawn|"
        "derived|taken|came) from (the |a |an )?(national|nationwide|electronic|medical|respondents|surveys?|"
        "population|us|registry|registers?|databases?|hospital|insurance|records|claims|veterans|general)",
    ),
    DesignRule(
        "secondary_analysis", "calls itself a re-analysis",
        "(this|our|the present|the current|these) (exploratory )?(secondary |post hoc |posthoc |pooled |ancillary |"
        "re ?)analys[ei]s|an? (exploratory |planned )?(secondary|post hoc|posthoc) analys[ei]s of",
        0.95, 0.92, 0.5, 0.4, background=0.92, guard="as an? (secondary|post hoc|posthoc) analys[ei]s",
    ),
    DesignRule(
        "editorial_letter", "letter or comment named",
        "editorial|commentary|letter to the editor|author s reply|authors reply|in reply|reply to|comments? on|"
        "invited commentary|viewpoint|correspondence", 0.9, 0.2,
    ),
    DesignRule(
        "narrative_review", "review named",
        "(narrative|literature|critical|comprehensive|clinical|mini|state of the art|selective|non ?systematic|"
        "integrative|"
        "brief|practical|topical|historical|updated|concise|general|mechanistic|theoretical|conceptual|short) (re "
        "?)?(view|overview)|"
        "a review|review of (the )?(literature|evidence|current|recent|available)|an update|an overview|a primer|"
        "(this|the|our|the present|present|current|the current|in this|these) (narrative |literature |mini |brief |"
        "critical |comprehensive )?(review|overview|chapter)|"
        "(article|paper|chapter|authors?|review) (reviews?|summari[sz]es?|discuss(es)?|describes?|outlines?|provides|"
        "highlights?|"
        "focus(es)?|presents?|explores?|addresses|considers?|examines)|we (will )?(review|summari[sz]e|discuss|"
        "outline|argue|propose)|"
        "here we (review|discuss|summari[sz]e)|(is|are) (reviewed|summari[sz]ed|outlined)|the (authors?) (reviews?|"
        "discuss(es)?)|"
        "to review (the|current|recent)|this (article|chapter|essay|perspective)|evidence is reviewed|literature is "
        "reviewed",
        0.8, 0.6, 0.5, 0.5, background=0.55, unless="empirical",
        guard="chart review|retrospective(ly)? review|record review|records review|institutional review|(medical|"
              "case|peer) review|"
        "review board|we propose that|we (discuss|propose) (the )?(possible|potential|implications)|in this (article|"
        "paper) we (use|analy[sz]e|test|examine|present|report|show|study|investigate|estimate|develop)",
    ),
    DesignRule(
        "randomized_controlled_trial", "randomized trial named",
        f"randomi[sz]ed {_KIND}{_TRIAL}|rct|randomi[sz]ed controlled|randomi[sz]ed(,? )?(double|single|triple) "
        "(blind(ed)?|masked)|(double|single|triple) (blind(ed)?|masked) randomi[sz]ed|randomi[sz]ed (crossover|cross "
        "over)|(randomly|randomi[sz]ed) (assigned|allocated|divided|distributed|received|to|either|between|clinical|"
        "and)|(was|were|been) (then )?randomi[sz]ed|we randomi[sz]ed|underwent randomi[sz]ation|(patients|"
        "participants|subjects|volunteers) (were )?randomi[sz]ed|randomi[sz]ed (patients|participants|subjects|block|"
        "controls|and|order|treatment|study|design|sequence|placebo|active|prospective|pilot|open|clinical)|random "
        "(order|assignment|allocation|sequence)|randomi[sz]ed|randomly,? (patients|subjects|participants|into|in|"
        "between|among|given|treated|administered|grouped|split|separated|selected to)|randomi[sz]ation (table|"
        "schedule|scheme|sequence)|by randomi[sz]ation|at random|quasi randomi[sz]ed|block randomi[sz]ation|"
        f"randomi[sz]ation (was|to|list|code|of)|{said.RANDOM_COURSE}",
        0.9, 0.8, 0.55, 0.4, background=0.35,
        guard="mendelian randomi[sz]ation (using|with|in|by)?|non ?randomi[sz]ed|not randomi[sz]ed|without "
        "randomi[sz]ation|randomi[sz]ed (controlled |clinical |placebo controlled )?(trials|studies) (are|is|were|"
        "have|of|with|comparing|to)|randomly (selected|chosen|sampled|picked|recruited)|random sample|(large|"
        "previous|prior|earlier|recent|published) randomi[sz]ed|randomi[sz]ed evidence|randomly (split |divided |"
        f"assigned |separated )?into (a )?(the )?(training|test|train)|randomi[sz]ed {_KIND}(controlled |clinical "
        ")?(trials|studies)|(random assignment|randomi[sz]ation) (was|is) not|(no|without) random assignment|lack "
        "of randomi[sz]ation|(larger|future|confirmatory|warrants?|merits?|deserves?|needs?|awaits?|need for) (a |"
        "more |further |large |larger |prospective )?randomi[sz]ed|randomi[sz]ed (controlled |clinical )?(trial|"
        "study|comparison) (is|would be) (needed|warranted|required)|(taken|comes?|obtained) from randomi[sz]ed",
    ),
    DesignRule(
        "randomized_controlled_trial", "randomized trials, plural",
        f"randomi[sz]ed {_KIND}(controlled |clinical )?(trials|studies)|rcts", 0.5, 0.35, 0.2, 0.1,
    ),
    DesignRule(
        "randomized_controlled_trial", "double-blind trial in title",
        "double blind(ed)?,? (placebo controlled |controlled |crossover |cross over |parallel |comparative |dose |"
        "prospective |"
        "clinical )?(placebo controlled |controlled |crossover |cross over )?(trial|study)|placebo controlled,? "
        "(double blind )?(crossover )?trial|double blind placebo controlled",
        0.6, 0.0,
    ),
    DesignRule(
        "qualitative", "qualitative named",
        "qualitative (study|inquiry|analysis|research|interviews?|methods?|thematic|exploration|evaluation|"
        "investigation|follow up)|"
        "thematic analysis|grounded theory|semi structured (qualitative )?interviews?|focus groups?|phenomenological "
        "(analysis|study)|"
        "interpretative phenomenological|in depth interviews|ethnograph(y|ic)|lived experiences?|content analysis|"
        f"{said.THEMES}",
        0.9, 0.45, 0.3, 0.2, background=0.3, repeated=0.65,
        guard="mixed methods|qualitative (and|or) quantitative|quantitative and qualitative",
    ),
    DesignRule(
        "case_series", "case series named",
        "case series|series of (two|three|four|five|six|seven|eight|nine|ten|[2-9]|[1-3][0-9]) (cases|patients)|"
        "(two|three|four|five|six|seven|eight|nine|ten|[2-9]) (cases|case reports|case studies|case histories)|a "
        "report of (two|three|four|five) cases|(in|of) (two|three|four|five|six) (patients|adolescents|women|men|"
        "individuals|siblings|brothers|sisters|children) with|case reports? of (two|three|four|five)|retrospective "
        "case series|"
        "(report|present|describe) (two|three|four|five|six|[2-9]) (patients|cases|siblings|children|adults|women|men)",
        0.96, 0.75, 0.4, 0.3, background=0.3,
        guard="time series|previous case series|(and|or|few) case series|case series (and|or|have|has|suggest|studies)|"
        "case reports (and|or) case series",
    ),
    DesignRule(
        "case_report", "case report named",
        "case report|single case|a case (of|with)|a (rare|unique|unusual|first|fatal) case|"
        "case presentation|case history|our (patient|case)|we (report|present|describe) (a|the|an|one) "
        "(rare |unique |unusual )?(case|patient|woman|man|boy|girl)|"
        "(present|describe|report)(s|ed)? (a|the|an) case|case history|"
        "year old (right handed |previously healthy |healthy |caucasian |white |black |african american |japanese |"
        "chinese |"
        "asian |hispanic |italian |indian )?(man|woman|male|female|boy|girl|patient|lady|gentleman|infant|child|"
        "veteran|mother|"
        "student|resident)|month old (boy|girl|infant|male|female|child)|single patient|one patient with",
        0.92, 0.6, 0.55, 0.5, background=0.55, unless="groups",
        guard="case studies|case report forms?|the case of (a|an)? ?(bipolar|depression|schizophrenia|cannabis)",
    ),
    DesignRule(
        "pharmacokinetic", "pharmacokinetics named",
        "pharmacokinetics?|bioavailability|bioequivalence|disposition|plasma concentrations", 0.7, 0.3, background=0.1,
    ),
    DesignRule(
        "cohort", "cohort named",
        "(retrospective|prospective|longitudinal|observational|population based|nationwide|naturalistic|register "
        "based|registry) "
        "(cohort|study|chart review|analysis|observational|review|naturalistic|follow ?up|investigation|descriptive|"
        "data)|"
        "cohort study|(chart|charts|record|records) reviews?|medical records|electronic (health|medical) records?|"
        "(patient|national|disease) registry|follow up study|real world|claims (data|database)|retrospective(ly)?|"
        "naturalistic (setting|sample|treatment)?|birth cohort|year longitudinal|longitudinally|vigibase|"
        "adverse event reporting system|faers|clinical (practice|experience|setting|outcomes) (using|with|among|of)|"
        "community (clinic|practice)|outpatient clinic|rapid treatment cent(er|re)|specialty clinic|"
        f"{said.PEOPLE_LOOKED_UP}",
        0.85, 0.6, 0.3, 0.2, background=0.25,
    ),
    DesignRule(
        "cohort", "use in its own setting",
        "ceremon(y|ies|ial)|retreats?|rituals?|ritualistic|parties|clubbers|ravers|dance (event|party|club)|"
        "microdos(ing|ers)|"
        "natural(istic)? settings?|recreational settings?|after (self reported|taking|drug free)|weekend|festivals?",
        0.6, 0.52, 0.3, background=0.3, unless="given",
    ),
    DesignRule(
        "case_control", "groups compared",
        "case control|matched (healthy )?(controls|control group|comparison)|case controlled|healthy (controls|"
        "control subjects|"
        "comparison)|drug naive controls|polydrug controls|(users|subjects|patients) (and|versus|vs|with|were "
        "compared with|"
        "compared (with|to)) (healthy |matched |non ?drug )?(controls|non ?users)|control (group|subjects|"
        "participants)|non ?users|never users|ex users|former users",
        0.7, 0.52, 0.3, background=0.2, unless="given",
    ),
    DesignRule(
        "cross_sectional", "survey or prevalence",
        "cross sectional(ly)?|surveys?|surveyed|questionnaires? (study|survey)|online (survey|questionnaire|reports)|"
        "web based|"
        "internet based|prevalence|epidemiolog(y|ical)|national survey|self report(s|ed)?|respondents|were interviewed|"
        "interviewed|structured interviews?|questionnaires|patterns of use|drug use patterns|anonymous|poison "
        "(control )?cent(er|re)s?|logistic regression|emergency department (visits|admissions)|latent class",
        0.9, 0.55, 0.3, 0.2, background=0.3, unless="given",
        guard="(web|internet) based (interventions?|program(me)?s?|treatments?|therap(y|ies)|cbt|cognitive|self help|"
        "training|mindfulness|psychoeducation|support|allocation|randomi[sz]ation|system)",
    ),
    DesignRule(
        "nonrandomized_trial", "open trial in title",
        "open label|open trial|single arm|proof of (concept|principle)|uncontrolled (trial|study)|dose escalation",
        0.9, 0.0,
        guard="open label (extension|phase|follow up)",
    ),
    DesignRule(
        "nonrandomized_trial", "open or single-arm trial",
        "open label|open trial|single arm|pilot (study|trial)|proof of (concept|principle)|feasibility (study|trial)|"
        "clinical trial|"
        "uncontrolled|non randomi[sz]ed|nonrandomi[sz]ed|placebo controlled|double blind|single blind|within "
        "subjects?|crossover|cross over|dose (escalation|ranging|finding)|(received|receiving|underwent|were given) "
        "(a|an|the|one|two|three|four|five|six|up to|single|repeated|serial|multiple|intravenous|oral|subanesthetic|"
        "sub anesthetic|"
        "daily|weekly|low|ketamine|either|[0-9])|infusions? (of|over)|was administered|was infused|was given|serial "
        f"infusions|ketamine infusions?|treated with|{said.ONE_ARM}",
        0.6, 0.5, 0.3, background=0.2,
    ),
    *said.SAID,
)  # fmt: skip
