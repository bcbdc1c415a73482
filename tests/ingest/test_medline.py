"""MEDLINE text into records."""

import io

import pytest

from db.received import RawRecord
from ingest.medline import read_medline, split_medline
from ingest.raw import BrokenRecord
from ingest.reader import record_of
from ingest.record import Author, Chemical, Link, MeshHeading, PublicationType, Record, Registration, Section
from records import medline, pubmed_article
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


def split(text: str | bytes) -> list[RawRecord | BrokenRecord]:
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
     ("CON", "CommentOn"), ("CRI", "CorrectedandRepublishedIn"), ("RRF", "RetractedandRepublishedFrom")],
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


def test_a_book_is_a_book():
    record = read(("TI", "A chapter"), ("BTI", "A made-up handbook"), ("DP", "2020"))
    assert (record.kind, record.title, record.journal_title) == ("book", "A chapter", "A made-up handbook")


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
            RawRecord(99000001, 1, "medline", texts[0].rstrip().encode() + b"\n"),
            RawRecord(99000002, 1, "medline", texts[1].rstrip().encode() + b"\n"),
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
        ("RawRecord", 99000001),
        ("BrokenRecord", None),
        ("BrokenRecord", 99000003),
        ("BrokenRecord", 99000004),
        ("RawRecord", 99000005),
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


def test_a_record_without_a_pmid_cannot_be_read():
    with pytest.raises(BadInputError, match="no usable PMID"):
        read_medline(b"TI  - x\n")
