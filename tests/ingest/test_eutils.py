"""Asking PubMed: what the client does about every fault, how it paces itself, and what it never tells."""

import logging
import shutil
import socket
import ssl
import subprocess
import threading
import traceback
from collections import Counter

import pytest

from ingest.pubmed.client import Eutils, EutilsSettings, SearchAnswer
from ingest.pubmed.errors import retry_after
from ingest.pubmed.transport import Pace
from pubmed_server import Article, Corpus, PubMedServer, many
from pubmed_server.answers import Reply
from topics.errors import BadInputError, PubMedError

KEY = "0123456789abcdef0123456789abcdef0042"
PMIDS = list(range(99000000, 99000120))
TRUE_SEARCH = SearchAnswer(120, tuple(reversed(PMIDS)), "ketamine[Title/Abstract]")

# What the stand-in sends -> how the client counts it. It asks again, and gets the true answer.
ASKED_AGAIN = {
    "rate_limit": "rate_limit",
    "rate_limit_date": "rate_limit",
    "rate_limit_without_time": "rate_limit",
    "rate_limit_under_200": "rate_limit",
    "viewer_timeout": "viewer_timeout",
    "viewer_timeout_under_200": "viewer_timeout",
    "pubone": "proxy_stream",
    "proxy_page_raw": "proxy_stream",
    "proxy_page_escaped": "proxy_stream",
    "document_summary": "document_summary",
    "search_backend": "search_backend",
    "search_backend_json": "search_backend",
    "error_forwarding": "error",
    "prolog_only": "prolog_only",
    "json_eof": "error",
    "empty": "empty",
    "web_page": "html",
    "http_500": "server_error",
    "http_502": "server_error",
    "http_503": "server_error",
    "http_504": "server_error",
    "closed": "closed",
    "cut": "cut",
    "cut_chunks": "cut",
    "hang": "timeout",
    "address_table": "error",
    "other_xml": "not_eutils",
}
ASKED_AGAIN_OF = {
    "esearch": ASKED_AGAIN | {"cut_silently": "ill_formed", "ill_formed": "ill_formed"},
    "efetch": ASKED_AGAIN | {"cut_silently": "cut", "ill_formed": "not_eutils"},
    "esummary": {"docsum_backend": "docsum_backend", "empty": "empty", "http_502": "server_error"},
}
# What the stand-in sends -> (how it is counted, what the error says). The client stops at once.
FINAL = {
    "past_the_ceiling": ("ceiling", "'retstart' cannot be larger than 9998"),
    "search_backend_ceiling": ("ceiling", "'retstart' cannot be larger than 9998"),
    "id_list_empty": ("ids_refused", "ID list is empty! Possibly it has no correct IDs."),
    "id_list_empty_text": ("ids_refused", "ID list is empty! Possibly it has no correct IDs."),
    "invalid_id": ("ids_refused", "Invalid id parameter"),
    "unknown_400": ("bad_request", "Something nobody has seen before"),
    "key_refused": ("key_refused", "API key invalid. Correct or unset NCBI_API_KEY."),
    "key_repeated": ("key_refused", "The API key [NCBI_API_KEY] is not valid. Correct or unset NCBI_API_KEY."),
    "email_refused": ("email_refused", "The email address is blocked. NCBI may have blocked"),
    "forbidden": ("forbidden", "refused with HTTP 403. NCBI may have blocked"),
    "not_found": ("wrong_address", "nothing there (HTTP 404). Check the network, and EVIDENCE_EUTILS_URL"),
    "moved_away": ("redirect", "redirected to another server (http://localhost:9), which is not followed"),
    "rate_limit_long": ("rate_limit", "asking to wait 7200 s"),
    "sends_an_entity_bomb": ("entities", "declares entities"),
}


@pytest.fixture
def pubmed():
    with PubMedServer(Corpus(many(PMIDS[0], len(PMIDS)))) as server:
        yield server


