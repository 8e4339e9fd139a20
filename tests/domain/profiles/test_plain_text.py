"""What a paste brings along is made plain; what can't be used is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.profiles.company import Company
from domain.profiles.forms import read_form
from domain.profiles.plain_text import plain
from domain.profiles.text import is_printable, one_line
from tests.support.builders import COMPANY

PRINTABLE = st.text([chr(code) for code in range(0x21, 0x2200) if is_printable(chr(code))], min_size=1)


@pytest.mark.parametrize("space", [*"\t\n\r\v\f\x85\u00a0\u2003\u2009\u200a\u2028\u2029\u202f\u205f\u3000", "\r\n"])
def test_every_space_is_a_plain_one(space: str) -> None:
    assert plain(f"{space}La{space} {space}Espiga{space}") == "La Espiga"


@pytest.mark.parametrize("hyphen", "\u2010\u2011\u2012\u2212\ufe63\uff0d")
def test_every_hyphen_is_a_plain_one(hyphen: str) -> None:
    assert plain(f"N° 3{hyphen}21") == "N° 3-21"


@pytest.mark.parametrize("unseen", "\u00ad\u200b\u200c\u200d\u2060\ufeff\ufe0e\ufe0f\U000e0100")
def test_what_has_no_width_is_dropped(unseen: str) -> None:
    assert plain(f"{unseen}Espi{unseen}ga{unseen}") == "Espiga"


@pytest.mark.parametrize("typed", ["“Café” ‘x’ O’Brien – — N° 1º 2ª €", "Año ½ ²"])
def test_what_the_letter_prints_stays_as_it_was_typed(typed: str) -> None:
    assert plain(typed) == typed


@pytest.mark.parametrize(
    ("typed", "text"), [("ＥＳＰＩＧＡ　１２＃", "ESPIGA 12#"), ("ﬁnca", "finca"), ("O\u02bcBrien", "O’Brien")]
)
def test_letters_of_another_width_are_plain_ones(typed: str, text: str) -> None:
    assert plain(typed) == text


@pytest.mark.parametrize("field", ["legal_name", "city", "address", "plan"])
@pytest.mark.parametrize("typed", ["La\tEspiga", "La\u2003Espiga\u200b", "\ufeffLa\r\nEspiga", "La Espi\u00adga"])
def test_every_text_of_a_form_is_made_plain(field: str, typed: str) -> None:
    assert getattr(read_form(Company, COMPANY | {field: typed}), field) == "La Espiga"


@pytest.mark.parametrize("typed", ["ana@laespiga.example.com\u200b", "\u00a0ana@laespiga.example.com\n"])
def test_a_mail_address_is_made_plain(typed: str) -> None:
    assert read_form(Company, COMPANY | {"email": typed}).email == "ana@laespiga.example.com"


def test_a_company_s_id_is_not_made_plain() -> None:
    (error,) = read_form(Company, COMPANY | {"company_id": "C1001\u200b"})

    assert error.field == "company_id"


@pytest.mark.parametrize(
    ("typed", "english", "spanish"),
    [
        ("Casa 中", "U+4E2D CJK UNIFIED IDEOGRAPH-4E2D, at position 6", "«中» (U+4E2D), en la posición 6"),
        ("Aves 🦜", "U+1F99C PARROT, at position 6", "«🦜» (U+1F99C), en la posición 6"),
        (
            "A\u202eB",
            "U+202E RIGHT-TO-LEFT OVERRIDE",
            "un signo invisible que cambia el sentido de la lectura (U+202E)",
        ),
        ("A\u200fB", "U+200F RIGHT-TO-LEFT MARK", "un signo invisible que cambia el sentido de la lectura (U+200F)"),
        ("A\x07B", "U+0007, at position 2", "un signo que no se ve (U+0007), en la posición 2"),
        ("A\ud800B", "U+D800, at position 2", "un signo que no se ve (U+D800)"),
    ],
)
@pytest.mark.parametrize("field", ["legal_name", "nit", "address", "email", "phone"])
def test_a_character_that_can_not_be_used_is_named(field: str, typed: str, english: str, spanish: str) -> None:
    (error,) = read_form(Company, COMPANY | {field: typed})

    assert (error.field, error.code) == (field, "forbidden_characters")
    assert english in error.message
    assert spanish in error.message_es


@given(st.text())
def test_a_plain_text_stays_as_it_is(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@given(st.lists(PRINTABLE, min_size=1))
def test_what_was_taken_before_anything_was_made_plain_is_read_as_it_was_stored(words: list[str]) -> None:
    assert one_line(" ".join(words)) == plain(" ".join(words)) == " ".join(words)
