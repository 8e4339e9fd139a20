"""Cases as they may be found after any outage, drawn by Hypothesis."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from domain.case.case import Case
from domain.case.jobs import CheckCompany, TellNotice
from domain.case.loan import FirstAcceptance
from domain.decisions import results
from domain.letter.examination import Verdict
from domain.messages.models import SIGNALS, UPDATES
from domain.notices import NoticeKind
from tests.support.cases import (
    COMPANY_SHA,
    NOW,
    REPRESENTATIVE_SHA,
    TOTAL_COP,
    Outside,
    deliver,
    opened,
    send,
    with_letter,
    with_upload,
)

DAYS = st.integers(-400, 400)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Return a case as it may be found after any outage: nothing in it has been looked at since."""
    milestones = st.sets(st.integers(-10, 90), max_size=5).map(tuple)
    world = Outside(delivers=draw(st.booleans()))
    case = opened(world, loan_days=draw(st.integers(1, 90)), certificate_reminder_days=draw(milestones))
    if draw(st.booleans()):
        case = with_upload(with_letter(case), "U1", verdict=draw(st.sampled_from(Verdict)))
    if draw(st.booleans()):
        received_at = NOW + timedelta(days=draw(DAYS), hours=draw(st.integers(0, 23)))
        case = opened(Outside(first=FirstAcceptance(upload_id="U0", received_at=received_at)), NOW, case.stored())
    for number in range(draw(st.integers(0, 2))):
        first = NOW.date() + timedelta(days=draw(DAYS))
        last = first + timedelta(days=draw(st.integers(0, 400)))
        case = deliver(case, "certificate_issued", serial=str(number), valid_from=first, valid_until=last)
    if draw(st.booleans()):
        case = deliver(case, "payment_confirmed", reference="FV-77", amount_cop=297_500)
    if draw(st.booleans()):
        case = send(case, "reminders_muted", until=NOW.date() + timedelta(days=draw(DAYS)), reason="asked for it")
    for notice in draw(st.lists(st.sampled_from(NoticeKind), max_size=2)):
        not_before = draw(st.none() | DAYS.map(lambda days: NOW + timedelta(days=days)))
        case = case.enqueue(TellNotice(notice=notice, key=f"again/{notice}"), not_before)
    if draw(st.booleans()):
        case = case.enqueue(CheckCompany(sha256="a" * 64, by="x"))
        case = results.failed(case, case.queue[-1], "Down", False, NOW)
    if draw(st.booleans()):
        case = deliver(case, "activation_closed", reason="moved away")
    return case


TIMES = st.builds(lambda days, minutes: NOW + timedelta(days=days, minutes=minutes), DAYS, st.integers(0, 1440))

VERDICTS_DRAWN = st.sampled_from([Verdict.ACCEPTED, Verdict.ACCEPTED, Verdict.UNDER_REVIEW, Verdict.REJECTED])


@st.composite
def messages_drawn(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """Return a message as billing, support or the representative may send it, with values that meet each other."""
    name = draw(st.sampled_from([*SIGNALS, *(each for each in UPDATES if each != "verify_payment")]))
    return name, {field: draw(value) for field, value in _FIELDS[name].items()} | {"by": draw(_SENDERS)}


_SENDERS = st.sampled_from(["support:ana", "billing"])
_UPLOADS = st.sampled_from(["U1", "U2", "U3"])
_DIGESTS = st.sampled_from(["1" * 64, "2" * 64, COMPANY_SHA, REPRESENTATIVE_SHA])
_SERIALS = st.sampled_from(["0A1B", "A1B", "5F"])
_REASONS = st.just("asked for it")
_FIELDS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "payment_confirmed": {
        "reference": st.sampled_from(["FV-1", "FV-2"]),
        "amount_cop": st.sampled_from([5, TOTAL_COP, TOTAL_COP * 10]),
    },
    "letter_uploaded": {"upload_id": _UPLOADS},
    "attach_letter": {"upload_id": _UPLOADS},
    "letter_reviewed": {"decision": st.sampled_from(["accept", "reject"]), "reason": _REASONS},
    "certificate_issued": {
        "serial": _SERIALS,
        "valid_from": DAYS.map(lambda days: NOW.date() + timedelta(days=days // 10)),
        "valid_until": DAYS.map(lambda days: NOW.date() + timedelta(days=200 + days)),
    },
    "certificate_rejected": {"observations": st.sampled_from(["the RUT is old", "the name differs"])},
    "certificate_withdrawn": {"serial": _SERIALS, "reason": _REASONS},
    "step_completed": {"step": st.integers(1, 6)},
    "loan_revoked": {"reason": _REASONS},
    "reminders_muted": {"until": DAYS.map(lambda days: NOW.date() + timedelta(days=days)), "reason": _REASONS},
    "company_updated": {"sha256": _DIGESTS},
    "notice_requested": {"notice": st.sampled_from([kind.value for kind in NoticeKind]), "reason": _REASONS},
    "webhook_requested": {"event": st.just("evt_" + "0" * 32), "reason": _REASONS},
    "activation_closed": {"reason": _REASONS},
    "submit_representative": {"sha256": _DIGESTS},
    "delete_letter": {},
    "continue_to_test_set": {},
}
