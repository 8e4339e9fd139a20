"""Who may sign, and what an identity number may look like."""

import pytest

from domain.profiles.forms import read_form
from domain.profiles.identity import DocumentType, is_usual_number
from domain.profiles.representative import Representative, warnings
from tests.support.builders import REPRESENTATIVE, representative


@pytest.mark.parametrize("kind", ["CC", "CE", "PA", "PEP", "PPT"])
def test_documents_of_adults_may_sign(kind: str) -> None:
    assert representative(document_type=kind).document_type == DocumentType(kind)


@pytest.mark.parametrize(
    ("typed", "kind"), [("C.C.", "CC"), (" ce ", "CE"), ("Cédula de ciudadanía", "CC"), ("Pasaporte", "PA")]
)
def test_a_document_may_be_named_as_people_name_it(typed: str, kind: str) -> None:
    assert representative(document_type=typed).document_type == DocumentType(kind)


@pytest.mark.parametrize("kind", ["TI", "RC"])
def test_documents_of_minors_are_known_but_may_not_sign(kind: str) -> None:
    errors = read_form(Representative, REPRESENTATIVE | {"document_type": kind})

    assert isinstance(errors, tuple)
    (error,) = errors
    assert (error.field, error.code) == ("document_type", "document_of_a_minor")
    assert "18" in error.message
    assert "menores de edad" in error.message_es


@pytest.mark.parametrize(
    ("kind", "number", "usual"),
    [
        ("CC", "52345678", True),
        ("CC", "12345678901", False),
        ("CE", "123456", True),
        ("CE", "12", False),
        ("PA", "AB123456", True),
        ("PEP", "123456789012345", True),
        ("PEP", "1234", False),
        ("PPT", "1234567", True),
        ("PPT", "ABC1234", False),
    ],
)
def test_an_unusual_number_is_a_warning_and_not_a_refusal(kind: str, number: str, usual: bool) -> None:
    signer = representative(document_type=kind, document_number=number)

    assert is_usual_number(signer.document_type, number) is usual
    assert [warning.code for warning in warnings(signer)] == ([] if usual else ["document_number_unusual"])


def test_a_name_of_one_word_is_a_warning() -> None:
    assert [warning.code for warning in warnings(representative(full_name="Pelé"))] == ["name_of_one_word"]


def test_a_warning_repeats_nothing_that_was_typed() -> None:
    (warning,) = warnings(representative(document_number="99"))

    assert "99" not in warning.message
