"""The NIT's check digit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.nit import NitCheckDigitError, NitError, check_digit, parse_nit


@pytest.mark.parametrize("nit", ["800197268-4", "899999090-2", "860034313-7", "890903938-8", "1088123456-4"])
def test_real_nits_are_accepted(nit: str) -> None:
    assert parse_nit(nit) == nit


def test_points_and_spaces_are_dropped() -> None:
    assert parse_nit(" 860.034.313-7 ") == "860034313-7"


@given(st.integers(10_000, 10**15 - 1), st.integers(1, 9))
def test_every_other_check_digit_is_refused(number: int, off: int) -> None:
    wrong = (int(check_digit(str(number))) + off) % 10

    with pytest.raises(NitCheckDigitError):
        parse_nit(f"{number}-{wrong}")


@pytest.mark.parametrize("text", ["", "860034313", "860034313-", "-7", "86003431A-7", "８６００３４３１３-7", "1234-5"])
def test_what_is_no_nit_is_refused(text: str) -> None:
    with pytest.raises(NitError):
        parse_nit(text)
