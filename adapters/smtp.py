"""Mails handed to an SMTP server, one connection each.

Invariant: a caller can tell the three ends of a failure apart. Not taken, worth a retry: MailUnavailableError. Refused
for good: MailboxRefusedError. Handed over without an answer: MailUncertainError. No text of the server crosses, since
servers like to quote the address; only the step and the reply code do.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final
from urllib.parse import quote

import aiosmtplib
import idna
from aiosmtplib import SMTPDataError, SMTPException, SMTPRecipientRefused, SMTPResponseException

from adapters import spans
from adapters.mail_headers import MailPolicy
from domain.errors import MailboxRefusedError, MailUnavailableError, MailUncertainError
from domain.mail import OutgoingMail, TakenMail

COMMAND_SECONDS: Final = 10
_PERMANENT: Final = range(500, 600)
_NEVER: Final = 553
"""What a server answers to a mailbox name that it can't take."""


@dataclass(frozen=True)
class SmtpMailer:
    """Sends through one server, from one sender."""

    host: str
    port: int
    sender: str
    sender_name: str
    reply_to: str
    starttls: bool = True
    """Off only on loopback. When on, a server that does not offer it, or shows a wrong certificate, gets nothing."""
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls_context: ssl.SSLContext | None = None
    """None checks the server's certificate against the system's authorities."""
    data_seconds: float = 50
    """The last answer may be slow in coming, and giving up on it is what makes a mail go out twice.

    All steps together end within four minutes, before another attempt may take the notice over.
    """

    async def send(self, outgoing: OutgoingMail, sent_at: datetime) -> TakenMail:
        """Hand the mail over; raises MailUnavailableError, MailboxRefusedError or MailUncertainError."""
        server = aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            # Looking up this machine's own name may take seconds, and tells it to the world.
            local_hostname=self.sender.rpartition("@")[2],
            start_tls=self.starttls,
            username=self.username,
            password=self.password,
            tls_context=self.tls_context,
            timeout=COMMAND_SECONDS,
        )
        try:
            with spans.call("SMTP send"):
                return await self._sent_by(server, outgoing, sent_at)
        finally:
            server.close()

    async def _sent_by(self, server: aiosmtplib.SMTP, outgoing: OutgoingMail, sent_at: datetime) -> TakenMail:
        with _not_taken("connect"):
            await server.connect()
            if not all(address.isascii() for address in outgoing.to):
                await server.ehlo()
        recipients = _Recipients(outgoing.to, takes_accents=server.supports_extension("smtputf8"))
        message = self._written(outgoing, recipients, sent_at)
        await self._name_recipients(server, recipients)
        await _hand_over(server, message, self.data_seconds)
        # The mail is taken: a goodbye that fails changes nothing.
        with suppress(SMTPException, OSError):
            await server.quit()
        return recipients.delivery()

    async def _name_recipients(self, server: aiosmtplib.SMTP, recipients: "_Recipients") -> None:
        """Come as far as the server takes at least one address."""
        encoding, options = ("utf-8", ["SMTPUTF8"]) if recipients.need_accents else ("ascii", [])
        with _not_taken("MAIL"):
            await server.mail(self.sender, options=options, encoding=encoding)
        for address in recipients.written:
            with _not_taken("RCPT"):
                try:
                    await server.rcpt(recipients.written[address], encoding=encoding)
                except SMTPRecipientRefused as error:
                    recipients.refused[address] = error.code
        recipients.require_one()

    def _written(self, outgoing: OutgoingMail, recipients: "_Recipients", sent_at: datetime) -> bytes:
        try:
            return self._message(outgoing, recipients, sent_at).as_bytes()
        except ValueError:
            raise MailboxRefusedError("the mail can't be written: an address or the subject is not valid") from None

    def _message(self, outgoing: OutgoingMail, recipients: "_Recipients", sent_at: datetime) -> EmailMessage:
        message = EmailMessage(policy=MailPolicy(linesep="\r\n", utf8=recipients.need_accents))
        message["From"] = Address(self.sender_name, addr_spec=self.sender)
        message["Reply-To"] = self.reply_to
        message["To"] = [_address(address) for address in recipients.written.values()]
        message["Subject"] = outgoing.mail.subject
        message["Date"] = format_datetime(sent_at)
        message["Message-ID"] = outgoing.message_id
        # RFC 3834: no autoresponder answers it.
        message["Auto-Submitted"] = "auto-generated"
        message["X-Entity-Ref-ID"] = outgoing.reference
        if outgoing.prompts_purchase:
            # By mail to a person, who mutes the reminders: one click would need a secret in every mail.
            subject = quote(f"No deseo recordatorios ({outgoing.reference})")
            message["List-Unsubscribe"] = f"<mailto:{self.reply_to}?subject={subject}>"
        message.set_content(outgoing.mail.text, cte="quoted-printable")
        message.add_alternative(outgoing.mail.html, subtype="html", cte="quoted-printable")
        # Last, or it would move into the first part with the other headers of the content.
        message["Content-Language"] = "es-CO"
        return message