@pytest.fixture
def unpaced(monkeypatch):
    """Pacing is proven by tests of its own; the others need not wait."""
    monkeypatch.setattr(Pace, "wait", lambda self, per_second: None)


def settings(pubmed, **fields):
    quick = {"pause_initial": 0.001, "pause_max": 0.004, "read_timeout": 5.0, "deadline": 60.0}
    return EutilsSettings("tests@example.org", base_url=pubmed.url, **quick | fields)


def ask(client, endpoint):
    if endpoint == "esearch":
        return client.esearch("ketamine[tiab]")
    return client.efetch(PMIDS) if endpoint == "efetch" else client.esummary(PMIDS)


NAME_A_SECOND = {"rate_limit", "rate_limit_date", "http_503"}


@pytest.mark.parametrize(
    ("endpoint", "kind", "counted", "times"),
    [pytest.param(endpoint, kind, counted, times, id=f"{endpoint}: {times} x {kind} -> asked again ({counted})")
     for endpoint, kinds in ASKED_AGAIN_OF.items() for kind, counted in kinds.items()
     for times in ((1,) if kind in NAME_A_SECOND else (1, 4))],
)  # fmt: skip
def test_a_passing_fault_is_asked_again_until_the_true_answer_comes(pubmed, unpaced, endpoint, kind, counted, times):
    patience = {"read_timeout": 0.05} if kind == "hang" else {}
    truth = ask(Eutils(settings(pubmed)), endpoint)
    pubmed.log.clear()
    pubmed.inject(kind, times)
    client = Eutils(settings(pubmed, **patience))
    assert ask(client, endpoint) == truth
    assert [request.fault for request in pubmed.log] == [kind] * times + [""]
    counts = client.counts
    assert (counts.requests, counts.retries, counts.faults) == (times + 1, times, Counter({counted: times}))


@pytest.mark.parametrize("endpoint", ["esearch", "efetch"])
@pytest.mark.parametrize(
    ("kind", "counted", "says"),
    [pytest.param(kind, *told, id=f"{kind} -> {told[0]}, exit 3 at once") for kind, told in FINAL.items()],
)
def test_a_final_fault_ends_with_what_pubmed_said_and_what_to_do(pubmed, unpaced, endpoint, kind, counted, says):
    pubmed.inject(kind, 99)
    client = Eutils(settings(pubmed, api_key=KEY))
    with pytest.raises(PubMedError) as caught:
        ask(client, endpoint)
    assert (caught.value.exit_code, len(pubmed.log), client.counts.faults) == (3, 1, Counter({counted: 1}))
    message = str(caught.value)
    assert message.startswith(f"PubMed ({pubmed.url}{endpoint}.fcgi): ")
    assert says in message
    assert "\n" not in message


@pytest.mark.parametrize("kind", ["http_502", "empty", "closed", "cut", "web_page", "error_forwarding"])
def test_a_fault_that_does_not_pass_ends_after_the_last_attempt(pubmed, unpaced, kind):
    pubmed.inject(kind, 99)
    client = Eutils(settings(pubmed, attempts=5))
    with pytest.raises(PubMedError, match="asked 5 times"):
        client.esearch("ketamine")
    assert (len(pubmed.log), client.counts.retries) == (5, 4)


TWELVE = ["rate_limit_without_time", "viewer_timeout", "pubone", "proxy_page_raw", "search_backend", "error_forwarding",
          "prolog_only", "empty", "web_page", "http_502", "closed", "cut"]  # fmt: skip


@pytest.mark.parametrize("endpoint", ["esearch", "efetch"])
def test_twelve_different_faults_in_a_row_are_lived_through(pubmed, unpaced, endpoint):
    truth = ask(Eutils(settings(pubmed)), endpoint)
    for kind in TWELVE:
        pubmed.inject(kind, 1, endpoint)
    client = Eutils(settings(pubmed))
    assert ask(client, endpoint) == truth
    assert (client.counts.retries, client.counts.faults.total()) == (12, 12)


