"""What a page says of its records to reference managers.

Highwire meta tags, which Zotero and Google Scholar read, on a record's own page; COinS on one that names several.
"""

from collections.abc import Iterator
from urllib.parse import urlencode

from markupsafe import Markup

from db.citations.formats import plain_title
from db.citations.model import Work
from db.citations.works import full_pages


def head_tags(work: Work) -> Markup:
    """`<meta name="citation_…">` elements for the head of a record's own page."""
    return Markup("\n").join(Markup('<meta name="citation_{}" content="{}">').format(*pair) for pair in _meta(work))


def _meta(work: Work) -> Iterator[tuple[str, str]]:
    first, _, last = full_pages(work.pages).partition("-")
    yield "title", plain_title(work)
    for author in work.authors:
        given = author.fore_name or " ".join(author.initials)
        yield "author", author.collective or ", ".join(filter(None, (author.last_name, given)))
    for name, value in (
        ("journal_title", work.journal), ("publication_date", work.published.replace("-", "/") or str(work.year or "")),
        ("volume", work.volume), ("issue", work.issue), ("firstpage", first), ("lastpage", last), ("doi", work.doi),
        ("pmid", str(work.pmid or "")), ("language", work.language),
    ):  # fmt: skip
        if value:
            yield name, value


def coins(work: Work) -> Markup:
    """A COinS span (OpenURL ContextObject in SPAN, Z39.88-2004), for pages with several records."""
    first, _, last = full_pages(work.pages).partition("-")
    values = [
        ("ctx_ver", "Z39.88-2004"), ("rft_val_fmt", "info:ofi/fmt:kev:mtx:journal"), ("rft.genre", "article"),
        ("rft.atitle", plain_title(work)), ("rft.jtitle", work.journal),
        ("rft.date", work.published or str(work.year or "")),
        ("rft.volume", work.volume), ("rft.issue", work.issue), ("rft.spage", first), ("rft.epage", last),
        *(("rft.au", author.collective or f"{author.fore_name or author.initials} {author.last_name}".strip())
          for author in work.authors),
        *([("rft_id", f"info:doi/{work.doi}")] if work.doi else []),
        *([("rft_id", f"info:pmid/{work.pmid}")] if work.pmid else []),
    ]  # fmt: skip
    return Markup('<span class="Z3988" title="{}"></span>').format(urlencode([pair for pair in values if pair[1]]))
