"""Telephone numbers as people of Colombia write them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.profiles.company import Company
from domain.profiles.forms import read_form
from domain.profiles.phone import read_phone
from domain.profiles.representative import Representative
from tests.support.builders import COMPANY, REPRESENTATIVE


@pytest.mark.parametrize(
    ("typed", "phone"),
    [
        ("+57 300 123 4567", "+57 300 123 4567"),
        ("(601) 555-0101", "(601) 555-0101"),
        ("(+57) 300 1234567", "+57 300 1234567"),
        ("(+57)300-123-4567", "+57 300-123-4567"),
        ("601 555 0101 ext. 12", "601 555 0101 ext. 12"),
        ("601 555 0101 Ext 12", "601 555 0101 ext. 12"),
        ("601 555 0101 EXT:12", "601 555 0101 ext. 12"),
        ("601 555 0101, extensión 12", "601 555 0101 ext. 12"),
        ("300 123 4567 (WhatsApp)", "300 123 4567"),
        ("(cel.) 300 123 4567", "300 123 4567"),
        ("601 555 0101 EXTENSIÓN 12", "601 555 0101 ext. 12"),
        ("601 555 0101 (ext. 12)", "601 555 0101 ext. 12"),
        ("601 555 0101 ext. No. 12", "601 555 0101 ext. 12"),
        ("601 555 0101 x12", "601 555 0101 ext. 12"),
        ("6015550101x12", "6015550101 ext. 12"),
        ("601 555 0101 #12", "601 555 0101 ext. 12"),
        ("(+57) 601 555 0101 Ext. 12", "+57 601 555 0101 ext. 12"),
        ("Tel. 601 555 0101", "601 555 0101"),
        ("Cel: 300 123 4567", "300 123 4567"),
        ("tel:+57 300 1234567", "+57 300 1234567"),
        ("300 123 4567 / 310 765 4321", "300 123 4567 / 310 765 4321"),
        ("300 123 4567/310 765 4321", "300 123 4567 / 310 765 4321"),
        ("300 123 4567 y 310 765 4321", "300 123 4567 / 310 765 4321"),
        ("300 123 4567, 310 765 4321", "300 123 4567 / 310 765 4321"),
        ("300 123 4567; 310 765 4321", "300 123 4567 / 310 765 4321"),
        ("300 123 4567 - 310 765 4321", "300 123 4567 - 310 765 4321"),
        ("PBX 601 555 0101 ext. 12 / Cel. 300 123 4567", "601 555 0101 ext. 12 / 300 123 4567"),
        ("300–123—4567", "300-123-4567"),
        ("300\u00a0123\u20094567\u200b", "300 123 4567"),
        ("３００ １２３ ４５６７", "300 123 4567"),
    ],
)
def test_a_number_is_read_as_people_write_it(typed: str, phone: str) -> None:
    company = read_form(Company, COMPANY | {"phone": typed})

    assert isinstance(company, Company)
    assert company.phone == phone


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        ("12", "phone_short", "menos de 7 dígitos"),
        ("300 12", "phone_short", "menos de 7 dígitos"),
        ("ext. 12", "phone_short", "menos de 7 dígitos"),
        ("no tengo", "phone_letters", "letras"),
        ("3OO 123 4567", "phone_letters", "letras"),
        ("601 555 0101 ext. doce", "phone_letters", "letras"),
        ("300 123 4567 / 310 765 4321 / 320 111 2222", "phone_several", "más de dos"),
        ("300 123 4567 310 765 4321 320 111 2222", "phone_long", "más de 15 dígitos"),
        ("300 / 123 4567", "phone", "separados por /"),
        ("300*1234567", "phone", "separados por /"),
        ("601 555 0101 ext. 12 / 13", "phone", "separados por /"),
    ],
)
def test_what_is_no_number_is_told_what_is_wrong_with_it(typed: str, code: str, said: str) -> None:
    (error,) = read_form(Representative, REPRESENTATIVE | {"phone": typed})

    assert (error.field, error.code) == ("phone", code)
    assert said in error.message_es


NUMBERS = st.from_regex(r"\+?[0-9]{1,3}[ .-]?\(?[0-9]{3}\)? ?[0-9]{3}[ -][0-9]{2}", fullmatch=True)


@given(NUMBERS, st.one_of(st.none(), st.integers(0, 999_999)), st.one_of(st.none(), NUMBERS))
def test_a_number_in_its_plain_form_stays_as_it_is(number: str, extension: int | None, second: str | None) -> None:
    phone = number if extension is None else f"{number} ext. {extension}"
    phone = phone if second is None else f"{phone} / {second}"

    assert read_phone(phone) == phone


@given(st.from_regex(r"\+?[0-9 ().-]{7,30}", fullmatch=True).filter(lambda text: len(re.sub(r"\D", "", text)) >= 7))
def test_a_number_that_was_stored_before_is_read_as_it_was_stored(stored: str) -> None:
    assert read_phone(stored) == " ".join(stored.split())
