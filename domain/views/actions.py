"""What can be done next in a case, by the company or by support."""

from datetime import datetime

from domain.calendar import bogota_date
from domain.case.case import Case
from domain.case.certificate import purchase_offered
from domain.case.steps import THIS_STEP
from domain.views.entitlement import Signing, entitlement


def next_actions(case: Case, now: datetime) -> list[str]:
    """Return what can usefully be done next, the most useful first; nothing in a case that is being closed."""
    if case.closing is not None:
        return []
    today = bogota_date(now)
    signing = entitlement(case.track, case.loan, today).signing
    request, attached = case.track.request, case.letter.attached
    can = {
        "review_letter": case.letter.under_review is not None,
        "correct_request": request is not None and request.observations is not None,
        "await_certificate": request is not None and request.observations is None,
        "continue_to_test_set": THIS_STEP not in case.steps and may_continue(case, now),
        "submit_representative": case.letter.issued is None and _loan_is_of_use(case, signing),
        "attach_letter": case.letter.issued is not None
        and (attached is None or case.loan is None)  # one accepted beside an own certificate has started no loan
        and _loan_is_of_use(case, signing),
        "delete_letter": attached is not None,
        "buy_certificate": purchase_offered(case.track, today, case.policy),
    }
    return [action for action, possible in can.items() if possible]


def _loan_is_of_use(case: Case, signing: Signing) -> bool:
    return signing is Signing.LOAN or (signing is Signing.NONE and case.loan is None)


def may_continue(case: Case, now: datetime) -> bool:
    """Tell whether this step can be finished: a correct letter is attached, or the certificate is bought."""
    today = bogota_date(now)
    lent = case.letter.attached is not None and case.loan is not None and case.loan.covers(today)
    return lent or case.track.bought_on(today)
