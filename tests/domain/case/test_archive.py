"""A case is taken up from whatever its archive has become, as far as it can be used; the rest is named."""

import json
from typing import Any

import pytest

from domain.case.archive import taken_up
from domain.case.case import Case
from domain.case.policy import Policy
from tests.support.cases import COMPANY_SHA, a_case, settle, with_certificate, with_loan, with_payment

NAMED = {"company_id": "C1001", "company_sha256": COMPANY_SHA, "policy": Policy().model_dump(mode="json")}
LIVED = settle(with_certificate(with_payment(with_loan(a_case()))))


def archive() -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(json.dumps(LIVED.stored()))
    return stored


def test_a_sound_archive_is_taken_up_whole() -> None:
    values, left_out = taken_up(archive(), NAMED)

    assert left_out == ()
    assert values is not None
    assert Case.restored(values) == LIVED


@pytest.mark.parametrize(
    ("change", "left_out"),
    [
        (lambda stored: stored | {"of_a_later_version": 1}, ("of_a_later_version",)),
        (lambda stored: stored["track"]["payments"][0].update(later=1) or stored, ("track.payments.0.later",)),
        (lambda stored: stored | {"steps": "all"}, ("steps",)),
        (lambda stored: stored | {"timeline": [[1, 2]]}, ("timeline",)),
        (lambda stored: stored | {"timeline": 7}, ("timeline", "earlier", "reminders", "webhooks")),
        (lambda stored: stored["letter"]["versions"][0].pop("folio") and stored, ("letter",)),
    ],
)
def test_what_is_unknown_or_malformed_is_left_out_and_the_payment_stays(change: Any, left_out: tuple[str, ...]) -> None:
    values, found = taken_up(change(archive()), NAMED)

    assert found == left_out
    assert values is not None
    assert Case.restored(values).track == LIVED.track


@pytest.mark.parametrize("lost", ["policy", "company_id", "company_sha256"])
def test_what_the_start_says_anew_need_not_stand_in_the_archive(lost: str) -> None:
    stored = archive()
    del stored[lost]

    values, left_out = taken_up(stored, NAMED)

    assert left_out == ()
    assert values is not None


@pytest.mark.parametrize("broken", [None, [], "x", 7])
def test_what_is_no_case_is_not_taken_up(broken: object) -> None:
    assert taken_up(broken, NAMED) == (None, ("archive",))
