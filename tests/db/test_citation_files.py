"""Files of reference managers: every entry is read, or said with its line to be not read. All papers are made up."""

import pytest

from db.citations.readers.text import read_text
from topics.errors import BadInputError

A, B = "Quiet ketamine nights", "Nasal ketamine in the mountains"
A_BIB = f"title = {{{A}}}, author = {{Example, Ann B. and Other, Oz}}, year = 2014"
B_BIB = f"title = {{{B}}}, author = {{Inventor, Bo}}, year = 2013"
A_RIS = f"TI  - {A}\nAU  - Example, Ann B.\nPY  - 2014\n"
B_RIS = f"TI  - {B}\nAU  - Inventor, Bo\nPY  - 2013\n"
BOTH = [(A, "Example", 2014), (B, "Inventor", 2013)]

BIBTEX = {
    "two entries": f"@article{{a, {A_BIB}}}\n@article{{b, {B_BIB}}}\n",
    "one key twice": f"@article{{a, {A_BIB}}}\n@article{{a, {B_BIB}}}\n",
    "keys that differ in case": f"@article{{A1, {A_BIB}}}\n@article{{a1, {B_BIB}}}\n",
    "a comma in a key": f"@article{{Example, 2014, {A_BIB}}}\n@article{{b, {B_BIB}}}\n",
    "a blank in a key": f"@article{{Example et al 2014,\n{A_BIB}}}\n@misc{{b, {B_BIB}}}\n",
    "no key": f"@article{{,\n{A_BIB}}}\n@article{{{B_BIB}}}\n",
    "a brace that is never closed": f"@article{{a, {A_BIB}\n\n@article{{b, {B_BIB}}}\n",
    "a field that is never closed": "@article{a, author = {Example, A}, year = 2014, title = {Quiet "
                                    "ketamine nights\n}\n\n"
                                    f"@article{{b, {B_BIB}}}\n",
    "a comma within doubled braces": f"@article{{a, author={{Example, A}}, year={{2014}}, title={{{{{A}}},}},\n}}\n"
                                     f"@article{{b, {B_BIB}}}\n",
    "strings": "@string{qk = {Quiet ketamine}}\n@STRING(nk = \"Nasal ketamine\")\n"
               "@article{a, title = qk # { nights}, author = {Example, A}, year = 2014}\n"
               "@article{b, title = nk # \" in the mountains\", author = \"Inventor, B\", year = \"2013\"}\n",
    "a string that is not there": f"@article{{a, journal = jmur, {A_BIB}}}\n@article{{b, month = Sept, {B_BIB}}}\n",
    "words before and between": f"Saved by a program, page 1\n\n@article{{a, {A_BIB}}}\nand more words, a@b.example\n"
                                f"@article{{b, {B_BIB}}}\n",
    "comments and a preamble": f"% mine\n@comment{{x, title={{no}}}}\n@preamble{{\"\\newcommand{{\\x}}{{}}\"}}\n"
                               f"@article{{a, {A_BIB}}}\n@article{{b, {B_BIB}}}\n",
    "commas that are missing": "@article{a,\n  title = {Quiet ketamine nights}\n  author = {Example, A}\n"
                               "  year = {2014}\n}\n"
                               f"@article{{b, {B_BIB}}}\n",
    "two commas": f"@article{{a, title = {{{A}}},, author = {{Example, A}},, year = 2014,,}}\n@article{{b, {B_BIB}}}\n",
    "parentheses": f"@article(a, {A_BIB})\n@article{{b, {B_BIB}}}\n",
    "lines of an old Macintosh": f"@article{{a,\r {A_BIB}}}\r@article{{b,\r {B_BIB}}}\r",
    "an ampersand and a per cent": "@article{a, title = {Quiet ketamine nights}, journal = {Sleep & Rest}, note={5% "
                                   "of all},"
                                   f" author = {{Example, A}}, year = 2014}}\n@article{{b, {B_BIB}}}\n",
    "quotes within quotes": "@article{a, title = \"Quiet ketamine nights\", note = \"so-called \"rest\" here\",\n"
                            f" author = \"Example, A\", year = 2014}}\n@article{{b, {B_BIB}}}\n",
    "a field within that is never closed": "@article{a,\n title={Quiet ketamine nights,\n author={Example, A},\n "
                                           f"year={{2014}}\n}}\n\n@article{{b, {B_BIB}}}\n",
    "a brace too many": "@article{a, title={Quiet ketamine nights}}, author={Example, A}, year={2014}}\n"
                        f"@article{{b, {B_BIB}}}\n",
    "an address within an abstract": f"@article{{a, abstract={{Mail\n@home {{x}} or\n@us}}, {A_BIB}}}\n"
                                     f"@article{{b, {B_BIB}}}\n",
    "biblatex": "@online{a, title = {Quiet ketamine nights}, author = {Example, Ann}, date = {2014-06-03}}\n"
                "@report{b, title = {Nasal ketamine in the mountains}, author = {Inventor, Bo}, date = {2013}}\n",
}  # fmt: skip
RIS = {
    "two entries": f"TY  - JOUR\n{A_RIS}ER  - \n\nTY  - JOUR\n{B_RIS}ER  - \n",
    "ER without its dash": f"TY  - JOUR\n{A_RIS}ER\n\nTY  - JOUR\n{B_RIS}ER\n",
    "no ER": f"TY  - JOUR\n{A_RIS}\nTY  - JOUR\n{B_RIS}",
    "no ER and no blank line": f"TY  - JOUR\n{A_RIS}TY  - JOUR\n{B_RIS}",
    "one blank before the dash": f"TY - JOUR\n{A_RIS}ER - \nTY - JOUR\n{B_RIS}ER - \n".replace("  -", " -"),
    "no blank after the dash": f"TY  -JOUR\n{A_RIS}ER  -\nTY  -JOUR\n{B_RIS}ER  -\n".replace("  - ", "  -"),
    "no TY": f"{A_RIS}ER  - \n\n{B_RIS}ER  - \n",
    "TY not first": f"{A_RIS}TY  - JOUR\nER  - \n\n{B_RIS}TY  - JOUR\nER  - \n",
    "a heading of the provider": f"Provider: Someone\nDatabase: Something\nContent: text/plain\n\n\nTY  - JOUR\n{A_RIS}"
                                 f"ER  - \n\nTY  - JOUR\n{B_RIS}ER  - \n",
    "a line that goes on": f"TY  - JOUR\nTI  - Quiet\n   ketamine nights\nAU  - Example, A\nPY  - 2014\nER  - \n"
                           f"TY  - JOUR\n{B_RIS}ER  - \n",
    "Windows lines": f"TY  - JOUR\n{A_RIS}ER  - \n\nTY  - JOUR\n{B_RIS}ER  - \n".replace("\n", "\r\n"),
    "a tab": f"TY\t- JOUR\n{A_RIS}ER\t- \nTY\t- JOUR\n{B_RIS}ER\t- \n".replace("  -", "\t-"),
    "indented": "\n".join("  " + line for line in f"TY  - JOUR\n{A_RIS}ER  - \nTY  - JOUR\n{B_RIS}ER  - ".split("\n")),
    "small letters": f"ty  - jour\n{A_RIS}er  - \nty  - jour\n{B_RIS}er  - \n",
    "T1, A1 and Y1": "TY  - JOUR\nT1  - Quiet ketamine nights\nA1  - Example, A\nY1  - 2014/06/03/\nER  - \n"
                     "TY  - JOUR\nT1  - Nasal ketamine in the mountains\nA1  - Inventor, B\nY1  - 2013///\nER  - \n",
}  # fmt: skip


