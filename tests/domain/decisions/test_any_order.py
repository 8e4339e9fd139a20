"""Every order of events: messages while steps are under way, steps that fail before or after their effect, and time.

The machine does what the workflow does, one task at a time: a step and a mail are under way beside each other, and
anything may come meanwhile. `ACTIVA_EXAMPLES=10000` draws more lives than an ordinary run.
"""

import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.calendar import bogota_date
from domain.case.attention import AttentionKind
from domain.case.case import Case
from domain.case.certificate import PaymentStanding
from domain.case.earlier import PAGE_LINES
from domain.case.jobs import REMINDER, QueuedJob, RecordAcceptance
from domain.case.rejections import MOST_REJECTED
from domain.case.reminders import Milestone
from domain.decisions import clock, due, reminding, results
from domain.letter.examination import Verdict
from domain.notices import Notice, NoticeSent
from domain.views.mails import build_notice, build_reminder, may_be_told
from domain.views.status import status
from tests.support.cases import (
    NOW,
    Outside,
    deliver,
    opened,
    with_certificate,
    with_letter,
    with_loan,
    with_payment,
    with_upload,
)
from tests.support.cases_drawn import VERDICTS_DRAWN, messages_drawn

EXAMPLES = int(os.environ.get("ACTIVA_EXAMPLES", "400"))
LONGEST_OUTAGE = timedelta(days=45)
WAITS = st.sampled_from(
    [timedelta(seconds=1), timedelta(minutes=3), timedelta(hours=2), timedelta(days=1), timedelta(days=16)]
) | st.timedeltas(timedelta(seconds=1), LONGEST_OUTAGE)
ENDINGS = st.sampled_from(["done", "done", "fails before", "fails after"])


def _under_review(case: Case, now: datetime, world: Outside) -> Case:
    return with_upload(case, "U1", now, world, Verdict.UNDER_REVIEW)


def _flooded(case: Case, now: datetime, _: Outside) -> Case:
    for number in range(MOST_REJECTED + PAGE_LINES - 2):
        case = deliver(case, f"no_such_{number}", now)
    return case


WAYS: dict[str, tuple[Callable[[Case, datetime, Outside], Case], ...]] = {
    "new": (),
    "flooded": (_flooded,),
    "letter": (with_letter,),
    "loan": (with_loan,),
    "paid": (with_payment,),
    "loan and paid": (with_loan, with_payment),
    "review": (with_letter, _under_review),
    "certificate": (with_payment, with_certificate),
    "letter beside a certificate": (with_certificate, with_letter),
}
"""How far a case has come, without a failure, before anything may happen."""


