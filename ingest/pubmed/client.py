"""Asking PubMed: every request of this program goes out here; faults are judged, and passing ones asked again.

Bio.Entrez builds and sends each request. Its own retry (no pause, `Retry-After` ignored) is off: retries live in
`Eutils._call`, and nowhere else.
"""

import io
import logging
import os
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit
from urllib.request import Request

import stamina
import stamina.instrumentation
from Bio import Entrez
from lxml import etree

from ingest.http import (
    CONNECT_TIMEOUT,
    MOST_BYTES,
    MOST_HOPS,
    NETWORK_ERRORS,
    READ_TIMEOUT,
    LimitedRequest,
    chunks,
    moved,
    network_fault,
    new_opener,
)
from ingest.log import event
from ingest.pubmed.answers import SearchAnswer, read_search, read_summaries
from ingest.pubmed.errors import Answer, Fault, fault_in
from ingest.pubmed.transport import Handle, pace_of, through_bio_entrez
from topics.errors import BadInputError, IncompleteRunError, PubMedError

NCBI_URL = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/"
TOOL = "evidence-tracker"
CEILING = 9_999
"""PubMed names at most this many records of a search, whatever is asked (documented as 10,000)."""
_FIRST_ATTEMPTS = 3
"""Attempts to reach an address that has never answered: a wrong address should be told within seconds."""
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+")

_Read = TypeVar("_Read")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class EutilsSettings:
    """Who asks, where, and how patiently; times are seconds. `deadline` is for one answer with all its retries.

    Whatever passes is asked again until then, or `attempts` times if they are given.
    """

    email: str
    api_key: str = field(default="", repr=False)
    base_url: str = NCBI_URL
    connect_timeout: float = CONNECT_TIMEOUT
    read_timeout: float = READ_TIMEOUT
    deadline: float = 600
    attempts: int | None = None
    most_bytes: int = MOST_BYTES
    """The longest answer that is taken."""
    pause_initial: float = 1
    pause_max: float = 30
    max_requests: int = 2_000
    """A run that needs more stops here, incomplete, and the next one goes on: nothing runs wild unattended."""

    def __post_init__(self) -> None:
        if not _EMAIL.fullmatch(self.email):
            raise BadInputError(f"NCBI_EMAIL: '{self.email}' is no e-mail address. NCBI wants one of yours.")
        if not re.fullmatch(r"\w*", self.api_key, re.ASCII):
            raise BadInputError("NCBI_API_KEY: not a key of NCBI (letters and digits). Correct it, or unset it.")
        if not _is_base_address(self.base_url):
            raise BadInputError(
                f"EVIDENCE_EUTILS_URL: not the base address of a server. It looks like {NCBI_URL}; "
                "unset it for NCBI's own."
            )
        object.__setattr__(self, "base_url", self.base_url.rstrip("/") + "/")

    @classmethod
    def from_environment(cls) -> "EutilsSettings":
        """Read NCBI_EMAIL, NCBI_API_KEY and EVIDENCE_EUTILS_URL.

        Raises:
            BadInputError: no e-mail, or one of them has the wrong shape.
        """
        email = os.environ.get("NCBI_EMAIL", "").strip()
        if not email:
            raise BadInputError("NCBI_EMAIL: not set. NCBI wants your e-mail address with every request; set it.")
        key = os.environ.get("NCBI_API_KEY", "").strip()
        return cls(email, key, os.environ.get("EVIDENCE_EUTILS_URL", "").strip() or NCBI_URL)

    @property
    def per_second(self) -> int:
        """Requests a second that NCBI allows (NBK25497): 3, or 10 with a key."""
        return 10 if self.api_key else 3


