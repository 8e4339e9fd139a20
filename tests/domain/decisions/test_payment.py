"""Payments of the certificate: what counts, what is kept for a person, and what is the same again."""

from collections.abc import Callable
from datetime import date, datetime

import pytest

from domain.case.case import MOST_SEEN, Case
from domain.case.payment_keys import MOST_KEPT, WIDTH, PaymentKeys
from domain.errors import NotAllowedNowError
from domain.notices import NoticeKind
from domain.views.status import status
from tests.support.cases import (
    NOW,
    TOTAL_COP,
    Outside,
    a_case,
    bogota,
    send,
    settle,
    with_certificate,
    with_loan,
    with_payment,
)


def standings(case: Case) -> list[tuple[str, str]]:
    return [(each.reference, each.standing.value) for each in case.track.payments]


def kinds(case: Case) -> list[str]:
    return [each.kind.value for each in case.attention]


@pytest.mark.parametrize(
    ("amount_cop", "standing", "paid"),
    [
        pytest.param(TOTAL_COP, "confirmed", True, id="the very total"),
        pytest.param(TOTAL_COP + 1, "confirmed", True, id="more than the total"),
        pytest.param(TOTAL_COP - 1, "insufficient", False, id="a peso short"),
        pytest.param(250_000, "insufficient", False, id="without IVA"),
        pytest.param(1, "insufficient", False, id="a peso"),
    ],
)
def test_a_payment_counts_from_the_total_with_iva(amount_cop: int, standing: str, paid: bool) -> None:
    case = send(a_case(), "payment_confirmed", reference="FV-77", amount_cop=amount_cop)

    assert [("FV-77", standing)] == standings(case)
    assert paid is status(case, NOW)["payment"]["paid"]


def test_the_price_is_that_of_the_policy_with_iva_rounded_to_whole_pesos() -> None:
    payment = status(a_case(price_cop=99_997), NOW)["payment"]

    assert (payment["price_cop"], payment["iva_cop"], payment["total_cop"]) == (99_997, 18_999, 118_996)


def test_a_counted_payment_is_told_with_its_amount() -> None:
    world = Outside()

    with_payment(a_case(), world=world)

    assert [(mail.kind, mail.amount_cop) for _, mail in world.mails] == [(NoticeKind.PAYMENT_RECEIVED, TOTAL_COP)]


def test_a_payment_below_the_total_is_not_told_and_asks_for_attention() -> None:
    world = Outside()

    case = settle(send(a_case(), "payment_confirmed", reference="FV-77", amount_cop=200_000), world=world)

    assert (kinds(case), world.mails) == (["insufficient_payment"], [])


def test_the_whole_amount_under_the_same_reference_corrects_a_payment_below_the_total() -> None:
    case = send(a_case(), "payment_confirmed", reference="FV-77", amount_cop=29_750)

    corrected = send(case, "payment_confirmed", reference="FV-77", amount_cop=TOTAL_COP)

    assert (standings(corrected), kinds(corrected)) == ([("FV-77", "confirmed")], [])


def test_a_correction_that_is_still_too_low_says_so_with_the_new_amount() -> None:
    case = send(a_case(), "payment_confirmed", reference="FV-77", amount_cop=29_750)

    corrected = send(case, "payment_confirmed", reference="FV-77", amount_cop=100_000)

    (attention,) = corrected.attention
    assert "100000 of 297500" in attention.text


def test_another_payment_that_counts_leaves_one_below_the_total_for_a_person() -> None:
    case = send(a_case(), "payment_confirmed", reference="FV-77", amount_cop=29_750)

    assert kinds(with_payment(case, reference="FV-78")) == ["insufficient_payment"]


def test_a_counted_payment_is_not_contradicted() -> None:
    case = with_payment(a_case())

    with pytest.raises(NotAllowedNowError, match=r"FV-77 is recorded with 297500 pesos, this message says 300000"):
        send(case, "payment_confirmed", reference="FV-77", amount_cop=300_000)


