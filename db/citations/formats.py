"""Records → files that reference managers read.

Each format writes one record at a time, so that a page of any length can be sent while it is read.
CSL-JSON is the form in the middle (citationstyles.org, csl-data schema 1.0); the others are made from a record itself.
"""

import json
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from db.citations.folding import folded
from db.citations.model import Author, Work
from db.citations.styles import DEFAULT_STYLE, entry_html, entry_text
from db.citations.works import full_pages
from topics.errors import BadInputError

RETRACTED = "Retracted publication"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MEDLINE_WIDTH = 87


@dataclass(frozen=True)
class Format:
    """A format: what to call it, and how one record is written. A style (CSL) matters to text, Markdown and HTML."""

    name: str
    title: str
    media_type: str
    extension: str
    entry: Callable[[Work, str], str]
    before: str = ""
    between: str = ""
    after: str = ""


def csl_item(work: Work) -> dict[str, Any]:
    """A record as a CSL-JSON item."""
    issued = [int(part) for part in (work.published or str(work.year or "")).split("-") if part.isdigit()]
    item: dict[str, Any] = {
        "id": citation_key(work),
        "type": "article-journal",
        "title": plain_title(work),
        "author": [_csl_name(author) for author in work.authors],
        "container-title": work.journal,
        "issued": {"date-parts": [issued]} if issued else None,
        "volume": work.volume,
        "issue": work.issue,
        "page": full_pages(work.pages),
        "DOI": work.doi,
        "PMID": str(work.pmid) if work.pmid else "",
        "PMCID": work.pmcid,
        "URL": address(work),
        "note": _note(work),
    }
    return {name: value for name, value in item.items() if value}


def plain_title(work: Work) -> str:
    """The title without the full stop that PubMed ends it with."""
    return work.title[:-1] if work.title.endswith(".") and not work.title.endswith("..") else work.title


def address(work: Work) -> str:
    """Where the record is: PubMed, else the DOI's resolver."""
    return f"https://pubmed.ncbi.nlm.nih.gov/{work.pmid}/" if work.pmid else f"https://doi.org/{work.doi}"


def citation_key(work: Work) -> str:
    """A key of letters and digits that stays the same: 'lapidus2014_24821196'."""
    called = (work.authors[0].last_name or work.authors[0].collective) if work.authors else work.title.split(" ")[0]
    name = re.sub(r"[^a-z0-9]", "", folded(called))[:20] or "anonymous"
    identifier = str(work.pmid) if work.pmid else re.sub(r"[^a-z0-9]", "", work.doi)
    return f"{name}{work.year or ''}_{identifier}"


def _given(author: Author) -> str:
    return author.fore_name or " ".join(author.initials)


def _csl_name(author: Author) -> dict[str, str]:
    if author.collective:
        return {"literal": author.collective}
    name = {"family": author.last_name, "given": _given(author), "suffix": author.suffix}
    return {part: value for part, value in name.items() if value}


_TEX = {
    "\\": r"{\textbackslash}", "{": r"{\textbraceleft}", "}": r"{\textbraceright}", "&": r"\&", "%": r"\%",
    "$": r"\$", "#": r"\#", "_": r"\_", "~": r"{\textasciitilde}", "^": r"{\textasciicircum}",
}  # fmt: skip
"""'\\{' would print a brace as well, but BibTeX counts it: a title with one brace alone would swallow the file."""


def _tex(text: str) -> str:
    """Text that TeX prints as it is; accents stay UTF-8, which every BibTeX of this century reads."""
    return " ".join("".join(_TEX.get(letter, letter) for letter in text).split())


def _tex_name(author: Author) -> str:
    if author.collective:
        return f"{{{_tex(author.collective)}}}"
    return ", ".join(filter(None, (f"{{{_tex(author.last_name)}}}", _tex(author.suffix), _tex(_given(author)))))


def _others(work: Work, words: str) -> list[str]:
    """`words` where the register knows the first author only; 'others' is BibTeX's own word for the rest."""
    return [words] if work.authors and not work.authors_complete else []


def _note(work: Work) -> str:
    """What RIS and CSL-JSON have no field for."""
    return ". ".join([*([RETRACTED] if work.retracted else []), *_others(work, "Only the first author is known here")])


def _bibtex(work: Work, style: str) -> str:
    month = int(work.published[5:7]) if re.match(r"\d{4}-\d\d", work.published) else 0
    fields = {
        "author": " and ".join([*map(_tex_name, work.authors), *_others(work, "others")]),
        "title": f"{{{_tex(plain_title(work))}}}",  # the second pair of braces keeps capitals as they are
        "journal": _tex(work.journal),
        "year": str(work.year or ""),
        "volume": _tex(work.volume),
        "number": _tex(work.issue),
        "pages": _tex(full_pages(work.pages).replace("-", "--")),
        "doi": work.doi if "{" not in work.doi and "}" not in work.doi else "",
        "pmid": str(work.pmid or ""),
        "pmcid": work.pmcid,
        "url": address(work),
        "note": RETRACTED if work.retracted else "",
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value and value != "{}"]
    if month:
        lines.append(f"  month = {_MONTHS[month - 1].lower()},")
    return "\n".join([f"@article{{{citation_key(work)},", *lines, "}", ""])


def _line(text: str) -> str:
    return " ".join(text.split())


