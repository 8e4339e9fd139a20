"""One notice, one mail: whatever breaks, and however often the activity runs."""

import asyncio
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier

import pytest

from activities.failures import RetryLaterError
from activities.notices import NoticeActivities, ProfileUnreadableError
from activities.sent_once import GRACE
from adapters.s3 import S3Objects
from domain.bucket import notice_key, representative_version_key
from domain.errors import (
    MailboxRefusedError,
    MailUnavailableError,
    MailUncertainError,
    NoticeError,
    StoreUnavailableError,
)
from domain.mail import OutgoingMail, TakenMail
from domain.notices import NoticeKind, NoticeSent, ProfileRefs, SendNotice
from mails.compose import compose
from tests.support.activities.sending import BOTH, JSON, NOW, RECIPIENT, Clock, Outbox, marker, request
from tests.support.mails.notices import LETTERHEAD, a_notice


def test_a_notice_goes_to_the_company_and_its_representative(notices: NoticeActivities, outbox: Outbox):
    answer = notices.send_notice(request())
    (mail,) = outbox.taken
    assert answer == NoticeSent(sent_at=NOW, reached=BOTH)
    assert mail.to == ("contabilidad@andina.com.co", "maria.perez@andina.com.co")
    assert mail.mail == compose(request().notice, RECIPIENT, LETTERHEAD)
    assert mail.reference == "C1001/loan_reminder-1"
    assert mail.prompts_purchase is True


def test_a_case_without_a_representative_writes_to_the_company(notices: NoticeActivities, outbox: Outbox):
    notices.send_notice(request(NoticeKind.PAYMENT_RECEIVED, representative=None))
    assert outbox.taken[0].to == ("contabilidad@andina.com.co",)
    assert outbox.taken[0].prompts_purchase is False


def test_a_notice_to_support_reads_no_profile(notices: NoticeActivities, outbox: Outbox):
    nowhere = ProfileRefs(company_sha256="0" * 64)
    notices.send_notice(SendNotice(notice=a_notice(NoticeKind.REVIEW_NEEDED), profiles=nowhere))
    assert outbox.taken[0].to == ("soporte@lender.example",)


def test_a_second_order_sends_nothing_and_says_so(notices: NoticeActivities, outbox: Outbox, clock: Clock):
    notices.send_notice(request())
    clock.now += timedelta(days=1)
    assert notices.send_notice(request()) == NoticeSent(sent_at=NOW, repeated=True, reached=())
    assert len(outbox.taken) == 1


def test_another_key_is_another_mail_with_another_id(notices: NoticeActivities, outbox: Outbox):
    notices.send_notice(request())
    notices.send_notice(request(key="loan_reminder-2"))
    first, second = (mail.message_id for mail in outbox.taken)
    assert first != second


def test_of_eight_attempts_at_once_one_sends(notices: NoticeActivities, outbox: Outbox):
    together = Barrier(8)

    def attempt(_: int) -> str:
        together.wait()
        try:
            return "repeated" if notices.send_notice(request()).repeated else "sent"
        except RetryLaterError:
            return "told to come back"

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(attempt, range(8)))
    assert answers.count("sent") == 1
    assert len(outbox.taken) == 1


@pytest.mark.parametrize("failure", [MailUnavailableError("451"), MailboxRefusedError("550")])
def test_after_a_definite_failure_the_next_attempt_sends_at_once(
    notices: NoticeActivities, outbox: Outbox, failure: Exception
):
    for _ in range(3):
        outbox.before = failure
        with pytest.raises(type(failure)):
            notices.send_notice(request())
    outbox.before = None
    assert notices.send_notice(request()) == NoticeSent(sent_at=NOW, reached=BOTH)
    assert len(outbox.taken) == 1


BREAKS = pytest.mark.parametrize(
    "broken",
    [
        pytest.param(MailUncertainError("answer lost"), id="answer lost"),
        pytest.param(RuntimeError("crash"), id="worker crashed"),
    ],
)


@BREAKS
def test_an_attempt_that_broke_off_keeps_others_out_and_says_for_how_long(
    notices: NoticeActivities, outbox: Outbox, clock: Clock, broken: Exception
):
    outbox.after = broken
    with pytest.raises(type(broken)):
        notices.send_notice(request())
    clock.now += timedelta(minutes=2)
    with pytest.raises(RetryLaterError, match="may be under way") as caught:
        notices.send_notice(request())
    assert caught.value.after == timedelta(minutes=3)
    assert len(outbox.taken) == 1


@pytest.mark.parametrize("wrong_by", [timedelta(minutes=-10), timedelta(minutes=10)])
def test_how_long_others_are_kept_out_does_not_go_by_a_workers_clock(
    notices: NoticeActivities, outbox: Outbox, clock: Clock, wrong_by: timedelta
):
    wrong = replace(notices, now=lambda: clock() + wrong_by)
    outbox.after = RuntimeError("crash")
    with pytest.raises(RuntimeError):
        wrong.send_notice(request())
    for worker in (notices, wrong):
        with pytest.raises(RetryLaterError, match="may be under way") as caught:
            worker.send_notice(request())
        assert caught.value.after == GRACE


@BREAKS
def test_after_a_crash_the_mail_is_repeated_once_under_the_same_id(
    notices: NoticeActivities, outbox: Outbox, clock: Clock, broken: Exception
):
    outbox.after = broken
    with pytest.raises(type(broken)):
        notices.send_notice(request())
    outbox.after = None
    clock.now += GRACE
    assert notices.send_notice(request()) == NoticeSent(sent_at=clock.now, reached=BOTH)
    assert notices.send_notice(request()).repeated is True
    first, second = (mail.message_id for mail in outbox.taken)
    assert first == second


