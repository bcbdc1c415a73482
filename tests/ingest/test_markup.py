"""Marked-up text in plain text: exponents, marks and fractions never become digits of a number beside them."""

import pytest

from helpers.records import pubmed_article
from records.record import Record
from records.splitter import record_of
from topics.errors import BadInputError


def read(abstract: str) -> Record:
    return record_of("pubmed-xml", pubmed_article(99000001, abstract=abstract).encode())


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("12<sup>3</sup> patients", "12³ patients"),
        ("24<sup>1,2</sup> patients", "24¹,² patients"),
        ("patients<sup>4-6</sup> completed", "patients⁴⁻⁶ completed"),
        ("10<sup>\u22123</sup> M", "10⁻³ M"),
        ("30 kg/m<sup>2</sup> and Ca<sup>2+</sup>", "30 kg/m² and Ca²⁺"),
        ("<i>10</i><sup><b>6</b></sup> cells", "10⁶ cells"),
        ("the 19<sup>th</sup> of Brand<sup>®</sup>", "the 19th of Brand®"),
        ("[<sup>18</sup>F]FDG, <sup>99m</sup>Tc and 6-<sup>3</sup>H", "[18F]FDG, 99mTc and 6-3H"),
        ("7<sup>18</sup>F", "7¹⁸F"),
        ("CO<sub>2</sub>, but 12<sub>3</sub>", "CO2, but 12₃"),
        ("12&lt;sup&gt;3&lt;/sup&gt; of &lt;i&gt;them&lt;/i&gt;", "12³ of them"),
        ("p &lt; 0.05 &amp;amp; n &gt; 3", "p < 0.05 & n > 3"),
        ("2&amp;frac14; &amp;amp;mdash; &amp;#189; of AT&amp;T", "2¼ — ½ of AT&T"),
        ("2&frac14; to 2&frac12; hours &amp; more", "2¼ to 2½ hours & more"),
    ],
)
def test_raised_and_lowered_text_and_characters_by_name(xml, text):
    assert read(xml).abstract == text


@pytest.mark.parametrize(
    ("mathml", "text"),
    [
        ("<msup><mn>10</mn><mn>3</mn></msup>", "10³"),
        ("<msup>\n  <mn>10</mn>\n  <mrow><mo>-</mo><mn>3</mn></mrow>\n</msup>", "10⁻³"),
        ("<msup><mi>x</mi><mrow><mi>n</mi><mo>+</mo><mn>1</mn></mrow></msup>", "xⁿ⁺¹"),
        ("<msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup>", "x1²"),
        ("<mfrac><mn>1</mn><mn>4</mn></mfrac>", "¼"),
        ("<mn>2</mn><mfrac><mn>3</mn><mn>16</mn></mfrac>", "2³⁄₁₆"),
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mn>1</mn></mrow><mi>b</mi></mfrac>", "(a+1)/b"),
        ("<msqrt><mn>16</mn></msqrt>", "√16"),
        ("<mroot><mn>27</mn><mn>3</mn></mroot>", "³√27"),
        ("<mfenced><mn>1</mn><mn>4</mn></mfenced>", "(1, 4)"),
        ("<mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>4</mn></mtd></mtr></mtable>", "1 4"),
        ("<mover><mi>x</mi><mo>-</mo></mover>", "x-"),
        ("<mmultiscripts><mi>C</mi><mprescripts/><none/><mn>13</mn></mmultiscripts>", "13C"),
        ("<mmultiscripts><mn>7</mn><none/><mn>2</mn></mmultiscripts>", "7²"),
        ("<semantics><mn>10</mn><annotation>10^{3}</annotation></semantics>", "10"),
    ],
)
def test_what_a_formula_builds_up_stays_built_up(mathml, text):
    prefixed = mathml.replace("</", "\0").replace("<", "<mml:").replace("\0", "</mml:")
    assert read(f"It was <DispFormula><mml:math>{prefixed}</mml:math></DispFormula> there.").abstract == (
        f"It was {text} there."
    )


def test_characters_by_name_are_read_where_the_prefix_of_a_formula_is_not_declared_either():
    assert read("<mml:math><mml:mi>x</mml:mi></mml:math> &ge; 2").abstract == "x ≥ 2"


def test_a_name_that_no_character_has_breaks_the_record():
    with pytest.raises(BadInputError, match="Entity 'nothing' not defined"):
        read("2 &nothing; 3")