class AnyOrder(RuleBasedStateMachine):
    """One case, its steps, and a world in which each of them may break off."""

    def __init__(self) -> None:
        super().__init__()
        self.world, self.now = Outside(), NOW
        self.case = opened(self.world, self.now)
        self.step: tuple[QueuedJob, Case, datetime] | None = None
        self.mail: tuple[QueuedJob | Milestone, Notice, datetime] | None = None
        self.taken: list[str] = []
        self.dates: tuple[Any, ...] | None = None

    @initialize(
        policy=st.sampled_from([{}, {"loan_days": 5}, {"certificate_reminder_days": (60, 0)}]),
        way=st.sampled_from(sorted(WAYS)),
    )
    def start(self, policy: dict[str, Any], way: str) -> None:
        self.case = opened(self.world, self.now, **policy)
        for step in WAYS[way]:
            self.case = step(self.case, self.now, self.world)
        self.taken = [notice.key for _, notice in self.world.mails]

    # What people and the backend say

    @rule(sent=messages_drawn(), verdict=VERDICTS_DRAWN)
    def a_message(self, sent: tuple[str, dict[str, Any]], verdict: Any) -> None:
        name, fields = sent
        if "upload_id" in fields:
            self.world.verdicts.setdefault(fields["upload_id"], verdict)
            self.world.received_at.setdefault(fields["upload_id"], self.now)
        self.case = deliver(self.case, name, self.now, **fields)
        self._look()

    # What time brings

    @rule(wait=WAITS)
    def time_passes_and_nobody_looks(self, wait: timedelta) -> None:
        self.now += wait
        self._look()

    @precondition(lambda self: self.step is None and self.mail is None)
    @rule()
    def the_next_deadline_comes(self) -> None:
        deadline = clock.next_deadline(self.case, self.now)
        if deadline is not None and next_thing(self.case, self.now) is None:
            assert deadline[0] > self.now
            self.now = deadline[0]
        self._look()

    # What is done

    @precondition(lambda self: self.step is None)
    @rule()
    def a_step_begins(self) -> None:
        self._look()
        found = due.next_step(self.case, self.now)
        if isinstance(found, QueuedJob):
            self.step = found, self.case, self.now

    @precondition(lambda self: self.step is not None)
    @rule(ending=ENDINGS)
    def a_step_ends(self, ending: str) -> None:
        assert self.step is not None
        (queued, asked_by, begun_at), self.step = self.step, None
        ending = self._in_time(ending, begun_at)
        result = None if ending == "fails before" else self.world.perform(asked_by, queued.job, begun_at)
        if ending == "done":
            self.case = results.done(self.case, queued, result, self.now)
        else:
            self.case = results.failed(self.case, queued, "StoreUnavailableError", False, self.now)
        self._look()

    @precondition(lambda self: self.mail is None)
    @rule()
    def a_mail_begins(self) -> None:
        self._look()
        found = due.next_mail(self.case, self.now)
        if found is None:
            return
        if isinstance(found, Milestone):
            notice = build_reminder(self.case, found.days, self.now)
        else:
            job = found.job
            notice = build_notice(self.case, job.notice, job.key, self.now)  # type: ignore[union-attr]
        assert may_be_told(self.case, notice.kind, self.now), notice
        self.mail = found, notice, self.now
        self.case = self.case.evolve(sending=found.number if isinstance(found, QueuedJob) else REMINDER)

    @precondition(lambda self: self.mail is not None)
    @rule(ending=st.sampled_from(["done", "done", "fails before", "fails after", "refused"]))
    def a_mail_ends(self, ending: str) -> None:
        assert self.mail is not None
        (found, notice, begun_at), self.mail = self.mail, None
        ending = self._in_time(ending, begun_at)
        if ending in {"done", "fails after"}:
            sent = self._take(notice, begun_at)
        if ending == "done":
            self._sent(found, notice, sent)
        else:
            self._failed(found, notice, final=ending == "refused" and notice.key not in self.taken)
        self.case = self.case.evolve(sending=None)
        self._look()

    def _in_time(self, ending: str, begun_at: datetime) -> str:
        """Return how it ends: what takes longer than any step may has run into its time limit, its answer is lost."""
        return "fails after" if ending == "done" and self.now - begun_at > clock.LONGEST_SENDING else ending

    def _take(self, notice: Notice, at: datetime) -> NoticeSent:
        """Take a mail at most once, as its marker in the store makes sure."""
        if notice.key in self.taken:
            return NoticeSent(sent_at=at, repeated=True, reached=())
        self.taken.append(notice.key)
        return self.world.sent(notice, at)

    def _sent(self, found: QueuedJob | Milestone, notice: Notice, sent: NoticeSent) -> None:
        if isinstance(found, Milestone):
            self.case = reminding.reminder_done(self.case, found, notice, sent, self.now)
        else:
            self.case = results.done(self.case, found, sent, self.now)

    def _failed(self, found: QueuedJob | Milestone, notice: Notice, *, final: bool) -> None:
        why = "MailboxRefusedError" if final else "MailUnavailableError"
        if isinstance(found, Milestone):
            self.case = reminding.reminder_failed(self.case, found, notice, why, final=final, now=self.now)
        else:
            self.case = results.failed(self.case, found, why, final, self.now)

    @rule()
    def all_that_is_due_is_done(self) -> None:
        for _ in range(50):
            if self.step is not None:
                self.a_step_ends("done")
            if self.mail is not None:
                self.a_mail_ends("done")
            self.a_step_begins()
            if self.step is None:
                self.a_mail_begins()
            if self.step is None and self.mail is None:
                return

    @precondition(lambda self: self.step is None and self.mail is None)
    @rule()
    def a_new_run_takes_over(self) -> None:
        self.case = Case.restored(json.loads(json.dumps(self.case.stored())))

    @precondition(lambda self: self.step is None and self.mail is None and not self.case.queue)
    @rule(archived=st.booleans())
    def the_case_is_closed_and_opened_again(self, archived: bool) -> None:
        if self.case.closing is None:
            return
        stored = json.loads(json.dumps(self.case.stored())) if archived else None
        if not archived:
            self.world.pages.clear()
        self.case = opened(self.world, self.now, stored)
        self._look()

    def _look(self) -> None:
        self.case = clock.tick(self.case, self.now)

    # What holds all the while

    @invariant()
    def what_is_owed_is_tried_again_some_day(self) -> None:
        if self.step is None and self.mail is None and next_thing(self.case, self.now) is None:
            deadline = clock.next_deadline(self.case, self.now)
            assert deadline is None or deadline[0] > self.now
            assert deadline is not None or not self.case.queue

    @invariant()
    def the_first_acceptance_dates_the_loan_for_ever(self) -> None:
        loan = self.case.loan
        if loan is None:
            assert self.dates is None or self.world.first is not None
            return
        assert self.world.first is not None
        assert loan.starts_on == bogota_date(self.world.first.received_at)
        self.dates = self.dates or (loan.starts_on,)
        assert self.dates == (loan.starts_on,)

    @invariant()
    def the_letter_that_waits_for_a_person_is_on_the_list(self) -> None:
        waiting = self.case.letter.under_review
        decided = waiting is not None and any(
            isinstance(each.job, RecordAcceptance) and each.job.upload_id == waiting.upload_id
            for each in self.case.queue
        )
        listed = [each for each in self.case.attention if each.kind is AttentionKind.LETTER_REVIEW]
        assert bool(listed) is (waiting is not None and not decided)

    @invariant()
    def a_paid_certificate_is_on_its_way_or_was_issued(self) -> None:
        track = self.case.track
        paid = any(each.standing is PaymentStanding.CONFIRMED for each in track.payments)
        issued = track.certificates or any(key.startswith("certificate:") for key in self.case.seen)
        assert not paid or track.request is not None or issued

    @invariant()
    def nobody_who_paid_signs_with_nothing_unseen(self) -> None:
        today = bogota_date(self.now)
        request = self.case.track.request
        if request is None or request.observations is not None or request.opened_on is None:
            return
        if status(self.case, self.now)["entitlement"] == "none" and today > request.opened_on + timedelta(days=30):
            assert any(each.kind is AttentionKind.NO_CERTIFICATE for each in self.case.attention)

    @invariant()
    def no_rejected_message_is_forgotten(self) -> None:
        kept = sum(len(rejected) for _, rejected in self.world.pages)
        carried = len(self.case.rejected) + len(self.case.earlier.rejected)
        # A page may be kept already that the case does not know of yet.
        assert carried <= self.case.rejected_count <= carried + kept

    @invariant()
    def one_reminder_a_day_at_most(self) -> None:
        told = [bogota_date(at) for at, notice in self.world.mails if notice.key.startswith("reminder/")]
        assert len(told) == len(set(told))

    def teardown(self) -> None:
        """Let the world answer: whatever was owed is done within days, and nothing keeps failing."""
        end, made = self.now + timedelta(days=10), self.case.jobs_made
        while True:
            self.all_that_is_due_is_done()
            deadline = clock.next_deadline(self.case, self.now)
            if deadline is None or deadline[0] > end:
                break
            assert deadline[0] > self.now
            self.now = deadline[0]
        assert [each for each in self.case.queue if each.number <= made] == []
        assert not [each for each in self.case.attention if each.kind is AttentionKind.FAILING]


def next_thing(case: Case, now: datetime) -> object:
    return due.next_step(case, now) or due.next_mail(case, now)


AnyOrder.TestCase.settings = settings(max_examples=EXAMPLES, stateful_step_count=40)


class TestAnyOrder(AnyOrder.TestCase):
    """The machine above, run by pytest."""
