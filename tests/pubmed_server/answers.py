"""True answers of the stand-in PubMed, in the shapes that NCBI sends."""

import json
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from html import escape

from .corpus import AUTHOR, FIRST_PAGE, VOLUME, Corpus
from .faults import CEILING_ERROR, ESEARCH_PROLOG, HISTORY_CEILING_ERROR, efetch_error
from .query import Found, search

CEILING = 9_999
_EFETCH_PROLOG = (
    '<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 20{0}//EN" '
    '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_{0}0101.dtd">\n'
)
_DATE_TAGS = {"pdat": "pdat", "edat": "edat", "mdat": "mdat", "crdt": "crdt"}


@dataclass(frozen=True)
class Reply:
    """Status, type and body."""

    status: int
    content_type: str
    body: bytes


@dataclass
class PubMed:
    """The corpus and the history of searches."""

    corpus: Corpus
    dtd_year: int = 26
    history: dict[str, list[list[int]]] = field(default_factory=dict)
    old_summaries: bool = False
    """Whether ESummary answers in version 1 whatever it is asked for, as some servers do."""

    def answer(self, endpoint: str, params: Mapping[str, str]) -> Reply:
        """The true answer of an endpoint ('esearch' …)."""
        return getattr(self, endpoint)(params)

    def remember(self, pmids: list[int], webenv: str = "") -> tuple[str, int]:
        """Put a list of PMIDs into the history; returns WebEnv and query key."""
        webenv = webenv or f"MCID_{int(time.time()):08x}{secrets.token_hex(8)}"
        self.history.setdefault(webenv, []).append(pmids)
        return webenv, len(self.history[webenv])

    def recalled(self, params: Mapping[str, str]) -> list[int] | None:
        """The PMIDs of a history entry; None if PubMed does not know it (any more)."""
        entries, key = self.history.get(params.get("WebEnv", ""), []), int(params["query_key"])
        return entries[key - 1] if key <= len(entries) else None

    def esearch(self, params: Mapping[str, str]) -> Reply:
        term = params.get("term", "")
        found = search(self.corpus, term + _date_limit(params, self.corpus.today))
        start, most = int(params.get("retstart", 0)), int(params.get("retmax", 20))
        number = len(found.pmids)
        if params.get("rettype") == "count":
            return _xml(f"{ESEARCH_PROLOG}<eSearchResult><Count>{number}</Count></eSearchResult>")
        if number > CEILING and start >= CEILING:
            return self._search_error(params, CEILING_ERROR)
        ids = found.pmids[:CEILING][start : start + most]
        remarks = ["No items found."] if not number else []
        if start + min(most, number) > CEILING:
            remarks.append(f"Restrictions achieved. start and count adjusted to {start}, {len(ids)}")
        where = self.remember(found.pmids, params.get("WebEnv", "")) if params.get("usehistory") == "y" else None
        if params.get("retmode") == "json":
            return _search_json(found, ids, start, remarks, where)
        return _search_xml(found, ids, start, remarks, where)

    def _search_error(self, params: Mapping[str, str], message: str) -> Reply:
        if params.get("retmode") == "json":  # as PubMed does: with a raw newline, which is not JSON
            return Reply(200, "application/json", f'{{"esearchresult":{{"ERROR":"{message}"}}}}'.encode())
        return _xml(f"{ESEARCH_PROLOG}<eSearchResult><ERROR>{escape(message, quote=False)}</ERROR></eSearchResult>")

    def efetch(self, params: Mapping[str, str]) -> Reply:
        if "query_key" in params:
            recalled = self.recalled(params)
            if recalled is None:
                return _fault(f"Unable to obtain query #{params['query_key']}", 200)
            start, most = int(params.get("retstart", 0)), int(params.get("retmax", 10_000))
            if start >= CEILING:
                return _fault(HISTORY_CEILING_ERROR, 400)
            pmids = recalled[:CEILING][start : start + most]
        else:
            given = params.get("id", "")
            if not given:
                return _fault("Supplied id parameter is empty.", 200)
            pmids = _valid(given)
            if not pmids:
                return _fault("ID list is empty! Possibly it has no correct IDs.", 400)
        records = [self.corpus[pmid].record for pmid in pmids if pmid in self.corpus]
        prolog = _EFETCH_PROLOG.format(self.dtd_year).encode()
        inside = b"\n" + b"".join(records) if records else b""
        return Reply(200, "text/xml; charset=UTF-8", prolog + b"<PubmedArticleSet>" + inside + b"</PubmedArticleSet>")

    def esummary(self, params: Mapping[str, str]) -> Reply:
        given = params.get("id")
        if given is None:
            return _xml("<eSummaryResult><ERROR>Neither query_key nor id specified</ERROR></eSummaryResult>")
        if not given:
            return _xml("<eSummaryResult><ERROR>Empty id list - nothing todo</ERROR></eSummaryResult>")
        pmids = _valid(given)
        if self.old_summaries or params.get("version") != "2.0":
            return _xml(f"<eSummaryResult>{''.join(map(self._old_summary, pmids))}</eSummaryResult>")
        return _xml(
            '<?xml version="1.0" encoding="UTF-8" ?>\n<eSummaryResult><DocumentSummarySet status="OK">'
            f"{''.join(map(self._summary, pmids))}</DocumentSummarySet></eSummaryResult>"
        )

    def _summary(self, pmid: int) -> str:
        if pmid not in self.corpus:
            return f'<DocumentSummary uid="{pmid}"><error>cannot get document summary</error></DocumentSummary>'
        article = self.corpus[pmid]
        return (
            f'<DocumentSummary uid="{pmid}"><Title>{escape(article.title)}</Title>'
            f"<RecordStatus>{_record_status(article.status)}</RecordStatus></DocumentSummary>"
        )

    def _old_summary(self, pmid: int) -> str:
        if pmid not in self.corpus:
            return f"<ERROR>UID={pmid}: cannot get document summary</ERROR>"
        article = self.corpus[pmid]
        return (
            f'<DocSum><Id>{pmid}</Id><Item Name="Title" Type="String">{escape(article.title)}</Item>'
            f'<Item Name="RecordStatus" Type="String">{_record_status(article.status)}</Item></DocSum>'
        )

    def epost(self, params: Mapping[str, str]) -> Reply:
        prolog = '<?xml version="1.0" encoding="UTF-8" ?>\n'
        pmids = _valid(params.get("id", ""))
        if not pmids:
            return _xml(f"{prolog}<ePostResult><ERROR>Empty ID list; Nothing to store</ERROR></ePostResult>")
        webenv, key = self.remember(pmids, params.get("WebEnv", ""))
        return _xml(f"{prolog}<ePostResult><QueryKey>{key}</QueryKey><WebEnv>{webenv}</WebEnv></ePostResult>")

    def elink(self, params: Mapping[str, str]) -> Reply:
        source = _valid(params.get("id", ""))
        linked = sorted({to for pmid in source if pmid in self.corpus for _, to in self.corpus[pmid].links})
        to = "".join(f"<Link><Id>{pmid}</Id></Link>" for pmid in linked)
        found = f"<LinkSetDb><DbTo>pubmed</DbTo><LinkName>pubmed_pubmed</LinkName>{to}</LinkSetDb>" if linked else ""
        ids = "".join(f"<Id>{pmid}</Id>" for pmid in source)
        return _xml(
            '<?xml version="1.0" encoding="UTF-8" ?>\n<eLinkResult><LinkSet><DbFrom>pubmed</DbFrom>'
            f"<IdList>{ids}</IdList>{found}</LinkSet></eLinkResult>"
        )

    def einfo(self, params: Mapping[str, str]) -> Reply:
        return _xml(
            '<?xml version="1.0" encoding="UTF-8" ?>\n<eInfoResult><DbInfo><DbName>pubmed</DbName>'
            f"<Count>{len(self.corpus)}</Count><LastUpdate>{self.corpus.today} 00:00</LastUpdate>"
            "</DbInfo></eInfoResult>"
        )

    def ecitmatch(self, params: Mapping[str, str]) -> Reply:
        lines = [self._match(line) for line in re.split(r"[\r\n]+", params.get("bdata", "")) if line.strip()]
        return Reply(200, "text/plain", "\n".join(lines).encode())

    def _match(self, line: str) -> str:
        journal, year, volume, page, author, key = [*line.split("|"), "", "", "", "", "", ""][:6]
        articles = [record.article for record in self.corpus.records.values()]
        if journal.lower() not in {article.journal.lower() for article in articles}:
            return f"{journal}|{year}|{volume}|{page}|{author}|{key}|NOT_FOUND;INVALID_JOURNAL"
        matched = [
            a.pmid for a in articles
            if a.journal.lower() == journal.lower() and year in ("", a.pdat[:4]) and volume in ("", VOLUME)
            and page in ("", FIRST_PAGE) and author.lower() in AUTHOR.lower()
        ]  # fmt: skip
        outcome = "NOT_FOUND" if not matched else str(matched[0])
        if len(matched) > 1:
            outcome = (
                f"AMBIGUOUS {','.join(map(str, matched))}"
                if len(matched) < 4
                else f"AMBIGUOUS ({len(matched)} citations)"
            )
        return f"{journal}|{year}|{volume}|{page}|{author}|{key}|{outcome}"


