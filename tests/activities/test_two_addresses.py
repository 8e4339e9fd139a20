"""A notice to two addresses, of which the server takes one: nobody gets it twice, and the other is not forgotten."""

import hashlib
import json

import pytest

from activities.notices import NoticeActivities
from activities.sent_once import GRACE
from adapters.s3 import S3Objects
from domain.bucket import representative_version_key
from domain.errors import MailboxRefusedError, MailUnavailableError
from domain.notices import Addressee, NoticeKind, NoticeSent, ProfileRefs, SendNotice
from tests.support.activities.sending import (
    BOTH,
    COMPANY,
    COMPANY_SHA,
    JSON,
    NOW,
    REPRESENTATIVE,
    Clock,
    Outbox,
    marker,
    request,
)
from tests.support.mails.notices import a_notice

FIRST, SECOND = COMPANY["email"], REPRESENTATIVE["email"]


def test_who_was_put_off_gets_it_later_and_who_has_it_does_not_get_it_twice(
    notices: NoticeActivities, outbox: Outbox
) -> None:
    outbox.later = {FIRST}
    before = notices.send_notice(request())
    still = notices.send_notice(request())
    outbox.later = set()
    after = notices.send_notice(request())

    assert before == NoticeSent(sent_at=NOW, reached=(Addressee.REPRESENTATIVE,), later=(Addressee.COMPANY,))
    assert still == NoticeSent(sent_at=NOW, reached=(), later=(Addressee.COMPANY,))
    assert after == NoticeSent(sent_at=NOW, reached=(Addressee.COMPANY,))
    assert [mail.to for mail in outbox.taken] == [(FIRST, SECOND), (FIRST,)]
    assert len({mail.message_id for mail in outbox.taken}) == 1
    assert notices.send_notice(request()).repeated


def test_a_dead_address_is_told_also_to_who_asks_again(
    notices: NoticeActivities, outbox: Outbox, objects: S3Objects
) -> None:
    outbox.dead = {SECOND}

    sent, again = notices.send_notice(request()), notices.send_notice(request())

    assert sent == NoticeSent(sent_at=NOW, reached=(Addressee.COMPANY,), dead=(Addressee.REPRESENTATIVE,))
    assert (again.repeated, again.dead) == (True, (Addressee.REPRESENTATIVE,))
    assert len(outbox.taken) == 1
    assert "@" not in json.dumps({**marker(objects), "message_id": ""})


def test_an_address_that_dies_after_it_was_put_off_is_told_and_the_mail_counts(
    notices: NoticeActivities, outbox: Outbox
) -> None:
    outbox.later = {FIRST}
    notices.send_notice(request())
    outbox.later, outbox.dead = set(), {FIRST}

    assert notices.send_notice(request()) == NoticeSent(sent_at=NOW, reached=(), dead=(Addressee.COMPANY,))
    assert notices.send_notice(request()).repeated


@pytest.mark.parametrize(
    ("later", "dead", "error"),
    [({FIRST}, {SECOND}, MailUnavailableError), (set(), {FIRST, SECOND}, MailboxRefusedError)],
    ids=["one put off, one dead", "both dead"],
)
def test_a_mail_that_no_address_took_is_not_sent(
    notices: NoticeActivities, outbox: Outbox, later: set[str], dead: set[str], error: type[Exception]
) -> None:
    outbox.later, outbox.dead = later, dead

    with pytest.raises(error):
        notices.send_notice(request())


def test_a_corrected_address_gets_the_mail_that_the_old_one_did_not_take(
    notices: NoticeActivities, outbox: Outbox, objects: S3Objects
) -> None:
    outbox.later = {SECOND}
    notices.send_notice(request())
    corrected = with_mail(objects, "otra@andina.com.co")

    sent = notices.send_notice(corrected)

    assert sent == NoticeSent(sent_at=NOW, reached=(Addressee.REPRESENTATIVE,))
    assert outbox.taken[-1].to == ("otra@andina.com.co",)


def test_an_address_corrected_to_one_that_has_the_mail_gets_no_second(
    notices: NoticeActivities, outbox: Outbox, objects: S3Objects
) -> None:
    outbox.later = {SECOND}
    notices.send_notice(request())
    outbox.later = set()

    sent = notices.send_notice(with_mail(objects, FIRST.upper()))

    assert (sent.later, len(outbox.taken)) == ((), 1)


def test_one_address_of_both_is_written_to_once(notices: NoticeActivities, outbox: Outbox, objects: S3Objects) -> None:
    sent = notices.send_notice(with_mail(objects, FIRST.upper()))

    assert (sent.reached, outbox.taken[0].to) == (BOTH, (FIRST,))


def test_after_a_crash_only_who_may_not_have_it_is_written_to(
    notices: NoticeActivities, outbox: Outbox, clock: Clock
) -> None:
    outbox.later = {FIRST}
    notices.send_notice(request())
    outbox.later, outbox.after = set(), RuntimeError("crash")
    with pytest.raises(RuntimeError):
        notices.send_notice(request())
    outbox.after = None
    clock.now += GRACE

    notices.send_notice(request())

    assert [mail.to for mail in outbox.taken] == [(FIRST, SECOND), (FIRST,), (FIRST,)]


def with_mail(objects: S3Objects, address: str) -> SendNotice:
    """Return the order after the representative's address was corrected."""
    data = json.dumps({**REPRESENTATIVE, "email": address}).encode()
    digest = hashlib.sha256(data).hexdigest()
    objects.put(representative_version_key("C1001", digest), data, JSON)
    refs = ProfileRefs(company_sha256=COMPANY_SHA, representative_sha256=digest)
    return SendNotice(notice=a_notice(NoticeKind.LOAN_REMINDER), profiles=refs)
