"""Sending a notice: read whom it is for, write the mail, hand it over once.

An address that has had no mail of the case gets one of its own, which tells it nothing that somebody typed.

The activity runs in one of the worker's threads, since the object store's calls block; the mailer's coroutine gets an
event loop of its own there, which costs a fraction of a millisecond beside a mail server's answer.
"""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, EmailStr, ValidationError
from temporalio import activity

from activities.known_addresses import KnownAddresses
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
ANOTHER_WITHIN: Final = timedelta(minutes=1)
"""Of the claim: a mail to another address ends before anybody may take the claim over, see `GRACE`."""
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
        mails = self._mails(notice, recipient, message_id)
        claim = once.claim(seen, self.now())
        if claim.state is State.UNCERTAIN:
            return NoticeSent(sent_at=claim.claimed_at, uncertain=True, reached=())
        sent = self._send(mails, claim)
        if recipient is not None:
            self._known(notice).remember(sent.new, self.now())
        return self._closed(sent, _Owners(recipient), once, claim)

    def _send(self, mails: list[OutgoingMail], claim: Marker) -> "_Sent":
        """Hand over the mails that are left, one after the other; stop at one of which nobody knows what came of it."""
        sent = _Sent()
        for outgoing in mails:
            left = tuple(each for each in outgoing.to if _digest_of(each, claim) not in claim.reached)
            if not left:
                continue
            if sent.tried and self.now() - claim.claimed_at > ANOTHER_WITHIN:
                sent.failed(left, MailUnavailableError("the mail before took too long"))
                continue
            try:
                delivery = asyncio.run(self.mailer.send(replace(outgoing, to=left), claim.claimed_at))
            except (MailUnavailableError, MailboxRefusedError) as error:
                sent.failed(left, error)
            except MailUncertainError as error:
                sent.uncertain = error
                break
            else:
                sent.took(left, delivery, is_first=outgoing.is_first)
        return sent

    def _closed(self, sent: "_Sent", owners: "_Owners", once: SentOnce, claim: Marker) -> NoticeSent:
        reached = (*claim.reached, *(_digest_of(each, claim) for each in sent.taken))
        if sent.uncertain is not None:
            if claim.attempt < LAST_ATTEMPT:
                if sent.taken:
                    once.close(claim, State.CLAIMED, reached=reached)
                raise sent.uncertain  # the claim stays and keeps the second attempt waiting
            once.close(claim, State.UNCERTAIN, reached=reached)
            return NoticeSent(sent_at=claim.claimed_at, uncertain=True, reached=owners.of(tuple(sent.taken)))
        if sent.failure is not None and not reached:
            once.close(claim, State.RELEASED)
            raise sent.failure
        later, sent_at, dead = tuple(sent.later), self.now(), owners.of(tuple(sent.dead))
        once.close(claim, State.PARTLY if later else State.SENT, sent_at=sent_at, reached=reached, dead=dead)
        taken = owners.of(tuple(sent.taken))
        everybody = set(taken) == set(Addressee)
        return NoticeSent(
            sent_at=sent_at.replace(microsecond=0),
            reached=None if everybody else taken,
            later=owners.of(later),
            dead=dead,
        )

    def _known(self, notice: Notice) -> KnownAddresses:
        return KnownAddresses(self.objects, notice.company_id)

    def _mails(self, notice: Notice, recipient: Recipient | None, message_id: str) -> list[OutgoingMail]:
        """Return one mail to every address that is known, and one of its own to each that is new."""
        if recipient is None:
            return [self._outgoing(notice, None, (self.support_mail,), message_id)]
        known = self._known(notice)
        new = tuple(each for each in recipient.addresses if not known.knows(each))
        old = tuple(each for each in recipient.addresses if each not in new)
        mails = [self._outgoing(notice, recipient, old, message_id)] if old else []
        stranger = replace(recipient, is_new=True)
        return mails + [self._outgoing(notice, stranger, (each,), _own_id(message_id, each)) for each in new]

    def _outgoing(
        self, notice: Notice, recipient: Recipient | None, to: tuple[str, ...], message_id: str
    ) -> OutgoingMail:
        return OutgoingMail(
            mail=self.compose(notice, recipient),
            to=to,
            message_id=message_id,
            is_first=recipient is not None and recipient.is_new,
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


@dataclass
class _Sent:
    """What came of the mails of one notice, address by address."""

    taken: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    """Of these, the addresses that got their first one."""
    later: list[str] = field(default_factory=list)
    dead: list[str] = field(default_factory=list)
    failure: ActivaError | None = None
    """To raise where no address took it: that it may be taken later, if that is so of one."""
    uncertain: MailUncertainError | None = None

    @property
    def tried(self) -> bool:
        return bool(self.taken or self.later or self.dead)

    def took(self, to: tuple[str, ...], delivery: TakenMail, *, is_first: bool) -> None:
        taken = [each for each in to if each not in {*delivery.later, *delivery.dead}]
        self.taken += taken
        self.new += taken if is_first else []
        self.later += delivery.later
        self.dead += delivery.dead

    def failed(self, to: tuple[str, ...], error: MailUnavailableError | MailboxRefusedError) -> None:
        is_final = isinstance(error, MailboxRefusedError)
        (self.dead if is_final else self.later).extend(to)
        self.failure = error if self.failure is None or not is_final else self.failure


class _Owners:
    """Whose the addresses of one mail are; support's are nobody's."""

    def __init__(self, recipient: Recipient | None) -> None:
        self._owners = recipient.addresses if recipient else {}

    def of(self, addresses: tuple[str, ...]) -> tuple[Addressee, ...]:
        """Return whose they are."""
        return tuple(owner for each in addresses for owner in self._owners.get(each, ()))


def _digest(notice: Notice) -> str:
    return hashlib.sha256(f"{notice.company_id}/{notice.key}".encode()).hexdigest()[:40]


def _own_id(message_id: str, address: str) -> str:
    """Return the Message-ID of a mail to one address alone: where two lead to one mailbox, neither is a repeat."""
    name, _, domain = message_id.strip("<>").partition("@")
    return f"<{hashlib.sha256(f'{name} {address.casefold()}'.encode()).hexdigest()[:40]}@{domain}>"


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
