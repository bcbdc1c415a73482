"""Whatever a record says, tagging does not fail, and every quote stands where its tag says."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.tagging import Tagger, decide, disagreements
from records.record import Record
from topics import Term, Vocabulary

VOCABULARY = Vocabulary(
    interventions=[Term(value="ketamine", label="ketamine", terms=["ketamine"])],
    conditions=[Term(value="pain", label="pain", terms=["pain"])],
)
TAGGER = Tagger(VOCABULARY)
PIECES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "ketamine", "Ketamine 0.5 mg/kg over 40 min", "intravenous", "I.V.", "METHODS: ", "CONCLUSIONS: ",
            "40 patients", "n = 20", "(N = 1,204)", "three groups of nine patients", "randomly assigned",
            "a case report", "in vitro", "rats", "bioavailability of 45%", "50 mg/ml", "systematic review",
            "12 studies", "she", "the patient", ". ", "? ", "\n", "İstanbul", "ß", "µg", "—", "placebo",
            "total of", "forty-five", "controls (n = 3)", "CONDITION: ", "will be",
        ]
    ),
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(PIECES, max_size=5), st.lists(PIECES, max_size=30))
def test_any_text_is_tagged_with_exact_quotes(title_pieces, abstract_pieces):
    record = Record(pmid=99000004, title=" ".join(title_pieces), abstract=" ".join(abstract_pieces))
    tagged = TAGGER.tag(record)
    for tag in tagged.tags:
        text = {"title": record.title, "abstract": record.abstract}[tag.field]
        assert tag.quote == text[tag.start : tag.end]
        assert 0 < tag.confidence <= 1
    decision = decide(tagged.tags, has_abstract=bool(record.abstract))
    assert decision.n_total is None or decision.n_total > 0
    assert disagreements(tagged.tags) == []  # one source alone has nobody to disagree with
