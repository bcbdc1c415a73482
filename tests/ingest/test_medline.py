"""MEDLINE text into records."""

import io

import pytest

from helpers.records import medline, pubmed_article
from records.content import SourceRecord
from records.medline import read_medline, split_medline
from records.pieces import BrokenRecord
from records.record import Author, Chemical, Link, MeshHeading, PublicationType, Record, Registration, Section
from records.splitter import record_of
from topics.errors import BadInputError

FULL = medline(
    99000001,
    ("OWN", "NLM"),
    ("STAT", "MEDLINE"),
    ("DCOM", "20140701"),
    ("LR", "20150802"),
    ("IS", "9900-0001 (Print)"),
    ("IS", "9900-0002 (Linking)"),
    ("VI", "7"),
    ("IP", "2"),
    ("DP", "2014 Jun 3"),
    ("TI", "Ketamine in made-up adults: a title that is wrapped and goes on\n      in a second line."),
    ("PG", "11-9"),
    ("LID", "S9900-0001(14)00001-1 [pii]"),
    ("LID", "10.9999/Place.1 [doi]"),
    ("AB", "BACKGROUND: Little is known of\n      made-up sleep. RESULTS: They slept (NCT09900001)."),
    ("CI", "(c) Made-up Press"),
    ("FAU", "Sample, Ann B Jr"),
    ("AU", "Sample AB Jr"),
    ("AUID", "ORCID: 0000-0001-9999-0001"),
    ("AD", "Made-up Hospital,\n      Oslo."),
    ("AD", "Second House."),
    ("CN", "The Sleep\n      Group"),
    ("AU", "Van Der Other C"),
    ("LA", "eng"),
    ("LA", "nor"),
    ("SI", "ClinicalTrials.gov/NCT09900002"),
    ("SI", "GENBANK/AB990001"),
    ("PT", "Randomized Controlled Trial"),
    ("PT", "A type of the future"),
    ("PL", "Norway"),
    ("TA", "J Made Up Res"),
    ("JT", "Journal of made-up research"),
    ("JID", "9900001"),
    ("RN", "690G0D6V8H (Ketamine)"),
    ("RN", "EC 9.9.9.9 (Made-up Ligase)"),
    ("RN", "0 (Substance (a kind of))"),
    ("CIN", "J Made Up Res. 2015;8:1. PMID:\n      99000002"),
    ("EIN", "J Made Up Res 2016;9:4"),
    ("MH", "Humans"),
    ("MH", "Ketamine/*administration & dosage/therapeutic\n      use"),
    ("MH", "*A heading of old"),
    ("PMC", "PMC9900001"),
    ("OT", "*sleep"),
    ("OT", "dose"),
    ("EDAT", "2014/05/02 11:00"),
    ("CRDT", "2014/05/01 11:00"),
    ("AID", "10.9999/ABC.1 [doi]"),
)


def split(text: str | bytes) -> list[SourceRecord | BrokenRecord]:
    return list(split_medline(io.BytesIO(text if isinstance(text, bytes) else text.encode())))


def read(*fields: tuple[str, str]) -> Record:
    return read_medline(medline(99000001, *fields).encode())


