"""What an identifier is called in the database is one form, whoever wrote it and whoever looks it up."""

import pytest

from db.citations.identifiers import identifiers_in, without_identifiers
from records.identifiers import clean_doi, clean_pmcid
from records.registries import REGISTRIES, register_of, registrations_in, without_registrations

NUMBERS = (
    "NCT09900001", "ISRCTN99000001", "2014-009901-12", "2023-509901-12", "ACTRN12699000000001", "ChiCTR-IOR-99000001",
    "ChiCTR9900000001", "UMIN000099001", "jRCTs099000001", "jRCT1099000001", "JapicCTI-990001", "DRKS00099001",
    "NTR9901", "PACTR209900000000001", "CTRI/2014/09/099001", "IRCT2014099001N1", "KCT0099001", "RBR-99ab9c",
    "TCTR20990100001", "RPCEC00099001", "SLCTR/2009/099",
)  # fmt: skip
"""A number of every register, in stored form."""


def named(text: str) -> dict[str, str]:
    return {kind.name: value for kind, value in identifiers_in(text)}


def test_every_registry_of_the_table_has_its_number_here():
    assert {name for number in NUMBERS for name, _ in registrations_in(number)} == {each.name for each in REGISTRIES}


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("written", ["{}", "registered ({}).", "see {}; PMID 99000001"])
def test_a_look_up_reads_every_number_that_tagging_reads_and_to_the_same_form(number, written):
    for typed in (number, number.upper(), number.lower()):
        assert named(written.format(typed))["trial registration"] == number
        assert [found for _, found in registrations_in(written.format(typed))] == [number]


@pytest.mark.parametrize("number", NUMBERS)
def test_digits_of_a_registration_are_not_read_as_other_parts_of_a_reference(number):
    assert without_identifiers(f"Maße, {number}, 2014").split() == ["Maße,", ",", "2014"]


def test_a_number_named_twice_in_one_breath_is_taken_out_once():
    assert without_registrations("ßß DRKS-ID: DRKS00099001 and UMIN-CTR UMIN000099001.") == "ßß   and  ."


def test_numbers_of_one_register_are_told_from_those_of_two():
    assert register_of("ChiCTR-IOR-99000001") == register_of("ChiCTR9900000001")
    assert len({register_of(number) for number in NUMBERS}) == len(NUMBERS) - 2  # ChiCTR and jRCT are there twice
    assert register_of("PER-099-15") == register_of("PER-098-15") == "PER"


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("10.5555/Made.Up.", "10.5555/made.up"),
        ("https://doi.org/10.5555/made.up.", "10.5555/made.up"),
        ("doi:10.5555/made(20)up).", "10.5555/made(20)up"),
        ("10.5555/made.up./", "10.5555/made.up"),
        ("10.5555/made.up.*", "10.5555/made.up"),
        ("<10.5555/made.up>", "10.5555/made.up"),
        ("10.5555/a(19990101)77:6<1037::AID-MADE4>3.0.CO;2-1.", "10.5555/a(19990101)77:6<1037::aid-made4>3.0.co;2-1"),
        ("10.5555.12/made.up", "10.5555.12/made.up"),
        ("10.5555%2Fmade%28up%29.", "10.5555/made(up)"),
    ],
)
def test_a_doi_is_the_same_in_a_record_and_in_a_reference(text, doi):
    assert clean_doi(text) == doi
    assert named(text)["DOI"] == doi
    assert (clean_doi(doi), named(doi)["DOI"]) == (doi, doi)


def test_a_pmc_id_has_no_zeros_before_it_and_is_not_nothing():
    assert [clean_pmcid(text) for text in ("PMC0099001", "pmc99001.2", "99001", "PMC0", "PMC")] == [
        "PMC99001", "PMC99001", "PMC99001", "", "",
    ]  # fmt: skip
