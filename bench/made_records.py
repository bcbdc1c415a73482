"""Made-up PubMed records, shaped like recent real ones, in any number: the data of the bench.

Sections, authors with affiliations and ORCIDs, MeSH with qualifiers, history and references as NLM writes and indents
them (about 16 KB and 240 elements a record). The same seed gives the same bytes. Blocks and sentences are drawn from
pools, filled up with made-up words so that a file zips to a ninth, as real ones do (to a seventh, or less); across
a file text still repeats, so the size of the full-text vocabulary is optimistic.
"""

import gzip
import random
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from bench.made_words import (
    FORENAMES,
    JOURNALS,
    LABELS,
    MEANS,
    MESH,
    NAMES,
    ON_TOPIC,
    PLAIN,
    QUALIFIERS,
    SUBJECTS,
    SYLLABLES,
    THINGS,
    TOWNS,
)
from records.window import Window, utf8_chunks

FIRST_PMID = 99_000_001
PROLOG = (
    '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE PubmedArticleSet SYSTEM '
    '"http://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n<PubmedArticleSet>\n'
)
_END = "</PubmedArticleSet>\n"


def records(count: int, seed: int = 1, first: int = FIRST_PMID, topic_share: float = 0.001) -> Iterator[str]:
    """Yield `count` PubmedArticle elements with PMIDs from `first` up.

    `topic_share` of them are about the topic (of all of PubMed, about a thousandth names ketamine); in a third as many
    others the drug is mentioned in passing.
    """
    rng = random.Random(seed)  # noqa: S311
    pools = _Pools(rng)
    for pmid in range(first, first + count):
        yield pools.article(pmid, on_topic=rng.random() < topic_share, mentioned=rng.random() < topic_share / 3)


def write_file(path: Path, count: int, seed: int = 1, first: int = FIRST_PMID, topic_share: float = 0.001) -> int:
    """Write a gzipped file of `count` records as NLM's baseline has them; the number of bytes unzipped."""
    size = 0
    with gzip.open(path, "wb", compresslevel=6) as file:
        for part in (PROLOG, *records(count, seed, first, topic_share), _END):
            size += file.write(part.encode())
    return size


def bodies(file: BinaryIO) -> Iterator[bytes]:
    """The records of such a file as they stand in it, neither checked nor known by their PMIDs."""
    window = Window(utf8_chunks(file))
    window.skip_past(b"<PubmedArticleSet>", "its first tag")
    while window.skip_space() and (body := window.take_element(b"PubmedArticle")):
        yield body


