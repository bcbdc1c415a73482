"""What is wrong with an answer of the E-utilities, and whether asking again can help.

PubMed says "try later" in many ways: as a status, as `<ERROR>` under 200 or 400, as JSON, as a web page, as nothing
at all. Every one met in the wild is a row here. A fault is *passing* (the same request may succeed later) or *final*.
"""

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import unquote_plus

from ingest.pubmed.answers import NO_SUCH_RECORDS

LATER = "Run the same command again later; what is stored stays stored."
ADDRESS = "Check the network, and EVIDENCE_EUTILS_URL if it is set."
BUSY = "Another program may use this network address. Try again later; NCBI_API_KEY allows 10 requests a second."
BLOCKED = "NCBI may have blocked this address or e-mail: check NCBI_EMAIL and write to eutilities@ncbi.nlm.nih.gov."


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers and the whole body."""

    endpoint: str
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Fault:
    """Why an answer is of no use. `kind` is the name under which runs count it; times are seconds."""

    kind: str
    message: str
    passing: bool
    advice: str = LATER
    retry_after: float | None = None


@dataclass(frozen=True)
class Rule:
    """What an error in NCBI's own words means."""

    pattern: str
    kind: str
    passing: bool
    advice: str = LATER


# The first that matches counts. What NCBI relays from its own servers stands first: it can be a page with any words.
RULES = (
    Rule(r"proxy_stream\(\)|pubone service", "proxy_stream", True),
    Rule(r"external viewer error|status: timeout", "viewer_timeout", True),
    Rule(r"retstart|out of acceptable range", "ceiling", False, "PubMed serves 9,999 records of a search: a bug here."),
    Rule(r"search backend failed", "search_backend", True),
    Rule(r"cannot get document summary", "document_summary", True),
    Rule(r"rate limit", "rate_limit", True, BUSY),
    Rule(r"api key\b.*\b(?:invalid|not valid)|invalid api key", "key_refused", False, "Correct or unset NCBI_API_KEY."),
    Rule(r"e-?mail", "email_refused", False, BLOCKED),
    Rule(r"id list is empty|empty id list|id parameter|invalid uid|id specified", "ids_refused", False,
         "PubMed takes none of these PMIDs."),
    Rule(r"invalid db|empty term|unable to obtain query|history data", "request_refused", False,
         "Such a request cannot be answered: a bug here."),
)  # fmt: skip
_ERROR = re.compile(rb"<ERROR>(.*?)(?:</ERROR>|\Z)", re.DOTALL)
_ROOT = re.compile(rb"\A\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^>\[]*>\s*)*<([A-Za-z][\w.:-]*)", re.DOTALL)
_HEAD = 4_096
_END_OF_SET = re.compile(rb"(?:</PubmedArticleSet>|<PubmedArticleSet\s*/>)\s*\Z")
_ROOT_OF = {"esearch": "eSearchResult", "efetch": "PubmedArticleSet", "esummary": "eSummaryResult",
            "ecitmatch": "citations"}  # fmt: skip


def fault_in(answer: Answer) -> Fault | None:
    """Say what is wrong with an answer; None if it can be read.

    An answer of EFetch is judged by its envelope only: one broken record does not spoil the others. That there is no
    summary of a record is an answer of ESummary, no fault.
    """
    if answer.endpoint == "esummary" and answer.status in (200, 400):
        beside, told = NO_SUCH_RECORDS.subn(b"", answer.body)
        if told:
            return _fault_in_body(replace(answer, body=beside))
    wait = retry_after(answer.headers)
    asked = f", asking to wait {wait:.0f} s" if wait else ""
    if answer.status == 429:
        message = _plain(_json_error(answer.body)) or "too many requests"
        return Fault("rate_limit", message + asked, True, BUSY, wait)
    if answer.status >= 500 or answer.status == 408:
        return Fault("server_error", f"the server failed with HTTP {answer.status}{asked}", True, LATER, wait)
    if answer.status in (401, 403):
        return Fault("forbidden", f"refused with HTTP {answer.status}", False, BLOCKED)
    if answer.status == 400:
        return _told(answer.body, passing=False) or Fault("bad_request", "refused with HTTP 400", False, ADDRESS)
    if answer.status >= 300:
        return Fault("wrong_address", f"nothing there (HTTP {answer.status})", False, ADDRESS)
    return _fault_in_body(answer)