def _valid(given: str) -> list[int]:
    """PMIDs as PubMed reads them: decimal numbers, leading zeros off, each once; 0 and words are none."""
    numbers = (int(text) for text in (part.strip() for part in given.split(",")) if text.isdigit())
    return list(dict.fromkeys(number for number in numbers if number))


def _record_status(status: str) -> str:
    return "PubMed - indexed for MEDLINE" if status == "MEDLINE" else "PubMed - as supplied by publisher"


def _date_limit(params: Mapping[str, str], today: str) -> str:
    tag = _DATE_TAGS.get(params.get("datetype", "edat"), "edat")
    if "reldate" in params:
        first = date(*map(int, today.split("/"))) - timedelta(days=int(params["reldate"]))
        return f" AND {first:%Y/%m/%d}:{today}[{tag}]"
    if "mindate" in params and "maxdate" in params:  # PubMed takes them as a pair only
        return f" AND {params['mindate']}:{params['maxdate']}[{tag}]"
    return ""


def _xml(text: str) -> Reply:
    return Reply(200, "text/xml; charset=UTF-8", text.encode())


def _fault(message: str, status: int) -> Reply:
    return Reply(status, "text/xml; charset=UTF-8", efetch_error(message).body.encode())


def _search_xml(found: Found, ids: list[int], start: int, remarks: list[str], where: tuple[str, int] | None) -> Reply:
    listed = "<IdList>\n" + "\n".join(f"<Id>{pmid}</Id>" for pmid in ids) + "\n</IdList>" if ids else "<IdList/>"
    history = f"<QueryKey>{where[1]}</QueryKey><WebEnv>{where[0]}</WebEnv>" if where else ""
    return _xml(
        f"{ESEARCH_PROLOG}<eSearchResult><Count>{len(found.pmids)}</Count><RetMax>{len(ids)}</RetMax>"
        f"<RetStart>{start}</RetStart>{history}{listed}<TranslationSet/>"
        f"<QueryTranslation>{escape(found.translation, quote=False)}</QueryTranslation>"
        + _remarks("ErrorList", PhraseNotFound=found.phrase_not_found, FieldNotFound=found.field_not_found)
        + _remarks("WarningList", QuotedPhraseNotFound=found.quoted_not_found, OutputMessage=remarks)
        + "</eSearchResult>"
    )


