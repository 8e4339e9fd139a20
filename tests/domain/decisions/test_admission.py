"""The door of a case: repeated messages, rejected ones, what asks for attention, and what a flood can do."""

import json
from datetime import timedelta
from typing import Any

import pytest

from domain.case.attention import AttentionKind
from domain.case.case import Case
from domain.case.rejections import MOST_REJECTED
from domain.decisions import clock, mailboxes, results
from domain.decisions.admission import MOST_OWED
from domain.errors import MessageError, NotAllowedNowError
from domain.letter.examination import Verdict
from domain.messages.models import SIGNALS, UPDATES
from domain.remarks import Remark, remark
from domain.views.status import status
from tests.support.cases import (
    NOW,
    REPRESENTATIVE_SHA,
    TOTAL_COP,
    Outside,
    a_case,
    bogota,
    deliver,
    opened,
    send,
    settle,
    with_certificate,
    with_letter,
    with_loan,
    with_payment,
    with_upload,
)

LARGEST_CASE_BYTES = 300_000
PAID = {"reference": "FV-77", "amount_cop": TOTAL_COP}


def restored(case: Case) -> Case:
    return Case.restored(json.loads(json.dumps(case.stored())))


def under_review(world: Outside | None = None) -> Case:
    return with_upload(with_letter(a_case()), "U1", world=world, verdict=Verdict.UNDER_REVIEW)


def every_step() -> dict[str, tuple[Case, dict[str, Any]]]:
    """Return, for each message that is recognised when it comes again, a case that takes it and its fields."""
    issued = {"serial": "0A1B", "valid_from": "2026-11-24", "valid_until": "2027-11-24"}
    return {
        "payment_confirmed": (a_case(), PAID),
        "letter_uploaded": (with_letter(a_case()), {"upload_id": "U1"}),
        "letter_reviewed": (under_review(), {"decision": "accept", "reason": "legible"}),
        "certificate_issued": (a_case(), issued),
        "certificate_rejected": (with_payment(a_case()), {"observations": "RUT"}),
        "certificate_withdrawn": (with_certificate(a_case()), {"serial": "0A1B", "reason": "another company's"}),
        "step_completed": (a_case(), {"step": 1}),
        "loan_revoked": (with_loan(a_case()), {"reason": "misuse"}),
        "company_updated": (a_case(), {"sha256": "9" * 64}),
        "activation_closed": (a_case(), {"reason": "moved away"}),
        "submit_representative": (a_case(), {"sha256": REPRESENTATIVE_SHA}),
        "attach_letter": (with_letter(a_case()), {"upload_id": "U1"}),
        "delete_letter": (with_loan(a_case()), {}),
        "continue_to_test_set": (with_loan(a_case()), {}),
    }


EVERY_STEP = every_step()


def test_all_messages_but_those_that_may_come_twice_are_recognised() -> None:
    assert {*SIGNALS, *UPDATES} - set(EVERY_STEP) == {
        *("reminders_muted", "notice_requested", "webhook_requested", "verify_payment")
    }


@pytest.mark.parametrize("name", EVERY_STEP)
def test_the_same_message_again_before_it_was_worked_off_is_only_counted(name: str) -> None:
    case, fields = EVERY_STEP[name]
    taken = send(case, name, **fields)

    again = send(taken, name, NOW + timedelta(minutes=1), by="billing", **fields)

    assert taken != case
    assert again == taken.evolve(repeated_count=taken.repeated_count + 1)


@pytest.mark.parametrize("name", EVERY_STEP)
def test_the_same_message_again_long_after_it_was_worked_off_is_only_counted(name: str) -> None:
    case, fields = EVERY_STEP[name]
    later = bogota("2026-12-02 10:00")
    done = restored(settle(settle(send(case, name, **fields)), later))

    again = send(done, name, later, **fields)

    assert again == done.evolve(repeated_count=done.repeated_count + 1)


def test_an_upload_is_the_same_whether_it_comes_as_a_signal_or_as_an_update() -> None:
    case = with_loan(a_case())

    assert send(case, "attach_letter", upload_id="U1") == case.evolve(repeated_count=1)


def test_an_upload_whose_file_was_missing_may_be_sent_again_and_is_then_the_newest() -> None:
    world = Outside(missing={"U1"})
    case = with_upload(with_letter(opened(world)), "U1", world=world)
    case = with_upload(case, "U2", world=world)
    world.missing.clear()

    case = with_upload(case, "U1", world=world)

    letter = status(case, NOW)["letter"]
    assert (letter["attached"], [each["upload_id"] for each in letter["versions"]]) == ("U1", ["U2", "U1"])


def test_a_rejected_message_is_on_record_and_asks_for_attention() -> None:
    case = deliver(a_case(), "certificate_rejected", observations="RUT")

    [rejected] = status(case, NOW)["rejected_signals"]
    assert rejected == {
        "name": "certificate_rejected",
        "reason": "no certificate is in process; a rejection needs a paid request that is still open",
        "time": "2026-11-24T15:00:00Z",
        "code": "no_request",
        "values": None,
    }
    assert status(case, NOW)["needs_attention"]


