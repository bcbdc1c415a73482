"""Manuscripts as programs save them: every reference is found, once, and nothing else. All papers are made up."""

import base64
import io
import json
import zipfile

import pytest

from db.citations.readers.files import read_file
from topics.errors import BadInputError

A, B = "Quiet ketamine nights", "Nasal ketamine in the mountains"
A_PRINTED = f"Example AB, Other O. {A}. J Made Up Res. 2014;7(2):970-6."
B_PRINTED = f"Inventor B. {B}. Ann Invent Med. 2013;12:11-9."
A_CSL = {"title": A, "author": [{"family": "Example"}], "issued": {"date-parts": [[2014]]}}
B_CSL = {"title": B, "author": [{"family": "Inventor"}], "issued": {"date-parts": [["2013"]]}}
BOTH = [(A, "Example", 2014), (B, "Inventor", 2013)]
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BIB = f"@article{{a, title={{{A}}}, author={{Example, A}}, year=2014}}\n@article{{b, title={{{B}}}, " \
      "author={Inventor, B}, year=2013}\n@article{c, title={Never cited}, author={Nobody, Q}, year=2001}\n"  # fmt: skip


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def paragraph(text, style="", inside=""):
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{properties}<w:r><w:t xml:space="preserve">{escaped(text)}</w:t></w:r>{inside}</w:p>'


