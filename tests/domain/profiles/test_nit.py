"""The NIT's check digit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.profiles.company import Company
from domain.profiles.forms import read_form
from domain.profiles.nit import NitCheckDigitError, NitError, check_digit, parse_nit
from tests.support.builders import COMPANY


@pytest.mark.parametrize("nit", ["800197268-4", "899999090-2", "860034313-7", "890903938-8", "1088123456-4"])
def test_real_nits_are_accepted(nit: str) -> None:
    assert parse_nit(nit) == nit


@pytest.mark.parametrize(
    ("typed", "nit"), [("0900373115-3", "900373115-3"), ("000123-8", "123-8"), ("1234-1", "1234-1")]
)
def test_zeros_before_a_nit_do_not_count_and_a_short_one_is_one(typed: str, nit: str) -> None:
    assert parse_nit(typed) == nit


def test_points_and_spaces_are_dropped() -> None:
    assert parse_nit(" 860.034.313-7 ") == "860034313-7"


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("900.373.115–3", id="en dash"),
        pytest.param("900.373.115—3", id="em dash"),
        pytest.param("900373115\u22123", id="minus"),
        pytest.param("900373115\u20113", id="non-breaking hyphen"),
        pytest.param("900373115\u20123", id="figure dash"),
        pytest.param("900373115\uff0d3", id="fullwidth hyphen"),
        pytest.param("\u200b900373115-3\ufeff", id="unseen signs"),
        pytest.param("900\u00a0373\u2009115 - 3", id="odd spaces"),
        pytest.param("９００３７３１１５-３", id="fullwidth digits"),
        pytest.param("900'373,115-3", id="other separators"),
        pytest.param("NIT. 900.373.115-3", id="its label"),
        pytest.param("N.I.T.: 900373115-3", id="its label in points"),
    ],
)
def test_a_nit_is_read_as_it_is_pasted(typed: str) -> None:
    assert read_form(Company, COMPANY | {"nit": typed}).nit == "900373115-3"


@given(st.integers(10_000, 10**15 - 1), st.integers(1, 9))
def test_every_other_check_digit_is_refused(number: int, off: int) -> None:
    wrong = (int(check_digit(str(number))) + off) % 10

    with pytest.raises(NitCheckDigitError):
        parse_nit(f"{number}-{wrong}")


@pytest.mark.parametrize(
    "text", ["", "860034313", "860034313-", "-7", "86003431A-7", "８６００３４３１３-7", "12-0", "1234-5"]
)
def test_what_is_no_nit_is_refused(text: str) -> None:
    with pytest.raises(NitError):
        parse_nit(text)
