"""A case that one run hands to the next is short, and read for as long as a case has it."""

import base64
import hashlib
import zlib
from typing import Any

import pytest

from domain.case.case import Case
from domain.case.packed import DICTIONARY, FORM, MOST_BYTES, packed, unpacked
from domain.case.revisions import Revisions
from domain.case.rules import CURRENT
from tests.support.cases import a_case, deliver, settle, with_certificate, with_letter, with_loan, with_payment
from workflows.carrying import carried_case, handed_over, input_to_carry_on
from workflows.payloads import ActivationInput

PACKED_BY_0_1 = "tA;l_z<Ji$(7?bD6e{rA9jWp)M6baPF9a$*yip09Nueg{AaxCj^Ob4="
DIGEST = "6456e0b9af46520df01cce941b77a0e64f2862c14bae26d2331e3512c7742ff7"
SAID = {"company_id": "C1001", "policy": {"price_cop": 1, "step_names": ["á", "ñ"]}, "rules": 3, "closing": "so"}


def a_life() -> Case:
    return settle(with_certificate(with_payment(with_loan(a_case()))))


def a_flood() -> Case:
    case = with_letter(a_case(loan_days=45))
    for number in range(200):
        case = deliver(case, f"unheard_of_{number}", by="somebody")
    return case


@pytest.mark.parametrize("case", [a_case(), a_life(), a_flood()], ids=["new", "a life", "flooded"])
def test_a_case_that_is_handed_over_is_the_same_case(case: Case) -> None:
    start = ActivationInput.model_validate(handed_over(case, Revisions()))

    assert carried_case(start) == carried_case(ActivationInput.model_validate(input_to_carry_on(case, Revisions())))


def test_an_ordinary_life_takes_a_quarter() -> None:
    stored = a_life().stored()

    assert len(packed(stored)[FORM]) * 4 < len(str(stored))


def test_what_was_packed_once_is_read_for_ever() -> None:
    assert unpacked({"rules": 3, FORM: PACKED_BY_0_1}) == SAID
    assert hashlib.sha256(DICTIONARY).hexdigest() == DIGEST


def test_a_worker_of_before_sees_the_rules_and_leaves_the_case() -> None:
    assert handed_over(a_case(), Revisions())["carried"]["rules"] == CURRENT


@pytest.mark.parametrize("text", ["@", "00000", base64.b85encode(b"\xff" * 40).decode()])
def test_what_is_not_packed_is_an_error(text: str) -> None:
    with pytest.raises((ValueError, zlib.error)):
        unpacked({FORM: text})


def test_what_would_unpack_without_end_is_an_error() -> None:
    bomb: dict[str, Any] = packed({"closing": "x" * (MOST_BYTES + 1)})

    with pytest.raises(ValueError, match=r"delimiter|Unterminated"):
        unpacked(bomb)
