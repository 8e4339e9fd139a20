"""Cases as they may be found after any outage, drawn by Hypothesis."""

from datetime import timedelta

from hypothesis import strategies as st

from domain.case.case import Case
from domain.case.jobs import CheckCompany, TellNotice
from domain.case.loan import FirstAcceptance
from domain.decisions import results
from domain.letter.examination import Verdict
from domain.notices import NoticeKind
from tests.support.cases import NOW, Outside, deliver, opened, send, with_letter, with_upload

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
