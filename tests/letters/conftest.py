"""One checker and one issued letter for the whole room."""

from collections.abc import Iterator

import pytest

from letters import IssuedLetter, LetterChecker, render_letter
from tests.support.builders import letter


@pytest.fixture(scope="session")
def checker() -> Iterator[LetterChecker]:
    with LetterChecker() as running:
        yield running


@pytest.fixture(scope="session")
def issued() -> IssuedLetter:
    content = letter()
    return IssuedLetter(content=content, pdf=render_letter(content))
