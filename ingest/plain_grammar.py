"""What a record in the plain form looks like: NLM's DTD (pubmed_250101.dtd), in the order in which PubMed writes it.

Each form goes from where the one before it ended to an element that is read on its own, because it is long, or may have
markup in it, or because nothing is read of it.
"""

import re

_BREAK = re.compile(r"\n *")
_OPTIONAL = re.compile(r"\{(\w+)\}")


def _form(text: str) -> re.Pattern[str]:
    """Compile a form: an expression where a line break is any white space, `~` any text, `@` any attributes.

    `{Name}` is an element that may be missing.
    """
    text = _OPTIONAL.sub(r"(?:<\1(?:/>|>~</\1>)\n)?+", text.lstrip())
    text = text.replace("@", r'(?: \w++="[^"<>]*+")*+').replace("~", "[^<]*+")
    return re.compile(_BREAK.sub(r"[ \\t\\r\\n]*+", text), re.ASCII)


TO_TITLE = _form(r"""
<PubmedArticle>
<MedlineCitation(?P<attributes>@)>
<PMID Version="(?P<version>\d{1,4})">(?P<pmid>\d{1,8})</PMID>
(?:<DateCreated>
  <Year>\d++</Year>
  <Month>\d++</Month>
  <Day>\d++</Day>
</DateCreated>
)?+(?:<DateCompleted>
  <Year>(?P<completed>\d++</Year>
  <Month>\d++</Month>
  <Day>\d++)</Day>
</DateCompleted>
)?+(?:<DateRevised>
  <Year>(?P<revised>\d++</Year>
  <Month>\d++</Month>
  <Day>\d++)</Day>
</DateRevised>
)?+<Article PubModel="[\w-]++">
<Journal>
  (?:<ISSN IssnType="\w++">(?P<ISSN>~)</ISSN>
  )?+<JournalIssue CitedMedium="\w++">
    (?P<issue>{Volume}{Issue})<PubDate>
      (?P<printed>{MedlineDate}{Year}{Month}{Day}{Season})</PubDate>
  </JournalIssue>
  (?P<journal>{Title}{ISOAbbreviation})</Journal>
<ArticleTitle>""")
TO_ABSTRACT = _form(r"""
</ArticleTitle>
(?:<Pagination>
  (?:<StartPage>(?P<first>~)</StartPage>
  )?+(?:<EndPage>(?P<last>~)</EndPage>
  )?+(?:<MedlinePgn>(?P<pages>~)</MedlinePgn>
  )?+</Pagination>
)?+(?P<locations>(?:<ELocationID EIdType="\w++"(?: ValidYN="[YN]")?+>~</ELocationID>
)*+)""")
LOCATION = re.compile(r'"doi"(?: ValidYN="Y")?>([^<]*)<')
ABSTRACT_TEXT = re.compile(r'\s*<AbstractText(?: Label="([^"<>]*)")?(?: NlmCategory="([^"<>]*)")?>')
END_OF_ABSTRACT = _form(r"""(?:
<CopyrightInformation>~</CopyrightInformation>)?+
""")
TO_GRANTS = _form(r"""(?P<languages>(?:<Language>~</Language>
)++)(?P<databanks>(?:<DataBankList(?: CompleteYN="[YN]")?+>
  (?:<DataBank>
    <DataBankName>~</DataBankName>
    <AccessionNumberList>
      (?:<AccessionNumber>~</AccessionNumber>
    )*+</AccessionNumberList>
  </DataBank>
)*+</DataBankList>
)?+)""")
TO_HEADINGS = _form(r"""(?P<types>(?:<PublicationTypeList>
  (?:<PublicationType(?: UI="\w*+")?+>~</PublicationType>
)*+</PublicationTypeList>
)?+)(?P<vernacular>{VernacularTitle})(?:<ArticleDate DateType="\w++">
  <Year>(?P<electronic>\d++</Year>
  <Month>\d++</Month>
  <Day>\d++)</Day>
</ArticleDate>
)?+</Article>
<MedlineJournalInfo>
  (?P<catalogue>{Country}{MedlineTA}{NlmUniqueID}{ISSNLinking})</MedlineJournalInfo>
(?P<chemicals>(?:<ChemicalList>
  (?:<Chemical>
    <RegistryNumber>~</RegistryNumber>
    <NameOfSubstance(?: UI="\w*+")?+>~</NameOfSubstance>
  </Chemical>
)*+</ChemicalList>
)?+)(?:<SupplMeshList>
  (?:<SupplMeshName@>~</SupplMeshName>
)*+</SupplMeshList>
)?+(?:<CitationSubset>~</CitationSubset>
)*+(?P<links>(?:<CommentsCorrectionsList>
  (?:<CommentsCorrections RefType="\w++">
    (?:<RefSource>~</RefSource>
    )?+(?:<PMID Version="\d++">~</PMID>
    )?+(?:<Note>~</Note>
    )?+</CommentsCorrections>
)*+</CommentsCorrectionsList>
)?+)""")
TO_INTERESTS = _form(r"""(?:<NumberOfReferences>~</NumberOfReferences>
)?+(?:<OtherID Source="\w++">~</OtherID>
)*+(?P<keywords>(?:<KeywordList Owner="[\w-]++">
  (?:<Keyword(?: MajorTopicYN="[YN]")?+>~</Keyword>
)*+</KeywordList>
)*+)""")
TO_END = _form(r"""(?:<GeneralNote Owner="[\w-]++">~</GeneralNote>
)*+</MedlineCitation>
$""")
SPACE = re.compile(r"[ \t\r\n]*+")
MARKUP = re.compile(r"<(i|b|u|sup|sub)>([^<]*)</\1>")
DATABANK = re.compile(r"<DataBankName>([^<]*)<|<AccessionNumber>([^<]*)<")
TYPE = re.compile(r'<PublicationType(?: UI="(\w*)")?>([^<]*)<')
CHEMICAL = _form(r"""<RegistryNumber>(~)</RegistryNumber>
<NameOfSubstance(?: UI="(\w*+)")?+>(~)<""")
LINK = _form(r"""RefType="(\w++)">
(?:<RefSource>(~)</RefSource>
)?+(?:<PMID Version="\d++">(~)</PMID>)?+""")
KEYWORD = re.compile(r"<Keyword(?: [^>]*)?>([^<]*)<")
LEAF = re.compile(r"<(\w+)>([^<]*)<")
LANGUAGE = re.compile(r">([^<]+)<")
