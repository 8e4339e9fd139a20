"""One case at each stage of its life."""

from datetime import datetime

from domain.case.case import Case
from domain.letter.examination import Verdict
from tests.support.cases import (
    NOW,
    a_case,
    bogota,
    deliver,
    send,
    settle,
    with_certificate,
    with_letter,
    with_loan,
    with_payment,
    with_upload,
)

STAGES: dict[str, tuple[Case, datetime]] = {
    "new": (a_case(), NOW),
    "letter issued": (with_letter(a_case()), NOW),
    "letter rejected": (with_upload(with_letter(a_case()), "U1", verdict=Verdict.REJECTED), NOW),
    "under review": (with_upload(with_letter(a_case()), "U1", verdict=Verdict.UNDER_REVIEW), NOW),
    "lent": (with_loan(a_case()), NOW),
    "lent and paid": (with_payment(with_loan(a_case())), NOW),
    "reminded": (settle(with_loan(a_case()), bogota("2026-12-22 10:00")), bogota("2026-12-22 10:00")),
    "loan over": (settle(with_loan(a_case()), bogota("2027-02-02 10:00")), bogota("2027-02-02 10:00")),
    "short paid": (send(a_case(), "payment_confirmed", reference="F", amount_cop=5, paid_at="2026-11-01"), NOW),
    "sent back": (send(with_payment(a_case()), "certificate_rejected", observations="RUT"), NOW),
    "own": (with_certificate(with_payment(a_case())), NOW),
    "own over": (settle(with_certificate(a_case()), bogota("2028-02-02 10:00")), bogota("2028-02-02 10:00")),
    "muted": (send(with_loan(a_case()), "reminders_muted", until="2026-12-01", reason="asked for it"), NOW),
    "all steps": (a_case().evolve(steps=(1, 2, 3, 4, 5, 6)), NOW),
    "rejected message": (deliver(a_case(), "loan_revoked", reason="misuse"), NOW),
    "closing": (send(a_case(), "activation_closed", reason="moved away"), NOW),
}
