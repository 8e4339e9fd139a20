"""The number of a document, out of what people write around it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.profiles.document_number import document_number
from domain.profiles.forms import FieldError, read_form
from domain.profiles.representative import Representative
from tests.support.builders import REPRESENTATIVE, representative


def read(typed: str, kind: str) -> Representative | tuple[FieldError, ...]:
    return read_form(Representative, REPRESENTATIVE | {"document_type": kind, "document_number": typed})


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("52345678", "52345678"),
        (" 52 345 678 ", "52345678"),
        ("52.345.678", "52345678"),
        ("C.C. 52.345.678", "52345678"),
        ("c.c.52.345.678", "52345678"),
        ("CC 52345678", "52345678"),
        ("CC52345678", "52345678"),
        ("CC: 52.345.678", "52345678"),
        ("C.C. No. 52.345.678", "52345678"),
        ("Cédula de ciudadanía número 52.345.678", "52345678"),
        ("Cédula 52.345.678", "52345678"),
        ("No. 52.345.678", "52345678"),
        ("Nro 52.345.678", "52345678"),
        ("N° 52.345.678", "52345678"),
        ("Nº52.345.678", "52345678"),
        ("# 52.345.678", "52345678"),
        ("1'020.304.050", "1020304050"),
        ("1’020.304.050", "1020304050"),
        ("1,020,304,050", "1020304050"),
        ("1\u00a0020\u2009304\t050", "1020304050"),
        ("1020304050\u200b", "1020304050"),
        ("１０２０３０４０５０", "1020304050"),
        ("52345678.0", "52345678"),
        ("52.345.678,00", "52345678"),
        ("52.345.600", "52345600"),
    ],
)
def test_a_number_is_read_as_people_write_it(typed: str, number: str) -> None:
    signer = read(typed, "CC")

    assert isinstance(signer, Representative)
    assert signer.document_number == number


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("C.E. 123456", "CC"),
        ("CC 52345678", "CE"),
        ("Pasaporte 123456", "CC"),
        ("T.I. 1020304050", "CC"),
        ("NIT 52345678", "CC"),
        ("PPT 1234567", "PEP"),
        ("C.C. 52.345.678", "PA"),
        ("cédula de extranjería 123456", "PA"),
    ],
)
def test_a_number_of_another_type_than_the_chosen_one_is_told_so(typed: str, kind: str) -> None:
    (error,) = read(typed, kind)

    assert (error.field, error.code) == ("document_number", "document_type_differs")
    assert "el tipo de documento elegido es otro" in error.message_es


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("AB123456", "AB123456"),
        ("CC123456", "CC123456"),
        ("CC 123456", "CC123456"),
        ("CE123456", "CE123456"),
        ("PA0123456", "PA0123456"),
        ("NO123456", "NO123456"),
        ("N1234567", "N1234567"),
        ("AB 123 456", "AB123456"),
        ("12 AB 345", "12AB345"),
        ("Pasaporte AB123456", "AB123456"),
        ("Pasaporte No. CC123456", "CC123456"),
        ("P.A. AB123456", "AB123456"),
        ("PA: AB123456", "AB123456"),
        ("No. AB123456", "AB123456"),
        ("ＡＢ１２３４５６", "AB123456"),
    ],
)
def test_a_passport_keeps_the_letters_of_its_number(typed: str, number: str) -> None:
    signer = read(typed, "PA")

    assert isinstance(signer, Representative)
    assert signer.document_number == number


@given(st.from_regex(r"[A-Z]{0,3}[0-9]{4,9}", fullmatch=True))
def test_any_passport_number_stays_as_it_is(number: str) -> None:
    assert read(number, "PA").document_number == number


@pytest.mark.parametrize("typed", ["#$%", "C.C.", "no tengo", "52.345.678 de Cali", "-52", "1" * 21])
def test_what_is_no_number_is_refused(typed: str) -> None:
    (error,) = read(typed, "CC")

    assert (error.field, error.code) == ("document_number", "document_number")


def test_a_type_before_the_number_is_left_to_the_message_about_a_type_that_is_missing() -> None:
    assert [error.field for error in read("C.C. 52345678", "")] == ["document_type"]


@given(st.from_regex(r"[A-Z0-9][A-Z0-9-]{1,19}", fullmatch=True))
def test_a_stored_number_is_read_as_it_was_stored(number: str) -> None:
    assert representative(document_number=number).document_number == number
    assert document_number(number) == number
