"""Words that name no design and still tell one: who or what was studied, and whether results are told. Data only."""

ANIMALS = (
    "rats?|mice|mouse|murine|rodents?|sprague dawley|wistar|c57bl 6j?|monkeys?|rhesus|macaques?|baboons?|dogs?|cats|"
    "kittens|pigs?|swine|piglets?|rabbits?|zebrafish|larvae|sheep|lambs?|horses?|drosophila|guinea pigs?|marmosets?|"
    "gerbils?|hamsters?|primates?|animals?|knock ?out|transgenic|chicks?|ferrets?|goats?|cattle|caenorhabditis|c "
    "elegans|xenopus|mptp|middle cerebral artery occlusion|mcao|morris water maze|forced swim(ming)? test|calves|"
    "ponies|beagles?|foxhounds?|deer|elks?|moose|foxes|wolves|lions|tigers|leopards|elephants?|giraffes?|zebras?|"
    "antelopes?|gazelles?|parrots|pigeons?|chickens?|hens|cockerels|ducks|turtles?|tortoises?|lizards?|iguanas?|"
    "frogs|camels?|donkeys?|llamas?|alpacas?|cows|bulls|heifers|foals?|mares|stallions|ewes|squirrels?|chimpanzees?|"
    "gorillas?|lemurs?|cynomolgus|long evans|balb c|pups|goldfish|rhinoceros(es)?"
)
HUMANS = (
    "patients|participants|subjects|volunteers|adults|children|women|men|individuals|humans?|adolescents|veterans|"
    "people|"
    "outpatients|inpatients|users"
)
PARTS_OF_HUMANS = (  # a human cell is no human
    "human (stem cells?|cells?|neurons?|neuronal|embryonic|induced|pluripotent|ipscs?|umbilical|neuroblastoma|"
    "urothelial|uroepithelial|endothelial|recombinant|astrocytes?|fibroblasts?|liver|hepatocytes|microsomes|hek)"
)
CELLS = (  # the experiment itself is on cells or tissue
    "in vitro|ex vivo|cell (lines?|cultures?|culture model|viability|proliferation|death assay)|cultured|cell "
    "cultures?|"
    "primary (neurons|cultures?|cells|cortical|hippocampal)|(neuronal|organotypic|tissue|astrocyte|cortical|"
    "hippocampal) cultures?|"
    "ipscs?|hipscs?|induced pluripotent|hek ?293|sh sy5y|pc12|organoids?|(brain|hippocampal|cortical) slices|"
    "transfect(ed|ion)|"
    "immunoassays?|western blot|neuroblastoma|stem cells|glioma cells|u87|hela|hbmecs|recombinant|in silico|knockdown|"
    "overexpress(ed|ing|ion)|cells were (incubated|treated|exposed|cultured|seeded|stimulated)|(were|was) incubated|"
    "patch clamp|whole cell|(urothelial|uroepithelial|endothelial|epithelial|neuronal|glial|microglial|cancer) cells|"
    "pluripotent|mtt assay|cck 8|flow cytometry|cell (apoptosis|survival|cycle|growth)"
)
TISSUE = (
    "cells|neurons|astrocytes|fibroblasts|microglia|oligodendrocytes|macrophages|proteins?|mrna|receptors|kinase|"
    "binding|"
    "assays?|genes?"
)
NOT_RANDOMIZED = (
    "non ?randomi[sz]ed|not (been )?((a |an |in a )?randomi[sz]ed|randomly (assigned|allocated|selected|divided))|"
    "without (randomi[sz]ation|random (assignment|allocation))|no (randomi[sz]ation|random (assignment|allocation))|"
    "(randomi[sz]ation|random assignment) (was|is) not|lack of randomi[sz]ation"
)
"""That the lot was not cast: no vote makes a randomized trial of it."""
SIGNALS: dict[str, tuple[str, int]] = {
    # signal -> (words, how many of them make it): 'found' says that results are told, 'empirical' that a study is
    "found": (
        "(was|were) (significantly|associated|observed|higher|lower|found|increased|decreased|reduced|reported|noted|"
        "similar|"
        "greater|more|less|improved|not)|significantly|no significant|we (found|observed)|showed|revealed|"
        "demonstrated|p 0|p ?0 ?0|"
        "95 ci|did not differ|results (showed|indicate|indicated|suggest|revealed)|these (results|findings)|our "
        "(results|findings)|"
        "increased|decreased|reduced|improved|mean|(responded|completed|experienced|achieved)",
        4,
    ),
    "empirical": (
        "(was|were) (significantly|associated|observed|higher|lower|found|increased|decreased|reduced|measured|"
        "assessed|recruited|"
        "enrolled|included|randomi[sz]ed|administered|given|tested|compared|examined|investigated|evaluated|performed|"
        "obtained|"
        "analy[sz]ed|collected|studied|treated|divided|determined|recorded|interviewed|scanned|asked|randomly)|"
        "significantly|"
        "no significant|we (found|observed|measured|tested|recruited|enrolled|compared|examined|investigated|studied|"
        "assessed)|p 0|"
        "95 ci|did not differ|received|underwent|completed|baseline|control group|mg kg|respectively|participants|"
        "(healthy )?(volunteers|controls)|questionnaires?|double blind|placebo",
        5,
    ),
    "groups": (
        "(was|were) (significantly|randomly|enrolled|recruited)|patients were|subjects were|participants were|"
        "participants|p 0|"
        "95 ci|significantly|placebo|control group|double blind|groups|volunteers|mean|cohort",
        4,
    ),
    "given": (
        "mg kg|double blind|placebo|infusions?|open label|(was|were) (administered|given|infused|treated|"
        "randomi[sz]ed)|randomly|"
        "received|administration of|after administration|mg|infused|crossover|within subjects?",
        3,
    ),
}  # fmt: skip
