"""Over every development abstract: a text tag's quote is exactly the text it points at. Nothing is scored here."""

from pathlib import Path

import pytest

from evaluation.gold_sets import read_gold
from ingest.tagging import Tagger
from records.record import Record

DATA = Path(__file__).parents[3].parent / "shared" / "data"
SETS = ("ketamine_dev.jsonl.gz", "psynamic_dev.jsonl.gz", "studytype_dev.jsonl.gz", "medline_1000.txt.gz")


@pytest.mark.parametrize("name", SETS)
def test_every_quote_stands_where_its_tag_says(tagger: Tagger, name):
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"{name} is not beside the checkout (../shared/data)")
    _, rows = read_gold(path)
    quotes = 0
    for number, row in enumerate(rows):
        title = row.get("title", row.get("TI", ""))
        abstract = row.get("abstract", row.get("AB", "")) or ""
        tagged = tagger.tag(Record(pmid=99000000 + number, title=title, abstract=abstract))
        for tag in tagged.tags:
            text = {"title": title, "abstract": abstract}[tag.field]
            assert tag.quote == text[tag.start : tag.end]
            assert tag.quote
            quotes += 1
        for arm in tagged.arms:
            assert arm.quote in f"{title}\n{abstract}"
        for measurement in tagged.measurements:
            assert measurement.quote in f"{title}\n{abstract}"
    assert quotes > 0