@dataclass
class Counts:
    """What a client has done so far; `bytes` are those received, `faults` are by kind (`ingest.pubmed.errors`)."""

    requests: int = 0
    retries: int = 0
    bytes: int = 0
    faults: Counter[str] = field(default_factory=Counter)

    def copy(self) -> "Counts":
        """Return them as they are now."""
        return replace(self, faults=Counter(self.faults))

    def since(self, before: "Counts") -> "Counts":
        """Return what was done after `before`."""
        return Counts(
            self.requests - before.requests, self.retries - before.retries, self.bytes - before.bytes,
            self.faults - before.faults,
        )  # fmt: skip

    def row(self) -> dict[str, Any]:
        """Return the counts as JSON can hold them."""
        return asdict(self) | {"faults": dict(sorted(self.faults.items()))}


class Eutils:
    """PubMed's E-utilities. Threads may share one; their requests go out one after the other."""

    def __init__(self, settings: EutilsSettings) -> None:
        self.settings = settings
        self.counts = Counts()
        self._pace = pace_of(urlsplit(settings.base_url).netloc)
        self._opener = new_opener(settings.connect_timeout)
        self._answered = False

    def __enter__(self) -> "Eutils":
        return self

    def __exit__(self, *exc: object) -> None:
        event(_log, "pubmed_closed", **self.counts.row())

    def esearch(self, term: str, *, retmax: int = CEILING) -> SearchAnswer:
        """Search PubMed and name up to `retmax` PMIDs, in PubMed's order.

        Raises:
            PubMedError: PubMed cannot be reached, keeps failing, or refuses the search.
        IncompleteRunError: the run may make no more requests.
        """
        return self._call("esearch", read_search, term=term, retmax=retmax, retmode="xml")

    def efetch(self, pmids: Sequence[int]) -> bytes:
        """Fetch the records of these PMIDs as one PubmedArticleSet. What PubMed does not have is simply not in it.

        Raises:
            PubMedError: as `esearch`.
        """
        return self._call("efetch", bytes, id=list(pmids), retmode="xml", retmax=len(pmids))

    def esummary(self, pmids: Sequence[int]) -> dict[int, str | None]:
        """Ask for the status of each record ('PubMed - indexed for MEDLINE'); None where PubMed says it has none.

        Of all E-utilities only this one tells a record that is gone from an empty answer.

        Raises:
            PubMedError: as `esearch`.
        """
        return self._call("esummary", read_summaries, id=list(pmids), retmode="xml", version="2.0")

    def ecitmatch(self, lines: Sequence[str]) -> str:
        """Ask the citation matcher about lines of `journal|year|volume|page|author|key|`; its answer is text.

        Misses stand in it as words, and lines can be left out: read it with `db.citations.online.read_matches`.

        Raises:
            PubMedError: as `esearch`.
        """
        return self._call("ecitmatch", bytes.decode, bdata="\r".join(lines), retmode="xml")

    def _call(self, endpoint: str, read: Callable[[bytes], _Read], **parameters: object) -> _Read:
        """Ask, and ask again as long as the fault is a passing one; return what `read` makes of the answer."""
        settings = self.settings
        until = time.monotonic() + settings.deadline

        faults: list[FaultyAnswerError] = []

        def pause_after(error: Exception) -> bool | float:
            if isinstance(error, FaultyAnswerError):
                faults.append(error)
            return self._pause_after(error, attempt.next_wait, until)

        attempts = stamina.retry_context(
            on=pause_after, attempts=settings.attempts, timeout=settings.deadline,
            wait_initial=settings.pause_initial, wait_max=settings.pause_max, wait_jitter=settings.pause_initial,
        )  # fmt: skip
        sent = {"tool": TOOL, "email": settings.email, "api_key": settings.api_key or None, **parameters}
        try:
            for attempt in attempts:
                with attempt:
                    self.counts.retries += attempt.num > 1
                    with through_bio_entrez(partial(self._urlopen, until)):
                        handle = getattr(Entrez, endpoint)(db="pubmed", **sent)
                    try:
                        return read(handle.read())
                    except (etree.XMLSyntaxError, ValueError) as error:
                        fault = Fault("ill_formed", f"XML that cannot be read ({error})", True)
                        raise self._fault(endpoint, fault) from None
        except FaultyAnswerError as error:
            times = f", asked {attempt.num} times" if attempt.num > 1 else ""
            cut_by_us = error.fault.kind == "timeout" and time.monotonic() >= until
            told = next((one for one in reversed(faults) if one.fault.kind != "timeout"), error) if cut_by_us else error
            raise PubMedError(f"{told}{times}. {told.fault.advice}") from None
        raise AssertionError("the loop above returns or raises")

    def _pause_after(self, error: Exception, pause: float, until: float) -> bool | float:
        """Tell stamina whether to ask again, or the seconds to wait first if the server named them.

        It is not asked again where the pause would outlast the deadline: what is told then is what went wrong.
        """
        if not isinstance(error, FaultyAnswerError) or not error.fault.passing:
            return False
        if error.fault.kind == "unreachable" and not self._answered and self.counts.requests >= _FIRST_ATTEMPTS:
            return False
        named = error.fault.retry_after
        wait = named + random.uniform(0, self.settings.pause_initial) if named else pause  # noqa: S311
        if time.monotonic() + wait >= until:
            return False
        return wait if named else True

    def _urlopen(self, until: float, request: Request) -> Handle:
        """Stand in for `urllib.request.urlopen` under Bio.Entrez: a whole, faultless answer, or FaultyAnswerError."""
        name, _, query = request.full_url.rpartition("/")[2].partition("?")
        endpoint = name.partition(".")[0]
        address = self.settings.base_url + name
        for _ in range(MOST_HOPS):
            try:
                answer, there = self._exchange(endpoint, address + (query and f"?{query}"), request, until)
            except NETWORK_ERRORS as error:
                failed = network_fault(error)
                self._answered |= failed.kind != "unreachable"
                raise self._fault(endpoint, failed) from None
            self._answered = True
            if not there:
                break
            address = urlsplit(there)._replace(query="", fragment="").geturl()
        if fault := fault_in(answer):
            raise self._fault(endpoint, fault)
        return Handle(answer.body)

    def _exchange(self, endpoint: str, url: str, request: Request, until: float) -> tuple[Answer, str]:
        """Make one request; its whole answer, whatever its status, and the address that it redirects to, if it does."""
        if self.counts.requests >= self.settings.max_requests:
            raise IncompleteRunError(
                f"PubMed: stopped after {self.counts.requests} requests, the most that a run may make "
                "(--max-requests). Run the same command again: it goes on where this one stopped."
            )
        again = LimitedRequest(url, request.data, method=request.get_method(), until=until)
        self._pace.wait(self.settings.per_second)
        self.counts.requests += 1
        try:
            with self._opener.open(again, timeout=self.settings.read_timeout) as response:
                there = moved(response, url)
                body = io.BytesIO()
                for chunk in chunks(response, self.settings.most_bytes):
                    self.counts.bytes += body.write(chunk)
                return Answer(endpoint, response.status, response.headers, body.getvalue()), there
        finally:
            self._pace.done()

    def _fault(self, endpoint: str, fault: Fault) -> "FaultyAnswerError":
        """Count a fault and make it an error that names the address, never the query or the key."""
        self.counts.faults[fault.kind] += 1
        message = f"PubMed ({self.settings.base_url}{endpoint}.fcgi): {fault.message}"
        if self.settings.api_key:
            message = message.replace(self.settings.api_key, "[NCBI_API_KEY]")
        return FaultyAnswerError(fault, message)


class FaultyAnswerError(Exception):
    """An attempt that failed. Callers never see it: it ends as PubMedError when it is final or time is up."""

    def __init__(self, fault: Fault, message: str) -> None:
        super().__init__(message)
        self.fault = fault


def _is_base_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        secret_or_query = parts.username or parts.query or parts.fragment
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and not secret_or_query
    except ValueError:  # a port that is no number, an unclosed bracket
        return False


def _log_retry(details: stamina.instrumentation.RetryDetails) -> None:
    event(_log, "asked_again", why=str(details.caused_by), wait=details.wait_for)


stamina.instrumentation.set_on_retry_hooks([_log_retry])
