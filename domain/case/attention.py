"""What a person should look at, and what settles it. `NeedsAttention` is true while anything is listed."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.model import Model

MOST_KEPT = 20


class AttentionKind(StrEnum):
    """Why somebody should look."""

    REJECTED_MESSAGE = "rejected_message"
    """Settled by an accepted message of the name that was meant, about the same payment, certificate or letter where it
    names one; where no name can be told, by any from support."""
    INSUFFICIENT_PAYMENT = "insufficient_payment"
    """Settled by the whole amount under the same reference."""
    UNEXPECTED_PAYMENT = "unexpected_payment"
    """Of money while nothing was on sale, or of far too much. Like the one before, also settled by support that tells
    the payment again with a reason; or by a certificate that it can have bought."""
    LETTER_REVIEW = "letter_review"
    """Settled by the decision, or by another letter."""
    FAILING = "failing"
    """A step keeps failing and is tried again; settled when it succeeds."""
    PROFILE = "profile"
    """The stored data can't be used; settled by accepted new data."""
    MAILBOX = "mailbox"
    """An address takes no mail, or none does; settled by new data or by a mail that it takes."""
    NO_CERTIFICATE = "no_certificate"
    """The loan ended before the paid certificate was issued; settled by the certificate."""
    STORED_DATA = "stored_data"
    """What the store kept of the case can't be used, or not all of it; settled by its opening from good data."""
    WEBHOOK = "webhook"
    """The billing backend did not take an event, or wants none; settled by its delivery, or by another request."""


class Attention(Model):
    """One thing to look at."""

    kind: AttentionKind
    subject: str
    since: datetime
    text: str
    code: str | None = None
    """Of the remark that `text` is; None in older cases, as are its values."""
    values: dict[str, Any] | None = None


def with_attention(listed: tuple[Attention, ...], new: Attention) -> tuple[Attention, ...]:
    """Return the list with one more; a flood pushes out its own kind.

    The same kind and subject stands once, since when it was first listed, and says what is wrong now.
    """
    known = next((each for each in listed if each.kind is new.kind and each.subject == new.subject), None)
    if known is not None:
        renewed = new.model_copy(update={"since": known.since})
        return tuple(renewed if each is known else each for each in listed)
    if len(listed) >= MOST_KEPT:
        first = next((each for each in listed if each.kind is new.kind), None)
        if first is None:
            return (*listed, new)
        listed = tuple(each for each in listed if each is not first)
    return (*listed, new)


def without_attention(
    listed: tuple[Attention, ...], *kinds: AttentionKind, subject: str | None = None
) -> tuple[Attention, ...]:
    """Return the list without the kinds given, of one subject or of all."""
    return tuple(each for each in listed if each.kind not in kinds or (subject is not None and each.subject != subject))