def test_the_pauses_of_twelve_faults_fit_before_the_deadline():
    given = EutilsSettings("tests@example.org")
    pauses = [min(given.pause_max, given.pause_initial * 2**nth) + given.pause_initial for nth in range(12)]
    assert sum(pauses) < given.deadline / 2


def test_what_does_not_pass_is_asked_until_the_deadline_and_the_last_fault_is_told(pubmed, unpaced):
    pubmed.inject("http_502", 10**6)
    client = Eutils(settings(pubmed, deadline=1.0))
    with pytest.raises(PubMedError, match=r"the server failed with HTTP 502, asked \d+ times"):
        client.esearch("ketamine")
    assert client.counts.requests > 8


def pauses(caplog):
    """Seconds of the pauses that were made, from the log."""
    return [record.fields["wait"] for record in caplog.records if record.event == "asked_again"]


def test_pauses_grow_with_jitter_up_to_their_cap(pubmed, unpaced, caplog):
    caplog.set_level(logging.INFO)
    pubmed.inject("http_500", 6)
    Eutils(settings(pubmed, pause_initial=0.01, pause_max=0.1)).esearch("ketamine")
    least = [0.01, 0.02, 0.04, 0.08, 0.1, 0.1]
    spare = 1e-9
    assert all(
        low - spare <= pause <= min(0.1, low + 0.01) + spare for low, pause in zip(least, pauses(caplog), strict=True)
    )


@pytest.mark.parametrize("kind", ["rate_limit", "rate_limit_date", "http_503"])
def test_retry_after_is_kept_as_seconds_and_as_a_date(pubmed, unpaced, caplog, kind):
    caplog.set_level(logging.INFO)
    pubmed.inject(kind)
    Eutils(settings(pubmed)).esearch("ketamine")
    assert [1 <= pause < 1.1 for pause in pauses(caplog)] == [True]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "2"}, 2),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "Mon, 23 Nov 2026 10:00:30 GMT", "Date": "Mon, 23 Nov 2026 10:00:00 GMT"}, 30),
        ({"Retry-After": "Mon, 23 Nov 2026 09:00:00 GMT", "Date": "Mon, 23 Nov 2026 10:00:00 GMT"}, 0),
        ({"Retry-After": "Mon, 23 Nov 2026 10:00:30 -0000", "Date": "Mon, 23 Nov 2026 10:00:00 GMT"}, None),
        ({"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0),
    ],
)
def test_retry_after_is_read_by_the_servers_own_clock(headers, seconds):
    assert retry_after(headers) == seconds


