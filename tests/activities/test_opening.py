"""Opening a case from what the store has: closed cases, evidence and data of the company."""

import hashlib
import json
from typing import Any

import pytest
from temporalio.testing import ActivityEnvironment

from activities.cases import CaseActivities
from adapters.s3 import S3Objects
from domain.bucket import (
    archive_key,
    company_key,
    company_version_key,
    first_acceptance_key,
    loan_revocation_key,
    snapshot_key,
)
from domain.case.case import Case
from domain.case.jobs import CaseOpened, OpenCase
from domain.case.policy import Policy
from domain.case.revisions import Revisions
from domain.case.snapshot import Position, Snapshot
from domain.decisions import results
from domain.model import canonical_bytes
from tests.support import builders
from tests.support.cases import NOW, a_case, send, settle, with_letter, with_loan, with_payment
from workflows.carrying import input_to_carry_on, opening_order

JSON = "application/json"


def stored(objects: S3Objects, **changes: object) -> str:
    """Store a company's data as current ones and return their digest."""
    data = canonical_bytes(builders.company(**changes))
    sha256 = hashlib.sha256(data).hexdigest()
    objects.put(company_key("C1001"), data, JSON)
    objects.put(company_version_key("C1001", sha256), data, JSON)
    return sha256


def opened(objects: S3Objects, sha256: str, **policy: Any) -> tuple[CaseOpened, Case]:
    start = OpenCase(company_id="C1001", profile_sha256=sha256, policy=policy or None)
    found = ActivityEnvironment().run(CaseActivities(objects, Policy()).open_case, start)
    return found, results.opened(start, CaseOpened.model_validate_json(found.model_dump_json()), NOW)


def archived(objects: S3Objects, case: Case, sha256: str) -> None:
    values = case.evolve(company_sha256=sha256).stored()
    objects.put(archive_key("C1001"), json.dumps(values).encode(), JSON)


def test_a_case_with_the_test_set_behind_it_is_not_taken_up_under_another_nit(objects: S3Objects) -> None:
    before = stored(objects)
    archived(objects, settle(send(with_letter(a_case()), "step_completed", step=3)), before)
    other = stored(objects, nit="860034313-7")

    _, case = opened(objects, other)

    assert case.company_sha256 == before
    assert [each.code for each in case.attention] == ["nit_locked"]


def test_a_case_taken_up_with_other_data_makes_another_letter(objects: S3Objects) -> None:
    before = stored(objects)
    archived(objects, with_letter(a_case()), before)

    _, case = opened(objects, stored(objects, city="Cali"))

    assert case.letter.issued is not None
    assert case.letter.issued.outdated
    assert list(case.attention) == []


def test_a_case_taken_up_with_the_same_data_keeps_its_letter(objects: S3Objects) -> None:
    before = stored(objects)
    archived(objects, with_letter(a_case()), before)

    _, case = opened(objects, before)

    assert case.letter.issued is not None
    assert not case.letter.issued.outdated


@pytest.mark.parametrize(
    ("key", "data", "code"),
    [
        (archive_key("C1001"), b"[1]", "archive_unusable"),
        (archive_key("C1001"), b"\xff", "archive_unusable"),
        (first_acceptance_key("C1001"), b"{}", "acceptance_unusable"),
        (loan_revocation_key("C1001"), b'{"revoked_on": "soon"}', "revocation_unusable"),
    ],
)
def test_what_can_not_be_read_is_named_and_the_case_opens(objects: S3Objects, key: str, data: bytes, code: str) -> None:
    objects.put(key, data, JSON)

    _, case = opened(objects, stored(objects))

    assert [(each.kind.value, each.code) for each in case.attention] == [("stored_data", code)]


ACCEPTED = b'{"upload_id": "U1", "received_at": "2026-11-24T15:00:00Z"}'
REVOKED = b'{"revoked_on": "2026-11-25"}'


@pytest.mark.parametrize(
    ("lies_there", "ending"),
    [
        ({"loans/C1001.json": ACCEPTED}, None),
        ({"loans/C1001.json": ACCEPTED, "loans/C1001-revoked.json": REVOKED}, "revoked"),
        ({"loans/C1001.json": ACCEPTED, "loans/C1001-revoked.json": ACCEPTED}, None),
    ],
    ids=["a loan", "taken back", "another company's acceptance beside it"],
)
def test_evidence_is_found_where_it_lay_before(
    objects: S3Objects, lies_there: dict[str, bytes], ending: str | None
) -> None:
    for key, data in lies_there.items():
        objects.put(key, data, JSON)

    _, case = opened(objects, stored(objects))

    assert case.loan is not None
    assert (case.loan.ending, case.attention) == (ending, ())


def test_another_companys_revocation_under_an_old_key_is_no_acceptance(objects: S3Objects) -> None:
    objects.put("loans/C1001.json", REVOKED, JSON)

    _, case = opened(objects, stored(objects))

    assert (case.loan, case.attention) == (None, ())


