r"""LaTeX → references: \cite with its .bib or .bbl beside it, or \bibitem in the file itself."""

import re
from dataclasses import replace
from pathlib import Path

from db.citations.model import Reference
from db.citations.readers.bibliographies import cited_of
from db.citations.readers.bibtex import plain_tex
from db.citations.readers.documents import Document, Paragraph, references_of
from db.citations.readers.lists import ReferenceList, Unread, from_fields, labelled, line_of, names_something
from db.citations.reading import read_reference, surnames

_COMMENT = re.compile(r"(?<!\\)%.*")
_BIBITEM = re.compile(r"\\bibitem\s*(?:\[(?:[^\[\]]|\[[^\]]*\]|\{[^}]*\})*\])?\s*\{([^}]*)\}")
_END = re.compile(r"\\end\{thebibliography\}|\\endthebibliography")
_ENTRY = re.compile(r"\\entry\{([^}]*)\}\{[^}]*\}(?:\{[^}]*\})?(.*?)\\endentry", re.DOTALL)
_FIELD = re.compile(r"\\field\{(\w+)\}\{((?:[^{}]|\{[^{}]*\})*)\}")
_FAMILY = re.compile(r"family=\{((?:[^{}]|\{[^{}]*\})*)\}")
_CITED = re.compile(r"\\[A-Za-z]*cite([A-Za-z]*)\*?((?:\s*(?:\[[^\]]*\]|\{[^}]*\}))+)", re.IGNORECASE)
_FILES = re.compile(r"\\(?:bibliography|addbibresource|nobibliography)\*?\s*(?:\[[^\]]*\])?\s*\{([^}]*)\}")
_SECTION = re.compile(r"\\((?:sub){0,2})section\*?\s*\{([^}]*)\}")
_LINK = re.compile(r"\\(?:href|url)\s*\{([^}]*)\}")
_ACCENTS_OF_SPACE = (("~", " "), (r"\ ", " "), (r"\,", " "), ("--", "–"), ("``", "“"), ("''", "”"))


def is_latex(text: str) -> bool:
    r"""Whether it is a LaTeX document, a piece of one, or a .bbl file."""
    return bool(re.search(
        r"^\s*\\(?:documentclass|begin\{document\}|begin\{thebibliography\}|bibitem|usepackage|section|entry\{|"
        r"refsection)|\\(?:cite[tp]?|parencite|autocite|bibliography|addbibresource)\b[\[{*]", text, re.MULTILINE,
    ))  # fmt: skip


def read_latex(text: str, folder: Path | None) -> ReferenceList:
    r"""The references that a LaTeX file has itself, else those of the bibliography beside it that it cites.

    Keys that are cited and not found are unread, and so is a bibliography that is not in `folder`.
    """
    text = _COMMENT.sub("", text)
    if _BIBITEM.search(text):
        return _of_bibitems(text)
    if _ENTRY.search(text):
        return _of_biblatex(text)
    names = [name.strip() for group in _FILES.findall(text) for name in group.split(",") if name.strip()]
    keys = _keys(text)
    if names or keys:
        files = [name if Path(name).suffix in (".bib", ".bbl") else f"{name}.bib" for name in names]
        return cited_of(keys, files, folder, all_of_them="*" in keys)
    body = text.partition(r"\end{document}")[0].rpartition(r"\begin{document}")[2]
    plain = _SECTION.sub(r"\n\g<0>\n", _LINK.sub(r" \1 ", body))
    return references_of(Document(tuple(map(_paragraph, plain.splitlines())), by_line=True))


def _keys(text: str) -> dict[str, int]:
    r"""Keys in the order cited, each with its first line; biblatex's \cites takes several groups of them."""
    keys: dict[str, int] = {}
    for found in _CITED.finditer(text):
        groups = re.findall(r"\{([^}]*)\}", found[2])
        for group in groups if found[1].endswith("s") else groups[:1]:
            for key in filter(None, map(str.strip, group.split(","))):
                keys.setdefault(key, line_of(text, found.start()))
    return keys


def _paragraph(line: str) -> Paragraph:
    heading = _SECTION.match(line)
    return Paragraph(heading[2], 1 + len(heading[1]) // 3) if heading else Paragraph(line)


def _of_bibitems(text: str) -> ReferenceList:
    references: list[Reference] = []
    unread: list[Unread] = []
    text = text[: end.start()] if (end := _END.search(text)) else text
    begins = list(_BIBITEM.finditer(text))
    ends = [begin.start() for begin in begins[1:]] + [len(text)]
    for begin, stop in zip(begins, ends, strict=True):
        found = _from_blocks(begin[1].strip(), text[begin.end() : stop].split(r"\newblock"))
        if found.text or found.identifiers:
            references.append(found)
        else:
            unread.append(Unread(f"\\bibitem{{{begin[1]}}} is empty", line_of(text, begin.start())))
    return ReferenceList(tuple(references), tuple(unread))


def _from_blocks(key: str, blocks: list[str]) -> Reference:
    """A printed reference; BibTeX's styles set authors, title and place apart as blocks."""
    printed = [_printed(block) for block in blocks]
    found = read_reference(" ".join(printed))
    if len(printed) > 2:
        found = replace(found, authors=surnames(printed[0].rstrip(".")), title=printed[1].strip(" ."))
    return replace(found, key=key)


def _printed(tex: str) -> str:
    r"""What TeX prints of a \bibitem; the addresses of links stand behind their words."""
    links = " ".join(_LINK.findall(tex))
    tex = re.sub(r"\\href\s*\{[^}]*\}", "", tex).replace("\\url", "")
    tex = re.sub(r"\\(?:em|it|bf|sl|sc|rm|tt|itshape|bfseries|scshape|natexlab|penalty0?|bibinfo\s*\{\w+\}|"
                 r"bibnamefont|bibfnamefont|textit|textbf|emph|textsc|mbox|enquote|doi)\b\s*", "", tex)  # fmt: skip
    for command, letters in _ACCENTS_OF_SPACE:
        tex = tex.replace(command, letters)
    return f"{' '.join(plain_tex(tex).split())} {links}".strip()


def _of_biblatex(text: str) -> ReferenceList:
    r"""The .bbl that biber writes: \entry, \field, \name and \verb instead of a printed text."""
    references: list[Reference] = []
    unread: list[Unread] = []
    for entry in _ENTRY.finditer(text):
        fields = {name: plain_tex(value) for name, value in _FIELD.findall(entry[2])}
        fields |= dict(re.findall(r"\\verb\{(\w+)\}\s*\\verb (\S+)", entry[2]))
        names = re.search(r"\\name\{author\}.*?(?=\\(?:name|field|list|strng|verb)\b|\Z)", entry[2], re.DOTALL)
        found = from_fields(
            key=entry[1], title=fields.get("title", ""),
            authors=[plain_tex(name) for name in _FAMILY.findall(names[0] if names else "")],
            journal=fields.get("journaltitle", ""), year=fields.get("year", ""), volume=fields.get("volume", ""),
            issue=fields.get("number", ""), pages=fields.get("pages", "").replace("\\bibrangedash", "-"),
            identifiers=labelled(DOI=fields.get("doi"), other=fields.get("url", "")),
        )  # fmt: skip
        if names_something(found):
            references.append(found)
        else:
            unread.append(Unread(f"the entry '{entry[1]}' has no title", line_of(text, entry.start())))
    return ReferenceList(tuple(references), tuple(unread))
