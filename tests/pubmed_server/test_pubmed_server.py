"""The stand-in answers as NCBI does, in what our client and its tests rely on."""

import json
import re
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from pubmed_server import FAULTS, Article, Corpus, PubMedServer, many

FIRST = 99000000


@pytest.fixture(scope="module")
def ten_thousand():
    with PubMedServer(Corpus(many(FIRST, 10_050))) as server:
        yield server


@pytest.fixture
def pubmed():
    articles = [
        Article(
            FIRST, title="Ketamine nasal spray in depression", abstract="A made-up trial.", pdat="2014/06/03",
            edat="2014/06/04", crdt="2014/06/04", mdat="2020/01/01", mesh=(("D007649", "Ketamine", True),),
        ),
        Article(FIRST + 1, title="Intramuscular ketamine", edat="2015/01/01", crdt="2015/01/01", mdat="2026/11/20"),
        Article(FIRST + 2, title="Esketamine and sleep", edat="2026/11/01", crdt="2026/11/01", abstract=""),
        Article(FIRST + 3, title="Ketamine, a chapter", book=True, edat="2016/01/01", crdt="2016/01/01"),
    ]  # fmt: skip
    with PubMedServer(Corpus(articles)) as server:
        yield server


def ask(server, endpoint, *, post=False, **params):
    """(status, body) of a request."""
    suffix = "cgi" if endpoint == "ecitmatch" else "fcgi"
    url, form = f"{server.url}{endpoint}.{suffix}", urlencode({"db": "pubmed", **params})
    try:
        with urlopen(Request(url, form.encode()) if post else f"{url}?{form}", timeout=30) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


def found(server, term, **params):
    """(count, PMIDs counted from FIRST, remarks) of a search."""
    _, body = ask(server, "esearch", term=term, **{"retmax": 100, **params})
    remarks = re.findall(r"<(FieldNotFound|PhraseNotFound|QuotedPhraseNotFound|OutputMessage)>(.*?)</", body)
    count = int(re.search(r"<Count>(\d+)", body)[1])
    return count, [int(pmid) - FIRST for pmid in re.findall(r"<Id>(\d+)", body)], remarks


def test_a_search_is_answered_in_the_shape_of_esearch(pubmed):
    assert ask(pubmed, "esearch", term="nasal[tiab]") == (
        200,
        '<?xml version="1.0" encoding="UTF-8" ?>\n'
        '<!DOCTYPE eSearchResult PUBLIC "-//NLM//DTD esearch 20060628//EN" '
        '"https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20060628/esearch.dtd">\n'
        "<eSearchResult><Count>1</Count><RetMax>1</RetMax><RetStart>0</RetStart><IdList>\n<Id>99000000</Id>\n</IdList>"
        "<TranslationSet/><QueryTranslation>nasal[Title/Abstract]</QueryTranslation></eSearchResult>",
    )
    _, nothing = ask(pubmed, "esearch", term="abcxyz")
    assert nothing.partition("<eSearchResult>")[2] == (
        "<Count>0</Count><RetMax>0</RetMax><RetStart>0</RetStart><IdList/><TranslationSet/>"
        "<QueryTranslation>abcxyz[All Fields]</QueryTranslation>"
        "<ErrorList><PhraseNotFound>abcxyz</PhraseNotFound></ErrorList>"
        "<WarningList><OutputMessage>No items found.</OutputMessage></WarningList></eSearchResult>"
    )