def test_a_full_record_is_read_with_everything_in_it():
    assert record_of("medline", FULL.encode()) == Record(
        pmid=99000001,
        title="Ketamine in made-up adults: a title that is wrapped and goes on in a second line.",
        abstract="BACKGROUND: Little is known of made-up sleep.\nRESULTS: They slept (NCT09900001).",
        sections=(Section("BACKGROUND", "BACKGROUND", 12, 45), Section("RESULTS", "RESULTS", 55, 80)),
        journal="J Made Up Res",
        journal_title="Journal of made-up research",
        issn="9900-0001",
        nlm_unique_id="9900001",
        volume="7",
        issue="2",
        pages="11-9",
        year=2014,
        published="2014-06-03",
        date_precision="day",
        entered="2014-05-01",
        completed="2014-07-01",
        revised="2015-08-02",
        doi="10.9999/abc.1",
        pmcid="PMC9900001",
        languages=("eng", "nor"),
        status="MEDLINE",
        country="Norway",
        authors=(
            Author("Sample", "Ann B", "AB", "Jr", "", "0000-0001-9999-0001",
                   "Made-up Hospital, Oslo. | Second House.", valid=True),
            Author("", "", "", "", "The Sleep Group", "", "", valid=True),
            Author("Van Der Other", "", "C", "", "", "", "", valid=True),
        ),
        mesh=(
            MeshHeading("D006801", "Humans", "", "", False, False),
            MeshHeading("D007649", "Ketamine", "Q000008", "administration & dosage", True, False),
            MeshHeading("D007649", "Ketamine", "Q000627", "therapeutic use", True, False),
            MeshHeading("", "A heading of old", "", "", True, False),
        ),
        publication_types=(
            PublicationType("D016449", "Randomized Controlled Trial"),
            PublicationType("", "A type of the future"),
        ),
        chemicals=(
            Chemical("D007649", "Ketamine", "690G0D6V8H"),
            Chemical("", "Made-up Ligase", "EC 9.9.9.9"),
            Chemical("", "Substance (a kind of)", "0"),
        ),
        keywords=("sleep", "dose"),
        registrations=(
            Registration("ClinicalTrials.gov", "NCT09900002", "databank"),
            Registration("ClinicalTrials.gov", "NCT09900001", "text"),
        ),
        links=(
            Link("CommentIn", 99000002, "J Made Up Res. 2015;8:1."),
            Link("ErratumIn", None, "J Made Up Res 2016;9:4"),
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("tag", "kind"),
    [("RIN", "RetractionIn"), ("ROF", "RetractionOf"), ("ECI", "ExpressionOfConcernIn"),
     ("ECF", "ExpressionOfConcernFor"), ("EFR", "ErratumFor"), ("UIN", "UpdateIn"), ("UOF", "UpdateOf"),
     ("CON", "CommentOn"), ("CRI", "CorrectedandRepublishedIn"), ("PRIN", "PartialRetractionIn"),
     ("PROF", "PartialRetractionOf"), ("RRF", "RetractedandRepublishedFrom")],
)  # fmt: skip
def test_notices_have_the_same_names_as_in_xml(tag, kind):
    assert read((tag, "Elsewhere. 2016;1:2. PMID: 99000009")).links == (Link(kind, 99000009, "Elsewhere. 2016;1:2."),)


@pytest.mark.parametrize(
    ("printed", "published", "precision", "text"),
    [
        ("2014 Jun", "2014-06", "month", ""),
        ("2014", "2014", "year", ""),
        ("2000 Fall", "2000", "season", "2000 Fall"),
        ("2000 Sep-Oct", "2000", "year", "2000 Sep-Oct"),
        ("2000 Aug 23-30", "2000-08", "month", "2000 Aug 23-30"),
        ("2011-12", "2011", "year", "2011-12"),
        ("1999-00", "1999", "year", "1999-00"),
    ],
)
def test_a_date_is_as_precise_as_printed(printed, published, precision, text):
    record = read(("DP", printed))
    assert (record.published, record.date_precision, record.published_text) == (published, precision, text)


def test_the_first_affiliation_of_old_records_is_the_first_authors():
    record = read(("AD", "Made-up Clinic."), ("FAU", "One, A"), ("AU", "One A"), ("FAU", "Two, B"), ("AU", "Two B"))
    assert [(each.last_name, each.affiliation) for each in record.authors] == [("One", "Made-up Clinic."), ("Two", "")]


def test_without_create_date_the_entrez_date_counts_and_the_location_gives_the_doi():
    record = read(("EDAT", "2014/05/02 11:00"), ("LID", "10.9999/Place.1 [doi]"), ("AID", "S99 [pii]"))
    assert (record.entered, record.doi) == ("2014-05-02", "10.9999/place.1")


@pytest.mark.parametrize("printed", ["10.9999/Place.1.", "https://doi.org/10.9999/place.1", "doi:10.9999/PLACE.1;"])
def test_a_doi_is_read_without_what_stands_around_it(printed):
    assert read(("LID", f"{printed} [doi]")).doi == "10.9999/place.1"


def test_a_book_is_a_book():
    record = read(("TI", "A chapter"), ("BTI", "A made-up handbook"), ("DP", "2020"))
    assert (record.kind, record.title, record.journal_title) == ("book", "A chapter", "A made-up handbook")


def test_a_book_is_dated_by_its_contribution_and_revision():
    record = read(("BTI", "A made-up handbook"), ("CTDT", "2011/03/04"), ("DRDT", "20210722"))
    assert (record.published, record.revised, record.title) == ("2011-03-04", "2021-07-22", "A made-up handbook")


@pytest.mark.parametrize("title", ["[Not Available].", "[Not Available]", "[Not available].", ""])
def test_a_paper_without_a_translated_title_has_its_own(title):
    record = read(("TI", title), ("TT", "Ketamin mod dårlig søvn: en opdigtet undersøgelse."))
    assert record.title == record.vernacular_title == "Ketamin mod dårlig søvn: en opdigtet undersøgelse."


def test_a_translated_title_stays_and_so_does_not_available_where_there_is_no_other():
    both = read(("TI", "[Ketamine for sleep]."), ("TT", "Ketamin mod søvn."))
    assert (both.title, both.vernacular_title) == ("[Ketamine for sleep].", "Ketamin mod søvn.")
    assert read(("TI", "[Not Available].")).title == "[Not Available]."


@pytest.mark.parametrize(
    ("fields", "pages"),
    [
        ([("LID", "e0990001 [pii]"), ("LID", "10.9999/place.1 [doi]")], "e0990001"),
        ([("AID", "10.9999/place.1 [doi]"), ("AID", "E9901 [pii]")], "E9901"),
        ([("PG", "11-9"), ("AID", "e0990001 [pii]")], "11-9"),
        ([("LID", "S9900-0001(14)00001-1 [pii]"), ("AID", "9900001 [pii]"), ("AID", "made9901 [pii]")], ""),
    ],
)
def test_an_article_number_stands_for_pages_and_a_publishers_number_does_not(fields, pages):
    assert read(*fields).pages == pages


@pytest.mark.parametrize(
    ("fields", "abstract"),
    [
        ([("OAB", "Publisher: Nine adults\n      slept."), ("OABL", "eng")], "Nine adults slept."),
        ([("OAB", "PIP: Nine adults slept.")], "Nine adults slept."),
        ([("OAB", "Nine adults: they slept."), ("OABL", "eng")], "Nine adults: they slept."),
        ([("OAB", "Publisher: Ni voksne sov."), ("OABL", "dan"), ("OAB", "Publisher: Nine adults slept."),
          ("OABL", "eng")], "Nine adults slept."),
        ([("OAB", "Publisher: Ni voksne sov."), ("OABL", "dan")], ""),
        ([("OAB", "plain-language-summary: Some people slept."), ("OABL", "eng")], ""),
        ([("OAB", "plain-language-summary: Some people slept."), ("OABL", "eng"), ("OAB", "NASA: Nine slept."),
          ("OABL", "eng")], "Nine slept."),
        ([("OAB", "Publisher: Abstract available from the publisher."), ("OABL", "eng")], ""),
        ([("OAB", "Publisher: Another text."), ("OABL", "eng"), ("AB", "Nine adults slept.")], "Nine adults slept."),
    ],
)  # fmt: skip
def test_an_english_abstract_by_others_counts_where_there_is_no_other(fields, abstract):
    assert read(*fields).abstract == abstract


def test_the_parts_of_an_abstract_by_others_are_told_apart():
    record = read(("OAB", "Publisher: METHODS: Ten adults. RESULTS: They slept."), ("OABL", "eng"))
    assert [each.label for each in record.sections] == ["METHODS", "RESULTS"]


def test_both_formats_give_the_same_facts():
    xml = record_of("pubmed-xml", pubmed_article(
        99000001, title="A shared title", published="2014-06-03", doi="10.9999/abc.1",
        abstract=[("METHODS", "METHODS", "Ten adults."), ("RESULTS", "RESULTS", "They slept.")],
    ).encode())  # fmt: skip
    text = read(
        ("TI", "A shared title"), ("DP", "2014 Jun 3"), ("AID", "10.9999/abc.1 [doi]"),
        ("AB", "METHODS: Ten adults. RESULTS: They slept."),
    )  # fmt: skip
    for name in ("pmid", "title", "abstract", "sections", "published", "date_precision", "doi"):
        assert getattr(xml, name) == getattr(text, name)


# Files


def test_records_are_cut_out_as_received():
    texts = [medline(99000001, ("TI", "One")), medline(99000002, ("TI", "Two"))]
    for document in (
        "\n" + "".join(texts),
        "".join(texts).rstrip(),
        "\n\n\n".join(texts),
        "".join(t.rstrip() + "\n" for t in texts),
    ):
        assert split(document) == [
            SourceRecord.of_pubmed(99000001, 1, "medline", texts[0].rstrip().encode() + b"\n"),
            SourceRecord.of_pubmed(99000002, 1, "medline", texts[1].rstrip().encode() + b"\n"),
        ]


def test_windows_line_ends_and_a_byte_order_mark_make_no_difference_to_the_record():
    document = b"\xef\xbb\xbf" + FULL.replace("\n", "\r\n").encode()
    (raw,) = split(document)
    assert read_medline(raw.body) == read_medline(FULL.encode())


def test_a_blank_line_inside_a_wrapped_field_does_not_cut_the_record():
    (raw,) = split(medline(99000001, ("AB", "One paragraph.\n\n      Another paragraph.")))
    assert read_medline(raw.body).abstract == "One paragraph. Another paragraph."


def test_a_broken_record_is_named_while_the_rest_goes_on():
    orphan = medline(99000002).replace("PMID- 99000002\n", "OWN - NLM\n")
    garbled = medline(99000003, ("TI", "x")).replace("TI  - ", "no field at all ")
    latin = medline(99000004, ("TI", "HERE")).encode().replace(b"HERE", b"\xf8")
    good = medline(99000005)
    found = split(medline(99000001).encode() + orphan.encode() + garbled.encode() + latin + good.encode())
    assert [(type(each).__name__, each.pmid) for each in found] == [
        ("SourceRecord", 99000001),
        ("BrokenRecord", None),
        ("BrokenRecord", 99000003),
        ("BrokenRecord", 99000004),
        ("SourceRecord", 99000005),
    ]
    assert [each.reason for each in found[1:4]] == [
        "no usable PMID",
        "line 2 of the record is no MEDLINE field: 'no field at all x'",
        "line 2 of the record is not UTF-8",
    ]


def test_a_file_that_ends_inside_a_record_is_refused():
    whole = medline(99000001) + FULL
    with pytest.raises(BadInputError, match="cut off in its last record"):
        split(whole[: whole.index("AID -")])


BOOK = (
    "PMID- 99000009\nOWN - NLM\nSTAT- Publisher\nDP  - 2024 Jan\nTI  - Ketamine, made up\nBTI - A made-up handbook\n"
    "AB  - What the chapter says.\nPT  - Book Chapter\nCRDT- 2017/06/14 06:01\nAID - NBK9900009 [bookaccession]\n"
)


@pytest.mark.parametrize(
    "document", [FULL + BOOK, BOOK, BOOK + "\n" + FULL, FULL + BOOK.rstrip(), BOOK + "AID - 10.9999/b.1 [doi]\n"]
)
def test_a_book_has_no_source_field_and_is_whole(document):
    found = {each.pmid: read_medline(each.body) for each in split(document)}
    assert (found[99000009].kind, found[99000009].title) == ("book", "Ketamine, made up")
    assert len(found) == document.count("PMID- ")


@pytest.mark.parametrize("end", ["AB  - ", "AID - ", "0009 [book"])
def test_a_book_that_is_cut_off_is_refused(end):
    with pytest.raises(BadInputError, match="cut off in its last record"):
        split(FULL + BOOK[: BOOK.index(end)])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_other_encodings_of_unicode_give_the_same_records(encoding):
    plain = medline(99000001, ("TI", "Søvn på ketamin 😴")) + medline(99000002, ("AB", "Two\n      lines."))
    assert split(plain.encode(encoding)) == split(plain)
    for record, same in zip(split(plain.replace("\n", "\r\n").encode(encoding)), split(plain), strict=True):
        assert read_medline(record.body) == read_medline(same.body)


def test_what_begins_as_utf_16_and_is_not_is_refused_as_such():
    document = medline(99000001).encode("utf-16") + b"\n"
    with pytest.raises(BadInputError, match="begins as UTF-16 and is not"):
        split(document)


def test_lines_that_end_as_on_old_macs_are_lines():
    document = medline(99000001, ("TI", "One")) + medline(99000002, ("TI", "Two"))
    assert split(document.replace("\n", "\r")) == split(document)


def test_files_put_together_may_each_have_a_byte_order_mark():
    mark = b"\xef\xbb\xbf"
    assert split(mark + FULL.encode() + mark + medline(99000002).encode()) == split(FULL + medline(99000002))


LEADING = "OWN - NLM\nTI  - Title {0}\n      goes on\nPMID- {0}\nTA  - J Made\nSO  - J Made.\n      2014.\n"


@pytest.mark.parametrize("between", ["", "\n", "\n\n"])
def test_fields_before_the_pmid_belong_to_its_record(between):
    found = split(between.join(LEADING.format(pmid) for pmid in (99000001, 99000002, 99000003)))
    assert [(each.pmid, read_medline(each.body).title) for each in found] == [
        (pmid, f"Title {pmid} goes on") for pmid in (99000001, 99000002, 99000003)
    ]


def test_a_record_without_a_pmid_cannot_be_read():
    with pytest.raises(BadInputError, match="no usable PMID"):
        read_medline(b"TI  - x\n")