A_JSON = (
    '{"id": "a", "title": "Quiet ketamine nights", "author": [{"family": "Example", "given": "A"}], '
    '"issued": {"date-parts": [[2014, 6]]}}'
)
B_JSON = (
    '{"id": "b", "title": "Nasal ketamine in the mountains", "author": [{"family": "Inventor"}], '
    '"issued": {"date-parts": [["2013"]]}}'
)
A_CROSSREF = (
    '{"title": ["Quiet ketamine nights"], "author": [{"family": "Example", "sequence": "first"}], '
    '"published-print": {"date-parts": [[2014, 6]]}, "container-title": ["J Made Up Res"]}'
)
B_CROSSREF = (
    '{"title": ["Nasal ketamine in the mountains"], "author": [{"family": "Inventor"}], '
    '"issued": {"date-parts": [[2013]]}, "container-title": []}'
)
JSON = {
    "a list": f"[{A_JSON}, {B_JSON}]",
    "Zotero's items": f'{{"items": [{A_JSON}, {B_JSON}]}}',
    "pandoc's references": f'{{"references": [{A_JSON}, {B_JSON}]}}',
    "one item a line": f"{A_JSON}\n{B_JSON}\n",
    "Crossref, many works": f'{{"status": "ok", "message": {{"items": [{A_CROSSREF}, {B_CROSSREF}]}}}}',
    "Crossref, a list": f"[{A_CROSSREF}, {B_CROSSREF}]",
    "citations of a Word field": f'[{{"itemData": {A_JSON}}}, {{"id": 2, "itemData": {B_JSON}}}]',
    "dates as text": f"[{A_JSON}, {B_JSON}]".replace('{"date-parts": [[2014, 6]]}', '{"raw": "June 2014"}')
                     .replace('{"date-parts": [["2013"]]}', '"2013"'),
    "names as a group": f"[{A_JSON}, {B_JSON}]".replace('"family": "Example", "given": "A"', '"literal": "Example"'),
    "Zotero's own": '[{"key": "A", "data": {"title": "Quiet ketamine nights", "creators": [{"lastName": "Example"}], '
                    '"date": "2014-06"}}, {"data": {"title": "Nasal ketamine in the mountains", "date": "2013", '
                    '"creators": [{"creatorType": "author", "lastName": "Inventor"}]}}]',
    "blank lines before": f"\n\n  [\n{A_JSON},\n{B_JSON}]",
    "one of many, with a byte-order mark": f"\ufeff[{A_JSON}, {B_JSON}]",
}  # fmt: skip
A_YAML = "  title: Quiet ketamine nights\n  author:\n  - family: Example\n    given: Ann\n"
B_YAML = "  title: Nasal ketamine in the mountains\n  author: [{family: Inventor}]\n"
YAML = {
    "pandoc": f"---\nreferences:\n- id: a\n{A_YAML}  issued: {{year: 2014}}\n- id: b\n{B_YAML}  issued: 2013\n...\n",
    "date parts": f"references:\n- id: a\n{A_YAML}  issued:\n    date-parts:\n    - - 2014\n- id: b\n{B_YAML}"
                  "  issued:\n    date-parts:\n    - [2013, 5]\n",
    "a list of dates": f"---\nreferences:\n- id: a\n{A_YAML}  issued:\n  - year: 2014\n    month: 6\n- id: b\n{B_YAML}"
                       "  issued: '2013-05-01'\n---\n",
    "a list without a heading": f"- id: a\n{A_YAML}  issued: 2014\n- id: b\n{B_YAML}  issued: 2013\n",
}  # fmt: skip
ENDNOTE = {
    "two records": "%0 Journal Article\n%A Example, A.\n%T Quiet ketamine nights\n%D 2014\n\n%0 Journal Article\n"
                   "%A Inventor, B.\n%T Nasal ketamine in the mountains\n%D 2013\n",
    "no blank line": "%0 Journal Article\n%T Quiet ketamine nights\n%A Example, A.\n%D 2014\n%0 Generic\n"
                     "%T Nasal ketamine in the mountains\n%A Inventor, B.\n%D 2013",
    "no type": "%A Example, A.\n%T Quiet ketamine nights\n%D 2014\n\n%A Inventor, B.\n%T Nasal ketamine in the "
               "mountains\n"
               "%D 2013\n",
    "a wrapped title": "%0 Journal Article\n%T Quiet ketamine\nnights\n%A Example, A.\n%D June 3, 2014\n\n"
                       "%0 Thesis\n%T Nasal ketamine in\n  the mountains\n%A Inventor, B.\n%8 2013-05-01\n",
    "odd tags": "%0 Journal Article\n%@ 1234-5678\n%+ Somewhere\n%A Example, A.\n%T Quiet ketamine nights\n%D 2014\n"
                "%X 50 % of all\n%> file://x.pdf\n\n%0 Journal Article\n%A Inventor, B.\n%T Nasal ketamine in the "
                "mountains\n"
                "%D 2013\n",
    "Windows lines": "%0 Journal Article\r\n%A Example, A.\r\n%T Quiet ketamine nights\r\n%D 2014\r\n\r\n"
                     "%0 Book\r\n%A Inventor, B.\r\n%T Nasal ketamine in the mountains\r\n%D 2013\r\n",
}  # fmt: skip
A_EN = (
    "<contributors><authors><author>Example, A.</author></authors></contributors><titles><title>Quiet ketamine nights"
    "</title></titles><dates><year>2014</year></dates>"
)
B_EN = (
    "<contributors><authors><author><style face='normal'>Inventor, B.</style></author></authors></contributors>"
    "<titles><title><style>Nasal ketamine </style><style face='italic'>in</style><style> the mountains</style></title>"
    "</titles><dates><year><style>2013</style></year></dates>"
)
A_PM = (
    "<PubmedArticle><MedlineCitation><PMID Version='1'>99000001</PMID><Article><Journal><JournalIssue><PubDate>"
    "<Year>2014"
    "</Year></PubDate></JournalIssue></Journal><ArticleTitle>Quiet ketamine nights</ArticleTitle><AuthorList><Author>"
    "<LastName>Example</LastName></Author></AuthorList></Article></MedlineCitation></PubmedArticle>"
)
B_PM = (
    "<PubmedArticle><MedlineCitation><PMID>99000002</PMID><Article><Journal><JournalIssue><PubDate><MedlineDate>2013 "
    "May-Jun</MedlineDate></PubDate></JournalIssue></Journal><ArticleTitle>Nasal <i>ketamine</i> in the mountains."
    "</ArticleTitle><AuthorList><Author><LastName>Inventor</LastName><Initials>B</Initials></Author></AuthorList>"
    "</Article></MedlineCitation></PubmedArticle>"
)
A_MODS = (
    "<titleInfo><title>Quiet ketamine nights</title></titleInfo><name type='personal'><namePart type='given'>A"
    "</namePart><namePart type='family'>Example</namePart></name><relatedItem type='host'><titleInfo><title>J Made Up "
    "Res</title></titleInfo><part><detail type='volume'><number>7</number></detail><date>2014</date></part>"
    "</relatedItem>"
)
B_MODS = (
    "<titleInfo><title>Nasal ketamine in the mountains</title></titleInfo><name><namePart>Inventor, Bo</namePart>"
    "</name>"
    "<originInfo><dateIssued>2013</dateIssued></originInfo>"
)
XML = {
    "EndNote": f"<?xml version='1.0' encoding='UTF-8'?><xml><records><record>{A_EN}</record><record>{B_EN}</record>"
               f"</records>"
               "</xml>",
    "EndNote on many lines": f"<xml>\n<records>\n<record>\n{A_EN}\n</record>\n<record>\n{B_EN}\n</record></records>"
                             f"</xml>",
    "PubMed": f"<?xml version=\"1.0\" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC '-//NLM//DTD' 'pubmed.dtd'>\n"
              f"<PubmedArticleSet>"
              f"{A_PM}\n{B_PM}</PubmedArticleSet>",
    "PubMed, declared as UTF-16": f"<?xml version='1.0' encoding='UTF-16'?><PubmedArticleSet>"
                                  f"{A_PM}{B_PM}</PubmedArticleSet>",
    "JATS": "<article><back><ref-list>" + "".join(
        f"<ref id='B{number}'><element-citation><name><surname>{name}</surname></name><article-title>{title}"
        f"</article-title>"
        f"<year>{year}</year></element-citation></ref>" for number, (title, name, year) in enumerate(BOTH))
        + "</ref-list></back></article>",
    "MODS": f"<modsCollection xmlns='http://www.loc.gov/mods/v3'><mods ID='a'>{A_MODS}</mods><mods>{B_MODS}</mods>"
            "</modsCollection>",
    "MODS with a prefix": "<m:modsCollection xmlns:m='http://www.loc.gov/mods/v3'>" + "".join(
        f"<m:mods>{each}</m:mods>".replace("<", "<m:").replace("<m:/", "</m:").replace("m:m:", "m:")
        for each in (A_MODS, B_MODS)) + "</m:modsCollection>",
}  # fmt: skip
TABLE = {
    "PubMed": "PMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,Create Date,PMCID,NIHMS ID,DOI\n"
              '99000001,"Quiet ketamine nights.","Example A, Other O.","J. 2014;7:1",Example '
              'A,J,2014,2014/06/03,,,10.9999/a\n'
              '99000002,Nasal ketamine in the mountains.,Inventor B.,"Ann. 2013",Inventor B,Ann,2013,2013/05/01,,,\n',
    "Web of Science": "\ufeffPT\tAU\tTI\tSO\tPY\nJ\tExample, A; Other, O\tQuiet ketamine nights\tJ\t2014\n"
                      "J\tInventor, B\tNasal ketamine in the mountains\tANN\t2013\n",
    "semicolons": "Title;Year;Author\nQuiet ketamine nights;2014;Example\n\nNasal ketamine in the "
                  "mountains;2013;Inventor\n",
}  # fmt: skip
WEB_OF_SCIENCE = {
    "two records": "FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU Example, A\n   Other, O\nTI Quiet "
                   "ketamine\n   nights\n"
                   "SO J MADE UP RES\nPY 2014\nVL 7\nER\n\nPT J\nAU Inventor, B\nTI Nasal ketamine in the mountains\n"
                   "PY 2013\nER\n\nEF",
    "no heading": "PT J\nAU Example, A\nTI Quiet ketamine nights\nPY 2014\nER\n\nPT C\nAU Inventor, B\n"
                  "TI Nasal ketamine in the mountains\nPY 2013\nER\n",
    "cut off": "FN ISI Export Format\nVR 1.0\nPT J\nAU Example, A\nTI Quiet ketamine nights\nPY 2014\nER\n\nPT J\n"
               "AU Inventor, B\nTI Nasal ketamine in the mountains\nPY 2013\n",
    "Windows lines": "FN Thomson Reuters\r\nVR 1.0\r\nPT J\r\nAU Example, A\r\nTI Quiet ketamine nights\r\nPY "
                     "2014\r\nER\r\n\r\n"
                     "PT J\r\nAU Inventor, B\r\nTI Nasal ketamine in the mountains\r\nPY 2013\r\nER\r\n\r\nEF\r\n",
}  # fmt: skip
PUBMED_TEXT = {
    "Summary": "1: Example AB, Other O. Quiet ketamine nights. J Made Up Res. 2014 Jun;7(2):970-6. doi: 10.9999/x.1. \n"
               "PMID: 99000001.\n\n2: Inventor B. Nasal ketamine in the mountains. Ann Invent Med. 2013;12:11-9.\n"
               "PMID: 99000002; "
               "PMCID: PMC9900002.\n",
    "Summary, Windows lines": "1: Example AB. Quiet ketamine\r\nnights. J Made Up Res. 2014 Jun;7(2):970-6. PMID: "
                              "99000001.\r\n\r\n"
                              "2: Inventor B. Nasal ketamine in the mountains. Ann Invent Med. 2013;12:11-9. PMID: "
                              "99000002.",
    "Abstract": "1. J Made Up Res. 2014 Jun;7(2):970-6. doi: 10.9999/x.1. Epub 2013 Dec 1.\n\nQuiet ketamine "
                "nights.\n\n"
                "Example AB(1), Other O(2).\n\nAuthor information:\n(1)Somewhere.\n(2)Elsewhere.\n\nThere were\n2. "
                "people\n\n"
                "DOI: 10.9999/x.1\nPMID: 99000001 [Indexed for MEDLINE]\n\n\n2. Ann Invent Med. 2013 May;12:11-9.\n\n"
                "Nasal ketamine in the\nmountains.\n\nInventor B.\n\nPMID: 99000002\n",
    "Abstract with a comment": "1. J Made Up Res. 2014 Jun;7(2):970-6.\n\nQuiet ketamine nights.\n\nExample AB.\n\n"
                               "Comment in\n"
                               "    J Made Up Res. 2015;8:1.\n\nPMCID: PMC9900001\nPMID: 99000001\n\n\n2. Ann "
                               "Invent Med. 2013;"
                               "12:11-9.\n\nNasal ketamine in the mountains.\n\nInventor B[1].\n\nDOI: 10.9999/y\n"
                               "PMID: 99000002",
}  # fmt: skip
MEDLINE = {
    "no blank line": "PMID- 99000001\nTI  - Quiet ketamine nights\nAU  - Example A\nDP  - 2014\nPMID- 99000002\n"
                     "TI  - Nasal ketamine in the mountains\nAU  - Inventor B\nDP  - 2013\n",
    "Windows lines": "PMID- 99000001\r\nTI  - Quiet ketamine\r\n      nights\r\nAU  - Example A\r\nDP  - 2014\r\n\r\n"
                     "PMID- 99000002\r\nTI  - Nasal ketamine in the mountains\r\nAU  - Inventor B\r\nDP  - 2013\r\n",
}  # fmt: skip
KINDS = {"BibTeX": BIBTEX, "RIS": RIS, "JSON": JSON, "YAML": YAML, "EndNote": ENDNOTE, "XML": XML,
         "table": TABLE, "Web of Science": WEB_OF_SCIENCE, "PubMed text": PUBMED_TEXT, "MEDLINE": MEDLINE}  # fmt: skip