NOTHING = [("OutputMessage", "No items found.")]
SEARCHES = {
    "ketamine": (3, [3, 1, 0], []),
    "ketamine[tiab] AND nasal[tiab]": (1, [0], []),
    "nasal[tiab] OR intramuscular[tiab]": (2, [1, 0], []),
    "ketamine[ti] NOT pubmed books[sb]": (2, [1, 0], []),
    "sleep[ti] OR nasal[ti] AND ketamine[ti]": (1, [0], []),
    "sleep[ti] OR (nasal[ti] AND ketamine[ti])": (2, [2, 0], []),
    '"nasal spray"[tiab]': (1, [0], []),
    '"spray nasal"[tiab]': (0, [], NOTHING),
    "nasal ketamine": (1, [0], []),
    "esketam*[tiab]": (1, [2], []),
    "Ketamine[mh]": (1, [0], []),
    "ketamine/administration & dosage[mh:noexp]": (1, [0], []),
    '"journal article"[pt]': (4, [2, 3, 1, 0], []),
    "99000001:99000002[UID]": (2, [2, 1], []),
    "99000001[uid]": (1, [1], []),
    "2014/01/01:2015/01/01[edat]": (2, [1, 0], []),
    '("2015"[crdt] : "2016"[crdt])': (2, [3, 1], []),
    "2026/11[lr]": (1, [1], []),
    "2014[dp]": (1, [0], []),
    "ketamine[titel]": (3, [3, 1, 0], [("FieldNotFound", "titel")]),
    '"no such phrase"[tiab] OR nasal[tiab]': (1, [0], [("QuotedPhraseNotFound", '"no such phrase"')]),
    "the[tiab] AND ketamine[tiab]": (0, [], [("PhraseNotFound", "the"), *NOTHING]),
    "(nasal OR intramuscular)[ti] AND ketamine[ti]": (2, [1, 0], []),
    "nasal&amp;spray": (0, [], [("PhraseNotFound", "nasal&amp;amp;spray"), *NOTHING]),
}


@pytest.mark.parametrize(("term", "answer"), SEARCHES.items(), ids=list(SEARCHES))
def test_a_search_is_understood_as_pubmed_does(pubmed, term, answer):
    pubmed.corpus.unindexed.add("no such phrase")
    assert found(pubmed, term) == answer


@pytest.mark.parametrize(
    ("params", "pmids", "translation"),
    [
        ({"reldate": 60}, [2], "2026/09/24:2026/11/23[Date - Entry]"),
        ({"reldate": 5, "datetype": "mdat"}, [1], "2026/11/18:2026/11/23[Date - Modification]"),
        ({"mindate": "2014", "maxdate": "2014", "datetype": "pdat"}, [0], "2014:2014[Date - Publication]"),
        ({"mindate": "2014"}, [2, 3, 1, 0], ""),
    ],
)
def test_date_parameters_limit_a_search(pubmed, params, pmids, translation):
    assert found(pubmed, "all[sb]", **params)[1] == pmids
    assert translation in ask(pubmed, "esearch", term="all[sb]", **params)[1]


def test_searching_in_json_has_pubmeds_own_faults(pubmed, ten_thousand):
    _, body = ask(pubmed, "esearch", term="ketamine[titel]", retmode="json", retmax=1, usehistory="y")
    result = json.loads(body)["esearchresult"]
    webenv = result.pop("webenv")
    assert re.fullmatch(r"MCID_[0-9a-f]{24}", webenv)
    assert result == {
        "count": "3", "retmax": "1", "retstart": "0", "querykey": "1", "idlist": ["99000003"], "translationset": [],
        "querytranslation": "ketamine[All Fields]", "errorlist": {"phrasesnotfound": [], "fieldsnotfound": []},
    }  # fmt: skip
    _, body = ask(ten_thousand, "esearch", term="ketamine", retmode="json", retstart=9999)
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)
    assert "Search Backend failed" in json.loads(body, strict=False)["esearchresult"]["ERROR"]


