"""Nothing that can happen to a case moves the date of its first accepted letter (S13, decision 3)."""

import json
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain.calendar import bogota_date
from domain.case.case import Case
from domain.case.loan import LoanEnding
from domain.case.reminders import Subject
from domain.decisions import clock
from domain.letter.examination import Verdict
from domain.views.status import status
from tests.support.cases import NOW, TOTAL_COP, Outside, deliver, opened, settle

UPLOADS = st.sampled_from([f"U{number}" for number in range(6)])
VERDICTS = st.sampled_from(Verdict)


class OneCompany(RuleBasedStateMachine):
    """Everything that people and time can do to one company's case, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.world = Outside()
        self.case = opened(self.world, self.now)
        self.dates: tuple[object, ...] | None = None
        self.over: LoanEnding | None = None
        self.paid = 0

    def send(self, name: str, **fields: object) -> None:
        self.case = settle(deliver(self.case, name, self.now, **fields), self.now, self.world)

    @rule(number=st.sampled_from("abc"))
    def submit_representative(self, number: str) -> None:
        self.send("submit_representative", sha256=number * 64)

    @rule(upload_id=UPLOADS, verdict=VERDICTS, hours=st.integers(0, 60), signal=st.booleans())
    def upload(self, upload_id: str, verdict: Verdict, hours: int, signal: bool) -> None:
        self.world.missing.discard(upload_id)
        self.world.verdicts[upload_id] = verdict
        self.world.received_at.setdefault(upload_id, self.now - timedelta(hours=hours))
        self.send("letter_uploaded" if signal else "attach_letter", upload_id=upload_id)

    @rule(upload_id=UPLOADS)
    def upload_that_never_arrives(self, upload_id: str) -> None:
        self.world.missing.add(upload_id)
        self.send("letter_uploaded", upload_id=upload_id)

    @rule(decision=st.sampled_from(["accept", "reject"]))
    def review(self, decision: str) -> None:
        self.send("letter_reviewed", decision=decision, reason="looked at it")

    @rule()
    def delete(self) -> None:
        self.send("delete_letter")

    @rule(amount_cop=st.sampled_from([TOTAL_COP, 5]))
    def pay(self, amount_cop: int) -> None:
        self.paid += 1
        self.send("payment_confirmed", reference=f"FV-{self.paid}", amount_cop=amount_cop)

    @rule(serial=st.integers(1, 5), wait=st.integers(-10, 40), length=st.integers(0, 400))
    def issue(self, serial: int, wait: int, length: int) -> None:
        first = bogota_date(self.now) + timedelta(days=wait)
        last = first + timedelta(days=length)
        self.send("certificate_issued", serial=str(serial), valid_from=first, valid_until=last)

    @rule(observations=st.sampled_from(["RUT", "cédula"]))
    def reject_certificate(self, observations: str) -> None:
        self.send("certificate_rejected", observations=observations)

    @rule(sha256=st.sampled_from("def"))
    def update_company(self, sha256: str) -> None:
        self.send("company_updated", sha256=sha256 * 64)

    @rule()
    @precondition(lambda self: self.case.loan is not None)
    def revoke(self) -> None:
        self.send("loan_revoked", reason="misuse")

    @rule(days=st.integers(-5, 60))
    def mute(self, days: int) -> None:
        self.send("reminders_muted", until=bogota_date(self.now) + timedelta(days=days), reason="asked for it")

    @rule(step=st.integers(1, 6))
    def complete_a_step(self, step: int) -> None:
        self.send("step_completed", step=step)

    @rule(days=st.integers(0, 45), hours=st.integers(0, 23))
    def time_passes(self, days: int, hours: int) -> None:
        self.now += timedelta(days=days, hours=hours)
        self.case = settle(self.case, self.now, self.world)

    @rule(archive=st.booleans(), loan_days=st.integers(1, 400))
    def close_and_open_again(self, archive: bool, loan_days: int) -> None:
        self.send("activation_closed", reason="moved away")
        archived = json.loads(json.dumps(self.case.stored())) if archive else None
        self.over = self.over if archive else None  # how it ended stands in the archive, its dates with the evidence
        self.case = settle(opened(self.world, self.now, archived, loan_days=loan_days), self.now, self.world)
        self.dates = self.dates if archive or self.dates is None else self.dates[:1]

    @invariant()
    def the_first_accepted_letter_dates_the_loan_for_ever(self) -> None:
        loan = self.case.loan
        if self.world.first is not None and loan is not None:
            assert loan.starts_on == bogota_date(self.world.first.received_at)
            assert loan.upload_id == self.world.first.upload_id
        found = None if loan is None else (loan.starts_on, loan.ends_on, loan.last_safe_purchase_on)
        if self.dates is not None:
            assert found is not None
            assert found[: len(self.dates)] == self.dates
        self.dates = found

    @invariant()
    def a_loan_that_is_over_stays_over_and_signs_nothing(self) -> None:
        loan = self.case.loan
        if self.over is not None:
            assert loan is not None
            assert loan.ending is self.over
        if loan is not None and loan.ending is not None:
            self.over = loan.ending
            assert loan.ended_on is not None
            assert loan.starts_on <= loan.ended_on <= max(loan.ends_on, loan.starts_on)
            assert status(self.case, self.now)["entitlement"] != "loan"

    @invariant()
    def the_stored_form_is_the_case(self) -> None:
        assert Case.restored(json.loads(json.dumps(self.case.stored()))) == self.case

    @invariant()
    def looking_twice_changes_nothing_and_the_next_look_is_later(self) -> None:
        assert clock.tick(self.case, self.now) == self.case
        deadline = clock.next_deadline(self.case, self.now)
        assert deadline is None or deadline[0] > self.now

    @invariant()
    def the_status_is_json_and_a_held_certificate_signs(self) -> None:
        facts = json.loads(json.dumps(status(self.case, self.now)))
        assert (facts["entitlement"] == "own") is self.case.own_valid_on(bogota_date(self.now))
        assert (facts["entitlement"] == "none") is (facts["entitlement_until"] is None)

    @invariant()
    def whoever_may_still_have_to_buy_has_reminders_until_the_end(self) -> None:
        reminders, today = self.case.reminders, bogota_date(self.now)
        loan = self.case.loan
        if loan is not None and loan.covers(today) and not self.case.track.certificates:
            assert reminders.subject is Subject.LOAN
            assert reminders.ends_on == loan.ends_on


OneCompany.TestCase.settings = settings(max_examples=80, stateful_step_count=25)


class TestOneCompany(OneCompany.TestCase):
    """The machine above, run by pytest."""