@BREAKS
def test_a_mail_is_never_handed_over_a_third_time(
    notices: NoticeActivities, outbox: Outbox, clock: Clock, broken: Exception
):
    outbox.after = broken
    answers = []
    for _ in range(5):
        try:
            answers.append(notices.send_notice(request()))
        except type(broken):
            pass
        clock.now += GRACE
    assert len(outbox.taken) == 2
    assert all(answer.uncertain for answer in answers)
    assert len(answers) >= 3
    assert answers[0].repeated is False
    assert answers[-1].repeated is True


def test_a_definite_failure_of_the_second_attempt_does_not_earn_a_third_delivery(
    notices: NoticeActivities, outbox: Outbox, clock: Clock
):
    outbox.after = RuntimeError("crash")
    with pytest.raises(RuntimeError):
        notices.send_notice(request())
    clock.now += GRACE
    outbox.before = MailUnavailableError("451")
    with pytest.raises(MailUnavailableError):
        notices.send_notice(request())
    outbox.before = None
    with pytest.raises(RuntimeError):
        notices.send_notice(request())
    clock.now += GRACE
    assert notices.send_notice(request()).uncertain is True
    assert len(outbox.taken) == 2


def test_an_attempt_that_was_overtaken_leaves_the_newer_marker_alone(
    notices: NoticeActivities, clock: Clock, objects: S3Objects
):
    class Slow(Outbox):
        async def send(self, outgoing: OutgoingMail, sent_at: datetime) -> TakenMail:
            clock.now += GRACE
            await asyncio.to_thread(notices.send_notice, request())
            return await super().send(outgoing, sent_at)

    replace(notices, mailer=Slow()).send_notice(request())
    assert marker(objects)["attempt"] == 2
    assert marker(objects)["sent_at"] == "2026-11-24T13:05:00Z"


class Failing:
    """An object store that stops answering when told to."""

    def __init__(self, objects: S3Objects) -> None:
        self._objects = objects
        self.down = False

    def __getattr__(self, name: str):
        if self.down:
            raise StoreUnavailableError("S3: EndpointConnectionError")
        return getattr(self._objects, name)


def test_a_mail_that_is_out_counts_as_sent_though_the_store_went_down_meanwhile(
    notices: NoticeActivities, objects: S3Objects
):
    store = Failing(objects)

    class ThenDown(Outbox):
        async def send(self, outgoing: OutgoingMail, sent_at: datetime) -> TakenMail:
            store.down = True
            return await super().send(outgoing, sent_at)

    assert replace(notices, objects=store, mailer=ThenDown()).send_notice(request()) == NoticeSent(
        sent_at=NOW, reached=BOTH
    )


class Deaf:
    """An object store that does what it is asked, while its first answer is lost and the repeat is refused."""

    def __init__(self, objects: S3Objects) -> None:
        self._objects = objects
        self.get, self.replace = objects.get, objects.replace

    def put_new(self, key: str, data: bytes, content_type: str) -> bool:
        return self._objects.put_new(key, data, content_type) and self._objects.put_new(key, data, content_type)


def test_a_claim_whose_first_answer_was_lost_is_known_as_ones_own(
    notices: NoticeActivities, objects: S3Objects, outbox: Outbox
):
    assert replace(notices, objects=Deaf(objects)).send_notice(request()) == NoticeSent(sent_at=NOW, reached=BOTH)
    assert len(outbox.taken) == 1


def test_without_the_store_nothing_is_sent(notices: NoticeActivities, objects: S3Objects, outbox: Outbox):
    store = Failing(objects)
    store.down = True
    with pytest.raises(StoreUnavailableError):
        replace(notices, objects=store).send_notice(request())
    assert outbox.taken == []


def test_the_marker_holds_nothing_personal(notices: NoticeActivities, objects: S3Objects):
    notices.send_notice(request())
    kept = objects.get(notice_key("C1001", "loan_reminder-1")).data.decode()
    assert not [word for word in ("Andina", "María", "52123456", "andina.com.co") if word in kept]
    assert json.loads(kept)["state"] == "sent"


def test_a_notice_that_cannot_be_written_leaves_no_claim(notices: NoticeActivities, objects: S3Objects):
    with pytest.raises(NoticeError, match="ends_on is missing"):
        notices.send_notice(request(ends_on=None))
    assert objects.get(notice_key("C1001", "loan_reminder-1")) is None


def test_a_profile_that_is_not_there_is_named_by_its_key(notices: NoticeActivities):
    with pytest.raises(ProfileUnreadableError, match=r"profiles/C1001/representative\.json: no data with"):
        notices.send_notice(request(representative="c" * 64))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b'{"full_name": "Maria Perez"}', "missing or wrong: email;"),
        (b'{"full_name": "Maria Perez", "email": "Maria Perez 52123456"}', "missing or wrong: email;"),
        (b"Maria Perez", "missing or wrong: JSON;"),
    ],
)
def test_a_profile_that_lacks_something_names_the_field_and_no_value(
    notices: NoticeActivities, objects: S3Objects, content: bytes, text: str
):
    sha256 = hashlib.sha256(content).hexdigest()
    objects.put(representative_version_key("C1001", sha256), content, JSON)
    with pytest.raises(ProfileUnreadableError, match=text) as caught:
        notices.send_notice(request(representative=sha256))
    assert "Perez" not in str(caught.value)
    assert caught.value.__context__ is None