class _Recipients:
    """The addresses of one mail as the server is given them, and what it answered."""

    def __init__(self, to: tuple[str, ...], *, takes_accents: bool) -> None:
        """Write each address so that this server can take it; one that it never can counts as refused for good."""
        self._all = to
        self.refused: dict[str, int] = {}
        self.written: dict[str, str] = {}
        for address in to:
            written = _with_plain_domain(address)
            if written is None or not (written.isascii() or takes_accents):
                self.refused[address] = _NEVER
            else:
                self.written[address] = written
        if not self.written:
            raise MailboxRefusedError("mail server: it takes no address with letters beyond ASCII; correct the address")

    @property
    def need_accents(self) -> bool:
        """Whether the server must take letters beyond ASCII before an @."""
        return not all(address.isascii() for address in self.written.values())

    def require_one(self) -> None:
        """Raise what is to be done when the server took no address."""
        if len(self.refused) < len(self._all):
            return
        codes = ", ".join(str(code) for code in sorted(set(self.refused.values())))
        if all(code in _PERMANENT for code in self.refused.values()):
            raise MailboxRefusedError(f"mail server, RCPT: every mailbox refused ({codes}); correct the address")
        raise MailUnavailableError(f"mail server, RCPT: no mailbox taken for now ({codes})")

    def delivery(self) -> TakenMail:
        """Return what became of the addresses that were not taken."""
        dead = tuple(address for address, code in self.refused.items() if code in _PERMANENT)
        return TakenMail(later=tuple(each for each in self.refused if each not in dead), dead=dead)


async def _hand_over(server: aiosmtplib.SMTP, message: bytes, seconds: float) -> None:
    try:
        await server.data(message, timeout=seconds)
    except SMTPDataError as error:
        text = f"mail server, DATA: refused ({error.code})"
        if error.code in _PERMANENT:
            raise MailboxRefusedError(f"{text}; it will not take this mail for these mailboxes") from None
        raise MailUnavailableError(text) from None
    except (SMTPException, OSError) as error:
        raise MailUncertainError(f"mail server, DATA: {_named(error)}; the mail may have been taken") from None


@contextmanager
def _not_taken(step: str) -> Iterator[None]:
    try:
        yield
    except (SMTPException, OSError) as error:
        raise MailUnavailableError(f"mail server, {step}: {_named(error)}") from None


def _address(text: str) -> Address:
    # Given as one text, an accent before the @ is refused.
    username, _, domain = text.rpartition("@")
    return Address(username=username, domain=domain)


def _with_plain_domain(address: str) -> str | None:
    """Return an address with its domain in ASCII, which every server takes, or None where it has no such form."""
    username, _, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{username}@{idna.encode(domain, uts46=True).decode('ascii')}"
    except idna.IDNAError:
        return None


def _named(error: BaseException) -> str:
    name = type(error).__name__
    return f"{name} ({error.code})" if isinstance(error, SMTPResponseException) else name