def complex_field(*instruction, shown="(x)", data=""):
    runs = "".join(
        f'<w:r><w:instrText xml:space="preserve">{escaped(part)}</w:instrText></w:r>' for part in instruction
    )
    begin = f'<w:fldChar w:fldCharType="begin">{f"<w:fldData>{data}</w:fldData>" if data else ""}</w:fldChar>'
    return (f'<w:r>{begin}</w:r>{runs}<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>{shown}</w:t></w:r>'
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>')  # fmt: skip


def docx(body, **parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        package.writestr(
            "word/document.xml", f'<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>{body}</w:body></w:document>'
        )
        for name, text in parts.items():
            package.writestr(name, text)
    return file.getvalue()


def notes(kind, *texts):
    lines = "".join(f'<w:{kind} w:id="{number}">{paragraph(text)}</w:{kind}>' for number, text in enumerate(texts, 1))
    return f'<w:{kind}s xmlns:w="{W}"><w:{kind} w:type="separator" w:id="0"><w:p/></w:{kind}>{lines}</w:{kind}s>'


def listed(heading, *after, style=""):
    return docx("".join((paragraph("We rest [1, "
                                   "2]."), paragraph(heading, style), paragraph(A_PRINTED), paragraph(B_PRINTED),
                         *after)))  # fmt: skip


ZOTERO = 'ADDIN ZOTERO_ITEM CSL_CITATION {"citationItems": [{"itemData": %s}, {"itemData": %s}]}'
CSL = ZOTERO % (json.dumps(A_CSL), json.dumps(B_CSL))
ENDNOTE = "<EndNote>" + "".join(
    f"<Cite><Author>{name}</Author><record><contributors><authors><author>{name}, X.</author></authors></contributors>"
    f"<titles><title>{title}</title></titles><dates><year>{year}</year></dates></record></Cite>"
    for title, name, year in BOTH) + "</EndNote>"  # fmt: skip
ENCODED = base64.b64encode(ENDNOTE.encode()).decode()
SOURCES = (
    '<b:Sources xmlns:b="http://schemas.openxmlformats.org/officeDocument/2006/bibliography">'
    + "".join(f"<b:Source><b:Tag>{name[:3]}</b:Tag><b:Author><b:Author><b:NameList><b:Person><b:Last>{name}</b:Last>"
              f"</b:Person>"
              f"</b:NameList></b:Author></b:Author><b:Title>{title}</b:Title><b:Year>{year}</b:Year></b:Source>"
              for title, name, year in [*BOTH, ("Never cited", "Nobody", 2001)])
    + "</b:Sources>"
)  # fmt: skip
MENDELEY = "MENDELEY_CITATION_v3_" + base64.b64encode(
    json.dumps({"citationItems": [{"itemData": A_CSL}, {"itemData": B_CSL}]}).encode()).decode()  # fmt: skip
WORD = {
    **{f"heading {heading}": listed(heading) for heading in (
        "References", "REFERENCES", "Reference "
                                    "List", "References:", "7. References", "VI. REFERENCES", "References (2)",
        "Bibliography", "Literature Cited", "Works Cited", "References and "
                                                           "Notes", "List of references", "Cited literature",
        "Literaturverzeichnis", "Références", "Referencias bibliográficas", "Bibliografia", "参考文献", "Sources",
        "References cited in this review", "Zitierte Literatur", "Literatura cytowana",
    )},
    **{f"until {after}": listed("References", paragraph(after), paragraph(f"Nobody Q. {after} of a paper. J No. "
                                                                          f"2001;1:1-2."))
       for after in (
           "Conflict of interest", "Competing interests", "Author contributions", "Funding", "Funding: none.",
           "Acknowledgements", "Appendix A", "Figure legends", "Figure 1. People who rested in 2001.", "Table 2: Doses",
           "Supplementary material", "Data availability statement", "Abbreviations", "Ethics approval",
           "Declaration of interests", "About the authors", "Publisher’s note",
       )},
    **{f"until {line}": listed("References", paragraph(line), *([paragraph(text)] if text else [])) for line, text in (
        ("Role of the funding source", "The funder of 2019 had no "
                                       "role."), ("Our thanks", "go to all who rested in 2019."),
        ("Transparency declaration", "Nothing was hidden."), ("Received 3 March 2019; accepted 4 May 2019", ""),
        ("Copyright 2019, all of us", ""),
    )},
    "a list made by "
    "Zotero": docx(paragraph("Text") + paragraph(A_PRINTED, inside=complex_field("ADDIN ZOTERO_BIBL {}", shown=""))
                                  + paragraph(B_PRINTED)),
    "until any heading": listed("References", paragraph("Our thanks", "Heading1"), paragraph("Nobody Q. No. J No. "
                                                                                             "2001;1:1."),
                                style="Heading1"),
    "with headings "
    "within": docx(paragraph("References", "Heading1") + paragraph("Trials", "Heading2") + paragraph(A_PRINTED)
                                 + paragraph("Others", "Heading2") + paragraph(B_PRINTED)),
    "in a table": docx(paragraph("References") + "<w:tbl>" + "".join(
        f"<w:tr><w:tc>{paragraph(f'{number}.')}</w:tc><w:tc>{paragraph(text)}</w:tc></w:tr>"
        for number, text in ((1, A_PRINTED), (2, B_PRINTED))) + "</w:tbl>"),
    "Zotero": docx(paragraph("As shown", inside=complex_field(CSL))),
    "Zotero, in pieces": docx(paragraph("As shown", inside=complex_field(CSL[:30], CSL[30:100], CSL[100:]))),
    "Zotero, and its printed list": docx(paragraph("As shown", inside=complex_field(CSL)) + paragraph("References")
                                         + paragraph(A_PRINTED) + paragraph(B_PRINTED)),
    "Zotero, cited "
    "twice": docx(paragraph("As shown", inside=complex_field(CSL)) + paragraph("and", inside=complex_field(CSL))),
    "Zotero, in a footnote": docx(paragraph("Text"), **{"word/footnotes.xml": notes("footnote", "x").replace(
        "</w:p></w:footnote></w:footnotes>", complex_field(CSL) + "</w:p></w:footnote></w:footnotes>")}),
    "Mendeley Desktop": docx(paragraph("As", inside=complex_field(CSL.replace("ZOTERO_ITEM ", "")))),
    "a simple field": docx(f'<w:p><w:fldSimple w:instr="{escaped(CSL)}"><w:r><w:t>(x)</w:t></w:r></w:fldSimple></w:p>'),
    "Mendeley Cite": docx(f'<w:p><w:sdt><w:sdtPr><w:tag w:val="{MENDELEY}"/></w:sdtPr><w:sdtContent><w:r><w:t>'
                          f'(1)</w:t></w:r>'
                          "</w:sdtContent></w:sdt></w:p>"),
    "EndNote": docx(paragraph("As", inside=complex_field(f"ADDIN EN.CITE {ENDNOTE}"))),
    "EndNote, as data": docx(paragraph("As", inside=complex_field("ADDIN EN.CITE ", data=ENCODED))),
    "EndNote, as data of a field "
    "within": docx(paragraph("As", inside=complex_field("ADDIN EN.CITE.DATA", data=ENCODED))),
    "Word's own": docx(paragraph("As", inside=complex_field(r"CITATION Exa \l 1033 \m "
                                                             "Inv")), **{"customXml/item1.xml": SOURCES}),
    "footnotes": docx(paragraph("Text"), **{"word/footnotes.xml": notes("footnote", A_PRINTED, "See the "
                                                                                               "text.", B_PRINTED)}),
    "endnotes": docx(paragraph("Text"), **{"word/endnotes.xml": notes("endnote", A_PRINTED, B_PRINTED)}),
    "deleted references": listed("References", f'<w:p><w:del><w:r><w:delText>{A_PRINTED} 3</w:delText></w:r></w:del>'
                                               f'</w:p>'),
    "no heading": docx(paragraph(A_PRINTED) + paragraph(B_PRINTED)),
}  # fmt: skip


def odt(body, meta=""):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        package.writestr("content.xml", '<o:document-content '
                                        'xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
                         'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:'
                         'opendocument:xmlns:table:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"><o:body><o:text>'
                         f"{body}</o:text></o:body></o:document-content>")  # fmt: skip
    return file.getvalue()


ODT_LIST = f"<text:p>{A_PRINTED}</text:p><text:p>{B_PRINTED}</text:p>"
ODT = {
    "a list": odt(f'<text:h text:outline-level="1">References</text:h>{ODT_LIST}'),
    "a heading that is text": odt(f"<text:p>Text</text:p><text:p>References</text:p>{ODT_LIST}"),
    "until a heading": odt(f'<text:h text:outline-level="1">References</text:h>{ODT_LIST}<text:h '
                           f'text:outline-level="1">Thanks'
                           "</text:h><text:p>Nobody Q. No. J No. 2001;1:1-2.</text:p>"),
    "list items": odt("<text:h>Bibliography</text:h><text:list>" + "".join(
        f"<text:list-item><text:p>{each}</text:p>"
        f"</text:list-item>" for each in (A_PRINTED, B_PRINTED)) + "</text:list>"),
    "a bibliography index": odt("<text:bibliography><text:index-body><text:index-title><text:p>Bibliography</text:p>"
                                f"</text:index-title>{ODT_LIST}</text:index-body></text:bibliography>"),
    "footnotes": odt("<text:p>Rest" + "".join(
        f"<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>{each}</text:p></text:note-body>"
        "</text:note>" for each in (A_PRINTED, "Ibid.", B_PRINTED)) + " helps.</text:p>"),
    "Zotero": odt(f'<text:p>As<text:reference-mark-start text:name="{escaped(CSL.removeprefix("ADDIN "))} RNDab12"/>'
                  f'(x)</text:p>'),
    "its own marks": odt("<text:p>As" + "".join(
        f'<text:bibliography-mark text:identifier="k" text:title="{title}" text:author="{name}, X" text:year="{year}"/>'
        for title, name, year in BOTH) + "</text:p>"),
    "spans, blanks and tabs": odt("<text:p>References</text:p><text:p>1.<text:tab/>Example AB, Other O. <text:span>"
                                  "Quiet"
                                  "<text:s/>ketamine</text:span> nights. <text:span>J Made Up Res</text:span>. "
                                  "2014;7(2):970-6."
                                  f"</text:p><text:p>2.<text:tab/>{B_PRINTED}</text:p>"),
    "tracked changes": odt(f"<text:tracked-changes><text:p>{A_PRINTED} old</text:p></text:tracked-changes><text:p>"
                           f"References"
                           f"</text:p>{ODT_LIST}"),
}  # fmt: skip
RTF = {
    "a list": rf"{{\rtf1\ansi Text\par References\par {A_PRINTED}\par {B_PRINTED}\par}}",
    "lines": "{\\rtf1\\ansi\n{\\b References}"
             "\\par\n" + A_PRINTED.replace(" ketamine", "\n ketamine") + f"\\par\n{B_PRINTED}\\par\n}}",
    "fonts and styles": r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\colortbl;\red0;}{\stylesheet{\s1 Heading;}}"
                        r"{\info{\title "
                        rf"No}}}}\pard\f0\fs24 Bibliography\par\pard Example AB, Other O. {{\i {A}}}. J Made Up Res. "
                        rf"2014;7(2):"
                        rf"970\endash 6.\par {B_PRINTED}}}",
    "Unicode": rf"{{\rtf1\ansi\uc1 R\u233?f\'e9rences\par {A_PRINTED}\par {B_PRINTED}\par}}",
    "until funding": rf"{{\rtf1 References\par {A_PRINTED}\par {B_PRINTED}\par Funding\par Nobody Q. No. J No. "
                     rf"2001;1:1.\par}}",
    "footnotes": rf"{{\rtf1 Rest{{\footnote \pard {A_PRINTED}}} helps{{\footnote {B_PRINTED}}}.\par}}",
    "Zotero": r"{\rtf1 As "
              r"{\field{\*\fldinst " + CSL.replace("{", r"\{").replace("}", r"\}") + r"}{\fldrslt (x)}}.\par}",
    "unknown groups": rf"{{\rtf1{{\*\generator X 1.0;}}{{\*\foo bar}}References\par {A_PRINTED}\par {B_PRINTED}\par}}",
    "a picture": rf"{{\rtf1{{\pict\pngblip 89504e47}}References\par {A_PRINTED}\par {B_PRINTED}\par}}",
    "cells of a table": r"{\rtf1 References\par\trowd "
                        r"1.\cell " + A_PRINTED + r"\cell\row\trowd 2.\cell " + B_PRINTED + r"\cell\row}",
}  # fmt: skip
HTML = {
    "a numbered list": f"<html><body><h2>References</h2><ol><li>{A_PRINTED}</li><li>{B_PRINTED}</li></ol></body>"
                       f"</html>",
    "paragraphs": f"<!DOCTYPE html><html><p>Text.</p><h3>7. References</h3><p>1. {A_PRINTED}</p><p>2. {B_PRINTED}</p>",
    "terms and descriptions": f"<h2>References</h2><dl><dt>[1]</dt><dd>{A_PRINTED}</dd><dt>[2]</dt><dd>{B_PRINTED}"
                              f"</dd></dl>",
    "a foot of the page": f"<h2>References</h2><p>{A_PRINTED}</p><p>{B_PRINTED}</p><footer>Copyright 2019</footer>",
    "a piece of a page": f"<h2>Bibliography</h2><p>{A_PRINTED}</p>\n<p>{B_PRINTED}</p>",
    "pandoc": f'<div><h1>References</h1><div id="refs"><div id="ref-a" class="csl-entry"><div class="csl-left-margin">'
              f'1. </div>'
              f'<div class="csl-right-inline">{A_PRINTED}</div></div><div class="csl-entry">{B_PRINTED}</div></div>'
              f'</div>',
    "until a heading": f"<h2>References</h2><ul><li>{A_PRINTED}</li><li>{B_PRINTED}</li></ul><h2>Thanks</h2><p>"
                       f"Nobody Q. No. J No."
                       " 2001;1:1-2.</p>",
    "links and buttons": f'<h2>References</h2><ol><li><span>{A_PRINTED}</span> <a href="https://x.example/?q=1">'
                         f'Crossref</a>'
                         f"<button>Show</button></li><li><p>{B_PRINTED}</p></li></ol>",
    "lines broken in the source": f"<html>\n<body><h2>References</h2>\n<ol>\n<li>{A_PRINTED.replace(' ', chr(10))}\n"
                                  f"</li><li>\n"
                                  f"{B_PRINTED}</li></ol>",
    "scripts": f"<html><head><title>x</title><script>Nobody Q. No. 2001;1:1</script></head><h2>References</h2><p>"
               f"{A_PRINTED}</p>"
               f"<style>p{{}}</style><p>{B_PRINTED}</p>",
    "a table": f"<h2>References</h2><table><tr><td>1.</td><td>{A_PRINTED}</td></tr><tr><td>2.</td><td>"
               f"{B_PRINTED}</td></tr></table>",
    "entities": f"<h2>References&nbsp;</h2><p>{A_PRINTED.replace('-', '&#8211;')}</p><p>"
                f"{B_PRINTED.replace(' ', '&nbsp;', 1)}</p>",
}  # fmt: skip
BIBITEMS = (f"\\bibitem{{a}}\nA.~Example and O.~Other.\n\\newblock {A}.\n\\newblock {{\\em J Made Up Res}}, " \
            f"7(2):970--976, 2014."
            f"\n\n\\bibitem{{b}}\nB.~Inventor.\n\\newblock {B}.\n\\newblock {{\\em Ann Invent Med}}, 12:11--19, "
            f"2013.\n")  # fmt: skip
LATEX = {
    "cite": "\\documentclass{article}\n\\begin{document}Rest \\cite{a} and more "
            "\\cite{b}.\\bibliography{refs}\\end{document}",
    "citep with notes": "\\usepackage{natbib}\n\\citep[see][p. 3]{a}, \\citet*{b} \\bibliography{refs.bib}",
    "several keys": "\\documentclass{x} \\cite{a, b} and \\cite{a} \\bibliography{refs}",
    "several keys of biblatex": "\\documentclass{x}\\addbibresource{refs.bib}\\autocites[see][]{a}[p. 2]{b}",
    "biblatex": "\\documentclass{x}\\addbibresource[location=local]{refs.bib}\\parencite{a} "
                "\\textcite{b}\\printbibliography",
    "comments": "\\documentclass{x} % \\cite{c}\n\\cite{a}\\cite{b} 5\\% \\bibliography{refs} % \\bibliography{other}",
    "its own list": f"\\documentclass{{x}}\\cite{{a}}\\begin{{thebibliography}}{{9}}{BIBITEMS}\\end{{thebibliography}}",
    "natbib's labels": "\\begin{thebibliography}{9}" + BIBITEMS.replace("\\bibitem", "\\bibitem[{Example(2014)}]")
                       + "\\end{thebibliography}",
    "printed items": "\\begin{thebibliography}{9}\\bibitem{a}"
                     " " + A_PRINTED.replace("-", "--") + "\n\\bibitem{b} " + B_PRINTED
                     + "\n\\end{thebibliography}\nNobody Q. No. 2001.",
    "biber": "\\refsection{0}\n" + "".join(
        f"\\entry{{{name[0].lower()}}}{{article}}{{}}\n\\n"
        f"ame{{author}}{{1}}{{}}{{{{{{hash=1}}{{family={{{name}}},given={{X}}}}}}}}"
        f"\n\\field{{title}}{{{title}}}\n\\field{{year}}{{{year}}}\n\\endentry\n" for title, name, year in BOTH),
    "a list under a heading": f"\\documentclass{{x}}\n\\section*{{References}}\n{A_PRINTED}\n\n{B_PRINTED}\n"
                              f"\\section{{Thanks}}\nX",
}  # fmt: skip
MARKDOWN = {
    "pandoc": "---\nbibliography: refs.bib\n---\nRest [@a; @b, p. 3] helps.\n",
    "a list of bibliographies": "---\ntitle: x\nbibliography:\n- refs.bib\n---\nAs @a says, and [-@b].\n",
    "references in the front matter": "---\nreferences:\n- id: a\n  title: Quiet ketamine nights\n  author: "
                                      "[{family: Example}]\n"
                                      "  issued: 2014\n- id: b\n  title: Nasal ketamine in the mountains\n  author: "
                                      "[{family: "
                                      "Inventor}]\n  issued: 2013\n---\n@a and [@b]\n",
    "Quarto": "---\nbibliography: refs.bib\n---\nSee @fig-one and [@sec-two]. @a{.x} [@{b}]\n\n```\n[@c]\n```\n`@c` "
              "me@c.example\n",
    "a list": f"# Text\n\n## References\n\n1. {A_PRINTED}\n2. {B_PRINTED}\n\n## Thanks\n\nNobody Q. No. J No. "
              f"2001;1:1-2.\n",
    "a list in bold": f"Text\n\n**References**\n\n- {A_PRINTED}\n- {B_PRINTED}\n",
    "footnotes": f"Rest[^1] helps[^b].\n\n[^1]: {A_PRINTED}\n[^b]: "
                 f"{B_PRINTED.replace(' in the', chr(10) + '    in the')}\n",
    "underlined": f"Text\n\nReferences\n==========\n\n{A_PRINTED}\n\n{B_PRINTED}\n",
    "all": "---\nbibliography: two.bib\nnocite: '@*'\n---\nNothing.\n",
    "MyST": "---\nbibliography: [refs.bib]\n---\nRest {cite:p}`a` and {cite}`b`.\n",
    "Windows lines": "---\r\nbibliography: refs.bib\r\n---\r\n[@a; @b]\r\n",
}  # fmt: skip


def notebook(*cells):
    return json.dumps({"nbformat": 4, "cells": [{"cell_type": kind, "source": text} for kind, text in cells]})


NOTEBOOK = {
    "pandoc": notebook(
        ("raw", "---\nbibliography: refs.bib\n---"), ("markdown", ["Rest [@a]\n", "and [@b]"]), ("code", "x@c")
    ),
    "a list": notebook(
        ("markdown", "# Text"), ("code", "1"), ("markdown", f"## References\n\n{A_PRINTED}\n\n{B_PRINTED}")
    ),
}
KINDS = {"docx": WORD, "odt": ODT, "rtf": RTF, "html": HTML, "tex": LATEX, "md": MARKDOWN, "ipynb": NOTEBOOK}
CASES = [(kind, name) for kind, cases in KINDS.items() for name in cases]


def saved(folder, kind, content):
    """A file of its kind, with bibliographies beside it."""
    (folder / "refs.bib").write_text(BIB)
    (folder / "two.bib").write_text(BIB.split("@article{c")[0])
    path = folder / f"manuscript.{kind}"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_the_references_of_a_manuscript_are_read(tmp_path, kind, name):
    path = saved(tmp_path, kind, KINDS[kind][name])
    found = read_file(path)
    shown = [
        (each.title, next((author.split()[-1] for author in each.authors), ""), each.year) for each in found.references
    ]
    assert (shown, found.unread) == (BOTH, ())


def test_the_last_reference_of_a_list_is_kept_though_it_has_no_year(tmp_path):
    path = saved(tmp_path, "docx", listed("References", paragraph("Made-Up Health Office. Sheet of facts on rest.")))
    assert [each.title for each in read_file(path).references][:2] == [A, B]
    assert len(read_file(path).references) == 3


def test_what_a_reader_does_not_read_is_named_with_what_to_export_instead(tmp_path):
    for content, words in (
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "Save it as .docx"),
        (b"SQLite format 3\0" + bytes(100), "Export the references as RIS or BibTeX"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "a picture"),
        (b"\x1f\x8b\x08" + bytes(100), "Unpack it"),
        (b"%!PS-Adobe", "Save it as PDF"),
        (bytes(range(256)) * 4, "no text"),
        (packed("xl/workbook.xml"), "a spreadsheet"),
        (packed("ppt/presentation.xml"), "a presentation"),
        (packed("Index/Document.iwa"), "Export it as Word"),
        (packed("a.txt"), "Unpack it"),
        (docx("")[:200], "damaged"),
        (docx("<w:p>"), "Export the file again"),
        (b"%PDF-1.7\nnothing", "cannot be read"),
        (b"", "no references found"),
    ):
        with pytest.raises(BadInputError, match=words):
            read_file(saved(tmp_path, "bin", content))


