"""The mails a case sends, as data: which, about what dates and money, and under which key.

A notice carries no personal data. Names and addresses are read from the profiles when it is sent.
"""

import base64
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AwareDatetime, Field, StringConstraints, model_serializer, model_validator

from domain.contract import CompanyId, Sha256
from domain.model import Answer, Model
from domain.reason import Reason
from domain.rows import from_rows, to_rows


class NoticeKind(StrEnum):
    """Each mail, by what it tells."""

    LOAN_STARTED = "loan_started"
    LOAN_REMINDER = "loan_reminder"
    LOAN_ENDED = "loan_ended"
    LOAN_REVOKED = "loan_revoked"
    LETTER_REJECTED = "letter_rejected"
    LETTER_UNDER_REVIEW = "letter_under_review"
    REVIEW_NEEDED = "review_needed"
    """To support: a signed letter waits for a person's decision."""
    PAYMENT_RECEIVED = "payment_received"
    CERTIFICATE_REJECTED = "certificate_rejected"
    CERTIFICATE_ACTIVE = "certificate_active"
    CERTIFICATE_REMINDER = "certificate_reminder"
    CERTIFICATE_ENDED = "certificate_ended"


TO_SUPPORT = frozenset({NoticeKind.REVIEW_NEEDED})
"""Notices for the support's mailbox; every other one goes to the company and its legal representative."""


PROMPTS_PURCHASE = frozenset({NoticeKind.LOAN_REMINDER, NoticeKind.CERTIFICATE_REMINDER})
"""Notices that ask to buy; whoever gets one is told how to stop them."""


class Addressee(StrEnum):
    """Whom a mail about a company goes to."""

    COMPANY = "company"
    REPRESENTATIVE = "representative"


class ProfileRefs(Model):
    """Which versions of the stored data to read."""

    company_sha256: Sha256
    representative_sha256: Sha256 | None = None


class Notice(Model):
    """One mail to send once. `key` names it within its company: the same key is the same mail."""

    company_id: CompanyId
    key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_./-]*$", max_length=120)]
    kind: NoticeKind
    starts_on: date | None = None
    ends_on: date | None = None
    """Last day, inclusive, of the loan or the certificate, in Bogotá."""
    days_left: int | None = None
    """Days from the day of sending to `ends_on`; negative once it has passed."""
    last_safe_purchase_on: date | None = None
    renewal_from: date | None = None
    """First day on which a renewal is offered, when that day is still to come."""
    amount_cop: Annotated[int, Field(ge=0)] | None = None
    reasons: tuple[Reason, ...] = ()


class SendNotice(Model):
    """The order to send one notice."""

    notice: Notice
    profiles: ProfileRefs

    @model_validator(mode="before")
    @classmethod
    def _from_row(cls, given: Any) -> Any:
        if not isinstance(given, list):
            return given
        digests, *notice = given
        refs = [base64.urlsafe_b64decode(f"{each}=").hex() for each in digests.split(".")]
        return {
            "notice": from_rows(Notice, [notice])[0],
            "profiles": dict(zip(ProfileRefs.model_fields, refs, strict=False)),
        }


class BriefSendNotice(SendNotice):
    """The same, written as a row: the digests as one text, then the notice's. The release before does not read it."""

    @model_serializer
    def _row(self) -> list[Any]:
        digests = filter(None, (self.profiles.company_sha256, self.profiles.representative_sha256))
        short = (base64.urlsafe_b64encode(bytes.fromhex(each)).decode().rstrip("=") for each in digests)
        [row] = to_rows([self.notice])
        while row[-1] in (None, []):
            row.pop()
        return [".".join(short), *row]


class NoticeSent(Answer):
    """How sending went; a notice that could not be sent is a failure, not a value."""

    sent_at: AwareDatetime
    """When the mail server took it, UTC; when `uncertain`, when it was last tried."""
    repeated: bool = False
    """An earlier attempt had finished already; nothing was sent this time."""
    uncertain: bool = False
    """Two attempts broke off unfinished: the person got two mails, one or none. It is not tried a third time."""
    reached: tuple[Addressee, ...] | None = None
    """Whose address took it this time; empty for a mail to support. None: everybody's."""
    later: tuple[Addressee, ...] = ()
    """Whose address did not take it for now; those alone are tried again."""
    dead: tuple[Addressee, ...] = ()
    """Whose address was refused for good while another took it."""
    refused_recipients: Annotated[int, Field(ge=0)] = 0
    """In earlier histories only."""
    webhooks: bool = False
    """The worker has an address to deliver events to: so a case that began before there was one hears of it."""
