"""A mail as data: whom it is for, what it says, and how its delivery went.

These values carry names and addresses. They live between the object store and the mail server, within one activity:
they never enter a message of Temporal, a log or an error, and their `repr` hides what is personal.
"""

from dataclasses import dataclass, field

from domain.notices import Addressee


@dataclass(frozen=True)
class Recipient:
    """The company and, once it is known, its legal representative, as far as a mail needs them."""

    legal_name: str = field(repr=False)
    company_email: str = field(repr=False)
    representative_name: str | None = field(default=None, repr=False)
    representative_email: str | None = field(default=None, repr=False)
    is_new: bool = False
    """The address has had no mail of this case yet. It may be a stranger's: nothing that was typed is told to it."""

    @property
    def addresses(self) -> dict[str, tuple[Addressee, ...]]:
        """The addresses, the company's first, and whose they are; one when they differ in case only."""
        if self.representative_email is None:
            return {self.company_email: (Addressee.COMPANY,)}
        if self.company_email.casefold() == self.representative_email.casefold():
            return {self.company_email: (Addressee.COMPANY, Addressee.REPRESENTATIVE)}
        return {
            self.company_email: (Addressee.COMPANY,),
            self.representative_email: (Addressee.REPRESENTATIVE,),
        }


@dataclass(frozen=True)
class Mail:
    """What a mail says, twice: as plain text and as HTML. The subject is one line."""

    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)


@dataclass(frozen=True)
class OutgoingMail:
    """A mail ready to be handed to the mail server."""

    mail: Mail
    to: tuple[str, ...] = field(repr=False)
    """At least one address, each once."""
    message_id: str
    """With its angle brackets. The same mail always bears the same one, so that a repeat can be told."""
    reference: str
    """Names the notice for support: ids only."""
    prompts_purchase: bool
    """Such a mail says how to stop getting its like."""
    is_first: bool = False
    """The first one to its address."""


@dataclass(frozen=True)
class TakenMail:
    """The mail server took the mail for at least one of its addresses. What became of the others:"""

    later: tuple[str, ...] = field(default=(), repr=False)
    """Not taken for now, and may be."""
    dead: tuple[str, ...] = field(default=(), repr=False)
    """Refused for good."""
