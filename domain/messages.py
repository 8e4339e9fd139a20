"""What may be sent to a case: one frozen model per signal and update, and how raw input becomes one.

Anything may arrive: a wrong name, no argument, two, bytes, another encoding. Every refusal names the field and shows
the known names, and never repeats what was typed into a value.
"""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationError, ValidationInfo

from domain.contract import Sha256, UploadId
from domain.errors import MessageError
from domain.message_fields import AS_SENT, Actor, Day, Fingerprint, Instant, LongText, Serial, ShortText
from domain.model import Model
from domain.notices import NoticeKind
from domain.webhooks import EventId

JSON_ENCODING = b"json/plain"
LONGEST_NAME = 60
MOST_FIELDS_NAMED = 8


def _without_point(value: object, info: ValidationInfo) -> object:
    if isinstance(value, float) and value.is_integer() and info.context != AS_SENT:
        return int(value)
    return value


WholeNumber = Annotated[int, BeforeValidator(_without_point), Field(strict=True)]
"""A whole number as JSON Schema means it: 297500.0 is one, 297500.5 and "297500" are none."""


class Message(Model):
    """What every message carries. `by` is who sends it, as in `support:ana` or `billing`; claimed, not proven."""

    by: Actor

    def with_reason(self, text: str) -> str:
        """Return a text for the timeline, followed by the reason that a person gave."""
        reason = getattr(self, "reason", None)
        return f"{text}: {reason}" if reason else text

    @property
    def is_from_support(self) -> bool:
        """Tell whether a support person sends it, who may correct what others can't."""
        return self.by.startswith("support:")


class PaymentConfirmed(Message):
    """The certificate was paid, in whole pesos."""

    reference: ShortText
    amount_cop: Annotated[WholeNumber, Field(ge=1, le=10**12)]
    paid_at: Instant | None = None
    method: ShortText | None = None
    reason: LongText | None = None
    """Why a person confirms it by hand."""


class LetterUploaded(Message):
    """A file lies in the inbox under this id."""

    upload_id: UploadId


class Decision(StrEnum):
    """What a person decides about a letter under review."""

    ACCEPT = "accept"
    REJECT = "reject"


class LetterReviewed(Message):
    """A person has looked at the letter under review."""

    decision: Decision
    reason: LongText
    upload_id: UploadId | None = None
    """Which letter was looked at; without it, the one that waits."""


class CertificateIssued(Message):
    """The company's own certificate exists; both days are inclusive."""

    serial: Serial
    valid_from: Day
    valid_until: Day
    fingerprint_sha256: Fingerprint | None = None
    issuer: ShortText | None = None
    reason: LongText | None = None
    """Why a person registers it by hand."""


class CertificateRejected(Message):
    """The issuer wants something mended before it issues the certificate."""

    observations: LongText


class StepCompleted(Message):
    """One of the six steps of the enablement is done."""

    step: Annotated[WholeNumber, Field(ge=1, le=6)]


class LoanRevoked(Message):
    """The lender takes the certificate back."""

    reason: LongText


class RemindersMuted(Message):
    """No reminder is sent up to and on this day."""

    until: Day
    reason: LongText


class CompanyUpdated(Message):
    """The company's stored data changed; the digest is of the new bytes."""

    sha256: Sha256


class NoticeRequested(Message):
    """Send a mail again, with today's facts."""

    notice: NoticeKind
    reason: LongText


class WebhookRequested(Message):
    """Send an event to the billing backend again, under the id it had."""

    event: EventId
    reason: LongText


class ActivationClosed(Message):
    """The case is over."""

    reason: LongText


class VerifyPayment(Message):
    """Ask whether the certificate is paid."""


class SubmitRepresentative(Message):
    """The legal representative's stored data; the digest is of the bytes."""

    sha256: Sha256


class AttachLetter(Message):
    """A file lies in the inbox under this id; the sender waits for the verdict."""

    upload_id: UploadId


class DeleteLetter(Message):
    """Take the attached letter away; the loan's dates stay."""


class ContinueToTestSet(Message):
    """Finish this step and go on to the third."""