@pytest.mark.parametrize(
    ("start", "most", "named", "remarks"),
    [
        (0, 9_999, 9_999, []),
        (0, 10_000, 9_999, ["Restrictions achieved. start and count adjusted to 0, 9999"]),
        (9_990, 10, 9, ["Restrictions achieved. start and count adjusted to 9990, 9"]),
        (9_998, 1_000, 1, ["Restrictions achieved. start and count adjusted to 9998, 1"]),
        (0, 0, 0, []),
    ],
)
def test_a_search_names_9999_records_and_no_more(ten_thousand, start, most, named, remarks):
    count, pmids, told = found(ten_thousand, "ketamine", retstart=start, retmax=most)
    assert (count, len(pmids), told) == (10_050, named, [("OutputMessage", remark) for remark in remarks])


def test_past_the_ceiling_a_search_is_an_error_under_200(ten_thousand):
    status, body = ask(ten_thousand, "esearch", term="ketamine", retstart=9_999)
    assert (status, body.partition("<eSearchResult>")[2][:78]) == (
        200, "<ERROR>Search Backend failed: Exception:\n'retstart' cannot be larger than 9998"
    )  # fmt: skip
    assert ask(ten_thousand, "esearch", term="ketamine", rettype="count")[1].endswith(
        "<eSearchResult><Count>10050</Count></eSearchResult>"
    )


def test_a_page_across_the_ceiling_is_short_without_a_word(ten_thousand):
    _, body = ask(ten_thousand, "esearch", term="ketamine", usehistory="y", retmax=0)
    history = {"WebEnv": re.search("<WebEnv>(.*?)<", body)[1], "query_key": re.search("<QueryKey>(.*?)<", body)[1]}
    status, page = ask(ten_thousand, "efetch", retstart=9_500, retmax=500, **history)
    assert (status, page.count("<PubmedArticle>")) == (200, 499)
    status, error = ask(ten_thousand, "efetch", retstart=10_000, retmax=500, **history)
    assert (status, "cannot retrieve history data" in error) == (400, True)


def test_a_history_can_be_made_by_epost_and_expires(pubmed):
    _, body = ask(pubmed, "epost", post=True, id=f"{FIRST},{FIRST + 1}")
    history = {"WebEnv": re.search("<WebEnv>(.*?)<", body)[1], "query_key": 1}
    assert ask(pubmed, "efetch", **history)[1].count("<PubmedArticle>") == 2
    pubmed.forget_history()
    status, body = ask(pubmed, "efetch", **history)
    assert (status, "<ERROR>Unable to obtain query #1</ERROR>" in body) == (200, True)


@pytest.mark.parametrize("post", [False, True], ids=["GET", "POST"])
@pytest.mark.parametrize(
    ("ids", "status", "pmids", "error"),
    [
        ("99000001,99000000", 200, [1, 0], ""),
        ("099000001,99000001", 200, [1], ""),
        ("99000000,99999999,99000001", 200, [0, 1], ""),
        ("99000003,99000000", 200, [3, 0], ""),
        ("99999999", 200, [], "<PubmedArticleSet></PubmedArticleSet>"),
        ("0,000,word", 400, [], "<ERROR>ID list is empty! Possibly it has no correct IDs.</ERROR>"),
        ("", 200, [], "<ERROR>Supplied id parameter is empty.</ERROR>"),
    ],
)
def test_records_are_fetched_by_the_rules_of_efetch(pubmed, post, ids, status, pmids, error):
    answered, body = ask(pubmed, "efetch", post=post, id=ids)
    assert (answered, error in body) == (status, True)
    own = re.findall(r'<Pubmed(?:Book)?Article><(?:MedlineCitation|BookDocument)[^>]*><PMID Version="1">(\d+)', body)
    assert [int(pmid) - FIRST for pmid in own] == pmids


def test_a_set_of_records_begins_as_in_2026(pubmed):
    assert ask(pubmed, "efetch", id=FIRST)[1].startswith(
        '<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2026//EN" '
        '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_260101.dtd">\n<PubmedArticleSet>\n<PubmedArticle>'
    )