@pytest.mark.parametrize(("key", "most", "requests"), [("", 3, 7), (KEY, 10, 24)], ids=["3 a second", "10 with a key"])
def test_the_rate_is_kept_over_retries_clients_and_threads(pubmed, key, most, requests):
    pubmed.limited = True
    pubmed.inject("http_500", requests // 3)
    clients = [Eutils(settings(pubmed, api_key=key, attempts=20)) for _ in range(2)]
    shares = [threading.Thread(target=lambda c=c: [c.esearch("ketamine", retmax=1) for _ in range(requests // 3)])
              for c in clients]  # fmt: skip
    for thread in shares:
        thread.start()
    for thread in shares:
        thread.join()
    assert [request.status for request in pubmed.log].count(429) == 0
    assert sum(request.fault == "http_500" for request in pubmed.log) == requests // 3
    assert len(pubmed.log) == 3 * (requests // 3)
    assert pubmed.most_in_a_second() <= most


def test_every_request_says_who_asks(pubmed, unpaced):
    client = Eutils(settings(pubmed, api_key=KEY))
    client.esearch("ketamine")
    client.efetch(PMIDS)
    client.esummary(PMIDS[:2])
    who = [(r.method, r.endpoint, r.params["db"], r.params["tool"], r.params["email"], r.params["api_key"])
           for r in pubmed.log]  # fmt: skip
    same = ("pubmed", "evidence-tracker", "tests@example.org", KEY)
    assert who == [("GET", "esearch", *same), ("POST", "efetch", *same), ("GET", "esummary", *same)]


def test_an_answer_is_read_whole(pubmed, unpaced):
    pubmed.corpus.add(Article(99000200, book=True))
    client = Eutils(settings(pubmed))
    assert client.esearch("ketamine[tiab] NOT pubmed books[sb]") == SearchAnswer(
        120, TRUE_SEARCH.ids, "ketamine[Title/Abstract] NOT pubmed books[Filter]"
    )
    assert client.esearch("99000001:99000002[UID]", retmax=1).ids == (99000002,)
    body = client.efetch([99000001, 99999999, 99000200])
    assert [body.count(tag) for tag in (b"<PubmedArticle>", b"<PubmedBookArticle>")] == [1, 1]
    assert client.counts.bytes > len(body)


def test_what_pubmed_left_out_of_a_search_is_told(pubmed, unpaced):
    pubmed.corpus.unindexed.add("zzyzx road")
    answer = Eutils(settings(pubmed)).esearch('ketamine[nosuch] OR "zzyzx road"[tiab] OR nothing[tiab]')
    assert answer.dropped == ("FieldNotFound: nosuch", 'QuotedPhraseNotFound: "zzyzx road"')
    assert answer.count == 120


@pytest.mark.parametrize("old", [False, True], ids=["version 2.0", "version 1"])
def test_a_summary_tells_a_record_that_is_gone(pubmed, unpaced, old):
    pubmed.pubmed.old_summaries = old
    pubmed.corpus.delete(99000001)
    pubmed.corpus.change(99000002, status="Publisher")
    assert Eutils(settings(pubmed)).esummary([99000000, 99000001, 99000002]) == {
        99000000: "PubMed - indexed for MEDLINE",
        99000001: None,
        99000002: "PubMed - as supplied by publisher",
    }


_GONE = "<ERROR>UID=99000001: cannot get document summary</ERROR>"
_SET = '<DocumentSummarySet status="OK">{}</DocumentSummarySet>'


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize(
    ("inside", "absent"),
    [
        (_GONE, {99000001}),
        (_GONE + _GONE.replace("01:", "02:"), {99000001, 99000002}),
        ("<ERROR>UID=99000001: cannot get document summary; UID=99000002: Cannot get document summary.</ERROR>",
         {99000001, 99000002}),
        ('<ERROR>\n UID="99000001" : cannot get document summary\n</ERROR>', {99000001}),
        (_SET.format(_GONE), {99000001}),
    ],
)  # fmt: skip
def test_records_that_are_gone_are_asked_for_once_however_it_is_told(pubmed, unpaced, inside, absent, status):
    body = f'<?xml version="1.0"?>\n<eSummaryResult>{inside}</eSummaryResult>'
    pubmed.pubmed.esummary = lambda params: Reply(status, "text/xml", body.encode())
    assert Eutils(settings(pubmed)).esummary([99000001, 99000002]) == dict.fromkeys(absent)
    assert len(pubmed.log) == 1


@pytest.mark.parametrize(
    "beside",
    ["<ERROR>Error occurred: cannot get document summary</ERROR>", "<ERROR>Search Backend failed</ERROR>",
     _SET.format("<!-- DocSum Backend failed -->")],
)  # fmt: skip
def test_a_fault_beside_records_that_are_gone_is_still_a_fault(pubmed, unpaced, beside):
    body = f"<eSummaryResult>{_GONE}{beside}</eSummaryResult>"
    pubmed.pubmed.esummary = lambda params: Reply(200, "text/xml", body.encode())
    with pytest.raises(PubMedError, match="asked 3 times"):
        Eutils(settings(pubmed, attempts=3)).esummary([99000001, 99000002])


def test_a_summary_with_another_error_says_nothing_of_its_record(pubmed, unpaced):
    inside = _SET.format('<DocumentSummary uid="99000001"><error>timed out</error></DocumentSummary>')
    body = f"<eSummaryResult>{inside}</eSummaryResult>"
    pubmed.pubmed.esummary = lambda params: Reply(200, "text/xml", body.encode())
    assert Eutils(settings(pubmed)).esummary([99000001]) == {}


def test_a_redirect_on_the_same_host_is_followed_with_all_its_pmids(pubmed, unpaced):
    pubmed.inject("moved_here")
    client = Eutils(settings(pubmed))
    assert client.efetch(PMIDS).count(b"<PubmedArticle>") == 120
    assert [(request.method, request.status, request.ids) for request in pubmed.log] == [
        ("POST", 301, PMIDS),
        ("POST", 200, PMIDS),
    ]


def test_redirects_in_a_ring_end(pubmed, unpaced):
    pubmed.inject("moved_here", 99)
    with pytest.raises(PubMedError, match=r"nothing there \(HTTP 301\)"):
        Eutils(settings(pubmed)).esearch("ketamine")
    assert len(pubmed.log) == 3


def test_an_answer_that_trickles_ends_at_the_deadline(pubmed, unpaced):
    pubmed.inject("trickle", 99)
    with pytest.raises(PubMedError, match="no answer in time"):
        Eutils(settings(pubmed, deadline=0.3)).esearch("ketamine")


def test_a_server_that_takes_no_connection_is_given_up_by_the_shorter_time_out(unpaced):
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:  # fill the queue, so that nobody else gets in
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
        client = Eutils(
            EutilsSettings(
                "tests@example.org", base_url=f"http://127.0.0.1:{port}/", connect_timeout=0.05, pause_initial=0.001
            )
        )
        with pytest.raises(PubMedError, match=r"cannot be reached \(timed out\)"):
            client.esearch("ketamine")
        for each in waiting:
            each.close()


@pytest.fixture
def behind_tls(pubmed, tmp_path):
    """The stand-in under HTTPS, with a certificate of its own; yields its address and the certificate."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed: no certificate can be made")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    pubmed._http.socket = context.wrap_socket(pubmed._http.socket, server_side=True)
    return pubmed.url.replace("http://127.0.0.1", "https://localhost"), certificate


def test_a_server_with_a_certificate_that_nobody_vouches_for_is_refused_at_once(behind_tls, pubmed, unpaced):
    url, _ = behind_tls
    client = Eutils(EutilsSettings("tests@example.org", KEY, url))
    with pytest.raises(PubMedError, match=r"its certificate is not valid \(self-signed certificate\)"):
        client.esearch("ketamine")
    assert (pubmed.log, client.counts.faults) == ([], Counter({"certificate": 1}))


def test_a_trusted_server_is_asked_over_tls(behind_tls, pubmed, unpaced, monkeypatch):
    url, certificate = behind_tls
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    client = Eutils(EutilsSettings("tests@example.org", KEY, url, pause_initial=0.001))
    pubmed.inject("cut")
    assert client.esearch("ketamine[tiab]") == TRUE_SEARCH


def test_no_network_is_told_after_three_attempts(unpaced):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    client = Eutils(
        EutilsSettings("tests@example.org", base_url=f"http://127.0.0.1:{port}/eutils", pause_initial=0.001)
    )
    with pytest.raises(PubMedError) as caught:
        client.esearch("ketamine")
    assert str(caught.value) == (
        f"PubMed (http://127.0.0.1:{port}/eutils/esearch.fcgi): cannot be reached (Connection refused), asked 3 times. "
        "Check the network, and EVIDENCE_EUTILS_URL if it is set. "
        "Run the same command again later; what is stored stays stored."
    )
    assert (caught.value.exit_code, client.counts.requests) == (3, 3)


def test_a_network_that_goes_away_later_gets_every_attempt(pubmed, unpaced):
    client = Eutils(settings(pubmed, attempts=6))
    client.esearch("ketamine")
    pubmed.__exit__()
    with pytest.raises(PubMedError, match="asked 6 times"):
        client.esearch("ketamine")


def test_a_name_that_no_server_has_is_told(unpaced):
    client = Eutils(EutilsSettings("tests@example.org", base_url="http://nowhere.invalid/", pause_initial=0.001))
    with pytest.raises(PubMedError, match=r"http://nowhere\.invalid/esearch\.fcgi\): cannot be reached"):
        client.esearch("ketamine")


def test_a_wrong_path_on_a_right_server_is_told(pubmed, unpaced):
    client = Eutils(EutilsSettings("tests@example.org", base_url=pubmed.url + "v2"))
    with pytest.raises(PubMedError, match=r"nothing there \(HTTP 404\)"):
        client.esearch("ketamine")


@pytest.mark.parametrize(
    "email",
    ["nobody", "a@b", "a b@example.org", "@example.org", "a@@example.org", "a@example.org,b@example.org", "a@.org"],
)
def test_a_wrong_email_is_refused_before_anything_is_asked(email):
    with pytest.raises(BadInputError, match=r"NCBI_EMAIL: .* is no e-mail address"):
        EutilsSettings(email)


@pytest.mark.parametrize(
    "url",
    ["eutils.example.org", "ftp://example.org/", "file:///eutils/", "http://", "http://example.org:x/",
     "http://user:secret@example.org/", "http://example.org/?api_key=secret", "http://[::1/"],
)  # fmt: skip
def test_a_wrong_base_address_is_refused_without_repeating_it(url):
    with pytest.raises(BadInputError, match="EVIDENCE_EUTILS_URL: not the base address") as caught:
        EutilsSettings("tests@example.org", base_url=url)
    assert "secret" not in str(caught.value)


def test_settings_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("NCBI_EMAIL", " tests@example.org ")
    monkeypatch.setenv("NCBI_API_KEY", KEY)
    monkeypatch.setenv("EVIDENCE_EUTILS_URL", "http://127.0.0.1:1/entrez")
    given = EutilsSettings.from_environment()
    assert given == EutilsSettings("tests@example.org", KEY, "http://127.0.0.1:1/entrez/")
    assert given.per_second == 10
    monkeypatch.delenv("NCBI_API_KEY")
    monkeypatch.setenv("EVIDENCE_EUTILS_URL", "")
    given = EutilsSettings.from_environment()
    assert (given.base_url, given.per_second) == ("https://eutils.ncbi.nlm.nih.gov/entrez/eutils/", 3)
    monkeypatch.delenv("NCBI_EMAIL")
    with pytest.raises(BadInputError, match="NCBI_EMAIL: not set"):
        EutilsSettings.from_environment()


@pytest.mark.parametrize(
    "kind", ["key_refused", "key_repeated", "http_500", "closed", "cut", "moved_away", "web_page", "not_found"]
)
def test_the_key_is_in_no_log_no_error_and_no_repr(pubmed, unpaced, caplog, kind):
    caplog.set_level(logging.DEBUG)
    pubmed.inject(kind, 99)
    given = settings(pubmed, api_key=KEY, attempts=3)
    with Eutils(given) as client, pytest.raises(PubMedError) as caught:
        client.esearch("ketamine")
    said = "".join([*traceback.format_exception(caught.value), repr(caught.value), repr(given), repr(client),
                    repr(client.counts), caplog.text])  # fmt: skip
    assert pubmed.log[0].params["api_key"] == KEY
    assert KEY not in said


def test_a_key_that_is_no_key_is_refused_without_repeating_it():
    with pytest.raises(BadInputError, match="NCBI_API_KEY: not a key") as caught:
        EutilsSettings("tests@example.org", "my secret")
    assert "secret" not in str(caught.value)


def test_bio_entrez_is_left_as_it_was(pubmed, unpaced):
    from Bio import Entrez

    before = Entrez.urlopen, Entrez.max_tries, Entrez.email, Entrez.api_key
    pubmed.inject("not_found")
    client = Eutils(settings(pubmed, api_key=KEY))
    with pytest.raises(PubMedError):
        client.esearch("ketamine")
    client.esearch("ketamine")
    assert (Entrez.urlopen, Entrez.max_tries, Entrez.email, Entrez.api_key) == before