def _ris(work: Work, style: str) -> str:
    pages = full_pages(work.pages)
    first, _, last = pages.partition("-")
    year, month, day = (*work.published.split("-"), "", "", "")[:3]
    fields = [
        ("TY", "JOUR"),
        *(("AU", author.collective or ", ".join(filter(None, (author.last_name, _given(author), author.suffix))))
          for author in work.authors),
        ("TI", plain_title(work)), ("T2", work.journal), ("PY", str(work.year or year)),
        ("DA", f"{year}/{month}/{day}/" if month else ""), ("VL", work.volume), ("IS", work.issue), ("SP", first),
        ("EP", last), ("DO", work.doi), ("AN", str(work.pmid or "")),
        ("DB", "PubMed" if work.pmid else ""), ("C2", work.pmcid), ("LA", work.language),
        ("UR", address(work)), ("N1", _note(work)), ("AB", work.abstract),
    ]  # fmt: skip
    lines = [f"{tag}  - {_line(value)}" for tag, value in fields if value]
    return "\n".join([*lines, "ER  - ", "", ""])


def _nbib(work: Work, style: str) -> str:
    """PubMed's own format (NLM, "MEDLINE/PubMed Data Element Descriptions")."""
    date = work.published.split("-") if work.published else [str(work.year)] if work.year else []
    if len(date) > 1:
        date[1] = _MONTHS[int(date[1]) - 1]
        date[2:] = [str(int(day)) for day in date[2:]]
    fields = [
        ("PMID", str(work.pmid or "")), ("TI", work.title), ("LID", f"{work.doi} [doi]" if work.doi else ""),
        ("AB", work.abstract),
    ]  # fmt: skip
    for author in work.authors:
        if author.collective:
            fields.append(("CN", author.collective))
        else:
            suffix = f" {author.suffix}" if author.suffix else ""
            initials = author.initials or "".join(part[0] for part in _given(author).split())
            fields += [("FAU", f"{', '.join(filter(None, (author.last_name, _given(author))))}{suffix}"),
                       ("AU", f"{author.last_name} {initials}{suffix}")]  # fmt: skip
    fields += [
        *(("LA", language) for language in work.language.split(",")), ("PT", "Journal Article"),
        ("PT", RETRACTED if work.retracted else ""), ("TA", work.journal), ("DP", " ".join(date)), ("VI", work.volume),
        ("IP", work.issue), ("PG", work.pages), ("PMC", work.pmcid), ("AID", f"{work.doi} [doi]" if work.doi else ""),
    ]  # fmt: skip
    lines = [
        textwrap.fill(_line(value), _MEDLINE_WIDTH, initial_indent=f"{tag:<4}- ", subsequent_indent="      ",
                      break_long_words=False, break_on_hyphens=False)
        for tag, value in fields
        if value
    ]  # fmt: skip
    return "\n".join([*lines, "", ""])


def _csl(work: Work, style: str) -> str:
    return json.dumps(csl_item(work), ensure_ascii=False, indent=1)


def _text(work: Work, style: str) -> str:
    mark = f"[{RETRACTED}] " if work.retracted else ""
    return f"{mark}{entry_text(csl_item(work), style, others=not work.authors_complete)}\n"


def _markdown(work: Work, style: str) -> str:
    mark = f"**{RETRACTED}.** " if work.retracted else ""
    text = entry_text(csl_item(work), style, others=not work.authors_complete)
    text = re.sub(r"([\\`*_{}\[\]<>#|~])", r"\\\1", text)
    name = f"PMID {work.pmid}" if work.pmid else "DOI"
    return f"- {mark}{text} [{name}]({address(work)})\n"


def _html(work: Work, style: str) -> str:
    mark = f"<strong>{RETRACTED}.</strong> " if work.retracted else ""
    link = f'<a href="{escape(address(work))}">{"PubMed" if work.pmid else "DOI"}</a>'
    printed = entry_html(csl_item(work), style, others=not work.authors_complete)
    return f"<li>{mark}{printed} {link}</li>\n"


FORMATS: dict[str, Format] = {
    form.name: form
    for form in (
        Format("bib", "BibTeX", "application/x-bibtex", "bib", _bibtex, between="\n"),
        Format("ris", "RIS", "application/x-research-info-systems", "ris", _ris),
        Format("nbib", "PubMed (nbib)", "application/nbib", "nbib", _nbib),
        Format("csl", "CSL-JSON", "application/vnd.citationstyles.csl+json", "json", _csl, "[\n", ",\n", "\n]\n"),
        Format("txt", "text", "text/x-bibliography", "txt", _text),
        Format("md", "Markdown", "text/markdown", "md", _markdown),
        Format("html", "HTML", "text/html", "html", _html, "<ol>\n", "", "</ol>\n"),
    )
}


def write_citations(works: Iterable[Work], name: str, style: str = DEFAULT_STYLE) -> Iterator[str]:
    """Pieces of a file, one a record.

    Raises:
        BadInputError: there is no such format or style.
    """
    form = FORMATS.get(name)
    if form is None:
        raise BadInputError(f"'{name}' is no format. There are: {', '.join(FORMATS)}.")
    yield form.before
    for place, work in enumerate(works):
        yield (form.between if place else "") + form.entry(work, style)
    yield form.after
