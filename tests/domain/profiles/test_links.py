"""No name that somebody types becomes a link in a mail of ours, and no company is refused for how it is called."""

import re

import pytest

from domain.profiles.company import Company
from domain.profiles.forms import read_form
from domain.profiles.links import harmless
from domain.profiles.representative import Representative
from tests.support.builders import COMPANY, REPRESENTATIVE

ADDRESSES = [
    "visita banco.example.co",
    "visita banco.co",
    "Ganaste: https://evil.example",
    "hxxp://evil",
    "http:evil",
    "www.evil",
    "Ana (ana@evil.example)",
    "evil.co/entrar",
    "evil.co:8080",
    "GANA.BANK",
    "t.me",
    "mira «banco.com»",
    "entra a banco.com.",
    "bánco.com",
    "xn--bnco-5na.com",
    "x.banco.com.co",
    "banco\u200b.com",
    "banco\uff0ecom",
    "javascript:alert(1)",
    "mailto:ana",
    "ftp:evil",
    "HTTP : evil",
    "www2.evil",
    "WWW. evil",
    "visita banco.es",
    "evil.interno/x",
    "evil.interno:80",
    "evil.interno?x",
    "evil.interno#x",
    "10.1.2.3",
]
NAMES = [
    "Panadería La Espiga S.A.S.",
    "Empresas Públicas de Medellín E.S.P.",
    "Inversiones 3.0 S.A.S.",
    "L'Oréal Colombia S.A.S.",
    "Tecn@red Ltda.",
    "Pérez & Cía. S. en C.",
    "A.B.C. Servicios S.A.",
    "J.M.Gómez e Hijos",
    "Hnos.Gómez Ltda.",
    "C.I. Flores 1.234 S.A.",
    "Edif.Centro P.H.",
]
CALLED_BY_AN_ADDRESS = [
    "Café.com S.A.S.",
    "CAFE.COM SAS",
    "Fincaraiz.com.co S.A.S",
    "Comercializadora Viajes.com Ltda.",
    "Despegar.com Colombia S.A.",
]
LINKED = re.compile(
    r"://|\b(?:https?|mailto|javascript):\S|\bwww\.\S|\S@\S+\.\w|\w\.(?:com|co|bank|me|example)\b|\d\.\d+\.\d+\.\d",
    re.IGNORECASE,
)
"""Where mail programs find an address."""
TYPED_TEXTS = [  # the model, valid data for it, the field
    (Company, COMPANY, "legal_name"),
    (Company, COMPANY, "city"),
    (Company, COMPANY, "address"),
    (Company, COMPANY, "plan"),
    (Representative, REPRESENTATIVE, "full_name"),
    (Representative, REPRESENTATIVE, "role"),
    (Representative, REPRESENTATIVE, "document_city"),
]
FIELDS = [field for _, _, field in TYPED_TEXTS]


@pytest.mark.parametrize("typed", ADDRESSES)
@pytest.mark.parametrize(("model", "valid", "field"), TYPED_TEXTS, ids=FIELDS)
def test_no_text_that_is_typed_holds_an_address(model: type, valid: dict, field: str, typed: str) -> None:
    (error,) = read_form(model, valid | {field: typed})

    assert (error.field, error.code) == (field, "address_within")
    assert "Tiene una dirección de internet o de correo. Bórrala" in error.message_es
    assert typed not in error.message + error.message_es


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\u200f", "\x00", "\x1b", "\x7f"])
@pytest.mark.parametrize(("model", "valid", "field"), TYPED_TEXTS, ids=FIELDS)
def test_no_text_that_is_typed_turns_the_reading_or_controls(model: type, valid: dict, field: str, sign: str) -> None:
    (error,) = read_form(model, valid | {field: f"Uno{sign}dos"})

    assert (error.field, error.code) == (field, "forbidden_characters")


@pytest.mark.parametrize("name", NAMES + CALLED_BY_AN_ADDRESS)
def test_a_company_is_taken_as_the_register_calls_it(name: str) -> None:
    read = read_form(Company, COMPANY | {"legal_name": name})

    assert isinstance(read, Company), read
    assert read.legal_name == name


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("address", "Cra.7 No.32-16 Of.401 Urb.La Campiña"),
        ("address", "Barrio Centro.CL 5 # 4-3"),
        ("address", "Km 5.3 vía Cajicá, Vda.El Canelón"),
        ("city", "Bogotá D.C."),
    ],
)
def test_abbreviations_without_a_space_are_no_addresses(field: str, typed: str) -> None:
    assert isinstance(read_form(Company, COMPANY | {field: typed}), Company)


@pytest.mark.parametrize("typed", ["Rep.Legal", "Subgerente Adm.y Fin.", "Ing.Jefe 2.0"])
def test_a_role_is_taken_as_people_write_it(typed: str) -> None:
    assert isinstance(read_form(Representative, REPRESENTATIVE | {"role": typed}), Representative)


@pytest.mark.parametrize("name", ["Café.com", "visita banco.example.co S.A.S.", "a.com b.com S.A.S.", "evil.co/x S.A."])
def test_an_address_is_part_of_a_name_only_alone_and_beside_the_legal_form(name: str) -> None:
    (error,) = read_form(Company, COMPANY | {"legal_name": name})

    assert "escribe también el tipo de sociedad" in error.message_es


def test_what_was_stored_before_can_still_be_read() -> None:
    assert Company.model_validate(COMPANY | {"legal_name": "visita banco.co"}).legal_name == "visita banco.co"


@pytest.mark.parametrize("name", ADDRESSES + CALLED_BY_AN_ADDRESS)
def test_no_name_has_an_address_once_it_is_harmless(name: str) -> None:
    said = harmless(name)

    assert LINKED.search(said) is None, said
    assert said.replace(" ", "") == name.replace(" ", "")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Café.com S.A.S.", "Café. com S.A.S."),
        ("ana@evil.example", "ana @ evil. example"),
        ("www.7.x", "www. 7.x"),
        ("tel:600", "tel: 600"),
    ],
)
def test_a_space_stands_after_what_would_join_an_address(name: str, said: str) -> None:
    assert harmless(name) == said


@pytest.mark.parametrize("name", ["Panadería La Espiga S.A.S.", "Inversiones 3.0 S.A.S.", "L'Oréal", "Tecn@red Ltda."])
def test_a_name_without_an_address_stays_as_it_is(name: str) -> None:
    assert harmless(name) == name