def test_a_changed_retracted_deleted_or_merged_record_is_seen_by_the_next_request(pubmed):
    pubmed.corpus.change(FIRST, title="Another title")
    pubmed.corpus.retract(FIRST + 1, notice=FIRST + 9)
    pubmed.corpus.delete(FIRST + 2)
    pubmed.corpus.merge(FIRST + 3, into=FIRST)
    assert found(pubmed, "ketamine[tiab] OR another[ti]")[1] == [9, 1, 0]
    assert found(pubmed, "2026/11/23[lr]")[1] == [9, 1, 0]
    _, body = ask(pubmed, "efetch", id=",".join(str(FIRST + nth) for nth in (0, 1, 2, 3, 9)))
    assert body.count("<PubmedArticle>") == 3
    assert "Another title" in body
    links = re.findall(r'RefType="(\w+)".*?<PMID[^>]*>(\d+)', body)
    assert links == [("RetractionIn", "99000009"), ("RetractionOf", "99000001")]
    _, body = ask(pubmed, "esummary", id=f"{FIRST},{FIRST + 2}", version="2.0")
    assert '<DocumentSummary uid="99000002"><error>cannot get document summary</error>' in body


def test_the_smaller_endpoints_answer(pubmed):
    assert "<Count>4</Count>" in ask(pubmed, "einfo")[1]
    assert "<LinkSetDb>" not in ask(pubmed, "elink", id=FIRST)[1]
    assert "Neither query_key nor id specified" in ask(pubmed, "esummary")[1]
    lines = ["J Made Up Res|2014|7|11|Sample|a|", "J Made Up Res|1999|7|11||b|", "No Such J|2014||||c|",
             "J Made Up Res||7|11||d|"]  # fmt: skip
    assert ask(pubmed, "ecitmatch", bdata="\r".join(lines))[1].splitlines() == [
        "J Made Up Res|2014|7|11|Sample|a|99000000",
        "J Made Up Res|1999|7|11||b|NOT_FOUND",
        "No Such J|2014||||c|NOT_FOUND;INVALID_JOURNAL",
        "J Made Up Res||7|11||d|AMBIGUOUS (4 citations)",
    ]


@pytest.mark.parametrize(("key", "limit"), [({}, 3), ({"api_key": "abc"}, 10)], ids=["no key", "key"])
def test_more_requests_in_a_second_than_allowed_get_429(pubmed, key, limit):
    pubmed.limited = True
    answers = [ask(pubmed, "einfo", **key) for _ in range(limit + 1)]
    assert [status for status, _ in answers] == [200] * limit + [429]
    assert json.loads(answers[-1][1])["error"] == "API rate limit exceeded"
    with urlopen(f"{pubmed.url}einfo.fcgi?api_key=other") as answer:
        assert answer.headers["X-RateLimit-Limit"] == "10"
        assert answer.headers["X-RateLimit-Remaining"] == "9"


def test_faults_come_as_scripted_and_the_log_tells_all(pubmed):
    pubmed.inject("http_502", 2, "efetch", after=1)
    statuses = [ask(pubmed, "efetch", post=True, id=FIRST, tool="t", email="e@example.org")[0] for _ in range(4)]
    assert statuses == [200, 502, 502, 200]
    assert [(r.method, r.endpoint, r.ids, r.body_length, r.fault, r.status) for r in pubmed.log] == [
        ("POST", "efetch", [FIRST], 50, "", 200),
        ("POST", "efetch", [FIRST], 50, "http_502", 502),
        ("POST", "efetch", [FIRST], 50, "http_502", 502),
        ("POST", "efetch", [FIRST], 50, "", 200),
    ]
    assert pubmed.log[0].params == {"db": "pubmed", "id": "99000000", "tool": "t", "email": "e@example.org"}
    times = [request.at for request in pubmed.log]
    assert times == sorted(times)


def test_every_row_of_the_failure_catalogue_can_be_injected():
    assert {fault.row for fault in FAULTS.values()} - {""} == set("abcdefghijklmn")