def _remarks(holder: str, **kinds: list[str]) -> str:
    inside = "".join(f"<{kind}>{escape(text, quote=False)}</{kind}>" for kind, texts in kinds.items() for text in texts)
    return f"<{holder}>{inside}</{holder}>" if inside else ""


def _search_json(found: Found, ids: list[int], start: int, remarks: list[str], where: tuple[str, int] | None) -> Reply:
    result: dict[str, object] = {"count": str(len(found.pmids)), "retmax": str(len(ids)), "retstart": str(start)}
    if where:
        result |= {"querykey": str(where[1]), "webenv": where[0]}
    result |= {"idlist": [str(pmid) for pmid in ids], "translationset": [], "querytranslation": found.translation}
    if found.phrase_not_found or found.field_not_found:  # fieldsnotfound stays empty: PubMed's JSON has this fault
        result["errorlist"] = {"phrasesnotfound": found.phrase_not_found, "fieldsnotfound": []}
    if found.quoted_not_found or remarks:
        result["warninglist"] = {
            "phrasesignored": [], "quotedphrasesnotfound": found.quoted_not_found, "outputmessages": remarks,
        }  # fmt: skip
    answer = {"header": {"type": "esearch", "version": "0.3"}, "esearchresult": result}
    return Reply(200, "application/json", json.dumps(answer).encode())
