"""The command lines that the desk shows mean in a shell what they say."""

import asyncio

import pytest

from adapters.case_list import Filter
from domain.stage import Stage
from portal.desk.actions import quoted

TEXTS = ("support:ana", "it's paid", 'it\'s "paid"', "$HOME isn't `here`", "don't\\n!", "", '{"by": "support:ana"}')


@pytest.mark.parametrize("text", TEXTS)
async def test_a_quoted_text_is_one_word_for_a_shell(text: str) -> None:
    run = await asyncio.create_subprocess_shell(f"printf %s {quoted(text)}", stdout=asyncio.subprocess.PIPE)
    output, _ = await run.communicate()
    assert output.decode() == text


def test_a_query_stays_readable_in_its_quotes() -> None:
    query = Filter(stage=Stage.LOAN_ACTIVE).query()
    assert quoted(query) == f'"{query}"'