def _fault_in_body(answer: Answer) -> Fault | None:
    body = answer.body.removeprefix(b"\xef\xbb\xbf")
    if not body.strip():
        return Fault("empty", "an empty answer", True)
    if body.lstrip()[:1] in (b"{", b"["):
        return _told(body, passing=True) or Fault("json", "JSON where XML was asked for", True)
    if re.match(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+)?html", body, re.IGNORECASE | re.DOTALL):
        return Fault("html", "a web page where XML was asked for", True, ADDRESS)
    if answer.endpoint == "ecitmatch" and b"|" in body and b"<ERROR>" not in body:
        return None  # lines of text, whatever was asked for
    if b"<!ENTITY" in body[:_HEAD]:
        return Fault("entities", "XML that declares entities, which is refused", False, ADDRESS)
    if not body.lstrip().startswith(b"<"):
        return _told(body, passing=True) or Fault("not_eutils", "text where XML was asked for", True, ADDRESS)
    root = _ROOT.match(body)
    if not root:
        return Fault("prolog_only", "XML without content", True)
    name = root[1].decode()
    if name != "PubmedArticleSet" and (told := _told(body, passing=True)):
        return told
    if name != _ROOT_OF[answer.endpoint]:
        return Fault("not_eutils", f"<{name}> where <{_ROOT_OF[answer.endpoint]}> was expected", True, ADDRESS)
    if answer.endpoint == "efetch" and not _END_OF_SET.search(body[-200:]):
        return Fault("cut", "a set of records that is cut off", True)
    if answer.endpoint == "esummary" and b"DocSum Backend failed" in body:
        return Fault("docsum_backend", "DocSum Backend failed", True)
    return None


def _told(body: bytes, *, passing: bool) -> Fault | None:
    """Return the error that a body names, if it names one; `passing` says what an unknown one is."""
    elements = b" ".join(_ERROR.findall(body)).decode("utf-8", "replace")
    message = _plain(elements or _json_error(body) or _bare_text(body))
    if not message:
        return None
    for rule in RULES:
        if re.search(rule.pattern, message, re.IGNORECASE):
            return Fault(rule.kind, message, rule.passing, rule.advice)
    return Fault("error", message, True) if passing else Fault("bad_request", message, False, ADDRESS)


def _json_error(body: bytes) -> str:
    """Return the error text of a JSON answer, else ''. NCBI leaves raw newlines in it, hence `strict=False`."""
    if body.lstrip()[:1] != b"{":
        return ""
    try:
        answer = json.loads(body.decode("utf-8", "replace"), strict=False)
    except ValueError:
        return "JSON that cannot be read"
    return _named_error(answer)


def _named_error(node: Any) -> str:
    if not isinstance(node, dict):
        return ""
    for key, value in node.items():
        if key in ("error", "ERROR") and isinstance(value, str):
            return value
    return next((found for value in node.values() if (found := _named_error(value))), "")


def _bare_text(body: bytes) -> str:
    """Return an answer that is neither XML nor JSON nor HTML, else ''. NCBI sends some URL-encoded."""
    return "" if body.lstrip()[:1] in (b"<", b"{", b"[") else unquote_plus(body[:_HEAD].decode("utf-8", "replace"))


def _plain(text: str) -> str:
    """One line of at most 300 characters without markup: NCBI relays whole web pages inside an error."""
    without_tags = re.sub(r"<[^>]*>", " ", html.unescape(text))
    return " ".join(without_tags.split())[:300]


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a server asks to wait (RFC 9110, 10.2.3: a number or a date); None if it does not say.

    A date is read against the answer's own Date, so that a wrong clock here does no harm.
    """
    asked = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"\d{1,9}", asked):
        return float(asked)
    try:
        until = parsedate_to_datetime(asked)
        now = parsedate_to_datetime(headers["Date"]) if headers.get("Date") else datetime.now(UTC)
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError):  # TypeError: one date has no zone
        return None
