"""`evidence import`: files into the archive, with counts that add up."""

import gzip
from pathlib import Path

import pytest

from db.archive.store import Archive
from helpers.records import article_set, medline, pubmed_article, pubmed_book
from ingest.import_files import FileCounts, import_files
from records.splitter import record_of
from topics.errors import BadInputError

SHARED = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.fixture
def archive(tmp_path):
    with Archive.open(tmp_path / "data") as opened:
        yield opened


def put(tmp_path: Path, name: str, content: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def bring(archive: Archive, *paths: Path) -> list[FileCounts]:
    return import_files(archive, paths, archive.begin_run("import", "test"))


def held(archive: Archive) -> list[tuple[int, str]]:
    return [(stored.pmid, record_of(stored.format, stored.body).title) for stored in archive.current()]


def state(archive: Archive) -> list[tuple]:
    return [
        tuple(row)
        for table in ("versions", "seen", "ledger")
        for row in archive.database.execute(f"SELECT * FROM {table} ORDER BY 1, 2")  # noqa: S608
    ]


def test_xml_gzip_and_medline_go_into_one_archive(archive, tmp_path):
    xml = put(tmp_path, "a.xml", article_set(pubmed_article(99000001, title="One"), pubmed_book(99000002)))
    zipped = put(tmp_path, "b.xml.gz", gzip.compress(article_set(pubmed_article(99000003, title="Three"))))
    text = put(tmp_path, "c.nbib", medline(99000004, ("TI", "Four")).encode())
    hidden = put(tmp_path, "d.txt", gzip.compress(medline(99000005, ("TI", "Five")).encode()))
    assert bring(archive, xml, zipped, text, hidden) == [
        FileCounts("a.xml", 2, 2, 0, 0, 0, 0, 1, 0, ()),
        FileCounts("b.xml.gz", 1, 1, 0, 0, 0, 0, 0, 0, ()),
        FileCounts("c.nbib", 1, 1, 0, 0, 0, 0, 0, 0, ()),
        FileCounts("d.txt", 1, 1, 0, 0, 0, 0, 0, 0, ()),
    ]
    assert held(archive) == [
        (99000001, "One"), (99000002, "Ketamine, made up"), (99000003, "Three"), (99000004, "Four"), (99000005, "Five"),
    ]  # fmt: skip


def test_a_book_is_counted_as_one_in_either_format(archive, tmp_path):
    chapter = medline(99000002, ("TI", "A chapter"), ("BTI", "A made-up handbook"))
    text = put(tmp_path, "a.nbib", (medline(99000001) + chapter).encode())
    assert bring(archive, text) == [FileCounts("a.nbib", 2, 2, 0, 0, 0, 0, 1, 0, ())]


def test_new_changed_unchanged_broken_deleted_are_told_apart(archive, tmp_path):
    first = put(tmp_path, "first.xml", article_set(pubmed_article(99000001), pubmed_article(99000002)))
    broken = pubmed_article(99000004).replace("</Article>", "")
    second = put(
        tmp_path,
        "second.xml",
        article_set(
            pubmed_article(99000001), pubmed_article(99000002, title="Changed"), pubmed_article(99000003), broken,
            deleted=[99000009],
        ),
    )  # fmt: skip
    bring(archive, first)
    (row,) = bring(archive, second)
    assert row == FileCounts("second.xml", 4, 1, 1, 1, 1, 1, 0, 0, row.problems)
    assert row.read == row.new + row.changed + row.unchanged + row.broken
    assert len(row.problems) == 1
    assert row.problems[0].startswith("PMID 99000004 (byte ")
    assert [pmid for pmid, _ in held(archive)] == [99000001, 99000002, 99000003]


@pytest.mark.parametrize(
    "deletions",
    [
        b'<PubmedArticleSet><DeleteCitation><PMID Version="1">99000002</PMID><PMID>99000008</PMID></DeleteCitation>'
        b"</PubmedArticleSet>",
        b"<PubmedArticleSet><DeleteDocument><PMID>99000002</PMID></DeleteDocument></PubmedArticleSet>",
        b"<PubmedArticleSet>%b<DeleteCitation><PMID>99000002</PMID></DeleteCitation></PubmedArticleSet>"
        % pubmed_article(99000002).encode(),
    ],
    ids=["citation", "document", "in the file that has it"],
)
def test_what_a_file_says_is_deleted_is_gone_and_told(archive, tmp_path, deletions):
    bring(archive, put(tmp_path, "a.xml", article_set(pubmed_article(99000001), pubmed_article(99000002))))
    (row,) = bring(archive, put(tmp_path, "b.xml", deletions))
    assert row.gone == 1
    assert [(stored.pmid, bool(stored.gone_since)) for stored in archive.current()] == [
        (99000001, False), (99000002, True),
    ]  # fmt: skip


def test_the_same_file_again_changes_nothing(archive, tmp_path):
    path = put(tmp_path, "a.xml", article_set(pubmed_article(99000001), pubmed_article(99000001)))
    assert bring(archive, path) == [FileCounts("a.xml", 2, 1, 0, 1, 0, 0, 0, 0, ())]
    assert bring(archive, path) == [FileCounts("a.xml", 2, 0, 0, 2, 0, 0, 0, 0, ())]
    assert archive.database["versions"].count == 1


WHOLE = gzip.compress(article_set(*(pubmed_article(pmid) for pmid in range(99000001, 99000901))), 1)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("cut.xml.gz", WHOLE[: len(WHOLE) // 2], "the gzip file is cut off"),
        ("tail.xml.gz", WHOLE[:-3], "the gzip file is cut off"),
        ("bent.xml.gz", WHOLE[:5000] + bytes(100) + WHOLE[5100:], "the gzip file is damaged"),
        ("sum.xml.gz", WHOLE[:-8] + bytes(8), "the gzip file is damaged"),
        ("cut.xml", gzip.decompress(WHOLE)[:-2000], "it is cut off in the record of PMID 99000"),
        ("cut.nbib", (medline(99000001) + medline(99000002)).encode()[:-40], "it is cut off in its last record"),
        ("page.xml", b"<!DOCTYPE html><html></html>", "it looks like an HTML page"),
        ("answer.json", b'{"error": "x"}', "it looks like JSON"),
        ("list.ris", b"TY  - JOUR\n", "it looks like RIS"),
        ("late.ris", b"DB  - Made\nTI  - Sleep\nTY  - JOUR\nER  - \n", "it looks like RIS"),
        ("wide.ris", "ID  - 1\r\nTY  - JOUR\r\nER  - \r\n".encode("utf-16"), "it looks like RIS"),
        ("id.ris", b"\xef\xbb\xbf\nID  - 99000001\nTY - CHAP\n", "it looks like RIS"),
        ("wide.txt", "PMID, year".encode("utf-16-le"), "it looks like text that begins with 'PMID, year'"),
        ("empty.xml", b"", "it looks like an empty file"),
        ("bomb.xml", b'<!DOCTYPE PubmedArticleSet [<!ENTITY a "b">]><PubmedArticleSet/>', "declares entities"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_and_the_archive_stays_as_it_was(archive, tmp_path, name, content, why):
    bring(archive, put(tmp_path, "good.xml", article_set(pubmed_article(99000001, title="Kept"))))
    before = state(archive)
    path = put(tmp_path, name, content)
    with pytest.raises(BadInputError) as caught:
        bring(archive, path)
    assert str(caught.value).startswith(f"{path}: ")
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)
    assert state(archive) == before


@pytest.mark.parametrize(
    ("behind", "left_out"),
    [
        (b"", 0), (bytes(512), 0), (b"\r\n", 2), (bytes(3) + b"<html>Sorry</html>", 18), (b"\x1f", 1),
        (b"x" * 300_000, 300_000),
    ],
)  # fmt: skip
def test_what_follows_the_gzip_data_is_left_out_with_a_warning(archive, tmp_path, behind, left_out):
    path = put(tmp_path, "a.xml.gz", gzip.compress(article_set(pubmed_article(99000001))) + behind)
    said = (f"{left_out} bytes after the end of its gzip data were left out",) if left_out else ()
    assert bring(archive, path) == [FileCounts("a.xml.gz", 1, 1, 0, 0, 0, 0, 0, 0, (), said)]


def test_members_of_a_gzip_file_are_one_after_the_other(archive, tmp_path):
    document = article_set(pubmed_article(99000001), pubmed_article(99000002))
    pieces = [document[at : at + 500] for at in range(0, len(document), 500)]
    members = bytes(7).join(map(gzip.compress, [b"", *pieces, b""]))
    (counts,) = bring(archive, put(tmp_path, "a.xml.gz", members))
    assert (counts.read, counts.new, counts.warnings) == (2, 2, ())
    with pytest.raises(BadInputError, match="the gzip file is cut off"):
        bring(archive, put(tmp_path, "b.xml.gz", gzip.compress(document) + gzip.compress(document)[:-9]))


@pytest.mark.parametrize(
    "content", [article_set(), b"<PubmedArticleSet/>", gzip.compress(article_set()), article_set("<!-- none -->")]
)
def test_a_file_without_records_is_said_to_hold_none(archive, tmp_path, content):
    counts = bring(archive, put(tmp_path, "a.xml", content))
    assert counts == [FileCounts("a.xml", 0, 0, 0, 0, 0, 0, 0, 0, (), ("there is no record in it",))]


def test_deletions_alone_are_something(archive, tmp_path):
    (counts,) = bring(archive, put(tmp_path, "a.xml", article_set(deleted=[99000001])))
    assert (counts.read, counts.deleted, counts.warnings) == (0, 1, ())


def test_a_file_that_is_not_there_or_a_folder_is_named(archive, tmp_path):
    for path in (tmp_path / "none.xml", tmp_path):
        with pytest.raises(BadInputError, match="cannot be read") as caught:
            bring(archive, path)
        assert str(path) in str(caught.value)


def test_files_before_a_bad_one_are_kept(archive, tmp_path):
    good = put(tmp_path, "good.xml", article_set(pubmed_article(99000001, title="Kept")))
    with pytest.raises(BadInputError):
        bring(archive, good, put(tmp_path, "bad.xml", b"nothing"))
    assert held(archive) == [(99000001, "Kept")]


def test_broken_records_stand_in_the_ledger(archive, tmp_path):
    path = put(
        tmp_path, "a.xml", article_set(pubmed_article(99000001), pubmed_article(99000002).replace("</Article>", ""))
    )
    run = archive.begin_run("import", "test")
    import_files(archive, [path], run)
    (row,) = archive.ledger(run)
    assert (row["query"], row["reported"], row["received"], row["stored"]) == ("file: a.xml", 2, 2, 1)
    assert "PMID 99000002" in row["warnings"]


REAL = {
    "biopython1.xml": (2, 2), "biopython2.xml": (2, 2), "biopython4.xml": (1, 1), "biopython5.xml": (1, 1),
    "biopython6.xml": (1, 1), "biopython7.xml": (1, 1), "cpfe.xml.gz": (111, 111), "mokztk.xml.gz": (15, 14),
    "p1m.xml": (4, 4), "pubMR.xml.gz": (93, 93), "srproject.xml.gz": (106, 106), "titipata.xml": (1, 1),
    "medline_1000.txt.gz": (1000, 926),
}  # fmt: skip
"""Records in each real file, and how many of them no file before it had (some stand in a file more than once)."""


@pytest.mark.skipif(not SHARED.is_dir(), reason="real PubMed files (../shared/data) are not here")
def test_real_files_go_in_without_loss(archive):
    paths = [*sorted((SHARED / "pubmed_xml").iterdir()), SHARED / "medline_1000.txt.gz"]
    rows = bring(archive, *paths)
    assert rows == [
        FileCounts(path.name, read, new, 0, read - new, 0, 0, 0, 0, ())
        for path in paths
        for read, new in [REAL[path.name]]
    ]
    assert sum(row.read for row in rows) == 1338
    assert archive.count() == 1263
    records = [record_of(stored.format, stored.body) for stored in archive.current()]
    assert [record.pmid for record in records] == [stored.pmid for stored in archive.current()]
    for record in records:
        assert record.title
        assert record.year
        assert all(record.abstract[each.start : each.end].strip() for each in record.sections)
