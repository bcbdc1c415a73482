"""A whole site as `evidence build` makes it: the bundled register beside made-up records, hostile ones among them."""

from pathlib import Path

from helpers.records import RANDOMIZED, RETRACTED, article_set, medline, pubmed_article
from ingest.build.run import build
from ingest.pubmed.run import import_into
from topics import load_topic

TRIAL, SECOND_REPORT, WITHDRAWN, NOTICE, KINETICS, WITHOUT_ABSTRACT = range(99000101, 99000107)
SCRIPT, HUGE, RIGHT_TO_LEFT, MATHS, WITH_NUL, UNCLOSED = range(99000111, 99000117)
HOSTILE = (SCRIPT, HUGE, RIGHT_TO_LEFT, MATHS, WITH_NUL, UNCLOSED)
EVIL = "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt;"
"""As it stands in XML; in the record it is markup that would run."""
REGISTRATION = "NCT99000101"
_KETAMINE = ("D007649", "Ketamine", True)
_HUMANS = ("D006801", "Humans", False)
_MATHS = (
    "Oral ketamine was given to six adults and the area under the curve <mml:math xmlns:mml="
    '"http://www.w3.org/1998/Math/MathML"><mml:mi onclick="alert(3)">x</mml:mi></mml:math> was read.'
)
_NAMELESS = (
    "Unclosed ketamine &lt;b&gt;&lt;i&gt;never ends &lt;/main&gt;&lt;style&gt;*{display:none} &lt;!-- &amp; &lt;div"
)


def trial() -> tuple[str, str]:
    """A registered trial and its second report."""
    return (
        pubmed_article(
            TRIAL,
            title="Intramuscular ketamine or midazolam for treatment-resistant depression: "
            "a randomized, double-blind trial",
            abstract=(
                ("BACKGROUND", "BACKGROUND", "An injection into a muscle needs no line."),
                ("METHODS", "METHODS", "In this double-blind randomized controlled trial, 48 adults with "
                 "treatment-resistant depression were randomized to intramuscular ketamine 0.5 mg/kg (n = 24) or "
                 "intramuscular midazolam (n = 24) twice weekly."),
                ("RESULTS", "RESULTS", "Mood scores fell further with ketamine than with midazolam."),
            ),
            doi="10.5555/made.101", pmcid="PMC9900101", published="2021-03-04", entered="2021-03-05",
            publication_types=(RANDOMIZED,), mesh=(_KETAMINE, _HUMANS),
            databank=(("ClinicalTrials.gov", REGISTRATION),),
        ),
        pubmed_article(
            SECOND_REPORT,
            title="Sleep after intramuscular ketamine: a secondary analysis of a randomized trial",
            abstract="We looked again at the sleep diaries of 48 adults with depression from a randomized trial.",
            doi="10.5555/made.102", published="2022-01", entered="2022-01-09", publication_types=(RANDOMIZED,),
            mesh=(_KETAMINE, _HUMANS), databank=(("ClinicalTrials.gov", REGISTRATION),),
        ),
    )  # fmt: skip


def records() -> bytes:
    """The made-up records that XML can hold."""
    return article_set(
        *trial(),
        pubmed_article(
            WITHDRAWN,
            title="Intramuscular ketamine for major depression: a randomized trial that was withdrawn",
            abstract="Sixty adults with major depression were randomized to intramuscular ketamine or placebo.",
            published="2018-05-01", entered="2018-05-02", mesh=(_KETAMINE, _HUMANS),
            publication_types=(RANDOMIZED, RETRACTED),
            links=(("RetractionIn", NOTICE, "J Made Up Res. 2019;1:1"),),
        ),
        pubmed_article(
            NOTICE, title="Retraction: Intramuscular ketamine for major depression", abstract="",
            published="2019-01-01", entered="2019-01-02", publication_types=(("D016440", "Retraction of Publication"),),
            links=(("RetractionOf", WITHDRAWN, "J Made Up Res. 2018;7:11"),),
        ),
        pubmed_article(
            KINETICS, title="What is absorbed of oral and sublingual ketamine in healthy volunteers",
            abstract="The bioavailability of oral ketamine was 20 % in eight healthy volunteers; "
            "sublingual reached 30 %.",
            published="2012", entered="2012-02-02", mesh=(_KETAMINE, _HUMANS),
        ),
        pubmed_article(WITHOUT_ABSTRACT, title="Ketamine for depression: a letter", abstract="", published="2015-06"),
        pubmed_article(
            SCRIPT, title=f"{EVIL} intravenous ketamine in depression", journal="J <i>Odd</i>",
            abstract=(("METHODS", "METHODS", f"Intravenous ketamine {EVIL} was given to 12 adults with depression."),),
            authors=(("<script>alert(4)</script>", "<b>Ann", "A"),), doi='10.5555/"><b>x', keywords=("<u>odd</u>",),
            mesh=(("D000001", "<script>alert(5)</script>", False), _KETAMINE, _HUMANS),
            links=(("ErratumIn", None, "<img src=x onerror=alert(6)>"),),
        ),
        pubmed_article(HUGE, title=f"Nasal ketamine {'very ' * 40_000}long for depression", published="2016-01-01"),
        pubmed_article(
            RIGHT_TO_LEFT, title="كيتامين intravenous ketamine \u202egnirts desrever",
            abstract="\u202eأعطي الكيتامين intravenous ketamine لعشرة مرضى with depression.", language="ara",
        ),
        pubmed_article(MATHS, title="Oral ketamine <sup>2</sup>H and <i>depression</i>", abstract=_MATHS),
        pubmed_article(UNCLOSED, title=_NAMELESS, abstract=_NAMELESS, authors=(("</article>", "X", "X"),)),
    )  # fmt: skip


def with_nul() -> str:
    """A MEDLINE record in which a NUL stands in the title and the abstract."""
    return medline(
        WITH_NUL, ("TI", "Ketamine \x00 and depression"), ("AB", "Ten \x00adults had intravenous ketamine."),
        ("DP", "2014 Jun"), ("EDAT", "2014/06/05 06:00"), ("PT", "Journal Article"), ("STAT", "MEDLINE"),
    )  # fmt: skip


def make_site(data: Path) -> Path:
    """Import the records into `data`, build, and return the live database."""
    topic = load_topic("ketamine-routes")
    data.mkdir(parents=True, exist_ok=True)
    (data / "made.xml").write_bytes(records())
    (data / "made.nbib").write_text(with_nul(), encoding="utf-8")
    import_into(data, topic, [data / "made.xml", data / "made.nbib"])
    return build(data, topic).live
