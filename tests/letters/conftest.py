"""One checker and one issued letter for the whole room."""

from collections.abc import Iterator

import pytest

from domain.letter.examination import LetterOnRecord
from letters import LetterChecker, render_letter
from tests.support.builders import letter


@pytest.fixture(scope="session")
def checker() -> Iterator[LetterChecker]:
    with LetterChecker() as running:
        yield running


@pytest.fixture(scope="session")
def issued() -> LetterOnRecord:
    content = letter()
    return LetterOnRecord(content=content, pdf=render_letter(content))
