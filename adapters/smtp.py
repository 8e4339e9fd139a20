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
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Final
from urllib.parse import quote

import aiosmtplib
from aiosmtplib import SMTPDataError, SMTPException, SMTPRecipientRefused, SMTPResponseException

from domain.errors import MailboxRefusedError, MailUnavailableError, MailUncertainError
from domain.mail import Delivery, OutgoingMail

COMMAND_SECONDS: Final = 10
_PERMANENT: Final = range(500, 600)
_FOR_MACHINES: Final = frozenset({"x-entity-ref-id", "list-unsubscribe"})


class _Policy(EmailPolicy):
    """The library's rules, but a long header for machines stays one line: folded, it would be encoded as prose."""

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() in _FOR_MACHINES:
            return f"{name}: {value}\r\n".encode("ascii")
        return super().fold_binary(name, value)


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

    async def send(self, outgoing: OutgoingMail, sent_at: datetime) -> Delivery:
        """Hand the mail over; raises MailUnavailableError, MailboxRefusedError or MailUncertainError."""
        try:
            message = self._message(outgoing, sent_at).as_bytes()
        except ValueError:
            raise MailboxRefusedError("the mail can't be written: an address or the subject is not valid") from None
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
            refused = await self._open(server, outgoing.to)
            await _hand_over(server, message, self.data_seconds)
            # The mail is taken: a goodbye that fails changes nothing.
            with suppress(SMTPException, OSError):
                await server.quit()
        finally:
            server.close()
        return Delivery(refused_recipients=refused)

    async def _open(self, server: aiosmtplib.SMTP, to: tuple[str, ...]) -> int:
        """Come as far as the server takes at least one address; return how many it refused."""
        plain = all(address.isascii() for address in (self.sender, *to))
        encoding, options = ("ascii", []) if plain else ("utf-8", ["SMTPUTF8"])
        with _not_taken("connect"):
            await server.connect()
            if not plain:
                await server.ehlo()
        if not plain and not server.supports_extension("smtputf8"):
            raise MailboxRefusedError("mail server: it takes no address with letters beyond ASCII; correct the address")
        with _not_taken("MAIL"):
            await server.mail(self.sender, options=options, encoding=encoding)
        codes = []
        for address in to:
            with _not_taken("RCPT"):
                try:
                    await server.rcpt(address, encoding=encoding)
                except SMTPRecipientRefused as error:
                    codes.append(error.code)
        if len(codes) < len(to):
            return len(codes)
        if all(code in _PERMANENT for code in codes):
            raise MailboxRefusedError(
                f"mail server, RCPT: every mailbox refused ({_listed(codes)}); correct the address"
            )
        raise MailUnavailableError(f"mail server, RCPT: no mailbox taken for now ({_listed(codes)})")

    def _message(self, outgoing: OutgoingMail, sent_at: datetime) -> EmailMessage:
        plain = all(address.isascii() for address in outgoing.to)
        message = EmailMessage(policy=_Policy(linesep="\r\n", utf8=not plain))
        message["From"] = Address(self.sender_name, addr_spec=self.sender)
        message["Reply-To"] = self.reply_to
        message["To"] = [_address(address) for address in outgoing.to]
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


def _named(error: BaseException) -> str:
    name = type(error).__name__
    return f"{name} ({error.code})" if isinstance(error, SMTPResponseException) else name


def _listed(codes: list[int]) -> str:
    return ", ".join(str(code) for code in sorted(set(codes)))
