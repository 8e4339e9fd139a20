"""What support types becomes a message; the command lines that the desk shows mean in a shell what they say."""

import asyncio

import pytest

from adapters.case_list import Filter
from domain.messages.models import Message, PaymentConfirmed
from domain.views.stage import Stage
from portal.desk.actions import ACTIONS, quoted, read, spelled

TEXTS = ("support:ana", "it's paid", 'it\'s "paid"', "$HOME isn't `here`", "don't\\n!", "", '{"by": "support:ana"}')


@pytest.mark.parametrize("text", TEXTS)
async def test_a_quoted_text_is_one_word_for_a_shell(text: str) -> None:
    run = await asyncio.create_subprocess_shell(f"printf %s {quoted(text)}", stdout=asyncio.subprocess.PIPE)
    output, _ = await run.communicate()
    assert output.decode() == text


def test_a_query_stays_readable_in_its_quotes() -> None:
    query = Filter(stage=Stage.LOAN_ACTIVE).query()
    assert quoted(query) == f'"{query}"'


PAYMENT = {"reference": "FV-77", "amount_cop": "297500", "reason": "paid by transfer"}


def test_a_pasted_text_is_made_plain_before_it_is_sent() -> None:
    pasted = PAYMENT | {"reference": "FV\u00a077\u200b", "reason": "paid\u200b\r\nby transfer"}

    sent = read(ACTIONS["pago"], pasted, "support:ana")

    assert isinstance(sent, PaymentConfirmed)
    assert (sent.reference, sent.reason) == ("FV 77", "paid by transfer")


def test_a_character_that_can_not_be_used_is_named_at_its_field() -> None:
    (error,) = read(ACTIONS["pago"], PAYMENT | {"reference": "FV\u202e77"}, "support:ana")

    assert error.field == "reference"
    assert "cambia el sentido de la lectura (U+202E), en la posición 3" in error.message_es


PAID = {"reference": "FV-80", "reason": "El banco lo confirmó."}


@pytest.mark.parametrize("typed", ["297500", "297.500", "$297.500", "$ 297.500", "$\u00a0297.500"])
def test_pesos_are_taken_as_people_write_them(typed: str) -> None:
    message = read(ACTIONS["pago"], PAID | {"amount_cop": typed}, "support:ana")
    assert isinstance(message, PaymentConfirmed)
    assert message.amount_cop == 297_500


@pytest.mark.parametrize(
    "typed", ["297500.0", "297.50", "29.75.00", "1.5", "297,500", "297500,5", "cien", "-5", "²", "٢"]
)
def test_an_amount_that_may_mean_another_is_asked_for_again(typed: str) -> None:
    found = read(ACTIONS["pago"], PAID | {"amount_cop": typed}, "support:ana")
    assert not isinstance(found, Message)
    assert [(each.field, each.message_es) for each in found] == [
        ("amount_cop", "Escribe el valor en pesos, sin decimales: 297500 o 297.500.")
    ]


@pytest.mark.parametrize(
    ("key", "typed", "words"),
    [
        (
            "pago",
            {**PAID, "amount_cop": "297500"},
            {
                "Referencia del pago": "FV-80",
                "Valor pagado, en pesos": "$297.500",
                "Motivo": "El banco lo confirmó.",
            },
        ),
        (
            "certificado",
            {"serial": "5F01", "valid_from": "2026-12-10", "valid_until": "2027-12-10", "reason": "Llegó."},
            {
                "Número de serie": "5F01",
                "Primer día": "10 de diciembre de 2026",
                "Último día": "10 de diciembre de 2027",
                "Motivo": "Llegó.",
            },
        ),
        (
            "correo",
            {"email": "ana@example.com", "notice": "loan_started", "reason": "No le llegó."},
            {"Correo de la empresa": "ana@example.com", "Correo": "El préstamo empezó", "Motivo": "No le llegó."},
        ),
    ],
)
def test_what_is_reviewed_reads_as_in_colombia(key: str, typed: dict[str, str], words: dict[str, str]) -> None:
    message = read(ACTIONS[key], typed, "support:ana")
    assert isinstance(message, Message)
    assert spelled(ACTIONS[key], typed, message) == words