def test_the_same_payment_again_changes_nothing() -> None:
    case = with_payment(a_case())

    again = send(case, "payment_confirmed", reference="FV-77", amount_cop=TOTAL_COP)

    assert case.evolve(repeated_count=1) == again


def test_a_recorded_payment_is_the_same_again_after_hundreds_of_other_messages() -> None:
    case = with_payment(a_case())
    for number in range(600):
        case = case.remember(f"other:{number}")

    again = send(case, "payment_confirmed", reference="FV-77", amount_cop=TOTAL_COP)

    assert case.evolve(repeated_count=1) == again


def pushed_out(case: Case, now: datetime = NOW) -> Case:
    """Return the case after more payments and other messages than it keeps."""
    for number in range(10):
        case = send(case, "payment_confirmed", now, reference=f"OTHER-{number}", amount_cop=TOTAL_COP)
    for number in range(MOST_SEEN):
        case = case.remember(f"other:{number}")
    return case


def test_an_old_payment_buys_nothing_again_however_many_messages_came_since() -> None:
    case = with_payment(with_payment(a_case()), reference="FV-78")
    renewal = bogota("2027-11-01 10:00")
    case = pushed_out(with_certificate(case))

    again = send(case, "payment_confirmed", renewal, reference="FV-78", amount_cop=TOTAL_COP)

    assert case.evolve(repeated_count=1) == again
    bought = send(case, "payment_confirmed", renewal, reference="FV-99", amount_cop=TOTAL_COP)
    assert bought.track.request is not None


def test_a_payment_below_the_total_is_still_corrected_after_as_many_messages() -> None:
    case = pushed_out(send(a_case(), "payment_confirmed", reference="FV-77", amount_cop=29_750))
    case = case.evolve(track=case.track.model_copy(update={"request": None}))

    corrected = send(case, "payment_confirmed", reference="FV-77", amount_cop=TOTAL_COP)

    assert standings(corrected)[-1] == ("FV-77", "confirmed")
    with pytest.raises(NotAllowedNowError):
        send(corrected, "payment_confirmed", reference="FV-77", amount_cop=29_750)


def test_payments_are_remembered_in_a_few_characters_and_only_when_there_is_no_other_way() -> None:
    case = with_payment(a_case())
    assert "payment_keys" not in case.stored()
    full = pushed_out(case)
    assert full.stored()["payment_keys"] == {"payment": full.payment_keys.payment}
    assert len(full.payment_keys.payment) == 11 * 16
    assert Case.restored(full.stored()) == full


def test_a_flood_of_payments_does_not_fill_the_case() -> None:
    full = PaymentKeys(payment="".join(f"{number:016x}" for number in range(MOST_KEPT)))

    again = full.with_key("payment:" + "f" * WIDTH)

    assert len(again.payment) == WIDTH * MOST_KEPT
    assert [again.knows(f"payment:{key}") for key in ("0" * WIDTH, f"{1:016x}", "f" * WIDTH)] == [False, True, True]


def test_a_second_purchase_while_one_is_in_process_is_kept_for_a_person() -> None:
    case = with_payment(a_case())

    twice = with_payment(case, reference="FV-78")

    assert standings(twice) == [("FV-77", "confirmed"), ("FV-78", "unexpected")]
    assert kinds(twice) == ["unexpected_payment"]
    assert case.track.request == twice.track.request


@pytest.mark.parametrize(
    ("today", "standing"),
    [
        pytest.param("2026-11-25 09:00", "unexpected", id="the day after the issue"),
        pytest.param("2027-10-24 23:59", "unexpected", id="31 days before the end"),
        pytest.param("2027-10-25 00:00", "confirmed", id="30 days before the end"),
        pytest.param("2027-11-24 12:00", "confirmed", id="the last day"),
        pytest.param("2028-05-01 12:00", "confirmed", id="long after the end"),
    ],
)
def test_a_renewal_is_on_sale_in_the_last_thirty_days(today: str, standing: str) -> None:
    now = bogota(today)
    case = with_certificate(with_payment(a_case()))

    assert ("FV-99", standing) == standings(with_payment(case, now, reference="FV-99"))[-1]