CASES = [(kind, name) for kind, cases in KINDS.items() for name in cases]


def read(text):
    """(title, first author, year) of every reference."""
    return [(found.title, next(iter(found.authors), ""), found.year) for found in read_text(text).references]


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_every_entry_is_read(kind, name):
    text = KINDS[kind][name]
    assert (read(text), read_text(text).unread) == (BOTH, ())


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"@article{{a, {A_BIB}}}\n\n@article{{b, abstract = {{nothing else}}}}\n", 3),
        (f"TY  - JOUR\n{A_RIS}ER  - \n\nTY  - JOUR\nAB  - Nothing else\nER  - \n", 7),
        ("%0 Journal Article\n%T Quiet ketamine nights\n\n%0 Book\n%C Somewhere\n", 4),
        ("<xml><records>\n<record><titles><title>Quiet ketamine nights</title></titles></record>\n<record/>"
         "</records></xml>", 3),
        (f"[{A_JSON}, 7]", 0),
        (f"[{A_JSON}, {{\"id\": 8}}]", 0),
    ],
)  # fmt: skip
def test_an_entry_that_cannot_be_read_is_named_with_its_line(text, line):
    found = read_text(text)
    assert ([reference.title for reference in found.references], [unread.line for unread in found.unread]) == (
        [A],
        [line],
    )
    assert found.lines()[0] == "Read 1 of 2 references; not read:"
    assert len(found.lines()) == 2