def test_a_rejected_message_changes_nothing_else() -> None:
    case = a_case()

    after = deliver(case, "letter_reviewed", decision="accept", reason="legible")

    assert case == after.evolve(rejected=(), rejected_count=0, attention=())


def test_a_message_that_was_rejected_may_be_taken_later() -> None:
    case = deliver(a_case(), "letter_uploaded", upload_id="U1")

    assert with_upload(with_letter(case), "U1").loan is not None


def test_the_second_rejection_of_a_signal_says_its_own_reason() -> None:
    case = deliver(a_case(), "payment_confirmed", reference="FV-77", amount_cop=-1)

    case = deliver(case, "payment_confirmed", reference="FV-77", amount_cop=1, paid_at="soon")

    [attention] = case.attention
    assert "paid_at" in attention.text


@pytest.mark.parametrize(
    ("first", "then", "fields", "settled"),
    [
        pytest.param("payment_confirmed", "payment_confirmed", PAID, True, id="the same signal, mended"),
        pytest.param("payment_confirmd", "payment_confirmed", PAID, True, id="the name that was meant"),
        pytest.param("payment_confirmed", "step_completed", {"step": 1}, False, id="another signal"),
        pytest.param("hello", "step_completed", {"step": 1}, True, id="anything from support after a riddle"),
        pytest.param(
            "hello", "step_completed", {"step": 1, "by": "billing"}, False, id="the backend does not solve it"
        ),
    ],
)
def test_a_rejection_is_settled_by_the_message_that_was_meant(
    first: str, then: str, fields: dict[str, Any], settled: bool
) -> None:
    case = reject_one(a_case(), first)

    assert settled is not bool(send(case, then, **fields).attention)


def reject_one(case: Case, name: str) -> Case:
    try:
        return send(case, name, nonsense=1)
    except (MessageError, NotAllowedNowError) as error:
        return results.reject(case, name, error.remark, NOW)


def test_a_repeated_message_settles_its_rejection_too() -> None:
    case = deliver(with_payment(a_case()), "payment_confirmed", reference="FV-77", amount_cop=1)

    assert list(send(case, "payment_confirmed", **PAID).attention) == []


@pytest.mark.parametrize(
    ("then", "fields"),
    [
        ("letter_reviewed", {"decision": "accept", "reason": "legible"}),
        ("letter_reviewed", {"decision": "reject", "reason": "not signed"}),
        ("letter_uploaded", {"upload_id": "U2"}),
        ("delete_letter", {}),
    ],
)
def test_a_review_is_settled_by_the_decision_or_by_another_letter(then: str, fields: dict[str, Any]) -> None:
    case = under_review()
    assert [each.kind for each in case.attention] == [AttentionKind.LETTER_REVIEW]

    assert list(settle(send(case, then, **fields)).attention) == []


def test_data_that_can_not_be_used_ask_for_attention_until_others_are_accepted() -> None:
    refused = Outside(refused_letter=(Remark(code="missing", message="Falta el cargo."),))
    case = settle(send(a_case(), "submit_representative", sha256=REPRESENTATIVE_SHA), world=refused)
    assert [each.kind for each in case.attention] == [AttentionKind.PROFILE]

    assert list(with_letter(case).attention) == []


def test_a_case_that_is_taken_up_again_with_fit_data_forgets_that_they_were_not() -> None:
    case = a_case().raise_attention(NOW, AttentionKind.PROFILE, "company", remark("company_invalid", fields="nit"))

    assert list(opened(Outside(), archived=case.stored()).attention) == []


def test_a_certificate_settles_that_the_loan_ended_without_one() -> None:
    later = bogota("2026-12-30 10:00")
    case = settle(with_payment(with_loan(a_case())), later)
    assert [each.kind for each in case.attention] == [AttentionKind.NO_CERTIFICATE]

    assert list(with_certificate(case, later).attention) == []


def test_a_step_that_keeps_failing_asks_for_attention_until_it_succeeds() -> None:
    case = send(a_case(), "company_updated", sha256="9" * 64)
    [queued] = case.queue
    for minute in range(5):
        case = results.failed(case, queued, "StoreUnavailableError", False, NOW + timedelta(minutes=minute))
    assert [each.kind for each in case.attention] == [AttentionKind.FAILING]

    assert list(settle(case, NOW + timedelta(hours=2)).attention) == []


def test_a_mail_that_is_refused_for_good_asks_for_another_address_only() -> None:
    case = send(a_case(), "payment_confirmed", **PAID)
    [queued] = case.queue
    for minute in range(5):
        case = results.failed(case, queued, "MailUnavailableError", False, NOW + timedelta(minutes=minute))

    case = results.failed(case, queued, "MailboxRefusedError", True, NOW + timedelta(hours=1))

    assert ([each.kind for each in case.attention], case.queue) == ([AttentionKind.MAILBOX], ())