def packed(name):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        package.writestr(name, "x")
    return file.getvalue()


def pdf(*lines):
    """A PDF of one page with these lines, each an object of its own; without lines, a page without text."""
    text = "".join(f"({line.translate({40: '[', 41: ']'})}) Tj T* " for line in lines)
    stream = f"BT /F1 9 Tf 40 800 Td 12 TL {text}ET" if lines else ""
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(stream)}>>\nstream\n{stream}\nendstream", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]  # fmt: skip
    body, places = "%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj\n{each}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"trailer<</Size 6/Root 1 0 R>>\nstartxref\n{len(body)}\n%%EOF"
    return f"{body}xref\n0 6\n0000000000 65535 f \n{table}{end}".encode("latin-1")


def test_the_list_of_a_pdf_is_read_and_a_scan_is_said_to_have_no_text(tmp_path):
    path = saved(tmp_path, "pdf", pdf("Rest helps.", "References", f"1. {A_PRINTED}", f"2. {B_PRINTED}"))
    assert [each.title for each in read_file(path).references] == [A, B]
    with pytest.raises(BadInputError, match="has no text"):
        read_file(saved(tmp_path, "pdf", pdf()))


def test_a_link_that_names_a_paper_is_a_reference(tmp_path):
    link = '<w:p><w:hyperlink r:id="rId7"><w:r><w:t>shown before</w:t></w:r></w:hyperlink></w:p>'
    rels = ('<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
            'Id="rId7" '
            'Target="https://doi.org/10.9999/jmur.2014.03.026"/></Relationships>')  # fmt: skip
    for content, kind in (
        (docx(link, **{"word/_rels/document.xml.rels": rels}), "docx"),
        (docx(paragraph("As", inside=complex_field('HYPERLINK "https://doi.org/10.9999/jmur.2014.03.026"'))), "docx"),
        (
            odt('<text:p>As <text:a xlink:href="https://doi.org/10.9999/jmur.2014.03.026">shown</text:a></text:p>'),
            "odt",
        ),
        ("<p>As <a href='https://doi.org/10.9999/jmur.2014.03.026'>shown</a></p>", "html"),
        (r'{\rtf1 As {\field{\*\fldinst HYPERLINK "https://doi.org/10.9999/jmur.2014.03.026"}{\fldrslt x}}}', "rtf"),
        (r"\section{x} As \href{https://doi.org/10.9999/jmur.2014.03.026}{shown}", "tex"),
        ("As [shown](https://doi.org/10.9999/jmur.2014.03.026)", "md"),
        ("---\nbibliography: refs.bib\n---\nAs [@doi:10.9999/jmur.2014.03.026]", "md"),
    ):
        (found,) = read_file(saved(tmp_path, kind, content)).references
        assert found.identifiers == {"DOI": "10.9999/jmur.2014.03.026"}


