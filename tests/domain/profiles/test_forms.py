"""Typed data into models: everything that is wrong, at once, without repeating it."""

import json
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.letter.content import Lender
from domain.profiles.company import Company, PersonType
from domain.profiles.forms import FieldError, read_form
from domain.profiles.representative import Representative
from portal.api.models import PaymentInput
from tests.support.builders import COMPANY, LENDER, REPRESENTATIVE


def codes(errors: object) -> dict[str, str]:
    assert isinstance(errors, tuple)
    return {error.field: error.code for error in errors}


def test_a_complete_company_is_read() -> None:
    company = read_form(Company, COMPANY | {"phone": "601 555 0101", "plan": "pyme"})

    assert isinstance(company, Company)
    assert company.person_type is PersonType.JURIDICA
    assert (company.phone, company.plan) == ("601 555 0101", "pyme")


@pytest.mark.parametrize("blank", [None, "", "  \t ", "\u200b\u3000"])
def test_every_missing_field_gets_its_own_message_in_the_form_s_order(blank: object) -> None:
    errors = read_form(Representative, dict.fromkeys(REPRESENTATIVE, blank))

    assert isinstance(errors, tuple)
    assert [error.field for error in errors] == list(REPRESENTATIVE)
    assert {error.code for error in errors} == {"missing"}
    assert len({error.message_es for error in errors}) == len(REPRESENTATIVE)


def test_optional_fields_may_be_blank() -> None:
    company = read_form(Company, COMPANY | {"phone": "", "plan": None})

    assert isinstance(company, Company)
    assert company.phone is None


def test_wrong_and_missing_fields_are_named_together() -> None:
    data = COMPANY | {"nit": "900373115-4", "person_type": "otra", "email": "nobody", "company_id": "a b", "x": 1}
    del data["city"]

    assert codes(read_form(Company, data)) == {
        "company_id": "wrong_format",
        "nit": "nit_check_digit",
        "person_type": "unknown_choice",
        "city": "missing",
        "email": "mail",
        "x": "unknown_field",
    }


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("full_name", "A" * 121, "too_long"),
        ("full_name", "Ana\u202eanA", "forbidden_characters"),
        ("full_name", "Ana\x00", "forbidden_characters"),
        ("full_name", "Ana\u200eGómez", "forbidden_characters"),
        ("full_name", "Ana 🦜", "forbidden_characters"),
        ("full_name", "Анна", "forbidden_characters"),
        ("full_name", "\ud800", "forbidden_characters"),
        ("full_name", 7, "not_text"),
        ("full_name", ["Ana"], "not_text"),
        ("email", "a" * 60 + "@" + "b" * 30 + ".co", "too_long"),
        ("role", "R" * 101, "too_long"),
        ("document_type", "DNI", "unknown_choice"),
    ],
)
def test_what_can_not_be_printed_or_used_is_refused(field: str, value: object, code: str) -> None:
    assert codes(read_form(Representative, REPRESENTATIVE | {field: value})) == {field: code}


def test_names_are_stripped_and_composed() -> None:
    typed = "  " + unicodedata.normalize("NFD", "María  Ángela\u00a0Ñáñez") + " "

    signer = read_form(Representative, REPRESENTATIVE | {"full_name": typed})

    assert isinstance(signer, Representative)
    assert signer.full_name == "María Ángela Ñáñez"


@pytest.mark.parametrize(
    ("model", "typed", "limit"),
    [
        (Company, COMPANY | {"legal_name": "A" * 251}, 250),
        (Company, COMPANY | {"address": "A" * 201}, 200),
        (Company, COMPANY | {"city": "A" * 61}, 60),
        (Company, COMPANY | {"email": "a" * 50 + "@" + "b" * 50 + ".co"}, 80),
        (Representative, REPRESENTATIVE | {"full_name": "A" * 121}, 120),
        (Representative, REPRESENTATIVE | {"role": "A" * 101}, 100),
        (Lender, LENDER | {"name": "A" * 251}, 250),
        (Lender, LENDER | {"policy_url": "https://example.com/" + "a" * 120}, 120),
        (PaymentInput, {"reference": "A" * 81, "amount_cop": 1}, 80),
    ],
)
def test_a_text_that_is_too_long_is_told_the_limit_of_its_own_field(model: type, typed: object, limit: int) -> None:
    (error,) = read_form(model, typed)

    assert f"to {limit} characters" in error.message
    assert f"a {limit} caracteres" in error.message_es


@pytest.mark.parametrize("length", [121, 250])
def test_a_legal_name_of_the_register_is_taken_at_its_whole_length(length: int) -> None:
    name = ("Asociación de usuarios del hogar infantil " * 6)[:length].strip()

    assert read_form(Company, COMPANY | {"legal_name": name}).legal_name == name


@pytest.mark.parametrize("data", [None, [], "x", 3])
def test_what_is_no_object_is_refused(data: object) -> None:
    assert codes(read_form(Company, data)) == {"": "not_an_object"}


def test_a_lender_needs_a_web_address() -> None:
    assert codes(read_form(Lender, LENDER | {"policy_url": "javascript:alert(1)"})) == {"policy_url": "url"}


SECRET = "Zxqv73519"


@settings(suppress_health_check=[HealthCheck.too_slow])  # the first text of a run loads Unicode's tables
@given(
    st.dictionaries(
        st.sampled_from(list(REPRESENTATIVE)),
        st.one_of(st.text(), st.integers(), st.lists(st.text()), st.none()),
    )
)
def test_any_data_gives_a_representative_or_errors_with_a_message(data: dict[str, object]) -> None:
    result = read_form(Representative, data)

    if isinstance(result, tuple):
        assert result
        assert all(error.message and error.message_es and error.code != "wrong_format" for error in result)
    else:
        assert json.loads(result.model_dump_json())


@pytest.mark.parametrize("model", [Company, Representative])
def test_no_message_repeats_what_was_typed(model: type) -> None:
    fields = [name for name in model.model_fields if name not in {"legal_name", "full_name", "city", "address"}]
    data = dict.fromkeys(fields, f"{SECRET}\u202e")

    errors = read_form(model, data)

    assert isinstance(errors, tuple)
    assert all(isinstance(error, FieldError) for error in errors)
    assert not any(SECRET in error.model_dump_json() for error in errors)
