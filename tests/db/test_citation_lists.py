"""Pasted lists of references, of made-up papers, in the styles and layouts in which people have them."""

import textwrap

import pytest

from db.citations.layout import split_references

STYLES = {
    "vancouver": [
        "Example AB, Other CD, de Vries EF, Sample GH. Quiet ketamine nights by the sea: a made-up trial of evening "
        "infusions. J Made Up Res. 2014;7(2):970-6.",
        "van Dijk IJ, Inventor B. Nasal ketamine in the mountains, an invented crossover study. Ann Invent Med. "
        "2013;12:11-9.",
        "Nobody Q, Al Someone R. Penguins of the south and their songs. Polar Fict. 2019;3(11):542-50.",
    ],
    "apa": [
        "Example, A. B., Other, C. D., de Vries, E. F., & Sample, G. H. (2014). Quiet ketamine nights by the sea. "
        "Journal of Made Up Research, 7(2), 970-976. https://doi.org/10.9999/jmur.2014.03.026",
        "van Dijk, I. J., & Inventor, B. (2013). Nasal ketamine in the mountains: An invented study. Annals of "
        "Invented Medicine, 12, 11-19.",
        "Nobody, Q. (2019). Penguins of the south and their songs. Polar Fictions, 3(11), 542-550.",
    ],
    "chicago": [
        "Example, A. B., C. D. Other, and G. H. Sample. 2014. \u201cQuiet Ketamine Nights by the Sea.\u201d J Made Up "
        "Res 7 (2): 970-76.",
        "Inventor, B. 2013. \u201cNasal Ketamine in the Mountains.\u201d Ann Invent Med 12: 11-19.",
        "Nobody, Q., and R. Someone. 2019. \u201cPenguins and Their Songs.\u201d Polar Fict 3 (11): 542-50.",
    ],
    "acs": [
        "Example, A. B.; Other, C. D.; Sample, G. H. Quiet Ketamine Nights by the Sea. J. Made Up Res. 2014, 7 (2), "
        "970-976.",
        "Inventor, B. Nasal Ketamine in the Mountains. Ann. Invent. Med. 2013, 12, 11-19.",
        "Nobody, Q.; Someone, R. Penguins of the South and Their Songs. Polar Fict. 2019, 3 (11), 542-550.",
    ],
}  # fmt: skip


def wrapped(text: str, width: int = 52, hanging: str = "") -> str:
    return textwrap.fill(text, width, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False)


def numbered(form: str):
    return lambda items: "\n".join(form.format(n) + wrapped(item) for n, item in enumerate(items, start=1))


LAYOUTS = {
    "a line each": "\n".join,
    "empty lines between": "\n\n".join,
    "wrapped": lambda items: "\n".join(map(wrapped, items)),
    "wrapped, empty lines between": lambda items: "\n\n".join(map(wrapped, items)),
    "hanging": lambda items: "\n".join(wrapped(item, hanging="    ") for item in items),
    "1.": numbered("{}. "), "[1]": numbered("[{}] "), "(1)": numbered("({}) "), "1:": numbered("{}: "),
    "1 and a blank": numbered("{} "), "1 glued": numbered("{}"), "1 alone": numbered("{}.\n"),
    "from 14 on": lambda items: "\n".join(f"{n}. {wrapped(item)}" for n, item in enumerate(items, start=14)),
    "numbers in one paragraph": lambda items: " ".join(f"{n}. {item}" for n, item in enumerate(items, start=1)),
    "bullets": lambda items: "\n".join(f"\u2022 {wrapped(item)}" for item in items),
    "under a heading": lambda items: "References\n\n" + "\n".join(map(wrapped, items)),
    "pages between": lambda items: "\n".join(f"{n}. {wrapped(item)}\n\n- {n} -\n\nMade-up review\n" for n, item
                                             in enumerate(items, start=1)),
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("style", STYLES)
def test_a_list_has_as_many_answers_as_references_each_whole(style, layout):
    items = STYLES[style]
    assert [part.replace(" ", "") for part in split_references(LAYOUTS[layout](items))] == [
        item.replace(" ", "") for item in items
    ]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Example AB et al. J Made Up Res 2014;7:970; Inventor B. Ann Invent Med 2013;12:11",
         ["Example AB et al. J Made Up Res 2014;7:970", "Inventor B. Ann Invent Med 2013;12:11"]),
        ("(Example et al., 2014; Inventor, 2013a)", ["Example et al., 2014", "Inventor, 2013a"]),
        ("99000001 99000002, 99000003", ["99000001", "99000002", "99000003"]),
        ("99000001\nInventor 2013\n10.9999/jmur.2014.3", ["99000001", "Inventor 2013", "10.9999/jmur.2014.3"]),
        ("Example 2014\nInventor 2013", ["Example 2014", "Inventor 2013"]),
        ("Example AB. Of 3 patients (1):542. J Made Up Res. 2014;7(1):542-9.",
         ["Example AB. Of 3 patients (1):542. J Made Up Res. 2014;7(1):542-9."]),
        ("1\n2\n99000001", ["1", "2", "99000001"]),
        ("", []), ("References\n\n", []),
    ],
)  # fmt: skip
def test_scraps_and_single_lines(text, parts):
    assert split_references(text) == parts
