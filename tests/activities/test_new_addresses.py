"""The first mail to an address tells it nothing that whoever typed the address has typed beside it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from activities.known_addresses import KnownAddresses
from activities.notices import ANOTHER_WITHIN, NoticeActivities
from activities.sent_once import GRACE
from adapters.s3 import S3Objects
from domain.errors import MailboxRefusedError, MailUnavailableError, MailUncertainError, StoreUnavailableError
from domain.mail import OutgoingMail, TakenMail
from domain.notices import Addressee, NoticeKind, NoticeSent
from tests.support.activities.sending import (
    BOTH,
    COMPANY,
    NOW,
    REPRESENTATIVE,
    Clock,
    Outbox,
    marker,
    request,
)

FIRST, SECOND = COMPANY["email"], REPRESENTATIVE["email"]
TYPED = ("Andina", "María", "Pérez", FIRST, SECOND)


def said(mail: OutgoingMail) -> str:
    return mail.mail.subject + mail.mail.text + mail.mail.html


def is_neutral(mail: OutgoingMail) -> bool:
    return "Esta dirección quedó registrada" in said(mail) and not any(word in said(mail) for word in TYPED)


@pytest.fixture
def strangers(notices: NoticeActivities, objects: S3Objects) -> NoticeActivities:
    """The activity for a company whose addresses have had no mail."""
    for key, _ in list(objects.list("addresses/")):
        objects._client.delete_object(Bucket=objects._bucket, Key=key)
    return notices


def test_each_new_address_gets_a_neutral_mail_of_its_own_with_the_facts(
    strangers: NoticeActivities, outbox: Outbox
) -> None:
    answer = strangers.send_notice(request())

    assert answer == NoticeSent(sent_at=NOW, reached=BOTH)
    assert [mail.to for mail in outbox.taken] == [(FIRST,), (SECOND,)]
    assert [is_neutral(mail) for mail in outbox.taken] == [True, True]
    assert all("24 de diciembre de 2026" in said(mail) for mail in outbox.taken)
    assert len({mail.message_id for mail in outbox.taken}) == 2
    assert strangers.send_notice(request()).repeated


@pytest.mark.parametrize("kind", [each for each in NoticeKind if each is not NoticeKind.REVIEW_NEEDED])
def test_the_first_mail_is_neutral_whichever_it_is(
    strangers: NoticeActivities, outbox: Outbox, kind: NoticeKind
) -> None:
    strangers.send_notice(request(kind))

    assert [is_neutral(mail) for mail in outbox.taken] == [True, True]


def test_the_next_mail_names_whom_it_is_about_and_goes_to_both_at_once(
    strangers: NoticeActivities, outbox: Outbox
) -> None:
    strangers.send_notice(request())
    strangers.send_notice(request(key="loan_reminder-2"))

    last = outbox.taken[-1]
    assert (len(outbox.taken), last.to) == (3, (FIRST, SECOND))
    assert "Andina" in last.mail.subject
    assert "quedó registrada" not in said(last)


def test_beside_a_known_address_the_new_one_alone_gets_the_neutral_mail(
    strangers: NoticeActivities, outbox: Outbox, objects: S3Objects
) -> None:
    KnownAddresses(objects, "C1001").remember([FIRST.upper()], NOW)

    strangers.send_notice(request())

    assert [(mail.to, is_neutral(mail)) for mail in outbox.taken] == [((FIRST,), False), ((SECOND,), True)]


def test_an_address_of_another_company_is_new_here(
    strangers: NoticeActivities, outbox: Outbox, objects: S3Objects
) -> None:
    KnownAddresses(objects, "C2").remember([FIRST, SECOND], NOW)

    strangers.send_notice(request())

    assert all(map(is_neutral, outbox.taken))


def test_an_address_that_took_nothing_stays_new(strangers: NoticeActivities, outbox: Outbox) -> None:
    outbox.later = {SECOND}
    answer = strangers.send_notice(request())
    outbox.later = set()
    rest = strangers.send_notice(request())

    assert answer == NoticeSent(sent_at=NOW, reached=(Addressee.COMPANY,), later=(Addressee.REPRESENTATIVE,))
    assert rest == NoticeSent(sent_at=NOW, reached=(Addressee.REPRESENTATIVE,))
    assert [(mail.to, is_neutral(mail)) for mail in outbox.taken] == [((FIRST,), True), ((SECOND,), True)]


@pytest.mark.parametrize(
    ("later", "dead", "error"),
    [
        ({FIRST}, {SECOND}, MailUnavailableError),
        ({SECOND}, {FIRST}, MailUnavailableError),
        (set(), {FIRST, SECOND}, MailboxRefusedError),
    ],
)
def test_where_no_new_address_takes_it_the_mail_is_not_sent(
    strangers: NoticeActivities, outbox: Outbox, later: set[str], dead: set[str], error: type[Exception]
) -> None:
    outbox.later, outbox.dead = later, dead

    with pytest.raises(error):
        strangers.send_notice(request())
    outbox.later, outbox.dead = set(), set()
    assert strangers.send_notice(request()) == NoticeSent(sent_at=NOW, reached=BOTH)


class Script(Outbox):
    """A mailer that does at each call what a test has written down for it."""

    def __init__(self, clock: Clock, *ends: Exception | timedelta | None) -> None:
        super().__init__()
        self.clock, self.ends = clock, list(ends)

    async def send(self, outgoing: OutgoingMail, sent_at: datetime) -> TakenMail:
        end = self.ends.pop(0) if self.ends else None
        if isinstance(end, timedelta):
            self.clock.now += end
        taken = await super().send(outgoing, sent_at)
        if isinstance(end, Exception):
            raise end
        return taken


def test_a_second_mail_whose_answer_is_lost_does_not_repeat_the_first(
    strangers: NoticeActivities, clock: Clock
) -> None:
    script = Script(clock, None, MailUncertainError("lost"))
    sender = replace(strangers, mailer=script)
    with pytest.raises(MailUncertainError):
        sender.send_notice(request())
    clock.now += GRACE

    assert sender.send_notice(request()) == NoticeSent(sent_at=clock.now, reached=(Addressee.REPRESENTATIVE,))
    assert [mail.to for mail in script.taken] == [(FIRST,), (SECOND,), (SECOND,)]


def test_a_slow_first_mail_leaves_the_second_for_another_try(
    strangers: NoticeActivities, clock: Clock, objects: S3Objects
) -> None:
    script = Script(clock, ANOTHER_WITHIN + timedelta(seconds=1))
    answer = replace(strangers, mailer=script).send_notice(request())

    assert (answer.reached, answer.later) == ((Addressee.COMPANY,), (Addressee.REPRESENTATIVE,))
    assert (marker(objects)["state"], len(script.taken)) == ("partly", 1)


class Forgetful(S3Objects):
    """A store that takes no note of an address."""

    def put_new(self, key: str, *arguments: Any, **named: Any) -> bool:
        if key.startswith("addresses/"):
            raise StoreUnavailableError("S3 PutObject: away")
        return super().put_new(key, *arguments, **named)


def test_an_address_that_could_not_be_noted_has_its_mail_once_and_stays_new(
    strangers: NoticeActivities, outbox: Outbox, objects: S3Objects
) -> None:
    forgetful = replace(strangers, objects=Forgetful(objects._client, objects._bucket))

    assert forgetful.send_notice(request()) == NoticeSent(sent_at=NOW, reached=BOTH)

    assert forgetful.send_notice(request()).repeated
    assert len(outbox.taken) == 2
    strangers.send_notice(request(key="loan_reminder-2"))
    assert [is_neutral(mail) for mail in outbox.taken] == [True] * 4


def test_nobody_sees_that_two_companies_have_one_address(objects: S3Objects) -> None:
    for company_id in ("C1", "C2"):
        KnownAddresses(objects, company_id).remember([FIRST], NOW)

    names = [
        key.rpartition("/")[2] for company_id in ("C1", "C2") for key, _ in objects.list(f"addresses/{company_id}/")
    ]
    assert len(set(names)) == 2


def test_what_is_kept_of_an_address_does_not_show_it(strangers: NoticeActivities, objects: S3Objects) -> None:
    strangers.send_notice(request())

    kept = [(key, objects.get(key).data.decode()) for key, _ in objects.list("addresses/")]
    assert len(kept) == 2
    assert not any("andina" in key + data for key, data in kept)
