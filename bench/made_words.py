"""The words and sentences that made-up records are drawn from, all our own."""

SUBJECTS = (
    "women after a first birth",
    "adults with chronic cough",
    "nurses on night shifts",
    "older rural residents",
    "children with recurrent otitis",
    "long-distance runners",
    "patients on haemodialysis",
    "dairy workers",
    "people with painful knees",
    "school teachers",
    "patients awaiting surgery",
    "adolescents with asthma",
)
THINGS = (
    "walking speed",
    "serum zinc",
    "sleep quality",
    "grip strength",
    "wound healing",
    "length of stay",
    "hearing thresholds",
    "bone density",
    "appetite",
    "skin temperature",
    "reading span",
    "lung volume",
)
MEANS = (
    "a weekly telephone call",
    "supervised stretching",
    "a low-salt diet",
    "text-message reminders",
    "compression stockings",
    "an iron supplement",
    "mirror exercises",
    "morning light",
    "a shared care plan",
)
PLAIN = (
    "Little is known about {thing} in {subjects}.",
    "We compared {means} with usual care in {n} {subjects}.",
    "Mean {thing} rose from {a} to {b} units over {w} weeks (95 % CI {a}.1 to {b}.4; p&lt;0.0{w}).",
    "No difference in {thing} was found between groups after {w} months of follow-up.",
    "Participants kept a diary of {thing} and returned it every {w} weeks by post.",
    "Two readers who did not know the group measured {thing} on the same day.",
    "Of {n} persons asked, {b} agreed and {a} completed all visits.",
    "These findings suggest that {means} may be worth testing further in {subjects}.",
    "The association with {thing} persisted after adjustment for age, sex and <i>body mass index</i>.",
    "Values below 10<sup>{a}</sup> were set to the limit of detection, and missing values were imputed.",
    "Costs per person were lower with {means}, mainly because fewer visits were needed.",
    "Dropout was similar across sites and was not related to baseline {thing}.",
)
ON_TOPIC = (
    "Forty adults with major depressive disorder were randomized to intravenous ketamine 0.5 mg/kg or midazolam.",
    "Intranasal esketamine 84 mg was given twice weekly to {n} patients with treatment-resistant depression.",
    "In this double-blind, placebo-controlled crossover trial, {n} inpatients received oral ketamine 1 mg/kg.",
    "The bioavailability of intramuscular ketamine was 93 % in healthy volunteers.",
    "Sublingual ketamine reduced suicidal ideation within {w} days in an open-label case series of {n} outpatients.",
    "This retrospective cohort study reviewed {n} patients given subcutaneous ketamine for bipolar depression.",
)
LABELS = (("BACKGROUND", "BACKGROUND"), ("METHODS", "METHODS"), ("RESULTS", "RESULTS"), ("CONCLUSION", "CONCLUSIONS"))
MESH = (
    "Adult",
    "Aged",
    "Female",
    "Humans",
    "Male",
    "Middle Aged",
    "Cross-Sectional Studies",
    "Exercise",
    "Knee Joint",
    "Sleep",
    "Walking",
    "Zinc",
    "Bone Density",
    "Follow-Up Studies",
    "Risk Factors",
    "Nurses",
    "Treatment Outcome",
    "Quality of Life",
    "Hand Strength",
    "Prospective Studies",
    "Child",
    "Diet",
)
QUALIFIERS = (
    ("Q000187", "drug effects"),
    ("Q000502", "physiology"),
    ("Q000379", "methods"),
    ("Q000628", "therapy"),
    ("Q000097", "blood"),
    ("Q000517", "prevention &amp; control"),
)
NAMES = (
    "Aalto",
    "Berg",
    "Cardoso",
    "Dumitru",
    "Eklund",
    "Fujita",
    "Gómez",
    "Hansen",
    "Ivanov",
    "Jørgensen",
    "Kowalska",
    "Lindqvist",
    "Müller",
    "Nakamura",
    "Okafor",
    "Peeters",
    "Quint",
    "Rossi",
    "Šimek",
    "Tanaka",
)
SYLLABLES = tuple(
    start + vowel for start in ("b", "d", "f", "gl", "k", "l", "m", "n", "pr", "r", "s", "t") for vowel in "aeiou"
)
FORENAMES = ("Anna", "Bo", "Chiara", "Daniel", "Elif", "Femke", "Goran", "Hana", "Ines", "Jonas", "Kaia", "Luca")
TOWNS = ("Oslo", "Lyon", "Porto", "Graz", "Turku", "Leeds", "Kobe", "Perth", "Quito", "Lagos", "Pune", "Brno")
JOURNALS = tuple(f"J Made Up {kind} Res" for kind in ("Clin", "Sport", "Nurs", "Psychiatr", "Prim", "Surg", "Geriatr"))
