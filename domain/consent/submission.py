"""A representative as a sender submits them, with what the sender says of an authorization that was given elsewhere."""

from datetime import datetime, timedelta
from typing import Annotated, Final

from pydantic import AfterValidator, StringConstraints, WithJsonSchema

from domain.consent.authorization import Authorization, Door, TextVersion
from domain.messages.fields import Instant
from domain.model import Model
from domain.profiles.forms import FieldError, read_form, refusal
from domain.profiles.representative import Representative
from domain.profiles.text import one_line

CLOCKS_AGREE: Final = timedelta(minutes=5)
_DAY_OR_INSTANT: Final = {"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]}


class StatedConsent(Model):
    """An authorization that was obtained elsewhere."""

    obtained_by: Annotated[str, AfterValidator(one_line), StringConstraints(min_length=1, max_length=80)]
    """Who asked for it: a name of the sender's own, as in `crm:77`."""
    obtained_at: Annotated[Instant, WithJsonSchema(_DAY_OR_INSTANT)]
    text_version: TextVersion = "unnamed"
    """Which words were shown, as the sender calls them."""

    @property
    def authorization(self) -> Authorization:
        """The authorization as it is kept."""
        return Authorization(
            door=Door.BILLING, by=self.obtained_by, given_at=self.obtained_at, text_version=self.text_version
        )


class SubmittedRepresentative(Representative):
    """The representative's data; the consent may be left out, as older senders do."""

    consent: StatedConsent | None = None

    @property
    def person(self) -> Representative:
        """The representative alone, as stored and printed."""
        return Representative.model_validate(self.model_dump(exclude={"consent"}))

    @property
    def authorization(self) -> Authorization | None:
        """The authorization, where one is stated."""
        return None if self.consent is None else self.consent.authorization


def read_submission(data: object, now: datetime) -> SubmittedRepresentative | tuple[FieldError, ...]:
    """Return what a sender submits, or one error for each field that is missing or wrong."""
    read = read_form(SubmittedRepresentative, data)
    return read if isinstance(read, tuple) else of_the_future(read, now) or read


def of_the_future(submitted: SubmittedRepresentative, now: datetime) -> tuple[FieldError, ...]:
    """Return the error of a consent that claims an instant which is still to come."""
    if submitted.consent is None or submitted.consent.obtained_at <= now + CLOCKS_AGREE:
        return ()
    return (refusal("consent.obtained_at", "lies_ahead"),)