def test_the_key_of_an_entry_is_kept_as_it_is():
    assert [reference.key for reference in read_text(BIBTEX["one key twice"]).references] == ["a", "a"]
    assert [reference.key for reference in read_text(BIBTEX["a comma in a key"]).references] == ["Example, 2014", "b"]
    assert [reference.key for reference in read_text(BIBTEX["no key"]).references] == ["", ""]


@pytest.mark.parametrize(
    ("fields", "identifiers"),
    [
        ("AN  - 99000001\nDB  - PsycINFO\n", {}),
        ("AN  - 99000001\n", {}),
        ("AN  - 99000001\nDB  - PubMed\n", {"PMID": "99000001"}),
        ("AN  - 99000001\nDB  - Ovid MEDLINE(R)\n", {"PMID": "99000001"}),
        ("AN  - 99000001\nDP  - NLM\n", {"PMID": "99000001"}),
        ("N1  - PMID: 99000001\n", {"PMID": "99000001"}),
        ("UR  - https://pubmed.ncbi.nlm.nih.gov/99000001/\n", {"PMID": "99000001"}),
    ],
)
def test_an_accession_number_is_a_pmid_where_the_database_is_pubmed(fields, identifiers):
    (found,) = read_text(f"TY  - JOUR\n{A_RIS}{fields}ER  - \n").references
    assert found.identifiers == identifiers


@pytest.mark.parametrize("text", ["[[1, 2]]", "{\"a\": 1}", "{\"a\": ", "<?xml version='1.0'?><feed><entry/>"
                                                                        "</feed>", "<xml><record>"
                                                                                   "<title>", "<1>\nUnique "
                                                                                              "Identifier\n  1\n",
                                  "[" * 100_000, "references:\n- [", "references:\n  a: b"])  # fmt: skip
def test_what_is_no_list_of_references_is_refused_in_words(text):
    with pytest.raises(BadInputError):
        read_text(text)
