"""What support reads beside the events of a case, of the notes that the case itself writes."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from domain.case.case import Case
from domain.letter.examination import Verdict
from domain.views.status import status
from portal.cases.desk_facts import DeskFacts
from portal.desk.timeline import beside
from tests.support.cases import (
    BLURRED,
    NOW,
    Outside,
    a_case,
    live,
    send,
    with_certificate,
    with_letter,
    with_loan,
    with_payment,
    with_upload,
)

MUTED = {"until": "2026-12-10", "reason": "Vacaciones: hasta el 10."}
LOW = {"reference": "FV-9", "amount_cop": 29_750}
AGAIN = {"notice": "loan_started", "reason": "No le llegó."}


def reminded(*days: int) -> Case:
    world = Outside()
    return live(with_loan(a_case(loan_reminder_days=days), world=world), NOW, NOW + timedelta(days=33), world)


def blurred(verdict: Verdict) -> Case:
    world = Outside()
    return with_upload(with_letter(a_case(), world=world), "U1", world=world, verdict=verdict)


@pytest.mark.parametrize(
    ("made", "action", "notes"),
    [
        (
            lambda: send(with_loan(a_case()), "reminders_muted", **MUTED),
            "reminders_muted",
            ["hasta el 10 de diciembre de 2026: Vacaciones: hasta el 10."],
        ),
        (
            lambda: send(a_case(), "payment_confirmed", **LOW),
            "payment_insufficient",
            ["$29.750 de $297.500, referencia FV-9"],
        ),
        (
            lambda: send(a_case(), "payment_confirmed", **LOW, reason="Dijo: «abono»."),
            "payment_insufficient",
            ["$29.750 de $297.500, referencia FV-9: Dijo: «abono»."],
        ),
        (
            lambda: send(with_loan(a_case()), "notice_requested", **AGAIN),
            "notice_requested",
            ["«El préstamo empezó»: No le llegó."],
        ),
        (lambda: with_loan(a_case()), "notice_sent", ["«El préstamo empezó»"]),
        (
            lambda: reminded(7, 1, -1),
            "reminder_sent",
            ["préstamo, 7 días antes", "préstamo, 1 día antes", "préstamo, 1 día después"],
        ),
        (lambda: reminded(0), "reminder_sent", ["préstamo, último día"]),
        (lambda: blurred(Verdict.REJECTED), "letter_rejected", [BLURRED.message]),
        (lambda: blurred(Verdict.UNDER_REVIEW), "letter_under_review", [BLURRED.message]),
        (
            lambda: with_certificate(with_payment(a_case())),
            "certificate_issued",
            ["del 24 de noviembre de 2026 al 24 de noviembre de 2027"],
        ),
        (lambda: send(with_loan(a_case()), "loan_revoked", reason="loan 7 to be"), "loan_revoked", ["loan 7 to be"]),
        (
            lambda: send(with_loan(a_case()), "loan_revoked", reason="until 2026-99-99"),
            "loan_revoked",
            ["until 2026-99-99"],
        ),
    ],
)
def test_a_note_of_the_case_is_spelled_out_and_a_persons_words_stay(
    made: Callable[[], Case], action: str, notes: list[str]
) -> None:
    assert told(made(), action) == notes


def told(case: Case, action: str) -> list[str | None]:
    facts = DeskFacts.model_validate(status(case, NOW))
    return [beside(event, facts) for event in facts.timeline if event.action == action]