def test_a_revocation_holds_against_an_archive_of_before(objects: S3Objects) -> None:
    before = stored(objects)
    archived(objects, with_loan(a_case()), before)
    objects.put(loan_revocation_key("C1001"), b'{"revoked_on": "2026-11-25"}', JSON)

    _, case = opened(objects, before)

    assert case.loan is not None
    assert case.loan.ending == "revoked"
    assert case.reminders.planned == ()


@pytest.mark.parametrize(("window", "reminders", "from_days"), [(30, [60, 30], 60), (90, [60], 90), (30, [-1], 30)])
def test_a_renewal_is_on_offer_from_the_first_reminder_on(
    objects: S3Objects, window: int, reminders: list[int], from_days: int
) -> None:
    asked = {"renewal_window_days": window, "certificate_reminder_days": reminders}

    found, _ = opened(objects, stored(objects), **asked)

    assert found.policy.renewal_window_days == from_days


def snapped(objects: S3Objects, case: Case, sha256: str, *, closed: bool = False) -> None:
    snapshot = Snapshot(
        company_id="C1001",
        position=Position(run_id="the run that is gone", began_at=NOW, event=3),
        start=input_to_carry_on(case.evolve(company_sha256=sha256), Revisions()),
        opened=True,
        closed=closed,
    )
    objects.put(snapshot_key("C1001"), snapshot.model_dump_json().encode(), JSON)


def test_a_case_that_was_lost_or_terminated_is_taken_up_where_it_stood(objects: S3Objects) -> None:
    sha256 = stored(objects)
    lost = with_payment(with_loan(a_case()))
    archived(objects, a_case(), sha256)
    snapped(objects, lost, sha256)

    _, case = opened(objects, sha256)

    assert (case.loan, case.track.payments, case.letter, case.seen) == (
        lost.loan,
        lost.track.payments,
        lost.letter,
        lost.seen,
    )
    assert case.timeline[-1].action == "activation_reopened"


def test_a_case_that_was_closed_in_order_is_taken_up_from_its_archive(objects: S3Objects) -> None:
    sha256 = stored(objects)
    snapped(objects, with_loan(a_case()), sha256, closed=True)
    archived(objects, with_payment(a_case()), sha256)

    _, case = opened(objects, sha256)

    assert (case.loan, case.track.request is None) == (None, False)


def test_a_snapshot_that_can_not_be_read_is_named_and_the_case_opens(objects: S3Objects) -> None:
    sha256 = stored(objects)
    objects.put(snapshot_key("C1001"), b"{", JSON)

    found, case = opened(objects, sha256)

    assert [each.code for each in found.unusable] == ["archive_unusable"]
    assert case.timeline[-1].action == "activation_started"


def test_a_policy_that_stands_in_the_start_is_not_answered_and_captured_all_the_same(objects: S3Objects) -> None:
    policy = Policy(price_cop=300_000, certificate_reminder_days=(90, 1)).model_dump(mode="json")
    sha256 = stored(objects)
    order = opening_order(OpenCase(company_id="C1001", profile_sha256=sha256, policy=policy), 0, Revisions())

    found = ActivityEnvironment().run(CaseActivities(objects, Policy(price_cop=1)).open_case, order)
    case = results.opened(OpenCase(company_id="C1001", profile_sha256=sha256, policy=policy), found, NOW)

    assert (order.policy, found.policy) == (None, None)
    assert (case.policy.price_cop, case.policy.renewal_window_days) == (300_000, 90)


@pytest.mark.parametrize("policy", [None, {"price_cop": 300_000}, {**Policy().model_dump(mode="json"), "loan_days": 0}])
def test_a_policy_that_must_be_looked_at_is_part_of_the_order(policy: dict[str, Any] | None) -> None:
    opening = OpenCase(company_id="C1001", profile_sha256="a" * 64, policy=policy)

    assert opening_order(opening, 0, Revisions()) == opening


def test_after_a_failure_the_order_is_complete() -> None:
    opening = OpenCase(company_id="C1001", profile_sha256="a" * 64, policy=Policy().model_dump(mode="json"))

    assert opening_order(opening, 1, Revisions()) == opening


def test_a_worker_that_is_held_back_opens_a_case_under_earlier_rules(objects: S3Objects) -> None:
    start = OpenCase(company_id="C1001", profile_sha256="a" * 64)
    held_back = Revisions(rules=2)

    found = ActivityEnvironment().run(CaseActivities(objects, Policy(), revisions=held_back).open_case, start)

    assert (found.rules, found.holidays) == (held_back.rules, held_back.holidays)


def test_an_order_is_whole_where_the_release_before_may_get_it() -> None:
    opening = OpenCase(company_id="C1001", profile_sha256="a" * 64, policy=Policy().model_dump(mode="json"))

    assert opening_order(opening, 0, Revisions(rules=2)) == opening
