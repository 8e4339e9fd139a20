"""One valid notice of each kind, and whom it is for; a test changes what it is about."""

from datetime import date

from domain.mail import Mail, Recipient
from domain.notices import Notice, NoticeKind
from domain.reason import Reason
from mails.compose import Letterhead, compose

STARTS_ON, ENDS_ON, LAST_SAFE_ON = date(2026, 11, 24), date(2026, 12, 24), date(2026, 12, 9)
REASONS = (
    Reason(code="unsigned", message="Falta la firma del representante legal."),
    Reason(code="other_letter", message="El folio no corresponde a tu carta."),
)
LETTERHEAD = Letterhead(lender_name="Contabilidad Ágil S.A.S.", portal_url="https://activa.example")
COMPANY = Recipient(
    legal_name="Comercial Andina S.A.S.",
    company_email="contabilidad@andina.example",
    representative_name="María Pérez",
    representative_email="maria.perez@andina.example",
)

FIELDS = {
    NoticeKind.LOAN_STARTED: {"starts_on": STARTS_ON, "ends_on": ENDS_ON, "last_safe_purchase_on": LAST_SAFE_ON},
    NoticeKind.LOAN_REMINDER: {"ends_on": ENDS_ON, "days_left": 15, "last_safe_purchase_on": LAST_SAFE_ON},
    NoticeKind.LOAN_ENDED: {"ends_on": ENDS_ON, "days_left": -1},
    NoticeKind.LOAN_REVOKED: {},
    NoticeKind.LETTER_REJECTED: {"reasons": REASONS},
    NoticeKind.LETTER_UNDER_REVIEW: {"reasons": REASONS},
    NoticeKind.REVIEW_NEEDED: {"reasons": REASONS},
    NoticeKind.PAYMENT_RECEIVED: {"amount_cop": 297_500, "ends_on": ENDS_ON},
    NoticeKind.CERTIFICATE_REJECTED: {"reasons": REASONS},
    NoticeKind.CERTIFICATE_ACTIVE: {"starts_on": STARTS_ON, "ends_on": ENDS_ON},
    NoticeKind.CERTIFICATE_REMINDER: {"ends_on": ENDS_ON, "days_left": 15, "last_safe_purchase_on": LAST_SAFE_ON},
    NoticeKind.CERTIFICATE_ENDED: {"ends_on": ENDS_ON, "days_left": -1},
}


def a_notice(kind: NoticeKind, **changes: object) -> Notice:
    fields = {"company_id": "C1001", "key": f"{kind.value}-1", "kind": kind} | FIELDS[kind] | changes
    return Notice(**fields)


def composed(kind: NoticeKind, recipient: Recipient | None = COMPANY, **changes: object) -> Mail:
    return compose(a_notice(kind, **changes), recipient, LETTERHEAD)
