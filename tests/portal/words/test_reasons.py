"""What support reads of a refused message: every text that a case can write has its words in Spanish."""

import ast
import json
from collections.abc import Iterator

import pytest

from domain.errors import MessageError
from domain.messages.parsing import JSON_ENCODING, Argument, parse
from portal.words.reasons import in_spanish
from stack.process import ROOT

WRITERS = {"NotAllowedNowError", "raise_attention", "reject"}
NOT_SHOWN = {
    "X1 was rejected: X1",
    "X1 of X1 pesos under X1",
    "a server the procedure needs does not answer; it is tried again by itself, ask again in a minute",
    "the workflow id is X1, expected X1; start it under that id",
}
"""Quoted in others, which have a test here, or told to a caller and never kept."""
SHORT = ("payment below the total: X1;", "payment below the total: X1 of X1 pesos under X1;")


def written() -> Iterator[str]:
    """Yield every text that the domain gives as a reason, with `X1` for each value in it."""
    for path in sorted([*(ROOT / "domain").rglob("*.py"), *(ROOT / "workflows").glob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in WRITERS:
                yield from (text for argument in node.args if (text := filled(argument)))
            elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "text":
                yield from (text for text in [filled(node.value)] if text)


def filled(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "X1" for part in node.values)
    return None


def test_every_reason_of_a_case_has_its_words() -> None:
    texts = {text.replace(*SHORT) for text in written()} - NOT_SHOWN

    assert len(texts) > 20
    assert {text for text in texts if in_spanish(text) is None} == set()


@pytest.mark.parametrize(
    ("name", "fields", "words"),
    [
        (
            "payment_confirmed",
            {"refrence": "FV-1", "amount_cop": 297_500},
            "Falta «reference». «refrence» no es un dato de este mensaje; revisa cómo está escrito. Sus datos son: ref",
        ),
        ("payment_confirmed", {"amount_cop": "1"}, "paid_at (opcional), method (opcional), reason (opcional), by."),
        ("payment_confirmed", {"reference": "", "amount_cop": "1.0"}, "«reference» está vacío. «amount_cop» debe ser "),
        (
            "payment_confirmed",
            {"reference": "x" * 90, "amount_cop": 0},
            "más de 80 caracteres. «amount_cop» debe ser 1",
        ),
        (
            "payment_confirmed",
            {"reference": "a\x07", "amount_cop": 10**13},
            "tiene un carácter que no se puede usar (U+0007), en la posición 2. «amount_cop»",
        ),
        ("certificate_issued", {"serial": "¡!", "valid_from": "hoy"}, "«serial» no tiene la forma que debe tener. «v"),
        ("certificate_issued", {"serial": "1", "valid_from": "1999-01-01"}, "de un año entre 2000 y 2099."),
        ("letter_reviewed", {"decision": "si", "reason": 7}, "«decision» debe ser 'accept' o 'reject'."),
        ("payment_confirmd", {}, "No existe un mensaje «payment_confirmd». ¿Querías decir payment_confirmed? Los que "),
        ("nonsense", {}, "No existe un mensaje «nonsense». Los que existen: payment_confirmed, "),
    ],
)
def test_a_message_that_is_not_as_it_must_be_is_explained(name: str, fields: dict[str, object], words: str) -> None:
    data = json.dumps({"by": "support:ana", **fields}).encode()
    with pytest.raises(MessageError) as refused:
        parse("signal", name, [Argument(JSON_ENCODING, data)])

    assert words in (in_spanish(str(refused.value)) or str(refused.value))


@pytest.mark.parametrize(
    "arguments",
    [[], [Argument(b"binary/plain", b"\x00")], [Argument(JSON_ENCODING, b"{")], [Argument(JSON_ENCODING, b"[]")]],
)
def test_what_is_no_message_is_explained(arguments: list[Argument]) -> None:
    with pytest.raises(MessageError) as refused:
        parse("signal", "payment_confirmed", arguments)

    assert in_spanish(str(refused.value)), str(refused.value)


def test_a_quoted_reason_is_read_although_it_is_cut() -> None:
    text = "payment_confirmed was rejected: reference: Field required; fields: reference, amoun"

    assert in_spanish(text) == "Falta «reference». Sus datos son: reference, amoun."


def test_what_is_not_known_stays_as_it_is() -> None:
    assert in_spanish("something else; and more") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "payment below the total: 29750 of 297500 pesos under FV-9; send payment_confirmed with the whole amount",
            "Se pagaron $29.750 de $297.500 con la referencia FV-9.",
        ),
        (
            "reference FV-77 is recorded with 297500 pesos, this message says 5; send another reference",
            "La referencia FV-77 ya está registrada con $297.500 y este mensaje dice $5.",
        ),
        (
            "valid_until: 2026-12-10 has passed; register a certificate that is valid",
            "El último día (10 de diciembre de 2026) ya pasó.",
        ),
        (
            "serial 5F is registered as valid 2026-12-01 to 2027-12-01, this message says 2026-12-02 to 2027-99-99; x",
            "del 1 de diciembre de 2026 al 1 de diciembre de 2027 y este mensaje dice del 2 de diciembre de 2026 al",
        ),
    ],
)
def test_amounts_and_days_are_spelled_out_as_in_colombia(text: str, words: str) -> None:
    assert words in str(in_spanish(text))
