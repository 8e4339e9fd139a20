"""Sending a notice: read whom it is for, write the mail, hand it over once.

The activity runs in one of the worker's threads, since the object store's calls block; the mailer's coroutine gets an
event loop of its own there, which costs a fraction of a millisecond beside a mail server's answer.
"""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, EmailStr, ValidationError
from temporalio import activity

from activities.ports import Objects
from activities.profiles import company_bytes, representative_bytes
from activities.sent_once import LAST_ATTEMPT, Marker, SentOnce, State
from domain.bucket import company_key, notice_key, representative_key
from domain.errors import ActivaError, MailboxRefusedError, MailUnavailableError, MailUncertainError
from domain.mail import Mail, OutgoingMail, Recipient, TakenMail
from domain.model import wrong_fields
from domain.notices import PROMPTS_PURCHASE, TO_SUPPORT, Addressee, Notice, NoticeSent, SendNotice

Composer = Callable[[Notice, Recipient | None], Mail]
"""Writes a notice for a recipient, who is None when it goes to support."""
ProfileT = TypeVar("ProfileT", bound=BaseModel)


class Mailer(Protocol):
    """The way out for mails."""

    async def send(self, outgoing: OutgoingMail, sent_at: datetime) -> TakenMail:
        """Hand the mail over; return which addresses were left out while another took it.

        Raises MailUnavailableError when it was not taken and may be later, MailboxRefusedError when it never will be,
        and MailUncertainError when it may have been taken.
        """


class ProfileUnreadableError(ActivaError):
    """The stored data of a company or its representative are missing or lack what a mail needs."""


@dataclass(frozen=True)
class NoticeActivities:
    """What the worker registers: `activities=[NoticeActivities(...).send_notice]`."""

    objects: Objects
    compose: Composer
    mailer: Mailer
    now: Callable[[], datetime]
    """Aware UTC."""
    support_mail: str
    sender_domain: str
    """Where the mails' Message-IDs are at home."""
    webhooks: bool = False
    """Whether this worker delivers events, which each answer tells the case."""

    @activity.defn
    def send_notice(self, request: SendNotice) -> NoticeSent:
        """Send the notice unless it was sent before; see `activities.sent_once` for what happens after a crash."""
        return self._sent_once(request).model_copy(update={"webhooks": self.webhooks})

    def _sent_once(self, request: SendNotice) -> NoticeSent:
        notice = request.notice
        message_id = f"<{_digest(notice)}@{self.sender_domain}>"
        once = SentOnce(self.objects, notice_key(notice.company_id, notice.key), message_id)
        seen = once.read()
        if seen and seen.marker.state in {State.SENT, State.UNCERTAIN}:
            return _finished(seen.marker)
        # Written before the claim is taken: a notice that can't be written leaves no claim behind.
        recipient = None if notice.kind in TO_SUPPORT else self._recipient(request)
        outgoing = self._outgoing(notice, recipient, message_id)
        claim = once.claim(seen, self.now())
        if claim.state is State.UNCERTAIN:
            return NoticeSent(sent_at=claim.claimed_at, uncertain=True, reached=())
        return self._send(outgoing, _Owners(recipient), once, claim)

    def _send(self, outgoing: OutgoingMail, owners: "_Owners", once: SentOnce, claim: Marker) -> NoticeSent:
        left = tuple(each for each in outgoing.to if _digest_of(each, claim) not in claim.reached)
        try:
            delivery = self._hand_over(replace(outgoing, to=left), claim) if left else TakenMail()
        except (MailUnavailableError, MailboxRefusedError) as error:
            if not claim.reached:
                once.close(claim, State.RELEASED)
                raise
            is_final = isinstance(error, MailboxRefusedError)
            delivery = TakenMail(dead=left) if is_final else TakenMail(later=left)
        except MailUncertainError:
            if claim.attempt < LAST_ATTEMPT:
                raise  # the claim stays and keeps the second attempt waiting
            once.close(claim, State.UNCERTAIN)
            return NoticeSent(sent_at=claim.claimed_at, uncertain=True, reached=())
        taken = tuple(each for each in left if each not in {*delivery.later, *delivery.dead})
        sent_at, dead = self.now(), owners.of(delivery.dead)
        reached = (*claim.reached, *(_digest_of(each, claim) for each in taken))
        state = State.PARTLY if delivery.later else State.SENT
        once.close(claim, state, sent_at=sent_at, reached=reached, dead=dead)
        return NoticeSent(sent_at=sent_at, reached=owners.of(taken), later=owners.of(delivery.later), dead=dead)

    def _hand_over(self, outgoing: OutgoingMail, claim: Marker) -> TakenMail:
        return asyncio.run(self.mailer.send(outgoing, claim.claimed_at))

    def _outgoing(self, notice: Notice, recipient: Recipient | None, message_id: str) -> OutgoingMail:
        return OutgoingMail(
            mail=self.compose(notice, recipient),
            to=tuple(recipient.addresses) if recipient else (self.support_mail,),
            message_id=message_id,
            reference=f"{notice.company_id}/{notice.key}",
            prompts_purchase=notice.kind in PROMPTS_PURCHASE,
        )

    def _recipient(self, request: SendNotice) -> Recipient:
        company_id, profiles = request.notice.company_id, request.profiles
        company_data = company_bytes(self.objects, company_id, profiles.company_sha256)
        company = _parsed(_Company, company_data, company_key(company_id))
        if profiles.representative_sha256 is None:
            return Recipient(legal_name=company.legal_name, company_email=company.email)
        data = representative_bytes(self.objects, company_id, profiles.representative_sha256)
        representative = _parsed(_Representative, data, representative_key(company_id))
        return Recipient(
            legal_name=company.legal_name,
            company_email=company.email,
            representative_name=representative.full_name,
            representative_email=representative.email,
        )


def _parsed(kind: type[ProfileT], data: bytes | None, key: str) -> ProfileT:
    if data is None:
        raise ProfileUnreadableError(f"{key}: no data with the digest the case names; store them again")
    try:
        return kind.model_validate_json(data)
    except ValidationError as error:
        # Its own text quotes the values.
        fields = wrong_fields(error)
    raise ProfileUnreadableError(f"{key}: missing or wrong: {fields}; correct and store the data again")


class _Contact(BaseModel):
    """The fields a mail needs of a profile; the others are not its business."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    email: EmailStr


class _Company(_Contact):
    legal_name: str


class _Representative(_Contact):
    full_name: str


class _Owners:
    """Whose the addresses of one mail are; support's are nobody's."""

    def __init__(self, recipient: Recipient | None) -> None:
        self._owners = recipient.addresses if recipient else {}

    def of(self, addresses: tuple[str, ...]) -> tuple[Addressee, ...]:
        """Return whose they are."""
        return tuple(owner for each in addresses for owner in self._owners.get(each, ()))


def _digest(notice: Notice) -> str:
    return hashlib.sha256(f"{notice.company_id}/{notice.key}".encode()).hexdigest()[:40]


def _digest_of(address: str, marker: Marker) -> str:
    """Return what an address is known by in a mail's marker, which holds none."""
    return hashlib.sha256(f"{marker.message_id} {address.casefold()}".encode()).hexdigest()


def _finished(marker: Marker) -> NoticeSent:
    return NoticeSent(
        sent_at=marker.sent_at or marker.claimed_at,
        repeated=True,
        uncertain=marker.state is State.UNCERTAIN,
        reached=(),
        dead=marker.dead,
    )