class _Pools:
    """Blocks of XML that are put together into records."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.words = ["".join(rng.choices(SYLLABLES, k=rng.choice((2, 3, 3, 4)))) for _ in range(20_000)]
        self.sentences = [self._sentence(rng.choice(PLAIN)) for _ in range(6000)]
        self.topical = [self._sentence(rng.choice(ON_TOPIC)) for _ in range(300)]
        self.authors = [self._author(number) for number in range(4000)]
        self.headings = [self._heading(name, number) for number, name in enumerate(MESH) for _ in range(4)]
        self.rare_headings = [
            self._heading(f"{self._word().title()} {self._word().title()}", number) for number in range(1_000, 5_000)
        ]
        self.references = [self._reference() for _ in range(8000)]

    def _word(self) -> str:
        return self.rng.choice(self.words)

    def _sentence(self, form: str) -> str:
        rng = self.rng
        return form.format(
            subjects=f"{rng.choice(SUBJECTS)} of {self._word()} {self._word()}",
            thing=f"{self._word()} {rng.choice(THINGS)} ({self._word()})",
            means=f"{rng.choice(MEANS)} and {self._word()}",
            n=rng.randint(12, 900),
            a=rng.randint(2, 40),
            b=rng.randint(41, 90),
            w=rng.randint(2, 9),
        )

    def _author(self, number: int) -> str:
        rng = self.rng
        name, fore = rng.choice(NAMES), rng.choice(FORENAMES)
        town = rng.choice(TOWNS)
        orcid = (
            f'          <Identifier Source="ORCID">https://orcid.org/0000-0002-{rng.randint(0, 9999):04d}-'
            f"{rng.randint(0, 9999):04d}</Identifier>\n"
            if number % 3 == 0
            else ""
        )
        return (
            '        <Author ValidYN="Y">\n'
            f"          <LastName>{name}</LastName>\n          <ForeName>{fore} {name[0]}</ForeName>\n"
            f"          <Initials>{fore[0]}{name[0]}</Initials>\n{orcid}"
            "          <AffiliationInfo>\n"
            f"            <Affiliation>Department of {self._word()} Medicine, {self._word().title()} "
            f"Hospital, {self._word().title()} Street {rng.randint(1, 300)}, {town}, Nowhere. Electronic "
            f"address: {self._word()}{number}@example.org.</Affiliation>\n"
            "          </AffiliationInfo>\n        </Author>\n"
        )

    def _heading(self, name: str, number: int) -> str:
        qualifiers = self.rng.sample(QUALIFIERS, self.rng.choice((0, 0, 1, 1, 2)))
        lines = [f'          <DescriptorName UI="D{900000 + number:06d}" MajorTopicYN="N">{name}</DescriptorName>\n']
        lines += [
            f'          <QualifierName UI="{ui}" MajorTopicYN="{self.rng.choice("NNY")}">{qualifier}</QualifierName>\n'
            for ui, qualifier in qualifiers
        ]
        return f"        <MeshHeading>\n{''.join(lines)}        </MeshHeading>\n"

    def _reference(self) -> str:
        rng = self.rng
        return (
            "        <Reference>\n"
            f"          <Citation>{rng.choice(NAMES)} {rng.choice('ABCDEK')}, {rng.choice(NAMES)} "
            f"{rng.choice('HJM')}, {rng.choice(NAMES)} L. What is known of {self._word()} {rng.choice(THINGS)} "
            f"in {self._word()} {self._word()} {rng.choice(SUBJECTS)}. "
            f"{rng.choice(JOURNALS)}. {rng.randint(1985, 2024)};{rng.randint(1, 80)}({rng.randint(1, 12)}):"
            f"{rng.randint(1, 900)}-{rng.randint(901, 999)}.</Citation>\n          <ArticleIdList>\n"
            f'            <ArticleId IdType="pubmed">{rng.randrange(98_000_000, 99_000_000)}</ArticleId>\n'
            f'            <ArticleId IdType="doi">10.9999/{self._word()}.{rng.randrange(10**8):08d}</ArticleId>\n'
            "          </ArticleIdList>\n        </Reference>\n"
        )

    def _abstract(self, on_topic: bool, mentioned: bool) -> str:
        rng = self.rng
        kind = rng.random()
        if kind < 0.08:
            return ""
        chosen = rng.choices(self.sentences, k=14)
        if on_topic:
            chosen[3:5] = rng.sample(self.topical, 2)
        elif mentioned:
            chosen[8] = "Ketamine was used for induction of anaesthesia, and morphine was given on demand."
        if kind < 0.4:
            parts = f"        <AbstractText>{' '.join(chosen)}</AbstractText>\n"
        else:
            parts = "".join(
                f'        <AbstractText Label="{label}" NlmCategory="{category}">{" ".join(chosen[at : at + 4])}'
                "</AbstractText>\n"
                for at, (label, category) in zip(range(0, 14, 4), LABELS, strict=True)
            )
        rights = "<CopyrightInformation>© Made up.</CopyrightInformation>"
        return f"      <Abstract>\n{parts}        {rights}\n      </Abstract>\n"

    def article(self, pmid: int, *, on_topic: bool, mentioned: bool) -> str:
        """One PubmedArticle, with a line end behind it."""
        rng = self.rng
        year, month, day = rng.randint(2008, 2025), rng.randint(1, 12), rng.randint(1, 28)
        journal = rng.choice(JOURNALS)
        what = "Ketamine for depression" if on_topic else rng.choice(MEANS).capitalize()
        authors = "".join(rng.choices(self.authors, k=rng.randint(2, 8)))
        headings = "".join([*rng.sample(self.headings, 9), *rng.sample(self.rare_headings, 3)])
        if on_topic:
            headings += (
                '        <MeshHeading>\n          <DescriptorName UI="D007649" MajorTopicYN="Y">Ketamine'
                "</DescriptorName>\n        </MeshHeading>\n"
            )
        references = "".join(rng.choices(self.references, k=rng.randint(6, 22)))
        dated = "".join(
            f'        <PubMedPubDate PubStatus="{status}">\n          <Year>{year}</Year>\n'
            f"          <Month>{month}</Month>\n          <Day>{day}</Day>\n          <Hour>6</Hour>\n"
            "          <Minute>0</Minute>\n        </PubMedPubDate>\n"
            for status in ("received", "revised", "accepted", "medline", "pubmed", "entrez")
        )
        keywords = "".join(
            f'        <Keyword MajorTopicYN="N">{word}</Keyword>\n' for word in rng.sample(self.words, 4)
        )
        registered = (
            '        <DataBankList CompleteYN="Y">\n          <DataBank>\n            <DataBankName>ClinicalTrials.gov'
            "</DataBankName>\n            <AccessionNumberList>\n              <AccessionNumber>"
            f"NCT{pmid % 100_000_000:08d}</AccessionNumber>\n            </AccessionNumberList>\n"
            "          </DataBank>\n        </DataBankList>\n"
            if on_topic
            else ""
        )
        kind = ("D016449", "Randomized Controlled Trial") if rng.random() < 0.1 else ("D016428", "Journal Article")
        return f"""  <PubmedArticle>
    <MedlineCitation Status="MEDLINE" Owner="NLM" IndexingMethod="{rng.choice(("Automated", "Curated"))}">
      <PMID Version="1">{pmid}</PMID>
      <DateCompleted>
        <Year>{year}</Year>
        <Month>{month:02d}</Month>
        <Day>{day:02d}</Day>
      </DateCompleted>
      <DateRevised>
        <Year>{year}</Year>
        <Month>{month:02d}</Month>
        <Day>{day:02d}</Day>
      </DateRevised>
      <Article PubModel="Print-Electronic">
        <Journal>
          <ISSN IssnType="Electronic">9900-{pmid % 10000:04d}</ISSN>
          <JournalIssue CitedMedium="Internet">
            <Volume>{rng.randint(1, 90)}</Volume>
            <Issue>{rng.randint(1, 12)}</Issue>
            <PubDate>
              <Year>{year}</Year>
              <Month>Jun</Month>
              <Day>{day:02d}</Day>
            </PubDate>
          </JournalIssue>
          <Title>Journal of made-up research</Title>
          <ISOAbbreviation>{journal}</ISOAbbreviation>
        </Journal>
        <ArticleTitle>{what} and {rng.choice(THINGS)} in {rng.choice(SUBJECTS)}: a made-up study.</ArticleTitle>
        <Pagination>
          <StartPage>11</StartPage>
          <EndPage>19</EndPage>
          <MedlinePgn>11-9</MedlinePgn>
        </Pagination>
        <ELocationID EIdType="doi" ValidYN="Y">10.9999/made.{pmid}</ELocationID>
{self._abstract(on_topic, mentioned)}        <AuthorList CompleteYN="Y">
{authors}        </AuthorList>
        <Language>eng</Language>
{registered}        <GrantList CompleteYN="Y">
          <Grant>
            <GrantID>R01-{pmid}</GrantID>
            <Agency>Made-up Council</Agency>
            <Country>Norway</Country>
          </Grant>
        </GrantList>
        <PublicationTypeList>
          <PublicationType UI="D016428">Journal Article</PublicationType>
          <PublicationType UI="{kind[0]}">{kind[1]}</PublicationType>
        </PublicationTypeList>
        <ArticleDate DateType="Electronic">
          <Year>{year}</Year>
          <Month>{month:02d}</Month>
          <Day>{day:02d}</Day>
        </ArticleDate>
      </Article>
      <MedlineJournalInfo>
        <Country>Norway</Country>
        <MedlineTA>{journal}</MedlineTA>
        <NlmUniqueID>9900001</NlmUniqueID>
        <ISSNLinking>9900-0001</ISSNLinking>
      </MedlineJournalInfo>
      <ChemicalList>
        <Chemical>
          <RegistryNumber>J41CSQ7QDS</RegistryNumber>
          <NameOfSubstance UI="D015032">Zinc</NameOfSubstance>
        </Chemical>
      </ChemicalList>
      <CitationSubset>IM</CitationSubset>
      <MeshHeadingList>
{headings}      </MeshHeadingList>
      <KeywordList Owner="NOTNLM">
{keywords}      </KeywordList>
      <CoiStatement>The authors declare no competing interests; all of them are made up.</CoiStatement>
    </MedlineCitation>
    <PubmedData>
      <History>
{dated}      </History>
      <PublicationStatus>ppublish</PublicationStatus>
      <ArticleIdList>
        <ArticleId IdType="pubmed">{pmid}</ArticleId>
        <ArticleId IdType="doi">10.9999/made.{pmid}</ArticleId>
        <ArticleId IdType="pmc">PMC{pmid}</ArticleId>
      </ArticleIdList>
      <ReferenceList>
{references}      </ReferenceList>
    </PubmedData>
  </PubmedArticle>
"""
