"""What support reads of a refused message and of what needs attention: each code of a case has its words in Spanish."""

import ast
import json
import re
from collections.abc import Iterator

import pytest

from domain.case.case import Case
from domain.errors import MessageError
from domain.messages.parsing import JSON_ENCODING, Argument, parse
from domain.remarks import ENGLISH, remark
from domain.views.status import status
from portal.words.remarks import SPANISH, in_spanish
from stack.process import ROOT
from tests.support.cases import NOW, a_case, deliver, with_payment

MALFORMED = {"message_unknown", "arguments_wrong", "encoding_wrong", "json_unreadable", "fields_wrong"}
"""Codes of `domain.messages.parsing`."""
SAMPLES = {"decision": "accept", "notice": "loan_started", "what": "loan_started", "count": 61}


def names_of(sentence: str) -> set[str]:
    return set(re.findall(r"{(\w+)", sentence))


def given() -> Iterator[str]:
    """Yield every code that the product gives: the first argument of each call of `remark`."""
    for room in ("domain", "workflows", "activities", "adapters", "portal"):
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "remark":
                    code = node.args[0]
                    if isinstance(code, ast.Constant):
                        yield str(code.value)
                    elif isinstance(code, ast.JoinedStr):  # of whichever of two addresses it is
                        yield from (f"address_of_{owner}" for owner in ("company", "representative"))


def test_every_code_is_given_somewhere_and_has_its_words() -> None:
    assert set(given()) == set(ENGLISH)
    assert set(SPANISH) == set(ENGLISH) | MALFORMED


@pytest.mark.parametrize("code", ENGLISH)
def test_the_words_say_only_what_the_code_has(code: str) -> None:
    values = {name: SAMPLES.get(name, "2026-12-10") for name in names_of(ENGLISH[code])}

    assert names_of(SPANISH[code]) <= names_of(ENGLISH[code])
    assert remark(code, **values).values == values
    assert in_spanish(code, values)


@pytest.mark.parametrize(
    ("name", "fields", "words"),
    [
        (
            "payment_confirmed",
            {"refrence": "FV-1", "amount_cop": 297_500},
            "Falta «reference». «refrence» no es un dato de este mensaje; revisa cómo está escrito. Sus datos son: ref",
        ),
        ("payment_confirmed", {"amount_cop": "1"}, "paid_at (opcional), method (opcional), reason (opcional), by."),
        (
            "payment_confirmed",
            {"reference": "", "amount_cop": "1.0"},
            "«reference» está vacío. «amount_cop» debe ser un número entero, sin decimales ni comillas.",
        ),
        (
            "payment_confirmed",
            {"reference": "x" * 90, "amount_cop": 0},
            "más de 80 caracteres. «amount_cop» debe ser 1 o más.",
        ),
        (
            "payment_confirmed",
            {"reference": "a\x07", "amount_cop": 10**13},
            "tiene un carácter que no se puede usar (U+0007), en la posición 2. «amount_cop» debe ser 1000000000000",
        ),
        (
            "payment_confirmed",
            {"reference": 7, "amount_cop": 1.5},
            "«reference» debe ser un texto. «amount_cop» debe",
        ),
        ("certificate_issued", {"serial": "¡!", "valid_from": "hoy"}, "«serial» no tiene la forma que debe tener. «v"),
        ("certificate_issued", {"serial": "1", "valid_from": "1999-01-01"}, "de un año entre 2000 y 2099."),
        ("letter_reviewed", {"decision": "si", "reason": 7}, "«decision» debe ser «accept» o «reject»."),
        ("company_updated", {"sha256": "x"}, "«sha256» no tiene la forma que debe tener."),
        ("payment_confirmd", {}, "No existe un mensaje «payment_confirmd». ¿Querías decir payment_confirmed? Los que "),
        ("nonsense", {}, "No existe un mensaje «nonsense». Los que existen: payment_confirmed, "),
        ("loan_revoked", {f"field_{number}": 1 for number in range(12)}, "«field_6» no es un dato de este mensaje"),
        ("loan_revoked", {f"field_{number}": 1 for number in range(12)}, "Y 5 más."),
    ],
)
def test_a_message_that_is_not_as_it_must_be_is_explained(name: str, fields: dict[str, object], words: str) -> None:
    data = json.dumps({"by": "support:ana", **fields}).encode()
    with pytest.raises(MessageError) as refused:
        parse("signal", name, [Argument(JSON_ENCODING, data)])
    said = refused.value.remark

    assert words in (in_spanish(said.code, said.values) or said.message)


@pytest.mark.parametrize(
    "arguments",
    [[], [Argument(b"binary/plain", b"\x00")], [Argument(JSON_ENCODING, b"{")], [Argument(JSON_ENCODING, b"[]")]],
)
def test_what_is_no_message_is_explained(arguments: list[Argument]) -> None:
    with pytest.raises(MessageError) as refused:
        parse("signal", "payment_confirmed", arguments)
    said = refused.value.remark

    words = in_spanish(said.code, said.values) or ""
    assert "json" in words.lower()
    assert "Sus datos son: reference, amount_cop, " in words


def test_what_was_typed_into_a_value_stands_in_no_remark() -> None:
    data = json.dumps({"by": "support:ana", "reference": "María", "amount_cop": "Pérez", "paid_at": "ayer"}).encode()
    with pytest.raises(MessageError) as refused:
        parse("signal", "payment_confirmed", [Argument(JSON_ENCODING, data)])

    assert not re.search("María|Pérez|ayer", str(refused.value.remark))


def test_what_is_not_known_stays_as_it_is() -> None:
    assert in_spanish("of_a_later_version", {"x": 1}) is None
    assert in_spanish(None, None) is None
    assert in_spanish("payment_short", {"reference": "FV-9"}) is None


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (
            deliver(a_case(), "payment_confirmed", reference="FV-9", amount_cop=29_750),
            "Se pagaron $29.750 de $297.500 con la referencia FV-9.",
        ),
        (
            deliver(with_payment(a_case()), "payment_confirmed", reference="FV-77", amount_cop=5),
            "La referencia FV-77 ya está registrada con $297.500 y este mensaje dice $5.",
        ),
        (
            deliver(a_case(), "certificate_issued", serial="1", valid_from="2025-12-10", valid_until="2025-12-11"),
            "El último día (11 de diciembre de 2025) ya pasó.",
        ),
        (
            deliver(a_case(), "certificate_issued", serial="1", valid_from="2027-12-10", valid_until="2027-12-09"),
            "El último día (9 de diciembre de 2027) es anterior al primero (10 de diciembre de 2027).",
        ),
        (deliver(a_case(), "notice_requested", notice="loan_ended", reason="x"), "El correo «El préstamo terminó» hoy"),
    ],
)
def test_amounts_days_and_mails_are_spelled_out_as_in_colombia(case: Case, words: str) -> None:
    [looked_at] = status(case, NOW)["attention"]

    assert words in str(in_spanish(looked_at["code"], looked_at["values"]))


def test_a_rejection_and_its_attention_have_one_code_and_the_same_values() -> None:
    facts = status(deliver(a_case(), "loan_revoked", reason="misuse"), NOW)

    [rejected], [looked_at] = facts["rejected_signals"], facts["attention"]
    assert (rejected["code"], rejected["reason"]) == ("no_loan", "no loan is active; there is nothing to revoke")
    assert (looked_at["code"], looked_at["values"]) == (rejected["code"], rejected["values"])
    assert looked_at["text"] == f"loan_revoked was rejected: {rejected['reason']}"
