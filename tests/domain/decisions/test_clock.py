"""What time brings, and when to look again: never in a loop, never twice."""

import json
from datetime import datetime, timedelta

from hypothesis import given, settings

from domain.case.case import Case
from domain.case.jobs import QueuedJob
from domain.decisions import clock, results
from domain.letter.examination import Verdict
from domain.notices import NoticeKind
from tests.support.cases import (
    NOW,
    Outside,
    a_case,
    bogota,
    next_to_do,
    reminder_fails,
    send,
    settle,
    with_letter,
    with_upload,
)
from tests.support.cases_drawn import TIMES, cases


@settings(max_examples=150)
@given(cases(), TIMES)
def test_after_a_look_something_is_due_or_the_next_look_lies_ahead(case: Case, now: datetime) -> None:
    case = clock.tick(case, now)

    if next_to_do(case, now) is None:
        deadline = clock.next_deadline(case, now)
        assert deadline is None or deadline[0] > now


@settings(max_examples=150)
@given(cases(), TIMES)
def test_a_second_look_at_the_same_time_changes_nothing(case: Case, now: datetime) -> None:
    once = clock.tick(case, now)

    assert clock.tick(once, now) == once


@settings(max_examples=150)
@given(cases(), TIMES)
def test_a_case_comes_to_rest_in_a_world_that_answers(case: Case, now: datetime) -> None:
    settled, looks = settle(case, now), 0

    while (deadline := clock.next_deadline(settled, now)) is not None:
        assert deadline[0] > now
        now, looks = deadline[0], looks + 1
        settled = settle(settled, now)

    assert looks < 60


@settings(max_examples=150)
@given(cases(), TIMES)
def test_the_stored_form_gives_the_case_back(case: Case, now: datetime) -> None:
    case = clock.tick(case, now)

    assert Case.restored(json.loads(json.dumps(case.stored()))) == case


@settings(max_examples=100)
@given(cases(), TIMES)
def test_a_failure_is_waited_out_and_never_tried_in_a_loop(case: Case, now: datetime) -> None:
    tries = 0
    end = now + timedelta(hours=3)
    while now < end:
        case = clock.tick(case, now)
        found = next_to_do(case, now)
        if isinstance(found, QueuedJob):
            case, tries = results.failed(case, found, "Down", False, now), tries + 1
        elif found is not None:
            case, tries = reminder_fails(case, found, "Down", now, final=False), tries + 1
        else:
            deadline = clock.next_deadline(case, now)
            if deadline is None:
                break
            assert deadline[0] > now
            now = deadline[0]

    assert tries < 60


def test_a_new_case_waits_for_messages_only() -> None:
    assert clock.next_deadline(settle(a_case()), NOW) is None


def test_a_review_that_is_late_is_told_to_support_again_once() -> None:
    world, late = Outside(), bogota("2026-11-25 18:00")
    case = with_upload(with_letter(a_case()), "U1", world=world, verdict=Verdict.UNDER_REVIEW)
    assert clock.next_deadline(case, NOW) == (late, "review of the letter is late")

    case = settle(settle(case, late, world), late + timedelta(days=3), world)

    assert world.kinds() == [NoticeKind.REVIEW_NEEDED, NoticeKind.REVIEW_NEEDED]


def test_a_review_mail_that_waits_for_the_server_is_dropped_once_the_letter_is_decided() -> None:
    case = with_letter(a_case())
    world = Outside(verdicts={"U1": Verdict.UNDER_REVIEW})
    case = send(case, "letter_uploaded", upload_id="U1")
    [queued] = case.queue
    case = results.done(case, queued, world.perform(case, queued.job, NOW), NOW)
    [mail] = case.queue
    case = results.failed(case, mail, "Down", False, NOW)

    case = settle(send(case, "letter_reviewed", decision="accept", reason="legible"), world=world)

    assert NoticeKind.REVIEW_NEEDED not in world.kinds()
    assert case.queue == ()


def test_a_failing_step_does_not_hold_up_the_others() -> None:
    case = send(
        send(a_case(), "company_updated", sha256="9" * 64), "payment_confirmed", reference="F", amount_cop=297_500
    )
    for _ in range(2):
        case = results.failed(case, case.queue[0], "Down", False, NOW)

    found = next_to_do(case, NOW)

    assert isinstance(found, QueuedJob)
    assert found.job.kind == "tell"


def test_the_waits_after_failures_grow_to_an_hour() -> None:
    case = send(a_case(), "company_updated", sha256="9" * 64)
    waits = []
    for _ in range(6):
        case = results.failed(case, case.queue[0], "Down", False, NOW)
        waits.append(case.queue[0].not_before - NOW)

    assert waits == [timedelta(seconds=each) for each in (20, 120, 600, 3600, 3600, 3600)]
