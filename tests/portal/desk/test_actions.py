"""What support types becomes a message; the command lines that the desk shows mean in a shell what they say."""

import asyncio

import pytest

from adapters.case_list import Filter
from domain.messages import PaymentConfirmed
from domain.stage import Stage
from portal.desk.actions import ACTIONS, quoted, read

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