SIGNALS: Mapping[str, type[Message]] = {
    "payment_confirmed": PaymentConfirmed,
    "letter_uploaded": LetterUploaded,
    "letter_reviewed": LetterReviewed,
    "certificate_issued": CertificateIssued,
    "certificate_rejected": CertificateRejected,
    "step_completed": StepCompleted,
    "loan_revoked": LoanRevoked,
    "reminders_muted": RemindersMuted,
    "company_updated": CompanyUpdated,
    "notice_requested": NoticeRequested,
    "webhook_requested": WebhookRequested,
    "activation_closed": ActivationClosed,
}
UPDATES: Mapping[str, type[Message]] = {
    "verify_payment": VerifyPayment,
    "submit_representative": SubmitRepresentative,
    "attach_letter": AttachLetter,
    "delete_letter": DeleteLetter,
    "continue_to_test_set": ContinueToTestSet,
}


@dataclass(frozen=True)
class Argument:
    """One argument as it travelled: its declared encoding and its bytes."""

    encoding: bytes
    data: bytes


def parse(
    kind: Literal["signal", "update"], name: str, arguments: Sequence[Argument], *, as_sent: bool = False
) -> Message:
    """Return the message, or raise MessageError saying what is wrong with it and what is expected.

    What would be refused otherwise is read kindly, unless it is to be read `as_sent`: a text that was pasted is made
    plain, and a whole number may be written with a point or an exponent.
    """
    known = SIGNALS if kind == "signal" else UPDATES
    model = known.get(name)
    if model is None:
        raise MessageError(f"unknown {kind} {shorten(name)}{_suggestion(name, known)}; known: {', '.join(known)}")
    if len(arguments) != 1:
        raise MessageError(f"expected one JSON object, got {len(arguments)} arguments; {fields_of(model)}")
    argument = arguments[0]
    if argument.encoding != JSON_ENCODING:
        raise MessageError(f"expected encoding json/plain, got {shorten(_decoded(argument.encoding))}")
    try:
        return model.model_validate_json(argument.data, strict=True, context=AS_SENT if as_sent else None)
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False, include_context=False)
    except (ValueError, RecursionError):  # nesting or digits beyond the parser's own limits
        raise MessageError(f"the JSON can't be read; {fields_of(model)}") from None
    named = [
        f"{_field(problem['loc'])}: {problem['msg'].removeprefix('Value error, ')}"
        for problem in problems[:MOST_FIELDS_NAMED]
    ]
    if len(problems) > MOST_FIELDS_NAMED:
        named.append(f"and {len(problems) - MOST_FIELDS_NAMED} more")
    raise MessageError(f"{'; '.join(named)}; {fields_of(model)}")


def fields_of(model: type[Message]) -> str:
    """Return a message's fields for a refusal's text, the optional ones marked."""
    names = [name if field.is_required() else f"{name} (optional)" for name, field in model.model_fields.items()]
    return f"fields: {', '.join([*names[1:], names[0]])}"


def closest_name(name: str) -> str | None:
    """Return the known signal that a mistyped name most likely meant, or None."""
    return next(iter(difflib.get_close_matches(name[:LONGEST_NAME], SIGNALS, n=1, cutoff=0.75)), None)


def shorten(name: str) -> str:
    """Return a name from outside, quoted, printable and short enough for a list."""
    return f"'{_shown(name)}'"


def _suggestion(name: str, known: Mapping[str, object]) -> str:
    close = difflib.get_close_matches(name[:LONGEST_NAME], known, n=1, cutoff=0.75)
    return f", did you mean {close[0]}?" if close else ""


def _decoded(encoding: bytes) -> str:
    return encoding.decode("utf-8", "replace")


def _field(location: tuple[int | str, ...]) -> str:
    return ".".join(_shown(str(part)) for part in location) or "the argument"


def _shown(text: str) -> str:
    shown = text[:LONGEST_NAME].encode("unicode_escape").decode("ascii")
    return shown if len(text) <= LONGEST_NAME and len(shown) <= LONGEST_NAME else shown[:LONGEST_NAME] + "…"