@pytest.mark.parametrize(
    ("then", "fields"),
    [("company_updated", {"sha256": "9" * 64}), ("submit_representative", {"sha256": "9" * 64}), ("loan_revoked", {})],
)
def test_a_refused_mailbox_is_settled_by_new_data_or_a_mail_that_arrives(then: str, fields: dict[str, Any]) -> None:
    case = mailboxes.refused(with_loan(a_case()), "a mail", NOW)
    reason = {"reason": "misuse"} if then == "loan_revoked" else {}

    assert list(settle(send(case, then, **fields, **reason)).attention) == []


def test_a_mail_is_not_asked_for_again_when_it_would_not_be_true() -> None:
    with pytest.raises(NotAllowedNowError, match="loan_ended would not be true today"):
        send(with_loan(a_case()), "notice_requested", notice="loan_ended", reason="lost")


def test_a_closed_case_gives_up_mails_that_fail_and_keeps_the_other_steps() -> None:
    case = send(send(a_case(), "payment_confirmed", **PAID), "company_updated", sha256="9" * 64)
    for queued in case.queue:
        case = results.failed(case, queued, "Down", False, NOW)

    case = clock.tick(send(case, "activation_closed", reason="moved away"), NOW)

    assert [each.job.kind for each in case.queue] == ["check_company"]


def flood(case: Case, number: int) -> Case:
    """Return the case after one of each message at its largest, none of them seen before."""
    long, name = "€" * 500, f"{number:05}" + "Ñ" * 75
    by = "support:" + "ñ" * 72
    now = NOW + timedelta(seconds=number)
    for signal, fields in {
        "payment_confirmed": {"reference": name, "amount_cop": 5 + number, "method": "Ñ" * 80},
        "letter_uploaded": {"upload_id": f"{number:064}"},
        "certificate_issued": {
            "serial": f"{number:080}",
            "valid_from": "2026-11-24",
            "valid_until": "2027-11-24",
            "issuer": "Ñ" * 80,
        },
        "certificate_rejected": {"observations": f"{number}{long[:490]}"},
        "loan_revoked": {"reason": long},
        "reminders_muted": {"until": "2027-01-01", "reason": long},
        "company_updated": {"sha256": f"{number:064}"},
        "notice_requested": {"notice": "certificate_active", "reason": long},
        "letter_reviewed": {"decision": "accept", "reason": long},
        "submit_representative": {"sha256": f"{number:064}"},
    }.items():
        case = deliver(case, signal, now, by=by, **fields)
    return results.reject(case, "😀" * 1000 + str(number), Remark(message="€" * 5000), now)


@pytest.mark.parametrize("answers", [pytest.param(False, id="servers down"), pytest.param(True, id="servers up")])
def test_a_flood_of_large_messages_leaves_a_small_case(answers: bool) -> None:
    case = with_letter(a_case())

    for number in range(150):
        case = flood(case, number)
        case = settle(case, NOW + timedelta(seconds=number)) if answers and number % 10 == 0 else case

    assert len(json.dumps(case.stored(), ensure_ascii=False).encode()) < LARGEST_CASE_BYTES
    assert len(case.queue) <= MOST_OWED + 2
    assert case.rejected_count > MOST_REJECTED == len(case.rejected)


def test_a_payment_is_taken_in_the_middle_of_a_flood() -> None:
    case = with_letter(a_case())
    for number in range(100):
        case = deliver(case, "letter_uploaded", upload_id=f"U{number}")

    assert send(case, "payment_confirmed", **PAID).track.request is not None


def test_what_a_flood_displaced_may_be_sent_again_once_the_steps_are_done() -> None:
    case = with_letter(a_case())
    for number in range(100):
        case = deliver(case, "letter_uploaded", upload_id=f"U{number}")

    case = settle(deliver(settle(case), "letter_uploaded", upload_id="U99"))

    assert case.letter.attached is not None
    assert case.letter.attached.upload_id == "U99"


def test_the_newest_upload_is_kept_among_many_accepted_ones() -> None:
    case = with_letter(a_case())
    for number in range(30):
        case = with_upload(case, f"U{number}")

    case = with_upload(case, "blurred", verdict=Verdict.REJECTED)

    assert case.letter.versions[-1].upload_id == "blurred"
    assert case.letter.attached is not None


def test_a_case_under_a_flood_of_one_kind_still_lists_the_other_things_to_look_at() -> None:
    case = under_review()
    for number in range(100):
        case = deliver(case, "payment_confirmed", reference=f"FV-{number}", amount_cop=5)

    assert AttentionKind.LETTER_REVIEW in {each.kind for each in case.attention}
    assert len(case.attention) == 20