def test_temporary_citations_of_endnote_are_references(tmp_path):
    path = saved(tmp_path, "docx", docx(paragraph("Rest helps {Example, 2014 #12;Inventor, 2013 #3}.")))
    found = [(each.key, each.authors, each.year) for each in read_file(path).references]
    assert found == [("#12", ("Example",), 2014), ("#3", ("Inventor",), 2013)]


@pytest.mark.parametrize(
    ("kind", "text", "unread"),
    [
        ("tex", "\\documentclass{x}\n\\cite{a}\n\\cite{z}"
                "\\bibliography{refs}", ["line 3: 'z' is cited and in no bibliography"]),
        ("tex", "\\documentclass{x}\\cite{a}\\bibliography{refs,gone}",
         ["the bibliography gone.bib is not beside the document. Put it there, or check it itself."]),
        ("md", "---\nbibliography: refs.bib\n---\n[@a; @z]", ["line 4: 'z' is cited and in no bibliography"]),
        ("docx", docx(paragraph("As", inside=complex_field("ADDIN EN.CITE <EndNote><Cite>"))),
         ["a citation field of EndNote that is damaged"]),
        ("docx", docx(paragraph("As", inside=complex_field('ADDIN CSL_CITATION {"citationItems": [{"uris": ["x"]}]}'))),
         ["a citation of Zotero or Mendeley that holds no reference, only its place in a library"]),
        ("docx", docx(paragraph("As", inside=complex_field("ADDIN CSL_CITATION {"))),
         ["a citation field of Zotero or Mendeley that is damaged"]),
    ],
)  # fmt: skip
def test_what_is_cited_and_not_found_is_named(tmp_path, kind, text, unread):
    assert [str(each) for each in read_file(saved(tmp_path, kind, text)).unread] == unread


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "latin-1"])
def test_a_text_file_is_read_in_any_usual_encoding(tmp_path, encoding):
    text = f"Text\r\n\r\nRéférences\r\n\r\n1. {A_PRINTED.replace('Other', 'Öther')}\r\n2. {B_PRINTED}\r\n"
    found = read_file(saved(tmp_path, "txt", text.encode(encoding))).references
    assert [each.authors for each in found] == [("Example", "Öther"), ("Inventor",)]


@pytest.mark.parametrize("kind", ["docx", "tex", "md", "ipynb", "txt", "bib"])
@pytest.mark.parametrize("content", [
    b"{" * 50_000, b"<div>" * 5_000, b"{\\rtf1" + b"{" * 20_000, b"\\cite{" * 5_000, b"[@a" * 5_000,
    b"@article{" * 2_000,
    b"\xff\xfe\x00", b"\\bibitem[" * 2_000, b"References\n" * 3_000,
    b"PK\x05\x06" + bytes(18), b"{\\rtf1 "
                                                                                                b"\\u99999999999 "
                                                                                                b"\\'zz}",
    b"---\nbibliography: {a: [\n---\n[@a]", b'{"cells": 7, "nbformat": 4}', b"%PDF-1.4\n" + b"<<" * 5_000,
])  # fmt: skip
@pytest.mark.timeout(20)
def test_no_file_ends_in_a_traceback(tmp_path, kind, content):
    try:
        read_file(saved(tmp_path, kind, content))
    except BadInputError as error:
        assert "\n" not in str(error)