def test_the_certificate_that_one_payment_bought_settles_no_other_payment() -> None:
    case = with_payment(with_payment(a_case()), reference="FV-78")
    case = send(case, "payment_confirmed", reference="FV-79", amount_cop=5)

    assert kinds(with_certificate(case)) == ["unexpected_payment", "insufficient_payment"]


def test_a_certificate_that_no_counted_payment_bought_settles_one_that_came_while_nothing_was_on_sale() -> None:
    case = with_payment(with_certificate(a_case()), reference="FV-78")

    assert kinds(case) == ["unexpected_payment"]
    assert kinds(with_certificate(case, serial="0C2D", days=730)) == []


@pytest.mark.parametrize(
    ("by", "reason", "left"),
    [
        ("support:ana", "refunded on Monday", []),
        ("support:ana", None, ["unexpected_payment"]),
        ("billing", "refunded on Monday", ["unexpected_payment"]),
    ],
)
def test_support_says_what_became_of_a_payment_by_telling_it_again(
    by: str, reason: str | None, left: list[str]
) -> None:
    case = with_payment(with_payment(a_case()), reference="FV-78")
    told = {} if reason is None else {"reason": reason}

    case = send(case, "payment_confirmed", by=by, reference="FV-78", amount_cop=TOTAL_COP, **told)

    assert kinds(case) == left
    assert (case.timeline[-1].action == "payment_settled") is (left == [])


def test_a_payment_that_is_completed_while_nothing_is_on_sale_asks_for_attention_once() -> None:
    case = send(a_case(), "payment_confirmed", reference="FV-77", amount_cop=29_750)
    case = with_payment(case, reference="FV-78")

    case = send(case, "payment_confirmed", reference="FV-77", amount_cop=TOTAL_COP)

    assert kinds(case) == ["unexpected_payment"]


def test_a_payment_that_newer_ones_pushed_out_is_completed_all_the_same() -> None:
    case = a_case()
    for number in range(8):
        case = send(case, "payment_confirmed", reference=f"FV-{number}", amount_cop=29_750)

    case = send(case, "payment_confirmed", reference="FV-0", amount_cop=TOTAL_COP)

    assert standings(case)[-1] == ("FV-0", "confirmed")
    assert case.repeated_count == 0


def test_a_payment_says_when_and_how_it_was_made_in_utc() -> None:
    case = send(
        a_case(),
        "payment_confirmed",
        reference="FV-77",
        amount_cop=TOTAL_COP,
        paid_at="2026-11-23T19:30:00-05:00",
        method="PSE",
    )

    (payment,) = status(case, NOW)["payment"]["payments"]
    assert (payment["paid_at"], payment["method"]) == ("2026-11-24T00:30:00Z", "PSE")


def test_a_date_of_payment_is_that_day_in_bogota() -> None:
    case = send(a_case(), "payment_confirmed", reference="FV-77", amount_cop=TOTAL_COP, paid_at="2026-11-23")

    assert bogota("2026-11-23 00:00") == case.track.payments[0].paid_at


@pytest.mark.parametrize("ready", [with_payment, with_loan, with_certificate])
def test_a_payment_a_loan_or_a_certificate_lets_the_company_go_on(ready: Callable[[Case], Case]) -> None:
    assert send(ready(a_case()), "continue_to_test_set").steps == (2,)


def test_a_company_without_letter_and_payment_does_not_go_on() -> None:
    with pytest.raises(NotAllowedNowError, match="attach the signed letter, or confirm the payment"):
        send(a_case(), "continue_to_test_set")


def test_a_certificate_registered_without_a_payment_is_not_on_sale_again() -> None:
    case = with_certificate(a_case(), valid_from=date(2026, 12, 1))

    payment = status(case, NOW)["payment"]

    assert (payment["paid"], payment["purchase_offered"]) == (True, False)


def test_payments_that_do_not_count_never_push_out_the_one_that_did() -> None:
    case = with_payment(a_case())
    for number in range(20):
        case = send(case, "payment_confirmed", reference=f"low-{number}", amount_cop=5)

    assert ("FV-77", "confirmed") in standings(case)
    assert len(case.track.payments) == 6
