"""What goes wrong at PubMed, as answers to send: every row of the failure catalogue, and a few lies.

`FAULTS` are by kind; the letter is the row of the catalogue.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from .corpus import Article

_EFETCH = (
    '<?xml version="1.0" encoding="UTF-8" ?>\n<!DOCTYPE eEfetchResult PUBLIC "-//NLM//DTD efetch 20131226//EN" '
    '"https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20131226/efetch.dtd">\n'
    "<eFetchResult>\n\t<ERROR>{}</ERROR>\n</eFetchResult>\n"
)
ESEARCH_PROLOG = (
    '<?xml version="1.0" encoding="UTF-8" ?>\n<!DOCTYPE eSearchResult PUBLIC "-//NLM//DTD esearch 20060628//EN" '
    '"https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20060628/esearch.dtd">\n'
)
_ESEARCH = ESEARCH_PROLOG + "<eSearchResult><ERROR>{}</ERROR></eSearchResult>"
CEILING_ERROR = (
    "Search Backend failed: Exception:\n'retstart' cannot be larger than 9998. For PubMed, ESearch can only retrieve "
    "the first 9,999 records matching the query. To obtain more than 9,999 PubMed records, consider using EDirect."
)
HISTORY_CEILING_ERROR = (
    "Search backend cannot retrieve history data. Reason: Exception: 'retstart' cannot be larger than 9998. For "
    "PubMed, EFetch can only retrieve the first 9,999 records matching the query."
)
_PAGE_502 = "<html><head><title>502 Server Error</title></head><body>Please try again in 30 seconds.</body></html>"
_WEB_PAGE = "<!DOCTYPE html>\n<html><head><title>NCBI</title></head><body><p>We are busy.</p></body></html>"
_VIEWER = "Error: External viewer error: Empty Response. Bytes read: 0 Status: Timeout"
_PROXY = "Error: CEFetchPApplication::proxy_stream(): "


@dataclass(frozen=True)
class Fault:
    """An answer in place of the true one (`body`), the true one altered (`twist`), or none (`action`).

    `action`: 'close' before any answer, 'cut' in the middle of the true one, 'cut chunks' and 'cut silently' (no
    length given) likewise, 'hang' without an answer, 'trickle' the true one.
    """

    row: str
    status: int = 200
    body: str = ""
    content_type: str = "text/xml; charset=UTF-8"
    headers: dict[str, str] = field(default_factory=dict)
    action: str = ""
    twist: Callable[[bytes], bytes] | None = None


def efetch_error(message: str, status: int = 400, row: str = "") -> Fault:
    """An error as EFetch tells it."""
    return Fault(row, status, _EFETCH.format(message))


def _json(row: str, body: str, status: int = 200, **headers: str) -> Fault:
    return Fault(row, status, body, "application/json", {name.replace("_", "-"): v for name, v in headers.items()})


def _html(row: str, status: int) -> Fault:
    return Fault(row, status, _WEB_PAGE, "text/html")


_RATE = '{"error":"API rate limit exceeded","api-key":"127.0.0.1","count":"4","limit":"3"}\n'

FAULTS: dict[str, Fault] = {
    "rate_limit": _json("a", _RATE, 429, Retry_After="1"),
    "rate_limit_date": _json(
        "a", _RATE, 429, Retry_After="Mon, 23 Nov 2026 10:00:01 GMT", Date="Mon, 23 Nov 2026 10:00:00 GMT"
    ),
    "rate_limit_without_time": _json("a", _RATE, 429),
    "rate_limit_long": _json("a", _RATE, 429, Retry_After="7200"),
    "rate_limit_under_200": _json("a", _RATE),
    "viewer_timeout": efetch_error(_VIEWER, 400, "b"),
    "viewer_timeout_under_200": efetch_error(_VIEWER, 200, "b"),
    "pubone": efetch_error(_PROXY + "Failed to connect to PubOne service. Try again later.", 400, "c"),
    "proxy_page_raw": efetch_error(_PROXY + _PAGE_502.replace("</body>", "<br>"), 400, "d"),
    "proxy_page_escaped": efetch_error(_PROXY + _PAGE_502.replace("<", "&lt;").replace(">", "&gt;"), 400, "d"),
    "document_summary": efetch_error("Error occurred: cannot get document summary", 400, "e"),
    "past_the_ceiling": efetch_error(HISTORY_CEILING_ERROR, 400, "f"),
    "id_list_empty": efetch_error("ID list is empty! Possibly it has no correct IDs.", 400, "f"),
    "id_list_empty_text": Fault(
        "f", 400, "ID+list+is+empty!+Possibly+it+has+no+correct+IDs.", "text/plain"
    ),
    "invalid_id": efetch_error("Invalid id parameter", 400, "f"),
    "unknown_400": efetch_error("Something nobody has seen before", 400, "f"),
    "search_backend": Fault("g", 200, _ESEARCH.format("Search Backend failed: Exception:\nRead failed")),
    "search_backend_ceiling": Fault("g", 200, _ESEARCH.format(CEILING_ERROR)),
    "search_backend_json": _json(
        "g", '{"header":{"type":"esearch"},"esearchresult":{"ERROR":"Search Backend failed: Exception:\nHTTP 502"}}'
    ),
    "error_forwarding": _json("g", '{"error":"error forwarding request"}'),
    "prolog_only": Fault("h", 200, ESEARCH_PROLOG),
    "json_eof": _json("h", '{"header":{"type":"elink"},"ERROR":"CTxRawClient\n TXCLIENT::readAll EOF"}'),
    "empty": Fault("i", 200),
    "web_page": _html("i", 200),
    "http_500": _html("j", 500),
    "http_502": _html("j", 502),
    "http_503": Fault("j", 503, _WEB_PAGE, "text/html", {"Retry-After": "1"}),
    "http_504": _html("j", 504),
    "closed": Fault("k", action="close"),
    "cut": Fault("k", action="cut"),
    "cut_chunks": Fault("k", action="cut chunks"),
    "cut_silently": Fault("k", action="cut silently"),
    "address_table": Fault("l", 200, _ESEARCH.format("Couldn't resolve #exLinkSrv2, the address table is empty.")),
    "docsum_backend": Fault(
        "m", 200,
        '<?xml version="1.0" encoding="UTF-8" ?>\n<eSummaryResult><DocumentSummarySet status="OK">'
        "<!-- DocSum Backend failed --></DocumentSummarySet></eSummaryResult>",
    ),
    "moved_away": Fault("n", 301, headers={"Location": "http://localhost:9/entrez/eutils/elsewhere.fcgi"}),
    "moved_here": Fault("n", 301),
    "hang": Fault("", action="hang"),
    "trickle": Fault("", action="trickle"),
    "ill_formed": Fault("", 200, ESEARCH_PROLOG + "<eSearchResult><Count>1<RetMax></eSearchResult>"),
    "other_xml": Fault("", 200, '<?xml version="1.0"?><ListBucketResult/>'),
    "key_refused": _json("", '{"error":"API key invalid","api-key":"{key}","type":"client","status":"unknown"}', 400),
    "key_repeated": efetch_error("The API key {key} is not valid", 400),
    "email_refused": efetch_error("The email address is blocked", 400),
    "forbidden": _html("", 403),
    "not_found": _html("", 404),
}  # fmt: skip


# Lies: the true answer, altered

_RECORD = re.compile(rb"<PubmedArticle>.*?</PubmedArticle>", re.DOTALL)
_OWN_PMID = re.compile(rb'(<PMID Version="1">)\d+')
_ARTICLE_ID = re.compile(rb'(<ArticleId IdType="pubmed">)\d+')
_BOMB = b'<?xml version="1.0"?><!DOCTYPE %s [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
_ROOT = re.compile(rb"\A.*?(?=<(eSearchResult|PubmedArticleSet)>)", re.DOTALL)
_STRANGER = Article(99_999_990, title="A record that nobody asked for")


def _first_record(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    return lambda body: _RECORD.sub(lambda match: change(match[0]), body, count=1)


def _mixed_up(body: bytes) -> bytes:
    """Every record under the PMID of the next, the last under that of the first."""
    pmids = [_OWN_PMID.search(record)[0] for record in _RECORD.findall(body)]  # type: ignore[index]
    others = iter(pmids[1:] + pmids[:1])
    return _RECORD.sub(lambda match: _OWN_PMID.sub(next(others), match[0], count=1), body)


def _dropped(kind: str, term: str) -> Callable[[bytes], bytes]:
    holder = "ErrorList" if kind in ("FieldNotFound", "PhraseNotFound") else "WarningList"
    remark = f"<{holder}><{kind}>{term}</{kind}></{holder}></eSearchResult>"
    return lambda body: body.replace(b"</eSearchResult>", remark.encode())


LIES: dict[str, Fault] = {
    "leaves_a_record_out": Fault("", twist=_first_record(lambda _: b"")),
    "sends_a_record_twice": Fault("", twist=_first_record(lambda record: record * 2)),
    "sends_a_stranger": Fault("", twist=_first_record(lambda record: record + _STRANGER.record)),
    "sends_another_pmid": Fault(
        "", twist=_first_record(lambda record: _OWN_PMID.sub(rb"\g<1>99999991", record, count=1))
    ),
    "sends_a_broken_record": Fault("", twist=_first_record(lambda record: record.replace(b"</ArticleTitle>", b"<b>"))),
    "sends_an_entity_bomb": Fault("", twist=lambda body: _ROOT.sub(lambda match: _BOMB % match[1], body)),
    "contradicts_itself": Fault(
        "", twist=_first_record(lambda record: _ARTICLE_ID.sub(rb"\g<1>99999991", record, count=1))
    ),
    "mixes_records_up": Fault("", twist=_mixed_up),
    "says_it_is_deleted": Fault(
        "",
        twist=lambda body: re.sub(
            rb"<PubmedArticle>.*?(<PMID[^>]*>\d+</PMID>).*?</PubmedArticle>(.*)</PubmedArticleSet>",
            rb"\2<DeleteCitation>\1</DeleteCitation></PubmedArticleSet>", body, count=1, flags=re.DOTALL,
        ),
    ),
    "counts_one_more": Fault(
        "", twist=lambda body: re.sub(rb"<Count>(\d+)", lambda m: b"<Count>%d" % (int(m[1]) + 1), body, count=1)
    ),
    "names_one_less": Fault("", twist=lambda body: re.sub(rb"<Id>\d+</Id>\s*", b"", body, count=1)),
    "names_one_twice": Fault(
        "", twist=lambda body: re.sub(rb"(<Id>\d+</Id>\s*)<Id>\d+</Id>", rb"\1\1", body, count=1)
    ),
    "names_one_outside": Fault("", twist=lambda body: re.sub(rb"<Id>\d+</Id>", b"<Id>100000001</Id>", body, count=1)),
    "drops_a_field": Fault("", twist=_dropped("FieldNotFound", "nosuchfield")),
    "drops_a_phrase": Fault("", twist=_dropped("PhraseNotFound", "zzyzx")),
    "drops_a_quoted_phrase": Fault("", twist=_dropped("QuotedPhraseNotFound", '"made-up phrase"')),
    "ignores_a_phrase": Fault("", twist=_dropped("PhraseIgnored", "the")),
}  # fmt: skip
